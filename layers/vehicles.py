"""Vehicles and officers on foot: where each is shown, which way it points, what it carries, how old its last fix is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from layers.base import MovingLayer
from layers.boxes import unit
from layers.motion import Motion
from twin.port_layout import TWENTY_FOOT_M
from twin.records import EntityKind, VehicleKind

if TYPE_CHECKING:
    from twin.tables import Containers, Movers

STALE_MS = 60_000
"""A standing vehicle reports every 20 s: three reports missed, and its place is no longer known to be true."""
WIDEST_M: Final = 150.0
"""A wider ring around a silent vehicle would say no more than that it is somewhere in the port."""

_FIX_M: Final = 15.0  # error of a fix whose device states none
_JUMP_M = 120.0

Loads = tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]

OFFICER: Final = len(VehicleKind)
UNKNOWN_KIND: Final = 0


@dataclass(frozen=True, slots=True)
class Shape:
    """Outer size of a kind of vehicle and where its load stands. Metres; positions forward of its reported place."""

    length_m: float
    width_m: float
    height_m: float
    deck_at_m: float  # middle of the load deck
    deck_m: float  # height of the load deck; 0: carries no containers


SHAPES: Final[tuple[Shape, ...]] = (
    Shape(16.0, 2.5, 3.9, -1.6, 1.45),  # road truck with semi-trailer
    Shape(15.6, 2.5, 3.2, -1.3, 1.45),  # terminal tractor with yard chassis
    Shape(14.8, 3.0, 1.8, 0.0, 1.75),  # driverless carrier
    Shape(4.8, 1.95, 1.8, 0.0, 0.0),  # patrol car
    Shape(0.6, 0.6, 1.8, 0.0, 0.0),  # officer on foot
)
"""In the order of `twin.records.VehicleKind`, then officers. The reported place is the middle of the vehicle."""

CAB_M: Final = 2.2
"""Length of a truck's cab, at the front end."""

_LENGTHS = np.array([s.length_m for s in SHAPES])
_WIDTHS = np.array([s.width_m for s in SHAPES])
_HEIGHTS = np.array([s.height_m for s in SHAPES])
_DECK_AT = np.array([s.deck_at_m for s in SHAPES])
_DECK = np.array([s.deck_m for s in SHAPES])


