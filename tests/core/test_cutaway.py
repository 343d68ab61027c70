"""Looking into a block: which boxes stay, which become glass, and how one drills from the port to a slot."""

from __future__ import annotations

import numpy as np
import pytest

from layers.cutaway import TIER_GAP_M, Cutaway, CutMode, cells_of
from layers.levels import address_of, block_of, chain_of, level_above, next_level, place_in_yard
from layers.selection import Selection
from tests.harbour import Harbour
from twin.legal_state import LegalState


@pytest.fixture
def harbour() -> Harbour:
    made = Harbour()
    made.fill(400)
    made.step(containers=np.arange(len(made.containers.number)))
    return made


def shown(harbour: Harbour, number: int = 0) -> set[int]:
    return set(harbour.layers.containers.block(number).boxes.rows.tolist())


def test_an_even_bay_lies_over_its_two_odd_neighbours() -> None:
    assert cells_of(11) == (5, 5)
    assert cells_of(13) == (6, 6)
    assert cells_of(12) == (5, 6)


def test_under_x_ray_a_bay_stays_solid_and_the_rest_becomes_glass(harbour: Harbour) -> None:
    layer, table = harbour.layers.containers, harbour.containers
    whole = shown(harbour)
    before = layer.block_revision.copy()
    layer.set_cutaway(Cutaway("B11", CutMode.XRAY, 10))
    assert (layer.block_revision > before).tolist() == [True, False, False, False]
    solid = shown(harbour)
    assert solid
    assert {int(table.bay[row]) for row in solid} <= {9, 10, 11}
    ghosts = layer.ghosts()
    assert ghosts is not None
    assert set(ghosts.boxes.rows.tolist()) == whole - solid
    layer.set_cutaway(None)
    assert shown(harbour) == whole
    assert layer.ghosts() is None


def test_a_block_under_x_ray_shows_what_customs_holds(harbour: Harbour) -> None:
    layer, table = harbour.layers.containers, harbour.containers
    layer.set_cutaway(Cutaway("B11", CutMode.XRAY))
    states = {int(table.legal_state[row]) for row in shown(harbour)}
    assert states <= {LegalState.HELD, LegalState.INSPECTION}
    assert states


@pytest.mark.parametrize(("toward", "keeps"), [(1, "the higher bays"), (-1, "the lower bays")])
def test_a_section_takes_away_what_stands_before_the_bay(harbour: Harbour, toward: int, keeps: str) -> None:
    layer, table = harbour.layers.containers, harbour.containers
    layer.set_cutaway(Cutaway("B11", CutMode.SECTION, 20, toward))
    bays = [int(table.bay[row]) for row in shown(harbour)]
    assert bays, keeps
    assert all(bay >= 18 if toward > 0 else bay <= 22 for bay in bays)
    assert layer.ghosts() is None


def test_an_exploded_block_keeps_every_box_and_lifts_each_tier(harbour: Harbour) -> None:
    layer, table = harbour.layers.containers, harbour.containers
    before = layer.block(0)
    layer.set_cutaway(Cutaway("B11", CutMode.EXPLODE, 20))
    after = layer.block(0)
    assert shown(harbour) == set(before.boxes.rows.tolist())
    order = {row: at for at, row in enumerate(before.boxes.rows.tolist())}
    lift = [after.boxes.base[at, 2] - before.boxes.base[order[row], 2]
            for at, row in enumerate(after.boxes.rows.tolist())]
    tiers = table.tier[after.boxes.rows] - 1
    assert np.allclose(lift, tiers * TIER_GAP_M, atol=1e-3)
    was = before.boxes.base[[order[row] for row in after.boxes.rows.tolist()], :2]
    moved = np.hypot(*(after.boxes.base[:, :2] - was).T)
    beside = (table.bay[after.boxes.rows] < 18) | (table.bay[after.boxes.rows] > 22)
    assert (moved[beside] > 5.0).all()


def test_a_box_cut_away_is_still_where_it_stands(harbour: Harbour) -> None:
    layer, table = harbour.layers.containers, harbour.containers
    hidden = next(row for row in shown(harbour) if table.bay[row] < 8)
    layer.set_cutaway(Cutaway("B11", CutMode.SECTION, 20))
    place = harbour.layers.place_of(Selection("container", str(table.number[hidden])))
    assert place is not None
    assert (place.x, place.y) == pytest.approx(tuple(table.xyz[hidden, :2]))


def test_drilling_goes_from_zone_to_block_to_bay_to_the_container(harbour: Harbour) -> None:
    layout, table = harbour.layout, harbour.containers
    row = next(r for r in shown(harbour) if table.bay[r] == 10)
    box = Selection("container", str(table.number[row]))
    chain = chain_of(box, layout, table)
    assert [level.kind for level in chain] == ["zone", "block", "bay", "container"]
    assert chain[2] == Selection("bay", "B11-10")
    focus, way = None, []
    for _ in range(5):
        focus = next_level(chain, focus)
        way.append(focus.kind)
    assert way == ["zone", "block", "bay", "container", "container"]
    back = []
    while focus is not None:
        back.append(focus.kind)
        focus = level_above(focus, layout, table)
    assert back == ["container", "bay", "block", "zone"]


def test_from_another_block_one_begins_at_the_zone_again(harbour: Harbour) -> None:
    chain = chain_of(Selection("block", "B11"), harbour.layout, harbour.containers)
    assert next_level(chain, Selection("bay", "B21-10")).kind == "zone"
    assert next_level(chain, Selection("zone", "Z1")) == Selection("block", "B11")


def test_bays_and_slots_are_read_as_the_trade_writes_them(harbour: Harbour) -> None:
    assert address_of("C3-12") is not None
    slot = address_of("C3-12-04-3")
    assert slot is not None
    assert (slot.block, slot.bay, slot.row, slot.tier) == ("C3", 12, 4, 3)
    assert slot.bay_selection == Selection("bay", "C3-12")
    for wrong in ("", "C3", "C3-", "C3-12-4", "c3-12", "C3-1234"):
        assert address_of(wrong) is None
    for selection, block in ((Selection("slot", "B11-10-02-1"), "B11"), (Selection("gate", "G1"), None), (None, None)):
        assert block_of(selection, harbour.layout, harbour.containers) == block
    assert place_in_yard(Selection("container", "NONE0000000"), harbour.layout, harbour.containers) is None


def test_a_bay_and_a_slot_have_a_place(harbour: Harbour) -> None:
    bay = harbour.layers.place_of(Selection("bay", "B11-10"))
    slot = harbour.layers.place_of(Selection("slot", "B11-10-01-2"))
    block = harbour.layout.blocks[0]
    assert bay is not None
    assert slot is not None
    assert (bay.x, bay.y) == pytest.approx(tuple(block.ground(10, 3.5)))
    assert bay.length_m == 2 * block.bay_pitch_m
    assert (slot.x, slot.y) == pytest.approx(tuple(block.ground(10, 1)))
    assert slot.z == pytest.approx(2.591)
    assert harbour.layers.place_of(Selection("slot", "XX-10-01-2")) is None
