"""A click finds what one sees: checked against trying every box of the port on many random rays."""

from __future__ import annotations

import numpy as np
import pytest
from vtkmodules.vtkRenderingCore import vtkCamera

from layers.boxes import Boxes, join
from layers.selection import Selection
from scene.camera import CameraController, Pose
from scene.picking import Picker, ray_boxes
from tests.core.test_layers_warnings import warning
from tests.harbour import VESSEL, Harbour, layout
from twin.seal_state import SealState


def brute_force(origin: np.ndarray, way: np.ndarray, base: np.ndarray, size: np.ndarray, bearing: float) -> float:
    """Distance to one box, by walking along the ray in small steps and bisecting at the wall."""
    angle = np.radians(bearing)

    def inside(t: float) -> bool:
        p = origin + t * way - base
        along = p[0] * np.sin(angle) + p[1] * np.cos(angle)
        across = p[0] * np.cos(angle) - p[1] * np.sin(angle)
        return bool(abs(along) <= size[0] / 2 and abs(across) <= size[1] / 2 and 0 <= p[2] <= size[2])

    for t in np.arange(0.0, 60.0, 0.05):
        if inside(t):
            low, high = t - 0.05, t
            for _ in range(40):
                middle = 0.5 * (low + high)
                low, high = (low, middle) if inside(middle) else (middle, high)
            return max(float(high), 0.0)
    return float("inf")


def test_the_slab_test_agrees_with_walking_along_the_ray() -> None:
    dice = np.random.default_rng(1)
    met = 0
    for _ in range(150):
        base, size = dice.uniform(-5, 5, (1, 3)), dice.uniform(1.0, 12.0, (1, 3))
        bearing, origin = dice.uniform(0, 360, 1), dice.uniform(-25, 25, 3)
        way = base[0] + dice.uniform(-6, 6, 3) - origin
        way /= np.linalg.norm(way)
        found = ray_boxes(origin, way, base, size, bearing)[0]
        expected = brute_force(origin, way, base[0], size[0], float(bearing[0]))
        if np.isfinite(expected):
            met += 1
            assert found == pytest.approx(expected, abs=1e-6)
        else:
            # The walk may step over a corner cut by less than a step.
            assert not np.isfinite(found) or not np.isfinite(ray_boxes(origin, way, base, size - 0.15, bearing)[0])
    assert met > 40


def test_an_upright_ray_meets_only_what_is_beneath_it() -> None:
    base, size = np.array([[0.0, 0.0, 0.0], [30.0, 0.0, 0.0]]), np.full((2, 3), 4.0)
    found = ray_boxes(np.array([1.0, 1.0, 50.0]), np.array([0.0, 0.0, -1.0]), base, size, np.zeros(2))
    assert found.tolist() == [46.0, np.inf]


def test_from_among_thousands_of_boxes_the_nearest_on_the_ray_is_found() -> None:
    harbour = Harbour(layout(columns=3, lines=6, bays=40))
    harbour.fill(6_000)
    harbour.step(containers=np.arange(harbour.containers.count))
    picker = Picker(harbour.layers)
    everything = [harbour.layers.containers.block(b).boxes for b in range(len(harbour.layout.blocks))]
    rows, base, size, bearing = (
        np.concatenate([getattr(b, name) for b in everything]) for name in ("rows", "base", "size", "bearing_deg"))
    dice = np.random.default_rng(5)
    met = 0
    for _ in range(400):
        target = np.array([dice.uniform(-900, 0), dice.uniform(90, 300), dice.uniform(0, 12)])
        eye = target + np.array([dice.uniform(-900, 900), dice.uniform(-900, 900), dice.uniform(20, 600)])
        distance = ray_boxes(eye, (target - eye) / np.linalg.norm(target - eye), base.astype(float), size.astype(float),
                             bearing)
        found = picker.pick(eye, target - eye)
        if np.isfinite(distance).any():
            met += 1
            nearest = np.flatnonzero(distance <= distance.min() + 1e-6)
            assert found in {Selection("container", harbour.containers.number[rows[at]]) for at in nearest}
        else:
            assert found is None or found.kind != "container"
    assert met > 200


