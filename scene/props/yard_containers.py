"""Containers of the yard in the picture.

Only faces that can be seen are drawn (`scene.box_faces`). Blocks lie together in a few meshes, so a picture costs a few
draw calls; a change costs the faces of the boxes it is about and of those around them (`scene.face_slots`), wherever
they stand.
"""

from __future__ import annotations

import time
from typing import Final

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkRenderingCore import vtkRenderer

from layers.containers import HIGHEST_M, ContainersLayer
from layers.stacks import FRONT, LEFT, REAR, RIGHT, ROOF, SIDES
from layers.yard_stacks import YardStacks
from scene.bodies import bodies
from scene.box_faces import Faces, faces_by_side, faces_in_slots, nothing, visible_faces
from scene.face_slots import FaceSlots
from scene.light import Light
from scene.props.base import StaticProp
from scene.steel import SteelMesh

_BLOCKS_IN_A_MESH: Final = 6
_OVER_M: Final = 2.0  # a forty-five-foot box stands over the end of its block
_SAME_WAY: Final = 0.99995  # cosine: half a degree
BUDGET_S: Final = 0.025
"""For a yard of which much is not drawn yet: at the start, after a seek."""

_MUCH: Final = 200  # containers

CHANGES_S: Final = 0.004
"""For changes in one that is: a beat has other things to do."""

HELPING: Final = 1_500
"""Boxes worked out between two looks at the time: a few milliseconds of work."""


