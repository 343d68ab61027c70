"""R04: stock, papers and what stands there do not agree, and which of them is out of line by how much."""

from __future__ import annotations

import dataclasses

import pytest

from tests.core.any_order import same_in_any_order
from tests.core.small_port import layout
from tests.core.timeline import BOX, Story, Watch, at, number, watching
from twin.port_index import PortIndex
from twin.port_layout import Berth, Name
from twin.records import (
    CallState,
    DeclarationMode,
    DeclarationState,
    Direction,
    EntityKind,
    MoveEvent,
    PlaceKind,
    Purpose,
    SealEventKind,
    Trade,
)
from twin.rules.r04_stock_mismatch import StockMismatch
from twin.warnings import Limit, Severity

SLOT, TRUCK = (PlaceKind.SLOT, "F1-01-01-1"), (PlaceKind.VEHICLE, "闽A1")


def stored(**more: object) -> Story:
    """An import container in the yard with its manifest line."""
    story = Story()
    story.manifested("6:50")
    story.container("7:00", **more)  # type: ignore[arg-type]
    story.stands("7:00", "F1-01-01-1")
    return story


def told(story: Story, now: str | None = None) -> Watch:
    watch = watching("R04", index=story.index).hears_one_by_one(story.records)
    if now is not None:
        watch.hears([], at(now))
    return watch


# Weight, and full against empty


def test_the_terminal_weighs_it_otherwise_than_the_manifest() -> None:
    story = stored(kg=25_000.0)
    warning = told(story).only("R04")
    assert (warning.subject, warning.raised_at, warning.severity) == (BOX, at("7:00"), Severity.MEDIUM)
    assert warning.facts["cause"] == "weight"
    assert (warning.facts["disagrees"], warning.facts["against"]) == ("tos", "manifest")
    assert (warning.facts["says"], warning.facts["against_says"]) == ("25000 kg", "20000 kg")
    assert warning.facts["difference_kg"] == 5_000
    assert warning.limits == (Limit("weight_difference", 5_000, 600, "kg", "weight_share"),)
    assert len(warning.evidence) == 2


@pytest.mark.parametrize("kg", [19_450.0, 20_000.0, 20_550.0])
def test_honest_weights_differ_a_little(kg: float) -> None:
    assert told(stored(kg=kg)).warnings() == ()


def test_of_three_the_one_out_of_line_is_named() -> None:
    story = stored()
    story.declares("7:30", DeclarationState.ACCEPTED, kg=14_000.0)
    warning = told(story).only("R04")
    assert (warning.facts["disagrees"], warning.facts["difference_kg"]) == ("declaration", -6_000)


def test_of_a_light_one_the_least_measure_counts() -> None:
    story = Story()
    story.manifested("6:50", kg=4_000.0)
    story.container("7:00", kg=4_290.0)
    assert told(story).warnings() == ()
    story.container("7:10", kg=4_310.0)
    assert told(story).only("R04").limits[0].parameter == "weight_least_kg"


def test_corrected_weights_clear_and_late_ones_overturn() -> None:
    story = stored(kg=25_000.0)
    story.container("8:00", kg=20_000.0)
    warning = told(story).only("R04")
    assert (warning.active, warning.overturned, warning.history[-1].note) == (False, False, "the sources agree again")
    story = stored(kg=25_000.0)
    story.manifested("6:55", kg=25_000.0)
    warning = told(story).only("R04")
    assert (warning.overturned, warning.history[-1].note) == (True, "the sources agree, as became known later")


def test_another_wrong_weight_is_told_anew() -> None:
    story = stored(kg=25_000.0)
    story.container("8:00", kg=30_000.0)
    warning = told(story).only("R04")
    assert (warning.active, warning.facts["difference_kg"]) == (True, 10_000)


def test_full_by_the_manifest_and_empty_by_the_terminal() -> None:
    warning = told(stored(full=False)).only("R04")
    assert warning.severity is Severity.HIGH
    assert (warning.facts["cause"], warning.facts["says"], warning.facts["against_says"]) == (
        "empty_against_full", "empty", "full")
    assert warning.limits == (Limit("load_state", "empty", "full"),)


