"""How well the warnings serve those who watch: how many an hour, floods, who talks most, what waits, how often right.

The measures are those of alarm management: GB/T 41261 (IEC 62682) and EEMUA publication 191, which call ten alarms in
ten minutes a flood and more than six an hour for one operator too many.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from twin.warning_life import verdict
from twin.warnings import RiskWarning, WarningState

HOUR_MS = 3_600_000
FLOOD_COUNT, FLOOD_MS = 10, 600_000
"""So many warnings in so long are a flood; it lasts until fewer than half as many come in that time."""
STALE_MS = 24 * HOUR_MS
"""A warning open for so long is stale: nobody works on it, or it should not be one."""
CONTROL = "R00"
"""The rule that draws passages at random: its warnings measure the others."""
MOST_AN_HOUR = 6.0
"""Warnings one operator can deal with in an hour, on average over a shift."""


@dataclass(frozen=True, slots=True)
class Flood:
    """From its first warning to its last (ms UTC, when they were noticed) and how many there were."""

    from_at: int
    to_at: int
    count: int


@dataclass(frozen=True, slots=True)
class Precision:
    """What became of a rule's decided warnings."""

    right: int
    wrong: int

    @property
    def share(self) -> float | None:
        """Right ones of all decided, None before any was."""
        decided = self.right + self.wrong
        return self.right / decided if decided else None


@dataclass(frozen=True, slots=True)
class Hygiene:
    """The figures of a stretch of time. `per_operator_hour`: warnings noticed in it; `flood_share`: of them in floods;
    `top_talkers`: (rule, subject) and count; `longest_unacknowledged`, `stale`: open ones, the longest first;
    `controls`: decided random controls by the rule they were for."""

    from_at: int
    to_at: int
    raised: int
    per_operator_hour: float
    floods: tuple[Flood, ...]
    flood_share: float
    by_rule: tuple[tuple[str, int], ...]
    by_zone: tuple[tuple[str, int], ...]
    top_talkers: tuple[tuple[tuple[str, str], int], ...]
    unacknowledged: int
    longest_unacknowledged: tuple[RiskWarning, ...]
    stale: tuple[RiskWarning, ...]
    precision: dict[str, Precision]
    controls: dict[str, Precision]


def hygiene(warnings: Iterable[RiskWarning], from_at: int, to_at: int, operators: int = 1, most: int = 5) -> Hygiene:
    """The figures of the time from `from_at` (inclusive) to `to_at` (exclusive), ms UTC on the event clock.

    operators: how many share the work, at least one. most: length of the lists of talkers and waiting ones.
    Raises ValueError for an empty stretch or nobody to do the work.
    """
    if to_at <= from_at or operators < 1:
        raise ValueError("figures need a stretch of time and somebody at work")
    everything = list(warnings)
    within = sorted((w for w in everything if from_at <= w.noticed_at < to_at), key=lambda w: w.noticed_at)
    flooded = floods([w.noticed_at for w in within])
    waiting = sorted((w for w in everything if w.state is WarningState.RAISED and not w.shelved),
                     key=lambda w: w.noticed_at)
    stale = sorted((w for w in everything if w.open and to_at - w.noticed_at >= STALE_MS), key=lambda w: w.noticed_at)
    return Hygiene(
        from_at, to_at, len(within), len(within) / operators / ((to_at - from_at) / HOUR_MS), flooded,
        sum(f.count for f in flooded) / len(within) if within else 0.0,
        tuple(Counter(w.rule for w in within).most_common()),
        tuple(Counter(w.zone for w in within if w.zone).most_common()),
        tuple(Counter((w.rule, w.subject) for w in everything for s in w.history
                      if s.verb in ("raise", "update") and from_at <= s.at < to_at).most_common(most)),
        len(waiting), tuple(waiting[:most]), tuple(stale[:most]), precision(everything, from_at, to_at),
        controls(everything, from_at, to_at))


def precision(warnings: Iterable[RiskWarning], from_at: int, to_at: int) -> dict[str, Precision]:
    """How often each rule was right, of its warnings noticed in a stretch of time and decided by now, by rule id."""
    right, wrong = Counter[str](), Counter[str]()
    for warning in warnings:
        if warning.rule != CONTROL and from_at <= warning.noticed_at < to_at:
            decided = verdict(warning)
            if decided is not None:
                (right if decided else wrong)[warning.rule] += 1
    return {rule: Precision(right[rule], wrong[rule]) for rule in sorted({*right, *wrong})}


def controls(warnings: Iterable[RiskWarning], from_at: int, to_at: int) -> dict[str, Precision]:
    """How often a look at a passage drawn at random found what a rule is about, by that rule's id.

    Of random controls noticed in a stretch of time and decided by now. The share is the rate against which the rule's
    own precision stands; what is right here the rule ought to have found.
    """
    right, wrong = Counter[str](), Counter[str]()
    for warning in warnings:
        if warning.rule == CONTROL and from_at <= warning.noticed_at < to_at:
            decided = verdict(warning)
            if decided is not None:
                (right if decided else wrong).update(str(warning.facts.get("control_of", "")).split())
    return {rule: Precision(right[rule], wrong[rule]) for rule in sorted({*right, *wrong})}


def floods(instants: Sequence[int]) -> tuple[Flood, ...]:
    """The floods among instants in order (ms UTC)."""
    found: list[Flood] = []
    recent: deque[int] = deque()
    begun: list[int] = []
    for at in instants:
        recent.append(at)
        while recent[0] <= at - FLOOD_MS:
            recent.popleft()
        if begun and len(recent) < FLOOD_COUNT // 2:
            found.append(Flood(begun[0], begun[-1], len(begun)))
            begun = []
        if begun:
            begun.append(at)
        elif len(recent) >= FLOOD_COUNT:
            begun = list(recent)
    if begun:
        found.append(Flood(begun[0], begun[-1], len(begun)))
    return tuple(found)
