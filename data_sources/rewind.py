"""Brings a twin to any recorded instant: the nearest keyframe, then what came after it, silently."""

from __future__ import annotations

import contextlib
import gc
import logging
from collections.abc import Iterable, Iterator

import msgspec

from data_sources.history.errors import HistoryError
from data_sources.history.keyframe_chain import Finder
from data_sources.history.past import HistoryPast
from data_sources.history.steps import steps
from data_sources.history.store import History
from data_sources.history.values import WarningStep
from twin.keyframe import Keyframe, KeyframeError, restore, save, show
from twin.twin import Twin
from twin.warning_life import WarningStateError
from twin.warnings import CLOCK, RULE, Step, Verb

ROLL_MS = 60_000
"""The longest a twin lets pass in one step while it rolls on from a keyframe."""
_log = logging.getLogger(__name__)


class Rewind:
    """Takes one twin back and forth through a history. For the thread that owns the twin."""

    def __init__(self, history: History, twin: Twin) -> None:
        """`twin`: one that has heard nothing yet."""
        self.twin = twin
        self._history = history
        self._past = HistoryPast(history)
        self._finder = Finder(history, twin.version, twin.index.frame)
        self._nothing = save(twin)

    def to(self, at: int, known_at: int | None = None) -> None:
        """The twin as it was at `at` (ms UTC), as known then; with `known_at` as known at that later time.

        Raises HistoryError if the history cannot be read or holds nothing up to `at`; the twin is then undefined.
        """
        with _undisturbed():
            self._bring(at)
        if known_at is not None and known_at > at:
            late = list(self._past.late(at, known_at))
            self.twin.apply(late, at)

    def glance(self, at: int, within_ms: float) -> int | None:
        """The twin as a picture shows it at the newest keyframe up to `at` (ms UTC), which comes back much sooner; it
        hears nothing until `to`. When that was, ms UTC; None, and the twin as before, if none is within `within_ms`.
        """
        with _undisturbed():
            frame = self._finder.before(at)
            if frame is None or at - frame.at > within_ms:
                return None
            try:
                show(self.twin, frame)
            except KeyframeError as damaged:
                _log.warning("%s", damaged)
                return None
        return frame.at

    def _bring(self, at: int) -> None:
        until = at
        while True:
            frame = self._finder.before(until)
            try:
                self._begin(frame)
                self._roll(frame.at if frame is not None else self._first(at), at)
                return
            except KeyframeError as damaged:
                if frame is None:
                    raise HistoryError(str(damaged)) from damaged
                _log.warning("%s; an earlier one is taken", damaged)
                until = frame.at - 1

    def forget(self) -> None:
        """Keeps nothing read before, as at the start."""
        self._finder.forget()
        self._past.forget()
        self._history.reader.forget()

    def _begin(self, frame: Keyframe | None) -> None:
        restore(self.twin, self._nothing if frame is None else frame, self._past)

    def _first(self, at: int) -> int:
        days = self._history.days()
        if not days or days[0].first > at:
            raise HistoryError("The history holds nothing up to that time.")
        return days[0].first - 1

    def _roll(self, after: int, until: int) -> None:
        """Lets the twin hear what became known in between, with all rules on, and see what operators did."""
        done = by_operators(self._history.warnings(after, until))
        for step in steps(self._history, after, until, ROLL_MS):
            self.twin.apply(step.batches, step.until)
            while done and done[0].at <= step.until:
                operate(self.twin, done.pop(0))
        self.twin.warnings.take_changes()


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """No search for garbage within: a keyframe makes very many objects that stay, and each search would visit all."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def operate(twin: Twin, step: WarningStep) -> None:
    """Takes over a step that an operator made then; one that does not fit what the rules find now is passed over."""
    try:
        until = int(msgspec.json.decode(step.detail).get("until", 0))
        twin.warnings.do(step.id, Step(Verb(step.step), step.at, step.by, step.note, until))
    except (WarningStateError, ValueError, msgspec.MsgspecError) as unfit:
        _log.debug("%s", unfit)


def by_operators(steps: Iterable[WarningStep]) -> list[WarningStep]:
    """Those of the steps that persons made; rules and time make theirs again."""
    return [step for step in steps if step.by not in (RULE, CLOCK)]
