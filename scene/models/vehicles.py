"""Vehicles: road truck, terminal tractor, driverless carrier, patrol car. They look north; the origin is the middle of
the vehicle's length on the ground. A box stands on its deck at `DECK_M`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scene import mesh as m

TYRE = (30, 33, 37)
HUB = (96, 104, 110)
FRAME = (58, 66, 74)
GLASS = (38, 58, 74)
LAMP = (236, 232, 210)
TAIL = (150, 58, 50)
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
    half = width / 2
    glass_low, glass_high = low + 0.48 * (high - low), high - 0.28
    return m.merge([
        m.box((-half, front - length, low), (half, front, high), colour, m.ALL_SIDES),
        m.box((-half + 0.15, front, glass_low), (half - 0.15, front + 0.03, glass_high), GLASS, ("north",)),
        m.box((half, front - 1.25, glass_low), (half + 0.02, front - 0.3, glass_high), GLASS, ("east",)),
        m.box((-half - 0.02, front - 1.25, glass_low), (-half, front - 0.3, glass_high), GLASS, ("west",)),
        m.boxes([(-half + 0.1, front, low + 0.25), (half - 0.5, front, low + 0.25)],
                [(-half + 0.5, front + 0.04, low + 0.5), (half - 0.1, front + 0.04, low + 0.5)], LAMP, ("north",)),
    ])


def road_truck() -> m.Mesh:
    """A road tractor with a three-axle skeleton chassis, 16 m."""
    front = ROAD_TRUCK_LENGTH_M / 2
    return m.grounded(m.merge([
        _cab(front, 2.2, 2.5, 0.55, 3.55, WHITE),
        m.box((-1.1, front - 2.5, 3.55), (1.1, front - 0.6, 3.95), WHITE),
        m.box((-0.5, front - 6.6, 0.6), (0.5, front - 2.2, 1.0), FRAME),
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
