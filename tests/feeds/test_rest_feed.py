"""The desk keeps its picture through everything a backend can do to it, and catches up without loss or repeats."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from data_sources import rest_feed
from data_sources.clock import PortClock
from data_sources.inbox import Inbox
from data_sources.quarantine import Quarantine
from data_sources.rest_client import AddressError, RestClient
from data_sources.rest_feed import RestFeed
from tests.feeds import scripted_port as port_faults
from tests.feeds.scripted_port import TOKEN, Fault, ScriptedPort, serving
from tests.feeds.trade import NOON, box, fix, seal_event
from twin.feed_health import FeedErrorCode, FeedHealth, FeedState
from twin.records import Datum, Kind, Record, SealEventKind


class Desk:
    """A feed with its inbox, and everything that ever came out of it."""

    def __init__(self, url: str, token: str = TOKEN, **options: object) -> None:
        self.inbox = Inbox()
        self.quarantine = Quarantine()
        self.clock = PortClock()
        self.feed = RestFeed("port", url, token, self.inbox, self.quarantine, self.clock,
                             **({"wait_s": 0.3, "answer_timeout_s": 0.6} | options))  # type: ignore[arg-type]
        self.came: list[Record] = []

    def health(self) -> FeedHealth:
        return self.feed.health()

    def take(self) -> list[str]:
        for batch in self.inbox.drain(1_000_000):
            self.came.extend(batch.record(row) for row in range(len(batch)))
        return [record.id for record in self.came]

    def has(self, *records: Record) -> bool:
        return {record.id for record in records} <= set(self.take())

    def assert_exactly(self, *records: Record) -> None:
        assert Counter(self.take()) == Counter(record.id for record in records), "lost or repeated"


def eventually(condition: Callable[[], object], what: str = "") -> None:
    until = time.monotonic() + 20.0
    while not condition():
        if time.monotonic() > until:
            pytest.fail(f"never happened: {what or condition}")
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries and rests of the feed shortened, so that the stories take no time."""
    monkeypatch.setattr(rest_feed, "_BACKOFF_FIRST_S", 0.02)
    monkeypatch.setattr(rest_feed, "_BACKOFF_MOST_S", 0.1)
    monkeypatch.setattr(rest_feed, "PACE_S", 0.01)


@pytest.fixture
def port() -> ScriptedPort:
    return ScriptedPort()


@pytest.fixture
def desk(port: ScriptedPort) -> Iterator[Desk]:
    with serving(port) as url:
        made = Desk(url)
        yield made
        assert made.feed.stop(1.0), "the feed's thread did not end"


def test_a_desk_that_starts_sees_the_port_as_it_stands_and_then_what_happens(port: ScriptedPort, desk: Desk) -> None:
    old, standing, truck = box("CSQU3054383", 0, owner="MSCU"), box("CSQU3054383", 5), fix("闽A12345", 6)
    port.say(old, standing, truck)
    assert desk.health().state is FeedState.CONNECTING
    desk.feed.start()
    eventually(lambda: desk.has(standing, truck))
    moved = fix("闽A12345", 8)
    port.say(moved)
    eventually(lambda: desk.has(moved))
    desk.assert_exactly(standing, truck, moved)
    health = desk.health()
    assert (health.state, health.records, health.run) == (FeedState.UP, 3, "run1")
    assert health.lag_s == 0.0
    assert abs(desk.clock.now() - port.now) < 60_000, "the desk shows the port's time, not the machine's"
    assert desk.feed.port is not None
    assert desk.feed.port.code == "CNJGY"


def test_everything_of_a_busy_minute_comes_in_order_and_in_pieces_the_desk_can_chew(port: ScriptedPort) -> None:
    with serving(port) as url:
        desk = Desk(url, page_rows=700)
        desk.feed.start()
        eventually(lambda: desk.health().state is FeedState.UP)
        fixes = [fix(f"T{n % 50}", n / 50) for n in range(5_000)]
        port.say(*fixes)
        eventually(lambda: desk.has(fixes[-1]))
        assert desk.take() == [f.id for f in fixes]
        assert desk.feed.stop()


