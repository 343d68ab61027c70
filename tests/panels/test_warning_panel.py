"""The warnings panel under load: filters, sorting, floods in one line, many warnings handled at once, sound, detail."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.selection import Selection
from panels.detail_facts import facts_of
from panels.warning_columns import Order, Shown, Sieve, WarningColumns, flood_numbers
from panels.warning_model import FLOOD
from tests.core.timeline import BOX, Story, at
from twin.hygiene import floods
from twin.warning_book import WarningBook
from twin.warnings import Clearing, Finding, Limit, Severity, Verb, WarningState

NOW = at("9:00")


def _found(book: WarningBook, subject: str, severity: Severity = Severity.HIGH, when: int = NOW, **fields) -> str:
    told = {"rule": "R02", "zone": "FOREIGN", "facts": {"vehicle": subject, "fence": "FD", "how": "inside"}, **fields}
    warning = book.found(Finding(severity=severity, subject_kind="vehicle", subject=subject, at=when,
                                 incident=str(when), **told), when)
    assert warning is not None
    return warning.id


def _subjects(columns: WarningColumns, book: WarningBook, sieve: Sieve, me: str = "张") -> list[str]:
    columns.refresh(book)
    return [columns.warnings[row].subject for row in columns.rows(sieve, me)]


def test_the_gravest_comes_first_and_what_reaches_the_gate_soonest_when_asked():
    book, columns = WarningBook(), WarningColumns()
    _found(book, "闽A1", Severity.MEDIUM, NOW)
    _found(book, "闽A2", Severity.CRITICAL, NOW - 60_000, eta_s=300.0)
    _found(book, "闽A3", Severity.HIGH, NOW - 120_000, eta_s=30.0)
    assert _subjects(columns, book, Sieve()) == ["闽A2", "闽A3", "闽A1"]
    assert _subjects(columns, book, Sieve(order=Order.GATE)) == ["闽A3", "闽A2", "闽A1"]
    assert _subjects(columns, book, Sieve(order=Order.AGE)) == ["闽A3", "闽A2", "闽A1"]


def test_a_warning_overturned_before_anybody_saw_it_is_last_and_counts_for_nothing():
    book, columns = WarningBook(), WarningColumns()
    grave = _found(book, "闽A1", Severity.CRITICAL)
    _found(book, "闽A2", Severity.LOW)
    assert _subjects(columns, book, Sieve()) == ["闽A1", "闽A2"]
    assert columns.counts() == (2, 2, 0)
    book.cleared(Clearing("R02", "闽A1", str(NOW), NOW, "facts changed", overturned=True), NOW + 1)
    assert book.get(grave).overturned
    assert _subjects(columns, book, Sieve()) == ["闽A2", "闽A1"]
    assert columns.counts() == (2, 1, 0)


def test_filters_leave_what_an_officer_asks_for():
    book, columns = WarningBook(), WarningColumns(lambda warning: "越网 内贸区")
    first, second = _found(book, "闽A1"), _found(book, "闽B2", Severity.LOW, zone="DOMESTIC")
    book.take(first, "张", NOW)
    assert _subjects(columns, book, Sieve(shown=Shown.MINE)) == ["闽A1"]
    assert _subjects(columns, book, Sieve(severity="low")) == ["闽B2"]
    assert _subjects(columns, book, Sieve(zones=frozenset({"DOMESTIC"}))) == ["闽B2"]
    assert _subjects(columns, book, Sieve(owner="张")) == ["闽A1"]
    assert _subjects(columns, book, Sieve(state="raised")) == ["闽B2"]
    assert _subjects(columns, book, Sieve(rule="R03")) == []
    assert _subjects(columns, book, Sieve(text="闽 b")) == ["闽B2"]
    assert len(_subjects(columns, book, Sieve(text="越网"))) == 2
    book.shelve(second, "张", NOW, NOW + 3_600_000, "吊机试车")
    assert _subjects(columns, book, Sieve()) == ["闽A1"]
    assert _subjects(columns, book, Sieve(shown=Shown.SHELVED)) == ["闽B2"]
    book.close(first, "张", NOW, "handled")
    assert _subjects(columns, book, Sieve(shown=Shown.CLOSED)) == ["闽A1"]


@given(st.lists(st.integers(0, 240_000), min_size=0, max_size=120))
def test_floods_are_those_of_the_hygiene_figures(gaps):
    instants = np.cumsum(np.array(gaps, dtype=np.int64)) + NOW
    number = flood_numbers(instants)
    told = floods(instants.tolist())
    within = np.zeros(len(instants), dtype=bool)
    for flood in told:  # where a flood follows close upon another, some warnings count for both
        within |= (instants >= flood.from_at) & (instants <= flood.to_at)
    assert (number >= 0).tolist() == within.tolist()
    assert int(number.max(initial=-1)) + 1 == len(told)


@given(st.lists(st.sampled_from(["find", "ack", "take", "close"]), min_size=1, max_size=40))
def test_columns_that_follow_change_by_change_hold_what_a_fresh_look_shows(steps):
    book, followed = WarningBook(), WarningColumns()
    for n, step in enumerate(steps):
        open_ = book.open()
        if step == "find" or not open_:
            _found(book, f"闽A{n}", list(Severity)[n % 4], NOW + n * 1000)
        elif step == "ack" and open_[0].state is WarningState.RAISED:
            book.acknowledge(open_[0].id, "张", NOW)
        elif step == "take" and open_[-1].owner is None:
            book.take(open_[-1].id, "张", NOW)
        elif open_[0].owner == "张":
            book.close(open_[0].id, "张", NOW, "handled")
        followed.refresh(book)
    for sieve in (Sieve(), Sieve(shown=Shown.MINE), Sieve(shown=Shown.CLOSED), Sieve(order=Order.AGE)):
        assert _subjects(followed, book, sieve) == _subjects(WarningColumns(), book, sieve)
    usual = [warning.subject for warning in book.open()]
    assert _subjects(followed, book, Sieve()) == usual


def test_a_book_that_was_restored_is_looked_at_as_a_whole():
    book, columns = WarningBook(), WarningColumns()
    _found(book, "闽A1")
    columns.refresh(book)
    other = WarningBook()
    _found(other, "闽A2")
    book.restore(other)
    assert _subjects(columns, book, Sieve()) == ["闽A2"]
    assert book.changed_since(book.revision) == ()
    assert book.changed_since(book.revision - 1) is None


@pytest.fixture
def flooded(office, open_window):
    """A desk in a flood: twelve trucks in the wrong area in two minutes, and one container that leaves."""
    desk = office(Story(), NOW)
    window = open_window(desk)
    book = desk.twin.warnings
    for n in range(12):
        _found(book, f"闽A{n:02d}", Severity.MEDIUM, NOW - 120_000 + n * 10_000)
    _found(book, "闽C1", Severity.CRITICAL, NOW - 5_000)
    window.heartbeat.step()
    return desk, window


def test_a_flood_is_one_line_that_unfolds_and_hides_nothing_critical(flooded):
    _, window = flooded
    column = window.warning_list
    assert column.model().rowCount() == 2
    assert column.current().subject == "闽C1"
    assert column.model().shown() == 13
    window.actions_by_id["warning.next"].trigger()
    assert len(column.currentIndex().data(FLOOD).rows) == 12
    window.actions_by_id["warning.fold"].trigger()
    assert column.model().rowCount() == 14
    window.actions_by_id["warning.fold"].trigger()
    assert column.model().rowCount() == 2


def test_a_whole_flood_is_acknowledged_and_closed_with_one_reason(flooded):
    desk, window = flooded
    window.warning_list.move(1)
    window.actions_by_id["warning.acknowledge"].trigger()
    assert desk.notes.verbs() == ["acknowledge"] * 12
    window.steps.submit_all([w.id for w in window.warning_list.selected()], Verb.CLOSE, "drill")
    assert [w.subject for w in desk.twin.warnings.open()] == ["闽C1"]
    assert window.warning_list.current().subject == "闽C1"


def test_of_many_steps_the_refused_are_told_once(flooded, monkeypatch):
    desk, window = flooded
    said: list[str] = []
    monkeypatch.setattr("panels.warning_steps.QMessageBox.information", lambda *words: said.append(words[-1]))
    ids = [w.id for w in desk.twin.warnings.open()]
    desk.twin.warnings.take(ids[1], "李", NOW)
    window.steps.do_all("take", ids)
    assert len(said) == 1
    assert "李" in said[0]
    assert sum(w.owner == "张" for w in desk.twin.warnings.open()) == 12


def test_a_new_warning_takes_nobody_away_from_what_they_look_at(flooded):
    desk, window = flooded
    looked_at = Selection("block", "F1")
    desk.layers.selection.select(looked_at)
    _found(desk.twin.warnings, "闽D9", Severity.CRITICAL, NOW)
    window.heartbeat.step()
    assert desk.layers.selection.current == looked_at
    assert window.warning_list.current().subject == "闽C1"


def test_words_typed_into_the_filter_and_its_chips_narrow_the_column(flooded):
    _, window = flooded
    filters, column = window.warnings.filters, window.warning_list
    filters.words.setText("A07")
    assert [column.current().subject, column.model().rowCount()] == ["闽A07", 1]
    filters.words.clear()
    filters.show_severity("critical")
    assert column.model().rowCount() == 1
    filters.clear()
    filters.show_severity("critical")
    filters.show_part(Shown.MINE)
    assert column.model().rowCount() == 0


def test_the_buttons_offer_what_is_possible(flooded):
    desk, window = flooded
    bar, current = window.warnings.bar, window.warning_list.current()
    assert bar.verbs()[:3] == ("acknowledge", "take", "dispatch")
    assert "reopen" not in bar.verbs()
    window.actions_by_id["warning.take"].trigger()
    assert "hand_over" in bar.verbs()
    window.steps.close_with(current.id, "handled")
    window.warnings.filters.show_part(Shown.CLOSED)
    assert bar.verbs() == ("comment", "reopen")
    window.actions_by_id["warning.reopen"].trigger()
    assert desk.twin.warnings.get(current.id).state is WarningState.TAKEN


def test_each_severity_has_its_sound_and_who_mutes_them_is_on_record(flooded):
    desk, window = flooded
    heard: list[str] = []
    window.warnings.sounds.player = lambda file: heard.append(file.name)
    _found(desk.twin.warnings, "闽E1", Severity.CRITICAL, NOW + 60_000)
    desk.now = NOW + 60_000
    window.heartbeat.step()
    assert heard == ["critical.wav"]
    window.actions_by_id["warning.mute"].trigger()
    assert (desk.notes.sent[-1][1]["verb"], desk.notes.sent[-1][1]["operator"]) == ("mute", "张")
    desk.now = NOW + 120_000
    _found(desk.twin.warnings, "闽E2", Severity.HIGH, desk.now)
    window.heartbeat.step()
    assert heard == ["critical.wav"]
    assert "静音" in window._open_count.text()
    window.actions_by_id["warning.mute"].trigger()
    assert desk.notes.verbs()[-1] == "unmute"


def test_the_detail_says_why_it_fired_and_leads_to_what_it_is_about(office, open_window):
    story = Story()
    story.container("8:00")
    desk = office(story, NOW)
    window = open_window(desk)
    desk.tell()
    window.heartbeat.step()
    warning_id = _found(
        desk.twin.warnings, "闽A1", facts={"vehicle": "闽A1", "container": BOX, "fence": "FD", "how": "crossed"},
        limits=(Limit("depth_inside", 9.5, 7.0, "m", "margin_m"),), evidence=("Position-7",))
    facts = facts_of(desk.desk, Selection("warning", warning_id), NOW)
    rows = {label: text for label, text, _ in facts.rows}
    assert rows["判定"] == "越界深度 9.5 m（允许 7 m）"
    assert rows["不触发条件"] == "差 2.5 m（至 7 m）"
    assert f"container:{BOX}" in rows["涉及"]
    assert "Position-7" in rows["依据记录"]
    assert "margin_m" not in " ".join(rows.values())
    window.detail._follow(f"container:{BOX}")
    assert desk.layers.selection.current == Selection("container", BOX)
