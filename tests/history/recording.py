"""A recorder in a process of its own that is killed: run as a program, it forks, records, and is ended from outside.

    python -m tests.history.recording URL SPOOL_FOLDER TIMES

Each child puts numbered fixes and moves as fast as it is let, and says on a pipe up to which number all is
acknowledged. After each kill the spool is drained; then the history must hold everything that was acknowledged, once,
and count what it holds. Prints one JSON line: how often it was killed, how many rows were acknowledged and found.
"""

from __future__ import annotations

import json
import os
import random
import signal
import struct
import sys
import time
from pathlib import Path

from data_sources.clock import WallClock
from data_sources.history.bodies import SAMPLED
from data_sources.history.errors import UnavailableError
from data_sources.history.recorder import Recorder
from data_sources.history.store import History
from tests.history.saying import FOREVER, batches
from tests.port.making import MORNING, move, position

_NUMBER = struct.Struct("<Q")
STEP_MS = 700
ROWS = 4  # put at a time: three fixes and a move


def said(number: int) -> list[object]:
    """What is put under a number."""
    at = MORNING + number * STEP_MS
    trucks = [f"闽A{n:05d}" for n in range(3)]
    return [*(position(0, truck, at, id=f"gps:{truck}@{at}") for truck in trucks), move(number, at=at)]


def record(url: str, spool: Path, first: int, pipe: int, *, unwilling: bool) -> None:
    """Put one number after the other until killed; tell what is acknowledged. `unwilling`: the database refuses."""
    def opened() -> History:
        if unwilling:
            raise UnavailableError("The server is away.")
        return History.open(url, "CNFZJ")

    recorder = Recorder(opened, url, spool, WallClock(), flush_s=0.004, spool_bytes=2**20)
    recorder.start()
    numbers: list[tuple[int, int]] = []
    number = first
    while True:
        if len(numbers) < 200:
            numbers.append((recorder.put(batches(said(number), MORNING + number * STEP_MS)), number))
            number += 1
        done = [n for ticket, n in numbers if ticket <= recorder.acknowledged]
        if done:
            os.write(pipe, _NUMBER.pack(done[-1]))
            numbers = numbers[len(done):]
        time.sleep(0.001)


def child(url: str, spool: Path, first: int, wait_s: float, *, unwilling: bool) -> int:
    """Fork a recorder, kill it after a while; the highest number it said was acknowledged, or `first` - 1."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read_end)
        try:
            record(url, spool, first, write_end, unwilling=unwilling)
        finally:
            os._exit(1)
    os.close(write_end)
    time.sleep(wait_s)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    told = b""
    while block := os.read(read_end, 1 << 16):
        told += block
    os.close(read_end)
    whole = len(told) // _NUMBER.size * _NUMBER.size
    return max((n for (n,) in _NUMBER.iter_unpack(told[:whole])), default=first - 1)


def drained(url: str, spool: Path) -> None:
    """Bring the history what lies in the spool."""
    recorder = Recorder(lambda: History.open(url, "CNFZJ"), url, spool, WallClock(), flush_s=0.001, spool_bytes=2**20)
    recorder.start()
    assert recorder.stop(20.0)


def found(history: History, after: int) -> tuple[set[int], int]:
    """The numbers received after an instant of which everything is there, and how many rows there are."""
    counts: dict[int, int] = {}
    rows = 0
    for batch in history.batches(after, FOREVER):
        rows += len(batch)
        for number in ((batch["observed_at"] - MORNING) // STEP_MS).tolist():
            counts[number] = counts.get(number, 0) + (1 if batch.kind in SAMPLED else 10)
    return {number for number, count in counts.items() if count == 13}, rows


def main() -> int:
    url, folder, times = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(7)
    spool = folder / "spool"
    History.open(url, "CNFZJ").close()
    acknowledged: set[int] = set()
    first = unwilling_ones = before = there_in_all = 0
    for turn in range(times):
        unwilling = turn % 5 == 3
        unwilling_ones += unwilling
        last = child(url, spool, first, chance.uniform(0.0, 0.15), unwilling=unwilling)
        drained(url, spool)
        with History.open(url, "CNFZJ", create=False) as history:
            there, rows = found(history, MORNING + first * STEP_MS - 1)
            counted = sum(sum(day.records.values()) for day in history.days())
        lost = set(range(first, last + 1)) - there
        if lost or before + rows != counted:
            sys.stdout.write(json.dumps({"lost": sorted(lost)[:10], "rows": before + rows, "counted": counted}))
            return 1
        acknowledged.update(range(first, last + 1))
        before, there_in_all = counted, there_in_all + len(there)
        first = max([last, *there]) + 300  # beyond what was put and not acknowledged
    with History.open(url, "CNFZJ", create=False) as history:
        there, rows = found(history, 0)
    told = {"killed": times, "unwilling": unwilling_ones, "acknowledged": len(acknowledged),
            "found": len(acknowledged & there), "rows": rows, "counted": before}
    sys.stdout.write(json.dumps(told) + "\n")
    return 0 if len(there) == there_in_all else 1


if __name__ == "__main__":
    sys.exit(main())
