"""Texts from the command line as values: each parser returns the value or raises UsageError with one sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from ipaddress import IPv6Address
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

DEFAULT_ZONE = "Asia/Shanghai"
_DATE = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_DIGITS = re.compile(r"^[0-9]{1,19}\Z")
_HOST = re.compile(r"^(?=.{1,253}\Z)[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?\Z")
_EARLIEST_YEAR, _LATEST_YEAR = 1990, 2100


class UsageError(Exception):
    """The user gave something that cannot be used. Its text is one sentence for the user; exit code 2."""


@dataclass(frozen=True, slots=True)
class Instant:
    """An instant given on the command line. `date_only`: a day was given, `ms` is its midnight."""

    ms: int
    date_only: bool


def instant(text: str, name: str, zone: str = DEFAULT_ZONE) -> Instant:
    """A date or date and time in ISO 8601; without offset in `zone`. A date is its first midnight."""
    try:
        if _DATE.match(text):
            moment = datetime.combine(date.fromisoformat(text), time(), ZoneInfo(zone))
            date_only = True
        else:
            moment = datetime.fromisoformat(text)
            date_only = False
    except ValueError:
        raise UsageError(
            f"{name} {text!r} is not an ISO 8601 date or time such as 2026-03-01 or 2026-03-01T08:30+08:00."
        ) from None
    if not _EARLIEST_YEAR <= moment.year < _LATEST_YEAR:
        raise UsageError(f"{name} {text!r} lies outside the years {_EARLIEST_YEAR} to {_LATEST_YEAR - 1}.")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return Instant(round(moment.astimezone(UTC).timestamp() * 1000), date_only)


def rate(text: str, name: str = "--rate") -> float:
    """Simulated seconds a second: above 0, at most 3600."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0.0 < value <= 3600.0:
        raise UsageError(f"{name} {text!r} is not a number above 0 and at most 3600.")
    return value


def seed(text: str, name: str = "--seed") -> int:
    """A whole number from 0 to 2**63 - 1."""
    if not _DIGITS.match(text) or int(text) >= 2**63:
        raise UsageError(f"{name} {text!r} is not a whole number from 0 to {2**63 - 1}.")
    return int(text)


def bind(text: str, name: str = "--bind") -> tuple[str, int]:
    """HOST:PORT to listen on; port 0 takes a free one. An IPv6 address stands in brackets."""
    host, colon, port = text.rpartition(":")
    if not colon or not host:
        raise UsageError(f"{name} {text!r} is not HOST:PORT, such as 127.0.0.1:8470.")
    if not _DIGITS.match(port) or int(port) > 65535:
        raise UsageError(f"{name} {text!r}: the port {port!r} is not a number from 0 to 65535.")
    bare = _bracketed(host)
    if bare is None and not _HOST.match(host):
        raise UsageError(f"{name} {text!r}: {host!r} is not a host name or address (IPv6 addresses stand in brackets).")
    return bare or host, int(port)


def url(text: str, name: str = "--backend") -> str:
    """An http or https URL of a port backend, without the slash at its end."""
    try:
        parts = urlsplit(text)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        raise UsageError(f"{name} {text!r} is not a URL such as http://127.0.0.1:8470.") from None
    is_plain = text.isprintable() and " " not in text  # urlsplit drops line breaks without a word
    if not is_plain or not port_is_fine or parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{name} {text!r} is not a URL such as http://127.0.0.1:8470.")
    if parts.username is not None or parts.password is not None:
        raise UsageError(f"{name} must not carry a user name or password; the token belongs into the environment.")
    if parts.query or parts.fragment:
        raise UsageError(f"{name} {text!r} must not have a query or fragment.")
    return text.rstrip("/")


def _bracketed(host: str) -> str | None:
    """The IPv6 address inside brackets, None if it is none."""
    if not (host.startswith("[") and host.endswith("]")):
        return None
    try:
        return str(IPv6Address(host[1:-1]))
    except ValueError:
        return None
