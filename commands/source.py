"""What a command looks at: the port's layout, and the live port or recording behind it."""

from __future__ import annotations

import argparse
import logging
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from commands.words import TOKEN_VARIABLE

if TYPE_CHECKING:
    from data_sources.ais_feed import AisFeed
    from data_sources.clock import PortClock
    from data_sources.inbox import Inbox
    from data_sources.live import LivePort, NoPort
    from data_sources.outbox import Outbox
    from data_sources.own_port import OwnPort
    from data_sources.quarantine import Quarantine
    from twin.port_layout import PortLayout


def layout_of(arguments: argparse.Namespace) -> PortLayout:
    """The port's layout; also checks what the simulated port would be started with, so that errors come at once.

    Raises UsageError, PortDefinitionError, ScenarioError.
    """
    from resources import locator
    from twin import port_definition

    if vessels_only(arguments):
        from data_sources.ais_feed import centre_of

        return port_definition.load(locator.sea_only_definition(), centre_of(Path(arguments.ais)))
    given = arguments.port_definition
    layout = port_definition.load(Path(given) if given else locator.port_definition())
    if not arguments.backend and (arguments.date or arguments.scenario):
        from data_sources.simulated_port import scenario, server

        base_ms, _ = server.clock_start(arguments.date, None, round(time.time() * 1000))
        if arguments.scenario:
            scenario.load(Path(arguments.scenario)).check(layout, base_ms)
    return layout


def check(arguments: argparse.Namespace) -> None:
    """Looks at everything a desk would be given. Raises UsageError, PortDefinitionError, ScenarioError."""
    from data_sources.inbox import Inbox
    from data_sources.quarantine import Quarantine

    ais_feed(arguments.ais, Inbox(), Quarantine())
    layout_of(arguments)


def vessels_only(arguments: argparse.Namespace) -> bool:
    """An AIS recording with no port named beside it plays on the open sea, at its true place."""
    recording = getattr(arguments, "ais", None)
    return bool(recording) and Path(recording).is_file() and not (arguments.backend or arguments.port_definition)


def own_port(arguments: argparse.Namespace) -> OwnPort:
    """The simulated port that is started when no backend is named."""
    from data_sources.own_port import OwnPort, PortOptions

    return OwnPort(PortOptions(
        arguments.seed, arguments.rate, arguments.date, arguments.scenario, arguments.port_definition))


def live_port(
    arguments: argparse.Namespace, inbox: Inbox, quarantine: Quarantine, clock: PortClock, own: OwnPort | None = None
) -> LivePort | NoPort:
    """The port that feeds the desk: the backend named, or a simulated one (`own`, if it was started already).

    Raises UsageError.
    """
    from data_sources.live import LivePort, NoPort

    if vessels_only(arguments):
        return NoPort()
    if arguments.backend:
        from data_sources import arguments as parse
        from data_sources.rest_client import AddressError

        try:
            url = parse.url(arguments.backend)
            token = os.environ.get(TOKEN_VARIABLE, "")
            return LivePort(inbox, quarantine, clock, url=url, token=token, outbox=_outbox(url))
        except AddressError as unusable:
            raise parse.UsageError(str(unusable)) from None
    return LivePort(inbox, quarantine, clock, own=own or own_port(arguments))


def _outbox(url: str) -> Outbox | None:
    """Where what is to be sent to a backend waits while that is out of reach, the end of the desk included."""
    from data_sources.outbox import Outbox
    from resources.own_files import file_of

    try:
        return Outbox(file_of("outbox", url))
    except OSError as unusable:
        logging.getLogger(__name__).warning("what waits to be sent is kept in memory alone: %s", unusable)
        return None


def ais_feed(text: str | None, inbox: Inbox, quarantine: Quarantine) -> AisFeed | None:
    """The AIS feed named, if any. Raises UsageError."""
    if text is None:
        return None
    from data_sources.ais_feed import ais_feed_of

    return ais_feed_of(text, inbox, quarantine)
