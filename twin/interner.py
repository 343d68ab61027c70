"""Interning: the text by which a thing is known becomes a row number once, and stays it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

Texts = NDArray[np.object_]
Rows = NDArray[np.int32]


class Interner:
    """Gives each text a row number, 0, 1, 2, ... in the order in which texts are first seen."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._texts: list[str] = []
        self._behind = False  # whether texts were restored that the numbers do not know yet

    def __len__(self) -> int:
        return len(self._texts)

    @property
    def row_of(self) -> dict[str, int]:
        """The rows by text; to be read only, and to be taken afresh each time."""
        self._catch_up()
        return self._numbers

    @property
    def texts(self) -> list[str]:
        """The text of each row; to be read only."""
        return self._texts

    def restore(self, texts: list[str]) -> None:
        """Holds these texts from now on, the first in row 0. They are numbered when somebody looks for one."""
        self._texts = texts
        self._behind = True

    def _catch_up(self) -> None:
        if self._behind:
            self._numbers = dict(zip(self._texts, range(len(self._texts)), strict=True))
            self._behind = False

    def rows(self, texts: Texts | list[str]) -> Rows:
        """The rows of texts, new ones added. Shape (N,)."""
        self._catch_up()
        listed = texts.tolist() if isinstance(texts, np.ndarray) else texts
        found = list(map(self._numbers.get, listed))
        if None in found:
            fresh = [text for text in dict.fromkeys(listed) if text not in self._numbers]
            self._numbers.update(zip(fresh, range(len(self._texts), len(self._texts) + len(fresh)), strict=True))
            self._texts += fresh
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
