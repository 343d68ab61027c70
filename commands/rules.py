"""`rules`: what the rules are, and what they raise over recorded days."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from commands import rules_on_record
from commands.exit_codes import DONE
from data_sources.arguments import UsageError


def add(subparsers: Any) -> None:
    """Describes the command and its own commands."""
    parser = subparsers.add_parser("rules", help="the rules, and what they raise over recorded days",
                                   description="What the rules are, and what they raise over recorded days.")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    verbs.add_parser("list", help="all rules, a line each")
    show = verbs.add_parser("show", help="one rule: why, parameters, what it relies on")
    show.add_argument("rule", metavar="ID", help="such as R01")
    check = verbs.add_parser("check", help="whether a settings file can be used")
    check.add_argument("file", metavar="FILE", help="TOML, a table a rule")
    verbs.add_parser("settings", help="a settings file with all defaults, to begin from")
    rules_on_record.add(verbs)


def run(arguments: argparse.Namespace) -> int:
    """Does what was asked; returns an exit code. Raises UsageError."""
    if arguments.verb in rules_on_record.VERBS:
        return rules_on_record.run(arguments)
    return {"list": _list, "show": _show, "check": _check, "settings": _settings}[arguments.verb](arguments)


def _list(_arguments: argparse.Namespace) -> int:
    from twin.rules.registry import RULES

    for spec in RULES:
        print(f"{spec.id}  {spec.severity.value:8}  {spec.zh}  {spec.en}")
    return DONE


def _show(arguments: argparse.Namespace) -> int:
    from twin.rules.registry import RULES

    spec = next((spec for spec in RULES if spec.id == arguments.rule.upper()), None)
    if spec is None:
        raise UsageError(f"rule {arguments.rule!r} is unknown; known are {', '.join(spec.id for spec in RULES)}.")
    print(f"{spec.id} {spec.zh} {spec.en}, version {spec.version}, {spec.severity.value}\n\n{spec.reason}\n")
    print(f"relies on: {', '.join(str(kind) for kind in spec.relies_on)}\n")
    for p in spec.parameters:
        print(f"  {p.name:28} {p.default:g} {p.unit} ({p.low:g} to {p.high:g})\n      {p.meaning}")
    return DONE


def _check(arguments: argparse.Namespace) -> int:
    from data_sources import rule_settings

    settings = rule_settings.load(Path(arguments.file))
    values = sum(len(table) for table in settings.values())
    print(f"{arguments.file}: {values} parameters of {len(settings)} rules, all within their ranges.")
    return DONE


def _settings(_arguments: argparse.Namespace) -> int:
    from data_sources import rule_settings

    print(rule_settings.example())
    return DONE
