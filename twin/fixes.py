"""Position fixes: where movers are. The newest fix by device time is where a marker stands; an older one, however late
it comes, never moves it back but is handed to the rules."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.batch import Batch
from twin.events import Event, EventKind
from twin.newest import ordered, winners
from twin.records import EntityKind
from twin.sealing import take_seal_positions
from twin.state import Changes, Fixes, State
from twin.tables import ENTITY_KINDS, Movers

_SEAL, _CRANE, _VESSEL, _VEHICLE = (
    ENTITY_KINDS[k] for k in (EntityKind.SEAL, EntityKind.CRANE, EntityKind.VESSEL, EntityKind.VEHICLE))


def take_positions(state: State, batch: Batch, changes: Changes) -> None:
    """Fixes of everything that moves; "not fixed" (0, 0) and places that are no numbers are no position."""
    kinds = ENTITY_KINDS.of(batch["entity_kind"])
    lon, lat = batch["lon"], batch["lat"]
    x, y = state.index.frame.to_local(lon, lat)
    placed = np.isfinite(x) & np.isfinite(y) & ((lon != 0.0) | (lat != 0.0))
    sealed = np.flatnonzero(placed & (kinds == _SEAL))
    take_seal_positions(
        state, batch["entity"][sealed], batch["observed_at"][sealed], x[sealed], y[sealed], batch["id"][sealed],
        changes)
    others = np.flatnonzero(placed & (kinds != _SEAL))
    if not len(others):
        return
    movers = state.movers
    rows = movers.rows(batch["entity"][others])
    movers.put(rows, kind=np.maximum(movers.kind[rows], kinds[others]))
    order = ordered(rows, batch["observed_at"][others], batch["id"][others])
    rows, picked = rows[order], others[order]
    at, ids = batch["observed_at"][picked], batch["id"][picked]
    kept = np.append((rows[1:] != rows[:-1]) | (at[1:] != at[:-1]), True)  # one fix an instant
    kept &= (at != movers.observed_at[rows]) | (ids > movers.fix_id[rows])
    kept &= (at != movers.previous_at[rows]) | (ids > movers.previous_id[rows])
    rows, picked = rows[kept], picked[kept]
    if not len(rows):
        return
    earliest = movers.first_at.copy()
    np.minimum.at(earliest, rows, batch["observed_at"][picked])
    movers.put(rows, first_at=earliest[rows])
    fixes = _fixes(movers, batch, rows, picked, x[picked], y[picked])
    moved = _merge(movers, batch, picked, fixes)
    changes.fixes.append(fixes)
    changes.movers.append(moved)
    _follow(state, moved, changes)


def _fixes(
    movers: Movers, batch: Batch, rows: NDArray[np.int32], picked: NDArray[np.intp], x: NDArray[np.float64],
    y: NDArray[np.float64],
) -> Fixes:
    """The fixes with the one before each: of this batch, or the newest or second newest known before it."""
    at = batch["observed_at"][picked]
    from_at = np.zeros(len(rows), dtype=np.int64)
    from_x, from_y = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    same = np.flatnonzero(rows[1:] == rows[:-1])
    from_at[same + 1], from_x[same + 1], from_y[same + 1] = at[same], x[same], y[same]
    for k_at, k_x, k_y in ((movers.previous_at, movers.previous_x, movers.previous_y),
                           (movers.observed_at, movers.x, movers.y)):
        known = k_at[rows]
        better = np.flatnonzero((known > from_at) & (known < at))
        who = rows[better]
        from_at[better], from_x[better], from_y[better] = known[better], k_x[who], k_y[who]
    return Fixes(
        rows, at, x, y, batch["speed_mps"][picked], np.nan_to_num(batch["accuracy_m"][picked]), batch["id"][picked],
        from_x, from_y, from_at, at < movers.observed_at[rows])


def _merge(movers: Movers, batch: Batch, picked: NDArray[np.intp], fixes: Fixes) -> NDArray[np.int32]:
    """Brings the newest and the second newest fix of each mover up to date; the movers for which that changed them."""
    rows = fixes.rows
    last = np.flatnonzero(np.append(rows[1:] != rows[:-1], True))
    who = rows[last]
    n, m = len(rows), len(who)
    nothing = n + 2 * m
    second = np.where((last > 0) & (rows[np.maximum(last - 1, 0)] == who), last - 1, nothing)
    at = np.concatenate([fixes.at, movers.observed_at[who], movers.previous_at[who], [0]])
    x = np.concatenate([fixes.x, movers.x[who], movers.previous_x[who], [np.nan]])
    y = np.concatenate([fixes.y, movers.y[who], movers.previous_y[who], [np.nan]])
    ids = np.concatenate([fixes.ids, movers.fix_id[who], movers.previous_id[who], np.array([""], dtype=object)])
    candidates = np.stack([last, second, np.arange(m) + n, np.arange(m) + n + m])
    when = at[candidates]
    for known in (2, 3):  # a fix of the same instant with a greater id takes the known one's place
        when[known, ((when[0] == when[known]) | (when[1] == when[known]))] = 0
    ranked = np.argsort(-when, axis=0, kind="stable")[:2]
    newest, before = np.take_along_axis(candidates, ranked, axis=0)
    before = np.where(np.take_along_axis(when, ranked, axis=0)[1] > 0, before, nothing)
    movers.put(who, x=x[newest], y=y[newest], observed_at=at[newest], fix_id=ids[newest], previous_x=x[before],
               previous_y=y[before], previous_at=at[before], previous_id=ids[before])
    fresh = np.flatnonzero(newest < n)
    told = picked[newest[fresh]]
    movers.put(who[fresh], course_deg=batch["course_deg"][told], speed_mps=batch["speed_mps"][told],
               accuracy_m=batch["accuracy_m"][told], received_at=batch["received_at"][told])
    changed: NDArray[np.int32] = who[(newest < n) | (before < n)]
    return changed


def _follow(state: State, moved: NDArray[np.int32], changes: Changes) -> None:
    """What goes with a mover's place: its zone, the crane or vessel it is."""
    movers = state.movers
    zones = state.zones.zone(movers.x[moved], movers.y[moved])
    crossed = np.flatnonzero((zones != movers.zone[moved]) & (zones >= 0) & (movers.kind[moved] == _VEHICLE)
                             & (movers.previous_at[moved] > 0))
    movers.put(moved, zone=zones)
    for i in crossed[:200].tolist():
        row = int(moved[i])
        changes.say(Event(EventKind.ENTERED_ZONE, int(movers.observed_at[row]), "vehicle", str(movers.id[row]),
                          state.index.layout.zones[int(zones[i])].id))
    cranes = moved[movers.kind[moved] == _CRANE]
    if len(cranes):
        at = state.cranes.rows(movers.id[cranes])
        state.cranes.put(at, x=movers.x[cranes], y=movers.y[cranes], mover=cranes)
        changes.cranes.append(at)
    vessels = moved[movers.kind[moved] == _VESSEL]
    if len(vessels):
        at = state.vessels.rows(movers.id[vessels])
        state.vessels.put(at, mover=vessels)
        changes.vessels.append(at)


def take_crane_telemetry(state: State, batch: Batch, changes: Changes) -> None:
    """Where trolley and spreader of cranes are and what they hold."""
    cranes = state.cranes
    rows = cranes.rows(batch["crane"])
    won = winners(rows, batch["observed_at"], batch["id"], cranes.observed_at, lambda: cranes.observed_id)
    at = rows[won]
    every = batch["container"].tolist()
    state.containers.rows([number for number in every if number])  # known whatever the order in which it was said
    numbers = [every[i] for i in won.tolist()]
    held = np.full(len(won), -1, dtype=np.int32)
    holding = [i for i, number in enumerate(numbers) if number]
    held[holding] = state.containers.rows([numbers[i] for i in holding])
    cranes.put(at, container=held, observed_at=batch["observed_at"][won], observed_id=batch["id"][won],
               **{name: batch[name][won] for name in ("trolley_m", "hoist_m", "locked", "received_at")})
    changes.cranes.append(at)
