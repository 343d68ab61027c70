"""Where what a rule found is: in a slot, on a vehicle, at a gate. Places are metres (x, y), NaN unknown."""

from __future__ import annotations

import math

from twin.state import State

Place = tuple[float, float]
NOWHERE: Place = (math.nan, math.nan)


def known(place: Place) -> bool:
    """Whether a place is known."""
    return math.isfinite(place[0]) and math.isfinite(place[1])


def of_slot(state: State, slot: str) -> Place:
    """The middle of a slot."""
    parsed = state.yard.parse([slot])[0]
    if parsed[0] < 0:
        return NOWHERE
    xyz = state.index.slot_xyz(parsed[:1], parsed[1:2], parsed[2:3], parsed[3:4])[0]
    return float(xyz[0]), float(xyz[1])


def of_mover(state: State, name: str) -> Place:
    """Where a vehicle was last seen."""
    row = state.movers.row_of.get(name, -1)
    return (float(state.movers.x[row]), float(state.movers.y[row])) if row >= 0 else NOWHERE


def of_gate(state: State, gate: str, lane: str = "") -> Place:
    """The stop of a gate's lane, or of its first lane."""
    found = state.index.gates.get(gate)
    if found is None or not found.lanes:
        return NOWHERE
    return next((one.stop for one in found.lanes if one.id == lane), found.lanes[0].stop)


def first_known(*places: Place) -> Place:
    """The first place that is known."""
    return next((place for place in places if known(place)), NOWHERE)


def of_container(state: State, row: int) -> Place:
    """Where a container (table row) is: in its slot, else where its vehicle was last seen."""
    xyz = state.containers.xyz[row]
    if math.isfinite(xyz[0]):
        return float(xyz[0]), float(xyz[1])
    carrier = int(state.containers.carrier[row])
    return (float(state.movers.x[carrier]), float(state.movers.y[carrier])) if carrier >= 0 else NOWHERE
