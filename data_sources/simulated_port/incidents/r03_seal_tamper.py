"""R03 seal-tamper 关锁异常: a seal is cut, tampered with, opened where or by whom it may not be, swapped or silent."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import simpy

from data_sources.simulated_port.incidents.kind import Act, IncidentKind, Parameter, Parameters, ValueKind
from twin.records import DeclarationState, Direction, GatePassage, Move, MoveEvent, SealEventKind, TransitTrip

if TYPE_CHECKING:
    from data_sources.simulated_port.incidents.stage import Staging
    from data_sources.simulated_port.world import Box

_IN_THE_YARD = {
    "cut": (SealEventKind.CUT, "", None, "被剪断"),
    "tampered": (SealEventKind.TAMPERED, "", None, "被撬动"),
    "unlocked": (SealEventKind.UNLOCKED, "身份不明", None, "未经授权开启"),
    "outside": (SealEventKind.UNLOCKED, "堆场人员", "declaration", "在非许可地点开启"),
}
"""Kind of event, by whom, with what authority, and the words for it."""

_LOOK_S = 240.0


def _act(staging: Staging, parameters: Parameters) -> Act:
    case = str(parameters["case"])
    if case in _IN_THE_YARD:
        yield from _in_the_yard(staging, parameters, case)
    elif case == "wrong_number":
        yield from _swapped(staging, parameters)
    else:
        yield from _silent(staging, parameters)


def _sealed(
    staging: Staging, parameters: Parameters, to_leave: bool = False, declared: bool = False
) -> Generator[simpy.Event, Any, Box | None]:
    """A container in the yard with the seal that is named, or with any; `to_leave` if it is to be released at most one
    step from now, `declared` if it must have a declaration."""
    named, clearance = parameters.get("seal"), staging.stage.clearance

    def fits(box: Box) -> bool:
        if box.seal is None or (named is not None and box.seal != named):
            return False
        if declared and box.declaration is None:
            return False
        filing = clearance.filing_of(box)
        accepted = filing is not None and filing.state is DeclarationState.ACCEPTED
        return not to_leave or box.released or accepted

    return (yield from staging.container({}, fits, f"with seal {named}" if named else "with an electronic seal"))


def _in_the_yard(staging: Staging, parameters: Parameters, case: str) -> Act:
    box = yield from _sealed(staging, parameters, declared=case == "outside")
    if box is None or box.seal is None:
        return
    kind, by, authority, words = _IN_THE_YARD[case]
    seal = box.seal
    staging.begin("seal", seal, staging.at_box(box), f"关锁 {seal}（箱 {box.number}）{words}", related=(box.number,))
    staging.stage.seals.tell(seal, box.number, kind, by, box.declaration if authority else None)
    if kind is not SealEventKind.TAMPERED:
        staging.stage.seals.remove(box)


def _trip(staging: Staging, parameters: Parameters) -> Generator[simpy.Event, Any, TransitTrip | None]:
    """The transit trip whose seal is named, or the next that comes to the port."""
    named = parameters.get("seal")
    transit = staging.stage.transit
    open_trips = [
        t for t in transit.trips.values()
        if (t.seal == named if named is not None else True) and t.container not in staging.stage.taken
        and transit.roads_ms(t.container) > staging.world.now_ms
    ]
    trip = min(open_trips, key=lambda t: (transit.roads_ms(t.container), t.trip), default=None)
    if trip is None and named is not None:
        staging.give_up(str(named), f"no transit trip with seal {named} is on its way")
        return None
    if trip is None:
        trip = yield from staging.record(TransitTrip, lambda t: t.container in transit.trips)
    if trip is not None:
        staging.stage.taken.add(trip.container)
    return trip


def _swapped(staging: Staging, parameters: Parameters) -> Act:
    """The gate reads another seal on a transit container than the one it was sent with.

    The truck is kept at the gate; an officer opens the seal there and writes the trip off, and it may go on.
    """
    trip = yield from _trip(staging, parameters)
    if trip is None:
        return
    other = f"JY-{(int(trip.seal[3:]) + 4_999) % 9_999 + 1:06d}"

    def misread(passage: GatePassage) -> GatePassage:
        if trip.container in passage.containers and passage.direction is Direction.IN:
            return replace(passage, seals=tuple(other if s == trip.seal else s for s in passage.seals))
        return passage

    stage = staging.stage
    stage.transit.kept_open.add(trip.container)
    staging.operations.gate_reading(misread)
    staging.operations.hold_at_gate(trip.vehicle, None)
    passage = yield from staging.record(
        GatePassage, lambda p: trip.container in p.containers and p.direction is Direction.IN
    )
    if passage is None:
        staging.give_up(trip.seal, f"trip {trip.trip} did not come to a gate")
        return
    note = f"转关箱 {trip.container} 应持关锁 {trip.seal}，卡口识读为 {other}"
    entry = staging.begin(
        "seal", trip.seal, staging.at_passage(passage), note, related=(trip.container, trip.vehicle, other),
        from_ms=passage.observed_at,
    )
    yield staging.wait(_LOOK_S)
    stage.transit.arrived(trip.container)
    stage.transit.write_off(trip.container, "卡口关员")
    staging.operations.hold_at_gate(trip.vehicle, staging.world.now_ms)
    staging.end(entry)


def _silent(staging: Staging, parameters: Parameters) -> Act:
    """A seal says nothing any more from when a truck takes its released container from the yard to the gate."""
    box = yield from _sealed(staging, parameters, to_leave=True)
    if box is None or box.seal is None:
        return
    staging.stage.clearance.release_now(box)
    seal, number = box.seal, box.number
    plate = staging.operations.pickup(box, at=staging.world.now_ms)
    lift = staging.stage.record(Move, lambda m: m.container == number and m.event is MoveEvent.PICK)
    move = yield lift
    staging.stage.seals.silence(seal)  # not before: one not heard for long when it is lifted is out of use
    entry = staging.begin(
        "seal", seal, staging.at_slot(move.from_ref), f"关锁 {seal}（箱 {number}）移动中失联", related=(number, plate),
        from_ms=move.observed_at,
    )
    yield from staging.left(number)
    staging.end(entry)


KIND = IncidentKind(
    rule="R03",
    name_zh="关锁异常",
    name_en="seal tampering",
    summary="A seal in the yard is cut, tampered with or opened; or a transit trip's seal is swapped or falls silent.",
    subject="seal",
    parameters=(
        Parameter(
            "case", ValueKind.CHOICE,
            "cut, tampered; unlocked without authority; unlocked with authority outside a permitted place; "
            "another number read at the gate; silent while moving",
            "cut", choices=(*_IN_THE_YARD, "wrong_number", "silent"),
        ),
        Parameter("seal", ValueKind.SEAL, "the seal; in the yard, for wrong_number on its way"),
    ),
    act=_act,
)
