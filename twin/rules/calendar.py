"""Local times: the hours in which fences and zones are open, and periods that law counts in days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

_DAY_MS = 86_400_000
_HOUR_MS = 3_600_000


class _LocalTime:
    """How far a zone is ahead of UTC, remembered by the hour."""

    def __init__(self, time_zone: str) -> None:
        self._zone = ZoneInfo(time_zone)
        self._known: dict[int, int] = {}  # ms, by hour since 1970

    def ahead(self, at: NDArray[np.int64]) -> NDArray[np.int64]:
        """Milliseconds ahead of UTC at instants (ms UTC). Shape (N,)."""
        hours, which = np.unique(at // _HOUR_MS, return_inverse=True)
        return np.array([self._hour(hour) for hour in hours.tolist()], dtype=np.int64)[which]

    def _hour(self, hour: int) -> int:
        if hour not in self._known:
            ahead = datetime.fromtimestamp(hour * 3600, UTC).astimezone(self._zone).utcoffset()
            self._known[hour] = 0 if ahead is None else int(ahead.total_seconds() * 1000)
        return self._known[hour]


class OpenHours:
    """Hours of each place as pairs of local times "HH:MM" (a pair may pass midnight; "24:00" ends a day)."""

    def __init__(self, hours: Sequence[Sequence[tuple[str, str]]], time_zone: str) -> None:
        self._time = _LocalTime(time_zone)
        kinds = list(dict.fromkeys(tuple(spans) for spans in hours))
        self._spans = [[(_minutes(begin), _minutes(end)) for begin, end in spans] for spans in kinds]
        self._kind = np.array([kinds.index(tuple(spans)) for spans in hours], dtype=np.intp)

    def open_at(self, at: NDArray[np.int64], which: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Whether place `which[i]` is open at instant `at[i]` (ms UTC); one without hours never is. Shape (N,)."""
        found = np.zeros(len(at), dtype=bool)
        kind = self._kind[which]
        for number, spans in enumerate(self._spans):
            here = np.flatnonzero(kind == number)
            if not spans or not len(here):
                continue
            of_day = (at[here] + self._time.ahead(at[here])) % _DAY_MS // 60_000
            for begin, end in spans:
                found[here] |= (
                    (of_day >= begin) & (of_day < end) if begin < end else (of_day >= begin) | (of_day < end))
        return found


class LocalDays:
    """Days of a time zone: periods that law counts from the day after something happened."""

    def __init__(self, time_zone: str) -> None:
        self._time = _LocalTime(time_zone)

    def end_of(self, at: NDArray[np.int64], days: float) -> NDArray[np.int64]:
        """When the last of `days` days ends, the day of an instant (ms UTC) not counted. Shape (N,), ms UTC."""
        ahead = self._time.ahead(at)
        return ((at + ahead) // _DAY_MS + 1) * _DAY_MS - ahead + np.int64(days * _DAY_MS)


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)
