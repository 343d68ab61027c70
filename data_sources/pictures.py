"""Pictures and short clips with time and place burnt in: PNG and animated WebP, through Pillow.

Pillow is imported only when a picture is made.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from resources import locator

if TYPE_CHECKING:
    from PIL import Image

CLIP_FPS = 8
WIDEST_CLIP_PX = 1280
_QUALITY = 82
_KEPT_QUALITY = 95  # of frames that wait for the end of their clip


class PictureError(RuntimeError):
    """A picture or clip cannot be written; the message is one sentence."""


def words_of(place: str, at_ms: int, time_zone: str, surveyed: bool = True) -> tuple[str, str]:
    """What is burnt in: the place, and the local time with its zone. A schematic layout says so."""
    when = datetime.fromtimestamp(at_ms / 1000.0, UTC).astimezone(ZoneInfo(time_zone))
    offset = when.strftime("%z")
    moment = f"{when:%Y-%m-%d %H:%M:%S} UTC{offset[:3]}:{offset[3:]}"
    return (place if surveyed else f"{place}  ·  示意 schematic"), moment


def file_name(place: str, at_ms: int, time_zone: str, suffix: str) -> str:
    """A name that sorts by time and says where."""
    when = datetime.fromtimestamp(at_ms / 1000.0, UTC).astimezone(ZoneInfo(time_zone))
    safe = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in place).strip("-")
    return f"{when:%Y%m%d-%H%M%S}_{safe or 'port'}{suffix}"


def write_picture(pixels: NDArray[np.uint8], words: tuple[str, str], file: Path) -> None:
    """Write pixels (H, W, 3), upper row first, with `words` burnt in, as PNG. Raises PictureError."""
    try:
        stamped(pixels, words).save(file, format="PNG")
    except (OSError, ValueError) as error:
        raise PictureError(f"the picture cannot be written to {str(file)!r} ({error})") from None


def stamped(pixels: NDArray[np.uint8], words: tuple[str, str]) -> Image.Image:
    """A picture with a dark strip at its lower edge: the place on the left, the time on the right."""
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.fromarray(np.ascontiguousarray(pixels))
    width, height = picture.size
    size = max(11, round(height / 54))
    strip = round(2.1 * size)
    shade = Image.new("RGB", (width, strip), (11, 20, 29))
    below = picture.crop((0, height - strip, width, height))
    picture.paste(Image.blend(below, shade, 0.72), (0, height - strip))
    draw = ImageDraw.Draw(picture)
    font = ImageFont.truetype(str(locator.font_file()), size)
    middle = height - strip // 2
    place, moment = words
    room = width - draw.textlength(moment, font=font) - 4 * size
    while place and draw.textlength(place, font=font) > room:
        place = place[:-2] + "…" if len(place) > 2 else ""
    draw.text((size, middle), place, font=font, fill=(226, 233, 239), anchor="lm")
    draw.text((width - size, middle), moment, font=font, fill=(226, 233, 239), anchor="rm")
    return picture


class Clip:
    """Frames on their way to an animated WebP; kept compressed until the end."""

    def __init__(self, fps: int = CLIP_FPS) -> None:
        self._fps = fps
        self._frames: list[bytes] = []

    def __len__(self) -> int:
        return len(self._frames)

    def add(self, pixels: NDArray[np.uint8], words: tuple[str, str]) -> None:
        """One more frame, (H, W, 3); wider ones are made smaller."""
        frame = stamped(pixels, words)
        if frame.width > WIDEST_CLIP_PX:
            frame = frame.resize((WIDEST_CLIP_PX, round(frame.height * WIDEST_CLIP_PX / frame.width)))
        kept = io.BytesIO()
        frame.save(kept, format="JPEG", quality=_KEPT_QUALITY)
        self._frames.append(kept.getvalue())

    def write(self, file: Path) -> None:
        """Write all frames, endlessly repeating. Slow: call it in a thread of its own. Raises PictureError."""
        frames = self._decoded()
        try:
            first = next(frames)
            first.save(file, format="WEBP", save_all=True, append_images=list(frames), loop=0, quality=_QUALITY,
                       duration=round(1000 / self._fps), method=2)
        except StopIteration:
            raise PictureError("the clip holds no frame") from None
        except (OSError, ValueError) as error:
            raise PictureError(f"the clip cannot be written to {str(file)!r} ({error})") from None

    def _decoded(self) -> Iterator[Any]:
        from PIL import Image

        return (Image.open(io.BytesIO(frame)) for frame in self._frames)
