"""R06: a truck weighs otherwise than its containers were declared to."""

from __future__ import annotations

import pytest

from tests.core.any_order import same_in_any_order
from tests.core.timeline import BOX, Story, Watch, at, number, watching
from twin.records import (
    DeclarationMode,
    DeclarationState,
    Direction,
    GateDecision,
    InspectionKind,
    InspectionState,
    PlaceKind,
    Trade,
)
from twin.rules.r06_weight_anomaly import WeightAnomaly
from twin.warnings import Limit, Verb

TRUCK = 15_600.0


def announced(box: str = BOX, kg: float = 20_000.0, **more: object) -> Story:
    story = Story()
    story.container("7:00", box, **more)  # type: ignore[arg-type]
    story.manifested("7:01", box, kg=kg)
    return story


def told(story: Story) -> Watch:
    return watching("R06").hears_one_by_one(story.records)


def test_six_tonnes_too_many_at_the_gate() -> None:
    story = announced()
    passage = story.passes_gate("8:00", Direction.IN, kg=TRUCK + 26_500.0)
    warning = told(story).only("R06")
    assert (warning.subject_kind, warning.subject, warning.raised_at) == ("container", BOX, at("8:00"))
    assert (warning.place_x, warning.place_y, warning.zone) == (180.0, 300.0, "GATE")
    assert warning.facts["difference_kg"] == 6_500
    assert (warning.facts["disagrees"], warning.facts["against"]) == ("gate", "manifest")
    assert warning.evidence == (passage.id, story.records[1].id)
    assert warning.limits == (Limit("weight_difference", 6_500, 1_500, "kg", "least_kg"),)


@pytest.mark.parametrize("kg", [18_600.0, 20_000.0, 21_400.0])
def test_scales_fuel_and_trucks_differ_a_little(kg: float) -> None:
    story = announced()
    story.passes_gate("8:00", kg=TRUCK + kg)
    assert told(story).warnings() == ()


def test_of_a_heavy_load_a_share_may_differ() -> None:
    story = announced(kg=32_000.0)
    story.passes_gate("8:00", kg=TRUCK + 33_590.0)
    watch = told(story)
    assert watch.warnings() == ()
    watch.hears([story.passes_gate("8:01", kg=TRUCK + 33_700.0)])
    assert watch.only("R06").limits[0].parameter == "share"


def test_declared_empty_but_heavy() -> None:
    story = Story()
    story.container("7:00", full=False)
    story.manifested("7:01", mode=DeclarationMode.EMPTY, kg=2_300.0)
    story.passes_gate("8:00", kg=TRUCK + 8_800.0)
    assert told(story).only("R06").facts["cause"] == "declared_empty"


def test_too_light_counts_too() -> None:
    story = announced()
    story.passes_gate("8:00", kg=TRUCK + 2_000.0)
    assert told(story).only("R06").facts["cause"] == "lighter"


@pytest.mark.parametrize("why", ["domestic", "nothing declared", "a declaration of several", "stood in the yard"])
def test_what_cannot_be_compared(why: str) -> None:
    story = Story()
    story.container("7:00", trade=Trade.DOMESTIC if why == "domestic" else Trade.FOREIGN)
    if why in ("domestic", "stood in the yard"):
        story.manifested("7:01")
    if why == "a declaration of several":
        story.declares("7:01", DeclarationState.ACCEPTED, also=(number(2),))
    if why == "stood in the yard":
        story.stands("7:30", "F1-01-01-1")
    story.passes_gate("8:00", kg=TRUCK + 40_000.0)
    assert told(story).warnings() == ()


def test_two_on_a_truck_are_weighed_together() -> None:
    story = announced()
    story.container("7:00", number(2))
    story.manifested("7:01", number(2), kg=10_000.0)
    boxes = (BOX, number(2))
    story.passes_gate("8:00", boxes=boxes, kg=TRUCK + 30_000.0)
    watch = told(story)
    assert watch.warnings() == ()
    watch.hears([story.passes_gate("9:00", boxes=boxes, kg=TRUCK + 40_000.0, order="O2")])
    warning = watch.only("R06")
    assert (warning.subject, warning.facts["containers"]) == (BOX, f"{BOX} {number(2)}")


