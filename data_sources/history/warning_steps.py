"""The steps of warnings as rows of the history: what the rules raised and what operators did about it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from data_sources.history.values import WarningStep
from twin.warnings import RiskWarning


class StepLog:
    """Tells the steps of warnings that were not told before."""

    def __init__(self) -> None:
        self._told: dict[str, int] = {}  # steps told, by warning

    def fresh(self, warnings: Iterable[RiskWarning]) -> list[WarningStep]:
        """The new steps of warnings that changed, in order of each."""
        found: list[WarningStep] = []
        for warning in warnings:
            told = self._told.get(warning.id, 0)
            self._told[warning.id] = len(warning.history)
            found += (_row(warning, number) for number in range(told, len(warning.history)))
        return found


def _row(warning: RiskWarning, number: int) -> WarningStep:
    step = warning.history[number]
    detail = {"severity": warning.severity.value, "raised_at": warning.raised_at, "number": number, "until": step.until,
              "subject_kind": warning.subject_kind, "zone": warning.zone}
    return WarningStep(
        warning.id, warning.rule, warning.subject, step.at, step.verb.value, step.by, step.note,
        msgspec.json.encode(detail).decode())
