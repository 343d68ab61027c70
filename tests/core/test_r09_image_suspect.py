"""R09: an image in doubt, and the container is moved before anybody looked inside."""

from __future__ import annotations

import pytest

from tests.core.any_order import same_in_any_order
from tests.core.timeline import BOX, Story, Watch, at, watching
from twin.records import (
    DeclarationState,
    InspectionKind,
    InspectionResult,
    InspectionState,
    MoveEvent,
    PlaceKind,
    Purpose,
)
from twin.rules.r09_image_suspect import ImageSuspect
from twin.warnings import Severity

SLOT, TRACTOR = (PlaceKind.SLOT, "F1-01-01-1"), (PlaceKind.VEHICLE, "T1")


def scanned(result: InspectionResult = InspectionResult.SUSPECT) -> Story:
    story = Story()
    story.container("7:00")
    story.declares("7:10", DeclarationState.HELD)
    story.inspects("7:30", InspectionState.STARTED)
    story.inspects("7:40", InspectionState.DONE, result=result)
    story.dropped("7:50", plate="T1", purpose=Purpose.INSPECTION)
    return story


def told(story: Story) -> Watch:
    return watching("R09").hears_one_by_one(story.records)


@pytest.mark.parametrize("result", [InspectionResult.SUSPECT, InspectionResult.DIFFERS])
def test_moved_in_the_yard(result: InspectionResult) -> None:
    story = scanned(result)
    lift = story.move("8:00", MoveEvent.PICK, Purpose.RESTOW, SLOT, TRACTOR)
    warning = told(story).only("R09")
    assert (warning.subject, warning.raised_at, warning.zone) == (BOX, at("8:00"), "FOREIGN")
    assert (warning.facts["cause"], warning.facts["order"], warning.facts["difference_min"]) == ("moved", "I1", 20.0)
    assert warning.evidence == (story.records[3].id, lift.id)
    assert [limit.quantity for limit in warning.limits] == ["move_purpose", "image_result"]


def test_taken_out_by_the_gate_is_critical() -> None:
    story = scanned()
    story.lifted_for_exit("8:00")
    story.move("8:10", MoveEvent.GTOT, Purpose.PICKUP, (PlaceKind.VEHICLE, "闽A1"), (PlaceKind.OUTSIDE, ""))
    warning = told(story).only("R09")
    assert (warning.severity, warning.facts["cause"], warning.eta_s) == (Severity.CRITICAL, "left", 0.0)


@pytest.mark.parametrize("why", ["clear", "to another inspection", "opened", "released", "scanned again", "under way"])
def test_what_is_as_it_should_be(why: str) -> None:
    story = scanned(InspectionResult.CLEAR if why == "clear" else InspectionResult.SUSPECT)
    if why == "opened":
        story.inspects("7:55", InspectionState.DONE, kind=InspectionKind.MANUAL, order="I2",
                       result=InspectionResult.DIFFERS)
    if why == "released":
        story.released("7:55")
    if why == "scanned again":
        story.inspects("7:55", InspectionState.DONE, order="I2", result=InspectionResult.CLEAR)
    purpose = Purpose.INSPECTION if why == "to another inspection" else Purpose.RESTOW
    story.move("7:41" if why == "under way" else "8:00", MoveEvent.PICK, purpose, SLOT, TRACTOR)
    assert told(story).warnings() == ()


def test_a_review_put_right_is_no_longer_in_doubt() -> None:
    story = scanned()
    story.move("8:00", MoveEvent.PICK, Purpose.RESTOW, SLOT, TRACTOR)
    story.inspects("7:45", InspectionState.DONE, result=InspectionResult.CLEAR)
    warning = told(story).only("R09")
    assert (warning.overturned, warning.history[-1].note) == (True, "the image is not in doubt")


def test_opened_after_the_move_clears_and_before_it_overturns() -> None:
    story = scanned()
    story.move("8:00", MoveEvent.PICK, Purpose.RESTOW, SLOT, TRACTOR)
    watch = told(story)
    watch.hears([story.inspects("9:00", InspectionState.DONE, kind=InspectionKind.MANUAL, order="I2")])
    warning = watch.only("R09")
    assert (warning.active, warning.overturned) == (False, False)
    assert warning.history[-1].note == "was opened and looked at"
    watch.hears([story.inspects("7:50", InspectionState.DONE, kind=InspectionKind.MANUAL, order="I3")])
    warning = watch.only("R09")
    assert warning.overturned
    assert warning.history[-1].note == "was opened and looked at before it was moved"


def test_loading_it_onto_a_vessel_counts() -> None:
    story = scanned()
    story.move("8:00", MoveEvent.LOAD, Purpose.LOADING, TRACTOR, (PlaceKind.VESSEL, "413000001/140284"))
    assert told(story).only("R09").facts["says"] == "LOAD"


def test_any_order_comes_to_the_same_conclusion() -> None:
    story = scanned()
    story.move("8:00", MoveEvent.PICK, Purpose.RESTOW, SLOT, TRACTOR)
    story.dropped("8:10", "D1-05-02-1", plate="T1")
    story.inspects("9:00", InspectionState.DONE, kind=InspectionKind.MANUAL, order="I2")
    assert same_in_any_order(story, ImageSuspect(), at("10:00"))
