"""How containers of a block stand on one another: heights of stacks of mixed standard and high-cube boxes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.port_layout import STANDARD_HEIGHT_M


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


def stack(
    bay: NDArray[np.integer], row: NDArray[np.integer], tier: NDArray[np.integer], height_m: NDArray[np.floating],
    cells: int, rows: int, pitch_m: tuple[float, float],
) -> Stacks:
    """Stack the boxes of one block.

    bay: odd for a twenty-foot slot, even for a forty-foot one over its two odd neighbours, (N,). row, tier: from 1.
    A box whose tier has nothing beneath it stands where standard boxes below would have lifted it: the picture shows
    what the records say, even where they cannot be true.
    """
    bay_, row_, tier_ = (np.asarray(a, dtype=np.intp) for a in (bay, row, tier))
    first = np.clip(np.where(bay_ % 2 == 1, (bay_ - 1) // 2, bay_ // 2 - 1), 0, cells - 1)
    last = np.clip(np.where(bay_ % 2 == 1, (bay_ - 1) // 2, bay_ // 2), 0, cells - 1)
    row0, tier0 = np.clip(row_ - 1, 0, rows - 1), np.maximum(tier_ - 1, 0)
    heights = np.zeros((cells + 2, rows + 2), dtype=np.float32)
    base = np.zeros(len(bay_), dtype=np.float32)
    box = np.asarray(height_m, dtype=np.float32)
    for level in range(int(tier0.max()) + 1 if len(tier0) else 0):  # a handful of tiers, not of boxes
        at = np.flatnonzero(tier0 == level)
        a, b, r = first[at] + 1, last[at] + 1, row0[at] + 1
        under = np.maximum(heights[a, r], heights[b, r])
        floor = np.where(under > 0.0, under, np.float32(level * STANDARD_HEIGHT_M))
        base[at] = floor
        np.maximum.at(heights, (a, r), floor + box[at])
        np.maximum.at(heights, (b, r), floor + box[at])
    return Stacks(first, last, row0, tier0, base, base + box, heights, pitch_m)
