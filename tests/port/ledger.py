"""What an auditor of the simulated terminal needs: a customs that lets everything pass, and a ledger of all said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import simpy

from data_sources.simulated_port.fixes import Fixes
from data_sources.simulated_port.operations import Operations, Simulation
from data_sources.simulated_port.world import Box, World
from resources import locator
from twin import port_definition
from twin.port_layout import PortLayout
from twin.records import GatePassage, Inventory, Kind, Move, PlaceKind, Record

BASE_MS = 1_795_255_200_000  # 2026-11-21T18:00+08:00
MIDNIGHT_MS = 1_795_190_400_000  # 2026-11-21T00:00+08:00
HOUR_MS = 3_600_000

_layouts: list[PortLayout] = []


def jiangyin() -> PortLayout:
    """The port's layout, read once for all tests."""
    if not _layouts:
        _layouts.append(port_definition.load(locator.port_definition()))
    return _layouts[0]


class QuietCustoms:
    """Customs that know of everything, want nothing and release at once."""

    def __init__(self, world: World, operations: Operations, scenario: Any) -> None:
        self._env = world.env
        self.told: dict[str, list[str]] = {"announce": [], "landed": [], "loaded": [], "gone": []}

    def announce(self, box: Box) -> None:
        box.released = True
        self.told["announce"].append(box.number)

    def initial(self, box: Box) -> None:
        box.released = True

    def initial_all(self, boxes: Sequence[Box]) -> None:
        for box in boxes:
            box.released = True

    def landed(self, box: Box) -> None:
        self.told["landed"].append(box.number)

    def release(self, box: Box) -> simpy.Event:
        event = self._env.event()
        event.succeed()
        return event

    def loaded(self, box: Box) -> None:
        self.told["loaded"].append(box.number)

    def gone(self, box: Box) -> None:
        self.told["gone"].append(box.number)

    def fixes(self, at_ms: int) -> list[Fixes]:
        return []


class Ledger:
    """A sink that follows every container from record to record and notes each contradiction in words."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.columns: list[tuple[Kind, Mapping[str, Any]]] = []
        self.place: dict[str, tuple[PlaceKind, str]] = {}
        self.in_slot: dict[str, str] = {}
        self.contradictions: list[str] = []

    def append(self, records: Sequence[Record]) -> None:
        for record in records:
            self.records.append(record)
            if isinstance(record, Move):
                self._move(record)
            elif isinstance(record, Inventory):
                self._stand(record.container, record.place_kind, record.place_ref, record.present)

    def append_columns(self, kind: Kind, columns: Mapping[str, Any]) -> None:
        self.columns.append((kind, columns))
        if kind is Kind.INVENTORY:
            names = ("container", "place_kind", "place_ref", "present")
            for row in zip(*(columns[name] for name in names), strict=True):
                self._stand(*row)

    def of(self, record_class: type[Any]) -> list[Any]:
        """All records of a class, in order."""
        return [record for record in self.records if isinstance(record, record_class)]

    def _move(self, move: Move) -> None:
        known = self.place.get(move.container)
        if known is not None and known != (move.from_kind, move.from_ref):
            self.contradictions.append(f"{move.id}: {move.container} moved from {move.from_ref}, but it was at {known}")

    def _stand(self, number: str, kind: PlaceKind, ref: str, present: bool) -> None:
        before = self.place.pop(number, None)
        if before is not None and before[0] is PlaceKind.SLOT and self.in_slot.get(before[1]) == number:
            del self.in_slot[before[1]]
        if not present:
            return
        self.place[number] = (kind, ref)
        if kind is PlaceKind.SLOT:
            other = self.in_slot.get(ref, number)
            if other != number:
                self.contradictions.append(f"{number} was put into {ref}, where {other} stands")
            self.in_slot[ref] = number


def started(seed: int, base_ms: int = BASE_MS) -> tuple[Simulation, Ledger]:
    """The port of Jiangyin under quiet customs, 45 minutes before `base_ms`, and its ledger."""
    ledger = Ledger()
    return Simulation(jiangyin(), seed, base_ms, None, ledger, QuietCustoms), ledger


def physical_faults(simulation: Simulation) -> list[str]:
    """What could not be in a real yard: boxes that float, overlap, or stand where their kind may not."""
    faults: list[str] = []
    filled: dict[tuple[str, int, int], list[tuple[int, int, Box]]] = {}
    for box, slot in simulation.operations.yard.boxes():
        halves = (slot.bay,) if slot.bay % 2 else (slot.bay - 1, slot.bay + 1)
        if (slot.bay % 2 == 1) != (box.length_ft == 20):
            faults.append(f"{box.number} of {box.length_ft} ft stands in bay {slot.bay}")
        for bay in halves:
            filled.setdefault((slot.block, bay, slot.row), []).append((slot.tier, slot.bay, box))
    blocks = {block.id: block for block in simulation.world.layout.blocks}
    for (block, bay, row), stack in filled.items():
        tiers = sorted(tier for tier, _, _ in stack)
        if tiers != list(range(1, len(tiers) + 1)):
            faults.append(f"{block} bay {bay} row {row}: tiers {tiers}")
        if len({own for _, own, _ in stack}) > 1:
            faults.append(f"{block} bay {bay} row {row}: twenty- and forty-foot boxes in one stack")
        if len(tiers) > blocks[block].tiers:
            faults.append(f"{block} bay {bay} row {row}: {len(tiers)} high")
        faults += [
            f"{box.number} may not stand in {block}" for _, _, box in stack if not _may_stand(box, blocks[block])
        ]
    return faults


def _may_stand(box: Box, block: Any) -> bool:
    if (box.flow.startswith("domestic")) != (block.trade == "domestic"):
        return False
    if box.dangerous_class is not None:
        return any(box.dangerous_class == c or box.dangerous_class.startswith(c + ".") for c in block.dangerous_classes)
    if block.dangerous_classes:
        return False
    if box.reefer_set_c is not None:
        return bool(block.kind == "reefer")
    if block.trade == "domestic":
        return True
    return bool((block.kind == "empty") == (not box.full))


def passages(ledger: Ledger) -> list[GatePassage]:
    """All gate passages, in order."""
    return ledger.of(GatePassage)
