"""Containers to be drawn, as columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """Upright boxes standing on `base`.

    rows: rows in the twin's container table, (N,) int32. base: centre of the under side, (N, 3) float32, metres.
    size: length, width, height, (N, 3) float32, metres. bearing_deg: direction of the length, clockwise from north,
    (N,) float32. colour: (N, 3) uint8. shade: a number of its own for each box that stays with it, (N,) uint8.
    """

    rows: NDArray[np.int32]
    base: NDArray[np.float32]
    size: NDArray[np.float32]
    bearing_deg: NDArray[np.float32]
    colour: NDArray[np.uint8]
    shade: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.rows)


def no_boxes() -> Boxes:
    """Boxes of nothing."""
    return Boxes(
        np.empty(0, np.int32), np.empty((0, 3), np.float32), np.empty((0, 3), np.float32), np.empty(0, np.float32),
        np.empty((0, 3), np.uint8), np.empty(0, np.uint8),
    )


def join(parts: list[Boxes]) -> Boxes:
    """Several lots of boxes as one."""
    if not parts:
        return no_boxes()
    if len(parts) == 1:
        return parts[0]
    return Boxes(*(
        np.concatenate([getattr(p, name) for p in parts])
        for name in ("rows", "base", "size", "bearing_deg", "colour", "shade")
    ))


def some(boxes: Boxes, at: NDArray[np.bool_] | NDArray[np.integer]) -> Boxes:
    """The boxes at a mask or at indices."""
    return Boxes(boxes.rows[at], boxes.base[at], boxes.size[at], boxes.bearing_deg[at], boxes.colour[at],
                 boxes.shade[at])


def shade_of(rows: NDArray[np.integer]) -> NDArray[np.uint8]:
    """A number for each box, 0..255, evenly spread and the same for the same row (multiplicative hashing, Knuth)."""
    return ((rows.astype(np.uint64) * np.uint64(2654435761) >> np.uint64(16)) & np.uint64(255)).astype(np.uint8)


def unit(bearing_deg: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """East and north parts of the unit vector of a bearing. Shapes (N,)."""
    angle = np.radians(np.asarray(bearing_deg, dtype=np.float64))
    return np.sin(angle), np.cos(angle)
