"""The yard as room: which texts name which slots, which cells a box fills, and where two containers claim the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from twin.port_layout import Block

_BAYS, _ROWS, _TIERS = 1_000, 100, 100  # bounds of the numbers in a slot's name
NO_SLOT = -1
_DIGITS = 3
_MOST_TEXTS = 1_000_000  # texts of an erring source must not fill the memory


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _DIGITS


class _Slots(dict[str, int]):
    """Slot texts as packed numbers: block, bay, row, tier; NO_SLOT for a text that names no slot of the port.

    What is before the tier is looked up apart: a port has far fewer stacks than slots.
    """

    def __init__(self, blocks: Sequence[Block]) -> None:
        super().__init__()
        self._blocks = {block.id: (number, block) for number, block in enumerate(blocks)}
        self._stacks: dict[str, tuple[int, int]] = {}  # packed number of tier 0, tiers

    def __missing__(self, text: str) -> int:
        packed = self._pack(text)
        if len(self) < _MOST_TEXTS:
            self[text] = packed
        return packed

    def _pack(self, text: str) -> int:
        stack, _, level = text.rpartition("-")
        found = self._stacks.get(stack)
        if found is None:
            found = self._stack(stack)
            if len(self._stacks) < _MOST_TEXTS:
                self._stacks[stack] = found
        tier = int(level) if _is_number(level) else 0
        return found[0] + tier if 1 <= tier <= found[1] else NO_SLOT

    def _stack(self, text: str) -> tuple[int, int]:
        parts = text.rsplit("-", 2)
        known = self._blocks.get(parts[0])
        if known is None or len(parts) != 3 or not all(map(_is_number, parts[1:])):
            return NO_SLOT, 0
        number, block = known
        bay, row = int(parts[1]), int(parts[2])
        if not (1 <= bay < 2 * block.bays and 1 <= row <= block.rows):
            return NO_SLOT, 0
        return ((number * _BAYS + bay) * _ROWS + row) * _TIERS, block.tiers


class Yard:
    """Counts the claims on each cell (a twenty-foot bay, row and tier of a block)."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._slots = _Slots(blocks)
        self._rows = np.array([b.rows for b in blocks], dtype=np.int64)
        self._tiers = np.array([b.tiers for b in blocks], dtype=np.int64)
        sizes = np.array([b.bays * b.rows * b.tiers for b in blocks], dtype=np.int64)
        self._first = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        self._claims = np.zeros(int(self._first[-1]), dtype=np.int32)

    def parse(self, texts: Sequence[str]) -> NDArray[np.int16]:
        """Block number, bay, row and tier of slot texts, all -1 where a text names no slot. Shape (N, 4)."""
        packed = np.fromiter(map(self._slots.__getitem__, texts), dtype=np.int64, count=len(texts))
        found = np.empty((len(texts), 4), dtype=np.int16)
        found[:, 3] = packed % _TIERS
        found[:, 2] = packed // _TIERS % _ROWS
        found[:, 1] = packed // (_TIERS * _ROWS) % _BAYS
        found[:, 0] = packed // (_TIERS * _ROWS * _BAYS)
        found[packed == NO_SLOT] = -1
        return found

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

    def shared(self, cells: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Which boxes have a cell that another claims, too. `cells`: (N, 2); -1 never is. Shape (N,)."""
        return np.asarray((cells[:, 0] >= 0) & (self._claims[cells] > 1).any(axis=1))