def test_declared_empty_while_manifest_and_terminal_say_full() -> None:
    story = stored()
    story.declares("7:30", DeclarationState.ACCEPTED, mode=DeclarationMode.EMPTY)
    warning = told(story).only("R04")
    assert (warning.facts["disagrees"], warning.facts["against"]) == ("declaration", "tos")


def test_declarations_of_several_say_nothing_of_one_weight_and_domestic_trade_needs_no_papers() -> None:
    story = stored()
    story.declares("7:30", DeclarationState.ACCEPTED, kg=90_000.0, also=(number(2),))
    assert told(story).warnings() == ()
    story = Story()
    story.container("7:00", trade=Trade.DOMESTIC)
    story.stands("7:00", "D1-05-02-1")
    story.stated("8:00", PlaceKind.SLOT, "D1-07-02-1")
    assert told(story, "9:00").warnings() == ()


# Slots


def test_the_stock_moves_it_without_a_lift() -> None:
    story = stored()
    wrong = story.stated("8:00", PlaceKind.SLOT, "F1-03-01-1")
    watch = told(story)
    assert watch.warnings() == (), "the lift may still be told"
    watch.hears([], at("8:00:30"))
    warning = watch.only("R04")
    assert (warning.raised_at, warning.facts["cause"]) == (at("8:00"), "other_slot")
    assert (warning.place_x, warning.place_y) == pytest.approx((13.25, 8.6), abs=0.01), "where it really stands"
    assert warning.facts["difference_m"] == pytest.approx(6.5, abs=0.1)
    assert warning.evidence == (story.records[2].id, wrong.id)
    watch.hears([story.stands("8:30", "F1-01-01-1")])
    assert watch.only("R04").history[-1].note == "its place is certain again"


def test_the_stock_contradicts_the_last_lift() -> None:
    story = stored()
    story.move("7:30", MoveEvent.PICK, Purpose.RESTOW, SLOT, TRUCK)
    lift = story.dropped("7:40", "F1-05-01-1")
    story.stated("7:40", PlaceKind.SLOT, "F1-05-01-1")
    story.stated("8:00", PlaceKind.SLOT, "F1-07-01-1")
    warning = told(story, "8:01").only("R04")
    assert (warning.facts["against"], warning.facts["against_says"]) == ("lift", "F1-05-01-1")
    assert lift.id in warning.evidence


@pytest.mark.parametrize("why", ["said again", "lifted there", "lifted on", "lift told a little later", "on its way"])
def test_places_that_agree(why: str) -> None:
    story = stored()
    if why == "said again":
        story.stands("8:00", "F1-01-01-1")
    if why in ("lifted there", "lifted on"):
        story.move("7:50", MoveEvent.PICK, Purpose.RESTOW, SLOT, TRUCK)
    if why == "lifted there":
        story.dropped("8:00", "F1-03-01-1")
        story.stated("8:00", PlaceKind.SLOT, "F1-03-01-1")
    if why == "lifted on":
        story.stated("8:00", PlaceKind.SLOT, "F1-03-01-1")
    if why == "lift told a little later":
        story.stated("8:00", PlaceKind.SLOT, "F1-03-01-1")
        story.dropped("8:00:20", "F1-03-01-1")
    if why == "on its way":
        story.stated("8:00", PlaceKind.VEHICLE, "T1")
    assert told(story, "8:05").warnings() == ()


def test_two_wrong_slots_after_each_other_and_a_lift_that_settles_it() -> None:
    story = stored()
    story.stated("8:00", PlaceKind.SLOT, "F1-03-01-1")
    story.stated("8:10", PlaceKind.SLOT, "nowhere")
    story.move("8:20", MoveEvent.PICK, Purpose.RESTOW, SLOT, TRUCK)
    warning = told(story, "8:30").only("R04")
    assert (warning.active, warning.facts["says"]) == (False, "nowhere")


def test_a_late_lift_overturns() -> None:
    story = stored()
    story.stated("8:00", PlaceKind.SLOT, "F1-03-01-1")
    watch = told(story, "8:05")
    watch.hears([story.dropped("7:59", "F1-03-01-1")])
    assert watch.only("R04").overturned


