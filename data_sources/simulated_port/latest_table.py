"""The latest record of each subject of one kind, kept up as records arrive: what a snapshot is made of."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from data_sources.simulated_port.column_ring import Columns, grown
from twin.batch import Column, fields_of
from twin.records import SUBJECT_FIELD, Kind, SealEventKind

_FIRST_ALLOCATION = 256
_SIGNS_OF_LIFE = frozenset((SealEventKind.HEARTBEAT.value, SealEventKind.LOW_BATTERY.value))


class LatestTable:
    """One row a subject: its record of the latest `observed_at`, at equal times the one that came last.

    By device time, not by arrival, because a late batch of old fixes must not move anything back. A seal has a row for
    what was last done to it and one for each of its signs of life, which say nothing of its lock. Not thread-safe.
    """

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self._subject_field = SUBJECT_FIELD[kind]
        self._row_of: dict[str, int] = {}
        self._sequence: NDArray[np.int64] = np.zeros(_FIRST_ALLOCATION, dtype=np.int64)
        self._columns: Columns = {f.name: np.zeros(_FIRST_ALLOCATION, dtype=f.dtype) for f in fields_of(kind)}

    def __len__(self) -> int:
        return len(self._row_of)

    def update(self, sequence: NDArray[np.int64], columns: Mapping[str, Column]) -> None:
        """Take in rows in log order. `sequence`: shape (N,)."""
        row_of, known = self._row_of, len(self._row_of)
        subjects = self._keys(columns, len(sequence))
        rows = np.array([row_of.setdefault(subject, len(row_of)) for subject in subjects], dtype=np.intp)
        self._reserve(len(row_of))
        times = columns["observed_at"]
        newer = (rows >= known) | (times >= self._columns["observed_at"][rows])
        chosen: slice | NDArray[np.intp] = slice(None) if newer.all() else np.flatnonzero(newer)
        if np.any(np.diff(times[chosen]) < 0):
            order = np.argsort(times[chosen], kind="stable")
            chosen = order if isinstance(chosen, slice) else chosen[order]
        # With a subject twice in `chosen` numpy's indexed assignment keeps the last, which is the one wanted.
        rows = rows[chosen]
        self._sequence[rows] = sequence[chosen]
        for name, target in self._columns.items():
            target[rows] = columns[name][chosen]

    def rows(self) -> Columns:
        """Copies of the columns of all subjects, ordered as their records stand in the log."""
        count = len(self._row_of)
        order = np.argsort(self._sequence[:count])
        return {name: values[order] for name, values in self._columns.items()}

    def __getitem__(self, name: str) -> Column:
        """A column as it stands, one value a subject; not to be written to."""
        return self._columns[name][: len(self._row_of)]

    def drop(self, mask: NDArray[np.bool_]) -> None:
        """Forget subjects. `mask`: shape (N,), True for those to go; the others keep their order."""
        if not mask.any():
            return
        count = len(self._row_of)
        kept = np.flatnonzero(~mask)
        self._sequence[: len(kept)] = self._sequence[kept]
        for values in self._columns.values():
            values[: len(kept)] = values[kept]
            values[len(kept) : count] = None if values.dtype == np.object_ else 0  # nothing dropped stays referenced
        subjects = self._keys(self._columns, len(kept))
        self._row_of = {subject: row for row, subject in enumerate(subjects)}

    def _keys(self, columns: Mapping[str, Column], count: int) -> list[str]:
        """What the first `count` rows are about."""
        subjects: list[str] = columns[self._subject_field][:count].tolist()
        if self.kind is not Kind.SEAL_EVENT:
            return subjects
        events = columns["event"][:count].tolist()
        return [f"{s}/{e}" if e in _SIGNS_OF_LIFE else s for s, e in zip(subjects, events, strict=True)]

    def _reserve(self, rows: int) -> None:
        allocated = len(self._sequence)
        if rows <= allocated:
            return
        size = max(rows, 2 * allocated)
        self._sequence = grown(self._sequence, size)
        self._columns = {name: grown(values, size) for name, values in self._columns.items()}
