"""The camera as the panels wish: level by level into a block, riding along, and never against a hand."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

from layers.cutaway import CutMode
from layers.patrol import patrol_route
from layers.selection import Selection
from layers.view import Ride, TakePose
from scene.camera import LOWEST_EYE_M, Pose
from scene.scene import Scene
from tests.harbour import Harbour
from twin.port_layout import PortLayout


class Room:
    def __init__(self) -> None:
        self.harbour = Harbour()
        self.harbour.fill(400)
        self.harbour.drive("闽A1", -100.0, 60.0, 90.0)
        self.harbour.step(containers=np.arange(len(self.harbour.containers.number)), movers=[0])
        self.scene = Scene(self.harbour.index, self.harbour.layers)
        self.scene.camera.set_size(1600, 900)
        self.scene.camera.move_to(Pose((-300.0, 200.0, 0.0), 200.0, 35.0, 2600.0), at_once=True)
        self.layers = self.harbour.layers

    def arrive(self) -> None:
        self.scene.sync(self.harbour.now)
        for _ in range(400):
            if not self.scene.animate(0.05) or not self.scene.camera.flying:
                return
        raise AssertionError("the flight never ends")

    def box_of(self, bay: int) -> str:
        table = self.harbour.containers
        return str(table.number[np.flatnonzero((table.block == 0) & (table.bay == bay))[0]])


@pytest.fixture
def room() -> Iterator[Room]:
    made = Room()
    yield made
    made.scene.close()


def test_each_double_click_goes_a_level_deeper_and_nearer(room: Room) -> None:
    box = Selection("container", room.box_of(10))
    kinds, distances = [], []
    for _ in range(4):
        room.layers.view.drill(box)
        room.arrive()
        current = room.layers.selection.current
        assert current is not None
        assert current == room.layers.view.focus
        kinds.append(current.kind)
        distances.append(room.scene.camera.pose.distance_m)
    assert kinds == ["zone", "block", "bay", "container"]
    assert distances == sorted(distances, reverse=True)
    cutaway = room.layers.containers.cutaway
    assert cutaway is not None
    assert (cutaway.block, cutaway.bay, cutaway.mode) == ("B11", 10, CutMode.XRAY)


def test_from_close_by_a_double_click_does_not_fly_away_first(room: Room) -> None:
    room.scene.camera.move_to(Pose((-45.0, 100.0, 0.0), 200.0, 35.0, 220.0), at_once=True)
    room.layers.view.drill(Selection("container", room.box_of(10)))
    room.arrive()
    assert room.layers.view.focus is not None
    assert room.layers.view.focus.kind in ("block", "bay")
    assert room.scene.camera.pose.distance_m < 220.0


def test_going_up_closes_the_bay_and_ends_at_the_port(room: Room) -> None:
    for _ in range(3):
        room.layers.view.drill(Selection("container", room.box_of(10)))
        room.arrive()
    seen = []
    for _ in range(3):
        room.layers.view.up()
        room.arrive()
        focus = room.layers.view.focus
        seen.append(focus.kind if focus else None)
    assert seen == ["block", "zone", None]
    assert room.layers.containers.cutaway is None
    assert room.layers.selection.current is None


@pytest.mark.parametrize("mode", list(CutMode))
def test_the_same_cut_again_closes_the_block(room: Room, mode: CutMode) -> None:
    room.layers.selection.select(Selection("block", "B12"))
    room.layers.view.cut(mode)
    room.arrive()
    assert room.layers.containers.cutaway is not None
    assert room.layers.containers.cutaway.block == "B12"
    room.layers.view.cut(mode)
    room.arrive()
    assert room.layers.containers.cutaway is None


def test_a_cut_of_nothing_opens_nothing(room: Room) -> None:
    room.layers.view.cut(CutMode.SECTION)
    room.arrive()
    assert room.layers.containers.cutaway is None


def test_what_is_followed_stays_in_the_middle_whatever_side_it_is_seen_from(room: Room) -> None:
    truck = Selection("vehicle", "闽A1")
    room.layers.view.ride_along(Ride.FOLLOW, truck)
    for step in range(4):
        room.harbour.now += 1000
        room.harbour.drive("闽A1", -100.0 + 5.0 * step, 60.0, 90.0)
        room.harbour.step(movers=[0])
        room.scene.sync(room.harbour.now)
        room.scene.animate(0.1)
        room.scene.camera.orbit(15.0, 4.0)
        place = room.layers.place_of(truck)
        assert place is not None
        middle = room.scene.project(np.array([place.middle]))[0]
        assert middle[:2] == pytest.approx([800.0, 450.0], abs=1.0)
    assert room.layers.view.ride is Ride.FOLLOW
    room.scene.camera.pan((800.0, 450.0), (700.0, 450.0))
    room.scene.sync(room.harbour.now)
    assert room.layers.view.ride is None, "a hand that moves the ground ends it"


def test_the_driver_sees_what_lies_before_the_truck(room: Room) -> None:
    room.layers.view.ride_along(Ride.FIRST_PERSON, Selection("vehicle", "闽A1"))
    room.scene.sync(room.harbour.now)
    room.scene.animate(0.1)
    assert room.scene.camera.heading_deg == pytest.approx(90.0, abs=0.5)
    x, y, z = room.scene.camera.eye
    assert (x, y) == pytest.approx((-91.6, 60.0), abs=1.0)
    assert LOWEST_EYE_M <= z < 4.0
    room.scene.camera.orbit(10.0, 0.0)
    room.scene.sync(room.harbour.now)
    assert room.layers.view.ride is None


def test_a_port_without_roads_has_no_patrol(room: Room) -> None:
    room.layers.view.ride_along(Ride.PATROL)
    room.scene.animate(0.1)
    assert room.layers.view.ride is None


def test_the_patrol_route_is_a_round_over_the_ports_own_roads(jiangyin: PortLayout) -> None:
    route = patrol_route(jiangyin)
    assert route.length_m > 3_000.0
    assert math.dist(route.points[0], route.points[-1]) < 1.0, "it comes back"
    assert (np.diff(route.reached_m) > 0.0).all()
    nodes = np.array([node.at for node in jiangyin.road_nodes])
    steps = np.arange(0.0, route.length_m, 25.0)
    walked = np.array([route.at(float(gone)) for gone in steps])
    away = np.min(np.hypot(*(walked[:, None] - nodes[None]).transpose(2, 0, 1)), axis=1)
    assert away.max() < 700.0
    assert np.hypot(*np.diff(walked, axis=0).T).max() <= 25.01, "without a jump"
    assert route.at(route.length_m + 5.0) == pytest.approx(route.at(5.0))


def test_a_kept_pose_is_taken_again(room: Room) -> None:
    room.scene.sync(room.harbour.now)
    kept = room.layers.view.pose
    assert kept is not None
    room.layers.view.fly_to(Selection("block", "B11"))
    room.arrive()
    assert room.scene.camera.pose.distance_m < 1000.0
    room.layers.view.take(kept)
    room.arrive()
    assert room.scene.camera.pose == Pose(kept.target, kept.azimuth_deg, kept.elevation_deg, kept.distance_m)
    assert isinstance(room.layers.view.pose, TakePose)


@pytest.fixture
def other() -> Iterator[Room]:
    made = Room()
    made.scene.camera.move_to(Pose((500.0, 0.0, 0.0), 90.0, 50.0, 900.0), at_once=True)
    yield made
    made.scene.close()


def test_linked_views_look_from_the_same_place_whichever_is_moved(room: Room, other: Room) -> None:
    here, there = room.scene, other.scene
    here.sync(room.harbour.now)
    there.sync(other.harbour.now)
    room.layers.view.link(other.layers.view)
    there.sync(other.harbour.now)
    assert there.camera.pose == here.camera.pose
    for moved, follows in ((here, there), (there, here)):
        moved.camera.orbit(40.0, 10.0)
        moved.animate(0.016)
        told = follows.camera.revision
        assert follows.animate(0.016)
        assert follows.camera.pose == moved.camera.pose
        assert follows.camera.revision == told + 1
        assert not moved.animate(0.016), "what was said is not said back"


def test_a_linked_view_flies_along_and_a_hand_on_it_ends_the_flight(room: Room, other: Room) -> None:
    here, there = room.scene, other.scene
    room.layers.view.link(other.layers.view)
    here.sync(room.harbour.now)
    room.layers.view.look_at(300.0, 100.0)
    for _ in range(10):
        here.animate(0.05)
        there.animate(0.05)
    assert here.camera.flying
    assert there.camera.pose == here.camera.pose
    there.camera.pan((800.0, 500.0), (700.0, 450.0))
    there.animate(0.016)
    here.animate(0.016)
    assert not here.camera.flying
    assert here.camera.pose == there.camera.pose


def test_parted_views_go_their_own_ways(room: Room, other: Room) -> None:
    room.layers.view.link(other.layers.view)
    room.layers.view.link(None)
    room.scene.sync(room.harbour.now)
    room.scene.camera.orbit(40.0, 10.0)
    room.scene.sync(room.harbour.now)
    other.scene.sync(other.harbour.now)
    assert other.scene.camera.pose.azimuth_deg == 90.0
    assert other.layers.view.partner is None


def test_all_objects_of_a_case_are_in_the_picture(room: Room) -> None:
    group = (Selection("container", room.box_of(2)), Selection("container", room.box_of(10)),
             Selection("vehicle", "闽A1"), Selection("container", "NONE0000000"))
    room.layers.view.fly_to_all(group)
    room.arrive()
    places = [room.layers.place_of(one) for one in group[:3]]
    at = room.scene.camera.project(np.array([place.middle for place in places if place is not None]))
    width, height = room.scene.camera.size
    assert len(at) == 3
    assert ((at[:, 0] > 0) & (at[:, 0] < width) & (at[:, 1] > 0) & (at[:, 1] < height) & (at[:, 2] > 0)).all()
    before = room.scene.camera.pose
    room.layers.view.fly_to_all(group[3:])
    room.scene.sync(room.harbour.now)
    assert room.scene.camera.pose == before, "what is nowhere is no reason to go anywhere"
