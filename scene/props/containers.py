"""Containers in the picture: those in the yard by block, those on ships, and those that move.

Only faces that can be seen are drawn (`scene.box_faces`). Blocks lie together in a few meshes: a change costs the faces
of its block and the refilling of one mesh, a picture costs a few draw calls.
"""

from __future__ import annotations

import time
from typing import Final

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkRenderingCore import vtkRenderer

from layers.boxes import Boxes, join
from layers.containers import ContainersLayer
from layers.cranes import CranesLayer
from layers.layers import Layers
from layers.stowage import stow
from layers.vehicles import VehiclesLayer
from scene.box_faces import (
    FRONT,
    LEFT,
    REAR,
    RIGHT,
    ROOF,
    SIDES,
    Faces,
    faces_by_side,
    loose_colours,
    loose_edges,
    loose_points,
    nothing,
    together,
    visible_faces,
)
from scene.light import Light
from scene.props.base import StaticProp
from scene.steel import SteelMesh

_BLOCKS_IN_A_MESH: Final = 6
_SAME_WAY: Final = 0.99995  # cosine: half a degree
BUDGET_S: Final = 0.025
"""For a yard of which much is not drawn yet: at the start, after a seek."""

_MUCH: Final = 200  # containers

CHANGES_S: Final = 0.002
"""For changes in one that is: a beat has other things to do."""


class YardContainers(StaticProp):
    """The yard. `rebuilt` counts the blocks whose faces were worked out, for tests and the curious."""

    def __init__(self, renderer: vtkRenderer, layer: ContainersLayer, light: Light) -> None:
        super().__init__(renderer)
        self._light = light
        count = len(layer.blocks)
        self._drawn: NDArray[np.int64] = np.full(count, -1, dtype=np.int64)
        self._faces: list[tuple[Faces, ...]] = [(nothing(),) * len(SIDES)] * count
        self._mesh_of = _neighbourhoods(layer)
        groups = int(self._mesh_of.max()) + 1 if count else 0
        self._meshes = [[SteelMesh(light) for _ in SIDES] for _ in range(groups)]
        self._outwards = [_outwards(layer, np.flatnonzero(self._mesh_of == group)) for group in range(groups)]
        for mesh in self._all_meshes():
            for actor in mesh.actors:
                self.add(actor)
        self._boxes: NDArray[np.int64] = np.zeros(count, dtype=np.int64)
        self._next_mesh = 0
        self._refilled = False
        self._eye: tuple[float, float, float] | None = None
        self.rebuilt = 0
        self.refilled = 0
        self.pending = count > 0

    def sync(self, layer: ContainersLayer, budget_s: float | None = None) -> bool:
        """Draw what changed, for about `budget_s` seconds of work, `BUDGET_S` or `CHANGES_S` by default. True when the
        picture changed; `pending` says whether blocks are left for the next sync."""
        for mesh in self._all_meshes():
            mesh.set_visible(layer.visible)
        dirty = np.flatnonzero(self._drawn != layer.block_revision)
        self.pending = False
        if not len(dirty):
            return False
        if budget_s is None:
            much = abs(layer.standing - self.boxes_drawn) > _MUCH or (self._drawn < 0).any()
            budget_s = BUDGET_S if much else CHANGES_S
        end = time.perf_counter() + budget_s
        touched = set()
        # Each sync goes on where the last one stopped: blocks that never rest must not keep the others waiting.
        dirty = dirty[np.argsort((self._mesh_of[dirty] - self._next_mesh) % max(len(self._meshes), 1), kind="stable")]
        for done, block_no in enumerate(dirty.tolist()):
            found = layer.block(block_no)
            self._faces[block_no] = faces_by_side(found.boxes, found.stacks, self._light)
            self._drawn[block_no] = layer.block_revision[block_no]
            self._boxes[block_no] = len(found.boxes)
            self.rebuilt += 1
            touched.add(int(self._mesh_of[block_no]))
            if time.perf_counter() > end and done + 1 < len(dirty):
                self.pending = True
                self._next_mesh = int(self._mesh_of[dirty[done + 1]])
                break
        self._refilled = True
        for number in touched:
            self.refilled += 1
            blocks = [self._faces[b] for b in np.flatnonzero(self._mesh_of == number)]
            for side, mesh in enumerate(self._meshes[number]):
                mesh.fill(*(np.concatenate(a) for a in zip(*(block[side][:3] for block in blocks), strict=True)),
                          self._outwards[number][side])
        if self._eye is not None:
            self.look_from(self._eye)
        return True

    def look_from(self, eye: tuple[float, float, float]) -> None:
        """Leave out the sides that look away from the eye: half of all faces, before they cost anything."""
        if eye == self._eye and not self._refilled:
            return
        self._eye, self._refilled = eye, False
        for mesh in self._all_meshes():
            mesh.look_from(eye)

    def set_detail(self, reach_m: float) -> None:
        """From how far away steel is drawn as steel."""
        for mesh in self._all_meshes():
            mesh.set_detail(reach_m)
        self._refilled = True

    def _all_meshes(self) -> list[SteelMesh]:
        return [mesh for sides in self._meshes for mesh in sides]

    def close(self) -> None:
        """Let go of everything."""
        self._meshes.clear()
        self._faces.clear()
        super().close()

    def faces_of(self, block_no: int) -> tuple[Faces, ...]:
        """The faces of a block as drawn, by side."""
        return self._faces[block_no]

    @property
    def boxes_drawn(self) -> int:
        """Containers whose block was built with them."""
        return int(self._boxes.sum())

    @property
    def face_count(self) -> int:
        """Faces drawn now."""
        return sum(mesh.count for mesh in self._all_meshes())


