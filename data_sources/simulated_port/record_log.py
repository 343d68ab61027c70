"""The port's record log: every record once, in one order, as columns; read by cursor or as a snapshot."""

from __future__ import annotations

import threading
import typing
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_sources.simulated_port.column_ring import ColumnRing, Columns
from data_sources.simulated_port.departed import forget_departed
from data_sources.simulated_port.latest_table import LatestTable
from twin.batch import Column, column, fields_of
from twin.records import RECORD_CLASSES, SUBJECT_FIELD, Kind, Record

ALL_KINDS: tuple[Kind, ...] = tuple(Kind)

KEPT_ROWS: dict[Kind, int] = dict.fromkeys(Kind, 400_000) | {
    Kind.POSITION: 600_000,
    Kind.CRANE_TELEMETRY: 200_000,
    Kind.GATE_PASSAGE: 50_000,
    Kind.ACTION: 50_000,
}
"""Rows kept of each kind: days of everything discrete, positions of 40 minutes at the usual 250 a second."""

_KIND_OF_CLASS: dict[type, Kind] = {cls: kind for kind, cls in RECORD_CLASSES.items()}
_NO_SUBJECT = frozenset(kind for kind, field in SUBJECT_FIELD.items() if field == "id")


class CursorExpiredError(Exception):
    """Records after the cursor were overwritten. `earliest`: the oldest sequence number one can still read from."""

    def __init__(self, earliest: int) -> None:
        super().__init__(f"records after this cursor are no longer kept; the earliest readable cursor is {earliest}")
        self.earliest = earliest


class CursorAheadError(Exception):
    """The cursor lies beyond the newest record: it was not given out by this log."""


@dataclass(frozen=True, slots=True, eq=False)
class Extract:
    """Part of the log: columns by kind in the order of `Kind`, rows in log order.

    `last`: sequence number up to which the reader now knows everything of the kinds asked for; `earliest`: the oldest
    one readable; `more`: further records were there already.
    """

    last: int
    earliest: int
    more: bool
    batches: tuple[tuple[Kind, Columns], ...]

    def __len__(self) -> int:
        return sum(len(columns["id"]) for _, columns in self.batches)


class RecordLog:
    """Thread-safe log of all kinds under one global sequence 1, 2, 3, ...

    Each kind lives in a ring of its own, so a flood of positions never pushes a seal event out. `kept_rows` overrides
    the size of single rings. `on_append` is called after every append, outside the lock, in the appending thread.
    """

    def __init__(self, kept_rows: Mapping[Kind, int] | None = None) -> None:
        sizes = KEPT_ROWS | dict(kept_rows or {})
        self._rings = {kind: ColumnRing(kind, sizes[kind]) for kind in Kind}
        # Kinds whose subject is the record itself need no table: their snapshot is what the ring holds.
        self._latest = {kind: LatestTable(kind) for kind in Kind if kind not in _NO_SUBJECT}
        self._last = 0
        self._lock = threading.Lock()
        self.on_append: Callable[[], None] = _nobody

    @property
    def last(self) -> int:
        """Sequence number of the newest record, which is also the number of records ever appended."""
        return self._last

    def earliest(self, kinds: Collection[Kind] = ALL_KINDS) -> int:
        """The oldest sequence number after which nothing of `kinds` is missing."""
        with self._lock:
            return self._earliest(kinds)

    def append(self, records: Iterable[Record]) -> None:
        """Append record objects of any kinds in their order. Raises ValueError on values the kind does not allow."""
        grouped: dict[Kind, tuple[list[int], list[Record]]] = {}
        count = 0
        for count, record in enumerate(records, start=1):
            numbers, rows = grouped.setdefault(_KIND_OF_CLASS[type(record)], ([], []))
            numbers.append(count)
            rows.append(record)
        if not grouped:
            return
        chunks = []
        for kind, (numbers, rows) in grouped.items():
            columns = {f.name: column(f.dtype, [getattr(r, f.name) for r in rows]) for f in fields_of(kind)}
            chunks.append((kind, np.array(numbers, dtype=np.int64), _checked(kind, columns)))
        with self._lock:
            for kind, offsets, columns in chunks:
                self._store(kind, self._last + offsets, columns)
            self._last += count
        self.on_append()

    def append_columns(self, kind: Kind, columns: Mapping[str, Column | Sequence[Any]]) -> None:
        """Append rows of one kind given as columns of its record class (no `received_at`), each of shape (N,).

        Raises ValueError if columns are missing, differ in length, or a required number is not finite.
        """
        ready = _checked(kind, columns)
        count = len(ready["id"])
        if count == 0:
            return
        with self._lock:
            self._store(kind, np.arange(self._last + 1, self._last + 1 + count, dtype=np.int64), ready)
            self._last += count
        self.on_append()

    def read(self, kinds: Collection[Kind] = ALL_KINDS, after: int | None = None, limit: int = 5000) -> Extract:
        """At most `limit` records of `kinds` after sequence number `after` (None: from the earliest kept).

        Raises CursorExpiredError if records of these kinds after `after` were overwritten, CursorAheadError if `after`
        is yet to come.
        """
        with self._lock:
            earliest = self._earliest(kinds)
            after = earliest if after is None else after
            if after > self._last:
                raise CursorAheadError(f"sequence number {after} is beyond the newest, {self._last}")
            if after < earliest:
                raise CursorExpiredError(earliest)
            rings = [self._rings[kind] for kind in ALL_KINDS if kind in kinds and self._rings[kind].end]
            starts = [ring.index_after(after) for ring in rings]
            stops = [min(start + limit, ring.end) for ring, start in zip(rings, starts, strict=True)]
            found = sum(stops) - sum(starts)
            more = found > limit or any(stop < ring.end for ring, stop in zip(rings, stops, strict=True))
            last = self._last
            if more:
                last = _nth([ring.sequence(a, b) for ring, a, b in zip(rings, starts, stops, strict=True)], limit)
                stops = [ring.index_after(last) for ring in rings]
            batches = tuple(
                (ring.kind, ring.columns(a, b)) for ring, a, b in zip(rings, starts, stops, strict=True) if b > a
            )
            return Extract(last, earliest, more, batches)

    def snapshot(self, kinds: Collection[Kind] = ALL_KINDS) -> Extract:
        """The latest record of every subject of `kinds`; reading on after `last` misses and repeats nothing."""
        with self._lock:
            batches = []
            for kind in ALL_KINDS:
                if kind not in kinds:
                    continue
                ring = self._rings[kind]
                table = self._latest.get(kind)
                columns = ring.columns(ring.first, ring.end) if table is None else table.rows()
                if len(columns["id"]):
                    batches.append((kind, columns))
            return Extract(self._last, self._earliest(kinds), False, tuple(batches))

    def forget_departed(self, now: int) -> None:
        """Leave out of snapshots from now on what left the port long before `now` (ms UTC), see `departed`."""
        with self._lock:
            forget_departed(self._latest, now)

    def _earliest(self, kinds: Collection[Kind]) -> int:
        return max((self._rings[kind].lost_through for kind in kinds), default=0)

    def _store(self, kind: Kind, sequence: NDArray[np.int64], columns: Columns) -> None:
        self._rings[kind].append(sequence, columns)
        if kind in self._latest:
            self._latest[kind].update(sequence, columns)


