"""Where a container stands on board: stowage positions bbrrtt (ISO 9711-1) as places on a hull of given size.

The plan of an unknown ship is the usual one of her size, not her own: good for a picture, not for a stability sum.
Hull coordinates: forward of midships, to starboard of the centre line, above the waterline; metres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers.stacks import Stacks, stack

BAY_PITCH_M = 6.9  # a twenty-foot bay with its share of the lashing gap
ROW_PITCH_M = 2.5
HOUSE_BAYS = 2  # room the accommodation block takes, in twenty-foot bays
_FIRST_DECK_TIER = 80  # 82, 84, ... stand on the hatch covers; 02, 04, ... in the hold


@dataclass(frozen=True, slots=True)
class HullPlan:
    """The measures of a container ship that decide where boxes stand. Metres."""

    length_m: float
    beam_m: float

    @property
    def freeboard_m(self) -> float:
        """Height of the main deck above the waterline."""
        return 3.5 + 0.02 * self.length_m

    @property
    def hatch_m(self) -> float:
        """Height of the hatch covers, on which deck cargo stands, above the waterline."""
        return self.freeboard_m + 1.6

    @property
    def fore_end_m(self) -> float:
        """Forward end of bay 01, from midships."""
        return 0.415 * self.length_m

    @property
    def bays(self) -> int:
        """Number of twenty-foot bays, an even one."""
        return max(4, 2 * int((0.88 * self.length_m / BAY_PITCH_M - HOUSE_BAYS) / 2.0))

    @property
    def house_after(self) -> int:
        """The accommodation stands abaft this many twenty-foot bays."""
        return 2 * int(0.36 * self.bays)

    @property
    def house_at_m(self) -> float:
        """Middle of the accommodation block, from midships (negative: aft)."""
        return self.fore_end_m - (self.house_after + 0.5 * HOUSE_BAYS) * BAY_PITCH_M

    @property
    def house_length_m(self) -> float:
        """Room for the accommodation block along the ship."""
        return HOUSE_BAYS * BAY_PITCH_M

    @property
    def rows(self) -> int:
        """Boxes side by side on deck."""
        return max(2, int((self.beam_m - 0.4) / ROW_PITCH_M))


@dataclass(frozen=True, slots=True, eq=False)
class Stow:
    """Deck cargo: which of the given boxes stand on deck, (M,), where the centres of their under sides are in hull
    coordinates, (M, 3), metres, and how they stand on one another."""

    on_deck: NDArray[np.intp]
    place: NDArray[np.float32]
    stacks: Stacks


def stow(plan: HullPlan, slot: NDArray[np.integer], height_m: NDArray[np.floating]) -> Stow:
    """Put boxes in stowage positions bbrrtt on deck; those in the hold are under hatch covers and left out.

    slot: bbrrtt as one number, (N,); height_m: heights of the boxes, (N,). Rows: odd to starboard, even to port, 00 on
    the centre line.
    """
    slot_ = np.asarray(slot, dtype=np.int64)
    deck = np.flatnonzero(slot_ % 100 > _FIRST_DECK_TIER)
    bay, row, tier = slot_[deck] // 10000, slot_[deck] // 100 % 100, slot_[deck] % 100
    bay = bay + np.where(bay > plan.house_after * 2, 2 * HOUSE_BAYS, 0)
    # Bays run aft from the bow, so columns run from starboard to port, to the right of one who looks aft, as a block's
    # rows do. An even number of rows has none on the centre line.
    middle = 0.5 * (plan.rows + 1)
    step = (row + 1) // 2 - (0.0 if plan.rows % 2 else 0.5)
    side = np.where(row == 0, 0.0, np.where(row % 2 == 1, -step, step))
    column = np.where(row % 2 == 1, np.floor(middle + side), np.ceil(middle + side))
    column = np.clip(column, 1, plan.rows).astype(np.int64)
    stacks = stack(bay, column, (tier - _FIRST_DECK_TIER) // 2, np.asarray(height_m)[deck], plan.bays + HOUSE_BAYS,
                   plan.rows, (BAY_PITCH_M, ROW_PITCH_M))
    place = np.empty((len(deck), 3), dtype=np.float32)
    place[:, 0] = plan.fore_end_m - bay * 0.5 * BAY_PITCH_M
    place[:, 1] = (0.5 * plan.rows + 0.5 - column) * ROW_PITCH_M
    place[:, 2] = plan.hatch_m + stacks.base_m
    return Stow(deck, place, stacks)
