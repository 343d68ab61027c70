"""R16 night-activity 非工作时段作业: the inspection site is used while it is closed for the night."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data_sources.simulated_port.incidents.kind import Act, IncidentKind, Parameter, Parameters, ValueKind
from data_sources.simulated_port.inspections import SiteHours
from twin.port_layout import BlockKind
from twin.records import Move, MoveEvent, Trade

if TYPE_CHECKING:
    from data_sources.simulated_port.incidents.stage import Staging
    from data_sources.simulated_port.world import Box
    from twin.port_layout import PortLayout

_HOUR_MS = 3_600_000


def _blocks(layout: PortLayout) -> list[str]:
    """The blocks of inspection sites that do not work around the clock."""
    closing = {zone.id for zone in layout.zones if zone.working_hours}
    return [b.id for b in layout.blocks if b.kind is BlockKind.INSPECTION and b.zone in closing]


def _objection(layout: PortLayout, _parameters: Parameters, at_ms: int) -> str | None:
    if not _blocks(layout):
        return "the port has no inspection site that closes and has a block of its own"
    hours = SiteHours(layout)
    if not (hours.closed(at_ms) and hours.closed(at_ms + _HOUR_MS)):
        return (
            f"its time lies within the hours of the inspection site or less than one hour before them; it is open "
            f"from {hours}"
        )
    return None


def _act(staging: Staging, parameters: Parameters) -> Act:
    def fits(box: Box) -> bool:
        return box.full and box.flow == "import" and box.trade == Trade.FOREIGN and not box.held and not box.seal

    box = yield from staging.container(parameters, fits, "an import container that is not held")
    block = staging.pick(_blocks(staging.world.layout))
    if box is None or block is None:
        return
    number = box.number
    drop = staging.stage.record(
        Move, lambda m: m.container == number and m.event is MoveEvent.DROP and m.to_ref.startswith(f"{block}-")
    )
    staging.operations.restow(box, block)
    move = yield drop
    if not SiteHours(staging.world.layout).closed(move.observed_at):
        staging.give_up(number, "the container came to the inspection site only after it had opened")
        return
    entry = staging.begin(
        "container", number, staging.at_slot(move.to_ref),
        f"查验场地关闭时段内，箱 {number} 落入 {move.to_ref}", related=(move.equipment,), from_ms=move.observed_at,
    )
    yield staging.wait(float(parameters["minutes"]) * 60.0)
    yield staging.operations.restow(box)
    staging.end(entry)


KIND = IncidentKind(
    rule="R16",
    name_zh="非工作时段作业",
    name_en="night activity",
    summary="At night, when the inspection site is closed, a container is set down in its block, and taken back later.",
    subject="container",
    parameters=(
        Parameter("container", ValueKind.CONTAINER, "the container, an import one in the yard"),
        Parameter("minutes", ValueKind.NUMBER, "how long it stands there", 12.0, 1.0, 60.0),
    ),
    act=_act,
    objection=_objection,
)
