"""A small made-up port with boxes, trucks, ships and cranes for tests, in tables as the twin fills them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from layers.layers import Layers
from twin.events import Delta
from twin.legal_state import LegalState
from twin.port_layout import (
    Berth,
    Block,
    BlockKind,
    Building,
    BuildingKind,
    Crane,
    CraneKind,
    Name,
    PortLayout,
    Zone,
    ZoneKind,
)
from twin.records import EntityKind, PlaceKind, Trade, VehicleKind
from twin.seal_state import SealState
from twin.tables import Containers, Cranes, Movers, Seals, Vessels
from twin.warnings import RiskWarning

NOW = 1_780_000_000_000
SLOT, VEHICLE, VESSEL = (tuple(PlaceKind).index(k) for k in (PlaceKind.SLOT, PlaceKind.VEHICLE, PlaceKind.VESSEL))
NAME = Name("试", "Trial")


def layout(columns: int = 2, lines: int = 2, bays: int = 20, rows: int = 6, tiers: int = 5) -> PortLayout:
    """Blocks in `lines` lines of `columns` north of a quay that runs west along y = 0, with two cranes on it."""
    blocks = tuple(
        Block(
            f"B{line + 1}{column + 1}", "Z1", BlockKind.RTG, "foreign",
            (20.0 - 300.0 * column - 10.0, 90.0 + 36.0 * line), 270.0, bays, rows, tiers, 6.5, 2.9, (), 1, False,
        )
        for line in range(lines) for column in range(columns)
    )
    west = -300.0 * columns
    return PortLayout(
        "CNXXX", NAME, 119.29, 25.41, "Asia/Shanghai", False, -4.0, (),
        (((60.0, 0.0), (60.0, 900.0), (west - 60.0, 900.0), (west - 60.0, 0.0)),),
        (((60.0, 0.0), (west - 60.0, 0.0)),), (),
        (Berth("1", NAME, "container", "T", (40.0, 0.0), (west, 0.0), 15.0, False),),
        blocks,
        (Zone("Z1", NAME, ZoneKind.FOREIGN_YARD, None,
              ((50.0, 80.0), (50.0, 880.0), (west - 20.0, 880.0), (west - 20.0, 80.0)), False),),
        (), (), (), (), (),
        (
            Crane("STS1", CraneKind.STS, ("1",), (-60.0, 22.0), 270.0, 30.0, 44.0, 65.0, 16.0),
            Crane("RTG1", CraneKind.RTG, (blocks[0].id,), (-40.0, 100.0), 270.0, 23.5, 18.0),
        ),
        (Building("H1", NAME, BuildingKind.H986, ((80.0, 300.0), (80.0, 330.0), (130.0, 330.0), (130.0, 300.0)), 9.0,
                  False),),
        (), (), (), (),
    )


class Harbour:
    """The port with its tables and layers; `step` hands a delta on as the twin would."""

    def __init__(self, port: PortLayout | None = None) -> None:
        self.layout = port or layout()
        self.containers = Containers()
        self.movers = Movers()
        self.vessels = Vessels()
        self.cranes = Cranes(self.layout.cranes)
        self.seals = Seals()
        self.book: dict[str, RiskWarning] = {}
        self.warnings = SimpleNamespace(open=lambda: tuple(w for w in self.book.values() if w.open))
        self.now = NOW
        self.epoch = 0
        self.index = SimpleNamespace(layout=self.layout)
        self.layers = Layers(self.index, self)

    def step(self, **changed: Any) -> Delta:
        """One delta with these changed rows or warnings, taken over by the layers."""
        for found in changed.get("warnings", ()):
            self.book[found.id] = found
        rows = {k: np.asarray(v, dtype=np.int32) if k != "warnings" else v for k, v in changed.items()}
        delta = Delta(self.now, self.epoch, **rows)
        self.layers.update(delta)
        self.layers.advance(self.now)
        return delta

    def box(self, number: str, **values: object) -> int:
        """A container of the table with these columns."""
        row = int(self.containers.rows([number])[0])
        given = {"present": True, "legal_state": LegalState.RELEASED, "owner": "CSNU", "trade": 0, **values}
        for name, value in given.items():
            self.containers.put(row, **{name: value})
        return row

    def stand(self, number: str, block: int, bay: int, row: int, tier: int, **values: object) -> int:
        """A container in a slot: odd bay twenty feet, even bay forty."""
        where = self.layout.blocks[block].ground(bay, row)
        length = 6.058 if bay % 2 else 12.192
        return self.box(
            number, place_kind=SLOT, block=block, bay=bay, row=row, tier=tier, length_m=values.pop("length_m", length),
            bearing_deg=self.layout.blocks[block].bearing_deg, xyz=np.array([*where, (tier - 1) * 2.591]), **values)

    def drive(self, plate: str, x: float, y: float, course_deg: float, kind: VehicleKind = VehicleKind.ROAD_TRUCK,
              load: int = -1, load2: int = -1) -> int:
        """A fix of a vehicle at the present instant."""
        row = int(self.movers.rows([plate])[0])
        self.movers.put(
            row, kind=tuple(EntityKind).index(EntityKind.VEHICLE), vehicle_kind=tuple(VehicleKind).index(kind),
            x=x, y=y, course_deg=course_deg, observed_at=self.now, load=load, load2=load2)
        return row

    def moor(
        self, name: str, x: float, y: float, course_deg: float, length_m: float = 300.0, beam_m: float = 40.0
    ) -> int:
        """A vessel with a fix at the present instant; returns her mover row."""
        mover = int(self.movers.rows([f"41{len(self.vessels.name):07d}"])[0])
        self.movers.put(mover, kind=tuple(EntityKind).index(EntityKind.VESSEL), x=x, y=y, course_deg=course_deg,
                        observed_at=self.now)
        self.vessels.put(self.vessels.rows([name]), mover=mover, length_m=length_m, beam_m=beam_m)
        return mover

    def fill(self, count: int, seed: int = 7) -> None:
        """Stacks of many containers at once: forty- and twenty-foot boxes of mixed heights, none floating."""
        dice = np.random.default_rng(seed)
        room = sum(b.bays * b.rows * b.tiers for b in self.layout.blocks) * 0.5 / 1.35
        share = min(1.0, 1.08 * count / room)
        made: list[tuple[int, int, int, int]] = []
        for number, block in enumerate(self.layout.blocks):
            tall = dice.integers(1, block.tiers + 1, (block.bays // 2, block.rows))
            tall[dice.random(tall.shape) > share] = 0
            forty = dice.random((block.bays // 2, block.rows)) < 0.65
            for pair in range(block.bays // 2):
                for row in range(block.rows):
                    for tier in range(tall[pair, row]):
                        bays = (4 * pair + 2,) if forty[pair, row] else (4 * pair + 1, 4 * pair + 3)
                        made += [(number, bay, row + 1, tier + 1) for bay in bays]
        made = made[:count]
        block, bay, row, tier = np.array(made, dtype=np.int64).reshape(-1, 4).T
        n = len(block)
        at = self.containers.rows([f"TCLU{k:07d}" for k in range(n)])
        where = np.empty((n, 3))
        for number, b in enumerate(self.layout.blocks):
            mine = block == number
            where[mine, :2] = b.ground(bay[mine], row[mine])
        where[:, 2] = (tier - 1) * 2.591
        states = dice.choice([0, 1, 2, 3, 4, 6, 7, 8], n, p=[.14, .22, .03, .01, .32, .08, .1, .1])
        owners = np.array(["CSNU", "MSCU", "OOLU", "EGHU", "MSKU", "SITU"], dtype=object)[dice.integers(0, 6, n)]
        self.containers.put(
            at, present=True, place_kind=SLOT, block=block, bay=bay, row=row, tier=tier,
            length_m=np.where(bay % 2 == 1, 6.058, 12.192), height_m=np.where(dice.random(n) < .6, 2.896, 2.591),
            legal_state=states, owner=owners, xyz=where, trade=tuple(Trade).index(Trade.FOREIGN))

    def seal(self, name: str, container: int, state: SealState = SealState.LOCKED) -> int:
        """An electronic seal on a container."""
        row = int(self.seals.rows([name])[0])
        self.seals.put(row, container=container, state=state, observed_at=self.now)
        return row
