"""Spans: stretches of time in which something was wrong with a subject, as concluded anew from all that is known.

A rule that concludes spans need not care in which order records came: what it concludes now is set against what was
told before, and only the difference becomes findings and clearings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from twin.rules.cases import same
from twin.warnings import Clearing, Finding

OVERTURNED = "a record that came late shows that it was not so"


@dataclass(frozen=True, slots=True)
class Span:
    """Something wrong from `finding.at` until `end` (device time, ms UTC; 0 while it goes on). The incident of the
    finding is filled in when it is told. reason, ended_by: why it ended, and the records that say so."""

    cause: str
    finding: Finding
    end: int = 0
    reason: str = ""
    ended_by: tuple[str, ...] = ()


@dataclass(slots=True)
class Settled:
    """What is told of a subject from now on, and the difference to what was told before."""

    told: tuple[Span, ...]
    findings: list[Finding]
    clearings: list[Clearing]


def settle(told: Sequence[Span], concluded: Sequence[Span], history_until: int = 0) -> Settled:
    """Sets what is concluded of a subject against what was told of it.

    A span is the same as one told before if both have one cause and overlap in time. Of those told but no longer
    concluded, the ones that ended by `history_until` (ms UTC) are history and stay; the others are overturned.
    """
    left = list(told)
    now: list[Span] = []
    settled = Settled((), [], [])
    for found in sorted(concluded, key=lambda s: (s.finding.at, s.cause)):
        known = next((t for t in left if t.cause == found.cause and _overlap(t, found)), None)
        if known is not None:
            left.remove(known)
        incident = known.finding.incident if known is not None else f"{found.cause}-{found.finding.at}"
        span = replace(found, finding=replace(found.finding, incident=incident))
        now.append(span)
        news = known is None or _says_more(known, span)
        if news:
            settled.findings.append(span.finding)
        if span.end and (news or known is None or not known.end):
            settled.clearings.append(Clearing(
                span.finding.rule, span.finding.subject, incident, span.end, span.reason, evidence=span.ended_by))
    for gone in left:
        if 0 < gone.end <= history_until:
            now.append(gone)
        else:
            settled.clearings.append(Clearing(
                gone.finding.rule, gone.finding.subject, gone.finding.incident, gone.finding.at, OVERTURNED,
                overturned=True))
    settled.told = tuple(now)
    return settled


def _overlap(one: Span, other: Span) -> bool:
    starts_before_end = other.end == 0 or one.finding.at <= other.end
    return starts_before_end and (one.end == 0 or other.finding.at <= one.end)


def _says_more(known: Span, span: Span) -> bool:
    """Whether a span told before must be told again: it goes on after all, began earlier, or goes on otherwise."""
    if span.end:
        return span.finding.at < known.finding.at
    return bool(known.end) or not same(span.finding, known.finding)
