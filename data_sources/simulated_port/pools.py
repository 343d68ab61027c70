"""Boxes that wait to be taken: which import a truck may come for, which export goes aboard next."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from data_sources.simulated_port.world import Box
from data_sources.simulated_port.yard import Yard
from twin.records import Trade

_TRIES = 24
_GOOD_ENOUGH = 7


class Pool:
    """Boxes in no order, drawn at random; those that went another way are dropped when they come up."""

    def __init__(self) -> None:
        self._boxes: list[Box] = []

    def __len__(self) -> int:
        return len(self._boxes)

    def add(self, box: Box) -> None:
        """A box that stands in the yard from now on."""
        self._boxes.append(box)

    def draw(
        self, rng: np.random.Generator, yard: Yard, fits: Callable[[Box], bool], trouble: Callable[[Box], float]
    ) -> Box | None:
        """A box that fits, of some drawn ones the one that makes least `trouble`; it stays here until it leaves the
        yard."""
        best, least, seen = None, 0.0, 0
        for _ in range(_TRIES):
            if not self._boxes:
                break
            index = int(rng.random() * len(self._boxes))
            box = self._boxes[index]
            if box.number not in yard:
                self._boxes[index] = self._boxes[-1]
                self._boxes.pop()
                continue
            if box.mission or box.held or not fits(box) or any(b.held or b.mission for b in yard.above(box)):
                continue
            if box.dangerous_class is not None and yard.above(box):  # where they stand there is no room to dig
                continue
            cost = trouble(box)
            if best is None or cost < least:
                best, least = box, cost
            seen += 1
            if seen >= _GOOD_ENOUGH:
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
