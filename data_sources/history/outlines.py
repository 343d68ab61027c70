"""Zones and fences of a port as outlines in degrees, for questions about positions."""

from __future__ import annotations

import numpy as np
import shapely

from twin.local_frame import LocalFrame
from twin.port_layout import PortLayout


def outline_of(layout: PortLayout, name: str) -> shapely.Polygon | None:
    """The outline (degrees, WGS-84) of the zone or fence of that id; None if there is none."""
    outlines = {zone.id: zone.outline for zone in layout.zones} | {fence.id: fence.outline for fence in layout.fences}
    if name not in outlines:
        return None
    points = np.array(outlines[name], dtype=np.float64)
    lon, lat = LocalFrame(layout.origin_lon, layout.origin_lat).to_geographic(points[:, 0], points[:, 1])
    return shapely.Polygon(np.column_stack((lon, lat)))
