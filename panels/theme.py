"""Colours, sizes and the style sheet of the desk: one scale makes it fit a laptop, a 4K screen or a wall."""

from __future__ import annotations

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
        """`text` with every `@name` replaced by its colour and every `12u` by pixels."""
        text = _COLOUR.sub(lambda found: self.colours[found[1]], text)
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


def _families(file: Path) -> list[str]:
    number = QFontDatabase.addApplicationFont(str(file))
    return QFontDatabase.applicationFontFamilies(number) if number >= 0 else []


def apply(theme: Theme, application: QApplication) -> None:
    """Dresses the whole application."""
    application.setFont(theme.font(14))
    palette = QPalette()
    for role, name in (
        (QPalette.ColorRole.Window, "panel"), (QPalette.ColorRole.Base, "panel"), (QPalette.ColorRole.AlternateBase, "raised"),
        (QPalette.ColorRole.Text, "text"), (QPalette.ColorRole.WindowText, "text"), (QPalette.ColorRole.ButtonText, "text"),
        (QPalette.ColorRole.Button, "raised"), (QPalette.ColorRole.Highlight, "accent"),
        (QPalette.ColorRole.HighlightedText, "strong"), (QPalette.ColorRole.ToolTipBase, "raised"),
        (QPalette.ColorRole.ToolTipText, "text"), (QPalette.ColorRole.PlaceholderText, "dim"),
    ):
        palette.setColor(role, theme.colour(name))
    application.setPalette(palette)
    application.setStyleSheet(theme.style_sheet(_SHEET))


_SHEET = """
QWidget { color: @text; font-size: 14u; }
QMainWindow, QDialog { background: @window; }
QToolTip { background: @raised; color: @text; border: 1u solid @line; padding: 4u; }
#header, #left, #right, #bottom { background: @panel; }
#header { border-bottom: 1u solid @line; }
#bottom { border-top: 1u solid @line; }
#left { border-right: 1u solid @line; }
#right { border-left: 1u solid @line; }
QLabel#title { font-size: 19u; font-weight: bold; color: @strong; }
QLabel#clock { font-size: 19u; color: @strong; }
QLabel#figure { font-size: 18u; font-weight: bold; color: @strong; }
QLabel#caption, QLabel#dim { font-size: 12u; color: @dim; }
QLabel#section { font-size: 13u; font-weight: bold; color: @dim; }
QLabel#sectionNote { font-size: 13u; font-weight: bold; color: @alarm; }
QLabel#strong { color: @strong; font-size: 15u; font-weight: bold; }
QLabel#held { color: @attention; }
QLineEdit { background: @raised; border: 1u solid @line; border-radius: 4u; padding: 6u 10u; color: @strong; selection-background-color: @accent; }
QLineEdit:focus { border-color: @accent_text; }
QPushButton { background: @raised; border: 1u solid @line; border-radius: 4u; padding: 4u 10u; color: @text; font-size: 13u; }
QPushButton:hover { background: @hover; color: @strong; }
QPushButton:pressed, QPushButton:checked { background: @accent; color: @strong; border-color: @accent; }
QPushButton:disabled { color: @line; border-color: @raised; }
QPushButton:focus { border-color: @accent_text; }
QPushButton#flat { background: transparent; border: none; padding: 4u 8u; }
QPushButton#flat:hover { background: @hover; }
QPushButton#primary { background: @accent; border-color: @accent; color: @strong; }
QPushButton#primary:hover { border-color: @accent_text; }
QTreeView, QListView, QTableView, QScrollArea, QPlainTextEdit, QTextBrowser { background: transparent; border: none; outline: none; selection-background-color: @accent; }
QTreeView::item { height: 28u; border-radius: 3u; color: @text; }
QTreeView::item:hover { background: @hover; }
QTreeView::item:selected { background: @accent; color: @strong; }
QTreeView::branch { background: transparent; }
QHeaderView::section { background: @panel; color: @dim; border: none; border-bottom: 1u solid @line; padding: 5u; font-size: 12u; }
QTableView { gridline-color: @raised; alternate-background-color: @raised; }
QScrollBar:vertical { background: transparent; width: 8u; margin: 0; }
QScrollBar::handle:vertical { background: @line; border-radius: 4u; min-height: 24u; }
QScrollBar:horizontal { background: transparent; height: 8u; margin: 0; }
QScrollBar::handle:horizontal { background: @line; border-radius: 4u; min-width: 24u; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { background: transparent; border: none; height: 0; width: 0; }
QSplitter::handle { background: @line; }
QSplitter::handle:horizontal { width: 1u; }
QSplitter::handle:vertical { height: 1u; }
#overlay { background: @ground; border: 1u solid @line; border-radius: 5u; }
#overlay QLabel { background: transparent; }
#hoverCard { background: @ground; border: 1u solid @accent_text; border-radius: 5u; }
#callout { background: @ground; border: 1u solid @alarm; border-radius: 5u; }
#callout[severity="high"] { border-color: @attention; }
#callout[severity="medium"], #callout[severity="low"] { border-color: @notice; }
#language { border: 1u solid @line; border-radius: 4u; }
#language QPushButton { border: none; border-radius: 3u; padding: 4u 9u; background: transparent; }
#language QPushButton:checked { background: @accent; color: @strong; }
QMenu { background: @raised; border: 1u solid @line; padding: 4u; }
QMenu::item { padding: 5u 18u; border-radius: 3u; }
QMenu::item:selected { background: @accent; color: @strong; }
QProgressBar { background: @raised; border: none; border-radius: 2u; height: 4u; text-align: center; }
QProgressBar::chunk { background: @accent_text; border-radius: 2u; }
QComboBox { background: @raised; border: 1u solid @line; border-radius: 4u; padding: 5u 10u; }
QComboBox QAbstractItemView { background: @raised; border: 1u solid @line; selection-background-color: @accent; }
"""
