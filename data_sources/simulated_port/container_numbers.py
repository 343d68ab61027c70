"""Container numbers after ISO 6346: check digits, and a mint that never strikes the same number twice."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LETTER_VALUES = np.array([value for value in range(10, 39) if value % 11], dtype=np.int64)
"""ISO 6346, annex A: letters count from 10 up, multiples of 11 left out."""

# fmt: off
FOREIGN_OWNERS = (
    "MSKU", "MRKU", "MSCU", "MEDU", "CMAU", "CGMU", "CSNU", "CBHU", "OOLU", "OOCU", "EGHU", "EITU", "HLXU", "HLBU",
    "ONEU", "NYKU", "YMLU", "YMMU", "HMMU", "ZCSU", "WHSU", "SITU", "TSSU", "PCIU", "TCNU", "TEMU", "TGHU", "FCIU",
    "CAIU", "SEGU", "BMOU", "DFSU",
)
# fmt: on
DOMESTIC_OWNERS = ("ZGXU", "QNNU", "PASU", "XHCU", "AQLU", "NBYU")
EMPTY_LESSORS = ("TCNU", "TEMU", "TGHU", "FCIU", "CAIU", "SEGU", "BMOU", "DFSU")


def check_digits(prefixes: NDArray[np.str_], serials: NDArray[np.int64]) -> NDArray[np.int64]:
    """Check digits of many numbers. `prefixes` shape (N,) of four capital letters, `serials` (N,) of 0..999999."""
    letters = np.ascontiguousarray(prefixes.astype("<U4")).view(np.uint32).reshape(-1, 4) - ord("A")
    total = _LETTER_VALUES[letters] @ (1 << np.arange(4, dtype=np.int64))
    digits = serials[:, None] // 10 ** np.arange(5, -1, -1, dtype=np.int64) % 10
    return (total + digits @ (1 << np.arange(4, 10, dtype=np.int64))) % 11 % 10


class NumberMint:
    """Draws container numbers that nobody has yet."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._taken: set[str] = set()

    def draw(self, owners: tuple[str, ...], count: int) -> list[str]:
        """`count` new valid container numbers with prefixes among `owners`."""
        found: list[str] = []
        while len(found) < count:
            wanted = count - len(found)
            prefixes = np.array(owners)[self._rng.integers(0, len(owners), wanted)]
            serials = self._rng.integers(100_000, 999_999, wanted)
            digits = check_digits(prefixes, serials)
            for prefix, serial, digit in zip(prefixes.tolist(), serials.tolist(), digits.tolist(), strict=True):
                number = f"{prefix}{serial:06d}{digit}"
                if number not in self._taken:
                    self._taken.add(number)
                    found.append(number)
        return found
