"""Many days of discrete records for `benchmarks.history`: some written by the writer, the rest copied in place.

The days that the writer takes are like those of a port: every container comes, is declared, moved, counted, sealed and
leaves within `STAY_MS`, so its name stands in some days and not in all; trucks and slots come up every day. Further
days are made of these by INSERT ... SELECT inside the database, `WRITTEN_DAYS` at a time: other days and times, other
names (in the bodies, and their hashes in the index of names), other keys, in the order of arrival. A container's number
comes back `RETURN` blocks later, as a box comes back to a port some times a year; seals and declarations never do. What
a copy lacks: its keys are not the hashes of its bodies, so that `history check` would name them.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from data_sources.history import database, schema
from data_sources.history.bodies import name_hash
from data_sources.history.days import DAY_MS, following, span_of
from data_sources.history.names import make_anew, month_of
from data_sources.history.store import History
from twin.batch import RECEIVED_AT, Batch, Column, column, fields_of
from twin.records import Kind

WRITTEN_DAYS = 8
STAY_MS = 4 * DAY_MS
RETURN = 17  # blocks of days until a container comes again: 136 days
VISIT = {Kind.DECLARATION: 3, Kind.INVENTORY: 8, Kind.SEAL_EVENT: 4, Kind.MOVE: 8, Kind.GATE_PASSAGE: 2}
"""What is said of a container while it is in the port."""
SAID = sum(VISIT.values())
TRUCKS, SLOTS = 4_000, 20_000
_LATE_MS = 1_000
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Filled:
    """What a history was filled with: discrete records, days, and how fast."""

    written: int
    copied: int
    days: int
    write_s: float
    copy_s: float


@dataclass(frozen=True, slots=True)
class Names:
    """The names that come up in a block of days. `visits`: containers in it."""

    block: int
    visits: int

    def container(self, visit: int) -> str:
        """The container of a visit."""
        return f"{self._line()}{visit:07d}"

    def seal(self, visit: int) -> str:
        """The seal of a visit."""
        return f"{self._seals()}{visit:07d}"

    def declaration(self, visit: int) -> str:
        """The declaration of a visit."""
        return f"{self._office()}{visit:012d}"

    def all(self) -> Iterator[str]:
        """Every name that belongs to this block alone, in one order for all blocks."""
        for name in (self.container, self.seal, self.declaration):
            yield from map(name, range(self.visits))

    def marks(self) -> tuple[str, ...]:
        """What in the bodies of a block is found in no other, in one order for all blocks."""
        return f'"{self._line()}', f'"{self._seals()}', f'"{self._office()}', self.ids()

    def ids(self) -> str:
        """Stands in every id of the block."""
        return f"-{self.block:03d}-"

    def _line(self) -> str:
        return f"B{_LETTERS[self.block % RETURN]}CU"

    def _seals(self) -> str:
        return f"JY{self.block:03d}-"

    def _office(self) -> str:
        return f"35{self.block:04d}"


def fill(history: History, first_day: int, records: int, a_day: int) -> Filled:
    """Fill a history with about `records` discrete records, `a_day` on each day from `first_day` (as 20260301) on."""
    days = max(1, round(records / a_day))
    written_days = min(days, WRITTEN_DAYS)
    names = Names(0, max(1, a_day * written_days // SAID))
    written, write_s = 0, 0.0
    for batches in _days(names, first_day, written_days):
        began_s = time.perf_counter()
        written += history.write(batches).records
        write_s += time.perf_counter() - began_s
    copied, began_s = 0, time.perf_counter()
    copying = _Copying(history, first_day, written_days)
    copying.set_out()
    for block in range(1, -(-days // written_days)):
        copied += copying.copy(names, Names(block, names.visits), min(written_days, days - block * written_days))
    copying.clear_away()
    return Filled(written, copied, days, write_s, time.perf_counter() - began_s)


def slot_name(number: int) -> str:
    """One of `SLOTS` slots."""
    return f"A{number % 40:02d}-{number // 40 % 50:02d}-{number // 2000 % 10:02d}-1"


def truck_name(number: int) -> str:
    """One of `TRUCKS` trucks."""
    return f"闽B{number:05d}"


def _days(names: Names, first_day: int, days: int) -> Iterator[list[Batch]]:
    """The records of the days that the writer takes, a list of batches a day."""
    start, length = span_of(first_day)[0], days * DAY_MS
    boxes = np.array([names.container(n) for n in range(names.visits)], dtype=object)
    seals = np.array([names.seal(n) for n in range(names.visits)], dtype=object)
    declarations = np.array([names.declaration(n) for n in range(names.visits)], dtype=object)
    began = np.arange(names.visits) * 7919 % names.visits * length // names.visits
    chance = np.random.default_rng(5)
    plans = []
    for kind, times in VISIT.items():
        who = np.repeat(np.arange(names.visits), times)
        since = np.sort(chance.integers(0, STAY_MS, (names.visits, times)), axis=1).ravel()
        at = start + (began[who] + since) % length  # who comes at the block's end is at its beginning, too
        order = np.argsort(at, kind="stable")
        plans.append((kind, who[order], at[order], chance.integers(0, TRUCKS, len(who)),
                      chance.integers(0, SLOTS, len(who))))
    trucks = np.array([truck_name(n) for n in range(TRUCKS)], dtype=object)
    slots = np.array([slot_name(n) for n in range(SLOTS)], dtype=object)
    for day in range(days):
        made = []
        for kind, who, at, truck, slot in plans:
            low, high = np.searchsorted(at, (start + day * DAY_MS, start + (day + 1) * DAY_MS))
            here = slice(int(low), int(high))
            ids = np.array([f"{kind}{names.ids()}{n}" for n in range(low, high)], dtype=object)
            made.append(_said(kind, ids, at[here], boxes[who[here]], seals[who[here]], declarations[who[here]],
                              trucks[truck[here]], slots[slot[here]], start + (day + 1) * DAY_MS - 1))
        yield made


def _said(kind: Kind, ids: Column, observed: NDArray[np.int64], boxes: Column, seals: Column, declarations: Column,
          trucks: Column, slots: Column, ends: int) -> Batch:
    """Records of a kind, one a row; received within their day, of which `ends` is the last instant."""
    count = len(ids)
    into = np.arange(count) % 2 == 0
    slot, vehicle = (np.full(count, kind_of, dtype=object) for kind_of in ("slot", "vehicle"))
    values: dict[str, object] = {
        "id": ids, "observed_at": observed, "container": boxes, "containers": [(box,) for box in boxes],
        "place_kind": slot, "place_ref": slots, "plate": trucks, "seals": [(seal,) for seal in seals], "seal": seals,
        "declaration": declarations,
        "from_kind": np.where(into, vehicle, slot), "from_ref": np.where(into, trucks, slots),
        "to_kind": np.where(into, slot, vehicle), "to_ref": np.where(into, slots, trucks),
        "event": np.where(into, "DROP", "PICK").astype(object) if kind is Kind.MOVE else ["heartbeat"] * count,
        "classifier": ["ACT"] * count, "purpose": ["delivery"] * count, "pictures": [()] * count,
    }
    columns: dict[str, Column] = {}
    for field in fields_of(kind):
        given = values.get(field.name)
        if given is None:
            filler: object = {"f": 1.0, "i": 1, "b": True}.get(field.dtype.kind, "x")
            given = [filler] * count
        columns[field.name] = given if isinstance(given, np.ndarray) else column(field.dtype, given)  # type: ignore[arg-type]
    columns[RECEIVED_AT] = np.minimum(observed + _LATE_MS, ends)
    return Batch(kind, columns)


class _Copying:
    """Copies blocks of days within a database, a day a transaction, from tables beside the history's own."""

    def __init__(self, history: History, first_day: int, days: int) -> None:
        self._history, self._first_day, self._days = history, first_day, days
        self._chance = random.Random(11)

    def set_out(self) -> None:
        """Lay out what is copied again and again, in the order of arrival, or of a table kept by its key."""
        port = self._history.port
        by = "observed_at" if self._history.engine.dialect.name == "postgresql" else "name, observed_at, kind, key"
        with database.writing(self._history.engine) as connection:
            connection.exec_driver_sql("CREATE TABLE renamed (old BIGINT PRIMARY KEY, new BIGINT)")
            for place in range(self._days):
                day = following(self._first_day, place)
                connection.exec_driver_sql(
                    f"CREATE TABLE copied_record_{place} AS SELECT * FROM record "
                    f"WHERE port = {port} AND day = {day} ORDER BY received_at, kind, seq")
                connection.exec_driver_sql(
                    f"CREATE TABLE copied_mention_{place} AS SELECT * FROM mention "
                    f"WHERE port = {port} AND day = {day} ORDER BY {by}")

    def clear_away(self) -> None:
        """Note the names of the days that were made, and drop what copying needed."""
        port = self._history.port
        with database.reading(self._history.engine) as connection:
            months = sorted({month_of(day) for day in connection.execute(
                sa.select(schema.day_count.c.day).where(schema.day_count.c.port == port)).scalars()})
        for month in months:
            with database.writing(self._history.engine) as connection:
                make_anew(connection, port, month)
        with database.writing(self._history.engine) as connection:
            tables = [f"copied_{name}_{place}" for name in ("record", "mention") for place in range(self._days)]
            for table in ("renamed", *tables):
                connection.exec_driver_sql(f"DROP TABLE {table}")

    def copy(self, source: Names, target: Names, days: int) -> int:
        """Copy the first `days` of the written block to the target's block; how many records."""
        copied = 0
        for place in range(days):
            with database.writing(self._history.engine) as connection:
                if not place:
                    self._rename(connection, source, target)
                copied += self._copy_day(connection, place, source, target)
        return copied

    def _rename(self, connection: Connection, source: Names, target: Names) -> None:
        """The hash of each name of the source, and of the name in its place."""
        connection.exec_driver_sql("DELETE FROM renamed")
        pairs = [{"old": name_hash(old), "new": name_hash(new)}
                 for old, new in zip(source.all(), target.all(), strict=True)]
        connection.execute(sa.text("INSERT INTO renamed VALUES (:old, :new)"), pairs)

    def _copy_day(self, connection: Connection, place: int, source: Names, target: Names) -> int:
        day = following(self._first_day, place)
        into = following(day, target.block * self._days)
        shift = span_of(into)[0] - span_of(day)[0]
        changed = self._chance.getrandbits(63)
        key = f"(key | {changed}) - (key & {changed})"  # exclusive or, which SQLite has no sign for
        body = "body"
        for old, new in zip(source.marks(), target.marks(), strict=True):
            body = f"replace({body}, '{old}', '{new}')"
        done = connection.exec_driver_sql(
            "INSERT INTO record (port, day, key, kind, form, seq, observed_at, received_at, body) "
            f"SELECT port, {into}, {key}, kind, form, seq, observed_at + {shift}, received_at + {shift}, {body} "
            f"FROM copied_record_{place}")
        connection.exec_driver_sql(
            "INSERT INTO mention (port, day, name, observed_at, kind, key) "
            f"SELECT port, {into}, coalesce(renamed.new, name), observed_at + {shift}, kind, {key} "
            f"FROM copied_mention_{place} AS m LEFT JOIN renamed ON renamed.old = m.name")
        connection.exec_driver_sql(
            "INSERT INTO day_count (port, day, kind, row_count, first_at, last_at) "
            f"SELECT port, {into}, kind, row_count, first_at + {shift}, last_at + {shift} "
            f"FROM day_count WHERE port = {self._history.port} AND day = {day}")
        return done.rowcount
