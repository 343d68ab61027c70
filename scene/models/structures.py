"""What stands in the port: light masts, gate canopy, barrier and booth, H986 hall, sheds, offices, warehouses, tanks,
fenders, bollards, rail wagons. Buildings are made for an outline or a size; the rest has its origin on the ground."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from scene import mesh as m
from scene.materials import WINDOW_LIT

WALL = (148, 156, 162)
WALL_WARM = (158, 156, 150)
WALL_DARK = (96, 106, 114)
ROOF = (118, 127, 134)
ROOF_DARK = (86, 95, 103)
ROOF_BLUE = (82, 106, 128)
WINDOW = (44, 64, 80)
STEEL = (128, 138, 146)
WHITE = (214, 220, 224)
DARK = (50, 57, 64)
NAVY = (42, 78, 122)
RUBBER = (26, 28, 31)
AMBER = (212, 164, 74)
BAR_RED = (186, 74, 62)


def light_mast(height_m: float = 35.0) -> m.Mesh:
    """A high mast with a ring of floodlights."""
    return m.merge([
        m.cylinder((0, 0, 0), 0.55, height_m, STEEL, 6, 0.28),
        m.box((-1.9, -0.35, height_m), (1.9, 0.35, height_m + 0.55), WHITE, m.ALL_SIDES),
        m.box((-0.35, -1.9, height_m), (0.35, 1.9, height_m + 0.55), WHITE, m.ALL_SIDES),
        m.box((-0.9, -0.9, 0.0), (0.9, 0.9, 0.9), DARK),
    ])


def gate_canopy(width_m: float, depth_m: float, height_m: float = 7.0) -> m.Mesh:
    """A flat roof over lanes: `width_m` across the lanes (x), `depth_m` along them (y), on columns."""
    half_w, half_d = width_m / 2, depth_m / 2
    columns = np.linspace(-half_w + 1.0, half_w - 1.0, max(3, int(width_m / 9) + 1))
    return m.merge([
        m.box((-half_w, -half_d, height_m - 1.5), (half_w, half_d, height_m), WHITE, m.ALL_SIDES),
        m.box((-half_w - 0.05, -half_d - 0.05, height_m - 1.1), (half_w + 0.05, half_d + 0.05, height_m - 0.55), NAVY,
              ("south", "east", "north", "west")),
        m.box((-half_w + 1, -half_d + 1, height_m), (half_w - 1, half_d - 1, height_m + 0.5), ROOF),
        m.turned_boxes([(x, y, 0.0) for x in columns for y in (-half_d * 0.6, half_d * 0.6)],
                       (0.7, 0.7, height_m - 1.5), 0.0, WALL),
    ])


def booth() -> m.Mesh:
    """A lane booth with windows all round, on its island."""
    return m.merge([
        m.box((-0.9, -5.5, 0.0), (0.9, 5.5, 0.22), (120, 124, 126)),
        m.box((-0.75, -1.6, 0.22), (0.75, 1.6, 1.2), WHITE),
        m.box((-0.72, -1.55, 1.2), (0.72, 1.55, 2.2), WINDOW),
        m.box((-0.95, -1.8, 2.2), (0.95, 1.8, 2.5), WHITE, m.ALL_SIDES),
        m.boxes([(-0.9, -5.5, 0.22), (-0.9, 5.1, 0.22)], [(0.9, -5.1, 0.9), (0.9, 5.5, 0.9)], AMBER),
        m.beams([(0, 3.6, 0.2)], [(0, 3.6, 4.4)], 0.16, 0.16, DARK),
        m.box((-0.25, 3.2, 4.2), (0.25, 4.0, 4.6), DARK, m.ALL_SIDES),
    ])


def barrier(lane_width_m: float = 3.5) -> m.Mesh:
    """A closed barrier: its post at the origin, the bar to the right."""
    count = 5
    step = (lane_width_m - 0.3) / count
    return m.merge([
        m.box((-0.2, -0.2, 0.0), (0.2, 0.2, 1.1), AMBER),
        m.boxes([(0.2 + k * step, -0.05, 0.92) for k in range(count)],
                [(0.2 + (k + 1) * step, 0.05, 1.04) for k in range(count)],
                [BAR_RED if k % 2 else WHITE for k in range(count)], m.ALL_SIDES),
    ])


def weighbridge(length_m: float = 18.0, width_m: float = 3.4) -> m.Mesh:
    """A weighbridge deck let into the lane."""
    return m.merge([
        m.box((-width_m / 2, -length_m / 2, 0.0), (width_m / 2, length_m / 2, 0.12), (82, 88, 92)),
        m.boxes([(-width_m / 2 - 0.3, y, 0) for y in (-length_m / 2, length_m / 2 - 0.4)],
                [(width_m / 2 + 0.3, y + 0.4, 0.14) for y in (-length_m / 2, length_m / 2 - 0.4)], AMBER),
    ])


def oriented_box(outline: NDArray[np.float64]) -> tuple[NDArray[np.float64], float, float, float]:
    """Centre (2,), length along the longest side, width and the bearing of the longest side of an outline (N, 2)."""
    rectangle = np.asarray(shapely.get_coordinates(shapely.oriented_envelope(shapely.MultiPoint(outline))))[:4]
    sides = np.diff(np.vstack([rectangle, rectangle[:1]]), axis=0)
    lengths = np.linalg.norm(sides, axis=1)
    longest = int(np.argmax(lengths[:2]))
    direction = sides[longest]
    bearing = float(np.degrees(np.arctan2(direction[0], direction[1])))
    return rectangle.mean(axis=0), float(lengths[longest]), float(lengths[1 - longest]), bearing


def office(length_m: float, width_m: float, height_m: float, lit_share: float = 0.0, seed: int = 0) -> m.Mesh:
    """A building with bands of windows; long side along y. `lit_share` of the windows are lit."""
    half_w, half_l = width_m / 2, length_m / 2
    storeys = max(1, round(height_m / 3.6))
    storey = height_m / storeys
    rng = np.random.default_rng(seed)
    parts = [
        m.grounded(m.box((-half_w, -half_l, 0), (half_w, half_l, height_m), WALL_WARM), 9, 0.78),
        m.box((-half_w - 0.3, -half_l - 0.3, height_m), (half_w + 0.3, half_l + 0.3, height_m + 0.8), WHITE),
        m.box((-half_w * 0.35, -half_l * 0.25, height_m + 0.8), (half_w * 0.35, half_l * 0.1, height_m + 3.2),
              ROOF_DARK),
        m.box((half_w, -3.0, 0), (half_w + 2.6, 3.0, 0.25), ROOF),
        m.box((half_w, -3.4, 3.2), (half_w + 3.0, 3.4, 3.6), NAVY, m.ALL_SIDES),
    ]
    panes, colour = [], []
    edges = np.linspace(-half_l + 0.8, half_l - 0.8, max(1, int(length_m / 9)) + 1)
    x, y = half_w + 0.06, half_l + 0.06
    for k in range(storeys):
        z0, z1 = k * storey + 1.0, k * storey + storey - 0.7
        for south, north in zip(edges[:-1] + 0.25, edges[1:] - 0.25, strict=True):
            panes.append([(x, south, z0), (x, north, z0), (x, north, z1), (x, south, z1)])
            panes.append([(-x, north, z0), (-x, south, z0), (-x, south, z1), (-x, north, z1)])
        west, east = -half_w + 0.8, half_w - 0.8
        panes.append([(east, y, z0), (west, y, z0), (west, y, z1), (east, y, z1)])
        panes.append([(west, -y, z0), (east, -y, z0), (east, -y, z1), (west, -y, z1)])
    colour = [WINDOW_LIT if lit else WINDOW for lit in rng.random(len(panes)) < lit_share]
    parts.append(m.quads(panes, colour))
    return m.merge(parts)


def shed(length_m: float, width_m: float, height_m: float, roof: m.Rgb = ROOF_BLUE) -> m.Mesh:
    """A hall with a low pitched roof, roof lights and doors; long side and ridge along y."""
    half_w, half_l = width_m / 2, length_m / 2
    eave, ridge = height_m * 0.86, height_m
    section = [(-half_w, 0.0), (half_w, 0.0), (half_w, eave), (0.0, ridge), (-half_w, eave)]
    ends = []
    for y, turn in ((-half_l, 1), (half_l, -1)):
        ends.append(m.fan([(x, y, z) for x, z in section[::turn]], WALL))
    over = 0.8
    slope = (ridge - eave) / half_w
    low_edge = eave - over * slope
    parts = [
        m.merge(ends),
        m.box((-half_w, -half_l, 0), (half_w, half_l, eave), WALL, ("east", "west")),
        m.quads([[(half_w + over, -half_l - over, low_edge), (half_w + over, half_l + over, low_edge),
                  (0, half_l + over, ridge), (0, -half_l - over, ridge)],
                 [(-half_w - over, half_l + over, low_edge), (-half_w - over, -half_l - over, low_edge),
                  (0, -half_l - over, ridge), (0, half_l + over, ridge)]], roof),
    ]
    doors = max(1, int(length_m / 14))
    y = (np.arange(doors) + 0.5) * length_m / doors - half_l
    parts.append(_doors(y, half_w + 0.06, min(5.0, eave * 0.7)))
    parts.append(_roof_lights(y, half_w, ridge + 0.06, slope))
    return m.grounded(m.merge(parts), 6.0, 0.78)


def _doors(y: NDArray[np.float64], x: float, height_m: float) -> m.Mesh:
    """Doors 4.8 m wide at places `y` of both long sides at +-x."""
    south, north = y - 2.4, y + 2.4
    low, high = np.zeros_like(y), np.full_like(y, height_m)
    wall = np.full_like(y, x)
    panes = [_upright(wall, south, north, low, high), _upright(-wall, north, south, low, high)]
    return m.quads(np.concatenate(panes), WALL_DARK)


def _upright(
    x: NDArray[np.float64], a: NDArray[np.float64], b: NDArray[np.float64], low: NDArray[np.float64],
    high: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Corners (N, 4, 3) of panes in planes of constant x, from y = a to y = b."""
    return np.stack([np.column_stack(c) for c in ((x, a, low), (x, b, low), (x, b, high), (x, a, high))], axis=1)


