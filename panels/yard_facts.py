"""Facts about a bay and a slot of the yard."""

from __future__ import annotations

import numpy as np

from layers.levels import Address, address_of
from layers.yard_views import bay_of
from panels import formats
from panels import vocabulary as v
from panels.desk import Desk
from panels.facts import Facts, Line, Row, label, say, state_shares


def bay_facts(desk: Desk, name: str, now: int) -> Facts | None:
    """A bay: fill, legal states, and its boxes from the top of each row downwards."""
    found = _where(desk, name)
    if found is None:
        return None
    number, address = found
    bay = bay_of(desk.layers.containers, desk.twin.containers, number, address.bay)
    containers = desk.twin.containers
    room = bay.block.rows * bay.block.tiers
    filled = len(np.unique(bay.row.astype(np.int64) * 100 + bay.tier))
    order = np.lexsort((-bay.tier, bay.row))
    story = tuple(
        Line(f"{int(bay.row[at]):02d}-{int(bay.tier[at])}", _box(desk, int(bay.rows[at]), now)) for at in order.tolist()
    )
    rows: tuple[Row, ...] = (
        (label(desk, "箱区", "Block"), bay.block.id, "strong"),
        (label(desk, "箱量", "Boxes"), str(len(bay.rows)), "strong"),
        (label(desk, "占用", "Fill"), f"{filled / room:.0%}  ({filled} / {room})", "text"),
    )
    return Facts(
        address.bay_selection.id,
        say(desk, v.ENTITY_KINDS, "bay"),
        rows,
        state_shares(desk, containers.legal_state[bay.rows]),
        story,
    )


def slot_facts(desk: Desk, name: str, now: int) -> Facts | None:
    """A slot: what stands there, on and under what."""
    found = _where(desk, name)
    if found is None or found[1].row is None:
        return None
    number, address = found
    bay = bay_of(desk.layers.containers, desk.twin.containers, number, address.bay)
    stack = np.flatnonzero(bay.row == address.row)
    here = [int(bay.rows[at]) for at in stack.tolist() if bay.tier[at] == address.tier]
    above = int((bay.tier[stack] > (address.tier or 0)).sum())
    standing = "\n".join(_box(desk, row, now) for row in here) or label(desk, "空", "empty")
    rows: tuple[Row, ...] = (
        (label(desk, "在位", "Stands here"), standing, "strong" if here else "dim"),
        (label(desk, "其上", "On top"), f"{above}", "text"),
        (label(desk, "同列", "In this row"), f"{len(stack)}", "text"),
    )
    return Facts(name, say(desk, v.ENTITY_KINDS, "slot"), rows)


def _where(desk: Desk, name: str) -> tuple[int, Address] | None:
    address = address_of(name)
    number = desk.index.block_number.get(address.block) if address is not None else None
    return None if address is None or number is None else (number, address)


def _box(desk: Desk, row: int, now: int) -> str:
    containers = desk.twin.containers
    since = int(containers.arrived_at[row])
    text = formats.container_number(str(containers.number[row]))
    return f"{text} · {formats.moment(since, now)}" if since else text
