"""What just happened, in the right column: told in both languages, clicked to select, and no room is left empty."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from layers.selection import Selection
from panels.event_words import line_of
from tests.core.timeline import BOX, Story, at
from twin.events import Event, EventKind
from twin.records import DeclarationState, Direction, GateDecision


def _morning() -> Story:
    story = Story()
    story.container("8:00")
    story.passes_gate("8:05", Direction.IN, plate="闽A1")
    story.declares("8:07", DeclarationState.HELD)
    story.passes_gate("8:09", Direction.OUT, plate="闽A2", decision=GateDecision.HOLD)
    return story


def _lines(window) -> list[str]:
    return window.events.view.model().stringList()


def test_the_watch_reads_what_just_happened_and_clicks_on_a_truck(office, open_window, qtbot):
    desk = office(_morning(), at("8:10"))
    window = open_window(desk)
    desk.tell()
    window.heartbeat.step()
    window.events.refresh()
    assert _lines(window) == ["卡口拦停 闽A2 · G1-O1", f"布控查验 MSKU 000001 {BOX[-1]}", "进卡口 闽A1 · G1-I1"]
    place = window.events.view.visualRect(window.events.view.model().index(2)).center()
    qtbot.mouseClick(window.events.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert desk.layers.selection.current == Selection("vehicle", "闽A1")
    desk.language.set("en")
    qtbot.waitUntil(lambda: _lines(window)[0] == "Held at the gate 闽A2 · G1-O1")


def test_the_column_of_warnings_leaves_its_room_to_the_news(office, open_window):
    desk = office(_morning(), at("8:10"))
    window = open_window(desk)
    desk.tell()
    window.heartbeat.step()
    quiet = window.events.height()
    assert quiet > window.warning_list.height()


@pytest.mark.parametrize(("event", "zh", "tone"), [
    (Event(EventKind.VESSEL_CALL_CHANGED, 0, "vessel", "V1", facts={"name": "COSCO", "state": "alongside"}),
     "COSCO 靠泊", "good"),
    (Event(EventKind.INSPECTION_CHANGED, 0, "container", BOX,
           facts={"kind": "h986", "state": "done", "result": "suspect"}),
     f"H986 机检 完成 MSKU 000001 {BOX[-1]} · 可疑", "alarm"),
    (Event(EventKind.SEAL_CHANGED, 0, "seal", "JY-1", facts={"state": "cut"}), "关锁被剪断 JY-1", "alarm"),
    (Event(EventKind.TRIP_CHANGED, 0, "container", BOX, facts={"state": "arrived"}),
     f"转关 到达 MSKU 000001 {BOX[-1]}", "text"),
    (Event(EventKind.TASK_CHANGED, 0, "task", "t1", facts={"state": "done", "subject": BOX, "result": "ok"}),
     f"任务 完成 {BOX} · ok", "attention"),
    (Event(EventKind.TASK_CHANGED, 0, "task", "t1", facts={"state": "open", "subject": BOX, "result": ""}),
     f"任务 下达 {BOX}", "attention"),
    (Event(EventKind.DEVICE_CHANGED, 0, "device", "CAM-1", facts={"state": "down"}), "设备离线 CAM-1", "alarm"),
    (Event(EventKind.RULE_OFF, 0, "rule", "R01"), "规则停用 R01", "alarm"),
])
def test_each_kind_of_event_has_its_words(office, event, zh, tone):
    desk = office(Story(), at("8:10"))
    assert line_of(desk.desk, event) == (zh, tone)
