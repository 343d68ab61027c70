"""Descriptions: what vehicles, vessels and containers are, from the newest word on each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.batch import Batch
from twin.events import Event, EventKind
from twin.iso6346 import dimensions
from twin.newest import version, winners
from twin.records import CallState, EntityKind
from twin.state import Changes, State
from twin.tables import CALL_STATES, ENTITY_KINDS, TRADES, VEHICLE_KINDS

_DEPARTED = CALL_STATES[CallState.DEPARTED]


def take_vehicles(state: State, batch: Batch, changes: Changes) -> None:
    """What kind a vehicle is, which trade it may serve, whose it is."""
    movers = state.movers
    rows = movers.rows(batch["vehicle"])
    versions = version(batch["observed_at"])
    won = winners(rows, versions, batch["id"], movers.described_version, lambda: movers.described_id)
    at = rows[won]
    movers.put(
        at, kind=ENTITY_KINDS[EntityKind.VEHICLE], vehicle_kind=VEHICLE_KINDS.of(batch["vehicle_kind"][won]),
        trade=TRADES.of(batch["trade"][won]), operator=batch["operator"][won], described_version=versions[won],
        described_id=batch["id"][won],
    )
    changes.movers.append(at)


def take_vessel_calls(state: State, batch: Batch, changes: Changes) -> None:
    """A vessel's measures and her newest call. Boxes on board of one that departed are no longer in the port."""
    vessels, movers = state.vessels, state.movers
    keys = [mmsi or name for mmsi, name in zip(batch["mmsi"].tolist(), batch["vessel"].tolist(), strict=True)]
    rows = vessels.rows(keys)
    codes = CALL_STATES.of(batch["state"])
    departed = codes == _DEPARTED
    gone = vessels.departed_at.copy()
    np.maximum.at(gone, rows[departed], batch["observed_at"][departed])
    versions = version(batch["observed_at"], np.maximum(codes, 0))
    won = winners(rows, versions, batch["id"], vessels.described_version, lambda: vessels.described_id)
    at = rows[won]
    before = vessels.state[at]
    vessels.put(slice(0, vessels.count), departed_at=gone)
    vessels.put(
        at, name=batch["vessel"][won], mover=movers.rows([keys[i] for i in won]), state=codes[won],
        described_version=versions[won], described_id=batch["id"][won],
        **{name: batch[name][won] for name in (
            "call", "imo", "mmsi", "voyage", "berth", "length_m", "beam_m", "arrival_at", "departure_at")},
    )
    movers.put(vessels.mover[at], kind=ENTITY_KINDS[EntityKind.VESSEL])
    changes.vessels.append(at)
    changes.movers.append(vessels.mover[at])
    containers = state.containers
    aboard = np.isin(containers.carrier, vessels.mover[rows[departed]])
    if aboard.any():
        settle_presence(state, np.flatnonzero(aboard).astype(np.int32), changes)
    for i, row, was in zip(won.tolist(), at.tolist(), before.tolist(), strict=True):
        if codes[i] != was:
            changes.say(Event(
                EventKind.VESSEL_CALL_CHANGED, int(batch["observed_at"][i]), "vessel", str(vessels.id[row]),
                facts={"state": str(batch["state"][i]), "name": str(batch["vessel"][i]),
                       "call": str(batch["call"][i])}))


def settle_presence(state: State, rows: NDArray[np.int32], changes: Changes) -> None:
    """Whether containers are in the port: as stated, but not on board of a vessel that departed after they were
    loaded.
    """
    containers, vessels = state.containers, state.vessels
    departed_at = np.zeros(state.movers.count + 1, dtype=np.int64)  # the last place is that of "no carrier", -1
    departed_at[vessels.mover] = vessels.departed_at
    departed_at[-1] = 0
    sailed = departed_at[containers.carrier[rows]] > containers.moved_at[rows]
    present = containers.stated_present[rows] & ~sailed
    changed = rows[present != containers.present[rows]]
    containers.put(rows, present=present)
    changes.containers.append(changed)


def take_containers(state: State, batch: Batch, changes: Changes) -> None:
    """A container's size and type, content and trade."""
    containers = state.containers
    rows = containers.rows(batch["container"])
    versions = version(batch["observed_at"])
    won = winners(rows, versions, batch["id"], containers.described_version, lambda: containers.described_id)
    at = rows[won]
    size = np.array([dimensions(code) for code in batch["type_code"][won].tolist()], dtype=np.float32).reshape(-1, 2)
    containers.put(
        at, length_m=size[:, 0], height_m=size[:, 1], trade=TRADES.of(batch["trade"][won]),
        described_version=versions[won], described_id=batch["id"][won],
        **{name: batch[name][won] for name in (
            "type_code", "owner", "gross_kg", "full", "dangerous_class", "un_number", "reefer_set_c")},
    )
    changes.legal.append(at)
    changes.containers.append(at)
