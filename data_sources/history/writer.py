"""Writing batches: each write is one transaction that adds what is new and counts what was said before."""

from __future__ import annotations

import json
import threading
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine

from data_sources.history import chunks, database, schema, statements
from data_sources.history.bodies import SAMPLED, bodies_of, body_fields, keys_of, mentions_of, who_hashes
from data_sources.history.days import MINUTE_MS, day_of, days_of
from data_sources.history.names import Notes
from data_sources.history.values import Written
from twin.batch import RECEIVED_AT, Batch, Column
from twin.records import SUBJECT_FIELD, EntityKind, Kind

LATE_MS = 120_000
"""Fixes further than this from their receipt time lie in parts of their own, by hour of device time: a part never spans
much more than an hour of device time, so that a question about a time need not look at all parts."""
HOUR_MS = 3_600_000
SPAN_MS = HOUR_MS + 2 * LATE_MS
COARSE_MINUTES = 10
"""So many minutes of a series that says little of each of many stand in one chunk in the end: most of such a chunk is
who is in it and where they stand, whatever its length."""
_COARSE = tuple(schema.SERIES_NUMBER[kind] for kind in (EntityKind.SEAL, EntityKind.VESSEL, EntityKind.OFFICER))
_SETTLED_MINUTES = 3
_REMEMBERED_IDS = 200_000
_SMALL_PART = 2_000  # what a desk writes at a time; ids of larger parts are read again when somebody repeats them
_LOOSE_DAYS = 2
_WIDE = 1 << 12
_SAID = ("source", "id", "observed_at", "lon", "lat", "trolley_m", "hoist_m")

ChunkKey = tuple[int, int, int, int]  # day, series, minute, part
_Said = tuple[str, str, int, float, float]  # source, id, device time, and the two numbers of `_MEASURED` in steps
_Ids = frozenset[_Said]
_MEASURED = {Kind.POSITION: ("lon", "lat"), Kind.CRANE_TELEMETRY: ("trolley_m", "hoist_m")}


@dataclass(slots=True)
class _Rows:
    """Rows of one kind, receipt day and device day, ready to be inserted."""

    kind: Kind
    day: int
    received_day: int
    records: list[tuple[Any, ...]]
    mentions: list[set[int]]


