"""What leaves a history and when, and what a legal hold keeps in it.

Each category is kept for a number of days; positions and telemetry by the day they were received, records by their day
of device time, the others by the day they are of. A hold for a case keeps everything of a stretch of days, and every
record that names one of its containers, seals, vehicles or declarations, until it is lifted. Nothing else deletes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Table
from sqlalchemy.engine import Connection

from data_sources.history import database, schema, statements
from data_sources.history.bodies import DISCRETE, name_hash
from data_sources.history.counting import recount
from data_sources.history.days import day_of, following
from data_sources.history.errors import HistoryError
from data_sources.history.names import forget_month, month_of
from data_sources.history.store import History
from twin.records import Kind

DEFAULT_DAYS: dict[str, int] = {
    "positions": 90, "telemetry": 30, "records": 1095, "keyframes": 90, "warnings": 3650,
}
"""Days each category is kept unless the database says otherwise."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold of days (such as 20260301, both included) and names. `lifted_at` None: in force."""

    case_id: str
    from_day: int
    until_day: int
    names: tuple[str, ...]
    placed_at: int
    placed_by: str
    reason: str
    lifted_at: int | None = None
    lifted_by: str | None = None

    def covers(self, day: int) -> bool:
        """Whether everything of a day stays."""
        return self.from_day <= day <= self.until_day


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows of a category left, of which days."""

    category: str
    rows: int
    days: tuple[int, ...]


def policy(history: History) -> dict[str, int]:
    """Days each category is kept."""
    c = schema.retention.c
    with database.reading(history.engine) as connection:
        said = connection.execute(sa.select(c.category, c.days).where(c.port == history.port)).all()
    return DEFAULT_DAYS | {row[0]: row[1] for row in said}


def set_policy(history: History, category: str, days: int) -> None:
    """Keep a category for `days` days from now on. Raises HistoryError."""
    if category not in DEFAULT_DAYS:
        raise HistoryError(f"{category!r} is none of the categories {', '.join(DEFAULT_DAYS)}.")
    if not 1 <= days <= 36_500:
        raise HistoryError(f"{days} is not a number of days from 1 to 36500.")
    c = schema.retention.c
    with database.writing(history.engine) as connection:
        connection.execute(sa.delete(schema.retention).where(c.port == history.port, c.category == category))
        statements.insert_new(connection, schema.retention, [(history.port, category, days)])


def place_hold(history: History, hold: Hold) -> None:
    """Put a hold in force. Raises HistoryError if the case has one or its days make no stretch."""
    if hold.from_day > hold.until_day:
        raise HistoryError(f"The hold for case {hold.case_id!r} ends before it begins.")
    with database.writing(history.engine) as connection:
        if any(known.case_id == hold.case_id for known in _holds(connection, history.port)):
            raise HistoryError(f"There is a hold for case {hold.case_id!r} already; lift it first.")
        statements.insert_new(connection, schema.hold, [(
            history.port, hold.case_id, hold.placed_at, hold.from_day, hold.until_day,
            json.dumps(hold.names, ensure_ascii=False), hold.placed_by, hold.reason, None, None)])


def lift_hold(history: History, case_id: str, at: int, by: str) -> None:
    """End a hold; that it was stays on record. Raises HistoryError if there is none in force."""
    c = schema.hold.c
    with database.writing(history.engine) as connection:
        done = connection.execute(sa.update(schema.hold).where(
            c.port == history.port, c.case_id == case_id, c.lifted_at.is_(None)).values(lifted_at=at, lifted_by=by))
        if not done.rowcount:
            raise HistoryError(f"There is no hold in force for case {case_id!r}.")


def holds(history: History, *, lifted: bool = False) -> tuple[Hold, ...]:
    """The holds in force, or all there ever were."""
    with database.reading(history.engine) as connection:
        return _holds(connection, history.port, lifted=lifted)


def prune(history: History, today: int, *, dry_run: bool = False) -> tuple[Pruned, ...]:
    """Let go what is older than its category allows and not held; a day at a time, each in one transaction.

    Args:
        history: of one port.
        today: the day it is.
        dry_run: only tell what would leave.
    """
    kept = policy(history)
    with database.reading(history.engine) as connection:
        in_force = _holds(connection, history.port)
        due = {category: [day for day in _days(connection, history.port, category)
                          if day < following(today, -kept[category]) and not any(h.covers(day) for h in in_force)]
               for category in DEFAULT_DAYS}
    names = sorted({name_hash(name) for hold in in_force for name in hold.names})
    done = tuple(Pruned(category, sum(_prune_day(history, category, day, names, dry_run=dry_run) for day in days),
                        tuple(days)) for category, days in due.items())
    if not dry_run and any(pruned.rows for pruned in done):
        _give_back(history)
    return tuple(pruned for pruned in done if pruned.rows)


def _prune_day(history: History, category: str, day: int, names: Sequence[int], *, dry_run: bool) -> int:
    port = history.port
    table, where = _of_day(category, port, day)
    if category == "records" and names:
        m = schema.mention.c
        held = sa.select(m.key).where(m.port == port, m.day == day, m.name.in_(names))
        where = sa.and_(where, table.c.key.not_in(held))
    with database.writing(history.engine) as connection:
        rows = int(connection.scalar(sa.select(sa.func.count()).select_from(table).where(where)) or 0)
        if dry_run or not rows:
            return rows
        received = _received_days(connection, where) if category == "records" else {day}
        connection.execute(sa.delete(table).where(where))
        if category == "records":
            r, m = schema.record.c, schema.mention.c
            left = sa.select(r.key).where(r.port == port, r.day == day)
            connection.execute(sa.delete(schema.mention).where(m.port == port, m.day == day, m.key.not_in(left)))
            forget_month(connection, port, month_of(day))
        if category in ("records", "positions", "telemetry"):
            kinds = {"positions": (Kind.POSITION,), "telemetry": (Kind.CRANE_TELEMETRY,)}.get(category, DISCRETE)
            for counted in received:
                recount(connection, port, counted, kinds)
    return rows


def _of_day(category: str, port: int, day: int) -> tuple[Table, sa.ColumnElement[bool]]:
    """The table of a category, and which of its rows are of a day."""
    table = {"positions": schema.chunk, "telemetry": schema.chunk, "records": schema.record,
             "keyframes": schema.keyframe, "warnings": schema.warning_step}[category]
    where = sa.and_(table.c.port == port, table.c.day == day)
    if category == "positions":
        where = sa.and_(where, table.c.series != schema.TELEMETRY)
    elif category == "telemetry":
        where = sa.and_(where, table.c.series == schema.TELEMETRY)
    return table, where


def _days(connection: Connection, port: int, category: str) -> list[int]:
    table, _ = _of_day(category, port, 0)
    c = table.c
    found: list[int] = []
    day = connection.scalar(sa.select(sa.func.min(c.day)).where(c.port == port))
    while day is not None:
        found.append(int(day))
        day = connection.scalar(sa.select(sa.func.min(c.day)).where(c.port == port, c.day > day))
    return found


def _received_days(connection: Connection, where: sa.ColumnElement[bool]) -> set[int]:
    """The receipt days of records that are to leave."""
    r = schema.record.c
    low, high = connection.execute(sa.select(sa.func.min(r.received_at), sa.func.max(r.received_at)).where(where)).one()
    day, last = day_of(low), day_of(high)
    found = {day}
    while day < last:
        day = following(day)
        found.add(day)
    return found


def _holds(connection: Connection, port: int, *, lifted: bool = False) -> tuple[Hold, ...]:
    c = schema.hold.c
    asked = sa.select(c.case_id, c.from_day, c.until_day, c.names, c.placed_at, c.placed_by, c.reason, c.lifted_at,
                      c.lifted_by).where(c.port == port).order_by(c.placed_at, c.case_id)
    if not lifted:
        asked = asked.where(c.lifted_at.is_(None))
    return tuple(Hold(row[0], row[1], row[2], tuple(json.loads(row[3])), *row[4:]) for row in connection.execute(asked))


def _give_back(history: History) -> None:
    """Return the space to the disk."""
    if history.engine.dialect.name == "sqlite":
        with database.said(history.engine.url), history.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None  # noqa: S101 - a connection of the pool is open
            raw.execute("PRAGMA incremental_vacuum").fetchall()
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


