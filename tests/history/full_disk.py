"""A recorder on a disk that is really full: run as a program in a mount namespace of its own.

    unshare --user --map-root-user --mount -- sh -c 'mount -t tmpfs -o size=8m none FOLDER && exec \
        python -m tests.history.full_disk FOLDER'

History and spool lie on the small disk together. It is filled to the last block while the recorder works, records go
on coming, the disk gets room again. Prints one JSON line: what was put and found, and how the recorder stood meanwhile.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from data_sources.clock import WallClock
from data_sources.history.recorder import Recorder
from data_sources.history.store import History
from tests.history.saying import all_rows, fixes, recorded
from twin.feed_health import FeedState

PATIENCE_S = 60.0
TRUCKS = [f"闽A{n:05d}" for n in range(200)]


def until(true: Callable[[], bool]) -> bool:
    end_s = time.monotonic() + PATIENCE_S
    while not true() and time.monotonic() < end_s:
        time.sleep(0.02)
    return true()


def filled(file: Path) -> None:
    """Take all room that is left, to the last byte."""
    with file.open("ab", buffering=0) as rest:
        for size in (1 << 16, 1 << 9, 1):
            with contextlib.suppress(OSError):
                while True:
                    rest.write(bytes(size))


def main() -> int:
    folder = Path(sys.argv[1])
    url = f"sqlite:///{folder / 'history.db'}"
    recorder = Recorder(lambda: History.open(url, "CNFZJ"), url, folder / "spool", WallClock(), flush_s=0.01,
                        spool_bytes=2**20)
    recorder.start()
    before, meanwhile, after = (fixes(range(start, start + 240, 2), trucks=TRUCKS) for start in (0, 240, 480))
    kept = recorder.wait_for(recorder.put(before), PATIENCE_S)
    filler = folder / "filler"
    filled(filler)
    number = 0
    for batch in meanwhile:
        number = recorder.put([batch])
        filled(filler)  # what the database gives up of its log is taken at once
    safe = recorder.wait_for(number, PATIENCE_S)
    full = recorder.health()
    filler.unlink()
    caught_up = until(lambda: recorder.health().state is FeedState.UP)
    kept = kept and recorder.wait_for(recorder.put(after), PATIENCE_S)
    stopped = recorder.stop(PATIENCE_S)
    said = before + meanwhile + after
    with History.open(url, "CNFZJ", create=False) as history:
        same = sorted(map(repr, all_rows(history))) == sorted(map(repr, recorded(said)))
        counted = sum(day.fixes for day in history.days())
    sys.stdout.write(json.dumps({
        "put": sum(map(len, said)), "counted": counted, "same": same, "lost": recorder.health().lost, "kept": kept,
        "state": full.state.value, "error": full.last_error, "safe": safe, "caught_up": caught_up, "stopped": stopped,
    }) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
