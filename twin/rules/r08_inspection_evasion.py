"""R08 inspection-evasion 逃避查验: a container held for inspection is moved anywhere but to its inspection, or is not
brought there in time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from twin.port_index import PortIndex
from twin.port_layout import ZoneKind
from twin.records import DeclarationState, InspectionKind, InspectionState, Kind
from twin.rules import places
from twin.rules.base import Parameter, RuleSpec, Verdict, View
from twin.rules.calendar import OpenHours
from twin.rules.cases import Case, Cases, Conclusion, Docket, among, due, touched
from twin.rules.story import Lift, Paper, Test, declared_of, lifts_of, tests_of
from twin.state import State
from twin.warnings import Fact, Finding, Limit, Severity

RULE = RuleSpec(
    id="R08", zh="逃避查验", en="Inspection evasion", severity=Severity.HIGH,
    reason="Goods that customs has held for inspection go to the inspection and nowhere else (Customs Law, art. 28).",
    parameters=(
        Parameter("due_h", 12.0, "h", 1.0, 720.0, "an inspection begins within so many hours in which the site works"),
        Parameter("grace_min", 10.0, "min", 0.0, 240.0, "so late a word of it may come before it is called overdue"),
    ),
    relies_on=(Kind.DECLARATION, Kind.MOVE, Kind.INSPECTION),
)

_MINUTE_MS = 60_000
_REACHES = (3, 31, 731)  # days in which so many working hours are looked for
_ENDING = (DeclarationState.INSPECTED, DeclarationState.RELEASED, DeclarationState.REVOKED)


@dataclass(frozen=True, slots=True)
class _Memory:
    held: frozenset[int] = frozenset()  # container rows that were ever held
    look_at: Mapping[int, int] = field(default_factory=dict)  # when an inspection becomes overdue, by container row
    cases: Cases = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Hold:
    """A hold: from `paper` until `end` (ms UTC, 0 while it goes on), ended for a reason by a record."""

    paper: Paper
    end: int = 0
    why: str = ""
    record: str = ""


class InspectionEvasion:
    """The rule R08. Once a container was inspected, what is done with it afterwards is the matter of R01 and R09."""

    spec = RULE

    def __init__(self, parameters: Mapping[str, float] | None = None) -> None:
        self._parameters = RULE.values(parameters)
        self._port: PortIndex | None = None

    def start(self) -> _Memory:
        """Nothing seen yet."""
        return _Memory()

    def judge(self, memory: _Memory, view: View) -> Verdict:
        """Looks at held containers when something is heard of them, and when their time is over."""
        self._know(view.state.index)
        fresh: set[int] = set()
        for batch in view.batches.get(Kind.DECLARATION, ()):
            for names in batch["containers"][batch["state"] == DeclarationState.HELD].tolist():
                fresh.update(view.state.containers.known_rows(list(names)).tolist())
        held = memory.held | fresh if fresh else memory.held
        rows = set(among(touched(view, Kind.DECLARATION, Kind.MOVE, Kind.INSPECTION), held))
        rows.update(due(memory.look_at, view.now))
        look_at, docket = dict(memory.look_at), Docket(dict(memory.cases))
        for row in sorted(rows):
            conclusion = self._conclude(view.state, row, view.now)
            docket.conclude(row, conclusion)
            look_at.pop(row, None)
            if conclusion.look_at:
                look_at[row] = conclusion.look_at
        return docket.verdict(_Memory(held, look_at, docket.cases))

    def _know(self, index: PortIndex) -> None:
        """The working hours of the inspection sites: any of them, or always where none has hours."""
        if self._port is not index:
            self._port = index
            sites = [z.working_hours for z in index.layout.zones if z.kind is ZoneKind.INSPECTION]
            spans = [span for hours in sites for span in hours] if all(sites) else []
            self._due: dict[int, int] = {}  # by beginning, of what was reckoned before
            self._hours = OpenHours([spans or [("00:00", "24:00")]], index.layout.time_zone)

    def _due_at(self, begin: int) -> int:
        """When an inspection ordered at an instant becomes overdue, ms UTC."""
        if begin not in self._due:
            minutes = int(self._parameters["due_h"] * 60.0)
            at, over = np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.intp)
            for days in _REACHES:
                at = begin + np.arange(days * 1_440, dtype=np.int64) * _MINUTE_MS
                over = np.flatnonzero(np.cumsum(self._hours.open_at(at, np.zeros(len(at), dtype=np.intp))) >= minutes)
                if len(over):
                    break
            self._due[begin] = int(at[over[0]] if len(over) else at[-1]) + _MINUTE_MS
        return self._due[begin]

    def _conclude(self, state: State, row: int, now: int) -> Conclusion:
        """What was done against each hold of a container."""
        tests, lifts = tests_of(state, row), lifts_of(state, row)
        cases: list[Case] = []
        look_at, otherwise, by = 0, "was not held", ""
        grace_ms = int(self._parameters["grace_min"] * _MINUTE_MS)
        for hold in _holds(declared_of(state, row)):
            begin = hold.paper.at
            obeyed = _obeyed(hold, tests)
            if obeyed is not None:
                otherwise, by = f"{obeyed[1]} before", obeyed[2]
            moves = [lift for lift in lifts
                     if lift.takes_away and lift.at > begin and (obeyed is None or lift.at < obeyed[0])]
            if moves:
                cases.append(self._moved(state, row, hold, moves, obeyed))
            gone = next((lift.at for lift in moves if lift.leaves), 0)
            overdue = self._due_at(begin)
            if (obeyed is not None and obeyed[0] <= overdue) or 0 < gone <= overdue:
                continue
            if now >= overdue + grace_ms:
                cases.append(self._overdue(state, row, hold, overdue, obeyed))
            else:
                look_at = overdue + grace_ms
        return Conclusion(tuple(cases), otherwise, (by,) if by else (), look_at)

    def _moved(
        self, state: State, row: int, hold: _Hold, moves: list[Lift], obeyed: tuple[int, str, str] | None,
    ) -> Case:
        first, number = moves[0], str(state.containers.number[row])
        x, y = places.first_known(places.of_slot(state, first.from_ref), places.of_mover(state, first.from_ref),
                                  places.of_mover(state, first.to_ref))
        gone = any(lift.leaves for lift in moves)
        facts: dict[str, Fact] = {
            "cause": "moved_elsewhere", "container": number, "declaration": hold.paper.number, "slot": first.from_ref,
            "to": first.to_ref, "disagrees": "lift", "says": first.doing, "against": "declaration",
            "against_says": hold.paper.state, "difference_min": round((first.at - hold.paper.at) / _MINUTE_MS, 1)}
        finding = Finding(
            rule=RULE.id, severity=Severity.CRITICAL if gone else RULE.severity, subject_kind="container",
            subject=number, at=first.at, incident=f"{hold.paper.number}-moved", x=x, y=y, zone=state.zone_name(x, y),
            eta_s=0.0 if gone else None, facts=facts, evidence=(hold.paper.record, *(lift.record for lift in moves)),
            limits=(Limit("move_purpose", first.doing, "inspection"),))
        return Case(finding) if obeyed is None else Case(finding, obeyed[0], obeyed[1], (obeyed[2],))

    def _overdue(
        self, state: State, row: int, hold: _Hold, at: int, obeyed: tuple[int, str, str] | None,
    ) -> Case:
        number = str(state.containers.number[row])
        x, y = places.of_container(state, row)
        facts: dict[str, Fact] = {
            "cause": "overdue", "container": number, "declaration": hold.paper.number, "disagrees": "inspection",
            "says": "not begun", "against": "declaration", "against_says": hold.paper.state,
            "difference_min": round((at - hold.paper.at) / _MINUTE_MS)}
        if hold.paper.reason:
            facts["reason"] = hold.paper.reason
        finding = Finding(
            rule=RULE.id, severity=Severity.MEDIUM, subject_kind="container", subject=number, at=at,
            incident=f"{hold.paper.number}-overdue", x=x, y=y, zone=state.zone_name(x, y), facts=facts,
            evidence=(hold.paper.record,), limits=(Limit("inspection_state", "not begun", "started", "", "due_h"),))
        return Case(finding) if obeyed is None else Case(finding, obeyed[0], obeyed[1], (obeyed[2],))


def _holds(papers: list[Paper]) -> list[_Hold]:
    """The holds of a container's declarations, in order of time."""
    found: list[_Hold] = []
    going: dict[str, Paper] = {}
    for paper in papers:
        if paper.state == DeclarationState.HELD:
            going.setdefault(paper.number, paper)
        elif paper.state in _ENDING and paper.number in going:
            held = going.pop(paper.number)
            found.append(_Hold(held, paper.at, f"declaration was {paper.state}", paper.record))
    return sorted([*found, *(_Hold(paper) for paper in going.values())], key=lambda h: (h.paper.at, h.paper.number))


def _obeyed(hold: _Hold, tests: list[Test]) -> tuple[int, str, str] | None:
    """When, how and by which record a hold was satisfied; None while it is not."""
    found = [(t.at, "inspection began", t.record) for t in tests
             if t.at >= hold.paper.at and t.kind != InspectionKind.ULTRASONIC and t.state != InspectionState.ORDERED]
    if hold.end:
        found.append((hold.end, hold.why, hold.record))
    return min(found, default=None)
