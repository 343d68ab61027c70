"""Reefers, tanks, open tops and flat racks as they look close by: what they wear over the bodies drawn with all boxes.

A block is dressed when the eye first comes near it and again when it changes; further off than the reach the dress has
faded into the container's colour and is not drawn at all, so a picture from afar costs what it did.
"""

from __future__ import annotations

import math
import time
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkRenderer

from layers.box_forms import DRY
from layers.boxes import Boxes, join, some, unit
from layers.containers import ContainersLayer
from layers.layers import Layers
from scene.actors import AIR_DECLARED, AIR_GLSL, HANDED_ON, add_to_vertex_shader, mapper_of, set_air
from scene.bodies import bodies
from scene.box_faces import FRONT, LEFT, REAR, RIGHT, ROOF, SIDES, Faces, faces_by_side, faces_in_slots, light_on
from scene.light import Light
from scene.models.containers import ALWAYS, dress
from scene.props.base import StaticProp
from scene.props.containers import ShippedContainers, under_spreaders
from scene.quads import quad_cells

NEAREST_REACH_M: Final = 220.0
_REACH_SHARE: Final = 0.25  # of the reach of steel
_LONGEST_REACH_M: Final = 700.0
_FADES_FROM: Final = 0.6  # of the reach
_BUDGET_S: Final = 0.004
_MOST_MOVING: Final = 60
_LIFT: Final = 1.0e-6  # of depth: the dress lies a finger's breadth over the steel
_EVERY_SIDE: Final = 6  # `SIDES` and `ALWAYS`
_TURNED: Final = np.array([FRONT, REAR, RIGHT, LEFT, ROOF, ALWAYS])
"""The side of a container whose doors look the other way."""


class Quads(NamedTuple):
    """points: (N, 4, 3) float32, metres; colours: (N, 4, 3) uint8; under: what they fade to (N, 4, 3) uint8."""

    points: NDArray[np.float32]
    colours: NDArray[np.uint8]
    under: NDArray[np.uint8]


