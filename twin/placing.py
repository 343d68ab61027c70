"""Where containers are, from the terminal's statements and from moves; and what vehicles carry, which follows from
it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.batch import Batch
from twin.descriptions import settle_presence
from twin.events import Event, EventKind
from twin.interner import Codes
from twin.legal_state import PURPOSES
from twin.newest import time_of, version, winners
from twin.records import Classifier, EntityKind, MoveEvent, PlaceKind
from twin.state import Changes, State, together
from twin.tables import (
    ENTITY_KINDS,
    PLACE_KINDS,
    PLACE_KNOWN,
    PLACE_NOT_STATED,
    PLACE_SHARED,
    PLACE_UNREADABLE,
)

# Moves that change a container's place. Of two at the same instant the later in this list holds; a statement of the
# inventory yields to both.
LIFTS = Codes((
    MoveEvent.STRP, MoveEvent.LOAD, MoveEvent.DISC, MoveEvent.PICK, MoveEvent.DROP, MoveEvent.GTIN, MoveEvent.GTOT,
    MoveEvent.RMVD,
))
_SLOT, _VEHICLE, _VESSEL, _OUTSIDE = (
    PLACE_KINDS[k] for k in (PlaceKind.SLOT, PlaceKind.VEHICLE, PlaceKind.VESSEL, PlaceKind.OUTSIDE))


def take_inventory(state: State, batch: Batch, changes: Changes) -> None:
    """The terminal's statement of where containers stand and since when they are in the port."""
    containers = state.containers
    rows = containers.rows(batch["container"])
    versions = version(batch["observed_at"])
    arrived = winners(rows, versions, batch["id"], containers.arrived_version, lambda: containers.arrived_id)
    containers.put(rows[arrived], arrived_at=batch["arrived_at"][arrived], arrived_version=versions[arrived],
                   arrived_id=batch["id"][arrived])
    changes.containers.append(rows[arrived])
    kinds = PLACE_KINDS.of(batch["place_kind"])
    _place(state, changes, rows, versions, batch["id"], kinds, batch["place_ref"], batch["present"])


def take_moves(state: State, batch: Batch, changes: Changes) -> None:
    """Lifts and passages that took place; plans and estimates are no facts (DCSA event classifier)."""
    order = LIFTS.of(batch["event"])
    took_place = np.flatnonzero((order >= 0) & (batch["classifier"] == Classifier.ACTUAL))
    containers = state.containers
    all_rows = containers.rows(batch["container"])
    rows = all_rows[took_place]
    versions = version(batch["observed_at"][took_place], order[took_place] + 1)
    ids = batch["id"][took_place]
    lifted = winners(rows, versions, ids, containers.lifted_version, lambda: containers.lifted_id)
    containers.put(rows[lifted], lifted_version=versions[lifted], lifted_id=ids[lifted],
                   lifted_at=time_of(versions[lifted]), purpose=PURPOSES.of(batch["purpose"][took_place][lifted]))
    changes.legal.append(rows[lifted])
    kinds = PLACE_KINDS.of(batch["to_kind"])[took_place]
    _carry(state, batch.take(took_place), rows, versions, kinds)
    _place(state, changes, rows, versions, ids, kinds, batch["to_ref"][took_place], kinds != _OUTSIDE)


