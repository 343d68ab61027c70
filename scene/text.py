"""Text in the scene: one place that gives VTK a font with Chinese letters."""

from __future__ import annotations

from vtkmodules.vtkRenderingCore import vtkTextProperty
from vtkmodules.vtkRenderingFreeType import vtkFreeTypeTools  # noqa: F401 - registers the font renderer

from resources import locator

_VTK_FONT_FILE = 4  # VTK_FONT_FILE in vtkTextProperty.h; not exported to Python


def style(
    text: vtkTextProperty, size_px: int, rgb: tuple[int, int, int] = (207, 216, 224), bold: bool = False
) -> vtkTextProperty:
    """Set font, size and colour (0..255) of a text property and return it."""
    text.SetFontFamily(_VTK_FONT_FILE)
    text.SetFontFile(str(locator.font_file(bold)))
    text.SetFontSize(size_px)
    text.SetColor(rgb[0] / 255, rgb[1] / 255, rgb[2] / 255)
    text.BoldOff()
    text.ItalicOff()
    text.ShadowOff()
    return text
