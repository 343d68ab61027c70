"""Ships: a container vessel by length and beam, a tug, a bulk liquid carrier. Origin midships at the waterline, bow +y.

Hulls are level curves from keel to bulwark skinned over; the curves come from fullness exponents usual for the type:
a fine entrance with flare above, a bulb ahead of it under water, a full transom stern.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers.stowage import BAY_PITCH_M, HullPlan
from scene import mesh as m

ANTIFOULING = (116, 56, 50)
HULL_BLUE = (44, 66, 92)
HULLS = ((44, 66, 92), (96, 52, 50), (46, 82, 74), (66, 72, 80), (34, 44, 58), (106, 84, 56))
DECK_GREEN = (70, 84, 80)
COAMING = (98, 106, 110)
HATCH = (112, 96, 84)
LASHING = (142, 150, 154)
HOUSE = (220, 224, 226)
CASING = (206, 211, 214)
WINDOW = (40, 56, 70)
STACK = (58, 92, 128)
BOOT_TOP = (178, 182, 184)


@dataclass(frozen=True, slots=True)
class _Level:
    """A level curve of a hull: height above the waterline, ends fore and aft of midships, greatest half breadth,
    and how full the ends are (exponents: the larger, the fuller)."""

    z: float
    bow: float
    stern: float
    half: float
    entrance: float
    run: float
    transom: float  # half breadth at the stern end, share of `half`


def _curve(level: _Level, sheer_m: float, stations: int = 14) -> NDArray[np.float64]:
    """Points (2 * stations, 3) of a level curve, counter-clockwise from above, starting at the stern, starboard."""
    bow_share = np.sin(np.linspace(0, np.pi / 2, stations)) ** 1.15
    y = level.stern + (level.bow - level.stern) * bow_share
    span = level.bow - level.stern
    fore = np.clip((level.bow - y) / (0.34 * span), 0, 1)
    aft = np.clip((y - level.stern) / (0.26 * span), 0, 1)
    fine = (1 - (1 - fore) ** level.entrance) ** (1 / min(level.entrance, 1.6))
    full = level.transom + (1 - level.transom) * (1 - (1 - aft) ** level.run)
    half = level.half * np.minimum(fine, full)
    half[-1] = 0.02
    z = np.full(stations, level.z) + sheer_m * np.clip((y - 0.30 * span) / (0.2 * span), 0, 1) ** 2
    starboard = np.column_stack([half, y, z])
    port = np.column_stack([-half, y, z])[::-1]
    return np.concatenate([starboard, port])


def _hull(levels: list[_Level], sheers: list[float], colours: list[m.Rgb], deck: m.Rgb) -> m.Mesh:
    rings = [_curve(level, sheer) for level, sheer in zip(levels, sheers, strict=True)]
    skin = m.loft(rings, np.array(colours))
    ring = rings[-1]
    n = len(ring) // 2
    right, left = ring[:n], ring[n:][::-1]
    top = m.quads(np.stack([left[:-1], right[:-1], right[1:], left[1:]], axis=1), deck)
    return m.merge([skin, top])


def container_ship(length_m: float, beam_m: float, hull: m.Rgb = HULL_BLUE) -> m.Mesh:
    """A cellular container ship without her cargo, which stands where `layers.stowage.HullPlan` puts it."""
    plan = HullPlan(length_m, beam_m)
    half_l, half_b, deck = length_m / 2, beam_m / 2, plan.freeboard_m
    draught = 0.038 * length_m
    sheer = 0.012 * length_m
    levels = [
        _Level(-draught, half_l * 0.93, -half_l * 0.86, half_b * 0.80, 1.7, 1.5, 0.05),
        _Level(-draught * 0.45, half_l * 0.945, -half_l * 0.93, half_b * 0.99, 1.8, 1.7, 0.20),
        _Level(0.9, half_l * 0.945, -half_l * 0.985, half_b, 2.0, 2.0, 0.55),
        _Level(1.5, half_l * 0.947, -half_l * 0.985, half_b, 2.0, 2.0, 0.58),
        _Level(deck * 0.55, half_l * 0.968, -half_l * 0.995, half_b, 2.5, 2.6, 0.80),
        _Level(deck, half_l * 0.992, -half_l, half_b, 3.4, 3.0, 0.92),
    ]
    sheers = [0, 0, 0, 0, sheer * 0.5, sheer]
    shell = tuple(int(c * 1.04) for c in hull)
    parts = [_hull(levels, sheers, [ANTIFOULING, ANTIFOULING, BOOT_TOP, hull, (shell[0], shell[1], shell[2])],
                   DECK_GREEN)]
    parts.append(_bulb(half_l, draught, half_b))
    parts.append(_bulwark(levels[-1], sheer))
    parts.append(_holds(plan))
    parts.append(_house(plan, half_b))
    parts.append(_forecastle(half_l, deck + sheer, half_b))
    parts.append(_poop(half_l, deck, half_b))
    return m.merge(parts)


def _bulb(half_l: float, draught: float, half_b: float) -> m.Mesh:
    angle = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    rings = []
    for y, r in ((0.90, 1.0), (0.955, 0.92), (0.985, 0.55), (0.995, 0.05)):
        radius = r * 0.16 * half_b
        rings.append(np.column_stack([np.cos(angle) * radius, np.full(8, half_l * y),
                                      -draught * 0.42 + np.sin(angle) * radius * 1.35]))
    return m.flipped(m.loft(rings, ANTIFOULING))


def _bulwark(level: _Level, sheer: float) -> m.Mesh:
    """The raised edge round the bow, seen from both sides."""
    ring = _curve(level, sheer, 14)
    n = len(ring) // 2
    made = []
    for side in (ring[n - 7:n], ring[n:n + 7]):
        upper = side + np.array([0, 0, 2.2])
        quad = np.stack([side[:-1], side[1:], upper[1:], upper[:-1]], axis=1)
        made += [m.quads(quad, (206, 210, 212)), m.flipped(m.quads(quad, DECK_GREEN))]
    return m.merge(made)


def _holds(plan: HullPlan) -> m.Mesh:
    """Hatch coamings and covers, and the lashing bridges between forty-foot bays."""
    half = min(plan.rows * 2.5 / 2, plan.beam_m / 2 - 1.2)
    low, high, posts_low, posts_high = [], [], [], []
    span = 2 * BAY_PITCH_M
    for bay in range(plan.bays // 2):
        front = plan.fore_end_m - bay * span - (plan.house_length_m if 2 * bay >= plan.house_after else 0.0)
        low.append((-half, front - span + 1.1, plan.freeboard_m))
        high.append((half, front - 0.5, plan.hatch_m - 0.02))
        posts_low.append((-half - 0.5, front - 0.45, plan.hatch_m + 4.6))
        posts_high.append((half + 0.5, front + 0.75, plan.hatch_m + 5.3))
        for x in np.linspace(-half - 0.3, half + 0.3, 4):
            posts_low.append((x - 0.25, front - 0.3, plan.freeboard_m))
            posts_high.append((x + 0.25, front + 0.6, plan.hatch_m + 4.6))
    return m.merge([m.boxes(low, high, HATCH), m.boxes(posts_low, posts_high, LASHING)])


def _house(plan: HullPlan, half_b: float) -> m.Mesh:
    """Accommodation with window bands, bridge with wings, masts; the funnel stands on the casing behind."""
    middle, deck = plan.house_at_m, plan.freeboard_m
    storeys = int(np.clip(5 + plan.length_m / 70, 6, 10))
    top = deck + storeys * 3.0
    fore, aft = middle + plan.house_length_m * 0.36, middle - plan.house_length_m * 0.16
    half = half_b * 0.84
    parts = [m.grounded(m.box((-half, aft, deck), (half, fore, top), HOUSE), 14.0, 0.82)]
    for storey in range(1, storeys):
        z = deck + storey * 3.0
        parts.append(m.box((-half * 0.94, fore, z + 0.9), (half * 0.94, fore + 0.03, z + 1.7), WINDOW, ("north",)))
        parts.append(m.box((-half * 0.94, aft - 0.03, z + 0.9), (half * 0.94, aft, z + 1.7), WINDOW, ("south",)))
        parts.append(m.box((half, aft + 0.8, z + 0.9), (half + 0.03, fore - 0.8, z + 1.7), WINDOW, ("east",)))
        parts.append(m.box((-half - 0.03, aft + 0.8, z + 0.9), (-half, fore - 0.8, z + 1.7), WINDOW, ("west",)))
    bridge = top + 2.9
    parts += [
        m.box((-half_b, aft + 1.2, top), (half_b, fore + 0.6, top + 0.5), HOUSE, m.ALL_SIDES),
        m.box((-half_b, aft + 1.6, top + 0.5), (half_b, fore + 0.4, top + 1.4), HOUSE),
        m.box((-half * 0.8, aft + 1.2, top + 0.5), (half * 0.8, fore + 0.45, bridge), HOUSE),
        m.box((-half * 0.78, fore + 0.45, top + 1.5), (half * 0.78, fore + 0.5, top + 2.5), WINDOW, ("north",)),
        m.box((-half * 0.8, aft + 1.2, bridge), (half * 0.8, fore + 0.9, bridge + 0.3), (198, 204, 207), m.ALL_SIDES),
        m.beams([(0, fore - 2.2, bridge)], [(0, fore - 2.2, bridge + 9.5)], 0.7, 0.7, HOUSE),
        m.beams([(-2.6, fore - 2.2, bridge + 6.0)], [(2.6, fore - 2.2, bridge + 6.0)], 0.35, 0.35, HOUSE),
        m.beams([(-1.5, fore - 2.0, bridge + 4.2)], [(1.5, fore - 2.0, bridge + 4.2)], 0.4, 0.4, (90, 98, 104)),
    ]
    casing = middle - plan.house_length_m * 0.34
    parts += [
        m.grounded(m.box((-half * 0.5, casing - 2.2, deck), (half * 0.5, aft - 0.2, top - 3.0), CASING), 14, 0.8),
        m.loft([_rectangle(half * 0.26, casing - 1.7, aft - 0.6, top - 3.0),
                _rectangle(half * 0.22, casing - 1.3, aft - 0.9, top + 4.4)], STACK),
        m.loft([_rectangle(half * 0.22, casing - 1.3, aft - 0.9, top + 4.4),
                _rectangle(half * 0.21, casing - 1.2, aft - 1.0, top + 5.6)], (44, 50, 56)),
        m.fan(_rectangle(half * 0.21, casing - 1.2, aft - 1.0, top + 5.6), (36, 41, 46)),
    ]
    return m.merge(parts)


def _rectangle(half: float, south: float, north: float, z: float) -> list[tuple[float, float, float]]:
    return [(-half, south, z), (half, south, z), (half, north, z), (-half, north, z)]


def _forecastle(half_l: float, deck: float, half_b: float) -> m.Mesh:
    return m.merge([
        m.boxes([(-half_b * 0.30, half_l * 0.885, deck - 0.6), (half_b * 0.14, half_l * 0.885, deck - 0.6)],
                [(-half_b * 0.14, half_l * 0.91, deck + 1.6), (half_b * 0.30, half_l * 0.91, deck + 1.6)], LASHING),
        m.beams([(0, half_l * 0.93, deck - 0.5)], [(0, half_l * 0.93, deck + 12.0)], 0.55, 0.55, HOUSE),
        # breakwater that keeps green water off the first bay
        m.beams([(-half_b * 0.62, half_l * 0.845, deck + 0.6)], [(0, half_l * 0.872, deck + 0.9)], 0.5, 4.0, HOUSE),
        m.beams([(0, half_l * 0.872, deck + 0.9)], [(half_b * 0.62, half_l * 0.845, deck + 0.6)], 0.5, 4.0, HOUSE),
    ])


def _poop(half_l: float, deck: float, half_b: float) -> m.Mesh:
    return m.boxes(
        [(-half_b * 0.6, -half_l * 0.992, deck), (half_b * 0.3, -half_l * 0.992, deck), (-0.3, -half_l * 0.99, deck)],
        [(-half_b * 0.3, -half_l * 0.975, deck + 1.5), (half_b * 0.6, -half_l * 0.975, deck + 1.5),
         (0.3, -half_l * 0.986, deck + 7.0)],
        LASHING,
    )


def tug(length_m: float = 32.0, beam_m: float = 11.0) -> m.Mesh:
    """A harbour tug with a high wheelhouse and fendered bow."""
    half_l, half_b = length_m / 2, beam_m / 2
    levels = [
        _Level(-3.0, half_l * 0.8, -half_l * 0.85, half_b * 0.7, 1.8, 1.8, 0.2),
        _Level(0.2, half_l * 0.93, -half_l * 0.97, half_b * 0.98, 2.2, 3.0, 0.75),
        _Level(1.5, half_l * 0.97, -half_l, half_b, 2.6, 3.4, 0.85),
        _Level(2.4, half_l, -half_l, half_b, 2.8, 3.4, 0.85),
    ]
    return m.merge([
        _hull(levels, [0, 0, 0.8, 1.2], [ANTIFOULING, (38, 44, 50), (30, 34, 38)], (120, 82, 62)),
        m.box((-half_b * 0.62, -half_l * 0.12, 2.4), (half_b * 0.62, half_l * 0.55, 5.6), HOUSE),
        m.box((-half_b * 0.46, half_l * 0.04, 5.6), (half_b * 0.46, half_l * 0.40, 9.0), HOUSE),
        m.boxes([(-half_b * 0.44, half_l * 0.40, 7.0), (half_b * 0.46, half_l * 0.08, 7.0),
                 (-half_b * 0.46 - 0.02, half_l * 0.08, 7.0), (-half_b * 0.44, half_l * 0.04 - 0.02, 7.0)],
                [(half_b * 0.44, half_l * 0.40 + 0.03, 8.4), (half_b * 0.46 + 0.02, half_l * 0.36, 8.4),
                 (-half_b * 0.46, half_l * 0.36, 8.4), (half_b * 0.44, half_l * 0.04, 8.4)], WINDOW,
                ("north", "east", "west", "south")),
        m.boxes([(-half_b * 0.5, -half_l * 0.2, 2.4), (half_b * 0.28, -half_l * 0.2, 2.4)],
                [(-half_b * 0.28, -half_l * 0.06, 8.0), (half_b * 0.5, -half_l * 0.06, 8.0)], (150, 84, 60)),
        m.beams([(0, half_l * 0.1, 9.0)], [(0, half_l * 0.1, 14.0)], 0.35, 0.35, HOUSE),
    ])


def tanker(length_m: float = 180.0, beam_m: float = 30.0) -> m.Mesh:
    """A bulk liquid carrier: full lines, pipes on deck, house right aft."""
    half_l, half_b, deck = length_m / 2, beam_m / 2, 4.0 + 0.016 * length_m
    levels = [
        _Level(-0.045 * length_m, half_l * 0.93, -half_l * 0.88, half_b * 0.92, 3.0, 1.8, 0.1),
        _Level(0.8, half_l * 0.96, -half_l * 0.98, half_b, 3.4, 2.2, 0.5),
        _Level(deck * 0.6, half_l * 0.975, -half_l * 0.99, half_b, 3.6, 2.6, 0.7),
        _Level(deck, half_l, -half_l, half_b, 4.0, 3.0, 0.85),
    ]
    house = -half_l * 0.80
    return m.merge([
        _hull(levels, [0, 0, 0.6, 1.6], [ANTIFOULING, (52, 60, 66), (56, 64, 70)], (112, 66, 58)),
        m.beams([(x, -half_l * 0.6, deck + 1.3) for x in (-2.2, 0, 2.2)],
                [(x, half_l * 0.78, deck + 1.3) for x in (-2.2, 0, 2.2)], 0.9, 0.9, LASHING),
        m.beams([(-half_b * 0.8, 0, deck + 1.6)], [(half_b * 0.8, 0, deck + 1.6)], 3.0, 1.4, LASHING),
        m.grounded(m.box((-half_b * 0.72, house - 7, deck), (half_b * 0.72, house + 6, deck + 16), HOUSE), 12, 0.82),
        m.boxes([(-half_b * 0.66, house + 6, deck + z) for z in (4, 7, 10, 13)],
                [(half_b * 0.66, house + 6.03, deck + z + 1.0) for z in (4, 7, 10, 13)], WINDOW, ("north",)),
        m.box((-half_b, house + 1, deck + 16), (half_b, house + 6.4, deck + 18.4), HOUSE),
        m.box((-half_b * 0.2, house - 13, deck), (half_b * 0.2, house - 8, deck + 20), STACK),
    ])
