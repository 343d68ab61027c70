"""What several commands have in common on the command line, and the checks of single texts."""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path

from data_sources.arguments import UsageError

TOKEN_VARIABLE = "JIANGYIN_PORT_TOKEN"  # noqa: S105 - the name of the variable, not a token


def add_port(parser: argparse.ArgumentParser) -> None:
    """Adds what the simulated port is started with."""
    parser.add_argument("--seed", metavar="N", default="1", help="seed of the simulated port (default 1)")
    parser.add_argument("--rate", metavar="X", default="1", help="simulated seconds a second, up to 3600 (default 1)")
    parser.add_argument("--date", metavar="D", help="date or instant at which the simulated port begins (default: now)")
    parser.add_argument("--scenario", metavar="FILE", help="incidents to inject")
    add_port_definition(parser)


def add_port_definition(parser: argparse.ArgumentParser) -> None:
    """Adds the port's layout."""
    parser.add_argument("--port-definition", metavar="FILE", help="the port's layout (default: Jiangyin)")


def size_of(text: str) -> tuple[int, int]:
    """A picture's width and height in pixels. Raises UsageError."""
    found = re.fullmatch(r"(\d{2,5})x(\d{2,5})", text)
    if found is None or not all(64 <= int(side) <= 16384 for side in found.groups()):
        raise UsageError(f"--size {text!r} is not WIDTHxHEIGHT in pixels from 64 to 16384, such as 1920x1080.")
    return int(found[1]), int(found[2])


def seconds(text: str, name: str) -> float:
    """A number of seconds up to a day. Raises UsageError."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 86_400.0:
        raise UsageError(f"{name} {text!r} is not a number of seconds from 0 to 86400.")
    return value


def writable(text: str, name: str) -> Path:
    """A file that can be written. Raises UsageError."""
    file = Path(text)
    if file.is_dir() or not file.resolve().parent.is_dir():
        raise UsageError(f"{name} {text!r}: there is no folder {str(file.parent)!r} to write the file into.")
    return file


def display_is_missing() -> bool:
    """Whether a window cannot be opened here: Linux without X11 or Wayland, unless another platform is asked for."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return False
    return not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def add_quality(parser: argparse.ArgumentParser, usual: str) -> None:
    """Describes `--quality`."""
    parser.add_argument("--quality", choices=("software", "standard", "high", "ultra"),
                        help=f"how finely the 3D scene is drawn (default: {usual})")


def add_light(parser: argparse.ArgumentParser) -> None:
    """Describes `--light`."""
    parser.add_argument("--light", choices=("clock", "noon", "gold", "dusk", "night"), default="clock",
                        help="light of the 3D scene: that of the port's clock (default) or always the same")
