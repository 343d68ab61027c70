"""Removals: the story of a container told as the times it was taken away, from all moves and passages known of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from twin.batch import Batch
from twin.records import Classifier, Direction, GateDecision, Kind, MoveEvent, PlaceKind, Purpose
from twin.state import State

_ENDLESS = 1 << 62
_RETURNS = (MoveEvent.DROP, MoveEvent.DISC, MoveEvent.GTIN, MoveEvent.LOAD)


@dataclass(slots=True)
class Removal:
    """From the lift onto a truck (or, where that was not seen, the passage out) until the container is back.

    Times: ms UTC, 0 where it did not happen. evidence: ids of the records.
    """

    begin: int
    lift_at: int = 0
    gate_at: int = 0
    returned_at: int = 0
    vehicle: str = ""
    gate: str = ""
    slot: str = ""
    last: int = 0
    evidence: list[str] = field(default_factory=list)

    @property
    def end(self) -> int:
        """When it ended; endless while it goes on."""
        return self.returned_at or _ENDLESS


_RETURN, _LIFT, _GATE = range(3)


def removals_of(state: State, container: int) -> list[Removal]:
    """The removals of a container (table row), in order of time."""
    steps = []
    for batch, i in state.facts.of(container, Kind.MOVE, Kind.GATE_PASSAGE):
        what = _move(batch, i) if batch.kind is Kind.MOVE else _passage(batch, i)
        if what is not None:
            steps.append((int(batch["observed_at"][i]), what, str(batch["id"][i]), batch, i))
    steps.sort(key=lambda step: step[:3])
    found: list[Removal] = []
    for at, what, record_id, batch, i in steps:
        gone = found[-1] if found and found[-1].returned_at == 0 else None
        if what == _RETURN:
            if gone is not None:
                gone.returned_at = gone.last = at
            continue
        if gone is None:
            gone = Removal(begin=at, last=at)
            found.append(gone)
        gone.last = at
        gone.evidence.append(record_id)
        if what == _LIFT:
            gone.lift_at = gone.lift_at or at
            gone.vehicle = gone.vehicle or str(batch["to_ref"][i])
            gone.slot = gone.slot or (str(batch["from_ref"][i]) if batch["from_kind"][i] == PlaceKind.SLOT else "")
        elif batch.kind is Kind.GATE_PASSAGE:
            gone.gate_at = gone.gate_at or at
            gone.vehicle, gone.gate = gone.vehicle or str(batch["plate"][i]), gone.gate or str(batch["gate"][i])
        else:
            gone.gate_at = gone.gate_at or at
            gone.vehicle = gone.vehicle or str(batch["from_ref"][i])
    return found


def _move(batch: Batch, i: int) -> int | None:
    if batch["classifier"][i] != Classifier.ACTUAL:
        return None
    event = batch["event"][i]
    if event in _RETURNS:
        return _RETURN
    if event == MoveEvent.GTOT and batch["to_kind"][i] == PlaceKind.OUTSIDE:
        return _GATE
    lifted = event == MoveEvent.PICK and batch["to_kind"][i] == PlaceKind.VEHICLE
    return _LIFT if lifted and batch["purpose"][i] == Purpose.PICKUP else None


def _passage(batch: Batch, i: int) -> int | None:
    if batch["direction"][i] == Direction.IN:
        return _RETURN if batch["decision"][i] == GateDecision.RAISE else None
    return _GATE if batch["decision"][i] == GateDecision.RAISE else None
