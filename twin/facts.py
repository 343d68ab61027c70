"""Facts: what was ever said about each container, kept so that its story can be told and conclusions be drawn again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.batch import Batch
from twin.past import NoPast, Past
from twin.records import Kind, Record


@dataclass(frozen=True, slots=True)
class DossierEntry:
    """One fact of a container's story. Times: ms UTC."""

    observed_at: int
    received_at: int
    kind: Kind
    record: Record


class Facts:
    """Which row of which batch is about which container. Beyond `limit` facts the oldest quarter is forgotten."""

    def __init__(self, limit: int = 4_000_000) -> None:
        self._limit = limit
        self._count = 0
        self._container = np.empty(1024, dtype=np.int32)
        self._batch = np.empty(1024, dtype=np.int32)
        self._row = np.empty(1024, dtype=np.int32)
        self._batches: dict[int, Batch] = {}
        self._next = 0
        self._past: Past = NoPast()
        self._until = 0
        self._name_of: Callable[[int], str] = str
        self._before = 0  # so many containers were known when it was restored
        self._told: dict[int, list[tuple[Batch, int]]] = {}  # from the past, by container row

    def restore(self, past: Past, until: int, count: int, name_of: Callable[[int], str]) -> None:
        """Forgets all and leaves what was said up to `until` (ms UTC, receipt) to the past. `name_of`: the number of
        the container in each of the `count` table rows there are.
        """
        self._count = 0
        self._batches, self._told = {}, {}
        self._past, self._until, self._before, self._name_of = past, until, count, name_of

    def __len__(self) -> int:
        return self._count

    def add(self, batch: Batch, containers: NDArray[np.int32], rows: NDArray[np.intp] | None = None) -> None:
        """Notes that `rows` of the batch (all of them if None) are about `containers` (table rows). Shapes (N,)."""
        added = len(containers)
        if not added:
            return
        if self._count + added > self._limit:
            self._forget()
        self._reserve(self._count + added)
        at = slice(self._count, self._count + added)
        self._container[at] = containers
        self._batch[at] = self._next
        self._row[at] = np.arange(added) if rows is None else rows
        self._batches[self._next] = batch
        self._next += 1
        self._count += added

    def _reserve(self, count: int) -> None:
        if count > len(self._container):
            room = max(count, 2 * len(self._container))
            self._container, self._batch, self._row = (
                np.resize(a, room) for a in (self._container, self._batch, self._row))

    def _forget(self) -> None:
        first = self._batch[self._count // 4]
        kept = np.flatnonzero(self._batch[: self._count] > first)
        for column in (self._container, self._batch, self._row):
            column[: len(kept)] = column[kept]
        self._count = len(kept)
        self._batches = {n: b for n, b in self._batches.items() if n > first}

    def of(self, container: int, *kinds: Kind) -> Iterator[tuple[Batch, int]]:
        """Batch and row of each fact about a container (table row), of the given kinds or of all, as they arrived."""
        if container not in self._told and container < self._before:
            batches = self._past.about(self._name_of(container), self._until)
            self._told[container] = [(batch, row) for batch in batches for row in range(len(batch))]
        for batch, row in self._told.get(container, ()):
            if not kinds or batch.kind in kinds:
                yield batch, row
        for at in np.flatnonzero(self._container[: self._count] == container):
            batch = self._batches[int(self._batch[at])]
            if not kinds or batch.kind in kinds:
                yield batch, int(self._row[at])

    def dossier(self, container: int) -> tuple[DossierEntry, ...]:
        """The story of a container (table row), in order of device time."""
        entries = [
            DossierEntry(int(b["observed_at"][i]), int(b["received_at"][i]), b.kind, b.record(i))
            for b, i in self.of(container)
        ]
        order = list(Kind)
        entries.sort(key=lambda e: (e.observed_at, order.index(e.kind), e.record.id))
        return tuple(entries)
