"""The quay: cope, crane rails, fenders and bollards, berth marks and numbers painted on the apron."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from vtkmodules.vtkRenderingCore import vtkRenderer

from scene import lettering, materials
from scene import mesh as m
from scene.actors import baked
from scene.later import Later
from scene.light import Light
from scene.models import structures
from scene.props.base import StaticProp, Tiled
from scene.props.terrain import area_of
from twin.port_layout import PortLayout

_FENDER_STEP_M = 16.0
_BOLLARD_STEP_M = 25.0
_PAINT_M = 0.10
_RAIL_M = 0.09


class Quay(StaticProp):
    """Everything along the water's edge that belongs to no berth's traffic."""

    def __init__(self, renderer: vtkRenderer, layout: PortLayout, light: Light, later: Later) -> None:
        super().__init__(renderer)
        platform = area_of(layout.platform)
        cope, paint = [], []
        sides = []
        for line in layout.quay_lines:
            points = np.asarray(line, dtype=float)
            for a, b in pairwise(points):
                inland = inland_of(a, b, platform)
                cope.append(m.strip(np.array([a, b]) + inland * 1.1, 2.2, 0.07, materials.COPE))
                paint.append(m.strip(np.array([a, b]) + inland * 3.2, 0.35, _PAINT_M, materials.PAINT_YELLOW))
                sides.append((a, b, inland))
        for rail in layout.crane_rails:
            cope.append(m.strip(np.asarray(rail), 1.1, 0.06, materials.COPE))
            cope.append(m.strip(np.asarray(rail), 0.22, _RAIL_M, materials.RAIL))
        paint.append(_berth_marks(layout, platform))
        self.add(baked(m.merge(cope), light, layer=3))
        self._near = [
            Tiled(later, lambda: m.merge(paint), light, 5, 2600.0, 600.0, materials.APRON),
            Tiled(later, lambda: m.merge(_fittings(*side) for side in sides), light, 0, 900.0, 420.0),
        ]


def inland_of(a: NDArray[np.float64], b: NDArray[np.float64], platform: BaseGeometry) -> NDArray[np.float64]:
    """Unit vector (2,) from the quay line a-b to the side on which the platform lies."""
    along = (b - a) / max(float(np.linalg.norm(b - a)), 1e-9)
    left = np.array([-along[1], along[0]])
    middle = (a + b) / 2 + left * 5.0
    return left if platform.is_empty or shapely.contains_xy(platform, *middle) else -left


def _fittings(a: NDArray[np.float64], b: NDArray[np.float64], inland: NDArray[np.float64]) -> m.Mesh:
    length = float(np.linalg.norm(b - a))
    along = (b - a) / length

    def row(step: float, inset: float, z: float) -> NDArray[np.float64]:
        at = np.arange(step / 2, length, step)
        return np.column_stack([a + at[:, None] * along + inland * inset, np.full(len(at), z)])

    seaward_bearing = float(np.degrees(np.arctan2(-inland[0], -inland[1])))
    # The fender's face looks to +x, which is right of its bearing.
    fenders = m.copies(structures.fender(), row(_FENDER_STEP_M, -0.02, 0.0), seaward_bearing - 90.0)
    bollards = m.copies(structures.bollard(), row(_BOLLARD_STEP_M, 1.2, 0.05), 0.0)
    return m.merge([fenders, bollards])


def _berth_marks(layout: PortLayout, platform: BaseGeometry) -> m.Mesh:
    parts = []
    for berth in layout.berths:
        a, b = np.asarray(berth.start), np.asarray(berth.end)
        inland = inland_of(a, b, platform)
        bearing = float(np.degrees(np.arctan2(inland[0], inland[1])))
        number = re.sub(r"\D", "", berth.id) or berth.id
        foot = (a + b) / 2 + inland * 41.0
        parts.append(lettering.painted(number, foot, bearing, 13.0, materials.PAINT_WHITE, _PAINT_M))
        ends = np.array([a, b])
        parts.append(m.segments(ends + inland * 3.0, ends + inland * 58.0, 0.7, _PAINT_M, materials.PAINT_WHITE))
    return m.merge(parts)
