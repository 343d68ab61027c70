"""What lies over the port: trails with their times, heat maps, the measured line, pins, and the grid of heights."""

from __future__ import annotations

import numpy as np
import pytest

from layers.cutaway import Cutaway, CutMode
from layers.heat import FULL_DWELL_MS, FULL_SILENCE_MS, HeatLayer, HeatMode
from layers.names import length_words
from layers.pins import Pin, PinsLayer
from layers.tools import Tool, Tools
from layers.trails import KEPT, WINDOW_S
from tests.core.test_layers_warnings import warning
from tests.harbour import Harbour, layout
from tests.second_port import layout as feeder_port
from twin.legal_state import LegalState

TRUCK = "闽A1"


def drive(harbour: Harbour, metres: float, steps: int = 1, every_ms: int = 5_000) -> None:
    for _ in range(steps):
        harbour.now += every_ms
        row = int(harbour.movers.rows([TRUCK])[0])
        x = float(harbour.movers.x[row])
        harbour.step(movers=[harbour.drive(TRUCK, (x if np.isfinite(x) else -300.0) + metres, 60.0, 90.0)])


def test_a_trail_is_the_way_in_order_with_its_times() -> None:
    harbour = Harbour()
    drive(harbour, 20.0, 6)
    ends, times = harbour.layers.trails.segments(harbour.now)
    assert ends.shape == (5, 2, 2)
    assert (np.diff(ends[:, 0, 0]) > 0.0).all(), "eastwards, as it drove"
    assert (times[:, 1] - times[:, 0]) == pytest.approx(np.full(5, 5.0))
    assert ends[-1, 1, 0] == pytest.approx(-180.0)


def test_a_truck_that_stands_leaves_no_trail_and_a_jump_is_not_a_way() -> None:
    harbour = Harbour()
    drive(harbour, 20.0, 2)
    drive(harbour, 0.4, 5)
    ends, _ = harbour.layers.trails.segments(harbour.now)
    assert len(ends) <= 2
    drive(harbour, 4_000.0)
    ends, _ = harbour.layers.trails.segments(harbour.now)
    assert np.hypot(*(ends[:, 1] - ends[:, 0]).T).max() < 150.0


def test_trails_end_with_their_window_and_with_their_room() -> None:
    harbour = Harbour()
    drive(harbour, 10.0, KEPT + 30, every_ms=1_000)
    ends, times = harbour.layers.trails.segments(harbour.now)
    assert len(ends) == KEPT - 1
    assert (np.diff(times[:, 0]) > 0.0).all(), "the ring buffer is unrolled"
    ends, _ = harbour.layers.trails.segments(harbour.now + round(WINDOW_S * 1000) + 1_000)
    assert len(ends) == 0


def test_after_a_seek_trails_begin_anew() -> None:
    harbour = Harbour()
    drive(harbour, 20.0, 6)
    harbour.epoch += 1
    harbour.step()
    assert len(harbour.layers.trails.segments(harbour.now)[0]) == 0
    drive(harbour, 20.0, 3)
    assert 1 <= len(harbour.layers.trails.segments(harbour.now)[0]) <= 3


def test_trails_tell_viewers_at_most_once_a_second() -> None:
    harbour = Harbour()
    harbour.layers.trails.set_visible(True)
    before = harbour.layers.trails.revision
    drive(harbour, 3.0, 40, every_ms=100)
    assert 3 <= harbour.layers.trails.revision - before <= 6


# Heat ---------------------------------------------------------------------------------------------------------------


def value_at(heat: HeatLayer, x: float, y: float) -> float:
    column, row = np.floor((np.array([x, y]) - heat.low) / 12.0).astype(int)
    return float(heat.value[row, column])


def show(harbour: Harbour, mode: HeatMode) -> HeatLayer:
    heat = harbour.layers.heat
    heat.show(mode)
    harbour.layers.advance(harbour.now)
    return heat


def test_dwell_is_cool_where_boxes_came_today_and_hot_where_they_stand_a_week() -> None:
    harbour = Harbour()
    fresh = harbour.stand("TCLU0000001", 0, 2, 1, 1, arrived_at=harbour.now - 3_600_000)
    old = harbour.stand("TCLU0000002", 3, 2, 1, 1, arrived_at=harbour.now - 2 * FULL_DWELL_MS)
    harbour.step(containers=[fresh, old])
    heat = show(harbour, HeatMode.DWELL)
    assert value_at(heat, *harbour.containers.xyz[fresh, :2]) < 0.02
    assert value_at(heat, *harbour.containers.xyz[old, :2]) == pytest.approx(1.0)
    assert np.isnan(value_at(heat, -20.0, 85.0)), "where nothing stands there is nothing to tell"


