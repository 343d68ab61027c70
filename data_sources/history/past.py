"""What a twin restored from a keyframe asks of the history: papers, what was said of a container, what came late."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from data_sources.history import chunks, database, schema
from data_sources.history.bodies import NAMED_BY, name_hash
from data_sources.history.days import MINUTE_MS, day_of
from data_sources.history.reader import contains
from data_sources.history.store import History
from data_sources.history.values import Axis
from data_sources.history.writer import COARSE_MINUTES, ChunkKey
from twin.batch import RECEIVED_AT, Batch
from twin.filing import NAMING_ONE
from twin.records import SUBJECT_FIELD, Kind, SealEventKind

_FILED = NAMING_ONE | {Kind.DECLARATION, Kind.GATE_PASSAGE, Kind.SEAL_EVENT, Kind.TASK}
_AT_ONCE = 200
_RECENT_MS = 3 * 86_400_000
RECENT_FIXES_MS = 20 * 60_000
"""How far back a rule may ask for fixes, with room for a device whose clock is ahead."""
_OF_FIXES = ("observed_at", "lon", "lat", "speed_mps")
_KEPT_CHUNKS = 64


@dataclass(frozen=True, slots=True)
class _Part:
    """A chunk: its key, its device times from and to (ms UTC), and whom it is about, as sorted hashes."""

    key: ChunkKey
    first_at: int
    last_at: int
    who: bytes

    def names(self, sought: np.uint32) -> bool:
        return contains(self.who, sought)


class HistoryPast:
    """The past as a history holds it (`twin.past.Past`). All methods raise HistoryError."""

    def __init__(self, history: History) -> None:
        self._history = history
        c = schema.record.c
        self._row = sa.select(c.kind, c.form, c.observed_at, c.received_at, c.body, c.seq)
        self._about = self._asks_about()
        self._received = self._asks_for_parts()
        self._parts: tuple[int, list[_Part]] | None = None
        self._chunks: OrderedDict[ChunkKey, chunks.Grouped] = OrderedDict()

    def forget(self) -> None:
        """Keeps none of the chunks read."""
        self._parts = None
        self._chunks.clear()

    def records(self, kind: Kind, subjects: Sequence[str], observed_at: Sequence[int]) -> Sequence[Batch]:
        """Records of a kind that may be those of each subject at its device time (ms UTC)."""
        r, m, port = schema.record.c, schema.mention.c, self._history.port
        named = SUBJECT_FIELD[kind] in NAMED_BY.get(kind, ())
        found: list[Sequence[Any]] = []
        with database.reading(self._history.engine) as connection:
            for start in range(0, len(subjects), _AT_ONCE):
                some = list(zip(subjects[start:start + _AT_ONCE], observed_at[start:start + _AT_ONCE], strict=True))
                asked = self._row.where(r.port == port, r.kind == schema.KIND_NUMBER[kind])
                if named:
                    wanted = [(day_of(at), name_hash(subject), at) for subject, at in some]
                    keys = sa.select(m.day, m.key).where(
                        m.port == port, m.kind == schema.KIND_NUMBER[kind],
                        sa.tuple_(m.day, m.name, m.observed_at).in_(wanted))
                    found += connection.execute(asked.where(sa.tuple_(r.day, r.key).in_(keys))).all()
                else:
                    found += connection.execute(asked.where(r.observed_at.in_([at for _, at in some]))).all()
            return self._history.reader.batches_of(connection, found, Axis.RECEIVED)

    def about(self, container: str, until: int) -> Sequence[Batch]:
        """What is filed under a container of what was received up to `until` (ms UTC): a batch a kind."""
        with database.reading(self._history.engine) as connection:
            # in order and cut off here: asked to do so, SQLite would walk through all that was received
            rows = sorted((row for row in connection.execute(
                self._about, {"named": name_hash(container)}).all() if row[3] <= until),
                          key=lambda row: (row[3], row[0], row[5]))
            found = self._history.reader.batches_of(connection, rows, Axis.RECEIVED)
        return [_filed(batch, container) for batch in found]

    def _asks_about(self) -> sa.Select[Any]:
        """The question for the records that mention a name, `named`: put together once, for it is asked very often."""
        r, m, port = schema.record.c, schema.mention.c, self._history.port
        days = sa.select(_days(port).c.day)  # as a list: joined, SQLite would walk through all names of the port
        keys = sa.select(m.day, m.key).where(
            m.port == port, m.day.in_(days), m.name == sa.bindparam("named"),
            m.kind.in_([schema.KIND_NUMBER[kind] for kind in _FILED])).subquery()
        return self._row.select_from(keys.join(schema.record, sa.and_(
            r.port == port, r.day == keys.c.day, r.key == keys.c.key)))

    def recent(self, kind: Kind, until: int, limit: int) -> Sequence[Batch]:
        """The last `limit` records of a kind received up to `until` (ms UTC) in three days, the newest last."""
        r = schema.record.c
        asked = self._row.where(
            r.port == self._history.port, r.received_at <= until, r.received_at > until - _RECENT_MS,
            r.kind == schema.KIND_NUMBER[kind]).order_by(r.received_at.desc(), r.seq.desc()).limit(limit)
        with database.reading(self._history.engine) as connection:
            rows = connection.execute(asked).all()[::-1]
            return self._history.reader.batches_of(connection, rows, Axis.RECEIVED)

    def fixes(self, entity: str, begin: int, end: int, until: int) -> Mapping[str, NDArray[Any]] | None:
        """What an entity said of its place from `begin` to before `end` of device time, as `twin.past.Past` says."""
        sought = np.uint32(name_hash(entity) & 0xFFFFFFFF)
        pieces = []
        for part in self._parts_received(until):
            if part.first_at < end and part.last_at >= begin and part.names(sought):
                found = self._opened(part.key)
                if entity in found.entities:
                    rows = np.flatnonzero(found.codes == found.entities.index(entity))
                    at, received = found.columns["observed_at"][rows], found.columns[RECEIVED_AT][rows]
                    pieces.append((found, rows[(at >= begin) & (at < end) & (received <= until)]))
        if not any(len(rows) for _, rows in pieces):
            return None
        return {name: np.concatenate([found.columns[name][rows] for found, rows in pieces]) for name in _OF_FIXES}

    def _parts_received(self, until: int) -> Sequence[_Part]:
        """The chunks with positions that were received in the last minutes up to `until` (ms UTC)."""
        if self._parts is None or self._parts[0] != until:
            since = until - RECENT_FIXES_MS
            asked = {"first_day": day_of(since), "last_day": day_of(until),
                     "first_minute": since // MINUTE_MS - COARSE_MINUTES, "last_minute": until // MINUTE_MS}
            with database.reading(self._history.engine) as connection:
                rows = connection.execute(self._received, asked).all()
            self._parts = until, [_Part((r[0], r[1], r[2], r[3]), r[4], r[5], r[6]) for r in rows]
        return self._parts[1]

    def _asks_for_parts(self) -> sa.Select[Any]:
        """The question for the chunks with positions of some minutes."""
        c = schema.chunk.c
        return sa.select(c.day, c.series, c.minute, c.part, c.min_observed, c.max_observed, c.who).where(
            c.port == self._history.port, c.series.in_(schema.POSITIONS),
            c.day.between(sa.bindparam("first_day"), sa.bindparam("last_day")),
            c.minute.between(sa.bindparam("first_minute"), sa.bindparam("last_minute")),
        ).order_by(c.day, c.series, c.minute, c.part)

    def _opened(self, key: ChunkKey) -> chunks.Grouped:
        found = self._chunks.get(key)
        if found is None:
            with database.reading(self._history.engine) as connection:
                body = self._history.reader.body(connection, key)
            found = self._chunks[key] = chunks.grouped(body, (*_OF_FIXES, RECEIVED_AT))
            if len(self._chunks) > _KEPT_CHUNKS:
                self._chunks.popitem(last=False)
        return found

    def late(self, at: int, known_at: int) -> Iterator[Batch]:
        """What became known after `at` and up to `known_at` of the time up to `at` (ms UTC), in order of receipt."""
        r, c, port = schema.record.c, schema.chunk.c, self._history.port
        with database.reading(self._history.engine) as connection:
            rows = connection.execute(self._row.where(
                r.port == port, r.received_at > at, r.received_at <= known_at, r.observed_at <= at,
            ).order_by(r.received_at, r.kind, r.seq)).all()
            yield from self._history.reader.batches_of(connection, rows, Axis.RECEIVED)
            keys = connection.execute(sa.select(c.day, c.series, c.minute, c.part).where(
                c.port == port, c.day.between(day_of(at), day_of(known_at)), c.last_received > at,
                c.first_received <= known_at, c.min_observed <= at,
            ).order_by(c.day, c.minute, c.series, c.part)).all()
            for day, series, minute, part in keys:
                batch = chunks.decode_batch(self._history.reader.body(connection, (day, series, minute, part)))
                received, observed = batch[RECEIVED_AT], batch["observed_at"]
                rows_late = np.flatnonzero((received > at) & (received <= known_at) & (observed <= at))
                if len(rows_late):
                    yield batch.take(rows_late)


def _days(port: int) -> sa.CTE:
    """The days of which there are records, found by one look into the index for each."""
    m, inner = schema.mention.c, schema.mention.alias()
    days = sa.select(sa.func.min(m.day).label("day")).where(m.port == port).cte("days", recursive=True)
    following = sa.select(sa.func.min(inner.c.day)).where(inner.c.port == port, inner.c.day > days.c.day)
    return days.union_all(sa.select(following.scalar_subquery()).where(days.c.day.is_not(None)))


def _filed(batch: Batch, container: str) -> Batch:
    """The rows that `twin.filing` files under a container."""
    if batch.kind in (Kind.DECLARATION, Kind.GATE_PASSAGE):
        named = [container in names for names in batch["containers"].tolist()]
    else:
        field = "subject" if batch.kind is Kind.TASK else "container"
        named = [name == container for name in batch[field].tolist()]
    mask = np.array(named, dtype=bool)
    if batch.kind is Kind.SEAL_EVENT:
        mask &= batch["event"] != SealEventKind.HEARTBEAT
    return batch if mask.all() else batch.take(mask)
