"""The backend dies under the desk and comes back: the window says so, keeps what it knew, and catches up by itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from data_sources.clock import PortClock
from data_sources.desk_steps import LocalSteps
from data_sources.inbox import Inbox
from data_sources.live import LivePort
from data_sources.quarantine import Quarantine
from data_sources.simulated_port.process import PortProcess, start_port
from layers.layers import Layers
from layers.session import Session
from panels import theme
from panels.desk import Desk
from panels.language import Language
from panels.main_window import MainWindow
from resources import locator
from tests.panels.desk_maker import QuietScene
from twin import port_definition
from twin.feed_health import FeedState
from twin.port_index import PortIndex
from twin.rules.registry import make_rules
from twin.twin import Twin

SMALL = [sys.executable, "-m", "tests.port.small_port"]
TOKEN = "a-token-of-this-test"
PATIENCE_MS = 30_000


class Watch:
    """A desk in its window on a live backend, and the means to kill that backend and start it again."""

    def __init__(self, application: QApplication) -> None:
        self.port: PortProcess = start_port(command=SMALL, token=TOKEN)
        self._address = self.port.url.rpartition("//")[2]
        index = PortIndex(port_definition.load(locator.port_definition()))
        inbox, quarantine, clock = Inbox(), Quarantine(), PortClock()
        self.live = LivePort(inbox, quarantine, clock, url=self.port.url, token=TOKEN)
        self.twin = Twin(index, make_rules())
        layers = Layers(index, self.twin)
        session = Session(inbox, self.twin, layers, self.live.healths)
        self.language = Language(application, "zh")
        dress = theme.load("dark", 1.0)
        desk = Desk(
            index, session, self.twin, layers, self.language, dress, "张", clock.now, self.live.healths, quarantine,
            self.live, LocalSteps(self.twin.warnings), self.live.outcomes, QuietScene,
        )
        self.window = MainWindow(desk)
        self.window.show()
        self.live.start()

    def kill(self) -> None:
        self.port.stop()

    def restart(self) -> None:
        self.port = start_port(command=SMALL, token=TOKEN, bind=self._address)

    def state(self) -> FeedState:
        return self.live.healths()[0].state

    def end(self) -> None:
        self.window.close()
        self.live.stop()
        self.port.stop()
        self.language.set("en")


@pytest.fixture
def watch(qapp: QApplication, qtbot) -> Iterator[Watch]:
    made = Watch(qapp)
    qtbot.addWidget(made.window)
    yield made
    made.end()


def test_the_desk_says_what_is_wrong_keeps_the_picture_and_catches_up(watch: Watch, qtbot):
    twin, window = watch.twin, watch.window
    qtbot.waitUntil(lambda: bool(twin.containers.present.any() and twin.vehicles_present().any()), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: watch.state() is FeedState.UP, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: "实时" in window.header._clock.text(), timeout=PATIENCE_MS)
    assert not window.outage.isVisible()
    containers = twin.containers.present.sum()
    heard_at = twin.movers.observed_at.max()

    watch.kill()

    qtbot.waitUntil(lambda: watch.state() is FeedState.DOWN, timeout=PATIENCE_MS)
    qtbot.waitUntil(window.outage.isVisible, timeout=PATIENCE_MS)
    said = window.outage.text()
    assert "中断" in said
    assert "127.0.0.1" in said
    qtbot.waitUntil(lambda: "无数据" in window.header._clock.text(), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: window.outage.text() != said, timeout=PATIENCE_MS)  # it counts how long
    assert twin.containers.present.sum() == containers, "what was known stays"
    old_s = (window._desk.now() - twin.movers.observed_at.max()) / 1000.0
    assert old_s > 2.0, "and its age grows"

    watch.restart()

    qtbot.waitUntil(lambda: watch.state() is FeedState.UP, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: "恢复" in window.outage.text(), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: twin.movers.observed_at.max() > heard_at, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: "实时" in window.header._clock.text(), timeout=PATIENCE_MS)
    assert twin.containers.present.sum() == containers, "nothing came twice"
    for names in (twin.containers.number, twin.movers.id):
        assert len(set(names.tolist())) == len(names)


def test_steps_taken_during_an_outage_are_sent_when_it_is_over(watch: Watch, qtbot):
    qtbot.waitUntil(lambda: watch.state() is FeedState.UP, timeout=PATIENCE_MS)
    watch.kill()
    qtbot.waitUntil(lambda: watch.state() is FeedState.DOWN, timeout=PATIENCE_MS)
    watch.live.task(subject="闽A00001", note="复核")
    watch.restart()
    qtbot.waitUntil(lambda: any(task.subject == "闽A00001" for task in watch.twin.tasks), timeout=PATIENCE_MS)
