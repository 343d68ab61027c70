"""The faces of stacked containers that can be seen, as quads with colours, in numpy.

Of the five faces of each of 20,000 boxes three quarters lie against a neighbour. A face is drawn from the height of the
stack next to it upwards, or not at all; the narrow gap to a neighbour is closed by a dark seam, for behind it
there are no walls to be seen; its corners are darkened by how deep they lie between stacks, which is what ambient
occlusion would find and costs nothing at drawing time.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from layers.boxes import Boxes, unit
from layers.stacks import FRONT, LEFT, REAR, RIGHT, ROOF, SIDES, SLIVER_M, Stacks, Surroundings, surroundings
from layers.yard_stacks import YardStacks
from scene.light import Light
from scene.steel import DOOR

F4 = NDArray[np.float32]
_EVEN = 0.34
"""Share of light that comes evenly from everywhere: a box's colour says what it is, on its shaded sides too."""

_ROOF_GAIN = 1.06

_ROOF_CORNERS = ((REAR, RIGHT), (FRONT, RIGHT), (FRONT, LEFT), (REAR, LEFT))  # counter-clockwise from above
_WIDEST_SEAM_M = 0.55

# By side: which way it looks, in quarters of a turn and as shares of along and across; what is to its left and right as
# seen from outside.
_TURNS = np.array([180, 0, 270, 90])
_AHEAD = np.array([-1.0, 1.0, 0.0, 0.0], dtype=np.float32)
_ASIDE = np.array([0.0, 0.0, -1.0, 1.0], dtype=np.float32)
_LEFT_OF = np.array([LEFT, RIGHT, FRONT, REAR])
_RIGHT_OF = np.array([RIGHT, LEFT, REAR, FRONT])


class Faces(NamedTuple):
    """Quads, corners counter-clockwise seen from outside: points (N, 4, 3) float32, metres; colours (N, 4, 3) uint8;
    edges: metres from each corner to the left, right, lower and upper edge of its box's side, negative in the seam
    beyond it, with `steel.DOOR` added to the third of doors, (N, 4, 4) float32; side: which of `SIDES`, (N,) int8; box:
    row of the boxes they were made of, (N,) int32."""

    points: F4
    colours: NDArray[np.uint8]
    edges: F4
    side: NDArray[np.int8]
    box: NDArray[np.int32]


def nothing() -> Faces:
    """No faces."""
    return Faces(np.empty((0, 4, 3), np.float32), np.empty((0, 4, 3), np.uint8), np.empty((0, 4, 4), np.float32),
                 np.empty(0, np.int8), np.empty(0, np.int32))


def together(parts: list[Faces]) -> Faces:
    """Several lots of faces as one."""
    return Faces(*(np.concatenate(a) for a in zip(*parts, strict=True))) if parts else nothing()


def _around(s: Stacks) -> Surroundings:
    h = np.pad(s.height_m, 1)  # now bordered by two rings
    wide = h.shape[1]
    return surroundings(h.reshape(-1), (s.first + 2) * wide + s.row + 2, (s.last + 2) * wide + s.row + 2, wide)


def _room(s: Stacks) -> F4:
    """Length and width of the cells each box stands on. Shape (N, 2), metres."""
    cells = (s.last - s.first + 1).astype(np.float32)
    return np.column_stack([cells * s.pitch_m[0], np.full(len(cells), s.pitch_m[1])]).astype(np.float32)


def _seams(boxes: Boxes, room: F4 | None, around: Surroundings, top: F4) -> F4:
    """How far a box's faces reach into the gap on each side (rear, front, left, right): half of it where a neighbour
    stands as high, else not at all. Shape (4, N), metres."""
    found = np.zeros((4, len(boxes)), dtype=np.float32)
    if room is not None:
        along, across = np.minimum(np.maximum(0.5 * (room - boxes.size[:, :2]), 0.0), _WIDEST_SEAM_M).T
        for side, beside in enumerate((around.rear, around.front, around.left, around.right)):
            found[side] = np.where(beside >= top - SLIVER_M, along if side in (REAR, FRONT) else across, 0.0)
    return found


def _free_standing(boxes: Boxes) -> Surroundings:
    zero = np.zeros(len(boxes), dtype=np.float32)
    return Surroundings(*([zero] * 8), own=boxes.base[:, 2] + boxes.size[:, 2])


def visible_faces(boxes: Boxes, stacks: Stacks | None, light: Light) -> Faces:
    """Quads of all faces of `boxes` that can be seen: `faces_by_side` as one."""
    return together(list(faces_by_side(boxes, stacks, light)))


