"""Open hours of fences: local times of day in which crossing is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

_DAY_MS = 86_400_000
_HOUR_MS = 3_600_000


class OpenHours:
    """Hours of each fence as pairs of local times "HH:MM" (a pair may pass midnight; "24:00" ends a day)."""

    def __init__(self, hours: Sequence[Sequence[tuple[str, str]]], time_zone: str) -> None:
        self._zone = ZoneInfo(time_zone)
        self._spans = [
            (np.int64(1) << number, _minutes(begin) * 60_000, _minutes(end) * 60_000)
            for number, spans in enumerate(hours) for begin, end in spans
        ]
        self._offsets: dict[int, int] = {}  # of the zone from UTC, ms, by hour since 1970

    def open_at(self, at: NDArray[np.int64]) -> NDArray[np.int64]:
        """The fences open at instants (ms UTC), bit i for fence i. Shape (N,)."""
        found = np.zeros(len(at), dtype=np.int64)
        if not self._spans or not len(at):
            return found
        hours, which = np.unique(at // _HOUR_MS, return_inverse=True)
        of_day = (at + np.array([self._offset(int(hour)) for hour in hours])[which]) % _DAY_MS
        for bit, begin, end in self._spans:
            inside = (of_day >= begin) & (of_day < end) if begin < end else (of_day >= begin) | (of_day < end)
            found |= np.where(inside, bit, 0)
        return found

    def _offset(self, hour: int) -> int:
        if hour not in self._offsets:
            offset = datetime.fromtimestamp(hour * 3600, UTC).astimezone(self._zone).utcoffset()
            self._offsets[hour] = 0 if offset is None else int(offset.total_seconds() * 1000)
        return self._offsets[hour]


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)