def _carry(
    state: State, moves: Batch, rows: NDArray[np.int32], versions: NDArray[np.int64], to_kinds: NDArray[np.int8],
) -> None:
    """What each vehicle carried last, where it was taken off again by these moves: late fixes are judged by it."""
    containers, movers = state.containers, state.movers
    order = np.lexsort((versions, rows))
    off = order[PLACE_KINDS.of(moves["from_kind"][order]) == _VEHICLE]
    if not len(off):
        return
    carrier = _carriers(state, moves["from_ref"][off].tolist(), EntityKind.VEHICLE)
    until = moves["observed_at"][off]
    since = np.where(containers.carrier[rows[off]] == carrier, containers.moved_at[rows[off]], until)
    before = np.full(len(rows), -1)
    before[order[1:]] = np.where(rows[order[1:]] == rows[order[:-1]], order[:-1], -1)
    put_on = before[off]
    same = np.flatnonzero((put_on >= 0) & (to_kinds[put_on] == _VEHICLE))
    same = same[moves["to_ref"][put_on[same]] == moves["from_ref"][off[same]]]
    since[same] = moves["observed_at"][put_on[same]]
    newer = np.flatnonzero((until > movers.was_until[carrier]) & (since < until))
    newer = newer[np.argsort(until[newer], kind="stable")]  # of several the last one holds
    movers.put(carrier[newer], was_load=rows[off[newer]], was_from=since[newer], was_until=until[newer])


def _place(
    state: State, changes: Changes, rows: NDArray[np.int32], versions: NDArray[np.int64], ids: NDArray[np.object_],
    kinds: NDArray[np.int8], refs: NDArray[np.object_], present: NDArray[np.bool_],
) -> None:
    """Puts containers where the newest of these statements and the known ones have them. Shapes (N,)."""
    containers = state.containers
    won = winners(rows, versions, ids, containers.place_version, lambda: containers.place_id)
    if len(won) < len(rows):
        lost = np.ones(len(rows), dtype=bool)
        lost[won] = False
        _read(state, kinds[lost], refs[lost])  # whoever is named is known, in whatever order it was said
    if not len(won):
        return
    at, kind, ref = rows[won], kinds[won], refs[won]
    before_cells, before_carrier, before_at = containers.cells[at], containers.carrier[at], containers.moved_at[at]
    slots, carrier, stowage = _read(state, kind, ref)
    claims = np.where(present[won, None], state.yard.cells(slots), np.int32(-1))  # what is not here needs no room
    moved_at = time_of(versions[won])
    containers.put(
        at, place_kind=kind, place_ref=ref, place_version=versions[won], place_id=ids[won], stated_present=present[won],
        block=slots[:, 0], bay=slots[:, 1], row=slots[:, 2], tier=slots[:, 3], cells=claims,
        carrier=carrier, vessel_slot=stowage, moved_at=moved_at,
        place_flag=np.where((kind == _SLOT) & (slots[:, 0] < 0), PLACE_UNREADABLE,
                            np.where(kind < 0, PLACE_NOT_STATED, PLACE_KNOWN)),
    )
    _put_down(state, at)
    put_off = np.flatnonzero((before_carrier >= 0) & (before_carrier != carrier))
    put_off = put_off[moved_at[put_off] >= state.movers.was_until[before_carrier[put_off]]]
    state.movers.put(before_carrier[put_off], was_load=at[put_off], was_from=before_at[put_off],
                     was_until=moved_at[put_off])
    changes.carriers += [before_carrier, carrier]
    changes.containers.append(at)
    changes.legal.append(at)
    settle_presence(state, at, changes)
    _share(state, changes, before_cells, at)
    for i in np.flatnonzero(containers.place_flag[at] == PLACE_UNREADABLE).tolist():
        changes.say(Event(EventKind.SLOT_UNKNOWN, int(moved_at[i]), "container", str(containers.number[at[i]]),
                          facts={"slot": str(ref[i])}))


