"""Columns that a keyframe keeps, fetched when somebody reads them: most are left again before anybody has."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MOST_WAITING = 64

Columns = Mapping[str, NDArray[Any]]


class KeptColumns(Mapping[str, NDArray[Any]]):
    """Columns of equal length by name, each unpacked when it is first looked at. Never changed by anybody."""

    @property
    @abstractmethod
    def rows(self) -> int:
        """Their length."""

    @abstractmethod
    def numbers(self, name: str) -> dict[str, int]:
        """The rows by the text that a column of different texts holds in them: a dictionary of the caller's own."""


def rows_of(columns: Columns) -> int:
    """The length of columns, none of which is unpacked for that."""
    if isinstance(columns, KeptColumns):
        return columns.rows
    return len(next(iter(columns.values()))) if columns else 0


def numbers_of(columns: Columns, name: str) -> dict[str, int]:
    """The rows by the text in a column of different texts: a dictionary of the caller's own."""
    if isinstance(columns, KeptColumns):
        return columns.numbers(name)
    texts = columns[name].tolist()
    return dict(zip(texts, range(len(texts)), strict=True))


class LateColumn:
    """A column that grows. What a keyframe keeps of it is fetched when it is read; what is written before waits."""

    __slots__ = ("_dtype", "_fill", "_kept", "_values", "_waiting", "_width")

    def __init__(self, dtype: np.dtype[Any], fill: Any, width: int = 1, capacity: int = 0) -> None:
        """`fill`: what a new row holds; `width` > 1 makes it (N, width)."""
        self._dtype, self._fill, self._width = dtype, fill, width
        self._kept: Callable[[], NDArray[Any]] | None = None
        self._waiting: list[tuple[Any, Any]] = []
        self._values: NDArray[Any] | None = self._new(capacity)

    def _new(self, capacity: int) -> NDArray[Any]:
        shape = capacity if self._width == 1 else (capacity, self._width)
        return np.full(shape, self._fill, dtype=self._dtype)

    def restore(self, kept: Callable[[], NDArray[Any]]) -> None:
        """Holds what `kept` gives; that is never written to."""
        self._values, self._kept = None, kept
        self._waiting = []

    @property
    def is_own(self) -> bool:
        """Whether it can be written to at once."""
        return self._values is not None

    def put(self, rows: Any, values: Any, capacity: int) -> None:
        """Writes at rows (index array, slice or number). `capacity`: rows there are to be, as in all methods."""
        if self._values is not None:
            self._values[rows] = values
            return
        self._waiting.append((rows, values))
        if len(self._waiting) > _MOST_WAITING:
            self.own(capacity)

    def own(self, capacity: int) -> NDArray[Any]:
        """The column as an array to be written to, at least `capacity` rows long."""
        values = self._values
        if values is None or len(values) < capacity:
            before = values if values is not None else self._kept() if self._kept is not None else self._new(0)
            values = self._new(capacity)
            values[: len(before)] = before
            for rows, some in self._waiting:
                values[rows] = some
            self._kept, self._waiting, self._values = None, [], values
        return values

    def read(self, count: int, capacity: int) -> NDArray[Any]:
        """The first `count` rows, not to be written to."""
        if self._values is None and self._kept is not None and not self._waiting:
            kept = self._kept()
            if len(kept) == count:
                view = kept.view()
                view.flags.writeable = False
                return view
        view = self.own(capacity)[:count]
        view.flags.writeable = False
        return view
