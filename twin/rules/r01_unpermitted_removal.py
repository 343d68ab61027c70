"""R01 unpermitted-removal 擅自提离: a container under supervision is lifted for exit, or leaves by a gate, unreleased.

A quick look by columns finds the few containers whose removal was not plainly permitted; of those all facts are looked
at again, so that the conclusion is the same in whatever order they came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from twin.batch import Batch
from twin.declarations import exploded
from twin.interner import Codes
from twin.legal_state import DECLARATION_MODES, DECLARATION_STATES
from twin.newest import time_of
from twin.records import (
    Classifier,
    DeclarationMode,
    DeclarationState,
    Direction,
    GateDecision,
    Kind,
    MoveEvent,
    PlaceKind,
    Purpose,
    Trade,
)
from twin.rules import places
from twin.rules.base import Parameter, RuleSpec, Verdict, View
from twin.rules.removals import Removal, removals_of
from twin.state import State
from twin.tables import TRADES
from twin.warnings import Clearing, Fact, Finding, Limit, Severity

RULE = RuleSpec(
    id="R01", zh="擅自提离", en="Unpermitted removal", severity=Severity.HIGH,
    reason="Goods under customs supervision may not be taken away without permission (Customs Law, article 37).",
    parameters=(
        Parameter("critical_eta_s", 120.0, "s", 0.0, 3_600.0, "critical when the gate is this near in time"),
        Parameter("least_speed_mps", 2.0, "m/s", 0.1, 30.0, "speed counted on at least: a standing truck may start"),
        Parameter("detour_factor", 1.3, "", 1.0, 5.0, "way by road over the straight line to the gate"),
    ),
    relies_on=(Kind.CONTAINER, Kind.DECLARATION, Kind.MOVE, Kind.GATE_PASSAGE, Kind.POSITION),
)

_RELEASED = DECLARATION_STATES[DeclarationState.RELEASED]
_EXPORT = DECLARATION_MODES[DeclarationMode.EXPORT]
_SUPERVISED = [TRADES[t] for t in (Trade.FOREIGN, Trade.TRANSIT, Trade.TRANSSHIPMENT)]
_ETA_STEP_S = 1.0
_EVENTS = Codes((MoveEvent.PICK, MoveEvent.GTOT))


@dataclass(frozen=True, slots=True)
class _Watch:
    """A removal that was or is held against a container."""

    incident: str
    begin: int
    last: int
    finding: Finding
    active: bool


@dataclass(frozen=True, slots=True)
class _Memory:
    """first_exit: time of the first lift for exit or passage out by container row, 0 none (ms UTC); watched: by row."""

    first_exit: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    watched: Mapping[int, tuple[_Watch, ...]] = field(default_factory=dict)


class UnpermittedRemoval:
    """The rule R01. Empty containers are the subject of R07 instead."""

    spec = RULE

    def __init__(self, parameters: Mapping[str, float] | None = None) -> None:
        self._parameters = RULE.values(parameters)

    def start(self) -> _Memory:
        """Nothing seen yet."""
        return _Memory()

    def judge(self, memory: _Memory, view: View) -> Verdict:
        """Looks at the containers that records of this step concern, and at how near the watched ones are to a gate."""
        first_exit, suspects = _suspects(memory, view)
        watched = dict(memory.watched)
        findings: list[Finding] = []
        clearings: list[Clearing] = []
        for row in suspects:
            watches, clears = self._look(view, row, watched.get(row, ()))
            clearings += clears
            if watches:
                watched[row] = watches
        for row, watches in tuple(watched.items()):
            watched[row] = tuple(self._approach(view.state, row, w) if w.active else w for w in watches)
            known = {w.incident: w for w in memory.watched.get(row, ())}
            findings += [w.finding for w in watched[row] if _is_news(w, known.get(w.incident))]
        return Verdict(_Memory(first_exit, watched), tuple(findings), tuple(clearings))

    def _look(self, view: View, row: int, known: tuple[_Watch, ...]) -> tuple[tuple[_Watch, ...], list[Clearing]]:
        """Concludes anew, from all facts, which removals of a container were unpermitted."""
        state = view.state
        supervised = int(state.containers.trade[row]) in _SUPERVISED and bool(state.containers.full[row])
        watches: list[_Watch] = []
        clearings: list[Clearing] = []
        open_before = list(known)
        for removal in removals_of(state, row):
            offence = _offence(state, row, removal) if supervised else None
            match = next((w for w in open_before if _same(w, removal)), None)
            if match is not None:
                open_before.remove(match)
            if offence is None:
                if match is not None:
                    watches.append(replace(match, active=False))
                    clearings.append(_overturned(state, row, removal, match))
                continue
            incident = match.incident if match is not None else _new_key(removal, (*known, *watches))
            finding = self._finding(state, row, removal, incident, offence)
            ended = _ended(state, row, removal)
            watches.append(_Watch(incident, removal.begin, removal.last, finding, ended is None))
            if ended is not None:
                clearings.append(Clearing(RULE.id, finding.subject, incident, ended[0], ended[1]))
        clearings += [  # what other records make of the same time leaves nothing of these
            Clearing(RULE.id, gone.finding.subject, gone.incident, gone.begin, "facts changed", overturned=True)
            for gone in open_before]
        return tuple(watches), clearings

    def _finding(
        self, state: State, row: int, removal: Removal, incident: str, offence: tuple[int, str, str],
    ) -> Finding:
        at, said, said_id = offence
        passed = removal.gate_at > 0
        facts: dict[str, Fact] = {"container": str(state.containers.number[row]), "declaration_state": said}
        if removal.vehicle:
            facts["vehicle"] = removal.vehicle
        if removal.gate:
            facts["gate"] = removal.gate
        if removal.slot:
            facts["slot"] = removal.slot
        x, y = _place(state, removal)
        return Finding(
            rule=RULE.id, severity=Severity.CRITICAL if passed else RULE.severity, subject_kind="container",
            subject=str(state.containers.number[row]), at=at, incident=incident, x=x, y=y, zone=state.zone_name(x, y),
            eta_s=0.0 if passed else None, facts=facts, evidence=tuple(e for e in (*removal.evidence, said_id) if e),
            limits=(_limit(said),))

    def _approach(self, state: State, row: int, watch: _Watch) -> _Watch:
        """How long the truck still needs to the nearest gate outwards."""
        carrier = int(state.containers.carrier[row])
        gates = [lane.stop for gate in state.index.layout.gates for lane in gate.lanes if lane.direction == "out"]
        if watch.finding.eta_s == 0.0 or carrier < 0 or not gates:
            return watch
        x, y = float(state.movers.x[carrier]), float(state.movers.y[carrier])
        if not (np.isfinite(x) and np.isfinite(y)):
            return watch
        way = self._parameters["detour_factor"] * min(float(np.hypot(x - gx, y - gy)) for gx, gy in gates)
        eta = round(way / max(float(state.movers.speed_mps[carrier]), self._parameters["least_speed_mps"]), 0)
        before = watch.finding.eta_s
        if before is not None and abs(before - eta) < _ETA_STEP_S:
            return watch
        near = eta <= self._parameters["critical_eta_s"] or watch.finding.severity is Severity.CRITICAL
        severity = Severity.CRITICAL if near else RULE.severity
        return replace(watch, finding=replace(watch.finding, eta_s=eta, severity=severity))


def _same(watch: _Watch, removal: Removal) -> bool:
    """Whether a removal is the one that was held against the container before, told better now."""
    return watch.begin == removal.begin or (watch.begin < removal.end and watch.last > removal.begin)


def _new_key(removal: Removal, known: tuple[_Watch, ...]) -> str:
    key, taken = str(removal.begin), {w.incident for w in known}
    return next(k for k in (key, *(f"{key}-{n}" for n in range(2, len(taken) + 3))) if k not in taken)


def _is_news(watch: _Watch, before: _Watch | None) -> bool:
    """Whether a removal is to be told: a new one even if it is over already, one that is now told otherwise (an
    overturned one may hold again in part), or one that goes on again."""
    return before is None or watch.finding != before.finding or (watch.active and not before.active)


def _suspects(memory: _Memory, view: View) -> tuple[NDArray[np.int64], list[int]]:
    """First exits with this step's, and the rows of containers that records of it concern and that may offend."""
    state = view.state
    c = state.containers
    exits: list[tuple[NDArray[np.int32], NDArray[np.int64]]] = []
    touched: list[NDArray[np.int32]] = []
    for batch in view.batches.get(Kind.MOVE, ()):
        rows = c.known_rows(batch["container"])
        out = np.flatnonzero(_is_exit(batch))
        exits.append((rows[out], batch["observed_at"][out]))
        touched.append(rows)
    for batch in view.batches.get(Kind.GATE_PASSAGE, ()):
        names, of = exploded(batch["containers"])
        rows = c.known_rows(names)
        out = np.flatnonzero(((batch["direction"] == Direction.OUT) & (batch["decision"] == GateDecision.RAISE))[of])
        exits.append((rows[out], batch["observed_at"][of][out]))
        touched.append(rows)
    touched += [c.known_rows(exploded(b["containers"])[0]) for b in view.batches.get(Kind.DECLARATION, ())]
    touched += [c.known_rows(batch["container"]) for batch in view.batches.get(Kind.CONTAINER, ())]
    if not touched:
        return memory.first_exit, []
    first = memory.first_exit
    if any(len(rows) for rows, _ in exits):
        first = np.zeros(c.count, dtype=np.int64)
        first[: len(memory.first_exit)] = memory.first_exit
        earliest = np.where(first > 0, first, np.iinfo(np.int64).max)
        for rows, at in exits:
            np.minimum.at(earliest, rows, at)
        first = np.where(earliest < np.iinfo(np.int64).max, earliest, 0)
    rows = np.unique(np.concatenate(touched))
    left = rows[rows < len(first)]
    left = left[(first[left] > 0) & c.full[left] & np.isin(c.trade[left], _SUPERVISED)]
    permitted = (c.declaration_state[left] == _RELEASED) & (c.declaration_mode[left] != _EXPORT)
    permitted &= time_of(c.declared_version[left]) <= first[left]
    watched = [row for row in memory.watched if (rows == row).any()]
    return first, sorted({*left[~permitted].tolist(), *watched})


