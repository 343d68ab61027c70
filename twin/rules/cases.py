"""Cases: what is held against a subject, concluded anew from all facts each time, so that their order does not matter.

A rule of this kind looks at columns to find the few subjects that may offend, draws its conclusion about each of them
from everything known, and compares it with the conclusion before: what is new is found, what ended is cleared, what
nothing bears out any more is overturned.
"""

from __future__ import annotations

import math
from collections.abc import Container, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from twin.declarations import exploded
from twin.records import Kind
from twin.rules.base import Verdict, View
from twin.tables import Containers
from twin.warnings import Clearing, Finding

LATER = "other facts became known later"


@dataclass(frozen=True, slots=True)
class Case:
    """A finding, and when (device time, ms UTC; 0 while it goes on), why and by which records it ended."""

    finding: Finding
    ended_at: int = 0
    why: str = ""
    ended_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conclusion:
    """All cases against a subject. `otherwise`, `by`: why there is nothing (else) against it, and the records that say
    so. `look_at`: when time alone may change this (event clock, ms UTC), 0 never."""

    cases: tuple[Case, ...] = ()
    otherwise: str = LATER
    by: tuple[str, ...] = ()
    look_at: int = 0


Cases = Mapping[int, tuple[Case, ...]]
"""By container row."""

K = TypeVar("K", int, str)


@dataclass(slots=True)
class Docket(Generic[K]):
    """What comes of a step: the cases of each subject as they now stand, and what there is to tell."""

    cases: MutableMapping[K, tuple[Case, ...]]
    findings: list[Finding] = field(default_factory=list)
    clearings: list[Clearing] = field(default_factory=list)

    def conclude(self, subject: K, conclusion: Conclusion) -> None:
        """Takes the conclusion about a subject in place of the one before."""
        before = {case.finding.incident: case for case in self.cases.get(subject, ())}
        overturned = before.keys() - {case.finding.incident for case in conclusion.cases}
        for case in conclusion.cases:
            known = before.pop(case.finding.incident, None)
            again = known is not None and known.ended_at > 0 and case.ended_at == 0
            # what stands is told again after what does not, so that the warning says what stands
            news = known is None or again or bool(overturned) or not same(known.finding, case.finding)
            if news:
                self.findings.append(case.finding)
            if case.ended_at and (news or known is None or known.ended_at == 0):
                self._clear(case.finding, case.ended_at, case.why, False, case.ended_by)
        for gone in before.values():
            self._clear(gone.finding, gone.finding.at, conclusion.otherwise, True, conclusion.by)
        if conclusion.cases:
            self.cases[subject] = conclusion.cases
        else:
            self.cases.pop(subject, None)

    def _clear(self, finding: Finding, at: int, why: str, overturned: bool, by: tuple[str, ...]) -> None:
        self.clearings.append(Clearing(finding.rule, finding.subject, finding.incident, at, why, overturned, by))

    def verdict(self, memory: Any) -> Verdict:
        """The verdict with a rule's memory."""
        return Verdict(memory, tuple(self.findings), tuple(self.clearings))


def same(one: Finding, other: Finding) -> bool:
    """Whether two findings say the same; places that are not known are the same."""
    if math.isnan(one.x) and math.isnan(other.x):
        one, other = replace(one, x=0.0, y=0.0), replace(other, x=0.0, y=0.0)
    return one == other


def touched(view: View, *kinds: Kind) -> NDArray[np.int32]:
    """Rows of the containers that a step's records of some kinds name, sorted, each once; to be read only."""
    known = view.named.get(kinds)
    if known is not None:
        return known
    if len(kinds) == 1:
        containers = view.state.containers
        column = "containers" if kinds[0] in _SEVERAL else "container"
        pieces = [named(containers, batch.kind, batch[column]) for batch in view.batches.get(kinds[0], ())]
    else:
        pieces = [touched(view, kind) for kind in kinds if kind in view.batches]
    found = np.unique(np.concatenate(pieces)) if pieces else np.zeros(0, dtype=np.int32)
    found = found[found >= 0].astype(np.int32)
    found.flags.writeable = False
    view.named[kinds] = found
    return found


_SEVERAL = (Kind.GATE_PASSAGE, Kind.DECLARATION)


def named(containers: Containers, kind: Kind, column: NDArray[np.object_]) -> NDArray[np.int32]:
    """Container rows in a column of numbers, or of tuples of numbers. Shape (M,)."""
    return containers.known_rows(exploded(column)[0] if kind in _SEVERAL else column)


def among(rows: NDArray[np.int32], watched: Container[int]) -> list[int]:
    """Those of sorted `rows` that are watched: few rows, while there may be many to watch."""
    return [row for row in rows.tolist() if row in watched]


def due(look_at: Mapping[int, int], now: int) -> list[int]:
    """The subjects that time alone calls up."""
    return [subject for subject, at in look_at.items() if at <= now]


D = TypeVar("D", bound=np.generic)


def grown(column: NDArray[D], count: int, fill: float | bool = 0) -> NDArray[D]:
    """A copy of a memory's column by container row with at least `count` rows; new ones hold `fill`."""
    made = np.full(max(count, len(column)), fill, dtype=column.dtype)
    made[: len(column)] = column
    return made
