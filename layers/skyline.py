"""How high the port stands at each place: stacks and buildings as one grid of heights, to know what hides what."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.containers import ContainersLayer
from layers.cutaway import CutMode
from twin.port_layout import Block, PortLayout

CELL_M: Final = 4.0
_STEP_M: Final = 3.0
_MOST_STEPS: Final = 160
_CLEAR_M: Final = 7.0  # so much of the way before a place does not count: what it stands on and beside
_FEET_M: Final = 0.5


class Skyline:
    """Heights above ground, metres, on a square grid, looked at again when stacks change."""

    def __init__(self, layout: PortLayout, containers: ContainersLayer) -> None:
        self._containers = containers
        self._layout = layout
        self._low = np.zeros(2)
        self._parts: list[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]] | None = None
        self._cells: NDArray[np.intp] = np.empty(0, dtype=np.intp)  # of all blocks, and where their heights are
        self._heights: NDArray[np.intp] = np.empty(0, dtype=np.intp)
        self._seen = -1
        self.height_m: NDArray[np.float32] = np.zeros((1, 1), dtype=np.float32)
        self.tallest_m = 0.0
        self.revision = 0

    def update(self) -> None:
        """Take over stacks that changed."""
        stacks = self._containers.stacks
        if self._parts is None:
            self._parts = self._lay_out()
            if self._parts:
                self._cells = np.concatenate([at for at, _, _ in self._parts])
                self._heights = np.concatenate([
                    stacks.height_at(number, cell, row) for number, (_, cell, row) in enumerate(self._parts)])
        if self._seen == stacks.revision:
            return
        self._seen = stacks.revision
        flat = self.height_m.reshape(-1)
        flat[self._cells] = stacks.heights[self._heights]
        self._open(flat)
        self.tallest_m = float(self.height_m.max())
        self.revision += 1

    def _open(self, flat: NDArray[np.float32]) -> None:
        """What is opened hides nothing but what is left of it."""
        containers, opened = self._containers, self._containers.cutaway
        if opened is None or self._parts is None:
            return
        number = next(at for at, block in enumerate(containers.blocks) if block.id == opened.block)
        at, cell, row = self._parts[number]
        transparent = opened.mode is not CutMode.SECTION or opened.bay is None
        flat[at] = 0.0 if transparent else containers.block(number).stacks.height_m[cell + 1, row + 1]

    def at(self, points: NDArray[np.floating]) -> NDArray[np.float32]:
        """Height of what stands at places (..., 2), metres; 0 on open ground and beyond the grid."""
        index = np.floor((np.asarray(points) - self._low) / CELL_M).astype(np.intp)
        deep, wide = self.height_m.shape
        column, row = index[..., 0], index[..., 1]
        inside = (column >= 0) & (column < wide) & (row >= 0) & (row < deep)
        return np.where(inside, self.height_m[np.clip(row, 0, deep - 1), np.clip(column, 0, wide - 1)], 0.0)

    def hides(self, eye: tuple[float, float, float], places: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Which of the places (N, 3) cannot be seen from the eye, because a stack or building stands between. (N,)."""
        if not len(places):
            return np.zeros(0, dtype=bool)
        self.update()
        tallest = self.tallest_m
        goal, start = np.asarray(places, dtype=np.float64), np.asarray(eye, dtype=np.float64)
        way = goal - start
        length = np.maximum(np.linalg.norm(way, axis=1), 1e-6)
        # Only the part of each way that runs lower than the tallest stack can be hidden.
        with np.errstate(divide="ignore", invalid="ignore"):
            below = np.clip((tallest - start[2]) / way[:, 2], 0.0, 1.0)
        enters = np.where(start[2] <= tallest, 0.0, np.where(goal[:, 2] < tallest, below, 1.0))
        leaves = np.where((start[2] <= tallest) & (goal[:, 2] > tallest), below, 1.0)
        leaves = np.minimum(leaves, 1.0 - _CLEAR_M / length)
        longest = float((np.maximum(leaves - enters, 0.0) * length).max())
        if longest <= 0.0:
            return np.zeros(len(goal), dtype=bool)
        steps = int(np.clip(np.ceil(longest / _STEP_M), 2, _MOST_STEPS))
        part = enters[:, None] + np.maximum(leaves - enters, 0.0)[:, None] * np.linspace(0.0, 1.0, steps)
        on_way = start + part[..., None] * way[:, None, :]
        hidden: NDArray[np.bool_] = (
            (self.at(on_way[..., :2]) > on_way[..., 2] + _FEET_M).any(axis=1) & (leaves > enters))
        return hidden

    def _lay_out(self) -> list[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]]:
        """The grid with the buildings, and of each block: cells of the grid, and the block's cell and row over each
        (both from 0)."""
        outlines = [np.asarray(block.outline) for block in self._layout.blocks]
        outlines += [np.asarray(building.outline) for building in self._layout.buildings]
        if not outlines:
            return []
        points = np.concatenate(outlines)
        self._low = points.min(axis=0) - CELL_M
        wide, deep = (np.ceil((points.max(axis=0) - self._low) / CELL_M) + 1).astype(int).tolist()
        self.height_m = np.zeros((deep, wide), dtype=np.float32)
        for building in self._layout.buildings:
            at, middle = self._cells_around(np.asarray(building.outline), wide, deep)
            inside = shapely.contains_xy(shapely.Polygon(building.outline), middle[:, 0], middle[:, 1])
            flat = self.height_m.reshape(-1)
            flat[at[inside]] = np.maximum(flat[at[inside]], building.height_m)
        return [self._over(block, wide, deep) for block in self._layout.blocks]

    def _over(
        self, block: Block, wide: int, deep: int
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
        at, middle = self._cells_around(np.asarray(block.outline), wide, deep)
        offset = middle - np.asarray(block.origin)
        cell = np.floor(offset @ block.along / block.bay_pitch_m).astype(np.intp)
        row = np.floor(offset @ block.across / block.row_pitch_m).astype(np.intp)
        inside = (cell >= 0) & (cell < block.bays) & (row >= 0) & (row < block.rows)
        return at[inside], cell[inside], row[inside]

    def _cells_around(
        self, outline: NDArray[np.float64], wide: int, deep: int
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Flat numbers (N,) and middles (N, 2) of the cells in the box around an outline."""
        low = np.clip(np.floor((outline.min(axis=0) - self._low) / CELL_M).astype(int), 0, (wide - 1, deep - 1))
        high = np.clip(np.floor((outline.max(axis=0) - self._low) / CELL_M).astype(int), 0, (wide - 1, deep - 1))
        row, column = np.mgrid[low[1]:high[1] + 1, low[0]:high[0] + 1]
        middle = self._low + (np.stack([column.ravel(), row.ravel()], axis=1) + 0.5) * CELL_M
        return (row * wide + column).ravel().astype(np.intp), middle
