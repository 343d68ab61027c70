"""A block as flat pictures: its plan by bays and rows, and a bay from the side by rows and tiers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from layers.containers import ContainersLayer
from layers.cutaway import cells_of
from layers.palette import LEGAL_STATE_TABLE
from twin.port_layout import Block

if TYPE_CHECKING:
    from twin.tables import Containers

_FORTY_M = 7.0  # longer than this a box takes two cells


@dataclass(frozen=True, slots=True, eq=False)
class BlockPlan:
    """A block from above.

    high: boxes on one another in each twenty-foot cell, (cells, rows) int16. top: row of the container table of the
    uppermost box, -1 for none, (cells, rows) int32. states: containers of each legal state, (S,). teu, room: stored and
    possible twenty-foot units.
    """

    block: Block
    high: NDArray[np.int16]
    top: NDArray[np.int32]
    states: NDArray[np.int64]
    teu: int
    room: int


@dataclass(frozen=True, slots=True, eq=False)
class BayView:
    """A bay from the side, seen along increasing bays: row 1 on the left.

    rows: rows of the container table, (N,) int32. row, tier: from 1, (N,). part: 0 the box fills its place, -1 and +1
    it is the near or far twenty-foot box of an even bay's place, (N,) int8.
    """

    block: Block
    bay: int
    rows: NDArray[np.int32]
    row: NDArray[np.int16]
    tier: NDArray[np.int16]
    part: NDArray[np.int8]


def plan_of(layer: ContainersLayer, table: Containers, block_no: int) -> BlockPlan:
    """The plan of a block of `layer.blocks`."""
    block = layer.blocks[block_no]
    rows = layer.rows_in_block(block_no)
    bay, across, tier = table.bay[rows], table.row[rows] - 1, table.tier[rows]
    first = np.clip(np.where(bay % 2 == 1, (bay - 1) // 2, bay // 2 - 1), 0, block.bays - 1)
    last = np.clip(np.where(bay % 2 == 1, (bay - 1) // 2, bay // 2), 0, block.bays - 1)
    across = np.clip(across, 0, block.rows - 1)
    high = np.zeros((block.bays, block.rows), dtype=np.int16)
    top = np.full((block.bays, block.rows), -1, dtype=np.int32)
    order = np.argsort(tier, kind="stable")  # the highest is written last
    for cell in (first, last):
        np.maximum.at(high, (cell, across), tier.astype(np.int16))
        top[cell[order], across[order]] = rows[order]
    both = np.where(high[last, across] == tier, rows, -1)
    top[last[both >= 0], across[both >= 0]] = rows[both >= 0]
    states = np.bincount(table.legal_state[rows], minlength=len(LEGAL_STATE_TABLE))
    teu = int(np.where(table.length_m[rows] > _FORTY_M, 2, 1).sum())
    return BlockPlan(block, high, top, states, teu, block.bays * block.rows * block.tiers)


def bay_of(layer: ContainersLayer, table: Containers, block_no: int, bay: int) -> BayView:
    """A bay of a block: all boxes that stand in its cells, even bays with the twenty-foot boxes of their two halves."""
    block = layer.blocks[block_no]
    rows = layer.rows_in_block(block_no)
    number = table.bay[rows]
    low, high = cells_of(bay)
    first = np.where(number % 2 == 1, (number - 1) // 2, number // 2 - 1)
    last = np.where(number % 2 == 1, (number - 1) // 2, number // 2)
    at = np.flatnonzero((last >= low) & (first <= high))
    rows, number = rows[at], number[at]
    halves = np.sign(number - bay).astype(np.int8) if bay % 2 == 0 else np.zeros(len(at), dtype=np.int8)
    halves[number % 2 == 0] = 0
    return BayView(block, bay, rows, table.row[rows].astype(np.int16), table.tier[rows].astype(np.int16), halves)


def fullest_bay(plan: BlockPlan) -> int:
    """The forty-foot bay with most boxes: where one begins to look."""
    per_cell = plan.high.sum(axis=1)
    if len(per_cell) < 2:
        return 1
    return 2 * (int(np.argmax(per_cell[:-1] + per_cell[1:])) + 1)


def next_bay(block: Block, bay: int, step: int) -> int:
    """The bay `step` cells further, of the same length, within the block."""
    highest = 2 * block.bays - (1 if bay % 2 else 2)
    return min(max(bay + 2 * step, 1 if bay % 2 else 2), max(highest, 1))
