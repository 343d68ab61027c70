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
from layers.stacks import Stacks
from scene.light import Light
from scene.steel import DOOR

F4 = NDArray[np.float32]
_SLIVER_M = 0.03
_EVEN = 0.34
"""Share of light that comes evenly from everywhere: a box's colour says what it is, on its shaded sides too."""

_ROOF_GAIN = 1.06

REAR, FRONT, LEFT, RIGHT, ROOF = SIDES = range(5)

_ROOF_CORNERS = ((REAR, RIGHT), (FRONT, RIGHT), (FRONT, LEFT), (REAR, LEFT))  # counter-clockwise from above
_WIDEST_SEAM_M = 0.55


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


class _Surroundings(NamedTuple):
    """Heights of the stacks around each box, metres above the block's ground, (N,) each: next to it on the four sides
    (rear, front: along the block; left, right: across), and one further on."""

    rear: F4
    front: F4
    left: F4
    right: F4
    rear2: F4
    front2: F4
    left2: F4
    right2: F4
    own: F4


def _surroundings(s: Stacks) -> _Surroundings:
    h = np.pad(s.height_m, 1)  # now bordered by two rings
    a, b, r = s.first + 2, s.last + 2, s.row + 2

    def lower(row: NDArray[np.intp]) -> F4:
        return np.minimum(h[a, row], h[b, row])

    return _Surroundings(h[a - 1, r], h[b + 1, r], lower(r - 1), lower(r + 1), h[a - 2, r], h[b + 2, r],
                         lower(r - 2), lower(r + 2), np.minimum(h[a, r], h[b, r]))


def _seams(boxes: Boxes, stacks: Stacks | None, around: _Surroundings, top: F4) -> F4:
    """How far a box's faces reach into the gap on each side (rear, front, left, right): half of it where a neighbour
    stands as high, else not at all. Shape (4, N), metres."""
    found = np.zeros((4, len(boxes)), dtype=np.float32)
    if stacks is not None:
        cells = (stacks.last - stacks.first + 1).astype(np.float32)
        along = np.clip(0.5 * (cells * stacks.pitch_m[0] - boxes.size[:, 0]), 0.0, _WIDEST_SEAM_M)
        across = np.clip(0.5 * (stacks.pitch_m[1] - boxes.size[:, 1]), 0.0, _WIDEST_SEAM_M)
        for side, beside in enumerate((around.rear, around.front, around.left, around.right)):
            found[side] = np.where(beside >= top - _SLIVER_M, along if side in (REAR, FRONT) else across, 0.0)
    return found


def _free_standing(boxes: Boxes) -> _Surroundings:
    zero = np.zeros(len(boxes), dtype=np.float32)
    return _Surroundings(*([zero] * 8), own=boxes.base[:, 2] + boxes.size[:, 2])


def visible_faces(boxes: Boxes, stacks: Stacks | None, light: Light) -> Faces:
    """Quads of all faces of `boxes` that can be seen: `faces_by_side` as one."""
    return together(list(faces_by_side(boxes, stacks, light)))