def test_risk_lies_where_customs_holds_and_where_a_warning_is_open() -> None:
    harbour = Harbour()
    held = harbour.stand("TCLU0000001", 0, 2, 3, 1, legal_state=LegalState.HELD)
    calm = harbour.stand("TCLU0000002", 1, 20, 3, 1)
    found = harbour.stand("TCLU0000003", 3, 10, 3, 1)
    harbour.step(containers=[held, calm, found], warnings=(warning("W1", "container", "TCLU0000003"),))
    heat = show(harbour, HeatMode.RISK)
    at_held, at_found = (value_at(heat, *harbour.containers.xyz[row, :2]) for row in (held, found))
    assert at_found > at_held > 0.1
    assert np.isnan(value_at(heat, *harbour.containers.xyz[calm, :2]))


def test_a_road_nobody_reports_from_becomes_a_blind_spot() -> None:
    harbour = Harbour(feeder_port())
    node = {n.id: n.at for n in harbour.layout.road_nodes}
    edge = next(e for e in harbour.layout.road_edges if e.kind.value == "main")
    x, y = node[edge.start]
    harbour.step(movers=[harbour.drive(TRUCK, x, y, 0.0)])
    heat = show(harbour, HeatMode.FRESHNESS)
    assert value_at(heat, x, y) == pytest.approx(0.0)
    harbour.now += FULL_SILENCE_MS // 2
    harbour.layers.advance(harbour.now)
    assert value_at(heat, x, y) == pytest.approx(0.5)
    harbour.step(movers=[harbour.drive(TRUCK, x, y, 0.0)])
    harbour.now += 3_000
    harbour.layers.advance(harbour.now)
    assert value_at(heat, x, y) < 0.01
    others = heat.value[np.isfinite(heat.value)]
    assert others.max() > 0.5, "the other roads are still silent"


def test_traffic_is_hot_where_it_runs_and_cools_down() -> None:
    harbour = Harbour()
    harbour.step(movers=[harbour.drive(TRUCK, -100.0, 200.0, 90.0)])
    for _ in range(30):
        harbour.step(movers=[harbour.drive(TRUCK, -100.0, 200.0, 90.0)])
    heat = show(harbour, HeatMode.TRAFFIC)
    hot = value_at(heat, -100.0, 200.0)
    assert hot > 0.3
    harbour.now += 20 * 60_000
    harbour.layers.advance(harbour.now)
    assert value_at(heat, -100.0, 200.0) == pytest.approx(0.5 * hot, rel=0.05), "two half-lives, and the root of it"


def test_a_map_is_worked_out_only_while_it_is_shown() -> None:
    harbour = Harbour()
    row = harbour.stand("TCLU0000001", 0, 2, 1, 1, arrived_at=harbour.now - FULL_DWELL_MS)
    harbour.step(containers=[row])
    heat = harbour.layers.heat
    assert not heat.visible
    assert np.isnan(heat.value).all()
    show(harbour, HeatMode.DWELL)
    assert np.isfinite(heat.value).sum() >= 1
    heat.show(None)
    assert not heat.visible
    assert np.isnan(heat.value).all()


# Measuring, pins ----------------------------------------------------------------------------------------------------


def test_a_line_is_measured_click_by_click_in_space() -> None:
    tools = Tools()
    tools.touch((0.0, 0.0, 0.0))
    assert tools.line == (), "without the tool a click measures nothing"
    tools.take(Tool.MEASURE)
    for place in ((0.0, 0.0, 0.0), (30.0, 40.0, 0.0), (30.0, 40.0, 12.0)):
        tools.touch(place)
    assert tools.length_m == pytest.approx(62.0)
    tools.finish()
    assert tools.tool is Tool.SELECT
    assert len(tools.line) == 3, "the line stays"
    tools.take(Tool.MEASURE)
    assert tools.line == ()
    tools.take(Tool.MEASURE)
    assert tools.tool is Tool.SELECT, "the same key puts the tool away"


@pytest.mark.parametrize(("metres", "words"), [(0.0, "0.0 m"), (62.04, "62.0 m"), (999.94, "999.9 m"),
                                               (1234.5, "1.234 km")])
