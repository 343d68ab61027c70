"""Texts of the command line: what is meant is understood, anything else is told in one sentence."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources import arguments
from data_sources.arguments import Instant, UsageError
from data_sources.simulated_port.server import clock_start

HOUR = 3_600_000


def ms(*parts: int) -> int:
    return round(datetime(*parts, tzinfo=UTC).timestamp() * 1000)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-03-01", Instant(ms(2026, 2, 28, 16), date_only=True)),
        ("2026-03-01T08:30", Instant(ms(2026, 3, 1, 0, 30), date_only=False)),
        ("2026-03-01 08:30:15", Instant(ms(2026, 3, 1, 0, 30, 15), date_only=False)),
        ("2026-03-01T08:30:00Z", Instant(ms(2026, 3, 1, 8, 30), date_only=False)),
        ("2026-03-01T08:30:00.250-05:00", Instant(ms(2026, 3, 1, 13, 30) + 250, date_only=False)),
    ],
)
def test_a_time_without_offset_is_in_china(text, meant):
    assert arguments.instant(text, "--date") == meant


@pytest.mark.parametrize(
    "text",
    ["", "today", "2026-02-30", "2026-3-1", "2026-03-01T25:00", "1066-10-14", "2026-03-01T", "٢٠٢٦-٠٣-٠١",
     "2026-03-01\n"],
)
def test_what_is_no_time_is_told_with_its_name(text):
    with pytest.raises(UsageError, match="--date"):
        arguments.instant(text, "--date")


@pytest.mark.parametrize(("text", "value"), [("1", 1.0), ("0.5", 0.5), ("3600", 3600.0), ("1e2", 100.0)])
def test_rates(text, value):
    assert arguments.rate(text) == value


@pytest.mark.parametrize("text", ["0", "-1", "3600.1", "nan", "inf", "fast", ""])
def test_rates_out_of_range(text):
    with pytest.raises(UsageError, match=r"^--rate '.*' is not a number above 0 and at most 3600\.$"):
        arguments.rate(text)


@pytest.mark.parametrize(("text", "value"), [("0", 0), ("7", 7), (str(2**63 - 1), 2**63 - 1)])
def test_seeds(text, value):
    assert arguments.seed(text) == value


@pytest.mark.parametrize("text", ["", "-1", "1.5", "x", str(2**63), "²", "٣", "9" * 5000])
def test_seeds_that_are_none(text):
    with pytest.raises(UsageError, match="--seed"):
        arguments.seed(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("127.0.0.1:8470", ("127.0.0.1", 8470)), ("localhost:0", ("localhost", 0)), ("[::1]:80", ("::1", 80)),
        ("0.0.0.0:65535", ("0.0.0.0", 65535)),
    ],
)
def test_addresses(text, value):
    assert arguments.bind(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "8470", ":8470", "host:", "host:http", "host:65536", "host:-1", "::1:80", "[::g]:80", "a b:80", "http://h:80",
     "host:80\n", "host\n:80", "host:" + "9" * 5000],
)
def test_addresses_that_are_none(text):
    with pytest.raises(UsageError, match="--bind"):
        arguments.bind(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("http://127.0.0.1:8470", "http://127.0.0.1:8470"), ("https://port.example/twin/", "https://port.example/twin"),
        ("http://[::1]:80", "http://[::1]:80"),
    ],
)
def test_urls(text, value):
    assert arguments.url(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "127.0.0.1:8470", "ftp://h", "http://", "http://h:99999", "http://u:secret@h", "http://h?x=1", "http://h#x",
     " http://h", "http://[::1", "http://h\n", "ht\ntp://h"],
)
def test_urls_that_are_none(text):
    with pytest.raises(UsageError, match="--backend") as caught:
        arguments.url(text)
    assert "secret" not in str(caught.value)


@given(st.text(max_size=40))
def test_parsers_raise_only_their_own_error(text):
    for parse in (arguments.rate, arguments.seed, arguments.bind, arguments.url, lambda t: arguments.instant(t, "-")):
        with contextlib.suppress(UsageError):
            parse(text)


def test_the_clock_starts_at_the_date_or_now():
    now = ms(2026, 11, 22, 3, 25)
    midnight = ms(2026, 2, 28, 16)
    assert clock_start(None, None, now) == (ms(2026, 11, 22, 3), now)
    assert clock_start("2026-03-01", None, now) == (midnight, midnight)
    assert clock_start("2026-03-01", "2026-03-01T09:00", now) == (midnight, midnight + 9 * HOUR)
    assert clock_start(None, "2026-03-01T09:20", now) == (midnight + 9 * HOUR, midnight + 9 * HOUR + HOUR // 3)


@pytest.mark.parametrize("at", ["2026-02-28", "2026-06-01"])
def test_a_clock_before_the_world_or_months_after_it_is_refused(at):
    with pytest.raises(UsageError, match="--at"):
        clock_start("2026-03-01", at, 0)
