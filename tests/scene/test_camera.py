"""The camera: it goes where it is told, keeps the ground under the pointer, and never goes below ground."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vtkmodules.vtkRenderingCore import vtkCamera

from scene.camera import LOWEST_EYE_M, CameraController, Pose
from twin.port_layout import Name, Viewpoint

GATE = Viewpoint("gate", Name("卡口", "Gate"), (900.0, 850.0, 3.0), 335.0, 22.0, 210.0)
PORT = Viewpoint("port", Name("全景", "Port"), (0.0, 200.0, 0.0), 193.0, 21.0, 1900.0)


def controller() -> CameraController:
    made = CameraController(vtkCamera(), {v.id: v for v in (GATE, PORT)})
    made.set_size(1600, 900)
    made.go("port", at_once=True)
    return made


def arrive(camera: CameraController) -> None:
    for _ in range(400):
        if not camera.tick(0.02):
            return
    raise AssertionError("the flight never ends")


def test_a_named_viewpoint_is_reached_by_an_eased_flight() -> None:
    camera = controller()
    camera.go("gate")
    assert camera.flying
    camera.tick(0.02)
    first = math.dist(camera.pose.target, PORT.target)
    arrive(camera)
    assert first < 1.0, "it starts gently"
    assert camera.pose == Pose(GATE.target, 335.0, 22.0, 210.0)
    assert not camera.flying


def test_an_unknown_viewpoint_is_refused_and_nothing_moves() -> None:
    camera = controller()
    before = camera.pose
    with pytest.raises(KeyError):
        camera.go("moon")
    assert camera.pose == before


def test_a_flight_turns_the_shorter_way_round() -> None:
    camera = controller()
    camera.move_to(Pose((0.0, 0.0, 0.0), 350.0, 30.0, 500.0), at_once=True)
    camera.move_to(Pose((0.0, 0.0, 0.0), 20.0, 30.0, 500.0))
    seen = []
    while camera.tick(0.02):
        seen.append(camera.azimuth_deg)
    assert all(azimuth >= 349.9 or azimuth <= 20.1 for azimuth in seen)
    assert len(seen) > 10


def test_taking_the_mouse_ends_a_flight() -> None:
    camera = controller()
    camera.go("gate")
    camera.tick(0.1)
    camera.orbit(10.0, 0.0)
    assert not camera.flying


def test_north_up_looks_straight_down_with_north_on_top() -> None:
    camera = controller()
    camera.north_up(at_once=True)
    x, y, _ = camera.pose.target
    middle, north, east = camera.project(np.array([[x, y, 0.0], [x, y + 100.0, 0.0], [x + 100.0, y, 0.0]]))
    assert middle[:2] == pytest.approx([800.0, 450.0], abs=0.5)
    assert north[0] == pytest.approx(800.0, abs=0.5)
    assert north[1] < 450.0
    assert east[0] > 800.0
    assert camera.heading_deg == pytest.approx(0.0)


def test_the_ground_stays_under_the_pointer_while_it_is_dragged() -> None:
    camera = controller()
    grabbed = camera.ground_at(400.0, 700.0)
    camera.pan((400.0, 700.0), (900.0, 600.0))
    assert camera.ground_at(900.0, 600.0) == pytest.approx(grabbed, abs=0.01)


@pytest.mark.parametrize("steps", [3.0, -3.0])
def test_the_ground_stays_under_the_pointer_while_zooming(steps: float) -> None:
    camera = controller()
    under = camera.ground_at(1200.0, 640.0)
    before = camera.metres_per_pixel()
    camera.zoom(steps, (1200.0, 640.0))
    assert camera.ground_at(1200.0, 640.0) == pytest.approx(under, abs=0.05)
    assert (camera.metres_per_pixel() < before) == (steps > 0)


def test_projecting_is_the_inverse_of_looking_through_a_pixel() -> None:
    camera = controller()
    x, y = camera.ground_at(321.0, 543.0)
    assert camera.project(np.array([[x, y, 0.0]]))[0, :2] == pytest.approx([321.0, 543.0], abs=0.01)
    behind = np.array(camera.eye) * 2 - np.array(camera.pose.target)
    assert camera.project(behind[None])[0, 2] < 0


def test_our_projection_is_vtks() -> None:
    vtk_camera = vtkCamera()
    camera = CameraController(vtk_camera, {PORT.id: PORT})
    camera.set_size(1600, 900)
    camera.go("port", at_once=True)
    place = np.array([350.0, -120.0, 30.0])
    matrix = vtk_camera.GetCompositeProjectionTransformMatrix(1600 / 900, -1, 1)
    x, y, _, w = matrix.MultiplyPoint((*place, 1.0))
    assert camera.project(place[None])[0, :2] == pytest.approx([(x / w + 1) * 800, (1 - y / w) * 450], abs=0.01)


def test_above_the_horizon_there_is_no_ground() -> None:
    camera = controller()
    camera.move_to(Pose((0.0, 0.0, 0.0), 180.0, 3.0, 500.0), at_once=True)
    assert camera.ground_at(800.0, 10.0) is None


acts = st.one_of(
    st.tuples(st.just("orbit"), st.floats(-900, 900), st.floats(-900, 900)),
    st.tuples(st.just("pan"), st.floats(0, 1600), st.floats(0, 900)),
    st.tuples(st.just("zoom"), st.floats(-30, 30), st.floats(0, 900)),
    st.tuples(st.just("step"), st.floats(-3, 3), st.floats(-3, 3)),
    st.tuples(st.just("fly"), st.floats(-2000, 2000), st.floats(-500, 100)),
    st.tuples(st.just("tick"), st.floats(0, 2), st.just(0.0)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(acts, max_size=25))
def test_whatever_is_done_with_it_the_camera_stays_above_ground(done: list[tuple[str, float, float]]) -> None:
    camera = controller()
    for what, a, b in done:
        match what:
            case "orbit":
                camera.orbit(a, b)
            case "pan":
                camera.pan((800.0, 450.0), (a, b))
            case "zoom":
                camera.zoom(a, (800.0, b))
            case "step":
                camera.step(a, b)
            case "fly":
                camera.fly_to((a, a, b), 30.0)
            case _:
                camera.tick(a)
        assert camera.eye[2] >= LOWEST_EYE_M - 1e-6
        assert np.isfinite(camera.eye).all()
        assert abs(camera.pose.target[0]) <= 6000.0
