"""The states of an electronic seal."""

from __future__ import annotations

from enum import IntEnum


class SealState(IntEnum):
    """LOW_BATTERY is a locked seal that will soon fall silent; UNKNOWN one of which only signs of life are known."""

    LOCKED = 0
    UNLOCKED = 1
    TAMPERED = 2
    CUT = 3
    LOW_BATTERY = 4
    UNKNOWN = 5
