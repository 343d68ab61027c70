"""Several desks on one database: each sees what the others do, and a warning never has two owners."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from data_sources.desk_steps import LocalSteps, Refused
from data_sources.history.errors import UnavailableError
from data_sources.history.store import History
from data_sources.shared_steps import SharedSteps
from tests.core.test_warnings import finding
from tests.history.conftest import PORT
from twin.warning_book import WarningBook
from twin.warnings import RiskWarning, Step, Verb, WarningState

NOW = 1_772_294_400_000


class Desk:
    """A desk with its own book of the same warnings, and what its operator was told."""

    def __init__(self, url: str, name: str, boxes: int) -> None:
        self.book = WarningBook()
        self.told: list[str | None] = []
        self.name = name
        for number in range(boxes):
            self.raise_one(number)
        self.steps = SharedSteps(self.book, lambda: History.open(url, PORT), name, lambda: NOW, poll_s=0.1)
        self.steps.start()

    def raise_one(self, number: int) -> str:
        found = self.book.found(finding(subject=f"BOX{number}", at=NOW), NOW)
        assert found is not None
        return found.id

    def does(self, warning: str, verb: Verb, note: str = "") -> None:
        def note_answer(_steps: Sequence[Step], why: Refused | None) -> None:
            self.told.append(why and str(why))

        self.steps.submit(warning, Step(verb, NOW + 1_000, self.name, note), note_answer)

    def takes(self, warning: str) -> None:
        self.does(warning, Verb.TAKE)

    def see(self, warning: str) -> RiskWarning:
        found = self.book.get(warning)
        assert found is not None
        return found


def until(desks: list[Desk], what: Callable[[], bool], patience_s: float = 10.0) -> float:
    begun = time.monotonic()
    while not what():
        assert time.monotonic() - begun < patience_s, "it did not come about"
        for desk in desks:
            desk.steps.settle()
        time.sleep(0.01)
    return time.monotonic() - begun


@pytest.fixture
def desks(url: str) -> Iterator[list[Desk]]:
    History.open(url, PORT).close()
    made = [Desk(url, name, 20) for name in ("Zhang", "Li")]
    yield made
    for desk in made:
        desk.steps.stop()


def test_what_one_does_the_other_sees(desks: list[Desk]) -> None:
    zhang, li = desks
    box = zhang.book.open()[0].id
    zhang.takes(box)
    until(desks, lambda: li.see(box).owner == "Zhang")
    assert zhang.told == [None]
    zhang.does(box, Verb.CLOSE, note="seized")
    until(desks, lambda: not li.see(box).open)
    assert li.see(box).history[1:] == zhang.see(box).history[1:]


def test_both_grab_for_everything_and_each_warning_has_one_owner(desks: list[Desk]) -> None:
    zhang, li = desks
    ids = [w.id for w in zhang.book.open()]
    for mine, theirs in zip(ids, reversed(ids), strict=True):
        zhang.takes(mine)
        li.takes(theirs)
    until(desks, lambda: len(zhang.told) == len(li.told) == len(ids), 30.0)
    until(desks, lambda: all(desk.see(i).owner is not None for desk in desks for i in ids))
    for one in ids:
        assert zhang.see(one).owner == li.see(one).owner
        assert [s for s in zhang.see(one).history if s.verb is Verb.TAKE] == [
            s for s in li.see(one).history if s.verb is Verb.TAKE]
    won = [desk.told.count(None) for desk in desks]
    assert sum(won) == len(ids), "whoever came second was told"
    for desk in desks:
        assert all("already has an owner" in (told or "already has an owner") for told in desk.told)


def test_remarks_of_both_are_kept_whoever_was_first(desks: list[Desk]) -> None:
    zhang, li = desks
    box = zhang.book.open()[0].id
    zhang.does(box, Verb.COMMENT, note="seen on camera 4")
    li.does(box, Verb.COMMENT, note="driver called")
    until(desks, lambda: all(len(desk.see(box).history) == 3 for desk in desks))
    assert {s.note for s in zhang.see(box).history[1:]} == {"seen on camera 4", "driver called"}
    assert zhang.see(box).history == li.see(box).history


def test_a_step_about_what_this_desk_has_not_seen_yet_waits_for_it(desks: list[Desk]) -> None:
    zhang, li = desks
    box = zhang.raise_one(99)
    zhang.takes(box)
    until(desks, lambda: zhang.told == [None])
    until(desks, lambda: bool(li.steps._early))
    li.raise_one(99)
    until(desks, lambda: li.see(box).owner == "Zhang")


def test_a_desk_that_starts_later_learns_what_was_done(desks: list[Desk], url: str) -> None:
    zhang, _ = desks
    box = zhang.book.open()[0].id
    zhang.takes(box)
    until(desks, lambda: zhang.told == [None])
    wang = Desk(url, "Wang", 20)
    try:
        until([wang], lambda: wang.see(box).state is WarningState.TAKEN)
    finally:
        wang.steps.stop()


def test_what_the_life_refuses_is_told_at_once(desks: list[Desk]) -> None:
    zhang, _ = desks
    zhang.does(zhang.book.open()[0].id, Verb.REOPEN)
    assert zhang.told[0] is not None
    assert "is raised; reopen is possible only" in zhang.told[0]
    zhang.does("R99-nothing-1", Verb.TAKE)
    assert zhang.told[1] == "There is no warning R99-nothing-1."


def test_a_history_out_of_reach_is_told_and_nothing_changes() -> None:
    book = WarningBook()
    found = book.found(finding(at=NOW), NOW)
    assert found is not None

    def unreachable() -> History:
        raise UnavailableError("The server of the history is out of reach.")

    told: list[str | None] = []
    steps = SharedSteps(book, unreachable, "Zhang", lambda: NOW, poll_s=0.05)
    steps.start()
    steps.submit(found.id, Step(Verb.ACKNOWLEDGE, NOW, "Zhang"), lambda _, why: told.append(why and str(why)))
    begun = time.monotonic()
    while not told and time.monotonic() - begun < 5.0:
        steps.settle()
        time.sleep(0.01)
    steps.stop()
    assert told == ["The server of the history is out of reach."]
    assert book.get(found.id) is found


def test_a_desk_alone_acts_at_once() -> None:
    book = WarningBook()
    found = book.found(finding(at=NOW), NOW)
    assert found is not None
    told: list[tuple[list[Verb], str | None]] = []
    steps = LocalSteps(book)

    def note(made: Sequence[Step], why: Refused | None) -> None:
        told.append(([step.verb for step in made], why and str(why)))

    steps.submit(found.id, Step(Verb.DISPATCH, NOW, "Zhang", "T-1"), note)
    steps.submit(found.id, Step(Verb.CLOSE, NOW, "Zhang", "no code"), note)
    steps.submit(found.id, Step(Verb.TAKE, NOW, "Li"), note)
    assert told[0] == ([Verb.ACKNOWLEDGE, Verb.TAKE, Verb.DISPATCH], None)
    assert "no reason to close" in str(told[1][1])
    assert "already has an owner" in str(told[2][1])
    assert not steps.settle()


def test_two_persons_take_what_a_third_has_only_seen(desks: list[Desk]) -> None:
    zhang, li = desks
    box = zhang.book.open()[0].id
    zhang.does(box, Verb.ACKNOWLEDGE)
    li.takes(box)
    until(desks, lambda: len(li.told) == 1 and len(zhang.told) == 1)
    until(desks, lambda: zhang.see(box).owner == "Li")
    assert li.told == [None], "that Zhang had seen it does not stand in Li's way"
