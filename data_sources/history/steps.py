"""A history read in steps: what became known in each few seconds, as a twin takes it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from data_sources.history.values import Axis
from twin.batch import RECEIVED_AT, Batch
from twin.records import Kind

STEP_MS = 10_000
"""The longest a twin lets pass in one step, so that what rules find hardly depends on how fast time goes."""
_WINDOW_MS = 60_000


class Recorded(Protocol):
    """What keeps records."""

    def batches(
        self, after: int, until: int, kinds: Collection[Kind] | None = None, *, by: Axis = Axis.RECEIVED,
        grain_ms: int = 1,
    ) -> Iterator[Batch]:
        """Records of (after, until], ms UTC, in order; what falls into one grain comes kind by kind."""
        ...


@dataclass(frozen=True, slots=True)
class RecordedStep:
    """What became known up to `until` (ms UTC) since the step before."""

    until: int
    batches: Sequence[Batch]


def steps(
    recorded: Recorded, after: int, until: int, step_ms: int = STEP_MS, by: Axis = Axis.RECEIVED,
) -> Iterator[RecordedStep]:
    """Everything of (after, until] in steps that end at whole multiples of `step_ms` and at `until`."""
    at = after
    while at < until:
        end = min(until, (at // _WINDOW_MS + 1) * _WINDOW_MS)
        found = list(recorded.batches(at, end, by=by, grain_ms=2 * _WINDOW_MS))
        yield from cut(found, at, end, step_ms, by)
        at = end


def cut(
    batches: Sequence[Batch], after: int, until: int, step_ms: int = STEP_MS, by: Axis = Axis.RECEIVED,
) -> Iterator[RecordedStep]:
    """Batches of (after, until], each in order of time, in steps."""
    column = RECEIVED_AT if by is Axis.RECEIVED else "observed_at"
    edges = [*range((after // step_ms + 1) * step_ms, until, step_ms), until]
    places = [np.searchsorted(batch[column], edges, side="right").tolist() for batch in batches]
    begins = [0] * len(batches)
    for number, edge in enumerate(edges):
        pieces = []
        for which, batch in enumerate(batches):
            start, stop = begins[which], places[which][number]
            if stop > start:
                whole = stop - start == len(batch)
                pieces.append(batch if whole else Batch(
                    batch.kind, {name: values[start:stop] for name, values in batch.columns.items()}))
                begins[which] = stop
        yield RecordedStep(edge, pieces)