class SpecialBoxes(StaticProp):
    """The dresses of all containers near the eye that are no plain boxes. `dressed` counts blocks made, for tests."""

    def __init__(self, renderer: vtkRenderer, light: Light) -> None:
        super().__init__(renderer)
        self._light = light
        self._reach_m = NEAREST_REACH_M
        self._standing: dict[object, tuple[tuple[object, ...], _DressMesh]] = {}
        self._moving = self._mesh()
        self._moved: tuple[object, ...] = ()
        self.dressed = 0
        self.pending = False

    @property
    def quads(self) -> int:
        """Quads in the picture."""
        meshes = [mesh for _, mesh in self._standing.values()]
        return sum(mesh.count for mesh in [*meshes, self._moving] if mesh.actor.GetVisibility())

    def set_detail(self, reach_m: float) -> None:
        """From how far away steel is drawn as steel: dresses are seen from a share of that."""
        self._reach_m = min(max(NEAREST_REACH_M, _REACH_SHARE * reach_m), _LONGEST_REACH_M)
        for mesh in [mesh for _, mesh in self._standing.values()] + [self._moving]:
            mesh.set_reach(self._reach_m)

    def sync(self, layers: Layers, cargo: ShippedContainers, eye: tuple[float, float, float]) -> bool:
        """Dress what came near `eye` or changed there. True when the picture changed."""
        changed = self._stand(layers, eye)
        changed = self._sail(layers, cargo, eye) or changed
        return self._move(layers, eye) or changed

    def _stand(self, layers: Layers, eye: tuple[float, float, float]) -> bool:
        """The blocks of the yard."""
        containers = layers.containers
        away = containers.distances(eye) if containers.visible else np.full(len(containers.blocks), np.inf)
        near = np.flatnonzero(away < self._reach_m)
        changed = self._show({("block", int(number)) for number in near}, "block")
        self.pending = False
        end = time.perf_counter() + _BUDGET_S
        for number in near[np.argsort(away[near])].tolist():
            key = (int(containers.block_revision[number]), containers.cutaway)
            known = self._standing.get(("block", number))
            if known is not None and known[0] == key:
                continue
            if time.perf_counter() > end:
                self.pending = True
                break
            boxes, seen = _of_block(containers, number, self._light)
            self._put(("block", number), key, self._dressed(layers, boxes, seen))
            changed = True
        return changed

    def _sail(self, layers: Layers, cargo: ShippedContainers, eye: tuple[float, float, float]) -> bool:
        """Deck cargo of the ships near by."""
        shown = layers.containers.visible and layers.vessels.visible
        near = {}
        for mover, (key, boxes) in cargo.on_deck.items() if shown else ():
            ship = layers.vessels.row_of_mover(mover)
            away = math.hypot(layers.vessels.x[ship] - eye[0], layers.vessels.y[ship] - eye[1])
            if len(boxes) and math.hypot(away - 0.5 * layers.vessels.length_m[ship], eye[2]) < self._reach_m:
                near[("ship", mover)] = (key, boxes)
        changed = self._show(set(near), "ship")
        for name, (key, boxes) in near.items():
            known = self._standing.get(name)
            if known is None or known[0] != key:
                special = layers.containers.forms(boxes.rows) != DRY
                self._put(name, key, self._dressed(layers, some(boxes, special), None))
                changed = True
        return changed

    def _move(self, layers: Layers, eye: tuple[float, float, float]) -> bool:
        """What rides on vehicles and hangs under spreaders."""
        containers, vehicles, cranes = layers.containers, layers.vehicles, layers.cranes
        seen = (vehicles.moved_revision, vehicles.revision, cranes.moved_revision, cranes.revision, containers.visible,
                containers.carried_revision, containers.colour_revision, tuple(round(e / 20.0) for e in eye))
        if seen == self._moved:
            return False
        self._moved = seen
        found: Boxes | None = None
        if containers.visible and eye[2] < self._reach_m:
            rows, place, bearing = vehicles.loads()
            special = np.flatnonzero(containers.forms(rows) != DRY)
            hanging = under_spreaders(containers, cranes)
            boxes = join([containers.boxes(rows[special], place[special], bearing[special]),
                          some(hanging, containers.forms(hanging.rows) != DRY)])
            away = np.linalg.norm(boxes.base - np.asarray(eye, dtype=np.float32), axis=1)
            nearest = np.argsort(away)[:_MOST_MOVING]
            found = some(boxes, nearest[away[nearest] < self._reach_m])
        had = self._moving.count
        if not had and (found is None or not len(found)):
            return False
        self._moving.fill(self._dressed(layers, found, None) if found is not None and len(found) else _no_quads())
        self._moving.actor.SetVisibility(self._moving.count > 0)
        return True

    def _dressed(self, layers: Layers, boxes: Boxes, seen: NDArray[np.float32] | None) -> Quads:
        """Dresses of boxes that are no plain ones. seen: see `_seen`, None: every side is."""
        if not len(boxes):
            return _no_quads()
        self.dressed += 1
        forms = layers.containers.forms(boxes.rows)
        kinds: dict[tuple[int, float, float], list[int]] = {}
        for at, (form, size) in enumerate(zip(forms.tolist(), boxes.size.tolist(), strict=True)):
            kinds.setdefault((form, round(size[0], 3), round(size[2], 3)), []).append(at)
        if seen is None:
            seen = np.ones((_EVERY_SIDE, len(boxes), 2), dtype=np.float32)
        parts = []
        for (form, length, height), at in kinds.items():
            rows = np.array(at)
            parts.append(_worn(form, (length, height), some(boxes, rows), seen[:, rows], self._light))
        return Quads(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))

    def _put(self, name: object, key: tuple[object, ...], quads: Quads) -> None:
        known = self._standing.get(name)
        mesh = known[1] if known is not None else self._mesh()
        mesh.fill(quads)
        mesh.actor.SetVisibility(mesh.count > 0)
        self._standing[name] = (key, mesh)

    def _show(self, near: set[tuple[str, int]], kind: str) -> bool:
        """Only what is near is drawn. True when some of it came or went."""
        changed = False
        for name, (_, mesh) in self._standing.items():
            if isinstance(name, tuple) and name[0] == kind:
                shown = name in near and mesh.count > 0
                changed = changed or bool(mesh.actor.GetVisibility()) != shown
                mesh.actor.SetVisibility(shown)
        return changed

    def _mesh(self) -> _DressMesh:
        mesh = _DressMesh(self._light, self._reach_m)
        self.add(mesh.actor)
        return mesh

    def close(self) -> None:
        """Let go of everything."""
        self._standing.clear()
        super().close()


