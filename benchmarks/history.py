"""The history: how fast it takes records, how small it keeps fixes, how fast it answers beside many records.

    python -m benchmarks.history --json [--records 200000] [--minutes 20] [--only sqlite|postgresql] [--folder DIR]

Fixes are those of the simulated port: `--minutes` of a busy morning, written a minute at a time into a SQLite file that
holds nothing else; `bytes_per_fix` is the size of that file by its fixes (and once more of the chunks alone, and of the
same columns as plain Parquet). Then the same fixes and `--records` discrete records, 100,000 a day, go into SQLite and
into PostgreSQL (a server from a package, started here). Of the records the ordinary writer writes the first eight days;
all others are copies of these made inside the database (`history_days.py` says how, and what a copy lacks). Then both
databases are brought up to date with ANALYZE (PostgreSQL with VACUUM) and answer the same questions, each about another
name or time drawn at random: the dossier of a container over all days, of a truck over all days (its newest 500
records) and on one day, what stood in a slot at a time, who was in a zone in ten minutes.

Before each kind of question all caches are emptied: connections closed, the server restarted, the files put out of the
system's cache; the first question of a kind waits for the disk as after a night, the others for what is theirs alone.
`question_..._ms_p95` is over all questions, `question_..._cpu_ms_p95` what they cost of processors, this process and
the server's together. With `--folder` the databases stay there and a later run asks them again.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path

import psutil
import sqlalchemy as sa

from benchmarks import report
from benchmarks.history_days import SAID, SLOTS, TRUCKS, WRITTEN_DAYS, Filled, Names, fill, slot_name, truck_name
from data_sources.history import questions, schema
from data_sources.history.bodies import SAMPLED
from data_sources.history.days import DAY_MS, span_of
from data_sources.history.outlines import outline_of
from data_sources.history.store import History
from data_sources.history.values import Written
from data_sources.simulated_port.whole_day import WholeDay
from resources import locator
from tests.history.server import Server
from twin import port_definition
from twin.batch import RECEIVED_AT, Batch, fields_of
from twin.port_layout import PortLayout

MORNING_MS = 1_772_326_800_000  # 2026-03-01 09:00 in China
FIRST_DAY = 20260302  # of the discrete records
RECORDS_A_DAY = 100_000
QUESTIONS = 50
TEN_MINUTES_MS = 600_000
HOUR_MS = 3_600_000
DATABASES = ("sqlite", "postgresql")
_SERVER = """
shared_buffers = 1GB
max_wal_size = 8GB
wal_level = minimal
max_wal_senders = 0
autovacuum = off
"""
"""Filled in one go, so that no time goes into what serves standbys, and cleaned and analysed once, at the end."""


def fixes(layout: PortLayout, minutes: int) -> list[list[Batch]]:
    """Positions and telemetry of the simulated port, a list a minute."""
    port = WholeDay(layout, 1, MORNING_MS)
    return [[batch for batch in piece.batches if batch.kind in SAMPLED]
            for piece in port.slices(MORNING_MS + minutes * 60_000) if piece.at_ms > MORNING_MS]


class Place(ABC):
    """A database that is filled, and whose caches can be emptied. Kept where a folder is named."""

    def __init__(self, folder: Path, records: int) -> None:
        self._filled = folder / f"{self.name}-{records}.json"
        self._folder = folder

    name = ""

    @abstractmethod
    def url(self) -> str:
        """Where the history is."""

    @abstractmethod
    def close(self) -> None:
        """End what runs."""

    @abstractmethod
    def emptied(self) -> History:
        """The history, opened anew with all caches empty."""

    @abstractmethod
    def size(self, history: History) -> int:
        """Bytes on disk, after the database's own housekeeping."""

    def processes(self) -> list[psutil.Process]:
        """Whose work the questions are."""
        return [psutil.Process()]

    def filled(self, minutes: list[list[Batch]], records: int) -> tuple[Filled, int]:
        """Fill it, if it is not filled yet; and its size in bytes."""
        if self._filled.exists():
            said = json.loads(self._filled.read_text(encoding="utf-8"))
            return Filled(**said["filled"]), said["size"]
        with History.open(self.url(), "BENCH") as history:
            for batches in minutes:
                history.write(batches)
            done = fill(history, FIRST_DAY, records, min(records, RECORDS_A_DAY))
            size = self.size(history)
        self._filled.write_text(json.dumps({"filled": asdict(done), "size": size}), encoding="utf-8")
        return done, size


