"""Meshes and models: faces look outwards, measures are true, things stand on the ground and look north."""

from __future__ import annotations

import numpy as np
import pytest
from shapely.geometry import Polygon

from scene import mesh as m
from scene.models import MODELS, cranes, model, ships, vehicles

GREY = (100, 110, 120)
SIZES = {
    "gate_canopy": {"width_m": 40.0, "depth_m": 14.0},
    "reading_portal": {"width_m": 40.0},
    "customs_house": {"length_m": 80.0, "width_m": 22.0, "height_m": 28.0},
    "office": {"length_m": 60.0, "width_m": 18.0, "height_m": 24.0},
    "shed": {"length_m": 80.0, "width_m": 30.0, "height_m": 12.0},
    "h986_hall": {"length_m": 60.0, "width_m": 20.0, "height_m": 12.0},
    "tank": {"radius_m": 15.0, "height_m": 18.0},
    "container_ship": {"length_m": 366.0, "beam_m": 48.2},
}
FLOATING = {"container_ship", "tug", "tanker"}
HANGING = {"barrier_bar", "sts_trolley", "rtg_trolley", "armg_trolley", "fender"}


def area(mesh: m.Mesh) -> float:
    corner = mesh.points[mesh.faces].astype(float)
    return float(np.linalg.norm(np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1).sum() / 2)


def looks_outwards(mesh: m.Mesh) -> bool:
    """True for a convex body: every face looks away from the middle."""
    middle = (mesh.points.min(axis=0) + mesh.points.max(axis=0)) / 2
    return bool(((mesh.points - middle) * m.normals(mesh)).sum(axis=1).min() >= -1e-4)


@pytest.mark.parametrize("body", [
    m.box((-1, -2, 0), (1, 2, 3), GREY, m.ALL_SIDES),
    m.turned_boxes([(5, 5, 0)], (2, 4, 3), 37.0, GREY, m.ALL_SIDES),
    m.beams([(0, 0, 0)], [(3, 4, 5)], 1.0, 0.5, GREY, capped=True),
    m.beams([(0, 0, 0)], [(0, 0, 9)], 1.0, 0.5, GREY, capped=True),
    m.cylinder((0, 0, 0), 2.0, 5.0, GREY, 12),
    m.prism([(0, 0), (0, 5), (9, 5), (9, 0)], 0.0, 4.0, GREY, GREY),
], ids=["box", "turned box", "beam", "upright beam", "cylinder", "prism of a clockwise ring"])
def test_faces_of_a_body_look_outwards(body: m.Mesh) -> None:
    assert looks_outwards(body)


def test_a_mirrored_body_still_looks_outwards() -> None:
    assert looks_outwards(m.mirrored(m.box((2, 0, 0), (5, 2, 3), GREY, m.ALL_SIDES)))


def test_an_area_with_a_courtyard_leaves_the_courtyard_out_and_looks_up() -> None:
    yard = Polygon([(0, 0), (40, 0), (40, 30), (0, 30)], [[(10, 10), (20, 10), (20, 20), (10, 20)]])
    flat = m.polygon(yard, 0.5, GREY)
    assert area(flat) == pytest.approx(40 * 30 - 100)
    assert np.allclose(m.normals(flat), [0, 0, 1])
    assert np.allclose(flat.points[:, 2], 0.5)


def test_a_road_round_a_corner_keeps_its_width() -> None:
    road = m.strip([(0, 0), (100, 0), (100, 60)], 8.0, 0.1, GREY)
    assert area(road) == pytest.approx((100 + 60) * 8.0, rel=0.01)
    assert np.allclose(m.normals(road), [0, 0, 1])


def test_dashes_leave_gaps_and_stay_on_their_line() -> None:
    start, end = m.dashes([(0, 0), (100, 0)], 4.0, 6.0)
    assert np.allclose(np.linalg.norm(end - start, axis=1), 4.0)
    assert np.allclose(np.diff(start[:, 0]), 10.0)
    assert end[:, 0].max() <= 100.0


def test_a_model_looking_east_points_its_bow_to_the_east() -> None:
    ship = m.placed(ships.tug(), 100.0, 50.0, -5.0, 90.0)
    assert ship.points[:, 0].max() == pytest.approx(116.0, abs=0.2)
    assert ship.points[:, 1].min() == pytest.approx(44.5, abs=0.2)


