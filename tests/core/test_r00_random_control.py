"""R00: passages drawn by chance, the same ones however the records come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.any_order import same_in_any_order
from tests.core.timeline import BOX, Story, Watch, at, number, watching
from twin.records import Direction, GateDecision, InspectionKind, InspectionResult, InspectionState, Trade
from twin.rules.base import ParameterError
from twin.rules.r00_random_control import CONTROLLED, RULE, RandomControl, drawn
from twin.warnings import Severity

ALL = {"R00": {"r06_share": 1.0}}


def outward(box: str = BOX, trade: Trade = Trade.FOREIGN) -> Story:
    story = Story()
    story.container("7:00", box, trade=trade)
    story.passes_gate("8:00", boxes=(box,))
    return story


def told(story: Story, shares: dict[str, dict[str, float]] | None = None) -> Watch:
    return watching("R00", settings=ALL if shares is None else shares).hears_one_by_one(story.records)


def test_nothing_is_drawn_until_somebody_asks_for_it() -> None:
    assert told(outward(), {}).warnings() == ()
    assert all(RULE.values()[f"{rule.lower()}_share"] == 0.0 for rule in CONTROLLED)


def test_a_drawn_passage_is_a_control_at_its_gate() -> None:
    warning = told(outward()).only("R00")
    assert (warning.subject_kind, warning.subject, warning.severity) == ("container", BOX, Severity.LOW)
    assert (warning.raised_at, warning.zone, warning.active) == (at("8:00"), "GATE", True)
    assert warning.facts["control_of"] == "R06"
    (limit,) = warning.limits
    assert limit.observed == pytest.approx(drawn("0", BOX, "O1-out"), abs=1e-6)
    assert (limit.allowed, limit.parameter) == (1.0, "r06_share")


def test_one_draw_serves_all_rules_that_ask_for_at_least_so_much() -> None:
    draw = drawn("0", BOX, "O1-out")
    shares = {"r01_share": draw / 2, "r04_share": min(1.0, draw * 1.5), "r06_share": 1.0}
    assert told(outward(), {"R00": shares}).only("R00").facts["control_of"] == "R04 R06"


@pytest.mark.parametrize("why", ["domestic", "kept at the gate", "unknown"])
def test_what_is_not_drawn(why: str) -> None:
    story = Story()
    if why != "unknown":
        story.container("7:00", trade=Trade.DOMESTIC if why == "domestic" else Trade.FOREIGN)
    story.passes_gate("8:00", decision=GateDecision.HOLD if why == "kept at the gate" else GateDecision.RAISE)
    assert told(story).warnings() == ()


def test_two_readings_of_one_visit_are_one_control_another_day_is_another() -> None:
    story = outward()
    story.passes_gate("8:02")
    watch = told(story)
    first = watch.only("R00")
    assert first.raised_at == at("8:00")
    watch.twin.warnings.take(first.id, "Zhang", at("9:00"))
    watch.twin.warnings.close(first.id, "Zhang", at("9:01"), "rule")
    watch.hears([story.passes_gate("10:00", Direction.IN, order="O2")])
    assert [w.raised_at for w in watch.warnings()] == [at("8:00"), at("10:00")]


def test_an_inspection_since_ends_it_an_ultrasonic_test_does_not() -> None:
    story = outward()
    story.inspects("8:20", InspectionState.DONE, kind=InspectionKind.ULTRASONIC, result=InspectionResult.EMPTY)
    watch = told(story)
    assert watch.only("R00").active
    watch.hears([story.inspects("8:30", InspectionState.DONE, order="I2", result=InspectionResult.CLEAR)])
    warning = watch.only("R00")
    assert (warning.active, warning.overturned, warning.history[-1].note) == (False, False, "inspected since")


def test_a_container_that_proves_to_be_domestic_was_drawn_in_error() -> None:
    story = outward()
    watch = told(story)
    watch.hears([story.container("8:30", trade=Trade.DOMESTIC)])
    assert watch.only("R00").overturned


def test_late_shuffled_and_repeated_records_draw_the_same() -> None:
    story = Story()
    for serial in range(1, 9):
        story.container("7:00", number(serial))
        story.passes_gate(f"8:{serial:02d}", boxes=(number(serial),), order=f"O{serial}")
    story.inspects("8:40", InspectionState.DONE, number(3), result=InspectionResult.CLEAR)
    shares = {"r01_share": 0.5}
    drawn_boxes = {outcome[1] for outcome in same_in_any_order(story, RandomControl(shares), at("12:00"))}
    assert drawn_boxes == {number(n) for n in range(1, 9) if drawn("0", number(n), f"O{n}-out") < 0.5}
    assert 0 < len(drawn_boxes) < 8


def test_the_share_is_kept_and_the_key_decides_which() -> None:
    visits = [(number(serial), f"O{serial}-out") for serial in range(1, 4_001)]
    one = {visit for visit in visits if drawn("1", *visit) < 0.1}
    other = {visit for visit in visits if drawn("2", *visit) < 0.1}
    assert 320 <= len(one) <= 480
    assert 10 <= len(one & other) <= 80, "another key draws others"


@given(st.text(), st.text(), st.text())
def test_a_draw_lies_between_nothing_and_all(key: str, box: str, visit: str) -> None:
    assert 0.0 <= drawn(key, box, visit) < 1.0


def test_a_share_is_from_none_to_all() -> None:
    with pytest.raises(ParameterError, match="r06_share"):
        RandomControl({"r06_share": 1.5})
