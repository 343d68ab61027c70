"""Light at night: floodlights under the booms of quay cranes and on yard cranes, with their pools on the ground, the
lamps of vehicles under way with what they throw ahead, and the lit windows of ships.

Glows are few translucent quads near the eye, drawn only while the port's lamps are on: by day they cost nothing.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkRenderingCore import vtkRenderer

from layers.cranes import CranesLayer
from layers.layers import Layers
from layers.vehicles import VehiclesLayer
from layers.vessels import VesselsLayer
from scene.glow import GlowMesh
from scene.light import Light
from scene.props.base import StaticProp
from scene.props.cranes import girder_of
from twin.port_layout import CraneKind

_F8 = NDArray[np.float64]
_WARM, _COOL, _RED = (255, 224, 170), (226, 236, 255), (255, 70, 56)
_ON: Final = 0.05  # share of the lamps from which glows are drawn
_CRANES_SEEN_M, _VEHICLES_SEEN_M, _SHIPS_SEEN_M = 2200.0, 700.0, 1600.0
_POOL_SIDES: Final = 14
_ABOVE_M: Final = 0.16
_LAMP_M: Final = 0.9
_SMALL_M: Final = 0.2
_ROLLING_MPS: Final = 0.3


class NightLights(StaticProp):
    """All glows as one mesh. `glows` counts its quads."""

    def __init__(self, renderer: vtkRenderer) -> None:
        super().__init__(renderer)
        self._mesh = GlowMesh(forward_m=0.5)
        self.add(self._mesh.actor)
        self._seen: tuple[object, ...] = ()

    @property
    def glows(self) -> int:
        """Quads drawn."""
        return self._mesh.count

    def sync(self, layers: Layers, light: Light, eye: tuple[float, float, float]) -> bool:
        """Draw what shines near `eye`. True when the picture changed."""
        if light.lamps < _ON:
            had = self._mesh.count > 0
            if had:
                self._mesh.fill(np.empty((0, 4, 3)), np.empty((0, 4, 4), dtype=np.uint8))
            self._seen = ()
            return had
        cranes, vehicles, vessels = layers.cranes, layers.vehicles, layers.vessels
        seen = (cranes.moved_revision, vehicles.moved_revision, vehicles.revision, vessels.moved_revision,
                cranes.visible, vehicles.visible, vessels.visible, round(light.lamps, 2),
                tuple(round(e / 30.0) for e in eye))
        if seen == self._seen:
            return False
        self._seen = seen
        at = np.asarray(eye)
        parts = [*_cranes(cranes, at), *_vehicles(vehicles, layers.twin.movers.speed_mps, at), *_ships(vessels, at)]
        if not parts:
            parts = [(np.empty((0, 4, 3)), np.empty((0, 4, 4), dtype=np.uint8))]
        points = np.concatenate([p for p, _ in parts])
        colours = np.concatenate([c for _, c in parts])
        colours[..., 3] = colours[..., 3] * light.lamps
        self._mesh.fill(points, colours)
        return True


_Glow = tuple[_F8, NDArray[np.uint8]]


def _pools(middle: _F8, radius: _F8, colour: tuple[int, int, int], strength: float) -> _Glow:
    """Round pools of light, brightest in the middle. middle: (N, 3); radius: (N, 2), along x and y."""
    angle = np.linspace(0.0, 2.0 * np.pi, _POOL_SIDES + 1)
    rim = np.column_stack([np.cos(angle), np.sin(angle), np.zeros_like(angle)])
    edge = middle[:, None] + rim[None] * np.column_stack([radius, np.zeros(len(radius))])[:, None]
    core = np.broadcast_to(middle[:, None], edge[:, ::2][:, :-1].shape)
    points = np.stack([core, edge[:, 0:-2:2], edge[:, 1:-1:2], edge[:, 2::2]], axis=2).reshape(-1, 4, 3)
    colours = np.empty((len(points), 4, 4), dtype=np.uint8)
    colours[..., :3] = colour
    colours[..., 3] = 0
    colours[:, 0, 3] = 255 * strength
    return points, colours


def _lamps(at: _F8, eye: _F8, size_m: float, colour: tuple[int, int, int], halo: float = 0.30) -> _Glow:
    """Lamps that look to the eye, never smaller than a pixel or two. at: (N, 3)."""
    way = eye - at
    away = np.linalg.norm(way, axis=1, keepdims=True)
    way = way / np.maximum(away, 1e-6)
    aside = np.column_stack([-way[:, 1], way[:, 0], np.zeros(len(way))])
    aside /= np.maximum(np.linalg.norm(aside, axis=1, keepdims=True), 1e-6)
    up = np.cross(way, aside)
    half = np.maximum(0.5 * size_m, 0.0011 * away * (0.6 if size_m < _SMALL_M else 1.0))
    points, colours = [], []
    for scale, strength in ((3.2, halo), (1.0, 1.0)):
        corner = [aside * u + up * v for u, v in ((-1, 0), (0, -1), (1, 0), (0, 1))]
        points.append(np.stack([at + c * half * scale for c in corner], axis=1))
        shade = np.empty((len(at), 4, 4), dtype=np.uint8)
        shade[..., :3] = colour
        shade[..., 3] = 255 * strength
        colours.append(shade)
    return np.concatenate(points), np.concatenate(colours)


def _cranes(layer: CranesLayer, eye: _F8) -> list[_Glow]:
    if not layer.visible or not len(layer.cranes):
        return []
    away = np.hypot(layer.x - eye[0], layer.y - eye[1])
    near = np.flatnonzero(away < _CRANES_SEEN_M)
    lamps, tips, pools, radii = [], [], [], []
    for row in near.tolist():  # some dozens
        crane = layer.cranes[row]
        girder = girder_of(crane)
        beam = np.asarray(layer.beam[row], dtype=float)
        stand = np.array([layer.x[row], layer.y[row]])
        half = 0.5 * crane.rail_gauge_m
        if crane.kind is CraneKind.STS:
            reach = np.array([-half, 0.0, half, half + 0.33 * crane.outreach_m, half + 0.66 * crane.outreach_m])
            tips.append([*(stand + beam * (half + crane.outreach_m)), girder + 1.5])
            tips.append([*(stand + beam * (half - 2.5)), 1.52 * girder])
            pools.append([*stand, _ABOVE_M])
            radii.append([26.0, 26.0])
        else:
            reach = np.array([-0.75 * half, 0.75 * half])
            pools.append([*stand, _ABOVE_M])
            radii.append([15.0, 15.0])
        beside = np.array([-beam[1], beam[0]]) * (4.4 if crane.kind is CraneKind.STS else 0.0)
        lamps += [[*(stand + beam * r + beside * s), girder - 1.2] for r in reach for s in (-1.0, 1.0)]
    found = []
    if lamps:
        found.append(_pools(np.array(pools), np.array(radii), _WARM, 0.20))
        found.append(_lamps(np.array(lamps), eye, _LAMP_M, _WARM))
    if tips:
        found.append(_lamps(np.array(tips), eye, 0.8, _RED))
    return found


def _vehicles(layer: VehiclesLayer, speed_mps: NDArray[np.floating], eye: _F8) -> list[_Glow]:
    shown = np.flatnonzero(layer.shown) if layer.visible else np.empty(0, dtype=np.intp)
    away = np.hypot(np.hypot(layer.x[shown] - eye[0], layer.y[shown] - eye[1]), eye[2])
    size = layer.sizes()
    rolling = speed_mps[layer.rows[shown]] > _ROLLING_MPS
    at = shown[(away < _VEHICLES_SEEN_M) & (size[shown, 0] > 2.0) & rolling]
    if not len(at):
        return []
    angle = np.radians(layer.bearing_deg[at])
    ahead = np.column_stack([np.sin(angle), np.cos(angle), np.zeros(len(at))])
    aside = np.column_stack([np.cos(angle), -np.sin(angle), np.zeros(len(at))])
    foot = np.column_stack([layer.x[at], layer.y[at], np.full(len(at), _ABOVE_M)])
    long, wide = 0.5 * size[at, :1], 0.5 * size[at, 1:2]
    nose = foot + ahead * long
    far = nose + ahead * 17.0
    beam = np.stack([nose - aside * wide, nose + aside * wide, far + aside * 4.2, far - aside * 4.2], axis=1)
    shade = np.empty((len(at), 4, 4), dtype=np.uint8)
    shade[..., :3] = _COOL
    shade[:, :2, 3], shade[:, 2:, 3] = 96, 0
    up = np.array([0.0, 0.0, 0.75])
    fronts = np.concatenate([nose + aside * wide * s + up + ahead * 0.12 for s in (-0.75, 0.75)])
    tails = np.concatenate([foot - ahead * (long + 0.1) + aside * wide * s + up * 1.3 for s in (-0.75, 0.75)])
    return [(beam, shade), _lamps(fronts, eye, 0.26, _COOL), _lamps(tails, eye, 0.18, _RED, 0.12)]


def _ships(layer: VesselsLayer, eye: _F8) -> list[_Glow]:
    """Deck lamps of ships and the light in their accommodation."""
    at = np.flatnonzero(layer.shown) if layer.visible else np.empty(0, dtype=np.intp)
    lamps = []
    for ship in at.tolist():  # a handful
        if np.hypot(layer.x[ship] - eye[0], layer.y[ship] - eye[1]) > _SHIPS_SEEN_M:
            continue
        plan = layer.plan(ship)
        angle = np.radians(float(layer.bearing_deg[ship]))
        sin, cos = np.sin(angle), np.cos(angle)
        half = 0.5 * plan.beam_m
        bridge = plan.freeboard_m + 3.0 * float(np.clip(5 + plan.length_m / 70, 6, 10))
        ahead = plan.house_at_m + plan.house_length_m * 0.38
        places = [(ahead, side, bridge + 1.0) for side in (-0.8 * half, 0.8 * half)]
        places += [(0.46 * plan.length_m, 0.0, plan.freeboard_m + 13.0),
                   (-0.485 * plan.length_m, 0.0, plan.freeboard_m + 6.0)]
        lamps += [[layer.x[ship] + sin * f + cos * s, layer.y[ship] + cos * f - sin * s, layer.sea_m + u]
                  for f, s, u in places]
    return [_lamps(np.array(lamps), eye, 0.7, _WARM)] if lamps else []
