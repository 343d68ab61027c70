"""Two desks on one PostgreSQL, each a process: no warning has two owners, and a desk that is killed loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from data_sources.history.store import History
from tests.core.timeline import Story
from tests.history.desk_process import Process, until
from tests.history.saying import FOREVER
from twin.warnings import Verb

BOXES = 60


class Room:
    """Two desks in one room; one of them records."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.desks: list[Process] = []

    def open(self) -> None:
        History.open(self.url, Story().index.layout.code).close()
        self.zhang, self.li = self.start("Zhang", record=True), self.start("Li", record=False)
        for desk in self.desks:
            self.opened(desk)
        self.ids = sorted(self.zhang.ready or [])
        assert self.ids == sorted(self.li.ready or [])
        assert len(self.ids) >= BOXES

    def start(self, operator: str, *, record: bool) -> Process:
        self.desks.append(Process(self.url, operator, BOXES, self.folder / operator, record=record))
        return self.desks[-1]

    def opened(self, desk: Process) -> Process:
        assert until([desk], lambda: desk.ready is not None), f"the desk of {desk.operator} did not open"
        return desk

    def come_about(self, what: Callable[[], bool]) -> bool:
        return until([desk for desk in self.desks if desk.running], what)


@pytest.fixture
def room(postgresql_url: str, tmp_path: Path) -> Iterator[Room]:
    made = Room(postgresql_url, tmp_path)
    try:
        made.open()
        yield made
    finally:
        for desk in made.desks:
            desk.end()


def test_what_one_desk_does_the_other_sees(room: Room):
    zhang, li, box = room.zhang, room.li, room.ids[0]
    for verb, by, others, note in ((Verb.ACKNOWLEDGE, zhang, li, ""), (Verb.TAKE, li, zhang, ""),
                                   (Verb.COMMENT, zhang, li, "柜门开着"), (Verb.CLOSE, li, zhang, "seized")):
        by.does(verb, [box], note)
        step = [verb.value, by.operator, note]
        assert room.come_about(lambda: any(step in seen["history"] for seen in others.seen.get(box, ()))), verb  # noqa: B023
    assert room.come_about(lambda: zhang.state(box)["history"] == li.state(box)["history"])
    assert zhang.state(box)["state"] == li.state(box)["state"] == "closed"


def test_both_grab_every_warning_at_once_and_each_has_one_owner(room: Room):
    for desk in (room.zhang, room.li):
        desk.does(Verb.TAKE, room.ids)  # in the same order: they meet at every one
    assert room.come_about(lambda: len(room.zhang.told) == len(room.li.told) == len(room.ids))
    assert room.come_about(lambda: all(desk.state(box)["owner"] for desk in (room.zhang, room.li) for box in room.ids))
    won = {desk.operator: {word["told"] for word in desk.told if word["why"] is None} for desk in room.desks}
    assert not won["Zhang"] & won["Li"]
    assert won["Zhang"] | won["Li"] == set(room.ids)
    for box in room.ids:
        mine, theirs = room.zhang.state(box), room.li.state(box)
        assert mine["history"] == theirs["history"]
        assert [step for step in mine["history"] if step[0] == "take"] == [["take", mine["owner"], ""]]
        assert box in won[mine["owner"]]
    refused = [word["why"] for desk in room.desks for word in desk.told if word["why"] is not None]
    assert len(refused) == len(room.ids)
    assert all("already has an owner" in why for why in refused)


def test_a_desk_killed_while_both_grab_loses_nothing(room: Room):
    zhang, li = room.zhang, room.li
    zhang.does(Verb.TAKE, room.ids)
    li.does(Verb.TAKE, room.ids[::-1])
    assert room.come_about(lambda: any(word["why"] is None for word in zhang.told))
    zhang.kill()
    assert room.come_about(lambda: len(li.told) == len(room.ids))
    held = {word["told"] for word in zhang.told if word["why"] is None}
    assert held
    again = room.opened(room.start("Zhang", record=True))
    assert room.come_about(lambda: all(desk.seen.get(box) and desk.state(box)["owner"]
                                       for desk in (again, li) for box in room.ids))
    for box in room.ids:
        assert again.state(box)["history"] == li.state(box)["history"]
        owner = again.state(box)["owner"]
        assert owner == "Zhang" if box in held else owner in ("Zhang", "Li")
        assert (owner == "Li") == any(word["told"] == box and word["why"] is None for word in li.told)
    again.does(Verb.COMMENT, room.ids[:1], "weiter")
    assert room.come_about(lambda: ["comment", "Zhang", "weiter"] in li.state(room.ids[0])["history"])
    assert again.end() == 0
    with History.open(room.url, Story().index.layout.code, create=False) as history:
        raised = {step.id for step in history.warnings(0, FOREVER) if step.step == "raise"}
        assert raised == set(room.ids), "what the killed desk had on record, or its successor after it"
        assert sum(sum(day.records.values()) for day in history.days()) == 3 * BOXES + 1
