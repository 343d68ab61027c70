"""From HTTP to the twin with rules on: how much a desk takes, whether it loses any, and whether its window stalls.

    python -m benchmarks.ingest --json [--seconds 60] [--rate 20000]

A port backend in its own process says `--rate` positions a second (`benchmarks.load_backend`). Here, in one process as
in the desk, a `RestFeed` reads them and a Qt event loop with the desk's own heartbeat applies them to a twin with all
rules and updates the layers; there is no window and no scene. A timer every 10 ms notes how late it comes.

Then, from the same backend and in the same run, three readers each read what it kept, as fast as they can: ours
(checked, deduplicated, as columns), ours with the twin and all rules behind it, and a plain one (requests, json, the
latest record of each truck as a dict; no checks, no repeats dropped, no rules).
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable

import numpy as np
import psutil
import requests
from PySide6.QtCore import QCoreApplication, Qt, QTimer

from benchmarks import report
from data_sources.clock import PortClock
from data_sources.datum import to_wgs84
from data_sources.inbox import Inbox
from data_sources.quarantine import Quarantine
from data_sources.rest_client import RestClient
from data_sources.rest_feed import PAGE_ROWS, RestFeed
from data_sources.seen import SeenRecords
from data_sources.simulated_port.process import PortProcess, start_port
from data_sources.wire import decode_answer
from layers.layers import Layers
from layers.session import Session
from panels.heartbeat import Heartbeat
from resources import locator
from twin import port_definition
from twin.batch import Batch
from twin.port_index import PortIndex
from twin.records import Kind
from twin.rules.registry import make_rules
from twin.twin import Twin

PROBE_MS = 10
PATIENCE_S = 30.0
READING_S = 8.0


class CountingInbox(Inbox):
    """Notes what the heartbeat takes: the numbers of the positions, and how old the newest is."""

    def __init__(self, now: Callable[[], int]) -> None:
        super().__init__()
        self._now = now
        self.ids: list[np.ndarray] = []
        self.taken = 0
        self.first_s = self.last_s = 0.0
        self.delays_ms: list[float] = []

    def drain(self, max_rows: int) -> list[Batch]:
        batches = super().drain(max_rows)
        for batch in batches:
            if batch.kind is Kind.POSITION:
                self.last_s = time.perf_counter()
                self.first_s = self.first_s or self.last_s
                self.ids.append(batch["id"])
                self.taken += len(batch)
                self.delays_ms.append(self._now() - int(batch["observed_at"][-1]))
        return batches

    def numbers(self) -> np.ndarray:
        return np.array([int(text[2:]) for ids in self.ids for text in ids], dtype=np.int64)


class NoScene:
    """Stands where the 3D view does: this benchmark opens no window."""

    pending = False

    def sync(self, now: int) -> None:
        pass


def load(seconds: float, rate: int) -> PortProcess:
    """A backend that says `rate` positions a second for `seconds`."""
    words = [sys.executable, "-m", "benchmarks.load_backend", f"--positions-per-second={rate}", f"--seconds={seconds}"]
    return start_port(command=words, timeout_s=60.0)


def take_live(port: PortProcess, index: PortIndex, total: int, seconds: float) -> dict[str, report.Figure]:
    """The desk's path at the offered rate."""
    app = QCoreApplication.instance() or QCoreApplication(sys.argv)
    clock = PortClock()
    inbox = CountingInbox(clock.now)
    quarantine = Quarantine()
    twin = Twin(index, make_rules())
    feed = RestFeed("port", port.url, port.token, inbox, quarantine, clock)
    session = Session(inbox, twin, Layers(index, twin), lambda: (feed.health(),))
    heart = Heartbeat(session, NoScene(), clock.now)
    stalls_ms: list[float] = []
    threads: dict[int, float] = {}
    waiting: list[int] = []
    before = [time.perf_counter()]
    until_s = time.perf_counter() + seconds + PATIENCE_S

    def probe() -> None:
        now_s = time.perf_counter()
        if inbox.first_s:
            stalls_ms.append(max(0.0, (now_s - before[0]) * 1000.0 - PROBE_MS))
        before[0] = now_s

    def watch() -> None:
        waiting.append(inbox.rows)
        threads.update({thread.id: thread.user_time + thread.system_time for thread in psutil.Process().threads()})
        if newest(inbox) >= total - 1 or time.perf_counter() > until_s:
            app.quit()

    timers = []
    for period_ms, act in ((PROBE_MS, probe), (500, watch)):
        timer = QTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(act)
        timer.start(period_ms)
        timers.append(timer)
    feed.start()
    feed_thread = next(t.native_id for t in threading.enumerate() if t.name == "feed-port")
    heart.start()
    began_s, began_cpu_s, began_gui_s = time.perf_counter(), time.process_time(), time.thread_time()
    app.exec()
    wall_s = time.perf_counter() - began_s
    cpu_s, gui_s = time.process_time() - began_cpu_s, time.thread_time() - began_gui_s
    heart.stop()
    for timer in timers:
        timer.stop()
    ended = feed.stop()
    numbers = inbox.numbers()
    first = int(numbers.min()) if len(numbers) else 0
    different = len(np.unique(numbers))
    health = feed.health()
    return {
        "records_per_s": inbox.taken / max(inbox.last_s - inbox.first_s, 1e-9),
        "offered_per_s": total / seconds,
        "taken_records": inbox.taken,
        "lost": total - first - different,
        "repeated": inbox.taken - different,
        "rejected": health.rejected,
        "gaps": health.gaps,
        "rules_on": sum(status.on for status in twin.rule_status.values()),
        "warnings": len(twin.warnings.open()),
        "loop_stall_ms_p50": report.percentile(stalls_ms, 0.5),
        "loop_stall_ms_p99": report.percentile(stalls_ms, 0.99),
        "loop_stall_ms_max": max(stalls_ms, default=float("nan")),
        "apply_delay_ms_p50": report.percentile(inbox.delays_ms, 0.5),
        "apply_delay_ms_p99": report.percentile(inbox.delays_ms, 0.99),
        "inbox_waiting_max_records": max(waiting, default=0),
        "process_cpu_share": cpu_s / wall_s,
        "gui_thread_cpu_share": gui_s / wall_s,
        "feed_thread_cpu_share": threads.get(feed_thread or -1, float("nan")) / wall_s,
        "feed_ended_in_time": int(ended),
    }


