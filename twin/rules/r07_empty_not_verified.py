"""R07 empty-not-verified 空箱未验: an inbound empty container is taken away without the test that shows it is empty, or
although the test says that it is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from twin.records import InspectionResult, InspectionState, Kind, MoveEvent, Trade
from twin.rules import places
from twin.rules.base import Parameter, RuleSpec, Verdict, View
from twin.rules.cases import Case, Cases, Conclusion, Docket, among, touched
from twin.rules.removals import Removal, removals_of
from twin.rules.story import Paper, Test, declared_of, lifts_of, manifested_of, tests_of
from twin.state import State
from twin.tables import TRADES
from twin.warnings import Fact, Finding, Limit, Severity

RULE = RuleSpec(
    id="R07", zh="空箱未验", en="Empty not verified", severity=Severity.HIGH,
    reason="Inbound empty containers go their quick way only because each is tested: what is not empty is smuggled.",
    parameters=(
        Parameter("test_age_h", 720.0, "h", 1.0, 8_760.0, "a test older than this is of an earlier stay"),
    ),
    relies_on=(Kind.INSPECTION, Kind.MOVE, Kind.GATE_PASSAGE, Kind.CONTAINER, Kind.DECLARATION, Kind.MANIFEST),
)

_DOMESTIC = TRADES[Trade.DOMESTIC]
_HOUR_MS = 3_600_000
_NUMBER_LENGTH, _FLAG_AT = 18, 8  # of declarations; the ninth digit is 1 for those inwards


@dataclass(frozen=True, slots=True)
class _Memory:
    taken: frozenset[int] = frozenset()  # rows of empty containers that were lifted for exit or passed out
    cases: Cases = field(default_factory=dict)


class EmptyNotVerified:
    """The rule R07. Inbound is what was discharged from a vessel or declared inwards."""

    spec = RULE

    def __init__(self, parameters: Mapping[str, float] | None = None) -> None:
        self._parameters = RULE.values(parameters)

    def start(self) -> _Memory:
        """Nothing seen yet."""
        return _Memory()

    def judge(self, memory: _Memory, view: View) -> Verdict:
        """Looks at the empties that are taken away in this step, and at older ones of which something is heard."""
        moved = touched(view, Kind.MOVE, Kind.GATE_PASSAGE)
        c = view.state.containers
        empties = moved[~c.full[moved] & (c.trade[moved] != _DOMESTIC)]
        leaving = set(empties.tolist()) - memory.taken
        taken = memory.taken | {row for row in leaving if _is_taken(view.state, row)} if leaving else memory.taken
        papers = touched(view, Kind.INSPECTION, Kind.CONTAINER, Kind.DECLARATION, Kind.MANIFEST)
        suspects = set(among(moved, taken)) | set(among(papers, taken)) | set(among(papers, memory.cases))
        docket = Docket(dict(memory.cases))
        for row in sorted(suspects):
            docket.conclude(row, self._conclude(view.state, row))
        return docket.verdict(_Memory(taken, docket.cases))

    def _conclude(self, state: State, row: int) -> Conclusion:
        """Which removals of a container were not permitted by a test before them."""
        c = state.containers
        papers = [*manifested_of(state, row), *declared_of(state, row)]
        if c.full[row] or c.trade[row] == _DOMESTIC or not _inbound_empty(state, row, papers):
            return Conclusion(otherwise="is no inbound empty container")
        cases, tests = [], tests_of(state, row)
        otherwise, by = "", ""
        for removal in removals_of(state, row):
            known = [t for t in tests if t.at <= removal.begin and self._counts(t, removal)]
            done = [t for t in known if t.state == InspectionState.DONE]
            if done and done[-1].passed:
                otherwise, by = "was tested empty before", done[-1].record
                continue
            cases.append(self._case(state, row, removal, done[-1] if done else None, tests))
        return Conclusion(tuple(cases), otherwise or "was not taken away", (by,) if by else ())

    def _counts(self, test: Test, removal: Removal) -> bool:
        return test.at >= removal.begin - self._parameters["test_age_h"] * _HOUR_MS

    def _case(self, state: State, row: int, removal: Removal, last: Test | None, tests: list[Test]) -> Case:
        passed = removal.gate_at > 0
        number = str(state.containers.number[row])
        result = last.result if last is not None else "none"
        loaded = result == InspectionResult.LOADED
        place = places.first_known(
            places.of_slot(state, removal.slot), places.of_mover(state, removal.vehicle),
            places.of_gate(state, removal.gate))
        facts: dict[str, Fact] = {
            "cause": "tested_loaded" if loaded else "untested" if last is None else "not_verified",
            "container": number, "disagrees": "lift", "says": "taken away", "against": "inspection",
            "against_says": result}
        told = {"vehicle": removal.vehicle, "gate": removal.gate, "slot": removal.slot}
        facts.update({name: value for name, value in told.items() if value})
        evidence = (*removal.evidence, *((last.record,) if last is not None else ()))
        finding = Finding(
            rule=RULE.id, severity=Severity.CRITICAL if passed or loaded else RULE.severity, subject_kind="container",
            subject=number, at=removal.begin, incident=str(removal.begin), x=place[0], y=place[1],
            zone=state.zone_name(*place), eta_s=0.0 if passed else None, facts=facts, evidence=evidence,
            limits=(Limit("test_result", result, InspectionResult.EMPTY.value),))
        if removal.returned_at:
            return Case(finding, removal.returned_at, "container is back in the yard")
        later = next((t for t in tests if t.at > removal.begin and t.passed and not passed), None)
        if later is not None:
            return Case(finding, later.at, "was tested empty since", (later.record,))
        return Case(finding)


def _is_taken(state: State, row: int) -> bool:
    """Whether an empty container ever was lifted for exit or passed out."""
    return bool(removals_of(state, row))


def _inbound_empty(state: State, row: int, papers: list[Paper]) -> bool:
    """Whether a container is declared empty and came from abroad: by a vessel, or by the flag in its declaration's
    number (1 inwards, 0 outwards)."""
    if papers and not all(p.empty for p in papers):
        return False  # empty against full is R04's
    numbers = [p.number for p in papers if p.source == "declaration"]
    if any(len(n) == _NUMBER_LENGTH and n[_FLAG_AT] == "1" for n in numbers):
        return True
    return any(lift.event == MoveEvent.DISC for lift in lifts_of(state, row))
