"""Two moments side by side: the second keeps its distance in time, shows the same, and what differs stands below."""

from __future__ import annotations

import threading
from pathlib import Path
from types import MappingProxyType

import pytest
from PySide6.QtWidgets import QApplication

from data_sources.history.days import DAY_MS, day_of, span_of
from data_sources.history.values import DayInfo
from layers.selection import Selection
from layers.view import TakePose
from panels import formats
from panels.main_window import MainWindow
from panels.moments import HOUR_MS, first_offset, offset_to_day
from tests.core.timeline import number
from tests.panels.past_maker import record, with_past
from twin.records import SealEventKind

MINUTE_MS = 60_000


@pytest.fixture
def desk(office, open_window, tmp_path: Path):
    url, instants = record(tmp_path)
    live, past = with_past(office, instants[-1] + 60_000, url)
    window = open_window(live)
    live.tell()
    window.heartbeat.step()
    yield live, past, window, instants
    window.close()


def _beside(window: MainWindow, at: int | None = None):
    """Opens the second view; the test makes its beats."""
    if at is None:
        window.actions_by_id["time.beside"].trigger()
    else:
        window.moments.open_at(at)
    second = window.moments.second
    second.heart.stop()
    QApplication.processEvents()
    return second


def _recorded(day: int, from_h: float, to_h: float) -> DayInfo:
    begin = span_of(day)[0]
    span = (begin + round(from_h * HOUR_MS), begin + round(to_h * HOUR_MS))
    return DayInfo(day, *span, MappingProxyType({}), 0, (), 1.0)


def test_a_second_moment_stands_beside_the_live_one(desk):
    live, _past, window, instants = desk
    second = _beside(window)
    began, now = instants[0], live.now
    assert second.second.now() == max(began, now - HOUR_MS)
    assert second.second.twin is not live.twin
    assert window.scene.isVisible() and second.frame.isVisible()
    assert second.frame.width() == pytest.approx(window.scene.width(), abs=2)
    assert not window._left.isVisible() and not window._right.isVisible()
    assert window.moments.strip.isVisible() and not window.activity.isVisible()
    window.heartbeat.step()
    assert "Live" in window.moments.first_bar._moment.text()
    assert "Replay" in window.moments.second_bar._moment.text()
    assert window.moments.second_bar.words().endswith("earlier")
    sent = [(fields["subject"], fields["verb"], fields["operator"]) for _, fields in live.notes.sent]
    assert ("two_moments", "open", "张") in sent
    assert window.past.time_bar.view.beside == pytest.approx(second.second.now(), abs=1_000)


def test_one_key_returns_to_one_view_and_nothing_of_the_other_is_left(desk, qtbot):
    live, past, window, instants = desk
    threads = threading.active_count()
    _beside(window, instants[3])
    scene = past.beside.scenes[0]
    assert threading.active_count() > threads
    window.actions_by_id["time.beside"].trigger()
    assert not window.moments.is_open
    assert scene.finalised == 1
    assert not past.beside.past.is_open
    assert threading.active_count() == threads
    assert window._left.isVisible() and window._right.isVisible()
    assert window.activity.isVisible() and not window.moments.strip.isVisible()
    assert live.layers.view.partner is None
    assert live.notes.sent[-1][1]["verb"] == "close"
    window.heartbeat.step()
    assert not window.actions_by_id["time.beside_link"].isEnabled()
    assert window.past.time_bar.view.beside == 0


def test_what_differs_stands_below_as_left_right_and_difference(desk):
    live, _past, window, instants = desk
    second = _beside(window, instants[2])  # one container stands there, the other is not told of yet
    window.heartbeat.step()
    shown = window.moments.strip.words()
    left, right = live.twin.counts(), second.second.twin.counts()
    assert left.containers_in_yard == 2 and right.containers_in_yard == 1
    assert shown["containers"] == ("2 │ 1", "▼ -1")
    assert left.vehicles == 1 and right.vehicles == 0
    assert shown["vehicles"] == ("1 │ 0", "▼ -1")
    assert shown["inspecting"] == ("0 │ 0", "= 0")
    assert "only left <b" in window.moments.strip._same.text()
    assert window.moments.strip.shown[0].standing > window.moments.strip.shown[1].standing