def newest(inbox: CountingInbox) -> int:
    """The highest number taken so far."""
    return int(inbox.ids[-1][-1][2:]) if inbox.ids else -1


def read_ours(port: PortProcess, twin: Twin | None = None) -> tuple[float, float]:
    """Kept positions through our reader, and into a twin if one is given. Records a second, CPU microseconds a record.
    """
    client, seen = RestClient(port.url, port.token), SeenRecords()
    cursor, rows = "", 0
    began_s, began_cpu_s = time.perf_counter(), time.thread_time()
    while time.perf_counter() - began_s < READING_S:
        question: dict[str, str | int | float] = {"limit": PAGE_ROWS} | ({"cursor": cursor} if cursor else {})
        answer = decode_answer(client.get("/v1/records/position", question), 0)
        fresh = [seen.fresh(to_wgs84(batch)) for batch in answer.decoded.batches]
        if twin is not None:
            twin.apply(fresh, answer.now)
        rows += sum(map(len, fresh))
        cursor = answer.cursor
        if not answer.more:
            break
    client.close()
    return _speed(rows, began_s, began_cpu_s)


def read_plain(port: PortProcess) -> tuple[float, float]:
    """The same positions the plain way: requests, json, and the latest record of each truck as a dict."""
    latest: dict[str, dict[str, object]] = {}
    cursor, rows = "", 0
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = f"Bearer {port.token}"
        session.headers["Accept-Encoding"] = "identity"
        began_s, began_cpu_s = time.perf_counter(), time.thread_time()
        while time.perf_counter() - began_s < READING_S:
            question: dict[str, str | int] = {"limit": PAGE_ROWS} | ({"cursor": cursor} if cursor else {})
            answer = session.get(f"{port.url}/v1/records/position", params=question, timeout=10).json()
            for batch in answer["batches"]:
                names = list(batch["columns"])
                for values in zip(*batch["columns"].values(), strict=True):
                    record = dict(zip(names, values, strict=True))
                    latest[record["entity"]] = record
                    rows += 1
            cursor = answer["cursor"]
            if not answer["more"]:
                break
    return _speed(rows, began_s, began_cpu_s)


def _speed(rows: int, began_s: float, began_cpu_s: float) -> tuple[float, float]:
    wall_s, cpu_s = time.perf_counter() - began_s, time.thread_time() - began_cpu_s
    return rows / wall_s, cpu_s * 1e6 / max(rows, 1)


def main() -> int:
    parser = report.parser("ingest", "HTTP to twin with rules at a given rate, and the desk's event loop meanwhile.")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long positions are offered (default 60)")
    parser.add_argument("--rate", type=int, default=20_000, help="positions a second (default 20000)")
    args = parser.parse_args()
    facts = report.machine()
    index = PortIndex(port_definition.load(locator.port_definition()))
    port = load(args.seconds, args.rate)
    try:
        figures = take_live(port, index, round(args.rate * args.seconds), args.seconds)
        plain, plain_us = read_plain(port)
        ours, ours_us = read_ours(port)
        twin, twin_us = read_ours(port, Twin(index, make_rules()))
    finally:
        port.stop()
    figures |= {
        "reader_records_per_s": ours, "reader_cpu_us_per_record": ours_us,
        "reader_and_twin_records_per_s": twin, "reader_and_twin_cpu_us_per_record": twin_us,
        "peer_requests_json_dicts_records_per_s": plain, "peer_requests_json_dicts_cpu_us_per_record": plain_us,
    }
    report.show("ingest", facts, figures, as_json=args.json)
    return 0 if figures["lost"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
