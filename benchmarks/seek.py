"""How long it takes until the state of the port at a random recorded instant is there.

    python -m benchmarks.seek --database sqlite:///FILE [--seeks 100] [--json]

The history is one that `main.py simulate` made. Ours: nearest keyframe, then all records after it through the twin with
all rules on, and the place of every entity and the open warnings read from it; cold with nothing decoded kept from
before and another connection to the database, warm as a running desk. Beside it, on the same positions in the same run,
DuckDB and polars answer the smaller question "last position of every entity at T" from memory. The times of this
process on the processor (`cpu`) tell what is ours where other programs run beside.
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
Times = dict[str, list[float]]


def timed(instants: list[int], ask: Callable[[int], object], before: Callable[[], object] = lambda: None) -> Times:
    """Milliseconds for each instant; `before` is called before each and not counted."""
    found: Times = {"": [], "cpu_": []}
    for at in instants:
        before()
        began_s, began_cpu_s = time.perf_counter(), time.process_time()
        ask(at)
        found[""].append((time.perf_counter() - began_s) * 1000.0)
        found["cpu_"].append((time.process_time() - began_cpu_s) * 1000.0)
    return found


def told(name: str, times: Times) -> dict[str, report.Figure]:
    """The median and the 95th percentile of what was timed."""
    return {f"{name}_{clock}ms_p{share}": report.percentile(values, share / 100.0)
            for clock, values in times.items() for share in (50, 95)}


def state(rewind: Rewind) -> Callable[[int], object]:
    """The place of every entity and the open warnings at an instant."""
    def ask(at: int) -> object:
        rewind.to(at)
        movers = rewind.twin.movers
        return movers.id, movers.x, movers.y, movers.observed_at, rewind.twin.warnings.open()

    return ask


def forget(history: History, rewind: Rewind) -> None:
    """Nothing of the history is kept; a new connection stands."""
    rewind.forget()
    history.engine.dispose()
    history.keyframes_before(0)


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
    parser.add_argument("--no-screen", dest="on_screen", action="store_false", help="no pictures")
    args = parser.parse_args()
    facts = report.machine()
    index = PortIndex(port_definition.load(locator.port_definition()))
    with History.open(args.database, index.layout.code, create=False) as history:
        days = history.days()
        first, last = days[0].first, days[-1].last
        dice = random.Random(1)
        instants = [dice.randint(first + (last - first) // 20, last) for _ in range(args.seeks)]
        rewind = Rewind(history, Twin(index, make_rules()))
        ask = state(rewind)
        ask(instants[0])  # what a program does once: zones, fences, statements
        figures = told("seek_cold", timed(instants, ask, lambda: forget(history, rewind)))
        figures |= told("seek_warm", timed(instants, ask))
        if args.on_screen:
            draw = on_screen(index, rewind)
            draw(instants[0])
            figures |= told("on_screen", timed(instants, draw))
        table = positions(history, last)
    frame = pl.DataFrame({n: v.astype(str) if v.dtype == object else v for n, v in table.items()})
    base = duckdb.connect()
    base.register("given", frame.to_arrow())
    base.execute("create table fixes as select * from given")
    asked = ("select entity, max_by(lon, received_at), max_by(lat, received_at) from fixes where received_at <= ? "
             "group by 1")
    peers = {
        "duckdb": lambda at: base.execute(asked, [at]).fetchall(),
        "polars": lambda at: frame.filter(pl.col("received_at") <= at).group_by("entity").agg(
            pl.col("lon", "lat").sort_by("received_at").last()),
    }
    for name, answer in peers.items():
        answer(instants[0])
        figures |= told(name, timed(instants, answer))
    figures |= {"fixes": len(table["entity"]), "seeks": args.seeks, "rules": len(rewind.twin.rule_status)}
    report.show("seek", facts, figures, as_json=args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
