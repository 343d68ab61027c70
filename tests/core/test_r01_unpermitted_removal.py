"""R01: a container under supervision is taken away without release."""

from __future__ import annotations

import itertools
import random

import pytest

from tests.core.timeline import BOX, Story, at, number, watching
from twin.legal_state import LegalState
from twin.records import (
    Classifier,
    DeclarationMode,
    DeclarationState,
    Direction,
    GateDecision,
    MoveEvent,
    PlaceKind,
    Purpose,
    Trade,
)
from twin.rules.base import ParameterError
from twin.rules.r01_unpermitted_removal import RULE
from twin.rules.registry import make_rules
from twin.warnings import Severity, Verb


def stored(**more: object) -> Story:
    """An import container in the foreign yard, declared but not released; a truck in front of it."""
    story = Story()
    story.container("7:00", **more)  # type: ignore[arg-type]
    story.vehicle("7:00")
    story.stands("7:00", "F1-01-01-1")
    story.declares("7:10", DeclarationState.ACCEPTED)
    story.fix("7:59:58", 16.0, 25.0, speed=0.0)
    return story


def removed(story: Story) -> Story:
    story.lifted_for_exit("8:00")
    story.fix("8:02", 180.0, 150.0)
    story.fix("8:03", 199.0, 290.0)
    story.passes_gate("8:04")
    return story


def test_fires_at_the_lift_at_the_slot() -> None:
    story = stored()
    lift = story.lifted_for_exit("8:00")
    watch = watching("R01").hears_one_by_one(story.records)
    warning = watch.only("R01")
    assert (warning.subject_kind, warning.subject, warning.raised_at) == ("container", BOX, at("8:00"))
    assert (warning.place_x, warning.place_y) == pytest.approx((13.25, 8.6), abs=0.01)
    assert warning.zone == "FOREIGN"
    assert warning.severity is Severity.HIGH
    assert warning.facts == {"container": BOX, "declaration_state": "accepted", "vehicle": "闽A1", "slot": "F1-01-01-1"}
    assert lift.id in warning.evidence
    assert warning.active
    assert warning.eta_s is not None
    assert warning.eta_s > 120.0


def test_escalates_on_the_way_to_the_gate_and_stays_one_warning() -> None:
    watch = watching("R01").hears_one_by_one(removed(stored()).records)
    warning = watch.only("R01")
    assert warning.severity is Severity.CRITICAL
    assert warning.eta_s == 0.0
    assert warning.facts["gate"] == "G1"
    assert [step.verb for step in warning.history].count(Verb.RAISE) == 1
    assert [step.verb for step in warning.history].count(Verb.ESCALATE) == 1
    etas = [w.eta_s for delta in watch.deltas for w in delta.warnings]
    assert etas == sorted(etas, reverse=True)


def test_passing_the_gate_without_a_seen_lift_fires_too() -> None:
    story = stored()
    story.passes_gate("8:04")
    warning = watching("R01").hears_one_by_one(story.records).only("R01")
    assert (warning.severity, warning.raised_at) == (Severity.CRITICAL, at("8:04"))
    assert (warning.place_x, warning.place_y) == pytest.approx((16.0, 25.0), abs=0.01), "where the truck was last seen"


def test_a_gate_passage_of_an_unknown_truck_is_placed_at_the_gate() -> None:
    story = stored()
    story.passes_gate("8:04", plate="闽Z9")
    assert watching("R01").hears_one_by_one(story.records).only("R01").place_y == 300.0


@pytest.mark.parametrize("state", [None, DeclarationState.LODGED, DeclarationState.HELD, DeclarationState.INSPECTED,
                                   DeclarationState.REVOKED])
def test_no_state_but_release_permits_a_removal(state: DeclarationState | None) -> None:
    story = Story()
    story.container("7:00")
    if state is not None:
        story.declares("7:10", state)
    story.lifted_for_exit("8:00")
    expected = "none" if state is None else state.value
    assert watching("R01").hears_one_by_one(story.records).only("R01").facts["declaration_state"] == expected