_SIDES = np.array([  # of a box, two triangles each: corners as (along, across, up)
    [(s, -1, 0), (s, 1, 0), (s, 1, 1), (s, -1, 1)] for s in (-1, 1)
] + [[(-1, s, 0), (1, s, 0), (1, s, 1), (-1, s, 1)] for s in (-1, 1)]
  + [[(-1, -1, u), (1, -1, u), (1, 1, u), (-1, 1, u)] for u in (0, 1)], dtype=float)


def triangles(boxes: Boxes) -> np.ndarray:
    """All sides of all boxes, (N, 12, 3, 3)."""
    local = _SIDES * (boxes.size.astype(float) * (0.5, 0.5, 1.0))[:, None, None, :]
    angle = np.radians(boxes.bearing_deg.astype(float))[:, None, None]
    sin, cos = np.sin(angle), np.cos(angle)
    corners = np.stack([local[..., 0] * sin + local[..., 1] * cos, local[..., 0] * cos - local[..., 1] * sin,
                        local[..., 2]], axis=-1) + boxes.base.astype(float)[:, None, None, :]
    return corners[:, :, [(0, 1, 2), (0, 2, 3)]].reshape(len(boxes), 12, 3, 3)


def nearest_triangle(eye: np.ndarray, way: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """Distance at which a ray meets each box by its triangles (Moeller and Trumbore, 1997), infinity for none."""
    corner, one, two = sides[:, :, 0], sides[:, :, 1] - sides[:, :, 0], sides[:, :, 2] - sides[:, :, 0]
    p = np.cross(way, two)
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = 1.0 / np.einsum("ijk,ijk->ij", one, p)
        t = eye - corner
        u = np.einsum("ijk,ijk->ij", t, p) * inverse
        q = np.cross(t, one)
        v = q @ way * inverse
        distance = np.einsum("ijk,ijk->ij", two, q) * inverse
    met = (u >= 0.0) & (v >= 0.0) & (u + v <= 1.0) & (distance > 0.0)
    return np.where(met, distance, np.inf).min(axis=1)


def test_a_thousand_random_pixels_show_the_box_that_all_triangles_of_all_boxes_say() -> None:
    harbour = Harbour(layout(columns=2, lines=3))
    harbour.fill(700)
    harbour.step(containers=np.arange(harbour.containers.count))
    harbour.layers.cranes.set_visible(False)  # the triangles know boxes alone
    picker = Picker(harbour.layers)
    boxes = join([harbour.layers.containers.block(b).boxes for b in range(len(harbour.layout.blocks))])
    sides = triangles(boxes)
    camera = CameraController(vtkCamera(), {})
    camera.move_to(Pose((-50.0, 115.0, 3.0), 195.0, 22.0, 170.0), at_once=True)
    dice = np.random.default_rng(8)
    met = 0
    for x, y in zip(dice.uniform(0, 1920, 1_000), dice.uniform(0, 1080, 1_000), strict=True):
        eye, way = camera.ray(float(x), float(y))
        found = picker.pick(eye, way)
        distance = nearest_triangle(eye, way, sides)
        if np.isfinite(distance).any():
            met += 1
            same = np.flatnonzero(distance <= distance.min() + 1e-6)
            assert found in {Selection("container", harbour.containers.number[boxes.rows[at]]) for at in same}
        else:
            assert found is None or found.kind != "container"
    assert met > 200


def test_a_box_moved_away_is_no_longer_met() -> None:
    harbour = Harbour()
    harbour.stand("TCLU0000001", 0, 6, 3, 1)
    row = harbour.stand("TCLU0000002", 0, 6, 3, 2)
    harbour.step(containers=[0, row])
    picker = Picker(harbour.layers)
    x, y = harbour.layout.blocks[0].ground(6, 3)
    assert picker.pick((x, y, 80.0), (0.0, 0.0, -1.0)) == Selection("container", "TCLU0000002")
    harbour.step(containers=[harbour.stand("TCLU0000002", 1, 6, 3, 1)])
    assert picker.pick((x, y, 80.0), (0.0, 0.0, -1.0)) == Selection("container", "TCLU0000001")
    harbour.layers.containers.set_visible(False)
    assert picker.pick((x, y, 80.0), (0.0, 0.0, -1.0)) == Selection("block", "B11")


@pytest.fixture
def busy() -> Harbour:
    harbour = Harbour()
    box = harbour.box("TRKU0000001", length_m=12.192)
    sealed = harbour.stand("TCLU0000001", 0, 6, 3, 1)
    ship = harbour.moor("中远海运 双子座", -300.0, -25.0, 270.0)
    cargo = harbour.box("MSCU0000001", place_kind=VESSEL, carrier=ship, vessel_slot=300182, length_m=12.192)
    trucks = [harbour.drive("闽A12345", -100.0, 50.0, 90.0, load=box), harbour.drive("闽A99999", -200.0, 50.0, 90.0)]
    harbour.seal("JY-000001", sealed, SealState.LOCKED)
    harbour.step(containers=[box, sealed, cargo], movers=[ship, *trucks], vessels=[0], seals=[0],
                 warnings=(warning("W1", "vehicle", "闽A99999"),))
    return harbour


@pytest.mark.parametrize(("at", "expected"), [
    ((-107.0, 50.0, 2.9), Selection("container", "TRKU0000001")),
    ((-93.2, 50.0, 2.0), Selection("vehicle", "闽A12345")),
    ((-200.0, 50.0, 14.0), Selection("warning", "W1")),
    ((105.0, 315.0, 9.0), Selection("building", "H1")),
    ((-400.0, -40.0, 2.0), Selection("vessel", "中远海运 双子座")),
    ((-200.0, 20.0, 0.0), Selection("berth", "1")),
    ((-150.0, 600.0, 0.0), Selection("zone", "Z1")),
])
def test_a_click_finds_what_is_there(busy: Harbour, at: tuple[float, float, float], expected: Selection) -> None:
    eye = np.add(at, [40.0, -160.0, 130.0])
    assert Picker(busy.layers).pick(eye, np.array(at) - eye) == expected


def test_a_seals_pin_is_met_a_little_beside_it_but_not_behind_a_stack(busy: Harbour) -> None:
    foot = busy.layers.seals.place[0]
    eye = np.add(foot, [30.0, -90.0, 60.0])
    beside = np.add(foot, [0.4, 0.0, 1.5])
    assert Picker(busy.layers).pick(eye, beside - eye) == Selection("seal", "JY-000001")
    wall = [busy.stand(f"WALL000000{tier}", 0, 6, 1, tier) for tier in range(1, 6)]
    busy.step(containers=wall)
    low = np.add(foot, [6.0, -90.0, 2.0])
    found = Picker(busy.layers).pick(low, np.add(foot, [0.0, 0.0, 1.5]) - low)
    assert found is not None
    assert found.kind == "container"
    assert found.id.startswith("WALL")


def test_one_clicks_through_a_cranes_portal_and_on_its_leg(busy: Harbour) -> None:
    crane = busy.layout.cranes[0]
    picker = Picker(busy.layers)
    through = np.array([crane.home[0], crane.home[1] - 200.0, 6.0])
    seen = picker.pick(through, (0.0, 1.0, -0.005))
    assert seen is None or seen.kind != "crane"
    legs = {picker.pick((crane.home[0] + dx, crane.home[1] - 200.0, 6.0), (0.0, 1.0, -0.005)) for dx in (-9.8, 9.8)}
    assert legs == {Selection("crane", "STS1")}


def test_the_sky_is_nothing(busy: Harbour) -> None:
    assert Picker(busy.layers).pick((0.0, 0.0, 50.0), (0.0, 1.0, 0.3)) is None