def test_copies_are_the_model_placed_many_times() -> None:
    truck = vehicles.road_truck()
    places, bearings = np.array([[0.0, 0.0, 0.0], [50.0, -20.0, 1.0]]), np.array([278.0, 35.0])
    many = m.copies(truck, places, bearings)
    for k in range(2):
        one = m.placed(truck, *places[k], bearings[k])
        own = slice(k * len(truck.points), (k + 1) * len(truck.points))
        assert np.allclose(many.points[own], one.points, atol=1e-4)
    assert many.faces.max() == len(many.points) - 1


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_model_is_sound(name: str) -> None:
    made = model(name, **SIZES.get(name, {}))
    assert np.isfinite(made.points).all()
    assert made.points.dtype == np.float32
    assert made.colours.shape == made.points.shape
    assert made.faces.min() >= 0
    assert made.faces.max() < len(made.points)
    assert len(made.faces) < 2_500, "too many triangles for something of which many stand in a port"
    assert np.allclose(np.linalg.norm(m.normals(made), axis=1), 1.0, atol=1e-3)
    if name not in FLOATING | HANGING:
        assert made.points[:, 2].min() == pytest.approx(0.0, abs=0.01), "stands on the ground"


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(KeyError):
        model("submarine")


def test_a_quay_crane_reaches_over_the_ship_and_stands_on_its_rails() -> None:
    crane = cranes.sts_frame(gauge_m=30.0, outreach_m=65.0, backreach_m=16.0, lift_m=44.0)
    assert crane.points[:, 0].max() == pytest.approx(15.0 + 65.0, abs=1.5)
    assert crane.points[:, 0].min() == pytest.approx(-15.0 - 16.0, abs=1.5)
    feet = crane.points[crane.points[:, 2] < 0.5]
    assert np.allclose(np.abs(feet[:, 0]), 15.0, atol=0.8)
    under_girder = crane.points[crane.points[:, 0] > 20.0]
    assert under_girder[:, 2].min() > 44.0, "nothing of the boom hangs into the lift height"


def test_a_yard_crane_leaves_room_for_rows_and_lane_between_its_legs() -> None:
    frame = cranes.rtg_frame(span_m=23.5, lift_m=18.2)
    low = frame.points[frame.points[:, 2] < 18.0]
    assert np.abs(low[:, 0]).min() > 23.5 / 2 - 1.0


@pytest.mark.parametrize(("length_m", "beam_m"), [(180.0, 28.0), (294.0, 32.2), (366.0, 48.2), (399.0, 61.0)])
def test_a_container_ship_has_the_length_and_beam_asked_for(length_m: float, beam_m: float) -> None:
    ship = ships.container_ship(length_m, beam_m)
    assert np.ptp(ship.points[:, 1]) == pytest.approx(length_m, rel=0.012)
    hull = ship.points[ship.points[:, 2] < 3.0]
    assert np.ptp(hull[:, 0]) == pytest.approx(beam_m, rel=0.01)
    bow = ship.points[ship.points[:, 1] > 0.47 * length_m]
    below, above = bow[bow[:, 2] < 2.0], bow[bow[:, 2] > 0.02 * length_m]
    assert np.abs(above[:, 0]).max() > np.abs(below[:, 0]).max(), "the bow flares"


def test_from_afar_a_crane_is_its_legs_and_not_its_ladder() -> None:
    leg = m.box((0.0, 0.0, 0.0), (1.5, 1.5, 40.0), (74, 128, 168))
    ladder = m.box((3.0, 0.0, 0.0), (3.2, 0.2, 40.0), (40, 46, 52))
    lamp = m.box((5.0, 0.0, 0.0), (6.0, 1.0, 1.0), (214, 220, 224))
    found = m.coarse(m.merge([leg, ladder, lamp]), 0.45, 2.2)
    tall = leg.faces[np.ptp(leg.points[leg.faces][..., 2], axis=1) > 1.0]
    assert len(found.faces) == len(tall), "its four long sides, and nothing of the others"
    assert found.points[:, 0].max() == 1.5
    assert np.ptp(found.points[:, 2]) == 40.0
    assert (found.colours == (74, 128, 168)).all()
    assert len(m.coarse(ladder, 0.45, 2.2).faces) == 0