def test_a_released_container_leaves_quietly() -> None:
    story = stored()
    story.released("7:30")
    watch = watching("R01").hears_one_by_one(removed(story).records)
    assert watch.warnings() == ()
    assert watch.twin.containers.legal_state[0] == LegalState.REMOVED


@pytest.mark.parametrize("trade", [Trade.FOREIGN, Trade.TRANSIT, Trade.TRANSSHIPMENT])
def test_all_supervised_trades_count(trade: Trade) -> None:
    assert watching("R01").hears_one_by_one(removed(stored(trade=trade)).records).only("R01")


@pytest.mark.parametrize("more", [{"trade": Trade.DOMESTIC}, {"full": False}])
def test_domestic_and_empty_containers_are_not_its_business(more: dict[str, object]) -> None:
    assert watching("R01").hears_one_by_one(removed(stored(**more)).records).warnings() == ()


def test_an_export_release_permits_loading_not_leaving() -> None:
    story = stored()
    story.released("7:30", mode=DeclarationMode.EXPORT, declaration="2")
    assert watching("R01").hears_one_by_one(removed(story).records).only("R01")


@pytest.mark.parametrize("other", ["planned", "inspection", "restow", "held at the gate", "inwards"])
def test_what_is_no_removal(other: str) -> None:
    story = stored()
    slot, truck = (PlaceKind.SLOT, "F1-01-01-1"), (PlaceKind.VEHICLE, "T1")
    if other == "planned":
        story.lifted_for_exit("8:00", classifier=Classifier.PLANNED)
    elif other == "inspection":
        story.move("8:00", MoveEvent.PICK, Purpose.INSPECTION, slot, truck)
    elif other == "restow":
        story.move("8:00", MoveEvent.PICK, Purpose.RESTOW, slot, truck)
    elif other == "held at the gate":
        story.passes_gate("8:00", decision=GateDecision.HOLD)
    else:
        story.passes_gate("8:00", Direction.IN)
    assert watching("R01").hears_one_by_one(story.records).warnings() == ()


def test_a_late_release_dated_before_the_lift_overturns_it_visibly() -> None:
    story = stored()
    story.lifted_for_exit("8:00")
    release = story.released("7:55")
    watch = watching("R01").hears_one_by_one(story.records)
    warning = watch.only("R01")
    assert (warning.active, warning.overturned) == (False, True)
    assert warning.history[-1].verb is Verb.OVERTURN
    assert "released before the lift" in warning.history[-1].note
    assert release.id in warning.evidence
    assert watch.deltas[-1].warnings == (warning,), "the change is told"


def test_a_release_dated_after_the_lift_clears_but_does_not_overturn() -> None:
    story = stored()
    story.lifted_for_exit("8:00")
    story.released("8:01")
    warning = watching("R01").hears_one_by_one(story.records).only("R01")
    assert (warning.active, warning.overturned) == (False, False)
    assert warning.history[-1].note == "released after the lift"


def test_a_late_hold_dated_before_the_lift_raises_it_late() -> None:
    story = stored()
    story.released("7:30")
    story.lifted_for_exit("8:00")
    story.declares("7:50", DeclarationState.HELD, declaration="2")
    assert watching("R01").hears_one_by_one(story.records).only("R01").facts["declaration_state"] == "held"


def test_putting_it_back_clears_and_taking_it_again_is_the_same_open_warning() -> None:
    story = stored()
    story.lifted_for_exit("8:00")
    story.dropped("8:05")
    watch = watching("R01").hears_one_by_one(story.records)
    assert not watch.only("R01").active
    story.lifted_for_exit("9:00")
    watch.hears(story.records[-1:])
    warning = watch.only("R01")
    assert warning.active, "one warning per rule and subject: it was not closed"
    assert warning.raised_at == at("8:00")


