"""R05: a gate reads another plate or container than the terminal put on the truck, or one that is elsewhere."""

from __future__ import annotations

import pytest

from tests.core.any_order import same_in_any_order
from tests.core.timeline import BOX, Story, Watch, at, number, watching
from twin.records import Classifier, Direction, GateDecision, MoveEvent, PlaceKind, Purpose, VehicleKind
from twin.rules.r05_identity_mismatch import IdentityMismatch
from twin.warnings import Limit

TRUCK, OTHER = "闽A1", "闽B2"
BROKEN = BOX[:-1] + str((int(BOX[-1]) + 5) % 10)


def loaded(when: str = "7:50", box: str = BOX, plate: str = TRUCK) -> Story:
    """A truck under way to the exit with a container."""
    story = Story()
    story.container("7:00", box)
    story.vehicle("7:00", plate)
    story.stands("7:00", "F1-01-01-1", box)
    story.lifted_for_exit(when, plate=plate, box=box)
    return story


def told(story: Story) -> Watch:
    return watching("R05").hears_one_by_one(story.records)


def test_read_as_ordered() -> None:
    story = loaded()
    story.passes_gate("8:00")
    story.move("8:00", MoveEvent.GTOT, Purpose.PICKUP, (PlaceKind.VEHICLE, TRUCK), (PlaceKind.OUTSIDE, ""))
    assert told(story).warnings() == ()


def test_another_plate() -> None:
    story = loaded()
    passage = story.passes_gate("8:00", plate="闽A7")
    warning = told(story).only("R05")
    assert (warning.subject_kind, warning.subject, warning.raised_at) == ("vehicle", TRUCK, at("8:00"))
    assert (warning.facts["cause"], warning.facts["read"]) == ("plate", "闽A7")
    assert (warning.place_x, warning.place_y) == (200.0, 300.0)
    assert warning.evidence == (passage.id, story.records[3].id)
    assert warning.limits == (Limit("plate_read", "闽A7", TRUCK),)


def test_another_container() -> None:
    story = loaded()
    story.container("7:00", number(2))
    story.stands("7:00", "F1-03-01-1", number(2))
    story.passes_gate("8:00", boxes=(number(2),))
    warning = told(story).only("R05")
    assert (warning.subject, warning.facts["cause"]) == (TRUCK, "container")
    assert (warning.facts["read"], warning.facts["expected"]) == (number(2), BOX)


def test_a_number_that_cannot_be_one() -> None:
    story = loaded()
    story.passes_gate("8:00", boxes=(BROKEN,))
    assert told(story).only("R05").facts["cause"] == "invalid_number"
    story = Story()
    story.passes_gate("8:00", Direction.IN, boxes=(BROKEN,), order=None)
    warning = told(story).only("R05")
    assert warning.facts["cause"] == "invalid_number"
    assert warning.limits[0].quantity == "check_digit"


def test_a_container_that_stands_in_the_yard() -> None:
    story = Story()
    story.container("7:00")
    story.stands("7:00", "F1-01-01-1")
    story.passes_gate("8:00", plate=OTHER)
    warning = told(story).only("R05")
    assert (warning.subject, warning.facts["cause"], warning.facts["slot"]) == (OTHER, "elsewhere", "F1-01-01-1")
    assert warning.facts["difference_m"] == pytest.approx(346, abs=1)


@pytest.mark.parametrize("why", ["nobody knows it", "nothing read", "one of two read", "doubtful plate",
                                 "doubtful number", "in the books with a wrong digit", "slot unknown"])
def test_what_contradicts_nobody(why: str) -> None:
    story = Story() if why in ("nobody knows it", "slot unknown") else loaded(
        box=BROKEN if why == "in the books with a wrong digit" else BOX)
    boxes, plate, sure = (BOX,), TRUCK, (0.99, 0.98)
    if why == "nothing read":
        boxes = ()
    elif why == "one of two read":
        story.lifted_for_exit("7:52", "F1-03-01-1", box=number(2))
    elif why == "doubtful plate":
        plate, sure = "闽A7", (0.5, 0.5)
    elif why == "doubtful number":
        boxes, sure = (number(7),), (0.99, 0.5)
    elif why == "in the books with a wrong digit":
        boxes = (BROKEN,)
    elif why == "slot unknown":
        story.stands("7:00", "by the fence")
    story.passes_gate("8:00", plate=plate, boxes=boxes, sure=sure)
    assert told(story).warnings() == ()


def test_a_plan_and_the_ports_own_tractors_say_nothing_of_trucks() -> None:
    story = Story()
    story.vehicle("7:00", "T1", VehicleKind.TERMINAL_TRACTOR)
    story.move("7:50", MoveEvent.PICK, Purpose.RESTOW, (PlaceKind.SLOT, "F1-01-01-1"), (PlaceKind.VEHICLE, "T1"))
    story.lifted_for_exit("7:55", classifier=Classifier.PLANNED, plate="闽C3")
    story.passes_gate("8:00", plate="闽A7")
    assert told(story).warnings() == ()


def test_read_again_as_ordered_clears() -> None:
    story = loaded()
    story.passes_gate("8:00", plate="闽A7", decision=GateDecision.HOLD)
    story.passes_gate("8:05")
    warning = told(story).only("R05")
    assert (warning.active, warning.history[-1].note) == (False, "read again as ordered")


