"""R09 image-suspect 审图异常: the H986 image does not show the declared goods, and the container still leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data_sources.simulated_port.incidents.held import held_container
from data_sources.simulated_port.incidents.kind import Act, IncidentKind, Parameter, Parameters, ValueKind
from twin.records import InspectionKind, InspectionResult, Move, MoveEvent, Purpose

if TYPE_CHECKING:
    from data_sources.simulated_port.incidents.stage import Staging


def _act(staging: Staging, parameters: Parameters) -> Act:
    box = yield from held_container(staging, parameters)
    if box is None:
        return
    number = box.number
    inspections = staging.stage.clearance.inspections
    yield from inspections.opening()
    inspections.forced[number] = (InspectionKind.H986, InspectionResult.SUSPECT)
    yield from inspections.of_held(box)
    purpose = Purpose.RESTOW if parameters["case"] == "moved" else Purpose.PICKUP
    lift = staging.stage.record(
        Move, lambda m: m.container == number and m.event is MoveEvent.PICK and m.purpose is purpose
    )
    if purpose is Purpose.RESTOW:
        staging.operations.restow(box)
    else:
        staging.operations.pickup(box, at=staging.world.now_ms, force=True)
    move = yield lift
    note = f"箱 {number} 机检审图异常，仍被移动"
    entry = staging.begin(
        "container", number, staging.at_slot(move.from_ref), note, related=(move.equipment,), from_ms=move.observed_at
    )
    if purpose is Purpose.PICKUP:
        yield from staging.left(number)
        staging.end(entry)


KIND = IncidentKind(
    rule="R09",
    name_zh="审图异常",
    name_en="suspect image",
    summary="A held container goes through H986, the review finds it suspect, and it is moved all the same.",
    subject="container",
    parameters=(
        Parameter(
            "case", ValueKind.CHOICE, "moved in the yard, or taken out by a truck", "moved", choices=("moved", "left")
        ),
        Parameter("container", ValueKind.CONTAINER, "the container, its declaration accepted and not released"),
    ),
    act=_act,
)
