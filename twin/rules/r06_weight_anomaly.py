"""R06 weight-anomaly 重量异常: a weighbridge finds a truck far from what its containers were declared to weigh."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from twin.declarations import exploded
from twin.records import GateDecision, InspectionKind, InspectionState, Kind, Trade
from twin.rules import places
from twin.rules.base import Parameter, RuleSpec, Verdict, View
from twin.rules.cases import Case, Cases, Conclusion, Docket, among, touched
from twin.rules.declared_weights import DeclaredWeights, sums
from twin.rules.story import Paper, Passage, declared_of, manifested_of, passages_of, slot_at, tests_of
from twin.state import State
from twin.tables import TRADES
from twin.warnings import Fact, Finding, Limit, Severity

RULE = RuleSpec(
    id="R06", zh="重量异常", en="Weight anomaly", severity=Severity.HIGH,
    reason="Goods must weigh what was declared (Customs Law, article 24); weight is what hidden goods cannot hide.",
    parameters=(
        Parameter("truck_kg", 15_600.0, "kg", 5_000.0, 30_000.0, "a tractor with its empty trailer"),
        Parameter("least_kg", 1_500.0, "kg", 100.0, 20_000.0, "differences up to this are of trucks, fuel and scales"),
        Parameter("share", 0.05, "1", 0.0, 1.0, "differences up to this share of the declared weight are usual"),
    ),
    relies_on=(Kind.GATE_PASSAGE, Kind.MANIFEST, Kind.DECLARATION, Kind.CONTAINER, Kind.INSPECTION),
)

_SUPERVISED = [TRADES[t] for t in (Trade.FOREIGN, Trade.TRANSIT, Trade.TRANSSHIPMENT)]


@dataclass(frozen=True, slots=True)
class _Memory:
    declared: DeclaredWeights = field(default_factory=DeclaredWeights)
    weighed: frozenset[int] = frozenset()  # container rows that passed a weighbridge
    beside: Mapping[int, int] = field(default_factory=dict)  # by the second container on a truck, the first
    cases: Cases = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Weighing:
    """A passage beside what the papers of that time say. `kg`: of the containers alone."""

    passage: Passage
    kg: float
    declared_kg: float
    papers: tuple[Paper, ...]
    allowed_kg: float

    @property
    def excess_kg(self) -> float:
        """Kilograms more than declared."""
        return self.kg - self.declared_kg

    @property
    def wrong(self) -> bool:
        """Whether the difference is too large."""
        return abs(self.excess_kg) > self.allowed_kg


class WeightAnomaly:
    """The rule R06. The subject is the container; of two on a truck the first, since a scale cannot tell them apart."""

    spec = RULE

    def __init__(self, parameters: Mapping[str, float] | None = None) -> None:
        self._parameters = RULE.values(parameters)

    def start(self) -> _Memory:
        """Nothing seen yet."""
        return _Memory()

    def judge(self, memory: _Memory, view: View) -> Verdict:
        """Compares the step's weighings with what is declared, and older ones with what is declared anew."""
        declared, news = memory.declared.with_papers(view)
        suspects, weighed, beside = self._suspects(view, declared)
        known, pairs = memory.weighed | weighed, {**memory.beside, **beside}
        suspects |= known.intersection(news.tolist()) | known.intersection(touched(view, Kind.CONTAINER).tolist())
        suspects |= {pairs[row] for row in suspects if row in pairs}
        suspects |= set(among(touched(view, Kind.GATE_PASSAGE, Kind.INSPECTION), memory.cases))
        docket = Docket(dict(memory.cases))
        for row in sorted(suspects):
            docket.conclude(row, self._conclude(view.state, row))
        return docket.verdict(_Memory(declared, known, pairs, docket.cases))

    def _suspects(self, view: View, declared: DeclaredWeights) -> tuple[set[int], frozenset[int], dict[int, int]]:
        """The containers on trucks that are not surely within measure, all that were weighed, and the first containers
        of pairs by the second.
        """
        suspects: set[int] = set()
        weighed: set[int] = set()
        beside: dict[int, int] = {}
        c = view.state.containers
        for batch in view.batches.get(Kind.GATE_PASSAGE, ()):
            names, of = exploded(batch["containers"])
            rows = c.known_rows(names)
            weighed.update(rows.tolist())
            second = np.flatnonzero(of[1:] == of[:-1]) + 1
            beside.update(zip(rows[second].tolist(), rows[second - 1].tolist(), strict=True))
            count = len(batch)
            kg = batch["weight_kg"] - self._parameters["truck_kg"]
            fine = np.ones(count, dtype=bool)
            for column in (declared.least, declared.most):
                expected = sums(column, rows, of, count)
                fine &= np.abs(kg - expected) <= self._allowed(expected)
            suspects.update(rows[(~fine)[of] & np.isin(c.trade[rows], _SUPERVISED)].tolist())
        return suspects, frozenset(weighed), beside

    def _allowed(self, declared_kg: NDArray[np.float64]) -> NDArray[np.float64]:
        """The differences that pass, kilograms. Shape (N,)."""
        return np.maximum(self._parameters["least_kg"], self._parameters["share"] * declared_kg)

    def _conclude(self, state: State, row: int) -> Conclusion:
        """All visits of a container to a gate in which its truck weighed wrong. The last reading of a visit counts."""
        if int(state.containers.trade[row]) not in _SUPERVISED:
            return Conclusion(otherwise="is not under supervision")
        visits: dict[str, list[_Weighing]] = {}
        otherwise, by = "", ""
        for passage in passages_of(state, row):
            if passage.containers[0] != state.containers.number[row]:
                continue  # told of the other one on the truck
            if slot_at(state, row, passage.at)[0]:
                otherwise = "stood in the yard, so that it was another one on the truck"
                continue  # a wrong number is R05's matter
            weighing = self._weighing(state, passage, passage.at)
            if weighing is not None:
                visits.setdefault(f"{passage.order or passage.plate}-{passage.direction}", []).append(weighing)
                if not weighing.wrong:
                    otherwise, by = "weight is as declared", weighing.papers[0].record
        cases = [self._case(state, row, key, readings) for key, readings in visits.items()
                 if any(w.wrong for w in readings)]
        return Conclusion(tuple(cases), otherwise or "nothing is declared", (by,) if by else ())

    def _weighing(self, state: State, passage: Passage, at: int) -> _Weighing | None:
        """A passage beside the papers that held at a time; None where one of its containers has none."""
        papers = [_paper(state, state.containers.row_of.get(name, -1), at) for name in passage.containers]
        held = tuple(p for p in papers if p is not None)
        if len(held) < len(papers):
            return None
        declared = sum(p.kg for p in held)
        allowed = max(self._parameters["least_kg"], self._parameters["share"] * declared)
        return _Weighing(passage, passage.weight_kg - self._parameters["truck_kg"], declared, held, allowed)

    def _case(self, state: State, row: int, key: str, readings: list[_Weighing]) -> Case:
        wrong = next(w for w in readings if w.wrong)
        finding = self._finding(state, row, key, wrong)
        last = readings[-1]
        if not last.wrong:
            return Case(finding, last.passage.at, "weighed again as declared", (last.passage.record,))
        amended = [p for p in (*declared_of(state, row), *manifested_of(state, row)) if p.at > wrong.passage.at]
        for paper in sorted(amended, key=lambda p: p.at):
            again = self._weighing(state, wrong.passage, paper.at)
            if again is not None and not again.wrong:
                return Case(finding, paper.at, "declaration was amended", (paper.record,))
        opened = next((t for t in tests_of(state, row) if t.at > wrong.passage.at and t.state == InspectionState.DONE
                       and t.kind != InspectionKind.ULTRASONIC), None)
        if opened is not None:
            return Case(finding, opened.at, "inspected since", (opened.record,))
        return Case(finding)

    def _finding(self, state: State, row: int, key: str, weighing: _Weighing) -> Finding:
        passage, number = weighing.passage, str(state.containers.number[row])
        x, y = places.first_known(places.of_gate(state, passage.gate, passage.lane))
        facts: dict[str, Fact] = {
            "cause": "heavier" if weighing.excess_kg > 0 else "lighter", "container": number, "vehicle": passage.plate,
            "gate": passage.gate, "direction": passage.direction, "disagrees": "gate", "says": round(weighing.kg),
            "against": weighing.papers[0].source, "against_says": round(weighing.declared_kg),
            "difference_kg": round(weighing.excess_kg)}
        if weighing.papers[0].empty and weighing.excess_kg > 0:
            facts["cause"] = "declared_empty"
        if len(passage.containers) > 1:
            facts["containers"] = " ".join(passage.containers)
        proportion = self._parameters["share"] * weighing.declared_kg > self._parameters["least_kg"]
        raised = passage.decision == GateDecision.RAISE and passage.out
        return Finding(
            rule=RULE.id, severity=RULE.severity, subject_kind="container", subject=number, at=passage.at, incident=key,
            x=x, y=y, zone=state.zone_name(x, y), eta_s=0.0 if raised else None, facts=facts,
            evidence=(passage.record, *(p.record for p in weighing.papers)),
            limits=(Limit("weight_difference", math.ceil(abs(weighing.excess_kg)), math.floor(weighing.allowed_kg),
                          "kg", "share" if proportion else "least_kg"),))


def _paper(state: State, row: int, at: int) -> Paper | None:
    """The paper that said at a time what a container weighs: its newest declaration, else manifest line, of those dated
    until then; else the first dated later."""
    papers = [p for p in (*manifested_of(state, row), *declared_of(state, row)) if p.kg == p.kg] if row >= 0 else []
    until = [p for p in papers if p.at <= at]
    declared = [p for p in until if p.source == "declaration"]
    if declared or until:
        return (declared or until)[-1]
    return min(papers, key=lambda p: (p.at, p.record), default=None)
