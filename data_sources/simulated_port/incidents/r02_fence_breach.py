"""R02 fence-breach 越网: a truck of one trade drives into the area of the other, or into a closed area."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from data_sources.simulated_port.incidents.kind import Act, IncidentKind, Parameter, Parameters, ValueKind
from twin.port_layout import Fence, FenceClass, PortLayout, RoadKind
from twin.records import Trade, VehicleKind

if TYPE_CHECKING:
    from data_sources.simulated_port.incidents.stage import Staging

_FORBIDDEN = {
    FenceClass.DOMESTIC: (Trade.FOREIGN,),
    FenceClass.FOREIGN: (Trade.DOMESTIC,),
    FenceClass.CLOSED: (Trade.FOREIGN, Trade.DOMESTIC),
}
_DEEP_M = 40.0  # the place to drive to lies at least this far inside
_LIMIT_S = 3 * 3_600.0


def places_inside(layout: PortLayout, fence: Fence) -> list[tuple[float, float]]:
    """Places on roads well inside a fence, metres; none if no road leads into it."""
    inner = shapely.Polygon(fence.outline).buffer(-_DEEP_M)
    nodes = {node.id: node.at for node in layout.road_nodes}
    found = []
    for edge in layout.road_edges:
        if edge.kind in (RoadKind.MAIN, RoadKind.SITE):
            x, y = np.mean([nodes[edge.start], nodes[edge.end]], axis=0)
            if not edge.via and shapely.contains_xy(inner, x, y):
                found.append((float(x), float(y)))
    return found


def _fences(layout: PortLayout, parameters: Parameters) -> list[Fence]:
    """The fences an incident may be about: the one named, else those of the other trade."""
    named = parameters.get("fence")
    return [
        f for f in layout.fences
        if (f.id == named if named is not None else f.fence_class is FenceClass.DOMESTIC)
        and f.fence_class in _FORBIDDEN
    ]


def _objection(layout: PortLayout, parameters: Parameters, _at_ms: int) -> str | None:
    if any(places_inside(layout, fence) for fence in _fences(layout, parameters)):
        return None
    named = parameters.get("fence")
    return f"fence {named!r} cannot be breached: no road leads into it or anybody may enter" if named else (
        "this port has no domestic area that a road leads into"
    )


def _act(staging: Staging, parameters: Parameters) -> Act:
    layout = staging.world.layout
    fence = staging.pick([f for f in _fences(layout, parameters) if places_inside(layout, f)])
    if fence is None:
        staging.give_up(str(parameters.get("plate", "")), "no fence that a road leads into")
        return
    trades = _FORBIDDEN[fence.fence_class]
    area = shapely.Polygon(fence.outline)
    shapely.prepare(area)

    def fits(vehicle: Any) -> bool:
        return (
            vehicle.kind is VehicleKind.ROAD_TRUCK and vehicle.trade in trades and vehicle.inside
            and not shapely.contains_xy(area, vehicle.x, vehicle.y)
        )

    plate = yield from staging.vehicle(parameters, fits, f"a road truck of trade {' or '.join(trades)} inside the port")
    if plate is None:
        return
    places = places_inside(layout, fence)
    goal = places[int(staging.stream.integers(len(places)))]
    staging.operations.detour(plate, [goal], float(parameters["stand_s"]))
    entry, began = None, staging.world.env.now
    while plate in staging.operations.vehicles and staging.world.env.now - began < _LIMIT_S:
        at = staging.at_vehicle(plate)
        inside = bool(shapely.contains_xy(area, *at))
        if inside and entry is None:
            boxes = [b.number for b in staging.operations.vehicles[plate].boxes]
            note = f"{_TRADE_ZH[staging.operations.vehicles[plate].trade]}集卡 {plate} 驶入{fence.name.zh}"
            entry = staging.begin("vehicle", plate, at, note, related=(*boxes, fence.id))
        if entry is not None and not inside:
            staging.end(entry)
            return
        yield staging.wait(1.0)
    if entry is None:
        staging.give_up(plate, f"the truck left the port without coming to fence {fence.id}")


_TRADE_ZH = {Trade.FOREIGN: "外贸", Trade.DOMESTIC: "内贸"}

KIND = IncidentKind(
    rule="R02",
    name_zh="越网",
    name_en="fence breach",
    summary="A road truck leaves its route, drives through the electronic fence, stands inside and goes on.",
    subject="vehicle",
    parameters=(
        Parameter("plate", ValueKind.PLATE, "the truck; it must be inside the port and outside the fence"),
        Parameter("fence", ValueKind.FENCE, "the fence; by default that of the domestic area"),
        Parameter("stand_s", ValueKind.NUMBER, "seconds it stands inside", 60.0, 0.0, 3_600.0),
    ),
    act=_act,
    objection=_objection,
)
