"""A terminal moves boxes all day; the picture redraws the blocks that changed and no other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from layers.palette import LEGAL_STATES, SEVERITIES, ColourMode
from layers.stacks import Stacks, stack
from tests.core.test_layers_warnings import warning
from tests.harbour import SLOT, VEHICLE, VESSEL, Harbour, layout
from twin.legal_state import LegalState
from twin.warnings import Severity, WarningState


def redrawn(harbour: Harbour, before: np.ndarray) -> list[int]:
    return np.flatnonzero(harbour.layers.containers.block_revision - before).tolist()


@pytest.fixture
def yard() -> Harbour:
    harbour = Harbour(layout(columns=2, lines=2))
    rows = [harbour.stand(f"TCLU000000{n}", block, 2, 1, 1) for n, block in enumerate((0, 1, 2, 3))]
    rows.append(harbour.stand("TCLU0000009", 0, 2, 1, 2))
    harbour.step(containers=rows)
    return harbour


def test_a_box_moved_within_its_block_redraws_that_block_alone(yard: Harbour) -> None:
    before = yard.layers.containers.block_revision.copy()
    yard.step(containers=[yard.stand("TCLU0000009", 0, 6, 3, 1)])
    assert redrawn(yard, before) == [0]


def test_a_box_moved_to_another_block_redraws_both(yard: Harbour) -> None:
    before = yard.layers.containers.block_revision.copy()
    yard.step(containers=[yard.stand("TCLU0000009", 2, 6, 3, 1)])
    assert redrawn(yard, before) == [0, 2]
    assert len(yard.layers.containers.rows_in_block(0)) == 1
    assert len(yard.layers.containers.rows_in_block(2)) == 2


def test_a_corrected_weight_redraws_nothing(yard: Harbour) -> None:
    before, revision = yard.layers.containers.block_revision.copy(), yard.layers.containers.revision
    row = yard.containers.row_of["TCLU0000001"]
    yard.containers.put(row, gross_kg=21_480.0)
    yard.step(containers=[row])
    assert redrawn(yard, before) == []
    assert yard.layers.containers.revision == revision


def test_a_hold_recolours_the_box_in_its_block(yard: Harbour) -> None:
    before = yard.layers.containers.block_revision.copy()
    row = yard.containers.row_of["TCLU0000001"]
    yard.containers.put(row, legal_state=LegalState.HELD)
    yard.step(containers=[row])
    assert redrawn(yard, before) == [1]
    assert yard.layers.containers.colours(np.array([row])).tolist() == [list(LEGAL_STATES[LegalState.HELD][3])]


def test_a_box_lifted_onto_a_truck_leaves_its_block(yard: Harbour) -> None:
    before, carried = yard.layers.containers.block_revision.copy(), yard.layers.containers.carried_revision
    row = yard.containers.row_of["TCLU0000001"]
    truck = yard.drive("闽A12345", 0.0, 50.0, 90.0, load=row)
    yard.containers.put(row, place_kind=VEHICLE, carrier=truck, block=-1)
    yard.step(containers=[row], movers=[truck])
    assert redrawn(yard, before) == [1]
    assert yard.layers.containers.carried_revision == carried + 1
    loaded, place, _ = yard.layers.vehicles.loads()
    assert loaded.tolist() == [row]
    assert place[0, 2] > 1.0, "it stands on the deck, not on the road"


def test_a_box_that_left_the_port_is_drawn_nowhere(yard: Harbour) -> None:
    row = yard.containers.row_of["TCLU0000001"]
    yard.containers.put(row, present=False)
    yard.step(containers=[row])
    assert not len(yard.layers.containers.rows_in_block(1))
    assert sum(yard.layers.containers.state_counts()) == 4


def test_another_colour_mode_redraws_everything_once(yard: Harbour) -> None:
    before = yard.layers.containers.block_revision.copy()
    yard.layers.containers.set_colour_mode("owner")
    yard.layers.containers.set_colour_mode(ColourMode.OWNER)
    assert (yard.layers.containers.block_revision - before).tolist() == [1, 1, 1, 1]


def test_the_legend_counts_what_is_in_the_port(yard: Harbour) -> None:
    row = yard.containers.row_of["TCLU0000001"]
    yard.containers.put(row, legal_state=LegalState.HELD)
    yard.step(containers=[row])
    by_key = {entry.key: entry for entry in yard.layers.legend("legal_state")}
    assert (by_key["held"].count, by_key["released"].count, by_key["empty"].count) == (1, 4, 0)
    assert (by_key["held"].zh, by_key["held"].rgb) == ("布控", (232, 164, 44))


def keys_of(yard: Harbour, mode: ColourMode) -> dict[str, int]:
    return {entry.key: entry.count for entry in yard.layers.legend(mode) if entry.count}


def test_colours_tell_how_long_a_box_has_stood_and_grow_older_with_the_clock(yard: Harbour) -> None:
    layer, day = yard.layers.containers, 86_400_000
    rows = yard.containers.rows(["TCLU0000000", "TCLU0000001", "TCLU0000002"])
    yard.containers.put(rows, arrived_at=np.array([yard.now - day // 2, yard.now - 5 * day, yard.now - 20 * day]))
    yard.step(containers=rows)
    assert keys_of(yard, ColourMode.DWELL) == {"dwell_1": 1, "dwell_7": 1, "dwell_over": 1, "dwell_unknown": 2}
    layer.set_colour_mode(ColourMode.DWELL)
    young, before = layer.colours(rows[:1]), layer.block_revision.copy()
    yard.now += day
    yard.step()
    assert redrawn(yard, before) == [0], "only the block of the box that came of age"
    assert (layer.colours(rows[:1]) != young).any()


def test_colours_tell_the_weight_and_a_corrected_one_redraws_its_block(yard: Harbour) -> None:
    layer, row = yard.layers.containers, yard.containers.row_of["TCLU0000001"]
    layer.set_colour_mode(ColourMode.WEIGHT)
    before = layer.block_revision.copy()
    yard.containers.put(row, gross_kg=29_400.0)
    yard.step(containers=[row])
    assert redrawn(yard, before) == [1]
    assert keys_of(yard, ColourMode.WEIGHT) == {"weight_over": 1, "weight_unknown": 4}


def test_a_box_under_warning_shows_its_gravest_one_until_it_is_closed(yard: Harbour) -> None:
    layer, row = yard.layers.containers, yard.containers.row_of["TCLU0000001"]
    layer.set_colour_mode(ColourMode.RISK)
    before = layer.block_revision.copy()
    found = [warning("W1", "container", "TCLU0000001", Severity.MEDIUM),
             warning("W2", "container", "TCLU0000001"), warning("W3", "vehicle", "闽A12345")]
    yard.step(warnings=found)
    assert redrawn(yard, before) == [1]
    assert layer.colours(np.array([row])).tolist() == [list(SEVERITIES[0][3])]
    assert keys_of(yard, ColourMode.RISK) == {"critical": 1, "calm": 4}
    yard.step(warnings=[replace(w, state=WarningState.CLOSED) for w in found])
    assert keys_of(yard, ColourMode.RISK) == {"calm": 5}


def test_empty_boxes_stand_out_from_full_ones(yard: Harbour) -> None:
    yard.containers.put(yard.containers.rows(["TCLU0000000", "TCLU0000001"]), full=True)
    yard.step(containers=np.arange(5))
    assert keys_of(yard, ColourMode.LOAD) == {"full": 2, "empty": 3}


def test_the_owners_legend_names_lines_by_their_prefixes(yard: Harbour) -> None:
    yard.containers.put(yard.containers.rows(["TCLU0000000", "TCLU0000001"]), owner=np.array(["CBHU", "XYZU"], object))
    yard.step(containers=np.arange(5))
    entries = [(entry.zh, entry.en, entry.count) for entry in yard.layers.legend("owner")]
    assert entries == [("中远海运", "COSCO", 4), ("XYZU", "XYZU", 1)]


def test_the_legal_states_are_named_as_the_twin_numbers_them() -> None:
    assert [entry[0] for entry in LEGAL_STATES] == [state.name.lower() for state in LegalState]


def test_emphasis_fades_all_but_one_state(yard: Harbour) -> None:
    row = yard.containers.row_of["TCLU0000001"]
    yard.containers.put(row, legal_state=LegalState.HELD)
    yard.step(containers=[row])
    layer = yard.layers.containers
    other = np.array([yard.containers.row_of["TCLU0000002"]])
    plain = layer.colours(other).astype(int)
    layer.emphasise(LegalState.HELD)
    assert layer.colours(np.array([row])).tolist() == [list(LEGAL_STATES[LegalState.HELD][3])]
    assert layer.colours(other).astype(int).sum() < plain.sum()


def stacked(bays: list[int], tiers: list[int], heights: list[float]) -> Stacks:
    return stack(np.array(bays), np.ones(len(bays), dtype=int), np.array(tiers), np.array(heights), 4, 6, (6.5, 2.9))


def test_high_cubes_lift_what_stands_on_them() -> None:
    """A stack's height is that of its boxes: 2.896 m of a high cube, 2.591 m of a standard one (ISO 668)."""
    found = stacked([2, 2, 2], [1, 2, 3], [2.896, 2.591, 2.896])
    assert found.base_m.tolist() == pytest.approx([0.0, 2.896, 5.487])
    assert found.top_m[2] == pytest.approx(8.383)