@pytest.mark.parametrize(("fault", "code"), [
    (port_faults.server_error, FeedErrorCode.SERVER_ERROR),
    (port_faults.garbage, FeedErrorCode.GARBAGE),
    (port_faults.other_json, FeedErrorCode.GARBAGE),
    (port_faults.proxy_page, FeedErrorCode.WRONG_CONTENT),
    (port_faults.half_an_answer, FeedErrorCode.CUT_OFF),
    (port_faults.broken_gzip, FeedErrorCode.GARBAGE),
    (port_faults.half_a_gzip, FeedErrorCode.GARBAGE),
    (port_faults.hang_up, FeedErrorCode.CUT_OFF),
    (port_faults.no_http, FeedErrorCode.CUT_OFF),
    (port_faults.moved, FeedErrorCode.REDIRECTED),
    (port_faults.slow(2.0), FeedErrorCode.TIMED_OUT),
    (port_faults.trickling(3.0), FeedErrorCode.TIMED_OUT),
], ids=lambda value: getattr(value, "__name__", str(value)))
def test_a_misbehaving_backend_is_named_and_nothing_is_lost(
    port: ScriptedPort, desk: Desk, fault: Fault, code: FeedErrorCode, caplog: pytest.LogCaptureFixture,
) -> None:
    before, during = fix("闽A1", 1), seal_event("S1", 2, SealEventKind.CUT)
    port.say(before)
    desk.feed.start()
    eventually(lambda: desk.has(before))
    since = desk.clock.now() - 1000
    with caplog.at_level(logging.WARNING):
        port.misbehave(fault, fault, fault)
        port.say(during)
        eventually(lambda: desk.health().last_error is not None)
        error = desk.health().last_error
        assert error is not None
        assert error.code is code
        assert error.text
        assert error.at >= since
        eventually(lambda: desk.has(during))
        eventually(lambda: desk.health().state is FeedState.UP)
    desk.assert_exactly(before, during)
    assert not port.faults
    assert desk.health().gaps == 0
    said = [record.getMessage() for record in caplog.records]
    assert len([line for line in said if ": lost: " in line]) == 1, said
    assert len([line for line in said if line.endswith(": back")]) == 1, said


def test_a_dead_backend_shows_down_since_its_death_and_the_desk_catches_up_on_its_return(port: ScriptedPort) -> None:
    ticks = Ticks()
    with serving(port) as url:
        desk = Desk(url)
        desk.clock = PortClock(wall=ticks.wall, monotonic_s=ticks.monotonic)
        desk.feed = RestFeed("port", url, TOKEN, desk.inbox, desk.quarantine, desk.clock, wait_s=0.3)
        port.say(first := fix("A", 0))
        desk.feed.start()
        eventually(lambda: desk.has(first) and desk.health().state is FeedState.UP)
    eventually(lambda: desk.health().last_error is not None)
    assert desk.health().state is FeedState.LATE, "a hiccup is not an outage"
    trouble_at = desk.health().since
    ticks.pass_by(30.0)
    health = desk.health()
    assert health.state is FeedState.DOWN
    assert health.since == trouble_at
    assert health.last_error is not None
    assert health.last_error.code in (FeedErrorCode.REFUSED, FeedErrorCode.CUT_OFF)
    eventually(lambda: desk.health().last_error.code is FeedErrorCode.REFUSED)  # type: ignore[union-attr]
    assert port.now - NOON < 10_000
    port.say(second := fix("A", 20), third := box("CSQU3054383", 21))
    with serving(port, at=int(url.rsplit(":", 1)[1])):
        eventually(lambda: desk.has(second, third))
        eventually(lambda: desk.health().state is FeedState.UP)
        desk.assert_exactly(first, second, third)
        assert desk.feed.stop()


class Ticks:
    """Clocks that a test moves on."""

    def __init__(self) -> None:
        self.extra_s = 0.0

    def wall(self) -> int:
        return NOON + round(self.monotonic() * 1000)

    def monotonic(self) -> float:
        return time.monotonic() + self.extra_s

    def pass_by(self, seconds: float) -> None:
        self.extra_s += seconds


def test_an_answer_that_is_long_in_coming_shows_while_it_is_awaited(port: ScriptedPort) -> None:
    ticks = Ticks()
    with serving(port) as url:
        clock = PortClock(wall=ticks.wall, monotonic_s=ticks.monotonic)
        feed = RestFeed("port", url, TOKEN, Inbox(), Quarantine(), clock, wait_s=5.0)
        feed.start()
        eventually(lambda: any("wait_s" in path for path in port.asked))
        ticks.pass_by(9.0)
        health = feed.health()
        assert health.state is FeedState.LATE
        assert health.last_error is not None
        assert health.last_error.code is FeedErrorCode.SLOW
        assert feed.stop()


