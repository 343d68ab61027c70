"""R16 night-activity 非工作时段作业: the inspection site is used while it is closed for the night."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data_sources.simulated_port.incidents.kind import Act, IncidentKind, Parameter, Parameters, ValueKind
from data_sources.simulated_port.inspections import SITE_HOURS, at_work
from twin.records import Trade

if TYPE_CHECKING:
    from data_sources.simulated_port.incidents.stage import Staging
    from data_sources.simulated_port.world import Box
    from twin.port_layout import PortLayout


def _objection(_layout: PortLayout, _parameters: Parameters, at_ms: int) -> str | None:
    if at_work(at_ms, SITE_HOURS) or at_work(at_ms + 3_600_000, SITE_HOURS):
        return (
            f"its time lies within the hours of the inspection site or less than one hour before them; it is open "
            f"from {SITE_HOURS[0]:02d}:00 to {SITE_HOURS[1]:02d}:00"
        )
    return None


def _act(staging: Staging, parameters: Parameters) -> Act:
    def fits(box: Box) -> bool:
        return box.full and box.flow == "import" and box.trade == Trade.FOREIGN and not box.held and not box.seal

    box = yield from staging.container(parameters, fits, "an import container that is not held")
    if box is None:
        return
    number = box.number

    def work(_: Box) -> Act:
        at = staging.at_box(box)
        entry = staging.begin("container", number, at, f"查验场地关闭时段内，箱 {number} 在场内作业")
        yield staging.wait(float(parameters["minutes"]) * 60.0)
        staging.end(entry)

    yield staging.operations.inspection_trip(box, "manual", work)


KIND = IncidentKind(
    rule="R16",
    name_zh="非工作时段作业",
    name_en="night activity",
    summary="A container is brought to the inspection site at night, when it is closed, and brought back.",
    subject="container",
    parameters=(
        Parameter("container", ValueKind.CONTAINER, "the container, an import one in the yard"),
        Parameter("minutes", ValueKind.NUMBER, "how long somebody works at it", 12.0, 1.0, 60.0),
    ),
    act=_act,
    objection=_objection,
)
