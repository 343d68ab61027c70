"""Ships in the picture: a hull for each, made for her length and beam and placed where she lies."""

from __future__ import annotations

import zlib

import numpy as np
from vtkmodules.vtkRenderingCore import vtkRenderer

from layers.vessels import VesselsLayer
from scene import mesh as m
from scene.light import Light
from scene.models import ships
from scene.props.base import StaticProp
from scene.swarm import HEADING_DEG, SwarmMesh, Template, place

_TUG_M = 45.0


class Vessels(StaticProp):
    """One actor a ship: there are a few dozen at most, most of them moored."""

    def __init__(self, renderer: vtkRenderer, light: Light) -> None:
        super().__init__(renderer)
        self._light = light
        self._templates: dict[tuple[object, ...], Template] = {}
        self._meshes: list[SwarmMesh] = []
        self._drawn: list[tuple[object, ...]] = []
        self._seen: tuple[int, int, bool] = (-1, -1, True)

    def sync(self, layer: VesselsLayer) -> bool:
        """Draw what changed. True when the picture changed."""
        seen = (layer.revision, layer.moved_revision, layer.visible)
        if seen == self._seen:
            return False
        self._seen = seen
        names = layer.names()
        while len(self._meshes) < len(layer.mover):
            self._meshes.append(SwarmMesh(self._light))
            self._drawn.append(())
            self.add(self._meshes[-1].actor)
        for ship, mesh in enumerate(self._meshes):  # a few dozen ships, not boxes
            shown = layer.visible and ship < len(layer.mover) and bool(np.isfinite(layer.x[ship]))
            mesh.set_visible(shown)
            if not shown:
                continue
            # Made for the next heading whose light is known, and moved: a ship at her berth swings all the time.
            bearing = float(layer.bearing_deg[ship])
            heading = HEADING_DEG * round(bearing / HEADING_DEG)
            mesh.actor.SetPosition(float(layer.x[ship]), float(layer.y[ship]), layer.sea_m)
            mesh.actor.SetOrientation(0.0, 0.0, heading - bearing)
            size = (round(float(layer.length_m[ship])), round(float(layer.beam_m[ship])), str(names[ship]))
            if (heading, size) != self._drawn[ship]:
                self._drawn[ship] = (heading, size)
                mesh.fill([place(self._template(*size), np.zeros((1, 3)), np.array([heading]))])
        return True

    def _template(self, length_m: int, beam_m: int, name: str) -> Template:
        paint = ships.HULLS[zlib.crc32(name.encode()) % len(ships.HULLS)]
        key = (length_m, beam_m, paint)
        found = self._templates.get(key)
        if found is None:
            model = ships.tug(length_m, beam_m) if length_m < _TUG_M else ships.container_ship(length_m, beam_m, paint)
            found = self._templates[key] = Template(m.Mesh(*model), self._light)
        return found

    def close(self) -> None:
        """Let go of everything."""
        self._meshes.clear()
        self._templates.clear()
        super().close()
