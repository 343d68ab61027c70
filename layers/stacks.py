"""How containers of a block stand on one another: heights of stacks of mixed standard and high-cube boxes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.port_layout import STANDARD_HEIGHT_M

REAR, FRONT, LEFT, RIGHT, ROOF = SIDES = range(5)
"""Sides of a box: rear and front along its block, left and right across."""

SLIVER_M = 0.03
"""Of a wall that sticks out by less nothing is to be seen."""


@dataclass(frozen=True, slots=True, eq=False)
class Stacks:
    """A block's boxes by twenty-foot cells.

    first, last: the cells a box covers along the block, 0-based, (N,). row, tier: 0-based, (N,).
    base_m, top_m: heights of its under side and roof above ground, (N,).
    height_m: height of each stack, (cells + 2, rows + 2): bordered by a ring of nothing, so neighbours need no care.
    pitch_m: length and width of a cell, boxes and the gaps between them together.
    """

    first: NDArray[np.intp]
    last: NDArray[np.intp]
    row: NDArray[np.intp]
    tier: NDArray[np.intp]
    base_m: NDArray[np.float32]
    top_m: NDArray[np.float32]
    height_m: NDArray[np.float32]
    pitch_m: tuple[float, float]


class Surroundings(NamedTuple):
    """Heights of the stacks around each box, metres above the block's ground, (N,) each: next to it on the four sides
    (rear, front: along the block; left, right: across), one further on, and its own."""

    rear: NDArray[np.float32]
    front: NDArray[np.float32]
    left: NDArray[np.float32]
    right: NDArray[np.float32]
    rear2: NDArray[np.float32]
    front2: NDArray[np.float32]
    left2: NDArray[np.float32]
    right2: NDArray[np.float32]
    own: NDArray[np.float32]


def surroundings(
    height_m: NDArray[np.float32], first: NDArray[np.intp], last: NDArray[np.intp], wide: int
) -> Surroundings:
    """What stands around boxes on the cells `first` to `last` (N,) of a grid, flat, `wide` cells a line, with two cells
    of nothing around each block."""
    def at(a: NDArray[np.intp], b: NDArray[np.intp]) -> NDArray[np.float32]:
        return np.minimum(height_m[a], height_m[b])

    return Surroundings(
        height_m[first - wide], height_m[last + wide], at(first - 1, last - 1), at(first + 1, last + 1),
        height_m[first - 2 * wide], height_m[last + 2 * wide], at(first - 2, last - 2), at(first + 2, last + 2),
        at(first, last))


def looks_otherwise(
    base_m: NDArray[np.float32], top_m: NDArray[np.float32], before: Surroundings, after: Surroundings
) -> NDArray[np.bool_]:
    """Which sides of boxes are to be seen otherwise because other things stand around them. Shape (sides, N)."""
    found = np.zeros((len(SIDES), len(top_m)), dtype=bool)
    closed = top_m - SLIVER_M  # a neighbour as high as this closes the gap to it
    seam = [(before[side] >= closed) != (after[side] >= closed) for side in range(ROOF)]
    for side in range(ROOF):
        seen = top_m - np.maximum(base_m, after[side]) > SLIVER_M
        was_seen = top_m - np.maximum(base_m, before[side]) > SLIVER_M
        others = (before[side] != after[side]) | (before[ROOF + side] != after[ROOF + side])
        across = (seam[LEFT] | seam[RIGHT]) if side <= FRONT else (seam[REAR] | seam[FRONT])
        found[side] = ((seen | was_seen) & others) | (seen & across)
        found[ROOF] |= before[side] != after[side]
    open_now, open_then = after.own <= top_m + SLIVER_M, before.own <= top_m + SLIVER_M
    found[ROOF] = (found[ROOF] & (open_now | open_then)) | (open_now != open_then)
    return found


def slots_of(
    bay: NDArray[np.integer], row: NDArray[np.integer], tier: NDArray[np.integer], cells: Any, rows: Any
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """First and last cell along a block of `cells` by `rows` (numbers, or one for each box), row and tier, all from 0.

    bay: odd for a twenty-foot slot, even for a forty-foot one over its two odd neighbours, (N,). row, tier: from 1.
    """
    bay_, row_, tier_ = (np.asarray(a, dtype=np.intp) for a in (bay, row, tier))
    odd = bay_ % 2 == 1
    last = np.where(odd, bay_ - 1, bay_) // 2
    first = np.where(odd, last, last - 1)
    return (np.clip(first, 0, cells - 1), np.clip(last, 0, cells - 1), np.clip(row_ - 1, 0, rows - 1),
            np.maximum(tier_ - 1, 0))


def pile(
    height_m: NDArray[np.float32], first: NDArray[np.integer], last: NDArray[np.integer], tier: NDArray[np.intp],
    box_m: NDArray[np.floating],
) -> NDArray[np.float32]:
    """Put boxes on one another, tier by tier, on the cells `first` and `last` of a flat grid of heights, which grow.

    A box whose tier has nothing beneath it stands where standard boxes below would have lifted it: the picture shows
    what the records say, even where they cannot be true. Heights of the under sides, (N,), metres.
    """
    base = np.zeros(len(tier), dtype=np.float32)
    box = np.asarray(box_m, dtype=np.float32)
    for level in range(int(tier.max()) + 1 if len(tier) else 0):  # a handful of tiers, not of boxes
        at = np.flatnonzero(tier == level)
        a, b = first[at], last[at]
        under = np.maximum(height_m[a], height_m[b])
        floor = np.where(under > 0.0, under, np.float32(level * STANDARD_HEIGHT_M))
        base[at] = floor
        np.maximum.at(height_m, a, floor + box[at])
        np.maximum.at(height_m, b, floor + box[at])
    return base


def stack(
    bay: NDArray[np.integer], row: NDArray[np.integer], tier: NDArray[np.integer], height_m: NDArray[np.floating],
    cells: int, rows: int, pitch_m: tuple[float, float],
) -> Stacks:
    """Stack the boxes of one block, as `slots_of` and `pile` say."""
    first, last, row0, tier0 = slots_of(bay, row, tier, cells, rows)
    heights = np.zeros((cells + 2, rows + 2), dtype=np.float32)
    box = np.asarray(height_m, dtype=np.float32)
    wide = rows + 2
    base = pile(heights.reshape(-1), (first + 1) * wide + row0 + 1, (last + 1) * wide + row0 + 1, tier0, box)
    return Stacks(first, last, row0, tier0, base, base + box, heights, pitch_m)
