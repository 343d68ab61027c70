"""R03: a seal cut, tampered with, wrongly opened, silent on a moving truck, or another than the gate reads."""

from __future__ import annotations

import pytest

from tests.core.timeline import BOX, Story, Watch, at, number, watching
from twin.records import Direction, EntityKind, MoveEvent, PlaceKind, Purpose, SealEventKind, Trade, TripState
from twin.seal_state import SealState
from twin.warnings import Severity

SEAL = "JY-000001"
PERMIT = "350120261000000009"
SITE, YARD, GATE = (330.0, 230.0), (50.0, 30.0), (200.0, 300.0)


def sealed(when: str = "7:00") -> Story:
    """A transit container on a truck, sealed at the dry port."""
    story = Story()
    story.container(when, trade=Trade.TRANSIT)
    story.vehicle(when)
    story.seal(when, SealEventKind.LOCKED, -5_000.0, 9_000.0, by="Sanming customs", authority=PERMIT)
    return story


def on_truck(story: Story, when: str = "7:50") -> Story:
    story.move(when, MoveEvent.GTIN, Purpose.DELIVERY, (PlaceKind.OUTSIDE, ""), (PlaceKind.VEHICLE, "闽A1"))
    return story


def told(story: Story) -> Watch:
    return watching("R03").hears_one_by_one(story.records)


@pytest.mark.parametrize("event", [SealEventKind.CUT, SealEventKind.TAMPERED])
def test_cut_and_tampered_fire_wherever_they_happen(event: SealEventKind) -> None:
    story = sealed()
    record = story.seal("8:00", event, *SITE)
    warning = told(story).only("R03")
    assert (warning.subject_kind, warning.subject, warning.raised_at) == ("seal", SEAL, at("8:00"))
    assert (warning.place_x, warning.place_y) == pytest.approx(SITE, abs=0.01)
    assert warning.severity is Severity.CRITICAL
    assert warning.facts["cause"] == event.value
    assert warning.facts["container"] == BOX
    assert record.id in warning.evidence


@pytest.mark.parametrize("authority", [None, ""])
def test_unlocked_without_authority_fires_even_in_a_permitted_place(authority: str | None) -> None:
    story = sealed()
    story.seal("8:00", SealEventKind.UNLOCKED, *SITE, by="unknown", authority=authority)
    warning = told(story).only("R03")
    assert warning.facts["cause"] == "unlocked_without_authority"
    assert warning.facts["by"] == "unknown"


def test_unlocked_with_authority_in_the_yard_fires() -> None:
    story = sealed()
    story.seal("8:00", SealEventKind.UNLOCKED, *YARD, authority=PERMIT)
    warning = told(story).only("R03")
    assert warning.facts["cause"] == "unlocked_outside_permitted_place"
    assert warning.zone == "FOREIGN"


@pytest.mark.parametrize("place", [SITE, GATE, (375.0, 230.0)], ids=["site", "gate", "15 m beside the site"])
def test_unlocked_with_authority_in_a_permitted_place_is_as_it_should_be(place: tuple[float, float]) -> None:
    story = sealed()
    story.seal("8:00", SealEventKind.UNLOCKED, *place, authority=PERMIT)
    watch = told(story)
    assert watch.warnings() == ()
    assert watch.twin.seals.state[0] == SealState.UNLOCKED


def test_heartbeats_locking_and_low_batteries_are_no_findings() -> None:
    story = sealed()
    story.seal("7:01", SealEventKind.HEARTBEAT)
    story.seal("7:02", SealEventKind.LOW_BATTERY)
    watch = told(story)
    assert watch.warnings() == ()
    assert watch.twin.seals.state[0] == SealState.LOW_BATTERY


def test_sealing_anew_clears_and_several_causes_are_one_warning() -> None:
    story = sealed()
    story.seal("8:00", SealEventKind.TAMPERED)
    story.seal("8:01", SealEventKind.CUT)
    story.seal("8:30", SealEventKind.LOCKED, by="Lin", authority=PERMIT)
    watch = watching("R03").hears_one_by_one(story.records[:-1])
    assert watch.only("R03").active
    watch.hears(story.records[-1:])
    warning = watch.only("R03")
    assert not warning.active
    assert warning.facts["cause"] == "cut"
    assert warning.raised_at == at("8:00")


