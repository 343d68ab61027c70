"""How good the rules are: simulated days with incidents of all kinds and clean ones, recorded and scored.

Each day has a seed of its own for the port and for its scenario (`benchmarks.drawn_scenarios`). It is made by
`main.py simulate` and judged by `main.py rules score`, as anybody would do it. What was missed and what was raised for
nothing is told on stderr, day by day; figures of all days together come at the end. Hours of work: for over night.

    python -m benchmarks.rule_scores --folder scores --json
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.drawn_scenarios import drawn
from benchmarks.report import Figure, machine, parser, show
from resources import locator
from twin import port_definition
from twin.port_layout import PortLayout

_MAIN = Path(__file__).resolve().parents[1] / "main.py"


@dataclass(slots=True)
class Tally:
    """What came of some days, by rule; `warnings` and `hours` of all of them."""

    injected: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    delays_s: dict[str, list[float]] = field(default_factory=dict)
    warnings: int = 0
    hours: float = 0.0

    def add(self, scores: dict[str, Any]) -> None:
        """Adds what `rules score --json` says of a day."""
        for rule, one in scores["rules"].items():
            self.injected[rule] += one["injected"]
            self.found[rule] += one["found"]
            self.false[rule] += one["false"]
            self.delays_s.setdefault(rule, []).extend(one["delays_s"])
        self.warnings += scores["warnings"]
        self.hours += scores["hours"]

    def figures(self) -> dict[str, Figure]:
        """All rules together, then each."""
        delays = [delay for some in self.delays_s.values() for delay in some]
        found: dict[str, Figure] = {
            "injected": self.injected.total(), "found": self.found.total(), "false": self.false.total(),
            "recall_percent": _percent(self.found.total(), self.injected.total()),
            "precision_percent": _percent(self.warnings - self.false.total(), self.warnings),
            "delay_median_s": _median(delays)}
        for rule in sorted(self.injected):
            found |= {f"{rule}_injected": self.injected[rule], f"{rule}_found": self.found[rule],
                      f"{rule}_false": self.false[rule], f"{rule}_delay_median_s": _median(self.delays_s[rule])}
        return found


def main() -> None:
    """Makes the days, scores them and prints the figures."""
    made = parser("rule_scores", __doc__ or "")
    made.add_argument("--days", type=int, default=5, help="days with incidents (default 5)")
    made.add_argument("--clean-days", type=int, default=5, help="days without (default 5)")
    made.add_argument("--hours", type=float, default=24.0, help="length of each (default 24)")
    made.add_argument("--each", type=int, default=8, help="incidents of each kind a day (default 8)")
    made.add_argument("--first-seed", type=int, default=1)
    made.add_argument("--begin", default="2026-11-23T00:00", help="local time at which the first begins")
    made.add_argument("--folder", help="keeps scenarios, truths and histories there")
    given = made.parse_args()
    facts = machine()
    layout = port_definition.load(locator.port_definition())
    begin = datetime.fromisoformat(given.begin).replace(tzinfo=ZoneInfo(layout.time_zone))
    with tempfile.TemporaryDirectory() as lent:
        folder = Path(given.folder or lent)
        folder.mkdir(parents=True, exist_ok=True)
        tallies = []
        for name, days, each in (("incidents", given.days, given.each), ("clean", given.clean_days, 0)):
            tally = Tally()
            for number in range(days):
                seed = given.first_seed + number + (0 if each else given.days)
                at = begin + timedelta(days=number)
                tally.add(_day(folder / f"{name}-{seed}", layout, seed, at, given.hours, each))
            tallies.append(tally)
    eventful, clean = tallies
    an_hour = clean.warnings / clean.hours if clean.hours else float("nan")
    figures = {"days": given.days, **eventful.figures(), "clean_days": given.clean_days,
               "clean_warnings": clean.warnings, "clean_warnings_per_operator_hour": an_hour}
    show("rule_scores", facts, figures, as_json=given.json)


def _day(path: Path, layout: PortLayout, seed: int, begin: datetime, hours: float, each: int) -> dict[str, Any]:
    """Makes one stretch and scores it. The history is left in the folder."""
    database = f"sqlite:///{path.with_suffix('.db')}"
    truth, scenario = path.with_suffix(".truth"), path.with_suffix(".txt")
    base_ms = round(begin.timestamp() * 1000)
    scenario.write_text(drawn(layout, seed, base_ms, hours, each), "utf-8")
    path.with_suffix(".db").unlink(missing_ok=True)
    _run("simulate", "--hours", f"{hours:g}", "--seed", str(seed), "--date", begin.isoformat(), "--scenario",
         str(scenario), "--database", database, "--truth", str(truth))
    scores: dict[str, Any] = json.loads(
        _run("rules", "score", "--database", database, "--truth", str(truth), "--json"))
    print(f"{path.name}: {scores['warnings']} warnings in {scores['hours']:.1f} h, recall {scores['recall']}, "
          f"precision {scores['precision']}, delay {scores['delay_s_median']} s", file=sys.stderr)
    for what, at in (("missed", "from_ms"), ("false", "raised_at")):
        for one in scores[what]:
            when = datetime.fromtimestamp(one[at] / 1000, UTC).astimezone(begin.tzinfo)
            print(f"  {what} {one['rule']} {one['subject']} at {when:%m-%d %H:%M:%S} {one.get('facts', '')}",
                  file=sys.stderr)
    return scores


def _run(*words: str) -> str:
    """What a command of the program prints. Raises CalledProcessError."""
    done = subprocess.run([sys.executable, str(_MAIN), *words], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def _percent(part: int, whole: int) -> float:
    return 100.0 * part / whole if whole else float("nan")


def _median(values: Sequence[float]) -> float:
    return statistics.median(values) if values else float("nan")


if __name__ == "__main__":
    main()