def _nobody() -> None:
    """Nobody waits for records."""


def _nth(sequences: Sequence[NDArray[np.int64]], count: int) -> int:
    """The `count`-th smallest of all numbers."""
    return int(np.partition(np.concatenate(sequences), count - 1)[count - 1])


def _checked(kind: Kind, columns: Mapping[str, Column | Sequence[Any]]) -> Columns:
    """Columns in the kind's types; ValueError says what is wrong with which."""
    made: Columns = {}
    for field in fields_of(kind):
        if field.name not in columns:
            raise ValueError(f"{kind}: column {field.name} is missing")
        given = columns[field.name]
        values = given if isinstance(given, np.ndarray) else column(field.dtype, given)
        values = values.astype(field.dtype, copy=False)
        if values.ndim != 1:
            raise ValueError(f"{kind}: column {field.name} has {values.ndim} dimensions instead of one")
        if field.dtype == np.float64 and not field.optional and not np.isfinite(values).all():
            raise ValueError(f"{kind}: column {field.name} holds a number that is not finite")
        made[field.name] = _plain_codes(kind, field.name, values) if field.name in _CODES[kind] else values
    if len({len(values) for values in made.values()}) > 1:
        raise ValueError(f"{kind}: columns differ in length")
    return made


def _plain_codes(kind: Kind, name: str, values: Column) -> Column:
    """Codes as plain shared text, which the encoder writes twice as fast as members of an enumeration."""
    texts = _CODES[kind][name]
    try:
        return np.fromiter(map(texts.__getitem__, values.tolist()), dtype=object, count=len(values))
    except KeyError as unknown:
        raise ValueError(f"{kind}: column {name} holds {unknown}, which is none of its codes") from None


def _codes_of(kind: Kind) -> dict[str, dict[str | None, str | None]]:
    """By column of codes: each code as it may come (text or member), with its plain text."""
    found: dict[str, dict[str | None, str | None]] = {}
    for field in fields_of(kind):
        for part in typing.get_args(field.annotation) or (field.annotation,):
            if isinstance(part, type) and issubclass(part, StrEnum):
                found[field.name] = {member.value: member.value for member in part}
                if field.optional:
                    found[field.name][None] = None
    return found


_CODES = {kind: _codes_of(kind) for kind in Kind}
