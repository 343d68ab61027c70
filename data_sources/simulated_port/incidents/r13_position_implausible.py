"""R13 position-implausible 定位异常: a vehicle's receiver reports places where the vehicle cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data_sources.simulated_port.devices import Disturbance
from data_sources.simulated_port.incidents.kind import Act, IncidentKind, Parameter, Parameters, ValueKind
from twin.records import VehicleKind

if TYPE_CHECKING:
    from data_sources.simulated_port.incidents.stage import Staging

_SHIFTS_M = {"jump": (2_600.0, -2_100.0), "far_away": (480_000.0, -300_000.0)}


def _act(staging: Staging, parameters: Parameters) -> Act:
    plate = yield from staging.vehicle(
        parameters, lambda v: v.kind is VehicleKind.ROAD_TRUCK and v.inside, "a road truck inside the port"
    )
    if plate is None:
        return
    now, seconds = staging.world.now_ms, float(parameters["seconds"])
    dx, dy = _SHIFTS_M[str(parameters["case"])]
    staging.stage.devices.disturb(Disturbance(plate, dx, dy, now, now + round(seconds * 1000)))
    entry = staging.begin("vehicle", plate, staging.at_vehicle(plate), f"车辆 {plate} 定位跳变")
    yield staging.wait(seconds)
    staging.end(entry)


KIND = IncidentKind(
    rule="R13",
    name_zh="定位异常",
    name_en="implausible position",
    summary="A truck's receiver is disturbed: every few seconds it reports a place kilometres away.",
    subject="vehicle",
    parameters=(
        Parameter("case", ValueKind.CHOICE, "a jump of 3 km, or to another province", "jump", choices=tuple(_SHIFTS_M)),
        Parameter("plate", ValueKind.PLATE, "the truck, inside the port"),
        Parameter("seconds", ValueKind.NUMBER, "how long the receiver is disturbed", 40.0, 8.0, 900.0),
    ),
    act=_act,
)