class SqlitePlace(Place):
    """A file."""

    name = "sqlite"

    def __init__(self, folder: Path, records: int) -> None:
        super().__init__(folder, records)
        self._file = folder / f"sqlite-{records}.db"

    def url(self) -> str:
        return f"sqlite:///{self._file}"

    def close(self) -> None:
        """Nothing runs."""

    def emptied(self) -> History:
        _out_of_cache([self._file])
        return History.open(self.url(), "BENCH", create=False)

    def size(self, _history: History) -> int:
        with sqlite3.connect(self._file) as plain:
            plain.execute("ANALYZE")
        with sqlite3.connect(self._file) as plain:
            plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return self._file.stat().st_size


class PostgresqlPlace(Place):
    """A server of its own."""

    name = "postgresql"

    def __init__(self, folder: Path, records: int) -> None:
        super().__init__(folder, records)
        self._data = folder / f"server-{records}"
        self._data.mkdir(exist_ok=True)
        self._server = Server(self._data, _SERVER)
        self._server.start()

    def url(self) -> str:
        return self._server.url("postgres")

    def close(self) -> None:
        self._server.stop()

    def emptied(self) -> History:
        self._server.stop()
        _out_of_cache(file for file in self._data.rglob("*") if file.is_file())
        self._server.start()
        return History.open(self.url(), "BENCH", create=False)

    def size(self, history: History) -> int:
        with history.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM (ANALYZE)")
            connection.exec_driver_sql("CHECKPOINT")
            return int(connection.scalar(sa.text("SELECT pg_database_size(current_database())")) or 0)

    def processes(self) -> list[psutil.Process]:
        return [psutil.Process(), *psutil.Process(self._server.pid()).children()]


def _out_of_cache(files: Iterable[Path]) -> None:
    """Put files out of the system's cache, where the system can be asked to."""
    if not hasattr(os, "posix_fadvise"):
        return
    for file in files:
        handle = os.open(file, os.O_RDONLY)
        try:
            os.fsync(handle)  # only what is on the disk can leave
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(handle)


Asked = dict[str, list[tuple[float, float]]]  # by kind of question: milliseconds that passed, and those of processors


