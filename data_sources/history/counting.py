"""The counts of a day made anew from what is there."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from data_sources.history import schema, statements
from data_sources.history.bodies import DISCRETE
from data_sources.history.days import span_of
from twin.records import Kind

Count = tuple[int, int, int]  # rows, first and last receipt time


def counted(connection: Connection, port: int, day: int, kinds: Sequence[Kind]) -> dict[Kind, Count]:
    """What a day received of each kind, as the rows and chunks say."""
    found: dict[Kind, Count] = {}
    numbers = [schema.KIND_NUMBER[kind] for kind in kinds if kind in DISCRETE]
    if numbers:
        r = schema.record.c
        start, end = span_of(day)
        asked = sa.select(r.kind, sa.func.count(), sa.func.min(r.received_at), sa.func.max(r.received_at)).where(
            r.port == port, r.received_at >= start, r.received_at < end, r.kind.in_(numbers)).group_by(r.kind)
        for number, rows, first, last in connection.execute(asked):
            found[schema.KIND_OF[number]] = rows, first, last
    c = schema.chunk.c
    for kind in kinds:
        if kind in DISCRETE:
            continue
        series = schema.POSITIONS if kind is Kind.POSITION else (schema.TELEMETRY,)
        rows, first, last = connection.execute(sa.select(
            sa.func.sum(c.row_count), sa.func.min(c.first_received), sa.func.max(c.last_received),
        ).where(c.port == port, c.day == day, c.series.in_(series))).one()
        if rows:
            found[kind] = int(rows), first, last
    return found


def recount(connection: Connection, port: int, day: int, kinds: Sequence[Kind]) -> None:
    """Write the counts of a day anew."""
    c = schema.day_count.c
    found = counted(connection, port, day, kinds)
    numbers = [schema.KIND_NUMBER[kind] for kind in kinds]
    connection.execute(sa.delete(schema.day_count).where(c.port == port, c.day == day, c.kind.in_(numbers)))
    statements.insert_new(connection, schema.day_count, [
        (port, day, schema.KIND_NUMBER[kind], *count) for kind, count in found.items()])