def test_a_forty_foot_box_rests_on_the_higher_of_two_twenties() -> None:
    found = stacked([1, 3, 2], [1, 1, 2], [2.591, 2.896, 2.591])
    assert found.base_m[2] == pytest.approx(2.896)
    assert (found.first[2], found.last[2]) == (0, 1)


def test_a_box_said_to_hang_in_the_air_is_drawn_there() -> None:
    """The records may be wrong; the picture shows what they say, where an officer can see that it cannot be."""
    found = stacked([1], [3], [2.591])
    assert found.base_m[0] == pytest.approx(2 * 2.591)


def test_cargo_of_two_ships_is_redrawn_apart(yard: Harbour) -> None:
    first, second = yard.moor("海丰", 0.0, -30.0, 270.0), yard.moor("中远", -400.0, -30.0, 270.0)
    boxes = [yard.box(f"MSCU000000{n}", place_kind=VESSEL, carrier=ship, vessel_slot=20082)
             for n, ship in enumerate((first, second))]
    yard.step(containers=boxes, movers=[first, second], vessels=[0, 1])
    before = dict(yard.layers.containers.vessel_revision)
    yard.containers.put(boxes[1], place_kind=SLOT, block=0, bay=6, row=6, tier=1, carrier=-1, vessel_slot=-1)
    yard.step(containers=[boxes[1]])
    after = yard.layers.containers.vessel_revision
    assert after[first] == before[first]
    assert after[second] == before[second] + 1