def faces_by_side(boxes: Boxes, stacks: Stacks | None, light: Light) -> tuple[Faces, ...]:
    """Quads of all faces of `boxes` that can be seen, for each of `SIDES`.

    stacks: how they stand on one another (the same order), None: each stands for itself.
    Colours are final: `light` and the darkness between stacks are in them.
    """
    if stacks is None:
        return _faces(boxes, _free_standing(boxes), None, boxes.base[:, 2], light)
    return _faces(boxes, _around(stacks), _room(stacks), stacks.base_m, light)


def faces_in_slots(
    boxes: Boxes, stacks: YardStacks, light: Light, wanted: NDArray[np.bool_] | None = None
) -> tuple[Faces, ...]:
    """The same of boxes of a yard, wherever in it they stand. wanted: which sides of each, all by default, (sides, N).
    """
    rows = boxes.rows
    return _faces(boxes, stacks.around(rows), stacks.room(rows), boxes.base[:, 2], light, wanted)


def _faces(
    boxes: Boxes, around: Surroundings, room: F4 | None, base: F4, light: Light,
    wanted: NDArray[np.bool_] | None = None,
) -> tuple[Faces, ...]:
    """room: length and width of the cells each box stands on, (N, 2); None where each stands for itself. base: height
    of the under sides above the ground their surroundings are counted from, (N,)."""
    if not len(boxes):
        return (nothing(),) * len(SIDES)
    top = base + boxes.size[:, 2]
    east, north = (a.astype(np.float32) for a in unit(boxes.bearing_deg))
    half_l, half_w = 0.5 * boxes.size[:, 0], 0.5 * boxes.size[:, 1]
    seams = _seams(boxes, room, around, top)
    shade = 0.90 + 0.17 * (boxes.shade.astype(np.float32) / 255.0)
    body = _Bodies(
        boxes.base[:, 0], boxes.base[:, 1], east, north, half_l, half_w, base, top,
        boxes.base[:, 2] - base,  # stacks count from their own ground: a ship's hatch covers are higher
        boxes.colour.T * shade, np.rint(boxes.bearing_deg).astype(np.intp),
        boxes.shade % 2 == 0)
    beside = np.stack([around.rear, around.front, around.left, around.right])
    shows = np.empty((len(SIDES), len(boxes)), dtype=bool)
    shows[:ROOF] = top - np.maximum(base, beside) > SLIVER_M
    shows[ROOF] = around.own <= top + SLIVER_M
    if wanted is not None:
        shows &= wanted
    return *_uprights(np.flatnonzero(shows[:ROOF]), body, seams, around, light), _roofs(
        np.flatnonzero(shows[ROOF]), body, seams, around, light)


class _Bodies(NamedTuple):
    """What faces are made of, all (N,) but colour, (3, N)."""

    x: F4
    y: F4
    east: F4  # unit vector of the length
    north: F4
    half_l: F4
    half_w: F4
    base: F4
    top: F4
    lift: F4  # of the ground that base and top are counted from
    colour: F4
    heading: NDArray[np.intp]
    door_behind: NDArray[np.bool_]


def _uprights(at: NDArray[np.intp], body: _Bodies, seams: F4, around: Surroundings, light: Light) -> list[Faces]:
    """Faces of the four sides, all worked out in one go. at: which of all boxes' rear sides, then front sides, ..."""
    beside = np.stack([around.rear, around.front, around.left, around.right])
    beyond = np.stack([around.rear2, around.front2, around.left2, around.right2])
    n, side, box = len(at), at // len(body.top), at % len(body.top)
    beside, beyond = beside.take(at), beyond.take(at)
    seam_left, seam_right = (seams.take(which.take(side) * len(body.top) + box) for which in (_LEFT_OF, _RIGHT_OF))
    half_l, half_w, ends = body.half_l.take(box), body.half_w.take(box), side <= FRONT
    out_m, way_m = np.where(ends, half_l, half_w), np.where(ends, half_w, half_l)
    # Where a face looks to, from the unit vector of the length by whole quarters; seen from outside, right is the
    # direction 90 degrees anticlockwise of that on the map.
    east, north, ahead, aside = body.east.take(box), body.north.take(box), _AHEAD.take(side), _ASIDE.take(side)
    out_x, out_y = ahead * east + aside * north, ahead * north - aside * east
    x, y = body.x.take(box) + out_x * out_m, body.y.take(box) + out_y * out_m
    left_m, right_m = way_m + seam_left, way_m + seam_right
    base, top, lift = body.base.take(box), body.top.take(box), body.lift.take(box)
    low = np.maximum(base, beside)
    points = np.empty((n, 12), dtype=np.float32)
    points[:, 0] = points[:, 9] = x + out_y * left_m
    points[:, 1] = points[:, 10] = y - out_x * left_m
    points[:, 3] = points[:, 6] = x - out_y * right_m
    points[:, 4] = points[:, 7] = y + out_x * right_m
    points[:, 2] = points[:, 5] = low + lift
    points[:, 8] = points[:, 11] = top + lift
    seen_from = (body.heading.take(box) + _TURNS.take(side)) % 360
    below, above = _depth(low, beside, beyond), _depth(top, beside, beyond)
    colours = np.empty((n, 4, 3), dtype=np.uint8)
    for channel in range(3):
        lit = body.colour[channel].take(box) * _lit(light)[channel].take(seen_from)
        colours[:, :2, channel] = np.minimum(lit * below, 255.0).astype(np.uint8)[:, None]
        colours[:, 2:, channel] = np.minimum(lit * above, 255.0).astype(np.uint8)[:, None]
    door = np.where(ends & ((side == REAR) == body.door_behind.take(box)), np.float32(DOOR), np.float32(0.0))
    edges = np.empty((n, 16), dtype=np.float32)
    edges[:, 0] = edges[:, 12] = -seam_left
    edges[:, 1] = edges[:, 13] = way_m + left_m
    edges[:, 4] = edges[:, 8] = way_m + right_m
    edges[:, 5] = edges[:, 9] = -seam_right
    edges[:, 2] = edges[:, 6] = low - base + door
    edges[:, 10] = edges[:, 14] = top - base + door
    edges[:, 3] = edges[:, 7] = top - low
    edges[:, 11] = edges[:, 15] = 0.0
    whole = Faces(points.reshape(-1, 4, 3), colours, edges.reshape(-1, 4, 4), side.astype(np.int8),
                  box.astype(np.int32))
    ends_at = np.searchsorted(side, np.arange(ROOF + 1))
    return [Faces(*(a[ends_at[k]: ends_at[k + 1]] for a in whole)) for k in range(ROOF)]


