"""Any order: the same story told late, shuffled and twice must end in the same warnings."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from tests.core.timeline import Story, Watch
from twin.records import Record
from twin.rules.base import Rule

LATE_MS = 600_000


def outcome(watch: Watch, rule: str, timed: bool = True) -> list[tuple[Any, ...]]:
    """What matters of the warnings of a rule in the end."""
    return sorted(
        (w.subject_kind, w.subject, w.raised_at if timed else 0, w.active, str(w.facts.get("cause")), w.zone)
        for w in watch.warnings(rule) if not w.overturned)


def same_in_any_order(
    story: Story, rule: Rule, now: int, seeds: Sequence[int] = range(6), *, timed: bool = True,
) -> list[tuple[Any, ...]]:
    """Tells a story in order, late, shuffled and with repetitions, one record a step; the outcome, which must be the
    same each time. now: event clock at the end, ms UTC. timed: whether a warning must be dated the same, too: a silence
    may have begun later than it seemed, and a warning keeps its first date."""
    def told(records: Sequence[Record]) -> list[tuple[Any, ...]]:
        watch = Watch(story.index, [rule])
        watch.hears_one_by_one(records)
        watch.hears([], now)
        return outcome(watch, rule.spec.id, timed)

    story.records.sort(key=lambda record: record.observed_at)
    expected = told(story.records)
    at_once = Watch(story.index, [rule])
    at_once.hears(story.records, now)
    assert outcome(at_once, rule.spec.id, timed) == expected, "all in one step"
    for seed in seeds:
        chance = random.Random(seed)
        arrival = [(r.observed_at + chance.choice([0, 0, chance.randint(0, LATE_MS)]), i) for i, r in
                   enumerate(story.records)]
        late = [story.records[i] for _, i in sorted(arrival)]
        assert told(late) == expected, f"late, seed {seed}"
        twice = [*late, *chance.sample(story.records, len(story.records) // 2)]
        assert told(twice) == expected, f"repeated, seed {seed}"
        shuffled = list(story.records)
        chance.shuffle(shuffled)
        assert told(shuffled) == expected, f"shuffled, seed {seed}"
    return expected
