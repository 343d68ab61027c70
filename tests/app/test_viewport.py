"""The 3D view in a real window: it draws under Qt's widgets, follows mouse and keys, and lets go of everything."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QWidget

from layers.selection import Selection
from layers.tools import Tool
from scene.camera import Pose
from scene.canvas import FrameCanvas, ImageCanvas
from scene.scene import Scene
from scene.viewport import Viewport
from tests.harbour import NOW, Harbour
from tests.scene.conftest import VtkWatch

pytestmark = pytest.mark.skipif(
    sys.platform.startswith("linux") and QApplication.platformName() == "offscreen",
    reason="a window with OpenGL needs a display; `make test` starts Xvfb")

BOX = "TCLU0000001"


class Room:
    """A window with a viewport on a small port with one box on open ground."""

    def __init__(self, qtbot) -> None:
        self.harbour = Harbour()
        self.row = self.harbour.stand(BOX, 0, 10, 3, 1)
        self.harbour.step(containers=[self.row])
        self.scene = Scene(self.harbour.index, self.harbour.layers)
        self.window = QWidget()
        self.window.resize(640, 420)
        column = QHBoxLayout(self.window)
        column.setContentsMargins(0, 0, 0, 0)
        self.viewport = Viewport(self.scene)
        column.addWidget(self.viewport)
        self.now = NOW
        x, y, z = self.harbour.containers.xyz[self.row]
        self.scene.camera.move_to(Pose((float(x), float(y), float(z) + 1.3), 200.0, 35.0, 60.0), at_once=True)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.beat()

    def beat(self, times: int = 3) -> None:
        for _ in range(times):
            self.now += 100
            self.viewport.sync(self.now)
            QApplication.processEvents()

    def picture(self) -> NDArray[np.int64]:
        image = self.viewport.grab().toImage().convertToFormat(image_format())
        width, height = image.width(), image.height()
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())
        return rows[:, :width * 3].reshape(height, width, 3).astype(np.int64)

    def middle(self) -> QPoint:
        return self.viewport.rect().center()


def image_format() -> object:
    from PySide6.QtGui import QImage

    return QImage.Format.Format_RGB888


@pytest.fixture
def room(qtbot) -> Iterator[Room]:
    made = Room(qtbot)
    yield made
    made.viewport.finalise()
    made.window.close()
    made.window.deleteLater()
    QApplication.processEvents()


def test_the_port_is_drawn_in_the_window(room: Room) -> None:
    image = room.picture()
    assert room.viewport.frames > 0
    assert len(np.unique(image.reshape(-1, 3), axis=0)) > 60


def test_qt_widgets_lie_over_the_picture(room: Room) -> None:
    card = QLabel("示意", room.viewport)
    card.setStyleSheet("background: rgb(200, 30, 60)")
    card.setGeometry(20, 20, 80, 40)
    card.show()
    room.beat()
    image = room.picture()
    assert image[55, 95].tolist() == pytest.approx([200, 30, 60], abs=3)
    assert len(np.unique(image[200:].reshape(-1, 3), axis=0)) > 30, "the scene is still below it"


def test_a_click_selects_the_box_under_it_and_says_so(room: Room, qtbot) -> None:
    with qtbot.waitSignal(room.viewport.picked) as picked:
        qtbot.mouseClick(room.viewport, Qt.MouseButton.LeftButton, pos=room.middle())
    assert picked.args == [Selection("container", BOX)]
    assert room.harbour.layers.selection.current == Selection("container", BOX)


def test_the_pointer_resting_on_a_box_hovers_over_it(room: Room, qtbot) -> None:
    qtbot.mouseMove(room.viewport, room.middle() + QPoint(3, 0))
    qtbot.mouseMove(room.viewport, room.middle())
    room.beat()
    assert room.harbour.layers.selection.hover == Selection("container", BOX)


def test_dragging_moves_the_ground_and_selects_nothing(room: Room, qtbot) -> None:
    view, start = room.viewport, room.middle()
    before = room.scene.camera.pose
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 6):
        qtbot.mouseMove(view, start + QPoint(20 * step, 5 * step))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start + QPoint(100, 25))
    assert room.scene.camera.pose.target != before.target
    assert room.scene.camera.pose.azimuth_deg == before.azimuth_deg
    assert room.harbour.layers.selection.current is None


def test_the_right_button_turns_the_view(room: Room, qtbot) -> None:
    view, start = room.viewport, room.middle()
    before = room.scene.camera.pose
    qtbot.mousePress(view, Qt.MouseButton.RightButton, pos=start)
    for step in range(1, 6):
        qtbot.mouseMove(view, start + QPoint(20 * step, 0))
    qtbot.mouseRelease(view, Qt.MouseButton.RightButton, pos=start + QPoint(100, 0))
    assert room.scene.camera.pose.azimuth_deg != before.azimuth_deg
    assert room.scene.camera.pose.target == before.target


def test_the_wheel_comes_nearer(room: Room) -> None:
    before = room.viewport.metres_per_pixel()
    at = QPointF(room.middle())
    room.viewport.wheelEvent(QWheelEvent(
        at, room.viewport.mapToGlobal(at), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False))
    assert room.viewport.metres_per_pixel() < before


@pytest.mark.parametrize("key", [Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Plus, Qt.Key.Key_PageUp])
def test_keys_move_the_camera(room: Room, qtbot, key: Qt.Key) -> None:
    before = room.scene.camera.pose
    qtbot.keyClick(room.viewport, key)
    assert room.scene.camera.pose != before


def test_places_are_projected_to_the_widgets_own_pixels(room: Room) -> None:
    target = np.array([room.scene.camera.pose.target])
    x, y, depth = room.viewport.project(target)[0]
    assert depth > 0
    assert (x, y) == pytest.approx((room.viewport.width() / 2, room.viewport.height() / 2), abs=1.0)


def test_a_wish_of_the_panels_is_flown_to(room: Room, qtbot) -> None:
    room.harbour.layers.view.fly_to(Selection("crane", "STS1"))
    room.beat(1)
    assert room.scene.camera.flying
    qtbot.waitUntil(lambda: not room.scene.camera.flying, timeout=8000)
    crane = room.harbour.layers.place_of(Selection("crane", "STS1"))
    assert room.scene.camera.pose.target[:2] == pytest.approx(crane.middle[:2], abs=0.5)


def test_a_hidden_view_is_not_drawn(room: Room) -> None:
    room.window.hide()
    QApplication.processEvents()
    before = room.viewport.frames
    room.harbour.layers.view.north_up()
    room.beat(5)
    assert room.viewport.frames == before


def test_nothing_is_drawn_when_nothing_changed(room: Room) -> None:
    room.scene.camera.move_to(Pose((0.0, 0.0, 0.0), 200.0, 80.0, 5000.0), at_once=True)  # too high for waves
    room.beat(4)
    before = room.viewport.frames
    room.beat(6)
    assert room.viewport.frames == before


def test_a_fine_picture_smooths_its_edges_and_keeps_its_measures(room: Room) -> None:
    plain = room.picture()
    place = np.array([room.scene.camera.pose.target])
    room.viewport.set_fine(True)
    room.beat()
    fine = room.picture()
    assert room.viewport.drawn_share == 2.0
    assert fine.shape == plain.shape
    middle = (room.viewport.width() / 2, room.viewport.height() / 2)
    assert room.viewport.project(place)[0, :2] == pytest.approx(middle, abs=1)
    colours = [len(np.unique(image.reshape(-1, 3), axis=0)) for image in (plain, fine)]
    assert colours[1] > colours[0]


def test_a_slow_machine_draws_less_often_and_loses_nothing(room: Room) -> None:
    room.viewport._frame_s = 60.0  # as if the last picture had taken a minute
    before = room.viewport.frames
    room.scene.camera.move_to(Pose((0.0, 0.0, 0.0), 200.0, 60.0, 800.0), at_once=True)
    room.beat(3)
    assert room.viewport.frames == before
    room.viewport._frame_s = 0.0
    room.beat(1)
    assert room.viewport.frames == before + 1


def test_the_view_draws_on_in_another_window(room: Room, qtbot) -> None:
    """Qt gives it a new OpenGL context then: an operator puts the 3D view on the wall."""
    wall = QWidget()
    wall.resize(500, 300)
    QHBoxLayout(wall).addWidget(room.viewport)
    wall.show()
    qtbot.waitExposed(wall)
    room.beat(4)
    image = room.picture()
    assert len(np.unique(image.reshape(-1, 3), axis=0)) > 60
    room.viewport.finalise()
    wall.close()
    wall.deleteLater()


@pytest.mark.parametrize("way", ["finalise first", "close first", "finalise twice", "never shown again"])
def test_every_way_to_close_frees_the_scene(qtbot, way: str) -> None:
    room = Room(qtbot)
    watch = VtkWatch(room.scene.renderer)
    if way == "close first":
        room.window.close()
    if way == "never shown again":
        room.window.hide()
    room.viewport.finalise()
    if way == "finalise twice":
        room.viewport.finalise()
    room.beat(2)
    room.window.close()
    room.window.deleteLater()
    QApplication.processEvents()
    del room
    gc.collect()
    assert watch.watched > 20
    assert watch.alive() == 0


def test_a_double_click_goes_a_level_deeper_towards_the_box(room: Room, qtbot) -> None:
    qtbot.mouseDClick(room.viewport, Qt.MouseButton.LeftButton, pos=room.middle())
    room.beat()
    current = room.harbour.layers.selection.current
    assert current is not None
    assert current.kind in ("block", "bay", "container")
    assert room.harbour.layers.view.focus == current


def test_with_the_tape_in_hand_clicks_measure_and_select_nothing(room: Room, qtbot) -> None:
    tools = room.harbour.layers.tools
    tools.take(Tool.MEASURE)
    for offset in (QPoint(-60, 40), QPoint(60, 40)):
        qtbot.mouseClick(room.viewport, Qt.MouseButton.LeftButton, pos=room.middle() + offset)
    assert len(tools.line) == 2
    assert 1.0 < tools.length_m < 60.0
    assert room.harbour.layers.selection.current is None
    qtbot.mouseDClick(room.viewport, Qt.MouseButton.LeftButton, pos=room.middle())
    assert tools.tool is Tool.SELECT


def test_two_views_in_one_window_are_both_drawn_and_move_as_one(room: Room, qtbot) -> None:
    """Two moments side by side: each has a port and a picture of its own, a hand on one moves both."""
    harbour = Harbour()
    scene = Scene(harbour.index, harbour.layers)
    second = Viewport(scene)
    room.window.layout().addWidget(second)
    room.harbour.layers.view.link(harbour.layers.view)
    qtbot.waitUntil(second.isVisible)

    def beat(times: int) -> None:
        for _ in range(times):
            room.beat(1)
            second.sync(room.now)
            QApplication.processEvents()

    beat(4)
    assert scene.camera.pose == room.scene.camera.pose
    drawn, begun = second.frames, second._moved_at
    start = room.middle()
    qtbot.mousePress(room.viewport, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 6):
        qtbot.mouseMove(room.viewport, start + QPoint(12 * step, 5 * step))
    qtbot.mouseRelease(room.viewport, Qt.MouseButton.LeftButton, pos=start + QPoint(60, 25))
    beat(2)
    qtbot.waitUntil(lambda: second.frames > drawn)
    assert scene.camera.pose == room.scene.camera.pose
    assert second._moved_at > begun, "it goes on at the pace of pictures, not of beats"
    pictures = [view.grab().toImage() for view in (room.viewport, second)]
    assert pictures[0] != pictures[1], "the box stands in one of them alone"
    second.finalise()
    beat(1)
    assert room.viewport.frames > 0


def test_a_right_click_asks_about_the_box_and_where_on_the_screen(room: Room, qtbot) -> None:
    told: list[tuple[Selection | None, QPoint]] = []
    room.viewport.when_asked(lambda found, place: told.append((found, place)))
    qtbot.mouseClick(room.viewport, Qt.MouseButton.RightButton, pos=room.middle())
    assert told == [(Selection("container", BOX), room.viewport.mapToGlobal(room.middle()))]
    assert room.harbour.layers.selection.current == Selection("container", BOX)


def test_a_card_that_changes_over_the_picture_has_no_picture_drawn(room: Room) -> None:
    card = QLabel("1", room.viewport)
    card.setGeometry(20, 20, 80, 40)
    card.show()
    room.scene.camera.move_to(Pose((0.0, 0.0, 0.0), 200.0, 80.0, 5000.0), at_once=True)  # too high for waves
    room.beat(4)
    before = room.viewport.frames
    card.setText("2")
    for _ in range(3):
        QApplication.processEvents()
    assert room.viewport.frames == before


@pytest.mark.parametrize("kind", [ImageCanvas, FrameCanvas])
def test_either_canvas_shows_the_same_picture_the_right_way_up(qtbot, monkeypatch, kind) -> None:
    monkeypatch.setattr("scene.canvas.processor_draws", lambda: kind is ImageCanvas)
    room = Room(qtbot)
    try:
        assert isinstance(room.viewport._canvas, kind)
        room.scene.camera.move_to(Pose((0.0, 0.0, 10.0), 200.0, 4.0, 900.0), at_once=True)
        room.beat(4)
        room.viewport.request_render()
        shown = room.picture()
        assert shown[:20].mean() > 1.3 * shown[-20:].mean(), "the bright sky is above"
    finally:
        room.viewport.finalise()
        room.window.close()
        room.window.deleteLater()
        QApplication.processEvents()


def test_in_a_hurry_each_picture_is_drawn_before_the_next_even_while_some_of_it_is_still_made(
    room: Room, qtbot, monkeypatch
) -> None:
    monkeypatch.setattr(type(room.scene), "pending", property(lambda _: True))
    for _ in range(3):
        drawn = room.viewport.frames
        room.viewport.sync(room.now)
        room.viewport.hurry()
        qtbot.waitUntil(lambda drawn=drawn: room.viewport.frames > drawn)
