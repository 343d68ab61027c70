"""Builds the port definition of Jiangyin (resources/port/jiangyin) from its plan. Run by hand:

    python -m resources.port.build_jiangyin [--coast GSHHG.geojson]

The projection comes from pyproj (a development dependency). Without --coast the land outlines stay as they are.
Sourced facts and the schematic rest are told apart by `surveyed`; docs/port_definition.md describes the format.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from shapely.geometry import LineString, Point

from resources.port import jiangyin_plan as plan
from resources.port import jiangyin_roads, jiangyin_yard
from resources.port.coast import write_coast
from resources.port.drawing import Pair, Roads, feature, write_geojson, write_tables
from resources.port.jiangyin_plan import FRAME

FOLDER = Path(__file__).parent / "jiangyin"
LOCAL = {"projection": "transverse Mercator, WGS-84 ellipsoid, scale 1 on the origin's meridian",
         "origin_lon": plan.ORIGIN_LON, "origin_lat": plan.ORIGIN_LAT, "unit": "m", "axes": "x east, y north"}

PLATFORM = ((3080, 0), (-60, 0), (-60, 2500), (400, 2750), (1650, 2750), (3080, 1500), (3080, 960), (3860, 960),
            (3860, 630), (3080, 630))
QUAY_LINES = (((-60, 0), (3080, 0)), ((3080, 0), (3080, 630)), ((3080, 630), (3860, 630)))


def tables() -> dict[str, list[dict[str, Any]]]:
    """The definition's tables."""
    roads = Roads(FRAME)
    yard = jiangyin_yard.Yard(FRAME, roads)
    jiangyin_roads.roads_of_port(roads)
    jiangyin_yard.quay(yard, plan.BERTHS)
    jiangyin_yard.lay_out(yard)
    jiangyin_roads.sites(roads)
    gates = [jiangyin_roads.gate(roads, 1, 662, 6, 5), jiangyin_roads.gate(roads, 2, 2811, 3, 3)]
    return {"berths": plan.berths(), "gates": gates, "viewpoints": plan.viewpoints(), "blocks": yard.blocks,
            "cranes": yard.cranes, **roads.tables()}


def outlines(edges: list[dict[str, Any]], nodes: dict[str, Pair]) -> dict[str, list[dict[str, Any]]]:
    """The features of each GeoJSON file but land and anchorages."""
    fences = []
    for ident, zh, en, kind, basis, ring in plan.FENCES:
        outline = FRAME.points(ring)
        fences.append(feature("Polygon", outline, id=ident, name=plan.name(zh, en), fence_class=kind, legal_basis=basis,
                              open_hours=[], height_m=3.0, openings=openings(outline, edges, nodes)))
    return {
        "platform": [feature("Polygon", FRAME.points(PLATFORM), surveyed=False)],
        "quay_lines": [feature("LineString", FRAME.points(line)) for line in QUAY_LINES],
        "crane_rails": [feature("LineString", FRAME.points([(5, d), (2960, d)])) for d in (3.5, 33.5)],
        "rail_tracks": plan.tracks(), "zones": plan.zones(), "fences": fences, "buildings": plan.buildings(),
        "corridors": plan.corridors(),
    }


def openings(ring: list[Pair], edges: list[dict[str, Any]], nodes: dict[str, Pair]) -> list[list[list[float]]]:
    """Stretches of a fence where roads pass: 3 m either side of each lane, overlapping ones joined."""
    wall = LineString([*ring, ring[0]])
    spans = []
    for edge in edges:
        crossing = wall.intersection(LineString([nodes[edge["start"]], *edge.get("via", []), nodes[edge["end"]]]))
        places = [wall.project(Point(p.coords[0])) for p in getattr(crossing, "geoms", [crossing]) if not p.is_empty]
        spans += [[at - 3.0, at + 3.0] for at in places]
    joined: list[list[float]] = []
    for low, high in sorted(spans):
        if joined and low <= joined[-1][1] + 1.0:
            joined[-1][1] = max(high, joined[-1][1])
        else:
            joined.append([low, high])
    return [[[round(c, 2) for c in wall.interpolate(t).coords[0]] for t in span] for span in joined]


def main() -> None:
    """Writes all files of the definition."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--coast", type=Path, help="GSHHG clip as GeoJSON, WGS-84")
    coast = arguments.parse_args().coast
    rows = tables()
    files = outlines(rows["road_edges"], {row["id"]: tuple(row["at"]) for row in rows["road_nodes"]})
    for kind, features in files.items():
        write_geojson(FOLDER / f"{kind}.geojson", features, frame=LOCAL)
    if coast is not None:
        write_coast(coast, FOLDER, plan.ORIGIN_LON, plan.ORIGIN_LAT, LOCAL)
    head = {"format": "port-definition/1", "code": "CNJGY", "name": plan.name("江阴港", "Jiangyin port"),
            "origin_lon": plan.ORIGIN_LON, "origin_lat": plan.ORIGIN_LAT, "time_zone": "Asia/Shanghai",
            "surveyed": False, "sea_level_m": -5.5, "tide": plan.TIDE,
            "outlines": {kind: f"{kind}.geojson" for kind in [*files, "land", "anchorages"]}}
    write_tables(FOLDER / "port.json", head, rows)


if __name__ == "__main__":
    main()
