"""R08 inspection-evasion 逃避查验: a held container is moved elsewhere than to inspection, or never inspected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data_sources.simulated_port.incidents.held import held_container
from data_sources.simulated_port.incidents.kind import Act, IncidentKind, Parameter, Parameters, ValueKind
from twin.records import Move, MoveEvent

if TYPE_CHECKING:
    from data_sources.simulated_port.incidents.stage import Staging


_STEP_S = 60.0


def _act(staging: Staging, parameters: Parameters) -> Act:
    box = yield from held_container(staging, parameters)
    if box is None:
        return
    number = box.number
    if parameters["case"] == "overdue":
        yield from _work_hours(staging, float(parameters["hours"]))
        staging.begin("container", number, staging.at_box(box), f"布控箱 {number} 逾期未送查验")
        return
    origin = box.place_ref
    lift = staging.stage.record(Move, lambda m: m.container == number and m.event is MoveEvent.PICK)
    block = parameters.get("block")
    trip = staging.operations.restow(box, None if block is None else str(block))
    move = yield lift
    note = f"布控箱 {number} 未送查验而由 {origin} 移位"
    entry = staging.begin(
        "container", number, staging.at_slot(move.from_ref), note, related=(move.equipment,), from_ms=move.observed_at
    )
    yield trip
    staging.end(entry)


def _work_hours(staging: Staging, hours: float) -> Act:
    """Waits until the inspection site has been open for some hours."""
    left_s, site = hours * 3_600.0, staging.stage.clearance.inspections.hours
    while left_s > 0.0:
        yield staging.wait(_STEP_S)
        left_s -= 0.0 if site.closed(staging.world.now_ms) else _STEP_S


KIND = IncidentKind(
    rule="R08",
    name_zh="逃避查验",
    name_en="inspection evasion",
    summary="A container is held for inspection; the terminal moves it to another block, or nobody inspects it.",
    subject="container",
    parameters=(
        Parameter(
            "case", ValueKind.CHOICE, "moved elsewhere, or never inspected", "moved", choices=("moved", "overdue")
        ),
        Parameter("hours", ValueKind.NUMBER, "case overdue: hours in which the site was open", 12.0, 1.0, 240.0),
        Parameter("container", ValueKind.CONTAINER, "the container, its declaration accepted and not released"),
        Parameter("block", ValueKind.BLOCK, "the block to which it is moved"),
    ),
    act=_act,
)
