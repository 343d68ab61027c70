"""The history: how fast it takes records, how small it keeps fixes, how fast it answers beside many records.

    python -m benchmarks.history --json [--records 200000] [--minutes 10] [--folder DIR]

Fixes are those of the simulated port: `--minutes` of a busy morning, written a minute at a time into a SQLite file that
holds nothing else; `bytes_per_fix` is the size of that file by its fixes (and once more of the chunks alone, and of the
same columns as plain Parquet). Then the same fixes and `--records` discrete records, 100,000 a day, go into SQLite and
into PostgreSQL (a server from a package, started here), and each answers the same questions: the dossier of a container
over all days, of a truck on one day, what stood in a slot at a time, who was in a zone in ten minutes.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from benchmarks import report
from data_sources.history import questions, schema
from data_sources.history.bodies import SAMPLED
from data_sources.history.outlines import outline_of
from data_sources.history.store import History
from data_sources.history.values import Written
from data_sources.simulated_port.whole_day import WholeDay
from resources import locator
from tests.history.server import Server
from twin import port_definition
from twin.batch import RECEIVED_AT, Batch, Column, column, fields_of
from twin.port_layout import PortLayout
from twin.records import Kind

MORNING_MS = 1_772_326_800_000  # 2026-03-01 09:00 in China
DAY_MS = 86_400_000
RECORDS_A_DAY = 100_000
VISIT = 25  # records of a container's stay
QUESTIONS = 200
TRUCKS, SLOTS = 4_000, 20_000


def fixes(layout: PortLayout, minutes: int) -> list[list[Batch]]:
    """Positions and telemetry of the simulated port, a list a minute."""
    port = WholeDay(layout, 1, MORNING_MS)
    return [[batch for batch in piece.batches if batch.kind in SAMPLED]
            for piece in port.slices(MORNING_MS + minutes * 60_000) if piece.at_ms > MORNING_MS]


def day_of_records(day: int, records: int) -> list[Batch]:
    """A day of discrete records: containers that come, are moved, sealed, declared and leave; batches by kind."""
    visits = max(1, records // VISIT)
    numbers = np.arange(day * visits, (day + 1) * visits)
    start = MORNING_MS + (day + 1) * DAY_MS
    boxes = np.array([f"BNCU{n:07d}" for n in numbers], dtype=object)
    trucks = np.array([f"闽B{n % TRUCKS:05d}" for n in numbers * 7], dtype=object)
    slots = np.array([slot_name(n) for n in numbers * 11 % SLOTS], dtype=object)
    made = []
    for kind, times in ((Kind.DECLARATION, 3), (Kind.INVENTORY, 8), (Kind.SEAL_EVENT, 4), (Kind.MOVE, 8),
                        (Kind.GATE_PASSAGE, 2)):
        made.append(_said(kind, times, numbers, start, boxes, trucks, slots))
    return made


def slot_name(number: int) -> str:
    """One of `SLOTS` slots."""
    return f"A{number % 40:02d}-{number // 40 % 50:02d}-{number // 2000 % 10:02d}-1"


def _said(kind: Kind, times: int, numbers: Column, start: int, boxes: Column, trucks: Column, slots: Column) -> Batch:
    """`times` records of a kind about each container, spread over a day."""
    count = len(numbers) * times
    who = np.repeat(np.arange(len(numbers)), times)
    observed = np.sort(start + (np.arange(count) * 7919 % count) * DAY_MS // count).astype(np.int64)
    first = int(numbers[0]) * times
    seals = np.array([f"JY-{n:07d}" for n in numbers[who]], dtype=object)
    values: dict[str, object] = {
        "id": np.array([f"{kind}-{n}" for n in range(first, first + count)], dtype=object),
        "observed_at": observed, "container": boxes[who], "containers": [(box,) for box in boxes[who]],
        "place_kind": ["slot"] * count, "place_ref": slots[who], "plate": trucks[who],
        "seals": [(seal,) for seal in seals], "seal": seals,
        "declaration": np.array([f"{n:018d}" for n in numbers[who]], dtype=object),
        "from_kind": ["vehicle"] * count, "from_ref": trucks[who], "to_kind": ["slot"] * count, "to_ref": slots[who],
        "event": ["DROP" if kind is Kind.MOVE else "heartbeat"] * count, "classifier": ["ACT"] * count,
        "purpose": ["delivery"] * count, "pictures": [()] * count,
    }
    columns: dict[str, Column] = {}
    for field in fields_of(kind):
        given = values.get(field.name)
        if given is None:
            filler: object = {"f": 1.0, "i": 1, "b": True}.get(field.dtype.kind, "x")
            given = [filler] * count
        columns[field.name] = given if isinstance(given, np.ndarray) else column(field.dtype, given)
    columns[RECEIVED_AT] = observed + 1_000
    return Batch(kind, columns)


def fill(history: History, minutes: list[list[Batch]], records: int) -> float:
    """Write the fixes and the records; returns records a second over the discrete ones."""
    for batches in minutes:
        history.write(batches)
    took_s, done = 0.0, Written()
    for day in range(max(1, records // RECORDS_A_DAY)):
        batches = day_of_records(day, min(records, RECORDS_A_DAY))
        began_s = time.perf_counter()
        done += history.write(batches)
        took_s += time.perf_counter() - began_s
    return done.records / took_s if done.records else float("nan")


def asked(history: History, layout: PortLayout, records: int, minutes: int) -> dict[str, list[float]]:
    """The questions, each with names drawn anew; milliseconds by kind of question."""
    chance = random.Random(5)
    days = max(1, records // RECORDS_A_DAY)
    visits = days * max(1, min(records, RECORDS_A_DAY) // VISIT)
    zones = [zone for zone in layout.zones if zone.parent is not None]
    outlines = [outline_of(layout, zone.id) for zone in zones]

    def container() -> object:
        return questions.dossier(history, f"BNCU{chance.randrange(visits):07d}")

    def truck() -> object:
        at = MORNING_MS + chance.randrange(1, days + 1) * DAY_MS
        return questions.dossier(history, f"闽B{chance.randrange(TRUCKS):05d}", at, at + DAY_MS)

    def slot() -> object:
        at = MORNING_MS + chance.randrange(DAY_MS, (days + 1) * DAY_MS)
        return questions.stood_in(history, slot_name(chance.randrange(SLOTS)), at, at + 3_600_000)

    def zone() -> object:
        at = MORNING_MS + chance.randrange(max(1, (minutes - 10) * 60_000 + 1))
        outline = chance.choice(outlines)
        return questions.within(history, outline, at, at + 600_000)

    found: dict[str, list[float]] = {}
    for name, question in (("container", container), ("truck", truck), ("slot", slot), ("zone", zone)):
        found[name] = [_took_ms(question) for _ in range(QUESTIONS // 4)]
    return found


def _took_ms(act: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    act()
    return (time.perf_counter() - began_s) * 1000.0


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
    parser.add_argument("--minutes", type=int, default=10, help="minutes of fixes (default 10)")
    parser.add_argument("--folder", type=Path, help="where to put the databases (default: a temporary folder)")
    args = parser.parse_args()
    facts = report.machine()
    layout = port_definition.load(locator.port_definition())
    minutes = fixes(layout, args.minutes)
    folder = Path(tempfile.mkdtemp(prefix="history-", dir=args.folder))
    figures: dict[str, report.Figure] = {"records": args.records}
    try:
        figures |= dict(small(folder, minutes))
        file = folder / "history.db"
        with History.open(f"sqlite:///{file}", "BENCH") as history:
            figures["write_discrete_sqlite_per_s"] = fill(history, minutes, args.records)
            figures |= answers("sqlite", asked(history, layout, args.records, args.minutes))
        figures["sqlite_bytes_per_record"] = file.stat().st_size / args.records
        file.unlink()
        (folder / "server").mkdir()
        server = Server(folder / "server", "shared_buffers = 1GB\n")
        server.start()
        try:
            with History.open(server.url("postgres"), "BENCH") as history:
                figures["write_discrete_postgresql_per_s"] = fill(history, minutes, args.records)
                with history.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.exec_driver_sql("VACUUM (ANALYZE)")
                    size = connection.scalar(sa.text("SELECT pg_database_size(current_database())"))
                figures |= answers("postgresql", asked(history, layout, args.records, args.minutes))
                figures["postgresql_bytes_per_record"] = int(size or 0) / args.records
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    report.show("history", facts, figures, as_json=args.json)
    return 0


def answers(database: str, times_ms: dict[str, list[float]]) -> dict[str, report.Figure]:
    """p95 over all questions and of each kind."""
    every = [ms for several in times_ms.values() for ms in several]
    found: dict[str, report.Figure] = {f"question_{database}_ms_p95": report.percentile(every, 0.95)}
    return found | {f"{kind}_{database}_ms_p95": report.percentile(ms, 0.95) for kind, ms in times_ms.items()}


if __name__ == "__main__":
    sys.exit(main())
