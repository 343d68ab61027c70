"""What kind of container a box is to look at: what its type code says of reefers, tanks, open tops and flat racks.

ISO 6346:2022, annex E, third sign of the size and type code; of the numeric codes of 1984, still frequent, the third
digit.
"""

from __future__ import annotations

import functools
from typing import Final

import numpy as np
from numpy.typing import NDArray

DRY: Final = 0
REEFER: Final = 1
TANK: Final = 2
OPEN_TOP: Final = 3
FLAT: Final = 4
LOADED_FLAT: Final = 5
"""A flat rack with something on it: only then does it fill its room."""

_BY_LETTER: Final = {"R": REEFER, "H": REEFER, "T": TANK, "K": TANK, "U": OPEN_TOP, "P": FLAT}
_BY_DIGIT: Final = {"3": REEFER, "4": REEFER, "5": OPEN_TOP, "6": FLAT, "7": TANK}


@functools.lru_cache(maxsize=4096)
def form_of(type_code: str) -> int:
    """The form that a size and type code ("45R1", "2270") names; what is unknown counts as `DRY`."""
    third = type_code[2:3].upper()
    return _BY_LETTER.get(third, _BY_DIGIT.get(third, DRY))


def seen_through(forms: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Which do not fill their room: what stands beside them is seen through them. Shape (N,)."""
    found: NDArray[np.bool_] = (forms == TANK) | (forms == FLAT) | (forms == LOADED_FLAT)
    return found


def forms_of(type_codes: NDArray[np.object_], full: NDArray[np.bool_]) -> NDArray[np.int8]:
    """Forms of many boxes. Shapes (N,)."""
    found = np.fromiter(map(form_of, type_codes.tolist()), dtype=np.int8, count=len(type_codes))
    found[(found == FLAT) & full] = LOADED_FLAT
    return found
