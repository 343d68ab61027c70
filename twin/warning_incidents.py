"""What each incident of a warning said: so that one which proves to be none takes its own date and facts with it."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from twin.warnings import Fact, Finding, Limit, Severity


@dataclass(frozen=True, slots=True)
class Told:
    """What was found of one incident, or of several together. `at`: device time, ms UTC; `x`, `y`: metres, NaN unknown;
    `severity`: the gravest that was found."""

    at: int
    severity: Severity
    x: float
    y: float
    zone: str
    facts: Mapping[str, Fact]
    limits: tuple[Limit, ...]


def told(finding: Finding) -> Told:
    """What one finding says."""
    return Told(finding.at, finding.severity, finding.x, finding.y, finding.zone,
                MappingProxyType(dict(finding.facts)), finding.limits)


def joined(earlier: Told, later: Told) -> Told:
    """Both together: since the first of them; place, facts and limits of the later one where it has any."""
    x, y, zone = (later.x, later.y, later.zone) if later.x == later.x else (earlier.x, earlier.y, earlier.zone)
    return Told(
        min(earlier.at, later.at), min(earlier.severity, later.severity, key=lambda s: s.rank), x, y, zone,
        MappingProxyType({**earlier.facts, **later.facts}), later.limits or earlier.limits)


def together(incidents: Iterable[Told]) -> Told:
    """All of them, in the order in which they were last heard of. At least one."""
    return functools.reduce(joined, incidents)
