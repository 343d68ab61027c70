"""Close to a stack one reads the numbers of its boxes; from further off there are no letters."""

from __future__ import annotations

import numpy as np
import pytest
from vtkmodules.vtkRenderingCore import vtkRenderer

from scene.light import DAY
from scene.props.plates import LETTER_M, Plates
from scene.props.yard_containers import YardContainers
from tests.harbour import Harbour

AT_ONCE_S = 1_000.0


@pytest.fixture
def renderer() -> vtkRenderer:
    return vtkRenderer()


def beside(harbour: Harbour, away_m: float) -> tuple[float, float, float]:
    """South of the block's first row, at the height of a person."""
    x, y = harbour.layout.blocks[0].ground(6, 1)
    row = harbour.layout.blocks[0].across
    return float(x - row[0] * away_m), float(y - row[1] * away_m), 1.7


def lettered(harbour: Harbour, renderer: vtkRenderer, eye: tuple[float, float, float]) -> Plates:
    yard = YardContainers(renderer, harbour.layers.containers, DAY)
    yard.sync(harbour.layers.containers, AT_ONCE_S)
    plates = Plates(renderer, DAY)
    plates.sync(harbour.layers, yard, eye)
    return plates


def test_a_number_stands_on_the_side_one_looks_at_and_within_it(renderer: vtkRenderer) -> None:
    harbour = Harbour()
    harbour.step(containers=[harbour.stand("TCLU1234567", 0, 6, 1, 1)])
    plates = lettered(harbour, renderer, beside(harbour, 15.0))
    assert plates.letters == len("TCLU1234567"), "the other sides look away"
    west, east, south, north, low, high = plates.actors[0].GetBounds()
    boxes = harbour.layers.containers.block(0).boxes
    middle, size = boxes.base[0], boxes.size[0]
    assert middle[0] - size[0] / 2 < west < east < middle[0] + size[0] / 2
    assert north - south < 0.05, "flat on the steel"
    assert 0.5 * size[2] < low < high < size[2]
    assert high - low == pytest.approx(LETTER_M, rel=0.1)
    plates.close()


def test_boxes_hidden_behind_others_are_not_lettered(renderer: vtkRenderer) -> None:
    harbour = Harbour()
    harbour.step(containers=[harbour.stand(f"TCLU100000{row}", 0, 6, row, 1) for row in (1, 2, 3)])
    assert lettered(harbour, renderer, beside(harbour, 15.0)).letters == 11


def test_from_further_off_there_are_no_letters(renderer: vtkRenderer) -> None:
    harbour = Harbour()
    harbour.fill(200)
    harbour.step(containers=np.arange(harbour.containers.count))
    assert lettered(harbour, renderer, beside(harbour, 90.0)).letters == 0


def test_a_number_rides_along_on_a_truck_and_goes_with_the_layer(renderer: vtkRenderer) -> None:
    harbour = Harbour()
    box = harbour.box("MSKU7654321", length_m=12.192)
    harbour.step(containers=[box], movers=[harbour.drive("闽A12345", -100.0, 50.0, 90.0, load=box)])
    yard = YardContainers(renderer, harbour.layers.containers, DAY)
    plates = Plates(renderer, DAY)
    eye = (-100.0, 35.0, 3.0)
    assert plates.sync(harbour.layers, yard, eye)
    before = plates.actors[0].GetBounds()
    assert plates.letters == 11
    assert not plates.sync(harbour.layers, yard, eye)
    harbour.now += 2_000
    harbour.step(movers=[harbour.drive("闽A12345", -90.0, 50.0, 90.0, load=box)])
    harbour.layers.advance(harbour.now + 2_000)
    assert plates.sync(harbour.layers, yard, eye)
    assert plates.actors[0].GetBounds()[0] == pytest.approx(before[0] + 10.0, abs=0.1)
    harbour.layers.containers.set_visible(False)
    plates.sync(harbour.layers, yard, eye)
    assert plates.letters == 0
    plates.close()
