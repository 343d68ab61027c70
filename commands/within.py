"""`within`: who was in a zone between two times."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from commands.exit_codes import DONE, FAILED
from commands.history import opened
from commands.track import span_of
from commands.words import add_port_definition
from data_sources.arguments import UsageError


def add(subparsers: Any) -> None:
    """Describes the command."""
    parser = subparsers.add_parser(
        "within", help="who was in a zone between two times", description="Says who was in a zone between two times.")
    parser.add_argument("--database", metavar="URL", required=True, help="sqlite:///FILE or postgresql://...")
    parser.add_argument("--zone", metavar="ID", required=True, help="zone or fence of the port definition")
    parser.add_argument("--from", metavar="TIME", required=True, help="after this time")
    parser.add_argument("--to", metavar="TIME", required=True, help="up to this time")
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    add_port_definition(parser)


def run(arguments: argparse.Namespace) -> int:
    """Answers; returns an exit code. Raises UsageError, PortDefinitionError."""
    from data_sources.history import questions
    from data_sources.history.days import moment
    from data_sources.history.errors import HistoryError

    after, until = span_of(arguments)
    outline = _outline(arguments)
    try:
        with opened(arguments) as history:
            found = questions.within(history, outline, after, until)
    except HistoryError as error:
        print(f"jiangyin-twin: {error}", file=sys.stderr)
        return FAILED
    if arguments.json:
        print(json.dumps({"zone": arguments.zone, "from": after, "to": until, "found": [
            {name: getattr(presence, name) for name in presence.__slots__} for presence in found]}, ensure_ascii=False))
        return DONE
    for presence in found:
        print(f"{moment(presence.first)} to {moment(presence.last)[11:]}  {presence.entity_kind} {presence.entity}, "
              f"{presence.fixes} fixes")
    if not found:
        print("Nobody was there.")
    return DONE


def _outline(arguments: argparse.Namespace) -> Any:
    """The outline of a zone in degrees. Raises UsageError, PortDefinitionError."""
    from data_sources.history.outlines import outline_of
    from resources import locator
    from twin import port_definition

    given = arguments.port_definition
    layout = port_definition.load(Path(given) if given else locator.port_definition())
    found = outline_of(layout, arguments.zone)
    if found is None:
        known = ", ".join([*(zone.id for zone in layout.zones), *(fence.id for fence in layout.fences)])
        raise UsageError(f"--zone {arguments.zone!r} is none of {known}.")
    return found
