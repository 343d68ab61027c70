"""The simulated port without a server and without a clock: advanced slice by slice, drained as batches.

    day = WholeDay(layout, seed=1, base_ms=midnight_ms)
    for piece in day.slices(midnight_ms + 86_400_000):
        history.write(piece.batches)
    day.simulation.customs.truth.write(path)

A day of 24 hours with all its fixes takes about two minutes of one core.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_sources.simulated_port import scenario as scenarios
from data_sources.simulated_port.operations import Simulation
from data_sources.simulated_port.scenario import Scenario
from twin.batch import RECEIVED_AT, Batch, Column, column, fields_of
from twin.port_layout import PortLayout
from twin.records import RECORD_CLASSES, Kind, Record

_KIND_OF_CLASS = {cls: kind for kind, cls in RECORD_CLASSES.items()}
_SETTLE_MS = 180_000  # the longest report interval: after it everything has said where it is


@dataclass(frozen=True, slots=True)
class Slice:
    """What was said up to `at_ms` (ms UTC) since the slice before: batches in the order of `Kind`, one a kind."""

    at_ms: int
    batches: tuple[Batch, ...]


class WholeDay:
    """A port whose time is driven by whoever asks for its slices.

    The world begins 45 minutes before `base_ms` with its standing stock, which makes up the first slice; positions
    begin three minutes before `base_ms`. The same layout, seed, base, scenario and interval give the same records,
    whatever the length of the slices. Raises ScenarioError if the scenario does not fit the port.
    """

    def __init__(
        self, layout: PortLayout, seed: int, base_ms: int, scenario: Scenario = scenarios.EMPTY
    ) -> None:
        self._said = _Said()
        self._base_ms = base_ms
        self.simulation = Simulation(layout, seed, base_ms, scenario, self._said)
        self._at_ms = self.simulation.world.start_ms
        self._begun = False

    def slices(self, to_ms: int, *, interval_ms: int = 2_000, slice_ms: int = 60_000) -> Iterator[Slice]:
        """Runs the port to `to_ms`. `interval_ms`: how far apart positions are taken, 2,000 for a port at rate 1.

        `received_at` is the instant, a multiple of the interval, at or after the one at which a record was said.
        """
        if not self._begun:
            self._begun = True
            yield Slice(self._at_ms, self._said.batches(self._at_ms))
        while self._at_ms < to_ms:
            end = min((self._at_ms // slice_ms + 1) * slice_ms, to_ms)
            at = self._at_ms
            while at < end:
                at = min((at // interval_ms + 1) * interval_ms, end)
                self.simulation.advance(at)
                self._said.received(at)
                if at % interval_ms == 0 and at >= self._base_ms - _SETTLE_MS:
                    self.simulation.take(at, interval_ms)
            self._at_ms = end
            for kind, columns in self.simulation.taken().items():
                self._said.add(kind, columns, columns["observed_at"])
            yield Slice(end, self._said.batches(end))


@dataclass(slots=True)
class _Rows:
    """Records of one kind in a row, and when each was received."""

    records: list[Record]
    times: list[int]


@dataclass(slots=True)
class _Table:
    """Columns of one kind, and when each row was received."""

    columns: Mapping[str, Column]
    times: NDArray[np.int64]


class _Said:
    """The sink of a simulation: what it said, by kind and in its order, until it is asked for."""

    def __init__(self) -> None:
        self._pending: list[Record | tuple[Kind, Mapping[str, Any]]] = []
        self._parts: dict[Kind, list[_Rows | _Table]] = {}

    def append(self, records: Sequence[Record]) -> None:
        """Takes records of any kinds, in their order."""
        self._pending += records

    def append_columns(self, kind: Kind, columns: Mapping[str, Sequence[Any] | NDArray[Any]]) -> None:
        """Takes records of one kind as columns."""
        self._pending.append((kind, columns))

    def received(self, at_ms: int) -> None:
        """What was said since the last call is received at `at_ms`."""
        for said in self._pending:
            if isinstance(said, tuple):
                kind, given = said
                columns = {f.name: column(f.dtype, given[f.name]) for f in fields_of(kind)}
                self.add(kind, columns, np.full(len(columns["id"]), at_ms, dtype=np.int64))
                continue
            parts = self._parts.setdefault(_KIND_OF_CLASS[type(said)], [])
            if not parts or not isinstance(parts[-1], _Rows):
                parts.append(_Rows([], []))
            rows = parts[-1]
            if isinstance(rows, _Rows):
                rows.records.append(said)
                rows.times.append(at_ms)
        self._pending = []

    def add(self, kind: Kind, columns: Mapping[str, Column], times: NDArray[np.int64]) -> None:
        """Takes columns of one kind whose rows were received at `times` (ms UTC). Shapes (N,)."""
        if len(times):
            self._parts.setdefault(kind, []).append(_Table(columns, times))

    def batches(self, at_ms: int) -> tuple[Batch, ...]:
        """Everything taken so far, and nothing of it again."""
        self.received(at_ms)
        parts, self._parts = self._parts, {}
        return tuple(_batch(kind, parts[kind]) for kind in Kind if kind in parts)


def _batch(kind: Kind, parts: Sequence[_Rows | _Table]) -> Batch:
    tables = [_table(kind, part) if isinstance(part, _Rows) else part for part in parts]
    columns = {f.name: np.concatenate([t.columns[f.name] for t in tables]) for f in fields_of(kind)}
    return Batch(kind, columns | {RECEIVED_AT: np.concatenate([t.times for t in tables])})


def _table(kind: Kind, rows: _Rows) -> _Table:
    columns = {f.name: column(f.dtype, [getattr(r, f.name) for r in rows.records]) for f in fields_of(kind)}
    return _Table(columns, np.array(rows.times, dtype=np.int64))
