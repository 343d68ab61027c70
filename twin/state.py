"""Everything the twin knows, and what a step changes of it: what the handlers of records work on and rules look at."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from twin.cells import ZoneCells
from twin.declarations import Declarations
from twin.earlier_fixes import EarlierFixes
from twin.events import Event
from twin.facts import Facts
from twin.paperwork import Recent, Register
from twin.port_index import PortIndex
from twin.records import Kind
from twin.tables import Containers, Cranes, Movers, Orders, Seals, Table, Vessels
from twin.yard import Yard

RECENT_PASSAGES = 2_000
MAX_EVENTS = 500


@dataclass(frozen=True, slots=True, eq=False)
class Fixes:
    """The position fixes of one step, by mover and time. Shapes (N,).

    rows: movers. at: device time, ms UTC. x, y: metres. speed: m/s. accuracy: metres. ids: of the records.
    from_x, from_y, from_at: the fix before it in time, NaN and 0 where none is known. late: older than the newest fix
    that was known before this step.
    """

    rows: NDArray[np.int32]
    at: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    speed: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    ids: NDArray[np.object_]
    from_x: NDArray[np.float64]
    from_y: NDArray[np.float64]
    from_at: NDArray[np.int64]
    late: NDArray[np.bool_]


@dataclass(slots=True)
class Changes:
    """What a step changed so far: row numbers, in pieces, and events."""

    containers: list[NDArray[np.int32]] = field(default_factory=list)
    movers: list[NDArray[np.int32]] = field(default_factory=list)
    seals: list[NDArray[np.int32]] = field(default_factory=list)
    vessels: list[NDArray[np.int32]] = field(default_factory=list)
    cranes: list[NDArray[np.int32]] = field(default_factory=list)
    legal: list[NDArray[np.int32]] = field(default_factory=list)  # containers whose legal state may have changed
    carriers: list[NDArray[np.int32]] = field(default_factory=list)  # movers whose load may have changed
    fixes: list[Fixes] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def say(self, event: Event) -> None:
        """Adds an event; a flood (a first snapshot) is cut off."""
        if len(self.events) < MAX_EVENTS:
            self.events.append(event)

    def take(self, later: Changes) -> None:
        """Adds what a later step changed."""
        for name in ("containers", "movers", "seals", "vessels", "cranes", "legal", "carriers", "fixes"):
            getattr(self, name).extend(getattr(later, name))
        for event in later.events:
            self.say(event)


def together(pieces: list[NDArray[np.int32]], count: int) -> NDArray[np.int32]:
    """Rows of several pieces of a table of `count` rows, sorted, each once, without -1."""
    named = np.zeros(count + 1, dtype=bool)
    for rows in pieces:
        named[rows] = True
    return np.flatnonzero(named[:count]).astype(np.int32)


class State:
    """The tables and registers of one port."""

    def __init__(self, index: PortIndex) -> None:
        layout = index.layout
        self.index = index
        self.zones = ZoneCells(index)
        self.yard = Yard(layout.blocks)
        self.containers = Containers(32_768)
        self.movers = Movers(4_096)
        self.vessels = Vessels(64)
        self.cranes = Cranes(layout.cranes)
        self.seals = Seals(1_024)
        self.orders = Orders(1_024)
        self.declarations = Declarations()
        self.manifests = Register(Kind.MANIFEST)
        self.inspections = Register(Kind.INSPECTION)
        self.trips = Register(Kind.TRANSIT_TRIP)
        self.appointments = Register(Kind.APPOINTMENT)
        self.devices = Register(Kind.DEVICE_HEALTH)
        self.tasks = Register(Kind.TASK)
        self.consultations = Register(Kind.CONSULTATION)
        self.actions = Register(Kind.ACTION)
        self.gate_passages = Recent(RECENT_PASSAGES)
        self.facts = Facts()
        self.earlier_fixes = EarlierFixes(index.frame)

    def table(self, name: str) -> Table:
        """The table in the attribute `name`. Raises TypeError if that is none."""
        found = getattr(self, name)
        if not isinstance(found, Table):
            raise TypeError(f"{name} is no table")
        return found

    def register(self, name: str) -> Register:
        """The register in the attribute `name`. Raises TypeError if that is none."""
        found = getattr(self, name)
        if not isinstance(found, Register):
            raise TypeError(f"{name} is no register")
        return found

    def zone_name(self, x: float, y: float) -> str:
        """Id of the innermost zone at a point in metres, empty outside all."""
        if not (np.isfinite(x) and np.isfinite(y)):
            return ""
        row = int(self.zones.zone(np.array([x]), np.array([y]))[0])
        return self.index.layout.zones[row].id if row >= 0 else ""
