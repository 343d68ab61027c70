"""Paper and readings: manifests, declarations, inspections, trips, appointments, tasks, devices, gate passages."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.batch import Batch
from twin.declarations import exploded
from twin.events import Event, EventKind
from twin.legal_state import INSPECTION_NONE, INSPECTION_ORDERED, INSPECTION_STARTED
from twin.newest import version, winners
from twin.records import Direction, EntityKind, GateDecision, InspectionKind, InspectionState, Kind, SealEventKind
from twin.state import Changes, State
from twin.tables import ENTITY_KINDS, INSPECTION_KINDS, INSPECTION_RESULTS, INSPECTION_STATES

_ULTRASONIC = INSPECTION_KINDS[InspectionKind.ULTRASONIC]
_OPEN = np.full(len(InspectionState) + 1, INSPECTION_NONE, dtype=np.int8)
_OPEN[INSPECTION_STATES[InspectionState.ORDERED]] = INSPECTION_ORDERED
_OPEN[INSPECTION_STATES[InspectionState.STARTED]] = INSPECTION_STARTED


def take_manifests(state: State, batch: Batch, _changes: Changes) -> None:
    """Lines of manifests."""
    state.manifests.take(batch)


def take_declarations(state: State, batch: Batch, changes: Changes) -> None:
    """States of declarations; each of the containers named takes on the newest by device time."""
    containers = state.containers
    names, rows = exploded(batch["containers"])
    boxes = containers.rows(names)
    state.facts.add(batch, boxes, rows)
    versions, states, modes = state.declarations.take(batch, boxes, rows)
    ids = batch["id"][rows]
    won = winners(boxes, versions, ids, containers.declared_version, lambda: containers.declared_id)
    at = boxes[won]
    changed = np.flatnonzero(containers.declaration_state[at] != states[won])
    containers.put(at, declaration_state=states[won], declaration_mode=modes[won], declared_version=versions[won],
                   declared_id=ids[won])
    changes.legal.append(at)
    changes.containers.append(at)
    for i in changed[:200].tolist():
        row = int(rows[won[i]])
        changes.say(Event(
            EventKind.DECLARATION_CHANGED, int(batch["observed_at"][row]), "container", str(containers.number[at[i]]),
            facts={"state": str(batch["state"][row]), "declaration": str(batch["declaration"][row])}))


def take_inspections(state: State, batch: Batch, changes: Changes) -> None:
    """Inspection orders. An ordered ultrasonic test of an empty holds nothing back; a started one is an inspection."""
    orders, containers = state.orders, state.containers
    codes = INSPECTION_STATES.of(batch["state"])
    state.inspections.take(batch, np.maximum(codes, 0))
    rows = orders.rows(batch["order"])
    boxes = containers.rows(batch["container"])
    versions = version(batch["observed_at"], np.maximum(codes, 0))
    won = winners(rows, versions, batch["id"], orders.told_version, lambda: orders.told_id)
    concerned = np.zeros(containers.count + 1, dtype=bool)
    concerned[orders.container[rows[won]]] = True
    orders.put(
        rows[won], container=boxes[won], kind=INSPECTION_KINDS.of(batch["inspection_kind"][won]), state=codes[won],
        result=INSPECTION_RESULTS.of(batch["result"][won]), observed_at=batch["observed_at"][won],
        told_version=versions[won], told_id=batch["id"][won])
    concerned[boxes] = True
    concerned[-1] = False
    _settle_inspections(state, np.flatnonzero(concerned).astype(np.int32), changes)
    for i in won[:200].tolist():
        changes.say(Event(
            EventKind.INSPECTION_CHANGED, int(batch["observed_at"][i]), "container", str(batch["container"][i]),
            facts={"state": str(batch["state"][i]), "kind": str(batch["inspection_kind"][i]),
                   "result": str(batch["result"][i] or "")}))


def _settle_inspections(state: State, boxes: NDArray[np.int32], changes: Changes) -> None:
    orders = state.orders
    concerned = np.zeros(state.containers.count + 1, dtype=bool)
    concerned[boxes] = True
    at = np.flatnonzero(concerned[orders.container])
    stage = _OPEN[orders.state[at]]
    stage[(orders.kind[at] == _ULTRASONIC) & (stage == INSPECTION_ORDERED)] = INSPECTION_NONE
    furthest = np.zeros(state.containers.count + 1, dtype=np.int8)
    np.maximum.at(furthest, orders.container[at], stage)
    state.containers.put(boxes, inspection=furthest[boxes])
    changes.legal.append(boxes)
    changes.containers.append(boxes)


def take_trips(state: State, batch: Batch, changes: Changes) -> None:
    """Transit trips under customs seal."""
    for i in state.trips.take(batch)[:200].tolist():
        changes.say(Event(EventKind.TRIP_CHANGED, int(batch["observed_at"][i]), "container", str(batch["container"][i]),
                          facts={"trip": str(batch["trip"][i]), "state": str(batch["state"][i])}))


def take_appointments(state: State, batch: Batch, _changes: Changes) -> None:
    """Bookings of trucks."""
    state.appointments.take(batch)


def take_device_health(state: State, batch: Batch, changes: Changes) -> None:
    """Which devices are up or down, since when."""
    for i in state.devices.take(batch)[:200].tolist():
        changes.say(Event(EventKind.DEVICE_CHANGED, int(batch["since"][i]), "device", str(batch["device"][i]),
                          facts={"state": str(batch["state"][i]), "kind": str(batch["device_kind"][i])}))


def take_tasks(state: State, batch: Batch, changes: Changes) -> None:
    """Tasks of patrol officers and holds at gates."""
    for i in state.tasks.take(batch).tolist():
        changes.say(Event(EventKind.TASK_CHANGED, int(batch["observed_at"][i]), "task", str(batch["task"][i]), facts={
            "state": str(batch["state"][i]), "subject": str(batch["subject"][i]),
            "result": str(batch["result"][i] or "")}))


def take_consultations(state: State, batch: Batch, _changes: Changes) -> None:
    """Remote sessions."""
    state.consultations.take(batch)


def take_actions(state: State, batch: Batch, _changes: Changes) -> None:
    """What operators did."""
    state.actions.take(batch)


def take_gate_passages(state: State, batch: Batch, changes: Changes) -> None:
    """Readings at gates. A vehicle that was held has not passed."""
    movers = state.movers
    rows = movers.rows(batch["plate"])
    movers.put(rows, kind=np.maximum(movers.kind[rows], ENTITY_KINDS[EntityKind.VEHICLE]))
    raised = batch["decision"] == GateDecision.RAISE
    outward = batch["direction"] == Direction.OUT
    for name, mask in (("entered_at", raised & ~outward), ("left_at", raised & outward)):
        times = getattr(movers, name).copy()
        np.maximum.at(times, rows[mask], batch["observed_at"][mask])
        movers.put(slice(0, movers.count), **{name: times})
    names, of = exploded(batch["containers"])
    state.facts.add(batch, state.containers.rows(names), of)
    state.gate_passages.take(batch)
    changes.movers.append(rows)
    for i in range(min(len(batch), 200)):
        changes.say(Event(
            EventKind.PASSED_GATE if raised[i] else EventKind.HELD_AT_GATE, int(batch["observed_at"][i]), "vehicle",
            str(batch["plate"][i]), facts={"gate": str(batch["gate"][i]), "lane": str(batch["lane"][i]),
                                           "direction": str(batch["direction"][i])}))


def file_facts(state: State, batch: Batch) -> None:
    """Files each record of a kind that names one container under it; heartbeats of seals are no news."""
    if batch.kind is Kind.SEAL_EVENT:
        at = np.flatnonzero(batch["event"] != SealEventKind.HEARTBEAT)
        state.facts.add(batch, state.containers.rows(batch["container"][at]), at)
    elif batch.kind in NAMING_ONE:
        state.facts.add(batch, state.containers.rows(batch["container"]))
    elif batch.kind is Kind.TASK:
        at = np.flatnonzero(state.containers.known_rows(batch["subject"]) >= 0)
        state.facts.add(batch, state.containers.known_rows(batch["subject"])[at], at)


NAMING_ONE = frozenset({
    Kind.CONTAINER, Kind.MANIFEST, Kind.INSPECTION, Kind.TRANSIT_TRIP, Kind.APPOINTMENT, Kind.INVENTORY, Kind.MOVE,
})
