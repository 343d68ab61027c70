"""The tables of a history, the same on SQLite and PostgreSQL. What they are for and why so: docs/scale.md.

Every key begins with the port and the day, so that an extension that distributes PostgreSQL can cut the tables there.
The day is a number such as 20260301, of China's calendar: of records and mentions by device time, so that a repeat
meets its first copy whenever it arrives; of chunks, counts and gaps by receipt time, when the port recorded them.
Times are ms UTC. Rows are only ever added; what leaves, leaves by retention.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

from twin.records import EntityKind, Kind

VERSION = "0003"
"""The newest migration; a database beyond it was made by a newer program."""

KIND_NUMBER: dict[Kind, int] = {
    Kind.VEHICLE: 1, Kind.VESSEL_CALL: 2, Kind.CONTAINER: 3, Kind.MANIFEST: 4, Kind.DECLARATION: 5, Kind.INSPECTION: 6,
    Kind.TRANSIT_TRIP: 7, Kind.APPOINTMENT: 8, Kind.DEVICE_HEALTH: 9, Kind.TASK: 10, Kind.CONSULTATION: 11,
    Kind.ACTION: 12, Kind.INVENTORY: 13, Kind.SEAL_EVENT: 14, Kind.MOVE: 15, Kind.GATE_PASSAGE: 16, Kind.POSITION: 17,
    Kind.CRANE_TELEMETRY: 18,
}
"""Kinds as the tables name them. Numbers are never given a second time."""
KIND_OF = {number: kind for kind, number in KIND_NUMBER.items()}

SERIES_NUMBER: dict[EntityKind, int] = {
    EntityKind.VEHICLE: 1, EntityKind.SEAL: 2, EntityKind.VESSEL: 3, EntityKind.CRANE: 4, EntityKind.OFFICER: 5,
}
OTHER = 15
TELEMETRY = 16
"""A series of chunks: the positions of one kind of entity (OTHER: one we do not know), or the cranes' telemetry."""
POSITIONS = (*SERIES_NUMBER.values(), OTHER)

metadata = MetaData()


def _key(name: str, kind: Any = BigInteger) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False)


def _needed(name: str, kind: Any = BigInteger) -> Column[Any]:
    return Column(name, kind, nullable=False)


port = Table(
    "port", metadata,
    _key("id", SmallInteger),
    _needed("code", Text),
    UniqueConstraint("code", name="port_code"),
)
"""Ports share a database; other tables carry the short number."""

form = Table(
    "form", metadata,
    _key("kind", SmallInteger),
    _key("form", SmallInteger),
    _needed("fields", Text),
)
"""Which fields, in which order, stand in the body of a record: a JSON array of names. Old rows stay readable by it."""

record = Table(
    "record", metadata,
    _key("port", SmallInteger),
    _key("day", Integer),
    _key("key"),
    _needed("kind", SmallInteger),
    _needed("form", SmallInteger),
    _needed("seq", Integer),
    _needed("observed_at"),
    _needed("received_at"),
    _needed("body", Text),
    Index("record_received", "port", "received_at", "kind", "seq"),
    Index("record_observed", "port", "observed_at"),
)
"""Everything discrete, a row each. `key`: hash of what the record says; `body`: JSON array of its fields; `seq`: order
of arrival among those of a kind received at one instant."""

mention = Table(
    "mention", metadata,
    _key("port", SmallInteger),
    _key("day", Integer),
    _key("name"),
    _key("observed_at"),
    _key("kind", SmallInteger),
    _key("key"),
    sqlite_with_rowid=False,
)
"""Which record names whom: container, seal, vehicle, slot, declaration, ... `name`: hash of the name."""

name_month = Table(
    "name_month", metadata,
    _key("port", SmallInteger),
    _key("month", Integer),
    _key("name"),
    _needed("days", Integer),
    sqlite_with_rowid=False,
)
"""On which days of a month (such as 202603) records mention a name: see `names`."""

chunk = Table(
    "chunk", metadata,
    _key("port", SmallInteger),
    _key("day", Integer),
    _key("series", SmallInteger),
    _key("minute", Integer),
    _key("part", Integer),
    _needed("bucket", Integer),
    _needed("row_count", Integer),
    _needed("first_received"),
    _needed("last_received"),
    _needed("min_observed"),
    _needed("max_observed"),
    _needed("who", LargeBinary),
    _needed("body", LargeBinary),
    Index("chunk_observed", "port", "series", "min_observed"),
)
"""Positions and crane telemetry: a minute of receipt time of one series, in one or more parts. `who`: sorted 32-bit
hashes of the entities in it; `body`: see `chunks`; `bucket`: 0 on time, else the device-time hour of what came late."""

keyframe = Table(
    "keyframe", metadata,
    _key("port", SmallInteger),
    _key("day", Integer),
    _key("at"),
    _needed("base_at"),
    _needed("version", Integer),
    _needed("body", LargeBinary),
)
"""The twin as it stood at an instant; `base_at` equals `at` for a whole one."""

warning_step = Table(
    "warning_step", metadata,
    _key("port", SmallInteger),
    _key("day", Integer),
    _key("key"),
    _needed("at"),
    _needed("warning", Text),
    _needed("rule", Text),
    _needed("subject", Text),
    _needed("step", Text),
    _needed("operator", Text),
    _needed("note", Text),
    _needed("detail", Text),
    Index("warning_step_at", "port", "at"),
)
"""The steps of warnings, as they were made; nobody edits them. `detail`: JSON."""

operator_step = Table(
    "operator_step", metadata,
    _key("port", SmallInteger),
    _key("warning", Text),
    _key("number", Integer),
    _needed("seq"),
    _needed("at"),
    _needed("step", Text),
    _needed("operator", Text),
    _needed("note", Text),
    _needed("until"),
    _needed("desk", Text),
    Index("operator_step_seq", "port", "seq", unique=True),
)
"""What operators did about warnings, shared by all desks. `number` counts the steps of a warning, so that of two desks
that act at once one comes second and is told; `seq` counts those of the port, so that desks ask for what is new. The
day is not in the key: the steps of one warning must meet, whenever they were made."""

gap = Table(
    "gap", metadata,
    _key("port", SmallInteger),
    _key("day", Integer),
    _key("from_at"),
    _key("until_at"),
    _key("why", Text),
    _needed("kinds", Text),
)
"""Stretches of receipt time of which records are missing."""

day_count = Table(
    "day_count", metadata,
    _key("port", SmallInteger),
    _key("day", Integer),
    _key("kind", SmallInteger),
    _needed("row_count"),
    _needed("first_at"),
    _needed("last_at"),
)
"""How many records of a kind each day received; kept with every write, so that the calendar of days costs nothing."""

retention = Table(
    "retention", metadata,
    _key("port", SmallInteger),
    _key("category", Text),
    _needed("days", Integer),
)
"""How many days each category is kept."""

hold = Table(
    "hold", metadata,
    _key("port", SmallInteger),
    _key("case_id", Text),
    _key("placed_at"),
    _needed("from_day", Integer),
    _needed("until_day", Integer),
    _needed("names", Text),
    _needed("placed_by", Text),
    _needed("reason", Text),
    Column("lifted_at", BigInteger),
    Column("lifted_by", Text),
)
"""Legal holds: nothing of these days, and no record that names one of `names` (JSON), leaves until it is lifted."""

damaged = Table(
    "damaged", metadata,
    _key("port", SmallInteger),
    _key("day", Integer),
    _key("what", Text),
    _needed("found_at"),
    _needed("reason", Text),
    _needed("body", LargeBinary),
)
"""What a repair took out because it can no longer be read, as it was found."""
