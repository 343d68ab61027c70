"""A busy port for the scene's benchmark: Jiangyin with as many boxes, vehicles and seals as asked for, and its days."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from resources import locator
from tests.harbour import Harbour
from twin import port_definition
from twin.port_index import PortIndex
from twin.port_layout import PortLayout
from twin.records import EntityKind, VehicleKind
from twin.seal_state import SealState
from twin.tables import ENTITY_KINDS

TICK_MS: Final = 100
_SPEED_MPS: Final = 8.0
_BOXES_A_CELL: Final = 0.40  # of a yard filled by `Harbour.fill`: stacks of mixed heights and lengths
_KINDS: Final = (VehicleKind.ROAD_TRUCK, VehicleKind.TERMINAL_TRACTOR, VehicleKind.AGV)


class World:
    """The tables of a port and what happens in it, tick by tick; `harbour.layers` is what a scene shows."""

    def __init__(self, containers: int, movers: int, seals: int, seed: int = 11) -> None:
        """Empty at first, with room for all of it: see `fill`."""
        layout = port_definition.load(locator.port_definition())
        self.layout = _with_room(layout, containers)
        self.harbour = Harbour(self.layout)
        self.harbour.index = self.index = PortIndex(self.layout)
        self._wanted = (containers, movers, seals)
        self._dice = np.random.default_rng(seed)
        nodes = {node.id: node.at for node in layout.road_nodes}
        ways = np.array([(*nodes[e.start], *nodes[e.end]) for e in layout.road_edges])
        self._from = ways[:, :2]
        self._length_m = np.hypot(*(ways[:, 2:] - ways[:, :2]).T)
        self._along = (ways[:, 2:] - ways[:, :2]) / np.maximum(self._length_m, 1e-6)[:, None]
        self._vehicles = np.empty(0, dtype=np.intp)

    def fill(self) -> None:
        """Everything arrives."""
        containers, movers, seals = self._wanted
        harbour, dice = self.harbour, self._dice
        harbour.fill(containers)
        stored = harbour.containers.count
        loads = min(movers // 2, stored // 20)
        carried = harbour.containers.rows([f"MSKU{k:07d}" for k in range(loads)])
        harbour.containers.put(carried, present=True, owner="MSKU", length_m=12.192, legal_state=4)
        self._vehicles = harbour.movers.rows([f"闽A{k:05d}" for k in range(movers)])
        kinds = tuple(VehicleKind)
        harbour.movers.put(
            self._vehicles, kind=ENTITY_KINDS[EntityKind.VEHICLE],
            vehicle_kind=dice.choice([kinds.index(k) for k in _KINDS], movers))
        harbour.movers.put(self._vehicles[:loads], load=carried)
        long_enough = np.flatnonzero(self._length_m > 40.0)
        self._way = dice.choice(long_enough, movers)
        self._start_m = dice.uniform(0.0, self._length_m[self._way])
        sealed = harbour.seals.rows([f"JY-{k:06d}" for k in range(seals)])
        harbour.seals.put(
            sealed, container=dice.choice(stored, seals, replace=seals > stored), observed_at=harbour.now,
            state=np.where(dice.random(seals) < 0.98, SealState.LOCKED, SealState.TAMPERED))
        self.drive()
        harbour.step(containers=np.arange(harbour.containers.count), movers=self._vehicles, seals=sealed)

    def drive(self, count: int | None = None) -> NDArray[np.intp]:
        """New fixes of the first `count` vehicles, all by default; returns their mover rows."""
        rows = self._vehicles[:count]
        way = self._way[: len(rows)]
        gone = (self._start_m[: len(rows)] + self.harbour.now / 1000.0 * _SPEED_MPS) % (2.0 * self._length_m[way])
        back = gone > self._length_m[way]
        at = self._from[way] + self._along[way] * np.where(back, 2.0 * self._length_m[way] - gone, gone)[:, None]
        heading = np.where(back, -1.0, 1.0)[:, None] * self._along[way]
        self.harbour.movers.put(rows, x=at[:, 0], y=at[:, 1], observed_at=self.harbour.now,
                                course_deg=np.degrees(np.arctan2(heading[:, 0], heading[:, 1])) % 360.0)
        return rows

    def keep(self, count: int) -> None:
        """Only the first `count` vehicles stay; the others drove out of a gate long ago."""
        table, gone = self.harbour.movers, self._vehicles[count:]
        table.put(gone, load=-1, left_at=1_000, entered_at=0, observed_at=1_000)
        self._vehicles = self._vehicles[:count]
        self.harbour.step(movers=gone)

    def shift(self, count: int) -> NDArray[np.int32]:
        """`count` boxes from the tops of stacks onto the tops of others of their kind; returns their rows."""
        table = self.harbour.containers
        slot = np.flatnonzero((table.place_kind == 0) & table.present & (table.block >= 0))
        key = (table.block[slot].astype(np.int64) << 32) + (table.bay[slot].astype(np.int64) << 16) + table.row[slot]
        order = np.lexsort((table.tier[slot], key))
        last = np.append(key[order][1:] != key[order][:-1], True)
        tops = slot[order[last]]
        tiers = np.array([b.tiers for b in self.layout.blocks])
        lifted = self._dice.choice(tops, count, replace=False)
        odd = table.bay[lifted] % 2
        targets = np.empty(count, dtype=np.intp)
        open_tops = tops[(table.tier[tops] < tiers[table.block[tops]]) & ~np.isin(tops, lifted)]
        for parity in (0, 1):
            mine = np.flatnonzero(odd == parity)
            fitting = open_tops[table.bay[open_tops] % 2 == parity]
            targets[mine] = self._dice.choice(fitting, len(mine), replace=False)
        block, bay, row = table.block[targets], table.bay[targets], table.row[targets]
        tier = table.tier[targets] + 1
        table.put(lifted, block=block, bay=bay, row=row, tier=tier)
        return lifted.astype(np.int32)

    def tick(self, movers: int | None = None, moves: int = 0) -> dict[str, NDArray[np.integer]]:
        """A tenth of a second later: what changed, as `Harbour.step` takes it."""
        self.harbour.now += TICK_MS
        changed: dict[str, NDArray[np.integer]] = {"movers": self.drive(movers)}
        if moves:
            changed["containers"] = self.shift(moves)
        return changed


def _with_room(layout: PortLayout, containers: int) -> PortLayout:
    """The port with further yards behind its own, until all containers find a slot."""
    cells = sum(b.bays * b.rows * b.tiers for b in layout.blocks)
    points = np.concatenate([np.asarray(b.outline) for b in layout.blocks])
    depth = float(np.ptp(points[:, 1])) + 60.0
    blocks = list(layout.blocks)
    copies = 1
    while copies * cells * _BOXES_A_CELL < containers:
        blocks += [replace(b, id=f"{b.id}+{copies}", origin=(b.origin[0], b.origin[1] + copies * depth))
                   for b in layout.blocks]
        copies += 1
    return replace(layout, blocks=tuple(blocks))
