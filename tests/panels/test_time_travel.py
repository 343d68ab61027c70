"""Winding a live desk back: the past beside the live session, warnings that go on counting, and back to now."""

from __future__ import annotations

import gc
import threading
import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data_sources.history.store import History
from panels.main_window import MainWindow
from panels.past_answers import Question
from panels.past_questions import PastQuestions
from panels.timeline_data import load
from tests.core.timeline import number
from tests.history.test_replay import CODE
from tests.panels.past_maker import record, with_past
from twin.records import SealEventKind


@pytest.fixture
def morning(tmp_path: Path) -> tuple[str, list[int]]:
    return record(tmp_path)


@pytest.fixture
def desk(office, open_window, morning):
    url, instants = morning
    live, past = with_past(office, instants[-1] + 60_000, url)
    window = open_window(live)
    live.tell()
    window.heartbeat.step()
    yield live, past, window, instants
    window.close()


def _wind(window: MainWindow, at: int) -> None:
    window.past.travel.open_at(at)
    if window.past.page is not None:
        window.past.page.heartbeat.stop()


def test_winding_back_shows_the_past_while_live_goes_on(desk):
    live, past, window, instants = desk
    now_open = len(live.twin.warnings.open())
    _wind(window, instants[4])
    assert window.past.is_open
    page = window.past.page
    assert page.desk.now() == instants[4]
    assert page.desk.twin is not live.twin
    assert "R03" not in {w.rule for w in page.desk.twin.warnings.open()}  # the seal has not been cut yet
    assert "R03" in {w.rule for w in live.twin.warnings.open()}
    page.header.show_clock(page.desk.now())
    assert "Replay" in page.header._clock.text()
    assert len(live.twin.warnings.open()) == now_open
    before = live.scenes[0].syncs
    live.now += 1_000
    window.heartbeat.step()
    assert live.twin.now == live.now  # the live twin hears on
    assert live.scenes[0].syncs == before  # and is not drawn
    assert past.scenes[0].syncs >= 1


def test_live_warnings_go_on_counting_and_a_critical_one_flashes(desk):
    live, _past, window, instants = desk
    _wind(window, instants[3])
    window.heartbeat.step()
    assert window.past.bar.live_words() == "live: no new warnings"
    live.story.container("9:00", number(3))
    live.story.seal("9:01", SealEventKind.LOCKED, seal="S9", box=number(3))
    live.story.seal("9:02", SealEventKind.CUT, seal="S9", box=number(3))
    live.tell()
    window.heartbeat.step()
    window.heartbeat.step()
    fresh = window.past.bar.fresh
    assert [warning.rule for warning in fresh] == ["R03"]
    assert "live: 1 new warnings" in window.past.bar.live_words()
    assert window.past.bar.flashing == (fresh[0].severity == "critical")


def test_home_returns_to_now_and_nothing_of_the_past_is_left(desk, qtbot):
    live, past, window, instants = desk
    threads = threading.active_count()
    _wind(window, instants[3])
    twin = weakref.ref(window.past.page.desk.twin)
    assert threading.active_count() > threads
    window._shown().actions_by_id["time.home"].trigger()
    assert not window.past.is_open
    assert not past.past.is_open
    assert past.scenes[0].finalised == 1
    assert threading.active_count() == threads
    assert window.actions_by_id["view.home"].isEnabled()
    assert not window.actions_by_id["time.home"].isEnabled()
    drawn = live.scenes[0].syncs
    window.heartbeat.step()
    assert live.scenes[0].syncs == drawn + 1

    def gone() -> bool:
        gc.collect()
        return twin() is None

    qtbot.waitUntil(gone, timeout=10_000)


def test_only_the_newest_of_many_wanted_instants_is_sought(desk, qtbot):
    _live, past, window, instants = desk
    _wind(window, instants[2])
    feed, sought = past.past.feed, []
    seek = feed.seek
    feed.seek = lambda at: (sought.append(at), seek(at))
    for at in instants[3:9]:
        window.past.travel.seek(at)
    assert window.past.travel.at() == instants[8]
    qtbot.waitUntil(lambda: bool(sought))
    assert sought == [instants[8]]
    assert feed.clock.now() == instants[8]


