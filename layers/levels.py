"""The levels one drills through: zone, block, bay, slot. Which of them hold an object, and which comes next."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.containers import SLOT
from layers.selection import Selection
from twin.port_layout import PortLayout

if TYPE_CHECKING:
    from twin.tables import Containers

_ADDRESS = re.compile(r"([A-Z0-9]+)-(\d{1,3})(?:-(\d{1,2})-(\d{1,2}))?")


@dataclass(frozen=True, slots=True)
class Address:
    """A bay of a block, or a slot of it: then row and tier are there too."""

    block: str
    bay: int
    row: int | None = None
    tier: int | None = None

    @property
    def bay_selection(self) -> Selection:
        """The bay."""
        return Selection("bay", f"{self.block}-{self.bay:02d}")


def address_of(name: str) -> Address | None:
    """Address from "C3-12" or "C3-12-04-3"; None for any other text."""
    found = _ADDRESS.fullmatch(name)
    if found is None:
        return None
    row, tier = found[3], found[4]
    return Address(found[1], int(found[2]), int(row) if row else None, int(tier) if tier else None)


def place_in_yard(selection: Selection | None, layout: PortLayout, containers: Containers) -> Address | None:
    """Bay or slot of a selected bay, slot or container that stands in the yard; None for everything else."""
    if selection is None:
        return None
    if selection.kind in ("bay", "slot"):
        return address_of(selection.id)
    row = containers.row_of.get(selection.id) if selection.kind == "container" else None
    if row is None or not containers.present[row] or containers.place_kind[row] != SLOT or containers.block[row] < 0:
        return None
    return Address(layout.blocks[int(containers.block[row])].id, int(containers.bay[row]), int(containers.row[row]),
                   int(containers.tier[row]))


def block_of(selection: Selection | None, layout: PortLayout, containers: Containers) -> str | None:
    """Id of the block that is selected or in which the selected thing stands."""
    if selection is not None and selection.kind == "block":
        return selection.id
    address = place_in_yard(selection, layout, containers)
    return None if address is None else address.block


def chain_of(selection: Selection, layout: PortLayout, containers: Containers) -> tuple[Selection, ...]:
    """The levels that hold an object, the widest first and the object itself last."""
    block_id = block_of(selection, layout, containers)
    if block_id is None:
        return (selection,)
    found = [Selection("zone", block.zone) for block in layout.blocks if block.id == block_id]
    found.append(Selection("block", block_id))
    address = place_in_yard(selection, layout, containers)
    if address is not None:
        found.append(address.bay_selection)
        if address.row is not None:
            found.append(selection)
    return tuple(found)


def next_level(chain: tuple[Selection, ...], focus: Selection | None) -> Selection:
    """One level deeper than `focus` on the way to the last of `chain`; its first level when one is elsewhere."""
    at = chain.index(focus) if focus in chain else -1
    return chain[min(at + 1, len(chain) - 1)]


def level_above(focus: Selection | None, layout: PortLayout, containers: Containers) -> Selection | None:
    """One level up; None is the whole port."""
    chain = chain_of(focus, layout, containers) if focus is not None else ()
    return chain[-2] if len(chain) > 1 else None
