"""How all containers of the yard stand on one another, kept up to date by what changed: one grid of heights of all
blocks.

A move lifts and lowers what stands above it and opens or closes walls next door; everything else stays as it is. So a
change costs the few stacks around it, not its block.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from layers.stacks import SIDES, Stacks, Surroundings, looks_otherwise, pile, slots_of, surroundings
from twin.port_layout import Block

_RING: Final = 2  # cells of nothing around each block, so that neighbours need no care
_REACH: Final = 2  # cells from which a stack still darkens a wall


class YardStacks:
    """Columns by container row, and the grid they stand on.

    block: number of its block, -1 in no slot, (N,) int16. base_m: height of its under side above ground, (N,) float32.
    bay, row, tier: as in the container table, (N,) int16. `revision` grows with every change; `changed_at` is the
    revision at which each side of a box was last to be seen otherwise, (sides, N).
    """

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.revision = 0
        self._cells = np.array([b.bays for b in blocks], dtype=np.intp)
        self._lines = np.array([b.rows for b in blocks], dtype=np.intp)
        self._pitch = np.array([(b.bay_pitch_m, b.row_pitch_m) for b in blocks]).reshape(-1, 2)
        self._origin = np.array([b.origin for b in blocks], dtype=np.float64).reshape(-1, 2)
        self._along = np.array([b.along for b in blocks], dtype=np.float64).reshape(-1, 2)
        self._across = np.array([b.across for b in blocks], dtype=np.float64).reshape(-1, 2)
        self._bearing = np.array([b.bearing_deg for b in blocks], dtype=np.float32)
        self._from = _RING + np.concatenate([[0], np.cumsum(self._cells + _RING)]).astype(np.intp)
        wide = int(self._lines.max(initial=0)) + 2 * _RING
        self._height = np.zeros((int(self._from[-1]) + _RING, wide), dtype=np.float32)
        self._solid = self._height.copy()  # up to the lowest box that does not fill its room
        self.block: NDArray[np.int16] = np.empty(0, dtype=np.int16)
        self.bay: NDArray[np.int16] = np.empty(0, dtype=np.int16)
        self.row: NDArray[np.int16] = np.empty(0, dtype=np.int16)
        self.tier: NDArray[np.int16] = np.empty(0, dtype=np.int16)
        self.base_m: NDArray[np.float32] = np.empty(0, dtype=np.float32)
        self.changed_at: NDArray[np.int64] = np.empty((len(SIDES), 0), dtype=np.int64)
        self._box_m = np.empty(0, dtype=np.float32)
        self._through = np.empty(0, dtype=bool)
        self._ground = np.empty((0, 2), dtype=np.float32)
        self._first = np.empty(0, dtype=np.intp)  # flat numbers of the cells it stands on; 0, in the ring: nowhere
        self._last = np.empty(0, dtype=np.intp)

    def __len__(self) -> int:
        return len(self.block)

    def place(
        self, rows: NDArray[np.integer], block: NDArray[np.integer], bay: NDArray[np.integer],
        row: NDArray[np.integer], tier: NDArray[np.integer], height_m: NDArray[np.floating],
        through: NDArray[np.bool_] | None = None,
    ) -> None:
        """These boxes (each once) are now in these slots, or, with block -1, in none, or look otherwise. All (M,).

        through: those that do not fill their room, so that their neighbours' walls are seen.
        """
        if not len(rows):
            return
        self._grow(int(rows.max()) + 1)
        touched = np.zeros(self._height.size, dtype=bool)
        self._mark(touched, rows)
        self._put(rows, block, bay, row, tier, height_m)
        self._through[rows] = False if through is None else through
        self._mark(touched, rows)
        touched[0] = False
        changed = self._pile(touched)
        changed[:, rows] = True
        self.revision += 1
        self.changed_at[changed] = self.revision

    def touch(self, rows: NDArray[np.bool_] | slice = slice(None)) -> None:
        """These boxes, by default all, are to be looked at again."""
        self.revision += 1
        self.changed_at[:, rows] = self.revision

    def grounds(self, rows: NDArray[np.integer]) -> NDArray[np.float32]:
        """Centres of the under sides of boxes in slots. Shape (M, 3), metres."""
        return np.column_stack([self._ground[rows], self.base_m[rows]])

    def bearings(self, rows: NDArray[np.integer]) -> NDArray[np.float32]:
        """Bearings of boxes in slots. Shape (M,), degrees."""
        found: NDArray[np.float32] = self._bearing[self.block[rows]]
        return found

    def around(self, rows: NDArray[np.integer]) -> Surroundings:
        """What stands around boxes in slots."""
        return self._around(self._solid.reshape(-1), rows)

    def room(self, rows: NDArray[np.integer]) -> NDArray[np.float32]:
        """Length and width of the cells that boxes in slots stand on, gaps included. Shape (M, 2), metres."""
        found: NDArray[np.float32] = self._pitch[self.block[rows]].astype(np.float32)
        found[self._first[rows] != self._last[rows], 0] *= 2.0
        return found

    def of_block(self, number: int, rows: NDArray[np.integer]) -> Stacks:
        """A block by itself. rows: of its boxes, (M,)."""
        first, last, line, tier = slots_of(
            self.bay[rows], self.row[rows], self.tier[rows], self._cells[number], self._lines[number])
        low, high = int(self._from[number]), int(self._from[number] + self._cells[number])
        height = self._height[low - 1: high + 1, _RING - 1: _RING + int(self._lines[number]) + 1].copy()
        pitch = float(self._pitch[number, 0]), float(self._pitch[number, 1])
        return Stacks(first, last, line, tier, self.base_m[rows], self.base_m[rows] + self._box_m[rows],
                      height, pitch)

    def height_at(self, number: int, cell: NDArray[np.intp], line: NDArray[np.intp]) -> NDArray[np.intp]:
        """Where in `heights` the cells of a block are, both counted from 0. Shape (M,)."""
        return (int(self._from[number]) + cell) * self._height.shape[1] + _RING + line

    @property
    def heights(self) -> NDArray[np.float32]:
        """Heights of all stacks of all blocks, metres, in an order of its own: see `height_at`."""
        return self._height.reshape(-1)

    def _grow(self, count: int) -> None:
        extra = count - len(self.block)
        if extra <= 0:
            return
        nowhere, zero = np.full(extra, -1, dtype=np.int16), np.zeros(extra, dtype=np.int16)
        self.block = np.concatenate([self.block, nowhere])
        self.bay, self.row, self.tier = (np.concatenate([c, zero]) for c in (self.bay, self.row, self.tier))
        level = np.zeros(extra, dtype=np.float32)
        self.base_m, self._box_m = np.concatenate([self.base_m, level]), np.concatenate([self._box_m, level])
        never = np.zeros((len(SIDES), extra), dtype=np.int64)
        self.changed_at = np.concatenate([self.changed_at, never], axis=1)
        self._ground = np.concatenate([self._ground, np.zeros((extra, 2), dtype=np.float32)])
        self._through = np.concatenate([self._through, np.zeros(extra, dtype=bool)])
        cell = np.zeros(extra, dtype=np.intp)
        self._first, self._last = np.concatenate([self._first, cell]), np.concatenate([self._last, cell])

    def _put(
        self, rows: NDArray[np.integer], block: NDArray[np.integer], bay: NDArray[np.integer],
        row: NDArray[np.integer], tier: NDArray[np.integer], height_m: NDArray[np.floating],
    ) -> None:
        self.block[rows] = block
        self._first[rows] = self._last[rows] = 0
        standing = np.flatnonzero(block >= 0)
        at, number = rows[standing], np.asarray(block[standing], dtype=np.intp)
        bay, row, tier = bay[standing], row[standing], tier[standing]
        self.bay[at], self.row[at], self.tier[at] = bay, row, tier
        self._box_m[at] = height_m[standing]
        first, last, line, _ = slots_of(bay, row, tier, self._cells[number], self._lines[number])
        wide = self._height.shape[1]
        self._first[at] = (self._from[number] + first) * wide + _RING + line
        self._last[at] = (self._from[number] + last) * wide + _RING + line
        u = (bay * (0.5 * self._pitch[number, 0]))[:, None]
        v = ((row - 0.5) * self._pitch[number, 1])[:, None]
        self._ground[at] = self._origin[number] + u * self._along[number] + v * self._across[number]

    def _mark(self, cells: NDArray[np.bool_], rows: NDArray[np.integer]) -> None:
        cells[self._first[rows]] = True
        cells[self._last[rows]] = True

    def _pile(self, touched: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Pile up anew what stands on the touched cells. Which sides are now to be seen otherwise, (sides, N)."""
        before = 0
        while True:  # a forty-foot box carries a change on to the stack beside
            here = np.flatnonzero(self._on(touched))
            if len(here) == before:
                break
            before = len(here)
            self._mark(touched, here)
        cells = np.flatnonzero(touched)
        flat, solid = self._height.reshape(-1), self._solid.reshape(-1)
        was, base_was = solid.copy(), self.base_m[here]
        flat[cells] = 0.0
        tier = np.maximum(self.tier[here].astype(np.intp) - 1, 0)
        base = self.base_m[here] = pile(flat, self._first[here], self._last[here], tier, self._box_m[here])
        solid[cells] = flat[cells]
        through = here[self._through[here]]
        for cell in (self._first[through], self._last[through]):
            np.minimum.at(solid, cell, self.base_m[through])
        solid[0] = 0.0
        risen = cells[solid[cells] != was[cells]]
        beside = np.zeros(flat.size, dtype=bool)
        for step in range(-_REACH, _REACH + 1):
            beside[risen + step] = True
            beside[risen + step * self._height.shape[1]] = True
        beside[0] = False
        near = np.flatnonzero(self._on(beside))
        changed = np.zeros(self.changed_at.shape, dtype=bool)
        changed[:, near] = looks_otherwise(
            self.base_m[near], self.base_m[near] + self._box_m[near], self._around(was, near),
            self._around(solid, near))
        changed[:, near[self._through[near]]] = True  # whose bodies are smaller than their rooms
        changed[:, here[base != base_was]] = True
        return changed

    def _around(self, heights: NDArray[np.float32], rows: NDArray[np.integer]) -> Surroundings:
        return surroundings(heights, self._first[rows], self._last[rows], self._height.shape[1])

    def _on(self, cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which boxes stand on marked cells. Shape (N,)."""
        found = cells.take(self._first)
        found |= cells.take(self._last)
        return found
