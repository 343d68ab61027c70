"""Slots, blocks and the index of a layout: where a container stands, and in which zone a point lies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon

from tests.core import small_definition
from twin.port_definition import load
from twin.port_index import PortIndex
from twin.port_layout import HIGH_CUBE_HEIGHT_M, Slot, parse_slot


@pytest.fixture(name="index")
def small_port(tmp_path: Path) -> PortIndex:
    return PortIndex(load(small_definition.write(tmp_path, small_definition.tables())))


def test_a_slot_reads_as_it_is_written() -> None:
    assert parse_slot("C3-12-04-3") == Slot("C3", 12, 4, 3)
    assert str(Slot("C3", 12, 4, 3)) == "C3-12-04-3"
    assert parse_slot("C3-012-4-3") == Slot("C3", 12, 4, 3)


@given(st.text().filter(lambda text: text.count("-") != 3))
def test_any_other_text_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="is not block-bay-row-tier") as caught:
        parse_slot(text)
    assert repr(text) in str(caught.value)


def test_bays_count_along_the_bearing_and_rows_to_the_right_of_it(index: PortIndex) -> None:
    block = index.blocks["A1"]  # its bays run west from (100, 60), so its rows run north
    np.testing.assert_allclose(block.ground([1, 2, 3], [1, 1, 6]), [[96.75, 61.45], [93.5, 61.45], [90.25, 75.95]])
    assert block.length_m == 65.0
    np.testing.assert_allclose(block.outline, [(100, 60), (35, 60), (35, 77.4), (100, 77.4)])


def test_the_index_puts_boxes_where_the_block_says_and_stacks_them(index: PortIndex) -> None:
    numbers = [index.block_number["A1"], index.block_number["A2"]]
    xyz = index.slot_xyz(numbers, [1, 12], [1, 6], [1, 4])
    np.testing.assert_allclose(xyz[0], [*index.blocks["A1"].ground(1, 1), 0.0])
    np.testing.assert_allclose(xyz[1], [*index.blocks["A2"].ground(12, 6), 3 * 2.591])
    assert index.slot_xyz(numbers, [1, 1], [1, 1], [2, 2], HIGH_CUBE_HEIGHT_M)[:, 2] == pytest.approx([2.896, 2.896])
    assert index.slot_xyz([], [], [], []).shape == (0, 3)


def test_every_slot_of_a_block_lies_within_its_outline(index: PortIndex) -> None:
    for block in index.layout.blocks:
        shape = Polygon(block.outline)
        bays, rows = np.meshgrid(np.arange(1, 2 * block.bays, 2), np.arange(1, block.rows + 1))
        places = block.ground(bays, rows).reshape(-1, 2)
        assert len(places) == 60
        assert all(shape.contains(Point(p)) for p in places)


def test_a_point_belongs_to_the_innermost_zone(index: PortIndex) -> None:
    yard, port = index.zone_number["yard"], index.zone_number["port"]
    found = index.zone_of_points([50.0, 0.0, -199.0, 5000.0, np.nan], [60.0, 20.0, 0.0, 0.0, 0.0])
    assert found.tolist() == [yard, port, port, -1, -1]
    assert found.dtype == np.int32
    assert index.zone_name(found[0]) == "堆场"
    assert index.zone_name(found[0], english=True) == "Yard"
    assert index.zone_name(-1) == ""
    assert [zone.id for zone in index.zone_path("yard")] == ["port", "yard"]


def test_the_zone_search_agrees_with_a_plain_one(index: PortIndex) -> None:
    random = np.random.default_rng(3)
    x, y = random.uniform(-300, 300, 500), random.uniform(-300, 300, 500)
    shapes = [Polygon(zone.outline) for zone in index.layout.zones]
    for px, py, found in zip(x, y, index.zone_of_points(x, y), strict=True):
        holding = [(shape.area, i) for i, shape in enumerate(shapes) if shape.intersects(Point(px, py))]
        assert found == (min(holding)[1] if holding else -1)


def test_the_index_knows_lanes_stops_and_lines(index: PortIndex) -> None:
    assert index.lane_gate["G1-OUT1"] == "G1"
    assert [stop.id for stop in index.stops_of["A1"]] == ["A1-01"]
    assert index.edge_lines[0].length == pytest.approx(40.0)
    assert [zone.id for zone in index.children[None]] == ["port"]
    assert index.fence_polygons[0].contains(Point(0, 100))