def _roof_lights(y: NDArray[np.float64], half_w: float, ridge_m: float, slope: float) -> m.Mesh:
    """A light strip on either side of the ridge at each place `y`."""
    inner, outer = half_w * 0.25, half_w * 0.75
    z0, z1 = ridge_m - inner * slope, ridge_m - outer * slope
    corners = np.empty((2, len(y), 4, 3))
    for k, side in enumerate((1, -1)):
        order = ((outer, -0.8, z1), (outer, 0.8, z1), (inner, 0.8, z0), (inner, -0.8, z0))[::side]
        for c, (x, dy, z) in enumerate(order):
            corners[k, :, c] = np.column_stack([np.full_like(y, side * x), y + dy, np.full_like(y, z)])
    return m.quads(corners.reshape(-1, 4, 3), (128, 146, 158))


def h986_hall(length_m: float, width_m: float, height_m: float) -> m.Mesh:
    """The H986 scanner: a thick-walled drive-through hall along y with portals at both ends and a shield tower."""
    half_w, half_l = width_m / 2, length_m / 2
    wall = max(1.6, width_m * 0.12)
    clear = min(6.0, height_m * 0.6)
    gate = min(half_w - wall, 3.4)
    concrete = (168, 174, 178)
    parts = [
        m.box((-half_w, -half_l, 0), (-gate, half_l, height_m), concrete, m.ALL_SIDES),
        m.box((gate, -half_l, 0), (half_w, half_l, height_m), concrete, m.ALL_SIDES),
        m.box((-gate, -half_l, clear), (gate, half_l, height_m), concrete, m.ALL_SIDES),
        m.box((-half_w - 0.4, -half_l * 0.22, 0), (half_w + 0.4, half_l * 0.22, height_m + 3.0), (188, 194, 198)),
        m.box((-half_w - 0.45, -half_l * 0.22 - 0.05, height_m - 0.2), (half_w + 0.45, half_l * 0.22 + 0.05,
              height_m + 1.1), NAVY, ("south", "east", "north", "west")),
        m.boxes([(-gate - 0.02, s * half_l - 0.3, 0) for s in (-1, 1)], [(-gate + 0.3, s * half_l + 0.3, clear)
                for s in (-1, 1)], AMBER),
        m.boxes([(gate - 0.3, s * half_l - 0.3, 0) for s in (-1, 1)], [(gate + 0.02, s * half_l + 0.3, clear)
                for s in (-1, 1)], AMBER),
        m.box((half_w, half_l * 0.35, 0), (half_w + 6.0, half_l * 0.9, 4.2), WALL_WARM),
        m.box((half_w + 6.0, half_l * 0.42, 1.3), (half_w + 6.05, half_l * 0.83, 2.8), WINDOW, ("east",)),
    ]
    return m.grounded(m.merge(parts), 6.0, 0.8)


