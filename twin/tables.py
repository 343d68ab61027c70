"""Tables: the twin's state as parallel columns that grow. Rows never move and never go.

A column's attribute is a read-only view of its first `count` rows; take it afresh each time, since a table that grew
has new ones. Only the twin writes, through `put`.
"""

from __future__ import annotations

import functools
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from twin.interner import Codes, Interner, Rows, Texts
from twin.iso6346 import valid
from twin.kept_columns import LateColumn, rows_of
from twin.legal_state import LegalState
from twin.port_layout import STANDARD_HEIGHT_M, TWENTY_FOOT_M, Crane
from twin.records import (
    CallState,
    EntityKind,
    InspectionKind,
    InspectionResult,
    InspectionState,
    PlaceKind,
    Trade,
    VehicleKind,
)
from twin.seal_state import SealState

F4 = NDArray[np.float32]
F8 = NDArray[np.float64]
I1 = NDArray[np.int8]
I2 = NDArray[np.int16]
I4 = NDArray[np.int32]
I8 = NDArray[np.int64]
Bools = NDArray[np.bool_]

TRADES = Codes(Trade)
PLACE_KINDS = Codes(PlaceKind)
ENTITY_KINDS = Codes(EntityKind)
VEHICLE_KINDS = Codes(VehicleKind)
CALL_STATES = Codes(CallState)
INSPECTION_KINDS = Codes(InspectionKind)
INSPECTION_STATES = Codes(InspectionState)
INSPECTION_RESULTS = Codes(InspectionResult)

PLACE_KNOWN, PLACE_NOT_STATED, PLACE_UNREADABLE, PLACE_SHARED = range(4)
"""Values of Containers.place_flag: clear; never stated; stated in a text that names no slot of this port; another
container claims the same room."""


@dataclass(frozen=True, slots=True)
class Fill:
    """What a column holds in a new row; `width` > 1 makes it (N, width)."""

    value: Any
    width: int = 1


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    dtype: np.dtype[Any]
    fill: Fill


def _columns_of(table: type[Table]) -> tuple[_Column, ...]:
    """The columns a table class declares: its attributes annotated with a Fill."""
    found = []
    for name, hint in typing.get_type_hints(table, include_extras=True).items():
        fill = next((extra for extra in getattr(hint, "__metadata__", ()) if isinstance(extra, Fill)), None)
        if fill is not None:
            scalar = typing.get_args(typing.get_args(typing.get_args(hint)[0])[1])[0]
            found.append(_Column(name, np.dtype(scalar), fill))
    return tuple(found)


