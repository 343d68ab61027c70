"""Steps through the shared history: one order for all desks, so that no warning ever has two owners.

A step counts when the history has taken it; every desk, the one that made it too, then takes it into its book in the
history's order. All see a change within a poll.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass

from data_sources.desk_steps import Done, possible
from data_sources.history import operator_steps
from data_sources.history.errors import HistoryError
from data_sources.history.operator_steps import SharedStep, StepConflictError
from data_sources.history.store import History
from twin.warning_book import WarningBook
from twin.warning_life import Refusal, WarningStateError
from twin.warnings import Step

POLL_S = 0.7
REMEMBERED_MS = 3 * 86_400_000
"""How far back a desk that starts reads what operators did."""
_TRIES = 3

_log = logging.getLogger(__name__)


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
    conflict: bool = False
    error: HistoryError | None = None


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
            steps = possible(self._book, warning_id, step)
        except WarningStateError as refused:
            done((), refused)
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
            elif news.conflict:
                news.errand.done((), WarningStateError(Refusal.BUSY, news.errand.warning))
            elif news.error is not None:
                news.errand.done((), news.error)
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
                    self._news.put(_Answer(errand, conflict=self._collided))
            except HistoryError as error:
                _log.warning("steps are not shared: %s", error)
                if errand is not None:
                    self._news.put(_Answer(errand, error=error))
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
