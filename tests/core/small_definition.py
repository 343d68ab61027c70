"""A small whole port for tests: one berth, two blocks, one gate, a ring road, written as the documented files."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any


def _name(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def _block(ident: str, y: float, side: int) -> dict[str, Any]:
    return {"id": ident, "zone": "yard", "kind": "rtg", "trade": "foreign", "origin": [100.0, y], "bearing_deg": 270.0,
            "bays": 10, "rows": 6, "tiers": 5, "bay_pitch_m": 6.5, "row_pitch_m": 2.9, "dangerous_classes": [],
            "service_side": side, "surveyed": False}


def _edge(ident: str, start: str, end: str, kind: str = "main") -> dict[str, Any]:
    return {"id": ident, "start": start, "end": end, "kind": kind, "lanes": 1, "width_m": 4.0, "speed_limit_mps": 8.0}


def _lane(ident: str, direction: str, stop: list[float], before: str, after: str) -> dict[str, Any]:
    return {"id": ident, "direction": direction, "stop": stop, "heading_deg": 180.0, "queue_m": 20.0,
            "node_before": before, "node_after": after}


TABLES: dict[str, Any] = {
    "format": "port-definition/1", "code": "XXTST", "name": _name("试验港", "Test port"), "origin_lon": 119.2917,
    "origin_lat": 25.4133, "time_zone": "Asia/Shanghai", "surveyed": False, "sea_level_m": -5.0,
    "outlines": {"zones": "zones.geojson", "fences": "fences.geojson", "buildings": "buildings.geojson",
                 "land": "land.geojson"},
    "berths": [{"id": "B1", "name": _name("一号泊位", "Berth 1"), "kind": "container", "terminal": "port",
                "start": [150.0, 0.0], "end": [-150.0, 0.0], "depth_m": 16.0, "surveyed": True}],
    "blocks": [_block("A1", 60.0, 1), _block("A2", 110.0, -1)],
    "gates": [{"id": "G1", "name": _name("卡口", "Gate"), "zone": "port", "surveyed": False, "lanes": [
        _lane("G1-IN1", "in", [-60.0, 180.0], "in-before", "in-after"),
        _lane("G1-OUT1", "out", [-70.0, 180.0], "out-before", "out-after")]}],
    "road_nodes": [{"id": i, "at": at} for i, at in (
        ("in-before", [-60.0, 200.0]), ("in-after", [-60.0, 160.0]), ("out-before", [-70.0, 160.0]),
        ("out-after", [-70.0, 200.0]), ("a", [-60.0, 85.0]), ("b", [120.0, 85.0]), ("c", [120.0, 160.0]))],
    "road_edges": [_edge("lane-in", "in-before", "in-after", "gate_lane"), _edge("down", "in-after", "a"),
                   _edge("service", "a", "b", "block_service"), _edge("up", "b", "c"), _edge("back", "c", "out-before"),
                   _edge("lane-out", "out-before", "out-after", "gate_lane"),
                   _edge("outside", "out-after", "in-before", "public")],
    "stop_points": [{"id": "A1-01", "purpose": "block", "subject": "A1", "edge": "service", "at": [96.75, 85.0],
                     "heading_deg": 90.0, "bay": 1}],
    "cranes": [{"id": "QC1", "kind": "sts", "serves": ["B1"], "home": [0.0, 18.0], "bearing_deg": 270.0,
                "rail_gauge_m": 30.0, "height_m": 44.0, "outreach_m": 65.0},
               {"id": "RTG1", "kind": "rtg", "serves": ["A1"], "home": [70.0, 70.0], "bearing_deg": 270.0,
                "rail_gauge_m": 23.5, "height_m": 18.0}],
    "viewpoints": [{"id": "port", "name": _name("全景", "Port"), "target": [0.0, 100.0, 0.0], "azimuth_deg": 200.0,
                    "elevation_deg": 20.0, "distance_m": 500.0}],
}


def polygon(x0: float, y0: float, x1: float, y1: float, **properties: Any) -> dict[str, Any]:
    ring = [[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]]
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


OUTLINES: dict[str, dict[str, Any]] = {
    "zones.geojson": {"type": "FeatureCollection", "features": [
        polygon(-200, -10, 200, 200, id="port", name=_name("港区", "Port"), kind="port", parent=None, surveyed=False),
        polygon(-50, 50, 150, 150, id="yard", name=_name("堆场", "Yard"), kind="foreign_yard", parent="port",
                surveyed=False, working_hours=[["06:00", "22:00"]])]},
    "fences.geojson": {"type": "FeatureCollection", "features": [
        polygon(-80, 40, 160, 180, id="bonded", name=_name("监管区", "Bonded area"), fence_class="foreign",
                legal_basis="海关监管区", open_hours=[["08:00", "20:00"]], height_m=3.0,
                openings=[[[-75.0, 180.0], [-55.0, 180.0]]])]},
    "buildings.geojson": {"type": "FeatureCollection", "features": [
        polygon(-190, 150, -150, 170, id="customs", name=_name("海关", "Customs"), kind="customs", height_m=20.0,
                surveyed=False)]},
    "land.geojson": {"type": "FeatureCollection", "licence": "none", "features": [polygon(-300, 0, 300, 900)]},
}


def tables() -> dict[str, Any]:
    """The definition's tables, free to be changed."""
    return copy.deepcopy(TABLES)


def outlines() -> dict[str, dict[str, Any]]:
    """The GeoJSON files by name, free to be changed."""
    return copy.deepcopy(OUTLINES)


def write(folder: Path, main: Any, files: dict[str, Any] | None = None) -> Path:
    """Writes the files into a folder; returns the definition's path."""
    for name, content in (outlines() if files is None else files).items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    path = folder / "port.json"
    path.write_text(json.dumps(main), encoding="utf-8")
    return path
