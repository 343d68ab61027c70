"""Recent fixes: a few of each mover from the last minutes, so that fixes that come late can be judged, too.

Of each mover and each ten seconds the earliest fix is kept: the same ones in whatever order they came.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

BUCKET_MS = 10_000
KEPT_MS = 12 * 60_000  # late records are up to ten minutes late
_NEAR_BUCKETS = 6


@dataclass(frozen=True, slots=True, eq=False)
class _Bucket:
    """Fixes of ten seconds, one a mover, ordered by mover row. Shapes (N,); metres, m/s, ms UTC."""

    rows: NDArray[np.int32]
    at: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    speed: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class RecentFixes:
    """The fixes kept, by the number of ten seconds since 1970."""

    buckets: Mapping[int, _Bucket] = field(default_factory=dict)

    def with_fixes(
        self, rows: NDArray[np.int32], at: NDArray[np.int64], x: NDArray[np.float64], y: NDArray[np.float64],
        speed: NDArray[np.float64],
    ) -> RecentFixes:
        """These and more fixes, ordered by mover and time. Shapes (N,)."""
        number = at // BUCKET_MS
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
        oldest = max(buckets, default=0) - KEPT_MS // BUCKET_MS
        return RecentFixes({bucket: buckets[bucket] for bucket in sorted(buckets) if bucket >= oldest})

    def of(self, row: int) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Times, places and speeds of a mover's fixes, in order of time. Shapes (N,)."""
        found = [(b.at[i], b.x[i], b.y[i], b.speed[i]) for b in self.buckets.values() for i in _index(b, row)]
        table = np.array(found, dtype=np.float64).reshape(-1, 4)
        return table[:, 0].astype(np.int64), table[:, 1], table[:, 2], table[:, 3]

    def around(self, row: int, at: int) -> Iterator[tuple[int, float, float]]:
        """The last fix of a mover before an instant and the first after it, of those at most a minute away."""
        number = at // BUCKET_MS
        for way in (-1, 1):
            for step in range(_NEAR_BUCKETS + 1):
                bucket = self.buckets.get(number + way * step)
                fits = [] if bucket is None else [i for i in _index(bucket, row) if (bucket.at[i] - at) * way > 0]
                if bucket is not None and fits:
                    yield int(bucket.at[fits[0]]), float(bucket.x[fits[0]]), float(bucket.y[fits[0]])
                    break


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