def test_a_restarted_backend_that_tells_the_same_day_again_brings_nothing_twice(port: ScriptedPort, desk: Desk) -> None:
    day: list[Record] = [fix("A", second) for second in range(20)] + [box("CSQU3054383", 3)]
    port.say(*day)
    desk.feed.start()
    eventually(lambda: desk.has(day[19], day[20]))
    known = Counter(desk.take())
    later = [fix("A", 30), seal_event("S1", 31, SealEventKind.CUT), seal_event("S1", 32, SealEventKind.LOCKED)]
    port.restart([*day, *later])
    eventually(lambda: desk.has(*later))
    eventually(lambda: desk.health().run == "run1x")
    came = Counter(desk.take())
    assert max(came.values()) == 1, "something came twice"
    assert set(came) - set(known) <= {r.id for r in [*day, *later]}
    assert desk.health().gaps == 0, "the new run reaches back to what was known: nothing is missing"
    assert desk.health().state is FeedState.UP
    ids = desk.take()
    assert ids.index(later[1].id) < ids.index(later[2].id), "the cut came before the locking, as it happened"


def test_an_expired_cursor_loses_positions_only_and_says_from_when_to_when(port: ScriptedPort, desk: Desk) -> None:
    port.say(first := fix("A", 0))
    desk.feed.start()
    eventually(lambda: desk.has(first))
    eventually(lambda: desk.health().state is FeedState.UP)
    heard_to = port.now
    port.misbehave(*[port_faults.server_error] * 2)
    cut = seal_event("S1", 10, SealEventKind.CUT)
    locked = seal_event("S1", 11, SealEventKind.LOCKED)
    with port.changed:  # while the desk is cut off: a flood that the ring does not hold
        flood = [fix("A", 20 + n) for n in range(50)]
        port.say(cut, locked, *flood)
        port.overwrite(1 + 2 + 40, Kind.POSITION)
    eventually(lambda: desk.has(*flood[40:]) and desk.health().gaps)
    eventually(lambda: desk.health().state is FeedState.UP)
    desk.assert_exactly(first, cut, locked, *flood[40:])
    (gap,) = desk.health().recent_gaps
    assert (gap.from_at, gap.to_at) == (heard_to, flood[40].observed_at)
    assert set(gap.kinds) == {"position", "crane_telemetry"}


def test_when_everything_was_overwritten_the_gap_says_so_and_the_state_is_right_again(
    port: ScriptedPort, desk: Desk,
) -> None:
    port.say(first := fix("A", 0), box("CSQU3054383", 0, owner="COSU"))
    desk.feed.start()
    eventually(lambda: desk.health().records == 2)
    eventually(lambda: desk.health().state is FeedState.UP)
    with port.changed:
        lost = [seal_event("S1", 10, SealEventKind.CUT), seal_event("S1", 11, SealEventKind.LOCKED)]
        kept = [seal_event("S2", 100), fix("A", 101)]
        port.restart([first, *lost, *kept])
        port.overwrite(3)
    eventually(lambda: desk.has(*kept) and desk.health().gaps)
    ids = desk.take()
    assert lost[1].id in ids, "the latest state of the seal comes with the snapshot"
    assert lost[0].id not in ids
    assert max(Counter(ids).values()) == 1
    (gap,) = desk.health().recent_gaps
    assert gap.to_at == kept[0].observed_at
    assert len(gap.kinds) == len(Kind)


def test_a_recovery_that_breaks_off_half_way_still_reports_its_gap_once(port: ScriptedPort, desk: Desk) -> None:
    port.say(first := fix("A", 0))
    desk.feed.start()
    eventually(lambda: desk.has(first))
    eventually(lambda: desk.health().state is FeedState.UP)
    with port.changed:
        port.restart([first, *(seal_event("S", 100 + n) for n in range(5))])
        port.overwrite(1)

    def well(handler: port_faults.Handler, served: ScriptedPort) -> None:
        question = port_faults.parse_qs(port_faults.urlsplit(handler.path).query)
        status, body = served.answer(port_faults.urlsplit(handler.path).path, {k: v[0] for k, v in question.items()})
        port_faults.send(handler, status, body)

    port.misbehave(*[well] * 18, port_faults.server_error)  # in the middle of the snapshots
    eventually(lambda: not port.faults and desk.has(*port.log) and desk.health().gaps)
    eventually(lambda: desk.health().state is FeedState.UP)
    desk.assert_exactly(*port.log)
    assert desk.health().gaps == 1


def test_a_wrong_token_is_down_at_once_and_says_so(port: ScriptedPort) -> None:
    with serving(port) as url:
        desk = Desk(url, token="guess")
        desk.feed.start()
        eventually(lambda: desk.health().state is FeedState.DOWN)
        error = desk.health().last_error
        assert error is not None
        assert (error.code, dict(error.values)) == (FeedErrorCode.UNAUTHORISED, {"status": 401})
        port.say(truck := fix("A", 0))
        port.token = "guess"
        eventually(lambda: desk.has(truck))
        eventually(lambda: desk.health().state is FeedState.UP)
        assert desk.feed.stop()


