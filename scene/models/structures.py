"""What stands in the port: light masts, gate canopy, barrier and booth, H986 hall, sheds, offices, warehouses, tanks,
fenders, bollards, rail wagons. Buildings are made for an outline or a size; the rest has its origin on the ground."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from scene import mesh as m
from scene.materials import BEACON, GO, LAMP, WINDOW_COOL, WINDOW_LIT

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
ROOF_LIGHT = (150, 164, 172)
FLAG_RED = (188, 44, 40)
GOLD = (196, 164, 92)
CONCRETE = (168, 174, 178)
BAR_M = 0.98  # height of a barrier's hinge


def light_mast(height_m: float = 35.0) -> m.Mesh:
    """A high mast with a ring of floodlights."""
    return m.merge([
        m.cylinder((0, 0, 0), 0.55, height_m, STEEL, 6, 0.28),
        m.box((-1.9, -0.35, height_m), (1.9, 0.35, height_m + 0.45), STEEL, m.ALL_SIDES),
        m.box((-0.35, -1.9, height_m), (0.35, 1.9, height_m + 0.45), STEEL, m.ALL_SIDES),
        m.boxes([(x - 0.55, y - 0.55, height_m - 0.5) for x, y in ((1.6, 0), (-1.6, 0), (0, 1.6), (0, -1.6))],
                [(x + 0.55, y + 0.55, height_m) for x, y in ((1.6, 0), (-1.6, 0), (0, 1.6), (0, -1.6))], LAMP,
                m.ALL_SIDES),
        m.box((-0.9, -0.9, 0.0), (0.9, 0.9, 0.9), DARK),
    ])


def gate_canopy(width_m: float, depth_m: float, height_m: float = 7.0) -> m.Mesh:
    """A flat roof over lanes: `width_m` across the lanes (x), `depth_m` along them (y), on columns, lit from below."""
    half_w, half_d = width_m / 2, depth_m / 2
    columns = np.linspace(-half_w + 1.0, half_w - 1.0, max(3, int(width_m / 9) + 1))
    lights = np.linspace(-half_w + 5.0, half_w - 5.0, max(2, int(width_m / 6)))
    roof = np.linspace(-half_w + 3.0, half_w - 3.0, max(2, int(width_m / 12) + 1))
    under = height_m - 1.5
    return m.merge([
        m.box((-half_w, -half_d, under), (half_w, half_d, height_m), WHITE, m.ALL_SIDES),
        m.box((-half_w - 0.05, -half_d - 0.05, height_m - 1.15), (half_w + 0.05, half_d + 0.05, height_m - 0.4), NAVY,
              ("south", "east", "north", "west")),
        m.box((-half_w + 1, -half_d + 1, height_m), (half_w - 1, half_d - 1, height_m + 0.4), ROOF),
        m.boxes([(x - 1.2, -half_d + 2.5, height_m + 0.4) for x in roof],
                [(x + 1.2, half_d - 2.5, height_m + 0.75) for x in roof], ROOF_LIGHT),
        m.boxes([(x - 0.5, y - 2.2, under - 0.12) for x in lights for y in (-half_d * 0.5, half_d * 0.5)],
                [(x + 0.5, y + 2.2, under - 0.02) for x in lights for y in (-half_d * 0.5, half_d * 0.5)], LAMP,
                m.ALL_SIDES),
        m.turned_boxes([(x, y, 0.0) for x in columns for y in (-half_d * 0.6, half_d * 0.6)],
                       (0.7, 0.7, under), 0.0, WALL),
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


def barrier_post() -> m.Mesh:
    """The post of a barrier and the lane's signal on it; the bar turns about (0, 0, `BAR_M`)."""
    return m.merge([
        m.box((-0.25, -0.3, 0.0), (0.2, 0.3, 1.15), AMBER),
        m.box((-0.3, -0.35, 1.15), (0.25, 0.35, 1.25), DARK),
        m.box((-0.08, -0.08, 1.25), (0.08, 0.08, 2.9), DARK),
        m.box((-0.25, -0.2, 2.9), (0.25, 0.2, 3.7), DARK, m.ALL_SIDES),
        m.box((-0.2, -0.24, 2.98), (0.2, -0.2, 3.62), GO, ("south",)),
    ])


