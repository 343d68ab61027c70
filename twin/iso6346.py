"""Container numbers: form and check digit (ISO 6346:2022, 4.2 and annex A).

A number is three letters of the owner, one of the equipment category, six digits and the check digit. In reality three
in a thousand carry a wrong digit and a tenth have remainder 10, which is written 0 and valid: a wrong number is a
finding, never a reason to lose the record.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

LENGTH = 11
_LETTER_VALUES = tuple(value for value in range(10, 39) if value % 11)  # A to Z; multiples of 11 are left out
_VALUES = np.full(128, -1, dtype=np.int64)
_VALUES[ord("0"):ord("9") + 1] = np.arange(10)
_VALUES[ord("A"):ord("Z") + 1] = _LETTER_VALUES
_WEIGHTS = 2 ** np.arange(LENGTH - 1)
_CATEGORIES = np.array([ord(letter) for letter in "UJZ"], dtype=np.uint32)  # container, detachable equipment, chassis


def check_digit(number: str) -> int:
    """Check digit of a number's first ten characters. Raises ValueError if they are not four letters and six digits."""
    owner, serial = number[:4], number[4:10]
    if not (len(owner) == 4 and owner.isascii() and owner.isalpha() and owner.isupper()
            and len(serial) == 6 and serial.isascii() and serial.isdigit()):
        raise ValueError(f"container number {number!r} does not begin with four capital letters and six digits")
    return int(sum(_VALUES[ord(c)] << place for place, c in enumerate(number[:10])) % 11 % 10)


def valid(numbers: NDArray[Any]) -> NDArray[np.bool_]:
    """Which numbers have the right form and check digit. Shape (N,) of text in, (N,) of bool out."""
    if len(numbers) == 0:
        return np.zeros(0, dtype=np.bool_)
    width = LENGTH + 1  # one more, so that a number that is too long shows
    codes = np.asarray(numbers, dtype=f"U{width}").view(np.uint32).reshape(-1, width)
    values = _VALUES[np.minimum(codes[:, :LENGTH], 127)]
    form = (codes[:, LENGTH] == 0) & (values[:, :3] >= 10).all(axis=1) & np.isin(codes[:, 3], _CATEGORIES)
    form &= ((values[:, 4:] >= 0) & (values[:, 4:] < 10)).all(axis=1)
    digit = (values[:, :LENGTH - 1] @ _WEIGHTS) % 11 % 10
    return np.asarray(form & (digit == values[:, LENGTH - 1]), dtype=np.bool_)
