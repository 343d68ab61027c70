"""A sound for each severity when a warning comes in; whoever mutes them is on record."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QSettings, Signal
from PySide6.QtWidgets import QApplication

from panels.desk import Desk
from panels.on_record import put_on_record
from resources import locator
from twin.warnings import RiskWarning, Severity, WarningState

SILENT_VARIABLE = "JIANGYIN_NO_SOUND"
_PLAYERS = (("pw-play",), ("paplay",), ("aplay", "-q"), ("afplay",))
_REST_MS = 3_000
"""One sound at a time: in so long only a graver warning is heard."""
_FRESH_MS = 30_000
"""What is older was there before the desk was opened, or the clock has leapt."""

Player = Callable[[Path], None]


class WarningSounds(QObject):
    """Plays the sound of the gravest warning that came in. `switched` is emitted when it is muted or heard again."""

    switched = Signal()

    def __init__(self, desk: Desk, parent: QObject, player: Player | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.player = player or _player()
        self._known: dict[str, int] = {}  # gravest rank so far by id
        self._last: tuple[int, int] = (-_REST_MS, len(Severity))
        self._kept = _kept()
        self.muted = str(self._kept.value(self._key(), "")) == "yes"

    def _key(self) -> str:
        return f"muted/{self._desk.operator}"

    def hear(self, warnings: Iterable[RiskWarning]) -> None:
        """Told of warnings that are new or changed: one that is new, or graver than before, makes a sound if that
        happened just now and nobody has seen it."""
        rank, now = len(Severity), self._desk.now()
        for warning in warnings:
            before = self._known.get(warning.id, len(Severity))
            self._known[warning.id] = min(before, warning.severity.rank)
            calls = warning.state is WarningState.RAISED and warning.active and not warning.shelved
            if calls and now - warning.updated_at < _FRESH_MS and warning.severity.rank < before:
                rank = min(rank, warning.severity.rank)
        since, last = self._last
        rested = not 0 <= now - since < _REST_MS
        if self.muted or rank == len(Severity) or not (rested or rank < last):
            return
        self._last = (now, rank)
        self.player(locator.path("sounds", f"{list(Severity)[rank].value}.wav"))

    def toggle(self) -> None:
        """Mutes, or lets be heard again, for the person at the desk; written back, so that it is on record."""
        self.muted = not self.muted
        self._kept.setValue(self._key(), "yes" if self.muted else "")
        put_on_record(self._desk, "sound", "mute" if self.muted else "unmute")
        self.switched.emit()


def _kept() -> QSettings:
    """Where a person's choice is kept, beside their viewpoints."""
    from panels.notebook_file import file_for

    return QSettings(str(file_for("desk").with_name("desk.ini")), QSettings.Format.IniFormat)


def _player() -> Player:
    """How this machine plays a file: its own player, else a beep; nothing where sound is not wanted."""
    if os.environ.get(SILENT_VARIABLE):
        return lambda _file: None
    if sys.platform == "win32":
        import winsound

        return lambda file: winsound.PlaySound(str(file), winsound.SND_FILENAME | winsound.SND_ASYNC)
    for program, *options in _PLAYERS:
        if (found := shutil.which(program)) is not None:
            return lambda file, found=found, options=options: _run(found, [*options, str(file)])
    return lambda _file: QApplication.beep()


def _run(program: str, arguments: list[str]) -> None:
    QProcess.startDetached(program, arguments)
