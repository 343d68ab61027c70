"""Reefers, tanks, open tops and flat racks look like what they are close by, and like any box from afar."""

from __future__ import annotations

import numpy as np
import pytest
from vtkmodules.vtkRenderingCore import vtkRenderer

from layers.box_forms import DRY, FLAT, LOADED_FLAT, OPEN_TOP, REEFER, TANK, form_of, forms_of
from layers.selection import Selection
from scene.box_faces import LEFT, RIGHT
from scene.camera import Pose
from scene.light import DAY
from scene.models.containers import ALWAYS, dress
from scene.offscreen import pixels
from scene.picking import Picker
from scene.props.containers import ShippedContainers
from scene.props.special_boxes import NEAREST_REACH_M, SpecialBoxes
from scene.props.yard_containers import YardContainers
from scene.quality import SOFTWARE
from scene.scene import Scene
from tests.harbour import Harbour

AT_ONCE_S = 1_000.0


@pytest.fixture
def renderer() -> vtkRenderer:
    return vtkRenderer()


def near(harbour: Harbour, away_m: float = 20.0) -> tuple[float, float, float]:
    """South of the first block's first row, at the height of a person."""
    x, y = harbour.layout.blocks[0].ground(6, 1)
    row = harbour.layout.blocks[0].across
    return float(x - row[0] * away_m), float(y - row[1] * away_m), 1.7


class Sight:
    """The yard and its dresses as a scene has them."""

    def __init__(self, harbour: Harbour, renderer: vtkRenderer) -> None:
        self.harbour = harbour
        self.yard = YardContainers(renderer, harbour.layers.containers, DAY)
        self.cargo = ShippedContainers(renderer, DAY)
        self.special = SpecialBoxes(renderer, DAY)

    def look(self, eye: tuple[float, float, float]) -> int:
        self.yard.sync(self.harbour.layers.containers, AT_ONCE_S)
        self.cargo.sync(self.harbour.layers)
        self.special.sync(self.harbour.layers, self.cargo, eye)
        return self.special.quads


def test_type_codes_old_and_new_name_the_form() -> None:
    codes = {"22G1": DRY, "45R1": REEFER, "22T1": TANK, "22K2": TANK, "42U1": OPEN_TOP, "42P1": FLAT, "4332": REEFER,
             "2251": OPEN_TOP, "2270": TANK, "4363": FLAT, "": DRY, "22": DRY}
    assert {code: form_of(code) for code in codes} == codes
    told = forms_of(np.array(["42P1", "42P1", "22T1"], dtype=object), np.array([True, False, True]))
    assert told.tolist() == [LOADED_FLAT, FLAT, TANK]


@pytest.mark.parametrize("form", [REEFER, TANK, OPEN_TOP, FLAT, LOADED_FLAT])
@pytest.mark.parametrize(("length", "height"), [(6.058, 2.591), (12.192, 2.896)])
def test_a_dress_stays_within_a_hands_breadth_of_its_container(form: int, length: float, height: float) -> None:
    points = dress(form, length, height).points
    low, high = points.min(axis=(0, 1)), points.max(axis=(0, 1))
    assert np.all(low > [-1.219 - 0.05, -length / 2 - 0.1, -0.001])
    assert np.all(high < [1.219 + 0.05, length / 2 + 0.1, height + 0.16])


def test_far_away_nothing_is_dressed_and_close_by_the_reefer_is(renderer: vtkRenderer) -> None:
    harbour = Harbour()
    harbour.step(containers=[harbour.stand("TCLU1234567", 0, 6, 1, 1, type_code="45R1", height_m=2.896),
                             harbour.stand("TCLU7654321", 0, 14, 1, 1, type_code="45G1", height_m=2.896)])
    sight = Sight(harbour, renderer)
    assert sight.look((0.0, -900.0, 400.0)) == 0
    assert sight.special.dressed == 0
    assert sight.look(near(harbour)) == len(dress(REEFER, 12.192, 2.896).points), "the dry box wears nothing"
    assert sight.special.dressed == 1
    sight.look(near(harbour, 21.0))
    assert sight.special.dressed == 1, "a step to the side works nothing out anew"
    assert sight.look((0.0, -900.0, 400.0)) == 0


