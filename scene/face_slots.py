"""Room for the faces that one side of every box of a yard shows: a box keeps its place while it changes.

Boxes lie in groups, each of which is a mesh of its own: its faces are one stretch of the arrays, with a little room to
spare. A change writes the few faces it is about; what shows nothing lies there as a face without area.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from scene.box_faces import Faces

_SPARE: Final = 0.08
_LEAST_SPARE: Final = 24
_SPARSE: Final = 0.5
"""Share of the room in use below which less of it will do."""


class FaceSlots:
    """points: (room, 4, 3) float32, metres; colours: (room, 4, 3) uint8; edges: (room, 4, 4) float32, as in `Faces`.

    begins: where each group's stretch begins, and the end of the last, (groups + 1,). used: faces that each group
    shows, (groups,). nearest: how far along `outwards` a group's faces begin, metres, at least, (groups,). `layout`
    grows when the arrays and stretches are others.
    """

    def __init__(self, somewhere: NDArray[np.floating], outwards: NDArray[np.floating]) -> None:
        """somewhere: a place within each group, metres; outwards: where its faces look to. Both (groups, 3)."""
        groups = len(somewhere)
        self.nearest: NDArray[np.float32] = np.full(groups, np.inf, dtype=np.float32)
        self._outwards = np.asarray(outwards, dtype=np.float32)
        self.layout = 0
        self.begins: NDArray[np.intp] = np.zeros(groups + 1, dtype=np.intp)
        self.used: NDArray[np.intp] = np.zeros(groups, dtype=np.intp)
        self.points: NDArray[np.float32] = np.empty((0, 4, 3), dtype=np.float32)
        self.colours: NDArray[np.uint8] = np.empty((0, 4, 3), dtype=np.uint8)
        self.edges: NDArray[np.float32] = np.empty((0, 4, 4), dtype=np.float32)
        self._somewhere = np.asarray(somewhere, dtype=np.float32)
        self._owner: NDArray[np.int32] = np.empty(0, dtype=np.int32)  # row of the box, -1 for none
        self._slot: NDArray[np.int32] = np.empty(0, dtype=np.int32)  # by row, -1 for none

    def put(
        self, rows: NDArray[np.integer], faces: Faces, shown: NDArray[np.integer], group: NDArray[np.integer]
    ) -> NDArray[np.bool_]:
        """Boxes `rows` (M,) show these faces and no others. shown: the row of each face, at most once, (K,); group:
        of each face, (K,). Which groups are others now, (groups,)."""
        self._know(int(rows.max(initial=-1)) + 1)
        touched = np.zeros(len(self.used), dtype=bool)
        slot = self._slot[shown]
        stays = (slot >= self.begins[group]) & (slot < self.begins[group + 1])
        touched[self._free(rows, shown[stays])] = True
        comes = np.flatnonzero(~stays)
        if len(comes):
            self._take(shown[comes], group[comes])
        slot = self._slot[shown]
        self.points[slot], self.colours[slot], self.edges[slot] = faces.points, faces.colours, faces.edges
        self._reach(group, faces.points[:, 0])
        touched[group] = True
        if self.used.sum() < _SPARSE * len(self._owner) - _LEAST_SPARE * len(self.used):
            self._lay_out(self.used)
        return touched

    def _reach(self, group: NDArray[np.integer], corner: NDArray[np.float32]) -> None:
        """Groups (K,) have faces with these corners (K, 3)."""
        np.minimum.at(self.nearest, group, np.einsum("ij,ij->i", corner, self._outwards[group]))

    def _free(self, rows: NDArray[np.integer], staying: NDArray[np.integer]) -> NDArray[np.intp]:
        """All of `rows` but those that stay where they are leave their slots. Groups they leave, (L,)."""
        keeps = self._slot[staying]
        self._slot[staying] = -1
        left = self._slot[rows]
        left = left[left >= 0]
        self._slot[staying] = keeps
        self._slot[self._owner[left]] = -1
        self._owner[left] = -1
        self.points[left, 1:] = self.points[left, :1]
        groups = np.searchsorted(self.begins, left, side="right") - 1
        self.used -= np.bincount(groups, minlength=len(self.used))
        return groups

    def _take(self, rows: NDArray[np.integer], group: NDArray[np.integer]) -> None:
        """Boxes (K,) without a slot get one in these groups."""
        wanted = self.used + np.bincount(group, minlength=len(self.used))
        if (wanted > np.diff(self.begins)).any():
            self._lay_out(wanted)
        order = np.argsort(group, kind="stable")
        rows, group = rows[order], group[order]
        free = np.flatnonzero(self._owner < 0)
        among = np.arange(len(group)) - np.searchsorted(group, group)
        slot = free[np.searchsorted(free, self.begins[group]) + among]
        self._owner[slot], self._slot[rows] = rows, slot
        self.used = wanted

    def _lay_out(self, wanted: NDArray[np.intp]) -> None:
        """Stretches with room for so many faces a group, and some to spare, in arrays of their own."""
        old = np.flatnonzero(self._owner >= 0)
        group = np.searchsorted(self.begins, old, side="right") - 1
        room = np.where(wanted > 0, wanted + (_SPARE * wanted).astype(np.intp) + _LEAST_SPARE, 0)
        self.begins = np.concatenate([[0], np.cumsum(room)]).astype(np.intp)
        new = self.begins[group] + np.arange(len(old)) - np.searchsorted(group, group)
        total = int(self.begins[-1])
        owner = np.full(total, -1, dtype=np.int32)
        owner[new] = self._owner[old]
        points = np.repeat(self._somewhere, room, axis=0)[:, None, :].repeat(4, axis=1)
        colours, edges = np.zeros((total, 4, 3), dtype=np.uint8), np.zeros((total, 4, 4), dtype=np.float32)
        points[new], colours[new], edges[new] = self.points[old], self.colours[old], self.edges[old]
        self.nearest[:] = np.inf
        self._reach(group, points[new, 0])
        self._owner, self.points, self.colours, self.edges = owner, points, colours, edges
        self._slot[owner[new]] = new
        self.layout += 1

    def _know(self, rows: int) -> None:
        extra = rows - len(self._slot)
        if extra > 0:
            self._slot = np.concatenate([self._slot, np.full(extra, -1, dtype=np.int32)])
