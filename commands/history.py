"""`history`: what is on record, whether it is sound, days out and in as files, what may leave and what must stay."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands.exit_codes import DONE, FAILED
from commands.words import add_port_definition, writable
from data_sources.arguments import UsageError

if TYPE_CHECKING:
    from data_sources.history.store import History

_SHOWN_FAULTS = 20


def add(subparsers: Any) -> None:
    """Describes the command."""
    parser = subparsers.add_parser(
        "history", help="the recorded days: info, check, repair, export, import, prune, hold",
        description="Looks after a history.")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def action(name: str, text: str, *arguments: tuple[str, str, str]) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = actions.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        for argument, metavar, words in arguments:
            made.add_argument(argument, metavar=metavar, help=words)
        made.add_argument("--database", metavar="URL", required=True, help="sqlite:///FILE or postgresql://...")
        made.add_argument("--json", action="store_true", help="answer as JSON")
        add_port_definition(made)
        return made

    action("info", "recorded days with their records, fixes, gaps and quality")
    action("check", "read everything and say what is damaged")
    action("repair", "mend what is damaged; what cannot be read is set aside, not thrown away")
    action("export", "a recorded day as a Parquet file", ("day", "DAY", "such as 2026-03-01"),
           ("file", "FILE", "file to write"))
    action("import", "add a day from a file", ("file", "FILE", "file made by export"))
    prune = action("prune", "let go what is older than its category is kept, unless it is held")
    prune.add_argument("--keep", metavar="CATEGORY=DAYS", action="append", default=[],
                       help="from now on keep a category so long: positions, telemetry, records, keyframes, warnings")
    prune.add_argument("--dry-run", action="store_true", help="only say what would leave")
    hold = action("hold", "a legal hold: these days, and records of these names, stay until it is lifted",
                  ("case", "CASE", "number of the case"))
    for name, metavar, text in (("--from", "DAY", "first day"), ("--to", "DAY", "last day"),
                                ("--by", "NAME", "who places it"), ("--reason", "TEXT", "why")):
        hold.add_argument(name, metavar=metavar, required=True, help=text)
    hold.add_argument("--name", metavar="NAME", action="append", default=[],
                      help="container, seal, vehicle or declaration of which records of other days stay too")
    lift = action("lift", "end a legal hold", ("case", "CASE", "number of the case"))
    lift.add_argument("--by", metavar="NAME", required=True, help="who lifts it")


def run(arguments: argparse.Namespace) -> int:
    """Does what was asked; returns an exit code. Raises UsageError, PortDefinitionError."""
    from data_sources.history.errors import HistoryError

    try:
        return _ACTIONS[arguments.action](arguments)
    except HistoryError as error:
        print(f"jiangyin-twin: {error}", file=sys.stderr)
        return FAILED


def opened(arguments: argparse.Namespace, *, create: bool = False) -> History:
    """The history that a command line names. Raises HistoryError, PortDefinitionError."""
    from data_sources.history.store import History
    from resources import locator
    from twin import port_definition

    given = arguments.port_definition
    layout = port_definition.load(Path(given) if given else locator.port_definition())
    return History.open(arguments.database, layout.code, create=create)


def _info(arguments: argparse.Namespace) -> int:
    from data_sources.history import retention
    from data_sources.history.days import moment, text_of

    with opened(arguments) as history:
        days, kept, holds = history.days(), retention.policy(history), retention.holds(history)
    if arguments.json:
        _print_json({
            "where": history.where, "port": history.code, "kept_days": kept, "holds": [asdict(hold) for hold in holds],
            "days": [{"day": text_of(d.day), "first": d.first, "last": d.last, "records": dict(d.records),
                      "fixes": d.fixes, "gaps": d.gaps, "quality": round(d.quality, 4)} for d in days],
        })
        return DONE
    print(f"{history.where}, port {history.code}: {len(days)} {'day' if len(days) == 1 else 'days'}")
    for day in days:
        gaps = f", {len(day.gaps)} gaps" if day.gaps else ""
        print(f"  {text_of(day.day)}  {moment(day.first)[11:]} to {moment(day.last)[11:]}  {day.fixes:>12,} fixes  "
              f"{day.discrete:>10,} records  {day.quality:6.1%} of the day{gaps}")
    print("kept: " + ", ".join(f"{category} {days_} days" for category, days_ in kept.items()))
    for hold in holds:
        print(f"held for case {hold.case_id}: {text_of(hold.from_day)} to {text_of(hold.until_day)}, by "
              f"{hold.placed_by} since {moment(hold.placed_at)}: {hold.reason}")
    return DONE


def _check(arguments: argparse.Namespace) -> int:
    from data_sources.history import checking

    pages = checking.page_faults(arguments.database)
    if pages:
        return _tell_pages(arguments, pages)
    with opened(arguments) as history:
        report = checking.check(history, _progress(arguments))
    return _tell_report(arguments, report, "found")


def _repair(arguments: argparse.Namespace) -> int:
    from data_sources.history import checking

    now = round(time.time() * 1000)
    damaged = bool(checking.page_faults(arguments.database))
    if damaged:
        kept = checking.salvage(arguments.database, now)
        print(f"jiangyin-twin: the damaged file is kept as {str(kept)!r}.", file=sys.stderr)
    with opened(arguments, create=damaged) as history:  # the port's own entry may be among what was lost
        report = checking.repair(history, now, _progress(arguments))
    _tell_report(arguments, report, "mended")
    return DONE


def _tell_pages(arguments: argparse.Namespace, pages: tuple[str, ...]) -> int:
    if arguments.json:
        _print_json({"sound": False, "faults": [{"table": "", "day": 0, "text": text} for text in pages]})
    else:
        print("The file itself is damaged; `history repair` copies what can be read into a new one.")
        for text in pages[:_SHOWN_FAULTS]:
            print(f"  {text}")
    return FAILED


def _tell_report(arguments: argparse.Namespace, report: Any, verb: str) -> int:
    if arguments.json:
        _print_json({"sound": report.sound, "records": report.records, "fixes": report.fixes,
                     "keyframes": report.keyframes, "faults": [asdict(fault) for fault in report.faults]})
    else:
        print(f"{report.records:,} records, {report.fixes:,} fixes and {report.keyframes:,} keyframes read; "
              f"{len(report.faults) or 'no'} faults {verb}.")
        for fault in report.faults[:_SHOWN_FAULTS]:
            print(f"  {fault.text}")
        if len(report.faults) > _SHOWN_FAULTS:
            print(f"  and {len(report.faults) - _SHOWN_FAULTS} more")
    return DONE if report.sound else FAILED


def _export(arguments: argparse.Namespace) -> int:
    from data_sources.history import day_file
    from data_sources.history.days import parsed

    day, file = parsed(arguments.day), writable(arguments.file, "FILE")
    with opened(arguments) as history:
        info = day_file.export_day(history, day, file)
    if arguments.json:
        _print_json({"file": str(file), "day": arguments.day, "rows": info.rows, "bytes": file.stat().st_size})
    else:
        print(f"{sum(info.rows.values()):,} rows of {arguments.day} written to {str(file)!r} "
              f"({file.stat().st_size / 1e6:.1f} MB)")
    return DONE


def _import(arguments: argparse.Namespace) -> int:
    from data_sources.history import day_file

    file = Path(arguments.file)
    day_file.describe(file)  # a file that is none makes no history
    with opened(arguments, create=True) as history:
        done = day_file.import_day(history, file)
    if arguments.json:
        _print_json(asdict(done))
    else:
        print(f"{done.records:,} records and {done.fixes:,} fixes added, {done.repeated:,} were there already")
    return DONE


def _prune(arguments: argparse.Namespace) -> int:
    from data_sources.history import retention
    from data_sources.history.days import day_of, text_of

    wanted = [_kept(text) for text in arguments.keep]
    with opened(arguments) as history:
        for category, days in wanted:
            retention.set_policy(history, category, days)
        done = retention.prune(history, day_of(round(time.time() * 1000)), dry_run=arguments.dry_run)
    if arguments.json:
        _print_json([asdict(pruned) for pruned in done])
        return DONE
    verb = "would leave" if arguments.dry_run else "left"
    for pruned in done:
        first, last = text_of(pruned.days[0]), text_of(pruned.days[-1])
        print(f"{pruned.category}: {pruned.rows:,} rows of {first} to {last} {verb}")
    if not done:
        print("Nothing is due.")
    return DONE


def _kept(text: str) -> tuple[str, int]:
    category, equals, days = text.partition("=")
    if not equals or not days.isdecimal():
        raise UsageError(f"--keep {text!r} is not CATEGORY=DAYS, such as positions=90.")
    return category, int(days)


def _hold(arguments: argparse.Namespace) -> int:
    from data_sources.history import retention
    from data_sources.history.days import parsed

    hold = retention.Hold(arguments.case, parsed(vars(arguments)["from"]), parsed(arguments.to), tuple(arguments.name),
                          round(time.time() * 1000), arguments.by, arguments.reason)
    with opened(arguments) as history:
        retention.place_hold(history, hold)
    return DONE


def _lift(arguments: argparse.Namespace) -> int:
    from data_sources.history import retention

    with opened(arguments) as history:
        retention.lift_hold(history, arguments.case, round(time.time() * 1000), arguments.by)
    return DONE


def _progress(arguments: argparse.Namespace) -> Callable[[str], None]:
    if arguments.json or not sys.stderr.isatty():
        return lambda _: None
    return lambda text: print(f"\r{text}   ", end="", file=sys.stderr, flush=True)


def _print_json(answer: object) -> None:
    print(json.dumps(answer, ensure_ascii=False))


_ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {
    "info": _info, "check": _check, "repair": _repair, "export": _export, "import": _import, "prune": _prune,
    "hold": _hold, "lift": _lift,
}
