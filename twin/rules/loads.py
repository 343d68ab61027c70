"""What the terminal said was on each road truck and when: to compare with what a gate reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from twin.batch import Batch
from twin.late_mapping import changed
from twin.records import Classifier, Kind, PlaceKind, VehicleKind
from twin.rules.base import View
from twin.state import State
from twin.tables import VEHICLE_KINDS

KEPT_MS = 24 * 3_600_000
_TIDY_MS = 3_600_000
PORTS_OWN = [VEHICLE_KINDS[k] for k in (VehicleKind.TERMINAL_TRACTOR, VehicleKind.AGV, VehicleKind.PATROL)]


@dataclass(frozen=True, slots=True)
class Statement:
    """A container (table row) was put on a truck, or taken off, at a device time, as a record says."""

    at: int
    on: bool
    container: int
    record: str


@dataclass(frozen=True, slots=True)
class Loads:
    """Statements by truck. tidied: the hour in which old ones were last forgotten."""

    by_truck: Mapping[str, tuple[Statement, ...]] = field(default_factory=dict)
    tidied: int = 0

    def with_records(self, view: View) -> tuple[Loads, frozenset[str]]:
        """With a step's moves and statements of the inventory; and the trucks of which something new was said."""
        fresh: dict[str, set[Statement]] = {}
        for batch in (*view.batches.get(Kind.INVENTORY, ()), *view.batches.get(Kind.MOVE, ())):
            for truck, statement in _read(view.state, batch):
                fresh.setdefault(truck, set()).add(statement)
        if not fresh:
            return self, frozenset()
        oldest = view.now - KEPT_MS
        tidy = view.now // _TIDY_MS != self.tidied
        old = {truck for truck, said in self.by_truck.items() if said[-1].at < oldest} if tidy else set()
        told = {truck: tuple(sorted(
            {*(() if truck in old else self.by_truck.get(truck, ())), *said},
            key=lambda s: (s.at, s.on, s.container, s.record))) for truck, said in fresh.items()}
        return Loads(changed(self.by_truck, told, old - told.keys()), view.now // _TIDY_MS), frozenset(fresh)

    def on(self, truck: str, at: int) -> dict[int, str]:
        """The containers (table rows) on a truck at a device time, with the records that say so. What is taken off at
        that very instant still counts: a passage and the move it makes have the same time.
        """
        found: dict[int, str] = {}
        for said in self.by_truck.get(truck, ()):
            if said.at > at:
                break
            if said.on:
                found[said.container] = said.record
            elif said.at < at:
                found.pop(said.container, None)
        return found

    def carrier(self, container: int, at: int) -> tuple[str, str] | None:
        """The truck that carries a container at a device time, and the record that says so; None for none."""
        for truck in sorted(self.by_truck):
            record = self.on(truck, at).get(container)
            if record is not None:
                return truck, record
        return None


def _read(state: State, batch: Batch) -> list[tuple[str, Statement]]:
    """What a batch says of road trucks."""
    sides = [("place_kind", "place_ref", True)]
    told = np.ones(len(batch), dtype=bool)
    if batch.kind is Kind.MOVE:
        sides = [("from_kind", "from_ref", False), ("to_kind", "to_ref", True)]
        told = np.asarray(batch["classifier"] == Classifier.ACTUAL, dtype=bool)
    found = []
    for kind, ref, on in sides:
        at = _on_trucks(state, batch, told, kind, ref)
        rows = state.containers.known_rows(batch["container"][at])
        said = zip(batch[ref][at].tolist(), batch["observed_at"][at].tolist(), rows.tolist(), batch["id"][at].tolist(),
                   strict=True)
        found += [(str(truck), Statement(when, on, row, str(record))) for truck, when, row, record in said]
    return found


def _on_trucks(state: State, batch: Batch, told: NDArray[np.bool_], kind: str, ref: str) -> NDArray[np.intp]:
    """Which rows name a vehicle that is none of the port's own."""
    at = np.flatnonzero(told & (batch[kind] == PlaceKind.VEHICLE))
    kinds = np.append(state.movers.vehicle_kind, -1)[state.movers.known_rows(batch[ref][at])]
    return at[~np.isin(kinds, PORTS_OWN)]