# Seals


def sealed(x: float, y: float) -> Story:
    story = stored()
    story.seal("7:05", SealEventKind.LOCKED, x, y, authority="1")
    return story


def test_its_seal_tells_of_another_place() -> None:
    story = sealed(13.0, 9.0)
    story.fix("8:00", 90.0, 50.0, "JY-000001", kind=EntityKind.SEAL)
    story.fix("8:06", 90.0, 50.0, "JY-000001", kind=EntityKind.SEAL)
    watch = told(story)
    warning = watch.only("R04")
    assert (warning.raised_at, warning.facts["cause"], warning.facts["seal"]) == (
        at("8:00"), "seal_elsewhere", "JY-000001")
    assert warning.facts["difference_m"] == pytest.approx(87, abs=1)
    assert warning.place_x == pytest.approx(90.0, abs=0.1)
    watch.hears([story.fix("8:20", 14.0, 9.0, "JY-000001", kind=EntityKind.SEAL)])
    assert watch.only("R04").history[-1].note == "seal and slot agree again"


@pytest.mark.parametrize("why", ["near", "once", "opened", "just put down"])
def test_seals_that_may_well_be_there(why: str) -> None:
    story = sealed(13.0, 9.0)
    x = 40.0 if why == "near" else 90.0
    if why == "opened":
        story.seal("7:30", SealEventKind.UNLOCKED, authority="1")
    if why == "just put down":
        story.dropped("7:59", "F1-01-01-1")
    story.fix("8:00", x, 50.0 if x > 50.0 else 9.0, "JY-000001", kind=EntityKind.SEAL)
    if why == "opened" or why == "near":
        story.fix("8:10", x, 50.0 if x > 50.0 else 9.0, "JY-000001", kind=EntityKind.SEAL)
    assert told(story).warnings() == ()


# Stock without paper


def test_it_came_by_road_and_nobody_announced_it() -> None:
    story = Story()
    story.container("7:00")
    story.stated("7:00", PlaceKind.VEHICLE, "闽A1", arrived="6:59")
    story.passes_gate("7:10", Direction.IN)
    story.move("7:10", MoveEvent.GTIN, Purpose.DELIVERY, TRUCK, TRUCK)
    story.stated("7:10:01", PlaceKind.VEHICLE, "闽A1", arrived="7:10")
    story.dropped("7:30")
    watch = told(story)
    warning = watch.only("R04")
    assert (warning.raised_at, warning.noticed_at) == (at("7:10"), at("7:30"))
    assert (warning.facts["cause"], warning.place_y) == ("no_manifest", 300.0)
    assert warning.severity is Severity.HIGH
    assert warning.limits[0].parameter == "paper_grace_min"
    watch.hears([story.manifested("8:00")])
    assert (watch.only("R04").active, watch.only("R04").history[-1].note) == (False, "its paper came")


def test_it_stands_in_the_yard_and_nobody_announced_it() -> None:
    story = Story()
    story.container("7:00")
    story.stands("7:00", "F1-01-01-1")
    watch = told(story, "7:09")
    assert watch.warnings() == (), "its manifest may be late"
    watch.hears([], at("7:10"))
    assert watch.only("R04").zone == "FOREIGN"
    watch.hears([story.manifested("6:30")])
    assert watch.only("R04").overturned


@pytest.mark.parametrize("why", ["manifest in time", "declared in time", "gone again", "unknown trade"])
def test_papers_that_come_in_time_and_what_needs_none(why: str) -> None:
    story = Story()
    if why != "unknown trade":
        story.container("7:00")
    story.stated("7:00", PlaceKind.SLOT, "F1-01-01-1", arrived="7:00")
    if why == "manifest in time":
        story.manifested("7:05")
    if why == "declared in time":
        story.declares("7:05", DeclarationState.LODGED)
    if why == "gone again":
        story.stated("7:05", PlaceKind.OUTSIDE, "", present=False)
    assert told(story, "7:40").warnings() == ()