def test_the_second_runs_as_the_first_runs_and_goes_where_it_goes(desk):
    _live, past, window, instants = desk
    window.past.travel.open_at(instants[6])
    page = window.past.page
    page.heartbeat.stop()
    apart = instants[2] - instants[6]
    second = _beside(page, instants[2])
    clock = past.beside.past.feed.clock
    assert clock.now() == instants[2] and not clock.running
    window.past.travel.set_speed(30.0)
    window.past.travel.play_or_pause()
    page.heartbeat.step()
    assert clock.running and clock.speed == 30.0
    window.past.travel.play_or_pause()
    page.heartbeat.step()
    assert not clock.running
    window.past.travel.seek(instants[4])
    window.past.travel._seeking.stop()
    window.past.travel._seek()  # a beat of the page is part of it: a hand may still drag
    assert clock.now() != instants[4] + apart
    page.heartbeat.step()
    assert clock.now() == instants[4] + apart
    assert second.second.twin.now == clock.now()


def test_a_second_that_is_a_little_late_is_put_forward_without_a_seek(desk, qtbot):
    _live, past, window, instants = desk
    window.past.travel.open_at(instants[6])
    page = window.past.page
    page.heartbeat.stop()
    second = _beside(page, instants[2])
    feed, sought = past.beside.past.feed, []
    feed.seek = sought.append
    window.past.travel.play_or_pause()
    page.heartbeat.step()
    qtbot.waitUntil(lambda: feed.inbox.held > 0, timeout=10_000)
    before = feed.clock.now()
    second.offset_ms += 1_000  # as if it had been slow for a second
    page.heartbeat.step()
    assert feed.clock.now() >= before + 1_000
    assert not sought


def test_beyond_the_record_it_says_so_and_does_not_seek_at_every_beat(desk):
    _live, past, window, instants = desk
    second = _beside(window, instants[-1] + 10 * MINUTE_MS)
    sought = []
    past.beside.past.feed.seek = sought.append
    for _ in range(3):
        window.heartbeat.step()
    assert second.missing
    assert window.moments.second_bar.words() == "nothing on record there"
    assert len(sought) <= 1


def test_both_have_one_camera_until_they_are_parted(desk):
    live, _past, window, instants = desk
    second = _beside(window, instants[3])
    here, there = live.layers.view, second.second.layers.view
    pose = TakePose((10.0, 20.0, 0.0), 200.0, 30.0, 400.0)
    here.tell(pose)
    assert there.mirror == pose
    there.mirror = None
    other = TakePose((50.0, 20.0, 0.0), 100.0, 40.0, 300.0)
    there.tell(other)
    assert here.mirror == other
    window.actions_by_id["time.beside_link"].trigger()
    assert not second.linked and not window.moments.second_bar.buttons["beside_link"].isChecked()
    here.mirror = None
    there.tell(pose)
    assert here.mirror is None


def test_what_is_chosen_and_how_it_is_coloured_is_the_same_in_both(desk):
    live, _past, window, instants = desk
    second = _beside(window, instants[5])
    layers, other = live.layers, second.second.layers
    layers.selection.select(Selection("container", number(1)))
    window.scene.switch_colours("owner")
    window.layer_list.toggle("vehicles")
    window.moments.tick()
    assert other.selection.current == Selection("container", number(1))
    assert other.containers.colour_mode == "owner"
    assert not other.vehicles.visible
    other.selection.select(Selection("block", "F1"))
    window.moments.tick()
    assert layers.selection.current == Selection("block", "F1")
    second.link(linked=False)
    other.selection.select(None)
    window.moments.tick()
    assert layers.selection.current == Selection("block", "F1")


def test_winding_the_first_back_takes_the_second_along_and_home_brings_both_back(desk):
    live, past, window, instants = desk
    apart = _beside(window, live.now - MINUTE_MS).offset_ms
    window.past.travel.open_at(instants[7])
    page = window.past.page
    page.heartbeat.stop()
    assert not window.moments.is_open
    assert page.moments.second.offset_ms == apart
    page.moments.second.heart.stop()
    window.past.travel.home()
    assert window.moments.second.offset_ms == apart
    window.moments.second.heart.stop()
    assert window.moments.second.second.now() == min(live.now + apart, instants[-1])
    window.close()
    assert not past.beside.past.is_open


