"""Electronic seals: whether they are locked, on which container, where, and when they were last heard."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.batch import Batch
from twin.events import Event, EventKind
from twin.interner import Codes
from twin.newest import version, winners
from twin.records import SealEventKind
from twin.seal_state import SealState
from twin.state import Changes, State

_EVENTS = Codes(SealEventKind)
_LOW = _EVENTS[SealEventKind.LOW_BATTERY]
_LOCK = np.full(len(SealEventKind), -1, dtype=np.int8)
for _event, _state in (
    (SealEventKind.LOCKED, SealState.LOCKED), (SealEventKind.UNLOCKED, SealState.UNLOCKED),
    (SealEventKind.TAMPERED, SealState.TAMPERED), (SealEventKind.CUT, SealState.CUT),
):
    _LOCK[_EVENTS[_event]] = _state


def true_time(batch: Batch) -> NDArray[np.int64]:
    """Device times of seal events with the offset of the seal's clock taken off, ms UTC. Shape (N,)."""
    offset = np.nan_to_num(batch["clock_offset_s"])
    return batch["observed_at"] - np.rint(offset * 1000.0).astype(np.int64)


def take_seal_events(state: State, batch: Batch, changes: Changes) -> None:
    """What seals say of themselves; a heartbeat only that they live and where."""
    seals = state.seals
    rows = seals.rows(batch["seal"])
    at = true_time(batch)
    ids = batch["id"]
    events = _EVENTS.of(batch["event"])
    hear(state, rows, at)

    versions = version(at)
    won = winners(rows, versions, ids, seals.bound_version, lambda: seals.bound_id)
    named = state.containers.rows(batch["container"])  # also those an older word names: order must not matter
    seals.put(rows[won], container=named[won], bound_version=versions[won], bound_id=ids[won])

    told = np.flatnonzero((events >= 0) & (_LOCK[events] >= 0))
    codes = _LOCK[events[told]]
    versions = version(at[told], codes)
    won = winners(rows[told], versions, ids[told], seals.lock_version, lambda: seals.lock_id)
    seals.put(rows[told][won], lock_state=codes[won], lock_version=versions[won], lock_id=ids[told][won])

    weak = np.flatnonzero(events == _LOW)
    battery_at = seals.battery_at.copy()
    np.maximum.at(battery_at, rows[weak], at[weak])
    seals.put(slice(0, seals.count), battery_at=battery_at)

    x, y = state.index.frame.to_local(batch["lon"], batch["lat"])
    somewhere = np.flatnonzero(np.isfinite(x) & np.isfinite(y) & ((batch["lon"] != 0.0) | (batch["lat"] != 0.0)))
    _settle_place(state, rows[somewhere], at[somewhere], x[somewhere], y[somewhere], ids[somewhere])
    _settle_state(state, rows, changes)
    changes.seals.append(rows)


def take_seal_positions(
    state: State, seals: NDArray[np.object_], at: NDArray[np.int64], x: NDArray[np.float64], y: NDArray[np.float64],
    ids: NDArray[np.object_], changes: Changes,
) -> None:
    """Fixes that seals report by themselves. Shapes (N,)."""
    if not len(seals):
        return
    rows = state.seals.rows(seals)
    hear(state, rows, at)
    _settle_place(state, rows, at, x, y, ids)
    changes.seals.append(rows)


def hear(state: State, rows: NDArray[np.int32], at: NDArray[np.int64]) -> None:
    """Notes signs of life: the newest of each seal and the one before it. Shapes (N,)."""
    seals = state.seals
    who = np.unique(rows)
    row = np.concatenate([rows, who, who])
    when = np.concatenate([at, seals.observed_at[who], seals.previous_at[who]])
    order = np.lexsort((when, row))
    row, when = row[order], when[order]
    distinct = np.ones(len(row), dtype=bool)
    distinct[1:] = (row[1:] != row[:-1]) | (when[1:] != when[:-1])
    row, when = row[distinct], when[distinct]
    last = np.flatnonzero(np.append(row[1:] != row[:-1], True))
    before = np.maximum(last - 1, 0)
    seals.put(row[last], observed_at=when[last], previous_at=np.where(row[before] == row[last], when[before], 0))
    alone = before == last
    seals.put(row[last][alone], previous_at=0)


def _settle_place(
    state: State, rows: NDArray[np.int32], at: NDArray[np.int64], x: NDArray[np.float64], y: NDArray[np.float64],
    ids: NDArray[np.object_],
) -> None:
    seals = state.seals
    won = winners(rows, at, ids, seals.placed_at, lambda: seals.placed_id)
    seals.put(rows[won], x=x[won], y=y[won], placed_at=at[won], placed_id=ids[won])


def _settle_state(state: State, rows: NDArray[np.int32], changes: Changes) -> None:
    """A low battery shows on a seal that is locked, never over an opened one."""
    seals = state.seals
    who = np.unique(rows)
    lock = seals.lock_state[who]
    weak = (seals.battery_at[who] * 16 > seals.lock_version[who]) & (seals.battery_at[who] > 0)
    weak &= (lock == SealState.LOCKED) | (lock == SealState.UNKNOWN)
    now = np.where(weak, SealState.LOW_BATTERY, lock).astype(np.int8)
    changed = np.flatnonzero(now != seals.state[who])
    seals.put(who, state=now)
    for i in changed.tolist():
        row = int(who[i])
        box = int(seals.container[row])
        changes.say(Event(
            EventKind.SEAL_CHANGED, int(seals.observed_at[row]), "seal", str(seals.id[row]),
            facts={"state": SealState(int(now[i])).name.lower(),
                   "container": str(state.containers.number[box]) if box >= 0 else ""}))
