"""R02: foreign goods or their vehicle inside the domestic fence or the reverse; entry into a closed area."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests.core.small_port import box, small_port
from tests.core.timeline import BOX, Story, Watch, at, number, watching
from twin.port_index import PortIndex
from twin.port_layout import Fence, FenceClass, Name
from twin.records import EntityKind, MoveEvent, PlaceKind, Purpose, Trade, VehicleKind
from twin.rules.fence_cells import FenceCells
from twin.warnings import Severity, Verb

PLATE = "闽A1"


def truck(trade: Trade = Trade.FOREIGN, kind: VehicleKind = VehicleKind.ROAD_TRUCK) -> Story:
    story = Story()
    story.vehicle("7:00", PLATE, kind, trade)
    story.fix("8:00:00", 150.0, 30.0)
    return story


def carries(story: Story, trade: Trade, when: str = "7:30") -> Story:
    story.container("7:00", trade=trade)
    story.lifted_for_exit(when, plate=PLATE) if trade is Trade.DOMESTIC else story.move(
        when, MoveEvent.PICK, Purpose.RESTOW, (PlaceKind.SLOT, "F1-01-01-1"), (PlaceKind.VEHICLE, PLATE))
    return story


def told(story: Story) -> Watch:
    return watching("R02", index=story.index).hears_one_by_one(story.records)


def test_a_foreign_truck_deep_in_the_domestic_area_fires_at_the_first_fix() -> None:
    story = truck()
    inside = story.fix("8:00:20", 220.0, 30.0)
    warning = told(story).only("R02")
    assert (warning.subject_kind, warning.subject, warning.raised_at) == ("vehicle", PLATE, at("8:00:20"))
    assert (warning.place_x, warning.place_y) == pytest.approx((220.0, 30.0), abs=0.01)
    assert (warning.zone, warning.severity) == ("DOMESTIC", Severity.HIGH)
    assert warning.facts == {"fence": "FD", "fence_class": "domestic", "vehicle": PLATE, "how": "inside"}
    assert warning.evidence == (inside.id,)


def test_the_load_decides_over_the_trucks_own_trade() -> None:
    story = carries(truck(Trade.DOMESTIC), Trade.FOREIGN)
    story.fix("8:00:20", 220.0, 30.0)
    assert told(story).only("R02").facts["container"] == BOX


def test_domestic_goods_in_the_foreign_area() -> None:
    story = carries(truck(Trade.DOMESTIC), Trade.DOMESTIC)
    story.fix("8:00:20", 50.0, 30.0)
    assert told(story).only("R02").facts["fence"] == "FF"


@pytest.mark.parametrize(("trade", "x"), [(Trade.FOREIGN, 50.0), (Trade.DOMESTIC, 250.0), (Trade.FOREIGN, 330.0)])
def test_everybody_at_home_and_the_inspection_site_open_to_all(trade: Trade, x: float) -> None:
    story = truck(trade)
    story.fix("8:00:20", x, 30.0 if x < 300.0 else 230.0)
    story.fix("8:00:22", x + 5.0, 30.0 if x < 300.0 else 230.0)
    assert told(story).warnings() == ()


@pytest.mark.parametrize("kind", [VehicleKind.TERMINAL_TRACTOR, VehicleKind.AGV, VehicleKind.PATROL])
def test_the_ports_own_vehicles_go_anywhere_while_empty(kind: VehicleKind) -> None:
    story = truck(Trade.FOREIGN, kind)
    story.fix("8:00:20", 250.0, 30.0)
    story.fix("8:00:40", 420.0, 30.0)
    assert told(story).warnings() == ()


def test_a_tractor_with_foreign_goods_in_the_domestic_area_fires() -> None:
    story = carries(truck(Trade.DOMESTIC, VehicleKind.TERMINAL_TRACTOR), Trade.TRANSIT)
    story.fix("8:00:20", 250.0, 30.0)
    assert told(story).only("R02")


@pytest.mark.parametrize("known", [True, False])
def test_a_road_truck_or_an_unknown_vehicle_in_a_closed_area_fires(known: bool) -> None:
    story = truck(Trade.DOMESTIC) if known else Story()
    story.fix("8:00:20", 420.0, 30.0)
    assert told(story).only("R02").facts["fence_class"] == "closed"


def test_an_officer_on_foot_is_no_vehicle() -> None:
    story = Story()
    story.fix("8:00:20", 420.0, 30.0, "Officer Lin", kind=EntityKind.OFFICER)
    assert told(story).warnings() == ()


def test_crossing_between_two_fixes_counts_and_clears_at_once() -> None:
    story = truck()
    story.fix("8:00:10", 190.0, 30.0)
    story.fix("8:00:18", 310.0, 30.0, speed=15.0)
    warning = told(story).only("R02")
    assert (warning.facts["how"], warning.active) == ("crossed", False)
    assert [s.verb for s in warning.history] == [Verb.RAISE, Verb.CLEAR]


@pytest.mark.parametrize(("seconds", "start", "end"), [
    (20, (190.0, 30.0), (310.0, 30.0)),  # nobody knows the way taken in twenty seconds
    (8, (190.0, 61.0), (310.0, 61.0)),  # along the fence outside
    (8, (195.0, 55.0), (205.0, 65.0)),  # round its corner
    (8, (-100.0, 400.0), (310.0, 30.0)),  # a leap no truck makes
])
def test_what_is_no_crossing(seconds: int, start: tuple[float, float], end: tuple[float, float]) -> None:
    story = truck()
    story.fix("8:10:00", *start)
    story.fix(at("8:10:00") + 1000 * seconds, *end)
    assert told(story).warnings() == ()


def test_hysteresis_one_shallow_fix_is_noise_two_are_not() -> None:
    story = truck()
    story.fix("8:00:20", 204.0, 30.0, accuracy=2.0)
    story.fix("8:00:22", 198.0, 30.0)
    story.fix("8:00:24", 204.0, 30.0)
    watch = told(story)
    assert watch.warnings() == ()
    watch.hears([story.fix("8:00:26", 205.0, 30.0)])
    assert watch.only("R02").raised_at == at("8:00:26")


def test_a_shallow_fix_within_its_accuracy_never_counts() -> None:
    story = truck()
    for second in range(10):
        story.fix(at("8:00:20") + 2000 * second, 204.0, 30.0, accuracy=5.0)
    assert told(story).warnings() == ()


def test_a_long_stay_is_one_warning_and_leaving_clears_it() -> None:
    story = truck()
    for second in range(30):
        story.fix(at("8:01:00") + 2000 * second, 220.0 + second, 30.0)
    story.fix("8:03:00", 250.0, 61.0)
    watch = told(story)
    assert watch.only("R02").active, "on the line it has neither left nor entered"
    watch.hears([story.fix("8:03:20", 250.0, 75.0)])
    warning = watch.only("R02")
    assert not warning.active
    assert warning.history[-1].note == "left the area"
    assert len(warning.evidence) == 2, "the fix it was raised for and the one that cleared it"
    watch.hears([story.fix("8:03:40", 250.0, 30.0)])
    assert watch.only("R02").active, "it came back before anybody closed the warning"


def test_many_fixes_in_one_step_are_judged_one_by_one() -> None:
    story = truck()
    for second, x in enumerate((190.0, 220.0, 250.0, 280.0, 320.0)):
        story.fix(at("8:00:10") + 2000 * second, x, 30.0)
    watch = watching("R02")
    watch.hears(story.records)
    warning = watch.only("R02")
    assert not warning.active
    assert warning.raised_at == at("8:00:12")


def test_a_late_fix_raises_what_happened_then_and_moves_no_marker() -> None:
    story = truck()
    story.fix("8:01:00", 150.0, 100.0)
    late = story.fix("8:00:30", 250.0, 30.0)
    watch = told(story)
    warning = watch.only("R02")
    assert (warning.raised_at, warning.active) == (at("8:00:30"), False)
    assert late.id in warning.evidence
    assert watch.twin.movers.y[0] == pytest.approx(100.0, abs=0.01)


def test_a_late_fix_of_a_breach_that_goes_on_dates_it_back() -> None:
    story = truck()
    story.fix("8:01:00", 250.0, 30.0)
    story.fix("8:00:30", 230.0, 30.0)
    warning = told(story).only("R02")
    assert (warning.raised_at, warning.active) == (at("8:00:30"), True)


def test_repeated_fixes_change_nothing() -> None:
    story = truck()
    story.fix("8:00:20", 220.0, 30.0)
    watch = told(story)
    before = watch.only("R02")
    watch.hears(story.records)
    assert watch.only("R02") is before


def test_what_a_truck_carried_when_it_was_there_counts_not_what_it_carries_now() -> None:
    story = carries(truck(Trade.DOMESTIC), Trade.FOREIGN)
    story.fix("8:00:20", 220.0, 30.0)
    story.dropped("8:01", "F1-03-01-1", PLATE)
    watch = watching("R02")
    watch.hears(story.records)  # the drop is known before the fix is judged
    assert watch.only("R02").facts["container"] == BOX


def test_open_hours_are_local() -> None:
    port = small_port((("08:00", "12:00"),))
    story = Story(port)
    story.vehicle("7:00", PLATE)
    story.fix("11:59:40", 220.0, 30.0)
    watch = told(story)
    assert watch.warnings() == (), "the fence is open until noon in Jiangyin"
    watch.hears([story.fix("12:00:10", 220.0, 30.0)])
    assert watch.only("R02").raised_at == at("12:00:10")


def test_hours_past_midnight() -> None:
    port = small_port((("22:00", "06:00"),))
    story = Story(port)
    story.vehicle("0:00", PLATE)
    story.fix("5:59", 220.0, 30.0)
    story.fix("23:00", 220.0, 30.0)
    watch = told(story)
    assert watch.warnings() == ()
    watch.hears([story.fix(at("23:00") + 8 * 3_600_000, 220.0, 30.0)])
    assert watch.only("R02")


def test_a_foreign_container_put_down_in_the_domestic_yard() -> None:
    story = Story()
    story.container("7:00")
    story.dropped("8:00", "D1-05-02-1", "T1")
    watch = told(story)
    warning = watch.only("R02")
    assert (warning.subject_kind, warning.subject, warning.facts["slot"]) == ("container", BOX, "D1-05-02-1")
    back = story.move("8:30", MoveEvent.PICK, Purpose.RESTOW, (PlaceKind.SLOT, "D1-05-02-1"), (PlaceKind.VEHICLE, "T1"))
    watch.hears([back])
    assert not watch.only("R02").active


def test_a_container_put_down_wrongly_and_taken_away_before_it_was_known() -> None:
    story = Story()
    story.container("7:00")
    story.dropped("9:00", "F1-05-02-1", "T1")
    story.dropped("8:00", "D1-05-02-1", "T1")
    assert not told(story).only("R02").active


@pytest.mark.parametrize(("trade", "slot"), [(Trade.FOREIGN, "F1-05-02-1"), (Trade.DOMESTIC, "D1-05-02-1"),
                                             (Trade.FOREIGN, "Q9-05-02-1")])
def test_containers_put_where_they_belong_or_where_nobody_knows(trade: Trade, slot: str) -> None:
    story = Story()
    story.container("7:00", trade=trade)
    story.dropped("8:00", slot, "T1")
    assert told(story).warnings() == ()


def test_a_standing_stock_raises_nothing() -> None:
    story = Story()
    for serial in range(1, 10):
        story.container("7:00", number(serial))
        story.stands("7:00", f"F1-{2 * serial - 1:02d}-01-1", number(serial))
    assert told(story).warnings() == ()


def test_a_port_without_fences_is_left_in_peace() -> None:
    port = PortIndex(dataclasses.replace(small_port().layout, fences=()))
    story = Story(port)
    story.vehicle("7:00", PLATE)
    story.fix("8:00:20", 220.0, 30.0)
    story.container("7:00")
    story.dropped("8:00", "D1-05-02-1", "T1")
    assert told(story).warnings() == ()


def test_the_grid_misses_no_fence_that_a_way_touches() -> None:
    port = small_port()
    cells = FenceCells(port)
    rng = np.random.default_rng(7)
    start, end = rng.uniform(-80.0, 520.0, (2, 4_000, 2))
    near = cells.near(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    told = set(zip(near.which.tolist(), near.fence.tolist(), strict=True))
    assert len(told) == len(near.which), "each pair once"
    touched = 0
    for fence in range(len(port.fence_polygons)):
        chord = cells.chord(np.full(4_000, fence), start[:, 0], start[:, 1], end[:, 0], end[:, 1])
        inside = np.flatnonzero(chord > 0.0)
        touched += len(inside)
        assert all((way, fence) in told for way in inside.tolist())
    assert touched > 500
    assert len(told) < 4_000 * len(port.fence_polygons) / 2, "and it does rule some out"


def test_the_middle_of_a_cell_tells_how_deep_its_points_lie() -> None:
    port = small_port()
    cells = FenceCells(port)
    x, y = np.random.default_rng(8).uniform(-80.0, 520.0, (2, 4_000))
    pairs = cells.near(np.full(4_000, np.nan), np.full(4_000, np.nan), x, y)
    exact = cells.depth(pairs.fence, x[pairs.which], y[pairs.which])
    assert len(pairs.which) > 500
    assert np.abs(exact - pairs.depth).max() <= cells.slack_m + 1e-3
    assert cells.memory_bytes > 0


def test_four_hundred_fences_are_kept_apart() -> None:
    """Twenty by twenty yards of 20 m, side by side, foreign and domestic in turn like a chessboard."""
    fences = tuple(
        Fence(f"F{i}", Name("围网", "fence"), FenceClass.FOREIGN if (i % 20 + i // 20) % 2 else FenceClass.DOMESTIC,
              box(20.0 * (i % 20), 20.0 * (i // 20), 20.0 * (i % 20 + 1), 20.0 * (i // 20 + 1)), "test", (), 2.5)
        for i in range(400))
    port = PortIndex(dataclasses.replace(small_port().layout, fences=fences))
    story = Story(port)
    story.vehicle("7:00", PLATE)
    for step, (column, line) in enumerate([(3, 2), (5, 7), (19, 19), (0, 1)]):  # two of them domestic
        story.fix(at("8:00:20") + 60_000 * step, 20.0 * column + 10.0, 20.0 * line + 10.0)
    watch = told(story)
    warning = watch.only("R02")
    assert (warning.raised_at, warning.facts["fence"], warning.active) == (at("8:01:20"), "F399", False)
    fences = [d.warnings[0].facts["fence"] for d in watch.deltas if d.warnings]
    assert fences == ["F145", "F399", "F399"], "in, over, out"
