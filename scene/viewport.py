"""The 3D view as a Qt widget: a canvas takes the picture over from a framebuffer of VTK's own, so that Qt's widgets can
lie over it; mouse and keys move the camera and pick.

With `scene.canvas` the only file of the scene that knows Qt. Left drags the ground, right or middle turns, the wheel
comes nearer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QOpenGLContext,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget
from vtkmodules.vtkRenderingOpenGL2 import vtkGenericOpenGLRenderWindow

from layers.selection import Selection
from layers.tools import Tool
from scene.camera_keys import take_key
from scene.canvas import canvas_for
from scene.driver import float_depth
from scene.quality import LEVELS, SOFTWARE, Adaptive, for_renderer
from scene.scene import Scene

_CLICK_PX = 4.0  # a press that moves less is a click
_FRAME_MS = 16  # while the camera moves
_REST_S = 0.25  # after the last movement the picture is drawn in full again
_SLOW_S = 0.030  # a frame that takes longer is drawn coarser while the camera moves
_REST_SHARE = 1.0  # rest after a picture, in times of what it took
_PENDING_REST_S = 0.4  # while the picture is still being built, building comes before drawing
_FINE = 2.0
_SAMPLE_EVERY = 5  # frames: to know what one takes it must be waited for, which takes time itself


class Viewport(QWidget):
    """Shows a scene. Sets the layers' selection and also says so; `finalise()` before the application quits."""

    picked = Signal(object)  # Selection or None
    asked = Signal(object, QPointF)  # Selection or None, right-clicked, and where
    hovered = Signal(object)  # Selection or None
    frame_shown = Signal()

    def __init__(self, scene: Scene, parent: QWidget | None = None, text_scale: float = 1.0) -> None:
        """`text_scale`: how much larger than on a 1080-line screen names are to be."""
        super().__init__(parent)
        self._scene: Scene | None = scene
        self._text_scale = text_scale
        self._selection = scene.layers.selection
        self._window: Any = None
        self._pressed: tuple[QPointF, Qt.MouseButton] | None = None
        self._last = QPointF()
        self._dragged = False
        self._pointer: QPointF | None = None
        self._hover_due = False
        self._moved_at = 0.0
        self._ticked_at = time.perf_counter()
        self._frame_s = 0.0
        self._painted_at = 0.0
        self._owed = True
        self._fine = self._held = False
        self._drawn_share = 1.0
        self._adaptive = Adaptive(scene.quality)
        self._software = False
        self.frames = 0
        self._canvas = canvas_for(self, self._ready, self._draw, self._context_goes)
        self._canvas.shown.connect(self.frame_shown)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._motion = QTimer(self)
        self._motion.setInterval(_FRAME_MS)
        self._motion.timeout.connect(self._move_on)

    # what panels see

    def footprint(self) -> NDArray[np.float64]:
        """The ground in sight: where the picture's corners meet it, going round. Shape (4, 2), metres; those above
        the horizon lie far away."""
        return self._scene.camera.footprint() if self._scene is not None else np.full((4, 2), np.nan)

    def widget(self) -> QWidget:
        """The widget that shows the scene: this one."""
        return self

    @property
    def pending(self) -> bool:
        """Whether some of the picture waits for the next sync."""
        return self._scene is not None and self._scene.pending

    def sync(self, now_ms: int) -> None:
        """Bring the scene to `now_ms` and draw it if anything changed: at most once a heartbeat."""
        if self._scene is None:
            return
        stood = self._scene.camera.revision
        changed = self._scene.sync(now_ms)
        moves = self._scene.camera.revision != stood  # as with a linked view that moves
        if moves or (not self._motion.isActive() and (self._scene.camera.flying or self._scene.animate(0.1))):
            self._start_moving()
        if self._hover_due and self._pressed is None:
            self._hover_due = False
            self._hover(self._scene)
        self._owed = self._owed or changed
        self._draw_what_is_owed(self._scene)

    def _draw_what_is_owed(self, scene: Scene) -> None:
        # On a machine too slow for ten pictures a second at most half of the window's time goes into drawing.
        rest_s = _PENDING_REST_S if scene.pending else _REST_SHARE * self._frame_s
        if self._owed and time.perf_counter() - self._painted_at >= rest_s:
            self.request_render()

    def hurry(self) -> None:
        """Draw at the next chance, as coarsely as while the camera moves: the next picture follows in a moment."""
        if self._scene is not None:
            self._start_moving()
            self.request_render()

    def when_asked(self, tell: Callable[[Selection | None, QPoint], None]) -> None:
        """Lets `tell` know what is right-clicked, None for the ground, and where on the screen."""
        self.asked.connect(lambda found, at: tell(found, self.mapToGlobal(at.toPoint())))

    def request_render(self) -> None:
        """Draw at the next chance; nothing happens while the view is hidden, held or finalised."""
        if self._scene is not None and self.isVisible() and not self._held:
            self._canvas.request()

    def project(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Places (N, 3), metres, as (x, y, depth) of the widget (N, 3), logical pixels; depth < 0 is behind the eye."""
        if self._scene is None:
            return np.full((len(points), 3), -1.0)
        at = self._scene.project(points)
        at[:, :2] /= self._pixels_of_scene()
        return at

    def metres_per_pixel(self) -> float:
        """Size of a logical pixel at the place the camera looks at."""
        return self._scene.camera.metres_per_pixel() * self._pixels_of_scene() if self._scene is not None else 0.0

    def azimuth_deg(self) -> float:
        """Direction the camera looks in, clockwise from north."""
        return self._scene.camera.heading_deg if self._scene is not None else 0.0

    @property
    def drawn_share(self) -> float:
        """Share of the full width and height the last picture was drawn with: below 1 on a slow machine in motion."""
        return self._drawn_share

    def finish(self) -> None:
        """Wait until the last picture is there to the last pixel."""
        if not self._canvas.waits:
            self._canvas.begin()
            QOpenGLContext.currentContext().functions().glFinish()
            self._canvas.doneCurrent()

    @property
    def frame_s(self) -> float:
        """How long the last picture took to draw, seconds."""
        return self._frame_s

    def quality(self) -> tuple[str, bool]:
        """Name of the quality level now, and whether the machine chose it."""
        return self._adaptive.quality.name, self._adaptive.automatic

    def set_quality(self, name: str | None) -> None:
        """Stay at a level of `scene.quality.LEVELS`; None: as the machine allows. Raises KeyError for others."""
        self._adaptive.fix(name)
        self._take_level()

    def _take_level(self) -> None:
        if self._scene is not None:
            self._scene.set_quality(self._adaptive.quality)
            self.request_render()

    def set_fine(self, fine: bool) -> None:
        """Draw with twice the pixels each way and smooth them: for pictures that are kept, at four times the cost."""
        self._fine = fine
        self.request_render()

    def hold(self) -> None:
        """Keep to the picture there is, for good: one that is being saved need not follow the port."""
        self._held = True

    def set_language(self, language: str) -> None:
        """"zh" or "en", for the names in the scene."""
        if self._scene is not None:
            self._scene.set_language(language)
            self.request_render()

    def finalise(self) -> None:
        """Free the graphics card and close the scene. May be called twice; nothing is drawn afterwards."""
        self._motion.stop()
        scene, self._scene = self._scene, None
        self._free_window(scene)
        self._canvas.close_down()
        if scene is not None:
            scene.close()

    # OpenGL

    def _ready(self, renderer: str) -> None:
        """A context of the OpenGL `renderer` is current for the first time."""
        if self._scene is None:
            return
        window = vtkGenericOpenGLRenderWindow()
        window.SetOwnContext(False)
        window.SetMultiSamples(0)
        window.SetFrameBlitModeToNoBlit()
        window.SetReadyForRendering(True)
        window.SetMapped(True)
        window.SetIsCurrent(True)  # the canvas makes the context current before it has anything drawn
        window.InitializeFromCurrentContext()
        window.AddRenderer(self._scene.renderer)
        self._window = window
        fitting = for_renderer(renderer)
        self._software = fitting is SOFTWARE
        if self._scene.quality in LEVELS and self._adaptive.automatic:
            self._adaptive = Adaptive(fitting)
            self._scene.set_quality(self._adaptive.quality)

    def _draw(self) -> None:
        scene, window = self._scene, self._window
        if scene is None or window is None:
            return
        full = self._full_size()
        share = self._share()
        size = (max(1, round(full[0] * share)), max(1, round(full[1] * share)))
        window.SetSize(*size)
        scene.camera.set_size(*size)
        scene.labels.set_pixel_ratio(self._text_scale * size[1] / max(self.height(), 1))
        scene.look()
        start = time.perf_counter()
        window.Render()
        if self._software:
            float_depth(window)
        self._canvas.show_picture(window, size, full)
        sampled = (self._canvas.waits or self.frames % _SAMPLE_EVERY == 0) and not self._fine
        if sampled and not self._canvas.waits:
            QOpenGLContext.currentContext().functions().glFinish()
        self._drawn_share = share
        self._painted_at = time.perf_counter()
        self._frame_s = self._painted_at - start
        self._owed = False
        self.frames += 1
        if sampled and not scene.pending and self._adaptive.note(self._frame_s):
            QTimer.singleShot(0, self, self._take_level)

    def _context_goes(self) -> None:
        """Qt takes the context away, as when the widget moves to another window; the next one starts afresh."""
        self._free_window(self._scene)

    def _free_window(self, scene: Scene | None) -> None:
        window, self._window = self._window, None
        if window is None:
            return
        self._canvas.begin()
        if scene is not None and scene.renderer is not None:
            scene.ambient.release(window)
            scene.renderer.ReleaseGraphicsResources(window)
            window.RemoveRenderer(scene.renderer)
        window.ReleaseGraphicsResources(window)
        window.SetReadyForRendering(False)
        window.Finalize()
        self._canvas.doneCurrent()

    def _full_size(self) -> tuple[int, int]:
        ratio = self.devicePixelRatioF()
        return max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio))

    def _pixels_of_scene(self) -> float:
        """Pixels of the scene's picture for each logical pixel of the widget."""
        return self._scene.camera.size[1] / max(self.height(), 1) if self._scene is not None else 1.0

    def _share(self) -> float:
        scene = self._scene
        if self._fine:
            return _FINE
        if scene is None:
            return 1.0
        quality = scene.quality
        if not self._motion.isActive():
            return quality.rest
        coarse = self._drawn_share < 1.0 or self._frame_s > _SLOW_S
        return quality.moving if coarse or quality.moving > 1.0 else 1.0

    # movement

    def _start_moving(self) -> None:
        self._moved_at = self._ticked_at = time.perf_counter()
        if not self._motion.isActive():
            self._motion.start()

    def _move_on(self) -> None:
        scene = self._scene
        if scene is None:
            return
        now = time.perf_counter()
        if scene.animate(min(now - self._ticked_at, 0.1)) or scene.camera.flying:
            self._moved_at = now
            self.request_render()
        else:
            self._draw_what_is_owed(scene)
        self._ticked_at = now
        if now - self._moved_at > _REST_S and self._pressed is None:
            self._motion.stop()
            if self._drawn_share != self._share():
                self.request_render()

    def _camera_moved(self) -> None:
        self._start_moving()
        self._hover_due = True
        self.request_render()

    # mouse and keys

    def _px(self, at: QPointF) -> tuple[float, float]:
        scale = self._pixels_of_scene()
        return at.x() * scale, at.y() * scale

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        self._pressed = (event.position(), event.button())
        self._last = event.position()
        self._dragged = False
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        at = event.position()
        self._pointer = at
        if self._scene is None:
            return
        if self._pressed is None:
            self._hover_due = True
            return
        start, button = self._pressed
        if not self._dragged and (at - start).manhattanLength() < _CLICK_PX:
            return
        self._dragged = True
        turn = button in (Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton) or bool(
            event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier))
        if turn:
            self._scene.camera.orbit(at.x() - self._last.x(), at.y() - self._last.y())
        else:
            self._scene.camera.pan(self._px(self._last), self._px(at))
        self._last = at
        self._camera_moved()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        pressed, self._pressed = self._pressed, None
        if self._scene is None or pressed is None or self._dragged:
            return
        found = self._scene.pick(*self._px(event.position()))
        if pressed[1] == Qt.MouseButton.LeftButton and self._scene.layers.tools.tool is not Tool.SELECT:
            place = self._scene.place_under(*self._px(event.position()))
            if place is not None:
                self._scene.layers.tools.touch(place)
        elif pressed[1] == Qt.MouseButton.LeftButton:
            self._selection.select(found)
            self.picked.emit(found)
        elif pressed[1] == Qt.MouseButton.RightButton:
            if found is not None:
                self._selection.select(found)
            self.asked.emit(found, event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        layers = self._scene.layers if self._scene is not None else None
        if layers is None or self._scene is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if layers.tools.tool is not Tool.SELECT:
            layers.tools.finish()
            return
        found = self._scene.pick(*self._px(event.position()))
        if found is not None:
            layers.view.drill(found)
            self._start_moving()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802, D102 - Qt's name
        if self._scene is None:
            return
        at = self._px(event.position())
        self._scene.camera.zoom(event.angleDelta().y() / 120.0, at, self._scene.place_under(*at))
        self._camera_moved()
        event.accept()

    def leaveEvent(self, event: Any) -> None:  # noqa: N802, D102 - Qt's name
        self._pointer = None
        self._hover_due = True
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802, D102 - Qt's name
        if self._scene is None or not take_key(self._scene.camera, event.key(), event.modifiers()):
            super().keyPressEvent(event)
            return
        self._camera_moved()

    def _hover(self, scene: Scene) -> None:
        found: Selection | None = None
        if self._pointer is not None and self.rect().contains(self._pointer.toPoint()):
            found = scene.pick(*self._px(self._pointer))
        if found != self._selection.hover:
            self._selection.hover_over(found)
            self.hovered.emit(found)

    # shown and hidden

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        self._canvas.resize(self.size())
        super().resizeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().showEvent(event)
        self.request_render()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802, D102 - Qt's name
        self._motion.stop()
        super().hideEvent(event)