def _is_exit(batch: Batch) -> NDArray[np.bool_]:
    """Actual lifts onto a vehicle for exit, and actual passages out. Shape (N,)."""
    code = _EVENTS.of(batch["event"])
    exit_ = np.zeros(len(batch), dtype=bool)
    at = np.flatnonzero(code >= 0)
    lift = (code[at] == 0) & (batch["purpose"][at] == Purpose.PICKUP) & (batch["to_kind"][at] == PlaceKind.VEHICLE)
    out = (code[at] == 1) & (batch["to_kind"][at] == PlaceKind.OUTSIDE)
    exit_[at] = (lift | out) & (batch["classifier"][at] == Classifier.ACTUAL)
    return exit_


def _offence(state: State, row: int, removal: Removal) -> tuple[int, str, str] | None:
    """When a removal first was unpermitted, with the declaration state of that time and its record; None if it never
    was.
    """
    for at in sorted(t for t in (removal.lift_at, removal.gate_at) if t > 0):
        valid, said, said_id = state.declarations.release_evidence(row, at)
        if not valid:
            return at, said, said_id
    return None


def _limit(said: str) -> Limit:
    """What would have permitted the removal."""
    if said == DeclarationState.RELEASED.value:  # but for loading only
        return Limit("declaration_mode", DeclarationMode.EXPORT.value, DeclarationMode.IMPORT.value)
    return Limit("declaration_state", said, DeclarationState.RELEASED.value)


def _ended(state: State, row: int, removal: Removal) -> tuple[int, str] | None:
    """When and why an unpermitted removal no longer goes on, None while it does. What left the port stays left."""
    if removal.returned_at > 0:
        return removal.returned_at, "container is back in the yard"
    if removal.gate_at > 0:
        return None
    released_at = state.declarations.first_release_after(row, removal.begin)
    return None if released_at is None else (released_at, "released after the lift")


def _overturned(state: State, row: int, removal: Removal, watch: _Watch) -> Clearing:
    _, said, said_id = state.declarations.release_evidence(row, removal.begin)
    return Clearing(
        RULE.id, watch.finding.subject, watch.incident, removal.begin,
        f"declaration was {said} before the lift, as became known later", overturned=True,
        evidence=(said_id,) if said_id else ())


def _place(state: State, removal: Removal) -> tuple[float, float]:
    """Where it was lifted: its slot, else where the vehicle or the gate is. Metres, NaN unknown."""
    return places.first_known(
        places.of_slot(state, removal.slot), places.of_mover(state, removal.vehicle),
        places.of_gate(state, removal.gate))
