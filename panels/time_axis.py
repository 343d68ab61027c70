"""The ticks of an axis of times, in port time, and what else lies along it."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from panels import formats

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
_TICKS = (100, 200, 500, SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE,
          10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY)


def tick_step(span: int, ticks: float) -> int:
    """The distance of ticks, ms, so that about `ticks` of them fit into `span` ms."""
    return next((step for step in _TICKS if span / step <= max(1.0, ticks)), _TICKS[-1])


def tick_words(at: int, step: int) -> str:
    """A tick's time as short as its distance to the next allows."""
    local = datetime.fromtimestamp(at / 1000, formats.PORT_TIME)
    if local.hour == local.minute == local.second == local.microsecond == 0:
        return local.strftime("%m-%d")
    if step >= MINUTE:
        return local.strftime("%H:%M")
    return local.strftime("%H:%M:%S") if step >= SECOND else f"{local:%H:%M:%S}.{local.microsecond // 100_000}"


def ahead_ms(at: int) -> int:
    """How far the port's time is ahead of UTC at an instant (ms UTC), ms."""
    offset = datetime.fromtimestamp(at / 1000, formats.PORT_TIME).utcoffset()
    return 0 if offset is None else round(offset.total_seconds() * 1000)


def runs(flags: NDArray[np.bool_]) -> list[tuple[int, int, bool]]:
    """Stretches of equal flags: first, one past the last, the flag."""
    edges = np.r_[0, np.flatnonzero(np.diff(flags)) + 1, len(flags)].tolist()
    return [(begin, end, bool(flags[begin])) for begin, end in pairwise(edges) if end > begin]
