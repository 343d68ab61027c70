"""How fast the simulated port runs without a server, and what a day of it holds.

    python -m benchmarks.simulated_day --json [--hours H --seed N]

A real port's day is the yardstick: at least 15 million fixes and 100,000 discrete records in 24 hours.
"""

from __future__ import annotations

import gc
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime

import numpy as np

from benchmarks.report import Figure, machine, parser, show
from data_sources.simulated_port.whole_day import WholeDay
from resources import locator
from twin import port_definition
from twin.records import Kind, MoveEvent, VehicleKind

_MIDNIGHT_MS = round(datetime(2026, 11, 20, 16, tzinfo=UTC).timestamp() * 1000)  # 2026-11-21 in China
_HOUR_MS = 3_600_000
_PAUSE_S = 900.0  # a crane without a move for longer is not at work
_CRANE_EVENTS = (MoveEvent.DISC, MoveEvent.LOAD)


def main() -> None:
    """Runs the day and prints its figures."""
    made = parser("simulated_day", __doc__ or "")
    made.add_argument("--hours", type=float, default=24.0)
    made.add_argument("--seed", type=int, default=1)
    given = made.parse_args()
    facts = machine()
    layout = port_definition.load(locator.port_definition())
    begin = time.process_time()
    day = WholeDay(layout, given.seed, _MIDNIGHT_MS)
    built = time.process_time()
    records: Counter[Kind] = Counter()
    moves: dict[str, list[int]] = defaultdict(list)
    trucks = 0
    vehicles = day.simulation.operations.vehicles
    for piece in day.slices(_MIDNIGHT_MS + round(given.hours * _HOUR_MS)):
        if piece.at_ms <= _MIDNIGHT_MS:
            gc.freeze()  # the standing stock stays
            continue
        for batch in piece.batches:
            records[batch.kind] += len(batch)
            if batch.kind is Kind.MOVE:
                for event, crane, at in zip(batch["event"], batch["equipment"], batch["observed_at"], strict=True):
                    if event in _CRANE_EVENTS:
                        moves[crane].append(int(at))
        trucks = max(trucks, sum(v.kind is VehicleKind.ROAD_TRUCK for v in vehicles.values()))
    used = time.process_time() - built
    fixes, telemetry = records[Kind.POSITION], records[Kind.CRANE_TELEMETRY]
    gaps = np.concatenate([np.diff(sorted(times)) / 1000.0 for times in moves.values()] or [np.zeros(0)])
    gaps = gaps[gaps < _PAUSE_S]
    figures: dict[str, Figure] = {
        "build_cpu_s": built - begin, "run_cpu_s": used, "times_real_time": given.hours * 3_600.0 / used,
        "fixes": fixes, "fixes_per_cpu_s": fixes / used, "crane_telemetry": telemetry,
        "discrete_records": sum(records.values()) - fixes - telemetry, "most_road_trucks": trucks,
        "quay_moves": sum(map(len, moves.values())),
        "net_moves_per_crane_hour": 3_600.0 / float(gaps.mean()) if len(gaps) else float("nan"),
    }
    show("simulated_day", facts, figures, as_json=given.json)


if __name__ == "__main__":
    main()
