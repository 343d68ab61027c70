"""What the viewport's picture is drawn on: a framebuffer of Qt's where a graphics card draws, an image where the
processor does.

Qt lays its widgets over a framebuffer by drawing the whole window anew as two textures, one of them blended. A graphics
card does that by the way; a processor needs 25 ms for it at 1920x1080, and 3 ms to paint an image
(docs/decisions/0013).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QImage,
    QOffscreenSurface,
    QOpenGLContext,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QSurfaceFormat,
)
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QWidget

from scene import driver
from scene.quality import SOFTWARE, for_renderer

_GL_RENDERER = 0x1F01
_GL_COLOR_BUFFER_BIT = 0x4000
_GL_READ_FRAMEBUFFER, _GL_DRAW_FRAMEBUFFER, _GL_COLOR_ATTACHMENT0 = 0x8CA8, 0x8CA9, 0x8CE0
_GL_NEAREST, _GL_LINEAR = 0x2600, 0x2601

_Ready = Callable[[str], None]
_Act = Callable[[], None]


def surface_format() -> QSurfaceFormat:
    """The OpenGL the viewport needs; set it as the application's default before the first window is made."""
    wanted = QSurfaceFormat()
    wanted.setRenderableType(QSurfaceFormat.RenderableType.OpenGL)
    wanted.setVersion(3, 2)
    wanted.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
    wanted.setDepthBufferSize(0)  # VTK has its own
    wanted.setSamples(0)
    wanted.setSwapInterval(0)
    return wanted


def canvas_for(parent: QWidget, ready: _Ready, draw: _Act, gone: _Act) -> FrameCanvas | ImageCanvas:
    """The canvas that suits this machine.

    ready: an OpenGL context is current for the first time, of a renderer of this name. draw: it is current, draw and
    hand the picture to `show_picture`. gone: it is current for the last time.
    """
    kind = ImageCanvas if processor_draws() and driver.can_read() else FrameCanvas
    return kind(parent, ready, draw, gone)


@lru_cache(maxsize=1)
def processor_draws() -> bool:
    """Whether OpenGL is drawn by the processor here."""
    surface, context = _own_context()
    if context is None:
        return False
    name = str(context.functions().glGetString(_GL_RENDERER))
    context.doneCurrent()
    surface.destroy()
    return for_renderer(name) is SOFTWARE


def _own_context() -> tuple[QOffscreenSurface, QOpenGLContext | None]:
    """A context of its own that needs no window, made current; None where there is none."""
    surface, context = QOffscreenSurface(), QOpenGLContext()
    surface.setFormat(surface_format())
    surface.create()
    context.setFormat(surface_format())
    return surface, context if context.create() and context.makeCurrent(surface) else None


class FrameCanvas(QOpenGLWidget):
    """A framebuffer, which Qt composes with the widgets over it."""

    waits = False
    """Whether a picture that was shown is there to the last pixel."""

    def __init__(self, parent: QWidget, ready: _Ready, draw: _Act, gone: _Act) -> None:
        super().__init__(parent)
        self._ready, self._draw, self._gone = ready, draw, gone
        self.setFormat(surface_format())
        self.setUpdateBehavior(QOpenGLWidget.UpdateBehavior.NoPartialUpdate)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    @property
    def shown(self) -> Any:
        """Signal: a picture is on the screen."""
        return self.frameSwapped

    def request(self) -> None:
        """Draw at the next chance."""
        self.update()

    def show_picture(self, window: Any, size: tuple[int, int], full: tuple[int, int]) -> None:
        """Take over the picture of a VTK window of `size` and show it on `full`, pixels."""
        functions = QOpenGLContext.currentContext().extraFunctions()
        window.GetRenderFramebuffer().Bind(_GL_READ_FRAMEBUFFER)
        functions.glReadBuffer(_GL_COLOR_ATTACHMENT0)
        functions.glBindFramebuffer(_GL_DRAW_FRAMEBUFFER, self.defaultFramebufferObject())
        functions.glBlitFramebuffer(0, 0, *size, 0, 0, *full, _GL_COLOR_BUFFER_BIT,
                                    _GL_NEAREST if size == full else _GL_LINEAR)
        functions.glBindFramebuffer(_GL_READ_FRAMEBUFFER, self.defaultFramebufferObject())

    def begin(self) -> None:
        """Make the context current outside of `draw`; `doneCurrent` afterwards."""
        self.makeCurrent()

    def close_down(self) -> None:
        """Nothing is drawn any more; the context is freed with the widget."""

    def initializeGL(self) -> None:  # noqa: N802, D102 - Qt's name
        context = self.context()
        if context is not None:
            context.aboutToBeDestroyed.connect(self._gone, Qt.ConnectionType.DirectConnection)
            self._ready(str(context.functions().glGetString(_GL_RENDERER)))

    def paintGL(self) -> None:  # noqa: N802, D102 - Qt's name
        self._draw()


class ImageCanvas(QWidget):
    """An image, which Qt paints like any other. Widgets over it that change do not have it drawn anew."""

    shown = Signal()
    waits = True

    def __init__(self, parent: QWidget, ready: _Ready, draw: _Act, gone: _Act) -> None:
        super().__init__(parent)
        self._ready, self._draw, self._gone = ready, draw, gone
        self._surface: QOffscreenSurface | None = None
        self._context: QOpenGLContext | None = None
        self._read: NDArray[np.uint8] = np.empty((0, 0, 4), dtype=np.uint8)
        self._picture: NDArray[np.uint8] = self._read
        self._due = True
        self._closed = False
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def request(self) -> None:
        """Draw at the next chance."""
        self._due = True
        self.update()

    def show_picture(self, window: Any, size: tuple[int, int], _full: tuple[int, int]) -> None:
        """Take over the picture of a VTK window of `size`, pixels."""
        width, height = size
        if self._read.shape[:2] != (height, width):
            self._read = np.empty((height, width, 4), dtype=np.uint8)
            self._picture = np.empty_like(self._read)
        window.GetRenderFramebuffer().Bind(_GL_READ_FRAMEBUFFER)
        driver.read_pixels(self._read)
        np.copyto(self._picture, self._read[::-1])  # OpenGL counts rows from below

    def begin(self) -> None:
        """Make the context current outside of `draw`; `doneCurrent` afterwards."""
        if self._context is not None:
            self._context.makeCurrent(self._surface)

    def doneCurrent(self) -> None:  # noqa: N802 - as QOpenGLWidget names it
        """Let go of the context."""
        if self._context is not None:
            self._context.doneCurrent()

    def close_down(self) -> None:
        """Nothing is drawn any more: frees the context."""
        self._closed = True
        self.doneCurrent()
        self._context = None
        if self._surface is not None:
            self._surface.destroy()
        self._surface = None

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        drawn = self._due and not self._closed and self._make()
        if drawn:
            self._due = False
            self._draw()
            self.doneCurrent()
        height, width = self._picture.shape[:2]
        painter = QPainter(self)
        if not height:
            painter.fillRect(self.rect(), Qt.GlobalColor.black)
        else:
            picture = QImage(self._picture.data, width, height, 4 * width, QImage.Format.Format_RGBX8888)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.rect(), picture)
        painter.end()
        if drawn:
            self.shown.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        self._due = True
        super().resizeEvent(event)

    def _make(self) -> bool:
        """Make the context current. False where there is none."""
        if self._context is None:
            self._surface, self._context = _own_context()
            if self._context is not None:
                self._ready(str(self._context.functions().glGetString(_GL_RENDERER)))
        return self._context is not None and self._context.makeCurrent(self._surface)
