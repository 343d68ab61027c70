"""Records as the port would say them, for the tests of the feeds: short to write, complete in every field."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec

from twin.batch import fields_of
from twin.records import (
    Container,
    Datum,
    EntityKind,
    Kind,
    Position,
    Record,
    SealEvent,
    SealEventKind,
    Trade,
)

NOON = 1_795_320_000_000  # 2026-11-22T04:00:00Z: noon at Jiangyin
QUAY = (119.2917, 25.4133)


def fix(entity: str, second: float, *, lon: float = QUAY[0], lat: float = QUAY[1],
        datum: Datum = Datum.WGS84) -> Position:
    at = NOON + round(second * 1000)
    return Position(f"pos-{entity}-{at}", "terminal", at, entity, EntityKind.VEHICLE, lon, lat, datum, 0.0, 5.0, 90.0,
                    3, 2.5)


def seal_event(seal: str, second: float, event: SealEventKind = SealEventKind.LOCKED, *, lon: float = QUAY[0],
               lat: float = QUAY[1], datum: Datum = Datum.WGS84) -> SealEvent:
    at = NOON + round(second * 1000)
    return SealEvent(f"seal-{seal}-{at}", "eseal", at, seal, "CSQU3054383", event, "", None, lon, lat, datum, 0.0)


def box(number: str, second: float = 0.0, **changes: Any) -> Container:
    at = NOON + round(second * 1000)
    made = Container(f"box-{number}-{at}", "terminal", at, number, "45G1", True, 21_400.0, Trade.FOREIGN, "COSU", None,
                     None, None)
    return dataclasses.replace(made, **changes)


def wire_batch(kind: Kind, records: list[Record]) -> dict[str, Any]:
    """A batch as it goes over the wire, in plain values."""
    columns = {field.name: [getattr(record, field.name) for record in records] for field in fields_of(kind)}
    return {"kind": str(kind), "columns": msgspec.to_builtins(columns)}