def test_a_reefer_between_others_wears_only_what_can_be_seen(renderer: vtkRenderer) -> None:
    harbour = Harbour()
    harbour.step(containers=[harbour.stand(f"TCLU100000{row}", 0, 6, row, 1, type_code="45R1", height_m=2.896)
                             for row in (1, 2, 3)])
    model = dress(REEFER, 12.192, 2.896)
    ends = int(np.isin(model.side, (0, 1)).sum())
    one_side = int((model.side == 2).sum())
    assert Sight(harbour, renderer).look(near(harbour)) == 3 * ends + 2 * one_side


def test_one_sees_through_a_tank_to_its_neighbours_walls(renderer: vtkRenderer) -> None:
    faces = {}
    for code in ("22G1", "22T1"):
        harbour = Harbour()
        harbour.step(containers=[harbour.stand(f"TCLU100000{row}", 0, 5, row, 1, type_code=code if row == 2 else "22G1",
                                               height_m=2.591) for row in (1, 2, 3)])
        sight = Sight(harbour, renderer)
        sight.look((0.0, -900.0, 400.0))
        faces[code] = {(int(f.side[k]), int(harbour.layers.containers.block(0).boxes.rows[f.box[k]]))
                       for f in sight.yard.faces_of(harbour.layers.containers, 0) for k in range(len(f.box))}
    hidden = faces["22T1"] - faces["22G1"]
    assert {row for _, row in hidden} == {0, 2}, "the neighbours' walls towards the tank"
    assert {side for side, _ in hidden} == {LEFT, RIGHT}


def test_a_tank_is_picked_by_the_room_it_takes() -> None:
    harbour = Harbour()
    harbour.step(containers=[harbour.stand("TCLU1234567", 0, 5, 1, 1, type_code="22T1", height_m=2.591)])
    x, y = harbour.layout.blocks[0].ground(5, 1)
    along = harbour.layout.blocks[0].along
    corner = np.array([x + along[0] * 2.9, y + along[1] * 2.9, 2.5])  # a corner post, beside the round tank
    eye = corner + np.array([0.0, -40.0, 20.0])
    assert Picker(harbour.layers).pick(eye, corner - eye) == Selection("container", "TCLU1234567")


def test_cargo_on_trucks_and_ships_is_dressed_as_well(renderer: vtkRenderer) -> None:
    harbour = Harbour()
    box = harbour.box("MSKU7654321", length_m=12.192, height_m=2.896, type_code="45R1")
    harbour.step(containers=[box], movers=[harbour.drive("闽A12345", -100.0, 50.0, 90.0, load=box)])
    sight = Sight(harbour, renderer)
    assert sight.look((-100.0, 35.0, 3.0)) == len(dress(REEFER, 12.192, 2.896).points)
    assert sight.look((-100.0, -1_500.0, 3.0)) == 0


def test_white_close_by_and_the_colour_that_has_a_meaning_from_afar(renderer: vtkRenderer) -> None:
    """The step from one to the other is a fade: at the reach nothing is left to vanish."""
    harbour = Harbour()
    harbour.step(containers=[harbour.stand(f"TCLU100000{bay}", 0, bay, 1, 1, type_code="45R1", height_m=2.896)
                             for bay in (2, 6, 10, 14, 18)])
    scene = Scene(harbour.index, harbour.layers, SOFTWARE, DAY)
    try:
        x, y = harbour.layout.blocks[0].ground(10, 1)
        seen = {}
        for away in (25.0, 0.95 * NEAREST_REACH_M):
            scene.camera.move_to(Pose((float(x), float(y), 1.3), 180.0, 5.0, away), at_once=True)
            seen[away] = pixels(scene, (320, 180), harbour.now)[88:92, 158:162].astype(float).mean(axis=(0, 1))
        close, far = seen.values()
        assert close.max() - close.min() < 16.0, "white panels"
        assert close.min() > 1.25 * far.mean()
        assert far.max() - far.min() > 16.0, "the colour of released boxes"
    finally:
        scene.close()


def test_what_always_shows_of_a_tank_is_no_side(renderer: vtkRenderer) -> None:
    assert set(dress(TANK, 6.058, 2.591).side.tolist()) == {ALWAYS}
