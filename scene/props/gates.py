"""Gates: booths between lanes, barriers that move, weighbridges, portals, paint. Canopies are buildings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkRenderingCore import vtkActor, vtkRenderer

from layers.vehicles import SHAPES, VehiclesLayer
from scene import lettering, materials
from scene import mesh as m
from scene.actors import still
from scene.light import Light
from scene.models import structures
from scene.plan import Plan
from scene.props.base import Near, StaticProp
from scene.still import Recipe, Stock, mesh_of
from twin.port_layout import Gate, GateLane, PortLayout

_LANE_M = 3.5
_SEEN_M = 1500.0
_BARS_SEEN_M = 900.0
_POST = (-_LANE_M / 2 - 0.1, 3.2)  # right of and before the stop: the driver's side in China is the left
_LEFT_STOP_M = 0.4
_RISE_S, _FALL_S = 1.2, 2.0
_UPRIGHT_DEG = 86.0
_PORTAL_M = 46.0
LENGTHS_M = np.array([shape.length_m for shape in SHAPES])


class Gates(StaticProp):
    """What stands and lies in the lanes, and the bars of the barriers, which rise before a vehicle that was let go."""

    def __init__(self, renderer: vtkRenderer, layout: PortLayout, stock: Stock, light: Light) -> None:
        super().__init__(renderer)
        self._near = [
            Near(stock.later("gates.bodies"), light, 0, _SEEN_M),
            Near(stock.later("gates.paint"), light, 5, _SEEN_M * 0.7, materials.ROAD),
        ]
        lanes = [lane for gate in layout.gates for lane in gate.lanes]
        self._bars: list[vtkActor] = []
        self._hinge = np.array([_beside(lane, *_POST) for lane in lanes]).reshape(-1, 2)
        self._heading = np.array([lane.heading_deg for lane in lanes])
        self._lifted = np.zeros(len(lanes))
        self._moved_ms = 0
        if lanes:
            bar = still(mesh_of(structures.barrier_bar(_LANE_M)), light)
            for (x, y), heading in zip(self._hinge, self._heading, strict=True):
                actor = vtkActor()
                actor.ShallowCopy(bar)
                actor.SetShaderProperty(bar.GetShaderProperty())
                actor.SetPosition(float(x), float(y), structures.BAR_M)
                actor.SetOrientation(0.0, 0.0, -float(heading))
                self._bars.append(self.add(actor))

    @property
    def open_share(self) -> NDArray[np.float64]:
        """How far each lane's bar is up, 0..1, in the order of the layout's gates and lanes. Shape (N,)."""
        return self._lifted

    def sync(self, vehicles: VehiclesLayer, now_ms: int) -> bool:
        """Raise and lower the bars. True when the picture changed."""
        passed_s = min(max(now_ms - self._moved_ms, 0), 60_000) / 1000.0
        self._moved_ms = now_ms
        if not len(self._bars):
            return False
        goal = self._passing(vehicles).astype(float)
        lifted = np.clip(goal, self._lifted - passed_s / _FALL_S, self._lifted + passed_s / _RISE_S)
        moved = np.flatnonzero(np.abs(lifted - self._lifted) > 1e-3)
        self._lifted = lifted
        for lane in moved.tolist():
            self._bars[lane].SetOrientation(0.0, -_UPRIGHT_DEG * float(lifted[lane]), -float(self._heading[lane]))
        return len(moved) > 0

    def look_from(self, eye: tuple[float, float, float]) -> None:
        """Leave the bars out where they would be a pixel."""
        super().look_from(eye)
        if len(self._bars):
            away = np.hypot(np.hypot(self._hinge[:, 0] - eye[0], self._hinge[:, 1] - eye[1]), eye[2])
            for bar, near in zip(self._bars, (away < _BARS_SEEN_M).tolist(), strict=True):
                bar.SetVisibility(near)

    def _passing(self, vehicles: VehiclesLayer) -> NDArray[np.bool_]:
        """Lanes in which a vehicle has left the stop line and has not passed the bar yet."""
        shown = np.flatnonzero(vehicles.shown)
        found = np.zeros(len(self._bars), dtype=bool)
        if len(shown):
            angle = np.radians(self._heading)[:, None]
            dx = vehicles.x[shown][None, :] - self._hinge[:, :1]
            dy = vehicles.y[shown][None, :] - self._hinge[:, 1:]
            ahead = dx * np.sin(angle) + dy * np.cos(angle)
            right = dx * np.cos(angle) - dy * np.sin(angle) - _LANE_M / 2
            half = 0.5 * LENGTHS_M[vehicles.kind[shown]][None, :]
            nose, tail = ahead + half, ahead - half
            found = ((np.abs(right) < _LANE_M / 2) & (nose > _LEFT_STOP_M - _POST[1]) & (tail < 1.5)).any(axis=1)
        return found

    def close(self) -> None:
        """Let go of everything."""
        self._bars.clear()
        super().close()


def bodies(plan: Plan) -> m.Mesh:
    """Booths, barriers and weighbridges."""
    return m.merge(_bodies(gate) for gate in plan.layout.gates)


def paint(plan: Plan) -> m.Mesh:
    """Stop lines, lane lines and lane numbers."""
    return m.merge(part for gate in plan.layout.gates for lane in gate.lanes for part in (_paint(lane), _number(lane)))


LATER = {"gates.bodies": Recipe(bodies, 600.0), "gates.paint": Recipe(paint, 600.0)}


def _bodies(gate: Gate) -> m.Mesh:
    parts = []
    post, booth, bridge = structures.barrier_post(), structures.booth(), structures.weighbridge()
    pillar = structures.radiation_pillar()
    parts += [_portal(lanes) for lanes in _side_by_side(gate)]
    for lane in gate.lanes:
        booth_at = _beside(lane, -_LANE_M / 2 - 1.15, -3.5)
        parts.append(m.placed(booth, booth_at[0], booth_at[1], 0.0, lane.heading_deg))
        post_at = _beside(lane, *_POST)
        parts.append(m.placed(post, post_at[0], post_at[1], 0.0, lane.heading_deg))
        for side in (-1, 1):
            pillar_at = _beside(lane, side * (_LANE_M / 2 + 0.5), -34.0)
            parts.append(m.placed(pillar, pillar_at[0], pillar_at[1], 0.0, lane.heading_deg))
        deck = _beside(lane, 0.0, -9.5)
        parts.append(m.placed(bridge, deck[0], deck[1], 0.07, lane.heading_deg))
    return m.merge(parts)


def _side_by_side(gate: Gate) -> list[list[GateLane]]:
    """Lanes of a gate that lead the same way."""
    ways: dict[str, list[GateLane]] = {}
    for lane in gate.lanes:
        ways.setdefault(lane.direction, []).append(lane)
    return list(ways.values())


def _portal(lanes: list[GateLane]) -> m.Mesh:
    """The frame that reads numbers and plates, over all lanes of one way."""
    at = np.array([_beside(lane, 0.0, -_PORTAL_M) for lane in lanes])
    width = float(np.linalg.norm(at[:, None] - at[None], axis=2).max()) + _LANE_M + 2.4
    x, y = at.mean(axis=0)
    return m.placed(structures.reading_portal(width), float(x), float(y), 0.0, lanes[0].heading_deg)


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