def test_a_moment_is_typed(desk, qtbot):
    live, _past, window, instants = desk
    second = _beside(window, instants[3])
    window.moments.take_words(f"{formats.date(instants[5])} {formats.clock_time(instants[5])}")
    typed = second.second.now()
    assert typed == instants[5] // 1000 * 1000
    assert second.offset_ms == typed - live.now
    with qtbot.waitSignal(window.moments.said) as said:
        window.moments.take_words("yesterday")
    assert said.args == ["yesterday is no day and time such as 2026-11-20 14:03"]
    with qtbot.waitSignal(window.moments.said) as said:
        window.actions_by_id["time.beside_earlier"].trigger()
    assert "No further day" in said.args[0]
    assert second.second.now() == typed


def test_typed_nearly_the_same_time_of_another_day_is_that_time(desk):
    live, _past, window, instants = desk
    second = _beside(window, instants[3])
    window.moments.open_at(live.now - DAY_MS - 27_000)
    assert second.offset_ms == -DAY_MS
    assert window.moments.second_bar.words() == "nothing on record there"
    assert second.second.now() == instants[3]


def test_a_desk_without_a_record_says_so(office, open_window, qtbot):
    from tests.panels.past_maker import morning

    window = open_window(office(morning(), 1_800_000_000_000, "en"))
    with qtbot.waitSignal(window.moments.said) as said:
        window.actions_by_id["time.beside"].trigger()
    assert "--database" in said.args[0]
    assert not window.moments.is_open


def test_both_lines_are_in_the_language_of_the_screen(desk):
    live, _past, window, instants = desk
    _beside(window, instants[3])
    live.language.set("zh")
    QApplication.processEvents()
    assert "实时" in window.moments.first_bar._moment.text()
    assert "回放" in window.moments.second_bar._moment.text()
    assert window.moments.second_bar.words().startswith("早 ")
    assert window.moments.strip._names["containers"].text() == "堆场在场箱"


def test_the_moment_offered_first_is_the_same_time_of_the_last_day_that_has_it():
    days = [_recorded(20261119, 0, 24), _recorded(20261120, 9, 12), _recorded(20261121, 0, 24)]
    afternoon = span_of(20261121)[0] + 14 * HOUR_MS
    morning = span_of(20261121)[0] + 10 * HOUR_MS
    assert first_offset(afternoon, days) == -2 * DAY_MS
    assert first_offset(morning, days) == -DAY_MS
    assert first_offset(span_of(20261119)[0] + 10 * HOUR_MS, days) == DAY_MS
    assert first_offset(span_of(20261120)[0] + 10 * HOUR_MS, days[1:2]) == -HOUR_MS
    assert first_offset(span_of(20261120)[0] + round(9.25 * HOUR_MS), days[1:2]) == -HOUR_MS // 4
    assert first_offset(afternoon, []) is None
    assert day_of(afternoon + offset_to_day(afternoon, days, -1)) == 20261119
    assert offset_to_day(afternoon, days, 1) is None


def test_a_warning_of_this_hour_that_was_none_then_is_a_difference(desk):
    live, _past, window, instants = desk
    second = _beside(window, instants[2])
    live.story.container("9:00", number(3))
    live.story.seal("9:01", SealEventKind.LOCKED, seal="S9", box=number(3))
    live.story.seal("9:02", SealEventKind.CUT, seal="S9", box=number(3))
    live.tell()
    window.heartbeat.step()
    window.moments._beats = 0
    window.moments.tick()
    here, there = (
        [w for w in desk.twin.warnings.all() if desk.now() - HOUR_MS < w.noticed_at <= desk.now()]
        for desk in (live.desk, second.second))
    assert len(here) > len(there)
    hour = window.moments.strip.words()["hour"]
    assert hour == (f"{len(here)} │ {len(there)}", f"▼ -{len(here) - len(there)}")
