"""Shadows of stacks, cranes and vehicles on the ground, where the card affords them; those of buildings are with them.

Each shadow is the outline of what stands, swept along the light and merged to one flat area, so that it is equally dark
everywhere. A block's is worked out again when its heights are others, some blocks at a time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from vtkmodules.vtkRenderingCore import vtkActor, vtkRenderer

from layers.cranes import CranesLayer
from layers.layers import Layers
from layers.vehicles import VehiclesLayer
from scene import mesh as m
from scene.actors import polydata, translucent, unit
from scene.light import Light
from scene.plan import area_of
from scene.props.base import StaticProp
from scene.props.cranes import frame_of
from twin.port_layout import Block, PortLayout

_COLOUR: Final = (8, 12, 16)
_OPACITY: Final = 0.42
_ABOVE_M: Final = 0.13
_LAYER: Final = 6
_SAME_SUN: Final = 0.9997  # cosine: a degree and a half
_LONGEST: Final = 6.0  # times the height
_BUDGET_S, _AT_FIRST_S = 0.006, 0.05
_STACKS_SEEN_M, _CRANES_SEEN_M, _VEHICLES_SEEN_M = 1600.0, 1400.0, 450.0
_THIN_M, _SHORT_M = 0.3, 1.5
_F8 = NDArray[np.float64]


class GroundShadows(StaticProp):
    """One actor a block, one for all cranes, one for all vehicles. `cast` counts blocks worked out, for tests."""

    def __init__(self, renderer: vtkRenderer, layout: PortLayout, light: Light) -> None:
        super().__init__(renderer)
        self._light = light
        self._ground = area_of(layout.platform)
        shapely.prepare(self._ground)
        self._blocks: dict[int, tuple[bytes, vtkActor]] = {}
        self._cranes = self._actor()
        self._vehicles = self._actor()
        self._outlines: dict[tuple[object, ...], BaseGeometry] = {}
        self._stood: tuple[object, ...] = ()
        self._drove: tuple[object, ...] = ()
        self._sun: tuple[float, float, float] | None = None
        self._on = False
        self.cast = 0
        self.pending = False

    def switch(self, on: bool) -> None:
        """Draw them from the next `sync` on, or no longer."""
        self._on = on

    def sync(self, layers: Layers, light: Light, eye: tuple[float, float, float]) -> bool:
        """Draw what is near `eye` in this light. True when the picture changed."""
        shown = self._on and light.shadow > 0.05
        if not shown:
            self.pending = False
            had = any(actor.GetVisibility() for actor in self.actors)
            self.set_visible(False)
            return had
        sun = unit(light.sun_from)
        if self._sun is None or float(np.dot(sun, self._sun)) < _SAME_SUN:
            self._sun = sun
            self._outlines.clear()
            self._blocks = {number: (b"", actor) for number, (_, actor) in self._blocks.items()}
            self._stood = self._drove = ()
        for actor in self.actors:
            actor.GetProperty().SetOpacity(_OPACITY * light.shadow)
        way = np.array([-sun[0], -sun[1]]) / max(sun[2], 1.0 / _LONGEST)
        changed = self._stacks(layers, way, eye)
        changed = self._gantries(layers.cranes, way, eye) or changed
        return self._traffic(layers.vehicles, way, eye) or changed

    def _stacks(self, layers: Layers, way: _F8, eye: tuple[float, float, float]) -> bool:
        containers = layers.containers
        away = containers.distances(eye)
        near = np.flatnonzero(away < _STACKS_SEEN_M) if containers.visible else np.empty(0, dtype=np.intp)
        changed = False
        for number, (_, actor) in self._blocks.items():
            visible = number in near and actor.GetMapper().GetInput().GetNumberOfPoints() > 0
            changed = changed or bool(actor.GetVisibility()) != visible
            actor.SetVisibility(visible)
        self.pending = False
        end = time.perf_counter() + (_BUDGET_S if self.cast > len(near) else _AT_FIRST_S)
        for number in near[np.argsort(away[near])].tolist():
            height = containers.block(number).stacks.height_m
            key = np.rint(height).astype(np.int8).tobytes()
            known = self._blocks.get(number)
            if (known is not None and known[0] == key) or (known is None and not height.any()):
                continue
            if time.perf_counter() > end:
                self.pending = True
                break
            actor = known[1] if known is not None else self._actor()
            self._blocks[number] = (key, actor)
            self._fill(actor, [_of_stacks(containers.blocks[number], height[1:-1, 1:-1], way)])
            self.cast += 1
            changed = True
        return changed

    def _gantries(self, layer: CranesLayer, way: _F8, eye: tuple[float, float, float]) -> bool:
        seen = (layer.moved_revision, layer.visible, tuple(round(e / 100.0) for e in eye))
        if seen == self._stood:
            return False
        self._stood = seen
        away = np.hypot(layer.x - eye[0], layer.y - eye[1])
        parts = []
        for at in np.flatnonzero(away < _CRANES_SEEN_M).tolist() if layer.visible else ():
            crane = layer.cranes[at]
            bearing = float(np.degrees(np.arctan2(layer.beam[at, 0], layer.beam[at, 1]))) - 90.0
            kind = (crane.kind, crane.rail_gauge_m, crane.height_m, crane.outreach_m, crane.backreach_m, round(bearing))
            if kind not in self._outlines:
                self._outlines[kind] = _of_mesh(m.placed(frame_of(crane), 0.0, 0.0, 0.0, bearing), way)
            lying = shapely.transform(self._outlines[kind], _moved_by(layer.x[at], layer.y[at]))
            parts.append(lying if self._ground.contains(lying) else lying.intersection(self._ground))
        self._fill(self._cranes, parts)
        return True

    def _traffic(self, layer: VehiclesLayer, way: _F8, eye: tuple[float, float, float]) -> bool:
        seen = (layer.moved_revision, layer.revision, layer.visible, tuple(round(e / 30.0) for e in eye))
        if seen == self._drove:
            return False
        self._drove = seen
        shown = np.flatnonzero(layer.shown) if layer.visible else np.empty(0, dtype=np.intp)
        away = np.hypot(np.hypot(layer.x[shown] - eye[0], layer.y[shown] - eye[1]), eye[2])
        at = shown[away < _VEHICLES_SEEN_M]
        size = layer.sizes()[at].astype(np.float64)
        angle = np.radians(layer.bearing_deg[at])
        ahead = np.column_stack([np.sin(angle), np.cos(angle)]) * (0.5 * size[:, :1])
        aside = np.column_stack([np.cos(angle), -np.sin(angle)]) * (0.5 * size[:, 1:2])
        middle = np.column_stack([layer.x[at], layer.y[at]])
        corners = (ahead + aside, ahead - aside, -ahead - aside, -ahead + aside)
        foot = np.stack([middle + corner for corner in corners], axis=1)
        both = np.concatenate([foot, foot + (way * size[:, 2:3])[:, None]], axis=1)
        self._fill(self._vehicles, list(shapely.convex_hull(shapely.multipoints(both))) if len(at) else [])
        return True

    def _actor(self) -> vtkActor:
        actor = translucent(m.empty(), self._light, _OPACITY, layer=_LAYER)
        actor.VisibilityOff()
        return self.add(actor)

    @staticmethod
    def _fill(actor: vtkActor, parts: list[BaseGeometry]) -> None:
        parts = [part for part in parts if not part.is_empty]
        actor.SetVisibility(bool(parts))
        colours = np.tile(np.asarray(_COLOUR), (len(parts), 1))
        flat = m.polygons(parts, _ABOVE_M, colours) if parts else m.empty()
        actor.GetMapper().SetInputData(polydata(flat))

    def close(self) -> None:
        """Let go of everything."""
        self._blocks.clear()
        super().close()


def _moved_by(x: float, y: float) -> Callable[[_F8], _F8]:
    return lambda points: points + np.array([x, y])


def _of_stacks(block: Block, height_m: NDArray[np.float32], way: _F8) -> BaseGeometry:
    """The shadow of a block's stacks. height_m: (cells, rows); way: of a shadow for each metre of height, (2,)."""
    cell, row = np.nonzero(height_m > 0.5)
    if not len(cell):
        return shapely.Polygon()
    along, across = np.asarray(block.along), np.asarray(block.across)
    corner = (np.asarray(block.origin) + np.outer(cell * block.bay_pitch_m, along)
              + np.outer(row * block.row_pitch_m, across))
    long, wide = along * block.bay_pitch_m, across * (block.row_pitch_m - 0.4)
    foot = np.stack([corner, corner + long, corner + long + wide, corner + wide], axis=1)
    top = foot + (np.outer(height_m[cell, row], way))[:, None]
    swept = shapely.convex_hull(shapely.multipoints(np.concatenate([foot, top], axis=1)))
    return shapely.union_all(swept, grid_size=0.05)


def _of_mesh(mesh: m.Mesh, way: _F8) -> BaseGeometry:
    """The shadow of a model that stands where it is."""
    kept = m.coarse(mesh, _THIN_M, _SHORT_M)
    flat = kept.points[:, :2] + kept.points[:, 2:] * way
    corner = flat[kept.faces].astype(np.float64)
    a, b = corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]
    wide = np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) > 0.02
    return shapely.union_all(shapely.polygons(corner[wide]), grid_size=0.02)
