"""The models: every shape that stands or moves in the port, by name.

A model is a `scene.mesh.Mesh` (points (N, 3) float32, faces (M, 3) int32, colours per point (N, 3) uint8), in metres,
standing on z = 0 at its origin and looking north: forward +y, right +x. Turn it with `mesh.placed`, `mesh.copies` or by
`-bearing_deg` about z (vtkGlyph3DMapper, vtkActor). Ships float: their z = 0 is the waterline.

Cranes come in parts (frame, trolley, spreader) that move against one another; see `scene.models.cranes`.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from scene.mesh import Mesh
from scene.models import cranes, ships, structures, vehicles

MODELS: MappingProxyType[str, Callable[..., Mesh]] = MappingProxyType({
    "sts_frame": cranes.sts_frame,
    "sts_trolley": cranes.sts_trolley,
    "spreader": cranes.spreader,
    "rtg_frame": cranes.rtg_frame,
    "rtg_trolley": cranes.rtg_trolley,
    "armg_frame": cranes.armg_frame,
    "armg_trolley": cranes.armg_trolley,
    "road_truck": vehicles.road_truck,
    "terminal_tractor": vehicles.terminal_tractor,
    "agv": vehicles.agv,
    "patrol": vehicles.patrol_car,
    "officer": vehicles.officer,
    "container_ship": ships.container_ship,
    "tug": ships.tug,
    "tanker": ships.tanker,
    "light_mast": structures.light_mast,
    "gate_canopy": structures.gate_canopy,
    "booth": structures.booth,
    "barrier_post": structures.barrier_post,
    "barrier_bar": structures.barrier_bar,
    "reading_portal": structures.reading_portal,
    "radiation_pillar": structures.radiation_pillar,
    "customs_house": structures.customs_house,
    "weighbridge": structures.weighbridge,
    "office": structures.office,
    "shed": structures.shed,
    "h986_hall": structures.h986_hall,
    "tank": structures.tank,
    "bollard": structures.bollard,
    "fender": structures.fender,
    "rail_wagon": structures.rail_wagon,
})


def model(name: str, **sizes: float) -> Mesh:
    """The model called `name`. Raises KeyError for an unknown name, TypeError for a size it does not have."""
    return MODELS[name](**sizes)
