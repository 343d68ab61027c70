"""Which records came before: delivery is at least once, the twin wants each record once.

Ids are remembered as 64-bit hashes in two open-addressed tables a group of kinds, the present and the previous
generation: at least the last `capacity` ids are known for certain, memory is bounded, and a batch is looked up and
noted in a few numpy passes. Among a million remembered ids, a new one is taken for an old one once in 10^13 lookups.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.batch import Batch
from twin.records import Kind

Hashes = NDArray[np.uint64]

DISCRETE_IDS = 1 << 19
"""Events and papers of well over a busy day (5,000 containers, some 30 records each)."""
SAMPLED_IDS = 1 << 20
"""Positions and crane telemetry: 50 s at 20,000 a second, hours at a port's usual load."""

_TOUCHED = 1 << 16
_SAMPLED = frozenset((Kind.POSITION, Kind.CRANE_TELEMETRY))
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_KIND_SALT = {kind: np.uint64(hash(str(kind)) & 0xFFFFFFFFFFFFFFFF) for kind in Kind}


class SeenRecords:
    """Remembers the records of one feed. An id is unique within its source, so both make the key. For one thread."""

    def __init__(self, discrete_ids: int = DISCRETE_IDS, sampled_ids: int = SAMPLED_IDS) -> None:
        self._discrete = _Generations(discrete_ids)
        self._sampled = _Generations(sampled_ids)

    def known(self, batch: Batch) -> NDArray[np.bool_]:
        """Which rows came before, without noting the others. Shape (N,)."""
        return self._memory(batch.kind).known(_hashes(batch))

    def fresh(self, batch: Batch) -> Batch:
        """The rows that did not come before, noted from now on; of a row twice in the batch the first."""
        hashes = _hashes(batch)
        memory = self._memory(batch.kind)
        _, first = np.unique(hashes, return_index=True)
        new = np.zeros(len(hashes), dtype=np.bool_)
        new[first] = True
        new &= ~memory.known(hashes)
        memory.note(hashes[new])
        return batch if new.all() else batch.take(new)

    def _memory(self, kind: Kind) -> _Generations:
        return self._sampled if kind in _SAMPLED else self._discrete


def _hashes(batch: Batch) -> Hashes:
    """A number for the source and id of each row, never 0. Shape (N,)."""
    count = len(batch)
    ids = np.fromiter(map(hash, batch["id"].tolist()), dtype=np.int64, count=count).view(np.uint64)
    sources = np.fromiter(map(hash, batch["source"].tolist()), dtype=np.int64, count=count).view(np.uint64)
    mixed: Hashes = (ids ^ (sources * _GOLDEN) ^ _KIND_SALT[batch.kind]) * _GOLDEN
    mixed ^= mixed >> np.uint64(29)
    mixed[mixed == 0] = 1
    return mixed


class _Generations:
    """The last `capacity` hashes, or up to twice as many."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._bits = max(4, int(capacity * 2 - 1).bit_length())  # at most half full
        self._present = np.zeros(0, dtype=np.uint64)  # made when first needed, by the thread that needs it
        self._previous = self._present
        self._noted = 0

    def known(self, hashes: Hashes) -> NDArray[np.bool_]:
        return self._in(self._present, hashes) | self._in(self._previous, hashes)

    def note(self, hashes: Hashes) -> None:
        """Remember hashes, each once and none of them known."""
        if not len(self._present):
            self._present = self._table()
        while len(hashes):
            if self._noted >= self._capacity:
                self._previous, self._present, self._noted = self._present, self._table(), 0
            some, hashes = np.split(hashes, [self._capacity - self._noted])
            self._insert(some)
            self._noted += len(some)

    def _table(self) -> Hashes:
        table = np.empty(1 << self._bits, dtype=np.uint64)
        for start in range(0, len(table), _TOUCHED):  # in pieces: the system provides the memory at the first touch,
            table[start:start + _TOUCHED] = 0  # which takes long enough for a picture to come late
        return table

    def _start(self, hashes: Hashes) -> NDArray[np.int64]:
        return (hashes >> np.uint64(64 - self._bits)).astype(np.int64)

    def _in(self, table: Hashes, hashes: Hashes) -> NDArray[np.bool_]:
        found = np.zeros(len(hashes), dtype=np.bool_)
        if not len(table):
            return found
        places, open_rows = self._start(hashes), np.arange(len(hashes))
        while len(open_rows):  # a step along the table for all rows that are neither found nor at a free place
            held = table[places]
            hit = held == hashes[open_rows]
            found[open_rows[hit]] = True
            on = ~hit & (held != 0)
            open_rows, places = open_rows[on], (places[on] + 1) & (len(table) - 1)
        return found

    def _insert(self, hashes: Hashes) -> None:
        places = self._start(hashes)
        while len(hashes):
            free = self._present[places] == 0
            self._present[places[free]] = hashes[free]  # two may want one place: the later one has it
            on = self._present[places] != hashes
            hashes, places = hashes[on], (places[on] + 1) & (len(self._present) - 1)
