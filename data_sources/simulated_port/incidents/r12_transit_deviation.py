"""R12 transit-deviation 转关偏离: a transit trip leaves its corridor, is overdue, or arrives and is not written off."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import simpy

from data_sources.simulated_port.incidents.kind import Act, IncidentKind, Parameter, Parameters, ValueKind
from twin.records import Direction, GatePassage

if TYPE_CHECKING:
    from data_sources.simulated_port.incidents.stage import Staging

_LAST_S = 300.0  # before the port's roads begin it is back on its way


def _act(staging: Staging, parameters: Parameters) -> Act:
    case, transit = str(parameters["case"]), staging.stage.transit
    now, minutes = staging.world.now_ms, float(parameters["minutes"])
    lead_s = minutes * 60.0 + 2.0 * _LAST_S
    due = now + 600_000 if case == "overdue" else None
    trip = transit.start(lead_s if case == "deviates" else max(1_500.0, lead_s), due)
    staging.stage.taken.add(trip.container)
    related = (trip.vehicle, trip.container, trip.seal)
    if case == "deviates":
        width = transit.half_width_m() * 2.0
        end = now + round(minutes * 60_000)
        transit.stray(trip.container, now, end, width)
        yield staging.wait(minutes * 60.0 / 6.0)  # the swing passes half its width, the corridor's edge, at a sixth
        fix = transit.place(trip.container, staging.world.now_ms)
        at = (0.0, 0.0) if fix is None else (fix[0], fix[1])
        entry = staging.begin("trip", trip.trip, at, f"转关车 {trip.vehicle} 偏离规定路线", related=related)
        yield staging.wait(minutes * 60.0 * 2.0 / 3.0)
        staging.end(entry)
    elif case == "overdue":
        yield staging.wait((trip.due_at - now) / 1000.0)
        fix = transit.place(trip.container, staging.world.now_ms)
        at = (0.0, 0.0) if fix is None else (fix[0], fix[1])
        entry = staging.begin("trip", trip.trip, at, f"转关车 {trip.vehicle} 超期未到", related=related)
        yield from _arrival(staging, trip.container)
        staging.end(entry)
    else:
        transit.kept_open.add(trip.container)
        staging.stage.clearance.stop(staging.world.boxes[trip.container], "incident R12")
        passage = yield from _arrival(staging, trip.container)
        at = staging.at_passage(passage) if passage is not None else (0.0, 0.0)
        staging.begin("trip", trip.trip, at, f"转关车 {trip.vehicle} 已到卡口，未核销", related=related)


def _arrival(staging: Staging, container: str) -> Generator[simpy.Event, Any, GatePassage | None]:
    return (yield from staging.record(
        GatePassage, lambda p: container in p.containers and p.direction is Direction.IN
    ))


KIND = IncidentKind(
    rule="R12",
    name_zh="转关偏离",
    name_en="transit deviation",
    summary="A transit trip sets out and leaves its corridor, comes too late, or is not written off at the gate.",
    subject="trip",
    parameters=(
        Parameter(
            "case", ValueKind.CHOICE, "what goes wrong", "deviates", choices=("deviates", "overdue", "not_written_off")
        ),
        Parameter("minutes", ValueKind.NUMBER, "case deviates: how long it is off its middle line", 20.0, 6.0, 60.0),
    ),
    act=_act,
)
