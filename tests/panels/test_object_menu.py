"""The right button in the 3D view: the acts that apply to the object, the same that the palette has."""

from __future__ import annotations

from PySide6.QtCore import QPoint

from layers.selection import Selection
from layers.view import FlyTo, Ride
from panels.object_menu import acts_for, warning_about
from panels.report_dialog import ReportDialog
from tests.core.timeline import BOX, Story, at
from twin.warnings import WarningState

HERE = QPoint(300, 300)


def _removal() -> Story:
    story = Story()
    story.container("8:00")
    story.stands("8:00", "F1-01-01-1")
    story.vehicle("8:00")
    story.fix("8:14:58", 40.0, 20.0)
    story.lifted_for_exit("8:15")
    return story


def _quiet() -> Story:
    story = Story()
    story.container("8:00")
    story.stands("8:00", "F1-01-01-1")
    story.vehicle("8:00")
    story.fix("8:14:58", 40.0, 20.0)
    return story


def _watch(office, open_window, story):
    desk = office(story, at("8:15:01"))
    window = open_window(desk)
    desk.tell()
    window.heartbeat.step()
    return desk, window


def _asked(desk, window, selection):
    desk.layers.selection.select(selection)  # as a click of any button does
    desk.scenes[0].ask(selection, HERE)
    return window.menus.latest


def test_a_containers_menu_leads_into_its_block_and_each_act_is_that_of_the_palette(office, open_window):
    desk, window = _watch(office, open_window, _quiet())
    menu = _asked(desk, window, Selection("container", BOX))
    assert menu.isVisible()
    assert menu.actions()[0].text().startswith("MSKU 000001 1")
    assert {"view.fly", "view.deeper", "view.xray", "overlay.yard", "view.follow"} <= set(menu.ids)
    assert not any(name.startswith("warning.") for name in menu.ids)
    assert "view.first_person" not in menu.ids
    assert "time.questions" not in menu.ids, "nothing is on record here"
    offered = [action for action in menu.actions() if action in dict(window.actions_by_id).values()]
    assert [action.objectName() for action in offered] == menu.ids
    offered[menu.ids.index("view.fly")].trigger()
    assert desk.layers.view.command == FlyTo(Selection("container", BOX))
    menu.close()


def test_a_truck_is_followed_and_ridden_from_its_menu(office, open_window):
    desk, window = _watch(office, open_window, _quiet())
    truck = Selection("vehicle", str(desk.twin.movers.id[0]))
    menu = _asked(desk, window, truck)
    assert {"view.follow", "view.first_person"} <= set(menu.ids)
    assert "view.xray" not in menu.ids
    window.actions_by_id["view.follow"].trigger()
    assert (desk.layers.view.ride, desk.layers.view.rider) == (Ride.FOLLOW, truck)
    menu.close()


def test_the_warning_about_an_object_is_handled_from_the_objects_menu(office, open_window):
    desk, window = _watch(office, open_window, _removal())
    window.warnings.filters.words.setText("nothing of this name")  # the list does not show it just now
    assert window.warning_list.current() is None
    menu = _asked(desk, window, Selection("container", BOX))
    assert {"warning.acknowledge", "warning.take", "warning.dispatch", "case"} <= set(menu.ids)
    assert len(menu.ids) < 16, "small enough to be read at once"
    assert any("擅自提离" in action.text() for action in menu.actions() if not action.isEnabled())
    warning = warning_about(desk.desk, Selection("container", BOX))
    assert window.warning_list.current().id == warning.id
    assert desk.layers.selection.current == Selection("container", BOX)
    next(a for a in menu.actions() if a.objectName() == "warning.acknowledge").trigger()
    assert desk.twin.warnings.get(warning.id).state is WarningState.ACKNOWLEDGED
    assert desk.notes.verbs()[-1] == "acknowledge"
    again = _asked(desk, window, Selection("container", BOX))
    assert "warning.acknowledge" not in again.ids
    next(a for a in again.actions() if a.objectName() == "case").trigger()
    assert window.findChild(ReportDialog) is not None
    window.findChild(ReportDialog).close()
    menu.close()
    again.close()


def test_a_beacon_is_its_warning(office, open_window):
    desk, window = _watch(office, open_window, _removal())
    warning = desk.twin.warnings.open()[0]
    menu = _asked(desk, window, Selection("warning", warning.id))
    assert "warning.take" in menu.ids
    assert warning_about(desk.desk, Selection("warning", warning.id)) == warning
    menu.close()


def test_the_ground_offers_places_and_tools(office, open_window):
    desk, window = _watch(office, open_window, _quiet())
    desk.scenes[0].ask(None, HERE)
    menu = window.menus.latest
    assert {"view.home", "view.north_up", "tool.measure", "tool.pin", "palette"} <= set(menu.ids)
    assert not {"view.fly", "selection.clear"} & set(menu.ids)
    menu.close()


def test_the_key_opens_the_menu_of_the_selection(office, open_window):
    desk, window = _watch(office, open_window, _quiet())
    desk.layers.selection.select(Selection("block", "F1"))
    window.actions_by_id["selection.acts"].trigger()
    menu = window.menus.latest
    assert {"view.deeper", "view.xray", "overlay.yard"} <= set(menu.ids)
    assert "view.follow" not in menu.ids
    menu.close()


def test_every_act_that_a_menu_may_offer_exists(office, open_window):
    desk, window = _watch(office, open_window, _removal())
    known = {name for name, _ in window.actions_by_id}
    warning = desk.twin.warnings.open()[0]
    from layers.selection import KINDS

    for kind in KINDS:
        for group in acts_for(desk.desk, Selection(kind, "F1"), warning):
            assert set(group) <= known
    assert {name for group in acts_for(desk.desk, None, None) for name in group} <= known
