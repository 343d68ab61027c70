"""R09 image-suspect 审图异常: the review of an H986 image marks a difference from the declared goods, and the container
is moved all the same before anybody has looked inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from twin.records import DeclarationState, InspectionKind, InspectionResult, InspectionState, Kind
from twin.rules import places
from twin.rules.base import Parameter, RuleSpec, Verdict, View
from twin.rules.cases import Case, Cases, Conclusion, Docket, among, touched
from twin.rules.story import Lift, Test, declared_of, lifts_of, tests_of
from twin.state import State
from twin.warnings import Fact, Finding, Limit, Severity

RULE = RuleSpec(
    id="R09", zh="审图异常", en="Suspect image", severity=Severity.HIGH,
    reason="What an image shows otherwise than declared stays where it is until it is opened and looked at.",
    parameters=(
        Parameter("under_way_min", 2.0, "min", 0.0, 240.0, "a move this soon after the review was under way already"),
    ),
    relies_on=(Kind.INSPECTION, Kind.MOVE, Kind.DECLARATION),
)

_DOUBTFUL = (InspectionResult.SUSPECT, InspectionResult.DIFFERS)
_SETTLING = (DeclarationState.RELEASED, DeclarationState.REVOKED)


@dataclass(frozen=True, slots=True)
class _Memory:
    doubted: frozenset[int] = frozenset()  # container rows of which an image was ever doubted
    cases: Cases = field(default_factory=dict)


class ImageSuspect:
    """The rule R09. Moves to an inspection, and its moves back, are as they should be."""

    spec = RULE

    def __init__(self, parameters: Mapping[str, float] | None = None) -> None:
        self._parameters = RULE.values(parameters)

    def start(self) -> _Memory:
        """Nothing seen yet."""
        return _Memory()

    def judge(self, memory: _Memory, view: View) -> Verdict:
        """Looks at containers of which an image is doubted when anything is heard of them."""
        fresh: set[int] = set()
        for batch in view.batches.get(Kind.INSPECTION, ()):
            at = (batch["inspection_kind"] == InspectionKind.H986) & np.isin(batch["result"].astype(str), _DOUBTFUL)
            fresh.update(view.state.containers.known_rows(batch["container"][at]).tolist())
        doubted = memory.doubted | fresh if fresh else memory.doubted
        docket = Docket(dict(memory.cases))
        for row in among(touched(view, Kind.INSPECTION, Kind.MOVE, Kind.DECLARATION), doubted):
            docket.conclude(row, self._conclude(view.state, row))
        return docket.verdict(_Memory(doubted, docket.cases))

    def _conclude(self, state: State, row: int) -> Conclusion:
        """The doubted images after which the container was moved before the doubt was settled."""
        tests, lifts = tests_of(state, row), lifts_of(state, row)
        cases = []
        otherwise, by = "the image is not in doubt", ""
        for image in _doubted_images(tests):
            settled = _settled(state, row, image, tests)
            begin = image.at + self._parameters["under_way_min"] * 60_000.0
            until = settled[0] if settled is not None else None
            moves = [lift for lift in lifts
                     if lift.takes_away and lift.at > begin and (until is None or lift.at < until)]
            if moves:
                cases.append(self._case(state, row, image, moves, settled))
            elif settled is not None:
                otherwise, by = f"{settled[1]} before it was moved", settled[2]
        return Conclusion(tuple(cases), otherwise, (by,) if by else ())

    def _case(
        self, state: State, row: int, image: Test, moves: list[Lift], settled: tuple[int, str, str] | None,
    ) -> Case:
        first, number = moves[0], str(state.containers.number[row])
        x, y = places.first_known(places.of_slot(state, first.from_ref), places.of_mover(state, first.from_ref),
                                  places.of_mover(state, first.to_ref))
        gone = any(lift.leaves for lift in moves)
        facts: dict[str, Fact] = {
            "cause": "left" if gone else "moved", "container": number, "order": image.order, "disagrees": "lift",
            "says": first.doing, "against": "inspection", "against_says": image.result, "slot": first.from_ref,
            "to": first.to_ref, "difference_min": round((first.at - image.at) / 60_000.0, 1)}
        finding = Finding(
            rule=RULE.id, severity=Severity.CRITICAL if gone else RULE.severity, subject_kind="container",
            subject=number, at=first.at, incident=image.order, x=x, y=y, zone=state.zone_name(x, y),
            eta_s=0.0 if gone else None, facts=facts, evidence=(image.record, *(lift.record for lift in moves)),
            limits=(Limit("move_purpose", first.doing, "inspection"),
                    Limit("image_result", image.result, InspectionResult.CLEAR.value)))
        if settled is None:
            return Case(finding)
        return Case(finding, settled[0], settled[1], (settled[2],))


def _doubted_images(tests: list[Test]) -> list[Test]:
    """The H986 reviews whose last word is doubt, by order."""
    last = {t.order: t for t in tests if t.kind == InspectionKind.H986 and t.state == InspectionState.DONE}
    return [t for t in last.values() if t.result in _DOUBTFUL]


def _settled(state: State, row: int, image: Test, tests: list[Test]) -> tuple[int, str, str] | None:
    """When, how and by which record the doubt was settled: opened and looked at, scanned again without finding, or
    decided by customs. None while it is not."""
    found = [
        (t.at, "was opened and looked at" if t.by_hand else "was scanned again and is clear", t.record)
        for t in tests if t.at > image.at and t.state == InspectionState.DONE
        and (t.by_hand or (t.kind == InspectionKind.H986 and t.result == InspectionResult.CLEAR))]
    found += [(d.at, f"declaration was {d.state}", d.record) for d in declared_of(state, row)
              if d.at > image.at and d.state in _SETTLING]
    return min(found, default=None)