class _DressMesh:
    """Quads of final colours that fade into others with distance, refilled as a whole."""

    def __init__(self, light: Light, reach_m: float) -> None:
        self.data = vtkPolyData()
        self.count = 0
        self.actor = vtkActor()
        mapper = mapper_of(self.data)
        mapper.MapDataArrayToVertexAttribute("underMC", "under", 0, -1)
        self.actor.SetMapper(mapper)
        look = self.actor.GetProperty()
        look.LightingOff()
        look.BackfaceCullingOn()
        self.actor.ForceOpaqueOn()
        self.actor.PickableOff()
        self.actor.VisibilityOff()
        shader = self.actor.GetShaderProperty()
        add_to_vertex_shader(shader, f"{AIR_DECLARED}in vec3 underMC;\n", AIR_GLSL + (
            "  float bare = smoothstep(dressFades.x, dressFades.y, gl_Position.w);\n"
            "  vec3 worn = mix(scalarColor.rgb, underMC, bare) * grade;\n"
            f"  gl_Position.z -= {_LIFT:.9f} * gl_Position.w;\n"
            "  vertexColorVSOutput = vec4(mix(worn, haze.rgb, hazeShare), 1.0);\n"))
        shader.SetFragmentShaderCode(HANDED_ON)
        set_air(shader, light)
        self.set_reach(reach_m)

    def set_reach(self, reach_m: float) -> None:
        """From how far away nothing of it is seen any more."""
        uniforms = self.actor.GetShaderProperty().GetVertexCustomUniforms()
        uniforms.SetUniform2f("dressFades", [_FADES_FROM * reach_m, reach_m])

    def fill(self, quads: Quads) -> None:
        """Show these and nothing else."""
        n = len(quads.points)
        place = vtkPoints()
        place.SetData(numpy_to_vtk(np.ascontiguousarray(quads.points).reshape(-1, 3), deep=True))
        self.data.SetPoints(place)
        colours = numpy_to_vtk(np.ascontiguousarray(quads.colours).reshape(-1, 3), deep=True)
        colours.SetName("colour")
        under = numpy_to_vtk((quads.under.reshape(-1, 3) / np.float32(255.0)).astype(np.float32), deep=True)
        under.SetName("under")
        self.data.GetPointData().SetScalars(colours)
        self.data.GetPointData().AddArray(under)
        if n != self.count:
            self.data.SetPolys(quad_cells(n))
        self.count = n
        self.data.Modified()


def _no_quads() -> Quads:
    return Quads(np.empty((0, 4, 3), np.float32), np.empty((0, 4, 3), np.uint8), np.empty((0, 4, 3), np.uint8))


def _of_block(
    containers: ContainersLayer, number: int, light: Light
) -> tuple[Boxes, NDArray[np.float32]]:
    """The boxes of a block that are no plain ones, and how bright each side of them is: see `_seen`."""
    if containers.cutaway is not None and containers.number_of(containers.cutaway.block) == number:
        found = containers.block(number)
        forms = containers.forms(found.boxes.rows)
        special = np.flatnonzero(forms != DRY)
        faces = faces_by_side(*bodies(found.boxes, found.stacks, forms), light)
        return some(found.boxes, special), _seen(faces, found.boxes, light)[:, special]
    rows = containers.rows_in_block(number)
    rows = rows[containers.forms(rows) != DRY]
    boxes = containers.in_slots(rows)
    drawn, _ = bodies(boxes, None, containers.forms(rows))
    return boxes, _seen(faces_in_slots(drawn, containers.stacks, light), boxes, light)


