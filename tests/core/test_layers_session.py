"""A beat takes what its budget allows and leaves the rest to the next one; nothing is lost, nothing overtakes."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from layers.session import FIRST_HELPING, Session
from tests.harbour import Harbour
from twin.events import Delta
from twin.feed_health import FeedHealth, FeedState


class Waiting:
    """An inbox of batches, each a list of numbers."""

    reached = None

    def __init__(self, rows: int, batch: int) -> None:
        self.batches = deque(list(range(at, min(at + batch, rows))) for at in range(0, rows, batch))

    @property
    def rows(self) -> int:
        return sum(map(len, self.batches))

    def drain(self, max_rows: int) -> list[Any]:
        taken: list[Any] = []
        while self.batches and (not taken or sum(map(len, taken)) + len(self.batches[0]) <= max_rows):
            taken.append(self.batches.popleft())
        return taken


class SlowTwin(Harbour):
    """A twin that takes a microsecond of a made-up clock for each row."""

    at_a_glance = False

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0
        self.applied: list[int] = []
        self.held: list[bool] = []

    def feeds(self, healths: object) -> None:
        self.heard = healths

    def hold_rules(self, hold: bool) -> None:
        self.held.append(hold)

    def apply(self, batches: list[list[int]], now: int) -> Delta:
        rows = [row for batch in batches for row in batch]
        self.applied += rows
        self.seconds += 1e-6 * len(rows)
        return Delta(now, movers=np.array(sorted({row % 7 for row in rows}), dtype=np.int32))


class DeafLayers:
    """Counts what it is told."""

    def __init__(self) -> None:
        self.updates = 0

    def update(self, delta: Delta) -> None:
        self.updates += 1


def session(rows: int, batch: int = 500) -> tuple[Session, SlowTwin, Waiting]:
    twin, inbox = SlowTwin(), Waiting(rows, batch)
    return Session(inbox, twin, DeafLayers(), lambda: ()), twin, inbox  # type: ignore[arg-type]


def test_a_flood_is_cut_to_the_budget_and_caught_up_in_order() -> None:
    beat, twin, inbox = session(100_000)
    longest, beats = 0.0, 0
    while inbox.batches:
        before = twin.seconds
        beat.step(1, 0.01, lambda: twin.seconds)
        longest, beats = max(longest, twin.seconds - before), beats + 1
    assert twin.applied == list(range(100_000))
    assert beats > 5
    assert longest <= 0.0135, "a third of the budget more than the budget at most"


def test_a_quiet_beat_is_one_step_of_the_twin() -> None:
    beat, twin, _ = session(0)
    delta = beat.step(42, 0.01, lambda: twin.seconds)
    assert delta.now == 42
    assert not len(delta.movers)
    assert beat.layers.updates == 1  # type: ignore[attr-defined]


def test_a_beat_tells_all_its_helpings_together() -> None:
    beat, twin, _ = session(3 * FIRST_HELPING)
    delta = beat.step(1, 0.5, lambda: twin.seconds)
    assert twin.applied == list(range(3 * FIRST_HELPING))
    assert delta.movers.tolist() == list(range(7))


def test_rules_wait_until_all_that_is_has_been_said_and_taken() -> None:
    twin, waiting = SlowTwin(), Waiting(0, 1)
    feed = [FeedHealth("port", FeedState.CONNECTING, 0, filling=True)]
    session = Session(waiting, twin, DeafLayers(), lambda: feed)  # type: ignore[arg-type]
    session.step(0, 1.0, lambda: twin.seconds)
    waiting.batches.extend([[row] for row in range(3 * FIRST_HELPING)])
    feed[0] = FeedHealth("port", FeedState.UP, 0)
    session.step(100, 1e-9, lambda: twin.seconds)
    assert twin.held == [True, True], "what was said last still waits in the inbox"
    session.step(200, 1.0, lambda: twin.seconds)
    session.step(300, 1.0, lambda: twin.seconds)
    assert twin.held[-1] is False


def test_a_source_that_died_while_it_told_the_port_holds_the_rules_no_longer() -> None:
    twin = SlowTwin()
    feed = [FeedHealth("port", FeedState.DOWN, 0, filling=True)]
    session = Session(Waiting(0, 1), twin, DeafLayers(), lambda: feed)  # type: ignore[arg-type]
    session.step(0, 1.0, lambda: twin.seconds)
    assert twin.held == [False]
