"""`desk`: the desk on a live port; what is started when nothing else is said."""

from __future__ import annotations

import argparse
import contextlib
import gc
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands import source
from commands.exit_codes import FAILED
from commands.words import add_light, add_port, add_quality, display_is_missing, seconds, writable

if TYPE_CHECKING:
    from commands.recording import Recording
    from data_sources.clock import PortClock
    from data_sources.own_port import OwnPort
    from twin.port_layout import PortLayout
    from twin.rules.registry import Settings

_FASTEST_KEPT = 60.0
"""Rate of a simulated port up to which a sitting is kept; at more, records come faster than one wants to write them."""


def add(subparsers: Any) -> None:
    """Describes the command."""
    desk = subparsers.add_parser("desk", help="the desk on a live port (default)", description="Opens the desk.")
    desk.add_argument("--backend", metavar="URL", help="a port backend (default: a simulated port of its own)")
    add_port(desk)
    desk.add_argument("--database", metavar="URL", help="record into this history, or replay from it with --replay")
    desk.add_argument("--no-record", action="store_true", help="another desk records: share steps only")
    desk.add_argument("--replay", metavar="DATE", help="show this recorded day instead of a live port")
    desk.add_argument("--at", metavar="TIME", help="where the replay begins: an instant (default: the day's beginning)")
    desk.add_argument("--speed", metavar="X", default="1", help="recorded seconds a second, 0 to 3600 (default 1)")
    desk.add_argument("--beside", metavar="TIME", help="a second view beside the first, at this recorded instant")
    desk.add_argument("--rules", metavar="FILE", help="settings of the rules (default: as shipped), as `rules check`")
    desk.add_argument("--ais", metavar="FILE|HOST:PORT", help="vessels from an NMEA recording or a TCP stream of AIS")
    desk.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of the screen")
    desk.add_argument("--theme", choices=("dark", "light"), default="dark", help="colours of the screen")
    desk.add_argument("--operator", metavar="NAME", default="01", help="who sits at the desk")
    desk.add_argument("--wall", action="store_true", help="wall mode: full screen, large type")
    desk.add_argument("--viewpoint", metavar="NAME", help="where the camera starts")
    add_light(desk)
    add_quality(desk, "as the machine allows; with --screenshot it is that of the picture")
    desk.add_argument("--screenshot", metavar="FILE", help="save what the window shows, then quit with 0")
    desk.add_argument(
        "--after", metavar="SECONDS", default="10", help="wait so long before the screenshot (default 10)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Opens the desk until it is closed; returns an exit code. Raises UsageError, PortDefinitionError."""
    from data_sources import arguments as parse

    after_s = seconds(arguments.after, "--after")
    shot = writable(arguments.screenshot, "--screenshot") if arguments.screenshot else None
    parse.seed(arguments.seed)
    parse.rate(arguments.rate)
    if arguments.beside:
        parse.instant(arguments.beside, "--beside")
        if not arguments.database:
            raise parse.UsageError("--beside TIME needs --database URL: what is beside comes from a record.")
    if arguments.backend:
        parse.url(arguments.backend)
    settings = _settings(arguments.rules)
    if display_is_missing():
        source.check(arguments)  # what cannot be used is told first
        print(
            "jiangyin-twin: there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set); "
            "`main.py render --out FILE` makes a picture without one.",
            file=sys.stderr,
        )
        return FAILED
    if arguments.replay or arguments.at:
        return _replay(arguments, settings, shot, after_s)
    own: OwnPort | None = None
    if not any((arguments.backend, arguments.scenario, arguments.port_definition, arguments.date, arguments.ais)):
        # With nothing of the user's to check, the port comes up in its own process while this one gets ready.
        own = source.own_port(arguments)
        own.launch()
    try:
        return _live(arguments, settings, own, shot, after_s)
    finally:
        if own is not None:
            own.stop()


def _settings(file: str | None) -> Settings:
    """What a settings file of the rules says; nothing without one. Raises UsageError."""
    if file is None:
        return {}
    from data_sources import rule_settings

    return rule_settings.load(Path(file))


def _live(
    arguments: argparse.Namespace, settings: Settings, own: OwnPort | None, shot: Path | None, after_s: float,
) -> int:
    """Opens the desk on a live port. `own`: the port that is coming up already. Raises as `run`."""
    from data_sources.clock import PortClock
    from data_sources.inbox import Inbox
    from data_sources.quarantine import Quarantine

    inbox, quarantine, clock = Inbox(), Quarantine(), PortClock()
    ais = source.ais_feed(arguments.ais, inbox, quarantine)
    layout = None if own is not None else source.layout_of(arguments)
    live = source.live_port(arguments, inbox, quarantine, clock, own)
    recording: Recording | None = None
    ends = contextlib.ExitStack()  # of what records, which ends last
    live.start()
    gc.disable()  # until the window stands: the start makes much that stays and nothing to be thrown away
    try:
        layout = layout or source.layout_of(arguments)
        if arguments.database:
            recording = _recording(arguments, layout, clock)
            if recording is None:
                return FAILED
            ends.callback(recording.stop)
        elif not (arguments.backend or source.vessels_only(arguments) or float(arguments.rate) > _FASTEST_KEPT):
            recording = _sitting(ends, layout, clock)
        if ais is not None:
            ais.start()
        from panels import application as qt

        application = qt.make_application(sys.argv[:1])
        from commands.desk_run import DeskRun

        run = DeskRun(arguments, layout, inbox, quarantine, clock, live, ais, application, None, recording, settings)
        return run.run(shot, after_s)
    finally:
        if ais is not None:
            ais.stop()
        live.stop()
        ends.close()


def _sitting(ends: contextlib.ExitStack, layout: PortLayout, clock: PortClock) -> Recording | None:
    """What the desk on a simulated port of its own winds back to; None where there is no room for it."""
    from commands.recording import of_sitting
    from data_sources.history.errors import HistoryError

    try:
        return ends.enter_context(of_sitting(layout.code, clock))
    except (HistoryError, OSError) as unusable:
        logging.getLogger(__name__).warning("nothing can be wound back to: %s", unusable)
        return None


def _recording(arguments: argparse.Namespace, layout: PortLayout, clock: PortClock) -> Recording | None:
    """The history to record into; None, with a sentence on standard error, if it cannot be used."""
    from commands.recording import Recording
    from data_sources.history.errors import HistoryError

    try:
        return Recording(arguments.database, layout.code, clock, record=not arguments.no_record)
    except HistoryError as unusable:
        print(f"jiangyin-twin: {unusable}", file=sys.stderr)
        return None


def _replay(arguments: argparse.Namespace, settings: Settings, shot: Path | None, after_s: float) -> int:
    """Opens the desk on a recorded day. Raises UsageError, PortDefinitionError."""
    from commands.past import Past
    from data_sources import arguments as parse
    from data_sources.clock import PortClock
    from data_sources.history.errors import HistoryError
    from data_sources.inbox import Inbox
    from data_sources.quarantine import Quarantine
    from panels import application as qt
    from twin.port_index import PortIndex

    if not (arguments.database and arguments.replay):
        raise parse.UsageError("--database URL and --replay DATE are given together.")
    day = parse.instant(arguments.replay, "--replay").ms
    at = parse.instant(arguments.at, "--at").ms if arguments.at else day
    speed = _speed(arguments.speed)
    layout = source.layout_of(arguments)
    past = Past(PortIndex(layout), arguments.database, settings)
    try:
        past.open(at)
        past.speed(speed)
        application = qt.make_application(sys.argv[:1])
        from commands.desk_run import DeskRun

        run = DeskRun(
            arguments, layout, Inbox(), Quarantine(), PortClock(), past.feed, None, application, past,
            settings=settings)
        return run.run(shot, after_s)
    except HistoryError as unreadable:
        print(f"jiangyin-twin: {unreadable}", file=sys.stderr)
        return FAILED
    finally:
        past.close()


def _speed(text: str) -> float:
    """A speed of replay. Raises UsageError."""
    from data_sources.arguments import UsageError
    from data_sources.replay_clock import FASTEST, SLOWEST

    try:
        speed = float(text)
    except ValueError:
        speed = -1.0
    if speed and not SLOWEST <= speed <= FASTEST:
        raise UsageError(f"--speed {text!r} is neither 0 nor a number from {SLOWEST:g} to {FASTEST:g}.")
    return speed
