"""R00 random-control 随机抽查: gate passages drawn by chance, so that what the other rules miss can be measured.

Of the passages of containers under supervision a share is drawn for each rule; each drawn one is a warning to look at
that container for what the rule is about. How often those looks find something (`twin.hygiene.controls`) is the rate
against which the rule's own precision is measured: a rule that is right no more often than chance is worth nothing.

The draw is a hash of the visit and a key, so the same passage is drawn again whenever, wherever and in whatever order
its records come, and nobody who does not know the key can foretell it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from twin.records import GateDecision, InspectionKind, InspectionState, Kind, Trade
from twin.rules import places
from twin.rules.base import Parameter, RuleSpec, Verdict, View
from twin.rules.cases import Case, Cases, Conclusion, Docket, among, touched
from twin.rules.story import Passage, passages_of, tests_of
from twin.state import State
from twin.tables import TRADES
from twin.warnings import Finding, Limit, Severity

CONTROLLED = ("R01", "R03", "R04", "R05", "R06", "R07", "R08", "R09")
"""The rules that a look at a container at a gate can confirm or refute."""

RULE = RuleSpec(
    id="R00", zh="随机抽查", en="Random control", severity=Severity.LOW,
    reason="Customs measure compliance to support risk management (revised Kyoto Convention, general annex, standard "
           "6.5): only looks drawn at random show what the rules miss.",
    parameters=(
        *(Parameter(f"{rule.lower()}_share", 0.0, "1", 0.0, 1.0, f"share of the visits that is looked at for {rule}")
          for rule in CONTROLLED),
        Parameter("key", 0.0, "1", 0.0, 1e9, "decides which are drawn; whoever does not know it cannot foretell them"),
    ),
    relies_on=(Kind.GATE_PASSAGE, Kind.CONTAINER, Kind.INSPECTION),
)

_SUPERVISED = [TRADES[t] for t in (Trade.FOREIGN, Trade.TRANSIT, Trade.TRANSSHIPMENT)]


@dataclass(frozen=True, slots=True)
class _Memory:
    cases: Cases = field(default_factory=dict)


class RandomControl:
    """The rule R00. The subject is the container; a visit is one direction of one order or truck."""

    spec = RULE

    def __init__(self, parameters: Mapping[str, float] | None = None) -> None:
        values = RULE.values(parameters)
        self._shares = {rule: values[f"{rule.lower()}_share"] for rule in CONTROLLED}
        self._key = f"{values['key']:.0f}"

    def start(self) -> _Memory:
        """Nothing drawn yet."""
        return _Memory()

    def judge(self, memory: _Memory, view: View) -> Verdict:
        """Draws among the step's passages, and looks again at those drawn of which more became known."""
        if not any(self._shares.values()):
            return Verdict(memory)
        suspects = set(touched(view, Kind.GATE_PASSAGE, Kind.CONTAINER).tolist())
        suspects.update(among(touched(view, Kind.INSPECTION), memory.cases))
        docket = Docket(dict(memory.cases))
        for row in sorted(suspects):
            docket.conclude(row, self._conclude(view.state, row))
        return docket.verdict(_Memory(docket.cases))

    def _conclude(self, state: State, row: int) -> Conclusion:
        if int(state.containers.trade[row]) not in _SUPERVISED:
            return Conclusion(otherwise="is not under supervision")
        visits: dict[str, Passage] = {}
        for passage in passages_of(state, row):
            if passage.decision == GateDecision.RAISE:
                visits.setdefault(f"{passage.order or passage.plate}-{passage.direction}", passage)
        cases = (self._case(state, row, visit, passage) for visit, passage in visits.items())
        return Conclusion(tuple(case for case in cases if case is not None))

    def _case(self, state: State, row: int, visit: str, passage: Passage) -> Case | None:
        """The control of a visit, None if it is not drawn; over once the container was inspected."""
        number = str(state.containers.number[row])
        draw = drawn(self._key, number, visit)
        rules = [rule for rule, share in self._shares.items() if draw < share]
        if not rules:
            return None
        x, y = places.first_known(places.of_gate(state, passage.gate, passage.lane))
        finding = Finding(
            rule=RULE.id, severity=RULE.severity, subject_kind="container", subject=number, at=passage.at,
            incident=visit, x=x, y=y, zone=state.zone_name(x, y), evidence=(passage.record,),
            facts={"container": number, "vehicle": passage.plate, "gate": passage.gate, "direction": passage.direction,
                   "control_of": " ".join(rules)},
            limits=tuple(Limit("draw", round(draw, 6), self._shares[rule], "1", f"{rule.lower()}_share")
                         for rule in rules))
        looked = next((t for t in tests_of(state, row) if t.at > passage.at and t.state == InspectionState.DONE
                       and t.kind != InspectionKind.ULTRASONIC), None)
        return Case(finding) if looked is None else Case(finding, looked.at, "inspected since", (looked.record,))


def drawn(key: str, container: str, visit: str) -> float:
    """A number of [0, 1) that depends on nothing but these three, evenly spread.

    One number serves all rules, so that a visit drawn for a small share is drawn for every larger one, too: the fewest
    looks for what they tell.
    """
    digest = hashlib.blake2b(f"{key}|{container}|{visit}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64
