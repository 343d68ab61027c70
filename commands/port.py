"""`port`: the simulated port alone, for several desks."""

from __future__ import annotations

import argparse
from typing import Any

from commands.words import add_port


def add(subparsers: Any) -> None:
    """Describes the command."""
    parser = subparsers.add_parser(
        "port", help="the simulated port alone, for several desks", description="Runs the simulated port."
    )
    parser.add_argument("--bind", metavar="HOST:PORT", required=True, help="where to listen; port 0 takes a free one")
    add_port(parser)
    parser.add_argument("--at", metavar="TIME", help="where the port's clock starts (default: the date given, or now)")
    parser.add_argument("--truth", metavar="FILE", help="write what the scenario injected, a JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    """Runs the port until it is told to end; returns an exit code."""
    from data_sources.simulated_port.server import run_port

    return run_port(arguments)
