"""The simulated port straight into a history, as fast as it goes.

Two processes share the work: one simulates and writes the records, this one follows with a twin with all rules on and
keeps its keyframes and warnings.
"""

from __future__ import annotations

import gc
import multiprocessing
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from data_sources.history.errors import HistoryError
from data_sources.history.keyframe_chain import Taker
from data_sources.history.steps import cut
from data_sources.history.store import History
from data_sources.history.values import KeyframeRow, WarningStep
from data_sources.history.warning_steps import StepLog
from data_sources.simulated_port.scenario import Scenario
from twin import keyframe
from twin.batch import Batch
from twin.port_index import PortIndex
from twin.port_layout import PortLayout
from twin.records import Kind
from twin.rules.registry import make_rules
from twin.twin import Twin

_DEGREE = 1e7
_SLICES_AHEAD = 8
_WRITTEN_EVERY = 20


class SimulateError(Exception):
    """The simulation could not be finished: one sentence."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to simulate. base_ms: where the day begins; until_ms: where it ends; ms UTC. truth: a file to write what the
    scenario injected."""

    url: str
    layout: PortLayout
    seed: int
    base_ms: int
    until_ms: int
    scenario: Scenario
    truth: Path | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is. `at`: ms UTC; rows so far. readings: of the cranes' trolleys and spreaders; records: discrete."""

    at: int
    fixes: int = 0
    readings: int = 0
    records: int = 0
    warnings: int = 0
    keyframes: int = 0
    keyframe_bytes: int = 0
    rules_off: tuple[str, ...] = ()


def simulate(plan: Plan, tell: Callable[[Progress], None] = lambda _: None) -> Progress:
    """Makes the day; `tell` hears how far it is, about once a second. Raises SimulateError, HistoryError."""
    context = multiprocessing.get_context("spawn")
    with History.open(plan.url, plan.layout.code) as history:
        here, there = context.Pipe(duplex=False)
        child = context.Process(target=_make, args=(plan, there), name="simulation", daemon=True)
        child.start()
        there.close()
        try:
            return _follow(plan, history, _Reading(here), tell)
        finally:
            here.close()
            child.join(5.0)
            if child.is_alive():
                child.terminate()
                child.join()


def _make(plan: Plan, out: Connection) -> None:
    """Simulates and writes the records; sends each slice on when it is on disk, then None. In a process of its own."""
    from data_sources.simulated_port.whole_day import WholeDay

    try:
        with History.open(plan.url, plan.layout.code) as history:
            day = WholeDay(plan.layout, plan.seed, plan.base_ms, plan.scenario)
            for number, piece in enumerate(day.slices(plan.until_ms)):
                batches = [rounded(batch) for batch in piece.batches]
                history.write(batches)
                out.send((piece.at_ms, batches))
                if number == 0:
                    _stays()
            if plan.truth is not None:
                day.simulation.customs.truth.write(plan.truth)
        out.send(None)
    except (BrokenPipeError, KeyboardInterrupt):
        pass  # the other process has ended and says why
    except (HistoryError, OSError) as failed:
        out.send(str(failed))


class _Reading:
    """Takes slices out of the pipe before they are wanted, a few ahead."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._taken: queue.Queue[object] = queue.Queue(_SLICES_AHEAD)
        threading.Thread(target=self._run, name="slices", daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                received = self._pipe.recv()
            except (EOFError, OSError):
                received = "the simulation ended before its time"
            self._taken.put(received)
            if not isinstance(received, tuple):
                return

    def next(self) -> tuple[int, list[Batch]] | None:
        """The next slice: the instant and its batches; None at the end. Raises SimulateError."""
        received = self._taken.get()
        if isinstance(received, str):
            raise SimulateError(received)
        return received  # type: ignore[return-value]


def _follow(plan: Plan, history: History, reading: _Reading, tell: Callable[[Progress], None]) -> Progress:
    """Lets a twin take each slice, in the steps in which a replay takes it, and keeps what it comes to."""
    index = PortIndex(plan.layout)
    twin = Twin(index, make_rules())
    taker, log = Taker(index.frame), StepLog()
    frames: list[KeyframeRow] = []
    steps: list[WarningStep] = []
    rows: Counter[Kind] = Counter()
    taken = size = 0
    told_s = time.monotonic()
    before = 0
    while (piece := reading.next()) is not None:
        at, batches = piece
        for step in cut(batches, before or at - 1, at):
            delta = twin.apply(step.batches, step.until)
            steps += log.fresh(delta.warnings)
            if taker.due(step.until):
                frames.append(taker.row(keyframe.save(twin)))
                taken, size = taken + 1, size + len(frames[-1].blob)
        if not before:
            _stays()
        before = at
        for batch in batches:
            rows[batch.kind] += len(batch)
        if len(frames) >= _WRITTEN_EVERY:
            _write(history, frames, steps)
        if time.monotonic() - told_s >= 1.0:
            told_s = time.monotonic()
            tell(Progress(at, *_told(rows), len(twin.warnings), taken, size))
    _write(history, frames, steps)
    gc.unfreeze()
    off = tuple(rule for rule, status in twin.rule_status.items() if not status.on)
    done = Progress(before, *_told(rows), len(twin.warnings), taken, size, off)
    tell(done)
    return done


def _told(rows: Counter[Kind]) -> tuple[int, int, int]:
    """How many fixes, readings of cranes and discrete records."""
    fixes, readings = rows[Kind.POSITION], rows[Kind.CRANE_TELEMETRY]
    return fixes, readings, rows.total() - fixes - readings


def _stays() -> None:
    """What is there by now, the whole standing stock, stays: the search for garbage need not visit it again."""
    gc.collect()
    gc.freeze()


def _write(history: History, frames: list[KeyframeRow], steps: list[WarningStep]) -> None:
    for frame in frames:
        history.write_keyframe(frame)
    history.write_warnings(steps)
    frames.clear()
    steps.clear()


def rounded(batch: Batch) -> Batch:
    """A batch with its positions as a history keeps them, to 1e-7 degrees (a centimetre)."""
    if batch.kind is not Kind.POSITION:
        return batch
    places = {name: np.rint(batch[name] * _DEGREE) / _DEGREE for name in ("lon", "lat")}
    return Batch(batch.kind, {**batch.columns, **places})
