"""`rules run`, `rules dry-run`, `rules score`: the rules over what a history holds."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from commands.exit_codes import DONE, FAILED
from commands.words import add_port_definition
from data_sources.arguments import UsageError

if TYPE_CHECKING:
    from data_sources.rule_runs import Run
    from data_sources.rule_scores import Scores
    from data_sources.rule_trials import Trial
    from twin.port_layout import PortLayout
    from twin.rules.registry import Settings

VERBS = ("run", "dry-run", "score")
_SHOWN = 20
_DAY_MS = 86_400_000
_SCORE_STEP_MS = 2_000  # a warning is noticed at the end of a step: as fine as positions come


def add(verbs: Any) -> None:
    """Describes the commands."""
    run_parser = verbs.add_parser("run", help="what the rules raise over a history, one JSON object a line")
    _add_history(run_parser)
    run_parser.add_argument("--date", metavar="D", help="this day alone")
    run_parser.add_argument("--parameters", metavar="FILE", help="settings of the rules")
    run_parser.add_argument("--rules", metavar="IDS", help="these alone, such as R01,R04")

    trial = verbs.add_parser("dry-run", help="other parameters over recorded days, beside those of today")
    _add_history(trial)
    trial.add_argument("--from", dest="from_", metavar="D", required=True, help="first day or instant")
    trial.add_argument("--to", metavar="D", required=True, help="last day or instant")
    trial.add_argument("--parameters", metavar="FILE", required=True, help="the settings to try")
    trial.add_argument("--today", metavar="FILE", help="the settings of today (default: the defaults)")
    trial.add_argument("--scheduler", metavar="ADDRESS", help="a Dask cluster, such as tcp://host:8786")

    score = verbs.add_parser("score", help="the rules against the truth of what was injected")
    _add_history(score)
    score.add_argument("--truth", metavar="FILE", required=True, help="as written by `simulate --truth`")
    score.add_argument("--parameters", metavar="FILE", help="settings of the rules")
    score.add_argument("--operators", metavar="N", default="1", help="how many share the warnings (default 1)")


def _add_history(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--database", metavar="URL", required=True, help="sqlite:///FILE or postgresql://...")
    parser.add_argument("--json", action="store_true", help="as JSON")
    add_port_definition(parser)


def run(arguments: argparse.Namespace) -> int:
    """Does one of them; returns an exit code. Raises UsageError, PortDefinitionError."""
    from data_sources.history.errors import HistoryError
    from data_sources.rule_scores import TruthError

    try:
        return {"run": _run, "dry-run": _dry_run, "score": _score}[arguments.verb](arguments)
    except TruthError as unusable:
        raise UsageError(str(unusable)) from None
    except HistoryError as failed:
        print(f"jiangyin-twin: {failed}", file=sys.stderr)
        return FAILED


def _layout(arguments: argparse.Namespace) -> PortLayout:
    from resources import locator
    from twin import port_definition

    given = arguments.port_definition
    return port_definition.load(Path(given) if given else locator.port_definition())


def _settings(file: str | None) -> Settings:
    from data_sources import rule_settings

    return rule_settings.load(Path(file)) if file else {}


def _span(first: str | None, last: str | None) -> tuple[int, int]:
    """From the beginning of a day (or an instant) to the end of one. Raises UsageError."""
    from data_sources import arguments as parse

    begin = 0 if first is None else parse.instant(first, "--from").ms - 1
    if last is None:
        return begin, 2**62
    named = parse.instant(last, "--to")
    end = named.ms + (_DAY_MS - 1 if named.date_only else 0)
    if end <= begin:
        raise UsageError(f"--to {last!r} does not lie after --from {first!r}.")
    return begin, end


def _raised(arguments: argparse.Namespace, first: str | None, last: str | None, step_ms: int) -> Run:
    from data_sources.history.store import History
    from data_sources.rule_runs import run_rules
    from twin.port_index import PortIndex
    from twin.rules.registry import RULES, make_rules

    layout = _layout(arguments)
    rules = make_rules(_settings(arguments.parameters))
    wanted = {rule.strip().upper() for rule in (getattr(arguments, "rules", None) or "").split(",") if rule.strip()}
    unknown = sorted(wanted - {spec.id for spec in RULES})
    if unknown:
        raise UsageError(f"rule {unknown[0]!r} is unknown; known are {', '.join(spec.id for spec in RULES)}.")
    begin, end = _span(first, last)
    with History.open(arguments.database, layout.code, create=False) as history:
        days = history.days()
        if days:
            begin, end = max(begin, days[0].first - 1), min(end, days[-1].last)
        chosen = [rule for rule in rules if not wanted or rule.spec.id in wanted]
        found = run_rules(history, PortIndex(layout), chosen, begin, end, step_ms)
    for status in found.off:
        print(f"jiangyin-twin: {status.rule} was switched off: {status.reason}", file=sys.stderr)
    return found


def _run(arguments: argparse.Namespace) -> int:
    from data_sources.history.steps import STEP_MS
    from data_sources.rule_runs import as_json

    found = _raised(arguments, arguments.date, arguments.date, STEP_MS)
    for warning in found.warnings:
        print(json.dumps(as_json(warning), ensure_ascii=False))
    if not arguments.json:
        print(f"{len(found.warnings)} warnings, {len(found.warnings) / max(found.hours, 1e-9):.2f} an hour, "
              f"{found.records:,} records", file=sys.stderr)
    return DONE


def _dry_run(arguments: argparse.Namespace) -> int:
    from data_sources.rule_trials import try_rules

    layout = _layout(arguments)
    begin, end = _span(arguments.from_, arguments.to)
    settings = _settings(arguments.parameters)
    if not settings:
        raise UsageError(f"{arguments.parameters}: no rule is named in it, so there is nothing to try.")
    definition = Path(arguments.port_definition) if arguments.port_definition else None
    found = try_rules(arguments.database, layout.code, definition, begin, end, settings, _settings(arguments.today),
                      arguments.scheduler)
    if arguments.json:
        print(json.dumps(_trial_json(found, settings), ensure_ascii=False))
        return DONE
    for rule in sorted(settings):
        today, trial = (sum(w["rule"] == rule for w in raised) for raised in (found.today, found.trial))
        print(f"{rule}: today {today} ({today / found.hours:.2f} an hour), tried {trial} "
              f"({trial / found.hours:.2f} an hour)")
        for mark, raised in (("-", found.gone(rule)), ("+", found.new(rule))):
            for warning in raised[:_SHOWN]:
                when = datetime.fromtimestamp(warning["raised_at"] / 1000, UTC).astimezone(ZoneInfo(layout.time_zone))
                print(f"  {mark} {when:%m-%d %H:%M:%S}  {warning['subject']}  {warning['place']['zone']}")
            if len(raised) > _SHOWN:
                print(f"  {mark} and {len(raised) - _SHOWN} more (all of them with --json)")
    return DONE


def _trial_json(found: Trial, settings: Settings) -> Mapping[str, Any]:
    return {
        "hours": round(found.hours, 3), "records": found.records,
        "rules": {
            rule: {
                "today": sum(w["rule"] == rule for w in found.today),
                "trial": sum(w["rule"] == rule for w in found.trial),
                "today_per_hour": sum(w["rule"] == rule for w in found.today) / found.hours,
                "trial_per_hour": sum(w["rule"] == rule for w in found.trial) / found.hours,
                "gone": found.gone(rule), "new": found.new(rule),
            } for rule in sorted(settings)},
    }


def _score(arguments: argparse.Namespace) -> int:
    from data_sources.rule_scores import read_truth, score
    from twin.rules.registry import RULES

    if not arguments.operators.isdecimal() or not 1 <= int(arguments.operators) <= 100:
        raise UsageError(f"--operators {arguments.operators!r} is not a number from 1 to 100.")
    incidents = read_truth(Path(arguments.truth))
    found = _raised(arguments, None, None, _SCORE_STEP_MS)
    scores = score(found.warnings, incidents, [spec.id for spec in RULES])
    an_hour = scores.warnings / found.hours / int(arguments.operators)
    if arguments.json:
        print(json.dumps(_score_json(scores, an_hour, found.hours), ensure_ascii=False))
        return DONE
    print("rule   injected  found  false  consequence  delay (median)")
    for rule, one in scores.rules.items():
        delay = "-" if one.delay_s_median is None else f"{one.delay_s_median:.1f} s"
        print(f"{rule:5} {one.injected:9} {one.found:6} {one.false:6} {one.consequences:12}  {delay}")
    for name, share in (("recall", scores.recall), ("precision", scores.precision)):
        print(f"{name} {'-' if share is None else f'{share:.1%}'}", end="   ")
    print(f"warnings an operator-hour {an_hour:.2f}")
    for incident in scores.missed[:_SHOWN]:
        print(f"  missed {incident.rule} {incident.subject} at {incident.from_ms}")
    for warning in scores.false[:_SHOWN]:
        print(f"  false  {warning.rule} {warning.subject} at {warning.raised_at} {dict(warning.facts)}")
    return DONE


def _score_json(scores: Scores, an_hour: float, hours: float) -> Mapping[str, Any]:
    return {
        "rules": {rule: {"injected": one.injected, "found": one.found, "false": one.false,
                         "consequences": one.consequences, "delay_s_median": one.delay_s_median,
                         "delays_s": list(one.delays_s)}
                  for rule, one in scores.rules.items()},
        "recall": scores.recall, "precision": scores.precision, "delay_s_median": scores.delay_s_median,
        "warnings": scores.warnings, "warnings_per_operator_hour": an_hour, "hours": hours,
        "missed": [{"rule": i.rule, "subject": i.subject, "from_ms": i.from_ms} for i in scores.missed],
        "false": [{"rule": w.rule, "subject": w.subject, "raised_at": w.raised_at, "facts": dict(w.facts)}
                  for w in scores.false],
    }
