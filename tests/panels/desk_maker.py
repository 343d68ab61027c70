"""A desk for tests: a real twin that is told stories, a scene that draws nothing, notes of what was written back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QWidget

from data_sources.desk_client import Outcome
from data_sources.desk_steps import LocalSteps
from data_sources.quarantine import Quarantine
from layers.layers import Layers
from layers.selection import Selection
from layers.session import Session
from panels import theme
from panels.desk import Desk
from panels.language import Language
from tests.core.timeline import Story
from twin.batch import Batch, batch_of
from twin.feed_health import FeedHealth, FeedState
from twin.records import RECORD_CLASSES, Kind
from twin.rules.registry import Settings, changed_settings, make_rules
from twin.twin import Twin

_KIND_OF = {record_class: kind for kind, record_class in RECORD_CLASSES.items()}


class QuietScene:
    """A scene as panels see it, that draws nothing and counts."""

    def __init__(self, parent: QWidget) -> None:
        self._widget = QWidget(parent)
        self.syncs = 0
        self.hurried = 0
        self.finalised = 0
        self.level: str | None = None

    def widget(self) -> QWidget:
        return self._widget

    @property
    def pending(self) -> bool:
        return False

    def sync(self, now_ms: int) -> None:
        self.syncs += 1

    def hurry(self) -> None:
        self.hurried += 1

    def project(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack([points[:, :2] + 200.0, np.full(len(points), 10.0)])

    def metres_per_pixel(self) -> float:
        return 1.5

    def azimuth_deg(self) -> float:
        return 30.0

    def footprint(self) -> NDArray[np.float64]:
        return np.array([(0.0, 100.0), (100.0, 100.0), (80.0, 0.0), (20.0, 0.0)])

    def quality(self) -> tuple[str, bool]:
        return self.level or "software", self.level is None

    def set_quality(self, name: str | None) -> None:
        self.level = name

    def when_asked(self, tell: Callable[[Selection | None, QPoint], None]) -> None:
        self.ask: Callable[[Selection | None, QPoint], None] | None = tell

    def finalise(self) -> None:
        self.ask = None
        self.finalised += 1


STORIES_OF = ("R01", "R02", "R03")
"""The rules whose stories the desk's tests tell; others find fault with what such a story leaves out."""


class Notes:
    """What the desk wrote back, in order: (what, fields)."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []

    def decision(self, **fields: Any) -> None:
        self.sent.append(("decision", fields))

    def task(self, **fields: Any) -> None:
        self.sent.append(("task", fields))

    def gate_hold(self, **fields: Any) -> None:
        self.sent.append(("gate_hold", fields))

    def verbs(self) -> list[str]:
        return [fields["verb"] for what, fields in self.sent if what == "decision"]


class QueuedInbox:
    """An inbox that holds what a test puts into it."""

    reached: int | None = None

    def __init__(self) -> None:
        self.waiting: list[Batch] = []

    @property
    def rows(self) -> int:
        return sum(len(batch) for batch in self.waiting)

    def drain(self, max_rows: int) -> list[Batch]:
        taken, self.waiting = self.waiting, []
        return taken


class Office:
    """A desk with everything around it that a test wants to reach."""

    def __init__(self, application: QApplication, story: Story, now: int, lang: str = "zh",
                 settings: Settings | None = None) -> None:
        self.now = now
        self.story = story
        self.inbox = QueuedInbox()
        self.notes = Notes()
        self.quarantine = Quarantine()
        self.feeds: tuple[FeedHealth, ...] = (FeedHealth("port", FeedState.UP, now - 60_000, last_success_at=now),)
        self.outcomes: list[Outcome] = []
        self.scenes: list[QuietScene] = []
        rules = [rule for rule in make_rules(settings) if rule.spec.id in STORIES_OF]
        self.twin = Twin(story.index, rules, changed=changed_settings(settings or {}))
        self.layers = Layers(story.index, self.twin)
        self.session = Session(self.inbox, self.twin, self.layers, lambda: self.feeds)
        self.language = Language(application, lang)
        dress = theme.load("dark", 1.0)
        if not application.styleSheet():
            theme.apply(dress, application)
        self.desk = Desk(
            story.index,
            self.session,
            self.twin,
            self.layers,
            self.language,
            dress,
            "张",
            lambda: self.now,
            lambda: self.feeds,
            self.quarantine,
            self.notes,
            LocalSteps(self.twin.warnings),
            self._outcomes,
            self._scene,
        )

    def _scene(self, parent: QWidget) -> QuietScene:
        self.scenes.append(QuietScene(parent))
        return self.scenes[-1]

    def _outcomes(self) -> list[Outcome]:
        told, self.outcomes = self.outcomes, []
        return told

    def tell(self) -> None:
        """Everything the story holds so far waits in the inbox, in the order in which it was told."""
        self.inbox.waiting += [batch_of(_kind(record), [record], self.now) for record in self.story.records]
        self.story.records.clear()


def _kind(record: object) -> Kind:
    return _KIND_OF[type(record)]
