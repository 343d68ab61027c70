"""Lamps of cranes, ships and vehicles shine while the port's lamps are on, and cost nothing by day."""

from __future__ import annotations

import pytest
from vtkmodules.vtkRenderingCore import vtkRenderer

from scene.light import DAY, NIGHT
from scene.props.night_lights import NightLights
from tests.harbour import Harbour

EYE = (-60.0, -150.0, 60.0)


@pytest.fixture
def lights() -> NightLights:
    return NightLights(vtkRenderer())


def glows(lights: NightLights, harbour: Harbour) -> int:
    lights.sync(harbour.layers, NIGHT, EYE)
    return lights.glows


def test_by_day_nothing_shines_and_at_night_the_cranes_do(lights: NightLights) -> None:
    harbour = Harbour()
    harbour.step(movers=[harbour.drive("闽A1", 0.0, 50.0, 90.0)])
    assert not lights.sync(harbour.layers, DAY, EYE)
    assert lights.glows == 0
    assert not lights.actors[0].GetVisibility()
    assert glows(lights, harbour) > 20
    assert lights.sync(harbour.layers, DAY, EYE), "morning"
    assert not lights.actors[0].GetVisibility()


def test_a_truck_under_way_has_its_lamps_on_and_a_parked_one_has_not(lights: NightLights) -> None:
    harbour = Harbour()
    row = harbour.drive("闽A1", -60.0, -100.0, 90.0)
    harbour.step(movers=[row])
    parked = glows(lights, harbour)
    harbour.movers.put(row, speed_mps=8.0, x=-55.0, observed_at=harbour.now + 1_000)
    harbour.now += 1_000
    harbour.step(movers=[row])
    assert glows(lights, harbour) > parked


def test_a_ship_shows_her_lamps_and_far_away_nothing_is_worked_out(lights: NightLights) -> None:
    harbour = Harbour()
    dark = glows(lights, harbour)
    harbour.step(movers=[harbour.moor("EVER TRUE", -200.0, -30.0, 270.0)], vessels=[0])
    harbour.layers.advance(harbour.now)
    assert glows(lights, harbour) > dark
    lights.sync(harbour.layers, NIGHT, (0.0, -9_000.0, 800.0))
    assert lights.glows == 0
