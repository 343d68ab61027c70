"""The command line: the commands there are, and the one parser of all of them."""

from __future__ import annotations

import argparse
from types import ModuleType

from commands import desk, history, port, port_definition, render, rules, simulate, state, track, within
from commands.words import TOKEN_VARIABLE

COMMANDS: dict[str, ModuleType] = {
    "desk": desk, "port": port, "render": render, "simulate": simulate, "state": state,
    "history": history, "track": track, "within": within, "rules": rules, "port-definition": port_definition,
}
DEFAULT = "desk"


def make_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="jiangyin-twin",
        description="Digital twin of Jiangyin port for customs supervision.",
        epilog="Exit codes: 0 done, 1 failed while running, 2 unusable command line or file, 3 backend out of reach. "
        f"The backend's token is read from the environment variable {TOKEN_VARIABLE}. Times are ISO 8601; "
        "without an offset they are in Asia/Shanghai.",
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND")
    for module in COMMANDS.values():
        module.add(subparsers)
    return parser
