"""Recent fixes: a few of each mover from the last minutes, so that fixes that come late can be judged, too.

Of each mover and each stretch of time (a bucket) the earliest fix is kept: the same ones in whatever order they came.
A keyframe leaves them to the past; a restored twin fetches those it asks for (`twin.earlier_fixes`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from twin.earlier_fixes import MINUTE_MS, EarlierFixes, Track
from twin.plain_values import LEFT_TO_THE_PAST

_NEAR_BUCKETS = 6

Sighting = tuple[int, float, float]
"""Device time, ms UTC, and place, metres."""


@dataclass(frozen=True, slots=True, eq=False)
class _Bucket:
    """Fixes of one stretch of time, one a mover, ordered by mover row. Shapes (N,); metres, m/s, ms UTC."""

    rows: NDArray[np.int32]
    at: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    speed: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class RecentFixes:
    """bucket_ms: how long a stretch is, a part of a minute. kept_ms: how long fixes are kept. newest: the number of the
    newest stretch with a fix, counted since 1970. buckets: by this number, what was heard since the twin began or was
    restored."""

    bucket_ms: int = 10_000
    kept_ms: int = 12 * MINUTE_MS  # late records are up to ten minutes late
    newest: int = 0
    buckets: Mapping[int, _Bucket] = field(default_factory=dict, metadata=LEFT_TO_THE_PAST)

    def with_fixes(
        self, rows: NDArray[np.int32], at: NDArray[np.int64], x: NDArray[np.float64], y: NDArray[np.float64],
        speed: NDArray[np.float64],
    ) -> RecentFixes:
        """These and more fixes, ordered by mover and time. Shapes (N,)."""
        number = at // self.bucket_ms
        first = np.ones(len(rows), dtype=bool)
        first[1:] = (rows[1:] != rows[:-1]) | (number[1:] != number[:-1])
        kept = np.flatnonzero(first)
        number = number[kept]
        buckets = dict(self.buckets)
        for bucket in np.unique(number).tolist():
            i = kept[number == bucket]
            fresh = _Bucket(rows[i], at[i], x[i], y[i], speed[i].astype(np.float32))
            known = buckets.get(bucket)
            buckets[bucket] = fresh if known is None else _merged(known, fresh)
        newest = max(self.newest, *buckets) if buckets else self.newest
        oldest = newest - self.kept_ms // self.bucket_ms
        kept_buckets = {bucket: of_it for bucket, of_it in buckets.items() if bucket >= oldest}
        return RecentFixes(self.bucket_ms, self.kept_ms, newest, kept_buckets)

    @property
    def _oldest(self) -> int:
        return self.newest - self.kept_ms // self.bucket_ms

    def of(self, row: int, earlier: EarlierFixes) -> Track:
        """Times, places and speeds of a mover's fixes, in order of time. Shapes (N,)."""
        found = [(bucket.at[i], bucket.x[i], bucket.y[i], bucket.speed[i])
                 for number in range(self._oldest, self.newest + 1)
                 if (bucket := self._bucket(number, row, earlier)) is not None for i in _index(bucket, row)]
        table = np.array(found, dtype=np.float64).reshape(-1, 4)
        return table[:, 0].astype(np.int64), table[:, 1], table[:, 2], table[:, 3]

    def around(self, row: int, at: int, earlier: EarlierFixes) -> Iterator[Sighting]:
        """The last fix of a mover before an instant and the first after it, of those at most a minute away."""
        number = at // self.bucket_ms
        for way in (-1, 1):
            for step in range(_NEAR_BUCKETS + 1):
                found = self._sighting(number + way * step, row, earlier)
                if found is not None and (found[0] - at) * way > 0:
                    yield found
                    break

    def beside(self, row: int, at: int, earlier: EarlierFixes) -> tuple[Sighting, ...]:
        """The last fix of a mover until an instant and the first after it, as far as known."""
        number, oldest = at // self.bucket_ms, self._oldest
        back = (self._sighting(n, row, earlier) for n in range(min(number, self.newest), oldest - 1, -1))
        on = (self._sighting(n, row, earlier) for n in range(max(number, oldest), self.newest + 1))
        until = next((s for s in back if s is not None and s[0] <= at), None)
        after = next((s for s in on if s is not None and s[0] > at), None)
        return tuple(s for s in (until, after) if s is not None)

    def _sighting(self, number: int, row: int, earlier: EarlierFixes) -> Sighting | None:
        bucket = self._bucket(number, row, earlier)
        if bucket is None:
            return None
        for i in _index(bucket, row):
            return int(bucket.at[i]), float(bucket.x[i]), float(bucket.y[i])
        return None

    def _bucket(self, number: int, row: int, earlier: EarlierFixes) -> _Bucket | None:
        """A stretch of time as far as it concerns a mover, with what the past knows of it."""
        heard = self.buckets.get(number)
        if number * self.bucket_ms > earlier.until or number < self._oldest:
            return heard
        at, x, y, speed = earlier.minute(row, number * self.bucket_ms // MINUTE_MS)
        i = int(np.searchsorted(at, number * self.bucket_ms))
        if i == len(at) or at[i] >= (number + 1) * self.bucket_ms:
            return heard
        told = _Bucket(np.array([row], dtype=np.int32), at[i:i + 1], x[i:i + 1], y[i:i + 1],
                       speed[i:i + 1].astype(np.float32))
        return told if heard is None else _merged(told, heard)


def _index(bucket: _Bucket, row: int) -> list[int]:
    i = int(np.searchsorted(bucket.rows, row))
    return [i] if i < len(bucket.rows) and bucket.rows[i] == row else []


def _merged(known: _Bucket, fresh: _Bucket) -> _Bucket:
    rows, at = np.concatenate([known.rows, fresh.rows]), np.concatenate([known.at, fresh.at])
    order = np.lexsort((at, rows))
    order = order[np.append(True, np.diff(rows[order]) != 0)]
    return _Bucket(
        rows[order], at[order], np.concatenate([known.x, fresh.x])[order], np.concatenate([known.y, fresh.y])[order],
        np.concatenate([known.speed, fresh.speed])[order])
