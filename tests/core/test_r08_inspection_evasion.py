"""R08: a held container goes elsewhere than to its inspection, or is not brought there in time."""

from __future__ import annotations

import dataclasses

import pytest

from tests.core.any_order import same_in_any_order
from tests.core.small_port import layout
from tests.core.timeline import BOX, Story, Watch, at, watching
from twin.port_index import PortIndex
from twin.port_layout import ZoneKind
from twin.records import (
    DeclarationState,
    InspectionKind,
    InspectionState,
    MoveEvent,
    PlaceKind,
    Purpose,
)
from twin.rules.r08_inspection_evasion import InspectionEvasion
from twin.warnings import Limit, Severity

SLOT, TRACTOR = (PlaceKind.SLOT, "F1-01-01-1"), (PlaceKind.VEHICLE, "T1")


def held(when: str = "8:00", index: PortIndex | None = None) -> Story:
    story = Story(index)
    story.container("7:00")
    story.stands("7:00", "F1-01-01-1")
    story.declares("7:30", DeclarationState.ACCEPTED)
    story.declares(when, DeclarationState.HELD)
    return story


def told(story: Story, now: int | None = None, **settings: float) -> Watch:
    watch = watching("R08", index=story.index, settings={"R08": settings}).hears_one_by_one(story.records)
    if now is not None:
        watch.hears([], now)
    return watch


@pytest.mark.parametrize("purpose", [Purpose.RESTOW, Purpose.PICKUP, Purpose.LOADING])
def test_lifted_for_anything_but_inspection(purpose: Purpose) -> None:
    story = held()
    lift = story.move("8:20", MoveEvent.PICK, purpose, SLOT, TRACTOR)
    warning = told(story).only("R08")
    assert (warning.subject, warning.raised_at, warning.zone) == (BOX, at("8:20"), "FOREIGN")
    assert (warning.facts["cause"], warning.facts["difference_min"]) == ("moved_elsewhere", 20.0)
    assert warning.evidence == (story.records[3].id, lift.id)
    assert warning.limits == (Limit("move_purpose", purpose.value, "inspection"),)


def test_out_by_the_gate_is_critical() -> None:
    story = held()
    story.lifted_for_exit("8:20")
    story.move("8:30", MoveEvent.GTOT, Purpose.PICKUP, (PlaceKind.VEHICLE, "闽A1"), (PlaceKind.OUTSIDE, ""))
    warning = told(story, at("23:59")).only("R08")
    assert (warning.severity, warning.eta_s) == (Severity.CRITICAL, 0.0)
    assert warning.facts["cause"] == "moved_elsewhere", "what is gone is not overdue as well"


@pytest.mark.parametrize("why", ["to inspection", "shifted by the crane", "before the hold", "after the inspection",
                                 "after the release"])
def test_what_is_no_evasion(why: str) -> None:
    story = held()
    if why == "to inspection":
        story.move("8:20", MoveEvent.PICK, Purpose.INSPECTION, SLOT, TRACTOR)
    elif why == "shifted by the crane":
        story.move("8:20", MoveEvent.DROP, Purpose.RESTOW, SLOT, (PlaceKind.SLOT, "F1-03-01-1"))
    elif why == "before the hold":
        story.move("7:50", MoveEvent.PICK, Purpose.RESTOW, SLOT, TRACTOR)
    else:
        if why == "after the inspection":
            story.inspects("8:30", InspectionState.STARTED)
        else:
            story.released("8:30")
        story.move("8:40", MoveEvent.PICK, Purpose.PICKUP, SLOT, TRACTOR)
    assert told(story).warnings() == ()


def test_an_ultrasonic_test_or_an_order_is_no_inspection_of_goods() -> None:
    story = held()
    story.inspects("8:05", InspectionState.ORDERED)
    story.inspects("8:06", InspectionState.DONE, kind=InspectionKind.ULTRASONIC, order="I2")
    story.move("8:20", MoveEvent.PICK, Purpose.RESTOW, SLOT, TRACTOR)
    assert told(story).only("R08").active


def test_brought_to_inspection_after_all_clears() -> None:
    story = held()
    story.move("8:20", MoveEvent.PICK, Purpose.RESTOW, SLOT, TRACTOR)
    story.inspects("9:00", InspectionState.STARTED)
    warning = told(story).only("R08")
    assert (warning.active, warning.overturned, warning.history[-1].note) == (False, False, "inspection began")


def test_overdue_when_its_hours_are_over() -> None:
    story = held()
    watch = told(story, at("20:09"))
    assert watch.warnings() == (), "the word of it may be ten minutes late"
    watch.hears([], at("20:10"))
    warning = watch.only("R08")
    assert (warning.raised_at, warning.severity) == (at("20:00"), Severity.MEDIUM)
    assert (warning.facts["cause"], warning.facts["difference_min"]) == ("overdue", 720)
    assert (warning.place_x, warning.place_y) == pytest.approx((13.25, 8.6), abs=0.01)
    assert warning.limits[0].parameter == "due_h"
    watch.hears([story.inspects("20:30", InspectionState.STARTED)])
    assert not watch.only("R08").active


def test_a_late_word_of_the_inspection_overturns() -> None:
    story = held()
    watch = told(story, at("20:30"))
    late = story.inspects("19:50", InspectionState.STARTED)
    watch.hears([late])
    warning = watch.only("R08")
    assert warning.overturned
    assert "inspection began before" in warning.history[-1].note
    assert late.id in warning.evidence


def test_a_reason_for_the_hold_is_told() -> None:
    story = held()
    story.records[-1] = dataclasses.replace(story.records[-1], reason="random check")  # type: ignore[type-var]
    assert told(story, at("21:00")).only("R08").facts["reason"] == "random check"


def test_nights_in_which_the_site_is_closed_do_not_count() -> None:
    plan = layout()
    site = dataclasses.replace(
        plan.zones[0], id="SITE", kind=ZoneKind.INSPECTION, parent="PORT", working_hours=(("08:00", "18:00"),))
    port = PortIndex(dataclasses.replace(plan, zones=(*plan.zones, site)))
    story = held(index=port)
    assert told(story, at("21:00")).warnings() == ()
    assert told(story, at("34:11")).only("R08").raised_at == at("34:00"), "ten hours, a night, and two"


def test_a_time_that_never_comes_is_far_away() -> None:
    plan = layout()
    site = dataclasses.replace(
        plan.zones[0], id="SITE", kind=ZoneKind.INSPECTION, parent="PORT", working_hours=(("08:00", "08:01"),))
    port = PortIndex(dataclasses.replace(plan, zones=(*plan.zones, site)))
    assert told(held(index=port), at("99:00"), due_h=720.0).warnings() == ()


def test_an_earlier_time_from_the_settings() -> None:
    assert told(held(), at("9:01"), due_h=1.0, grace_min=0.0).only("R08").raised_at == at("9:00")


def test_any_order_comes_to_the_same_conclusion() -> None:
    story = held()
    story.move("8:20", MoveEvent.PICK, Purpose.RESTOW, SLOT, TRACTOR)
    story.move("8:30", MoveEvent.DROP, Purpose.RESTOW, TRACTOR, (PlaceKind.SLOT, "D1-05-02-1"))
    story.declares("8:40", DeclarationState.INSPECTED)
    story.released("8:50")
    story.lifted_for_exit("9:00", "D1-05-02-1")
    assert same_in_any_order(story, InspectionEvasion(), at("23:00"))
