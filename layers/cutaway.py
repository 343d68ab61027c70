"""A block opened for looking into: a bay seen through its stack, a cut across it, tiers and bays pulled apart."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from layers.stacks import Stacks
from twin.legal_state import LegalState

TIER_GAP_M: Final = 1.7
BAY_GAP_M: Final = 7.0
ATTENTION: Final = (int(LegalState.HELD), int(LegalState.INSPECTION))
"""States that stay solid when a whole block is seen through."""


class CutMode(StrEnum):
    """How a block is opened."""

    XRAY = "xray"
    SECTION = "section"
    EXPLODE = "explode"


@dataclass(frozen=True, slots=True)
class Cutaway:
    """A block and how it is opened.

    bay: odd or even number, None for the block as a whole. toward: +1 when one looks along increasing bays, so that a
    section takes away the lower ones, else -1.
    """

    block: str
    mode: CutMode
    bay: int | None = None
    toward: int = 1


def cells_of(bay: int) -> tuple[int, int]:
    """First and last twenty-foot cell of a bay, counted from 0: an even bay lies over its two odd neighbours."""
    return ((bay - 1) // 2, (bay - 1) // 2) if bay % 2 else (bay // 2 - 1, bay // 2)


def solid(
    cutaway: Cutaway, cells: int, first: NDArray[np.integer], last: NDArray[np.integer], state: NDArray[np.integer],
) -> NDArray[np.bool_]:
    """Which boxes stay as they are. first, last: the cells of each, (N,); state: legal states, (N,). Shape (N,)."""
    if cutaway.mode is CutMode.EXPLODE:
        return np.ones(len(first), dtype=bool)
    if cutaway.bay is None and cutaway.mode is CutMode.XRAY:
        return np.isin(state, ATTENTION)
    low, high = cells_of(cutaway.bay) if cutaway.bay is not None else (cells // 2, cells // 2)
    if cutaway.mode is CutMode.XRAY:
        return (last >= low) & (first <= high)
    kept: NDArray[np.bool_] = last >= low if cutaway.toward > 0 else first <= high
    return kept


def shifts(
    cutaway: Cutaway, first: NDArray[np.integer], last: NDArray[np.integer], tier: NDArray[np.integer]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far each box of an exploded block moves along the block and upwards. tier: from 0. Shapes (N,), metres."""
    along = np.zeros(len(first))
    if cutaway.bay is not None:
        low, high = cells_of(cutaway.bay)
        along[last < low] = -BAY_GAP_M
        along[first > high] = BAY_GAP_M
    return along, tier.astype(np.float64) * TIER_GAP_M


def standing_alone(stacks: Stacks, base_m: NDArray[np.floating]) -> Stacks:
    """The same boxes with nothing beside or below any of them, so that all their faces can be seen."""
    count = len(stacks.first)
    cell = 2 * np.arange(count, dtype=np.intp)
    base = base_m.astype(np.float32)
    top = base + (stacks.top_m - stacks.base_m)
    height = np.zeros((2 * count + 2, 3), dtype=np.float32)
    height[cell + 1, 1] = top
    return Stacks(cell, cell, np.zeros(count, dtype=np.intp), np.zeros(count, dtype=np.intp), base, top, height,
                  stacks.pitch_m)


def part_of(stacks: Stacks, kept: NDArray[np.bool_]) -> Stacks:
    """Some of the boxes, standing as they stood. kept: (N,)."""
    first, last, row = stacks.first[kept], stacks.last[kept], stacks.row[kept]
    top = stacks.top_m[kept]
    height = np.zeros_like(stacks.height_m)
    np.maximum.at(height, (first + 1, row + 1), top)
    np.maximum.at(height, (last + 1, row + 1), top)
    return Stacks(first, last, row, stacks.tier[kept], stacks.base_m[kept], top, height, stacks.pitch_m)
