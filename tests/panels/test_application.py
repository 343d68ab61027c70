"""A polite request to end waits until what the desk is doing is done."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from panels.application import quit_on_signals


@pytest.fixture(autouse=True)
def _own_handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_beat_that_a_signal_falls_into_ends_before_the_window_closes(
    qapp: QApplication, number: signal.Signals
) -> None:
    window = QWidget()
    window.show()
    quit_on_signals(qapp)
    open_within: list[bool] = []

    def beat() -> None:
        os.kill(os.getpid(), number)
        open_within.append(window.isVisible())

    QTimer.singleShot(0, beat)
    patience = QTimer(window, singleShot=True, interval=5_000)
    patience.timeout.connect(lambda: qapp.exit(1))
    patience.start()
    assert qapp.exec() == 0
    assert open_within == [True]
    assert not window.isVisible()
