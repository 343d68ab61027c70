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


def _never() -> NDArray[np.int64]:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class DeclaredWeights:
    """least, most: kilograms, NaN while nothing is declared. empty, laden: whether some paper says so. first: device
    time of the earliest paper, ms UTC."""

    least: NDArray[np.float64] = field(default_factory=_none)
    most: NDArray[np.float64] = field(default_factory=_none)
    empty: NDArray[np.bool_] = field(default_factory=_nothing)
    laden: NDArray[np.bool_] = field(default_factory=_nothing)
    first: NDArray[np.int64] = field(default_factory=_never)

    def with_papers(self, view: View) -> tuple[DeclaredWeights, NDArray[np.int32]]:
        """With the manifests and declarations of a step; and the rows of containers of which these said something new.
        """
        pieces = [_said(batch, view) for kind in (Kind.MANIFEST, Kind.DECLARATION)
                  for batch in view.batches.get(kind, ())]
        count = view.state.containers.count
        if not pieces and count == len(self.least):
            return self, np.zeros(0, dtype=np.int32)
        told = np.unique(np.concatenate([piece[0] for piece in pieces])) if pieces else np.zeros(0, dtype=np.int32)
        least, most = grown(self.least, count, np.nan), grown(self.most, count, np.nan)
        empty, laden = grown(self.empty, count, False), grown(self.laden, count, False)
        first = grown(self.first, count, np.iinfo(np.int64).max)
        before = [column[told] for column in (least, most, empty, laden)]
        for rows, kg, is_empty, at in pieces:
            np.minimum.at(first, rows, at)
            np.fmin.at(least, rows, kg)
            np.fmax.at(most, rows, kg)
            empty[rows[is_empty]] = True
            laden[rows[~is_empty]] = True
        changed = (empty[told] != before[2]) | (laden[told] != before[3])
        for column, then in ((least, before[0]), (most, before[1])):
            changed |= (column[told] != then) & ~(np.isnan(column[told]) & np.isnan(then))
        return DeclaredWeights(least, most, empty, laden, first), told[changed]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Of which containers there is any paper. Shape (N,)."""
        return self.empty | self.laden


def _said(
    batch: Batch, view: View,
) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.bool_], NDArray[np.int64]]:
    """Rows, declared weights (NaN where a declaration names several containers), whether declared empty, and when."""
    containers = view.state.containers
    is_empty = np.asarray(batch["mode"] == DeclarationMode.EMPTY, dtype=bool)
    if batch.kind is Kind.MANIFEST:
        return containers.known_rows(batch["container"]), batch["gross_kg"], is_empty, batch["observed_at"]
    names, of = exploded(batch["containers"])
    alone = np.bincount(of, minlength=len(batch)) == 1
    kg = np.where(alone, batch["gross_kg"], np.nan)
    return containers.known_rows(names), kg[of], is_empty[of], batch["observed_at"][of]


def sums(column: NDArray[np.float64], rows: NDArray[np.int32], of: NDArray[np.intp], count: int) -> NDArray[np.float64]:
    """Sums of a column over the containers of each of `count` vehicles, NaN where one is not known. Shape (count,)."""
    found = np.bincount(of, weights=column[rows], minlength=count)
    return np.asarray(found, dtype=np.float64)
