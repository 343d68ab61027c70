"""Papers of transit trips: what all records say of a trip, in whatever order they came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from twin.records import Direction, GateDecision, Kind, SealEventKind, TransitTrip, TripState
from twin.sealing import true_time
from twin.state import State

_BREAKS = (SealEventKind.CUT, SealEventKind.TAMPERED, SealEventKind.UNLOCKED)
_AT_THE_PORT = (TripState.ARRIVED, TripState.WRITTEN_OFF)


@dataclass(frozen=True, slots=True)
class SealBreak:
    """A seal opened on the way, or (`closed`) locked again."""

    at: int
    record: str
    what: str
    closed: bool


@dataclass(frozen=True, slots=True)
class TripPapers:
    """What the records say of a trip. Times: ms UTC, 0 not yet."""

    container: str
    seal: str
    vehicle: str
    corridor: str
    record: str
    departed_at: int
    due_at: int
    arrived_at: int
    arrived_by: str
    written_off_at: int
    written_off_by: str
    breaks: tuple[SealBreak, ...]


def papers_of(state: State, name: str) -> TripPapers:
    """All that records say of a trip. There must be one."""
    trip = cast(TransitTrip, state.trips.get(name))
    row = state.containers.row_of[trip.container]
    arrived: list[tuple[int, str]] = []
    written_off: list[tuple[int, str]] = []
    for batch, i in state.facts.of(row, Kind.TRANSIT_TRIP):
        if batch["trip"][i] == name and batch["state"][i] in _AT_THE_PORT:
            said = (int(batch["observed_at"][i]), str(batch["id"][i]))
            arrived.append(said)
            if batch["state"][i] == TripState.WRITTEN_OFF:
                written_off.append(said)
    for batch, i in state.facts.of(row, Kind.GATE_PASSAGE):
        passed = batch["direction"][i] == Direction.IN and batch["decision"][i] == GateDecision.RAISE
        if passed and int(batch["observed_at"][i]) >= trip.departed_at:
            arrived.append((int(batch["observed_at"][i]), str(batch["id"][i])))
    nothing = (0, "")
    return TripPapers(
        trip.container, trip.seal, trip.vehicle, trip.corridor, trip.id, trip.departed_at, trip.due_at,
        *min(arrived, default=nothing), *min(written_off, default=nothing), _breaks(state, row, trip.seal))


def _breaks(state: State, row: int, seal: str) -> tuple[SealBreak, ...]:
    """When the seal of a container (table row) was opened without authority, and locked, in order of time."""
    found = []
    for batch, i in state.facts.of(row, Kind.SEAL_EVENT):
        event = batch["event"][i]
        broken = event in _BREAKS and not (event == SealEventKind.UNLOCKED and batch["authority"][i])
        if batch["seal"][i] == seal and (broken or event == SealEventKind.LOCKED):
            found.append(SealBreak(int(true_time(batch)[i]), str(batch["id"][i]), str(event), not broken))
    return tuple(sorted(found, key=lambda b: (b.at, b.record)))
