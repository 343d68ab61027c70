"""Panels run on Qt's offscreen platform: no display is needed, no OpenGL is used."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if "DISPLAY" not in os.environ:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from panels.main_window import MainWindow
from tests.core.timeline import Story
from tests.panels.desk_maker import Office
from twin.rules.registry import Settings


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes what a person keeps."""
    monkeypatch.setenv("JIANGYIN_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("JIANGYIN_NO_SOUND", "1")


@pytest.fixture
def office(qapp: QApplication) -> Iterator[Callable[..., Office]]:
    made: list[Office] = []

    def make(story: Story, now: int, lang: str = "zh", settings: Settings | None = None) -> Office:
        made.append(Office(qapp, story, now, lang, settings))
        return made[-1]

    yield make
    for one in made:
        one.language.set("en")  # takes the translator out of the application


@pytest.fixture
def open_window(qtbot) -> Iterator[Callable[[Office], MainWindow]]:
    opened: list[MainWindow] = []

    def open_one(office: Office) -> MainWindow:
        window = MainWindow(office.desk)
        window.heartbeat.stop()  # a test makes the beats itself
        qtbot.addWidget(window)
        window.show()
        opened.append(window)
        return window

    yield open_one
    for window in opened:
        window.close()
