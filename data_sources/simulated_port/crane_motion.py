"""How cranes move: the knots of gantry, trolley and hoist over one cycle, and their sampling for all cranes at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

KNOTS = 16


@dataclass(frozen=True, slots=True)
class Knot:
    """Where a crane is at an instant: metres along its gantry way, trolley, spreader height; what it holds from then
    on."""

    at_s: float
    gantry_m: float
    trolley_m: float
    hoist_m: float
    box: str | None = None


@dataclass(frozen=True, slots=True)
class Speeds:
    """What a crane's drives do, m/s, and seconds to lock or unlock the spreader's twist locks."""

    gantry: float
    trolley: float
    hoist_full: float
    hoist_empty: float
    lock_s: float


STS = Speeds(gantry=0.75, trolley=4.0, hoist_full=1.5, hoist_empty=3.0, lock_s=7.0)
RTG = Speeds(gantry=2.0, trolley=1.1, hoist_full=0.5, hoist_empty=0.95, lock_s=6.0)
ARMG = Speeds(gantry=3.5, trolley=1.1, hoist_full=0.75, hoist_empty=1.4, lock_s=4.0)
"""Usual figures of makers' data sheets for quay cranes, rubber-tyred and automated rail-mounted gantries."""


class CraneMotion:
    """The last and present cycle of every crane. Rows are those of `layout.cranes`."""

    def __init__(self, count: int) -> None:
        self._knots = np.zeros((4, count, KNOTS))
        self._knots[0] = np.inf
        self._knots[0, :, 0] = -1e18
        self._boxes: list[list[str | None]] = [[None] * KNOTS for _ in range(count)]
        self._ends = np.full(count, -1e18)
        self._rows = np.arange(count)
        self._paths: list[Sequence[Knot]] = [(Knot(-1e18, 0.0, 0.0, 0.0),)] * count

    def park(self, row: int, gantry_m: float, trolley_m: float, hoist_m: float) -> None:
        """A crane stands idle."""
        self.run(row, [Knot(-1e18, gantry_m, trolley_m, hoist_m)])

    def run(self, row: int, knots: Sequence[Knot]) -> None:
        """A crane follows knots in time and stays at the last one. At most `KNOTS` of them."""
        self._paths[row] = knots
        count = len(knots)
        block = self._knots[:, row]
        block[0] = np.inf
        block[:, :count] = np.array([(k.at_s, k.gantry_m, k.trolley_m, k.hoist_m) for k in knots]).T
        self._boxes[row][:count] = [k.box for k in knots]
        self._ends[row] = knots[-1].at_s

    def sample(self, at_s: float) -> tuple[Floats, Floats, Floats, NDArray[np.intp], NDArray[np.bool_]]:
        """Gantry, trolley, hoist (metres), the knot passed last, and whether it is at work. Shapes (cranes,)."""
        here = np.maximum((self._knots[0] <= at_s).sum(axis=1) - 1, 0)
        before = self._knots[:, self._rows, here]
        after = self._knots[:, self._rows, np.minimum(here + 1, KNOTS - 1)]
        ahead = (after[0] < np.inf) & (after[0] > before[0]) & (before[0] > -1e17)
        u = np.where(ahead, (at_s - before[0]) / np.where(ahead, after[0] - before[0], 1.0), 0.0)
        u = u * u * (3.0 - 2.0 * u)  # drives speed up and slow down
        gantry, trolley, hoist = before[1:] + np.where(ahead, after[1:] - before[1:], 0.0) * u
        return gantry, trolley, hoist, here, at_s < self._ends

    def held(self, rows: Sequence[int], knots: Sequence[int]) -> list[str | None]:
        """The containers that cranes hold from given knots on."""
        return [self._boxes[row][knot] for row, knot in zip(rows, knots, strict=True)]

    def at(self, row: int, at_s: float) -> tuple[float, float, float]:
        """Gantry, trolley and hoist of one crane at an instant."""
        knots = self._paths[row]
        k = len(knots) - 1
        while k > 0 and knots[k].at_s > at_s:
            k -= 1
        here = knots[k]
        if k == len(knots) - 1 or here.at_s < -1e17:
            return here.gantry_m, here.trolley_m, here.hoist_m
        after = knots[k + 1]
        u = min(max((at_s - here.at_s) / max(after.at_s - here.at_s, 1e-9), 0.0), 1.0)
        u = u * u * (3.0 - 2.0 * u)
        return (
            here.gantry_m + (after.gantry_m - here.gantry_m) * u,
            here.trolley_m + (after.trolley_m - here.trolley_m) * u,
            here.hoist_m + (after.hoist_m - here.hoist_m) * u,
        )


def cycle(
    speeds: Speeds,
    start_s: float,
    here: tuple[float, float, float],
    pick: tuple[float, float, float],
    place: tuple[float, float, float],
    travel_m: float,
    box: str,
) -> tuple[list[Knot], float, float]:
    """One lift: from `here` to `pick`, up to `travel_m`, to `place`, up again. Places are (gantry, trolley, height of
    the spreader). Returns the knots, and the seconds after `start_s` when the box leaves the ground and when it is set
    down."""
    t = start_s
    gantry, trolley, hoist = here
    knots = [Knot(t, gantry, trolley, hoist)]

    def go(to: tuple[float, float, float], seconds: float, held: str | None) -> None:
        nonlocal t
        t += seconds
        knots.append(Knot(t, *to, held))

    t_up = max(travel_m - hoist, 0.0) / speeds.hoist_empty
    if hoist < travel_m - 0.1:
        go((gantry, trolley, travel_m), t_up, None)
    gantry_s = abs(pick[0] - gantry) / speeds.gantry + (4.0 if abs(pick[0] - gantry) > 0.5 else 0.0)
    trolley_s = abs(pick[1] - trolley) / speeds.trolley + 2.0
    go((pick[0], pick[1], travel_m), max(gantry_s, trolley_s), None)
    go(pick, (travel_m - pick[2]) / speeds.hoist_empty + 2.0, None)
    go(pick, speeds.lock_s, box)
    lifted = t - start_s
    go((pick[0], pick[1], travel_m), (travel_m - pick[2]) / speeds.hoist_full + 2.0, box)
    move_s = max(
        abs(place[1] - pick[1]) / speeds.trolley + 2.0,
        abs(place[0] - pick[0]) / speeds.gantry + (4.0 if abs(place[0] - pick[0]) > 0.5 else 0.0),
    )
    go((place[0], place[1], travel_m), move_s, box)
    go(place, (travel_m - place[2]) / speeds.hoist_full + 3.0, box)
    go(place, speeds.lock_s, None)
    landed = t - start_s
    go((place[0], place[1], travel_m), (travel_m - place[2]) / speeds.hoist_empty, None)
    return knots, lifted, landed
