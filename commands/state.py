"""`state`: the port, or one thing in it, as it stood at a recorded time."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands.exit_codes import DONE, FAILED
from commands.words import add_port_definition
from data_sources import arguments as parse

if TYPE_CHECKING:
    from twin.differences import Difference
    from twin.twin import Twin

_SHOWN = 40


def add(subparsers: Any) -> None:
    """Describes the command."""
    parser = subparsers.add_parser(
        "state", help="the port as it stood at a recorded time",
        description="Says how the port, or one thing in it, stood at a time: as it was known then, or later.")
    parser.add_argument("--database", metavar="URL", required=True, help="sqlite:///FILE or postgresql://...")
    parser.add_argument("--at", metavar="TIME", required=True, help="the instant")
    parser.add_argument("--entity", metavar="ID", help="a container, vehicle, vessel, crane or seal")
    parser.add_argument("--as-known-at", metavar="TIME", help="as known at this later time (default: as known then)")
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    add_port_definition(parser)


def run(arguments: argparse.Namespace) -> int:
    """Answers; returns an exit code. Raises UsageError, PortDefinitionError."""
    from commands.history import opened
    from data_sources.history.days import moment
    from data_sources.history.errors import HistoryError
    from data_sources.rewind import Rewind
    from resources import locator
    from twin import port_definition
    from twin.differences import differences
    from twin.port_index import PortIndex
    from twin.rules.registry import make_rules
    from twin.twin import Twin

    at = parse.instant(arguments.at, "--at").ms
    known_at = parse.instant(arguments.as_known_at, "--as-known-at").ms if arguments.as_known_at else None
    if known_at is not None and known_at < at:
        raise parse.UsageError(f"--as-known-at {arguments.as_known_at!r} is before --at {arguments.at!r}.")
    given = arguments.port_definition
    index = PortIndex(port_definition.load(Path(given) if given else locator.port_definition()))
    twin = Twin(index, make_rules())
    changed: tuple[Difference, ...] = ()
    try:
        with opened(arguments) as history:
            Rewind(history, twin).to(at, known_at)
            if known_at is not None:
                then = Twin(index, make_rules())
                Rewind(history, then).to(at)
                changed = differences(then, twin)
            found = _port(twin) if arguments.entity is None else _thing(twin, arguments.entity)
    except HistoryError as error:
        print(f"jiangyin-twin: {error}", file=sys.stderr)
        return FAILED
    if found is None:
        print(f"jiangyin-twin: nothing was known of {arguments.entity!r} at that time.", file=sys.stderr)
        return FAILED
    said = {"at": at, "as_known_at": known_at if known_at is not None else at, **found}
    mine = [d for d in changed if arguments.entity in (None, d.subject)]
    if arguments.json:
        told = [{name: getattr(d, name) for name in d.__slots__} for d in mine]
        print(json.dumps(said | ({"differences": told} if known_at is not None else {}), ensure_ascii=False))
        return DONE
    for name, value in said.items():
        if name in ("at", "as_known_at"):
            value = moment(value)  # noqa: PLW2901 - as it is shown
        if isinstance(value, list):
            print(f"{name}:")
            for part in value[:_SHOWN]:
                print("  " + "  ".join(str(word) for word in part.values()))
        else:
            print(f"{name}: {value}")
    for d in mine[:_SHOWN]:
        print(f"known later: {d.kind} {d.subject}, {d.what}: {d.then or '-'} -> {d.now or '-'}")
    return DONE


def _port(twin: Twin) -> dict[str, Any]:
    counts = twin.counts()
    warnings = [{"severity": w.severity.value, "rule": w.rule, "subject": w.subject, "state": w.state.value,
                 "raised_at": w.raised_at} for w in twin.warnings.open()]
    return {name: getattr(counts, name) for name in counts.__slots__} | {"open_warnings": warnings}


def _thing(twin: Twin, name: str) -> dict[str, Any] | None:
    """Everything known of a thing, by its table's columns; None if it is unknown."""
    found: dict[str, Any] = {}
    for kind, table in (("container", twin.containers), ("mover", twin.movers), ("vessel", twin.vessels),
                        ("crane", twin.cranes), ("seal", twin.seals)):
        row = table.row_of.get(name)
        if row is not None:
            found[kind] = {column: _plain(values[row]) for column, values in _shown(table.save()).items()}
    if not found:
        return None
    heard = [int(part[key]) for part in found.values() for key in ("observed_at", "moved_at") if part.get(key)]
    if heard:
        found["age_s"] = round((twin.now - max(heard)) / 1000.0, 1)
    found["warnings"] = [
        {"rule": w.rule, "severity": w.severity.value, "state": w.state.value, "raised_at": w.raised_at}
        for w in twin.warnings.about(name)]
    return found


def _shown(columns: dict[str, Any]) -> dict[str, Any]:
    """The columns that say something of the thing, not of how the twin keeps it."""
    kept = ("_version", "_id", "cells")
    return {name: values for name, values in columns.items() if not name.endswith(kept)}


def _plain(value: Any) -> Any:
    plain = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(plain, list):
        return [_plain(part) for part in plain]
    return None if isinstance(plain, float) and plain != plain else plain