def test_lengths_are_said_in_metres_or_kilometres(metres: float, words: str) -> None:
    assert length_words(metres) == words


def test_a_pin_tool_sets_one_place_and_is_put_away() -> None:
    tools = Tools()
    tools.take(Tool.PIN)
    tools.touch((1.0, 2.0, 0.0))
    assert tools.pinned == (1.0, 2.0, 0.0)
    assert tools.tool is Tool.SELECT


def test_a_pin_holds_from_one_instant_to_another() -> None:
    layer = PinsLayer()
    layer.add(Pin("p1", "涉嫌漏检", 1.0, 2.0, 0.0, 1_000, 2_000))
    layer.add(Pin("p2", "改道", 5.0, 2.0, 0.0, 1_500))
    seen = []
    for now in (999, 1_000, 1_500, 1_999, 2_000, 9_000):
        layer.advance(now)
        seen.append([pin.id for pin in layer.shown])
    assert seen == [[], ["p1"], ["p1", "p2"], ["p1", "p2"], ["p2"], ["p2"]]
    layer.advance(1_600)
    assert len(layer.shown) == 2, "played back it stands again"
    layer.add(Pin("p1", "已复查", 1.0, 2.0, 0.0, 1_000, 2_000))
    assert [pin.text for pin in layer.shown] == ["改道", "已复查"]
    layer.remove("p2")
    layer.remove("nobody")
    assert [pin.id for pin in layer.shown] == ["p1"]


# Heights ------------------------------------------------------------------------------------------------------------


def test_the_grid_of_heights_knows_stacks_and_buildings() -> None:
    harbour = Harbour()
    rows = [harbour.stand(f"TCLU{tier:07d}", 0, 10, 3, tier) for tier in (1, 2, 3)]
    harbour.step(containers=rows)
    sky = harbour.layers.skyline
    sky.update()
    assert sky.at(harbour.containers.xyz[rows[0], :2]) == pytest.approx(3 * 2.591, abs=0.01)
    assert sky.at(np.array([105.0, 315.0])) == pytest.approx(9.0), "the inspection hall"
    assert sky.at(np.array([[9_999.0, 0.0], [-5.0, 60.0]])).tolist() == [0.0, 0.0]
    before = sky.revision
    sky.update()
    assert sky.revision == before, "nothing changed, nothing is looked at"


def test_a_busy_yard_is_in_the_grid_of_heights_at_once() -> None:
    harbour = Harbour(layout(columns=2, lines=8))
    sky = harbour.layers.skyline
    sky.update()
    rows = [harbour.stand(f"TCLU{block:07d}", block, 10, 3, 1) for block in range(len(harbour.layout.blocks))]
    harbour.step(containers=rows)
    sky.update()
    assert sky.at(harbour.containers.xyz[rows, :2]) == pytest.approx(np.full(len(rows), 2.591), abs=0.01)
    harbour.containers.put(rows[:3], present=False)
    harbour.step(containers=rows[:3])
    sky.update()
    assert (sky.at(harbour.containers.xyz[rows, :2]) > 0.0).tolist() == [False] * 3 + [True] * (len(rows) - 3)


def test_what_lies_behind_a_stack_is_hidden_and_above_it_seen() -> None:
    harbour = Harbour()
    rows = [harbour.stand(f"TCLU{k:07d}", 0, bay, 3, tier)
            for k, (bay, tier) in enumerate((bay, tier) for bay in range(2, 39, 4) for tier in range(1, 5))]
    harbour.step(containers=rows)
    x, y = harbour.layout.blocks[0].ground(18, 3)
    places = np.array([[x, y + 25.0, 1.0], [x, y - 25.0, 1.0], [x, y + 25.0, 30.0], [x, y, 10.4]])
    hidden = harbour.layers.skyline.hides((float(x), float(y) - 60.0, 2.0), places)
    assert hidden.tolist() == [True, False, False, False]
    assert not harbour.layers.skyline.hides((float(x), float(y) - 60.0, 200.0), places).any(), "from above all is seen"
    harbour.layers.containers.set_cutaway(Cutaway("B11", CutMode.XRAY, 2))
    assert not harbour.layers.skyline.hides((float(x), float(y) - 60.0, 2.0), places).any()
    assert harbour.layers.skyline.hides((0.0, 0.0, 5.0), np.empty((0, 3))).tolist() == []