def _seen(faces: tuple[Faces, ...], boxes: Boxes, light: Light) -> NDArray[np.float32]:
    """How bright the sides of boxes are in the shade of their neighbours, at their lower and upper edge; 0 where a side
    is not seen. Shape (6, N, 2)."""
    found = np.zeros((_EVERY_SIDE, len(boxes), 2), dtype=np.float32)
    for side, drawn in zip(SIDES, faces, strict=True):
        at = drawn.box
        if not len(at):
            continue
        full = np.maximum((boxes.colour[at] * light_on(light, _outwards(boxes, at, side))).mean(axis=1), 1.0)
        drawn_as = drawn.colours.astype(np.float32).mean(axis=2)
        found[side, at, 0] = np.minimum(drawn_as[:, :2].mean(axis=1) / full, 1.0)
        found[side, at, 1] = np.minimum(drawn_as[:, 2:].mean(axis=1) / full, 1.0)
    found[ALWAYS] = np.maximum(found[:ROOF].max(axis=0), 0.45)
    return found


def _outwards(boxes: Boxes, at: NDArray[np.integer], side: int) -> NDArray[np.float64]:
    """Unit normals of a side of the boxes `at` (M,). Shape (M, 3)."""
    east, north = unit(boxes.bearing_deg[at])
    none = np.zeros_like(east)
    if side == ROOF:
        return np.column_stack([none, none, none + 1.0])
    x, y = {FRONT: (east, north), REAR: (-east, -north), RIGHT: (north, -east), LEFT: (-north, east)}[side]
    return np.column_stack([x, y, none])


def _worn(
    form: int, size: tuple[float, float], boxes: Boxes, seen: NDArray[np.float32], light: Light
) -> Quads:
    """Dresses of boxes of one form and size. seen: (6, N, 2), as of `_seen`."""
    model = dress(form, *size)
    n = len(boxes)
    back = boxes.shade % 2 == 1  # its doors are at the front: `scene.box_faces`
    side = np.where(back[:, None], _TURNED[model.side], model.side)
    shown = seen[side, np.arange(n)[:, None]]  # (N, Q, 2)
    angle = np.radians(boxes.bearing_deg.astype(np.float64) + np.where(back, 180.0, 0.0))
    sin, cos = (f(angle).astype(np.float32)[:, None, None] for f in (np.sin, np.cos))
    p = model.points
    points = np.empty((n, *p.shape), dtype=np.float32)
    points[..., 0] = p[..., 0] * cos + p[..., 1] * sin + boxes.base[:, 0, None, None]
    points[..., 1] = p[..., 1] * cos - p[..., 0] * sin + boxes.base[:, 1, None, None]
    points[..., 2] = p[..., 2] + boxes.base[:, 2, None, None]
    factor = np.empty((n, len(p), 3), dtype=np.float32)
    for turn in np.unique(np.rint(np.degrees(angle)).astype(np.int64) % 360).tolist():
        mine = np.rint(np.degrees(angle)).astype(np.int64) % 360 == turn
        factor[mine] = _lit(light, model.normals, turn)
    up = np.clip(p[..., 2] / size[1], 0.0, 1.0)
    shade = shown[..., :1] * (1.0 - up) + shown[..., 1:] * up  # (N, Q, 4)
    light_at = factor[:, :, None, :] * shade[..., None]
    state = boxes.colour.astype(np.float32)[:, None, None, :]
    share = model.share[:, None, None]
    colours = np.minimum((model.own * (1.0 - share) + state * share) * light_at, 255.0).astype(np.uint8)
    under = np.minimum(state * light_at, 255.0).astype(np.uint8)
    kept = shown.max(axis=2) > 0.0
    return Quads(points[kept], colours[kept], under[kept])


def _lit(light: Light, normals: NDArray[np.float32], bearing_deg: float) -> NDArray[np.float32]:
    """Light on a model's faces when it is turned to a bearing, as even as on all containers. Shape (Q, 3)."""
    angle = np.radians(bearing_deg)
    sin, cos = np.sin(angle), np.cos(angle)
    turned = np.column_stack([normals[:, 0] * cos + normals[:, 1] * sin, normals[:, 1] * cos - normals[:, 0] * sin,
                              normals[:, 2]])
    return light_on(light, turned)

