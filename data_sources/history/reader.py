"""Reading batches back, in order of one of the two time axes."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Connection, Engine

from data_sources.history import chunks, database, schema
from data_sources.history.bodies import DISCRETE, SAMPLED, batch_from
from data_sources.history.days import MINUTE_MS, day_of
from data_sources.history.errors import HistoryError
from data_sources.history.values import Axis
from data_sources.history.writer import COARSE_MINUTES, SPAN_MS, ChunkKey, joined
from twin.batch import RECEIVED_AT, Batch
from twin.records import SUBJECT_FIELD, Kind

_HELD_ROWS = 200_000
_WINDOW_ROWS = 40_000
_MOST_MINUTES = 256
_SHORT_MS = 60_000 - 1
_TELEMETRY = (schema.TELEMETRY,)
_ORDER = {kind: place for place, kind in enumerate(Kind)}


class Reader:
    """Reads the history of one port. Safe to use from every thread; keeps the chunks read last."""

    def __init__(self, engine: Engine, port: int) -> None:
        self._engine = engine
        self._port = port
        self._lock = threading.Lock()
        self._held: OrderedDict[ChunkKey, Batch] = OrderedDict()
        self._forms: dict[tuple[int, int], tuple[str, ...]] = {}
        c = schema.chunk.c
        self._body = sa.select(c.body).where(c.port == port, *(
            c[name] == sa.bindparam(name) for name in ("day", "series", "minute", "part")))
        self._every = self._asks_for_rows()
        self._some_chunks = {series: self._asks_for_chunks(series) for series in (schema.POSITIONS, _TELEMETRY)}

    def _asks_for_rows(self) -> sa.Select[Any]:
        """The question for all rows received in (after, until]: put together once, for it is asked very often."""
        c = schema.record.c
        return sa.select(c.kind, c.form, c.observed_at, c.received_at, c.body, c.seq).where(
            c.port == self._port, c.received_at > sa.bindparam("after"), c.received_at <= sa.bindparam("until"),
        ).order_by(c.received_at, c.kind, c.seq)

    def _asks_for_chunks(self, series: Sequence[int]) -> sa.Select[Any]:
        """The question for the chunks of (after, until], put together once like that."""
        c, asked = schema.chunk.c, {name: sa.bindparam(name, type_=sa.BigInteger) for name in (
            "after", "until", "first_day", "last_day", "first_minute", "last_minute")}
        return sa.select(c.body).where(
            c.port == self._port, c.series.in_(series), c.day.between(asked["first_day"], asked["last_day"]),
            c.minute.between(asked["first_minute"], asked["last_minute"]), c.first_received <= asked["until"],
            c.last_received > asked["after"]).order_by(c.day, c.series, c.minute, c.part)

    def forget(self) -> None:
        """Keeps none of the chunks read."""
        with self._lock:
            self._held.clear()

    def batches(self, after: int, until: int, kinds: Collection[Kind] | None, by: Axis,
                grain_ms: int) -> Iterator[Batch]:
        """See `store.History.batches`."""
        asked = tuple(kind for kind in Kind if kinds is None or kind in kinds)
        at, minutes = after, 1
        while at < until:
            with database.reading(self._engine) as connection:
                end = min(until, (at // MINUTE_MS + minutes) * MINUTE_MS)
                if minutes > 1 and self._weight(connection, at, end, by) > _WINDOW_ROWS:
                    minutes = 1
                    continue
                found = self._window(connection, at, end, asked, by)
                if not found:
                    following = self._next(connection, end, asked, by)
                    if following is None:
                        return
                    end = max(end, following - 1)
            yield from _in_order(found, by, grain_ms)
            at, minutes = end, min(2 * minutes, _MOST_MINUTES) if sum(map(len, found)) < _WINDOW_ROWS // 4 else 1

    def _weight(self, connection: Connection, after: int, until: int, by: Axis) -> int:
        """About how many fixes lie in a window."""
        c = schema.chunk.c
        where = self.where(after, until, (*schema.POSITIONS, schema.TELEMETRY), by)
        return int(connection.scalar(sa.select(sa.func.coalesce(sa.func.sum(c.row_count), 0)).where(*where)) or 0)

    def _window(self, connection: Connection, after: int, until: int, kinds: Sequence[Kind], by: Axis) -> list[Batch]:
        """What lies in (after, until], one batch a kind, each in order of time."""
        found = self._rows(connection, after, until, [kind for kind in kinds if kind in DISCRETE], by)
        for kind in SAMPLED:
            if kind in kinds:
                series = _TELEMETRY if kind is Kind.CRANE_TELEMETRY else schema.POSITIONS
                fixes = self._fixes(connection, after, until, series, by)
                if fixes is not None:
                    found.append(fixes)
        return found

    def _rows(self, connection: Connection, after: int, until: int, kinds: Sequence[Kind], by: Axis) -> list[Batch]:
        if not kinds:
            return []
        if by is Axis.RECEIVED and len(kinds) == len(DISCRETE):
            found = connection.execute(self._every, {"after": after, "until": until}).all()
            return self.batches_of(connection, found, by)
        c = schema.record.c
        at = c.received_at if by is Axis.RECEIVED else c.observed_at
        asked = sa.select(c.kind, c.form, c.observed_at, c.received_at, c.body, c.seq).where(
            c.port == self._port, at > after, at <= until)
        if len(kinds) < len(DISCRETE):
            asked = asked.where(c.kind.in_([schema.KIND_NUMBER[kind] for kind in kinds]))
        return self.batches_of(connection, connection.execute(asked.order_by(at, c.kind, c.seq)).all(), by)

    def batches_of(self, connection: Connection, rows: Sequence[Sequence[Any]], by: Axis) -> list[Batch]:
        """Rows (kind, form, observed_at, received_at, body, ...) as a batch a kind, those of a kind in order."""
        grouped: dict[int, dict[int, list[Sequence[Any]]]] = {}
        for row in rows:
            grouped.setdefault(row[0], {}).setdefault(row[1], []).append(row)
        found = []
        for number, forms in grouped.items():
            kind = schema.KIND_OF.get(number)
            if kind is None:
                raise HistoryError(f"The history holds records of kind {number}, which only a newer version can read.")
            parts = []
            for form, several in forms.items():
                columns = list(zip(*several, strict=True))
                try:
                    parts.append(batch_from(kind, self._fields(connection, number, form), columns[4],
                                            np.array(columns[2], dtype=np.int64), np.array(columns[3], dtype=np.int64)))
                except (msgspec.MsgspecError, ValueError, TypeError) as error:
                    raise HistoryError(
                        f"A {kind} record in the history is damaged: {error}; `history repair` takes it out."
                    ) from error
            whole = joined(parts)
            found.append(_observed_order(whole) if by is Axis.OBSERVED else
                         whole if len(parts) == 1 else whole.take(np.argsort(whole[RECEIVED_AT], kind="stable")))
        return found

    def _fields(self, connection: Connection, kind: int, form: int) -> tuple[str, ...]:
        fields = self._forms.get((kind, form))
        if fields is None:
            c = schema.form.c
            text = connection.scalar(sa.select(c.fields).where(c.kind == kind, c.form == form))
            if text is None:
                raise HistoryError(f"The history does not say what stands in records of kind {kind}, form {form}.")
            fields = self._forms[kind, form] = tuple(json.loads(text))
        return fields

    def _fixes(self, connection: Connection, after: int, until: int, series: tuple[int, ...], by: Axis) -> Batch | None:
        found = []
        short = by is Axis.RECEIVED and until - after <= _SHORT_MS
        batches = self._rows_of_chunks(connection, after, until, series) if short else (
            self._chunk(connection, key) for key in self.parts(connection, after, until, series, by))
        for batch in batches:
            at = batch[RECEIVED_AT if by is Axis.RECEIVED else "observed_at"]
            inside = (at > after) & (at <= until)
            if inside.any():
                found.append(batch if inside.all() else batch.take(inside))
        if not found:
            return None
        whole = joined(found)
        if by is Axis.OBSERVED:
            return _observed_order(whole)
        received = whole[RECEIVED_AT]
        if (np.diff(received) >= 0).all():
            return whole
        return whole.take(np.argsort(received, kind="stable"))

    def parts(self, connection: Connection, after: int, until: int, series: Sequence[int], by: Axis,
              who: int | None = None) -> list[ChunkKey]:
        """The chunks that may hold fixes of (after, until], in order.

        Args:
            connection: an open one.
            after: ms UTC.
            until: ms UTC.
            series: numbers of series.
            by: the axis of the two times.
            who: only chunks with an entity of this name hash.
        """
        c = schema.chunk.c
        asked = sa.select(c.day, c.series, c.minute, c.part, c.who).where(*self.where(after, until, series, by))
        found = connection.execute(asked.order_by(c.day, c.series, c.minute, c.part)).all()
        if who is not None:
            sought = np.uint32(who & 0xFFFFFFFF)
            found = [row for row in found if contains(row[4], sought)]
        return [(row[0], row[1], row[2], row[3]) for row in found]

    def bodies(self, connection: Connection, after: int, until: int, series: Sequence[int],
               by: Axis) -> Iterator[bytes]:
        """The bytes of the chunks that may hold fixes of (after, until], in no order."""
        asked = sa.select(schema.chunk.c.body).where(*self.where(after, until, series, by))
        for body in connection.execution_options(yield_per=64).execute(asked).scalars():
            yield bytes(body)

    def where(self, after: int, until: int, series: Sequence[int], by: Axis) -> list[sa.ColumnElement[bool]]:
        """What the chunks that may hold fixes of (after, until] have in common."""
        c = schema.chunk.c
        here = [c.port == self._port, c.series.in_(series)]
        if by is Axis.OBSERVED:
            return [*here, c.min_observed.between(after - SPAN_MS, until), c.max_observed > after]
        return [*here, c.day.between(day_of(after), day_of(until)),
                c.minute.between(after // MINUTE_MS - COARSE_MINUTES + 1, (until - 1) // MINUTE_MS),
                c.first_received <= until, c.last_received > after]

    def _rows_of_chunks(
        self, connection: Connection, after: int, until: int, series: tuple[int, ...],
    ) -> Iterator[Batch]:
        """Of a short stretch of receipt time the fixes alone: nothing else of their chunks is unpacked, or kept."""
        asked = {"after": after, "until": until, "first_day": day_of(after), "last_day": day_of(until),
                 "first_minute": after // MINUTE_MS - COARSE_MINUTES + 1, "last_minute": (until - 1) // MINUTE_MS}
        for body in connection.execute(self._some_chunks[series], asked).scalars():
            yield chunks.decode_batch(bytes(body), (after, until))

    def _chunk(self, connection: Connection, key: ChunkKey) -> Batch:
        with self._lock:
            held = self._held.get(key)
            if held is not None:
                self._held.move_to_end(key)
                return held
        batch = chunks.decode_batch(self.body(connection, key))
        with self._lock:
            self._held[key] = batch
            rows = sum(map(len, self._held.values()))
            while rows > _HELD_ROWS and len(self._held) > 1:
                rows -= len(self._held.popitem(last=False)[1])
        return batch

    def body(self, connection: Connection, key: ChunkKey) -> bytes:
        """The bytes of a chunk."""
        found = connection.scalar(self._body, dict(zip(("day", "series", "minute", "part"), key, strict=True)))
        if found is None:
            raise HistoryError("A chunk was pruned or repaired while it was being read; ask again.")
        return bytes(found)

    def _next(self, connection: Connection, after: int, kinds: Sequence[Kind], by: Axis) -> int | None:
        """The time of the next record after `after`; for fixes perhaps a little early."""
        times = []
        discrete = [schema.KIND_NUMBER[kind] for kind in kinds if kind in DISCRETE]
        if discrete:
            c = schema.record.c
            at = c.received_at if by is Axis.RECEIVED else c.observed_at
            asked = sa.select(at).where(c.port == self._port, at > after)
            if len(discrete) < len(DISCRETE):
                asked = asked.where(c.kind.in_(discrete))
            times.append(connection.scalar(asked.order_by(at).limit(1)))
        series = (*(schema.POSITIONS if Kind.POSITION in kinds else ()),
                  *((schema.TELEMETRY,) if Kind.CRANE_TELEMETRY in kinds else ()))
        times += [self._next_fix(connection, after, number, by) for number in series]
        known = [max(at, after + 1) for at in times if at is not None]
        return min(known, default=None)

    def _next_fix(self, connection: Connection, after: int, series: int, by: Axis) -> int | None:
        c = schema.chunk.c
        here = sa.and_(c.port == self._port, c.series == series)
        if by is Axis.RECEIVED:
            first = sa.select(c.first_received).where(here, c.day >= day_of(after), c.last_received > after)
            days = sa.select(c.day).where(c.port == self._port, c.day >= day_of(after)).distinct().order_by(c.day)
            for day in connection.execute(days).scalars():
                at = connection.scalar(first.where(c.day == day).order_by(c.minute).limit(1))
                if at is not None:
                    return int(at)
            return None
        return connection.scalar(sa.select(c.min_observed).where(here, c.min_observed > after - SPAN_MS,
                                                                 c.max_observed > after)
                                 .order_by(c.min_observed).limit(1))


def contains(who: bytes, sought: np.uint32) -> bool:
    """Whether a 32-bit hash is among sorted ones."""
    hashes = np.frombuffer(who, dtype=np.uint32)
    place = int(np.searchsorted(hashes, sought))
    return place < len(hashes) and hashes[place] == sought


def _observed_order(batch: Batch) -> Batch:
    """By device time, then by whom it is about and by id: whatever the order of arrival was."""
    ids = batch["id"].tolist()
    keys = list(zip(batch["observed_at"].tolist(), batch[SUBJECT_FIELD[batch.kind]].tolist(), map(len, ids), ids,
                    batch["source"].tolist(), strict=True))
    return batch.take(np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.intp))


def _in_order(found: Sequence[Batch], by: Axis, grain_ms: int) -> Iterator[Batch]:
    """Batches of a window interleaved by time; what falls into one grain comes kind by kind."""
    if len(found) == 1:
        yield found[0]
        return
    if not found:
        return
    name = RECEIVED_AT if by is Axis.RECEIVED else "observed_at"
    grains, kinds, starts, which = [], [], [], []
    for place, batch in enumerate(found):
        numbers = batch[name] // max(grain_ms, 1)
        begins: NDArray[np.intp] = np.r_[0, np.flatnonzero(np.diff(numbers)) + 1]
        grains.append(numbers[begins])
        starts.append(begins)
        kinds.append(np.full(len(begins), _ORDER[batch.kind]))
        which.append(np.full(len(begins), place))
    order = np.lexsort((np.concatenate(kinds), np.concatenate(grains)))
    sources, begins = np.concatenate(which)[order], np.concatenate(starts)[order]
    changes = np.r_[0, np.flatnonzero(np.diff(sources)) + 1]  # neighbours of one kind go together
    upcoming = [len(batch) for batch in found]
    cut: list[tuple[int, int, int]] = []
    for place, start in zip(sources[changes][::-1].tolist(), begins[changes][::-1].tolist(), strict=True):
        cut.append((place, start, upcoming[place]))
        upcoming[place] = start
    for place, start, stop in reversed(cut):
        batch = found[place]
        yield Batch(batch.kind, {column: values[start:stop] for column, values in batch.columns.items()})