@functools.lru_cache(maxsize=8)
def _lit(light: Light) -> F4:
    """Light on walls that look to each whole degree, and on a roof in the last column. Shape (3, 361)."""
    angle = np.radians(np.arange(360.0))
    walls = np.column_stack([np.sin(angle), np.cos(angle), np.zeros(360)])
    up = light.factor(np.array([[0.0, 0.0, 1.0]]))
    found = np.concatenate([_EVEN * up + (1.0 - _EVEN) * light.factor(walls), up * _ROOF_GAIN])
    return np.ascontiguousarray(found.T, dtype=np.float32)


def light_on(light: Light, normals: NDArray[np.floating]) -> F4:
    """Light on surfaces with unit `normals` (N, 3), as even as on the walls of all containers. Shape (N, 3)."""
    up = light.factor(np.array([[0.0, 0.0, 1.0]]))
    found: F4 = (_EVEN * up + (1.0 - _EVEN) * light.factor(normals)).astype(np.float32)
    return found


def _depth(z: F4, beside: F4, beyond: F4) -> F4:
    """Share of light at height z of a wall next to a stack `beside` high, with one `beyond` high behind that."""
    above = 0.66 + 0.34 * np.clip((z - beside) / 5.5, 0.0, 1.0)
    canyon = 1.0 / (1.0 + 0.085 * np.maximum(beyond - z, 0.0))
    return (above * canyon).astype(np.float32)


def _roofs(box: NDArray[np.intp], body: _Bodies, seams: F4, around: Surroundings, light: Light) -> Faces:
    """Roofs of these boxes."""
    top = body.top[box]
    n = len(box)
    length, width = 2.0 * body.half_l[box], 2.0 * body.half_w[box]
    seams = seams[:, box]
    along = [-0.5 * length - seams[REAR], 0.5 * length + seams[FRONT]]
    across = {LEFT: -0.5 * width - seams[LEFT], RIGHT: 0.5 * width + seams[RIGHT]}
    x, y, east, north = body.x[box], body.y[box], body.east[box], body.north[box]
    lit = body.colour.take(box, axis=1) * _lit(light)[:, -1:]
    light_from = [1.0 / (1.0 + 0.055 * np.maximum(height[box] - top, 0.0))
                  for height in (around.rear, around.front, around.left, around.right)]
    points = np.empty((n, 4, 3), dtype=np.float32)
    colours = np.empty((n, 4, 3), dtype=np.uint8)
    edges = np.empty((n, 4, 4), dtype=np.float32)
    points[:, :, 2] = (top + body.lift[box])[:, None]
    for corner, (end, side) in enumerate(_ROOF_CORNERS):
        u, v = along[end], across[side]
        points[:, corner, 0] = x + east * u + north * v
        points[:, corner, 1] = y + north * u - east * v
        colours[:, corner] = np.minimum(lit * (light_from[end] * light_from[side]), 255.0).astype(np.uint8).T
        far, near = length + seams[end], -seams[end]
        edges[:, corner, 0], edges[:, corner, 1] = (far, near) if end == FRONT else (near, far)
        far, near = width + seams[side], -seams[side]
        edges[:, corner, 2], edges[:, corner, 3] = (near, far) if side == RIGHT else (far, near)
    return Faces(points, colours, edges, np.full(n, ROOF, dtype=np.int8), box.astype(np.int32))


