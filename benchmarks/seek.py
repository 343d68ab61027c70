"""How long it takes until the state of the port at a random recorded instant is there.

    python -m benchmarks.seek --database sqlite:///FILE [--seeks 100] [--json]

The history is one that `main.py simulate` made. Ours: nearest keyframe, then all records after it through the twin with
all rules on; cold with nothing decoded kept from before, warm as a running desk. Beside it, on the same positions in
the same run, DuckDB and polars answer the smaller question "last position of every entity at T" from memory.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable

import duckdb
import numpy as np
import polars as pl

from benchmarks import report
from data_sources.history.store import History
from data_sources.rewind import Rewind
from layers.layers import Layers
from resources import locator
from twin import port_definition
from twin.port_index import PortIndex
from twin.records import Kind
from twin.rules.registry import make_rules
from twin.twin import Twin

ON_SCREEN_SIZE = (1920, 1080)


def timed(instants: list[int], ask: Callable[[int], object]) -> list[float]:
    """Milliseconds for each instant."""
    found = []
    for at in instants:
        began_s = time.perf_counter()
        ask(at)
        found.append((time.perf_counter() - began_s) * 1000.0)
    return found


def cold(url: str, index: PortIndex, instants: list[int]) -> list[float]:
    """Milliseconds for each instant, nothing of the history having been read or decoded before."""
    twin, found = Twin(index, make_rules()), []
    for at in instants:
        with History.open(url, index.layout.code, create=False) as history:
            rewind = Rewind(history, twin)
            history.keyframes_before(0)  # the connection stands
            found += timed([at], rewind.to)
    return found


def positions(history: History, until: int) -> dict[str, np.ndarray]:
    """All positions on record as columns."""
    names = ("entity", "received_at", "lon", "lat")
    parts: dict[str, list[np.ndarray]] = {name: [] for name in names}
    for batch in history.batches(0, until, (Kind.POSITION,), grain_ms=3_600_000):
        for name in names:
            parts[name].append(batch[name])
    return {name: np.concatenate(columns) for name, columns in parts.items()}


def on_screen(index: PortIndex, rewind: Rewind) -> Callable[[int], object]:
    """Seek, layers and a picture, off-screen."""
    from scene import offscreen, quality
    from scene.scene import Scene

    layers = Layers(index, rewind.twin)
    scene = Scene(index, layers, quality.PICTURE)

    def ask(at: int) -> object:
        rewind.to(at)
        layers.update(rewind.twin.apply([], at))
        layers.advance(at)
        return offscreen.pixels(scene, ON_SCREEN_SIZE, at)

    return ask


def main() -> int:
    parser = report.parser("seek", "Time to the state at a random recorded instant, beside DuckDB and polars.")
    parser.add_argument("--database", required=True, help="a history made by `main.py simulate`")
    parser.add_argument("--seeks", type=int, default=100, help="instants asked for (default 100)")
    args = parser.parse_args()
    facts = report.machine()
    index = PortIndex(port_definition.load(locator.port_definition()))
    with History.open(args.database, index.layout.code, create=False) as history:
        days = history.days()
        first, last = days[0].first, days[-1].last
        dice = random.Random(1)
        instants = [dice.randint(first + (last - first) // 20, last) for _ in range(args.seeks)]
        rewind = Rewind(history, Twin(index, make_rules()))
        rewind.to(instants[0])  # what a program does once: zones, fences, statements

        figures: dict[str, report.Figure] = {
            "seek_cold_ms_p95": report.percentile(cold(args.database, index, instants), 0.95),
            "seek_warm_ms_p95": report.percentile(timed(instants, rewind.to), 0.95),
        }
        draw = on_screen(index, rewind)
        draw(instants[0])
        figures["on_screen_ms_p95"] = report.percentile(timed(instants, draw), 0.95)
        table = positions(history, last)
    frame = pl.DataFrame({n: v.astype(str) if v.dtype == object else v for n, v in table.items()})
    base = duckdb.connect()
    base.register("given", frame.to_arrow())
    base.execute("create table fixes as select * from given")
    asked = ("select entity, max_by(lon, received_at), max_by(lat, received_at) from fixes where received_at <= ? "
             "group by 1")
    figures["duckdb_ms_p95"] = report.percentile(timed(instants, lambda at: base.execute(asked, [at]).fetchall()), 0.95)
    figures["polars_ms_p95"] = report.percentile(timed(instants, lambda at: frame.filter(
        pl.col("received_at") <= at).group_by("entity").agg(
        pl.col("lon", "lat").sort_by("received_at").last())), 0.95)
    figures |= {"fixes": len(table["entity"]), "seeks": args.seeks, "rules": len(rewind.twin.rule_status)}
    report.show("seek", facts, figures, as_json=args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