def faces_by_side(boxes: Boxes, stacks: Stacks | None, light: Light) -> tuple[Faces, ...]:
    """Quads of all faces of `boxes` that can be seen, for each of `SIDES`.

    stacks: how they stand on one another (the same order), None: each stands for itself.
    Colours are final: `light` and the darkness between stacks are in them.
    """
    if not len(boxes):
        return (nothing(),) * len(SIDES)
    around = _surroundings(stacks) if stacks is not None else _free_standing(boxes)
    base = stacks.base_m if stacks is not None else boxes.base[:, 2]
    top = base + boxes.size[:, 2]
    east, north = (a.astype(np.float32) for a in unit(boxes.bearing_deg))
    along = np.stack([east, north], axis=1)
    across = np.stack([north, -east], axis=1)
    half_l = 0.5 * boxes.size[:, 0]
    half_w = 0.5 * boxes.size[:, 1]
    doors = boxes.shade % 2 == 0
    never = np.zeros(len(boxes), dtype=bool)
    shade = 0.90 + 0.17 * (boxes.shade.astype(np.float32) / 255.0)
    seams = _seams(boxes, stacks, around, top)
    colour = (boxes.colour * shade[:, None]).astype(np.float32)
    centre = boxes.base[:, :2]
    lift = boxes.base[:, 2] - base  # stacks count from their own ground: a ship's hatch covers are higher
    heading = np.rint(boxes.bearing_deg).astype(np.intp)

    sides = (
        # stack beside, one beyond it, direction outwards and its angle from the box's, half the box that way and
        # sidewards, seams to the left and right as seen from outside, a door
        (around.rear, around.rear2, -along, 180, half_l, half_w, (seams[LEFT], seams[RIGHT]), doors),
        (around.front, around.front2, along, 0, half_l, half_w, (seams[RIGHT], seams[LEFT]), ~doors),
        (around.left, around.left2, -across, 270, half_w, half_l, (seams[FRONT], seams[REAR]), never),
        (around.right, around.right2, across, 90, half_w, half_l, (seams[REAR], seams[FRONT]), never),
    )
    parts = []
    for side, (beside, beyond, out, turn, out_m, way_m, seam, door) in enumerate(sides):
        low = np.maximum(base, beside)
        at = np.flatnonzero(top - low > _SLIVER_M)
        parts.append(_upright(
            side, at, centre, out, (out_m, way_m, *seam), (low, top, base, lift), (beside, beyond),
            colour[at] * _lit(light)[(heading[at] + turn) % 360], door) if len(at) else nothing())
    parts.append(_roofs(np.flatnonzero(around.own <= top + _SLIVER_M), centre, along, across, half_l, half_w,
                        seams, (top, lift), around, colour, light))
    return tuple(parts)


def _upright(
    side: int, at: NDArray[np.intp], centre: F4, out: F4, half: tuple[F4, F4, F4, F4],
    heights: tuple[F4, F4, F4, F4], stacks: tuple[F4, F4], lit: F4, door: NDArray[np.bool_],
) -> Faces:
    """Upright faces of the boxes `at`. out: direction they look to. half: half the box that way and sidewards,
    seams to the left and right. lit: colours of those boxes in the light on this side."""
    out_m, way_m, seam_left, seam_right = (a[at] for a in half)
    low, top, base, lift = (a[at] for a in heights)
    beside, beyond = (a[at] for a in stacks)
    n = len(at)
    # Seen from outside with `out` towards the eye, right is the direction 90 degrees anticlockwise of `out` on the map.
    right = np.stack([-out[at, 1], out[at, 0]], axis=1)
    middle = centre[at] + out[at] * out_m[:, None]
    points = np.empty((n, 4, 3), dtype=np.float32)
    points[:, 0, :2] = points[:, 3, :2] = middle - right * (way_m + seam_left)[:, None]
    points[:, 1, :2] = points[:, 2, :2] = middle + right * (way_m + seam_right)[:, None]
    points[:, :2, 2] = (low + lift)[:, None]
    points[:, 2:, 2] = (top + lift)[:, None]
    colours = np.empty((n, 4, 3), dtype=np.uint8)
    colours[:, :2] = _shaded(lit, _depth(low, beside, beyond))[:, None]
    colours[:, 2:] = _shaded(lit, _depth(top, beside, beyond))[:, None]
    edges = np.zeros((n, 4, 4), dtype=np.float32)
    edges[:, 0:4:3, 0] = -seam_left[:, None]
    edges[:, 1:3, 0] = (2.0 * way_m + seam_right)[:, None]
    edges[:, 0:4:3, 1] = (2.0 * way_m + seam_left)[:, None]
    edges[:, 1:3, 1] = -seam_right[:, None]
    edges[:, :2, 2] = (low - base)[:, None]
    edges[:, 2:, 2] = (top - base)[:, None]
    edges[:, :2, 3] = (top - low)[:, None]
    edges[door[at], :, 2] += DOOR
    return Faces(points, colours, edges, np.full(n, side, dtype=np.int8), at.astype(np.int32))


