"""What a desk still has to send, on disk until the backend has answered: a desk that is closed or dies meanwhile sends
it at its next start. Items carry the ids they were made with, so sending one twice changes nothing.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

_SCHEMA = """CREATE TABLE IF NOT EXISTS item (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, errand TEXT NOT NULL, body BLOB NOT NULL)"""
_BUSY_S = 0.2  # the window waits for no longer
_log = logging.getLogger(__name__)


class Outbox:
    """A queue on disk. Every method may be called from every thread.

    A disk that takes nothing is no reason not to send: it is logged, and what waits is then kept in memory alone.
    """

    def __init__(self, file: Path) -> None:
        """Opens or makes the file; several desks may share it."""
        self._file = file
        self._lock = threading.Lock()
        self._database: sqlite3.Connection | None = None
        self._try(self._open)

    def waiting(self) -> tuple[tuple[str, str, bytes], ...]:
        """(errand, id, body) of what was not answered, oldest first."""
        found: list[tuple[str, str, bytes]] = []
        self._try(lambda: found.extend(self._execute("SELECT errand, id, body FROM item ORDER BY number").fetchall()))
        return tuple(found)

    def keep(self, errand: str, item: str, body: bytes) -> None:
        """Keep an item; it survives the end of this process as soon as this returns."""
        self._try(lambda: self._execute(
            "INSERT OR IGNORE INTO item (id, errand, body) VALUES (?, ?, ?)", item, errand, body))

    def answered(self, item: str) -> None:
        """Forget an item: the backend has taken or refused it."""
        self._try(lambda: self._execute("DELETE FROM item WHERE id = ?", item))

    def close(self) -> None:
        """Let go of the file. What is asked afterwards finds nothing and changes nothing."""
        with self._lock:
            database, self._database = self._database, None
            if database is not None:
                database.close()

    def _open(self) -> None:
        database = sqlite3.connect(self._file, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")  # outlives the process, which is what is asked of it
        database.execute(_SCHEMA)
        self._database = database

    def _execute(self, statement: str, *values: str | bytes) -> sqlite3.Cursor:
        with self._lock:
            if self._database is None:
                raise sqlite3.ProgrammingError("the file is not open")
            return self._database.execute(statement, values)

    def _try(self, work: Callable[[], object]) -> None:
        try:
            work()
        except sqlite3.Error as failed:
            _log.warning("outbox %s: %s; what is to be sent is kept in memory alone", self._file.name, failed)
