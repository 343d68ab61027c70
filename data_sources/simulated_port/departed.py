"""Which subjects a snapshot no longer needs: what left the port long ago. Their records stay in the log's rings."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from data_sources.simulated_port.latest_table import LatestTable
from twin.records import CallState, Kind, TaskState

KEPT_MS = 2 * 24 * 3_600_000
"""What left is told in snapshots for two more days."""

POSITION_KEPT_MS = 2 * 3_600_000
"""Everything that is here reports at least every three minutes; a truck last seen hours ago drove away."""

_WITH_CONTAINER = (Kind.CONTAINER, Kind.MANIFEST, Kind.MOVE, Kind.INSPECTION, Kind.SEAL_EVENT, Kind.TRANSIT_TRIP)


def forget_departed(tables: Mapping[Kind, LatestTable], now: int) -> None:
    """Drop from the tables what left the port before the times above. `now`: ms UTC."""
    before = now - KEPT_MS
    inventory = tables[Kind.INVENTORY]
    left = ~inventory["present"].astype(bool) & (inventory["observed_at"] < before)
    gone = set(inventory["container"][left].tolist())
    inventory.drop(left)
    for kind in _WITH_CONTAINER:
        tables[kind].drop(_among(tables[kind]["container"], gone))
    declarations = tables[Kind.DECLARATION]
    declarations.drop(_among(declarations["containers"], gone))
    calls = tables[Kind.VESSEL_CALL]
    calls.drop((calls["state"] == CallState.DEPARTED.value) & (calls["departure_at"] < before))
    tables[Kind.APPOINTMENT].drop(tables[Kind.APPOINTMENT]["window_to"] < before)
    for kind in (Kind.TASK, Kind.CONSULTATION):
        tables[kind].drop((tables[kind]["state"] == TaskState.DONE.value) & (tables[kind]["observed_at"] < before))
    positions, vehicles = tables[Kind.POSITION], tables[Kind.VEHICLE]
    positions.drop(positions["observed_at"] < now - POSITION_KEPT_MS)
    here = set(positions["entity"].tolist())
    unseen = np.array([vehicle not in here for vehicle in vehicles["vehicle"].tolist()], dtype=bool)
    vehicles.drop(unseen & (vehicles["observed_at"] < before))


def _among(values: NDArray[np.object_], gone: set[str]) -> NDArray[np.bool_]:
    """Whether the container, or every container of a declaration, is gone."""
    return np.array(
        [gone.issuperset(value) if isinstance(value, tuple) else value in gone for value in values.tolist()], dtype=bool
    )
