"""How an operator's steps reach the warning book: at once on a desk alone, through `shared_steps` with several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from data_sources.history.errors import HistoryError
from twin import warning_life as life
from twin.warning_book import WarningBook
from twin.warning_life import Refusal, WarningStateError
from twin.warnings import RiskWarning, Step

Refused = WarningStateError | HistoryError
Done = Callable[[Sequence[Step], Refused | None], None]
"""Told what became of a step: the steps that count now, or none of them and why; the text of both is one sentence."""


class DeskSteps(Protocol):
    """Where panels hand in steps. All methods are for the thread that owns the book."""

    def submit(self, warning_id: str, step: Step, done: Done) -> None:
        """Take a step about a warning, with those that have to come before it (`life.way_to`), all or none, and say
        what became of it."""

    def settle(self) -> bool:
        """Take over what became known since; whether any warning changed. Called with every beat."""


class LocalSteps:
    """A desk alone: what the life allows counts at once."""

    def __init__(self, book: WarningBook) -> None:
        self._book = book

    def submit(self, warning_id: str, step: Step, done: Done) -> None:
        """Take the steps now."""
        try:
            steps = possible(self._book, warning_id, step)
        except WarningStateError as refused:
            done((), refused)
            return
        for each in steps:
            self._book.do(warning_id, each)
        done(steps, None)

    def settle(self) -> bool:
        """Nothing comes from elsewhere."""
        return False


def possible(book: WarningBook, warning_id: str, step: Step) -> tuple[Step, ...]:
    """The step with those before it, if the life allows them all; nothing is changed. Raises WarningStateError."""
    warning: RiskWarning | None = book.get(warning_id)
    if warning is None:
        raise WarningStateError(Refusal.UNKNOWN, warning_id)
    steps = life.way_to(warning, step)
    for each in steps:
        book.check(warning, each)
        warning = life.after(warning, each)
    return steps