def test_a_late_alarm_from_before_the_new_sealing_is_raised_and_cleared() -> None:
    story = sealed()
    story.seal("8:30", SealEventKind.LOCKED, by="Lin", authority=PERMIT)
    story.seal("8:00", SealEventKind.CUT)
    watch = told(story)
    assert not watch.only("R03").active
    assert watch.twin.seals.state[0] == SealState.LOCKED, "the late record moves no state back"


def test_the_clock_of_a_seal_is_set_right() -> None:
    story = sealed()
    story.seal("8:10", SealEventKind.CUT, clock_offset_s=600.0)
    assert told(story).only("R03").raised_at == at("8:00")


def test_repeated_events_change_nothing() -> None:
    story = sealed()
    story.seal("8:00", SealEventKind.CUT)
    watch = told(story)
    before = watch.only("R03")
    watch.hears(story.records)
    assert watch.only("R03") is before


def test_opened_and_closed_between_two_steps_is_evidence() -> None:
    story = sealed()
    story.seal("8:00:00", SealEventKind.UNLOCKED)
    story.seal("8:00:01", SealEventKind.LOCKED, by="x")
    watch = watching("R03")
    watch.hears(story.records)
    assert not watch.only("R03").active


# Silence


def drives(story: Story, begin: str, seconds: int, step: int = 2, speed: float = 8.0) -> Story:
    for second in range(0, seconds, step):
        story.fix(at(begin) + 1000 * second, -300.0 + second, 320.0, speed=speed)
    return story


def test_silent_beyond_three_intervals_on_a_moving_truck() -> None:
    story = on_truck(sealed())
    story.seal("7:59:30", SealEventKind.HEARTBEAT)
    drives(story, "8:00", 190)
    watch = watching("R03").hears_one_by_one(story.records)
    warning = watch.only("R03")
    assert warning.facts["cause"] == "silent"
    assert warning.facts["vehicle"] == "闽A1"
    assert warning.raised_at == at("8:02:32"), "the first fix more than 180 s after the last sign of life"
    assert warning.place_x == pytest.approx(-148.0, abs=0.01)
    watch.hears([story.seal("8:04", SealEventKind.HEARTBEAT)])
    assert not watch.only("R03").active
    assert watch.only("R03").history[-1].note == "gave a sign of life again"


@pytest.mark.parametrize("why", ["standing", "reports", "own position", "not on a truck", "opened", "long out of use"])
def test_what_is_no_silence(why: str) -> None:
    story = sealed("4:00" if why == "long out of use" else "7:00")
    if why != "not on a truck":
        on_truck(story)
    if why != "long out of use":
        story.seal("7:59:30", SealEventKind.HEARTBEAT)
    if why == "opened":
        story.seal("7:59:40", SealEventKind.UNLOCKED, *GATE, authority=PERMIT)
    if why == "reports":
        story.seal("8:02", SealEventKind.HEARTBEAT)
    if why == "own position":
        story.fix("8:02", 0.0, 300.0, SEAL, kind=EntityKind.SEAL)
    drives(story, "8:00", 190, speed=0.0 if why == "standing" else 8.0)
    assert told(story).warnings() == ()


def test_who_has_just_begun_to_listen_does_not_call_a_seal_silent() -> None:
    story = on_truck(sealed())
    story.seal("7:30", SealEventKind.HEARTBEAT)
    drives(story, "8:00", 100)
    story.seal("8:00:59", SealEventKind.HEARTBEAT)
    assert told(story).warnings() == (), "the half hour before was not heard, not silent"
    story = on_truck(sealed())
    story.seal("7:30", SealEventKind.HEARTBEAT)
    drives(story, "8:00", 190)
    assert told(story).only("R03").raised_at == at("8:02:02"), "but three intervals of listening are enough"


def test_silence_widens_where_the_source_thins_out_its_reports() -> None:
    story = on_truck(sealed())
    story.seal("7:55", SealEventKind.HEARTBEAT)
    drives(story, "7:55", 900, step=300)
    assert told(story).warnings() == (), "a truck heard every five minutes has a seal heard every five minutes"


