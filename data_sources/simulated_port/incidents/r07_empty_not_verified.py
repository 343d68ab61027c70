"""R07 empty-not-verified 空箱未验: an inbound empty is taken out without its ultrasonic test, or although loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data_sources.simulated_port.incidents.kind import Act, IncidentKind, Parameter, Parameters, ValueKind
from twin.records import DeclarationState, InspectionKind, InspectionResult, InspectionState, Move, MoveEvent, Purpose

if TYPE_CHECKING:
    from data_sources.simulated_port.incidents.stage import Staging
    from data_sources.simulated_port.world import Box


def _act(staging: Staging, parameters: Parameters) -> Act:
    def fits(box: Box) -> bool:
        filing = staging.stage.clearance.filing_of(box)
        accepted = filing is not None and filing.state is DeclarationState.ACCEPTED
        return not box.full and box.flow == "empty_in" and not box.released and accepted

    box = yield from staging.container(parameters, fits, "an inbound empty container not yet tested")
    if box is None:
        return
    stage = staging.stage
    stage.clearance.inspections.untested.add(box.number)
    note = f"进境空箱 {box.number} 未经超声波检测出场"
    if parameters["case"] == "loaded":
        note = f"进境空箱 {box.number} 超声波检测显示有货，仍出场"
        stage.clearance.inspections.tell(
            box, staging.world.new_id("CYX"), InspectionKind.ULTRASONIC, InspectionState.DONE, InspectionResult.LOADED,
            "何敏",
        )
    number = box.number
    stage.clearance.release_now(box)  # on paper it may go
    plate = staging.operations.pickup(box, at=staging.world.now_ms, force=True)
    lift = yield from staging.record(
        Move, lambda m: m.container == number and m.event is MoveEvent.PICK and m.purpose is Purpose.PICKUP
    )
    if lift is None:
        staging.give_up(number, "no truck lifted it in time")
        return
    entry = staging.begin(
        "container", number, staging.at_slot(lift.from_ref), note, related=(plate,), from_ms=lift.observed_at
    )
    yield from staging.left(number)
    staging.end(entry)


KIND = IncidentKind(
    rule="R07",
    name_zh="空箱未验",
    name_en="empty not verified",
    summary="An inbound empty container is taken out untested, or though the test says that it is loaded.",
    subject="container",
    parameters=(
        Parameter(
            "case", ValueKind.CHOICE, "untested, or tested as loaded", "untested", choices=("untested", "loaded"),
        ),
        Parameter("container", ValueKind.CONTAINER, "the container, an inbound empty in the yard"),
    ),
    act=_act,
)
