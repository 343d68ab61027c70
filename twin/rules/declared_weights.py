"""What papers ever said a container weighs, as columns by container row: enough to tell who is surely within measure.

Kept in the memory of a rule. The bounds only ever widen, so that they do not depend on the order of arrival; whoever is
not within measure of both is looked at again from all facts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from twin.batch import Batch
from twin.declarations import exploded
from twin.records import DeclarationMode, Kind
from twin.rules.base import View
from twin.rules.cases import grown


def _none() -> NDArray[np.float64]:
    return np.zeros(0, dtype=np.float64)


def _nothing() -> NDArray[np.bool_]:
    return np.zeros(0, dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class DeclaredWeights:
    """least, most: kilograms, NaN while nothing is declared. empty, laden: whether some paper says so."""

    least: NDArray[np.float64] = field(default_factory=_none)
    most: NDArray[np.float64] = field(default_factory=_none)
    empty: NDArray[np.bool_] = field(default_factory=_nothing)
    laden: NDArray[np.bool_] = field(default_factory=_nothing)

    def with_papers(self, view: View) -> tuple[DeclaredWeights, NDArray[np.int32]]:
        """With the manifests and declarations of a step; and the rows of containers of which these said something new.
        """
        pieces = [_said(batch, view) for kind in (Kind.MANIFEST, Kind.DECLARATION)
                  for batch in view.batches.get(kind, ())]
        count = view.state.containers.count
        if not pieces and count == len(self.least):
            return self, np.zeros(0, dtype=np.int32)
        least, most = grown(self.least, count, np.nan), grown(self.most, count, np.nan)
        empty, laden = grown(self.empty, count, False), grown(self.laden, count, False)
        before = (least.copy(), most.copy(), empty.copy(), laden.copy())
        for rows, kg, is_empty in pieces:
            np.fmin.at(least, rows, kg)
            np.fmax.at(most, rows, kg)
            empty[rows[is_empty]] = True
            laden[rows[~is_empty]] = True
        changed = (empty != before[2]) | (laden != before[3])
        for now, then in ((least, before[0]), (most, before[1])):
            changed |= (now != then) & ~(np.isnan(now) & np.isnan(then))
        return DeclaredWeights(least, most, empty, laden), np.flatnonzero(changed).astype(np.int32)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Of which containers there is any paper. Shape (N,)."""
        return self.empty | self.laden


def _said(batch: Batch, view: View) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.bool_]]:
    """Rows, declared weights (NaN where a declaration names several containers) and whether declared empty."""
    containers = view.state.containers
    is_empty = np.asarray(batch["mode"] == DeclarationMode.EMPTY, dtype=bool)
    if batch.kind is Kind.MANIFEST:
        return containers.known_rows(batch["container"]), batch["gross_kg"], is_empty
    names, of = exploded(batch["containers"])
    alone = np.bincount(of, minlength=len(batch)) == 1
    kg = np.where(alone, batch["gross_kg"], np.nan)
    return containers.known_rows(names), kg[of], is_empty[of]


def sums(column: NDArray[np.float64], rows: NDArray[np.int32], of: NDArray[np.intp], count: int) -> NDArray[np.float64]:
    """Sums of a column over the containers of each of `count` vehicles, NaN where one is not known. Shape (count,)."""
    found = np.bincount(of, weights=column[rows], minlength=count)
    return np.asarray(found, dtype=np.float64)
