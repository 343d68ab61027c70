"""The port's clock, the inbox, the quarantine and the book of a feed's health."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources.clock import PortClock
from data_sources.health import DOWN_AFTER_S, HealthBook, Taken
from data_sources.inbox import Inbox, cut
from data_sources.quarantine import Quarantine, Reason, Rejection, shortened
from tests.feeds.trade import NOON, fix
from twin.batch import batch_of
from twin.feed_health import FeedErrorCode, FeedState, Gap
from twin.records import Kind


class Hands:
    """A machine's clock moved by hand."""

    def __init__(self) -> None:
        self.s = 1000.0

    def monotonic(self) -> float:
        return self.s

    def clock(self) -> PortClock:
        return PortClock(wall=lambda: 1_000_000, monotonic_s=self.monotonic)


def test_the_port_clock_runs_at_the_port_s_rate_while_the_port_is_silent() -> None:
    hands = Hands()
    clock = hands.clock()
    clock.synchronise(NOON, 60.0, new_run=True)
    hands.s += 2.0
    assert clock.now() == NOON + 120_000
    assert clock.elapsed_s() == hands.s


def test_a_slow_answer_does_not_turn_the_clock_back() -> None:
    hands = Hands()
    clock = hands.clock()
    clock.synchronise(NOON, 1.0, new_run=True)
    hands.s += 10.0
    clock.synchronise(NOON, taken_s=10.0)
    assert clock.now() == NOON + 10_000
    assert clock.settings == 1


def test_a_source_whose_newest_records_are_old_is_late_though_it_answers() -> None:
    """A port that comes up after the others, or a backend whose own queue has run full."""
    hands = Hands()
    book = HealthBook("port", hands.clock())
    book.well()
    book.took(Taken(10), 1_080.0, 30.0)
    assert book.health().state is FeedState.UP, "one answer with an old record is a late record"
    for _ in range(6):
        hands.s += 1.0
        book.well()
        book.took(Taken(10), 1_080.0, 30.0)
    health = book.health()
    assert (health.state, health.lag_s) == (FeedState.LATE, 1_080.0)
    assert health.last_error is not None
    assert health.last_error.code is FeedErrorCode.BEHIND
    book.took(Taken(10), 0.4, 30.0)
    assert book.health().state is FeedState.UP


def test_a_small_difference_is_taken_over_slowly_and_never_backwards() -> None:
    hands = Hands()
    clock = hands.clock()
    clock.synchronise(NOON, 1.0, new_run=True)
    shown = [clock.now()]
    for _ in range(50):
        hands.s += 0.1
        clock.synchronise(round(NOON - 500 + (hands.s - 1000.0) * 1000))
        shown.append(clock.now())
    assert shown == sorted(shown)
    assert abs(shown[-1] - (NOON - 500 + 5_000)) < 20


def test_another_run_sets_the_clock_back_and_counts_it() -> None:
    hands = Hands()
    clock = hands.clock()
    clock.synchronise(NOON, 1.0, new_run=True)
    clock.now()
    clock.synchronise(NOON - 3_600_000, 1.0, new_run=True)
    assert clock.now() == NOON - 3_600_000
    assert clock.settings == 2


@given(st.lists(st.integers(0, 7000), max_size=6), st.integers(1, 3000))
def test_the_inbox_gives_everything_in_order_and_no_more_than_asked(sizes: list[int], at_once: int) -> None:
    inbox = Inbox()
    whole = batch_of(Kind.POSITION, [fix("A", 0)], 0)
    expected: list[int] = []
    for number, size in enumerate(sizes):
        batch = whole.take([0] * size)  # type: ignore[arg-type]
        pieces = cut(batch)
        assert all(0 < len(piece) <= 2_000 for piece in pieces) or size == 0
        inbox.put(pieces)
        expected += [number] * size
    taken = 0
    while batches := inbox.drain(at_once):
        rows = sum(map(len, batches))
        assert len(batches) == 1 or rows <= at_once
        taken += rows
    assert taken == len(expected)
    assert inbox.rows == 0


