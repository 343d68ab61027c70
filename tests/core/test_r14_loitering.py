"""R14: loaded trucks that stand where nobody has business standing, or leave the roads."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import pytest

from tests.core.any_order import same_in_any_order
from tests.core.small_port import layout
from tests.core.timeline import BOX, Story, Watch, at
from twin.port_index import PortIndex
from twin.port_layout import RoadEdge, RoadKind, RoadNode, StopPoint
from twin.records import EntityKind, MoveEvent, PlaceKind, Purpose
from twin.rules.r14_loitering import Loitering
from twin.rules.road_cells import ELSEWHERE, OFF_ROAD, ROADWAY, RoadCells

PLATE = "闽A1"


@functools.cache
def port() -> PortIndex:
    """The small port with a main road along y 120, a lane beside F1 along y 65 with a stop, and a public road."""
    nodes = tuple(RoadNode(name, place) for name, place in (
        ("W", (-40.0, 120.0)), ("E", (480.0, 120.0)), ("LW", (0.0, 65.0)), ("LE", (100.0, 65.0)),
        ("N", (480.0, 280.0))))
    edges = (
        RoadEdge("M", "W", "E", RoadKind.MAIN, 1, 8.0, 8.0), RoadEdge("P", "E", "N", RoadKind.PUBLIC, 1, 8.0, 8.0),
        RoadEdge("L", "LW", "LE", RoadKind.BLOCK_SERVICE, 1, 4.0, 4.0))
    stops = (StopPoint("S1", "block", "F1", "M", (50.0, 120.0), 90.0, 1),)
    return PortIndex(dataclasses.replace(layout(), road_nodes=nodes, road_edges=edges, stop_points=stops))


def loaded(plate: str = PLATE) -> Story:
    story = Story(port())
    story.container("7:00")
    story.move("7:30", MoveEvent.PICK, Purpose.RESTOW, (PlaceKind.SLOT, "F1-01-01-1"), (PlaceKind.VEHICLE, plate))
    return story


def stands(story: Story, begin: str, seconds: int, x: float = 250.0, y: float = 120.0, speed: float = 0.0) -> None:
    for second in range(0, seconds + 1, 20):
        story.fix(at(begin) + second * 1000, x, y, speed=speed)


def told(story: Story, now: str | None = None) -> Watch:
    watch = Watch(story.index, [Loitering()]).hears_one_by_one(story.records)
    if now is not None:
        watch.hears([], at(now))
    return watch


def test_a_loaded_truck_stands_on_a_main_road_and_drives_on() -> None:
    story = loaded()
    stands(story, "8:00", 160)
    watch = told(story)
    assert watch.warnings() == ()
    first = next(r for r in story.records if r.observed_at == at("8:00"))
    watch.hears([story.fix("8:03", 250.0, 120.0, speed=0.0)])
    warning = watch.only("R14")
    assert (warning.subject_kind, warning.subject, warning.raised_at) == ("vehicle", PLATE, at("8:00"))
    assert (warning.place_x, warning.place_y) == pytest.approx((250.0, 120.0), abs=0.01)
    assert (warning.facts["cause"], warning.facts["container"], warning.zone) == ("standing", BOX, "PORT")
    assert first.id in warning.evidence
    watch.hears([story.fix("8:03:20", 300.0, 120.0, speed=8.0)])
    assert (watch.only("R14").active, watch.only("R14").history[-1].note) == (False, "drove on")
    watch.hears([], at("10:00"))
    assert len(watch.warnings()) == 1


@pytest.mark.parametrize(("x", "y"), [(50.0, 110.0), (50.0, 65.0), (200.0, 290.0), (480.0, 250.0), (30.0, 5.0)])
def test_waiting_at_a_stop_in_a_block_lane_at_the_gate_outside_or_at_a_block(x: float, y: float) -> None:
    story = loaded()
    stands(story, "8:00", 600, x, y)
    assert told(story).warnings() == ()


def test_an_empty_truck_a_slow_one_and_an_officer() -> None:
    story = Story(port())
    stands(story, "8:00", 600)
    assert told(story).warnings() == ()
    crawling = loaded()
    stands(crawling, "8:00", 600, speed=1.0)
    assert told(crawling).warnings() == ()
    officer = Story(port())
    for second in range(0, 600, 20):
        officer.fix(at("8:00") + second * 1000, 250.0, 160.0, "Lin", kind=EntityKind.OFFICER, speed=0.0)
    assert told(officer).warnings() == ()


def test_stop_and_go_is_no_stand() -> None:
    story = loaded()
    for k in range(12):
        stands(story, f"8:{k:02d}", 40, 100.0 + 32.0 * (k % 8))
    assert told(story).warnings() == ()


def test_a_gap_in_hearing_makes_two_stands() -> None:
    story = loaded()
    stands(story, "8:00", 100)
    stands(story, "8:05", 100)
    assert told(story).warnings() == ()


def test_a_truck_that_leaves_the_roads() -> None:
    story = loaded()
    for second in range(0, 80, 10):
        story.fix(at("8:00") + second * 1000, 150.0 + 3.0 * second, 170.0, speed=3.0)
    warning = told(story).only("R14")
    assert (warning.facts["cause"], warning.raised_at) == ("off_route", at("8:00"))


def test_it_is_told_of_when_the_load_becomes_known_later() -> None:
    story = Story(port())
    stands(story, "8:00", 200)
    watch = told(story)
    assert watch.warnings() == ()
    more = loaded()
    watch.hears(more.records)
    assert watch.only("R14").raised_at == at("8:00")


def test_what_it_carried_is_not_forgotten_when_it_is_unloaded() -> None:
    story = loaded()
    stands(story, "8:00", 200)
    story.dropped("8:10", "F1-03-01-1", PLATE)
    story.move("8:20", MoveEvent.PICK, Purpose.RESTOW, (PlaceKind.SLOT, "F1-05-01-1"), (PlaceKind.VEHICLE, PLATE),
               "MSKU0000033")
    story.dropped("8:30", "F1-03-02-1", PLATE, "MSKU0000033")
    stands(story, "8:31", 20)
    warning = told(story).only("R14")
    assert (warning.overturned, warning.facts["container"]) == (False, BOX)


def test_late_fixes_join_two_stands() -> None:
    story = loaded()
    stands(story, "8:00", 60)
    stands(story, "8:04", 40)
    watch = told(story)
    assert watch.warnings() == ()
    late = Story(port())
    stands(late, "8:01:20", 140)
    watch.hears(late.records)
    assert watch.only("R14").raised_at == at("8:00")


def test_the_same_in_any_order() -> None:
    story = loaded()
    stands(story, "7:50", 240)
    story.fix("7:55", 300.0, 120.0, speed=8.0)
    story.fix("7:56", 400.0, 120.0, speed=8.0)
    found = same_in_any_order(story, Loitering(), at("8:10"))
    assert found == [("vehicle", PLATE, at("7:50"), False, "standing", "PORT")]


def test_what_places_are() -> None:
    cells = RoadCells(port(), 30.0, 15.0)
    places = {(250.0, 120.0): ROADWAY, (250.0, 137.0): ROADWAY, (50.0, 120.0): ELSEWHERE, (50.0, 65.0): ELSEWHERE,
              (250.0, 180.0): OFF_ROAD, (900.0, 900.0): ELSEWHERE, (5_000.0, 0.0): ELSEWHERE}
    x, y = np.array(list(places)).T
    assert cells.of(x, y).tolist() == list(places.values())
    bare = RoadCells(PortIndex(layout()), 30.0, 15.0)
    assert bare.of(np.array([250.0]), np.array([180.0])).tolist() == [OFF_ROAD]
