"""Looking through a history for damage, and mending what can be mended. Nothing that can still be read is thrown away.

A repair takes what cannot be read out of its table and keeps the bytes in `damaged`; makes anew what follows from the
rest (mentions, counts); and notes a gap where fixes are gone. A SQLite file whose pages are damaged is copied row by
row into a new file, and the old one stays beside it.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from data_sources.history import chunks, database, schema, statements
from data_sources.history.bodies import batch_from, keys_of, mentions_of, who_hashes
from data_sources.history.counting import counted, recount
from data_sources.history.days import MINUTE_MS, day_of, moment, text_of
from data_sources.history.errors import HistoryError
from data_sources.history.names import make_anew, month_of, unnoted
from data_sources.history.store import History
from data_sources.history.values import GapRow
from twin.batch import RECEIVED_AT, Batch
from twin.records import SUBJECT_FIELD, Kind

DAMAGED = "damaged"
_ROWS = 20_000
_Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong, as one sentence, and where."""

    table: str
    day: int
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at and what was found."""

    records: int
    fixes: int
    keyframes: int
    faults: tuple[Fault, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def check(history: History, tell: _Tell = lambda _: None) -> Report:
    """Read everything once. `tell` hears of each day that is begun."""
    return _Check(history, tell, mend=False, now=0).run()


def repair(history: History, now: int, tell: _Tell = lambda _: None) -> Report:
    """Mend what a check would find; the report says what was wrong. `now`: ms UTC, kept with what is taken out."""
    return _Check(history, tell, mend=True, now=now).run()


def page_faults(url: str) -> tuple[str, ...]:
    """What SQLite itself finds wrong with a file's pages; nothing for PostgreSQL, whose server watches over them.

    Raises HistoryError if there is no such file.
    """
    parsed = database.url_of(url)
    if parsed.get_backend_name() != "sqlite":
        return ()
    file = Path(str(parsed.database))
    if not file.exists():
        raise HistoryError(f"There is no history at {str(file)!r}.")
    try:
        with contextlib.closing(_plain(file)) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)")]
    except sqlite3.DatabaseError as error:
        return (str(error),)
    return () if found == ["ok"] else tuple(found)


def salvage(url: str, now: int) -> Path:
    """Copy what can be read of a damaged SQLite file into a new one of its name. Returns where the old one is kept.

    Raises HistoryError if not a row can be read; then nothing was changed.
    """
    file = Path(str(database.url_of(url).database))
    fresh, kept = file.with_name(f"{file.name}.repaired"), file.with_name(f"{file.name}.damaged-{now}")
    fresh.unlink(missing_ok=True)
    engine = database.connect(database.url_of(f"sqlite:///{fresh}"), create=True)
    engine.dispose()
    source, target = _plain(file), sqlite3.connect(fresh, isolation_level=None)
    try:
        for table in (*schema.metadata.tables.values(),):
            target.execute("BEGIN")
            _copy(source, target, table)
            target.execute("COMMIT")
        copied = target.total_changes
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        source.close()
        target.close()
    if not copied:
        for suffix in ("", "-wal", "-shm"):
            fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)
        raise HistoryError(f"Nothing of {str(file)!r} can be read; it was left as it is.")
    for suffix in ("", "-wal", "-shm"):
        old = file.with_name(file.name + suffix)
        if old.exists():
            old.replace(kept.with_name(kept.name + suffix))
        new = fresh.with_name(fresh.name + suffix)
        if new.exists():
            new.replace(file.with_name(file.name + suffix))
    return kept


def _plain(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{file}?mode=rw", uri=True, isolation_level=None)


def _copy(source: sqlite3.Connection, target: sqlite3.Connection, table: sa.Table) -> None:
    """Copy a table row by row: forwards, and where a page cannot be read, from its other end backwards."""
    names = ", ".join(f'"{c.name}"' for c in table.columns)
    keys = ", ".join(f'"{c.name}"' for c in table.primary_key.columns)
    into = (f"INSERT OR IGNORE INTO {table.name} ({names}) "  # noqa: S608 - a table of ours
            f"VALUES ({', '.join('?' * len(table.columns))})")
    orders = ["", *([] if not table.dialect_options["sqlite"]["with_rowid"] else ["ORDER BY rowid DESC"]),
              f"ORDER BY {keys}", f"ORDER BY {', '.join(key + ' DESC' for key in keys.split(', '))}"]
    for order in orders:
        try:
            rows = source.execute(f"SELECT {names} FROM {table.name} {order}")  # noqa: S608
            while several := rows.fetchmany(1):
                target.executemany(into, several)
            if order == "":
                return
        except sqlite3.DatabaseError:
            continue


class _Check:
    """One pass through a history."""

    def __init__(self, history: History, tell: _Tell, *, mend: bool, now: int) -> None:
        self._history, self._tell, self._mend, self._now = history, tell, mend, now
        self._port = history.port
        self._faults: list[Fault] = []
        self._records = self._fixes = self._keyframes = 0
        self._forms: dict[tuple[int, int], tuple[str, ...]] = {}

    def run(self) -> Report:
        with database.reading(self._history.engine) as connection:
            c = schema.form.c
            for kind, form, fields in connection.execute(sa.select(c.kind, c.form, c.fields)):
                self._forms[kind, form] = tuple(msgspec.json.decode(fields))
            record_days = _days(connection, schema.record, self._port)
            chunk_days = _days(connection, schema.chunk, self._port)
        for day in record_days:
            self._tell(f"records of {text_of(day)}")
            self._check_records(day)
        self._check_names(sorted({month_of(day) for day in record_days}))
        for day in chunk_days:
            self._tell(f"positions of {text_of(day)}")
            self._check_chunks(day)
        self._check_keyframes()
        self._check_counts()
        return Report(self._records, self._fixes, self._keyframes, tuple(self._faults))

    def _fault(self, table: str, day: int, text: str) -> None:
        self._faults.append(Fault(table, day, text))

    def _check_records(self, day: int) -> None:
        """Bodies can be read, keys agree with them, and exactly what they mention is in the index."""
        r, m = schema.record.c, schema.mention.c
        expected: set[tuple[int, int, int, int]] = set()
        bad: list[tuple[int, str]] = []
        with database.reading(self._history.engine) as connection:
            asked = sa.select(r.kind, r.form, r.key, r.observed_at, r.received_at, r.body).where(
                r.port == self._port, r.day == day)
            for rows in connection.execution_options(yield_per=_ROWS).execute(asked).partitions(_ROWS):
                self._records += len(rows)
                for row, mentions in self._read(rows, bad):
                    expected.update((name, row[3], row[0], row[2]) for name in mentions)
            said = {(row[0], row[1], row[2], row[3]) for row in connection.execute(
                sa.select(m.name, m.observed_at, m.kind, m.key).where(m.port == self._port, m.day == day))}
        for key, why in bad:
            self._fault("record", day, f"the record {key} of {text_of(day)} cannot be read: {why}")
        missing, too_many = expected - said, said - expected
        if missing:
            self._fault("mention", day, f"{len(missing)} names in records of {text_of(day)} are not in the index")
        if too_many:
            self._fault("mention", day, f"{len(too_many)} entries of the index of {text_of(day)} have no record")
        if self._mend and (bad or missing or too_many):
            with database.writing(self._history.engine) as connection:
                self._take_out_records(connection, day, bad)
                if missing or too_many:
                    connection.execute(sa.delete(schema.mention).where(m.port == self._port, m.day == day))
                    statements.insert_new(connection, schema.mention, [(self._port, day, *row) for row in expected])

    def _check_names(self, months: Sequence[int]) -> None:
        """Whatever is mentioned on a day is noted for its month, so that questions look there."""
        for month in months:
            with database.reading(self._history.engine) as connection:
                missing = unnoted(connection, self._port, month)
            if missing:
                day = month * 100 + 1
                self._fault("name_month", day, f"{missing} names of {text_of(day)[:7]} are not noted")
                if self._mend:
                    with database.writing(self._history.engine) as connection:
                        make_anew(connection, self._port, month)

    def _read(self, rows: Sequence[Sequence[object]],
              bad: list[tuple[int, str]]) -> Iterator[tuple[tuple[int, int, int, int], set[int]]]:
        """(kind, form, key, observed_at) of each readable row with the names it mentions; others go to `bad`."""
        groups: dict[tuple[int, int], list[Sequence[object]]] = {}
        for row in rows:
            groups.setdefault((int(str(row[0])), int(str(row[1]))), []).append(row)
        for (number, form), several in groups.items():
            kind, fields = schema.KIND_OF.get(number), self._forms.get((number, form))
            if kind is None or fields is None:
                bad += [(int(str(row[2])), "its kind or form is not known") for row in several]
                continue
            batch = self._batch(kind, fields, several)
            if batch is None and len(several) > 1:
                for row in several:
                    yield from self._read([row], bad)
                continue
            keys = keys_of(kind, [int(str(row[3])) for row in several], [str(row[5]) for row in several])
            mentions = mentions_of(batch) if batch is not None else [set[int]()] * len(several)
            for row, key, names in zip(several, keys, mentions, strict=True):
                if batch is None or key != row[2]:
                    bad.append((int(str(row[2])), "its body is damaged"))
                else:
                    yield (number, form, key, int(str(row[3]))), names

    @staticmethod
    def _batch(kind: Kind, fields: Sequence[str], rows: Sequence[Sequence[object]]) -> Batch | None:
        try:
            return batch_from(kind, fields, [str(row[5]) for row in rows],
                              np.array([row[3] for row in rows], dtype=np.int64),
                              np.array([row[4] for row in rows], dtype=np.int64))
        except (msgspec.MsgspecError, ValueError, TypeError):
            return None

    def _take_out_records(self, connection: Connection, day: int, bad: Sequence[tuple[int, str]]) -> None:
        r, m = schema.record.c, schema.mention.c
        for key, why in bad:
            here = sa.and_(r.port == self._port, r.day == day, r.key == key)
            row = connection.execute(sa.select(schema.record).where(here)).mappings().first()
            if row is None:
                continue
            kept = ("kind", "form", "observed_at", "received_at", "body")
            body = msgspec.json.encode({name: row[name] for name in kept})
            statements.insert_new(connection, schema.damaged, [
                (self._port, day, f"record {key}", self._now, why, body)])
            connection.execute(sa.delete(schema.record).where(here))
            connection.execute(sa.delete(schema.mention).where(m.port == self._port, m.day == day, m.key == key))

    def _check_chunks(self, day: int) -> None:
        """Each chunk can be read and is what its row says."""
        c = schema.chunk.c
        with database.reading(self._history.engine) as connection:
            keys = connection.execute(sa.select(c.series, c.minute, c.part).where(
                c.port == self._port, c.day == day).order_by(c.minute, c.series, c.part)).all()
        for series, minute, part in keys:
            here = sa.and_(c.port == self._port, c.day == day, c.series == series, c.minute == minute, c.part == part)
            with database.reading(self._history.engine) as connection:
                row = connection.execute(sa.select(schema.chunk).where(here)).mappings().one()
            try:
                batch = chunks.decode_batch(bytes(row["body"]))
            except chunks.ChunkError as error:
                self._fault("chunk", day, f"the fixes of series {series} at {moment(minute * MINUTE_MS)} cannot be "
                                          f"read: {error}")
                if self._mend:
                    self._take_out_chunk(day, here, f"chunk {series}/{minute}/{part}", str(error), bytes(row["body"]))
                continue
            self._fixes += len(batch)
            true = _described(batch)
            if any(row[name] != value for name, value in true.items()):
                self._fault("chunk", day, f"the fixes of series {series} at {moment(minute * MINUTE_MS)} are not what "
                                          "their row says")
                if self._mend:
                    with database.writing(self._history.engine) as connection:
                        connection.execute(sa.update(schema.chunk).where(here).values(**true))

    def _take_out_chunk(self, day: int, here: sa.ColumnElement[bool], what: str, why: str, body: bytes) -> None:
        c = schema.chunk.c
        with database.writing(self._history.engine) as connection:
            row = connection.execute(sa.select(c.first_received, c.last_received).where(here)).one()
            statements.insert_new(connection, schema.damaged, [(self._port, day, what, self._now, why, body)])
            connection.execute(sa.delete(schema.chunk).where(here))
        kind = Kind.CRANE_TELEMETRY if f"chunk {schema.TELEMETRY}/" in what else Kind.POSITION
        self._history.write_gap(GapRow(row[0] - 1, row[1], DAMAGED, (kind,)))

    def _check_keyframes(self) -> None:
        """Every increment has the keyframe it rests on, and that one its own, down to a base."""
        k = schema.keyframe.c
        whole: set[int] = set()
        orphans: list[tuple[int, int]] = []
        with database.reading(self._history.engine) as connection:
            asked = sa.select(k.day, k.at, k.base_at).where(k.port == self._port).order_by(k.at)
            for day, at, base_at in connection.execute(asked):
                self._keyframes += 1
                if at == base_at or base_at in whole:
                    whole.add(at)
                else:
                    orphans.append((day, at))
        for day, at in orphans:
            self._fault("keyframe", day, f"the keyframe of {moment(at)} has lost the one it rests on")
            if self._mend:
                self._take_out_keyframe(day, at)

    def _take_out_keyframe(self, day: int, at: int) -> None:
        k = schema.keyframe.c
        here = sa.and_(k.port == self._port, k.day == day, k.at == at)
        with database.writing(self._history.engine) as connection:
            body = bytes(connection.scalar(sa.select(k.body).where(here)) or b"")
            statements.insert_new(connection, schema.damaged, [
                (self._port, day, f"keyframe {at}", self._now, "what it rests on is gone", body)])
            connection.execute(sa.delete(schema.keyframe).where(here))

    def _check_counts(self) -> None:
        """The calendar says what is there."""
        d, r, c = schema.day_count.c, schema.record.c, schema.chunk.c
        with database.reading(self._history.engine) as connection:
            said: dict[int, Counter[Kind]] = {}
            for day, number, rows in connection.execute(sa.select(d.day, d.kind, d.row_count).where(
                    d.port == self._port)):
                said.setdefault(day, Counter())[schema.KIND_OF[number]] = rows
            edges = [*connection.execute(sa.select(sa.func.min(r.received_at), sa.func.max(r.received_at)).where(
                r.port == self._port)).one(), *connection.execute(sa.select(
                    sa.func.min(c.first_received), sa.func.max(c.last_received)).where(c.port == self._port)).one()]
        days = set(said) | set(_between(edges))
        for day in sorted(days):
            with database.reading(self._history.engine) as connection:
                true = {kind: count[0] for kind, count in counted(connection, self._port, day, tuple(Kind)).items()}
            if dict(said.get(day, Counter())) != true:
                self._fault("day_count", day, f"the calendar is wrong about {text_of(day)}")
                if self._mend:
                    with database.writing(self._history.engine) as connection:
                        recount(connection, self._port, day, tuple(Kind))


def _described(batch: Batch) -> dict[str, int | bytes]:
    """What the row of a chunk has to say of it."""
    received, observed = batch[RECEIVED_AT], batch["observed_at"]
    return {
        "row_count": len(batch), "first_received": int(received.min()), "last_received": int(received.max()),
        "min_observed": int(observed.min()), "max_observed": int(observed.max()),
        "who": who_hashes(batch[SUBJECT_FIELD[batch.kind]].tolist()).tobytes(),
    }


def _days(connection: Connection, table: sa.Table, port: int) -> list[int]:
    """The days of a table, each found by one look into its key."""
    c = table.c
    found: list[int] = []
    day = connection.scalar(sa.select(sa.func.min(c.day)).where(c.port == port))
    while day is not None:
        found.append(int(day))
        day = connection.scalar(sa.select(sa.func.min(c.day)).where(c.port == port, c.day > day))
    return found


def _between(edges: Sequence[int | None]) -> list[int]:
    """The days from the first to the last of some instants."""
    known = [at for at in edges if at is not None]
    return sorted({day_of(at) for at in (*range(min(known), max(known), 86_400_000), max(known))}) if known else []