@functools.lru_cache(maxsize=8)
def _lit(light: Light) -> F4:
    """Light on walls that look to each whole degree, and on a roof in the last row. Shape (361, 3)."""
    angle = np.radians(np.arange(360.0))
    walls = np.column_stack([np.sin(angle), np.cos(angle), np.zeros(360)])
    up = light.factor(np.array([[0.0, 0.0, 1.0]]))
    return np.concatenate([_EVEN * up + (1.0 - _EVEN) * light.factor(walls), up * _ROOF_GAIN]).astype(np.float32)


def _shaded(colour: F4, *factors: F4) -> NDArray[np.uint8]:
    """Colours (N, 3) times factors (N,), as far as a screen can show them. Shape (N, 3)."""
    found = colour
    for factor in factors:
        found = found * factor[:, None]
    return np.minimum(found, 255.0).astype(np.uint8)


def _depth(z: F4, beside: F4, beyond: F4) -> F4:
    """Share of light at height z of a wall next to a stack `beside` high, with one `beyond` high behind that."""
    above = 0.66 + 0.34 * np.clip((z - beside) / 5.5, 0.0, 1.0)
    canyon = 1.0 / (1.0 + 0.085 * np.maximum(beyond - z, 0.0))
    return (above * canyon).astype(np.float32)


def _roofs(
    at: NDArray[np.intp], centre: F4, along: F4, across: F4,
    half_l: F4, half_w: F4, seams: F4, heights: tuple[F4, F4], around: _Surroundings, colour: F4, light: Light,
) -> Faces:
    top, lift = (a[at] for a in heights)
    n = len(at)
    points = np.empty((n, 4, 3), dtype=np.float32)
    half_l, half_w, seams = half_l[at], half_w[at], seams[:, at]
    for corner, (end, side) in enumerate(_ROOF_CORNERS):
        u = half_l + seams[end]
        v = half_w + seams[side]
        points[:, corner, :2] = (
            centre[at] + along[at] * (u if end == FRONT else -u)[:, None]
            + across[at] * (v if side == RIGHT else -v)[:, None])
    points[:, :, 2] = (top + lift)[:, None]
    lit = colour[at] * _lit(light)[-1]

    def beside(height: F4) -> F4:
        return 1.0 / (1.0 + 0.055 * np.maximum(height[at] - top, 0.0))

    rear, front, left, right = (beside(h) for h in (around.rear, around.front, around.left, around.right))
    colours = np.empty((n, 4, 3), dtype=np.uint8)
    for corner, factor in enumerate((rear * right, front * right, front * left, rear * left)):
        colours[:, corner] = _shaded(lit, factor)
    edges = np.zeros((n, 4, 4), dtype=np.float32)
    for corner, (end, side) in enumerate(_ROOF_CORNERS):
        far, near = 2.0 * half_l + seams[end], -seams[end]
        edges[:, corner, 0], edges[:, corner, 1] = (far, near) if end == FRONT else (near, far)
        far, near = 2.0 * half_w + seams[side], -seams[side]
        edges[:, corner, 2], edges[:, corner, 3] = (near, far) if side == RIGHT else (far, near)
    return Faces(points, colours, edges, np.full(n, ROOF, dtype=np.int8), at.astype(np.int32))


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
_TURNS = np.array([180, 0, 270, 90])


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
    walls = _lit(light)[(heading[:, None] + _TURNS) % 360] * own[:, None, :]
    low = boxes.base[:, 2]
    heights = np.stack([low, low, low + boxes.size[:, 2], low + boxes.size[:, 2]], axis=1)
    depth = (0.66 + 0.34 * np.clip(heights / 5.5, 0.0, 1.0)).astype(np.float32)
    colours = np.empty((n, 5, 4, 3), dtype=np.uint8)
    colours[:, :ROOF] = np.minimum(walls[:, :, None, :] * depth[:, None, :, None], 255.0)
    colours[:, ROOF] = np.minimum(own * _lit(light)[-1], 255.0)[:, None]
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
