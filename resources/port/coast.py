"""Turns a clip of the GSHHG shoreline into land outlines in a port's local metres."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pyproj import Transformer
from shapely import unary_union
from shapely.geometry import LineString, Point, Polygon, box, shape
from shapely.ops import polygonize

from resources.port.drawing import feature, write_geojson

REACH_M = 16_000.0
# 小月屿 anchorage, longitude and latitude (pilotage notice)
ANCHORAGE = [(119.682778, 25.221944), (119.705, 25.212778), (119.695278, 25.231944), (119.673611, 25.241111)]


def write_coast(source: Path, folder: Path, lon: float, lat: float, frame: dict[str, Any]) -> None:
    """land.geojson (islands and mainland within reach) and anchorages.geojson in `folder`."""
    projection = f"+proj=tmerc +lat_0={lat} +lon_0={lon} +ellps=WGS84"
    to_local = Transformer.from_crs("EPSG:4326", projection, always_xy=True).transform
    data = json.loads(source.read_text(encoding="utf-8"))
    window = box(-REACH_M, -REACH_M, REACH_M, REACH_M)
    features = []
    for item in data["features"]:
        geometry, properties = item["geometry"], item["properties"]
        if geometry["type"] == "Polygon":
            ring = Polygon([to_local(*p[:2]) for p in geometry["coordinates"][0]]).buffer(0)
            features += _pieces(ring.intersection(window), gshhg_id=properties["gshhg_id"])
        else:
            lines = [LineString([to_local(*p[:2]) for p in line]) for line in geometry["coordinates"]]
            features += _mainland(lines, window)
    licence = "GSHHG 2.3.7, LGPL-3.0-or-later; see ../COPYING.GSHHG"
    write_geojson(folder / "land.geojson", features, frame=frame, licence=licence, source=data["name"])
    ring = [tuple(round(c, 1) for c in to_local(*p)) for p in ANCHORAGE]
    ordered = list(shape({"type": "MultiPoint", "coordinates": ring}).convex_hull.exterior.coords)[:-1]
    write_geojson(folder / "anchorages.geojson", [feature("Polygon", ordered, name="小月屿锚地")], frame=frame)


def _pieces(geometry: Any, **properties: Any) -> list[dict[str, Any]]:
    parts = [p for p in getattr(geometry, "geoms", [geometry]) if p.geom_type == "Polygon" and p.area > 2_000.0]
    made = []
    for part in parts:
        ring = part.simplify(4.0).exterior.coords[:-1]
        made.append(feature("Polygon", [(round(x, 1), round(y, 1)) for x, y in ring], **properties))
    return made


def _mainland(lines: list[LineString], window: Polygon) -> list[dict[str, Any]]:
    """The faces between shoreline and window that do not hold open water.

    GSHHG keeps the mainland as open lines in this clip. The port stands in open water of this shoreline (before
    reclamation), so the face that holds the point 1 km south of the origin is sea and its neighbours are land.
    """
    clipped = unary_union([line.intersection(window) for line in lines] + [window.exterior])
    faces = list(polygonize(clipped))
    sea = next(f for f in faces if f.contains(Point(0, -1000)))
    made = []
    for face in faces:
        if face is not sea and face.area > 2_000.0 and face.buffer(1.0).intersection(sea).length > 0.0:
            made += _pieces(face, gshhg_id=0, kind="mainland")
    return made