class Table:
    """Columns of equal length, one row a thing, known by the text in its `key` column."""

    key: typing.ClassVar[str] = "id"

    def __init__(self, capacity: int = 256) -> None:
        self.count = 0
        self._described = _columns_of(type(self))
        self._interner = Interner()
        self._data = {c.name: LateColumn(c.dtype, c.fill.value, c.fill.width, capacity) for c in self._described}
        self._capacity = capacity

    def __getattr__(self, name: str) -> NDArray[Any]:
        """A column that was not read since the table was restored or grew."""
        column = self.__dict__.get("_data", {}).get(name)
        if column is None:
            raise AttributeError(f"{type(self).__name__} has no {name}")
        view: NDArray[Any] = column.read(self.count, self._capacity)
        self.__dict__[name] = view
        return view

    def _hide(self) -> None:
        """Views of columns are taken afresh."""
        for name in self._data:
            self.__dict__.pop(name, None)

    @property
    def row_of(self) -> dict[str, int]:
        """Rows by key, to be read with get()."""
        return self._interner.row_of

    def rows(self, keys: Texts | list[str]) -> Rows:
        """The rows of keys; unknown ones get new rows. Shape (N,)."""
        found = self._interner.rows(keys)
        if len(self._interner) > self.count:
            self._grow(len(self._interner))
        return found

    def known_rows(self, keys: Texts | list[str]) -> Rows:
        """The rows of keys, -1 where there is none. Shape (N,)."""
        return self._interner.known_rows(keys)

    def put(self, rows: Any, **values: Any) -> None:
        """Writes columns at rows (index array, slice or number)."""
        for name, value in values.items():
            column = self._data[name]
            if not column.is_own and name in self.__dict__:  # somebody has read it: he would look for it there
                column.own(self._capacity)
                del self.__dict__[name]
            column.put(rows, value, self._capacity)

    def described(self) -> tuple[tuple[str, str, int], ...]:
        """Name, type and width of each column."""
        return tuple((c.name, c.dtype.str, c.fill.width) for c in self._described)

    def save(self) -> dict[str, NDArray[Any]]:
        """Copies of all columns, which `restore` takes. Shapes (count,) or (count, width)."""
        return {name: column.read(self.count, self._capacity).copy() for name, column in self._data.items()}

    def restore(self, columns: Mapping[str, NDArray[Any]]) -> None:
        """Holds what a table held when it was saved, row by row; everything else is forgotten. Columns are fetched from
        `columns` when they are read.
        """
        self._hide()
        self.count = rows_of(columns)
        self._capacity = max(self._capacity, self.count + self.count // 8)
        for name, column in self._data.items():
            column.restore(functools.partial(columns.__getitem__, name))
        self._interner.restore(columns, self.key)

    def _grow(self, count: int) -> None:
        before, self.count = self.count, count
        if count > self._capacity:
            self._capacity = max(count, 2 * self._capacity)
            for column in self._data.values():
                if column.is_own:
                    column.own(self._capacity)
        fresh = self._interner.texts_from(before)
        self._hide()
        rows = np.arange(before, count)
        self._data[self.key].put(rows, np.fromiter(fresh, dtype=object, count=len(fresh)), self._capacity)
        self._added(rows, fresh)

    def _added(self, rows: NDArray[np.intp], keys: list[str]) -> None:
        """What a table notes of new rows beyond their fill values."""


class Containers(Table):
    """Containers known to the twin.

    trade: code in tuple(Trade), -1 unknown. place_kind: code in tuple(PlaceKind), -1 unknown. block: number of the
    block in the layout; block, bay, row, tier -1 outside slots. carrier: row in Movers of the vehicle or vessel, -1.
    vessel_slot: bbrrtt as a number, -1. xyz: centre of the box's base in its slot, metres, NaN outside slots. present:
    in the yard or on a vehicle or vessel known to us. Times: ms UTC, 0 never. place_flag: one of the PLACE_ values.
    cells: the two dense cell numbers a box fills in the yard (twice the same for a twenty-foot box), -1.
    """

    key = "number"
    number: Annotated[Texts, Fill("")]
    number_valid: Annotated[Bools, Fill(True)]
    type_code: Annotated[Texts, Fill("")]
    owner: Annotated[Texts, Fill("")]
    length_m: Annotated[F4, Fill(TWENTY_FOOT_M)]
    height_m: Annotated[F4, Fill(STANDARD_HEIGHT_M)]
    gross_kg: Annotated[F4, Fill(np.nan)]
    bearing_deg: Annotated[F4, Fill(0.0)]
    full: Annotated[Bools, Fill(False)]
    present: Annotated[Bools, Fill(False)]
    trade: Annotated[I1, Fill(-1)]
    legal_state: Annotated[I1, Fill(LegalState.UNKNOWN)]
    dangerous_class: Annotated[Texts, Fill(None)]
    un_number: Annotated[Texts, Fill(None)]
    reefer_set_c: Annotated[F4, Fill(np.nan)]
    place_kind: Annotated[I1, Fill(-1)]
    place_ref: Annotated[Texts, Fill("")]
    place_flag: Annotated[I1, Fill(PLACE_NOT_STATED)]
    block: Annotated[I2, Fill(-1)]
    bay: Annotated[I2, Fill(-1)]
    row: Annotated[I2, Fill(-1)]
    tier: Annotated[I2, Fill(-1)]
    cells: Annotated[I4, Fill(-1, 2)]
    carrier: Annotated[I4, Fill(-1)]
    vessel_slot: Annotated[I4, Fill(-1)]
    xyz: Annotated[F4, Fill(np.nan, 3)]
    arrived_at: Annotated[I8, Fill(0)]
    moved_at: Annotated[I8, Fill(0)]
    lifted_at: Annotated[I8, Fill(0)]  # newest actual lift or passage, and what it was for
    purpose: Annotated[I1, Fill(-1)]
    declaration_state: Annotated[I1, Fill(-1)]
    declaration_mode: Annotated[I1, Fill(-1)]
    inspection: Annotated[I1, Fill(0)]  # 0 none open, 1 ordered, 2 started
    described_version: Annotated[I8, Fill(-1)]
    described_id: Annotated[Texts, Fill("")]
    place_version: Annotated[I8, Fill(-1)]
    stated_present: Annotated[Bools, Fill(False)]
    place_id: Annotated[Texts, Fill("")]
    arrived_version: Annotated[I8, Fill(-1)]
    arrived_id: Annotated[Texts, Fill("")]
    lifted_version: Annotated[I8, Fill(-1)]
    lifted_id: Annotated[Texts, Fill("")]
    declared_version: Annotated[I8, Fill(-1)]
    declared_id: Annotated[Texts, Fill("")]

    def _added(self, rows: NDArray[np.intp], keys: list[str]) -> None:
        self.put(rows, number_valid=valid(keys))


class Movers(Table):
    """Whatever reports positions of its own: vehicles, vessels, cranes, officers.

    x, y: newest fix, metres, NaN before the first; previous_x, previous_y, previous_at: the fix before it. first_at:
    device time of the earliest fix ever heard. kind,
    vehicle_kind, trade: codes, -1 unknown. load, load2: rows of the containers on a vehicle, -1. was_load: the
    container it carried last before, and from and until when. zone: row in layout.zones, -1. entered_at, left_at:
    newest passages of gates inwards and outwards, 0 never.
    """

    id: Annotated[Texts, Fill("")]
    kind: Annotated[I1, Fill(-1)]
    vehicle_kind: Annotated[I1, Fill(-1)]
    trade: Annotated[I1, Fill(-1)]
    operator: Annotated[Texts, Fill("")]
    x: Annotated[F8, Fill(np.nan)]
    y: Annotated[F8, Fill(np.nan)]
    course_deg: Annotated[F4, Fill(0.0)]
    speed_mps: Annotated[F4, Fill(0.0)]
    accuracy_m: Annotated[F4, Fill(np.nan)]
    observed_at: Annotated[I8, Fill(0)]
    received_at: Annotated[I8, Fill(0)]
    previous_x: Annotated[F8, Fill(np.nan)]
    previous_y: Annotated[F8, Fill(np.nan)]
    previous_at: Annotated[I8, Fill(0)]
    first_at: Annotated[I8, Fill(np.iinfo(np.int64).max)]
    fix_id: Annotated[Texts, Fill("")]
    previous_id: Annotated[Texts, Fill("")]
    zone: Annotated[I4, Fill(-1)]
    load: Annotated[I4, Fill(-1)]
    load2: Annotated[I4, Fill(-1)]
    was_load: Annotated[I4, Fill(-1)]
    was_from: Annotated[I8, Fill(0)]
    was_until: Annotated[I8, Fill(0)]
    entered_at: Annotated[I8, Fill(0)]
    left_at: Annotated[I8, Fill(0)]
    described_version: Annotated[I8, Fill(-1)]
    described_id: Annotated[Texts, Fill("")]

    GONE_AFTER_MS: typing.ClassVar[int] = 120_000

    def gone(self, now: int) -> Bools:
        """Which vehicles left by a gate and have not reported for two minutes: no longer to be shown. Shape
        (count,).
        """
        out = (self.left_at > self.entered_at) & (self.left_at > 0)
        return out & (now - self.observed_at > self.GONE_AFTER_MS)


class Vessels(Table):
    """Vessels by MMSI (or name, where a source has none), with the newest call of each.

    mover: row in Movers, -1 while no position is known. state: code in tuple(CallState), -1 for a vessel that is only
    seen.
    berth: None when not alongside. departed_at: device time of the newest departure, ms UTC, 0 never.
    """

    id: Annotated[Texts, Fill("")]
    name: Annotated[Texts, Fill("")]
    mover: Annotated[I4, Fill(-1)]
    call: Annotated[Texts, Fill("")]
    imo: Annotated[Texts, Fill("")]
    mmsi: Annotated[Texts, Fill("")]
    voyage: Annotated[Texts, Fill("")]
    berth: Annotated[Texts, Fill(None)]
    length_m: Annotated[F4, Fill(0.0)]
    beam_m: Annotated[F4, Fill(0.0)]
    state: Annotated[I1, Fill(-1)]
    arrival_at: Annotated[I8, Fill(0)]
    departure_at: Annotated[I8, Fill(0)]
    departed_at: Annotated[I8, Fill(0)]
    described_version: Annotated[I8, Fill(-1)]
    described_id: Annotated[Texts, Fill("")]

    def _added(self, rows: NDArray[np.intp], keys: list[str]) -> None:
        self.put(rows, name=np.fromiter(keys, dtype=object, count=len(keys)))

    def alongside_count(self) -> int:
        """How many lie at a berth."""
        return int((self.state == CALL_STATES[CallState.ALONGSIDE]).sum())


class Cranes(Table):
    """Cranes; row i is layout.cranes[i] (others that report follow after).

    x, y: centre of the portal on the ground, metres. trolley_m: along the beam from the landside rail. hoist_m:
    spreader above ground. container: row of the container in the spreader, -1. mover: row in Movers, -1.
    """

    id: Annotated[Texts, Fill("")]
    x: Annotated[F8, Fill(np.nan)]
    y: Annotated[F8, Fill(np.nan)]
    trolley_m: Annotated[F4, Fill(0.0)]
    hoist_m: Annotated[F4, Fill(0.0)]
    locked: Annotated[Bools, Fill(False)]
    container: Annotated[I4, Fill(-1)]
    mover: Annotated[I4, Fill(-1)]
    observed_at: Annotated[I8, Fill(0)]
    observed_id: Annotated[Texts, Fill("")]
    received_at: Annotated[I8, Fill(0)]

    def __init__(self, cranes: tuple[Crane, ...] = ()) -> None:
        super().__init__(max(64, len(cranes)))
        rows = self.rows([crane.id for crane in cranes])
        if len(rows):
            home = np.array([crane.home for crane in cranes], dtype=np.float64)
            self.put(rows, x=home[:, 0], y=home[:, 1], hoist_m=[0.6 * crane.height_m for crane in cranes])


class Seals(Table):
    """Electronic seals.

    state: code of SealState. container: row of the container it was bound to last, -1. x, y: last known place, metres.
    observed_at: newest sign of life in true time (the seal's clock offset taken off), ms UTC. previous_at: the one
    before.
    lock_: the newest locked, unlocked, tampered or cut event; battery_at: newest low battery.
    """

    id: Annotated[Texts, Fill("")]
    container: Annotated[I4, Fill(-1)]
    state: Annotated[I1, Fill(SealState.UNKNOWN)]
    x: Annotated[F8, Fill(np.nan)]
    y: Annotated[F8, Fill(np.nan)]
    observed_at: Annotated[I8, Fill(0)]
    previous_at: Annotated[I8, Fill(0)]
    placed_at: Annotated[I8, Fill(-1)]
    placed_id: Annotated[Texts, Fill("")]
    lock_state: Annotated[I1, Fill(SealState.UNKNOWN)]
    lock_version: Annotated[I8, Fill(-1)]
    lock_id: Annotated[Texts, Fill("")]
    bound_version: Annotated[I8, Fill(-1)]
    bound_id: Annotated[Texts, Fill("")]
    battery_at: Annotated[I8, Fill(0)]


class Orders(Table):
    """Inspection orders. container: row, -1. kind, state, result: codes in the order of their enumerations, -1 none."""

    id: Annotated[Texts, Fill("")]
    container: Annotated[I4, Fill(-1)]
    kind: Annotated[I1, Fill(-1)]
    state: Annotated[I1, Fill(-1)]
    result: Annotated[I1, Fill(-1)]
    observed_at: Annotated[I8, Fill(0)]
    told_version: Annotated[I8, Fill(-1)]
    told_id: Annotated[Texts, Fill("")]
