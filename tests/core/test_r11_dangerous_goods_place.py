"""R11: dangerous goods on ground not licensed for them, or too near to goods they react with."""

from __future__ import annotations

import dataclasses
import functools

import pytest

from tests.core.any_order import same_in_any_order
from tests.core.small_port import layout
from tests.core.timeline import Story, Watch, at, number
from twin.port_index import PortIndex
from twin.port_layout import BlockKind
from twin.records import Container, MoveEvent, PlaceKind, Purpose, Trade
from twin.rules.r11_dangerous_goods_place import DangerousGoodsPlace
from twin.rules.segregation import apart, class_of, degree, licensed
from twin.warnings import Severity

OXIDISER, SPIRIT, ACID = number(51), number(52), number(53)


@functools.cache
def port() -> PortIndex:
    """The small port: F1 is licensed for classes 3, 5 and 8, D1 is an inspection block."""
    small = layout()
    foreign, domestic = small.blocks
    return PortIndex(dataclasses.replace(small, blocks=(
        dataclasses.replace(foreign, kind=BlockKind.DANGEROUS, dangerous_classes=("3", "5", "8")),
        dataclasses.replace(domestic, kind=BlockKind.INSPECTION),
        dataclasses.replace(domestic, id="E1", origin=(210.0, 100.0), dangerous_classes=("2.2",)))))


class Yard(Story):
    """Dangerous goods are described and put down."""

    def __init__(self) -> None:
        super().__init__(port())

    def goods(self, box: str, kind: str | None, when: str = "7:00", un_number: str | None = "UN1479") -> Container:
        told: Container = self._tell(
            Container, when, container=box, type_code="22G1", full=True, gross_kg=20_000.0, trade=Trade.FOREIGN,
            owner="MSK", dangerous_class=kind, un_number=un_number, reefer_set_c=None)
        return told

    def put(self, when: str, slot: str, box: str) -> None:
        self.dropped(when, slot, "T1", box)

    def fetched(self, when: str, slot: str, box: str) -> None:
        self.move(when, MoveEvent.PICK, Purpose.RESTOW, (PlaceKind.SLOT, slot), (PlaceKind.VEHICLE, "T1"), box)


def told(story: Story) -> Watch:
    return Watch(story.index, [DangerousGoodsPlace()]).hears_one_by_one(story.records)


def test_a_class_in_a_block_without_licence_for_it() -> None:
    story = Yard()
    story.goods(OXIDISER, "5.1")
    story.put("8:00", "E1-03-02-1", OXIDISER)
    watch = told(story)
    warning = watch.only("R11")
    assert (warning.subject, warning.raised_at, warning.severity) == (OXIDISER, at("8:00"), Severity.HIGH)
    assert (warning.facts["cause"], warning.facts["block"], warning.facts["licensed"]) == ("licence", "E1", "2.2")
    assert warning.limits[0].observed == "5.1"
    assert (warning.place_x, warning.place_y) == pytest.approx((219.75, 95.8), abs=0.1)
    story.fetched("8:20", "E1-03-02-1", OXIDISER)
    watch.hears(story.records[-1:])
    assert (watch.only("R11").active, watch.only("R11").history[-1].note) == (False, "no longer stands there")


@pytest.mark.parametrize(("kind", "slot"), [
    ("5.1", "F1-03-02-1"), ("IMO 3", "F1-03-02-1"), (None, "E1-03-02-1"), ("5.1", "D1-03-02-1"), ("3", "Q9-01-01-1"),
    ("dangerous", "E1-03-02-1"),
])
def test_who_may_stand_there(kind: str | None, slot: str) -> None:
    """Licensed; no dangerous goods; under inspection; nobody knows where; a statement that names no class."""
    story = Yard()
    story.goods(OXIDISER, kind)
    story.put("8:00", slot, OXIDISER)
    assert told(story).warnings() == ()


@pytest.mark.parametrize(("slot", "how"), [
    ("F1-05-02-2", "stacked"), ("F1-07-02-1", "beside"), ("F1-05-03-1", "beside"), ("F1-04-03-1", "beside"),
])
def test_a_flammable_liquid_on_or_beside_an_oxidiser(slot: str, how: str) -> None:
    story = Yard()
    story.goods(OXIDISER, "5.1")
    story.goods(SPIRIT, "3", un_number=None)
    story.put("8:00", "F1-05-02-1", OXIDISER)
    story.put("8:30", slot, SPIRIT)
    watch = told(story)
    warning = watch.only("R11")
    assert (warning.subject, warning.raised_at) == (SPIRIT, at("8:30")), "the one that came later"
    assert (warning.facts["neighbour"], warning.facts["degree"], warning.facts["how"]) == (OXIDISER, 2.0, how)
    story.fetched("8:40", "F1-05-02-1", OXIDISER)
    watch.hears(story.records[-1:])
    assert not watch.only("R11").active, "the other one was taken away"