class VehiclesLayer(MovingLayer):
    """Columns over all vehicles and officers ever heard of; `shown` says which are to be drawn.

    rows: mover rows, (N,) int32. kind: row of `SHAPES`, (N,) int8. x, y: metres, (N,). bearing_deg: (N,).
    load: container rows, -1 for none, (N, 2) int32. age_ms: age of the last fix, (N,). `moved_revision` grows when
    anything moved, `revision` when what is drawn changed otherwise.
    """

    def __init__(self, movers: Movers, containers: Containers) -> None:
        super().__init__()
        self.moved_revision = 0
        self.rows: NDArray[np.int32] = np.empty(0, dtype=np.int32)
        self.kind: NDArray[np.int8] = np.empty(0, dtype=np.int8)
        self.load: NDArray[np.int32] = np.empty((0, 2), dtype=np.int32)
        self.age_ms: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self.stale: NDArray[np.bool_] = np.empty(0, dtype=bool)
        self.shown: NDArray[np.bool_] = np.empty(0, dtype=bool)
        self._movers = movers
        self._containers = containers
        self._motion = Motion(columns=3, angles=1, jump=_JUMP_M)
        self._index = np.empty(0, dtype=np.int32)  # by mover row
        self._loads: tuple[tuple[int, int], Loads] | None = None  # and the revisions they are of
        self._seen_at: NDArray[np.int64] = np.empty(0, dtype=np.int64)

    @property
    def bearing_deg(self) -> NDArray[np.float64]:
        """Where the nose points. Shape (N,)."""
        return self._motion.shown[:, 2]

    def index_of(self, mover_row: int) -> int:
        """Row of these columns for a mover, -1 when it is no vehicle."""
        return int(self._index[mover_row]) if 0 <= mover_row < len(self._index) else -1

    def indices_of(self, mover_rows: NDArray[np.integer]) -> NDArray[np.int32]:
        """The same for many. Shape (M,)."""
        found = np.full(len(mover_rows), -1, dtype=np.int32)
        known = (mover_rows >= 0) & (mover_rows < len(self._index))
        found[known] = self._index[mover_rows[known]]
        return found

    def update(self, rows: NDArray[np.integer], now: int, *, snap: bool = False) -> None:
        """Take over changed mover rows (M,); others than vehicles and officers are passed over."""
        m = self._movers
        kinds = m.kind[rows]
        rows = rows[(kinds == _VEHICLE) | (kinds == _OFFICER)]
        if not len(rows):
            return
        self._learn(rows)
        at = self._index[rows]
        kind = np.where(m.kind[rows] == _OFFICER, OFFICER, np.maximum(m.vehicle_kind[rows], UNKNOWN_KIND))
        load = np.stack([m.load[rows], m.load2[rows]], axis=1)
        if (self.kind[at] != kind).any() or (self.load[at] != load).any():
            self.kind[at] = kind
            self.load[at] = load
            self.touch()
        placed = np.isfinite(m.x[rows]) & (m.observed_at[rows] > 0)
        rows, at = rows[placed], at[placed]
        goal = np.stack([m.x[rows], m.y[rows], m.course_deg[rows].astype(np.float64)], axis=1)
        fresh = m.observed_at[rows] != self._seen_at[at]
        self._seen_at[at] = m.observed_at[rows]
        self._motion.aim(at[fresh], goal[fresh], now, snap=snap)

    def forget(self) -> None:
        """Nothing was ever heard of: the twin has gone to another time, where other things have its rows."""
        self.rows, self.kind, self.load = self.rows[:0], self.kind[:0], self.load[:0]
        self.age_ms, self.stale, self.shown = self.age_ms[:0], self.stale[:0], self.shown[:0]
        self._index, self._seen_at = self._index[:0], self._seen_at[:0]
        self._motion.forget()
        self.moved_revision += 1
        self.touch()

    def _learn(self, rows: NDArray[np.integer]) -> None:
        """Give mover rows not seen before a row here."""
        count = len(self._movers.id)
        if count > len(self._index):
            self._index = np.concatenate([self._index, np.full(count - len(self._index), -1, dtype=np.int32)])
        new = np.unique(rows[self._index[rows] < 0]).astype(np.int32)
        if not len(new):
            return
        first = len(self.rows)
        self._index[new] = np.arange(first, first + len(new), dtype=np.int32)
        self.rows = np.concatenate([self.rows, new])
        self.kind = np.concatenate([self.kind, np.full(len(new), UNKNOWN_KIND, dtype=np.int8)])
        self.load = np.concatenate([self.load, np.full((len(new), 2), -1, dtype=np.int32)])
        self.age_ms = np.concatenate([self.age_ms, np.zeros(len(new), dtype=np.int64)])
        self.stale = np.concatenate([self.stale, np.zeros(len(new), dtype=bool)])
        self.shown = np.concatenate([self.shown, np.zeros(len(new), dtype=bool)])
        self._seen_at = np.concatenate([self._seen_at, np.zeros(len(new), dtype=np.int64)])
        self._motion.grow(len(self.rows))
        self.touch()

    def advance(self, now: int) -> None:
        """Bring everything to its place at `now` (ms)."""
        if not len(self.rows):
            return
        if self._motion.advance(now):
            self.moved_revision += 1
        self.age_ms = np.maximum(now - self._seen_at, 0)
        stale = self.age_ms > STALE_MS
        shown = np.isfinite(self.x) & ~self._movers.gone(now)[self.rows]
        if (stale != self.stale).any() or (shown != self.shown).any():
            self.stale, self.shown = stale, shown
            self.touch()

    def uncertainty_m(self) -> NDArray[np.float64]:
        """How far from where it is shown each may be: 0 while it reports, else the error of its last fix and the way
        it can have gone since at its last speed, at most `WIDEST_M`. Shape (N,), metres."""
        found: NDArray[np.float64] = np.zeros(len(self.rows))
        at = np.flatnonzero(self.stale & self.shown)
        if len(at):
            m, rows = self._movers, self.rows[at]
            error = np.where(m.accuracy_m[rows] > 0.0, m.accuracy_m[rows], _FIX_M)
            found[at] = np.minimum(error + m.speed_mps[rows] * self.age_ms[at] / 1000.0, WIDEST_M)
        return found

    # Size and load ----------------------------------------------------------------------------------------------------

    def sizes(self) -> NDArray[np.float64]:
        """Length, width, height of each. Shape (N, 3), metres."""
        return np.stack([_LENGTHS[self.kind], _WIDTHS[self.kind], _HEIGHTS[self.kind]], axis=1)

    def deck_m(self) -> NDArray[np.float64]:
        """Height of each one's load deck, 0 for those that carry no containers. Shape (N,), metres."""
        return _DECK[self.kind]

    def loads(self) -> Loads:
        """Containers on shown vehicles: their rows (M,), centres of their under sides (M, 3), metres, bearings (M,)."""
        seen = self.revision, self.moved_revision
        if self._loads is None or self._loads[0] != seen:
            self._loads = seen, self._loaded()
        return self._loads[1]

    def _loaded(self) -> Loads:
        at, which = np.nonzero((self.load >= 0) & (self.shown & (_DECK[self.kind] > 0.0))[:, None])
        rows, kind = self.load[at, which], self.kind[at]
        two = (self.load[at] >= 0).all(axis=1)
        shift = np.where(two, np.where(which == 0, 0.5, -0.5) * (TWENTY_FOOT_M + 0.15), 0.0)
        forward = _DECK_AT[kind] + shift
        bearing = self.bearing_deg[at]
        east, north = unit(bearing)
        place = np.empty((len(at), 3))
        place[:, 0] = self.x[at] + east * forward
        place[:, 1] = self.y[at] + north * forward
        place[:, 2] = _DECK[kind]
        return rows, place, bearing


_VEHICLE = tuple(EntityKind).index(EntityKind.VEHICLE)
_OFFICER = tuple(EntityKind).index(EntityKind.OFFICER)
