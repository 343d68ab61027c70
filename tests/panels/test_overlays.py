"""What lies over the 3D view: scale, breadcrumb, minimap and yard card tell what the scene shows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from layers.selection import Selection
from layers.view import Cut, Drill, LookAt, Ride, Up
from tests.core.timeline import Story, at, number
from tests.second_port import index as feeder_port


@pytest.mark.parametrize("metres_per_pixel", [0.0, -1.0, math.nan, math.inf])
def test_before_the_first_picture_the_scale_waits_for_a_size(office, open_window, metres_per_pixel):
    window = open_window(office(Story(), at("8:10")))
    bar = window.scene.scale._bar
    window.scene.scale.show_view(1.5, 30.0)
    before = (bar._metres, bar._width)
    window.scene.scale.show_view(metres_per_pixel, 30.0)
    assert (bar._metres, bar._width) == before


@pytest.mark.parametrize(("metres_per_pixel", "metres"), [(1.5, 100.0), (0.02, 2.0), (40.0, 2000.0), (1e-7, 1e-5)])
def test_the_scale_bar_is_a_round_length_that_fits(office, open_window, metres_per_pixel, metres):
    window = open_window(office(Story(), at("8:10")))
    bar = window.scene.scale._bar
    window.scene.scale.show_view(metres_per_pixel, 30.0)
    assert bar._metres == pytest.approx(metres)
    assert bar._width == pytest.approx(metres / metres_per_pixel, abs=1.0)


def _yard() -> Story:
    story = Story()
    for serial, slot in ((1, "F1-02-01-1"), (2, "F1-02-01-2"), (3, "F1-02-02-1"), (4, "F1-05-03-1")):
        story.container("8:00", number(serial), type_code="22G1" if slot.startswith("F1-05") else "42G1")
        story.stands("8:00", slot, number(serial))
    return story


def _desk(office, open_window):
    desk = office(_yard(), at("8:10"))
    window = open_window(desk)
    window.resize(1600, 900)
    desk.tell()
    for _ in range(14):
        window.heartbeat.step()
    return desk, window


def test_nothing_of_the_yard_is_drawn_flat_until_a_block_is_chosen(office, open_window):
    desk, window = _desk(office, open_window)
    assert window.scene.yard_card is None
    desk.layers.selection.select(Selection("zone", "FOREIGN"))
    window.heartbeat.step()
    assert not window.scene.yard_card.isVisible()


def test_the_plan_shows_the_block_of_the_selection_and_its_fullest_bay(office, open_window):
    desk, window = _desk(office, open_window)
    desk.layers.selection.select(Selection("block", "F1"))
    window.heartbeat.step()
    card = window.scene.yard_card
    assert card.isVisible()
    assert card._plan._plan.teu == 7
    assert card._bay == 2
    assert card._side._bay.rows.tolist() == [desk.twin.containers.row_of[number(serial)] for serial in (1, 2, 3)]


def test_a_click_on_a_box_of_the_bay_selects_the_container_everywhere(office, open_window, qtbot):
    desk, window = _desk(office, open_window)
    desk.layers.selection.select(Selection("bay", "F1-02"))
    window.heartbeat.step()
    side = window.scene.yard_card._side
    qtbot.mouseClick(side, Qt.MouseButton.LeftButton, pos=side._box(1, 2, 0).center().toPoint())
    assert desk.layers.selection.current == Selection("container", number(2))
    window.heartbeat.step()
    assert "贝 02" in window.scene.breadcrumb._label.text()
    assert window.scene.yard_card.isVisible()
    qtbot.mouseClick(side, Qt.MouseButton.LeftButton, pos=side._box(4, 3, 0).center().toPoint())
    assert desk.layers.selection.current == Selection("slot", "F1-02-04-3")
    window.heartbeat.step()
    assert window.detail._title.text() == "F1-02-04-3"


def test_a_click_on_the_plan_chooses_the_bay_and_the_keys_go_on(office, open_window, qtbot):
    desk, window = _desk(office, open_window)
    desk.layers.selection.select(Selection("block", "F1"))
    window.heartbeat.step()
    plan = window.scene.yard_card._plan
    grid = plan._grid()
    spot = QPointF(grid.left() + grid.width() * 0.45, grid.center().y())
    qtbot.mouseClick(plan, Qt.MouseButton.LeftButton, pos=spot.toPoint())
    assert desk.layers.selection.current == Selection("bay", "F1-10")
    window.heartbeat.step()
    window.actions_by_id["bay.next"].trigger()
    assert desk.layers.selection.current == Selection("bay", "F1-12")
    window.heartbeat.step()
    for _ in range(20):
        window.actions_by_id["bay.previous"].trigger()
        window.heartbeat.step()
    assert desk.layers.selection.current == Selection("bay", "F1-02"), "it ends at the block's end"


def test_a_bay_of_two_lengths_shows_twenty_foot_boxes_as_halves(office, open_window):
    desk, window = _desk(office, open_window)
    desk.layers.selection.select(Selection("bay", "F1-06"))
    window.heartbeat.step()
    bay = window.scene.yard_card._side._bay
    assert bay.part.tolist() == [-1]
    box, whole = (window.scene.yard_card._side._box(3, 1, part) for part in (-1, 0))
    assert box.width() < 0.6 * whole.width()


def test_the_minimap_comes_after_the_first_picture_and_a_click_goes_there(office, open_window, qtbot):
    desk, window = _desk(office, open_window)
    small = window.scene.minimap
    assert small is not None
    assert small.isVisible()
    before = desk.layers.view.revision
    qtbot.mouseClick(small.map, Qt.MouseButton.LeftButton, pos=small.map.rect().center())
    command = desk.layers.view.command
    assert desk.layers.view.revision > before
    assert isinstance(command, LookAt)
    zones = np.concatenate([zone.outline for zone in desk.story.index.layout.zones])
    middle = 0.5 * (zones.min(axis=0) + zones.max(axis=0))
    assert math.dist((command.x, command.y), middle) < 20.0
    window.actions_by_id["overlay.minimap"].trigger()
    assert not small.isVisible()


def test_no_two_acts_have_the_same_key(office, open_window):
    _, window = _desk(office, open_window)
    keys = [action.shortcut().toString() for _, action in window.actions_by_id if action.shortcut().toString()]
    assert sorted(keys) == sorted(set(keys))


def test_every_act_on_the_scene_can_be_found_by_name(office, open_window):
    desk, window = _desk(office, open_window)
    desk.layers.selection.select(Selection("bay", "F1-02"))
    for act, mode in (("view.xray", "xray"), ("view.section", "section"), ("view.explode", "explode")):
        window.actions_by_id[act].trigger()
        assert desk.layers.view.command == Cut(mode)
    window.actions_by_id["view.up"].trigger()
    assert desk.layers.view.command == Up()
    window.actions_by_id["view.deeper"].trigger()
    assert desk.layers.view.command == Drill(Selection("bay", "F1-02"))
    window.actions_by_id["view.patrol"].trigger()
    assert desk.layers.view.ride is Ride.PATROL
    window.actions_by_id["view.patrol"].trigger()
    assert desk.layers.view.ride is None
    window.actions_by_id["selection.clear"].trigger()
    assert desk.layers.selection.current is None


def test_the_desk_opens_on_another_port_with_its_own_names(office, open_window, qtbot):
    story = Story(feeder_port())
    story.container("8:00", number(1), type_code="42G1")
    story.stands("8:00", "R1-02-01-1", number(1))
    desk = office(story, at("8:10"), "en")
    window = open_window(desk)
    window.resize(1600, 900)
    desk.tell()
    for _ in range(14):
        window.heartbeat.step()
    assert "Aland feeder port" in window.windowTitle()
    assert [button.text() for button, _ in window.scene.viewpoints._buttons] == ["Whole port", "Port gate", "Quay"]
    assert window.scene.scale._note.isHidden(), "this one is surveyed"
    desk.layers.selection.select(Selection("container", number(1)))
    window.heartbeat.step()
    assert window.scene.breadcrumb.words() == (
        "Aland feeder port › Feeder terminal › Yard › R1 › bay 02 › row 01 › tier 1")
    assert window.scene.yard_card._plan._plan.teu == 2
    window.zone_tree.show_state()
    assert window.zone_tree.currentIndex().data() == "R1", "the tree shows the block the container stands in"
