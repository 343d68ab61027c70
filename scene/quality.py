"""How much the scene may cost: levels from "software" to "ultra", chosen by the time frames take or by a person.

What makes a picture readable (names, colours, full pixels while the camera rests) belongs to every level.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Quality:
    """What is switched on.

    smooth: edges smoothed after drawing (FXAA); samples: multisampling of an off-screen picture; waves: moving water;
    rest, moving: share of the window's width and height that is drawn while the camera rests and while it moves, above
    1: more than it shows, then averaged; detail_m: from how far away steel is drawn with its ribs; occlusion: corners
    and gaps are darker (`scene.ambient`); shadows: what stands throws one on the ground (`scene.props.shadows`).
    """

    name: str
    smooth: bool
    samples: int
    waves: bool
    rest: float
    moving: float
    detail_m: float
    occlusion: bool = False
    shadows: bool = False


SOFTWARE: Final = Quality("software", smooth=False, samples=0, waves=True, rest=1.0, moving=0.62, detail_m=700.0)
STANDARD: Final = Quality("standard", smooth=True, samples=0, waves=True, rest=1.0, moving=1.0, detail_m=1_000.0)
HIGH: Final = Quality(
    "high", smooth=True, samples=4, waves=True, rest=1.5, moving=1.0, detail_m=1_800.0, occlusion=True, shadows=True)
ULTRA: Final = Quality(
    "ultra", smooth=True, samples=8, waves=True, rest=2.0, moving=2.0, detail_m=3_000.0, occlusion=True, shadows=True)
PICTURE: Final = Quality(  # one frame: time matters not
    "picture", smooth=False, samples=8, waves=True, rest=1.0, moving=1.0, detail_m=3_000.0, occlusion=True,
    shadows=True)

LEVELS: Final = (SOFTWARE, STANDARD, HIGH, ULTRA)
QUALITIES: Final = {q.name: q for q in (*LEVELS, PICTURE)}
_SOFTWARE_RENDERERS = ("llvmpipe", "softpipe", "swrast", "software", "basic render")

SLOW_S: Final = 0.040
"""A level whose frames take longer is too much: 25 pictures a second are what the eye takes for movement."""

FAST_S: Final = 0.007
"""Frames that take less leave room for a level that costs up to four times as much."""

_FRAMES: Final = 6
_CALM_FRAMES: Final = 60
_LONGEST_WAIT: Final = 20_000  # frames


def for_renderer(opengl_renderer: str) -> Quality:
    """The level for an OpenGL renderer's name, as glGetString(GL_RENDERER) tells it."""
    name = opengl_renderer.lower()
    return SOFTWARE if any(word in name for word in _SOFTWARE_RENDERERS) else STANDARD


class Adaptive:
    """Chooses the level by what frames take. One that was found too much is tried again after a while that grows."""

    def __init__(self, start: Quality) -> None:
        self._level = LEVELS.index(start) if start in LEVELS else None
        self._start = start
        self._wait = _CALM_FRAMES
        self._fixed: Quality | None = None
        self._times: deque[float] = deque(maxlen=_FRAMES)
        self._since = 0

    @property
    def quality(self) -> Quality:
        """The level now."""
        if self._fixed is not None:
            return self._fixed
        return LEVELS[self._level] if self._level is not None else self._start

    @property
    def automatic(self) -> bool:
        """Nobody has chosen a level."""
        return self._fixed is None

    def fix(self, name: str | None) -> None:
        """Stay at a level; None chooses by frame times again. Raises KeyError for an unknown name."""
        self._fixed = QUALITIES[name] if name is not None else None
        self._wait = _CALM_FRAMES
        self._times.clear()
        self._since = 0

    def note(self, frame_s: float) -> bool:
        """A frame took so long. True when the level is another from now on."""
        if self._fixed is not None or self._level is None:
            return False
        self._times.append(frame_s)
        self._since += 1
        if len(self._times) < _FRAMES:
            return False
        typical = sorted(self._times)[_FRAMES // 2]
        if typical > SLOW_S and self._level > 0:
            self._wait = min(self._wait * 8, _LONGEST_WAIT)
            return self._go(self._level - 1)
        if typical < FAST_S and self._level < len(LEVELS) - 1 and self._since >= self._wait:
            return self._go(self._level + 1)
        return False

    def _go(self, level: int) -> bool:
        self._level = level
        self._times.clear()
        self._since = 0
        return True
