"""What the timeline shows, as columns: warnings, gaps, vessel calls and days of a history; read in a thread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from twin.records import CallState, Kind
from twin.warnings import RiskWarning, Severity, Verb

if TYPE_CHECKING:
    from data_sources.history.store import History
    from data_sources.history.values import DayInfo

SEVERITIES = tuple(Severity)
"""The gravest first; columns hold places in here."""
_PLACE = {severity.value: severity.rank for severity in SEVERITIES}


@dataclass(frozen=True, slots=True)
class Call:
    """A vessel alongside. Times: ms UTC."""

    vessel: str
    berth: str
    arrival_at: int
    departure_at: int


@dataclass(frozen=True, slots=True, eq=False)
class TimelineData:
    """Everything in order of time. `raised_at` (W,) ms UTC, `severity` (W,) places in `SEVERITIES`, `ids` (W,) texts;
    `gaps` (G, 2) ms UTC. first, last: of the recording, ms UTC; both 0 without one."""

    first: int
    last: int
    raised_at: NDArray[np.int64]
    severity: NDArray[np.int8]
    ids: NDArray[np.str_]
    gaps: NDArray[np.int64]
    calls: tuple[Call, ...]
    days: tuple[DayInfo, ...]
    keyframes: NDArray[np.int64]  # instants a seek reaches at once (K,), ms UTC

    def at_once(self, at: int, within_ms: float) -> int:
        """The last keyframe up to an instant if it is no farther than `within_ms`, else the instant itself."""
        place = int(np.searchsorted(self.keyframes, at, side="right")) - 1
        near = int(self.keyframes[place]) if place >= 0 else at
        return near if 0 <= at - near <= within_ms else at

    def counts(self, edges: NDArray[np.int64]) -> NDArray[np.int64]:
        """Warnings raised between neighbouring `edges` (B + 1,), ms UTC, by severity. Shape (severities, B)."""
        found = np.zeros((len(SEVERITIES), max(0, len(edges) - 1)), dtype=np.int64)
        begin, end = np.searchsorted(self.raised_at, (edges[0], edges[-1]))
        at, severity = self.raised_at[begin:end], self.severity[begin:end]
        for place in range(len(SEVERITIES)):
            found[place] = np.diff(np.searchsorted(at[severity == place], edges))
        return found

    def next_warning(self, at: int, step: int) -> int | None:
        """When the next warning (step 1) after an instant, or the last one (step -1) before it, was raised."""
        if step > 0:
            place = int(np.searchsorted(self.raised_at, at, side="right"))
            return int(self.raised_at[place]) if place < len(self.raised_at) else None
        place = int(np.searchsorted(self.raised_at, at)) - 1
        return int(self.raised_at[place]) if place >= 0 else None

    def with_live(self, warnings: Iterable[RiskWarning], now: int) -> TimelineData:
        """With the warnings of a twin beside those on record."""
        fresh = [w for w in warnings if w.noticed_at > 0]
        ids = np.array([w.id for w in fresh], dtype=np.str_)
        new = np.flatnonzero(~np.isin(ids, self.ids)) if len(ids) else np.zeros(0, dtype=np.intp)
        rows = [(fresh[row].noticed_at, _PLACE[fresh[row].severity.value], fresh[row].id) for row in new.tolist()]
        known = zip(self.raised_at.tolist(), self.severity.tolist(), self.ids.tolist(), strict=True)
        return replace(self, **_columns([*known, *rows]), last=max(self.last, now))


EMPTY = TimelineData(
    0, 0, np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int8), np.zeros(0, dtype=np.str_),
    np.zeros((0, 2), dtype=np.int64), (), (), np.zeros(0, dtype=np.int64))


def load(history: History) -> TimelineData:
    """All of a history. Raises HistoryError."""
    days = history.days()
    if not days:
        return EMPTY
    first, last = days[0].first, days[-1].last
    gaps = np.array([gap for day in days for gap in day.gaps], dtype=np.int64).reshape(-1, 2)
    raised = [(step.at, _severity(step.detail), step.id) for step in history.warnings(first - 1, last)
              if step.step == Verb.RAISE]
    batches = history.batches(first - 1, last, (Kind.VESSEL_CALL,), grain_ms=3_600_000)
    calls = calls_of(batch.record(row) for batch in batches for row in range(len(batch)))
    keyframes = np.array(history.keyframe_times(first - 1, last), dtype=np.int64)
    return TimelineData(first, last, **_columns(raised), gaps=gaps, calls=calls, days=days, keyframes=keyframes)


def days_of(url: str, port: str) -> tuple[DayInfo, ...]:
    """The recorded days of a port, read now; they are few. Raises HistoryError."""
    from data_sources.history.store import History

    with History.open(url, port, create=False) as history:
        return history.days()


def calls_of(records: Iterable[object]) -> tuple[Call, ...]:
    """The vessels alongside, each call as it was last told; those only expected are none."""
    newest = {record.call: record for record in records}  # type: ignore[attr-defined]
    found = [Call(r.vessel, r.berth or "", r.arrival_at, max(r.departure_at, r.arrival_at))
             for r in newest.values() if r.state != CallState.EXPECTED]
    return tuple(sorted(found, key=lambda call: (call.arrival_at, call.vessel)))


def lanes_of(calls: Sequence[Call]) -> list[int]:
    """A lane for each call, so that none lies over another: the first that is free."""
    ends: list[int] = []
    lanes = []
    for call in calls:
        lane = next((n for n, end in enumerate(ends) if end <= call.arrival_at), len(ends))
        if lane == len(ends):
            ends.append(0)
        ends[lane] = call.departure_at
        lanes.append(lane)
    return lanes


def _severity(detail: str) -> int:
    import msgspec

    return _PLACE.get(msgspec.json.decode(detail).get("severity", ""), len(SEVERITIES) - 1)


def _columns(rows: list[tuple[int, int, str]]) -> dict[str, NDArray]:
    rows.sort()
    return {
        "raised_at": np.array([row[0] for row in rows], dtype=np.int64),
        "severity": np.array([row[1] for row in rows], dtype=np.int8),
        "ids": np.array([row[2] for row in rows], dtype=np.str_),
    }
