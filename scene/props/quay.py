"""The quay: cope, crane rails, fenders and bollards, berth marks and numbers painted on the apron."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkRenderingCore import vtkRenderer

from scene import lettering, materials
from scene import mesh as m
from scene.light import Light
from scene.models import structures
from scene.plan import Plan, inland_of
from scene.props.base import Near, StaticProp
from scene.still import Recipe, Stock

_FENDER_STEP_M = 16.0
BOLLARD_STEP_M = 25.0
"""From bollard to bollard along the quay; the first stands half of that from its end."""

BOLLARD_INSET_M = 1.2
_PAINT_M = 0.10
_RAIL_M = 0.09


class Quay(StaticProp):
    """Everything along the water's edge that belongs to no berth's traffic."""

    def __init__(self, renderer: vtkRenderer, stock: Stock, light: Light) -> None:
        super().__init__(renderer)
        self._near = [
            Near(stock.later("quay.cope"), light, 3),
            Near(stock.later("quay.paint"), light, 5, 2600.0, materials.APRON),
            Near(stock.later("quay.fittings"), light, 0, 900.0),
        ]


def cope(plan: Plan) -> m.Mesh:
    """The quay's edge and the beams and rails of the quay cranes."""
    parts = [m.strip(np.array([a, b]) + inland * 1.1, 2.2, 0.07, materials.COPE) for a, b, inland in plan.quay_sides]
    for rail in plan.layout.crane_rails:
        parts.append(m.strip(np.asarray(rail), 1.1, 0.06, materials.COPE))
        parts.append(m.strip(np.asarray(rail), 0.22, _RAIL_M, materials.RAIL))
    return m.merge(parts)


def paint(plan: Plan) -> m.Mesh:
    """The yellow line along the edge, marks and numbers of the berths."""
    parts = [m.strip(np.array([a, b]) + inland * 3.2, 0.35, _PAINT_M, materials.PAINT_YELLOW)
             for a, b, inland in plan.quay_sides]
    return m.merge([*parts, *_berth_marks(plan)])


def fittings(plan: Plan) -> m.Mesh:
    """Fenders and bollards."""
    return m.merge(_fittings(*side) for side in plan.quay_sides)


LATER = {
    "quay.cope": Recipe(cope),
    "quay.paint": Recipe(paint, 600.0),
    "quay.fittings": Recipe(fittings, 420.0),
}


def _fittings(a: NDArray[np.float64], b: NDArray[np.float64], inland: NDArray[np.float64]) -> m.Mesh:
    length = float(np.linalg.norm(b - a))
    along = (b - a) / length

    def row(step: float, inset: float, z: float) -> NDArray[np.float64]:
        at = np.arange(step / 2, length, step)
        return np.column_stack([a + at[:, None] * along + inland * inset, np.full(len(at), z)])

    seaward_bearing = float(np.degrees(np.arctan2(-inland[0], -inland[1])))
    # The fender's face looks to +x, which is right of its bearing.
    fenders = m.copies(structures.fender(), row(_FENDER_STEP_M, -0.02, 0.0), seaward_bearing - 90.0)
    bollards = m.copies(structures.bollard(), row(BOLLARD_STEP_M, BOLLARD_INSET_M, 0.05), 0.0)
    return m.merge([fenders, bollards])


def _berth_marks(plan: Plan) -> list[m.Mesh]:
    parts = []
    for berth in plan.layout.berths:
        a, b = np.asarray(berth.start), np.asarray(berth.end)
        inland = inland_of(a, b, plan.platform)
        bearing = float(np.degrees(np.arctan2(inland[0], inland[1])))
        number = re.sub(r"\D", "", berth.id) or berth.id
        foot = (a + b) / 2 + inland * 41.0
        parts.append(lettering.painted(number, foot, bearing, 13.0, materials.PAINT_WHITE, _PAINT_M))
        ends = np.array([a, b])
        parts.append(m.segments(ends + inland * 3.0, ends + inland * 58.0, 0.7, _PAINT_M, materials.PAINT_WHITE))
    return parts
