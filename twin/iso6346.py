"""Container numbers and size codes: form, check digit, length and height (ISO 6346:2022, 4.2, annexes A and D).

A number is three letters of the owner, one of the equipment category, six digits and the check digit. In reality three
in a thousand carry a wrong digit and a tenth have remainder 10, which is written 0 and valid: a wrong number is a
finding, never a reason to lose the record.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.port_layout import HIGH_CUBE_HEIGHT_M, STANDARD_HEIGHT_M, TWENTY_FOOT_M

LENGTH = 11
_LETTER_VALUES = tuple(value for value in range(10, 39) if value % 11)  # A to Z; multiples of 11 are left out
_VALUES = np.full(128, -1, dtype=np.int64)
_VALUES[ord("0"):ord("9") + 1] = np.arange(10)
_VALUES[ord("A"):ord("Z") + 1] = _LETTER_VALUES
_WEIGHTS = 2 ** np.arange(LENGTH - 1)
# Annex D and ISO 668; the numeric codes of 1984, still frequent, share most of them.
_LENGTH_M = {
    "1": 2.991, "2": TWENTY_FOOT_M, "3": 9.125, "4": 12.192, "9": 13.716, "B": 7.315, "C": 7.430, "L": 13.716,
    "M": 14.630, "N": 15.240, "P": 16.154,
}
_HEIGHT_M = {
    "0": 2.438, "1": 2.438, "2": STANDARD_HEIGHT_M, "3": STANDARD_HEIGHT_M, "4": 2.743, "5": HIGH_CUBE_HEIGHT_M,
    "6": 2.959, "8": 1.295, "9": 1.219, "C": STANDARD_HEIGHT_M, "D": 2.743, "E": HIGH_CUBE_HEIGHT_M, "F": 2.959,
}
_CONFUSED = {
    "0": "O", "O": "0", "1": "I", "I": "1", "8": "B", "B": "8", "5": "S", "S": "5", "2": "Z", "Z": "2", "6": "G",
    "G": "6",
}
_CATEGORIES = np.array([ord(letter) for letter in "UJZ"], dtype=np.uint32)  # container, detachable equipment, chassis


def check_digit(number: str) -> int:
    """Check digit of a number's first ten characters. Raises ValueError if they are not four letters and six digits."""
    owner, serial = number[:4], number[4:10]
    if not (len(owner) == 4 and owner.isascii() and owner.isalpha() and owner.isupper()
            and len(serial) == 6 and serial.isascii() and serial.isdigit()):
        raise ValueError(f"container number {number!r} does not begin with four capital letters and six digits")
    return int(sum(_VALUES[ord(c)] << place for place, c in enumerate(number[:10])) % 11 % 10)


def valid(numbers: NDArray[Any] | Sequence[str]) -> NDArray[np.bool_]:
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


def is_valid(number: str) -> bool:
    """Whether one number has the right form and check digit."""
    return bool(valid([number])[0])


def repairs(number: str) -> tuple[str, ...]:
    """Valid numbers that a text may have been meant to be: blanks and dashes dropped, a missing check digit added,
    signs that readers and people confuse put right (O for 0, I for 1, B for 8, ...), else the check digit corrected."""
    text = "".join(number.upper().split()).replace("-", "")
    if len(text) == LENGTH - 1:
        text += "?"
    if len(text) != LENGTH:
        return ()
    if is_valid(text):
        return (text,)
    choices = [
        tuple(c for c in (sign, _CONFUSED.get(sign, sign)) if c.isalpha() == (place < 4))
        for place, sign in enumerate(text)
    ]
    found = tuple(c for option in product(*map(dict.fromkeys, choices)) if is_valid(c := "".join(option)))
    if found:
        return found
    try:
        corrected = text[: LENGTH - 1] + str(check_digit(text))
    except ValueError:
        return ()
    return (corrected,) if is_valid(corrected) else ()


@functools.lru_cache(maxsize=4096)
def dimensions(type_code: str) -> tuple[float, float]:
    """Length and height in metres from a size and type code ("42G1"); an unknown one counts as a standard twenty-foot
    box.
    """
    return _LENGTH_M.get(type_code[:1], TWENTY_FOOT_M), _HEIGHT_M.get(type_code[1:2], STANDARD_HEIGHT_M)
