"""R07: an inbound empty is taken away untested, or tested loaded."""

from __future__ import annotations

import pytest

from tests.core.any_order import same_in_any_order
from tests.core.timeline import BOX, Story, Watch, at, watching
from twin.records import (
    DeclarationMode,
    DeclarationState,
    Direction,
    InspectionKind,
    InspectionResult,
    InspectionState,
    MoveEvent,
    PlaceKind,
    Purpose,
    Trade,
)
from twin.rules.r07_empty_not_verified import EmptyNotVerified
from twin.warnings import Severity

INWARDS, OUTWARDS = "351220261325000001", "351220260325000001"


def empty(declaration: str = INWARDS, mode: DeclarationMode = DeclarationMode.EMPTY, **more: object) -> Story:
    story = Story()
    story.container("7:00", full=False, **more)  # type: ignore[arg-type]
    story.stands("7:00", "F1-01-01-1")
    story.declares("7:10", DeclarationState.RELEASED, mode=mode, declaration=declaration)
    return story


def examined(story: Story, when: str, result: InspectionResult | None = InspectionResult.EMPTY,
           state: InspectionState = InspectionState.DONE, kind: InspectionKind = InspectionKind.ULTRASONIC) -> None:
    story.inspects(when, state, kind=kind, result=result)


def told(story: Story) -> Watch:
    return watching("R07").hears_one_by_one(story.records)


def test_lifted_for_exit_untested() -> None:
    story = empty()
    lift = story.lifted_for_exit("8:00")
    warning = told(story).only("R07")
    assert (warning.subject, warning.raised_at, warning.zone) == (BOX, at("8:00"), "FOREIGN")
    assert (warning.facts["cause"], warning.facts["against_says"]) == ("untested", "none")
    assert warning.severity is Severity.HIGH
    assert warning.evidence == (lift.id,)


def test_at_the_gate_it_is_critical() -> None:
    story = empty()
    story.lifted_for_exit("8:00")
    story.passes_gate("8:10")
    warning = told(story).only("R07")
    assert (warning.severity, warning.eta_s, warning.facts["gate"]) == (Severity.CRITICAL, 0.0, "G1")


def test_tested_loaded_is_worse_than_untested() -> None:
    story = empty()
    examined(story, "7:30")
    examined(story, "7:50", InspectionResult.LOADED)
    story.lifted_for_exit("8:00")
    warning = told(story).only("R07")
    assert (warning.severity, warning.facts["cause"]) == (Severity.CRITICAL, "tested_loaded")


def test_another_result_does_not_verify() -> None:
    story = empty()
    examined(story, "7:30", InspectionResult.SUSPECT, kind=InspectionKind.H986)
    story.lifted_for_exit("8:00")
    assert told(story).only("R07").facts["cause"] == "not_verified"


@pytest.mark.parametrize("kind", [InspectionKind.ULTRASONIC, InspectionKind.MANUAL])
def test_tested_empty_it_goes_its_way(kind: InspectionKind) -> None:
    story = empty()
    examined(story, "7:30", InspectionResult.EMPTY if kind is InspectionKind.ULTRASONIC else InspectionResult.CLEAR,
           kind=kind)
    story.lifted_for_exit("8:00")
    story.passes_gate("8:10")
    assert told(story).warnings() == ()


def test_a_test_begun_is_no_test() -> None:
    story = empty()
    examined(story, "7:59", None, InspectionState.STARTED)
    story.lifted_for_exit("8:00")
    assert told(story).only("R07")


@pytest.mark.parametrize("why", ["outwards", "domestic", "full", "papers say full", "short number", "moved within"])
def test_what_is_not_its_business(why: str) -> None:
    story = empty(OUTWARDS if why == "outwards" else "7" if why == "short number" else INWARDS,
                  DeclarationMode.IMPORT if why == "papers say full" else DeclarationMode.EMPTY,
                  trade=Trade.DOMESTIC if why == "domestic" else Trade.FOREIGN)
    if why == "full":
        story.container("7:20")
    if why == "moved within":
        story.move("8:00", MoveEvent.PICK, Purpose.RESTOW, (PlaceKind.SLOT, "F1-01-01-1"), (PlaceKind.VEHICLE, "T1"))
    else:
        story.lifted_for_exit("8:00")
    assert told(story).warnings() == ()


def test_what_a_vessel_landed_is_inbound() -> None:
    story = Story()
    story.container("7:00", full=False)
    story.move("7:20", MoveEvent.DISC, Purpose.DISCHARGE, (PlaceKind.VESSEL, "413000001/140284"),
               (PlaceKind.VEHICLE, "T1"))
    story.dropped("7:30", plate="T1", purpose=Purpose.DISCHARGE)
    story.lifted_for_exit("8:00")
    assert told(story).only("R07")


def test_a_test_after_the_lift_clears_and_one_dated_before_overturns() -> None:
    story = empty()
    story.lifted_for_exit("8:00")
    watch = told(story)
    examined(story, "8:05")
    watch.hears(story.records[-1:])
    warning = watch.only("R07")
    assert (warning.active, warning.overturned, warning.history[-1].note) == (False, False, "was tested empty since")
    examined(story, "7:55")
    watch.hears(story.records[-1:])
    assert watch.only("R07").overturned
    assert watch.only("R07").history[-1].note == "was tested empty before"


def test_put_back_it_is_over_and_once_outside_a_test_helps_no_more() -> None:
    story = empty()
    story.lifted_for_exit("8:00")
    story.dropped("8:05")
    assert told(story).only("R07").history[-1].note == "container is back in the yard"
    story = empty()
    story.passes_gate("8:10")
    examined(story, "8:20")
    warning = told(story).only("R07")
    assert warning.active
    assert warning.place_y == 300.0


def test_a_passage_inwards_takes_nothing_away() -> None:
    story = empty()
    story.passes_gate("8:10", Direction.IN)
    assert told(story).warnings() == ()


def test_an_old_test_is_of_an_earlier_stay() -> None:
    story = empty()
    examined(story, "5:30")
    story.lifted_for_exit("8:00")
    watch = watching("R07", settings={"R07": {"test_age_h": 2.0}}).hears_one_by_one(story.records)
    assert watch.only("R07")


def test_a_vessel_lands_it_full_after_all() -> None:
    story = empty()
    story.lifted_for_exit("8:00")
    story.container("8:20")
    warning = told(story).only("R07")
    assert (warning.overturned, warning.history[-1].note) == (True, "is no inbound empty container")


def test_any_order_comes_to_the_same_conclusion() -> None:
    story = empty()
    examined(story, "7:50", InspectionResult.LOADED)
    story.lifted_for_exit("8:00")
    story.passes_gate("8:10")
    assert same_in_any_order(story, EmptyNotVerified(), at("9:00"))
