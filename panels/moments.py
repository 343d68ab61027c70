"""Two moments of one port against each other: which second one to offer, and in which figures they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from data_sources.history.days import DAY_MS, OFFSET_MS, span_of
from twin.warnings import Severity

if TYPE_CHECKING:
    from data_sources.history.values import DayInfo
    from twin.twin import Twin

HOUR_MS = 3_600_000
_GRAVE = (Severity.CRITICAL, Severity.HIGH)


@dataclass(frozen=True, slots=True)
class Figures:
    """The port at a moment. `hour`, `grave`: warnings noticed in the 60 minutes before it, and of them critical and
    high ones; `standing`: numbers of the containers in the yard."""

    containers: int
    vehicles: int
    seals: int
    inspecting: int
    open: int
    hour: int
    grave: int
    standing: frozenset[str]


@dataclass(frozen=True, slots=True)
class Difference:
    """How many containers stand in the yard at both moments, only at the first, only at the second."""

    both: int
    first_only: int
    second_only: int


def figures_of(twin: Twin, now: int) -> Figures:
    """The figures of a twin at its `now`, ms UTC."""
    counts, containers = twin.counts(), twin.containers
    hour = [w for w in twin.warnings.all() if now - HOUR_MS < w.noticed_at <= now]
    return Figures(
        counts.containers_in_yard, counts.vehicles, counts.seals, counts.inspecting, counts.warnings_open, len(hour),
        sum(w.severity in _GRAVE for w in hour), frozenset(containers.number[twin.in_yard()].tolist()))


def difference(first: Figures, second: Figures) -> Difference:
    """Which containers two moments have in common."""
    both = len(first.standing & second.standing)
    return Difference(both, len(first.standing) - both, len(second.standing) - both)


def offset_to_day(at: int, days: Sequence[DayInfo], step: int) -> int | None:
    """How far from an instant (ms UTC) the same time of day lies on the nearest day earlier (-1) or later (1) on which
    it is on record, ms; None if there is none."""
    for day in sorted(days, key=lambda one: one.first, reverse=step < 0):
        there = span_of(day.day)[0] + (at + OFFSET_MS) % DAY_MS
        if (there - at) * step > 0 and day.first <= there <= day.last:
            return there - at
    return None


def first_offset(at: int, days: Sequence[DayInfo]) -> int | None:
    """How far from an instant (ms UTC) the moment lies that is set beside it unless somebody says otherwise, ms: the
    same time of an earlier day, of a later one, an hour earlier, the beginning of the record. None without a record."""
    if not days:
        return None
    for step in (-1, 1):
        found = offset_to_day(at, days, step)
        if found is not None:
            return found
    began = min(day.first for day in days)
    return max(-HOUR_MS, min(began - at, 0))

