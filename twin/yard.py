"""The yard as room: which texts name which slots, which cells a box fills, and where two containers claim the same."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from twin.port_layout import Block

_MOST_TEXTS = 1_000_000  # texts of an erring source must not fill the memory
_NUMBERS = {f"{n:0{digits}d}": n for digits in (1, 2, 3) for n in range(1000)}
_NO_PARTS = ["", "", "", ""]
_BASE = 1_000  # of packed numbers: block, bay, row, tier


class Yard:
    """Counts the claims on each cell (a twenty-foot bay, row and tier of a block)."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._number = {block.id: number for number, block in enumerate(blocks)}
        self._known: dict[str, int] = {}  # packed numbers of texts seen
        self._bays = np.array([b.bays for b in blocks], dtype=np.int64)
        self._rows = np.array([b.rows for b in blocks], dtype=np.int64)
        self._tiers = np.array([b.tiers for b in blocks], dtype=np.int64)
        sizes = np.array([b.bays * b.rows * b.tiers for b in blocks], dtype=np.int64)
        self._first = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        self._claims = np.zeros(int(self._first[-1]), dtype=np.int32)

    def parse(self, texts: Sequence[str]) -> NDArray[np.int16]:
        """Block number, bay, row and tier of slot texts, all -1 where a text names no slot. Shape (N, 4)."""
        known = list(map(self._known.get, texts))
        if None in known:
            if len(self._known) > _MOST_TEXTS:
                self._known.clear()
            unseen = list(dict.fromkeys(texts)) if self._known.keys().isdisjoint(texts) else [
                text for text in dict.fromkeys(texts) if text not in self._known]
            self._known.update(zip(unseen, self._read(unseen).tolist(), strict=True))
            known = list(map(self._known.get, texts))
        packed = np.array(known, dtype=np.int64)
        slots = np.empty((len(texts), 4), dtype=np.int16)
        for place in (3, 2, 1):
            packed, slots[:, place] = np.divmod(packed, _BASE)
        slots[:, 0] = packed
        slots[packed < 0] = -1
        return slots

    def _read(self, texts: list[str]) -> NDArray[np.int64]:
        """Slot texts that were never seen as packed numbers, -1 where there is no such slot. Shape (N,)."""
        parts = [p if len(p) == 4 else _NO_PARTS for p in (text.rsplit("-", 3) for text in texts)]
        names, *numbers = zip(*parts, strict=True)
        slots = np.array(
            [list(map(self._number.get, names, repeat(-1))), *(list(map(_NUMBERS.get, n, repeat(0))) for n in numbers)],
            dtype=np.int64)
        block, bay, row, tier = slots
        exists = np.flatnonzero(block >= 0)
        b = block[exists]
        inside = (bay[exists] >= 1) & (bay[exists] < 2 * self._bays[b]) & (row[exists] >= 1) & (tier[exists] >= 1)
        inside &= (row[exists] <= self._rows[b]) & (tier[exists] <= self._tiers[b])
        read = np.full(len(texts), -1, dtype=np.int64)
        read[exists[inside]] = (_BASE ** np.arange(3, -1, -1)) @ slots[:, exists[inside]]
        return read

    def cells(self, slots: NDArray[np.int16]) -> NDArray[np.int32]:
        """The two cells of each slot (block, bay, row, tier), twice the same for an odd, twenty-foot bay; -1 without a
        slot. Shape (N, 2)."""
        wide = slots.astype(np.int64)
        block, bay, row, tier = wide.T
        cells = np.full((len(slots), 2), -1, dtype=np.int32)
        at = np.flatnonzero(block >= 0)
        b = block[at]
        even = bay[at] % 2 == 0
        near = np.where(even, bay[at] // 2 - 1, (bay[at] - 1) // 2)
        for side in (0, 1):
            place = near + (even & (side == 1))
            cells[at, side] = self._first[b] + (place * self._rows[b] + row[at] - 1) * self._tiers[b] + tier[at] - 1
        return cells

    def claim(self, gone: NDArray[np.int32], come: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Takes claims away and adds others (cells, shape (N, 2) each).

        Returns, over all cells of the yard, which of those concerned are or were claimed by more than one container.
        """
        before = self._claims
        after = before.copy()
        concerned = np.zeros(len(before), dtype=bool)
        for cells, sign in ((gone, -1), (come, 1)):
            held = cells[cells[:, 0] >= 0]
            second = held[held[:, 1] != held[:, 0], 1]
            np.add.at(after, held[:, 0], sign)
            np.add.at(after, second, sign)
            concerned[held] = True
        self._claims = after
        return concerned & ((before > 1) | (after > 1))

    def restore(self, cells: NDArray[np.int32]) -> None:
        """Counts anew the claims of all containers. `cells`: (N, 2), -1 for none."""
        held = cells[cells[:, 0] >= 0]
        second = held[held[:, 1] != held[:, 0], 1]
        self._claims = np.bincount(np.concatenate([held[:, 0], second]), minlength=len(self._claims)).astype(np.int32)

    def shared(self, cells: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Which boxes have a cell that another claims, too. `cells`: (N, 2); -1 never is. Shape (N,)."""
        return np.asarray((cells[:, 0] >= 0) & (self._claims[cells] > 1).any(axis=1))
