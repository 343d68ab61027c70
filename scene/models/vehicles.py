"""Vehicles: road truck, terminal tractor, driverless carrier, patrol car. They look north; the origin is the middle of
the vehicle's length on the ground. A box stands on its deck at `DECK_M`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from scene import mesh as m

TYRE = (30, 33, 37)
HUB = (96, 104, 110)
FRAME = (58, 66, 74)
GLASS = (38, 58, 74)
LAMP = (236, 232, 210)
TAIL = (150, 58, 50)
TANK_GREY = (150, 158, 164)
WHITE = (222, 228, 232)
OCHRE = (200, 160, 84)
AGV_BLUE = (112, 176, 206)
NAVY = (46, 84, 128)

ROAD_TRUCK_LENGTH_M = 16.0
TERMINAL_TRACTOR_LENGTH_M = 15.6
AGV_LENGTH_M = 14.8
_SPOKES = 12
DECK_M = {"road_truck": 1.45, "terminal_tractor": 1.45, "agv": 1.75}
DECK_CENTRE_M = {"road_truck": -1.6, "terminal_tractor": -1.3, "agv": 0.0}  # middle of a 40-foot box, from the origin


def _wheels(ys: Sequence[float], half_width: float, radius: float = 0.52, width: float = 0.55) -> m.Mesh:
    angle = np.radians(np.arange(_SPOKES) * (360.0 / _SPOKES))
    rim = np.column_stack([np.zeros(_SPOKES), -np.cos(angle), np.sin(angle)])
    parts = []
    for y in ys:
        for side in (-1, 1):
            outside = np.array([side * half_width, y, radius])
            inside = np.array([side * (half_width - width), y, radius])
            turn = rim[::-side]  # counter-clockwise seen from outside, on either side
            parts.append(m.loft([inside + turn * radius, outside + turn * radius], TYRE))
            parts.append(m.fan(outside + turn * radius, TYRE))
            parts.append(m.fan(outside + np.array([side * 0.01, 0.0, 0.0]) + turn * (0.55 * radius), HUB))
    return m.merge(parts)


def _chassis(front: float, rear: float, deck: float) -> m.Mesh:
    return m.merge([
        m.box((-0.55, rear, deck - 0.45), (0.55, front, deck - 0.08), FRAME, m.ALL_SIDES),
        m.boxes([(-1.22, y - 0.2, deck - 0.3) for y in (rear + 0.25, (front + rear) / 2, front - 0.25)],
                [(1.22, y + 0.2, deck) for y in (rear + 0.25, (front + rear) / 2, front - 0.25)], FRAME, m.ALL_SIDES),
        m.box((-1.2, rear - 0.02, deck - 0.42), (1.2, rear, deck - 0.2), TAIL, ("south",)),
    ])


def _cab(front: float, length: float, width: float, low: float, high: float, colour: m.Rgb) -> m.Mesh:
    """A cab over the engine: raked windscreen, doors with windows, grille, bumper, lamps, mirrors and steps."""
    half, rear = width / 2, front - length
    sill = low + 0.46 * (high - low)  # lower edge of the glass
    rake = 0.30 * (high - sill) / 1.6
    profile = [(front, low), (front, sill), (front - rake, high), (rear, high), (rear, low)]
    sides = [m.fan([(half, y, z) for y, z in profile[::-1]][::-1], colour),
             m.fan([(-half, y, z) for y, z in profile][::-1], colour)]
    ahead = [[(half, y0, z0), (-half, y0, z0), (-half, y1, z1), (half, y1, z1)]
             for (y0, z0), (y1, z1) in pairwise(profile)]
    out, inset = 0.025, 0.13

    def on_screen(x0: float, x1: float, share0: float, share1: float) -> list[tuple[float, float, float]]:
        low_y, high_y = front - rake * share0 + out, front - rake * share1 + out
        z0, z1 = sill + (high - sill) * share0, sill + (high - sill) * share1
        return [(x1, low_y, z0), (x0, low_y, z0), (x0, high_y, z1), (x1, high_y, z1)]

    glass = [on_screen(-half + inset, half - inset, 0.06, 0.84)]
    window_high, ahead_y = high - 0.34, front - rake * 0.75 - 0.16
    for x, y0, y1 in ((half + out, rear + 0.62, ahead_y), (-half - out, ahead_y, rear + 0.62)):
        glass.append([(x, y0, sill + 0.04), (x, y1, sill + 0.04), (x, y1, window_high), (x, y0, window_high)])
    return m.merge([
        *sides, m.quads(ahead, colour), m.quads(glass, GLASS),
        m.quads([on_screen(-half + 0.05, half - 0.05, 0.86, 0.97)], FRAME),  # visor
        m.box((-half + 0.22, front, low + 0.52), (half - 0.22, front + 0.03, sill - 0.14), FRAME, ("north",)),
        m.box((-half - 0.02, front - 0.5, low - 0.12), (half + 0.02, front + 0.06, low + 0.28), FRAME, m.ALL_SIDES),
        _pair((half - 0.48, front + 0.03, low + 0.3), (half - 0.08, front + 0.07, low + 0.5), LAMP),
        _pair((half + 0.06, front - 0.34, sill + 0.1), (half + 0.26, front - 0.2, sill + 0.72), FRAME),  # mirrors
        _pair((half - 0.02, front - 1.45, low + 0.3), (half + 0.03, front - 1.4, high - 0.5), FRAME),  # doors' edges
    ])


def _pair(low: Sequence[float], high: Sequence[float], colour: m.Rgb) -> m.Mesh:
    """A box on the right and its mirror image on the left."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    return m.boxes([low, (-x1, y0, z0)], [high, (-x0, y1, z1)], colour, m.ALL_SIDES)


