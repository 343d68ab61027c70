"""The simulated world that all subject areas share: clock, random streams, ids, containers, and the way records leave
it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import simpy
from numpy.typing import NDArray

from data_sources.simulated_port.fixes import Fixes
from twin.port_index import PortIndex
from twin.port_layout import PortLayout
from twin.records import Kind, PlaceKind, Record, Trade

WARM_UP_MS = 45 * 60 * 1000
"""The world starts this long before its base instant, so that trucks are about when somebody looks."""

SOURCE = "tos"
"""Record source of the terminal's own systems: operations, gates and cranes."""

FLOWS = ("import", "export", "transshipment", "domestic_in", "domestic_out", "empty_in", "empty_out")


class RecordSink(Protocol):
    """Where records go, in order: the record log of the API, or a list in a test."""

    def append(self, records: Sequence[Record]) -> None:
        """Takes records of any kinds, in their order."""

    def append_columns(self, kind: Kind, columns: Mapping[str, Sequence[Any] | NDArray[Any]]) -> None:
        """Takes records of one kind as columns."""


@dataclass(slots=True, eq=False)
class Box:
    """A container as the simulation knows it. `place_kind` and `place_ref` are as in `twin.records.Inventory`.

    `flow` is one of `FLOWS`. `released`, `held`, `declaration`, `seal` and `declared_kg` belong to customs; everything
    else to operations. `mission` names what operations plan or do with it just now ("" is idle); customs may ask for
    an inspection trip at any time, operations then wait for a running mission to end.
    """

    number: str  # ISO 6346
    type_code: str
    length_ft: int  # 20, 40, 45
    high: bool  # 9 ft 6 in
    full: bool
    gross_kg: float
    declared_kg: float
    trade: Trade
    flow: str
    owner: str
    dangerous_class: str | None = None
    un_number: str | None = None
    reefer_set_c: float | None = None
    call: str | None = None  # call it came with or goes with
    place_kind: PlaceKind = PlaceKind.OUTSIDE
    place_ref: str = ""
    arrived_at: int = 0  # ms UTC, at this port
    declaration: str | None = None
    seal: str | None = None
    released: bool = False
    held: bool = False
    mission: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing is in it."""
        return not self.full


@dataclass(slots=True, eq=False)
class Call:
    """A vessel's call. `vessel` is the name; `mmsi` is the entity of its positions and the first part of stowage refs
    ("413456789/140284": MMSI, ISO 9711 bay, row, tier)."""

    id: str
    vessel: str
    imo: str
    mmsi: str
    voyage: str
    length_m: float
    beam_m: float
    trade: Trade
    berth: str | None
    arrival_at: int  # alongside, ms UTC, planned until it is
    departure_at: int
    state: str = "expected"  # twin.records.CallState


class CustomsDesk(Protocol):
    """What operations ask of customs (part of the simulation that declares, holds, inspects and releases)."""

    def announce(self, box: Box) -> None:
        """A box will arrive by vessel or by road: manifest, perhaps an advance declaration. Before `landed`."""

    def initial(self, box: Box) -> None:
        """A box stands in the yard when the world starts: its history (manifest, declaration, state)."""

    def initial_all(self, boxes: Sequence[Box]) -> None:
        """The same for the whole stock."""

    def landed(self, box: Box) -> None:
        """The box now stands in the yard (discharged and dropped, or delivered by road and dropped)."""

    def release(self, box: Box) -> simpy.Event:
        """Succeeds when the box may leave; already succeeded if it may."""

    def loaded(self, box: Box) -> None:
        """The box was loaded onto its vessel."""

    def gone(self, box: Box) -> None:
        """The box left by the gate, or sailed."""

    def fixes(self, at_ms: int) -> Sequence[Fixes]:
        """Fixes of seals, officers and disturbed receivers due at this instant."""


class World:
    """One simulated port, from 45 minutes before `base_ms` on. Everything random comes from `stream`s of its seed."""

    def __init__(self, layout: PortLayout, seed: int, base_ms: int, sink: RecordSink) -> None:
        self.layout = layout
        self.index = PortIndex(layout)
        self.seed = seed
        self.base_ms = base_ms
        self.start_ms = base_ms - WARM_UP_MS
        self.env = simpy.Environment()
        self.boxes: dict[str, Box] = {}
        self.calls: dict[str, Call] = {}
        self._sink = sink
        self._pending: list[Record] = []
        self._listeners: dict[type[Record], list[Callable[[Any], None]]] = {}
        self._counters: dict[str, int] = {}
        self._streams: dict[str, np.random.Generator] = {}

    @property
    def now_ms(self) -> int:
        """Simulated time, ms UTC."""
        return self.start_ms + round(self.env.now * 1000.0)

    def ms(self, seconds: float) -> int:
        """Instant `seconds` after the world's start (the scale of `env.now`) as ms UTC."""
        return self.start_ms + round(seconds * 1000.0)

    def sea_m(self) -> float:
        """Where the sea stands now, metres above ground."""
        tide = self.layout.tide
        return self.layout.sea_level_m + (tide.above_mean_m(self.now_ms) if tide is not None else 0.0)

    def seconds(self, at_ms: int) -> float:
        """Instant in ms UTC on the scale of `env.now`."""
        return (at_ms - self.start_ms) / 1000.0

    def stream(self, name: str) -> np.random.Generator:
        """The random stream of a subject area: the same name gives the same generator, independent of all others."""
        found = self._streams.get(name)
        if found is None:
            entropy = (self.seed, self.base_ms // 1000, zlib.crc32(name.encode()))
            found = self._streams[name] = np.random.default_rng(np.random.SeedSequence(entropy))
        return found

    def new_id(self, prefix: str) -> str:
        """The next id of a series: "MV-000001", "MV-000002", ... The same for the same seed and base."""
        number = self._counters.get(prefix, 0) + 1
        self._counters[prefix] = number
        return f"{prefix}-{number:06d}"

    def new_ids(self, prefix: str, count: int) -> list[str]:
        """The next `count` ids of a series."""
        first = self._counters.get(prefix, 0) + 1
        self._counters[prefix] = first + count - 1
        return [f"{prefix}-{number:06d}" for number in range(first, first + count)]

    def emit(self, record: Record) -> None:
        """Says a record. It reaches the sink, in order, when the current advance ends."""
        self._pending.append(record)
        for listener in self._listeners.get(type(record), ()):
            listener(record)

    def listen(self, record_class: type[Record], listener: Callable[[Any], None]) -> None:
        """Calls `listener` with every record of a class that is said by `emit`, as it is said."""
        self._listeners.setdefault(record_class, []).append(listener)

    def emit_columns(self, kind: Kind, columns: Mapping[str, Sequence[Any] | NDArray[Any]]) -> None:
        """Says many records of one kind at once: every field of the record class, in columns of equal length."""
        self.flush()
        self._sink.append_columns(kind, columns)

    def flush(self) -> None:
        """Hands the records said so far to the sink."""
        if self._pending:
            self._sink.append(self._pending)
            self._pending = []

    def geographic(self, x: float, y: float) -> tuple[float, float]:
        """Longitude and latitude (WGS-84, degrees) of a local point, metres."""
        lon, lat = self.index.frame.to_geographic(np.array([x]), np.array([y]))
        return float(lon[0]), float(lat[0])
