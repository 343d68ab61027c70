"""A ring of columns: the newest rows of one record kind, each under its global sequence number."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from twin.batch import Column, fields_of
from twin.records import Kind

_FIRST_ALLOCATION = 1024

Columns = dict[str, Column]


class ColumnRing:
    """At most `capacity` rows in arrival order; the oldest give way to the newest. Not thread-safe.

    Rows are numbered logically from 0 for the first ever appended; those in [`first`, `end`) are kept. Memory grows
    by doubling, so a quiet kind costs little. `lost_through` is the highest sequence number given up, 0 if none.
    """

    def __init__(self, kind: Kind, capacity: int) -> None:
        if capacity < 1:
            raise ValueError(f"ring of {kind}: capacity {capacity} is below 1")
        self.kind = kind
        self.capacity = capacity
        self.first = 0
        self.end = 0
        self.lost_through = 0
        self._allocated = min(capacity, _FIRST_ALLOCATION)
        self._sequence: NDArray[np.int64] = np.zeros(self._allocated, dtype=np.int64)
        self._columns: Columns = {f.name: np.zeros(self._allocated, dtype=f.dtype) for f in fields_of(kind)}

    def __len__(self) -> int:
        return self.end - self.first

    def append(self, sequence: NDArray[np.int64], columns: Mapping[str, Column]) -> None:
        """Append rows; `sequence` (N,) ascends and lies above every number appended before."""
        count = len(sequence)
        if count == 0:
            return
        self._reserve(min(self.capacity, len(self) + count))
        overflow = len(self) + count - self.capacity
        if overflow > 0:
            last_lost = self.first + overflow - 1
            self.lost_through = int(
                self._sequence[last_lost % self.capacity] if last_lost < self.end else sequence[last_lost - self.end]
            )
            self.first += overflow
        skipped = max(0, count - self.capacity)  # rows of this very call that give way at once
        for target, values in [(self._sequence, sequence)] + [(self._columns[n], columns[n]) for n in self._columns]:
            self._write(target, values[skipped:], self.end + skipped)
        self.end += count

    def index_after(self, sequence: int) -> int:
        """Logical number of the first kept row whose sequence number is above `sequence`."""
        low, high = self._parts(self.first, self.end)
        found = int(np.searchsorted(self._sequence[low], sequence, side="right"))
        if high is not None and found == low.stop - low.start:
            found += int(np.searchsorted(self._sequence[high], sequence, side="right"))
        return self.first + found

    def sequence(self, start: int, stop: int) -> NDArray[np.int64]:
        """Copy of the sequence numbers of logical rows [start, stop)."""
        return self._read(self._sequence, start, stop)

    def columns(self, start: int, stop: int) -> Columns:
        """Copies of the columns of logical rows [start, stop)."""
        return {name: self._read(values, start, stop) for name, values in self._columns.items()}

    def _parts(self, start: int, stop: int) -> tuple[slice, slice | None]:
        """Where logical rows [start, stop) lie: one stretch, or two where the ring closes."""
        if start == stop:
            return slice(0, 0), None
        begin, last = start % self._allocated, (stop - 1) % self._allocated
        if last >= begin:
            return slice(begin, last + 1), None
        return slice(begin, self._allocated), slice(0, last + 1)

    def _read(self, values: Column, start: int, stop: int) -> Column:
        low, high = self._parts(start, stop)
        return values[low].copy() if high is None else np.concatenate((values[low], values[high]))

    def _write(self, target: Column, values: Column, at: int) -> None:
        low, high = self._parts(at, at + len(values))
        split = low.stop - low.start
        target[low] = values[:split]
        if high is not None:
            target[high] = values[split:]

    def _reserve(self, rows: int) -> None:
        """Grow to hold `rows`. The ring never closes before it has its full capacity, so growth is a plain copy."""
        if rows <= self._allocated:
            return
        allocated = min(self.capacity, max(rows, 2 * self._allocated))
        self._sequence = grown(self._sequence, allocated)
        self._columns = {name: grown(values, allocated) for name, values in self._columns.items()}
        self._allocated = allocated


def grown(values: Column, size: int) -> Column:
    """A longer copy of a column, zeros (or None) behind its values."""
    larger: Column = np.zeros(size, dtype=values.dtype)
    larger[: len(values)] = values
    return larger