def asked(place: Place, layout: PortLayout, filled: Filled, minutes: int) -> Asked:
    """The questions, each with names and times drawn anew."""
    chance = random.Random(5)
    written_days = min(filled.days, WRITTEN_DAYS)
    visits = max(1, min(filled.written, RECORDS_A_DAY * written_days) // SAID)
    start = span_of(FIRST_DAY)[0]
    outlines = [outline_of(layout, zone.id) for zone in layout.zones if zone.parent is not None]

    def container(history: History) -> object:
        names = Names(chance.randrange(max(1, filled.days // written_days)), visits)
        return questions.dossier(history, names.container(chance.randrange(visits)))

    def truck(history: History) -> object:
        return questions.dossier(history, truck_name(chance.randrange(TRUCKS)))

    def truck_day(history: History) -> object:
        at = start + chance.randrange(filled.days) * DAY_MS
        return questions.dossier(history, truck_name(chance.randrange(TRUCKS)), at, at + DAY_MS)

    def slot(history: History) -> object:
        at = start + chance.randrange(filled.days * DAY_MS)
        return questions.stood_in(history, slot_name(chance.randrange(SLOTS)), at, at + HOUR_MS)

    def zone(history: History) -> object:
        at = MORNING_MS + chance.randrange(max(1, minutes * 60_000 - TEN_MINUTES_MS + 1))
        return questions.within(history, chance.choice(outlines), at, at + TEN_MINUTES_MS)

    found: Asked = {}
    for question in (container, truck, truck_day, slot, zone):
        with place.emptied() as history:
            found[question.__name__] = [_took_ms(place, partial(question, history)) for _ in range(QUESTIONS)]
    return found


def _took_ms(place: Place, act: Callable[[], object]) -> tuple[float, float]:
    processes = place.processes()
    before_s, began_s = _worked_s(processes), time.perf_counter()
    act()
    wall_s = time.perf_counter() - began_s
    return wall_s * 1000.0, (_worked_s(processes) - before_s) * 1000.0


def _worked_s(processes: list[psutil.Process]) -> float:
    """Processor time of processes so far, in seconds: of others than this one as fine as the system tells."""
    total_s = time.process_time()
    for process in processes[1:]:
        fine = Path(f"/proc/{process.pid}/schedstat")
        if fine.exists():
            total_s += int(fine.read_text(encoding="ascii").split()[0]) / 1e9
        elif process.is_running():
            total_s += sum(process.cpu_times()[:2])
    return total_s


def small(folder: Path, minutes: list[list[Batch]]) -> Iterator[tuple[str, report.Figure]]:
    """Figures of a file that holds fixes alone."""
    file = folder / "fixes.db"
    with History.open(f"sqlite:///{file}", "BENCH") as history:
        began_s = time.perf_counter()
        done = Written()
        for batches in minutes:
            done += history.write(batches)
        yield "write_records_per_s", done.fixes / (time.perf_counter() - began_s)
        with history.engine.connect() as connection:
            bodies = connection.scalar(sa.select(sa.func.sum(sa.func.length(schema.chunk.c.body))))
    with sqlite3.connect(file) as plain:
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    empty = folder / "empty.db"
    History.open(f"sqlite:///{empty}", "BENCH").close()
    yield "fixes", done.fixes
    yield "bytes_per_fix", (file.stat().st_size - empty.stat().st_size) / done.fixes
    yield "bytes_per_fix_in_chunks", int(bodies or 0) / done.fixes
    yield "peer_parquet_zstd_bytes_per_fix", _parquet_size(folder / "plain.parquet", minutes) / done.fixes


def _parquet_size(file: Path, minutes: list[list[Batch]]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    size = 0
    for kind in SAMPLED:
        batches = [batch for several in minutes for batch in several if batch.kind is kind]
        names = [field.name for field in fields_of(kind)] + [RECEIVED_AT]
        table = pa.table({name: [value for b in batches for value in b[name].tolist()] for name in names})
        pq.write_table(table, file, compression="zstd")
        size += file.stat().st_size
    return size


def main() -> int:
    parser = report.parser("history", "Writing to, size of and questions to a history on SQLite and PostgreSQL.")
    parser.add_argument("--records", type=int, default=200_000, help="discrete records (default 200000)")
    parser.add_argument("--minutes", type=int, default=20, help="minutes of fixes (default 20)")
    parser.add_argument("--only", choices=DATABASES, help="fill and ask this database alone")
    parser.add_argument("--folder", type=Path, help="where the databases are to stay (default: a temporary folder)")
    args = parser.parse_args()
    facts = report.machine()
    layout = port_definition.load(locator.port_definition())
    minutes = fixes(layout, args.minutes)
    scratch = Path(tempfile.mkdtemp(prefix="history-"))
    folder = args.folder or scratch
    folder.mkdir(parents=True, exist_ok=True)
    figures: dict[str, report.Figure] = {"records": args.records}
    try:
        figures |= dict(small(scratch, minutes))
        for place_of in (SqlitePlace, PostgresqlPlace):
            if args.only in (None, place_of.name):
                place = place_of(folder, args.records)
                try:
                    filled, size = place.filled(minutes, args.records)
                    figures |= answers(place.name, filled, size, asked(place, layout, filled, args.minutes))
                finally:
                    place.close()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    report.show("history", facts, figures, as_json=args.json)
    return 0


def answers(database: str, filled: Filled, size: int, times: Asked) -> dict[str, report.Figure]:
    """Figures of one database: p95 over all questions and of each kind, and what they were asked of."""
    found: dict[str, report.Figure] = {
        f"written_by_writer_{database}_records": filled.written, f"copied_{database}_records": filled.copied,
        f"days_{database}": filled.days, f"write_discrete_{database}_per_s": filled.written / filled.write_s,
        f"{database}_bytes_per_record": size / (filled.written + filled.copied),
    }
    every = [pair for several in times.values() for pair in several]
    for kind, several in {"question": every, **times}.items():
        for unit, place in (("ms", 0), ("cpu_ms", 1)):
            found[f"{kind}_{database}_{unit}_p95"] = report.percentile([pair[place] for pair in several], 0.95)
    return found


if __name__ == "__main__":
    sys.exit(main())
