"""Which values of a readable batch cannot be true: vectorised, a mask for each fault.

Only what no device can mean is refused here. What is merely strange (an impossible speed, a wrong check digit) is kept:
finding it is the work of the rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_sources.quarantine import Reason
from twin import iso6346
from twin.batch import Column, fields_of
from twin.records import SUBJECT_FIELD, Kind

YEAR_2000_MS = 946_684_800_000
YEAR_2100_MS = 4_102_444_800_000
AHEAD_MS = 3_600_000
"""How far a device's clock may run ahead of the source's. Seal clocks drift; but a fix that claims to be of tomorrow
would stay the newest until then, so it cannot be let in."""

_NAMES = {kind: tuple(dict.fromkeys(("id", "source", SUBJECT_FIELD[kind]))) for kind in Kind}
_NUMBERS_CHECKED = frozenset(kind for kind in Kind if kind is not Kind.CRANE_TELEMETRY)
"""Kinds whose container numbers are checked. A crane repeats the number of the move every two seconds."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Rows in which a field cannot be true."""

    field: str
    reason: Reason
    rows: NDArray[np.bool_]  # shape (N,)


def faults(kind: Kind, columns: Mapping[str, Column], now: int) -> Iterator[Fault]:
    """Faults of a batch's columns, only those that occur.

    Args:
        kind: the record kind.
        columns: one array (N,) a field.
        now: the source's clock, ms UTC.
    """
    for name in _NAMES[kind]:
        yield from _found(name, Reason.EMPTY, np.asarray(columns[name] == "", dtype=np.bool_))
    for field in fields_of(kind):
        values = columns[field.name]
        if field.name == "observed_at":
            yield from _found(field.name, Reason.IMPLAUSIBLE_TIME, (values < YEAR_2000_MS) | (values > now + AHEAD_MS))
        elif field.name in ("lon", "lat"):
            limit = 180.0 if field.name == "lon" else 90.0
            yield from _found(field.name, Reason.OUT_OF_RANGE, np.abs(values) > limit)
        elif field.name.endswith("_confidence"):
            yield from _found(field.name, Reason.OUT_OF_RANGE, (values < 0.0) | (values > 1.0))
        elif field.dtype == np.int64 and field.name.endswith(("_at", "_from", "_to", "since")):
            yield from _found(field.name, Reason.IMPLAUSIBLE_TIME, (values < 0) | (values > YEAR_2100_MS))
    if kind is Kind.POSITION:
        yield from _found("lon", Reason.NO_POSITION, without_fix(columns))


def without_fix(columns: Mapping[str, Column]) -> NDArray[np.bool_]:
    """Rows at 0,0, which is what devices say that have no fix. Shape (N,)."""
    return np.asarray((columns["lon"] == 0.0) & (columns["lat"] == 0.0), dtype=np.bool_)


def wrong_numbers(kind: Kind, columns: Mapping[str, Column]) -> NDArray[np.bool_]:
    """Rows with a container number of wrong form or check digit, which are kept but counted. Shape (N,)."""
    count = len(columns["id"])
    wrong = np.zeros(count, dtype=np.bool_)
    if kind not in _NUMBERS_CHECKED:
        return wrong
    if "container" in columns:
        numbers = columns["container"]
        wrong |= ~iso6346.valid(numbers) & np.asarray(numbers != "", dtype=np.bool_)  # a seal may be on no container
    if "containers" in columns:
        lengths = np.fromiter(map(len, columns["containers"]), dtype=np.intp, count=count)
        several = np.array([number for numbers in columns["containers"] for number in numbers], dtype=object)
        wrong[np.repeat(np.arange(count), lengths)[~iso6346.valid(several)]] = True
    return wrong


def _found(name: str, reason: Reason, rows: NDArray[np.bool_]) -> Iterator[Fault]:
    if rows.any():
        yield Fault(name, reason, rows)
