"""The simulated port as the desk's child process: it takes a free port, says where it listens, ends with its parent."""

from __future__ import annotations

import json
import os
import queue
import secrets
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Self

TOKEN_VARIABLE = "JIANGYIN_PORT_TOKEN"  # noqa: S105 - the name of the variable, not a token
CHILD_VARIABLE = "JIANGYIN_PORT_CHILD"
"""Set in the environment of a port that a desk started: it ends when its standard input does."""

START_TIMEOUT_S = 60.0
_STOP_TIMEOUT_S = 6.0
_ROOT = Path(__file__).resolve().parents[2]


class PortStartError(Exception):
    """The port did not come up. Its text is one sentence; `usage`: because of something the user gave."""

    def __init__(self, sentence: str, usage: bool = False) -> None:
        super().__init__(sentence)
        self.usage = usage


class PortProcess:
    """A running port. `url` and `token` are what a client needs. As a context manager it stops at the end."""

    def __init__(self, child: subprocess.Popen[str], url: str, token: str) -> None:
        self._child = child
        self.url = url
        self.token = token

    @property
    def pid(self) -> int:
        """Process id."""
        return self._child.pid

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._child.poll() is None

    def stop(self) -> None:
        """End the port and wait for it: first asked by the end of its input, then told, then killed. Idempotent."""
        _end(self._child)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Launched:
    """A port that was started and may not be ready yet; ends with this process."""

    def __init__(self, child: subprocess.Popen[str], token: str) -> None:
        self._child = child
        self._token = token

    def ready(self, timeout_s: float = START_TIMEOUT_S) -> PortProcess:
        """Wait until it answers. Raises PortStartError as `start_port`; the port is ended then."""
        try:
            return PortProcess(self._child, _await_ready(self._child, timeout_s), self._token)
        except BaseException:
            _end(self._child)
            raise

    def stop(self) -> None:
        """End it before it is ready."""
        _end(self._child)


def launch(
    seed: str = "1",
    rate: str = "1",
    date: str | None = None,
    at: str | None = None,
    scenario: str | None = None,
    truth: str | None = None,
    port_definition: str | None = None,
    errors: IO[str] | int | None = None,
    command: Sequence[str] = (),
    bind: str = "127.0.0.1:0",
    token: str | None = None,
) -> Launched:
    """Start a port on a free loopback port, without waiting for it. Texts are as on the command line.

    `errors` takes its standard error (default: ours). `command` replaces the program started (for tests). `bind` and
    `token` are those of an earlier start when a port that died is to be found where it was.
    Raises PortStartError if the process cannot be started.
    """
    options = {
        "--seed": seed, "--rate": rate, "--date": date, "--at": at, "--scenario": scenario, "--truth": truth,
        "--port-definition": port_definition,
    }
    words = [f"{name}={value}" for name, value in options.items() if value is not None]
    token = token or secrets.token_urlsafe(24)
    environment = os.environ | {TOKEN_VARIABLE: token, CHILD_VARIABLE: "1", "PYTHONPATH": _python_path()}
    # -P: a folder called twin in the user's working directory must not take the place of ours
    program = list(command) or [sys.executable, "-P", "-m", "data_sources.simulated_port"]
    try:
        child = subprocess.Popen(  # noqa: S603 - our own program, no shell
            [*program, f"--bind={bind}", *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=environment, text=True, encoding="utf-8",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as problem:
        raise PortStartError(f"The simulated port cannot be started: {problem.strerror or problem}.") from None
    return Launched(child, token)


def start_port(timeout_s: float = START_TIMEOUT_S, **options: Any) -> PortProcess:
    """Start a port as `launch` does and wait until it answers.

    Raises PortStartError with the port's own sentence if it refuses what it was given, and if it does not come up.
    """
    return launch(**options).ready(timeout_s)


def _await_ready(child: subprocess.Popen[str], timeout_s: float) -> str:
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    stdout = child.stdout
    if stdout is None:
        raise PortStartError("The simulated port has no output to read.")
    # A pipe cannot be waited for with a timeout on Windows: a thread waits instead. It ends with the child at latest.
    threading.Thread(target=lambda: lines.put(stdout.readline()), name="port-ready", daemon=True).start()
    try:
        line = lines.get(timeout=timeout_s)
    except queue.Empty:
        raise PortStartError(f"The simulated port was not ready within {timeout_s:g} s.") from None
    try:
        said = json.loads(line)
        if "failed" in said:
            raise PortStartError(str(said["failed"]), usage=True)
        return str(said["ready"])
    except (ValueError, TypeError, KeyError):
        code = child.poll()
        how = f" (exit code {code})" if code is not None else ""
        raise PortStartError(f"The simulated port ended before it was ready{how}.") from None


def _end(child: subprocess.Popen[str]) -> None:
    if child.stdin is not None and not child.stdin.closed:
        try:
            child.stdin.close()
        except OSError:
            child.stdin = None  # the child is gone and its pipe with it
    for harder in (child.terminate, child.kill, None):
        try:
            child.wait(_STOP_TIMEOUT_S)
            break
        except subprocess.TimeoutExpired:
            if harder is not None:
                harder()
    if child.stdout is not None:
        child.stdout.close()


def _python_path() -> str:
    inherited = os.environ.get("PYTHONPATH")
    return f"{_ROOT}{os.pathsep}{inherited}" if inherited else str(_ROOT)
