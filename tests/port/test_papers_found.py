"""The whole port with what papers, gates and inspections give away: each incident is found once, where and when it
happens, and hours before it nothing is."""

from __future__ import annotations

import math
from collections import defaultdict

import pytest

from data_sources.simulated_port import scenario
from data_sources.simulated_port.truth import TruthEntry
from data_sources.simulated_port.whole_day import WholeDay
from tests.port.quiet_terminal import BASE_MS, jiangyin
from tests.port.test_incidents import _played
from twin.batch import batch_of
from twin.port_index import PortIndex
from twin.records import RECORD_CLASSES, Record
from twin.rules.registry import make_rules
from twin.twin import Twin
from twin.warnings import RiskWarning

EXERCISE = """\
+00:16:00 R04 case=other_slot
+00:17:00 R04 case=no_manifest
+00:19:00 R04 case=weight
+00:20:00 R04 case=empty_full
+00:21:00 R05 case=plate
+00:26:00 R05 case=container
+00:31:00 R05 case=invalid_number
+00:35:00 R05 case=cloned
+00:37:00 R06 load=full
+00:41:00 R06 load=empty
+00:24:00 R08 case=moved
"""
_RULES = ("R04", "R05", "R06", "R07", "R08", "R09")
_STEP_MS = 10_000
_CLEAN_MS = 16 * 60_000
_LAST_MS = 90 * 60_000
_SOON_MS = 2 * _STEP_MS
_NEAR_M = 30.0  # a lane of a gate beside the one at which a truck stands

Watched = tuple[list[TruthEntry], list[RiskWarning]]


@pytest.fixture(scope="module")
def watched() -> Watched:
    layout = jiangyin()
    port = WholeDay(layout, 11, BASE_MS, scenario.parse(EXERCISE))
    twin = Twin(PortIndex(layout), [rule for rule in make_rules() if rule.spec.id in _RULES])
    for part in port.slices(BASE_MS + _LAST_MS, interval_ms=_STEP_MS, slice_ms=_STEP_MS):
        twin.apply(part.batches, part.at_ms)
    assert all(status.on for status in twin.rule_status.values())
    return list(port.simulation.customs.truth), list(twin.warnings.all())


@pytest.mark.timeout(600)
def test_every_incident_happens(watched: Watched) -> None:
    truths, _ = watched
    assert sorted(t.rule for t in truths) == ["R04"] * 4 + ["R05"] * 4 + ["R06"] * 2 + ["R08"]
    assert all(t.injected for t in truths), truths


def test_every_incident_is_found_once_and_nothing_else(watched: Watched) -> None:
    truths, warnings = watched
    assert sorted((w.rule, w.subject) for w in warnings) == sorted((t.rule, t.subject) for t in truths)
    assert all(not w.overturned for w in warnings)


def test_while_nothing_is_wrong_nothing_is_found(watched: Watched) -> None:
    _, warnings = watched
    assert min(w.raised_at for w in warnings) >= BASE_MS + _CLEAN_MS, "the morning and what stood there were in order"


def test_it_is_found_where_and_when_it_happens(watched: Watched) -> None:
    truths, warnings = watched
    found = {(w.rule, w.subject): w for w in warnings}
    for truth in truths:
        warning = found[truth.rule, truth.subject]
        assert warning.subject_kind == truth.subject_kind
        assert abs(warning.raised_at - truth.from_ms) <= _SOON_MS, (truth, warning)
        assert math.hypot(warning.place_x - truth.x, warning.place_y - truth.y) <= _NEAR_M, (truth, warning)
        assert warning.zone == truth.zone


def test_each_says_what_would_have_been_right(watched: Watched) -> None:
    _, warnings = watched
    for warning in warnings:
        assert warning.rule_version >= 1
        assert warning.limits
        assert warning.evidence


_KIND_OF = {record_class: kind for kind, record_class in RECORD_CLASSES.items()}


@pytest.mark.parametrize(("line", "hours"), [
    ("R07 case=untested", 6.0), ("R07 case=loaded", 6.0), ("R08 case=overdue", 16.0), ("R09 case=moved", 8.0),
    ("R09 case=left", 8.0),
])
def test_what_takes_hours_is_found_once_at_a_terminal_of_fixed_times(line: str, hours: float) -> None:
    port, heard, truth = _played(f"+00:05:00 {line}", hours=hours)
    twin = Twin(PortIndex(jiangyin()), [rule for rule in make_rules() if rule.spec.id == truth.rule])
    minutes: dict[int, list[Record]] = defaultdict(list)
    for record in heard.records:
        minutes[record.observed_at // 60_000].append(record)
    for minute in range(min(minutes), port.world.now_ms // 60_000 + 1):
        said: dict[type, list[Record]] = defaultdict(list)
        for record in minutes[minute]:
            said[type(record)].append(record)
        now = (minute + 1) * 60_000
        twin.apply([batch_of(_KIND_OF[cls], records, now) for cls, records in said.items()], now)
    (warning,) = twin.warnings.all()
    assert (warning.rule, warning.subject) == (truth.rule, truth.subject)
    assert abs(warning.raised_at - truth.from_ms) <= 120_000, "hours of an open site are counted by the minute"
