"""A live desk for tests with a recorded morning behind it, and desks in that past."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QWidget

from commands.past import Past
from data_sources.desk_steps import LocalSteps
from data_sources.history.store import History
from panels.desk import Desk
from tests.core.small_port import small_port
from tests.core.timeline import Story, number
from tests.history.test_replay import CODE, received, record_live
from tests.panels.desk_maker import Office, QuietScene
from twin.records import SealEventKind


def morning() -> Story:
    """Two containers, a truck that drives, a seal that is cut at 8:03."""
    story = Story()
    for serial in (1, 2):
        story.container("7:00", number(serial))
        story.stands("7:01", f"F1-{2 * serial - 1:02d}-01-1", number(serial))
    story.vehicle("7:05")
    for second in range(0, 50, 10):
        story.fix(f"8:00:{second:02d}", 20.0 + second, 30.0)
    story.seal("8:02", SealEventKind.LOCKED, box=number(2))
    story.seal("8:03", SealEventKind.CUT, box=number(2))
    return story


def record(folder: Path) -> tuple[str, list[int]]:
    """The morning on record: URL, and the instants at which something came."""
    url, steps = f"sqlite:///{folder / 'day.db'}", received(morning().records)
    with History.open(url, CODE) as history:
        record_live(history, steps)
    return url, [at for at, _ in steps]


class PastOffice:
    """Makes desks in a recorded past for the window of an office."""

    def __init__(self, office: Office, url: str) -> None:
        self._office = office
        self.past = Past(small_port(), url)
        self.scenes: list[QuietScene] = []
        self.beside: PastOffice | None = None

    def open(self, at: int) -> Desk:
        """A desk there."""
        session = self.past.open(at)
        feed = self.past.feed
        return replace(
            self._office.desk, session=session, twin=session.twin, layers=session.layers, now=feed.clock.now,
            feeds=feed.healths, respond=feed, steps=LocalSteps(session.twin.warnings), outcomes=feed.outcomes,
            make_scene=self._scene, past=None, replay=feed, beside=self.beside)

    def close(self) -> None:
        """Lets go."""
        self.past.close()

    def _scene(self, parent: QWidget) -> QuietScene:
        self.scenes.append(QuietScene(parent))
        return self.scenes[-1]


def with_past(office: Callable[..., Office], now: int, url: str) -> tuple[Office, PastOffice]:
    """A live office that hears a story of its own, with the recorded morning behind it."""
    live = office(morning(), now, "en")
    past = PastOffice(live, url)
    beside = PastOffice(live, url)
    past.beside = beside
    live.desk = replace(live.desk, record=url, past=past, beside=beside)
    return live, past
