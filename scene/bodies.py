"""What fills the room of a container that is no plain box: the tank in its frame, a flat rack's floor, its load.

Far away these bodies stand for the whole container and cost what any box costs; close by
`scene.props.special_boxes` puts around them what is missing. Neighbours of such a container are seen through it, so
their walls are drawn from where it stands.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from layers.box_forms import FLAT, LOADED_FLAT, TANK, seen_through
from layers.boxes import Boxes
from layers.stacks import Stacks

TANK_RADIUS_M: Final = 1.17
FLOOR_M: Final = 0.62
"""Height of a flat rack's floor above its corners' feet (ISO 668 series 1, usual make)."""

_TANK_CORE_M: Final = 1.6  # a square bar that the round tank hides
_TANK_SHORTER_M: Final = 1.7
_LOAD_SHORTER_M, _LOAD_WIDTH_M, _LOAD_LOWER_M = 2.6, 1.46, 0.3  # within its sheet


def bodies(boxes: Boxes, stacks: Stacks | None, forms: NDArray[np.int8]) -> tuple[Boxes, Stacks | None]:
    """Boxes and stacks as their faces are to be drawn. forms: of `layers.box_forms`, (N,)."""
    at = np.flatnonzero(seen_through(forms))
    if not len(at):
        return boxes, stacks
    base, size = boxes.base.copy(), boxes.size.copy()
    tank, flat, load = (at[forms[at] == form] for form in (TANK, FLAT, LOADED_FLAT))
    raised = 0.5 * (size[tank, 2] - _TANK_CORE_M)
    base[tank, 2] += raised
    size[tank] = np.column_stack([size[tank, 0] - _TANK_SHORTER_M, np.full((len(tank), 2), _TANK_CORE_M)])
    size[flat, 2] = FLOOR_M
    size[load] -= np.array([_LOAD_SHORTER_M, 0.0, _LOAD_LOWER_M], dtype=np.float32)
    size[load, 1] = _LOAD_WIDTH_M
    drawn = replace(boxes, base=base, size=size)
    if stacks is None:
        return drawn, None
    foot = stacks.base_m.copy()
    height = stacks.height_m.copy()
    for cell in (stacks.first[at] + 1, stacks.last[at] + 1):
        np.minimum.at(height, (cell, stacks.row[at] + 1), foot[at])
    foot[tank] += raised
    return drawn, replace(stacks, base_m=foot, height_m=height)