class Writer:
    """Writes to the history of one port. Safe to use from every thread; one write at a time."""

    def __init__(self, engine: Engine, port: int) -> None:
        self._engine = engine
        self._port = port
        self._lock = threading.Lock()
        self._forms: dict[Kind, int] | None = None
        self._sequence: dict[Kind, tuple[int, int]] = {}  # last receipt time and the next number at it
        self._ids: OrderedDict[ChunkKey, _Ids] = OrderedDict()
        self._loose: dict[tuple[int, int, int, int], int] | None = None  # day, series, minute, bucket: parts
        self._notes = Notes()
        self._fine: set[tuple[int, int, int]] = set()  # day, series, first of the minutes that are to go together

    def write(self, batches: Sequence[Batch]) -> Written:
        """Add the batches in one transaction. Raises HistoryError; then nothing of them was written."""
        with self._lock:
            if self._forms is None:
                self._forms = self._known_forms()
            whole = _by_kind(batches)
            rows = [group for batch in whole if batch.kind not in SAMPLED
                    for group in self._discrete(batch, self._forms[batch.kind])]
            sampled = [batch for batch in whole if batch.kind in SAMPLED]
            kept_ids, kept_loose = self._ids.copy(), dict(self._loose) if self._loose is not None else None
            kept_fine = set(self._fine)
            try:
                with database.writing(self._engine) as connection:
                    statements.one_writer(connection, self._port)
                    return self._write(connection, rows, sampled)
            except BaseException:
                self._ids, self._loose, self._fine = kept_ids, kept_loose, kept_fine
                self._notes.forget()
                raise

    def _write(self, connection: Connection, rows: list[_Rows], sampled: list[Batch]) -> Written:
        if self._loose is None:
            self._loose, self._fine = self._found_loose(connection), self._found_fine(connection)
        counts = _Counts()
        done = Written()
        for group in rows:
            new = self._insert_rows(connection, group, counts)
            done += Written(records=new, repeated=len(group.records) - new)
        for batch in sampled:
            for series, received_day, minute, bucket, part in _pieces(batch):
                new = self._insert_chunk(connection, part, (received_day, series, minute), bucket, counts)
                done += Written(fixes=new, repeated=len(part) - new)
        self._notes.note(connection, self._port, counts.names)
        minute = max((int(minutes_of(b[RECEIVED_AT]).max()) for b in sampled), default=0)
        self._merge_loose(connection, minute)
        self._merge_fine(connection, minute - _SETTLED_MINUTES)
        counts.write(connection, self._port)
        return done

    def _known_forms(self) -> dict[Kind, int]:
        """The number of today's body of each kind; a body that is new gets the next number."""
        with database.reading(self._engine) as connection:
            found = _forms(connection)
        if len(found) == len(schema.KIND_NUMBER):
            return found
        with database.writing(self._engine) as connection:
            statements.one_writer(connection, 0)
            found = _forms(connection)
            for kind, number in schema.KIND_NUMBER.items():
                if kind not in found:
                    c = schema.form.c
                    last = connection.scalar(sa.select(sa.func.max(c.form)).where(c.kind == number))
                    found[kind] = (last or 0) + 1
                    statements.insert_new(connection, schema.form,
                                          [(number, found[kind], json.dumps(body_fields(kind)))])
        return found

    def _discrete(self, batch: Batch, form: int) -> Iterator[_Rows]:
        kind, number = batch.kind, schema.KIND_NUMBER[batch.kind]
        observed, received = batch["observed_at"], batch[RECEIVED_AT]
        bodies = bodies_of(batch)
        keys = keys_of(kind, observed.tolist(), bodies)
        names = mentions_of(batch)
        sequence = self._numbered(kind, received)
        days, received_days = days_of(observed), days_of(received)
        port = self._port
        rows = list(zip([port] * len(batch), days.tolist(), keys, [number] * len(batch), [form] * len(batch),
                        sequence.tolist(), observed.tolist(), received.tolist(), bodies, strict=True))
        for day, received_day in sorted(set(zip(days.tolist(), received_days.tolist(), strict=True))):
            here = np.flatnonzero((days == day) & (received_days == received_day)).tolist()
            if len(here) == len(rows):
                yield _Rows(kind, day, received_day, rows, names)
                return
            yield _Rows(kind, day, received_day, [rows[i] for i in here], [names[i] for i in here])

    def _numbered(self, kind: Kind, received: NDArray[np.int64]) -> NDArray[np.int64]:
        """Numbers of arrival: from 0 on for each instant of receipt."""
        begins = np.r_[0, np.flatnonzero(np.diff(received)) + 1]
        lengths = np.diff(np.r_[begins, len(received)])
        numbers: NDArray[np.int64] = np.arange(len(received)) - np.repeat(begins, lengths)
        at, following = self._sequence.get(kind, (0, 0))
        if int(received[0]) == at:
            numbers[:lengths[0]] += following
        self._sequence[kind] = int(received[-1]), int(numbers[-1]) + 1
        return numbers

    def _insert_rows(self, connection: Connection, group: _Rows, counts: _Counts) -> int:
        """Insert a group; if any of it was there, find out which before."""
        different = {row[2]: place for place, row in reversed(list(enumerate(group.records)))}
        if len(different) == len(group.records):
            trial = connection.begin_nested()
            if statements.insert_new(connection, schema.record, group.records) == len(group.records):
                trial.commit()
                self._inserted(connection, group.kind, group.records, group.mentions, counts)
                return len(group.records)
            trial.rollback()
        known = statements.known_keys(connection, schema.record, self._port, group.day, different)
        fresh = sorted(place for key, place in different.items() if key not in known)
        rows = [group.records[place] for place in fresh]
        statements.insert_new(connection, schema.record, rows)
        self._inserted(connection, group.kind, rows, [group.mentions[place] for place in fresh], counts)
        return len(rows)

    def _inserted(self, connection: Connection, kind: Kind, rows: list[tuple[Any, ...]], mentions: list[set[int]],
                  counts: _Counts) -> None:
        port = self._port
        statements.insert_new(connection, schema.mention, [
            (port, row[1], name, row[6], row[3], row[2])
            for row, names in zip(rows, mentions, strict=True) for name in names
        ])
        for row, names in zip(rows, mentions, strict=True):
            counts.names[row[1]] |= names
        counts.add(kind, np.fromiter((row[7] for row in rows), dtype=np.int64, count=len(rows)))

    def _insert_chunk(self, connection: Connection, batch: Batch, place: tuple[int, int, int], bucket: int,
                      counts: _Counts) -> int:
        """Insert the fixes that are new as one part of a minute."""
        fresh = self._fresh(connection, batch, place[1])
        if not len(fresh):
            return 0
        key = (*place, self._next_part(connection, place))
        self._put_chunk(connection, fresh, key, bucket)
        counts.add(fresh.kind, fresh[RECEIVED_AT])
        assert self._loose is not None  # noqa: S101 - set before anything is written
        loose = (*place, bucket)
        self._loose[loose] = self._loose.get(loose, 0) + 1
        if place[1] in _COARSE and not bucket:
            self._fine.add((place[0], place[1], place[2] // COARSE_MINUTES * COARSE_MINUTES))
        return len(fresh)

    def _put_chunk(self, connection: Connection, batch: Batch, key: ChunkKey, bucket: int) -> None:
        received, observed = batch[RECEIVED_AT], batch["observed_at"]
        statements.insert_new(connection, schema.chunk, [(
            self._port, *key, bucket, len(batch), int(received.min()), int(received.max()), int(observed.min()),
            int(observed.max()), who_hashes(batch[SUBJECT_FIELD[batch.kind]].tolist()).tobytes(), chunks.encode(batch),
        )])
        if len(batch) <= _SMALL_PART:
            self._remember(key, frozenset(_said(batch.columns)))

    def _next_part(self, connection: Connection, place: tuple[int, int, int]) -> int:
        c = schema.chunk.c
        last = connection.scalar(sa.select(sa.func.max(c.part)).where(
            c.port == self._port, c.day == place[0], c.series == place[1], c.minute == place[2]))
        return 0 if last is None else int(last) + 1

    def _fresh(self, connection: Connection, batch: Batch, series: int) -> Batch:
        """The rows that no chunk has, each once."""
        keys = _said(batch.columns)
        asked = set(keys)
        known: set[_Said] = set()
        low, high = int(batch["observed_at"].min()), int(batch["observed_at"].max())
        c = schema.chunk.c
        found = connection.execute(sa.select(c.day, c.series, c.minute, c.part).where(
            c.port == self._port, c.series == series, c.min_observed.between(low - SPAN_MS, high),
            c.max_observed >= low))
        for row in found.all():
            known |= asked & self._ids_in(connection, (row[0], row[1], row[2], row[3]))
        if not known and len(asked) == len(keys):
            return batch
        take = []
        for place, key in enumerate(keys):
            if key not in known:
                known.add(key)
                take.append(place)
        return batch.take(np.array(take, dtype=np.intp))

    def _ids_in(self, connection: Connection, key: ChunkKey) -> _Ids:
        ids = self._ids.get(key)
        if ids is None:
            body = _body(connection, self._port, key)
            try:
                columns = chunks.decode(body, _SAID)
            except chunks.ChunkError:
                return frozenset()  # it cannot be told; `history check` will name it
            ids = frozenset(_said(columns))
            self._remember(key, ids)
        self._ids.move_to_end(key)
        return ids

    def _remember(self, key: ChunkKey, ids: _Ids) -> None:
        self._ids[key] = ids
        held = sum(map(len, self._ids.values()))
        while held > _REMEMBERED_IDS and len(self._ids) > 1:
            held -= len(self._ids.popitem(last=False)[1])

    def _found_loose(self, connection: Connection) -> dict[tuple[int, int, int, int], int]:
        """Minutes of the last days that stand in several parts, from a run that ended before it merged them."""
        c = schema.chunk.c
        last = connection.scalar(sa.select(sa.func.max(c.day)).where(c.port == self._port))
        if last is None:
            return {}
        parts = sa.func.count()
        several = sa.select(c.day, c.series, c.minute, c.bucket, parts).where(
            c.port == self._port, c.day >= last - _LOOSE_DAYS).group_by(c.day, c.series, c.minute, c.bucket)
        return {(row[0], row[1], row[2], row[3]): row[4] for row in connection.execute(several.having(parts > 1))}

    def _merge_loose(self, connection: Connection, minute: int) -> None:
        """Make one part of each minute that is over."""
        assert self._loose is not None  # noqa: S101 - set before anything is written
        for loose, parts in list(self._loose.items()):
            if loose[2] < minute:
                del self._loose[loose]
                if parts > 1:
                    self._merge(connection, loose)

    def _found_fine(self, connection: Connection) -> set[tuple[int, int, int]]:
        """Stretches of minutes of the last days that should stand in one chunk and stand in several."""
        c = schema.chunk.c
        last = connection.scalar(sa.select(sa.func.max(c.day)).where(c.port == self._port))
        if last is None:
            return set()
        start = c.minute - c.minute % COARSE_MINUTES
        asked = sa.select(c.day, c.series, start).where(
            c.port == self._port, c.day >= last - _LOOSE_DAYS, c.series.in_(_COARSE), c.bucket == 0)
        several = asked.group_by(c.day, c.series, start).having(sa.func.count() > 1)
        return {(row[0], row[1], row[2]) for row in connection.execute(several)}

    def _merge_fine(self, connection: Connection, minute: int) -> None:
        """Make one chunk of each stretch of minutes that is over by `minute`."""
        for fine in sorted(self._fine):
            if fine[2] + COARSE_MINUTES <= minute:
                self._fine.discard(fine)
                self._merge(connection, (*fine, 0), COARSE_MINUTES)

    def _merge(self, connection: Connection, loose: tuple[int, int, int, int], minutes: int = 1) -> None:
        """Make one part of those of a bucket in one minute or several."""
        c = schema.chunk.c
        (day, series, minute), bucket = loose[:3], loose[3]
        these = sa.and_(c.port == self._port, c.day == day, c.series == series,
                        c.minute.between(minute, minute + minutes - 1), c.bucket == bucket)
        found = connection.execute(sa.select(c.minute, c.part, c.body).where(these).order_by(c.minute, c.part)).all()
        if len(found) < 2:
            return
        try:
            whole = joined([chunks.decode_batch(body) for _, _, body in found])
        except chunks.ChunkError:
            return  # left as they are; `history check` will name them
        part = self._next_part(connection, loose[:3])
        connection.execute(sa.delete(schema.chunk).where(these))
        for row in found:
            self._ids.pop((day, series, row[0], row[1]), None)
        self._put_chunk(connection, whole, (day, series, minute, part), bucket)


class _Counts:
    """What a write adds to the counts of days and to the names that come up on them."""

    def __init__(self) -> None:
        self.names: defaultdict[int, set[int]] = defaultdict(set)
        self._rows: Counter[tuple[int, int]] = Counter()
        self._first: dict[tuple[int, int], int] = {}
        self._last: dict[tuple[int, int], int] = {}

    def add(self, kind: Kind, received: NDArray[np.int64]) -> None:
        """Rows of one receipt day."""
        if not len(received):
            return
        first, last = int(received.min()), int(received.max())
        key = (day_of(first), schema.KIND_NUMBER[kind])
        self._rows[key] += len(received)
        self._first[key] = min(first, self._first.get(key, first))
        self._last[key] = max(last, self._last.get(key, last))

    def write(self, connection: Connection, port: int) -> None:
        """Add to what the table says."""
        table = schema.day_count
        insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert
        for key, rows in self._rows.items():
            adding = insert(table).values(port=port, day=key[0], kind=key[1], row_count=rows,
                                          first_at=self._first[key], last_at=self._last[key])
            new = adding.excluded
            connection.execute(adding.on_conflict_do_update(index_elements=["port", "day", "kind"], set_={
                "row_count": table.c.row_count + new.row_count,
                "first_at": sa.case((new.first_at < table.c.first_at, new.first_at), else_=table.c.first_at),
                "last_at": sa.case((new.last_at > table.c.last_at, new.last_at), else_=table.c.last_at),
            }))


def _by_kind(batches: Iterable[Batch]) -> list[Batch]:
    """One batch a kind, rows in order of arrival."""
    kinds: dict[Kind, list[Batch]] = {}
    for batch in batches:
        if len(batch):
            kinds.setdefault(batch.kind, []).append(batch)
    return [joined(several) for several in kinds.values()]


def joined(batches: Sequence[Batch]) -> Batch:
    """Batches of one kind as one, in their order."""
    if len(batches) == 1:
        return batches[0]
    names = batches[0].columns
    return Batch(batches[0].kind, {name: np.concatenate([batch[name] for batch in batches]) for name in names})


def _forms(connection: Connection) -> dict[Kind, int]:
    c = schema.form.c
    found = {}
    for number, form, fields in connection.execute(sa.select(c.kind, c.form, c.fields)):
        kind = schema.KIND_OF.get(number)
        if kind is not None and tuple(json.loads(fields)) == body_fields(kind):
            found[kind] = form
    return found


def _pieces(batch: Batch) -> Iterator[tuple[int, int, int, int, Batch]]:
    """A batch of fixes cut into (series, day, minute, bucket, rows), in order of minutes."""
    received, observed = batch[RECEIVED_AT], batch["observed_at"]
    if batch.kind is Kind.POSITION:
        kinds = batch["entity_kind"]
        series = np.full(len(batch), schema.OTHER, dtype=np.int64)
        for kind, number in schema.SERIES_NUMBER.items():
            series[kinds == kind] = number
    else:
        series = np.full(len(batch), schema.TELEMETRY, dtype=np.int64)
    minutes, days = minutes_of(received), days_of(received)
    buckets = np.where(np.abs(received - observed) <= LATE_MS, 0, observed // HOUR_MS)
    keys = np.zeros(len(batch), dtype=np.int64)
    for part in (days, minutes, series, buckets):
        low = int(part.min())
        if (width := int(part.max()) - low + 1) > 1:
            part = np.unique(part, return_inverse=True)[1] if width > _WIDE else part - low  # noqa: PLW2901
            keys = keys * (int(part.max()) + 1) + part
    different, first, where = np.unique(keys, return_index=True, return_inverse=True)
    for place, row in enumerate(first.tolist()):
        piece = batch if len(different) == 1 else batch.take(where == place)
        yield int(series[row]), int(days[row]), int(minutes[row]), int(buckets[row]), piece


def minutes_of(received_at: NDArray[np.int64]) -> NDArray[np.int64]:
    """The minute of a receipt time: minute k holds what came after k minutes and up to k + 1. Shape (N,)."""
    return (received_at - 1) // MINUTE_MS


def _said(columns: Mapping[str, Column]) -> list[_Said]:
    """What tells fixes apart: a fix said again is equal, a corrected one is not."""
    kind = Kind.POSITION if "lon" in columns else Kind.CRANE_TELEMETRY
    first, second = (np.nan_to_num(np.rint(columns[name] * chunks.RESOLUTION[name])).tolist()
                     for name in _MEASURED[kind])
    return list(zip(columns["source"].tolist(), columns["id"].tolist(), columns["observed_at"].tolist(), first, second,
                    strict=True))


def _body(connection: Connection, port: int, key: ChunkKey) -> bytes:
    c = schema.chunk.c
    found = connection.scalar(sa.select(c.body).where(
        c.port == port, c.day == key[0], c.series == key[1], c.minute == key[2], c.part == key[3]))
    return bytes(found or b"")


def numbers_of(kinds: Iterable[Kind]) -> list[int]:
    """Kinds as the tables name them."""
    return [schema.KIND_NUMBER[kind] for kind in kinds]
