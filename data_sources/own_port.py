"""The simulated port that a desk starts for itself: which world it is, so that a port that died comes back in the same.

Imports nothing heavy: the port is started before the desk loads what it needs itself.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from data_sources.simulated_port.process import Launched, PortProcess, launch

_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class PortOptions:
    """How to start the simulated port; texts as on the command line."""

    seed: str = "1"
    rate: str = "1"
    date: str | None = None
    scenario: str | None = None
    port_definition: str | None = None


@dataclass(slots=True)
class OwnPort:
    """One world of a port; it is started as often as it must be, on the same address with the same token."""

    options: PortOptions
    _date: str = ""
    _at: str | None = None
    _bind: str = "127.0.0.1:0"
    _token: str | None = None
    _launched: Launched | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.options.date is None:
            now_ms = round(time.time() * 1000)
            self._date, self._at = iso(now_ms // _HOUR_MS * _HOUR_MS), iso(now_ms)
        else:
            self._date = self.options.date

    def launch(self) -> None:
        """Start it without waiting. Raises PortStartError."""
        if self._launched is None:
            o = self.options
            self._launched = launch(
                o.seed, o.rate, self._date, self._at, o.scenario, port_definition=o.port_definition, bind=self._bind,
                token=self._token)

    def ready(self) -> PortProcess:
        """Start it if need be and wait until it answers. Raises PortStartError."""
        self.launch()
        launched, self._launched = self._launched, None
        assert launched is not None  # noqa: S101 - launched above
        process = launched.ready()
        self._bind, self._token = process.url.rpartition("//")[2], process.token
        return process

    def goes_on_at(self, at_ms: int) -> None:
        """The next start begins at this instant of the port's clock (ms UTC): what was before is known."""
        self._at = iso(at_ms)

    def stop(self) -> None:
        """End one that nobody has waited for."""
        if self._launched is not None:
            self._launched.stop()
            self._launched = None


def iso(at_ms: int) -> str:
    """An instant (ms UTC) as ISO 8601 with its offset."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")