class YardContainers(StaticProp):
    """The yard. `rebuilt` counts the boxes whose faces were worked out, `refilled` the meshes that were touched."""

    def __init__(self, renderer: vtkRenderer, layer: ContainersLayer, light: Light) -> None:
        super().__init__(renderer)
        self._light = light
        self._mesh_of = _neighbourhoods(layer)
        groups = int(self._mesh_of.max()) + 1 if len(self._mesh_of) else 0
        members = [np.flatnonzero(self._mesh_of == group) for group in range(groups)]
        self._outwards = [_outwards(layer, blocks) for blocks in members]
        self._bounds = [_bounds(layer, blocks) for blocks in members]
        somewhere = np.array([(*layer.blocks[blocks[0]].ground(1, 1), 0.0) for blocks in members]).reshape(-1, 3)
        self._meshes = [[SteelMesh(light) for _ in SIDES] for _ in range(groups)]
        self._slots = [FaceSlots(somewhere, np.array([
            (0.0, 0.0, 0.0) if way[side] is None else way[side] for way in self._outwards]).reshape(-1, 3))
            for side in SIDES]
        self._laid = [0] * len(SIDES)
        self._opened = SteelMesh(light)  # the block that is opened for looking into: all its sides in one
        for mesh in self._all_meshes():
            for actor in mesh.actors:
                self.add(actor)
        self._opened_seen: tuple[object, ...] = (None, 0)
        self._waiting: NDArray[np.bool_] = np.empty((len(SIDES), 0), dtype=bool)  # by container row
        self._drawn: NDArray[np.bool_] = np.empty(0, dtype=bool)
        self._seen = -1
        self._next = 0
        self._faces: dict[int, tuple[int, tuple[Faces, ...]]] = {}
        self._refilled = False
        self._eye: tuple[float, float, float] | None = None
        self.rebuilt = 0
        self.refilled = 0
        self.pending = groups > 0

    def sync(self, layer: ContainersLayer, budget_s: float | None = None) -> bool:
        """Draw what changed, for about `budget_s` seconds of work, `BUDGET_S` or `CHANGES_S` by default. True when the
        picture changed; `pending` says whether boxes are left for the next sync."""
        for mesh in self._all_meshes():
            mesh.set_visible(layer.visible)
        changed = self._open(layer)
        stacks = layer.stacks
        if self._seen != stacks.revision:
            self._look_at(stacks)
        waiting = np.flatnonzero(self._waiting.any(axis=0))
        self.pending = False
        if not len(waiting):
            return self._after(changed)
        if budget_s is None:
            much = abs(layer.standing - self.boxes_drawn) > _MUCH
            budget_s = BUDGET_S if much else CHANGES_S
        end = time.perf_counter() + budget_s
        # Mesh by mesh, and each sync goes on where the last one stopped: what never rests must not keep others waiting.
        mesh = np.where(stacks.block[waiting] >= 0, self._mesh_of[stacks.block[waiting]], self._next)
        turn = (mesh - self._next) % max(len(self._meshes), 1)
        order = np.argsort(turn, kind="stable")
        waiting, turn = waiting[order], turn[order]
        touched = np.zeros((len(SIDES), len(self._meshes)), dtype=bool)
        done = 0
        while done < len(waiting):
            until = min(done + HELPING, len(waiting))
            until = int(np.searchsorted(turn, turn[until - 1], side="right"))  # neighbours change together
            touched |= self._work_out(layer, stacks, waiting[done:until])
            done = until
            if time.perf_counter() > end and done < len(waiting):
                self.pending = True
                self._next = (self._next + int(turn[done])) % len(self._meshes)
                break
        self._show(touched)
        return self._after(changed=True)

    def _look_at(self, stacks: YardStacks) -> None:
        """Note what changed since the last look."""
        extra = len(stacks) - len(self._drawn)
        if extra > 0:
            self._waiting = np.concatenate([self._waiting, np.zeros((len(SIDES), extra), dtype=bool)], axis=1)
            self._drawn = np.concatenate([self._drawn, np.zeros(extra, dtype=bool)])
        self._waiting |= (stacks.changed_at > self._seen) & ((stacks.block >= 0) | self._drawn)
        self._seen = stacks.revision

    def _work_out(self, layer: ContainersLayer, stacks: YardStacks, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Draw these boxes as they are now. Which meshes are others, (sides, meshes)."""
        cutaway = layer.cutaway
        opened = -1 if cutaway is None else layer.number_of(cutaway.block)
        block = stacks.block[rows]
        standing = rows[(block >= 0) & (block != opened)]
        wanted = self._waiting[:, rows]
        drawn, _ = bodies(layer.in_slots(standing), None, layer.forms(standing))
        parts = faces_in_slots(drawn, stacks, self._light, self._waiting[:, standing])
        self._waiting[:, rows] = False
        self._drawn[rows] = block >= 0
        self.rebuilt += len(rows)
        mesh = self._mesh_of[stacks.block[standing]]
        return np.array([
            slots.put(rows[mine], faces, standing[faces.box], mesh[faces.box])
            for slots, mine, faces in zip(self._slots, wanted, parts, strict=True)])

    def _show(self, touched: NDArray[np.bool_]) -> None:
        """Let the meshes see what was written."""
        for side, slots in enumerate(self._slots):
            moved = slots.layout != self._laid[side]
            self._laid[side] = slots.layout
            for number, sides in enumerate(self._meshes):
                mesh, here = sides[side], slice(int(slots.begins[number]), int(slots.begins[number + 1]))
                if moved:
                    mesh.lend(slots.points[here], slots.colours[here], slots.edges[here], self._bounds[number])
                if moved or touched[side, number]:
                    way = self._outwards[number][side]
                    mesh.touch(int(slots.used[number]), None if way is None else (way, float(slots.nearest[number])))
                    self.refilled += 1

    def _open(self, layer: ContainersLayer) -> bool:
        """Draw the block that is opened, which stands otherwise than it does. True when the picture changed."""
        number = -1 if layer.cutaway is None else layer.number_of(layer.cutaway.block)
        seen = (layer.cutaway, int(layer.block_revision[number]) if number >= 0 else 0)
        if seen == self._opened_seen:
            return False
        self._opened_seen = seen
        faces = nothing()
        if number >= 0:
            found = layer.block(number)
            faces = visible_faces(*bodies(found.boxes, found.stacks, layer.forms(found.boxes.rows)), self._light)
        self._opened.fill(faces.points, faces.colours, faces.edges)
        return True

    def _after(self, changed: bool) -> bool:
        self._refilled = self._refilled or changed
        if changed and self._eye is not None:
            self.look_from(self._eye)
        return changed

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
        return [*(mesh for sides in self._meshes for mesh in sides), self._opened]

    def close(self) -> None:
        """Let go of everything."""
        self._meshes.clear()
        self._slots.clear()
        self._faces.clear()
        super().close()

    def faces_of(self, layer: ContainersLayer, block_no: int) -> tuple[Faces, ...]:
        """The faces of a block as it is now, by side."""
        revision = int(layer.block_revision[block_no])
        known = self._faces.get(block_no)
        if known is None or known[0] != revision:
            found = layer.block(block_no)
            drawn = bodies(found.boxes, found.stacks, layer.forms(found.boxes.rows))
            known = self._faces[block_no] = revision, faces_by_side(*drawn, self._light)
        return known[1]

    @property
    def boxes_drawn(self) -> int:
        """Containers that are in the picture."""
        return int(np.count_nonzero(self._drawn))

    @property
    def face_count(self) -> int:
        """Faces drawn now."""
        return sum(mesh.count for mesh in self._all_meshes())


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


def _bounds(layer: ContainersLayer, blocks: NDArray[np.intp]) -> tuple[float, float, float, float, float, float]:
    """The room that boxes of some blocks can ever take."""
    points = np.concatenate([np.asarray(layer.blocks[b].outline) for b in blocks])
    (west, south), (east, north) = points.min(axis=0) - _OVER_M, points.max(axis=0) + _OVER_M
    return float(west), float(east), float(south), float(north), 0.0, HIGHEST_M
