"""A case: why, what and by whom, its tasks and papers, its objects on the map, and that it can be printed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QInputDialog

from layers.selection import Selection
from layers.view import FlyToAll
from panels.case_dialog import CaseDialog
from panels.case_facts import comments_of, course_of, objects_of, papers_of, tasks_of
from tests.core.timeline import BOX, Story, at
from twin.records import DeclarationState, InspectionState, Task, TaskState

TRUCK = "闽A1"


def _removal() -> Story:
    story = Story()
    story.container("8:00")
    story.manifested("8:00")
    story.stands("8:00", "F1-01-01-1")
    story.declares("8:01", DeclarationState.LODGED)
    story.declares("8:02", DeclarationState.HELD)
    story.inspects("8:03", InspectionState.ORDERED)
    story.vehicle("8:00")
    story.fix("8:14:58", 40.0, 20.0)
    story.lifted_for_exit("8:15")
    return story


@pytest.fixture
def watch(office, open_window):
    desk = office(_removal(), at("8:15:01"))
    window = open_window(desk)
    desk.tell()
    window.heartbeat.step()
    desk.now = at("8:20:01")
    window.heartbeat.step()
    return desk, window


def _open_case(window) -> CaseDialog:
    window.actions_by_id["case"].trigger()
    return next(d for d in window.findChildren(CaseDialog) if d.isVisible())


def _task(desk, task: str, state: TaskState, result: str | None = None, when: str = "8:21") -> None:
    sent = Task(f"task:{task}:{state}", "port", at(when), task, "patrol", BOX, "李", state, result, "R01")
    desk.story.records.append(sent)
    desk.tell()


def test_a_case_tells_why_what_and_by_whom_and_leads_into_the_port(watch, tmp_path):
    desk, window = watch
    window.actions_by_id["warning.take"].trigger()
    window.heartbeat.step()
    dialog = _open_case(window)
    said = dialog.text()
    assert "擅自提离" in said
    assert "报关单状态 布控查验（允许" in said, "what would have made it not fire"
    assert "接手 · 张" in said
    dialog._follow(QUrl(f"container:{BOX}"))
    assert desk.layers.selection.current == Selection("container", BOX)
    assert dialog.save_to(tmp_path / "case.pdf")
    desk.language.set("en")
    dialog.refresh()
    assert "Unpermitted removal" in dialog.text()
    dialog.close()


def test_its_objects_are_marked_on_the_map_and_all_in_the_picture_until_it_is_closed(watch):
    desk, window = watch
    warning = desk.twin.warnings.open()[0]
    dialog = _open_case(window)
    marked = desk.layers.selection.group
    assert set(marked) >= {Selection("container", BOX), Selection("vehicle", TRUCK), Selection("warning", warning.id)}
    assert desk.layers.view.command == FlyToAll(marked)
    assert "◎ MSKU 000001 1" in dialog.text()
    desk.layers.view.home()
    dialog.show_on_map()
    assert desk.layers.view.command == FlyToAll(marked)
    again = _open_case(window)
    assert not dialog.isVisible(), "one case at a time"
    again.close()
    assert desk.layers.selection.group == ()


def test_all_that_happened_is_one_course_in_order_of_time(watch):
    desk, window = watch
    window.actions_by_id["warning.take"].trigger()
    window.heartbeat.step()
    case = desk.twin.cases.of(desk.twin.warnings.open()[0].id)
    course = course_of(desk.desk, case)
    assert [one.at for one in course] == sorted(one.at for one in course)
    words = [one.words for one in course]
    lifted = next(n for n, line in enumerate(words) if "F1-01-01-1" in line and "MSKU" in line)
    raised = next(n for n, one in enumerate(course) if one.grave)
    taken = next(n for n, line in enumerate(words) if "接手" in line)
    held = next(n for n, line in enumerate(words) if "报关单 布控" in line)
    assert held < lifted <= raised < taken
    assert len(words) == len(set(zip([one.at for one in course], words, strict=True)))


def test_comments_tasks_and_papers_stand_in_it(watch, monkeypatch):
    desk, window = watch
    dialog = _open_case(window)
    monkeypatch.setattr(QInputDialog, "getMultiLineText", lambda *_a, **_k: ("司机称已放行", True))
    window.steps.do("comment", dialog.case.warnings[0].id)
    _task(desk, "T-1", TaskState.ACCEPTED)
    _task(desk, "T-1", TaskState.DONE, "车已截停", "8:25")
    desk.now = at("8:26")
    window.heartbeat.step()
    case = dialog.case
    assert [(by, words) for _, by, words in comments_of(case)] == [("张", "司机称已放行")]
    assert [(t.task, t.state, t.result) for t in tasks_of(desk.desk, case)] == [("T-1", TaskState.DONE, "车已截停")]
    papers = papers_of(desk.desk, case)
    assert [paper.kind for paper in papers] == ["提单", "报关单", "查验单"]
    assert papers[1].words.startswith("布控"), "as it stands now"
    dialog.refresh()
    said = dialog.text()
    for words in ("司机称已放行", "巡查 MSKU0000011 · 李 · 完成 · 车已截停", papers[0].number, papers[1].number):
        assert words in said
    dialog.close()


def test_a_moment_of_the_course_leads_to_the_past_where_there_is_one(watch, open_window):
    desk, window = watch
    went: list[int] = []
    warning = desk.twin.warnings.open()[0]
    dialog = CaseDialog(desk.desk, warning.id, window.steps, went.append, window)
    moment = course_of(desk.desk, dialog.case)[0].at
    assert f"time:{moment}" in dialog._html(desk.desk.theme.colours)
    dialog._follow(QUrl(f"time:{moment}"))
    assert went == [moment]
    dialog.close()
    without = CaseDialog(desk.desk, warning.id, window.steps, None, window)
    assert "time:" not in without._html(desk.desk.theme.colours)
    without.close()


def test_before_it_was_known_it_stays_as_it_was_last_seen(watch):
    desk, window = watch
    dialog = _open_case(window)
    said = dialog.text()
    desk.twin.cases = type(desk.twin.cases)()  # as after a jump to an instant before
    dialog.refresh()
    assert dialog.text() == said
    dialog.close()


def test_the_objects_are_those_that_can_be_seen(watch):
    desk, _window = watch
    case = desk.twin.cases.of(desk.twin.warnings.open()[0].id)
    with_paper = replace(case, links=case.links | {("declaration", "1" * 18)})
    assert objects_of(with_paper) == objects_of(case)
