"""R14 loitering 异常停留: a loaded truck stops on a road where nothing is loaded, unloaded or checked."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
import simpy

from data_sources.simulated_port.incidents.kind import Act, IncidentKind, Parameter, Parameters, ValueKind
from twin.port_layout import PortLayout, RoadKind
from twin.records import VehicleKind

if TYPE_CHECKING:
    from data_sources.simulated_port.incidents.stage import Staging

_FAR_FROM_STOPS_M = 60.0
_FAR_FROM_LANES_M = 20.0
_NEAR_M = 700.0
_FAR_FROM_GATES_M = 250.0  # a truck nearer to one may be about to leave
_AT_THE_PLACE_M = 40.0
_LIMIT_S = 3 * 3_600.0


def _lonely_places(layout: PortLayout) -> list[tuple[float, float]]:
    """Middles of main roads away from every stop point and every lane in which trucks wait, metres."""
    nodes = {node.id: np.asarray(node.at) for node in layout.road_nodes}
    stops = np.asarray([stop.at for stop in layout.stop_points]).reshape(-1, 2)
    middles = [(nodes[e.start] + nodes[e.end]) / 2 for e in layout.road_edges if e.kind is RoadKind.MAIN and not e.via]
    lanes = shapely.MultiLineString([
        np.array([nodes[e.start], *e.via, nodes[e.end]]) for e in layout.road_edges if e.kind is not RoadKind.MAIN
    ])
    return [
        (float(m[0]), float(m[1])) for m in middles
        if (not len(stops) or float(np.hypot(*(stops - m).T).min()) > _FAR_FROM_STOPS_M)
        and (lanes.is_empty or lanes.distance(shapely.Point(m)) > _FAR_FROM_LANES_M)
    ]


def _act(staging: Staging, parameters: Parameters) -> Act:
    layout = staging.world.layout
    stops = np.asarray([lane.stop for gate in layout.gates for lane in gate.lanes]).reshape(-1, 2)

    def fits(vehicle: Any) -> bool:
        """It carries something and will do so on its next way, which does not lead out of the port."""
        return (
            vehicle.kind is VehicleKind.ROAD_TRUCK and vehicle.inside and len(vehicle.boxes) > 0
            and not any(box.seal for box in vehicle.boxes) and vehicle.purpose != "delivery" and not vehicle.moving
            and float(np.hypot(*(stops - (vehicle.x, vehicle.y)).T).min(initial=np.inf)) > _FAR_FROM_GATES_M
        )

    while True:
        plate = yield from staging.vehicle(parameters, fits, "a loaded road truck that stands inside the port")
        if plate is None or (yield from _stands(staging, parameters, plate)):
            return


def _stands(staging: Staging, parameters: Parameters, plate: str) -> Generator[simpy.Event, Any, bool]:
    """Sends a truck to a lonely place; False if it was unloaded or left before it stood there."""
    x, y = staging.at_vehicle(plate)
    places = _lonely_places(staging.world.layout)
    near = [p for p in places if np.hypot(p[0] - x, p[1] - y) < _NEAR_M] or places
    place = staging.pick(near)
    if place is None:
        staging.give_up(plate, "the port has no road to stand on")
        return True
    minutes = float(parameters["minutes"])
    staging.operations.detour(plate, [place], minutes * 60.0)
    began = staging.world.env.now
    while plate in staging.operations.vehicles and staging.world.env.now - began < _LIMIT_S:
        at = staging.at_vehicle(plate)
        vehicle = staging.operations.vehicles[plate]
        if np.hypot(at[0] - place[0], at[1] - place[1]) < _AT_THE_PLACE_M and not vehicle.moving:
            boxes = [b.number for b in vehicle.boxes]
            if not boxes or not vehicle.inside:
                return False
            entry = staging.begin("vehicle", plate, at, f"载箱集卡 {plate} 在通道上异常停留", related=boxes)
            yield staging.wait(minutes * 60.0)
            staging.end(entry)
            return True
        yield staging.wait(2.0)
    return False


KIND = IncidentKind(
    rule="R14",
    name_zh="异常停留",
    name_en="loitering",
    summary="A loaded truck leaves its way and stands on a road away from every place of work.",
    subject="vehicle",
    parameters=(
        Parameter("plate", ValueKind.PLATE, "the truck, loaded and inside the port"),
        Parameter("minutes", ValueKind.NUMBER, "how long it stands", 25.0, 5.0, 240.0),
    ),
    act=_act,
)
