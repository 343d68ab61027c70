"""R16: lifts and passages in a zone outside its working hours."""

from __future__ import annotations

import dataclasses
import functools

import pytest

from tests.core.any_order import same_in_any_order
from tests.core.small_port import box, layout
from tests.core.timeline import BOX, Story, Watch, at
from twin.port_index import PortIndex
from twin.port_layout import Name, Zone, ZoneKind
from twin.records import Classifier, Direction, GateDecision, MoveEvent, PlaceKind, Purpose
from twin.rules.r16_night_activity import NightActivity
from twin.warnings import RULE, Verb

HOURS = (("06:00", "24:00"),)
SLOT = "D1-03-02-1"


@functools.cache
def port(hours: tuple[tuple[str, str], ...] = HOURS, gate_hours: tuple[tuple[str, str], ...] = ()) -> PortIndex:
    """The small port with D1 in an inspection zone that closes at midnight."""
    small = layout()
    site = Zone("SITE", Name("查验场地", "site"), ZoneKind.INSPECTION, "PORT", box(200, 0, 300, 60), False, hours)
    zones = tuple(dataclasses.replace(z, working_hours=gate_hours) if z.id == "GATE" else z for z in small.zones)
    foreign, domestic = small.blocks
    return PortIndex(dataclasses.replace(
        small, zones=(*zones, site), blocks=(foreign, dataclasses.replace(domestic, zone="SITE"))))


def told(story: Story, now: str | None = None) -> Watch:
    watch = Watch(story.index, [NightActivity()]).hears_one_by_one(story.records)
    if now is not None:
        watch.hears([], at(now))
    return watch


def picked(story: Story, when: str, slot: str = SLOT, classifier: Classifier = Classifier.ACTUAL) -> None:
    story.move(when, MoveEvent.PICK, Purpose.RESTOW, (PlaceKind.SLOT, slot), (PlaceKind.VEHICLE, "T1"),
               classifier=classifier)


def test_a_box_is_put_down_in_the_closed_site_and_taken_away_again() -> None:
    story = Story(port())
    drop = story.dropped("1:00", SLOT)
    watch = told(story)
    warning = watch.only("R16")
    assert (warning.subject_kind, warning.subject, warning.raised_at) == ("container", BOX, at("1:00"))
    assert (warning.zone, warning.facts["slot"], warning.facts["how"]) == ("SITE", SLOT, "DROP")
    assert (warning.limits[0].observed, warning.limits[0].allowed) == ("01:00", "06:00-24:00")
    assert warning.evidence == (drop.id,)
    picked(story, "1:12")
    watch.hears(story.records[-1:])
    assert (watch.only("R16").active, watch.only("R16").history[-1].note) == (False, "taken out of the zone")


def test_what_stays_in_the_site_is_no_night_work_any_more_once_it_opens() -> None:
    story = Story(port())
    story.dropped("5:00", SLOT)
    watch = told(story, "5:59")
    assert watch.only("R16").active
    watch.hears([], at("6:00"))
    assert watch.only("R16").history[-1].note == "the zone has opened"


def test_a_box_fetched_at_night_is_told_of_and_over() -> None:
    story = Story(port())
    story.dropped("0:00", "F1-01-01-1")
    picked(story, "2:00")
    warning = told(story).only("R16")
    assert (warning.active, [s.verb for s in warning.history]) == (False, [Verb.RAISE, Verb.CLEAR])


@pytest.mark.parametrize("when", ["6:00", "12:00", "23:59:59", "0:04", "5:56"])
def test_within_hours_and_a_little_grace(when: str) -> None:
    story = Story(port())
    story.dropped(when, SLOT)
    assert told(story).warnings() == ()


def test_elsewhere_planned_or_in_a_slot_nobody_knows() -> None:
    story = Story(port())
    story.dropped("1:00", "F1-01-01-1")
    story.dropped("1:05", "Q9-01-01-1")
    picked(story, "1:10", SLOT, Classifier.PLANNED)
    story.move("1:20", MoveEvent.STRP, Purpose.INSPECTION, (PlaceKind.SLOT, SLOT), (PlaceKind.SLOT, SLOT))
    assert told(story).warnings() == ()


def test_a_port_that_works_around_the_clock() -> None:
    story = Story(port(()))
    story.dropped("1:00", SLOT)
    assert told(story).warnings() == ()


def test_a_zone_that_never_opens_within_two_days_keeps_its_warning() -> None:
    story = Story(port((("03:00", "03:01"),)))
    story.dropped("12:00", SLOT)
    assert told(story, "23:00").only("R16").active


def test_two_nights_are_two_incidents_of_one_warning() -> None:
    story = Story(port())
    story.dropped("1:00", SLOT)
    picked(story, "1:10")
    story.dropped("2:00", SLOT)
    picked(story, "2:10")
    warning = told(story).only("R16")
    by_rule = [s.verb for s in warning.history if s.by == RULE]
    assert by_rule == [Verb.RAISE, Verb.CLEAR, Verb.UPDATE, Verb.CLEAR]


def test_a_restow_within_the_site_is_one_incident() -> None:
    story = Story(port())
    story.dropped("1:00", SLOT)
    picked(story, "1:20", SLOT, Classifier.PLANNED)
    story.move("1:30", MoveEvent.DROP, Purpose.RESTOW, (PlaceKind.SLOT, SLOT), (PlaceKind.SLOT, "D1-05-01-1"))
    assert [s.verb for s in told(story).only("R16").history if s.by == RULE] == [Verb.RAISE]


def test_a_vehicle_passes_a_gate_that_is_closed() -> None:
    story = Story(port(HOURS, (("05:00", "22:00"),)))
    story.passes_gate("23:00", Direction.OUT)
    story.passes_gate("23:10", Direction.OUT, "闽B2", decision=GateDecision.HOLD)
    story.passes_gate("12:00", Direction.IN, "闽C3", ())
    warning = told(story).only("R16")
    assert (warning.subject_kind, warning.subject, warning.zone, warning.active) == ("vehicle", "闽A1", "GATE", False)
    assert (warning.facts["how"], warning.facts["container"]) == ("gate_out", BOX)
    assert (warning.place_x, warning.place_y) == (200.0, 300.0)


def test_an_empty_truck_at_a_lane_nobody_knows() -> None:
    story = Story(port(HOURS, (("05:00", "22:00"),)))
    passage = dataclasses.replace(story.passes_gate("23:00", Direction.IN, boxes=()), lane="G1-X")
    story.records = [passage]
    warning = told(story).only("R16")
    assert "container" not in warning.facts
    assert warning.place_x != warning.place_x


def test_the_same_in_any_order() -> None:
    story = Story(port())
    story.dropped("0:55", "F1-01-01-1")
    story.dropped("1:00", SLOT)
    picked(story, "1:06")
    story.dropped("1:09", SLOT)
    found = same_in_any_order(story, NightActivity(), at("3:00"))
    assert found == [("container", BOX, at("1:00"), True, "None", "SITE")]