def barrier_bar(lane_width_m: float = 3.5) -> m.Mesh:
    """The bar of a barrier, closed: from its hinge at the origin to the right."""
    count = 5
    step = (lane_width_m - 0.3) / count
    return m.merge([
        m.box((-0.55, -0.09, -0.12), (0.2, 0.09, 0.12), DARK, m.ALL_SIDES),
        m.boxes([(0.2 + k * step, -0.05, -0.07) for k in range(count)],
                [(0.2 + (k + 1) * step, 0.05, 0.07) for k in range(count)],
                [BAR_RED if k % 2 else WHITE for k in range(count)], m.ALL_SIDES),
    ])


def reading_portal(width_m: float) -> m.Mesh:
    """A frame over the lanes that reads container numbers and plates: cameras and lamps on a beam, `width_m` across."""
    half = width_m / 2
    cameras = np.linspace(-half + 1.5, half - 1.5, max(2, int(width_m / 3.0)))
    return m.merge([
        m.boxes([(-half - 0.3, -0.3, 0.0), (half - 0.3, -0.3, 0.0)], [(-half + 0.3, 0.3, 6.4), (half + 0.3, 0.3, 6.4)],
                STEEL),
        m.box((-half - 0.3, -0.4, 6.0), (half + 0.3, 0.4, 6.6), STEEL, m.ALL_SIDES),
        m.boxes([(x - 0.2, -0.75, 5.6) for x in cameras], [(x + 0.2, -0.15, 5.95) for x in cameras], DARK, m.ALL_SIDES),
        m.boxes([(x - 0.45, 0.1, 5.82) for x in cameras], [(x + 0.45, 0.5, 5.98) for x in cameras], LAMP, m.ALL_SIDES),
    ])


