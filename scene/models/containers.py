"""What makes a reefer, a tank, an open top or a flat rack look like one: what comes on or around its body, close by.

In the container's own frame: the middle of its under side is the origin, doors at -y, z up, metres. Only quads, so that
those of a side that is not seen can be left out.
"""

from __future__ import annotations

import functools
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from layers.box_forms import FLAT, LOADED_FLAT, OPEN_TOP, REEFER, TANK
from scene import mesh as m
from scene.bodies import FLOOR_M, TANK_RADIUS_M
from scene.box_faces import FRONT, LEFT, REAR, RIGHT, ROOF
from twin.port_layout import CONTAINER_WIDTH_M

ALWAYS: Final = 5
"""A side of its own: seen whatever stands beside the container."""

_W: Final = CONTAINER_WIDTH_M / 2
_OFF: Final = 0.007
_WHITE, _WHITE_DIM = (232, 235, 237), (221, 225, 228)
_STEEL, _STEEL_DARK, _DARK = (176, 184, 190), (96, 104, 110), (34, 39, 44)
_LED: Final = (84, 222, 150)
_TIMBER: Final = (124, 102, 78)
_SHELL: Final = (206, 211, 214)
_SHEET: Final = (96, 112, 128)


class Dress(NamedTuple):
    """Quads: points (Q, 4, 3) float32, metres; own: their colours (Q, 4, 3) float32, 0..255; share: how much of the
    container's colour is in them, (Q,); side: of `scene.box_faces.SIDES` or `ALWAYS`, (Q,); normals (Q, 3)."""

    points: NDArray[np.float32]
    own: NDArray[np.float32]
    share: NDArray[np.float32]
    side: NDArray[np.int8]
    normals: NDArray[np.float32]


