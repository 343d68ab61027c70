"""Colours, sizes and the style sheet of the desk: one scale makes it fit a laptop, a 4K screen or a wall."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from resources import locator

REFERENCE_HEIGHT_PX = 1080  # the height at which sizes in the style sheet are meant

_PIXELS = re.compile(r"(\d+(?:\.\d+)?)u\b")
_COLOUR = re.compile(r"@(\w+)")
_FILE = re.compile(r"&(\w+\.svg)")


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours by meaning, the font family, and the factor from design units to pixels."""

    colours: dict[str, str]
    family: str
    scale: float

    def px(self, units: float) -> int:
        """Design units (pixels at 1920x1080) as pixels of this screen."""
        return max(1, round(units * self.scale))

    def colour(self, name: str) -> QColor:
        """The colour of a meaning, such as "alarm"."""
        return QColor(self.colours[name])

    def font(self, units: float, *, bold: bool = False) -> QFont:
        """The desk's font, `units` high."""
        font = QFont(self.family)
        font.setPixelSize(self.px(units))
        font.setBold(bold)
        return font

    def style_sheet(self, text: str) -> str:
        """`text` with every `@name` replaced by its colour, every `12u` by pixels, every `&file.svg` by its path."""
        text = _COLOUR.sub(lambda found: self.colours[found[1]], text)
        text = _FILE.sub(lambda found: locator.path("themes", found[1]).as_posix(), text)
        return _PIXELS.sub(lambda found: f"{self.px(float(found[1]))}px", text)


def scale_for(screen_height: int, *, wall: bool = False) -> float:
    """The factor for a screen `screen_height` logical pixels high; a wall is read from eight metres."""
    return max(0.75, screen_height / REFERENCE_HEIGHT_PX) * (1.3 if wall else 1.0)


def load(name: str, scale: float) -> Theme:
    """The theme `name` ("dark" or "light"); registers the desk's fonts with Qt."""
    colours = json.loads(locator.path("themes", f"{name}.json").read_text(encoding="utf-8"))
    families: list[str] = []
    for bold in (False, True):
        families += _families(locator.font_file(bold=bold))
    return Theme(colours, families[0] if families else QApplication.font().family(), scale)


@functools.cache  # Qt would load the file anew each time
def _families(file: Path) -> list[str]:
    number = QFontDatabase.addApplicationFont(str(file))
    return QFontDatabase.applicationFontFamilies(number) if number >= 0 else []


def apply(theme: Theme, application: QApplication) -> None:
    """Dresses the whole application."""
    application.setFont(theme.font(14))
    palette = QPalette()
    for role, name in (
        (QPalette.ColorRole.Window, "panel"),
        (QPalette.ColorRole.Base, "panel"),
        (QPalette.ColorRole.AlternateBase, "raised"),
        (QPalette.ColorRole.Text, "text"),
        (QPalette.ColorRole.WindowText, "text"),
        (QPalette.ColorRole.ButtonText, "text"),
        (QPalette.ColorRole.Button, "raised"),
        (QPalette.ColorRole.Highlight, "accent"),
        (QPalette.ColorRole.HighlightedText, "strong"),
        (QPalette.ColorRole.ToolTipBase, "raised"),
        (QPalette.ColorRole.ToolTipText, "text"),
        (QPalette.ColorRole.PlaceholderText, "dim"),
    ):
        palette.setColor(role, theme.colour(name))
    application.setPalette(palette)
    application.setStyleSheet(theme.style_sheet(locator.path("themes", "desk.qss").read_text(encoding="utf-8")))