def radiation_pillar() -> m.Mesh:
    """One of the two pillars between which radiation of a truck's load is measured."""
    return m.merge([
        m.box((-0.3, -0.6, 0.0), (0.3, 0.6, 3.6), AMBER),
        m.box((-0.32, -0.62, 0.0), (0.32, 0.62, 0.5), DARK),
        m.box((-0.34, -0.4, 0.9), (0.34, 0.4, 3.2), WHITE, ("east", "west")),
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
    chance = rng.random(len(panes))
    colour = [WINDOW_LIT if c < 0.6 * lit_share else WINDOW_COOL if c < lit_share else WINDOW for c in chance]
    parts.append(m.quads(panes, colour))
    return m.merge(parts)


def customs_house(length_m: float, width_m: float, height_m: float, lit_share: float = 0.0, seed: int = 0) -> m.Mesh:
    """A customs building: an office house with a navy crown and a golden line, a hall before it and three flagpoles."""
    half_w, half_l = width_m / 2, length_m / 2
    pole = half_w + 13.0
    return m.merge([
        office(length_m, width_m, height_m, lit_share, seed),
        _belt(half_w + 0.36, half_l + 0.36, height_m - 0.6, height_m + 1.6, NAVY),
        _belt(half_w + 0.4, half_l + 0.4, height_m - 0.9, height_m - 0.5, GOLD),
        m.box((half_w, -9.0, 0.0), (half_w + 7.0, 9.0, 6.2), WALL_WARM),
        m.box((half_w + 7.0, -8.0, 0.4), (half_w + 7.06, 8.0, 5.0), WINDOW_LIT, ("east",)),
        m.box((half_w - 0.1, -10.0, 6.2), (half_w + 8.2, 10.0, 7.0), NAVY, m.ALL_SIDES),
        m.beams([(pole, y, 0.0) for y in (-4.0, 0.0, 4.0)], [(pole, y, 13.0) for y in (-4.0, 0.0, 4.0)], 0.18, 0.18,
                WHITE),
        m.box((pole, 0.1, 10.4), (pole + 0.06, 3.4, 12.6), FLAG_RED, m.ALL_SIDES),
    ])


def _belt(half_w: float, half_l: float, low: float, high: float, colour: m.Rgb) -> m.Mesh:
    return m.box((-half_w, -half_l, low), (half_w, half_l, high), colour, ("south", "east", "north", "west"))


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
    """The H986 scanner: a thick-walled drive-through hall along y, a shield tower over the accelerator in the middle,
    striped portals with signals at both ends, the control cabin at its side."""
    half_w, half_l = width_m / 2, length_m / 2
    wall = max(1.6, width_m * 0.12)
    clear = min(6.0, height_m * 0.6)
    gate = min(half_w - wall, 3.4)
    shield = half_l * 0.22
    ends = (-1, 1)
    stripes = [(x, s * half_l, z) for s in ends for x in (-gate - 0.9, gate) for z in np.arange(0.0, clear, 1.6)]
    ribs = [y for y in np.arange(-half_l + 3.0, half_l - 2.0, 5.0) if abs(y) > shield + 1.0]
    signals = [(x, s * half_l) for s in ends for x in (-gate - 1.6, gate + 1.6)]
    body = [
        m.box((-half_w, -half_l, 0), (-gate, half_l, height_m), CONCRETE, m.ALL_SIDES),
        m.box((gate, -half_l, 0), (half_w, half_l, height_m), CONCRETE, m.ALL_SIDES),
        m.box((-gate, -half_l, clear), (gate, half_l, height_m), CONCRETE, m.ALL_SIDES),
        m.boxes([(s * half_w - 0.25, y - 0.35, 0.0) for y in ribs for s in ends],
                [(s * half_w + 0.25, y + 0.35, height_m - 0.4) for y in ribs for s in ends], WALL),
        m.box((-half_w - 0.5, -half_l - 0.5, height_m), (half_w + 0.5, half_l + 0.5, height_m + 0.5), ROOF_DARK),
        m.box((-half_w - 0.4, -shield, 0), (half_w + 0.4, shield, height_m + 3.6), (196, 200, 202)),
        m.box((half_w, half_l * 0.35, 0), (half_w + 6.0, half_l * 0.9, 4.2), WALL_WARM),
    ]
    fittings = [
        _belt(half_w + 0.46, shield + 0.06, height_m + 1.0, height_m + 2.6, NAVY),
        _belt(half_w + 0.5, shield + 0.1, height_m + 0.7, height_m + 1.0, GOLD),
        m.boxes(stripes, [(x + 0.9, y + 0.34 * np.sign(y), z + 0.8) for x, y, z in stripes], AMBER, m.ALL_SIDES),
        m.boxes([(x - 0.35, y, 3.4) for x, y in signals], [(x + 0.35, y + 0.5 * np.sign(y), 5.2) for x, y in signals],
                DARK, m.ALL_SIDES),
        m.boxes([(x - 0.24, y + 0.5 * np.sign(y) - 0.04, 4.4) for x, y in signals],
                [(x + 0.24, y + 0.5 * np.sign(y) + 0.06, 5.0) for x, y in signals], BEACON, m.ALL_SIDES),
        m.boxes([(-gate + 0.5, y - 1.2, clear - 0.14) for y in np.arange(-half_l + 4, half_l - 2, 6.0)],
                [(-gate + 1.2, y + 1.2, clear - 0.02) for y in np.arange(-half_l + 4, half_l - 2, 6.0)], LAMP,
                m.ALL_SIDES),
        m.box((half_w - 0.1, half_l * 0.33, 4.2), (half_w + 6.4, half_l * 0.92, 4.6), ROOF_DARK, m.ALL_SIDES),
        m.box((half_w + 6.0, half_l * 0.42, 1.3), (half_w + 6.05, half_l * 0.83, 2.8), WINDOW_COOL, ("east",)),
        m.cylinder((0.0, 0.0, height_m + 3.6), 0.25, 3.0, STEEL, 6),
        m.box((-0.35, -0.35, height_m + 6.6), (0.35, 0.35, height_m + 7.1), BEACON, m.ALL_SIDES),
    ]
    return m.merge([m.grounded(m.merge(body), 6.0, 0.8), *fittings])


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