def test_a_full_inbox_says_when_there_is_room_again() -> None:
    inbox = Inbox(room_rows=1)
    assert inbox.wait_for_room(0.0)
    inbox.put([batch_of(Kind.POSITION, [fix("A", 0)], 0)])
    assert not inbox.wait_for_room(0.01)
    inbox.drain(1)
    assert inbox.wait_for_room(0.0)


def test_the_quarantine_counts_all_and_keeps_the_newest() -> None:
    quarantine = Quarantine(kept=2)
    rejections = [Rejection("move", Reason.NOT_A_MEMBER, "event", f"E{n}") for n in range(5)]
    assert quarantine.add("port", NOON, rejections) == 5
    assert quarantine.add("port", NOON, [Rejection("position", Reason.COLUMNS_UNEQUAL, "lon", "", rows=40)]) == 40
    assert quarantine.total == 45
    assert quarantine.counts() == {("port", "move", Reason.NOT_A_MEMBER): 5,
                                   ("port", "position", Reason.COLUMNS_UNEQUAL): 40}
    assert [entry.rejection.rows for entry in quarantine.entries()] == [40, 1]
    assert "40 position rows" in quarantine.entries()[0].rejection.text


def test_a_huge_value_does_not_fill_the_quarantine() -> None:
    assert len(shortened("x" * 10_000)) <= 200


def test_a_hiccup_is_late_an_outage_is_down_and_since_is_when_it_began() -> None:
    hands = Hands()
    clock = hands.clock()
    clock.synchronise(NOON, 1.0, new_run=True)
    book = HealthBook("port", clock)
    assert book.health().state is FeedState.CONNECTING
    book.well(run="r")
    assert (book.health().state, book.health().since) == (FeedState.UP, NOON)
    hands.s += 10
    assert book.failed(FeedErrorCode.REFUSED, "nobody answers")
    assert not book.failed(FeedErrorCode.REFUSED, "nobody answers"), "logged once"
    assert (book.health().state, book.health().since) == (FeedState.LATE, NOON + 10_000)
    hands.s += DOWN_AFTER_S
    assert (book.health().state, book.health().since) == (FeedState.DOWN, NOON + 10_000)
    hands.s += 1
    assert book.well()
    health = book.health()
    assert (health.state, health.since) == (FeedState.UP, NOON + 14_000)
    assert health.last_error is not None, "what it was stays readable"
    assert health.run == "r"


def test_a_feed_that_cannot_keep_up_is_late_and_says_for_how_long() -> None:
    hands = Hands()
    book = HealthBook("port", hands.clock())
    book.well()
    for _ in range(7):
        book.well(behind=True)
        hands.s += 1
    health = book.health()
    assert health.state is FeedState.LATE
    assert health.last_error is not None
    assert health.last_error.code is FeedErrorCode.BEHIND
    book.well()
    assert book.health().state is FeedState.UP


def test_the_rate_forgets_what_is_older_than_ten_seconds() -> None:
    hands = Hands()
    book = HealthBook("port", hands.clock())
    book.took(Taken(records=100), lag_s=1.5)
    assert book.health().rate_per_s == pytest.approx(10.0)
    hands.s += 11
    book.took(Taken(records=50, rejected=2, repeated=3))
    health = book.health()
    assert health.rate_per_s == pytest.approx(5.0)
    assert (health.records, health.rejected, health.repeated, health.lag_s) == (150, 2, 3, 1.5)


def test_many_gaps_are_counted_and_the_latest_kept() -> None:
    book = HealthBook("port", Hands().clock())
    for n in range(60):
        book.gap(Gap(n, n + 1))
    health = book.health()
    assert health.gaps == 60
    assert health.recent_gaps[-1] == Gap(59, 60)
    assert len(health.recent_gaps) < 60