def _read(
    state: State, kind: NDArray[np.int8], ref: NDArray[np.object_],
) -> tuple[NDArray[np.int16], NDArray[np.int32], NDArray[np.int32]]:
    """Slots (N, 4), carriers and stowage positions (N,) from place texts; -1 where a text says none."""
    slots = np.full((len(kind), 4), -1, dtype=np.int16)
    carrier = np.full(len(kind), -1, dtype=np.int32)
    stowage = np.full(len(kind), -1, dtype=np.int32)
    in_slot = np.flatnonzero(kind == _SLOT)
    slots[in_slot] = state.yard.parse(ref[in_slot].tolist())
    on_wheels = np.flatnonzero(kind == _VEHICLE)
    carrier[on_wheels] = _carriers(state, ref[on_wheels].tolist(), EntityKind.VEHICLE)
    aboard = np.flatnonzero(kind == _VESSEL)
    if len(aboard):
        parts = [text.rpartition("/") for text in ref[aboard].tolist()]
        carrier[aboard] = _carriers(state, [vessel or place for vessel, _, place in parts], EntityKind.VESSEL)
        stowage[aboard] = [
            int(p) if vessel and p.isascii() and p.isdigit() and len(p) <= 7 else -1 for vessel, _, p in parts]
    return slots, carrier, stowage


def _carriers(state: State, names: list[str], kind: EntityKind) -> NDArray[np.int32]:
    rows = state.movers.rows(names)
    state.movers.put(rows, kind=np.maximum(state.movers.kind[rows], ENTITY_KINDS[kind]))
    return rows


def _put_down(state: State, at: NDArray[np.int32]) -> None:
    """Coordinates and bearing of containers in slots."""
    containers = state.containers
    xyz = np.full((len(at), 3), np.nan, dtype=np.float32)
    bearing = np.zeros(len(at), dtype=np.float32)
    slotted = np.flatnonzero(containers.block[at] >= 0)
    rows = at[slotted]
    if len(rows):
        xyz[slotted] = state.index.slot_xyz(
            containers.block[rows], containers.bay[rows], containers.row[rows], containers.tier[rows])
        bearings = np.array([block.bearing_deg for block in state.index.layout.blocks], dtype=np.float32)
        bearing[slotted] = bearings[containers.block[rows]]
    containers.put(at, xyz=xyz, bearing_deg=bearing)


def _share(state: State, changes: Changes, before: NDArray[np.int32], at: NDArray[np.int32]) -> None:
    """Flags containers that claim room another claims, and takes flags off where that ended."""
    containers = state.containers
    disputed = state.yard.claim(before, containers.cells[at])
    if not disputed.any():
        return
    cells = containers.cells
    rows = np.flatnonzero((cells[:, 0] >= 0) & disputed[cells].any(axis=1))
    shared = state.yard.shared(cells[rows])
    was = containers.place_flag[rows] == PLACE_SHARED
    containers.put(rows, place_flag=np.where(shared, PLACE_SHARED, PLACE_KNOWN))
    changes.containers.append(rows[shared != was].astype(np.int32))
    for row in rows[shared & ~was].tolist():
        changes.say(Event(EventKind.SLOT_SHARED, int(containers.moved_at[row]), "container",
                          str(containers.number[row]), facts={"slot": str(containers.place_ref[row])}))


def settle_loads(state: State, changes: Changes) -> None:
    """What vehicles carry now: the two containers put on them last, of those that say they are there."""
    movers, containers = state.movers, state.containers
    carriers = together(changes.carriers, movers.count)
    carriers = carriers[movers.kind[carriers] == ENTITY_KINDS[EntityKind.VEHICLE]]
    if not len(carriers):
        return
    touched = np.zeros(movers.count + 1, dtype=bool)
    touched[carriers] = True
    rows = np.flatnonzero(touched[containers.carrier])
    carrier = containers.carrier[rows]
    rank = np.unique(containers.number[rows].astype(str), return_inverse=True)[1] if len(rows) else rows
    order = np.lexsort((rank, -containers.moved_at[rows], carrier))
    rows, carrier = rows[order], carrier[order]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = carrier[1:] != carrier[:-1]
    second = np.zeros(len(rows), dtype=bool)
    second[1:] = first[:-1] & ~first[1:]
    movers.put(carriers, load=-1, load2=-1)
    movers.put(carrier[first], load=rows[first])
    movers.put(carrier[second], load2=rows[second])
    changes.movers.append(carriers)