def test_the_token_never_travels_to_another_host(port: ScriptedPort) -> None:
    seen: list[str | None] = []
    other = ScriptedPort()
    with serving(port) as url, serving(other) as elsewhere:
        def lure(handler: port_faults.Handler, _: ScriptedPort) -> None:
            seen.append(handler.headers.get("Authorization"))
            port_faults.send(handler, 307, b"", Location=f"{elsewhere}/v1/port")

        port.misbehave(lure)
        desk = Desk(url)
        desk.feed.start()
        eventually(lambda: desk.health().state is FeedState.UP)
        assert desk.feed.stop()
    assert seen == [f"Bearer {TOKEN}"]
    assert other.asked == []


def test_bad_rows_go_to_quarantine_and_the_rest_of_the_port_lives_on(port: ScriptedPort, desk: Desk) -> None:
    port.say(fix("A", 0, lon=0.0, lat=0.0), good := fix("B", 0), box("CSQU3054384"))
    desk.feed.start()
    eventually(lambda: desk.has(good))
    eventually(lambda: desk.health().state is FeedState.UP)
    (entry,) = desk.quarantine.entries()
    assert (entry.feed, entry.rejection.kind, entry.rejection.field) == ("port", "position", "lon")
    health = desk.health()
    assert (health.rejected, health.flagged, health.records) == (1, 1, 2)


def test_positions_of_mapping_terminals_are_moved_to_where_the_trucks_are(port: ScriptedPort, desk: Desk) -> None:
    port.say(shifted := fix("A", 0, lon=119.29644358765673, lat=25.41053750932292, datum=Datum.GCJ02))
    desk.feed.start()
    eventually(lambda: desk.has(shifted))
    (position,) = desk.came
    assert position.datum is Datum.WGS84  # type: ignore[union-attr]
    assert position.lon == pytest.approx(119.2917, abs=2e-7)  # type: ignore[union-attr]


def test_a_desk_that_does_not_take_its_records_leaves_them_with_the_backend(port: ScriptedPort) -> None:
    with serving(port) as url:
        desk = Desk(url, page_rows=100)
        desk.inbox = Inbox(room_rows=300)
        desk.feed = RestFeed("port", url, TOKEN, desk.inbox, desk.quarantine, desk.clock, page_rows=100)
        desk.feed.start()
        eventually(lambda: desk.health().state is FeedState.UP)
        fixes = [fix("A", n) for n in range(2_000)]
        port.say(*fixes)
        eventually(lambda: desk.inbox.rows >= 300)
        assert desk.inbox.rows <= 400
        eventually(lambda: desk.has(fixes[-1]))
        desk.assert_exactly(*fixes)
        assert desk.feed.stop()


def test_a_fault_of_our_own_shows_and_the_feed_lives_on(
    port: ScriptedPort, desk: Desk, monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk.feed.start()
    eventually(lambda: desk.health().state is FeedState.UP)
    with monkeypatch.context() as broken:
        broken.setattr(rest_feed, "to_wgs84", lambda batch: 1 / 0)
        port.say(truck := fix("A", 0))
        eventually(lambda: desk.health().last_error is not None)
        error = desk.health().last_error
        assert error is not None
        assert error.code is FeedErrorCode.INTERNAL
        assert "ZeroDivisionError" in error.text
    eventually(lambda: desk.has(truck))
    desk.assert_exactly(truck)


def test_a_feed_stops_at_once_in_the_middle_of_a_long_poll(port: ScriptedPort) -> None:
    with serving(port) as url:
        desk = Desk(url, wait_s=30.0, answer_timeout_s=30.0)
        desk.feed.start()
        eventually(lambda: any("wait_s" in path for path in port.asked))
        assert desk.feed.stop(1.0)
        assert desk.health().last_error is None, "a stop is no error of the world"
        assert not any(thread.name == "feed-port" for thread in threading.enumerate())


def test_a_feed_stops_at_once_while_it_rests_between_attempts() -> None:
    desk = Desk(f"http://127.0.0.1:{unused_port()}")
    desk.feed.start()
    eventually(lambda: desk.health().last_error is not None)
    assert desk.feed.stop(1.0)


def test_a_feed_that_never_started_stops() -> None:
    assert Desk("http://127.0.0.1:9").feed.stop()


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("url", ["", "port.example", "ftp://port.example", "http://", "http://a:99999", "http://u:p@host",
                                 "http://host/?q", "http://ho st"])
def test_a_bad_address_is_one_sentence(url: str) -> None:
    with pytest.raises(AddressError, match="backend address") as caught:
        RestClient(url, TOKEN)
    assert "\n" not in str(caught.value)


def test_a_token_with_a_line_break_is_refused_before_it_is_sent() -> None:
    with pytest.raises(AddressError, match="token"):
        RestClient("http://127.0.0.1:1", "a\nb")
