"""A container's story as rules read it: its lifts, inspections, declarations, papers, statements and passages, each in
order of device time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from twin.batch import Batch
from twin.legal_state import DECLARATION_STATES
from twin.records import (
    Classifier,
    DeclarationMode,
    Direction,
    GateDecision,
    InspectionKind,
    InspectionResult,
    InspectionState,
    Kind,
    MoveEvent,
    PlaceKind,
    Purpose,
)
from twin.state import State
from twin.tables import INSPECTION_STATES


@dataclass(frozen=True, slots=True)
class Lift:
    """An actual move. `at`: device time, ms UTC, as in all classes here; `record`: the id of its record."""

    at: int
    record: str
    event: str
    purpose: str
    from_kind: str
    from_ref: str
    to_kind: str
    to_ref: str
    equipment: str

    @property
    def takes_away(self) -> bool:
        """Whether it takes the container from its place, aboard or out of the port, other than for an inspection."""
        if self.event == MoveEvent.PICK:
            return self.to_kind == PlaceKind.VEHICLE and self.purpose != Purpose.INSPECTION
        return self.event == MoveEvent.LOAD or self.leaves

    @property
    def doing(self) -> str:
        """What it was for, or, where it is no lift in the yard, what it was."""
        return self.purpose if self.event == MoveEvent.PICK else self.event

    @property
    def leaves(self) -> bool:
        """Whether it takes the container out of the port by a gate."""
        return self.event == MoveEvent.GTOT


@dataclass(frozen=True, slots=True)
class Test:
    """A state of an inspection order. `result`: empty without one."""

    at: int
    record: str
    order: str
    kind: str
    state: str
    result: str

    @property
    def passed(self) -> bool:
        """Whether it shows that an empty container is empty."""
        return self.state == InspectionState.DONE and self.result in (InspectionResult.EMPTY, InspectionResult.CLEAR)

    @property
    def by_hand(self) -> bool:
        """Whether somebody looked inside, which settles what an image left in doubt."""
        return self.kind not in (InspectionKind.H986, InspectionKind.ULTRASONIC)


@dataclass(frozen=True, slots=True)
class Paper:
    """What a manifest line or a state of a declaration says of a container. `kg`: its declared gross weight, NaN where
    a declaration names several containers. `state`: of a declaration, empty for a manifest line."""

    at: int
    record: str
    source: str  # "manifest", "declaration"
    number: str
    mode: str
    kg: float
    state: str = ""
    reason: str = ""
    call: str = ""

    @property
    def empty(self) -> bool:
        """Whether it says that the container is empty."""
        return self.mode == DeclarationMode.EMPTY


@dataclass(frozen=True, slots=True)
class Stated:
    """The terminal's statement of what a container is."""

    at: int
    record: str
    kg: float
    full: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """The terminal's statement of where a container is."""

    at: int
    record: str
    place_kind: str
    place_ref: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A reading at a gate."""

    at: int
    record: str
    gate: str
    lane: str
    direction: str
    plate: str
    containers: tuple[str, ...]
    weight_kg: float
    order: str
    decision: str

    @property
    def out(self) -> bool:
        """Whether the container left the port with it."""
        return self.direction == Direction.OUT and self.decision == GateDecision.RAISE


def lifts_of(state: State, container: int) -> list[Lift]:
    """The actual moves of a container (table row)."""
    return sorted(
        (Lift(_at(b, i), _text(b, i, "id"), *(_text(b, i, name) for name in (
            "event", "purpose", "from_kind", "from_ref", "to_kind", "to_ref", "equipment")))
         for b, i in _of(state, container, Kind.MOVE) if b["classifier"][i] == Classifier.ACTUAL),
        key=lambda lift: (lift.at, lift.record))


def tests_of(state: State, container: int) -> list[Test]:
    """All that was said of inspections of a container."""
    found = [Test(_at(b, i), _text(b, i, "id"), _text(b, i, "order"), _text(b, i, "inspection_kind"),
                  _text(b, i, "state"), _text(b, i, "result") if b["result"][i] else "")
             for b, i in _of(state, container, Kind.INSPECTION)]
    return sorted(found, key=lambda t: (t.at, INSPECTION_STATES[t.state], t.record))


def declared_of(state: State, container: int) -> list[Paper]:
    """All states of declarations of a container."""
    found = []
    for b, i in _of(state, container, Kind.DECLARATION):
        alone = len(b["containers"][i]) == 1
        found.append(Paper(
            _at(b, i), _text(b, i, "id"), "declaration", _text(b, i, "declaration"), _text(b, i, "mode"),
            float(b["gross_kg"][i]) if alone else float("nan"), _text(b, i, "state"), str(b["reason"][i] or "")))
    return sorted(found, key=lambda p: (p.at, DECLARATION_STATES[p.state], p.record))


def manifested_of(state: State, container: int) -> list[Paper]:
    """All manifest lines of a container."""
    found = [Paper(_at(b, i), _text(b, i, "id"), "manifest", _text(b, i, "bill"), _text(b, i, "mode"),
                   float(b["gross_kg"][i]), call=_text(b, i, "call"))
             for b, i in _of(state, container, Kind.MANIFEST)]
    return sorted(found, key=lambda p: (p.at, p.record))


def stated_of(state: State, container: int) -> list[Stated]:
    """All that the terminal said a container is."""
    found = [Stated(_at(b, i), _text(b, i, "id"), float(b["gross_kg"][i]), bool(b["full"][i]))
             for b, i in _of(state, container, Kind.CONTAINER)]
    return sorted(found, key=lambda s: (s.at, s.record))


def standings_of(state: State, container: int) -> list[Standing]:
    """All that the terminal said of where a container is."""
    found = [Standing(_at(b, i), _text(b, i, "id"), _text(b, i, "place_kind"), _text(b, i, "place_ref"))
             for b, i in _of(state, container, Kind.INVENTORY)]
    return sorted(found, key=lambda s: (s.at, s.record))


def passages_of(state: State, container: int) -> list[Passage]:
    """All readings of a container at gates."""
    found = [Passage(_at(b, i), _text(b, i, "id"), _text(b, i, "gate"), _text(b, i, "lane"), _text(b, i, "direction"),
                     _text(b, i, "plate"), b["containers"][i], float(b["weight_kg"][i]), str(b["order"][i] or ""),
                     _text(b, i, "decision"))
             for b, i in _of(state, container, Kind.GATE_PASSAGE)]
    return sorted(found, key=lambda p: (p.at, p.record))


def slot_at(state: State, container: int, at: int) -> tuple[str, str]:
    """The slot in which a container (table row) stood at a device time and the record that says so; empty if it stood
    in none, or is not known."""
    if container < 0:
        return "", ""
    said = [(lift.at, 1, lift.record, lift.to_kind, lift.to_ref) for lift in lifts_of(state, container)]
    said += [(s.at, 0, s.record, s.place_kind, s.place_ref) for s in standings_of(state, container)]
    before = [entry for entry in sorted(said) if entry[0] <= at]
    if not before or before[-1][3] != PlaceKind.SLOT:
        return "", ""
    return before[-1][4], before[-1][2]


def _of(state: State, container: int, kind: Kind) -> Iterator[tuple[Batch, int]]:
    return state.facts.of(container, kind)


def _at(batch: Batch, i: int) -> int:
    return int(batch["observed_at"][i])


def _text(batch: Batch, i: int, name: str) -> str:
    return str(batch[name][i])