def test_without_a_record_the_desk_says_so(office, open_window, qtbot):
    from tests.panels.past_maker import morning as story

    live = office(story(), 1_800_000_000_000, "en")
    window = open_window(live)
    with qtbot.waitSignal(window.past.travel.said) as said:
        window.past.travel.seek(1_700_000_000_000)
    assert "--database" in said.args[0]
    assert not window.past.is_open


def test_transport_plays_steps_and_types_a_speed(desk):
    _live, past, window, instants = desk
    _wind(window, instants[5])
    travel, transport = window.past.travel, window.past.time_bar.transport
    transport.speed.setCurrentText("12.5x")
    transport._typed()
    assert travel.speed == 12.5
    transport.wanted.emit("time.play")
    assert past.past.feed.clock.running and past.past.feed.clock.speed == 12.5
    transport.wanted.emit("time.on")
    travel._seeking.stop()
    travel._seek()
    assert not travel.playing
    transport.wanted.emit("time.skip")
    assert past.past.feed.skip_quiet
    transport.wanted.emit("time.known")
    assert past.past.feed.known_at is not None
    assert transport.buttons["known"].isChecked()
    transport.speed.setCurrentText("fast")
    transport._typed()
    assert travel.speed == 12.5


def test_the_timeline_reads_the_record_and_jumps_to_its_warning(desk, qtbot):
    _live, _past, window, instants = desk
    bar = window.past.time_bar
    bar.read()
    qtbot.waitUntil(lambda: bool(bar.data.days), timeout=10_000)
    assert bar.data.first == instants[0]
    raised = bar.data.raised_at.tolist()
    _wind(window, instants[0])
    bar.jump_to_warning(1)
    assert window.past.travel.at() == raised[0]
    bar.before(raised[-1])
    assert window.past.travel.at() == raised[-1] - 30_000


def test_a_drag_and_the_wheel_on_the_timeline(desk, qtbot):
    _live, _past, window, instants = desk
    view = window.past.time_bar.view
    view.resize(1000, 80)
    view.show_span(instants[0], instants[-1] - instants[0])
    middle = view.time_at(500)
    view.zoom(0.5, middle)
    assert abs(view.time_at(500) - middle) <= 1
    assert view.span == (instants[-1] - instants[0]) // 2
    view.zoom(1e-9, middle)
    assert view.span == 1_000
    view.zoom(1e12, middle)
    assert view.span == 31 * 86_400_000


def test_a_bookmark_is_kept_for_the_next_time(desk, tmp_path):
    from panels.bookmarks import Bookmarks

    _live, _past, window, instants = desk
    bar = window.past.time_bar
    bar.keep_bookmark(instants[3], "seal locked")
    assert [mark.text for mark in Bookmarks(CODE).all] == ["seal locked"]
    bar.keep_bookmark(instants[3], "")
    assert Bookmarks(CODE).all == ()


def test_the_calendar_opens_a_recorded_day(desk, qtbot):
    from panels.day_calendar import DayCalendar

    live, _past, window, _instants = desk
    bar = window.past.time_bar
    bar.read()
    qtbot.waitUntil(lambda: bool(bar.data.days), timeout=10_000)
    dialog = DayCalendar(live.desk, bar, window)
    qtbot.addWidget(dialog)
    assert dialog._open_button.isEnabled()
    dialog._open_day(bar.data.days[0].day)
    assert window.past.travel.at() == bar.data.days[0].first


def test_who_was_where_is_answered_in_a_table_and_a_click_goes_there(desk, qtbot):
    live, _past, window, instants = desk
    truck = live.twin.movers.id[0]
    dialog = PastQuestions(live.desk, window.past.travel, lambda: window._shown().desk, window)
    qtbot.addWidget(dialog)
    dialog.what.setCurrentIndex(1)
    dialog.name.setText(truck)
    dialog.question = lambda: Question("track", truck, instants[0] - 86_400_000, instants[-1])
    dialog._ask_or_cancel()
    qtbot.waitUntil(lambda: bool(dialog.lines), timeout=10_000)
    assert dialog.table.item(0, 0).text() == truck
    assert live.layers.trails.path is not None
    dialog.lines = (replace(dialog.lines[0], since=instants[6]),)
    dialog.go(0)
    if window.past.page is not None:
        window.past.page.heartbeat.stop()
    assert window.past.is_open
    assert window._shown().desk.layers.selection.current.id == truck
    dialog.done(0)
    assert window._shown().desk.layers.trails.path is None


