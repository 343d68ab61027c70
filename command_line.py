"""The command line: what can be said on it, and the checks of single texts."""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path

from data_sources.arguments import UsageError

COMMANDS = ("desk", "port", "render")
TOKEN_VARIABLE = "JIANGYIN_PORT_TOKEN"  # noqa: S105 - the name of the variable, not a token


def make_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="jiangyin-twin",
        description="Digital twin of Jiangyin port for customs supervision.",
        epilog="Exit codes: 0 done, 1 failed while running, 2 unusable command line or file, 3 backend out of reach. "
        f"The backend's token is read from the environment variable {TOKEN_VARIABLE}. Times are ISO 8601; "
        "without an offset they are in Asia/Shanghai.",
    )
    commands = parser.add_subparsers(dest="command", metavar="{desk,port,render}")

    desk = commands.add_parser("desk", help="the desk on a live port (default)", description="Opens the desk.")
    _add_backend(desk)
    _add_port(desk)
    desk.add_argument("--port-definition", metavar="FILE", help="the port's layout (default: Jiangyin)")
    desk.add_argument("--ais", metavar="FILE|HOST:PORT", help="vessels from an NMEA recording or a TCP stream of AIS")
    desk.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of the screen")
    desk.add_argument("--theme", choices=("dark", "light"), default="dark", help="colours of the screen")
    desk.add_argument("--operator", metavar="NAME", default="01", help="who sits at the desk")
    desk.add_argument("--wall", action="store_true", help="wall mode: full screen, large type")
    desk.add_argument("--viewpoint", metavar="NAME", help="where the camera starts")
    desk.add_argument("--screenshot", metavar="FILE", help="save what the window shows, then quit with 0")
    desk.add_argument(
        "--after", metavar="SECONDS", default="10", help="wait so long before the screenshot (default 10)"
    )

    port = commands.add_parser(
        "port", help="the simulated port alone, for several desks", description="Runs the simulated port."
    )
    port.add_argument("--bind", metavar="HOST:PORT", required=True, help="where to listen; port 0 takes a free one")
    _add_port(port)
    port.add_argument("--at", metavar="TIME", help="where the port's clock starts (default: the date given, or now)")
    port.add_argument("--truth", metavar="FILE", help="write what the scenario injected, a JSON object a line")
    port.add_argument("--port-definition", metavar="FILE", help="the port's layout (default: Jiangyin)")

    render = commands.add_parser(
        "render", help="a picture without a display", description="Renders the port to a PNG file."
    )
    source = render.add_mutually_exclusive_group()
    source.add_argument("--backend", metavar="URL", help="take the picture of this backend")
    source.add_argument("--demo", action="store_true", help="take the picture of the simulated port (default)")
    render.add_argument("--viewpoint", metavar="NAME", default="port", help="named viewpoint of the port definition")
    render.add_argument("--size", metavar="WxH", default="1920x1080", help="pixels, such as 3840x2160")
    render.add_argument("--out", metavar="FILE", required=True, help="PNG file to write")
    render.add_argument("--port-definition", metavar="FILE", help="the port's layout (default: Jiangyin)")
    _add_port(render)
    return parser


def _add_backend(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--backend", metavar="URL", help="a port backend (default: a simulated port of its own)")


def _add_port(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", metavar="N", default="1", help="seed of the simulated port (default 1)")
    parser.add_argument("--rate", metavar="X", default="1", help="simulated seconds a second, up to 3600 (default 1)")
    parser.add_argument("--date", metavar="D", help="date or instant at which the simulated port begins (default: now)")
    parser.add_argument("--scenario", metavar="FILE", help="incidents to inject")


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
