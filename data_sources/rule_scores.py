"""How good the rules are where the truth is known: what of the injected they found, and what they raised for nothing.

A warning belongs to an incident when its rule is that of the incident, it is about one of its subjects, and it was
raised while the incident lasted or shortly after. A warning of another rule about the subjects of an incident is a
consequence of it (a container that is removed also breaks its fence), neither found nor false.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twin.warnings import RiskWarning

BEFORE_MS, AFTER_MS = 60_000, 2 * 3_600_000
"""A warning may be dated somewhat before the incident as the truth has it, and come until so long after its end."""


class TruthError(Exception):
    """A truth file cannot be used: one sentence that names file, line and field."""


@dataclass(frozen=True, slots=True)
class Incident:
    """What was injected. Times ms UTC; `to_ms` None where it lasted on. `subjects`: all that were part of it."""

    rule: str
    subject: str
    subjects: frozenset[str]
    from_ms: int
    to_ms: int | None


@dataclass(frozen=True, slots=True)
class Score:
    """Figures of one rule, or of all. `delays_s`: event time from the incident to the warning."""

    injected: int
    found: int
    false: int
    consequences: int
    delays_s: tuple[float, ...]

    @property
    def delay_s_median(self) -> float | None:
        """None when nothing was found."""
        return round(statistics.median(self.delays_s), 3) if self.delays_s else None


@dataclass(frozen=True, slots=True)
class Scores:
    """What came of a comparison. `missed` and `false`: which they were, so that each can be looked at."""

    rules: Mapping[str, Score]
    recall: float | None
    precision: float | None
    delay_s_median: float | None
    warnings: int
    missed: tuple[Incident, ...]
    false: tuple[RiskWarning, ...]


def read_truth(file: Path) -> tuple[Incident, ...]:
    """The incidents of a truth file; lines that say an incident did not come about are passed over.

    Raises TruthError.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError) as problem:
        raise TruthError(f"The truth file {str(file)!r} cannot be read: {problem}.") from None
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            told: dict[str, Any] = json.loads(line)
            if not told.get("injected", True):
                continue
            subjects = frozenset([str(told["subject"]), *map(str, told.get("related", ()))])
            end = told["to_ms"]
            found.append(Incident(str(told["rule"]), str(told["subject"]), subjects, int(told["from_ms"]),
                                  None if end is None else int(end)))
        except (ValueError, TypeError, KeyError, AttributeError) as problem:
            raise TruthError(f"{file.name}, line {number}: no incident can be read from it ({problem!r}).") from None
    return tuple(found)


def score(warnings: Sequence[RiskWarning], incidents: Sequence[Incident], rules: Iterable[str]) -> Scores:
    """Compares what was raised with what was injected. `rules`: the ids to give figures for."""
    delays: dict[int, float] = {}  # incident to the shortest delay
    false: list[RiskWarning] = []
    consequences: list[RiskWarning] = []
    by_subject: dict[str, list[int]] = {}
    for number, incident in enumerate(incidents):
        for subject in incident.subjects:
            by_subject.setdefault(subject, []).append(number)
    for warning in warnings:
        if warning.overturned:
            continue
        near = {n for name in _names(warning) for n in by_subject.get(name, ()) if _meets(warning, incidents[n])}
        own = [n for n in near if incidents[n].rule == warning.rule]
        for n in own:
            delay_s = max(0.0, (warning.noticed_at - incidents[n].from_ms) / 1000.0)
            delays[n] = min(delay_s, delays.get(n, delay_s))
        if not own:
            (consequences if near else false).append(warning)
    standing = [w for w in warnings if not w.overturned]
    figures = {
        rule: Score(
            sum(i.rule == rule for i in incidents),
            sum(incidents[n].rule == rule for n in delays),
            sum(w.rule == rule for w in false),
            sum(w.rule == rule for w in consequences),
            tuple(sorted(d for n, d in delays.items() if incidents[n].rule == rule)))
        for rule in rules}
    missed = tuple(i for n, i in enumerate(incidents) if n not in delays)
    return Scores(
        figures,
        len(delays) / len(incidents) if incidents else None,
        1.0 - len(false) / len(standing) if standing else None,
        round(statistics.median(delays.values()), 3) if delays else None,
        len(standing), missed, tuple(false))


def _names(warning: RiskWarning) -> set[str]:
    """The subject of a warning and whatever else its facts name."""
    named = {warning.subject}
    for fact in ("container", "vehicle", "seal", "declaration", "trip", "device"):
        named.update(str(warning.facts.get(fact, "")).split())
    return named


def _meets(warning: RiskWarning, incident: Incident) -> bool:
    end = incident.to_ms if incident.to_ms is not None else incident.from_ms
    return incident.from_ms - BEFORE_MS <= warning.raised_at <= max(end, incident.from_ms) + AFTER_MS or (
        incident.to_ms is None and warning.raised_at >= incident.from_ms - BEFORE_MS)
