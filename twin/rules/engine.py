"""Runs the rules over each step and takes what they find to the warning book."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twin.feed_health import FeedHealth
from twin.rules.aside import Aside
from twin.rules.base import Rule, RuleFault, RuleStatus, View
from twin.rules.culprit import culprits
from twin.warning_book import WarningBook
from twin.warnings import FeedRelied

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Running:
    rule: Rule
    memory: Any

    def fails(self, view: View) -> bool:
        """Whether the rule raises an exception when it judges a view; its memory stays as it is."""
        try:
            self.rule.judge(self.memory, view)
        except Exception:  # noqa: BLE001 - whatever it is
            return True
        return False


class Engine:
    """The rules of a session in the order in which they judge. A rule that fails is switched off, the others go on."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        ids = [rule.spec.id for rule in rules]
        if len(set(ids)) != len(ids):
            raise ValueError(f"a rule is given twice: {', '.join(ids)}")
        self._rules = tuple(rules)
        self._running = [_Running(rule, rule.start()) for rule in rules]
        self.status = {rule_id: RuleStatus(rule_id) for rule_id in ids}
        self._aside = Aside()

    def save(self) -> tuple[dict[str, Any], dict[str, RuleStatus]]:
        """The memories of the rules that are on, by rule id, and the status of all. Memories are never changed."""
        return {running.rule.spec.id: running.memory for running in self._running}, dict(self.status)

    def restore(self, memories: Mapping[str, Any], status: Mapping[str, RuleStatus]) -> None:
        """Every rule remembers what it did then and is on or off as it was; one that was not there starts anew."""
        self._aside = Aside()
        self.status = {rule.spec.id: status.get(rule.spec.id, RuleStatus(rule.spec.id)) for rule in self._rules}
        self._running = [
            _Running(rule, memories[rule.spec.id] if rule.spec.id in memories else rule.start())
            for rule in self._rules if self.status[rule.spec.id].on]

    def judge(
        self, view: View, book: WarningBook, feeds: Sequence[FeedHealth], catching_up: bool = False,
    ) -> tuple[RuleFault, ...]:
        """Lets every rule judge a step; returns the rules that failed in it, with the records at which they did.
        `catching_up`: further steps wait; what is found is told after the last of them.
        """
        relied = tuple(FeedRelied(f.name, str(f.state), f.lag_s) for f in feeds)
        faults = []
        for running in tuple(self._running):
            spec = running.rule.spec
            try:
                verdict = running.rule.judge(running.memory, view)
            except Exception as fault:  # noqa: BLE001 - whatever is wrong with one rule must not stop the others
                _log.exception("rule %s is switched off", spec.id)
                status = RuleStatus(spec.id, on=False, reason=f"{type(fault).__name__}: {fault}", since=view.now)
                self.status[spec.id] = status
                self._running.remove(running)
                faults.append(RuleFault(status, culprits(view, running.fails)))
                continue
            running.memory = verdict.memory
            self._aside.take(verdict, view.now, spec.version, relied, book.knows)
        if not catching_up:
            self._aside.tell(book)
        return tuple(faults)
