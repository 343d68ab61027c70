"""How an operator's steps reach the warning book: at once on a desk alone, through the shared history with several.

With several desks a step counts when the history has taken it; every desk, the one that made it too, then takes it into
its book in the history's order. So two desks can never both own a warning, and all see a change within a poll.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from data_sources.history import operator_steps
from data_sources.history.errors import HistoryError
from data_sources.history.operator_steps import SharedStep, StepConflictError
from data_sources.history.store import History
from twin import warning_life as life
from twin.warning_book import WarningBook
from twin.warning_life import WarningStateError
from twin.warnings import RiskWarning, Step

POLL_S = 0.7
REMEMBERED_MS = 3 * 86_400_000
"""How far back a desk that starts reads what operators did."""
_TRIES = 3

Done = Callable[[Sequence[Step], str | None], None]
"""Told what became of a step: the steps that count now, or none of them and a sentence for the operator."""

_log = logging.getLogger(__name__)


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
            steps = _possible(self._book, warning_id, step)
        except WarningStateError as refused:
            done((), str(refused))
            return
        for each in steps:
            self._book.do(warning_id, each)
        done(steps, None)

    def settle(self) -> bool:
        """Nothing comes from elsewhere."""
        return False


@dataclass(slots=True)
class _Errand:
    warning: str
    known: int
    wanted: Step
    steps: tuple[Step, ...]
    done: Done
    tries: int


@dataclass(frozen=True, slots=True)
class _Answer:
    errand: _Errand
    conflict: bool
    sentence: str | None


class SharedSteps:
    """A desk among several. A thread of its own speaks with the history; `start` and `stop` once each."""

    def __init__(self, book: WarningBook, open_history: Callable[[], History], desk: str, now: Callable[[], int],
                 poll_s: float = POLL_S) -> None:
        """
        Args:
            book: the warnings of this desk.
            open_history: opens the shared history; called in the thread, again after a failure.
            desk: this desk's name.
            now: event clock, ms UTC.
            poll_s: pause between two looks at what others did.
        """
        self._book = book
        self._open = open_history
        self._desk = desk
        self._now = now
        self._poll_s = poll_s
        self._counts: dict[str, int] = {}  # shared steps taken into the book, by warning
        self._early: dict[str, list[SharedStep]] = {}  # of warnings that are not raised here yet
        self._errands: queue.SimpleQueue[_Errand | None] = queue.SimpleQueue()
        self._news: queue.SimpleQueue[SharedStep | _Answer] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="desk-steps", daemon=True)

    def start(self) -> None:
        """Begin to share."""
        self._thread.start()

    def stop(self) -> None:
        """End; steps that were handed in are still sent."""
        self._stopping.set()
        self._errands.put(None)
        if self._thread.is_alive():
            self._thread.join(10.0)

    def submit(self, warning_id: str, step: Step, done: Done) -> None:
        """Hand the step in; `done` is called from a later `settle`, at once when the life does not allow it."""
        self._hand_in(warning_id, step, done, _TRIES)

    def _hand_in(self, warning_id: str, step: Step, done: Done, tries: int) -> None:
        try:
            steps = _possible(self._book, warning_id, step)
        except WarningStateError as refused:
            done((), str(refused))
            return
        self._errands.put(_Errand(warning_id, self._counts.get(warning_id, 0), step, steps, done, tries))

    def settle(self) -> bool:
        """Take the shared steps into the book, and tell operators what became of theirs."""
        changed = False
        for warning_id in [w for w in self._early if self._book.get(w) is not None]:
            for shared in self._early.pop(warning_id):
                changed = self._take(shared) or changed
        while True:
            try:
                news = self._news.get_nowait()
            except queue.Empty:
                return changed
            if isinstance(news, SharedStep):
                changed = self._take(news) or changed
            elif news.conflict and news.errand.tries > 1:  # somebody was first: is what was wanted still possible?
                self._hand_in(news.errand.warning, news.errand.wanted, news.errand.done, news.errand.tries - 1)
            elif news.sentence is not None or news.conflict:
                news.errand.done((), news.sentence or f"Warning {news.errand.warning} is being changed by others.")
            else:
                news.errand.done(news.errand.steps, None)

    def _take(self, shared: SharedStep) -> bool:
        if self._book.get(shared.warning) is None:
            self._early.setdefault(shared.warning, []).append(shared)
            return False
        if shared.number < self._counts.get(shared.warning, 0):
            return False
        self._counts[shared.warning] = shared.number + 1
        try:
            self._book.do(shared.warning, shared.step)
        except WarningStateError as refused:  # time did something here that it had not yet done there
            _log.warning("a step of desk %s does not fit here: %s", shared.desk, refused)
            return False
        return True

    # the thread

    def _run(self) -> None:
        history: History | None = None
        seq: int | None = None
        while not (self._stopping.is_set() and self._errands.empty()):
            errand = self._next()
            try:
                history = history or self._open()
                if seq is None:
                    seq = operator_steps.last_before(history, self._now() - REMEMBERED_MS)
                if errand is not None:
                    self._send(history, errand)
                for shared in operator_steps.since(history, seq):
                    seq = shared.seq
                    self._news.put(shared)
                if errand is not None:
                    self._news.put(_Answer(errand, self._collided, None))
            except HistoryError as error:
                _log.warning("steps are not shared: %s", error)
                if errand is not None:
                    self._news.put(_Answer(errand, conflict=False, sentence=str(error)))
        if history is not None:
            history.close()

    def _next(self) -> _Errand | None:
        try:
            return self._errands.get(timeout=self._poll_s)
        except queue.Empty:
            return None

    def _send(self, history: History, errand: _Errand) -> None:
        self._collided = False
        try:
            operator_steps.append(history, errand.warning, errand.known, errand.steps, self._desk)
        except StepConflictError:
            self._collided = True


def _possible(book: WarningBook, warning_id: str, step: Step) -> tuple[Step, ...]:
    """The step with those before it, if the life allows them all; nothing is changed. Raises WarningStateError."""
    warning: RiskWarning | None = book.get(warning_id)
    if warning is None:
        raise WarningStateError(f"There is no warning {warning_id}.")
    steps = life.way_to(warning, step)
    for each in steps:
        book.check(warning, each)
        warning = life.after(warning, each)
    return steps
