"""R10 overdue-stay 超期存放: the terminal finds a container that has stood undeclared beyond the limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data_sources.simulated_port.incidents.kind import Act, IncidentKind, Parameter, Parameters, ValueKind
from data_sources.simulated_port.incidents.told import inventory_record
from twin.records import Trade

if TYPE_CHECKING:
    from data_sources.simulated_port.incidents.stage import Staging
    from data_sources.simulated_port.world import Box

_DAY_MS = 86_400_000


def _fits(box: Box) -> bool:
    return box.full and box.flow == "import" and box.trade == Trade.FOREIGN and box.declaration is None and not box.seal


def _act(staging: Staging, parameters: Parameters) -> Act:
    box = yield from staging.container(parameters, _fits, "an import container not declared yet")
    if box is None:
        return
    days = float(parameters["days"])
    staging.stage.clearance.stop(box, "undeclared")
    box.arrived_at = staging.world.now_ms - round(days * _DAY_MS)
    staging.begin("container", box.number, staging.at_box(box), f"箱 {box.number} 到港 {days:g} 天仍未申报")
    staging.world.emit(inventory_record(staging.world, box))


KIND = IncidentKind(
    rule="R10",
    name_zh="超期存放",
    name_en="overdue stay",
    summary="A check of the stock shows that an undeclared container came much earlier than the stock had said.",
    subject="container",
    parameters=(
        Parameter("container", ValueKind.CONTAINER, "the container, undeclared in the yard"),
        Parameter("days", ValueKind.NUMBER, "days since it arrived", 16.0, 15.0, 400.0),
    ),
    act=_act,
)
