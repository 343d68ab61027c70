"""Meshes as numpy arrays: boxes, prisms, strips and lofts with a colour on every point.

A mesh is drawn flat: faces of different direction share no points, so a point has one normal and one colour.
Models look north: forward is +y, right is +x, up is +z, metres. All faces turn counter-clockwise seen from outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

FloatArray = NDArray[np.float32]
Rgb = tuple[int, int, int]

# Corners of a unit box (x, y, z in 0..1) and its faces, counter-clockwise from outside.
_BOX_CORNERS = np.array(
    [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]], dtype=np.float64
)
_BOX_FACES = {
    "south": (0, 1, 5, 4),
    "east": (1, 2, 6, 5),
    "north": (2, 3, 7, 6),
    "west": (3, 0, 4, 7),
    "top": (4, 5, 6, 7),
    "bottom": (3, 2, 1, 0),
}
ALL_SIDES = tuple(_BOX_FACES)
NO_BOTTOM = ("south", "east", "north", "west", "top")


class Mesh(NamedTuple):
    """Triangles with coloured points.

    points: (N, 3) float32, metres.  faces: (M, 3) int32 rows of `points`.  colours: (N, 3) uint8, sRGB.
    """

    points: FloatArray
    faces: NDArray[np.int32]
    colours: NDArray[np.uint8]


def empty() -> Mesh:
    """Nothing."""
    return Mesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32), np.zeros((0, 3), np.uint8))


def merge(meshes: Iterable[Mesh]) -> Mesh:
    """One mesh of many, in their order."""
    parts = [m for m in meshes if len(m.points)]
    if not parts:
        return empty()
    offsets = np.cumsum([0] + [len(m.points) for m in parts[:-1]])
    return Mesh(
        np.concatenate([m.points for m in parts]),
        np.concatenate([m.faces + np.int32(o) for m, o in zip(parts, offsets, strict=True)]),
        np.concatenate([m.colours for m in parts]),
    )


def quads(corners: ArrayLike, colours: ArrayLike) -> Mesh:
    """Flat four-sided faces.

    corners: (N, 4, 3), counter-clockwise from the visible side.  colours: (3,), (N, 3) or (N, 4, 3) in 0..255.
    """
    c = np.asarray(corners, dtype=np.float32).reshape(-1, 4, 3)
    n = len(c)
    rgb = np.asarray(colours)
    if rgb.ndim == 2:
        rgb = rgb[:, None, :]
    first = np.arange(n, dtype=np.int32)[:, None] * 4
    corner = np.array([[0, 1, 2], [0, 2, 3]], dtype=np.int32)
    faces = (first[:, None, :] + corner).reshape(-1, 3)
    return Mesh(c.reshape(-1, 3), faces, np.broadcast_to(rgb, (n, 4, 3)).reshape(-1, 3).astype(np.uint8))


def boxes(low: ArrayLike, high: ArrayLike, colours: ArrayLike, sides: Sequence[str] = NO_BOTTOM) -> Mesh:
    """Boxes along the axes. low, high: (N, 3), metres. colours: (3,) or (N, 3)."""
    lo = np.asarray(low, dtype=np.float64).reshape(-1, 1, 3)
    hi = np.asarray(high, dtype=np.float64).reshape(-1, 1, 3)
    corners = lo + _BOX_CORNERS * (hi - lo)
    index = np.array([_BOX_FACES[s] for s in sides])
    rgb = np.broadcast_to(np.asarray(colours), (len(lo), 3))
    return quads(corners[:, index].reshape(-1, 4, 3), np.repeat(rgb, len(sides), axis=0))


def box(low: ArrayLike, high: ArrayLike, colour: ArrayLike, sides: Sequence[str] = NO_BOTTOM) -> Mesh:
    """One box along the axes from corner `low` to corner `high`."""
    return boxes(np.asarray(low)[None], np.asarray(high)[None], colour, sides)


def turned_boxes(
    centres: ArrayLike, sizes: ArrayLike, bearing_deg: ArrayLike, colours: ArrayLike, sides: Sequence[str] = NO_BOTTOM
) -> Mesh:
    """Boxes standing on `centres` (N, 3), `sizes` (N, 3) = right, forward, up, turned to `bearing_deg` (N,)."""
    base = np.asarray(centres, dtype=np.float64).reshape(-1, 1, 3)
    size = np.broadcast_to(np.asarray(sizes, dtype=np.float64), (len(base), 3))[:, None, :]
    local = (_BOX_CORNERS - [0.5, 0.5, 0.0]) * size
    angle = np.radians(np.broadcast_to(np.asarray(bearing_deg, dtype=np.float64), (len(base),)))[:, None]
    sin, cos = np.sin(angle), np.cos(angle)
    corners = local.copy()
    corners[..., 0] = local[..., 0] * cos + local[..., 1] * sin
    corners[..., 1] = -local[..., 0] * sin + local[..., 1] * cos
    index = np.array([_BOX_FACES[s] for s in sides])
    rgb = np.broadcast_to(np.asarray(colours), (len(base), 3))
    return quads((corners + base)[:, index].reshape(-1, 4, 3), np.repeat(rgb, len(sides), axis=0))


def beams(
    start: ArrayLike, end: ArrayLike, width: ArrayLike, height: ArrayLike, colours: ArrayLike, capped: bool = False
) -> Mesh:
    """Straight beams of rectangular section, with end caps where `capped`.

    start, end: (N, 3), metres, the centre line.  width: horizontal, height: the other way, scalars or (N,).
    """
    p = np.asarray(start, dtype=np.float64).reshape(-1, 3)
    q = np.asarray(end, dtype=np.float64).reshape(-1, 3)
    n = len(p)
    axis = q - p
    axis /= np.maximum(np.linalg.norm(axis, axis=1, keepdims=True), 1e-9)
    upright = np.abs(axis[:, 2]) > 0.999
    right = np.where(upright[:, None], [1.0, 0.0, 0.0], np.cross(axis, [0.0, 0.0, 1.0]))
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    up = np.cross(right, axis)
    w = np.broadcast_to(np.asarray(width, dtype=np.float64), (n,))[:, None] / 2
    h = np.broadcast_to(np.asarray(height, dtype=np.float64), (n,))[:, None] / 2
    sideways, upward = right * w, up * h
    near = np.stack([p - sideways - upward, p + sideways - upward, p + sideways + upward, p - sideways + upward], 1)
    far = near + (q - p)[:, None, :]
    corner = np.concatenate([near, far], axis=1)
    index = np.array([[1, 5, 6, 2], [4, 0, 3, 7], [3, 2, 6, 7], [4, 5, 1, 0], [0, 1, 2, 3], [5, 4, 7, 6]])
    index = index if capped else index[:4]
    rgb = np.broadcast_to(np.asarray(colours), (n, 3))
    return quads(corner[:, index].reshape(-1, 4, 3), np.repeat(rgb, len(index), axis=0))


def polygon(shape: BaseGeometry | Sequence[tuple[float, float]], z: float, colour: ArrayLike) -> Mesh:
    """A flat area seen from above at height `z`: a shapely polygon with holes, several, or a ring of points."""
    flat = Polygon(shape) if isinstance(shape, Sequence) else shape
    return polygons([flat], z, [colour])


def polygons(shapes: Sequence[BaseGeometry] | NDArray[np.object_], z: float, colours: ArrayLike) -> Mesh:
    """Many flat areas at once, each in its colour: colours (N, 3)."""
    flat = shapely.force_2d(np.array(shapes, dtype=object))
    pieces, owner = shapely.get_parts(shapely.constrained_delaunay_triangles(flat), return_index=True)
    if len(pieces) == 0:
        return empty()
    ring = shapely.get_coordinates(pieces).reshape(-1, 4, 2)[:, :3]
    a, b = ring[:, 1] - ring[:, 0], ring[:, 2] - ring[:, 0]
    clockwise = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0] < 0
    ring[clockwise] = ring[clockwise][:, ::-1]
    corner = ring.reshape(-1, 2)
    # Corners of one area's triangles are shared; those of another's are not: they have another colour.
    order = np.lexsort((corner[:, 1], corner[:, 0], np.repeat(owner, 3)))
    key = np.column_stack([np.repeat(owner, 3), corner])[order]
    first = np.concatenate([[True], (key[1:] != key[:-1]).any(axis=1)])
    index = np.empty(len(corner), dtype=np.int32)
    index[order] = np.cumsum(first) - 1
    rgb = np.asarray(colours).reshape(-1, 3)[key[first, 0].astype(np.intp)]
    points = np.column_stack([key[first, 1:], np.full(int(first.sum()), z)])
    return Mesh(points.astype(np.float32), index.reshape(-1, 3), rgb.astype(np.uint8))


def cells(area: BaseGeometry, size_m: float, z: float, colour: ArrayLike) -> Mesh:
    """A flat area cut into squares of `size_m`, so that light can lie on a part of it."""
    found = squares(area, size_m)
    return polygons(found, z, np.broadcast_to(np.asarray(colour), (len(found), 3)))


def squares(area: BaseGeometry, size_m: float) -> NDArray[np.object_]:
    """The parts of an area in each square of a grid of `size_m`."""
    if area.is_empty:
        return np.zeros(0, dtype=object)
    west, south, east, north = np.floor(np.array(area.bounds) / size_m) * size_m
    pieces = []
    for x in np.arange(west, east + size_m, size_m).tolist():  # strips first: a strip has few corners
        strip_ = shapely.clip_by_rect(area, x, south - 1.0, x + size_m, north + size_m + 1.0)
        if not strip_.is_empty:
            _, low, _, high = strip_.bounds
            steps = np.arange(np.floor(low / size_m) * size_m, high, size_m).tolist()
            pieces += [shapely.clip_by_rect(strip_, x, y, x + size_m, y + size_m) for y in steps]
    found = np.array(pieces, dtype=object)
    found = found[shapely.area(found) > 1e-3]
    broken = ~shapely.is_valid(found)
    found[broken] = shapely.buffer(found[broken], 0.0)
    return found


def walls(ring: ArrayLike, low: float, high: float, colour: ArrayLike, foot: float = 1.0) -> Mesh:
    """Upright walls around a ring of points (N, 2), seen from outside. `foot` darkens the lower edge; 1 does not."""
    r = np.asarray(ring, dtype=np.float64)[:, :2]
    if len(r) > 1 and np.allclose(r[0], r[-1]):
        r = r[:-1]
    if _area(r) < 0:
        r = r[::-1]
    a, b = r, np.roll(r, -1, axis=0)
    n = len(r)
    corners = np.empty((n, 4, 3))
    corners[:, 0, :2], corners[:, 1, :2], corners[:, 2, :2], corners[:, 3, :2] = a, b, b, a
    corners[:, :2, 2], corners[:, 2:, 2] = low, high
    rgb = np.broadcast_to(np.asarray(colour, dtype=np.float64), (n, 3))
    shades = np.stack([rgb * foot, rgb * foot, rgb, rgb], axis=1)
    return quads(corners, shades)


def prism(
    shape: BaseGeometry | Sequence[tuple[float, float]],
    low: float,
    high: float,
    wall: ArrayLike,
    roof: ArrayLike,
    foot: float = 1.0,
) -> Mesh:
    """An outline pulled up from `low` to `high`: walls all round (holes too) and a roof."""
    flat = Polygon(shape) if isinstance(shape, Sequence) else shape
    parts: list[Polygon] = list(shapely.get_parts(flat))
    made = [polygon(flat, high, roof)]
    for part in parts:
        made.append(walls(np.array(part.exterior.coords), low, high, wall, foot))
        made += [flipped(walls(np.array(hole.coords), low, high, wall, foot)) for hole in part.interiors]
    return merge(made)


def strip(line: ArrayLike, width: float, z: float, colour: ArrayLike) -> Mesh:
    """A flat band of `width` along a polyline (N, 2), with mitred joints."""
    p = np.asarray(line, dtype=np.float64)[:, :2]
    p = p[np.concatenate([[True], np.linalg.norm(np.diff(p, axis=0), axis=1) > 1e-6])]
    if len(p) < 2:
        return empty()
    step = np.diff(p, axis=0)
    step /= np.linalg.norm(step, axis=1, keepdims=True)
    left = np.column_stack([-step[:, 1], step[:, 0]])
    joint = np.vstack([left[:1], left[:-1] + left[1:], left[-1:]])
    joint /= np.maximum(np.linalg.norm(joint, axis=1, keepdims=True), 1e-9)
    inner = np.concatenate([left[:1], left])
    stretch = 1.0 / np.maximum((joint * inner).sum(axis=1, keepdims=True), 0.35)
    side = joint * stretch * (width / 2)
    a, b = p + side, p - side
    corners = np.empty((len(p) - 1, 4, 3))
    corners[:, 0, :2], corners[:, 1, :2] = b[:-1], b[1:]
    corners[:, 2, :2], corners[:, 3, :2] = a[1:], a[:-1]
    corners[..., 2] = z
    return quads(corners, colour)


def segments(start: ArrayLike, end: ArrayLike, width: ArrayLike, z: float, colours: ArrayLike) -> Mesh:
    """Many separate flat bands at once. start, end: (N, 2). width: scalar or (N,)."""
    a = np.asarray(start, dtype=np.float64).reshape(-1, 2)
    b = np.asarray(end, dtype=np.float64).reshape(-1, 2)
    along = b - a
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    half = np.broadcast_to(np.asarray(width, dtype=np.float64), (len(a),))[:, None] / 2
    side = np.column_stack([-along[:, 1], along[:, 0]]) * half
    corners = np.empty((len(a), 4, 3))
    corners[:, 0, :2], corners[:, 1, :2] = a - side, b - side
    corners[:, 2, :2], corners[:, 3, :2] = b + side, a + side
    corners[..., 2] = z
    return quads(corners, colours)


def dashes(line: ArrayLike, dash_m: float, gap_m: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Start and end points (N, 2) of dashes along a polyline."""
    p = np.asarray(line, dtype=np.float64)[:, :2]
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(p, axis=0), axis=1))])
    first = np.arange(gap_m / 2, max(length[-1] - dash_m, 0.0), dash_m + gap_m)

    def at(distance: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack([np.interp(distance, length, p[:, 0]), np.interp(distance, length, p[:, 1])])

    return at(first), at(first + dash_m)


def cylinder(
    centre: Sequence[float], radius: float, height: float, colour: ArrayLike, sides: int = 12, top: float | None = None
) -> Mesh:
    """An upright cylinder, or a cone frustum where the upper radius `top` is given, with a lid."""
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    ring = np.column_stack([np.cos(angle), np.sin(angle)])
    upper = radius if top is None else top
    low = np.column_stack([ring * radius + centre[:2], np.full(sides, centre[2])])
    high = np.column_stack([ring * upper + centre[:2], np.full(sides, centre[2] + height)])
    return merge([loft([low, high], colour), fan(high, colour)])


def loft(rings: Sequence[ArrayLike], colours: ArrayLike, closed: bool = True) -> Mesh:
    """Skin over rings of equally many points (K rings of (n, 3)), counter-clockwise seen from the last ring's side.

    colours: (3,) or (K - 1, 3), one for each band between two rings.
    """
    r = np.asarray(rings, dtype=np.float64)
    after = np.roll(r, -1, axis=1) if closed else r[:, 1:]
    here = r if closed else r[:, :-1]
    corners = np.stack([here[:-1], after[:-1], after[1:], here[1:]], axis=2)
    n = corners.shape[1]
    rgb = np.asarray(colours)
    rgb = np.broadcast_to(rgb, (len(r) - 1, 3)) if rgb.ndim == 1 else rgb
    return quads(corners.reshape(-1, 4, 3), np.repeat(rgb, n, axis=0))


def fan(ring: ArrayLike, colour: ArrayLike) -> Mesh:
    """A flat convex face over a ring (N, 3), counter-clockwise from the visible side."""
    r = np.asarray(ring, dtype=np.float32)
    k = np.arange(1, len(r) - 1, dtype=np.int32)
    faces = np.column_stack([np.zeros_like(k), k, k + 1])
    return Mesh(r, faces, np.array(np.broadcast_to(np.asarray(colour, dtype=np.uint8), r.shape)))


def flipped(mesh: Mesh) -> Mesh:
    """The same faces seen from the other side."""
    return mesh._replace(faces=np.ascontiguousarray(mesh.faces[:, ::-1]))


def mirrored(mesh: Mesh) -> Mesh:
    """The mesh mirrored left to right (x)."""
    return flipped(mesh._replace(points=(mesh.points * np.array([-1, 1, 1], np.float32))))


def placed(mesh: Mesh, x: float, y: float, z: float = 0.0, bearing_deg: float = 0.0) -> Mesh:
    """The mesh turned clockwise by `bearing_deg` (a model looks north at 0) and moved to (x, y, z)."""
    angle = np.radians(bearing_deg)
    sin, cos = np.sin(angle), np.cos(angle)
    turn = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    return mesh._replace(points=(mesh.points @ turn + [x, y, z]).astype(np.float32))


def copies(mesh: Mesh, xyz: ArrayLike, bearing_deg: ArrayLike) -> Mesh:
    """The same mesh at many places: xyz (N, 3), bearing_deg scalar or (N,)."""
    at = np.asarray(xyz, dtype=np.float64).reshape(-1, 3)
    n, k = len(at), len(mesh.points)
    if n == 0:
        return empty()
    angle = np.radians(np.broadcast_to(np.asarray(bearing_deg, dtype=np.float64), (n,)))[:, None]
    sin, cos = np.sin(angle), np.cos(angle)
    p = mesh.points.astype(np.float64)
    points = np.empty((n, k, 3), np.float32)
    points[..., 0] = p[:, 0] * cos + p[:, 1] * sin + at[:, :1]
    points[..., 1] = -p[:, 0] * sin + p[:, 1] * cos + at[:, 1:2]
    points[..., 2] = p[:, 2] + at[:, 2:]
    faces = mesh.faces[None] + (np.arange(n, dtype=np.int32) * k)[:, None, None]
    return Mesh(points.reshape(-1, 3), faces.reshape(-1, 3).astype(np.int32), np.tile(mesh.colours, (n, 1)))


def coarse(mesh: Mesh, thin_m: float, short_m: float) -> Mesh:
    """The mesh without triangles that are nowhere thicker than `thin_m` or nowhere longer than `short_m`, metres: what
    is left of it where they are smaller than a pixel."""
    corner = mesh.points[mesh.faces].astype(np.float64)
    longest = np.linalg.norm(np.roll(corner, -1, axis=1) - corner, axis=2).max(axis=1)
    area2 = np.linalg.norm(np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1)
    kept = mesh.faces[(longest > short_m) & (area2 > thin_m * longest)]
    used, faces = np.unique(kept, return_inverse=True)
    return Mesh(mesh.points[used], faces.reshape(-1, 3).astype(np.int32), mesh.colours[used])


def tinted(mesh: Mesh, factor: float) -> Mesh:
    """The mesh with all colours multiplied by `factor`."""
    return mesh._replace(colours=np.clip(mesh.colours * factor, 0, 255).astype(np.uint8))


def grounded(mesh: Mesh, height_m: float = 5.0, foot: float = 0.72) -> Mesh:
    """The mesh darkened towards its lowest point, as things are where they stand: the light does not reach there."""
    z = mesh.points[:, 2] - mesh.points[:, 2].min() if len(mesh.points) else mesh.points[:, 2]
    factor = foot + (1 - foot) * np.clip(z / height_m, 0, 1)
    return mesh._replace(colours=(mesh.colours * factor[:, None]).astype(np.uint8))


def normals(mesh: Mesh) -> FloatArray:
    """Unit normal of each point, that of the (last) face it belongs to. Shape (N, 3)."""
    corner = mesh.points[mesh.faces]
    n = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    # A sliver next to a good triangle of the same face must not decide the normal: sum, do not overwrite.
    at = mesh.faces.T.ravel()
    total = np.column_stack([np.bincount(at, np.tile(n[:, k], 3), len(mesh.points)) for k in range(3)])
    unit: FloatArray = (total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)).astype(np.float32)
    return unit


def _area(ring: NDArray[np.float64]) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) / 2)
