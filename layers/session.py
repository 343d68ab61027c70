"""One session: inbox to twin to layers, a beat at a time within a budget of time. Live and replay are of this type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from layers.layers import Layers
from twin.events import Delta
from twin.feed_health import FeedState

if TYPE_CHECKING:
    from twin.batch import Batch
    from twin.feed_health import FeedHealth
    from twin.twin import Twin

FIRST_HELPING = 2_000
_SMALLEST = 500
_LARGEST = 20_000


class Inbox(Protocol):
    """Where feeds leave their batches."""

    @property
    def rows(self) -> int:
        """How many rows wait."""

    @property
    def reached(self) -> int | None:
        """Up to when what was drained last is complete, ms UTC; None: up to now."""

    def drain(self, max_rows: int) -> list[Batch]:
        """The oldest batches, whole, up to so many rows; at least one if there is any."""


class Session:
    """A twin with its inbox and its layers.

    A beat takes batches until its budget is spent and leaves the rest to the next beat, so a flood of records slows the
    picture's catching up and never the window. Order is kept and nothing is dropped.
    """

    def __init__(
        self, inbox: Inbox, twin: Twin, layers: Layers, healths: Callable[[], Sequence[FeedHealth]]
    ) -> None:
        self.inbox = inbox
        self.twin = twin
        self.layers = layers
        self._healths = healths
        self.now = 0
        """The instant of the latest beat, ms UTC: what was taken in it became known then."""
        self._rows = FIRST_HELPING
        self._filling = False

    @property
    def waiting(self) -> bool:
        """Whether records were left to the next beat."""
        return self.inbox.rows > 0

    @property
    def behind(self) -> bool:
        """Whether picture or rules lack something that has arrived already."""
        return self.waiting or not self.twin.judging

    def step(self, now: int, budget_s: float, timer: Callable[[], float]) -> Delta:
        """One beat at `now` (ms UTC).

        budget_s: seconds of work after which the rest waits; timer: any steady clock in seconds, such as
        `time.perf_counter`. Returns what changed in all helpings together.
        """
        start = timer()
        self.now = now
        if self.twin.at_a_glance:  # time stands, and there is but a picture
            still = Delta(self.twin.now, self.twin.epoch)
            self.layers.update(still)
            return still
        healths = self._healths()
        self.twin.feeds(healths)
        # a container whose papers have not been told yet is no finding: rules wait until all that is has been said
        self._filling = any(feed.filling and feed.state is not FeedState.DOWN for feed in healths) or (
            self._filling and self.inbox.rows > 0)
        self.twin.hold_rules(self._filling)
        deltas: list[Delta] = []
        while True:
            before = timer()
            batches = self.inbox.drain(self._rows)
            reached = self.inbox.reached
            delta = self.twin.apply(batches, now if reached is None else min(now, reached))
            self.layers.update(delta)
            deltas.append(delta)
            took, rows = timer() - before, sum(len(batch) for batch in batches)
            spent = timer() - start
            if rows:
                self._size_helping(rows, took, budget_s)
            if (not batches and not self.waiting) or spent + took > budget_s:
                return together(deltas)

    def _size_helping(self, rows: int, took_s: float, budget_s: float) -> None:
        """Helpings of about a third of the budget, so that the last one cannot overrun it by much."""
        fitting = rows * budget_s / 3.0 / max(took_s, 1e-6)
        self._rows = int(min(max(fitting, _SMALLEST), _LARGEST))


def together(deltas: Sequence[Delta]) -> Delta:
    """Steps of one beat as one: rows joined, events and warnings in order (the last of a warning holds)."""
    if len(deltas) == 1:
        return deltas[0]
    last = deltas[-1]
    rows = {
        name: np.unique(np.concatenate([getattr(d, name) for d in deltas]))
        for name in ("containers", "movers", "seals", "vessels", "cranes")
    }
    return Delta(
        last.now, last.epoch, events=tuple(e for d in deltas for e in d.events),
        warnings=tuple(w for d in deltas for w in d.warnings), feeds=last.feeds, **rows)
