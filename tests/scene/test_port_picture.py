"""The port's picture: sea where the sea is, blocks, roads and fences at their places, and nothing left behind."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from resources import locator
from scene import offscreen
from scene.camera import Pose
from scene.quality import SOFTWARE
from scene.scene import Scene
from tests.harbour import NOW, Harbour
from tests.scene.conftest import VtkWatch
from twin import port_definition
from twin.port_index import PortIndex

SIZE = (960, 540)


def picture(scene: Scene) -> NDArray[np.int64]:
    return offscreen.pixels(scene, SIZE, NOW).astype(np.int64)


def colour_at(scene: Scene, image: NDArray[np.int64], x: float, y: float, z: float = 0.0) -> NDArray[np.float64]:
    """The mean colour of a few pixels around a place."""
    column, row, depth = scene.project(np.array([[x, y, z]]))[0]
    assert depth > 0
    assert 3 <= column < SIZE[0] - 3
    assert 3 <= row < SIZE[1] - 3
    return image[int(row) - 1:int(row) + 2, int(column) - 1:int(column) + 2].reshape(-1, 3).mean(axis=0)


def from_above(scene: Scene, x: float, y: float, distance_m: float) -> NDArray[np.int64]:
    scene.camera.move_to(Pose((x, y, 0.0), 180.0, 90.0, distance_m), at_once=True)
    scene.labels.set_visible(False)
    image = picture(scene)
    scene.labels.set_visible(True)
    return image


def test_the_sea_lies_off_the_quay_and_the_apron_on_it(port: tuple[Scene, Harbour]) -> None:
    scene, harbour = port
    berth = harbour.layout.berths[4]
    start, end = np.asarray(berth.start), np.asarray(berth.end)
    middle, along = (start + end) / 2, (end - start) / np.linalg.norm(end - start)
    seaward = np.array([along[1], -along[0]]) * (1 if along[0] > 0 else -1)
    image = from_above(scene, *middle, 700.0)
    sea = colour_at(scene, image, *(middle + seaward * 120.0))
    apron = colour_at(scene, image, *(middle - seaward * 50.0 + along * 40.0))
    assert sea[2] > 1.8 * sea[0], "water is blue"
    assert np.ptp(apron) < 40, "concrete is grey"
    assert apron.sum() > sea.sum()


def test_natural_land_is_green_and_open_sea_is_not_land(port: tuple[Scene, Harbour]) -> None:
    scene, _ = port
    image = from_above(scene, 0.0, 3600.0, 4200.0)
    land = colour_at(scene, image, 300.0, 4000.0)
    assert land[1] >= land[0]
    assert land[1] >= land[2] - 12
    image = from_above(scene, 0.0, -2500.0, 3000.0)
    sea = colour_at(scene, image, 100.0, -2600.0)
    assert sea[2] > 1.6 * sea[0]


def test_every_block_has_its_pad_where_its_slots_are(port: tuple[Scene, Harbour]) -> None:
    scene, harbour = port
    pads, lanes = [], []
    for block in harbour.layout.blocks[::9]:
        middle = np.mean(block.outline, axis=0)
        image = from_above(scene, *middle, 420.0)
        # Between the painted lines, away from the cranes at home in mid-block.
        slot = block.ground(9, 2) + block.along * 0.5
        pads.append(colour_at(scene, image, *slot).mean())
        lane = block.ground(9, 1) + block.across * (
            (block.rows - 0.5) * block.row_pitch_m + 3.4 if block.service_side > 0 else -0.5 * block.row_pitch_m - 3.4)
        lanes.append(colour_at(scene, image, *lane).mean())
    assert np.mean(pads) > np.mean(lanes) + 8, "pads are lighter than the truck lanes beside them"


def test_slot_lines_are_painted_close_up_only(port: tuple[Scene, Harbour]) -> None:
    scene, harbour = port
    block = harbour.layout.blocks[0]
    middle = np.mean(block.outline, axis=0)
    tiles = [actor for actor in scene.model.yard.actors if actor.GetBounds()[1] - actor.GetBounds()[0] < 400]
    from_above(scene, *middle, 150.0)
    near = sum(bool(actor.GetVisibility()) for actor in tiles)
    scene.camera.move_to(Pose((*middle, 0.0), 200.0, 60.0, 4000.0), at_once=True)
    scene.look()
    assert near > 0
    assert sum(bool(actor.GetVisibility()) for actor in tiles) == 0


def test_a_breached_fence_turns_red(port: tuple[Scene, Harbour]) -> None:
    scene, harbour = port
    layer = harbour.layers.fences
    fence = layer.fences[0]
    a, b = (np.asarray(p) for p in max(
        zip(fence.outline, (*fence.outline[1:], fence.outline[0]), strict=True),
        key=lambda side: np.hypot(side[0][0] - side[1][0], side[0][1] - side[1][1])))
    at = a + (b - a) * 0.5137
    scene.camera.move_to(Pose((*at, 0.0), 200.0, 35.0, 120.0), at_once=True)
    quiet = picture(scene)
    layer.state = np.array([1] + [0] * (len(layer.fences) - 1), dtype=np.int8)
    layer.touch()
    red = picture(scene)
    layer.state = np.zeros(len(layer.fences), dtype=np.int8)
    layer.touch()
    redder = (red[..., 0] - red[..., 1]) - (quiet[..., 0] - quiet[..., 1])
    assert (redder > 40).sum() > 500


def test_hiding_fences_takes_their_walls_away(port: tuple[Scene, Harbour]) -> None:
    scene, harbour = port
    scene.sync(NOW)
    harbour.layers.fences.set_visible(False)
    scene.sync(NOW)
    assert not any(actor.GetVisibility() for actor in scene.model.fences.actors)
    harbour.layers.fences.set_visible(True)
    scene.sync(NOW)
    assert all(actor.GetVisibility() for actor in scene.model.fences.actors)


@pytest.mark.parametrize("elevation", [2.0, 15.0, 40.0, 90.0])
def test_every_pixel_is_drawn_whatever_the_view(port: tuple[Scene, Harbour], elevation: float) -> None:
    """Nothing is cleared before drawing, so sea, land and sky must cover the picture."""
    scene, _ = port
    pictures = []
    for paint in ((255, 0, 255), (0, 255, 0)):
        scene.camera.move_to(Pose((0.0, 200.0, 0.0), 200.0, elevation, 1500.0), at_once=True)
        scene.renderer.PreserveColorBufferOff()
        scene.renderer.SetBackground(*(c / 255 for c in paint))
        pictures.append(picture(scene))
    scene.renderer.PreserveColorBufferOn()
    uncovered = (pictures[0][..., 1] < 5) & (pictures[1][..., 1] > 250)
    assert uncovered.sum() == 0


def test_a_plain_definition_is_open_sea() -> None:
    harbour = Harbour(port_definition.load(locator.sea_only_definition()))
    scene = Scene(PortIndex(harbour.layout), harbour.layers, SOFTWARE)
    image = picture(scene)
    scene.close()
    lower = image[SIZE[1] // 2:].reshape(-1, 3).mean(axis=0)
    assert lower[2] > 1.6 * lower[0]
    assert scene.renderer is None


def test_closing_the_scene_frees_every_vtk_object() -> None:
    harbour = Harbour()
    harbour.fill(300)
    harbour.moor("OOCL SPAIN", -100.0, -20.0, 270.0)
    harbour.step(containers=range(300), movers=[0], vessels=[0])
    scene = Scene(harbour.index, harbour.layers, SOFTWARE)
    picture(scene)
    watch = VtkWatch(scene.renderer)
    scene.close()
    assert watch.watched > 30
    assert watch.alive() == 0
    scene.close()
    assert not scene.sync(NOW)
