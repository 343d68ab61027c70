"""Of a yard's boxes only the faces that can be seen are made, in the colours that tell what the boxes are."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
import vtkmodules.vtkRenderingOpenGL2  # noqa: F401  registers the OpenGL classes
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow, vtkWindowToImageFilter

from layers.cutaway import Cutaway, CutMode
from layers.palette import LEGAL_STATES
from layers.stacks import ROOF, SIDES
from scene.box_faces import Faces, loose_faces, visible_faces
from scene.light import DAY
from scene.props import yard_containers
from scene.props.containers import MovingContainers, ShippedContainers
from scene.props.yard_containers import YardContainers
from tests.harbour import VESSEL, Harbour, layout
from twin.legal_state import LegalState

ALL_AT_ONCE_S = 1_000.0


def faces_of(harbour: Harbour, block: int = 0) -> Faces:
    harbour.step(containers=np.arange(harbour.containers.count))
    found = harbour.layers.containers.block(block)
    return visible_faces(found.boxes, found.stacks, DAY)


def test_a_box_alone_shows_four_walls_and_its_roof() -> None:
    harbour = Harbour()
    harbour.stand("TCLU0000001", 0, 6, 3, 1)
    assert len(faces_of(harbour).box) == 5


def test_walls_between_two_neighbours_of_one_height_are_gone() -> None:
    harbour = Harbour()
    harbour.stand("TCLU0000001", 0, 6, 3, 1)
    harbour.stand("TCLU0000002", 0, 6, 4, 1)
    assert len(faces_of(harbour).box) == 8


def test_a_box_end_to_end_with_another_hides_the_doors_between() -> None:
    harbour = Harbour()
    harbour.stand("TCLU0000001", 0, 6, 3, 1)
    harbour.stand("TCLU0000002", 0, 10, 3, 1)
    assert len(faces_of(harbour).box) == 8


def test_the_roof_under_a_box_is_gone() -> None:
    harbour = Harbour()
    harbour.stand("TCLU0000001", 0, 6, 3, 1)
    harbour.stand("TCLU0000002", 0, 6, 3, 2)
    found = faces_of(harbour)
    assert len(found.box) == 9
    assert found.box[found.side == ROOF].tolist() == [1]


def test_of_a_high_cube_beside_a_standard_box_only_the_strip_above_it_shows() -> None:
    harbour = Harbour()
    harbour.stand("TCLU0000001", 0, 6, 3, 1, height_m=2.591)
    harbour.stand("TCLU0000002", 0, 6, 4, 1, height_m=2.896)
    found = faces_of(harbour)
    assert len(found.box) == 9
    low = found.points[:, :, 2].min(axis=1)
    assert sorted(np.unique(np.round(low, 3)).tolist()) == [0.0, pytest.approx(2.591), pytest.approx(2.896)]


def test_a_forty_foot_box_over_one_twenty_leaves_the_other_twentys_roof_open() -> None:
    harbour = Harbour()
    harbour.stand("TCLU0000001", 0, 5, 3, 1)
    harbour.stand("TCLU0000002", 0, 7, 3, 1)
    harbour.stand("TCLU0000003", 0, 5, 3, 2)
    found = faces_of(harbour)
    assert sorted(found.box[found.side == ROOF].tolist()) == [1, 2]


def test_a_full_block_shows_its_shell_and_nothing_inside() -> None:
    harbour = Harbour(layout(bays=8, rows=6, tiers=4))
    for bay in (2, 6, 10, 14):
        for row in range(1, 7):
            for tier in range(1, 5):
                harbour.stand(f"T{bay:02d}{row}{tier}", 0, bay, row, tier)
    found = faces_of(harbour)
    roofs, ends, sides = 4 * 6, 2 * 6 * 4, 2 * 4 * 4
    assert len(found.box) == roofs + ends + sides


def test_all_faces_look_outwards() -> None:
    """Faces that look away from the eye are not drawn: one turned the wrong way would be a hole."""
    harbour = Harbour()
    harbour.fill(300)
    found = faces_of(harbour)
    boxes = harbour.layers.containers.block(0).boxes
    middle = boxes.base[found.box] + np.array([0.0, 0.0, 0.5]) * boxes.size[found.box]
    normal = np.cross(found.points[:, 1] - found.points[:, 0], found.points[:, 3] - found.points[:, 0])
    outwards = ((found.points.mean(axis=1) - middle) * normal).sum(axis=1)
    assert len(found.box) > 300
    assert outwards.min() > 0.0


def test_boxes_on_their_way_look_as_they_do_standing_alone() -> None:
    harbour = Harbour()
    lengths = (6.058, 12.192, 13.716)
    rows = np.array([harbour.box(f"TCLU000000{k}", length_m=length) for k, length in enumerate(lengths)])
    boxes = harbour.layers.containers.boxes(rows, np.array([[0.0, 0.0, 1.5], [40.0, 9.0, 1.5], [-70.0, 2.0, 9.0]]),
                                            np.array([270.0, 33.0, 181.0]))
    standing = visible_faces(boxes, None, DAY)
    points, colours, edges = loose_faces(boxes, DAY)
    sides = np.tile(np.arange(5), len(rows))
    order = np.lexsort((np.repeat(np.arange(len(rows)), 5), sides))
    assert np.allclose(points[order], standing.points, atol=1e-3)
    assert np.abs(colours[order].astype(int) - standing.colours).max() <= 1
    assert np.allclose(edges[order], standing.edges, atol=1e-4)


@pytest.fixture
def renderer() -> vtkRenderer:
    return vtkRenderer()


def test_moving_one_box_works_out_what_stands_around_it_and_touches_two_meshes_at_most(renderer: vtkRenderer) -> None:
    harbour = Harbour(layout(columns=2, lines=8))
    harbour.fill(2_000)
    harbour.step(containers=np.arange(harbour.containers.count))
    yard = YardContainers(renderer, harbour.layers.containers, DAY)
    yard.sync(harbour.layers.containers, ALL_AT_ONCE_S)
    assert (yard.rebuilt, yard.boxes_drawn, yard.pending) == (2_000, 2_000, False)
    assert not yard.sync(harbour.layers.containers, ALL_AT_ONCE_S)

    name = harbour.containers.number[harbour.layers.containers.rows_in_block(3)[0]]
    harbour.step(containers=[harbour.stand(name, 5, 2, 1, 5)])
    refilled = yard.refilled
    assert yard.sync(harbour.layers.containers, ALL_AT_ONCE_S)
    assert 2 < yard.rebuilt - 2_000 < 120, "a few stacks around where it stood and stands"
    assert yard.refilled - refilled <= 2 * len(SIDES)
    yard.close()


def drawn_faces(yard: YardContainers) -> set[tuple[float, ...]]:
    """What is in the meshes, faces without area left out."""
    found = set()
    for mesh in yard._all_meshes():
        if mesh.data.GetPoints() is None:
            continue
        points = vtk_to_numpy(mesh.data.GetPoints().GetData()).reshape(-1, 12)
        colours = vtk_to_numpy(mesh.data.GetPointData().GetScalars()).reshape(-1, 12)
        edges = vtk_to_numpy(mesh.data.GetPointData().GetArray("edges")).reshape(-1, 16)
        area = (points.reshape(-1, 4, 3) != points.reshape(-1, 4, 3)[:, :1]).any(axis=(1, 2))
        found |= {tuple(face) for face in np.column_stack([points, colours, edges])[area].tolist()}
    return found


@pytest.mark.parametrize("helping_s", [ALL_AT_ONCE_S, 0.0])
def test_after_a_day_of_moves_the_picture_is_as_if_it_were_made_anew(
    renderer: vtkRenderer, helping_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yard_containers, "HELPING", 40)
    dice = np.random.default_rng(5)
    harbour = Harbour(layout(columns=2, lines=6, bays=10))
    harbour.fill(400)
    table, layer = harbour.containers, harbour.layers.containers
    harbour.step(containers=np.arange(table.count))
    yard = YardContainers(renderer, layer, DAY)
    for hour in range(30):
        rows = dice.choice(table.count, 12, replace=False)
        gone = hour in range(12, 20)  # the yard empties, and fills again
        table.put(rows, block=dice.integers(0, 12, 12), bay=dice.integers(1, 20, 12), row=dice.integers(1, 7, 12),
                  tier=dice.integers(1, 5, 12), present=np.full(12, not gone),
                  legal_state=dice.choice([LegalState.HELD, LegalState.RELEASED], 12),
                  type_code=dice.choice(np.array(["22G1", "22T1", "22P1"], dtype=object), 12))
        if gone:
            rows = np.concatenate([rows, np.arange(40 * (hour - 12), 40 * (hour - 11))])
            table.put(rows, present=False)
        harbour.step(containers=rows)
        yard.sync(layer, helping_s)
    for _ in range(200):
        yard.sync(layer, helping_s)
    fresh = YardContainers(vtkRenderer(), layer, DAY)
    fresh.sync(layer, ALL_AT_ONCE_S)
    assert drawn_faces(yard) == drawn_faces(fresh) != set()
    assert yard.face_count == fresh.face_count == len(drawn_faces(fresh))
    for prop in (yard, fresh):
        prop.close()


def test_a_block_opened_and_closed_again_looks_as_before(renderer: vtkRenderer) -> None:
    harbour = Harbour()
    harbour.fill(300)
    layer = harbour.layers.containers
    harbour.step(containers=np.arange(harbour.containers.count))
    yard = YardContainers(renderer, layer, DAY)
    yard.sync(layer, ALL_AT_ONCE_S)
    closed = drawn_faces(yard)
    layer.set_cutaway(Cutaway("B11", CutMode.EXPLODE))
    yard.sync(layer, ALL_AT_ONCE_S)
    opened = drawn_faces(yard)
    boxes = len(layer.rows_in_block(0))
    assert len(opened) > len(closed), "apart, all faces of a box can be seen"
    harbour.step(containers=[harbour.stand("TCLU9999999", 0, 2, 1, 5)])
    yard.sync(layer, ALL_AT_ONCE_S)
    assert len(drawn_faces(yard)) == len(opened) + 5, f"one more than the {boxes} there were"
    harbour.containers.put(harbour.containers.row_of["TCLU9999999"], present=False)
    harbour.step(containers=[harbour.containers.row_of["TCLU9999999"]])
    layer.set_cutaway(None)
    yard.sync(layer, ALL_AT_ONCE_S)
    assert drawn_faces(yard) == closed
    yard.close()


def test_a_whole_new_yard_is_drawn_in_helpings(renderer: vtkRenderer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yard_containers, "HELPING", 1)
    harbour = Harbour(layout(columns=2, lines=24))
    harbour.fill(1_500)
    harbour.step(containers=np.arange(harbour.containers.count))
    yard = YardContainers(renderer, harbour.layers.containers, DAY)
    syncs = 0
    while yard.pending:
        yard.sync(harbour.layers.containers, 0.0)
        syncs += 1
    assert 1 < syncs <= 9, "one mesh each time when there is no time at all"
    whole = YardContainers(renderer, harbour.layers.containers, DAY)
    whole.sync(harbour.layers.containers, ALL_AT_ONCE_S)
    assert yard.face_count == whole.face_count > 0
    yard.close()
    whole.close()


def picture(renderer: vtkRenderer, eye: tuple[float, float, float], at: tuple[float, float, float]) -> np.ndarray:
    window = vtkRenderWindow()
    window.SetOffScreenRendering(True)
    window.SetMultiSamples(0)
    window.SetSize(200, 200)
    window.AddRenderer(renderer)
    camera = renderer.GetActiveCamera()
    camera.SetPosition(*eye)
    camera.SetFocalPoint(*at)
    camera.SetViewUp(0.0, 1.0, 0.0) if eye[:2] == at[:2] else camera.SetViewUp(0.0, 0.0, 1.0)
    renderer.ResetCameraClippingRange()
    window.Render()
    grab = vtkWindowToImageFilter()
    grab.SetInput(window)
    grab.ReadFrontBufferOff()
    grab.Update()
    values = vtk_to_numpy(grab.GetOutput().GetPointData().GetScalars()).reshape(200, 200, -1)[:, :, :3].copy()
    renderer.ReleaseGraphicsResources(window)
    window.RemoveRenderer(renderer)
    window.Finalize()
    return values


def test_a_held_box_is_amber_from_above_and_a_released_one_is_not(renderer: vtkRenderer) -> None:
    harbour = Harbour()
    held = harbour.stand("TCLU0000001", 0, 6, 3, 1, legal_state=LegalState.HELD)
    harbour.step(containers=[held])
    yard = YardContainers(renderer, harbour.layers.containers, DAY)
    yard.sync(harbour.layers.containers, ALL_AT_ONCE_S)
    x, y, z = (float(v) for v in harbour.layers.containers.block(0).boxes.base[0])
    seen = picture(renderer, (x, y, 30.0), (x, y, z))[100, 100].astype(int)
    amber = np.array(LEGAL_STATES[LegalState.HELD][3])
    assert np.abs(seen / seen.max() - amber / amber.max()).max() < 0.05, "the hue is that of the palette"

    harbour.containers.put(held, legal_state=LegalState.RELEASED)
    harbour.step(containers=[held])
    yard.sync(harbour.layers.containers, ALL_AT_ONCE_S)
    calm = picture(renderer, (x, y, 30.0), (x, y, z))[100, 100].astype(int)
    assert calm.max() - calm.min() < 60 < seen.max() - seen.min()
    yard.close()


def test_sides_that_look_away_are_left_out_and_the_picture_is_the_same(renderer: vtkRenderer) -> None:
    harbour = Harbour()
    harbour.fill(200)
    harbour.step(containers=np.arange(harbour.containers.count))
    yard = YardContainers(renderer, harbour.layers.containers, DAY)
    yard.sync(harbour.layers.containers, ALL_AT_ONCE_S)
    eye, at = (-400.0, -200.0, 120.0), (-150.0, 100.0, 0.0)
    whole = picture(renderer, eye, at)
    drawn = sum(bool(actor.GetVisibility()) for actor in yard.actors)
    yard.look_from(eye)
    assert sum(bool(actor.GetVisibility()) for actor in yard.actors) < drawn
    assert np.array_equal(picture(renderer, eye, at), whole)
    assert len(np.unique(whole.reshape(-1, 3), axis=0)) > 50, "there is something to be seen"
    yard.close()


def test_a_hidden_layer_draws_nothing(renderer: vtkRenderer) -> None:
    harbour = Harbour()
    harbour.fill(100)
    harbour.step(containers=np.arange(harbour.containers.count))
    yard = YardContainers(renderer, harbour.layers.containers, DAY)
    yard.sync(harbour.layers.containers, ALL_AT_ONCE_S)
    assert any(actor.GetVisibility() for actor in yard.actors)
    harbour.layers.containers.set_visible(False)
    yard.sync(harbour.layers.containers, ALL_AT_ONCE_S)
    assert not any(actor.GetVisibility() for actor in yard.actors)
    yard.close()


def test_deck_cargo_is_drawn_on_the_ship_and_sails_with_her(renderer: vtkRenderer) -> None:
    harbour = Harbour()
    ship = harbour.moor("中远海运 双子座", -100.0, -30.0, 270.0)
    box = harbour.box("MSCU0000001", place_kind=VESSEL, carrier=ship, vessel_slot=20182, length_m=12.192)
    harbour.step(containers=[box], movers=[ship], vessels=[0])
    cargo = ShippedContainers(renderer, DAY)
    assert cargo.sync(harbour.layers)
    bounds = cargo.actors[0].GetBounds()
    assert -250.0 < bounds[0] < bounds[1] < 50.0
    assert bounds[4] > 0.0, "the hatch covers are above the quay"
    assert not cargo.sync(harbour.layers)
    harbour.now += 10_000
    harbour.movers.put(ship, x=-600.0, observed_at=harbour.now)
    harbour.step(movers=[ship], vessels=[0])
    assert cargo.sync(harbour.layers)
    assert cargo.actors[0].GetBounds()[0] == pytest.approx(bounds[0] - 500.0, abs=0.1)
    cargo.close()


def test_nothing_is_left_after_close(renderer: vtkRenderer) -> None:
    harbour = Harbour()
    harbour.fill(200)
    truck = harbour.drive("闽A12345", 0.0, 50.0, 90.0, load=harbour.box("TRKU0000001"))
    harbour.step(containers=np.arange(harbour.containers.count), movers=[truck])
    props = [
        YardContainers(renderer, harbour.layers.containers, DAY), MovingContainers(renderer, DAY),
        ShippedContainers(renderer, DAY),
    ]
    props[0].sync(harbour.layers.containers, ALL_AT_ONCE_S)
    props[1].sync(harbour.layers)
    meshes = [*props[0]._all_meshes(), props[1]._mesh, *(deck.mesh for deck in props[2]._decks.values())]
    watched = [weakref.ref(thing) for mesh in meshes for thing in (mesh, mesh.actor, mesh.data)]
    del meshes
    assert all(ref() is not None for ref in watched)
    for prop in props:
        prop.close()
    assert renderer.GetViewProps().GetNumberOfItems() == 0
    del props, prop
    gc.collect()
    assert [ref() for ref in watched if ref() is not None] == []
