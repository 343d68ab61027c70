"""Registers of what is known of each subject of a kind: its newest record by device time."""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.batch import Batch
from twin.interner import Interner, Rows, Texts
from twin.kept_columns import LateColumn
from twin.newest import time_of, version, winners
from twin.past import NoPast, Past
from twin.records import SUBJECT_FIELD, Kind, Record


class Register:
    """The newest record of each subject of one kind (manifests by container, trips by number, ...)."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self._interner = Interner()
        self._versions = np.zeros(0, dtype=np.int64)
        self._ids = LateColumn(np.dtype(object), "")
        self._batch: Texts = np.empty(0, dtype=object)
        self._row = np.zeros(0, dtype=np.int32)
        self._past: Past = NoPast()
        self._saved: Callable[[], Mapping[str, NDArray[Any]]] | None = None

    def __len__(self) -> int:
        self._open()
        return len(self._interner)

    def __iter__(self) -> Iterator[Record]:
        self._open()
        self._fetch(np.arange(len(self)))
        return (self._batch[i].record(int(self._row[i])) for i in range(len(self)) if self._batch[i] is not None)

    def save(self) -> dict[str, NDArray[Any]]:
        """Copies of what says which record of each subject is the newest. Shapes (N,)."""
        count = len(self)
        subjects = np.fromiter(self._interner.texts, dtype=object, count=count)
        ids = self._ids.read(count, len(self._versions)).copy()
        return {"subject": subjects, "version": self._versions[:count].copy(), "id": ids}

    def restore(self, saved: Callable[[], Mapping[str, NDArray[Any]]], past: Past) -> None:
        """Knows the newest of each subject as then. `saved` gives what was saved when it is needed; the records
        themselves are fetched from the past when asked for.
        """
        self._saved, self._past = saved, past

    def _open(self) -> None:
        if self._saved is None:
            return
        columns, self._saved = self._saved(), None
        self._interner.restore(columns, "subject")
        self._ids.restore(functools.partial(columns.__getitem__, "id"))
        self._versions = columns["version"].copy()
        self._batch = np.full(len(self._versions), None, dtype=object)
        self._row = np.zeros(len(self._versions), dtype=np.int32)

    def _fetch(self, rows: NDArray[np.intp]) -> None:
        """Has the records of rows that were left to the past."""
        missing = rows[[batch is None for batch in self._batch[rows]]]
        if not len(missing):
            return
        row_of = dict(zip(self._all_ids()[missing].tolist(), missing.tolist(), strict=True))
        subjects = [self._interner.texts[row] for row in missing.tolist()]
        for batch in self._past.records(self.kind, subjects, time_of(self._versions[missing]).tolist()):
            for at, record_id in enumerate(batch["id"].tolist()):
                row = row_of.get(record_id)
                if row is not None:
                    self._batch[row], self._row[row] = batch, at

    def take(self, batch: Batch, ranks: NDArray[Any] | int = 0) -> NDArray[np.intp]:
        """Takes records in; the rows of those that are now the newest of their subject."""
        self._open()
        rows = self._interner.rows(batch[SUBJECT_FIELD[self.kind]])
        self._reserve()
        versions = version(batch["observed_at"], ranks)
        won = winners(rows, versions, batch["id"], self._versions, self._all_ids)
        at = rows[won]
        self._versions[at] = versions[won]
        self._ids.put(at, batch["id"][won], len(self._versions))
        self._batch[at], self._row[at] = batch, won
        return won

    def _all_ids(self) -> Texts:
        return self._ids.read(len(self), len(self._versions))

    def _reserve(self) -> None:
        missing = len(self._interner) - len(self._versions)
        if missing > 0:
            room = max(missing, len(self._versions), 256)
            self._versions = np.concatenate([self._versions, np.full(room, -1, dtype=np.int64)])
            if self._ids.is_own:
                self._ids.own(len(self._versions))
            self._batch = np.concatenate([self._batch, np.full(room, None, dtype=object)])
            self._row = np.concatenate([self._row, np.zeros(room, dtype=np.int32)])

    def get(self, subject: str) -> Record | None:
        """The newest record of a subject, None if there is none."""
        self._open()
        row = self._interner.row_of.get(subject)
        batch = None if row is None else self._batch_of(row)
        return None if batch is None else batch.record(int(self._row[row]))

    def value(self, subject: str, name: str) -> Any:
        """One field of the newest record of a subject, None if there is none."""
        self._open()
        row = self._interner.row_of.get(subject)
        batch = None if row is None else self._batch_of(row)
        return None if batch is None else batch[name][self._row[row]]

    def _batch_of(self, row: int) -> Batch | None:
        if self._batch[row] is None:
            self._fetch(np.array([row]))
        found: Batch | None = self._batch[row]
        return found

    def known_rows(self, subjects: Texts | list[str]) -> Rows:
        """Which subjects have a record: their numbers here, -1 for none. Shape (N,)."""
        self._open()
        return self._interner.known_rows(subjects)


class Recent:
    """The last records of one kind as they arrived, bounded."""

    def __init__(self, limit: int) -> None:
        self._kept: deque[tuple[Batch, int]] = deque(maxlen=limit)
        self._limit = limit
        self._before: Callable[[], Sequence[Batch]] | None = None  # asks for those that the past still keeps

    def __len__(self) -> int:
        self._fetch()
        return len(self._kept)

    def restore(self, kind: Kind, past: Past, until: int) -> None:
        """Forgets all and leaves what came up to `until` (ms UTC, receipt) to the past."""
        self._kept.clear()
        self._before = functools.partial(past.recent, kind, until, self._limit)

    def _fetch(self) -> None:
        if self._before is not None:
            batches, self._before = self._before(), None
            before = [(batch, row) for batch in batches for row in range(len(batch))]
            self._kept = deque([*before, *self._kept], maxlen=self._limit)

    def __iter__(self) -> Iterator[Record]:
        """Newest first by arrival."""
        self._fetch()
        return (batch.record(row) for batch, row in reversed(self._kept))

    def take(self, batch: Batch) -> None:
        """Takes records in."""
        self._kept.extend((batch, row) for row in range(len(batch)))


class Seen:
    """Which records have come before. Remembers at least the last `generation` ids of each source and kind."""

    def __init__(self, generation: int = 500_000) -> None:
        self._generation = generation
        self._ids: dict[tuple[Kind, str], tuple[set[str], set[str]]] = {}  # ids of now, of the generation before

    def fresh(self, batch: Batch) -> Batch:
        """The batch without the records that have come before, those repeated within it included."""
        if not len(batch):
            return batch
        ids, sources = batch["id"].tolist(), batch["source"].tolist()
        if sources.count(sources[0]) == len(sources):
            now, before = self._ids.setdefault((batch.kind, sources[0]), (set(), set()))
            every = set(ids)
            if len(every) == len(ids) and now.isdisjoint(every) and before.isdisjoint(every):
                self._note(batch.kind, sources[0], every)
                return batch
        new = np.zeros(len(ids), dtype=bool)
        for source in set(sources):
            rows = range(len(ids)) if sources.count(source) == len(ids) else [
                row for row, name in enumerate(sources) if name == source]
            now, before = self._ids.setdefault((batch.kind, source), (set(), set()))
            unseen = {ids[row]: row for row in reversed(rows) if ids[row] not in now and ids[row] not in before}
            new[list(unseen.values())] = True
            self._note(batch.kind, source, unseen)
        return batch.take(new)

    def _note(self, kind: Kind, source: str, ids: Iterable[str]) -> None:
        now = self._ids[kind, source][0]
        now.update(ids)
        if len(now) > self._generation:
            self._ids[kind, source] = (set(), now)