def test_of_two_one_without_papers_proves_nothing_until_they_come() -> None:
    story = announced()
    story.container("7:00", number(2))
    story.passes_gate("8:00", boxes=(BOX, number(2)), kg=TRUCK + 40_000.0)
    watch = told(story)
    assert watch.warnings() == ()
    watch.hears([story.manifested("8:30", number(2), kg=10_000.0)])
    assert watch.only("R06").facts["difference_kg"] == 10_000


def test_weighed_again_after_a_hold_clears() -> None:
    story = announced()
    story.passes_gate("8:00", kg=TRUCK + 30_000.0, decision=GateDecision.HOLD)
    story.passes_gate("8:05", kg=TRUCK + 20_000.0)
    warning = told(story).only("R06")
    assert (warning.active, warning.overturned, warning.history[-1].note) == (False, False, "weighed again as declared")


def test_an_amended_declaration_clears() -> None:
    story = announced()
    story.declares("7:10", DeclarationState.ACCEPTED)
    story.passes_gate("8:00", kg=TRUCK + 30_000.0)
    story.declares("9:00", DeclarationState.ACCEPTED, kg=22_000.0)
    watch = told(story)
    assert watch.only("R06").active, "still far off"
    watch.hears([story.declares("9:30", DeclarationState.ACCEPTED, kg=30_000.0)])
    assert watch.only("R06").history[-1].note == "declaration was amended"


def test_an_inspection_since_clears() -> None:
    story = announced()
    story.passes_gate("8:00", kg=TRUCK + 30_000.0)
    story.inspects("9:00", InspectionState.DONE, kind=InspectionKind.MANUAL)
    assert told(story).only("R06").history[-1].note == "inspected since"


def test_a_late_declaration_dated_before_overturns() -> None:
    story = announced()
    story.passes_gate("8:00", kg=TRUCK + 30_000.0)
    late = story.declares("7:50", DeclarationState.ACCEPTED, kg=30_000.0)
    warning = told(story).only("R06")
    assert warning.overturned
    assert warning.history[-1].verb is Verb.OVERTURN
    assert late.id in warning.evidence


def test_it_was_of_domestic_trade_all_along() -> None:
    story = announced()
    story.passes_gate("8:00", kg=TRUCK + 30_000.0)
    story.container("8:10", trade=Trade.DOMESTIC)
    assert told(story).only("R06").overturned


def test_without_an_order_each_reading_is_of_the_truck() -> None:
    story = announced()
    story.passes_gate("8:00", kg=TRUCK + 30_000.0, order=None, gate="G9")
    warning = told(story).only("R06")
    assert warning.zone == ""
    assert warning.facts["gate"] == "G9"


def test_any_order_comes_to_the_same_conclusion() -> None:
    story = announced()
    story.declares("7:10", DeclarationState.ACCEPTED)
    story.stated("7:55", PlaceKind.VEHICLE, "闽A1")
    story.passes_gate("8:00", kg=TRUCK + 30_000.0, decision=GateDecision.HOLD)
    story.passes_gate("8:05", kg=TRUCK + 29_900.0)
    story.inspects("9:00", InspectionState.DONE, kind=InspectionKind.H986)
    assert same_in_any_order(story, WeightAnomaly(), at("9:30"))


def test_a_shorter_measure_from_the_settings() -> None:
    story = announced()
    story.passes_gate("8:00", kg=TRUCK + 21_000.0)
    watch = watching("R06", settings={"R06": {"least_kg": 500.0, "share": 0.0}}).hears_one_by_one(story.records)
    assert watch.only("R06").limits[0].allowed == 500
