"""On which days a name comes up: a row for each name and month, so that a question need not look into every day.

A month is a number such as 202603; its days are bits, bit 0 the first of the month. A bit says that records of the day
may mention the name; it stays when these leave, until all of the month have left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from data_sources.history import schema

_LAST_MONTHS = 2
_MOST_NAMES = 400_000
_DAYS = range(1, 32)

_NOTE = {
    "sqlite": "INSERT INTO name_month VALUES (?, ?, ?, ?) "
              "ON CONFLICT (port, month, name) DO UPDATE SET days = days | excluded.days",
    "postgresql": "INSERT INTO name_month SELECT %s, %s, * FROM unnest(%s::bigint[], %s::integer[]) "
                  "ON CONFLICT (port, month, name) DO UPDATE SET days = name_month.days | excluded.days",
}
_ANEW = (
    "INSERT INTO name_month (port, month, name, days) "
    "SELECT {port}, {month}, name, sum(1 << (day - {first})) FROM "
    "(SELECT DISTINCT day, name FROM mention WHERE port = {port} AND day BETWEEN {first} AND {last}) AS named "
    "GROUP BY name"
)


def month_of(day: int) -> int:
    """The month of a day such as 20260301."""
    return day // 100


class Notes:
    """What a writer has noted already: of the newest months, so that most names cost nothing when they come again."""

    def __init__(self) -> None:
        self._noted: dict[int, dict[int, int]] = {}  # days by month and name

    def note(self, connection: Connection, port: int, names: Mapping[int, Iterable[int]]) -> None:
        """Note the hashes of the names that come up on each day."""
        wanted: defaultdict[int, dict[int, int]] = defaultdict(dict)
        for day, several in names.items():
            bit, days = 1 << (day % 100 - 1), wanted[month_of(day)]
            noted = self._noted.get(month_of(day), {})
            days.update((name, days.get(name, 0) | bit) for name in several if not noted.get(name, 0) & bit)
        for month, days in sorted(wanted.items()):
            if days:
                _note(connection, port, month, days)
                self._remember(month, days)

    def forget(self) -> None:
        """What was noted last did not come to last."""
        self._noted.clear()

    def _remember(self, month: int, days: Mapping[int, int]) -> None:
        noted = self._noted.setdefault(month, {})
        noted.update((name, noted.get(name, 0) | bits) for name, bits in days.items())
        for old in sorted(self._noted)[:-_LAST_MONTHS]:
            del self._noted[old]
        if sum(map(len, self._noted.values())) > _MOST_NAMES:
            self._noted.clear()


def _note(connection: Connection, port: int, month: int, days: Mapping[int, int]) -> None:
    statement = _NOTE[connection.dialect.name]
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(statement, [(port, month, name, bits) for name, bits in sorted(days.items())])
    else:
        connection.exec_driver_sql(statement, (port, month, list(days), list(days.values())))


def days_naming(connection: Connection, port: int, name: int, first_day: int, last_day: int) -> list[int]:
    """The days from first to last (such as 20260301) on which a name, given by its hash, may come up; the newest first.
    """
    n = schema.name_month.c
    months = _months(connection, port, month_of(first_day), month_of(last_day))
    found = connection.execute(sa.select(n.month, n.days).where(
        n.port == port, n.month.in_(months), n.name == name).order_by(n.month.desc()))
    return [day for month, bits in found for place in reversed(_DAYS) if bits >> (place - 1) & 1
            if first_day <= (day := month * 100 + place) <= last_day]


def _months(connection: Connection, port: int, first: int, last: int) -> list[int]:
    """The months of which there are names, each found by one look into the key."""
    n, inner = schema.name_month.c, schema.name_month.alias()
    months = sa.select(sa.func.min(n.month).label("month")).where(n.port == port, n.month >= first).cte(recursive=True)
    following = sa.select(sa.func.min(inner.c.month)).where(inner.c.port == port, inner.c.month > months.c.month)
    months = months.union_all(sa.select(following.scalar_subquery()).where(months.c.month < last))
    return [month for month in connection.execute(sa.select(months.c.month)).scalars() if month is not None]


def unnoted(connection: Connection, port: int, month: int) -> int:
    """How many names of days of a month are mentioned and not noted."""
    first = month * 100 + 1
    return int(connection.exec_driver_sql(
        f"SELECT count(*) FROM (SELECT DISTINCT day, name FROM mention WHERE port = {port} "  # noqa: S608 - numbers
        f"AND day BETWEEN {first} AND {month * 100 + 31}) AS named LEFT JOIN name_month AS noted "
        f"ON noted.port = {port} AND noted.month = {month} AND noted.name = named.name "
        f"WHERE noted.days IS NULL OR (noted.days >> (named.day - {first})) & 1 = 0").scalar_one())


def make_anew(connection: Connection, port: int, month: int) -> None:
    """Note a month's names anew from what is there."""
    n = schema.name_month.c
    connection.execute(sa.delete(schema.name_month).where(n.port == port, n.month == month))
    connection.exec_driver_sql(_ANEW.format(port=port, month=month, first=month * 100 + 1, last=month * 100 + 31))


def forget_month(connection: Connection, port: int, month: int) -> None:
    """Forget a month if no record of it is left."""
    m, n = schema.mention.c, schema.name_month.c
    there = sa.select(m.day).where(m.port == port, m.day.between(month * 100 + 1, month * 100 + 31)).limit(1)
    if connection.scalar(there) is None:
        connection.execute(sa.delete(schema.name_month).where(n.port == port, n.month == month))
