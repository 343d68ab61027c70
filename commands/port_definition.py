"""`port-definition`: checks a port's layout, and takes surveyed outlines into it."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from pathlib import Path
from typing import Any

from commands.exit_codes import DONE, USAGE
from data_sources.arguments import UsageError


def add(subparsers: Any) -> None:
    """Describes the command."""
    parser = subparsers.add_parser(
        "port-definition", help="check a port's layout, import outlines into it",
        description="Checks and completes port definitions (docs/port_definition.md).",
    )
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    check = acts.add_parser("check", help="say what is wrong with a definition, and where")
    check.add_argument("file", metavar="FILE", help="the definition's JSON file")
    take = acts.add_parser("import", help="take outlines from GeoJSON into a definition")
    take.add_argument("geojson", metavar="GEOJSON", help="longitude and latitude, WGS-84")
    take.add_argument("--into", metavar="FILE", required=True, help="the definition's JSON file")
    take.add_argument("--table", metavar="TABLE", required=True, help="zones, fences, buildings, platform, land ...")
    take.add_argument("--add", action="store_true", help="add to what the table holds instead of replacing it")
    take.add_argument("--local", action="store_true", help="coordinates are metres of the definition's frame already")
    take.add_argument("--take", metavar="FIELD=PROPERTY", action="append", default=[],
                      help="take a field from a property of another name, such as id=OBJECTID")
    take.add_argument("--set", metavar="FIELD=VALUE", action="append", default=[],
                      help="value of a field that the file lacks, such as surveyed=true")


def run(arguments: argparse.Namespace) -> int:
    """Does it; returns an exit code. Raises UsageError, PortDefinitionError."""
    return _check(Path(arguments.file)) if arguments.act == "check" else _import(arguments)


def _check(file: Path) -> int:
    from twin import port_definition
    from twin.definition_lines import place_of
    from twin.errors import PortDefinitionError

    try:
        layout = port_definition.load(file)
    except PortDefinitionError as fault:
        name, _, sentence = str(fault).partition(": ")
        where = None
        with contextlib.suppress(OSError, UnicodeDecodeError):  # the sentence says so already
            where = place_of((file.parent / name).read_text(encoding="utf-8-sig"), sentence)
        mark = f"{name}:{where[0]}:{where[1]}" if where is not None else name
        print(f"{mark}: {sentence}", file=sys.stderr)
        return USAGE
    schematic = sum(not row.surveyed for table in (layout.berths, layout.blocks, layout.zones, layout.gates,
                                                   layout.buildings) for row in table)
    print(f"{file.name}: sound. {layout.name.en} ({layout.code}): {len(layout.berths)} berths, {len(layout.blocks)} "
          f"blocks, {len(layout.gates)} gates, {len(layout.zones)} zones, {len(layout.fences)} fences, "
          f"{len(layout.buildings)} buildings, {len(layout.cranes)} cranes, {len(layout.road_edges)} road edges; "
          f"{schematic} elements are not surveyed.")
    return DONE


def _import(arguments: argparse.Namespace) -> int:
    from data_sources.definition_import import ImportPlan, import_outlines

    taken = dict(_pair(text, "--take") for text in arguments.take)
    given = {key: _value(text) for key, text in (_pair(pair, "--set") for pair in arguments.set)}
    plan = ImportPlan(arguments.table, arguments.local, taken, given, arguments.add)
    count = import_outlines(Path(arguments.geojson), Path(arguments.into), plan)
    print(f"{Path(arguments.into).name}: {count} features taken into {arguments.table}.")
    return DONE


def _pair(text: str, name: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise UsageError(f"{name} {text!r} is not of the form FIELD=...")
    return key, value


def _value(text: str) -> Any:
    """JSON where it is JSON, else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text
