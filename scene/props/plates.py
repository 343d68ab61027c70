"""Container numbers on the boxes close to the eye, where they are painted in the port: high on the right of each side.

Letters are meshes, crisp at any size; from a little further off they could not be read and are left out.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkRenderingCore import vtkRenderer

from layers.box_forms import DRY, OPEN_TOP, REEFER
from layers.boxes import Boxes, join, some
from layers.layers import Layers
from scene.box_faces import ROOF, loose_faces
from scene.lettering import shape_of
from scene.light import Light
from scene.props.base import StaticProp
from scene.props.containers import on_vehicles, under_spreaders
from scene.props.yard_containers import YardContainers
from scene.steel import DOOR
from scene.swarm import Placed, SwarmMesh

REACH_M: Final = 55.0
MOST: Final = 90
"""Boxes with letters, the nearest first."""

LETTER_M: Final = 0.21
"""ISO 6346 asks for 100 mm at least; lines paint the number about twice as high."""

_ADVANCE: Final = 0.82  # of the height
_MARGIN_M: Final = 0.32
_OFF_M: Final = 0.012
_DECKS_M: Final = 50.0  # higher up no box hangs under a spreader
_STEP_M: Final = 2.0  # of the eye, until it is worked out anew
_DARK, _BRIGHT = (30, 34, 39), (228, 232, 235)
_BRIGHT_PAINT: Final = 118.0
_AN_END_M: Final = 4.0  # wider is a side
_LETTERED: Final = (DRY, REEFER, OPEN_TOP)  # what has walls


class _Walls(NamedTuple):
    """Upright faces as in `scene.box_faces.Faces`, and the container row of each."""

    points: NDArray[np.float32]
    edges: NDArray[np.float32]
    colours: NDArray[np.uint8]
    rows: NDArray[np.int32]


class Plates(StaticProp):
    """All letters as one mesh. `letters` counts them."""

    def __init__(self, renderer: vtkRenderer, light: Light) -> None:
        super().__init__(renderer)
        self._light = light
        self._mesh = SwarmMesh(light, double_sided=True)
        self.add(self._mesh.actor)
        self._seen: tuple[object, ...] = ()
        self.letters = 0

    def sync(self, layers: Layers, yard: YardContainers, eye: tuple[float, float, float]) -> bool:
        """Letter what is near `eye`. True when the picture changed."""
        containers, vehicles, cranes = layers.containers, layers.vehicles, layers.cranes
        at = np.asarray(eye)
        near = np.flatnonzero(containers.distances(eye) < REACH_M) if containers.visible else []
        low = containers.visible and eye[2] < REACH_M + _DECKS_M
        moving = self._moving(layers, at) if low else None
        seen = (
            containers.visible, tuple(round(e / _STEP_M) for e in eye), yard.rebuilt, tuple(near),
            (vehicles.moved_revision, cranes.moved_revision) if moving is not None else None)
        if seen == self._seen:
            return False
        self._seen = seen
        walls = [self._standing(layers, yard, number, at) for number in near]
        if moving is not None:
            walls.append(_walls_of(moving, self._light))
        drawn = self.letters
        self.letters = 0
        parts = [self._lettered(layers, wall, at) for wall in walls if len(wall.rows)]
        self._mesh.fill([part for part in parts if part is not None])
        return bool(self.letters or drawn)

    def _standing(self, layers: Layers, yard: YardContainers, number: int, eye: NDArray[np.float64]) -> _Walls:
        boxes = layers.containers.block(number).boxes
        points, colours, edges, _, box = (
            np.concatenate(arrays) for arrays in zip(*yard.faces_of(layers.containers, number)[:ROOF], strict=True))
        close = (_away(boxes, eye) < REACH_M)[box]
        return _Walls(points[close], edges[close], colours[close], boxes.rows[box[close]])

    @staticmethod
    def _moving(layers: Layers, eye: NDArray[np.float64]) -> Boxes | None:
        found = None
        for boxes in (on_vehicles(layers.containers, layers.vehicles) if layers.vehicles.visible else None,
                      under_spreaders(layers.containers, layers.cranes)):
            if boxes is None or not len(boxes):
                continue
            close = _away(boxes, eye) < REACH_M
            if close.any():
                found = some(boxes, close) if found is None else join([found, some(boxes, close)])
        return found

    def _lettered(self, layers: Layers, wall: _Walls, eye: NDArray[np.float64]) -> Placed | None:
        corner = wall.points[:, 3].astype(np.float64)
        along = wall.points[:, 2] - corner
        width = np.linalg.norm(along, axis=1)
        along /= width[:, None]
        out = np.column_stack([along[:, 1], -along[:, 0], np.zeros(len(along))])
        number = layers.twin.containers.number[wall.rows]
        long = np.array([len(text) for text in number])
        span = (long + 2) * _ADVANCE * LETTER_M
        start = width + wall.edges[:, 2, 1] - _MARGIN_M - span
        forms = layers.containers.forms(wall.rows)
        door = wall.edges[:, 0, 2] >= DOOR
        unit = (forms == REEFER) & (width < _AN_END_M) & ~door  # where a reefer has its machinery
        readable = (
            np.isin(forms, _LETTERED) & ~unit & (np.einsum("ij,ij->i", eye - corner, out) > 0.0)
            & (wall.edges[:, 0, 3] > LETTER_M + 2 * _MARGIN_M)
            & (start > 0.0))
        order = np.argsort(np.linalg.norm(corner - eye, axis=1) + np.where(readable, 0.0, 1e9))[:MOST]
        at = order[readable[order]]
        if not len(at):
            return None
        first = corner[at] + along[at] * start[at, None] + out[at] * _OFF_M
        first[:, 2] -= _MARGIN_M + LETTER_M
        texts = [f"{text[:4]} {text[4:10]} {text[10:]}".ljust(24) for text in number[at].tolist()]
        signs = np.array([list(text[:24]) for text in texts])
        paint = wall.colours[at].mean(axis=(1, 2))
        paint[forms[at] == REEFER] = 255.0  # lettered on the white panels
        ink = np.where((paint > _BRIGHT_PAINT)[:, None], _DARK, _BRIGHT).astype(np.uint8)
        return self._letters(signs, first, along[at], ink)

    def _letters(
        self, signs: NDArray[np.str_], first: NDArray[np.float64], along: NDArray[np.float64], ink: NDArray[np.uint8]
    ) -> Placed | None:
        points, colours, faces = [], [], []
        count = 0
        for sign in sorted(set(signs.ravel().tolist()) - {" "}):  # at most the letters and digits
            shape, corners = shape_of(sign)
            which, column = np.nonzero(signs == sign)
            x = (column[:, None] + 0.5) * _ADVANCE * LETTER_M + shape[:, 0] * LETTER_M
            placed = first[which][:, None] + along[which][:, None] * x[..., None]
            placed[..., 2] += shape[:, 1] * LETTER_M
            points.append(placed.reshape(-1, 3))
            colours.append(np.repeat(ink[which], len(shape), axis=0))
            base = count + np.arange(len(which), dtype=np.int64)[:, None, None] * len(shape)
            faces.append((corners[None] + base).reshape(-1, 3))
            count += len(which) * len(shape)
            self.letters += len(which)
        if not points:
            return None
        return Placed(np.concatenate(points).astype(np.float32), np.concatenate(colours), np.concatenate(faces))


def _away(boxes: Boxes, eye: NDArray[np.float64]) -> NDArray[np.float64]:
    away: NDArray[np.float64] = np.linalg.norm(boxes.base - eye, axis=1)
    return away


def _walls_of(boxes: Boxes, light: Light) -> _Walls:
    points, colours, edges = (a.reshape(len(boxes), -1, 4, a.shape[-1])[:, :ROOF] for a in loose_faces(boxes, light))
    return _Walls(points.reshape(-1, 4, 3), edges.reshape(-1, 4, 4), colours.reshape(-1, 4, 3),
                  np.repeat(boxes.rows, ROOF))