def test_a_removal_after_the_first_was_closed_is_a_new_incident() -> None:
    story = stored()
    story.lifted_for_exit("8:00")
    story.dropped("8:05")
    watch = watching("R01").hears_one_by_one(story.records)
    first = watch.only("R01").id
    book = watch.twin.warnings
    book.take(first, "Zhang", at("8:06"))
    book.close(first, "Zhang", at("8:07"), "returned: driver's error")
    watch.hears(story.records)
    assert len(watch.warnings()) == 1, "the same records again are no news"
    watch.hears([story.lifted_for_exit("9:00")])
    assert [w.raised_at for w in watch.warnings("R01")] == [at("8:00"), at("9:00")]


def test_after_closing_the_passage_of_the_same_removal_does_not_raise_again() -> None:
    story = removed(stored())
    watch = watching("R01").hears_one_by_one(story.records[:-1])
    book, first = watch.twin.warnings, watch.only("R01").id
    book.take(first, "Zhang", at("8:03"))
    book.close(first, "Zhang", at("8:03"), "permitted: by telephone")
    watch.hears(story.records[-1:])
    assert watch.only("R01").state == "closed"


def test_a_lift_known_only_after_the_return_is_raised_and_cleared() -> None:
    story = stored()
    lift = story.lifted_for_exit("8:00")
    drop = story.dropped("8:05")
    watch = watching("R01").hears_one_by_one([*story.records[:5], drop, lift])
    assert not watch.only("R01").active


def test_any_order_comes_to_the_same_conclusion() -> None:
    story = removed(stored())
    story.declares("7:20", DeclarationState.HELD)
    conclusions = set()
    orders = [list(order) for order in itertools.islice(itertools.permutations(story.records[5:]), 0, 120, 7)]
    for order in orders:
        shuffled = story.records[:5] + order
        random.Random(len(conclusions)).shuffle(shuffled)
        watch = watching("R01").hears_one_by_one(shuffled + shuffled)
        warning = watch.only("R01")
        conclusions.add((warning.subject, warning.raised_at, warning.severity, warning.active,
                         warning.facts["declaration_state"]))
    assert conclusions == {(BOX, at("8:00"), Severity.CRITICAL, True, "held")}


def test_a_standing_stock_raises_nothing() -> None:
    story = Story()
    for serial in range(1, 30):
        story.container("7:00", number(serial))
        story.stands("7:00", f"F1-{2 * (serial % 9) + 1:02d}-02-1", number(serial))
        story.declares("7:00", DeclarationState.ACCEPTED, number(serial), declaration=str(serial))
    watch = watching("R01")
    watch.hears(story.records)
    assert watch.warnings() == ()
    assert watch.twin.containers.count == 29


def test_two_containers_on_a_truck_are_two_warnings() -> None:
    story = stored()
    story.container("7:00", number(2))
    story.lifted_for_exit("8:00")
    story.lifted_for_exit("8:01", "F1-03-01-1", box=number(2))
    watch = watching("R01").hears_one_by_one(story.records)
    assert {w.subject for w in watch.warnings("R01")} == {BOX, number(2)}


@pytest.mark.parametrize(("settings", "words"), [
    ({"R01": {"critical_eta_s": -1.0}}, "critical_eta_s -1.0 is not from 0 to 3600 s"),
    ({"R01": {"critical_eta_s": "soon"}}, "'soon' is not a number"),
    ({"R01": {"speed": 1.0}}, "'speed' is unknown"),
    ({"R99": {}}, "'R99' is unknown"),
])
def test_wrong_settings_are_named(settings: dict[str, dict[str, object]], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        make_rules(settings)


def test_a_longer_warning_time_makes_it_critical_sooner() -> None:
    story = stored()
    story.lifted_for_exit("8:00")
    watch = watching("R01", settings={"R01": {"critical_eta_s": 600.0}}).hears_one_by_one(story.records)
    assert watch.only("R01").severity is Severity.CRITICAL
    assert all(p.unit or p.name == "detour_factor" for p in RULE.parameters)
