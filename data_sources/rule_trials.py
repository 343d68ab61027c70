"""Know before you switch on: rules with other parameters over recorded days, beside what they raise as set today.

Every day is a task of its own, so months can be spread over the cores of a machine or over a cluster.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_sources.history.days import span_of
from data_sources.history.errors import HistoryError
from data_sources.history.store import History
from data_sources.rule_runs import as_json, run_rules
from resources import locator
from twin import port_definition
from twin.port_index import PortIndex
from twin.rules.registry import Settings, make_rules

SAME_MS = 600_000
"""Two warnings of one rule about one subject, dated this near to each other, are the same one."""

Raised = Mapping[str, Any]
"""A warning as `rule_runs.as_json` tells it."""


@dataclass(frozen=True, slots=True)
class Task:
    """A stretch of a history to try rules on; plain values, so that it can travel. Times ms UTC."""

    url: str
    definition: str
    from_at: int
    to_at: int
    rules: tuple[str, ...]
    today: Settings
    trial: Settings


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one stretch, or of all together."""

    hours: float
    records: int
    today: tuple[Raised, ...]
    trial: tuple[Raised, ...]

    def gone(self, rule: str) -> list[Raised]:
        """What a rule raises today and would no longer raise: what might be missed."""
        return _without([w for w in self.today if w["rule"] == rule], [w for w in self.trial if w["rule"] == rule])

    def new(self, rule: str) -> list[Raised]:
        """What a rule would raise and does not raise today."""
        return _without([w for w in self.trial if w["rule"] == rule], [w for w in self.today if w["rule"] == rule])


def try_rules(
    url: str, port: str, definition: Path | None, from_at: int, to_at: int, trial: Settings,
    today: Settings | None = None, scheduler: str | None = None,
) -> Trial:
    """Tries parameters on recorded days.

    Args:
        url: the history.
        port: code of the port in it.
        definition: the port's layout; None for Jiangyin.
        from_at: ms UTC.
        to_at: ms UTC.
        trial: parameter values by rule id and name; the rules named in it are compared.
        today: the values of today, defaults where none are given.
        scheduler: address of a Dask cluster; None to use the cores of this machine.

    Raises:
        HistoryError: it cannot be read, or holds nothing in that time.
        ParameterError: a value is wrong.
    """
    make_rules(trial)
    with History.open(url, port, create=False) as history:
        days = [day for day in history.days() if day.first <= to_at and day.last > from_at]
    if not days:
        raise HistoryError("The history holds nothing in that time.")
    tasks = []
    for day in days:
        begin, end = span_of(day.day)
        start, stop = max(begin, from_at), min(end, to_at, day.last)
        tasks.append(Task(url, str(definition or ""), start, stop, tuple(sorted(trial)), today or {}, trial))
    return together(_computed(tasks, scheduler))


def one_day(task: Task) -> Trial:
    """Both settings over one stretch. Raises HistoryError."""
    layout = port_definition.load(Path(task.definition) if task.definition else locator.port_definition())
    index = PortIndex(layout)
    found = []
    records, hours = 0, 0.0
    with History.open(task.url, layout.code, create=False) as history:
        for settings in (task.today, task.trial):
            rules = [rule for rule in make_rules(settings) if rule.spec.id in task.rules]
            run = run_rules(history, index, rules, task.from_at, task.to_at)
            found.append(tuple(as_json(warning) for warning in run.warnings))
            records, hours = run.records, run.hours
    return Trial(hours, records, *found)


def together(trials: Iterable[Trial]) -> Trial:
    """Several stretches as one."""
    parts = list(trials)
    return Trial(
        sum(t.hours for t in parts), sum(t.records for t in parts), tuple(w for t in parts for w in t.today),
        tuple(w for t in parts for w in t.trial))


def _computed(tasks: Sequence[Task], scheduler: str | None) -> list[Trial]:
    from dask.base import compute
    from dask.delayed import delayed as later

    run_all: Any = compute  # the library does not say its types
    delayed = [later(one_day, pure=False)(task) for task in tasks]
    if scheduler is None:
        return list(run_all(*delayed, scheduler="synchronous" if len(tasks) == 1 else "processes"))
    try:
        import distributed
    except ModuleNotFoundError:
        raise HistoryError("A cluster needs the package `distributed` (the extra `cluster`) on this machine.") from None
    open_client: Any = distributed.Client
    try:
        with open_client(scheduler, timeout=10) as client:
            return list(client.gather(client.compute(delayed)))
    except (OSError, ValueError) as problem:
        raise HistoryError(f"The cluster {scheduler!r} cannot be reached: {problem}.") from None


def _without(these: list[Raised], those: list[Raised]) -> list[Raised]:
    return [w for w in these if not any(
        w["subject"] == o["subject"] and abs(w["raised_at"] - o["raised_at"]) <= SAME_MS for o in those)]
