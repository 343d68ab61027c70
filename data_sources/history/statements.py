"""Writing many rows at once in the two dialects, and other statements that differ between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Table
from sqlalchemy.engine import Connection

_ARRAYS = {"SMALLINT": "smallint", "INTEGER": "integer", "BIGINT": "bigint", "TEXT": "text", "BLOB": "bytea"}


def insert_new(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> int:
    """Insert rows (all columns of the table, in order), leaving out those whose key is there; how many were new."""
    if not rows:
        return 0
    if connection.dialect.name == "sqlite":
        return connection.exec_driver_sql(_sqlite_insert(table), list(rows)).rowcount
    columns = tuple(list(values) for values in zip(*rows, strict=True))
    return connection.exec_driver_sql(_postgresql_insert(table), columns).rowcount


def known_keys(connection: Connection, table: Table, port: int, day: int, keys: Iterable[int]) -> set[int]:
    """Which of the keys of a day are there."""
    if connection.dialect.name == "sqlite":
        text = (f"SELECT r.key FROM json_each(?) AS j CROSS JOIN {table.name} AS r "  # noqa: S608 - a table of ours
                "ON r.port = ? AND r.day = ? AND r.key = j.value")
        asked = "[" + ",".join(map(str, keys)) + "]"
        return set(connection.exec_driver_sql(text, (asked, port, day)).scalars())
    text = f"SELECT key FROM {table.name} WHERE port = %s AND day = %s AND key = ANY(%s::bigint[])"  # noqa: S608
    return set(connection.exec_driver_sql(text, (port, day, list(keys))).scalars())


def one_writer(connection: Connection, port: int) -> None:
    """Until the transaction ends nobody else writes to this port's history. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(20260302, %s)", (port,))


@lru_cache
def _sqlite_insert(table: Table) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    marks = ", ".join("?" * len(table.columns))
    return f"INSERT INTO {table.name} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608 - a table of ours


@lru_cache
def _postgresql_insert(table: Table) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    arrays = ", ".join(f"%s::{_ARRAYS[str(column.type)]}[]" for column in table.columns)
    return f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING"  # noqa: S608
