"""Which records of a step break a rule: the smallest part of the step on which it fails again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from twin.batch import Batch
from twin.records import Kind
from twin.rules.base import View
from twin.state import Fixes

Fails = Callable[[View], bool]


def culprits(view: View, fails: Fails) -> tuple[Batch, ...]:
    """The record on which a judgement fails by itself, or as few as can be told; all of the step's records if none of
    its batches does so alone. `fails` judges a view and says whether that raised an exception.
    """
    every = tuple(batch for batches in view.batches.values() for batch in batches)
    if fails(_only(view, ())):
        return every  # it is not one of the records
    found = next((batch for batch in every if fails(_only(view, (batch,)))), None)
    if found is None:
        return every
    while len(found) > 1:
        half = np.arange(len(found)) < len(found) // 2
        part = next((p for p in (found.take(half), found.take(~half)) if fails(_only(view, (p,)))), None)
        if part is None:
            break  # it takes several of them together
        found = part
    return (found,)


def _only(view: View, batches: tuple[Batch, ...]) -> View:
    """The view as if the step had brought these batches alone."""
    ids = {record for batch in batches if batch.kind is Kind.POSITION for record in batch["id"].tolist()}
    changes = replace(view.changes, fixes=[_of(fixes, ids) for fixes in view.changes.fixes])
    return replace(view, batches={batch.kind: (batch,) for batch in batches}, changes=changes)


def _of(fixes: Fixes, ids: set[str]) -> Fixes:
    kept = np.array([record in ids for record in fixes.ids.tolist()], dtype=bool)
    return Fixes(**{name: getattr(fixes, name)[kept] for name in Fixes.__slots__})
