"""Vessels underway and moored: a few timed knots each, sampled for all vessels at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from twin.port_layout import PortLayout

Floats = NDArray[np.float64]
Point = tuple[float, float]

_KNOTS = 12
_SEA_MPS = 7.2  # 14 knots
_HARBOUR_MPS = 3.4
_OFFING_M, _BASIN_M, _ABEAM_M = 2_600.0, 520.0, 90.0
_SWING_S, _SIDE_MPS = 540.0, 0.22  # with tugs
_FAR_OUT: Point = (40_000.0, -20_600.0)  # where a port without an anchorage sends its vessels


@dataclass(frozen=True, slots=True, eq=False)
class VesselSample:
    """Vessels at an instant: names, arrays (N,) metres, m/s, degrees clockwise from north, and whether each is
    underway."""

    names: list[str]
    x: Floats
    y: Floats
    speed_mps: Floats
    heading_deg: Floats
    moving: NDArray[np.bool_]


class VesselMotion:
    """The ways of all vessels. A vessel is named by its MMSI."""

    def __init__(self, seaward: Point, rng: np.random.Generator) -> None:
        self._seaward, self._rng = seaward, rng
        self._rows: dict[str, int] = {}
        self._knots = np.zeros((4, 64, _KNOTS))  # t, x, y, heading unrolled
        self._free = list(range(63, -1, -1))
        self._anchored: dict[str, Point] = {}

    def moor(self, name: str, at: Point, bow: Point) -> None:
        """A vessel lies alongside."""
        self._set(name, [(-1e18, *at, _heading(bow))])

    def anchor(self, name: str, layout: PortLayout) -> None:
        """A vessel rides at the anchorage."""
        ring = layout.anchorages[0] if layout.anchorages else (_FAR_OUT,)
        weights = self._rng.dirichlet(np.ones(len(ring)))
        at = (
            float(sum(w * p[0] for w, p in zip(weights, ring, strict=True))),
            float(sum(w * p[1] for w, p in zip(weights, ring, strict=True))),
        )
        self._anchored[name] = at
        self._set(name, [(-1e18, *at, float(self._rng.uniform(30.0, 90.0)))])

    def come_in(self, name: str, berth: Point, bow: Point, now_s: float) -> float:
        """Sends a vessel from its anchorage to its berth. How long it takes, seconds."""
        start = self._anchored.pop(name, _FAR_OUT)
        way = [start, self._off(berth, _OFFING_M), self._off(berth, _BASIN_M), self._off(berth, _ABEAM_M), berth]
        knots = self._legs(way, [_SEA_MPS, _HARBOUR_MPS, 0.9, _SIDE_MPS], _heading(bow), now_s, inward=True)
        self._set(name, knots)
        return knots[-1][0] - now_s

    def go_out(self, name: str, berth: Point, bow: Point, now_s: float) -> float:
        """Sends a vessel from its berth to sea. How long until it is out of the modelled world, seconds."""
        way = [
            berth,
            self._off(berth, _ABEAM_M),
            self._off(berth, _BASIN_M),
            self._off(berth, _OFFING_M),
            (_FAR_OUT[0] * 0.6, _FAR_OUT[1] * 0.6),
        ]
        knots = self._legs(way, [_SIDE_MPS, 0.9, _HARBOUR_MPS, _SEA_MPS], _heading(bow), now_s, inward=False)
        self._set(name, knots)
        return knots[-1][0] - now_s

    def remove(self, name: str) -> None:
        """The vessel left the modelled world."""
        self._free.append(self._rows.pop(name))

    def sample(self, at_s: float) -> VesselSample:
        """All vessels at an instant."""
        names = list(self._rows)
        rows = np.array([self._rows[n] for n in names], dtype=np.intp)
        t, x, y, h = self._knots[:, rows]
        here = np.maximum((t <= at_s).sum(axis=1) - 1, 0)
        after = np.minimum(here + 1, _KNOTS - 1)
        each = np.arange(len(rows))
        t0, t1 = t[each, here], t[each, after]
        ahead = np.isfinite(t1) & (t0 > -1e17) & (t1 > t0)
        span = np.where(ahead, t1 - t0, 1.0)
        u = np.where(ahead, (at_s - np.where(ahead, t0, at_s)) / span, 0.0)
        dx = np.where(ahead, x[each, after] - x[each, here], 0.0)
        dy = np.where(ahead, y[each, after] - y[each, here], 0.0)
        turn = np.where(ahead, h[each, after] - h[each, here], 0.0)
        return VesselSample(
            names,
            x[each, here] + dx * u,
            y[each, here] + dy * u,
            np.hypot(dx, dy) / span,
            (h[each, here] + turn * u) % 360.0,
            ahead,
        )

    def _off(self, berth: Point, distance_m: float) -> Point:
        return berth[0] + self._seaward[0] * distance_m, berth[1] + self._seaward[1] * distance_m

    def _legs(
        self, way: Sequence[Point], speeds: Sequence[float], moored: float, now_s: float, inward: bool
    ) -> list[tuple[float, float, float, float]]:
        """Knots of a way: she steers along its open legs, swings in the basin, and lies as moored on the last and first
        ones."""
        sea = [_heading((b[0] - a[0], b[1] - a[1])) for a, b in pairwise(way)]
        headings = [sea[0], sea[0], moored, moored] if inward else [moored, moored, sea[2], sea[3]]
        t, knots = now_s, [(now_s, *way[0], headings[0])]
        for i, (a, b) in enumerate(pairwise(way)):
            if abs(_turn(knots[-1][3], headings[i])) > 1.0:
                t += _SWING_S if min(speeds[i - 1 : i + 1]) < 1.0 or speeds[i] < 4.0 else 240.0
                knots.append((t, *a, knots[-1][3] + _turn(knots[-1][3], headings[i])))
            t += math.dist(a, b) / speeds[i]
            knots.append((t, *b, knots[-1][3]))
        return knots

    def _set(self, name: str, knots: Sequence[tuple[float, float, float, float]]) -> None:
        row = self._rows.get(name)
        if row is None:
            row = self._rows[name] = self._free.pop()
        self._knots[0, row] = np.inf
        self._knots[:, row, : len(knots)] = np.array(knots).T


def _heading(vector: Point) -> float:
    return math.degrees(math.atan2(vector[0], vector[1])) % 360.0


def _turn(start: float, end: float) -> float:
    return (end - start + 180.0) % 360.0 - 180.0
