"""A desk in a process of its own, without a window: a twin with all rules, on record and sharing steps as a live desk.

    python -m tests.history.desk_process URL OPERATOR BOXES record|share

It hears how BOXES containers are taken from the yard without leave, one warning each, the same at every desk. Then it
reads orders, a JSON line each, and beats ten times a second as the desk does:

    {"do": "take", "warnings": [ID, ...], "note": ""}    the operator does this about each, as fast as may be
    {"end": true}

and tells, a JSON line each: `ready` (the ids of the warnings), `told` (what became of an order: the warning, the verb,
null or why not) and `seen` (a warning as this desk has it after it changed). All carry `at`, seconds of this machine's
clock.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from commands.recording import RecordedSession, Recording
from data_sources.clock import PortClock
from data_sources.desk_steps import DeskSteps, Refused
from data_sources.inbox import Inbox
from layers.layers import Layers
from layers.session import Session
from resources.own_files import DATA_VARIABLE
from tests.core.timeline import Story, at, number
from tests.history.saying import batches
from twin.feed_health import FeedHealth, FeedState
from twin.rules.registry import make_rules
from twin.twin import Twin
from twin.warnings import RiskWarning, Step, Verb

BEAT_S = 0.1
ROOT = Path(__file__).parents[2]


def removals(boxes: int) -> Story:
    """Containers that a truck takes from the yard, none of them released."""
    story = Story()
    story.vehicle("8:00")
    for serial in range(1, boxes + 1):
        slot = f"F1-{2 * (serial // 4 % 10) + 1:02d}-{serial % 4 + 1:02d}-{serial // 40 % 5 + 1}"
        story.container("8:00", number(serial))
        story.stands("8:00", slot, number(serial))
        story.lifted_for_exit(f"8:{15 + serial // 30}:{2 * (serial % 30):02d}", slot, box=number(serial))
    return story


class Process:
    """A desk as another process sees it: orders in, what it tells out."""

    def __init__(self, url: str, operator: str, boxes: int, data: Path, *, record: bool) -> None:
        """Starts it. `data`: folder of its own, for what the history cannot take just now."""
        self.operator = operator
        self.told: list[dict[str, Any]] = []
        self.seen: dict[str, list[dict[str, Any]]] = {}  # by warning, in order
        self.ready: list[str] | None = None
        self._rest = b""
        words = [url, operator, str(boxes), "record" if record else "share"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.history.desk_process", *words], cwd=ROOT, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, env=os.environ | {DATA_VARIABLE: str(data)})

    def does(self, verb: Verb, warnings: Sequence[str], note: str = "") -> None:
        """Give an order."""
        self._say({"do": verb.value, "warnings": list(warnings), "note": note})

    def listen(self, wait_s: float) -> bool:
        """Take in what it has told; whether it told anything."""
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], wait_s)[0]:
            return False
        said = os.read(self._process.stdout.fileno(), 1 << 20)
        *lines, self._rest = (self._rest + said).split(b"\n")
        for line in lines:
            word = json.loads(line)
            if "ready" in word:
                self.ready = word["ready"]
            elif "told" in word:
                self.told.append(word)
            else:
                self.seen.setdefault(word["seen"], []).append(word)
        return bool(said)

    def state(self, warning: str) -> dict[str, Any]:
        """The warning as this desk has it."""
        return self.seen[warning][-1]

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End it as a loss of power would, and hear what it said last."""
        self._process.kill()
        self._process.wait()
        while self.listen(0.0):
            pass
        self._shut()

    def end(self) -> int:
        """Close it as its operator would; its exit code."""
        if self._process.stdin is not None and not self._process.stdin.closed:
            self._say({"end": True})
        code = self._process.wait(30.0)
        self._shut()
        return code

    def _shut(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _say(self, order: dict[str, object]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()


def until(desks: Sequence[Process], true: Callable[[], bool], patience_s: float = 30.0) -> bool:
    """Listen to the desks until something is true; whether it came about."""
    end_s = time.monotonic() + patience_s
    while not true():
        if time.monotonic() > end_s:
            return False
        for desk in desks:
            desk.listen(0.02)
    return True


# within the process


def tell(**word: object) -> None:
    sys.stdout.write(json.dumps(word | {"at": time.time()}) + "\n")
    sys.stdout.flush()


def main() -> int:
    url, operator, boxes, how = sys.argv[1:]
    story, inbox = removals(int(boxes)), Inbox()
    recording = Recording(url, story.index.layout.code, PortClock(), record=how == "record")
    twin = Twin(story.index, make_rules())
    feeds = (FeedHealth("port", FeedState.UP, 0),)
    session = (Session(inbox, twin, Layers(story.index, twin), lambda: feeds) if recording.recorder is None else
               RecordedSession(inbox, twin, Layers(story.index, twin), lambda: feeds, recording.recorder))
    begun_s = time.monotonic()

    def now() -> int:
        return at("8:30") + round((time.monotonic() - begun_s) * 1000)

    recording.start()
    steps = recording.share(twin, operator, now)
    for record in story.records:
        inbox.put(batches([record], 0))
    session.step(now(), 60.0, time.perf_counter)
    tell(ready=[warning.id for warning in twin.warnings.open()])
    revision, orders, rest = 0, True, b""
    while orders:
        if select.select([sys.stdin.buffer], [], [], BEAT_S)[0]:
            *lines, rest = (rest + os.read(sys.stdin.fileno(), 1 << 20)).split(b"\n")
            for order in map(json.loads, lines):
                orders = orders and "end" not in order
                if "do" in order:
                    obey(steps, order, operator, now())
        steps.settle()
        session.step(now(), 1.0, time.perf_counter)
        revision = tell_changes(twin, revision)
    recording.stop()
    return 0


def obey(steps: DeskSteps, order: dict[str, Any], operator: str, now: int) -> None:
    """Hand in what the operator does; what becomes of it is told when it is known."""
    def told(warning: str) -> Callable[[Sequence[Step], Refused | None], None]:
        return lambda _, why: tell(told=warning, verb=order["do"], why=why and str(why))

    for warning in order["warnings"]:
        steps.submit(warning, Step(Verb(order["do"]), now, operator, order["note"]), told(warning))


def tell_changes(twin: Twin, revision: int) -> int:
    """Tell each warning that changed since the book was at a revision; the revision it is at."""
    changed: Sequence[RiskWarning] | None = twin.warnings.changed_since(revision)
    for warning in twin.warnings.all() if changed is None else changed:
        history = [[step.verb.value, step.by, step.note] for step in warning.history]
        tell(seen=warning.id, state=warning.state.value, owner=warning.owner, history=history)
    return twin.warnings.revision


if __name__ == "__main__":
    sys.exit(main())