@functools.lru_cache(maxsize=64)
def dress(form: int, length_m: float, height_m: float) -> Dress:
    """What a container of this form and size wears. Raises KeyError for a form that is a plain box."""
    parts = _MAKERS[form](length_m, height_m)
    points = np.concatenate([mesh.points.reshape(-1, 4, 3) for mesh, _, _ in parts])
    own = np.concatenate([mesh.colours.reshape(-1, 4, 3) for mesh, _, _ in parts]).astype(np.float32)
    counts = [len(mesh.points) // 4 for mesh, _, _ in parts]
    normal = np.cross(points[:, 2] - points[:, 0], points[:, 3] - points[:, 1])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    return Dress(points, own, np.repeat([share for _, share, _ in parts], counts).astype(np.float32),
                 np.repeat([side for _, _, side in parts], counts).astype(np.int8), normal.astype(np.float32))


_Part = tuple[m.Mesh, float, int]


def _reefer(length_m: float, height_m: float) -> list[_Part]:
    """White insulated panels over the steel, whose colour is left as a band below and a rail above; the unit at the
    front end."""
    half, top = length_m / 2, height_m - 0.13
    parts: list[_Part] = []
    edges = np.linspace(-half + 0.14, half - 0.14, max(2, 2 * int(length_m / 1.2)) + 1)
    south, north = edges[:-1], edges[1:]
    low = np.full_like(south, 0.55)
    high = np.full_like(south, top)
    tone = np.where(np.arange(len(south))[:, None] % 2, _WHITE, _WHITE_DIM)
    for x, a, b, side in ((_W + _OFF, south, north, RIGHT), (-_W - _OFF, north, south, LEFT)):
        wall = np.full_like(south, x)
        parts.append((m.quads(_walls(wall, a, b, low, high), tone), 0.0, side))
    y = -half - _OFF
    leaves = [[(x0, y, 0.2), (x1, y, 0.2), (x1, y, top), (x0, y, top)] for x0, x1 in ((-1.1, -0.02), (0.02, 1.1))]
    parts.append((m.quads(leaves, _WHITE), 0.0, REAR))
    rods = (-0.78, -0.36, 0.36, 0.78)
    parts.append((m.boxes([(x - 0.025, y - 0.05, 0.1) for x in rods], [(x + 0.025, y - 0.02, top + 0.08) for x in rods],
                          _STEEL_DARK), 0.0, REAR))
    parts.append((m.boxes([(x - 0.03, y - 0.07, 1.02) for x in (-0.78, 0.36)],
                          [(x + 0.45, y - 0.05, 1.07) for x in (-0.78, 0.36)], _STEEL_DARK), 0.0, REAR))
    return parts + [(mesh, 0.0, FRONT) for mesh in _unit(half + _OFF, height_m)]


def _unit(y: float, height_m: float) -> list[m.Mesh]:
    """The refrigerating machinery that fills the front end: evaporator doors, condenser fan, controller, louvres."""
    top, middle, low = height_m - 0.14, 0.56 * height_m, 0.30 * height_m

    def panes(found: list[tuple[float, float, float, float]], out: float, colour: m.Rgb) -> m.Mesh:
        return m.quads([[(x1, y + out, z0), (x0, y + out, z0), (x0, y + out, z1), (x1, y + out, z1)]
                        for x0, x1, z0, z1 in found], colour)

    louvres = [(-0.98, 0.98, z, z + 0.035) for z in np.arange(0.26, low - 0.10, 0.085).tolist()]
    return [
        panes([(-1.1, 1.1, 0.12, top)], 0.0, _WHITE_DIM),
        panes([(-1.04, -0.03, middle + 0.10, top - 0.08), (0.03, 1.04, middle + 0.10, top - 0.08)], 0.012, _WHITE),
        panes([(-1.04, 1.04, 0.18, low)], 0.012, _DARK),
        panes(louvres, 0.02, _STEEL_DARK),
        panes([(-1.04, -0.30, low + 0.06, middle)], 0.014, _STEEL),
        panes([(-0.92, -0.42, low + 0.28, middle - 0.10)], 0.03, _STEEL_DARK),
        panes([(-0.86, -0.64, middle - 0.24, middle - 0.16)], 0.04, _LED),
        _disc(0.42, y + 0.016, 0.5 * (low + middle) + 0.05, 0.56, 0.0, _STEEL_DARK),
        _disc(0.42, y + 0.024, 0.5 * (low + middle) + 0.05, 0.50, 0.0, _DARK),
        _blades(0.42, y + 0.032, 0.5 * (low + middle) + 0.05, 0.46),
        _disc(0.42, y + 0.040, 0.5 * (low + middle) + 0.05, 0.12, 0.0, _STEEL),
        m.boxes([(-0.3, y + 0.012, middle - 0.02)], [(1.04, y + 0.05, middle + 0.05)], _STEEL),
    ]


def _disc(x: float, y: float, z: float, radius: float, inner: float, colour: m.Rgb, sides: int = 16) -> m.Mesh:
    """A disc or ring looking to +y, as quads between neighbouring spokes (a full disc: two sectors a quad)."""
    angle = np.linspace(0.0, 2 * np.pi, sides + 1)
    rim = np.column_stack([x - radius * np.cos(angle), np.full(sides + 1, y), z + radius * np.sin(angle)])
    if inner:
        core = np.column_stack([x - inner * np.cos(angle), np.full(sides + 1, y), z + inner * np.sin(angle)])
        return m.quads(np.stack([rim[:-1], rim[1:], core[1:], core[:-1]], axis=1), colour)
    middle = np.tile([x, y, z], (sides // 2, 1))
    return m.quads(np.stack([middle, rim[0:-2:2], rim[1:-1:2], rim[2::2]], axis=1), colour)


def _blades(x: float, y: float, z: float, radius: float) -> m.Mesh:
    """Five blades of a fan that looks to +y."""
    corners = []
    for turn in np.arange(5) * (2 * np.pi / 5):
        ring = [(turn, 0.1), (turn - 0.25, radius), (turn + 0.35, radius), (turn + 0.55, 0.1)]
        corners.append([(x - r * np.cos(a), y, z + r * np.sin(a)) for a, r in ring])
    return m.quads(corners, _STEEL)


_F8 = NDArray[np.float64]


def _corners(*corners: tuple[_F8, _F8, _F8]) -> _F8:
    """Quads (N, 4, 3) of four corners given as columns x, y, z (N,)."""
    return np.stack([np.column_stack(corner) for corner in corners], axis=1)


def _walls(x: _F8, a: _F8, b: _F8, low: _F8, high: _F8) -> _F8:
    """Upright quads (N, 4, 3) in planes of constant x, from y = a to y = b."""
    return _corners((x, a, low), (x, b, low), (x, b, high), (x, a, high))


def _turned(mesh: m.Mesh) -> m.Mesh:
    """The same quads seen from the other side."""
    return m.quads(mesh.points.reshape(-1, 4, 3)[:, ::-1], mesh.colours.reshape(-1, 4, 3)[:, ::-1])


def _open_top(length_m: float, height_m: float) -> list[_Part]:
    """A tarpaulin over bows, drawn down over the upper side rails and laced there."""
    half, z = length_m / 2 - 0.04, height_m
    bows = np.linspace(-half, half, max(3, round(length_m / 1.1)) + 1)
    middle = 0.5 * (bows[:-1] + bows[1:])
    y = np.sort(np.concatenate([bows, middle]))
    sag = np.where(np.isin(y, bows), 0.09, 0.03)
    sag[[0, -1]] = 0.03
    across = np.array([-_W - 0.02, -0.62 * _W, 0.0, 0.62 * _W, _W + 0.02])
    crown = np.array([0.0, 0.7, 1.0, 0.7, 0.0])
    parts: list[_Part] = []
    up = z + 0.012 + sag[:, None] * crown[None, :] + 0.05 * crown
    strips = []
    for k in range(len(across) - 1):
        a, b = across[k], across[k + 1]
        left, right = np.full(len(y) - 1, a), np.full(len(y) - 1, b)
        strips.append(_corners((right, y[:-1], up[:-1, k + 1]), (right, y[1:], up[1:, k + 1]),
                               (left, y[1:], up[1:, k]), (left, y[:-1], up[:-1, k])))
    parts.append((m.quads(np.concatenate(strips), _SHEET), 0.42, ROOF))
    for side, x in ((RIGHT, _W + 0.02), (LEFT, -_W - 0.02)):
        a, b = (bows[:-1], bows[1:]) if side == RIGHT else (bows[1:], bows[:-1])
        wall, low, high = np.full(len(a), x), np.full(len(a), z - 0.2), np.full(len(a), z + 0.012)
        flap = _walls(wall, a, b, low, high)
        tone = np.where(np.arange(len(a))[:, None] % 2, _SHEET, tuple(int(0.93 * c) for c in _SHEET))
        parts.append((m.quads(flap, tone), 0.42, side))
        low_rope = [(x, p, z - 0.19) for p in bows[:-1]] + [(x, p, z - 0.3) for p in middle]
        high_rope = [(x, p, z - 0.3) for p in middle] + [(x, p, z - 0.19) for p in bows[1:]]
        parts.append((m.beams(low_rope, high_rope, 0.02, 0.02, _DARK), 0.0, side))
    return parts


def _tank(length_m: float, height_m: float) -> list[_Part]:
    """A round tank with dished ends in a frame of posts, rails and struts; walkway, manhole and valve box on it."""
    half, z = length_m / 2, height_m / 2
    radius = min(TANK_RADIUS_M, z - 0.1)
    sides = 20
    angle = np.linspace(0.0, 2 * np.pi, sides, endpoint=False)
    rings = [np.column_stack([np.cos(angle) * radius * r, np.full(sides, y), z + np.sin(angle) * radius * r])
             for y, r in ((-half + 0.16, 0.05), (-half + 0.22, 0.55), (-half + 0.40, 0.88), (-half + 0.62, 1.0),
                          (half - 0.62, 1.0), (half - 0.40, 0.88), (half - 0.22, 0.55), (half - 0.16, 0.05))]
    shell = _turned(m.loft(rings, _SHELL))
    hoops = np.linspace(-half + 1.2, half - 1.2, max(2, round(length_m / 1.8))).tolist()
    belts = [_turned(m.loft([np.column_stack([np.cos(angle) * (radius + 0.015), np.full(sides, y + d),
                                                      z + np.sin(angle) * (radius + 0.015)]) for d in (-0.05, 0.05)],
                                    _STEEL)) for y in hoops]
    post, w, e = 0.15, _W - 0.075, half - 0.075
    ends = (-e, e)
    frame = [
        m.beams([(x, y, 0.0) for x in (-w, w) for y in ends], [(x, y, height_m) for x in (-w, w) for y in ends], post,
                post, _STEEL),
        m.beams([(-w, y, q) for y in ends for q in (0.08, height_m - 0.08)],
                [(w, y, q) for y in ends for q in (0.08, height_m - 0.08)], post, post, _STEEL),
        m.beams([(x, -e, 0.08) for x in (-w, w)], [(x, e, 0.08) for x in (-w, w)], 0.12, 0.14, _STEEL),
        m.beams([(x, -e, height_m - 0.07) for x in (-w, w)], [(x, e, height_m - 0.07) for x in (-w, w)], 0.09, 0.1,
                _STEEL),
        m.beams([(x, y, 0.1) for x in (-w, w) for y in ends],
                [(x, y * 0.72, height_m * 0.62) for x in (-w, w) for y in ends], 0.09, 0.09, _STEEL),
        m.beams([(-w, y, 0.12) for y in ends] + [(w, y, 0.12) for y in ends],
                [(-0.25, y, z - 0.3) for y in ends] + [(0.25, y, z - 0.3) for y in ends], 0.1, 0.1, _STEEL),
    ]
    ladder = np.arange(0.35, height_m - 0.2, 0.3).tolist()
    fittings = [
        m.box((-0.95, -half + 0.5, height_m - 0.07), (-0.5, half - 0.5, height_m - 0.03), _STEEL_DARK),
        m.box((-0.35, -0.35, z + radius - 0.06), (0.35, 0.35, height_m - 0.02), _STEEL_DARK),
        m.boxes([(0.5, -e - 0.05, q) for q in ladder], [(0.85, -e + 0.0, q + 0.035) for q in ladder], _STEEL_DARK),
        m.box((-0.35, -half + 0.05, 0.18), (0.35, -half + 0.5, 0.62), _STEEL_DARK),
    ]
    return [(m.merge([shell]), 0.5, ALWAYS), (m.merge(belts), 0.2, ALWAYS), (m.merge(frame), 0.62, ALWAYS),
            (m.merge(fittings), 0.0, ALWAYS)]


def _flat(length_m: float, height_m: float) -> list[_Part]:
    """A floor of timber between side rails, and the two end walls on posts."""
    half, w = length_m / 2, _W
    planks = np.linspace(-half + 0.35, half - 0.35, max(4, round(length_m / 0.9)) + 1)
    tone = np.where(np.arange(len(planks) - 1)[:, None] % 2, _TIMBER, tuple(int(0.88 * c) for c in _TIMBER))
    south, north = planks[:-1], planks[1:]
    x, z = np.full(len(south), w - 0.12), np.full(len(south), FLOOR_M + 0.012)
    floor = _corners((-x, south, z), (x, south, z), (x, north, z), (-x, north, z))
    ends, e = (-1, 1), half - 0.16
    walls = [
        m.boxes([(-w, s * e - 0.14, 0.0) for s in ends] + [(w - 0.2, s * e - 0.14, 0.0) for s in ends],
                [(-w + 0.2, s * e + 0.14, height_m) for s in ends] + [(w, s * e + 0.14, height_m) for s in ends],
                _STEEL),
        m.boxes([(-w, s * e - 0.12, height_m - 0.2) for s in ends], [(w, s * e + 0.12, height_m) for s in ends], _STEEL,
                m.ALL_SIDES),
        m.boxes([(-w + 0.2, s * e - 0.05, FLOOR_M) for s in ends],
                [(w - 0.2, s * e + 0.05, height_m - 0.35) for s in ends], _STEEL),
    ]
    ribs = np.linspace(-w + 0.5, w - 0.5, 4)
    walls.append(m.boxes([(x0 - 0.05, s * e - 0.1, FLOOR_M) for s in ends for x0 in ribs],
                         [(x0 + 0.05, s * e + 0.1, height_m - 0.3) for s in ends for x0 in ribs], _STEEL))
    return [(m.quads(floor, tone), 0.15, ALWAYS), (m.merge(walls), 0.78, ALWAYS)]


def _loaded_flat(length_m: float, height_m: float) -> list[_Part]:
    """The same with rails below a sheeted load, lashed down."""
    half, w, top = length_m / 2 - 0.68, 1.02, height_m - 0.18
    section = [(-w, FLOOR_M), (-w, 0.72 * top), (-0.72 * w, top), (0.72 * w, top), (w, 0.72 * top), (w, FLOOR_M)]
    rings = [[(x * f, y, FLOOR_M + (q - FLOOR_M) * g) for x, q in section]
             for y, f, g in ((-half, 0.97, 0.86), (-half + 0.5, 1.0, 1.0), (-0.1 * half, 1.0, 0.97),
                             (half - 0.5, 1.0, 1.0), (half, 0.97, 0.86))]
    sheet = m.loft(rings, _SHEET, closed=False)
    caps = []
    for ring, turn in ((rings[0], -1), (rings[-1], 1)):
        a, b, c, d, e, f = ring[::turn]
        caps += [[a, b, e, f], [b, c, d, e]]
    straps = np.linspace(-half + 0.9, half - 0.9, max(2, round(length_m / 2.2)))
    up = top + 0.03
    lashing = m.merge([
        m.beams([(s * (_W - 0.1), y, FLOOR_M) for y in straps for s in (-1, 1)],
                [(s * w * 0.8, y, up - 0.12) for y in straps for s in (-1, 1)], 0.07, 0.05, _DARK),
        m.beams([(-w * 0.8, y, up) for y in straps], [(w * 0.8, y, up) for y in straps], 0.07, 0.05, _DARK),
    ])
    rails = m.box((-_W, -length_m / 2, 0.05), (_W, length_m / 2, FLOOR_M), _STEEL, m.ALL_SIDES)
    cover = m.merge([sheet, m.quads(caps, _SHEET)])
    return [*_flat(length_m, height_m), (rails, 0.8, ALWAYS), (cover, 0.5, ALWAYS), (lashing, 0.0, ALWAYS)]


_MAKERS: Final = {REEFER: _reefer, TANK: _tank, OPEN_TOP: _open_top, FLAT: _flat, LOADED_FLAT: _loaded_flat}
