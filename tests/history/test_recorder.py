"""The recorder loses nothing that it acknowledged, whatever becomes of the database, the disk or the process."""

from __future__ import annotations

import json
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from data_sources.clock import WallClock
from data_sources.history import database
from data_sources.history.errors import UnavailableError
from data_sources.history.recorder import NOT_RECORDING, Recorder
from data_sources.history.spool import Spool, SpoolFullError
from data_sources.history.store import History
from data_sources.history.values import GapRow, KeyframeRow, WarningStep
from tests.history.saying import FOREVER, MINUTE, SECOND, all_rows, everything, fixes, recorded
from tests.history.server import Server
from tests.port.making import MORNING
from twin.feed_health import FeedState

PORT = "CNFZJ"
PATIENCE_S = 20.0


class Desk:
    """A history that can be made to fail, and recorders on it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.away = False
        self._started: list[Recorder] = []

    def open(self) -> History:
        if self.away:
            raise UnavailableError("The server is away.")
        return History.open(self.url, PORT)

    def recorder(self, **options: Any) -> Recorder:
        made = Recorder(self.open, self.url, self.folder / "spool", WallClock(),
                        **({"flush_s": 0.01, "spool_bytes": 2**20} | options))
        made.start()
        self._started.append(made)
        return made

    def stop(self) -> None:
        for recorder in self._started:
            recorder.stop(PATIENCE_S)


@pytest.fixture
def desk(sqlite_url: str, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(sqlite_url, tmp_path)
    yield made
    made.stop()


def until(true: Callable[[], bool]) -> bool:
    end_s = time.monotonic() + PATIENCE_S
    while not true() and time.monotonic() < end_s:
        time.sleep(0.01)
    return true()


def test_what_is_put_in_is_in_the_history(desk: Desk):
    recorder = desk.recorder()
    said = everything() + fixes(range(0, 90, 2))
    for batch in said:
        number = recorder.put([batch])
    frame, step = KeyframeRow(MORNING, MORNING, 1, b"x"), WarningStep("W-1", "R01", "BOX", MORNING, "raise", "rule")
    recorder.put([step, GapRow(MORNING, MORNING + 5, "why")])
    last = recorder.put_keyframe(lambda: frame)
    assert recorder.wait_for(last, PATIENCE_S) and recorder.acknowledged == last > number
    health = recorder.health()
    assert (health.state, health.records, health.waiting, health.lost) == (FeedState.UP, 12 + 90, 0, 0)
    assert recorder.stop(PATIENCE_S)
    with desk.open() as history:
        assert sorted(map(repr, all_rows(history))) == sorted(map(repr, recorded(said)))
        assert history.keyframes_before(MORNING) == (frame,)
        assert history.warnings(0, FOREVER) == (step,)
    assert not (desk.folder / "spool").exists()


def test_a_keyframe_that_cannot_be_made_costs_only_itself(desk: Desk, caplog: pytest.LogCaptureFixture):
    recorder = desk.recorder()

    def broken() -> KeyframeRow:
        raise ZeroDivisionError

    recorder.put_keyframe(broken)
    assert recorder.wait_for(recorder.put(everything()), PATIENCE_S)
    assert "a keyframe could not be made" in caplog.text


def test_a_server_that_is_away_at_the_start_is_caught_up_when_it_comes(desk: Desk):
    desk.away = True
    recorder = desk.recorder()
    said = fixes(range(0, 60, 2))
    for batch in said:
        assert recorder.wait_for(recorder.put([batch]), PATIENCE_S)
    health = recorder.health()
    assert (health.state, health.last_error, health.waiting) == (FeedState.LATE, "The server is away.", 60)
    assert health.spool_bytes > 0
    desk.away = False
    assert until(lambda: recorder.health().state is FeedState.UP)
    assert recorder.health().waiting == recorder.health().spool_bytes == 0
    with desk.open() as history:
        assert all_rows(history) == recorded(said)


def test_what_an_earlier_run_set_aside_comes_first(desk: Desk):
    desk.away = True
    before = desk.recorder()
    assert before.wait_for(before.put(fixes([0])), PATIENCE_S)
    assert before.stop(PATIENCE_S)
    desk.away = False
    after = desk.recorder()
    assert after.wait_for(after.put(fixes([2])), PATIENCE_S)
    with desk.open() as history:
        assert all_rows(history) == recorded(fixes([0, 2]))


def test_a_locked_file_is_waited_for(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(database, "BUSY_S", 0.05)
    recorder = desk.recorder()
    assert recorder.wait_for(recorder.put(fixes([0])), PATIENCE_S)
    with sqlite3.connect(str(database.url_of(desk.url).database), isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        assert recorder.wait_for(recorder.put(fixes([2])), PATIENCE_S)
        assert recorder.health().state is FeedState.LATE
        assert "is locked by another program" in str(recorder.health().last_error)
        other.execute("ROLLBACK")
    assert until(lambda: recorder.health().state is FeedState.UP)
    with desk.open() as history:
        assert all_rows(history) == recorded(fixes([0, 2]))


def test_a_full_disk_is_waited_for(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    recorder = desk.recorder()
    assert recorder.wait_for(recorder.put(fixes([0])), PATIENCE_S)
    ordinary = database._set_up_sqlite
    room = {"pages": 0}

    def cramped(connection: sqlite3.Connection, record: Any) -> None:
        ordinary(connection, record)
        if room["pages"]:
            connection.execute(f"PRAGMA max_page_count = {room['pages']}")

    monkeypatch.setattr(database, "_set_up_sqlite", cramped)
    assert recorder.stop(PATIENCE_S)
    room["pages"] = 1  # SQLite takes the pages there are: not one more
    recorder = desk.recorder()
    said = fixes(range(2, 1200, 2), trucks=[f"闽A{n:05d}" for n in range(30)])
    assert recorder.wait_for(recorder.put(said), PATIENCE_S)
    health = recorder.health()
    assert (health.state, health.lost) == (FeedState.LATE, 0)
    assert "disk of the history" in str(health.last_error) and "is full" in str(health.last_error)
    assert recorder.stop(PATIENCE_S)
    room["pages"] = 0
    recorder = desk.recorder()
    assert until(lambda: recorder.health().state is FeedState.UP)
    with desk.open() as history:
        assert sorted(map(repr, all_rows(history))) == sorted(map(repr, recorded(fixes([0]) + said)))


def test_a_disk_that_is_really_full_costs_nothing(tmp_path: Path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = [shutil.which("unshare") or "false", "--user", "--map-root-user", "--mount", "--", "sh", "-c",
               'mount -t tmpfs -o size=8m none "$1" && shift && exec "$@"', "sh", str(disk)]
    if subprocess.run([*mounted, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a small disk of his own")
    done = subprocess.run([*mounted, sys.executable, "-m", "tests.history.full_disk", str(disk)], capture_output=True,
                          text=True, timeout=150, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["state"] == "late" and told["safe"], told
    assert "is full" in told["error"], told
    assert told["kept"] and told["caught_up"] and told["stopped"] and told["same"], told
    assert (told["lost"], told["counted"]) == (0, told["put"])


def test_a_server_killed_in_mid_write_time_and_again_costs_nothing(postgresql_url: str, server: Server,
                                                                   tmp_path: Path):
    desk = Desk(postgresql_url, tmp_path)
    recorder = desk.recorder()
    said = fixes(range(0, 240, 2), trucks=[f"闽A{n:05d}" for n in range(5)])
    try:
        for place, batch in enumerate(said):
            number = recorder.put([batch])
            if place % 30 == 15:
                assert recorder.wait_for(number - 10, PATIENCE_S)
                server.kill()
            if place % 30 == 25:
                assert recorder.wait_for(number, PATIENCE_S)
                assert recorder.health().state is FeedState.LATE
                server.start()
        assert recorder.wait_for(number, PATIENCE_S)
        assert until(lambda: recorder.health().state is FeedState.UP)
        with desk.open() as history:
            assert sorted(map(repr, all_rows(history))) == sorted(map(repr, recorded(said)))
            assert history.days()[0].fixes == 600
    finally:
        desk.stop()


def test_when_nothing_takes_records_the_oldest_are_given_up_and_the_gap_is_on_record(desk: Desk):
    desk.away = True
    recorder = desk.recorder(spool_bytes=200, room_rows=20)
    said = fixes(range(60))
    for batch in said:
        recorder.put([batch])
        time.sleep(0.015)
    assert until(lambda: recorder.health().waiting <= 20 + 2)
    health = recorder.health()
    assert health.state is FeedState.DOWN
    assert health.lost + health.waiting == 120
    desk.away = False
    assert until(lambda: recorder.health().state is FeedState.UP)
    with desk.open() as history:
        assert len(all_rows(history)) == 120 - health.lost
        gap, = history.gaps(0, FOREVER)
        kept = [row[-1] for _, row in all_rows(history)]
        assert gap[1] < min(kept)


def test_the_time_between_two_runs_is_a_gap(desk: Desk):
    first = desk.recorder()
    assert first.wait_for(first.put(fixes([0])), PATIENCE_S) and first.stop(PATIENCE_S)
    second = desk.recorder()
    assert second.wait_for(second.put(fixes([30 * 60])), PATIENCE_S) and second.stop(PATIENCE_S)
    with desk.open() as history:
        assert history.gap_rows(0, FOREVER) == (
            GapRow(MORNING + SECOND, MORNING + 30 * MINUTE + SECOND, NOT_RECORDING),)


@pytest.mark.parametrize(("database_url", "times"), [("sqlite_url", 50), ("postgresql_url", 15)])
def test_sigkill_at_random_moments_loses_nothing_acknowledged(request: pytest.FixtureRequest, database_url: str,
                                                              times: int, tmp_path: Path):
    url = str(request.getfixturevalue(database_url))
    done = subprocess.run([sys.executable, "-m", "tests.history.recording", url, str(tmp_path), str(times)],
                          capture_output=True, text=True, timeout=150, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["killed"] == times
    assert told["found"] == told["acknowledged"] > 0
    assert told["rows"] == told["counted"]


def test_a_spool_keeps_whole_frames_only(tmp_path: Path):
    spool = Spool(tmp_path / "spool", 4096)
    for frame in (b"one", b"two" * 100):
        spool.append(frame)
    with pytest.raises(SpoolFullError):
        spool.append(bytes(4096))
    neighbour = Spool(tmp_path / "spool", 4096)  # another desk on this machine
    assert neighbour.file != spool.file
    neighbour.close()
    size = spool.used_bytes
    spool._handle, handle = -1, spool._handle
    with (tmp_path / "spool").open("r+b") as torn:
        torn.seek(size - 5)
        torn.write(b"\xff" * 5)
    os.close(handle)
    again = Spool(tmp_path / "spool", 4096)
    assert list(again.frames()) == [b"one"]
    again.append(b"three")
    assert list(again.frames()) == [b"one", b"three"]
    again.clear()
    again.close()
    assert not (tmp_path / "spool").exists()


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