def _deflector(ahead: float, behind: float, low: float, high: float) -> m.Mesh:
    """The wedge on a cab's roof that leads the air over the container."""
    a, b = 1.1, 1.02
    return m.merge([
        m.quads([[(a, ahead, low), (-a, ahead, low), (-b, behind, high), (b, behind, high)],
                 [(-b, behind, low), (b, behind, low), (b, behind, high), (-b, behind, high)]], WHITE),
        m.fan([(b, behind, low), (a, ahead, low), (b, behind, high)], WHITE),
        m.fan([(-a, ahead, low), (-b, behind, low), (-b, behind, high)], WHITE),
    ])


def road_truck() -> m.Mesh:
    """A road tractor with a three-axle skeleton chassis, 16 m."""
    front = ROAD_TRUCK_LENGTH_M / 2
    return m.grounded(m.merge([
        _cab(front, 2.2, 2.5, 0.55, 3.55, WHITE),
        _deflector(front - 0.7, front - 2.1, 3.55, 4.0),
        m.box((-0.5, front - 6.6, 0.6), (0.5, front - 2.2, 1.0), FRAME),
        _pair((0.62, front - 4.2, 0.5), (1.2, front - 2.9, 1.05), TANK_GREY),  # fuel and air
        _pair((0.66, front - 7.0, 1.06), (1.22, front - 4.4, 1.12), FRAME),  # mudguards
        _pair((0.7, front - 7.5, 0.3), (0.85, front - 7.35, 1.1), FRAME),  # landing legs
        _wheels((front - 1.3, front - 5.0, front - 6.2), 1.24),
        _chassis(front - 3.3, -front, DECK_M["road_truck"]),
        _wheels((-front + 1.1, -front + 2.35, -front + 3.6), 1.24),
    ]), 2.5, 0.75)


def terminal_tractor() -> m.Mesh:
    """A yard tractor with a low cab on the left and a terminal chassis."""
    front = TERMINAL_TRACTOR_LENGTH_M / 2
    return m.grounded(m.merge([
        _cab(front - 0.1, 1.7, 1.55, 0.6, 3.15, OCHRE),
        m.box((-1.25, front - 4.4, 0.6), (1.25, front, 1.1), OCHRE),
        _wheels((front - 1.0, front - 3.9), 1.24),
        _chassis(front - 2.8, -front, DECK_M["terminal_tractor"]),
        _wheels((-front + 1.0, -front + 2.3), 1.24),
    ]), 2.5, 0.75)


def agv() -> m.Mesh:
    """A driverless carrier: a flat deck on four corner wheel groups, the same at both ends."""
    half = AGV_LENGTH_M / 2
    deck = DECK_M["agv"]
    return m.grounded(m.merge([
        m.box((-1.5, -half, 0.55), (1.5, half, deck - 0.15), AGV_BLUE, m.ALL_SIDES),
        m.box((-1.25, -half + 0.9, deck - 0.15), (1.25, half - 0.9, deck), FRAME),
        m.boxes([(-1.1, half, 0.9), (-1.1, -half - 0.02, 0.9)], [(1.1, half + 0.02, 1.2), (1.1, -half, 1.2)], LAMP,
                ("north", "south")),
        _wheels((-half + 2.4, half - 2.4), 1.56, 0.7, 0.6),
    ]), 1.6, 0.7)


def patrol_car() -> m.Mesh:
    """A customs patrol car: white with a blue band and a light bar."""
    return m.grounded(m.merge([
        m.box((-0.95, -2.4, 0.4), (0.95, 2.4, 1.0), WHITE, m.ALL_SIDES),
        m.loft([[(-0.9, -2.0, 1.0), (0.9, -2.0, 1.0), (0.9, 1.1, 1.0), (-0.9, 1.1, 1.0)],
                [(-0.72, -1.7, 1.62), (0.72, -1.7, 1.62), (0.72, 0.4, 1.62), (-0.72, 0.4, 1.62)]], GLASS),
        m.fan([(-0.72, -1.7, 1.62), (0.72, -1.7, 1.62), (0.72, 0.4, 1.62), (-0.72, 0.4, 1.62)], WHITE),
        m.boxes([(0.95, -2.2, 0.62), (-0.97, -2.2, 0.62)], [(0.97, 2.2, 0.82), (-0.95, 2.2, 0.82)], NAVY,
                ("east", "west")),
        m.box((-0.6, -0.7, 1.62), (0.6, -0.4, 1.76), (110, 150, 220)),
        _wheels((-1.45, 1.5), 0.97, 0.34, 0.24),
    ]), 1.2, 0.8)


def officer() -> m.Mesh:
    """A person on foot, as a slim figure in navy, 1.75 m."""
    return m.merge([
        m.cylinder((0, 0, 0), 0.24, 1.42, NAVY, 6, 0.20),
        m.cylinder((0, 0, 1.42), 0.13, 0.33, (196, 164, 140), 6, 0.1),
    ])
