"""The whole port with a scenario, watched by the rules: each incident is found once, where and when it happens."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from data_sources.simulated_port import scenario
from data_sources.simulated_port.operations import Simulation
from data_sources.simulated_port.truth import TruthEntry
from tests.port.quiet_terminal import BASE_MS, jiangyin
from twin.batch import RECEIVED_AT, Batch, batch_of, column, fields_of
from twin.records import RECORD_CLASSES, Kind, Record
from twin.rules.registry import make_rules
from twin.twin import Twin
from twin.warnings import RiskWarning

EXERCISE = """\
+00:01:00 R01
+00:01:00 R02 stand_s=30
+00:02:00 R02 fence=fence-foreign
+00:01:00 R03 case=wrong_number
+00:01:00 R03 case=silent
+00:03:00 R03 case=cut
+00:04:00 R03 case=tampered
+00:05:00 R03 case=unlocked
+00:06:00 R03 case=outside
"""
_STEP_MS = 10_000
_LAST_MS = 75 * 60_000
_SETTLED_MS = 120_000
_NEAR_M = 120.0  # what a truck drives in a step
_SOON_MS = 2 * _STEP_MS
_SILENCE_MS = 200_000  # three missed reports


class _Wire:
    """A record sink whose records come to the twin as batches."""

    def __init__(self) -> None:
        self._records: list[Record] = []
        self._columns: list[tuple[Kind, Mapping[str, Any]]] = []

    def append(self, records: Sequence[Record]) -> None:
        self._records.extend(records)

    def append_columns(self, kind: Kind, columns: Mapping[str, Sequence[Any] | NDArray[Any]]) -> None:
        self._columns.append((kind, columns))

    def batches(self, now: int) -> Iterator[Batch]:
        """What was said since the last call."""
        columns, self._columns = self._columns, []
        records, self._records = self._records, []
        for kind, values in columns:
            made = {f.name: column(f.dtype, list(values[f.name])) for f in fields_of(kind)}
            yield Batch(kind, made | {RECEIVED_AT: np.full(len(made["id"]), now, dtype=np.int64)})
        for kind, record_class in RECORD_CLASSES.items():
            said = [r for r in records if type(r) is record_class]
            if said:
                yield batch_of(kind, said, now)


@pytest.fixture(scope="module")
def watched() -> tuple[list[TruthEntry], list[RiskWarning]]:
    wire = _Wire()
    port = Simulation(jiangyin(), 11, BASE_MS, scenario.parse(EXERCISE), wire)
    twin = Twin(port.world.index, [rule for rule in make_rules() if rule.spec.id in ("R01", "R02", "R03")])
    for at in range(BASE_MS - _SETTLED_MS, BASE_MS + _LAST_MS, _STEP_MS):
        port.advance(at)
        for kind, columns in port.sample(at, _STEP_MS).items():
            wire.append_columns(kind, columns)
        if at >= BASE_MS:  # as a desk that joins: everything has said where it is
            twin.apply(list(wire.batches(at)), at)
    assert all(status.on for status in twin.rule_status.values())
    return list(port.customs.truth), list(twin.warnings.all())


@pytest.mark.timeout(400)
def test_every_incident_happens(watched: tuple[list[TruthEntry], list[RiskWarning]]) -> None:
    truths, _ = watched
    assert sorted(t.rule for t in truths) == ["R01", "R02", "R02"] + 6 * ["R03"]
    assert all(t.injected for t in truths), truths


def test_every_incident_is_found_once_and_nothing_else(watched: tuple[list[TruthEntry], list[RiskWarning]]) -> None:
    truths, warnings = watched
    assert sorted((w.rule, w.subject) for w in warnings) == sorted((t.rule, t.subject) for t in truths)


def test_it_is_found_where_and_when_it_happens(watched: tuple[list[TruthEntry], list[RiskWarning]]) -> None:
    truths, warnings = watched
    found = {(w.rule, w.subject): w for w in warnings}
    for truth in truths:
        warning = found[truth.rule, truth.subject]
        late_ms = warning.raised_at - truth.from_ms
        silent = warning.facts.get("cause") == "silent"
        assert warning.subject_kind == truth.subject_kind
        assert -1_000 <= late_ms <= (_SILENCE_MS + _SOON_MS if silent else _SOON_MS), (truth, warning)
        reach_m = 10.0 * late_ms / 1000.0 if silent else _NEAR_M  # a truck moves on while its seal is not yet missed
        assert math.hypot(warning.place_x - truth.x, warning.place_y - truth.y) <= max(reach_m, _NEAR_M)


def test_what_stays_in_its_slot_is_found_to_the_metre(watched: tuple[list[TruthEntry], list[RiskWarning]]) -> None:
    truths, warnings = watched
    found = {(w.rule, w.subject): w for w in warnings}
    moving = ("number_differs", "silent")
    still = [t for t in truths if t.rule != "R02" and found[t.rule, t.subject].facts.get("cause") not in moving]
    assert len(still) == 5
    for truth in still:
        warning = found[truth.rule, truth.subject]
        assert math.hypot(warning.place_x - truth.x, warning.place_y - truth.y) < 1.0
        assert warning.zone == truth.zone
        assert warning.raised_at == truth.from_ms
