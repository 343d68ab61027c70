"""Where a selected object is: the upright box around it, whatever its kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from layers.containers import SLOT, VEHICLE, VESSEL, ContainersLayer
from layers.cranes import CranesLayer
from layers.levels import address_of
from layers.selection import Selection
from layers.stowage import stow
from layers.vehicles import VehiclesLayer
from layers.vessels import VesselsLayer
from twin.port_layout import CONTAINER_WIDTH_M, STANDARD_HEIGHT_M, PortLayout

if TYPE_CHECKING:
    from twin.tables import Containers, Movers, Seals

_AIR_DRAUGHT_M = 38.0


@dataclass(frozen=True, slots=True)
class Place:
    """An upright box: centre of its under side (x, y, z), size and bearing of its length. Metres, degrees."""

    x: float
    y: float
    z: float
    length_m: float
    width_m: float
    height_m: float
    bearing_deg: float

    @property
    def middle(self) -> tuple[float, float, float]:
        """Its centre."""
        return self.x, self.y, self.z + 0.5 * self.height_m

    @property
    def top(self) -> tuple[float, float, float]:
        """The middle of its roof."""
        return self.x, self.y, self.z + self.height_m

    @property
    def radius_m(self) -> float:
        """Half its longest diagonal."""
        return 0.5 * float(np.hypot(np.hypot(self.length_m, self.width_m), self.height_m))


class WarningPlaces(Protocol):
    """What a warning is about."""

    def subject_of(self, warning_id: str) -> Selection | None:
        """The object of a shown warning, None when it is gone."""

    def point_of(self, warning_id: str) -> tuple[float, float] | None:
        """Where the rule saw it."""


class Places:
    """Finds the box around any object. Everything answers None when the object is unknown or nowhere."""

    def __init__(
        self, layout: PortLayout, containers: ContainersLayer, vehicles: VehiclesLayer, vessels: VesselsLayer,
        cranes: CranesLayer, tables: tuple[Containers, Movers, Seals],
    ) -> None:
        self._layout = layout
        self._containers = containers
        self._vehicles = vehicles
        self._vessels = vessels
        self._cranes = cranes
        self._container_table, self._movers, self._seals = tables
        self._outlines = {
            ("zone", z.id): (z.outline, 0.0) for z in layout.zones
        } | {
            ("building", b.id): (b.outline, b.height_m) for b in layout.buildings
        } | {
            ("fence", f.id): (f.outline, f.height_m) for f in layout.fences
        }
        self._blocks = {b.id: b for b in layout.blocks}
        self._berths = {b.id: b for b in layout.berths}
        self._gates = {g.id: g for g in layout.gates}
        self._crane_row = {c.id: at for at, c in enumerate(layout.cranes)}

    def of(self, selection: Selection, warnings: WarningPlaces | None = None) -> Place | None:
        """The box around an object; a warning's is that of its subject."""
        kind, name = selection.kind, selection.id
        if kind == "container":
            row = self._container_table.row_of.get(name)
            return None if row is None else self.container(row)
        if kind in ("vehicle", "officer"):
            return self.vehicle(self._movers.row_of.get(name, -1))
        if kind == "vessel":
            return self._vessel(name)
        if kind == "crane":
            return self._crane(name)
        if kind == "seal":
            row = self._seals.row_of.get(name)
            return None if row is None else self.seal(row)
        if kind == "warning":
            return self._warning(name, warnings)
        if kind in ("bay", "slot"):
            return self._in_block(name)
        return self._ground(kind, name)

    def outline(self, selection: Selection) -> tuple[tuple[float, float], ...] | None:
        """The ring of points on the ground of a zone, building or fence; None for everything else."""
        found = self._outlines.get((selection.kind, selection.id))
        return None if found is None else found[0]

    def container(self, row: int) -> Place | None:
        """The box itself, in its slot, on its vehicle, on board, or under a spreader."""
        t = self._container_table
        length, width, height = (float(v) for v in self._containers.sizes(np.array([row]))[0])
        if not t.present[row]:
            return None
        kind = int(t.place_kind[row])
        if kind == SLOT and t.block[row] >= 0:
            found = self._containers.block(int(t.block[row])).boxes
            at = np.flatnonzero(found.rows == row)
            if len(at):
                x, y, z = (float(v) for v in found.base[at[0]])
                return Place(x, y, z, length, width, height, float(found.bearing_deg[at[0]]))
            x, y, z = (float(v) for v in t.xyz[row])  # in an opened block, seen through or cut away
            return Place(x, y, z, length, width, height, float(t.bearing_deg[row]))
        rows, places, bearings = self._vehicles.loads()
        at = np.flatnonzero(rows == row)
        if len(at):
            x, y, z = (float(v) for v in places[at[0]])
            return Place(x, y, z, length, width, height, float(bearings[at[0]]))
        hanging = np.flatnonzero(self._cranes.container == row)
        if len(hanging):
            x, y, z = (float(v) for v in self._cranes.spreader()[hanging[0]])
            return Place(x, y, z - height, length, width, height, float(self._cranes.bearing_deg[hanging[0]]))
        if kind == VESSEL:
            return self._on_board(row, length, width, height)
        if kind == VEHICLE:
            return self.vehicle(int(t.carrier[row]))
        return None

    def vehicle(self, mover_row: int) -> Place | None:
        """The vehicle or officer of a mover row."""
        at = self._vehicles.index_of(mover_row)
        if at < 0 or not np.isfinite(self._vehicles.x[at]):
            return None
        length, width, height = (float(v) for v in self._vehicles.sizes()[at])
        return Place(float(self._vehicles.x[at]), float(self._vehicles.y[at]), 0.0, length, width, height,
                     float(self._vehicles.bearing_deg[at]))

    def seal(self, row: int) -> Place | None:
        """A seal hangs on its container's door; without one it is where it said."""
        s = self._seals
        container = int(s.container[row])
        box = self.container(container) if container >= 0 else None
        if box is not None:
            return box
        if not np.isfinite(s.x[row]):
            return None
        return Place(float(s.x[row]), float(s.y[row]), 0.0, 1.0, 1.0, 1.0, 0.0)

    def _on_board(self, row: int, length: float, width: float, height: float) -> Place | None:
        ship = self._vessels.row_of_mover(int(self._container_table.carrier[row]))
        if ship < 0 or not np.isfinite(self._vessels.x[ship]):
            return None
        rows = self._containers.rows_on_vessel(int(self._container_table.carrier[row]))
        t = self._container_table
        stowed = stow(self._vessels.plan(ship), t.vessel_slot[rows], t.height_m[rows])
        at = np.flatnonzero(rows[stowed.on_deck] == row)
        if not len(at):
            return self._ship(ship)
        forward, side, up = (float(v) for v in stowed.place[at[0]])
        bearing = float(self._vessels.bearing_deg[ship])
        sin, cos = np.sin(np.radians(bearing)), np.cos(np.radians(bearing))
        return Place(
            float(self._vessels.x[ship] + sin * forward + cos * side),
            float(self._vessels.y[ship] + cos * forward - sin * side),
            self._vessels.sea_m + up, length, width, height, bearing)

    def _vessel(self, name: str) -> Place | None:
        mover = self._movers.row_of.get(name)
        ship = -1 if mover is None else self._vessels.row_of_mover(mover)
        if ship < 0:
            named = np.flatnonzero(self._vessels.names() == name)
            ship = int(named[0]) if len(named) else -1
        return self._ship(ship) if ship >= 0 and np.isfinite(self._vessels.x[ship]) else None

    def _ship(self, ship: int) -> Place:
        v = self._vessels
        return Place(float(v.x[ship]), float(v.y[ship]), v.sea_m, float(v.length_m[ship]),
                     float(v.beam_m[ship]), _AIR_DRAUGHT_M, float(v.bearing_deg[ship]))

    def _crane(self, name: str) -> Place | None:
        at = self._crane_row.get(name)
        if at is None:
            return None
        crane, c = self._layout.cranes[at], self._cranes
        bearing = float(np.degrees(np.arctan2(c.beam[at, 0], c.beam[at, 1])))
        return Place(float(c.x[at]), float(c.y[at]), 0.0, crane.rail_gauge_m + 2.0, 16.0, crane.height_m + 4.0, bearing)

    def _warning(self, name: str, warnings: WarningPlaces | None) -> Place | None:
        if warnings is None:
            return None
        subject = warnings.subject_of(name)
        found = self.of(subject) if subject is not None and subject.kind != "warning" else None
        point = warnings.point_of(name)
        if found is not None or point is None:
            return found
        return Place(point[0], point[1], 0.0, 4.0, 4.0, 2.0, 0.0)

    def _in_block(self, name: str) -> Place | None:
        """The room of a bay or slot, whatever stands in it."""
        at = address_of(name)
        block = None if at is None else self._blocks.get(at.block)
        if at is None or block is None:
            return None
        length = block.bay_pitch_m * (1 if at.bay % 2 else 2)
        if at.tier is None or at.row is None:
            x, y = block.ground(at.bay, 0.5 * (block.rows + 1))
            return Place(float(x), float(y), 0.0, length, block.width_m, block.tiers * 2.6, block.bearing_deg)
        x, y = block.ground(at.bay, at.row)
        return Place(float(x), float(y), (at.tier - 1) * STANDARD_HEIGHT_M, length, CONTAINER_WIDTH_M,
                     STANDARD_HEIGHT_M, block.bearing_deg)

    def _ground(self, kind: str, name: str) -> Place | None:
        if kind == "block" and name in self._blocks:
            block = self._blocks[name]
            x, y = np.mean(block.outline, axis=0)
            return Place(float(x), float(y), 0.0, block.length_m, block.width_m, block.tiers * 2.6, block.bearing_deg)
        if kind == "berth" and name in self._berths:
            berth = self._berths[name]
            start, end = np.asarray(berth.start), np.asarray(berth.end)
            way = end - start
            x, y = 0.5 * (start + end)
            return Place(float(x), float(y), 0.0, float(np.hypot(*way)), 40.0, 1.0,
                         float(np.degrees(np.arctan2(way[0], way[1]))))
        if kind == "gate" and name in self._gates:
            stops = np.array([lane.stop for lane in self._gates[name].lanes])
            if not len(stops):
                return None
            low, high = stops.min(axis=0), stops.max(axis=0)
            x, y = 0.5 * (low + high)
            size_y, size_x = float(high[1] - low[1]), float(high[0] - low[0])
            return Place(float(x), float(y), 0.0, size_y + 12.0, size_x + 12.0, 6.0, 0.0)
        outline = self._outlines.get((kind, name))
        if outline is None:
            return None
        points = np.asarray(outline[0])
        low, high = points.min(axis=0), points.max(axis=0)
        x, y = 0.5 * (low + high)
        size_y, size_x = float(high[1] - low[1]), float(high[0] - low[0])
        return Place(float(x), float(y), 0.0, size_y, size_x, max(outline[1], 1.0), 0.0)
