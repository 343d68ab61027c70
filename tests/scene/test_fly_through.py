"""A flight over all viewpoints at noon, dusk and night: nothing flickers, is cut off, left out or below ground."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import numpy as np
import pytest
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkFloatArray
from vtkmodules.vtkRenderingCore import vtkActor

from scene import actors, offscreen
from scene import mesh as m
from scene.camera import LOWEST_EYE_M
from scene.quality import SOFTWARE
from scene.scene import Scene
from tests.harbour import Harbour
from twin.port_index import PortIndex

TIMES = {"noon": "2026-11-21T12:00:00+08:00", "dusk": "2026-11-21T17:25:00+08:00", "night": "2026-11-21T22:00:00+08:00"}
SIZE = (480, 270)
STANDING = ("buildings", "gates", "greenery", "yard", "roads")
_HAIR_M = 0.004  # a move of the camera far below a pixel
_CHANGED = 26  # of 255, summed over red, green and blue


class Flight:
    """The scene in a window that stays open, and what it shows."""

    def __init__(self, index: PortIndex) -> None:
        self.harbour = Harbour(index.layout)
        self.harbour.index = index
        self.harbour.fill(2000)
        self.harbour.moor("OOCL SPAIN", 100.0, -25.0, 278.0)
        self.harbour.drive("闽A1", 60.0, 60.0, 98.0)
        self.harbour.step(containers=range(2000), movers=range(2), vessels=[0])
        self.scene = Scene(index, self.harbour.layers, SOFTWARE, None)
        self.window = offscreen.open_window(self.scene, SIZE)
        self.now = 0

    def at(self, text: str) -> None:
        self.now = int(datetime.fromisoformat(text).timestamp() * 1000)
        self.settle()

    def settle(self) -> None:
        self.scene.sync(self.now)
        offscreen._complete(self.scene, self.now)

    def picture(self) -> NDArray[np.int64]:
        self.window.Render()
        shown = vtk_to_numpy(offscreen._grab(self.window).GetOutput().GetPointData().GetScalars())
        return shown.reshape(SIZE[1], SIZE[0], -1)[::-1, :, :3].astype(np.int64)

    def depths(self) -> NDArray[np.float32]:
        """Depth of each pixel: 0 at the near plane, 1 at the far one."""
        self.scene.labels.set_visible(False)  # names lie at the very front
        self.window.Render()
        found = vtkFloatArray()
        self.window.GetZbufferData(0, 0, SIZE[0] - 1, SIZE[1] - 1, found)
        self.scene.labels.set_visible(True)
        return vtk_to_numpy(found)

    def flicker(self) -> float:
        """Share of pixels that change when the camera moves by a hair."""
        before = self.picture()
        camera = self.scene.renderer.GetActiveCamera()
        eye, focus = np.array(camera.GetPosition()), np.array(camera.GetFocalPoint())
        worst = 0.0
        for way in ((_HAIR_M, 0.0, 0.0), (0.0, -_HAIR_M, _HAIR_M)):
            camera.SetPosition(*(eye + way))
            camera.SetFocalPoint(*(focus + way))
            worst = max(worst, float((np.abs(self.picture() - before).sum(axis=2) > _CHANGED).mean()))
        camera.SetPosition(*eye)
        camera.SetFocalPoint(*focus)
        return worst

    def close(self) -> None:
        offscreen.close_window(self.scene, self.window)
        self.scene.close()


@pytest.fixture(scope="module")
def flight(jiangyin_index: PortIndex) -> Iterator[Flight]:
    made = Flight(jiangyin_index)
    yield made
    made.close()


@pytest.mark.parametrize("time", TIMES)
def test_a_flight_over_all_viewpoints(flight: Flight, time: str) -> None:
    scene = flight.scene
    flight.at(TIMES[time])
    for viewpoint in flight.harbour.layout.viewpoints:
        scene.camera.go(viewpoint.id)
        while scene.camera.flying:
            scene.animate(0.35)
            assert scene.camera.eye[2] >= LOWEST_EYE_M - 1e-6, f"below ground on the way to {viewpoint.id}"
            near, far = scene.renderer.GetActiveCamera().GetClippingRange()
            assert 0.0 < near < scene.camera.pose.distance_m < far
        flight.settle()
        assert flight.flicker() < 0.004, f"{viewpoint.id} at {time} flickers"
        image, depth = flight.picture(), flight.depths()
        assert depth.max() < 1.0, f"{viewpoint.id}: something reaches beyond the far plane, or nothing was drawn"
        assert depth.min() > 0.0, f"{viewpoint.id}: something is cut off at the near plane"
        assert np.ptp(np.percentile(image.sum(axis=2), (2, 98))) > 60, f"{viewpoint.id} at {time} tells light from dark"
        assert (image.sum(axis=2) == 0).mean() < 0.01


def test_coplanar_sheets_would_be_found_out(flight: Flight) -> None:
    """The measure of the flight above sees two sheets that lie in one another."""
    scene = flight.scene
    flight.at(TIMES["noon"])
    scene.camera.go("port", at_once=True)
    flight.settle()
    calm = flight.flicker()
    sheet = m.quads([[(-403, 101, 0), (811, 97, 0), (797, 707, 0), (-409, 691, 0)]], (255, 0, 0))
    wrong: vtkActor = actors.baked(sheet, scene.daylight.light, layer=1)
    scene.renderer.AddViewProp(wrong)
    troubled = flight.flicker()
    scene.renderer.RemoveViewProp(wrong)
    assert troubled > 3.0 * calm + 0.002


def test_nothing_that_stands_reaches_below_ground(flight: Flight) -> None:
    flight.at(TIMES["noon"])
    for viewpoint in flight.harbour.layout.viewpoints:
        flight.scene.camera.go(viewpoint.id, at_once=True)
        flight.settle()
    model = flight.scene.model
    for name in STANDING:
        lows = [a.GetBounds()[4] for a in getattr(model, name).actors if a.GetBounds()[4] <= a.GetBounds()[5]]
        assert lows, name
        assert min(lows) >= -0.011, name
    bed = flight.harbour.layout.sea_level_m
    assert min(a.GetBounds()[4] for a in model.terrain.actors) >= min(bed - 3.0, -14.0)
    assert all(a.GetBounds()[4] >= bed - 6.0 for a in model.quay.actors)


def test_lamps_come_on_at_dusk_and_windows_shine(flight: Flight) -> None:
    """Between noon and night everything loses light but what lamps fall on and what shines."""
    scene = flight.scene
    scene.camera.go("gate", at_once=True)
    shown = {}
    for time, text in TIMES.items():
        flight.at(text)
        shown[time] = flight.picture().sum(axis=2)
    assert shown["noon"].mean() > 1.3 * shown["night"].mean()
    bright = (shown["night"] > 520).sum()
    assert bright > 60, "lit windows and lamps"
    assert np.percentile(shown["night"], 20) < 0.7 * np.percentile(shown["noon"], 20)
    assert (shown["dusk"] > 520).sum() > 0.5 * bright, "lamps are on at dusk"