def tank(radius_m: float, height_m: float) -> m.Mesh:
    """A storage tank with a low cone roof and a stair."""
    return m.grounded(m.merge([
        m.cylinder((0, 0, 0), radius_m, height_m, (186, 192, 194), 20),
        m.cylinder((0, 0, height_m), radius_m, radius_m * 0.12, (170, 177, 180), 20, radius_m * 0.1),
        m.beams([(radius_m + 0.5, -radius_m * 0.5, 0.3)],
                [(radius_m * 0.75 + 0.5, radius_m * 0.7, height_m)], 0.8, 0.25,
                STEEL),
    ]), 10, 0.8)


def bollard() -> m.Mesh:
    """A mooring bollard."""
    return m.merge([m.cylinder((0, 0, 0), 0.38, 0.55, DARK, 6, 0.3), m.cylinder((0, 0, 0.55), 0.5, 0.2, DARK, 6, 0.45)])


def fender() -> m.Mesh:
    """A cone fender with its panel on the quay face; the face looks to +x, the origin is at its upper edge."""
    return m.merge([
        m.box((0.0, -0.7, -2.8), (1.1, 0.7, -1.2), RUBBER, m.ALL_SIDES),
        m.box((1.1, -1.2, -3.8), (1.4, 1.2, -0.5), (58, 64, 70), m.ALL_SIDES),
    ])


def rail_wagon() -> m.Mesh:
    """A container flat wagon for two twenty-foot boxes, 13.9 m over buffers; deck at 1.1 m."""
    return m.merge([
        m.box((-1.3, -6.6, 0.85), (1.3, 6.6, 1.1), (92, 82, 74), m.ALL_SIDES),
        m.box((-0.3, -6.9, 0.7), (0.3, 6.9, 0.95), DARK, m.ALL_SIDES),
        m.boxes([(-0.95, y - 1.3, 0.0) for y in (-4.6, 4.6)], [(0.95, y + 1.3, 0.8) for y in (-4.6, 4.6)], DARK),
    ])