def test_a_cut_seal_that_falls_silent_is_one_warning_and_stays_active_when_it_speaks() -> None:
    story = on_truck(sealed())
    story.seal("7:59:30", SealEventKind.HEARTBEAT)
    drives(story, "8:00", 190)
    story.seal("8:03:20", SealEventKind.TAMPERED)
    watch = told(story)
    assert watch.only("R03").active
    watch.hears([story.seal("8:05", SealEventKind.LOCKED, by="Lin")])
    assert not watch.only("R03").active


# Readings at gates


@pytest.mark.parametrize("known_from", ["seal event", "trip", "trip told later"])
def test_another_number_read_at_the_gate(known_from: str) -> None:
    story = Story()
    story.container("7:00", trade=Trade.TRANSIT)
    if known_from == "seal event":
        story.seal("7:00", SealEventKind.LOCKED)
    if known_from == "trip":
        story.trip("7:00")
    story.fix("7:59:58", 180.0, 301.0)
    story.passes_gate("8:00", Direction.IN, seals=("JY-004999",))
    if known_from == "trip told later":
        story.trip("7:00")
        story.seal("7:30", SealEventKind.HEARTBEAT)
    if known_from == "trip":
        story.records.insert(2, story.seal("7:30", SealEventKind.HEARTBEAT))
    watch = told(story)
    if known_from == "trip told later":
        watch.hears([story.trip("7:01")])
    warning = watch.only("R03")
    assert (warning.subject, warning.facts["cause"], warning.facts["read"]) == (SEAL, "number_differs", "JY-004999")
    assert warning.raised_at == at("8:00")
    assert warning.place_y == pytest.approx(301.0, abs=0.01)
    watch.hears([story.seal("8:30", SealEventKind.UNLOCKED, *SITE, authority=PERMIT)])
    assert not watch.only("R03").active


@pytest.mark.parametrize("why", ["same number", "among several", "nothing read", "two boxes, one seal", "no seal known",
                                 "opened before", "sealed after", "written off", "seal of long ago"])
def test_readings_that_are_no_finding(why: str) -> None:
    story = Story()
    story.container("7:00", trade=Trade.TRANSIT)
    if why == "seal of long ago":
        story.seal("4:00", SealEventKind.LOCKED)
    elif why == "written off":
        story.trip("7:00", state=TripState.WRITTEN_OFF)
    elif why not in ("no seal known", "sealed after"):
        story.seal("7:00", SealEventKind.LOCKED)
    if why == "opened before":
        story.seal("7:30", SealEventKind.UNLOCKED, *SITE, authority=PERMIT)
    seals = {"same number": (SEAL,), "among several": ("CN123", SEAL), "nothing read": ()}.get(why, ("CN123",))
    boxes = (BOX, number(2)) if why == "two boxes, one seal" else (BOX,)
    story.passes_gate("8:00", Direction.IN, boxes=boxes, seals=seals)
    if why == "sealed after":
        story.seal("8:05", SealEventKind.LOCKED)
    assert told(story).warnings() == ()


def test_the_same_reading_twice_is_one_finding() -> None:
    story = sealed()
    story.passes_gate("8:00", Direction.IN, seals=("X",))
    story.seal("7:30", SealEventKind.LOCKED)  # a late word of the locking makes the reading be looked at again
    warning = told(story).only("R03")
    assert warning.facts["cause"] == "number_differs"
    assert warning.place_y == 300.0, "no fix of the truck: the gate"


def test_a_standing_stock_of_sealed_containers_raises_nothing() -> None:
    story = Story()
    for serial in range(1, 20):
        box, seal = number(serial), f"JY-{serial:06d}"
        story.container("7:00", box, trade=Trade.TRANSIT)
        story.stands("7:00", f"F1-{2 * (serial % 9) + 1:02d}-01-1", box)
        story.seal("6:00", SealEventKind.HEARTBEAT, seal=seal, box=box)
        story.fix("6:00", 50.0, 30.0, seal, kind=EntityKind.SEAL)
    watch = watching("R03")
    watch.hears(story.records, at("9:00"))
    assert watch.warnings() == ()
    assert watch.twin.seals.count == 19
