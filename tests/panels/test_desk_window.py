"""The desk's window: figures, selection shared by all views, two languages, and an end that leaves nothing behind."""

from __future__ import annotations

from layers.selection import Selection
from panels.search_box import find
from tests.core.timeline import BOX, Story, at
from twin.feed_health import FeedError, FeedErrorCode, FeedHealth, FeedState
from twin.records import DeclarationState


def _yard() -> Story:
    story = Story()
    story.container("8:00")
    story.stands("8:00", "F1-01-01-1")
    story.declares("8:05", DeclarationState.ACCEPTED)
    return story


def _open(office, open_window, lang: str = "zh"):
    desk = office(_yard(), at("8:10"), lang)
    window = open_window(desk)
    desk.tell()
    window.heartbeat.step()
    return desk, window


def test_figures_and_feed_state_are_on_the_header(office, open_window):
    _desk, window = _open(office, open_window)
    texts = [label.text() for label in window.header.findChildren(type(window.header._title))]
    assert "1" in texts  # one container in port
    assert any("实时" in text and "08:10:00" in text for text in texts)


def test_the_clock_says_live_only_when_nothing_is_behind(office, open_window):
    desk, window = _open(office, open_window)
    for feed, word in (
        (FeedHealth("port", FeedState.UP, at("8:00"), filling=True), "追赶中"),
        (FeedHealth("port", FeedState.LATE, at("8:00"), lag_s=600.0), "追赶中"),
        (FeedHealth("port", FeedState.LATE, at("8:09:59")), "实时"),
        (FeedHealth("port", FeedState.UP, at("8:00")), "实时"),
    ):
        desk.feeds = (feed,)
        window.header.show_clock(desk.now)
        assert word in window.header._clock.text(), feed
    desk.story.container("8:09")
    desk.tell()
    window.header.show_clock(desk.now)
    assert "追赶中" in window.header._clock.text(), "what has arrived is not in the picture yet"


def test_the_language_changes_at_run_time_and_back(office, open_window, qtbot):
    desk, window = _open(office, open_window)
    assert window._sections["warnings"].text() == "风险预警"
    desk.language.set("en")
    qtbot.waitUntil(lambda: window._sections["warnings"].text() == "Risk warnings")
    assert window.layer_list._ticks["seals"].text() == "Electronic seals"
    desk.language.set("zh")
    qtbot.waitUntil(lambda: window.layer_list._ticks["seals"].text() == "电子关锁")


def test_selecting_a_container_tells_its_story(office, open_window):
    desk, window = _open(office, open_window)
    desk.layers.selection.select(Selection("container", BOX))
    window.heartbeat.step()
    detail = window.detail
    assert detail._title.text() == "MSKU 000001 " + BOX[-1]
    values = [value.text() for value in detail._values]
    assert "已申报" in values
    assert "F1-01-01-1" in values
    assert any("接受申报" in line.text for line in detail._story._lines)


def test_the_tree_follows_a_selection_made_elsewhere(office, open_window):
    desk, window = _open(office, open_window)
    desk.layers.selection.select(Selection("block", "F1"))
    window.zone_tree.show_state()
    assert window.zone_tree.currentIndex().data() == "F1"


def test_a_click_on_a_layer_hides_it(office, open_window):
    desk, window = _open(office, open_window)
    window.layer_list.toggle("containers")
    assert not desk.layers.containers.visible


def test_search_finds_containers_whatever_the_spacing(office, open_window):
    desk, _window = _open(office, open_window)
    assert find(desk.desk, "msku 000001") == [Selection("container", BOX)]
    assert find(desk.desk, "nowhere") == []
    assert find(desk.desk, "") == []


def test_a_feed_that_is_down_says_why_and_since_when(office, open_window, qtbot):
    desk, window = _open(office, open_window)
    error = FeedError(FeedErrorCode.REFUSED, desk.now, "nobody", {"host": "127.0.0.1"})
    desk.feeds = (FeedHealth("port", FeedState.DOWN, at("8:09"), last_error=error),)
    window.show_feeds()
    from panels.feeds_dialog import FeedsDialog

    dialog = window.findChild(FeedsDialog)
    cells = [dialog._feeds.item(0, column).text() for column in range(dialog._feeds.columnCount())]
    assert "✕ 中断" in cells
    assert "08:09:00" in cells
    assert any("127.0.0.1" in cell and "无人应答" in cell for cell in cells)
    dialog.close()


def test_the_palette_finds_an_act_by_its_name(office, open_window, qtbot):
    from panels.command_palette import CommandPalette

    desk, window = _open(office, open_window)
    palette = CommandPalette(window.actions_by_id, desk.desk.theme, window)
    qtbot.addWidget(palette)
    palette._text.setText("围栏")
    assert palette._list.count() == 1
    palette._do(palette._list.item(0))
    assert not desk.layers.fences.visible


def test_closing_stops_the_beat_and_lets_go_of_the_scene_once(office, open_window):
    desk, window = _open(office, open_window)
    window.close()
    window.close()
    assert not window.heartbeat.running
    assert desk.scenes[0].finalised == 1
