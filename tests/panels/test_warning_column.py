"""The watch officer's column: a removal without release comes up, is taken and closed; each step is written back."""

from __future__ import annotations

from data_sources.desk_client import Errand, Outcome, Refusal
from tests.core.timeline import BOX, Story, at
from twin.warnings import Verb, WarningState


def _removal() -> Story:
    story = Story()
    story.container("8:00")
    story.stands("8:00", "F1-01-01-1")
    story.vehicle("8:00")
    story.fix("8:14:58", 40.0, 20.0)
    story.lifted_for_exit("8:15")
    return story


def _beat(window) -> None:
    window.heartbeat.step()


def test_a_removal_without_release_is_the_first_card_and_is_selected(office, open_window):
    desk = office(_removal(), at("8:15:01"))
    window = open_window(desk)
    desk.tell()
    _beat(window)
    current = window.warning_list.current()
    assert current is not None
    assert (current.rule, current.subject) == ("R01", BOX)
    selected = desk.layers.selection.current
    assert selected is not None
    assert selected.kind == "warning"


def test_keys_take_and_hold_the_gate_and_each_step_reaches_the_port(office, open_window):
    desk = office(_removal(), at("8:15:01"))
    window = open_window(desk)
    desk.tell()
    _beat(window)
    window.actions_by_id["warning.acknowledge"].trigger()
    assert window.warning_list.current().state is WarningState.ACKNOWLEDGED
    window.actions_by_id["warning.hold_gate"].trigger()
    assert window.warning_list.current().state is WarningState.DISPATCHED
    assert window.warning_list.current().owner == "张"
    assert desk.notes.verbs() == ["acknowledge", "take", "hold_gate"]
    hold = next(fields for what, fields in desk.notes.sent if what == "gate_hold")
    assert hold["plate"] == "闽A1"
    assert hold["container"] == BOX
    assert hold["until"] > desk.now


def test_closing_gives_a_reason_and_takes_the_card_away(office, open_window):
    desk = office(_removal(), at("8:15:01"))
    window = open_window(desk)
    desk.tell()
    _beat(window)
    warning = window.warning_list.current()
    window.steps.close_with(warning.id, "permitted")
    assert window.warning_list.current() is None
    closed = desk.twin.warnings.get(warning.id)
    assert closed.state is WarningState.CLOSED
    assert closed.history[-1].note == "permitted"
    assert desk.notes.verbs()[-1] == "close"


def test_a_patrol_is_sent_with_a_task_that_names_the_container(office, open_window):
    desk = office(_removal(), at("8:15:01"))
    window = open_window(desk)
    desk.tell()
    _beat(window)
    window.actions_by_id["warning.dispatch"].trigger()
    task = next(fields for what, fields in desk.notes.sent if what == "task")
    assert task["subject"] == BOX
    assert "R01" in task["note"]


def test_a_warning_owned_by_another_desk_cannot_be_closed_here(office, open_window, monkeypatch):
    desk = office(_removal(), at("8:15:01"))
    window = open_window(desk)
    desk.tell()
    _beat(window)
    warning = window.warning_list.current()
    desk.twin.warnings.take(warning.id, "李", desk.now)
    told: list[str] = []
    monkeypatch.setattr("panels.warning_steps.QMessageBox.information", lambda *words: told.append(words[-1]))
    window.steps.do("dispatch", warning.id)
    assert told
    assert "李" in told[0]
    assert desk.twin.warnings.get(warning.id).owner == "李"
    assert desk.notes.sent == []


def test_the_card_stays_current_when_a_graver_warning_comes_above_it(office, open_window):
    story = _removal()
    desk = office(story, at("8:15:01"))
    window = open_window(desk)
    desk.tell()
    _beat(window)
    first = window.warning_list.current().id
    story.vehicle("8:16", "闽A2")
    second = "MSKU0000027"
    story.container("8:16", second)
    story.stands("8:16", "F1-03-01-1", second)
    story.lifted_for_exit("8:16:10", "F1-03-01-1", "闽A2", second)
    story.passes_gate("8:16:30", plate="闽A2", boxes=(second,))
    desk.now = at("8:16:31")
    desk.tell()
    _beat(window)
    assert window.warning_list.model().rowCount() == 2
    assert window.warning_list.current().id == first


def test_a_hold_that_the_port_refuses_is_told_on_the_desk(office, open_window):
    desk = office(_removal(), at("8:15:01"))
    window = open_window(desk)
    desk.outcomes.append(Outcome(Errand.GATE_HOLD, "H-1", Refusal("unknown_plate", "no truck 闽A9 is in the port")))
    for _ in range(3):
        _beat(window)
    assert window.scene._toast.isVisible()
    assert "H-1" in window.scene._toast.text()
    assert "闽A9" in window.scene._toast.text()


def test_a_step_the_life_refuses_is_explained_in_the_language_of_the_screen(office, open_window, monkeypatch):
    from PySide6.QtWidgets import QMessageBox

    said: list[str] = []
    monkeypatch.setattr(QMessageBox, "information", lambda _window, _title, text: said.append(text))
    desk = office(_removal(), at("8:15:01"))
    window = open_window(desk)
    desk.tell()
    _beat(window)
    warning = window.warning_list.current()
    desk.twin.warnings.take(warning.id, "李", at("8:15:02"))
    window.actions_by_id["warning.dispatch"].trigger()
    assert said == ["由李负责，张不能操作"]
    assert desk.notes.sent == [], "a refused step sends nobody"
    desk.language.set("en")
    window.actions_by_id["warning.take"].trigger()
    assert said[1] == "李 has it already"


def test_shelving_a_grave_warning_waits_for_a_second_person(office, open_window, monkeypatch):
    from PySide6.QtWidgets import QMessageBox

    said: list[str] = []
    monkeypatch.setattr(QMessageBox, "information", lambda _window, _title, text: said.append(text))
    desk = office(_removal(), at("8:15:01"))
    window = open_window(desk)
    desk.tell()
    _beat(window)
    warning = window.warning_list.current()
    window.steps.submit(warning.id, Verb.SHELVE, "吊机试车", desk.now + 3_600_000)
    assert not desk.twin.warnings.get(warning.id).shelved
    window.actions_by_id["warning.approve"].trigger()
    assert said == ["由张搁置，须由另一人同意"]
    desk.twin.warnings.approve(warning.id, "李", desk.now)
    assert desk.twin.warnings.get(warning.id).shelved
    assert desk.notes.verbs() == ["shelve"]