def test_what_the_record_holds_comes_as_columns(morning):
    url, instants = morning
    with History.open(url, CODE) as history:
        data = load(history)
    assert (data.first, data.last) == (instants[0], instants[-1])
    assert len(data.raised_at) == len(data.ids) == len(data.severity) > 0
    assert data.counts(np.array([data.first, data.last + 1])).sum() == len(data.ids)
    assert data.next_warning(data.last, 1) is None
    assert data.next_warning(data.last + 1, -1) == data.raised_at[-1]


def test_a_drag_goes_to_what_is_there_soonest_within_its_pixel(morning):
    url, _ = morning
    with History.open(url, CODE) as history:
        data = load(history)
    frame = int(data.keyframes[0])
    assert data.at_once(frame + 900, 1_000) == frame
    assert data.at_once(frame + 1_100, 1_000) == frame + 1_100
    assert data.at_once(frame - 1, 1_000) == frame - 1


def test_a_hand_that_drags_sees_the_picture_and_panels_hear_of_it_when_it_rests(desk, qtbot):
    _live, past, window, instants = desk
    _wind(window, instants[2])
    page, travel, beats, sought = window.past.page, window.past.travel, [], []
    feed = past.past.feed
    seek = feed.seek
    feed.seek = lambda at: (sought.append(at), seek(at))
    page.heartbeat.beat.connect(lambda: beats.append(page.desk.now()))
    drawn = past.scenes[0].syncs
    for at in instants[4:8]:
        travel.drag(at, 60_000)
        travel._seeking.stop()
        travel._seek()
        assert at - 60_000 <= page.desk.now() <= at
    assert past.scenes[0].syncs == drawn + 4, "each is a picture"
    assert past.scenes[0].hurried == 4, "that is drawn before the next one"
    assert (sought, beats) == ([], [])
    assert page.desk.twin.at_a_glance
    window.past.time_bar.view.let_go.emit()
    assert sought == beats == [instants[7]]
    assert not page.desk.twin.at_a_glance and not travel._resting.isActive()
    assert "Replay" in page.header._clock.text()


def test_a_hand_that_stays_where_it_is_rests_too(desk, qtbot):
    _live, past, window, instants = desk
    _wind(window, instants[2])
    window.past.travel.drag(instants[6], 60_000)
    qtbot.waitUntil(lambda: window.past.page.desk.twin.at_a_glance, timeout=10_000)
    qtbot.waitUntil(lambda: not window.past.page.desk.twin.at_a_glance, timeout=10_000)
    assert past.past.feed.clock.now() == instants[6]


def test_a_replay_that_ran_goes_on_after_the_drag_and_stands_if_it_is_stopped_meanwhile(desk, qtbot):
    _live, past, window, instants = desk
    _wind(window, instants[2])
    travel, clock = window.past.travel, past.past.feed.clock
    travel.play_or_pause()
    for then, stop in ((instants[4], False), (instants[5], True)):
        travel.drag(then, 60_000)
        travel._seeking.stop()
        travel._seek()
        assert travel.playing and not clock.running
        if stop:
            travel.play_or_pause()
        else:
            travel.rest()
        assert clock.running == travel.playing == (not stop)


def test_where_no_picture_is_near_a_drag_seeks(desk, qtbot):
    _live, past, window, instants = desk
    _wind(window, instants[2])
    window.past.travel.drag(instants[6] + 7_000, 0.5)
    qtbot.waitUntil(lambda: past.past.feed.clock.now() == instants[6] + 7_000, timeout=10_000)
    assert not window.past.page.desk.twin.at_a_glance