class ShippedContainers(StaticProp):
    """Deck cargo: one mesh for all ships, filled anew when cargo changes or a ship with cargo moves."""

    def __init__(self, renderer: vtkRenderer, sea_level_m: float, light: Light) -> None:
        super().__init__(renderer)
        self._light = light
        self._sea_level_m = sea_level_m
        self._mesh = SteelMesh(light)
        for actor in self._mesh.actors:
            self.add(actor)
        self._seen: tuple[object, ...] = ()
        self._boxes: dict[int, tuple[tuple[object, ...], Faces]] = {}

    def sync(self, layers: Layers) -> bool:
        """Draw what changed. True when the picture changed."""
        containers, vessels = layers.containers, layers.vessels
        self._mesh.set_visible(containers.visible and vessels.visible)
        seen = (tuple(containers.vessel_revision.items()), vessels.revision, vessels.moved_revision)
        if seen == self._seen:
            return False
        self._seen = seen
        parts = []
        for mover, revision in containers.vessel_revision.items():  # ships with cargo, a handful
            ship = vessels.row_of_mover(mover)
            if ship < 0 or not np.isfinite(vessels.x[ship]):
                continue
            pose = (float(vessels.x[ship]), float(vessels.y[ship]), float(vessels.bearing_deg[ship]))
            key = (revision, pose, float(vessels.length_m[ship]), float(vessels.beam_m[ship]))
            known = self._boxes.get(mover)
            if known is None or known[0] != key:
                known = self._boxes[mover] = (key, self._deck_cargo(layers, mover, ship, pose))
            parts.append(known[1])
        faces = together(parts)
        self._mesh.fill(faces.points, faces.colours, faces.edges)
        return True

    def look_from(self, eye: tuple[float, float, float]) -> None:
        """Draw steel plainly from afar."""
        self._mesh.look_from(eye)

    def set_detail(self, reach_m: float) -> None:
        """From how far away steel is drawn as steel."""
        self._mesh.set_detail(reach_m)

    def _deck_cargo(self, layers: Layers, mover: int, ship: int, pose: tuple[float, float, float]) -> Faces:
        containers = layers.containers
        rows = containers.rows_on_vessel(mover)
        stowed = stow(layers.vessels.plan(ship), layers.twin.containers.vessel_slot[rows],
                      layers.twin.containers.height_m[rows])
        x, y, bearing = pose
        sin, cos = np.sin(np.radians(bearing)), np.cos(np.radians(bearing))
        base = np.empty_like(stowed.place)
        base[:, 0] = x + sin * stowed.place[:, 0] + cos * stowed.place[:, 1]
        base[:, 1] = y + cos * stowed.place[:, 0] - sin * stowed.place[:, 1]
        base[:, 2] = self._sea_level_m + stowed.place[:, 2]
        # Bays run aft from the bow, so boxes look aft as those of a block look along it.
        boxes = containers.boxes(rows[stowed.on_deck], base, np.full(len(base), bearing + 180.0, dtype=np.float32))
        return visible_faces(boxes, stowed.stacks, self._light)


