"""How fast a recorded day can be played with all rules on before the replay falls behind.

    python -m benchmarks.replay --database sqlite:///FILE [--minutes 30] [--json]

Every record goes from the history through the twin, all rules and the layers, in the steps in which it is played. The
highest speed is the recorded time over the time that takes; one thread reads and judges here, so a desk, which reads
ahead in a thread of its own, is no slower.
"""

from __future__ import annotations

import sys
import time

from benchmarks import report
from data_sources.history.steps import STEP_MS, steps
from data_sources.history.store import History
from data_sources.rewind import Rewind
from layers.layers import Layers
from resources import locator
from twin import port_definition
from twin.port_index import PortIndex
from twin.rules.registry import make_rules
from twin.twin import Twin


def main() -> int:
    parser = report.parser("replay", "The highest speed at which a recorded day can be played with all rules on.")
    parser.add_argument("--database", required=True, help="a history made by `main.py simulate`")
    parser.add_argument("--minutes", type=float, default=30.0, help="how much of the end is played (default 30)")
    args = parser.parse_args()
    facts = report.machine()
    index = PortIndex(port_definition.load(locator.port_definition()))
    with History.open(args.database, index.layout.code, create=False) as history:
        last = history.days()[-1].last
        begin = last - round(args.minutes * 60_000)
        twin = Twin(index, make_rules())
        Rewind(history, twin).to(begin)
        layers = Layers(index, twin)
        records = taken = 0
        began_s, began_cpu_s = time.perf_counter(), time.process_time()
        for step in steps(history, begin, last, STEP_MS):
            layers.update(twin.apply(step.batches, step.until))
            records, taken = records + sum(map(len, step.batches)), taken + 1
        took_s, cpu_s = time.perf_counter() - began_s, time.process_time() - began_cpu_s
        figures: dict[str, report.Figure] = {
            "highest_speed_x": (last - begin) / 1000.0 / took_s,
            "highest_speed_cpu_x": (last - begin) / 1000.0 / cpu_s,
            "records_per_s": records / took_s,
            "step_ms": took_s * 1000.0 / max(taken, 1),
            "records": records,
            "rules_on": sum(status.on for status in twin.rule_status.values()),
            "warnings": len(twin.warnings),
        }
    report.show("replay", facts, figures, as_json=args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
