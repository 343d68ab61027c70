"""The tables of a port definition: one reader for each kind of row, from checked fields to the layout's dataclass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twin.definition_rows import Row, element_of
from twin.port_layout import (
    Berth,
    Block,
    BlockKind,
    Crane,
    CraneKind,
    Gate,
    GateLane,
    RoadEdge,
    RoadKind,
    RoadNode,
    StopPoint,
    Viewpoint,
)

# IMO IMDG Code, part 2: classes and divisions
DANGEROUS_CLASSES = (
    "1", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "2", "2.1", "2.2", "2.3", "3", "4", "4.1", "4.2", "4.3", "5", "5.1",
    "5.2", "6", "6.1", "6.2", "7", "8", "9",
)
STOP_PURPOSES = ("block", "quay", "h986", "manual", "ultrasonic", "park", "rail")
BLOCK_TRADES = ("foreign", "domestic", "both")
BERTH_KINDS = ("container", "multi_purpose", "liquid")
_ID = "-_."


def _berth(row: Row) -> Berth:
    berth = Berth(row.text("id", _ID), row.name(), row.choice("kind", BERTH_KINDS), row.text("terminal"),
                  row.point("start"), row.point("end"), row.number("depth_m", 0.0, 60.0), row.flag("surveyed"))
    if berth.start == berth.end:
        row.fail("end", list(berth.end), "must differ from start")
    return berth


def _block(row: Row) -> Block:
    ident = row.text("id")
    if not (ident.isascii() and ident.isalnum() and ident == ident.upper()):
        row.fail("id", ident, "must be of capital letters and digits, as slots are written")
    classes = row.texts("dangerous_classes")
    for value in classes:
        if value not in DANGEROUS_CLASSES:
            row.fail("dangerous_classes", value, "must hold only IMDG classes such as 3 or 5.1")
    side = row.integer("service_side", -1, 1)
    if side == 0:
        row.fail("service_side", side, "must be 1 (lane beyond the last row) or -1 (lane before row 1)")
    return Block(
        ident, row.text("zone"), row.member("kind", BlockKind), row.choice("trade", BLOCK_TRADES), row.point("origin"),
        row.number("bearing_deg", 0.0, 360.0), row.integer("bays", 1, 200), row.integer("rows", 1, 30),
        row.integer("tiers", 1, 12), row.number("bay_pitch_m", 6.1, 15.0), row.number("row_pitch_m", 2.5, 10.0),
        classes, side, row.flag("surveyed"))


def _gate(row: Row) -> Gate:
    ident, lanes = row.text("id", _ID), []
    for i, value in enumerate(row.items("lanes"), 1):
        lane = Row(row.file, f"gates {ident}: {element_of('lane', i, value)}", value)
        lanes.append(GateLane(
            lane.text("id", _ID), lane.choice("direction", ("in", "out")), lane.point("stop"),
            lane.number("heading_deg", 0.0, 360.0), lane.number("queue_m", 0.0, 5000.0), lane.text("node_before"),
            lane.text("node_after")))
        lane.done()
    return Gate(ident, row.name(), row.text("zone"), tuple(lanes), row.flag("surveyed"))


def _node(row: Row) -> RoadNode:
    return RoadNode(row.text("id", _ID), row.point("at"))


def _edge(row: Row) -> RoadEdge:
    edge = RoadEdge(
        row.text("id", _ID), row.text("start"), row.text("end"), row.member("kind", RoadKind),
        row.integer("lanes", 1, 12),
        row.number("width_m", 2.0, 60.0), row.number("speed_limit_mps", 0.5, 40.0),
        row.line("via", 1) if row.has("via") else ())
    if edge.start == edge.end:
        row.fail("end", edge.end, "must differ from start")
    return edge


def _stop(row: Row) -> StopPoint:
    bay = row.integer("bay", 1, 399) if row.has("bay") else None
    return StopPoint(row.text("id", _ID), row.choice("purpose", STOP_PURPOSES), row.text("subject"), row.text("edge"),
                     row.point("at"), row.number("heading_deg", 0.0, 360.0), bay)


def _crane(row: Row) -> Crane:
    serves = row.texts("serves")
    if not serves:
        row.fail("serves", [], "must name at least one berth or block")
    return Crane(
        row.text("id", _ID), row.member("kind", CraneKind), serves, row.point("home"),
        row.number("bearing_deg", 0.0, 360.0),
        row.number("rail_gauge_m", 5.0, 100.0), row.number("height_m", 5.0, 100.0),
        row.number("outreach_m", 0.0, 120.0) if row.has("outreach_m") else 0.0,
        row.number("backreach_m", 0.0, 60.0) if row.has("backreach_m") else 0.0,
        row.number("capacity_kg", 1_000.0, 2_000_000.0) if row.has("capacity_kg") else 40_000.0)


def _viewpoint(row: Row) -> Viewpoint:
    ident, target = row.text("id", _ID), row.items("target")
    if len(target) != 3:
        row.fail("target", target, "must be a point [x, y, z] in metres")
    x, y = row.as_point("target", target[:2])
    z = row.checked_number("target", target[2], -1_000.0, 10_000.0)
    return Viewpoint(ident, row.name(), (x, y, z), row.number("azimuth_deg", 0.0, 360.0),
                     row.number("elevation_deg", 0.0, 90.0), row.number("distance_m", 1.0, 100_000.0))


TABLE_READERS: dict[str, Callable[[Row], Any]] = {
    "berths": _berth, "blocks": _block, "gates": _gate, "road_nodes": _node, "road_edges": _edge, "stop_points": _stop,
    "cranes": _crane, "viewpoints": _viewpoint,
}
