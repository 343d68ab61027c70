"""The newest record wins: which of many records about the same things say what holds now.

A record's version is its device time and, for records of the same instant, a rank of its kind; the rest is decided by
its id. So the outcome does not depend on the order of arrival, and a repeated record changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.interner import Texts

RANKS = 16


def version(observed_at: NDArray[np.int64], rank: NDArray[Any] | int = 0) -> NDArray[np.int64]:
    """Versions from device times (ms UTC) and ranks 0..15. Shape (N,)."""
    return observed_at * RANKS + rank


def time_of(versions: NDArray[np.int64]) -> NDArray[np.int64]:
    """Device times of versions, ms UTC. Shape (N,)."""
    return versions // RANKS


def ordered(rows: NDArray[Any], versions: NDArray[np.int64], ids: Texts) -> NDArray[np.intp]:
    """Indices that sort records by row, then version, then id. Shape (N,)."""
    order = np.lexsort((versions, rows))
    same = np.zeros(len(order), dtype=bool)
    same[1:] = (rows[order][1:] == rows[order][:-1]) & (versions[order][1:] == versions[order][:-1])
    if not same.any():
        return order
    tied = same.copy()
    tied[:-1] |= same[1:]
    rank = np.zeros(len(order), dtype=np.int64)
    at = order[tied]
    rank[at] = np.unique(ids[at].astype(str), return_inverse=True)[1]
    return np.lexsort((rank, versions, rows))


def newest_of_each(rows: NDArray[Any], versions: NDArray[np.int64], ids: Texts) -> NDArray[np.intp]:
    """The index of the newest record of each row, in the order of rows. Shape (M,), M the number of different rows."""
    if len(rows) == 0:
        return np.empty(0, dtype=np.intp)
    order = ordered(rows, versions, ids)
    last = np.ones(len(order), dtype=bool)
    last[:-1] = rows[order][1:] != rows[order][:-1]
    return order[last]


def supersedes(
    versions: NDArray[np.int64], ids: Texts, rows: NDArray[Any], known: NDArray[np.int64],
    known_ids: Callable[[], Texts],
) -> NDArray[np.bool_]:
    """Which records are newer than what is known in their rows. Shape (N,)."""
    there = known[rows]
    newer: NDArray[np.bool_] = versions > there
    same = versions == there
    if same.any():
        at = np.flatnonzero(same)
        newer[at] = ids[at].astype(str) > known_ids()[rows[at]].astype(str)
    return newer


def winners(
    rows: NDArray[Any], versions: NDArray[np.int64], ids: Texts, known: NDArray[np.int64],
    known_ids: Callable[[], Texts],
) -> NDArray[np.intp]:
    """Indices of the records that become what holds: the newest of each row, where newer than what is known.

    known, known_ids: version and id by row (whole columns); ids are asked for where versions are the same. Shape (M,).
    """
    best = newest_of_each(rows, versions, ids)
    return best[supersedes(versions[best], ids[best], rows[best], known, known_ids)]
