"""Rules over recorded days: what they raise there, as if they had been on. Nothing in the history is changed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from data_sources.history.errors import HistoryError
from data_sources.history.steps import STEP_MS, steps
from data_sources.history.store import History
from data_sources.rewind import Rewind
from twin.port_index import PortIndex
from twin.rules.base import Rule, RuleStatus
from twin.rules.registry import make_rules
from twin.twin import Twin
from twin.warnings import RiskWarning

LEAD_MS = 3_600_000
"""Rules with other parameters than those of the day need a while before they know the port: this much is played before
the time that counts, from the state the day itself left behind."""


@dataclass(frozen=True, slots=True)
class Run:
    """What rules raised in a stretch of time. `off`: rules that failed on the way, and why."""

    from_at: int
    to_at: int
    warnings: tuple[RiskWarning, ...]
    records: int
    off: tuple[RuleStatus, ...] = ()

    @property
    def hours(self) -> float:
        """Length of the stretch."""
        return (self.to_at - self.from_at) / 3_600_000.0


def run_rules(
    history: History, index: PortIndex, rules: Iterable[Rule], from_at: int, to_at: int, step_ms: int = STEP_MS,
) -> Run:
    """Plays a stretch of a history to a twin with these rules.

    Args:
        history: where the records are.
        index: the port they are of.
        rules: in the order in which they are to judge.
        from_at: warnings count that are noticed after this instant, ms UTC.
        to_at: the last instant, ms UTC.
        step_ms: how much time passes in a step of the twin; a warning is noticed at the end of one.

    Raises:
        HistoryError: it cannot be read, or holds nothing in that time.
    """
    days = history.days()
    if not any(day.first <= to_at and day.last > from_at for day in days):
        raise HistoryError("The history holds nothing in that time.")
    first = min(day.first for day in days)
    begin = max(first - 1, from_at - LEAD_MS)
    twin = Twin(index, make_rules())
    if begin >= first:
        Rewind(history, twin).to(begin)
    twin.use_rules(list(rules))
    records = 0
    for step in steps(history, begin, to_at, step_ms):
        twin.apply(step.batches, step.until)
        if step.until > from_at:
            records += sum(len(batch) for batch in step.batches)
    found = tuple(w for w in twin.warnings.all() if w.noticed_at > from_at)
    return Run(from_at, to_at, found, records, tuple(s for s in twin.rule_status.values() if not s.on))


def as_json(warning: RiskWarning) -> Mapping[str, Any]:
    """A warning as `rules run` tells it: what was found, where, when, on what evidence. Times ms UTC, places metres."""
    def place(value: float) -> float | None:
        return None if math.isnan(value) else round(value, 2)

    return {
        "rule": warning.rule, "rule_version": warning.rule_version, "subject_kind": warning.subject_kind,
        "subject": warning.subject, "place": {"x": place(warning.place_x), "y": place(warning.place_y),
                                              "zone": warning.zone},
        "raised_at": warning.raised_at, "noticed_at": warning.noticed_at, "cleared_at": warning.cleared_at,
        "overturned": warning.overturned, "severity": severity_found(warning), "facts": dict(warning.facts),
        "limits": [{"quantity": limit.quantity, "observed": limit.observed, "allowed": limit.allowed,
                    "unit": limit.unit, "parameter": limit.parameter} for limit in warning.limits],
        "evidence": list(warning.evidence),
    }


def severity_found(warning: RiskWarning) -> str:
    """How grave the rule found it; time alone may have moved it since."""
    return (warning.found_severity or warning.severity).value
