"""Interning: the text by which a thing is known becomes a row number once, and stays it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Texts = NDArray[np.object_]
Rows = NDArray[np.int32]


class _Numbers(dict[str, int]):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def __missing__(self, key: str) -> int:
        number = self[key] = len(self)
        self.texts.append(key)
        return number


class Interner:
    """Gives each text a row number, 0, 1, 2, ... in the order in which texts are first seen."""

    def __init__(self) -> None:
        self._numbers = _Numbers()

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def row_of(self) -> dict[str, int]:
        """The rows by text. To be read only: looking up an unknown text by [] would give it a row, so use get()."""
        return self._numbers

    def rows(self, texts: Texts | list[str]) -> Rows:
        """The rows of texts, new ones added. Shape (N,)."""
        listed = texts.tolist() if isinstance(texts, np.ndarray) else texts
        return np.fromiter(map(self._numbers.__getitem__, listed), dtype=np.int32, count=len(listed))

    def known_rows(self, texts: Texts | list[str]) -> Rows:
        """The rows of texts, -1 for unknown ones. Shape (N,)."""
        listed = texts.tolist() if isinstance(texts, np.ndarray) else texts
        get = self._numbers.get
        return np.fromiter((get(text, -1) for text in listed), dtype=np.int32, count=len(listed))

    @property
    def texts(self) -> list[str]:
        """The text of each row; to be read only."""
        return self._numbers.texts


class Codes:
    """Numbers the members of an enumeration 0, 1, 2, ... in their order; anything else is -1."""

    def __init__(self, members: Iterable[Any]) -> None:
        self._codes = {member: code for code, member in enumerate(members)}

    def __getitem__(self, member: Any) -> int:
        return self._codes.get(member, -1)

    def of(self, values: NDArray[np.object_]) -> NDArray[np.int8]:
        """The numbers of members or their plain values. Shape (N,)."""
        get = self._codes.get
        return np.fromiter((get(value, -1) for value in values.tolist()), dtype=np.int8, count=len(values))
