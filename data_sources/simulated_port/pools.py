"""Boxes that wait to be taken: which import a truck may come for, which export goes aboard next."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from data_sources.simulated_port.world import Box
from data_sources.simulated_port.yard import Yard
from twin.records import Trade

_TRIES = 14
_GOOD_ENOUGH = 3


class Pool:
    """Boxes in no order, drawn at random; those that went another way are dropped when they come up."""

    def __init__(self) -> None:
        self._boxes: list[Box] = []

    def __len__(self) -> int:
        return len(self._boxes)

    def add(self, box: Box) -> None:
        self._boxes.append(box)

    def draw(self, rng: np.random.Generator, yard: Yard, fits: Callable[[Box], bool]) -> Box | None:
        """A box that fits, of some drawn ones the one least buried; it stays in the pool until it leaves the yard."""
        best, burden, seen = None, 99, 0
        for _ in range(_TRIES):
            if not self._boxes:
                break
            index = int(rng.integers(len(self._boxes)))
            box = self._boxes[index]
            if box.number not in yard:
                self._boxes[index] = self._boxes[-1]
                self._boxes.pop()
                continue
            if box.mission or box.held or not fits(box):
                continue
            above = yard.above(box)
            if any(b.held or b.mission for b in above):
                continue
            if len(above) < burden:
                best, burden = box, len(above)
            seen += 1
            if burden == 0 or seen >= _GOOD_ENOUGH:
                break
        return best


class Pools:
    """Pools by what becomes of the boxes."""

    def __init__(self) -> None:
        self._pools: dict[tuple[str, bool], Pool] = {}

    def pool(self, name: str, domestic: bool) -> Pool:
        """The pool of a name ("pickup", "load20", "load40") for foreign or domestic trade."""
        return self._pools.setdefault((name, domestic), Pool())

    def enter(self, box: Box) -> None:
        """A box came to stand in the yard."""
        domestic = box.trade is Trade.DOMESTIC
        if box.flow in ("import", "empty_in", "domestic_in"):
            self.pool("pickup", domestic).add(box)
        else:
            self.pool("load20" if box.length_ft == 20 else "load40", domestic).add(box)
