"""What time does to a warning: an unseen one grows graver, one whose condition is over loses weight, shelvings end.

All instants are of the event clock, so that a replay does the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from twin.warnings import CLOCK, RiskWarning, Severity, Step, Verb, WarningState

_MINUTE_MS = 60_000
_GRAVER = {Severity.LOW: Severity.MEDIUM, Severity.MEDIUM: Severity.HIGH, Severity.HIGH: Severity.CRITICAL}
_LIGHTER = {graver: lighter for lighter, graver in _GRAVER.items()}


@dataclass(frozen=True, slots=True)
class Timing:
    """Minutes after which an unacknowledged, active warning of a severity goes up one step, and minutes after which an
    acknowledged one whose condition has cleared goes down one; a severity left out stays as it is."""

    unseen_min: Mapping[Severity, float] = field(
        default_factory=lambda: MappingProxyType({Severity.HIGH: 15.0, Severity.MEDIUM: 60.0, Severity.LOW: 240.0}))
    cleared_min: Mapping[Severity, float] = field(
        default_factory=lambda: MappingProxyType(
            {Severity.CRITICAL: 60.0, Severity.HIGH: 60.0, Severity.MEDIUM: 120.0}))


def due(warning: RiskWarning, timing: Timing) -> Step | None:
    """The next step that time will make of an open warning, with the instant at which it is due; None if none.

    It is never due before the last step: what comes back from the shelf overdue moves at once, not in hindsight.
    """
    steps = [step for step in (_expiry(warning), _escalation(warning, timing), _downgrade(warning, timing)) if step]
    first = min(steps, key=lambda step: step.at, default=None)
    return None if first is None else replace(first, at=max(first.at, warning.history[-1].at))


def _expiry(warning: RiskWarning) -> Step | None:
    return Step(Verb.EXPIRE, warning.shelf.until, CLOCK) if warning.shelf is not None else None


def _escalation(warning: RiskWarning, timing: Timing) -> Step | None:
    minutes, graver = timing.unseen_min.get(warning.severity), _GRAVER.get(warning.severity)
    if minutes is None or graver is None or warning.shelved or not warning.active:
        return None
    if warning.state is not WarningState.RAISED:
        return None
    moved = [s.at for s in warning.history if s.verb in (Verb.RAISE, Verb.ESCALATE, Verb.DOWNGRADE, Verb.EXPIRE)]
    return Step(Verb.ESCALATE, max(moved) + round(minutes * _MINUTE_MS), CLOCK, graver.value)


def _downgrade(warning: RiskWarning, timing: Timing) -> Step | None:
    minutes, lighter = timing.cleared_min.get(warning.severity), _LIGHTER.get(warning.severity)
    if minutes is None or lighter is None or warning.active or warning.cleared_at is None:
        return None
    if warning.state is WarningState.RAISED:
        return None
    moved = [s.at for s in warning.history if s.verb in (Verb.ACKNOWLEDGE, Verb.DOWNGRADE)]
    since = max(warning.cleared_at, *moved) if moved else warning.cleared_at
    return Step(Verb.DOWNGRADE, since + round(minutes * _MINUTE_MS), CLOCK, lighter.value)