def test_a_paper_dated_too_late_is_told_though_all_came_at_once() -> None:
    story = Story()
    story.container("7:00")
    story.stated("7:00", PlaceKind.SLOT, "F1-01-01-1", arrived="7:00")
    story.manifested("8:00")
    watch = watching("R04")
    watch.hears(story.records)
    warning = watch.only("R04")
    assert (warning.active, warning.facts["difference_min"]) == (False, 60)


# Paper without stock


def announced(*landed: str) -> Story:
    """A call with two containers on its manifest, of which some were landed."""
    plan = layout()
    berth = Berth("B4", Name("4", "4"), "container", "T", (0.0, -40.0), (200.0, -40.0), 12.0, False)
    story = Story(PortIndex(dataclasses.replace(plan, berths=(berth,))))
    story.calls("6:00", CallState.ALONGSIDE)
    for box in (BOX, number(2)):
        story.container("6:00", box)
        story.manifested("6:10", box, call="CALL-1")
        story.stated("6:20", PlaceKind.VESSEL, "413000001/140284", box)
    for box in landed:
        story.move("8:00", MoveEvent.DISC, Purpose.DISCHARGE, (PlaceKind.VESSEL, "413000001/140284"), TRUCK, box)
    return story


def test_its_vessel_sailed_and_it_never_landed() -> None:
    story = announced(number(2))
    sailing = story.calls("9:00", CallState.DEPARTED, berth=None)
    watch = told(story, "9:29")
    assert watch.warnings() == ()
    watch.hears([], at("9:30"))
    warning = watch.only("R04")
    assert (warning.subject, warning.raised_at) == (BOX, at("9:00"))
    assert (warning.facts["cause"], warning.facts["call"], warning.facts["disagrees"]) == (
        "never_landed", "CALL-1", "manifest")
    assert (warning.place_x, warning.place_y) == (100.0, -40.0)
    assert sailing.id in warning.evidence
    watch.hears([story.move("10:00", MoveEvent.DISC, Purpose.DISCHARGE, (PlaceKind.VESSEL, ""), TRUCK)])
    assert (watch.only("R04").active, watch.only("R04").facts["difference_min"]) == (False, 60)


def test_a_late_word_of_the_landing_overturns() -> None:
    story = announced(number(2))
    story.calls("9:00", CallState.DEPARTED)
    watch = told(story, "9:40")
    watch.hears([story.move("8:59", MoveEvent.DISC, Purpose.DISCHARGE, (PlaceKind.VESSEL, ""), TRUCK)])
    assert watch.only("R04").overturned


def test_who_is_only_on_board_for_the_next_port_and_who_left_here_is_not_missed() -> None:
    story = announced(BOX, number(2))
    story.manifested("6:10", number(3), call="CALL-1", mode=DeclarationMode.EXPORT)
    story.calls("9:00", CallState.DEPARTED)
    assert told(story, "12:00").warnings() == ()


def test_a_line_known_only_after_the_sailing() -> None:
    story = announced(BOX, number(2))
    story.calls("9:00", CallState.DEPARTED)
    watch = told(story, "9:40")
    watch.hears([story.manifested("8:00", number(3), call="CALL-1")])
    assert watch.only("R04").subject == number(3)


@pytest.mark.parametrize("kind", ["weight", "slot", "paper", "landing"])
def test_any_order_comes_to_the_same_conclusion(kind: str) -> None:
    story = stored() if kind in ("weight", "slot") else Story() if kind == "paper" else announced(number(2))
    if kind == "weight":
        story.container("8:00", kg=26_000.0)
        story.declares("8:10", DeclarationState.ACCEPTED)
        story.container("8:30", kg=20_100.0)
    if kind == "slot":
        story.stated("8:00", PlaceKind.SLOT, "F1-03-01-1")
        story.stated("8:20", PlaceKind.SLOT, "F1-01-01-1")
        story.move("8:40", MoveEvent.PICK, Purpose.PICKUP, SLOT, TRUCK)
    if kind == "paper":
        story.container("7:00")
        story.stated("7:00", PlaceKind.SLOT, "F1-01-01-1", arrived="7:00")
        story.manifested("7:30")
    if kind == "landing":
        story.calls("9:00", CallState.DEPARTED)
    assert same_in_any_order(story, StockMismatch(), at("12:00"), timed=kind not in ("weight", "slot"))
