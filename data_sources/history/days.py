"""Days of the port: calendar days in China, which keeps UTC+8 the year round. A day is a number such as 20260301."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from data_sources.history.errors import HistoryError

OFFSET_MS = 8 * 3_600_000
DAY_MS = 86_400_000
MINUTE_MS = 60_000
_EPOCH = date(1970, 1, 1)
_LAST = (date(9999, 12, 30) - _EPOCH).days


def day_of(at: int) -> int:
    """The day of an instant (ms UTC)."""
    return _day((at + OFFSET_MS) // DAY_MS)


def days_of(at: NDArray[np.int64]) -> NDArray[np.int64]:
    """The days of instants (ms UTC). Shape (N,)."""
    numbers = (at + OFFSET_MS) // DAY_MS
    different, where = np.unique(numbers, return_inverse=True)
    return np.array([_day(int(number)) for number in different], dtype=np.int64)[where]


def span_of(day: int) -> tuple[int, int]:
    """First instant of a day and of the next (ms UTC). Raises HistoryError if there is no such day."""
    try:
        began = date(day // 10_000, day // 100 % 100, day % 100)
    except ValueError:
        raise HistoryError(f"{day} is not a day of the calendar.") from None
    start = (began - _EPOCH).days * DAY_MS - OFFSET_MS
    return start, start + DAY_MS


def following(day: int, days: int = 1) -> int:
    """The day `days` later (earlier if negative)."""
    return day_of(span_of(day)[0] + days * DAY_MS)


def text_of(day: int) -> str:
    """A day as ISO 8601, such as 2026-03-01."""
    return f"{day // 10_000:04d}-{day // 100 % 100:02d}-{day % 100:02d}"


def parsed(text: str) -> int:
    """A day written as ISO 8601. Raises HistoryError."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise HistoryError(f"{text!r} is not a date such as 2026-03-01.") from None
    return found.year * 10_000 + found.month * 100 + found.day


def moment(at: int) -> str:
    """An instant (ms UTC) as people in the port read it: date and time in China."""
    return (datetime.fromtimestamp(at / 1000, UTC) + timedelta(milliseconds=OFFSET_MS)).strftime("%Y-%m-%d %H:%M:%S")


@lru_cache(maxsize=4096)
def _day(number: int) -> int:
    day = _EPOCH + timedelta(days=min(max(number, 0), _LAST))
    return day.year * 10_000 + day.month * 100 + day.day
