"""R12: transit trips that leave their corridor, stop, come late, lose their seal or are not written off."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import pytest

from tests.core.any_order import same_in_any_order
from tests.core.small_port import layout
from tests.core.timeline import BOX, Story, Watch, again, at
from twin.port_index import PortIndex
from twin.port_layout import Corridor, Name
from twin.records import Direction, EntityKind, GateDecision, SealEventKind, TransitTrip, TripState
from twin.rules.r12_transit_deviation import TransitDeviation

SEAL = "JY-000001"


@functools.cache
def port() -> PortIndex:
    """The small port with a corridor from 40 km in the north, 500 m to each side."""
    return PortIndex(dataclasses.replace(layout(), corridors=(
        Corridor("C1", Name("走廊", "corridor"), ((200.0, 40_000.0), (200.0, 300.0)), 500.0),)))


class Trip(Story):
    """A trip that is due at noon; its seal reports each minute where it is."""

    def __init__(self, due: str = "12:00") -> None:
        super().__init__(port())
        self.says("7:00", due=due)

    def says(self, when: str, state: TripState = TripState.UNDERWAY, due: str = "12:00", **more: Any) -> TransitTrip:
        said: TransitTrip = again(self.trip(when, state=state), due_at=at(due), **more)
        self.records[-1] = said
        return said

    def rides(self, begin: str, minutes: int, y: float = 30_000.0, aside: float = 0.0, speed: float = 16.0) -> None:
        for minute in range(minutes):
            self.fix(at(begin) + minute * 60_000, 200.0 + aside, y - 60.0 * speed * minute, SEAL,
                     kind=EntityKind.SEAL, speed=speed)


def told(story: Story, now: str | None = None) -> Watch:
    watch = Watch(story.index, [TransitDeviation()]).hears_one_by_one(story.records)
    if now is not None:
        watch.hears([], at(now))
    return watch


def test_a_trip_leaves_its_corridor_and_comes_back() -> None:
    trip = Trip()
    trip.rides("8:00", 5)
    trip.rides("8:05", 3, 26_000.0, aside=700.0)
    watch = told(trip)
    warning = watch.only("R12")
    assert (warning.subject_kind, warning.subject, warning.raised_at) == ("trip", "T1", at("8:05"))
    assert (warning.facts["cause"], warning.facts["vehicle"], warning.facts["container"]) == (
        "off_corridor", "闽A1", BOX)
    assert (warning.place_x, warning.place_y) == pytest.approx((900.0, 26_000.0), abs=1.0)
    assert (warning.limits[0].observed, warning.limits[0].allowed) == (200.0, 100.0)
    seen = len(trip.records)
    trip.rides("8:08", 1, 23_000.0)
    watch.hears(trip.records[seen:])
    assert (watch.only("R12").active, watch.only("R12").history[-1].note) == (False, "back in its corridor")


def test_one_fix_beyond_the_edge_or_a_little_beyond_is_none() -> None:
    trip = Trip()
    trip.rides("8:00", 2)
    trip.rides("8:02", 1, 28_000.0, aside=2_000.0)
    trip.rides("8:03", 3, 27_000.0, aside=550.0)
    assert told(trip).warnings() == ()


def test_arrival_ends_a_deviation() -> None:
    trip = Trip()
    trip.rides("8:00", 3, 26_000.0, aside=700.0)
    trip.passes_gate("9:00", Direction.IN)
    trip.says("9:00:01", TripState.WRITTEN_OFF)
    warning = told(trip, "9:05").only("R12")
    assert (warning.active, warning.history[-1].note) == (False, "arrived")


def test_a_long_stop_far_from_the_port_but_not_at_its_gate() -> None:
    trip = Trip()
    trip.rides("8:00", 50, 20_000.0, speed=0.0)
    watch = told(trip)
    assert (watch.only("R12").facts["cause"], watch.only("R12").raised_at) == ("stopped", at("8:00"))
    seen = len(trip.records)
    trip.rides("8:50", 2, 18_000.0)
    watch.hears(trip.records[seen:])
    assert watch.only("R12").history[-1].note == "goes on"
    near = Trip()
    near.rides("8:00", 50, 1_000.0, speed=0.0)
    assert told(near).warnings() == ()


def test_overdue_until_it_arrives() -> None:
    trip = Trip("9:00")
    trip.rides("8:50", 5)
    watch = told(trip, "8:59:59")
    assert watch.warnings() == ()
    watch.hears([], at("9:00"))
    warning = watch.only("R12")
    assert (warning.facts["cause"], warning.raised_at) == ("overdue", at("9:00"))
    assert warning.place_y == pytest.approx(26_160.0, abs=1.0), "where it was heard last"
    trip.passes_gate("9:20", Direction.IN)
    watch.hears(trip.records[-1:])
    assert watch.only("R12").history[-1].note == "arrived"


def test_a_late_word_of_arrival_overturns_it() -> None:
    trip = Trip("9:00")
    watch = told(trip, "9:05")
    assert watch.only("R12").active
    trip.passes_gate("8:58", Direction.IN)
    trip.says("8:58:02", TripState.WRITTEN_OFF, due="9:00")
    watch.hears(trip.records[1:])
    assert watch.only("R12").overturned


def test_arrived_and_not_written_off() -> None:
    trip = Trip()
    passage = trip.passes_gate("9:00", Direction.IN)
    watch = told(trip, "9:00:59")
    assert watch.warnings() == ()
    watch.hears([], at("9:01"))
    warning = watch.only("R12")
    assert (warning.facts["cause"], warning.raised_at, warning.zone) == ("not_written_off", at("9:01"), "GATE")
    assert (warning.place_x, warning.place_y) == (180.0, 300.0)
    assert passage.id in warning.evidence
    watch.hears([trip.says("9:30", TripState.WRITTEN_OFF)])
    assert watch.only("R12").history[-1].note == "written off"


def test_arrival_without_a_passage_is_nowhere() -> None:
    trip = Trip()
    trip.passes_gate("6:30", Direction.IN)
    trip.passes_gate("8:59", Direction.IN, decision=GateDecision.HOLD)
    trip.records[-2] = again(trip.records[-2], lane="?")
    trip.says("9:00", TripState.ARRIVED, departed_at=at("6:45"))
    warning = told(trip, "9:02").only("R12")
    assert warning.place_x != warning.place_x


def test_written_off_at_once_is_as_it_should_be() -> None:
    trip = Trip()
    trip.rides("8:00", 10)
    trip.passes_gate("9:00", Direction.IN)
    trip.seal("9:00:01", SealEventKind.UNLOCKED, by="gate", authority="1")
    trip.says("9:00:01", TripState.ARRIVED)
    trip.says("9:00:02", TripState.WRITTEN_OFF)
    assert told(trip, "13:00").warnings() == ()


def test_the_seal_is_cut_on_the_way_and_replaced() -> None:
    trip = Trip()
    trip.rides("8:00", 10)
    trip.seal("8:10", SealEventKind.CUT, seal="JY-777777")
    cut = trip.seal("8:12", SealEventKind.CUT)
    watch = told(trip)
    warning = watch.only("R12")
    assert (warning.facts["cause"], warning.facts["seal_event"]) == ("seal_broken", "cut")
    assert warning.raised_at == at("8:12")
    assert cut.id in warning.evidence
    watch.hears([trip.seal("8:30", SealEventKind.LOCKED, by="officer", authority="1")])
    assert watch.only("R12").history[-1].note == "sealed again"


def test_seals_opened_with_authority_or_before_departure_or_after_arrival() -> None:
    trip = Trip()
    trip.seal("3:00", SealEventKind.UNLOCKED)
    trip.seal("8:00", SealEventKind.UNLOCKED, authority="350120261000000001")
    trip.passes_gate("9:00", Direction.IN)
    trip.says("9:00:01", TripState.WRITTEN_OFF)
    trip.seal("9:10", SealEventKind.UNLOCKED)
    assert told(trip, "9:20").warnings() == ()


def test_a_trip_long_over_is_forgotten_and_not_told_anew() -> None:
    trip = Trip()
    trip.rides("8:00", 3, 26_000.0, aside=700.0)
    trip.passes_gate("9:00", Direction.IN)
    trip.says("9:00:01", TripState.WRITTEN_OFF)
    watch = told(trip, "10:00")
    before = watch.only("R12")
    watch.hears([trip.says("9:00:02", TripState.WRITTEN_OFF)], at("10:10"))
    assert watch.only("R12").history == before.history


def test_an_unknown_corridor_and_a_seal_without_a_fix() -> None:
    trip = Trip()
    trip.records[0] = again(trip.records[0], corridor="C9")
    trip.rides("8:00", 3, 26_000.0, aside=7_000.0)
    assert told(trip).warnings() == ()
    other = Trip()
    other.rides("8:00", 3, 26_000.0)
    other.records[-1] = again(other.records[-1], lon=0.0, lat=0.0)
    assert told(other).warnings() == ()


def test_the_same_in_any_order() -> None:
    trip = Trip("8:03")
    trip.rides("7:50", 3)
    trip.rides("7:53", 3, 26_000.0, aside=700.0)
    trip.rides("7:56", 2, 23_000.0)
    trip.passes_gate("7:59", Direction.IN)
    trip.says("8:05", TripState.WRITTEN_OFF, due="8:03")
    found = same_in_any_order(trip, TransitDeviation(), at("8:15"), timed=False)
    assert [(subject, active) for _, subject, _, active, *_ in found] == [("T1", False)]


def test_others_on_the_road_and_fixes_of_the_same_moment() -> None:
    trip = Trip()
    trip.fix("8:00", 5_000.0, 20_000.0, "闽B2")
    trip.fix("8:00:05", 200.0, 20_000.0, SEAL, kind=EntityKind.SEAL)
    trip.fix("8:00:10", 9_000.0, 20_000.0, SEAL, kind=EntityKind.SEAL)
    trip.rides("8:01", 2, 19_000.0)
    assert told(trip).warnings() == ()
