"""Trucks report every two seconds; between reports their markers glide, and never run ahead of what was reported."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.motion import Motion
from layers.vehicles import STALE_MS, WIDEST_M
from tests.harbour import NOW, Harbour


def truck_at(harbour: Harbour, seconds: float) -> tuple[float, float, float]:
    harbour.layers.advance(NOW + int(seconds * 1000))
    v = harbour.layers.vehicles
    return float(v.x[0]), float(v.y[0]), float(v.bearing_deg[0])


def fix(harbour: Harbour, seconds: float, x: float, y: float, course: float) -> None:
    harbour.now = NOW + int(seconds * 1000)
    harbour.step(movers=[harbour.drive("闽A12345", x, y, course)])


def test_a_truck_appears_at_its_first_fix() -> None:
    harbour = Harbour()
    fix(harbour, 0, 10.0, 20.0, 90.0)
    assert truck_at(harbour, 0) == (10.0, 20.0, 90.0)
    assert harbour.layers.vehicles.shown.tolist() == [True]


def test_a_truck_takes_one_report_interval_to_reach_its_latest_fix() -> None:
    harbour = Harbour()
    fix(harbour, 0, 0.0, 0.0, 90.0)
    fix(harbour, 2, 20.0, 0.0, 90.0)
    assert truck_at(harbour, 2)[0] == 0.0
    assert truck_at(harbour, 3)[0] == pytest.approx(10.0)
    assert truck_at(harbour, 4)[0] == pytest.approx(20.0)


def test_a_truck_that_falls_silent_stands_at_its_last_fix_and_shows_its_age() -> None:
    harbour = Harbour()
    fix(harbour, 0, 0.0, 0.0, 90.0)
    fix(harbour, 2, 20.0, 0.0, 90.0)
    assert truck_at(harbour, 300)[0] == pytest.approx(20.0)
    v = harbour.layers.vehicles
    assert v.age_ms.tolist() == [298_000]
    assert STALE_MS < 298_000
    assert v.stale.tolist() == [True]
    assert v.shown.tolist() == [True], "with its feed silent a truck stays where it was last seen"


def test_the_longer_a_moving_truck_is_silent_the_further_it_may_be_but_never_all_over_the_port() -> None:
    harbour = Harbour()
    fix(harbour, 0, 0.0, 0.0, 90.0)
    row = harbour.movers.row_of["闽A12345"]
    harbour.movers.put(row, speed_mps=0.5, accuracy_m=6.0)
    reach = []
    for seconds in (10, 70, 130, 3_600):
        truck_at(harbour, seconds)
        reach.append(float(harbour.layers.vehicles.uncertainty_m()[0]))
    assert reach == [0.0, pytest.approx(6.0 + 35.0), pytest.approx(6.0 + 65.0), WIDEST_M]


def test_a_silent_truck_that_stood_is_only_as_uncertain_as_its_fix() -> None:
    harbour = Harbour()
    fix(harbour, 0, 0.0, 0.0, 90.0)
    truck_at(harbour, 600)
    assert harbour.layers.vehicles.uncertainty_m().tolist() == [15.0]


def test_a_turn_across_north_goes_the_short_way() -> None:
    harbour = Harbour()
    fix(harbour, 0, 0.0, 0.0, 350.0)
    fix(harbour, 2, 0.0, 10.0, 20.0)
    assert truck_at(harbour, 3)[2] % 360.0 == pytest.approx(5.0)
    assert truck_at(harbour, 5)[2] == pytest.approx(20.0)


def test_steady_traffic_moves_without_a_jump() -> None:
    harbour = Harbour()
    shown = []
    for second in range(0, 20, 2):
        fix(harbour, second, 10.0 * second, 0.0, 90.0)
        shown += [truck_at(harbour, second + part)[0] for part in (0.0, 0.5, 1.0, 1.5)]
    steps = np.diff(shown)
    assert steps[4:].max() == pytest.approx(5.0)
    assert steps.min() >= 0.0


def test_a_truck_found_a_kilometre_off_is_shown_there_at_once() -> None:
    harbour = Harbour()
    fix(harbour, 0, 0.0, 0.0, 90.0)
    fix(harbour, 2, 1_000.0, 0.0, 90.0)
    assert truck_at(harbour, 2)[0] == 1_000.0


def test_the_same_fix_told_again_moves_nothing() -> None:
    harbour = Harbour()
    fix(harbour, 0, 0.0, 0.0, 90.0)
    fix(harbour, 2, 20.0, 0.0, 90.0)
    truck_at(harbour, 10)
    moved = harbour.layers.vehicles.moved_revision
    harbour.step(movers=[0])
    truck_at(harbour, 11)
    assert harbour.layers.vehicles.moved_revision == moved


def test_a_truck_out_by_the_gate_disappears_after_a_while() -> None:
    harbour = Harbour()
    fix(harbour, 0, 0.0, 0.0, 90.0)
    harbour.movers.put(0, left_at=NOW)
    truck_at(harbour, 60)
    assert harbour.layers.vehicles.shown.tolist() == [True]
    truck_at(harbour, 600)
    assert harbour.layers.vehicles.shown.tolist() == [False]


def test_when_nothing_moves_nothing_is_raised() -> None:
    harbour = Harbour()
    fix(harbour, 0, 0.0, 0.0, 90.0)
    truck_at(harbour, 5)
    before = (harbour.layers.vehicles.moved_revision, harbour.layers.vehicles.revision, harbour.layers.seals.revision)
    truck_at(harbour, 6)
    truck_at(harbour, 7)
    assert (harbour.layers.vehicles.moved_revision, harbour.layers.vehicles.revision,
            harbour.layers.seals.revision) == before


FIXES = st.tuples(st.integers(1, 30_000), st.floats(-5_000, 5_000), st.integers(1, 40_000))


@given(st.lists(FIXES, min_size=1, max_size=8))
def test_a_marker_never_leaves_the_stretch_between_reported_places(fixes: list[tuple[int, float, int]]) -> None:
    motion = Motion(columns=3, angles=1, jump=120.0)
    motion.grow(1)
    now, seen = NOW, []
    for wait, x, watch in fixes:
        now += wait
        seen.append(x)
        motion.aim(np.array([0]), np.array([[x, 0.0, 0.0]]), now)
        for part in (0, watch // 2, watch):
            motion.advance(now + part)
            assert min(seen) - 1e-6 <= motion.shown[0, 0] <= max(seen) + 1e-6
        now += watch
    motion.advance(now + 10_000_000)
    assert motion.shown[0, 0] == pytest.approx(seen[-1])
