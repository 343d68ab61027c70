"""A port small enough to reckon in one's head: metres, x east, y north.

     y 300 +-----------------------------+   public road beyond, out gate G1-O1 at (200, 300), in gate G1-I1 at (180,
     300)
           |  gate zone (150..250, 280..320)
     y 200 |  site (300..360, 200..260): seals may be opened there
           |
     y 100 |  F1 foreign (0..100, 0..60)   D1 domestic (200..300, 0..60)   closed (400..440, 0..60)
       y 0 +-----------------------------+
"""

from __future__ import annotations

import functools

from twin.port_index import PortIndex
from twin.port_layout import (
    Block,
    BlockKind,
    Crane,
    CraneKind,
    Fence,
    FenceClass,
    Gate,
    GateLane,
    Name,
    Outline,
    PortLayout,
    Zone,
    ZoneKind,
)


def box(west: float, south: float, east: float, north: float) -> Outline:
    return ((west, south), (east, south), (east, north), (west, north))


def _name(text: str) -> Name:
    return Name(text, text)


def _fence(fence_id: str, kind: FenceClass, outline: Outline, hours: tuple[tuple[str, str], ...] = ()) -> Fence:
    return Fence(fence_id, _name(fence_id), kind, outline, "test", hours, 2.5)


def _zone(zone_id: str, kind: ZoneKind, outline: Outline, parent: str | None = "PORT") -> Zone:
    return Zone(zone_id, _name(zone_id), kind, parent, outline, False)


def _block(block_id: str, x: float, trade: str) -> Block:
    return Block(block_id, "PORT", BlockKind.RTG, trade, (x, 10.0), 90.0, 10, 4, 5, 6.5, 2.8, (), 1, False)


def layout(domestic_hours: tuple[tuple[str, str], ...] = ()) -> PortLayout:
    empty: dict[str, tuple[()]] = dict.fromkeys((
        "land", "platform", "quay_lines", "crane_rails", "berths", "road_nodes", "road_edges", "stop_points",
        "buildings", "rail_tracks", "corridors", "viewpoints"), ())
    lanes = (
        GateLane("G1-I1", "in", (180.0, 300.0), 180.0, 60.0, "", ""),
        GateLane("G1-O1", "out", (200.0, 300.0), 0.0, 60.0, "", ""),
    )
    return PortLayout(
        code="TEST", name=_name("small port"), origin_lon=119.2917, origin_lat=25.4133, time_zone="Asia/Shanghai",
        surveyed=False, sea_level_m=-4.0, blocks=(_block("F1", 10.0, "foreign"), _block("D1", 210.0, "domestic")),
        zones=(
            _zone("PORT", ZoneKind.PORT, box(-50, -50, 500, 300), None),
            _zone("FOREIGN", ZoneKind.FOREIGN_YARD, box(0, 0, 100, 60)),
            _zone("DOMESTIC", ZoneKind.DOMESTIC_YARD, box(200, 0, 300, 60)),
            _zone("GATE", ZoneKind.GATE, box(150, 280, 250, 320), None),
        ),
        fences=(
            _fence("FF", FenceClass.FOREIGN, box(0, 0, 100, 60)),
            _fence("FD", FenceClass.DOMESTIC, box(200, 0, 300, 60), domestic_hours),
            _fence("FC", FenceClass.CLOSED, box(400, 0, 440, 60)),
            _fence("FS", FenceClass.SITE, box(300, 200, 360, 260)),
        ),
        gates=(Gate("G1", _name("G1"), "GATE", lanes, False),),
        cranes=(Crane("RTG1", CraneKind.RTG, ("F1",), (40.0, 16.0), 90.0, 23.5, 18.0),), **empty)


@functools.cache
def small_port(domestic_hours: tuple[tuple[str, str], ...] = ()) -> PortIndex:
    return PortIndex(layout(domestic_hours))