class MovingContainers(StaticProp):
    """Boxes on vehicles and under spreaders: a small mesh filled anew whenever something moved."""

    def __init__(self, renderer: vtkRenderer, light: Light) -> None:
        super().__init__(renderer)
        self._light = light
        self._mesh = SteelMesh(light)
        for actor in self._mesh.actors:
            self.add(actor)
        self._seen: tuple[int, ...] = ()
        self._made_of: tuple[NDArray[np.int32], NDArray[np.float32]] | None = None
        self._edges: NDArray[np.float32] = np.empty((0, 4, 4), dtype=np.float32)

    def sync(self, layers: Layers) -> bool:
        """Draw what changed. True when the picture changed."""
        containers, vehicles, cranes = layers.containers, layers.vehicles, layers.cranes
        self._mesh.set_visible(containers.visible)
        seen = (vehicles.moved_revision, vehicles.revision, cranes.moved_revision, cranes.revision,
                containers.carried_revision, containers.colour_revision)
        if seen == self._seen:
            return False
        self._seen = seen
        boxes = join([on_vehicles(containers, vehicles), under_spreaders(containers, cranes)])
        made_of = boxes.rows, boxes.size
        if self._made_of is None or not all(map(np.array_equal, made_of, self._made_of)):
            self._made_of, self._edges = made_of, loose_edges(boxes)
        self._mesh.fill(loose_points(boxes), loose_colours(boxes, self._light), self._edges)
        return True

    def look_from(self, eye: tuple[float, float, float]) -> None:
        """Draw steel plainly from afar."""
        self._mesh.look_from(eye)

    def set_detail(self, reach_m: float) -> None:
        """From how far away steel is drawn as steel."""
        self._mesh.set_detail(reach_m)


def on_vehicles(containers: ContainersLayer, vehicles: VehiclesLayer) -> Boxes:
    """The boxes on all shown vehicles, where they are drawn now."""
    return containers.boxes(*vehicles.loads())


def under_spreaders(containers: ContainersLayer, cranes: CranesLayer) -> Boxes:
    """The boxes hanging under cranes, where they are drawn now."""
    at = np.flatnonzero(cranes.container >= 0)
    rows = cranes.container[at]
    place = cranes.spreader()[at]
    if len(at):
        place[:, 2] = np.maximum(place[:, 2] - containers.sizes(rows)[:, 2], 0.0)
    return containers.boxes(rows, place, cranes.bearing_deg[at])


def _neighbourhoods(layer: ContainersLayer) -> NDArray[np.intp]:
    """Which mesh each block belongs to: neighbours share one, so that VTK leaves out what is off the picture."""
    count = len(layer.blocks)
    if not count:
        return np.empty(0, dtype=np.intp)
    middle = np.array([np.mean(b.outline, axis=0) for b in layer.blocks])
    columns = max(1, round(np.sqrt(count / _BLOCKS_IN_A_MESH)))
    found = np.empty(count, dtype=np.intp)
    mesh = 0
    for band in np.array_split(np.argsort(middle[:, 0], kind="stable"), columns):
        inside = band[np.argsort(middle[band, 1], kind="stable")]
        for part in np.array_split(inside, max(1, round(len(inside) / _BLOCKS_IN_A_MESH))):
            found[part] = mesh
            mesh += 1
    return found


def _outwards(layer: ContainersLayer, blocks: NDArray[np.intp]) -> list[NDArray[np.float64] | None]:
    """Where the faces of each side of some blocks look to; None where blocks that lie askew differ."""
    found: list[NDArray[np.float64] | None] = [None] * len(SIDES)
    found[ROOF] = np.array([0.0, 0.0, 1.0])
    along = np.array([layer.blocks[b].along for b in blocks])
    if len(along) and float((along @ along[0]).min()) > _SAME_WAY:
        for side, (x, y) in ((FRONT, along[0]), (REAR, -along[0]), (RIGHT, layer.blocks[blocks[0]].across),
                             (LEFT, -layer.blocks[blocks[0]].across)):
            found[side] = np.array([x, y, 0.0])
    return found
