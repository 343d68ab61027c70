"""The whole port with a scenario, watched by R10 to R15: each incident is found once, where and when it happens, and
nothing else."""

from __future__ import annotations

import math

import pytest

from data_sources.simulated_port import scenario
from data_sources.simulated_port.operations import Simulation
from data_sources.simulated_port.truth import TruthEntry
from tests.port.quiet_terminal import BASE_MS, jiangyin
from tests.port.test_incidents_found import _Wire
from twin.rules.r10_overdue_stay import OverdueStay
from twin.rules.r11_dangerous_goods_place import DangerousGoodsPlace
from twin.rules.r12_transit_deviation import TransitDeviation
from twin.rules.r13_position_implausible import PositionImplausible
from twin.rules.r14_loitering import Loitering
from twin.rules.r15_device_down import DeviceDown
from twin.rules.r16_night_activity import NightActivity
from twin.twin import Twin
from twin.warnings import RiskWarning

EXERCISE = """\
+00:00:30 R10
+00:01:00 R11
+00:01:00 R12 case=deviates minutes=20
+00:01:30 R12 case=overdue
+00:02:00 R12 case=not_written_off
+00:03:00 R13
+00:04:00 R13 case=far_away
+00:05:00 R14 minutes=8
+00:06:00 R15 minutes=10
+00:07:00 R15 case=silent minutes=20
"""
_STEP_MS = 10_000
_LAST_MS = 90 * 60_000
_SETTLED_MS = 120_000
_SOON_MS = {"not_written_off": 70_000, "silent": 470_000}  # waiting time, and one that shows only when a sign is missed
_NEAR_M = {"R12": 1_200.0}  # a trip is heard once a minute


@pytest.fixture(scope="module")
def watched() -> tuple[list[TruthEntry], list[RiskWarning]]:
    wire = _Wire()
    port = Simulation(jiangyin(), 11, BASE_MS, scenario.parse(EXERCISE), wire)
    rules = (OverdueStay(), DangerousGoodsPlace(), TransitDeviation(), PositionImplausible(), Loitering(), DeviceDown(),
             NightActivity())
    twin = Twin(port.world.index, rules)
    for at in range(BASE_MS - _SETTLED_MS, BASE_MS + _LAST_MS, _STEP_MS):
        port.advance(at)
        for kind, columns in port.sample(at, _STEP_MS).items():
            wire.append_columns(kind, columns)
        if at >= BASE_MS:
            twin.apply(list(wire.batches(at)), at)
    assert all(status.on for status in twin.rule_status.values())
    return list(port.customs.truth), list(twin.warnings.all())


@pytest.mark.timeout(600)
def test_every_incident_is_found_once_and_nothing_else(watched: tuple[list[TruthEntry], list[RiskWarning]]) -> None:
    truths, warnings = watched
    assert len(truths) == len(EXERCISE.splitlines())
    assert all(t.injected for t in truths), truths
    assert sorted((w.rule, w.subject) for w in warnings) == sorted((t.rule, t.subject) for t in truths)
    assert not any(w.overturned for w in warnings)


def test_it_is_found_where_and_when_it_happens(watched: tuple[list[TruthEntry], list[RiskWarning]]) -> None:
    truths, warnings = watched
    found = {(w.rule, w.subject): w for w in warnings}
    for truth in truths:
        warning = found[truth.rule, truth.subject]
        late_ms = warning.raised_at - truth.from_ms
        soon_ms = _SOON_MS.get(str(warning.facts.get("cause")), 70_000)
        earliest_ms = -60_000 if truth.rule == "R12" else -_STEP_MS - 20_000
        assert warning.subject_kind == truth.subject_kind
        assert earliest_ms <= late_ms <= soon_ms, (truth, warning)
        near_m = _NEAR_M.get(truth.rule, 120.0)
        assert math.hypot(warning.place_x - truth.x, warning.place_y - truth.y) <= near_m, (truth, warning)


def test_what_was_made_good_again_is_cleared(watched: tuple[list[TruthEntry], list[RiskWarning]]) -> None:
    truths, warnings = watched
    found = {(w.rule, w.subject): w for w in warnings}
    assert {t.rule for t in truths if t.to_ms is not None} >= {"R12", "R13", "R14", "R15"}
    for truth in truths:
        assert found[truth.rule, truth.subject].active == (truth.to_ms is None), truth
