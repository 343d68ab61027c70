"""Light baked into colours is the light VTK's own lamps would give."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vtkmodules.vtkRenderingCore import vtkActor, vtkRenderer, vtkRenderWindow, vtkWindowToImageFilter

from layers.sun import sun_position
from scene import actors, offscreen
from scene import mesh as m
from scene.actors import unit
from scene.camera import Pose
from scene.light import LIGHTS, Light, light_at
from scene.quality import SOFTWARE
from scene.scene import Scene
from tests.harbour import Harbour
from twin.port_index import PortIndex


def drawn(actor: vtkActor, light: Light) -> np.ndarray:
    renderer = vtkRenderer()
    actors.set_lamps(renderer, light)
    renderer.AddActor(actor)
    camera = renderer.GetActiveCamera()
    camera.SetPosition(-9.0, -12.0, 8.0)
    camera.SetFocalPoint(0.0, 0.0, 1.0)
    camera.SetViewUp(0.0, 0.0, 1.0)
    renderer.ResetCameraClippingRange()
    window: vtkRenderWindow = offscreen._window()
    window.SetSize(160, 120)
    window.AddRenderer(renderer)
    window.Render()
    grab = vtkWindowToImageFilter()
    grab.SetInput(window)
    grab.ReadFrontBufferOff()
    grab.Update()
    from vtkmodules.util.numpy_support import vtk_to_numpy

    found = vtk_to_numpy(grab.GetOutput().GetPointData().GetScalars()).reshape(120, 160, 3).astype(int).copy()
    window.Finalize()
    return found


@pytest.mark.parametrize("name", sorted(LIGHTS))
def test_baked_and_lit_surfaces_look_alike(name: str) -> None:
    light = LIGHTS[name]
    body = m.merge([m.box((-2, -2, 0), (2, 2, 3), (120, 130, 140), m.ALL_SIDES),
                    m.box((-0.5, -3.5, 0), (1.5, -2.5, 1), (180, 90, 60), m.ALL_SIDES)])
    baked, lit = drawn(actors.baked(body, light), light), drawn(actors.lit(body, light), light)
    assert (baked.sum(axis=2) > 30).mean() > 0.1, "something is to be seen"
    assert np.abs(baked - lit).max() <= 14
    assert len(np.unique(baked.reshape(-1, 3), axis=0)) >= 4, "sides are told apart"


def test_the_sunny_side_is_brighter_than_the_shaded_one() -> None:
    day = LIGHTS["day"]
    sunny, shaded, up = day.factor(np.array([[-0.7, -0.7, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])).mean(axis=1)
    assert up > shaded
    assert sunny > shaded


def test_night_is_darker_than_dusk_and_dusk_than_day() -> None:
    up = np.array([[0.0, 0.0, 1.0]])
    day, dusk, night = (LIGHTS[n].factor(up).mean() for n in ("day", "dusk", "night"))
    assert day > dusk > night > 0.2


JIANGYIN = (119.2917, 25.4133)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def test_the_sun_stands_where_the_almanac_says() -> None:
    # J. J. Michalsky's formula against published almanac cases: the solstice at Greenwich (declination 23.44 degrees,
    # so a noon elevation of 90 - 51.48 + 23.44), and the sub-solar point at an equinox.
    azimuth, elevation = sun_position(at("2025-06-21T12:02:00+00:00"), 0.0, 51.48)
    assert elevation == pytest.approx(61.96, abs=0.05)
    assert azimuth == pytest.approx(180.0, abs=1.0)
    _, overhead = sun_position(at("2025-03-20T12:07:20+00:00"), 0.0, 0.0)
    assert overhead == pytest.approx(90.0, abs=0.3)


def test_a_winter_day_at_jiangyin() -> None:
    hours = ("08:00", "11:49", "16:00")
    morning, noon, evening = (sun_position(at(f"2026-11-21T{t}:00+08:00"), *JIANGYIN) for t in hours)
    assert 110 < morning[0] < 130
    assert noon[0] == pytest.approx(180.0, abs=1.0)
    assert noon[1] == pytest.approx(90 - 25.41 - 19.9, abs=0.3)
    assert 230 < evening[0] < 245
    assert 10 < evening[1] < 18


@given(st.integers(0, 2_000_000_000_000), st.floats(-180, 180), st.floats(-90, 90))
def test_the_sun_is_always_somewhere(now_ms: int, lon: float, lat: float) -> None:
    azimuth, elevation = sun_position(now_ms, lon, lat)
    assert 0.0 <= azimuth < 360.0 + 1e-9
    assert -90.0 <= elevation <= 90.0
    light = light_at(now_ms, lon, lat)
    assert light.sun_from[2] > 0.1, "never from below: shades would tell nothing"


def test_shades_turn_with_the_sun() -> None:
    east, west = np.array([[1.0, 0.0, 0.0]]), np.array([[-1.0, 0.0, 0.0]])
    morning, evening = (light_at(at(f"2026-11-21T{t}:00+08:00"), *JIANGYIN) for t in ("08:30", "15:30"))
    assert morning.factor(east).sum() > morning.factor(west).sum()
    assert evening.factor(west).sum() > evening.factor(east).sum()


def test_light_changes_without_a_jump() -> None:
    lights = [light_at(at("2026-11-21T16:00:00+08:00") + minute * 60_000, *JIANGYIN) for minute in range(150)]
    up = np.array([[0.0, 0.0, 1.0]])
    brightness = np.array([light.factor(up).mean() for light in lights])
    assert np.abs(np.diff(brightness)).max() < 0.05
    assert brightness[0] > brightness[-1]
    turns = [np.dot(unit(a.sun_from), unit(b.sun_from)) for a, b in pairwise(lights)]
    assert min(turns) > np.cos(np.radians(8.0))
    assert lights[0].lamps == 0.0
    assert lights[-1].lamps == 1.0


def test_the_scene_follows_the_clock_unless_it_is_told_otherwise(jiangyin_index: PortIndex) -> None:
    harbour = Harbour(jiangyin_index.layout)
    scene = Scene(jiangyin_index, harbour.layers, SOFTWARE, None)
    scene.camera.move_to(Pose((0.0, -1500.0, 0.0), 200.0, 35.0, 500.0), at_once=True)  # open water
    shown = {t: offscreen.pixels(scene, (320, 180), at(f"2026-11-21T{t}:00+08:00")).mean()
             for t in ("12:00", "17:15", "22:00")}
    assert shown["12:00"] > 1.2 * shown["17:15"]
    assert shown["17:15"] > 1.2 * shown["22:00"]
    scene.daylight.fix(LIGHTS["day"])
    held = offscreen.pixels(scene, (320, 180), at("2026-11-22T01:00:00+08:00")).mean()
    scene.close()
    assert held == pytest.approx(shown["12:00"], rel=0.12)