# Corners of the five faces of a box: along, across, up; and what of (sideways, sideways, height, height) lies between
# each corner and the four edges of its face.
_CORNERS = np.array([
    [(-1, -1, 0), (-1, 1, 0), (-1, 1, 1), (-1, -1, 1)],
    [(1, 1, 0), (1, -1, 0), (1, -1, 1), (1, 1, 1)],
    [(1, -1, 0), (-1, -1, 0), (-1, -1, 1), (1, -1, 1)],
    [(-1, 1, 0), (1, 1, 0), (1, 1, 1), (-1, 1, 1)],
    [(-1, 1, 1), (1, 1, 1), (1, -1, 1), (-1, -1, 1)],
], dtype=np.float32)
_ALONG, _ACROSS, _UP = (np.ascontiguousarray(_CORNERS[..., k]).ravel() for k in range(3))
_UPRIGHT_EDGES = [(0, 1, 0, 1), (1, 0, 0, 1), (1, 0, 1, 0), (0, 1, 1, 0)]
_EDGES = np.array([_UPRIGHT_EDGES] * 4 + [[(0, 1, 0, 1), (1, 0, 0, 1), (1, 0, 1, 0), (0, 1, 1, 0)]], dtype=np.float32)


def loose_faces(boxes: Boxes, light: Light) -> tuple[F4, NDArray[np.uint8], F4]:
    """Points, colours and edges of all five faces of boxes that stand for themselves, as in `Faces`, many at once."""
    return loose_points(boxes), loose_colours(boxes, light), loose_edges(boxes)


def loose_points(boxes: Boxes) -> F4:
    """Points of the faces of `loose_faces`. Shape (5 N, 4, 3): what moves is placed anew ten times a second."""
    east, north = (a.astype(np.float32)[:, None] for a in unit(boxes.bearing_deg))
    length, width, height = (boxes.size[:, k, None].astype(np.float32) for k in range(3))
    half_l, half_w = 0.5 * length, 0.5 * width
    x, y, z = (boxes.base[:, k, None] for k in range(3))
    points = np.empty((len(boxes), 20, 3), dtype=np.float32)
    points[..., 0] = (half_l * east) * _ALONG + (half_w * north) * _ACROSS + x
    points[..., 1] = (half_l * north) * _ALONG - (half_w * east) * _ACROSS + y
    points[..., 2] = height * _UP + z
    return points.reshape(-1, 4, 3)


def loose_colours(boxes: Boxes, light: Light) -> NDArray[np.uint8]:
    """Colours of the faces of `loose_faces`. Shape (5 N, 4, 3)."""
    n = len(boxes)
    own = (boxes.colour * (0.90 + 0.17 * (boxes.shade.astype(np.float32) / 255.0))[:, None]).astype(np.float32)
    heading = np.rint(boxes.bearing_deg).astype(np.intp)
    walls = _lit(light).T[(heading[:, None] + _TURNS) % 360] * own[:, None, :]
    low = boxes.base[:, 2]
    heights = np.stack([low, low, low + boxes.size[:, 2], low + boxes.size[:, 2]], axis=1)
    depth = (0.66 + 0.34 * np.clip(heights / 5.5, 0.0, 1.0)).astype(np.float32)
    colours = np.empty((n, 5, 4, 3), dtype=np.uint8)
    colours[:, :ROOF] = np.minimum(walls[:, :, None, :] * depth[:, None, :, None], 255.0)
    colours[:, ROOF] = np.minimum(own * _lit(light)[:, -1], 255.0)[:, None]
    return colours.reshape(-1, 4, 3)


def loose_edges(boxes: Boxes) -> F4:
    """Edges of the faces of `loose_faces`, wherever the boxes are. Shape (5 N, 4, 4)."""
    n = len(boxes)
    size = boxes.size.astype(np.float32)
    spans = np.empty((n, 5, 1, 4), dtype=np.float32)
    length, width, height = (size[:, k, None, None] for k in range(3))
    spans[:, :2, :, :2], spans[:, 2:, :, :2] = width[..., None], length[..., None]
    spans[..., 2:] = height[..., None]
    spans[:, ROOF, :, 2:] = width
    edges = _EDGES * spans
    doors = boxes.shade % 2 == 0
    edges[doors, REAR, :, 2] += DOOR
    edges[~doors, FRONT, :, 2] += DOOR
    return edges.reshape(-1, 4, 4)
