"""R01 unpermitted-removal 擅自提离: a truck takes a container under supervision out of the port without its release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data_sources.simulated_port.incidents.kind import Act, IncidentKind, Parameter, Parameters, ValueKind
from twin.records import Move, MoveEvent, Purpose, Trade

if TYPE_CHECKING:
    from data_sources.simulated_port.incidents.stage import Staging
    from data_sources.simulated_port.world import Box


def _fits(box: Box) -> bool:
    supervised = box.full and box.flow == "import" and box.trade == Trade.FOREIGN
    return supervised and not (box.released or box.held or box.seal)


def _act(staging: Staging, parameters: Parameters) -> Act:
    box = yield from staging.container(parameters, _fits, "an import container neither released nor held, unsealed")
    if box is None or not staging.stage.clearance.stop(box, "incident R01"):
        return
    wanted = parameters.get("plate")
    number = box.number
    lift = staging.stage.record(
        Move, lambda m: m.container == number and m.event is MoveEvent.PICK and m.purpose is Purpose.PICKUP
    )
    plate = staging.operations.pickup(
        box, at=staging.world.now_ms, force=True, plate=None if wanted is None else str(wanted)
    )
    move = yield lift
    note = f"未放行的进口箱 {number} 被集卡 {plate} 提离"
    place = staging.at_slot(move.from_ref)
    entry = staging.begin("container", number, place, note, related=(plate,), from_ms=move.observed_at)
    yield from staging.left(number)
    staging.end(entry)


KIND = IncidentKind(
    rule="R01",
    name_zh="擅自提离",
    name_en="unpermitted removal",
    summary="A road truck comes for an import container that is not released; it is lifted and leaves by the gate.",
    subject="container",
    parameters=(
        Parameter("container", ValueKind.CONTAINER, "the container; it must stand in the yard unreleased"),
        Parameter("plate", ValueKind.PLATE, "the truck's number plate"),
    ),
    act=_act,
)