@pytest.mark.parametrize("slot", ["F1-09-02-1", "F1-05-04-1", "F1-10-02-1"])
def test_one_container_space_between_them_is_enough(slot: str) -> None:
    story = Yard()
    story.goods(OXIDISER, "5.1")
    story.goods(SPIRIT, "3")
    story.put("8:00", "F1-05-02-1", OXIDISER)
    story.put("8:30", slot, SPIRIT)
    assert told(story).warnings() == ()


def test_not_at_the_same_time_not_too_near() -> None:
    story = Yard()
    story.goods(OXIDISER, "5.1")
    story.goods(SPIRIT, "3")
    story.put("8:00", "F1-05-02-1", OXIDISER)
    story.fetched("8:20", "F1-05-02-1", OXIDISER)
    story.put("8:30", "F1-05-02-1", SPIRIT)
    assert told(story).warnings() == ()


def test_classes_that_need_no_distance_and_a_first_degree_that_asks_none_of_closed_boxes() -> None:
    story = Yard()
    story.goods(SPIRIT, "3")
    story.goods(ACID, "8")
    story.put("8:00", "F1-05-02-1", SPIRIT)
    story.put("8:30", "F1-05-02-2", ACID)
    assert told(story).warnings() == ()
    assert apart(0) is None
    strict = Watch(story.index, [DangerousGoodsPlace({"least_degree": 1.0})]).hears_one_by_one(story.records)
    assert strict.warnings() == ()


def test_two_neighbours_at_once_are_one_warning_that_ends_with_the_last() -> None:
    story = Yard()
    for box, slot, when in ((OXIDISER, "F1-03-02-1", "8:00"), (ACID, "F1-07-02-1", "8:01")):
        story.goods(box, "5.1")
        story.put(when, slot, box)
    story.goods(SPIRIT, "3")
    story.put("8:30", "F1-05-02-1", SPIRIT)
    story.fetched("8:40", "F1-03-02-1", OXIDISER)
    watch = told(story)
    assert watch.only("R11").active
    story.fetched("8:50", "F1-07-02-1", ACID)
    watch.hears(story.records[-1:])
    assert not watch.only("R11").active


def test_a_late_word_that_the_goods_were_taken_away_overturns_it() -> None:
    story = Yard()
    story.goods(OXIDISER, "5.1")
    story.goods(SPIRIT, "3")
    story.put("8:00", "F1-05-02-1", OXIDISER)
    story.put("8:30", "F1-07-02-1", SPIRIT)
    watch = told(story)
    story.fetched("8:29", "F1-05-02-1", OXIDISER)
    watch.hears(story.records[-1:])
    assert watch.only("R11").overturned


def test_a_late_description_that_they_are_no_dangerous_goods_overturns_it() -> None:
    story = Yard()
    story.goods(OXIDISER, "5.1")
    story.put("8:00", "E1-03-02-1", OXIDISER)
    watch = told(story)
    story.goods(OXIDISER, None, "8:05")
    watch.hears(story.records[-1:])
    assert watch.only("R11").overturned


def test_the_same_in_any_order() -> None:
    story = Yard()
    story.goods(OXIDISER, "5.1", "7:51")
    story.goods(SPIRIT, "3", "7:52")
    story.goods(ACID, "8", "7:53")
    story.put("7:55", "F1-05-02-1", OXIDISER)
    story.put("7:56", "F1-07-02-1", SPIRIT)
    story.put("7:57", "E1-03-02-1", ACID)
    story.fetched("7:58", "F1-05-02-1", OXIDISER)
    story.fetched("7:59", "E1-03-02-1", ACID)
    found = same_in_any_order(story, DangerousGoodsPlace(), at("8:30"))
    assert [(subject, raised, active) for _, subject, raised, active, *_ in found] == [
        (SPIRIT, at("7:56"), False), (ACID, at("7:57"), False)]


def test_the_table_of_segregation_is_the_same_both_ways() -> None:
    kinds = ("1.1", "1.2", "1.4", "2.1", "2.2", "2.3", "3", "4.1", "4.2", "4.3", "5.1", "5.2", "6.1", "6.2", "7", "8")
    assert all(degree(one, other) == degree(other, one) for one in kinds for other in kinds)
    assert not any(degree("9", other) for other in kinds)
    assert (degree("3", "5.1"), degree("6.2", "3"), degree("2.1", "6.2"), degree("4.3", "8")) == (2, 3, 4, 1)
    assert degree("1.2", "3") == degree("1.1", "3") == 4


def test_classes_and_licences_as_people_write_them() -> None:
    assert [class_of(text) for text in ("3", "IMO 5.1", "1.4S", "4.", "", None)] == ["3", "5.1", "1.4", "4", "", ""]
    assert licensed("4.1", ("4",))
    assert licensed("4", ("4.1", "4.2")), "the division is not stated"
    assert not licensed("5.1", ("5.2", "3"))
