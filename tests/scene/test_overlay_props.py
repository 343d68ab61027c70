"""Heat, trails, the measured line and pins in the picture; a second port shows that nothing is wired to the first."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from layers.cutaway import Cutaway, CutMode
from layers.heat import HeatMode
from layers.pins import Pin
from layers.tools import Tool
from scene import offscreen
from scene.camera import Pose
from scene.scene import Scene
from tests.harbour import Harbour
from tests.second_port import index as feeder_index
from tests.second_port import layout as feeder_port

SIZE = (640, 360)


class Room:
    def __init__(self) -> None:
        self.harbour = Harbour()
        self.harbour.fill(300)
        count = len(self.harbour.containers.number)
        self.harbour.containers.put(np.arange(count), arrived_at=self.harbour.now - 20 * 86_400_000)
        self.harbour.step(containers=np.arange(count))
        self.scene = Scene(self.harbour.index, self.harbour.layers)
        self.layers = self.harbour.layers
        self.look(Pose((-200.0, 120.0, 0.0), 180.0, 55.0, 500.0))

    def look(self, pose: Pose) -> None:
        self.scene.camera.set_size(*SIZE)
        self.scene.camera.move_to(pose, at_once=True)

    def picture(self) -> np.ndarray:
        return offscreen.pixels(self.scene, SIZE, self.harbour.now).astype(int)


@pytest.fixture
def room() -> Iterator[Room]:
    made = Room()
    yield made
    made.scene.close()


def test_nothing_is_made_of_overlays_until_somebody_asks(room: Room) -> None:
    room.picture()
    assert (room.scene.overlays.heat, room.scene.overlays.trails, room.scene.overlays.marks) == (None, None, None)


def test_a_heat_map_lies_over_the_stacks_and_goes_again(room: Room) -> None:
    before = room.picture()
    room.layers.heat.show(HeatMode.DWELL)
    hot = room.picture()
    assert room.scene.overlays.heat is not None
    assert room.scene.overlays.heat.count > 40
    changed = np.abs(hot - before).sum(axis=2) > 40
    assert changed.mean() > 0.02
    assert (hot[changed][:, 0] - hot[changed][:, 2]).mean() > 40, "red: they stand for weeks"
    room.layers.heat.show(None)
    after = room.picture()
    assert (np.abs(after - before).sum(axis=2) > 40).mean() < 0.002


def test_a_trail_is_drawn_where_the_truck_drove_and_fades(room: Room) -> None:
    harbour = room.harbour
    room.look(Pose((-200.0, 60.0, 0.0), 180.0, 89.0, 300.0))
    room.layers.trails.set_visible(True)
    for x in range(-300, -120, 20):
        harbour.now += 4_000
        harbour.step(movers=[harbour.drive("闽A1", float(x), 60.0, 90.0)])
    harbour.layers.vehicles.set_visible(False)
    fresh = room.picture()
    trails = room.scene.overlays.trails
    assert trails is not None
    assert trails.count == 8
    room.layers.trails.set_visible(False)
    without = room.picture()
    drawn = np.abs(fresh - without).sum(axis=2)
    rows = np.flatnonzero((drawn > 60).any(axis=1))
    assert len(rows), "the trail is seen"
    assert np.ptp(rows) < 12, "a straight way is a straight line"
    room.layers.trails.set_visible(True)
    room.picture()
    filled = trails.filled
    harbour.now += 120_000
    later = room.picture()
    assert trails.filled == filled, "fading hands no buffer over"
    faded = np.abs(later - without).sum(axis=2)
    assert 0 < faded.max() < 0.7 * drawn.max()


def test_the_measured_line_is_drawn_with_its_length(room: Room) -> None:
    tools = room.layers.tools
    before = room.picture()
    tools.take(Tool.MEASURE)
    tools.touch((-300.0, 60.0, 0.0))
    tools.touch((-100.0, 60.0, 0.0))
    picture = room.picture()
    assert (np.abs(picture - before).sum(axis=2) > 60).sum() > 150
    assert " 200.0 m " in {room.scene.labels.text_of(label).GetInput() for label in room.scene.labels.shown}
    tools.clear()
    assert (np.abs(room.picture() - before).sum(axis=2) > 60).mean() < 0.002


def test_a_pin_stands_while_it_holds_and_says_its_words(room: Room) -> None:
    now = room.harbour.now
    room.layers.pins.add(Pin("p1", "复查铅封", -200.0, 60.0, 0.0, now - 1_000, now + 5_000))
    room.layers.advance(now)
    with_pin = room.picture()
    assert " 复查铅封 " in {room.scene.labels.text_of(label).GetInput() for label in room.scene.labels.shown}
    room.harbour.now += 6_000
    room.layers.advance(room.harbour.now)
    without = room.picture()
    assert (np.abs(with_pin - without).sum(axis=2) > 60).sum() > 60
    assert room.scene.overlays.marks is not None
    assert room.scene.overlays.marks.count == 0


def test_under_x_ray_the_ground_behind_a_block_shines_through(room: Room) -> None:
    room.layers.containers.set_cutaway(Cutaway("B11", CutMode.XRAY, 20))
    room.picture()
    assert room.scene.live.glass.count > 20
    room.layers.containers.set_cutaway(Cutaway("B11", CutMode.SECTION, 20))
    room.picture()
    assert room.scene.live.glass.count == 0


# A second port -------------------------------------------------------------------------------------------------------


def test_another_port_is_drawn_from_its_own_definition() -> None:
    harbour = Harbour(feeder_port())
    harbour.index = feeder_index()
    harbour.fill(120)
    harbour.step(containers=np.arange(len(harbour.containers.number)))
    scene = Scene(feeder_index(), harbour.layers)
    try:
        scene.camera.set_size(*SIZE)
        target = feeder_port().viewpoints[0].target
        assert scene.camera.pose.target == pytest.approx(target), "its first viewpoint is home, whatever its name"
        picture = offscreen.pixels(scene, SIZE, harbour.now)
        assert len(np.unique(picture.reshape(-1, 3) // 8, axis=0)) > 60
        names = {label.name.en for label in scene.labels.shown}
        assert "East berth" in names
        assert not any("Jiangyin" in name for name in names)
        for number, block in enumerate(feeder_port().blocks):
            boxes = harbour.layers.containers.block(number).boxes
            assert np.allclose(boxes.bearing_deg, block.bearing_deg)
            middle = scene.project(np.array([[*np.mean(block.outline, axis=0), 2.0]]))[0]
            assert scene.pick(float(middle[0]), float(middle[1])) is not None
    finally:
        scene.close()
