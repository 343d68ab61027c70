"""Which fences a movement may touch: a grid whose cells know the fences near them rules out most geometry.

Each cell knows, of every fence within `NEAR_M` of it, how deep its middle lies inside. A point of the cell lies at most
half a diagonal deeper or less deep, so only points near a border need the polygon. A cell is looked at with geometry
the first time something is in it. Memory: 8 bytes a cell of the grid (at most 4 million cells) and 8 bytes for each
fence that a visited cell knows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.cells import Cells
from twin.port_index import PortIndex

F8 = NDArray[np.float64]
NEAR_M = 30.0


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Movements and the fences they may touch, each pair once, ordered by movement. Shapes (N,).

    which: index of the movement. fence: number in layout.fences. depth: metres that the movement's end lies inside
    (negative: outside), give or take `slack_m`; -inf where it lies more than NEAR_M outside.
    """

    which: NDArray[np.intp]
    fence: NDArray[np.int32]
    depth: F8

    def take(self, kept: NDArray[np.bool_] | NDArray[np.intp]) -> Pairs:
        """Some of the pairs."""
        return Pairs(self.which[kept], self.fence[kept], self.depth[kept])


class FenceCells:
    """Finds fences near movements, and answers exactly for the few pairs that need it."""

    def __init__(self, index: PortIndex) -> None:
        self._polygons = np.array(index.fence_polygons, dtype=object)
        self._borders = shapely.boundary(self._polygons)
        shapely.prepare(self._polygons)
        shapely.prepare(self._borders)
        self._tree = shapely.STRtree(self._polygons)
        self._cells = Cells(list(self._polygons))
        self.slack_m = self._cells.size_m / np.sqrt(2.0)
        self._first = np.zeros(self._cells.count + 1, dtype=np.int32)
        self._count = np.full(self._cells.count + 1, -1, dtype=np.int32)  # -1: not looked at yet
        self._count[-1] = 0  # beyond the grid
        self._fence = np.zeros(0, dtype=np.int32)
        self._depth = np.zeros(0, dtype=np.float32)

    @property
    def memory_bytes(self) -> int:
        """What the grid and all that its cells know takes."""
        return sum(a.nbytes for a in (self._first, self._count, self._fence, self._depth))

    def near(self, from_x: F8, from_y: F8, x: F8, y: F8) -> Pairs:
        """The fences that straight movements may touch; of a movement from nowhere (NaN), its end. Metres, (N,).

        A point of a movement is never more than NEAR_M from one of the points it is looked at in, and a cell knows the
        fences within NEAR_M: so none is missed.
        """
        pairs = self._at(x, y)
        back_x, back_y = from_x - x, from_y - y
        length = np.hypot(back_x, back_y)
        long = np.flatnonzero(length > NEAR_M)
        if not len(long):
            return pairs
        pieces = np.ceil(length[long] / (2.0 * NEAR_M)).astype(np.intp)
        which = np.repeat(long, pieces)
        first = np.repeat(np.cumsum(pieces) - pieces, pieces)
        part = (np.arange(len(which)) - first + 1) / pieces[np.searchsorted(long, which)]
        on_the_way = self._at(x[which] + part * back_x[which], y[which] + part * back_y[which])
        many = len(self._polygons)
        known = pairs.which * many + pairs.fence
        more = np.setdiff1d(which[on_the_way.which] * many + on_the_way.fence, known)
        both = np.concatenate([known, more])
        order = np.argsort(both, kind="stable")
        depth = np.concatenate([pairs.depth, np.full(len(more), -np.inf)])[order]
        return Pairs(both[order] // many, (both[order] % many).astype(np.int32), depth)

    def _at(self, x: F8, y: F8) -> Pairs:
        """The fences near points, with the depth of their cell's middle."""
        numbers = self._cells.number(x, y)
        count = self._count[numbers]
        if count.size and count.min() < 0:
            self._look(np.unique(numbers[count < 0]))
            count = self._count[numbers]
        some = np.flatnonzero(count)
        many = count[some]
        which = np.repeat(some, many)
        at = np.arange(len(which)) + np.repeat(self._first[numbers[some]] - (np.cumsum(many) - many), many)
        return Pairs(which, self._fence[at], self._depth[at].astype(np.float64))

    def _look(self, numbers: NDArray[np.intp]) -> None:
        boxes = self._cells.boxes(numbers)
        which, fence = self._tree.query(boxes, predicate="dwithin", distance=NEAR_M)
        order = np.lexsort((fence, which))
        which, fence = which[order], fence[order].astype(np.int32)
        middle = shapely.get_coordinates(shapely.centroid(boxes[which]))
        count = np.bincount(which, minlength=len(numbers))
        self._first[numbers] = len(self._fence) + np.cumsum(count) - count
        self._count[numbers] = count
        self._fence = np.concatenate([self._fence, fence])
        self._depth = np.concatenate([self._depth, self.depth(fence, middle[:, 0], middle[:, 1]).astype(np.float32)])

    def depth(self, fence: NDArray[np.integer], x: F8, y: F8) -> F8:
        """How deep points lie inside a fence each, metres; negative outside. Shape (N,)."""
        distance = shapely.distance(self._borders[fence], shapely.points(x, y))
        return np.where(shapely.contains_xy(self._polygons[fence], x, y), distance, -distance)

    def chord(self, fence: NDArray[np.integer], from_x: F8, from_y: F8, x: F8, y: F8) -> F8:
        """How much of straight movements lies inside a fence each, metres. Shape (N,)."""
        lines = shapely.linestrings(np.stack([np.stack([from_x, from_y], axis=-1), np.stack([x, y], axis=-1)], axis=-2))
        return np.asarray(shapely.length(shapely.intersection(self._polygons[fence], lines)))
