"""R10: containers that nobody declares in 14 days, that nobody fetches in three months; reefers and dangerous goods."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

from tests.core.any_order import same_in_any_order
from tests.core.timeline import BOX, DAY, Story, Watch, again, at
from twin.records import (
    Container,
    Declaration,
    DeclarationMode,
    DeclarationState,
    Inventory,
    Manifest,
    MoveEvent,
    PlaceKind,
    Purpose,
    Trade,
)
from twin.rules.calendar import LocalDays
from twin.rules.r10_overdue_stay import OverdueStay
from twin.warnings import Severity, Verb

DAY_MS = 86_400_000
SLOT = "F1-01-01-1"


def box(story: Story, trade: Trade = Trade.FOREIGN, full: bool = True, **more: Any) -> Container:
    fields = {"type_code": "22G1", "dangerous_class": None, "un_number": None, "reefer_set_c": None} | more
    return story._tell(Container, "0:00", container=BOX, full=full, gross_kg=20_000.0, trade=trade, owner="MSK",
                       **fields)


def stands(story: Story, days_ago: float, when: str = "8:00", slot: str = SLOT) -> Inventory:
    return story._tell(Inventory, when, container=BOX, place_kind=PlaceKind.SLOT, place_ref=slot, present=True,
                       arrived_at=at("8:00") - round(days_ago * DAY_MS))


def manifest(story: Story, mode: DeclarationMode) -> Manifest:
    return story._tell(Manifest, "0:00", manifest="MF1", line=1, bill="B1", call="C1", container=BOX, mode=mode,
                       goods="pumps", packages=1, gross_kg=1.0)


def declares(story: Story, when: str, state: DeclarationState) -> Declaration:
    """As `Story.declares`, but lodged at 7:25 at the earliest."""
    story.records.append(again(story.declares(when, state), lodged_at=max(at("7:25"), at(when) - 300_000)))
    del story.records[-2]
    return cast(Declaration, story.records[-1])


def watch(story: Story, now: str = "8:01") -> Watch:
    seen = Watch(story.index, [OverdueStay()]).hears_one_by_one(story.records)
    seen.hears([], at(now))
    return seen


def test_a_box_that_the_stock_shows_to_be_undeclared_for_sixteen_days() -> None:
    story = Story()
    box(story)
    said = stands(story, 16.0)
    warning = watch(story).only("R10")
    assert (warning.subject_kind, warning.subject, warning.raised_at) == ("container", BOX, at("8:00"))
    assert (warning.severity, warning.zone, warning.facts["cause"]) == (Severity.MEDIUM, "FOREIGN", "undeclared")
    assert (warning.facts["days"], warning.facts["days_allowed"], warning.facts["slot"]) == (16.0, 14.0, SLOT)
    assert said.id in warning.evidence
    assert warning.limits[0].parameter == "undeclared_days"


def test_the_day_of_arrival_does_not_count_and_the_fourteenth_ends_at_local_midnight() -> None:
    story = Story()
    box(story)
    stands(story, 13.5)  # came on the evening of the 7th, Jiangyin time; the 21st is the last day
    seen = watch(story, "23:59:59")
    assert seen.warnings() == ()
    seen.hears([], at("24:00"))
    assert seen.only("R10").raised_at == at("24:00")
    days = LocalDays("Asia/Shanghai").end_of(np.array([DAY]), 14.0)
    assert days[0] == at("24:00") + 14 * DAY_MS


@pytest.mark.parametrize("state", [DeclarationState.LODGED, DeclarationState.ACCEPTED, DeclarationState.RELEASED])
def test_what_is_declared_in_time_is_left_in_peace(state: DeclarationState) -> None:
    story = Story()
    box(story)
    stands(story, 20.0)
    story.declares("7:00", state)
    seen = Watch(story.index, [OverdueStay()])
    seen.hears(story.records, at("9:00"))
    assert seen.warnings() == ()


def test_domestic_goods_empties_and_exports_need_no_import_declaration() -> None:
    for trade, full, mode in ((Trade.DOMESTIC, True, None), (Trade.FOREIGN, False, None),
                              (Trade.FOREIGN, True, DeclarationMode.EXPORT)):
        story = Story()
        box(story, trade, full)
        if mode is not None:
            manifest(story, mode)
        stands(story, 40.0)
        assert watch(story).warnings() == (), (trade, full, mode)


def test_a_declaration_clears_it() -> None:
    story = Story()
    box(story)
    stands(story, 16.0)
    seen = watch(story)
    lodged = declares(story, "9:30", DeclarationState.LODGED)
    seen.hears([lodged])
    warning = seen.only("R10")
    assert (warning.active, warning.overturned, warning.history[-1].note) == (False, False, "was declared")
    assert lodged.id in warning.evidence


def test_a_declaration_that_came_late_overturns_it() -> None:
    story = Story()
    box(story)
    stands(story, 16.0)
    seen = watch(story)
    seen.hears([story.declares("7:50", DeclarationState.ACCEPTED)])
    warning = seen.only("R10")
    assert (warning.active, warning.overturned) == (False, True)
    assert warning.history[-1].verb is Verb.OVERTURN


def test_a_revoked_declaration_is_none() -> None:
    story = Story()
    box(story)
    stands(story, 20.0, "7:00")
    story.declares("6:00", DeclarationState.ACCEPTED)
    seen = watch(story)
    seen.hears([story.declares("10:00", DeclarationState.REVOKED)], at("10:01"))
    warning = seen.only("R10")
    assert (warning.active, warning.history[-1].verb) == (True, Verb.UPDATE), "declared at first, then not any more"


def test_leaving_the_port_clears_it_and_a_correction_of_the_stock_overturns_it() -> None:
    story = Story()
    box(story)
    stands(story, 16.0)
    seen = watch(story)
    seen.hears([story.move("9:10", MoveEvent.GTOT, Purpose.PICKUP, (PlaceKind.SLOT, SLOT), (PlaceKind.OUTSIDE, ""))])
    assert seen.only("R10").history[-1].note == "left the port"
    other = Story()
    box(other)
    stands(other, 16.0)
    seen = watch(other)
    seen.hears([stands(other, 2.0, "9:20")])
    assert seen.only("R10").overturned


def test_three_months_unreleased_is_graver_than_undeclared() -> None:
    story = Story()
    box(story)
    stands(story, 91.0)
    warning = watch(story).only("R10")
    assert warning.severity is Severity.HIGH
    released = watch(story)
    released.hears([story.released("9:30")])
    assert released.only("R10").active is False


@pytest.mark.parametrize(("more", "cause"), [
    ({"type_code": "45R1", "reefer_set_c": -18.0}, "reefer"),
    ({"dangerous_class": "3", "un_number": "UN1263"}, "dangerous"),
])
def test_reefers_and_dangerous_goods_may_not_stay_as_long(more: dict[str, Any], cause: str) -> None:
    story = Story()
    box(story, Trade.DOMESTIC, **more)
    stands(story, 9.9)
    seen = watch(story)
    assert seen.warnings() == ()
    seen.hears([], at("10:30"))
    warning = seen.only("R10")
    assert (warning.facts["cause"], warning.raised_at) == (cause, at("8:00") + round(0.1 * DAY_MS))
    assert warning.facts["days"] == 10.1, "the first tenth beyond"


def test_a_box_on_a_truck_is_in_the_port_still() -> None:
    story = Story()
    box(story)
    stands(story, 13.9)
    story.lifted_for_exit("23:50", SLOT)
    seen = watch(story, "23:55")
    seen.hears([], at("24:00") + DAY_MS)
    assert seen.only("R10").facts["slot"] == "闽A1"


def test_a_late_word_that_it_is_empty_overturns_it() -> None:
    story = Story()
    box(story)
    stands(story, 16.0)
    seen = watch(story)
    story.container("0:30", full=False)
    seen.hears(story.records[-1:])
    assert seen.only("R10").overturned


def test_what_left_before_its_time_was_up_is_not_overdue() -> None:
    story = Story()
    box(story)
    stands(story, 14.2, "7:00")
    story.move("7:30", MoveEvent.GTOT, Purpose.PICKUP, (PlaceKind.SLOT, SLOT), (PlaceKind.OUTSIDE, ""))
    seen = Watch(story.index, [OverdueStay()])
    seen.hears(story.records, at("24:30"))
    assert seen.warnings() == ()


def test_the_same_in_any_order() -> None:
    story = Story()
    box(story)
    stands(story, 16.0, "7:10")
    stands(story, 16.0, "7:20")
    story.dropped("7:15", "F1-03-01-1")
    declares(story, "7:25", DeclarationState.LODGED)
    declares(story, "7:28", DeclarationState.ACCEPTED)
    found = same_in_any_order(story, OverdueStay(), at("8:00"))
    assert found == [("container", BOX, at("7:10"), False, "undeclared", "FOREIGN")]


def test_a_box_without_a_known_arrival_is_left_alone() -> None:
    story = Story()
    box(story)
    story.dropped("8:00", SLOT)
    assert watch(story).warnings() == ()


def test_parameters_are_checked_and_used() -> None:
    rule = OverdueStay({"undeclared_days": 30.0})
    story = Story()
    box(story)
    stands(story, 16.0)
    seen = Watch(story.index, [rule])
    seen.hears(story.records, at("9:00"))
    assert seen.warnings() == ()
