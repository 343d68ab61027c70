"""What a click in the scene does: it selects, measures a distance, or sets a pin. And the line that is measured."""

from __future__ import annotations

import math
from enum import StrEnum
from itertools import pairwise

Point3 = tuple[float, float, float]


class Tool(StrEnum):
    """What a click does."""

    SELECT = "select"
    MEASURE = "measure"
    PIN = "pin"


class Tools:
    """The tool in hand. `revision` grows with every change.

    line: the places of the measured line, metres. pinned: where a pin is to be set, until somebody takes it.
    """

    def __init__(self) -> None:
        self.tool = Tool.SELECT
        self.line: tuple[Point3, ...] = ()
        self.pinned: Point3 | None = None
        self.revision = 0

    def take(self, tool: Tool) -> None:
        """Take a tool in hand, the same again puts it away. A new measurement begins with an empty line."""
        self.tool = Tool.SELECT if tool is self.tool else tool
        if self.tool is Tool.MEASURE:
            self.line = ()
        self.revision += 1

    def touch(self, place: Point3) -> None:
        """A click at a place, metres."""
        if self.tool is Tool.MEASURE:
            self.line = (*self.line, place)
        elif self.tool is Tool.PIN:
            self.pinned = place
            self.tool = Tool.SELECT
        self.revision += 1

    def finish(self) -> None:
        """Put the tool away; the measured line stays until it is cleared."""
        if self.tool is not Tool.SELECT:
            self.tool = Tool.SELECT
            self.revision += 1

    def clear(self) -> None:
        """Put the tool away and wipe the line."""
        if self.line or self.tool is not Tool.SELECT:
            self.line, self.tool = (), Tool.SELECT
            self.revision += 1

    @property
    def length_m(self) -> float:
        """Length of the measured line in space."""
        return sum(math.dist(a, b) for a, b in pairwise(self.line))
