"""Trucks, ships, cranes, seals, beacons and frames follow their layers, and redraw no more than what moved."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace

import numpy as np
import pytest
import vtkmodules.vtkRenderingOpenGL2  # noqa: F401  registers the OpenGL classes
from vtkmodules.vtkRenderingCore import vtkRenderer

from layers.selection import Selection
from scene.light import DAY
from scene.live_model import LiveModel
from scene.props.cranes import Cranes
from scene.props.moorings import Moorings
from scene.props.seals import Seals
from scene.props.selection import SelectionFrame
from scene.props.vehicles import Vehicles
from scene.props.vessels import Vessels
from scene.props.warnings import WarningBeacons
from scene.quality import SOFTWARE
from scene.scene import Scene
from tests.core.test_layers_warnings import warning
from tests.harbour import NOW, VESSEL, Harbour, layout
from twin.records import VehicleKind
from twin.seal_state import SealState
from twin.tide import Tide
from twin.warnings import WarningState

NEAR, FAR = (-100.0, 0.0, 60.0), (-100.0, -3_000.0, 900.0)


@pytest.fixture
def renderer() -> vtkRenderer:
    return vtkRenderer()


def points_of(prop: object, actor: int = 0) -> int:
    return int(prop.actors[actor].GetMapper().GetInput().GetNumberOfPoints())  # type: ignore[attr-defined]


def test_a_truck_is_drawn_where_it_is_and_pointing_where_it_goes(renderer: vtkRenderer) -> None:
    harbour = Harbour()
    harbour.step(movers=[harbour.drive("闽A12345", -100.0, 50.0, 90.0)])
    trucks = Vehicles(renderer, DAY)
    assert trucks.sync(harbour.layers.vehicles, NEAR)
    west, east, south, north, low, _ = trucks.actors[0].GetBounds()
    assert (west + east) / 2 == pytest.approx(-100.0, abs=0.5)
    assert east - west > 15.0 > 4.0 > north - south, "it heads east"
    assert low == pytest.approx(0.0)
    trucks.close()


def test_trucks_are_remade_only_when_one_moved(renderer: vtkRenderer) -> None:
    harbour = Harbour()
    harbour.step(movers=[harbour.drive("闽A12345", -100.0, 50.0, 90.0)])
    trucks = Vehicles(renderer, DAY)
    trucks.sync(harbour.layers.vehicles, NEAR)
    harbour.layers.advance(NOW + 1_000)
    assert not trucks.sync(harbour.layers.vehicles, NEAR)
    harbour.now += 2_000
    harbour.step(movers=[harbour.drive("闽A12345", -80.0, 50.0, 90.0)])
    harbour.layers.advance(harbour.now + 500)
    assert trucks.sync(harbour.layers.vehicles, NEAR)
    assert trucks.refilled == 2
    trucks.close()


def test_a_silent_truck_has_a_ring_as_wide_as_it_may_have_gone(renderer: vtkRenderer) -> None:
    harbour = Harbour()
    truck = harbour.drive("闽A12345", -100.0, 50.0, 90.0)
    harbour.movers.put(truck, speed_mps=0.5, accuracy_m=5.0)
    harbour.step(movers=[truck])
    vehicles = Vehicles(renderer, DAY)
    vehicles.sync(harbour.layers.vehicles, (0.0, -200.0, 100.0))
    assert vehicles.rings == 0
    harbour.now += 90_000
    harbour.step()
    assert vehicles.sync(harbour.layers.vehicles, (0.0, -200.0, 100.0))
    assert vehicles.rings == 1
    bounds = vehicles.actors[1].GetBounds()
    assert bounds[:4] == pytest.approx((-150.0, -50.0, 0.0, 100.0), abs=0.1)
    harbour.now += 1_000
    harbour.step(movers=[harbour.drive("闽A12345", -90.0, 50.0, 90.0)])
    assert vehicles.sync(harbour.layers.vehicles, (0.0, -200.0, 100.0))
    assert vehicles.rings == 0
    vehicles.close()


def test_trucks_far_away_are_plain(renderer: vtkRenderer) -> None:
    harbour = Harbour()
    harbour.step(movers=[
        harbour.drive(f"闽A1234{n}", -20.0 * n, 50.0, 90.0, kind) for n, kind in enumerate(VehicleKind)])
    trucks = Vehicles(renderer, DAY)
    trucks.sync(harbour.layers.vehicles, NEAR)
    close_by = points_of(trucks)
    trucks.sync(harbour.layers.vehicles, FAR)
    assert 0 < points_of(trucks) < close_by / 5
    trucks.close()


def test_a_ship_lies_along_the_quay_in_her_true_size(renderer: vtkRenderer) -> None:
    harbour = Harbour()
    ship = harbour.moor("中远海运 双子座", -200.0, -25.0, 270.0, 300.0, 40.0)
    harbour.step(movers=[ship], vessels=[0])
    ships = Vessels(renderer, DAY)
    assert ships.sync(harbour.layers.vessels)
    west, east, south, north, _, _ = ships.actors[0].GetBounds()
    assert (east - west, north - south) == (pytest.approx(300.0, rel=0.02), pytest.approx(40.0, rel=0.1))
    assert not ships.sync(harbour.layers.vessels)
    harbour.layers.vessels.set_visible(False)
    ships.sync(harbour.layers.vessels)
    assert not ships.actors[0].GetVisibility()
    ships.close()


def test_a_hoisting_crane_moves_its_spreader_and_leaves_its_portal(renderer: vtkRenderer) -> None:
    harbour = Harbour()
    harbour.cranes.put(0, trolley_m=60.0, hoist_m=30.0, observed_at=NOW)
    harbour.step(cranes=[0])
    cranes = Cranes(renderer, harbour.layers.cranes, DAY)
    assert cranes.sync(harbour.layers.cranes, (0.0, -150.0, 60.0))
    spreader = harbour.layers.cranes.spreader()[0]
    assert spreader.tolist() == pytest.approx([-60.0, 22.0 + 15.0 - 60.0, 30.0]), "over the water, south of the quay"
    assert cranes.actors[1].GetBounds()[2] < -20.0

    harbour.now += 2_000
    harbour.cranes.put(0, hoist_m=10.0, observed_at=harbour.now)
    harbour.step(cranes=[0])
    harbour.layers.advance(harbour.now + 2_000)
    assert cranes.sync(harbour.layers.cranes, (0.0, -150.0, 60.0))
    assert harbour.layers.cranes.spreader()[0, 2] == pytest.approx(10.0)
    assert cranes.portals_refilled == 1
    harbour.now += 2_000
    harbour.cranes.put(0, x=-70.0, observed_at=harbour.now)
    harbour.step(cranes=[0])
    harbour.layers.advance(harbour.now + 1_000)
    cranes.sync(harbour.layers.cranes, (0.0, -150.0, 60.0))
    assert cranes.portals_refilled == 2
    cranes.close()


def test_a_crane_far_away_is_drawn_without_its_ropes_and_back_with_them(renderer: vtkRenderer) -> None:
    harbour = Harbour()
    cranes = Cranes(renderer, harbour.layers.cranes, DAY)
    cranes.sync(harbour.layers.cranes, (0.0, -150.0, 60.0))
    triangles = _triangles(cranes)
    assert not cranes.sync(harbour.layers.cranes, (20.0, -160.0, 60.0)), "a step aside changes nothing"
    assert cranes.sync(harbour.layers.cranes, (0.0, -1_500.0, 600.0))
    assert 0 < _triangles(cranes) < 0.8 * triangles
    assert cranes.sync(harbour.layers.cranes, (0.0, -150.0, 60.0))
    assert _triangles(cranes) == triangles


def _triangles(cranes: Cranes) -> int:
    return sum(actor.GetMapper().GetInput().GetNumberOfPolys() for actor in cranes.actors)


def test_pins_are_drawn_nearby_and_a_cut_seal_from_afar(renderer: vtkRenderer) -> None:
    harbour = Harbour()
    boxes = [harbour.stand(f"TCLU000000{n}", 0, 2 + 4 * n, 1, 1) for n in range(3)]
    seals = [harbour.seal(f"JY-{n}", box) for n, box in enumerate(boxes)]
    harbour.step(containers=boxes, seals=seals)
    pins = Seals(renderer, DAY)
    pins.sync(harbour.layers.seals, NEAR)
    assert pins.actors[0].GetVisibility()
    three = points_of(pins)
    pins.sync(harbour.layers.seals, FAR)
    assert not pins.actors[0].GetVisibility()
    harbour.seal("JY-1", boxes[1], SealState.CUT)
    harbour.step(seals=[1])
    pins.sync(harbour.layers.seals, FAR)
    assert pins.actors[0].GetVisibility()
    assert points_of(pins) == three / 3
    pins.close()


def test_a_beacon_stands_over_its_subject_and_breathes_until_it_is_seen(renderer: vtkRenderer) -> None:
    harbour = Harbour()
    truck = harbour.drive("闽A12345", -100.0, 50.0, 90.0)
    raised = warning("W1", "vehicle", "闽A12345")
    harbour.step(movers=[truck], warnings=(raised,))
    beacons = WarningBeacons(renderer)
    assert beacons.sync(harbour.layers.warnings, NEAR, 0)
    assert beacons.tops[0, :2].tolist() == pytest.approx([-100.0, 50.0])
    assert beacons.tops[0, 2] > 20.0
    assert beacons.sync(harbour.layers.warnings, NEAR, 700)
    harbour.step(warnings=(replace(raised, state=WarningState.TAKEN),))
    assert beacons.sync(harbour.layers.warnings, NEAR, 800)
    assert not beacons.sync(harbour.layers.warnings, NEAR, 1_400)
    harbour.step(warnings=(replace(raised, state=WarningState.CLOSED),))
    beacons.sync(harbour.layers.warnings, NEAR, 1_500)
    assert not beacons.actors[0].GetVisibility()
    assert not len(beacons.tops)
    beacons.close()


@pytest.mark.parametrize("selection", [
    Selection("container", "TCLU0000001"), Selection("block", "B11"), Selection("crane", "STS1"),
    Selection("building", "H1"), Selection("zone", "Z1"), Selection("berth", "1"), Selection("vehicle", "闽A12345"),
])
def test_a_frame_encloses_what_is_selected(renderer: vtkRenderer, selection: Selection) -> None:
    harbour = Harbour()
    box = harbour.stand("TCLU0000001", 0, 2, 1, 1)
    harbour.step(containers=[box], movers=[harbour.drive("闽A12345", -100.0, 50.0, 90.0)])
    frame = SelectionFrame(renderer)
    frame.sync(harbour.layers, NEAR)
    assert not any(actor.GetVisibility() for actor in frame.actors)
    harbour.layers.selection.select(selection)
    assert frame.sync(harbour.layers, NEAR)
    place = harbour.layers.place_of(selection)
    west, east, south, north, _, _ = frame.actors[0].GetBounds()
    assert west < place.x < east
    assert south < place.y < north
    assert not frame.sync(harbour.layers, NEAR)
    harbour.layers.selection.select(None)
    frame.sync(harbour.layers, NEAR)
    assert not any(actor.GetVisibility() for actor in frame.actors)
    frame.close()


def test_what_belongs_together_is_framed_beside_what_is_selected(renderer: vtkRenderer) -> None:
    harbour = Harbour()
    box = harbour.stand("TCLU0000001", 0, 2, 1, 1)
    harbour.step(containers=[box], movers=[harbour.drive("闽A12345", -100.0, 50.0, 90.0)])
    group = (Selection("container", "TCLU0000001"), Selection("vehicle", "闽A12345"), Selection("seal", "NONE"))
    frame = SelectionFrame(renderer)
    harbour.layers.selection.mark(group)
    assert frame.sync(harbour.layers, NEAR)
    west, east, south, north, _, _ = frame.actors[0].GetBounds()
    for selection in group[:2]:
        place = harbour.layers.place_of(selection)
        assert west < place.x < east
        assert south < place.y < north
    harbour.layers.selection.mark(())
    assert frame.sync(harbour.layers, NEAR)
    assert not any(actor.GetVisibility() for actor in frame.actors)
    frame.close()


def test_a_frame_rides_along_with_a_moving_truck(renderer: vtkRenderer) -> None:
    harbour = Harbour()
    harbour.step(movers=[harbour.drive("闽A12345", -100.0, 50.0, 90.0)])
    harbour.layers.selection.select(Selection("vehicle", "闽A12345"))
    frame = SelectionFrame(renderer)
    frame.sync(harbour.layers, NEAR)
    before = frame.actors[0].GetBounds()[0]
    harbour.now += 2_000
    harbour.step(movers=[harbour.drive("闽A12345", -80.0, 50.0, 90.0)])
    harbour.layers.advance(harbour.now + 2_000)
    assert frame.sync(harbour.layers, NEAR)
    assert frame.actors[0].GetBounds()[0] == pytest.approx(before + 20.0, abs=0.2)
    frame.close()


def test_everything_goes_when_the_live_model_closes(renderer: vtkRenderer) -> None:
    harbour = Harbour()
    harbour.fill(300)
    ship = harbour.moor("中远海运 双子座", -200.0, -25.0, 270.0)
    truck = harbour.drive("闽A12345", -100.0, 50.0, 90.0)
    harbour.seal("JY-1", 0)
    harbour.step(containers=np.arange(300), movers=[ship, truck], vessels=[0], seals=[0],
                 warnings=(warning("W1", "vehicle", "闽A12345"),))
    live = LiveModel(renderer, harbour.layers, DAY)
    while live.pending:
        assert live.sync(harbour.layers, NEAR, NOW)
    drawn = [actor for actor in renderer.GetActors() if actor.GetVisibility()]
    assert len(drawn) >= 8
    watched = [weakref.ref(actor) for actor in drawn]
    del drawn
    live.close()
    live = None  # type: ignore[assignment]
    gc.collect()
    assert renderer.GetViewProps().GetNumberOfItems() == 0
    assert not [ref() for ref in watched if ref() is not None]


def test_ships_cargo_sea_and_what_is_picked_rise_with_the_tide() -> None:
    tide = Tide(0.69, 7.45, 119.29)
    harbour = Harbour(replace(layout(), tide=tide))
    ship = harbour.moor("EVER TRUE", -200.0, -30.0, 270.0)
    on_deck = harbour.box("TCLU1234567", length_m=6.058, height_m=2.591, place_kind=VESSEL, carrier=ship,
                          vessel_slot=10182)
    harbour.step(containers=[on_deck], movers=[ship], vessels=[0])
    layers = harbour.layers
    scene = Scene(harbour.index, layers, SOFTWARE, DAY)
    try:
        seen = {}
        for name, at in (("high", NOW), ("low", NOW + 22_350_000), ("again", NOW)):
            scene.sync(at)
            place = layers.place_of(Selection("container", "TCLU1234567"))
            assert place is not None
            seen[name] = (
                layers.vessels.sea_m, scene.live.vessels.actors[0].GetBounds()[4], place.z,
                scene.live.cargo.actors[0].GetBounds()[4], scene.model.sea.actors[0].GetBounds()[4])
            assert layers.vessels.tide_m == pytest.approx(tide.height_m(at), abs=0.03)
        fall = np.array(seen["high"]) - np.array(seen["low"])
        assert abs(fall[0]) > 4.0, "half a tide apart"
        assert fall == pytest.approx(fall[0], abs=0.01), "all of it together"
        assert seen["again"] == pytest.approx(seen["high"]), "the same instant, the same tide"
    finally:
        scene.close()


def test_a_ship_alongside_is_moored_from_her_deck_to_the_quay_and_one_at_sea_is_not(renderer: vtkRenderer) -> None:
    harbour = Harbour()
    ships = [harbour.moor("EVER TRUE", -200.0, -24.0, 270.0), harbour.moor("FAR OFF", -200.0, -400.0, 270.0)]
    harbour.step(movers=ships, vessels=[0, 1])
    harbour.layers.advance(harbour.now)
    moorings = Moorings(renderer, harbour.layout, DAY)
    assert moorings.sync(harbour.layers.vessels)
    assert moorings.lines == 8, "head, breast and spring lines of the one alongside"
    west, east, south, north, low, high = moorings.actors[0].GetBounds()
    assert west > -200.0 - 150.0 - 40.0
    assert east < -200.0 + 150.0 + 40.0
    assert -24.0 < south < 0.0 < north < 2.0, "from the hull over the quay's edge"
    deck = harbour.layers.vessels.plan(0).freeboard_m + harbour.layout.sea_level_m
    assert low < 0.6
    assert high > deck
    assert not moorings.sync(harbour.layers.vessels)
    moorings.close()
