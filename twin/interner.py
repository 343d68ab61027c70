"""Interning: the text by which a thing is known becomes a row number once, and stays it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.kept_columns import Columns, numbers_of, rows_of

Texts = NDArray[np.object_]
Rows = NDArray[np.int32]


class Interner:
    """Gives each text a row number, 0, 1, 2, ... in the order in which texts are first seen."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._added: list[str] = []  # in the rows from `_kept_rows` on
        self._kept_rows = 0
        self._kept: tuple[Columns, str] | None = None  # the texts of these rows are not fetched yet
        self._is_behind = False  # the numbers do not know them yet

    def __len__(self) -> int:
        return self._kept_rows + len(self._added)

    @property
    def row_of(self) -> dict[str, int]:
        """The rows by text; to be read only, and to be taken afresh each time."""
        self._catch_up()
        return self._numbers

    @property
    def texts(self) -> list[str]:
        """The text of each row; to be read only, and to be taken afresh each time."""
        if self._kept is not None and self._kept_rows:
            self._catch_up()
            columns, key = self._kept
            self._added, self._kept_rows = columns[key].tolist() + self._added, 0
        return self._added

    def texts_from(self, row: int) -> list[str]:
        """The texts of the rows from `row` on."""
        return self._added[row - self._kept_rows:] if row >= self._kept_rows else self.texts[row:]

    def restore(self, columns: Columns, key: str) -> None:
        """Holds the texts of the column `key` from now on, the first in row 0. They are fetched when somebody looks for
        one."""
        self._kept_rows, self._added, self._numbers = rows_of(columns), [], {}
        self._kept, self._is_behind = (columns, key), True

    def _catch_up(self) -> None:
        if self._kept is not None and self._is_behind:
            self._numbers, self._is_behind = numbers_of(*self._kept), False

    def rows(self, texts: Texts | list[str]) -> Rows:
        """The rows of texts, new ones added. Shape (N,)."""
        self._catch_up()
        listed = texts.tolist() if isinstance(texts, np.ndarray) else texts
        found = list(map(self._numbers.get, listed))
        if None in found:
            fresh = [text for text in dict.fromkeys(listed) if text not in self._numbers]
            self._numbers.update(zip(fresh, range(len(self), len(self) + len(fresh)), strict=True))
            self._added += fresh
            found = list(map(self._numbers.get, listed))
        return np.array(found, dtype=np.int32)

    def known_rows(self, texts: Texts | list[str]) -> Rows:
        """The rows of texts, -1 for unknown ones. Shape (N,)."""
        self._catch_up()
        listed = texts.tolist() if isinstance(texts, np.ndarray) else texts
        return np.array(list(map(self._numbers.get, listed, repeat(-1))), dtype=np.int32)


class Codes:
    """Numbers the members of an enumeration 0, 1, 2, ... in their order; anything else is -1."""

    def __init__(self, members: Iterable[Any]) -> None:
        self._codes = {member: code for code, member in enumerate(members)}

    def __getitem__(self, member: Any) -> int:
        return self._codes.get(member, -1)

    def of(self, values: Texts) -> NDArray[np.int8]:
        """The numbers of members or their plain values. Shape (N,)."""
        return np.array(list(map(self._codes.get, values.tolist(), repeat(-1))), dtype=np.int8)
