"""How much memory a history of many days takes that is opened, looked over and gone about in.

    python -m benchmarks.recorded_days --database sqlite:///FILE [--days 30] [--seeks 20] [--json]

The history is a day that `main.py simulate` made, in SQLite; a copy of it gets the days before, with the same records
and chunks a day earlier each. A process of its own then opens the copy, loads what the timeline shows, goes to random
instants of the recorded day, and says how much memory it ever had.
"""

from __future__ import annotations

import json
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import report
from data_sources.history.days import DAY_MS, MINUTE_MS, day_of
from data_sources.history.store import History
from data_sources.rewind import Rewind
from panels import timeline_data
from resources import locator
from twin import port_definition
from twin.port_index import PortIndex
from twin.rules.registry import make_rules
from twin.twin import Twin

TIMES = ("observed_at", "received_at", "first_received", "last_received", "min_observed", "max_observed", "at",
         "base_at", "first_at", "last_at")
TABLES = ("record", "mention", "chunk", "keyframe", "day_count")


def with_days_before(file: Path, day: int, first: int, days: int) -> None:
    """Adds the day that begins at `first` (ms UTC) again, a day earlier each time."""
    with sqlite3.connect(file) as connection:
        for table in TABLES:
            names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            for back in range(1, days):
                moved = {"day": str(day_of(first - back * DAY_MS)), "minute": f"minute - {back * DAY_MS // MINUTE_MS}"}
                moved |= {name: f"{name} - {back * DAY_MS}" for name in TIMES}
                connection.execute(
                    f"INSERT OR IGNORE INTO {table} ({', '.join(names)}) "
                    f"SELECT {', '.join(moved.get(name, name) for name in names)} FROM {table} "
                    f"WHERE day = {day} ORDER BY {', '.join(names[:3])}")
                connection.commit()


def inside(url: str, seeks: int) -> dict[str, report.Figure]:
    """What the process does that is measured."""
    index = PortIndex(port_definition.load(locator.port_definition()))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began_s = time.perf_counter()
    with History.open(url, index.layout.code, create=False) as history:
        days = history.days()
        shown = timeline_data.load(history)
        opened_s = time.perf_counter() - began_s
        opened = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        rewind = Rewind(history, Twin(index, make_rules()))
        dice = random.Random(1)
        for _ in range(seeks):
            rewind.to(dice.randint(days[-1].first, days[-1].last))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"days": len(days), "fixes": sum(day.fixes for day in days), "keyframes": len(shown.keyframes),
            "open_s": opened_s, "before_mb": before / 1000.0, "opened_mb": opened / 1000.0, "peak_mb": peak / 1000.0}


def main() -> int:
    parser = report.parser("recorded_days", "Memory that a history of many days takes.")
    parser.add_argument("--database", required=True, help="a history in SQLite made by `main.py simulate`")
    parser.add_argument("--days", type=int, default=30, help="so many days (default 30)")
    parser.add_argument("--seeks", type=int, default=20, help="instants gone to (default 20)")
    parser.add_argument("--inside", action="store_true", help="measure this history as it is, in this process")
    args = parser.parse_args()
    if args.inside:
        print(json.dumps(inside(args.database, args.seeks)))
        return 0
    facts = report.machine()
    given = Path(args.database.removeprefix("sqlite:///"))
    with History.open(args.database, PortIndex(port_definition.load(locator.port_definition())).layout.code,
                      create=False) as history:
        day = max(history.days(), key=lambda info: info.fixes)
    with tempfile.TemporaryDirectory(dir=given.parent) as folder:
        file = Path(folder) / "days.db"
        shutil.copy(given, file)
        with_days_before(file, day.day, day.first, args.days)
        size = file.stat().st_size
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.recorded_days", "--database", f"sqlite:///{file}", "--seeks",
             str(args.seeks), "--inside"], capture_output=True, text=True, check=True)
    figures = json.loads(done.stdout.strip().splitlines()[-1]) | {"file_mb": size / 1e6, "seeks": args.seeks}
    report.show("recorded_days", facts, figures, as_json=args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
