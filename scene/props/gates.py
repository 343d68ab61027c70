"""Gates: islands with booths between lanes, barriers, weighbridges, stop lines. Canopies are buildings."""

from __future__ import annotations

import numpy as np
from vtkmodules.vtkRenderingCore import vtkRenderer

from scene import lettering, materials
from scene import mesh as m
from scene.light import Light
from scene.models import structures
from scene.plan import Plan
from scene.props.base import Near, StaticProp
from scene.still import Recipe, Stock
from twin.port_layout import Gate, GateLane

_LANE_M = 3.5
_SEEN_M = 1500.0


class Gates(StaticProp):
    """What stands and lies in the lanes."""

    def __init__(self, renderer: vtkRenderer, stock: Stock, light: Light) -> None:
        super().__init__(renderer)
        self._near = [
            Near(stock.later("gates.bodies"), light, 0, _SEEN_M),
            Near(stock.later("gates.paint"), light, 5, _SEEN_M * 0.7, materials.ROAD),
        ]


def bodies(plan: Plan) -> m.Mesh:
    """Booths, barriers and weighbridges."""
    return m.merge(_bodies(gate) for gate in plan.layout.gates)


def paint(plan: Plan) -> m.Mesh:
    """Stop lines, lane lines and lane numbers."""
    return m.merge(part for gate in plan.layout.gates for lane in gate.lanes for part in (_paint(lane), _number(lane)))


LATER = {"gates.bodies": Recipe(bodies, 600.0), "gates.paint": Recipe(paint, 600.0)}


def _bodies(gate: Gate) -> m.Mesh:
    parts = []
    barrier, booth, bridge = structures.barrier(_LANE_M), structures.booth(), structures.weighbridge()
    for lane in gate.lanes:
        # The driver's side in China is the left: booth and barrier post stand there.
        booth_at = _beside(lane, -_LANE_M / 2 - 1.15, -3.0)
        parts.append(m.placed(booth, booth_at[0], booth_at[1], 0.0, lane.heading_deg))
        post = _beside(lane, -_LANE_M / 2 - 0.1, 1.0)
        parts.append(m.placed(barrier, post[0], post[1], 0.0, lane.heading_deg))
        deck = _beside(lane, 0.0, -9.5)
        parts.append(m.placed(bridge, deck[0], deck[1], 0.07, lane.heading_deg))
    return m.merge(parts)


def _paint(lane: GateLane) -> m.Mesh:
    left, right = _beside(lane, -_LANE_M / 2 + 0.2, 0.3), _beside(lane, _LANE_M / 2 - 0.2, 0.3)
    parts = [m.segments([left], [right], 0.4, 0.10, materials.PAINT_WHITE)]
    for side in (-1, 1):
        a, b = _beside(lane, side * _LANE_M / 2, -42.0), _beside(lane, side * _LANE_M / 2, -9.0)
        parts.append(m.segments([a], [b], 0.22, 0.10, materials.PAINT_WHITE))
    return m.merge(parts)


def _number(lane: GateLane) -> m.Mesh:
    number = lane.id.rsplit("-", 1)[-1].lstrip("INOUT") or lane.id
    return lettering.painted(number, _beside(lane, 0.0, -25.0), lane.heading_deg, 3.2, materials.PAINT_WHITE, 0.10)


def _beside(lane: GateLane, right_m: float, forward_m: float) -> tuple[float, float]:
    angle = np.radians(lane.heading_deg)
    sin, cos = float(np.sin(angle)), float(np.cos(angle))
    x, y = lane.stop
    return x + right_m * cos + forward_m * sin, y - right_m * sin + forward_m * cos
