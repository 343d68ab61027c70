"""`simulate`: the simulated port into a history, as fast as it goes."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from commands.exit_codes import DONE, FAILED
from commands.words import add_port_definition, writable
from data_sources.arguments import UsageError

_HOUR_MS = 3_600_000
MOST_HOURS = 31 * 24.0


def add(subparsers: Any) -> None:
    """Describes the command."""
    parser = subparsers.add_parser(
        "simulate", help="simulated hours into a history, as fast as it goes",
        description="Writes what the simulated port says in some hours into a history, with keyframes and warnings.")
    parser.add_argument("--hours", metavar="H", required=True, help="how many hours, up to 744")
    parser.add_argument("--seed", metavar="N", default="1", help="seed of the simulated port (default 1)")
    parser.add_argument("--date", metavar="D", help="date or instant at which the hours begin (default: today)")
    parser.add_argument("--scenario", metavar="FILE", help="incidents to inject")
    parser.add_argument("--database", metavar="URL", required=True, help="sqlite:///FILE or postgresql://...")
    parser.add_argument("--truth", metavar="FILE", help="write what the scenario injected, a JSON object a line")
    add_port_definition(parser)


def run(arguments: argparse.Namespace) -> int:
    """Simulates; returns an exit code. Raises UsageError, PortDefinitionError, ScenarioError."""
    from data_sources import arguments as parse
    from data_sources.history.errors import HistoryError
    from data_sources.simulate import Plan, Progress, SimulateError, simulate
    from data_sources.simulated_port import scenario
    from resources import locator
    from twin import port_definition

    hours = hours_of(arguments.hours)
    given = arguments.port_definition
    layout = port_definition.load(Path(given) if given else locator.port_definition())
    zone = ZoneInfo(layout.time_zone)
    today = datetime.now(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    base_ms = parse.instant(arguments.date or today.isoformat(), "--date").ms
    told = scenario.load(Path(arguments.scenario)) if arguments.scenario else scenario.EMPTY
    told.check(layout, base_ms)
    truth = writable(arguments.truth, "--truth") if arguments.truth else None
    until_ms = base_ms + round(hours * _HOUR_MS)
    plan = Plan(arguments.database, layout, parse.seed(arguments.seed), base_ms, until_ms, told, truth)
    began_s = time.monotonic()

    def tell(progress: Progress) -> None:
        local = datetime.fromtimestamp(progress.at / 1000.0, UTC).astimezone(zone)
        share = min(1.0, max(0.0, (progress.at - base_ms) / max(1, until_ms - base_ms)))
        print(f"\r{local:%m-%d %H:%M}  {share:4.0%}  {progress.fixes:,} fixes, {progress.records:,} discrete records, "
              f"{progress.warnings} warnings", end="", file=sys.stderr, flush=True)

    try:
        done = simulate(plan, tell)
    except (SimulateError, HistoryError) as failed:
        print(f"\njiangyin-twin: {failed}", file=sys.stderr)
        return FAILED
    took_s = time.monotonic() - began_s
    print(f"\n{done.fixes:,} fixes, {done.readings:,} crane readings and {done.records:,} discrete records in "
          f"{took_s:.0f} s, {done.warnings} warnings, "
          f"{done.keyframes} keyframes of together {done.keyframe_bytes / 1e6:.1f} MB", file=sys.stderr)
    if done.rules_off:
        print(f"jiangyin-twin: switched off on the way: {', '.join(done.rules_off)}", file=sys.stderr)
    return DONE


def hours_of(text: str) -> float:
    """A number of hours. Raises UsageError."""
    try:
        hours = float(text)
    except ValueError:
        hours = -1.0
    if not 0.0 < hours <= MOST_HOURS:
        raise UsageError(f"--hours {text!r} is not a number of hours above 0, at most {MOST_HOURS:.0f}.")
    return hours
