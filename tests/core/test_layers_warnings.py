"""A warning's beacon stands at its subject wherever that is, until the warning is closed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from layers.fences import FenceState
from layers.selection import Selection
from layers.warnings import FOLLOWED
from tests.harbour import NOW, VEHICLE, Harbour, layout
from twin.port_layout import Fence, FenceClass, Name
from twin.warnings import RiskWarning, Severity, WarningState


def warning(
    name: str, kind: str, subject: str, severity: Severity = Severity.CRITICAL, rule: str = "R01", at: int = NOW,
) -> RiskWarning:
    return RiskWarning(
        name, rule, severity, kind, subject, 5.0, 6.0, "Z1", at, at, at, WarningState.RAISED, None, True, None, None,
        {}, (), (), ())


def test_the_beacon_follows_a_box_from_its_slot_onto_the_truck_and_along_the_road() -> None:
    harbour = Harbour()
    box = harbour.stand("TCLU0000001", 0, 2, 1, 1)
    harbour.step(containers=[box], warnings=(warning("W1", "container", "TCLU0000001"),))
    x, y = harbour.layout.blocks[0].ground(2, 1)
    assert harbour.layers.warnings.place[0].tolist() == pytest.approx([x, y, 2.591], abs=1e-3)

    truck = harbour.drive("闽A12345", -20.0, 60.0, 90.0, load=box)
    harbour.containers.put(box, place_kind=VEHICLE, carrier=truck, block=-1)
    harbour.step(containers=[box], movers=[truck])
    on_deck = harbour.layers.warnings.place[0].copy()
    assert on_deck[1] == pytest.approx(60.0)
    assert on_deck[2] == pytest.approx(1.45 + 2.591, abs=1e-3)

    harbour.now += 2_000
    harbour.step(movers=[harbour.drive("闽A12345", 0.0, 60.0, 90.0, load=box)])
    harbour.layers.advance(harbour.now + 1_000)
    assert harbour.layers.warnings.place[0, 0] == pytest.approx(on_deck[0] + 10.0)


def test_a_subject_nobody_can_place_has_its_beacon_where_the_rule_saw_it() -> None:
    harbour = Harbour()
    unknown, elsewhere = warning("W1", "container", "XXXX0000000"), warning("W2", "declaration", "351220261000447183")
    harbour.step(warnings=(unknown, elsewhere))
    assert harbour.layers.warnings.place.tolist() == [[5.0, 6.0, 0.0], [5.0, 6.0, 0.0]]


def test_closing_takes_the_beacon_away_and_acknowledging_only_calms_it() -> None:
    harbour = Harbour()
    first = warning("W1", "vehicle", "闽A1")
    harbour.step(warnings=(first, warning("W2", "vehicle", "闽A2")))
    assert harbour.layers.warnings.unseen.tolist() == [True, True]
    harbour.step(warnings=(replace(first, state=WarningState.ACKNOWLEDGED),))
    assert sorted(zip(harbour.layers.warnings.id, harbour.layers.warnings.unseen.tolist(), strict=True)) == [
        ("W1", False), ("W2", True)]
    harbour.step(warnings=(replace(first, state=WarningState.CLOSED),))
    assert harbour.layers.warnings.id.tolist() == ["W2"]


def test_the_gravest_and_then_the_oldest_come_first() -> None:
    harbour = Harbour()
    harbour.step(warnings=(
        warning("W1", "vehicle", "a", Severity.LOW), warning("W2", "vehicle", "b", Severity.CRITICAL, at=NOW + 5),
        warning("W3", "vehicle", "c", Severity.CRITICAL, at=NOW + 1)))
    assert harbour.layers.warnings.id.tolist() == ["W3", "W2", "W1"]


def test_a_seek_forgets_the_beacons_of_the_other_hour() -> None:
    harbour = Harbour()
    harbour.step(warnings=(warning("W1", "vehicle", "a"),))
    harbour.book = {"W9": warning("W9", "vehicle", "z")}
    harbour.epoch += 1
    harbour.step()
    assert harbour.layers.warnings.id.tolist() == ["W9"]


def test_a_breach_shows_on_the_fence_it_names_and_ends_with_the_warning() -> None:
    fence = Fence("F1", Name("围", "Fence"), FenceClass.FOREIGN, ((0, 0), (0, 90), (90, 90), (90, 0)), "", (), 3.0)
    harbour = Harbour(replace(layout(), fences=(fence, replace(fence, id="F2"))))
    breach = replace(warning("W1", "vehicle", "闽A1", rule="R02"), facts={"fence": "F2"})
    harbour.step(warnings=(breach,))
    assert harbour.layers.fences.state.tolist() == [FenceState.QUIET, FenceState.BREACHED]
    harbour.step(warnings=(replace(breach, state=WarningState.CLOSED),))
    assert harbour.layers.fences.state.tolist() == [FenceState.QUIET, FenceState.QUIET]


def test_a_selected_warning_is_its_subject() -> None:
    harbour = Harbour()
    box = harbour.stand("TCLU0000001", 0, 2, 1, 1)
    harbour.step(containers=[box], warnings=(warning("W1", "container", "TCLU0000001"),))
    assert harbour.layers.place_of(Selection("warning", "W1")) == harbour.layers.place_of(
        Selection("container", "TCLU0000001"))
    assert harbour.layers.place_of(Selection("warning", "W7")) is None


def test_in_a_flood_only_the_gravest_are_followed() -> None:
    harbour = Harbour()
    box = harbour.stand("TCLU0000001", 0, 2, 1, 1)
    low = [warning(f"W{k:04d}", "container", "TCLU0000001", Severity.LOW) for k in range(FOLLOWED + 50)]
    harbour.step(containers=[box], warnings=(*low, warning("GRAVE", "container", "TCLU0000001", Severity.CRITICAL)))
    layer = harbour.layers.warnings
    assert layer.id[0] == "GRAVE"
    x, y = harbour.layout.blocks[0].ground(2, 1)
    assert layer.place[0].tolist() == pytest.approx([x, y, 2.591], abs=1e-3)
    assert layer.place[FOLLOWED - 1].tolist() == pytest.approx([x, y, 2.591], abs=1e-3)
    assert layer.place[FOLLOWED].tolist() == pytest.approx([5.0, 6.0, 0.0]), "where the rule saw it"