def test_a_late_lift_overturns() -> None:
    story = loaded()
    story.container("7:00", number(2))
    story.stands("7:00", "F1-03-01-1", number(2))
    story.passes_gate("8:00", boxes=(number(2),))
    watch = told(story)
    watch.hears([story.dropped("7:55"), story.lifted_for_exit("7:57", "F1-03-01-1", box=number(2))])
    warning = watch.only("R05")
    assert warning.overturned
    assert warning.history[-1].note == "the terminal says the same, as became known later"


# Plates that are somewhere else


def seen(story: Story, *fixes: tuple[str, float, float]) -> Story:
    story.vehicle("7:00", OTHER)
    for when, x, y in fixes:
        story.fix(when, x, y, OTHER)
    return story


def test_a_truck_that_is_too_far_to_be_at_the_gate() -> None:
    story = seen(Story(), ("7:59:55", 200.0, -900.0))
    story.passes_gate("8:00", Direction.IN, plate=OTHER, boxes=(), order=None, decision=GateDecision.HOLD)
    warning = told(story).only("R05")
    assert (warning.subject, warning.facts["cause"], warning.raised_at) == (OTHER, "cloned", at("8:00"))
    assert warning.facts["difference_m"] == pytest.approx(1_200, abs=1)
    assert warning.limits == (Limit("distance_to_gate", 1_201, 150.0, "m", "apart_m"),)


def test_a_truck_that_stood_all_the_while() -> None:
    story = seen(Story(), ("7:57", 200.0, -900.0))
    story.passes_gate("8:00", Direction.IN, plate=OTHER, boxes=(), order=None)
    watch = told(story)
    assert watch.warnings() == (), "in three minutes it may have come"
    watch.hears([story.fix("8:03", 200.0, -905.0, OTHER)])
    assert watch.only("R05").raised_at == at("8:00")


def test_a_clone_stays_one_when_its_fixes_are_forgotten() -> None:
    story = seen(Story(), ("7:59:55", 200.0, -900.0))
    story.passes_gate("8:00", Direction.IN, plate=OTHER, boxes=(), order=None)
    watch = told(story)
    watch.hears([story.fix("9:00", 0.0, 0.0, OTHER), story.lifted_for_exit("9:00", plate=OTHER)])
    assert watch.only("R05").active


@pytest.mark.parametrize("why", ["at the gate", "never seen", "drove on", "stood near", "too long between", "doubtful",
                                 "unknown gate"])
def test_a_truck_that_may_well_be_there(why: str) -> None:
    far = (200.0, -900.0)
    story = seen(Story(), *{
        "at the gate": [("7:59:58", 180.0, 290.0)], "never seen": [], "drove on": [("7:57", *far)],
        "stood near": [("7:57", 200.0, 200.0)], "too long between": [("7:52", *far)],
    }.get(why, [("7:59:55", *far)]))
    story.passes_gate("8:00", Direction.IN, plate=OTHER, boxes=(), order=None,
                      sure=(0.3 if why == "doubtful" else 0.99, 0.99), gate="G9" if why == "unknown gate" else "G1")
    if why == "drove on":
        story.fix("8:03", 200.0, 900.0, OTHER)
    if why == "stood near":
        story.fix("8:03", 200.0, 200.0, OTHER)
    if why == "too long between":
        story.fix("8:04", *far, OTHER)
    assert told(story).warnings() == ()


def test_old_readings_loads_and_fixes_are_forgotten() -> None:
    story = loaded()
    story.fix("7:55", 0.0, 0.0, TRUCK)
    story.passes_gate("8:00")
    watch = told(story)
    story.lifted_for_exit("33:00", "F1-03-01-1", plate=OTHER, box=number(2))
    story.passes_gate("33:10", plate=OTHER, boxes=(number(2),), order="O2")
    story.fix("33:10", 180.0, 290.0, OTHER)
    watch.hears(story.records[-3:])
    (running,) = watch.twin._engine._running
    memory = running.memory
    assert list(memory.readings) == ["O2-out"]
    assert set(memory.visits) == {OTHER, number(2)}
    assert list(memory.loads.by_truck) == [OTHER]
    assert watch.warnings() == ()


@pytest.mark.parametrize("cause", ["container", "cloned"])
def test_any_order_comes_to_the_same_conclusion(cause: str) -> None:
    story = loaded()
    story.container("7:00", number(2))
    story.stands("7:00", "F1-03-01-1", number(2))
    y = -900.0 if cause == "cloned" else 300.0
    story.fix("7:59:55", 200.0, y, TRUCK)
    story.passes_gate("8:00", boxes=(number(2) if cause == "container" else BOX,))
    story.move("8:01", MoveEvent.GTOT, Purpose.PICKUP, (PlaceKind.VEHICLE, TRUCK), (PlaceKind.OUTSIDE, ""))
    story.fix("8:00:40", 200.0, y, TRUCK)
    found = same_in_any_order(story, IdentityMismatch(), at("8:05"))
    assert [(subject, said) for _, subject, _, _, said, _ in found] == [(TRUCK, cause)]
