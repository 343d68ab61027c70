"""The past of the containers that stand in the yard at the start: manifest, declaration and test, told as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from data_sources.simulated_port import filings, goods
from data_sources.simulated_port.declarations import DRY_PORT_OFFICE, PORT_OFFICE, SOURCE, DeclarationNumbers, Filing
from data_sources.simulated_port.goods import Good
from data_sources.simulated_port.inspections import OFFICERS
from twin.records import (
    DeclarationMode,
    DeclarationState,
    InspectionKind,
    InspectionResult,
    InspectionState,
    Kind,
    Trade,
)

if TYPE_CHECKING:
    from data_sources.simulated_port.world import Box, World

HOLD_SHARE = 0.02
_HELD_SHARE = 0.012  # of those standing
HOLD_REASONS = (
    "布控查验：随机抽查", "布控查验：单证存疑", "布控查验：历史风险企业", "布控查验：检疫要求", "布控查验：重量存疑",
)
EARLY_SHARE = 0.55
"""Part of the containers declared before the vessel lands or the truck comes (提前申报)."""

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_UNDECLARED = (0.65, 3.5, 9.0)  # share on arrival; days of decay; days from which all are declared, well before R10
_WAITING = (0.85, 3.0)  # share declared but not released on arrival; days of decay
_PASSING = 0.8  # share of transshipment that still waits for its next vessel
_HELD_DAYS = 4.0
_STATES = (DeclarationState.RELEASED, DeclarationState.ACCEPTED, DeclarationState.HELD)
_RELEASED, _ACCEPTED, _HELD, _NONE = 0, 1, 2, 3

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Open:
    """A standing container with something still to be done: `filing` None if it is not declared yet. `draw`: 0..1."""

    box: Box
    filing: Filing | None
    good: Good
    draw: float


class _Yard:
    """The standing containers under customs as arrays (N,)."""

    def __init__(self, boxes: Sequence[Box], now_ms: int, stream: np.random.Generator) -> None:
        count = len(boxes)
        self.boxes = boxes
        self.draw = stream.random((9, count))
        self.full = np.fromiter((b.full for b in boxes), dtype=bool, count=count)
        self.outward = np.fromiter((filings.outward(b) for b in boxes), dtype=bool, count=count)
        self.modes = [filings.mode_of(b) for b in boxes]
        self.transit = np.fromiter((m is DeclarationMode.TRANSIT for m in self.modes), dtype=bool, count=count)
        self.passing = np.fromiter((b.flow == "transshipment" for b in boxes), dtype=bool, count=count)
        self.gross_kg = np.fromiter((b.gross_kg for b in boxes), dtype=float, count=count)
        self.net_kg = self.gross_kg - np.fromiter((filings.tare_kg(b) for b in boxes), dtype=float, count=count)
        self.arrived_at = np.fromiter((b.arrived_at for b in boxes), dtype=np.int64, count=count)
        self.age_ms = np.maximum(0, now_ms - self.arrived_at)
        self.now_ms = now_ms
        spread = 1.0 + filings.WEIGHT_TOLERANCE * (2.0 * self.draw[5] - 1.0)
        self.declared_kg = np.where(self.full, np.round(self.gross_kg * spread), self.gross_kg)
        self.good = self._goods()
        package_kg = np.fromiter((g.package_kg for g in self.good), dtype=float, count=count)
        self.packages = np.where(self.full, np.maximum(1, np.round(self.net_kg / package_kg)), 1).astype(np.int64)
        self.state, self.since = self._states()

    def _goods(self) -> list[Good]:
        outward_row = goods.rows(goods.EXPORTS, self.draw[6]).tolist()
        inward_row = goods.rows(goods.IMPORTS, self.draw[6]).tolist()
        return [
            goods.EMPTY if not b.full else goods.dangerous_good(b.dangerous_class) if b.dangerous_class
            else goods.EXPORTS[e] if out else goods.IMPORTS[i]
            for b, out, e, i in zip(self.boxes, self.outward.tolist(), outward_row, inward_row, strict=True)
        ]

    def _states(self) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
        """How far each declaration is (_NONE: not lodged), and since when, ms UTC."""
        days, draw = self.age_ms / _DAY_MS, self.draw
        state = np.full(len(self.boxes), _RELEASED, dtype=np.int8)
        quick = self.transit & self.outward
        state[(draw[4] < _WAITING[0] * np.exp(-days / _WAITING[1])) & ~quick] = _ACCEPTED
        state[(draw[4] < _PASSING) & self.passing] = _ACCEPTED
        state[(draw[4] < _HELD_SHARE) & self.full & ~self.transit & ~self.passing & (days < _HELD_DAYS)] = _HELD
        slow = self.full & ~self.outward & ~self.transit & ~self.passing & (days < _UNDECLARED[2])
        state[slow & (draw[1] < _UNDECLARED[0] * np.exp(-days / _UNDECLARED[1]))] = _NONE
        waited = np.minimum(self.age_ms, np.where(state == _HELD, 3, 6) * _HOUR_MS) * draw[2]
        went = self.arrived_at + np.minimum(self.age_ms, 12 * _HOUR_MS) * draw[0]
        return state, np.where(state == _RELEASED, went, self.now_ms - waited).astype(np.int64)


def tell(world: World, boxes: Sequence[Box], numbers: DeclarationNumbers, lines: dict[str, int]) -> list[Open]:
    """Tells the past of containers under customs and sets their `declaration`, `declared_kg`, `released` and `held`.

    `lines`: the last manifest line by call, carried on. Returns those with something still to be done.
    """
    if not boxes:
        return []
    yard = _Yard(boxes, world.now_ms, world.stream("customs.initial"))
    _tell_manifests(world, yard, lines)
    numbered = _tell_declarations(world, yard, numbers)
    _tell_tests(world, yard)
    still_open = []
    for row, (box, declared, state) in enumerate(
        zip(boxes, yard.declared_kg.tolist(), yard.state.tolist(), strict=True)
    ):
        filing = numbered.get(row)
        box.declared_kg = declared
        box.released, box.held = state == _RELEASED, state == _HELD
        if state != _RELEASED:
            draw = float(yard.draw[4, row] / _HELD_SHARE if state == _HELD else yard.draw[7, row])
            still_open.append(Open(box, filing, yard.good[row], min(draw, 1.0)))
    return still_open


def _tell_manifests(world: World, yard: _Yard, lines: dict[str, int]) -> None:
    count = len(yard.boxes)
    calls = [b.call or "ROAD" for b in yard.boxes]
    line = []
    for call in calls:
        lines[call] = number = lines.get(call, 0) + 1
        line.append(number)
    manifests = [f"MF{call}" for call in calls]
    world.emit_columns(Kind.MANIFEST, {
        "id": world.new_ids("MAN", count), "source": [filings.SOURCE] * count,
        "observed_at": yard.arrived_at - ((2.0 + 40.0 * yard.draw[0]) * _HOUR_MS).astype(np.int64),
        "manifest": manifests, "line": np.asarray(line, dtype=np.int64),
        "bill": [f"{m}{n:04d}" for m, n in zip(manifests, line, strict=True)],
        "call": [b.call or "" for b in yard.boxes],
        "container": [b.number for b in yard.boxes], "mode": yard.modes, "goods": [g.name for g in yard.good],
        "packages": yard.packages, "gross_kg": yard.declared_kg,
    })


def _tell_declarations(world: World, yard: _Yard, numbers: DeclarationNumbers) -> dict[int, Filing]:
    """Tells each declaration as it stands; returns those not released yet by row."""
    rows = np.flatnonzero(yard.state != _NONE)
    early = (yard.draw[2] * 10 * _HOUR_MS).astype(np.int64) * (yard.draw[3] < EARLY_SHARE)
    lodged = np.minimum(yard.arrived_at - early, yard.now_ms - 1)
    abroad = (yard.draw[7] * len(goods.ABROAD)).astype(np.intp).tolist()
    home = (yard.draw[8] * len(goods.AT_HOME)).astype(np.intp).tolist()
    reason = (yard.draw[0] * len(HOLD_REASONS)).astype(np.intp).tolist()
    packages, declared_kg = yard.packages.tolist(), yard.declared_kg.tolist()
    outward, states = yard.outward.tolist(), [_STATES[n] if n != _NONE else None for n in yard.state.tolist()]
    found: list[Filing] = []
    for row, lodged_at in zip(rows.tolist(), lodged[rows].tolist(), strict=True):
        box, good, out = yard.boxes[row], yard.good[row], outward[row]
        firms = goods.AT_HOME[home[row]], goods.ABROAD[abroad[row]]
        state = states[row]
        filing = Filing(
            numbers.take(DRY_PORT_OFFICE if out and box.trade == Trade.TRANSIT else PORT_OFFICE, out, lodged_at),
            yard.modes[row], (box.number,), good.hs_code, good.name, packages[row],
            declared_kg[row], firms[0] if out else firms[1], firms[1] if out else firms[0], lodged_at, state,
            HOLD_REASONS[reason[row]] if state is DeclarationState.HELD else None,
        )
        box.declaration = filing.number
        found.append(filing)

    def column(name: str) -> list[Any]:
        return [getattr(filing, name) for filing in found]

    world.emit_columns(Kind.DECLARATION, {
        "id": world.new_ids("DEC", len(found)), "source": [SOURCE] * len(found),
        "observed_at": np.maximum(lodged, yard.since)[rows], "declaration": column("number"),
        "lodged_at": lodged[rows],
    } | {name: column(name) for name in (
        "mode", "state", "containers", "hs_code", "goods", "packages", "gross_kg", "consignor", "consignee", "reason",
    )})
    return {row: filing for row, filing in zip(rows.tolist(), found, strict=True) if yard.state[row] != _RELEASED}


def _tell_tests(world: World, yard: _Yard) -> None:
    """Inbound empties were tested with ultrasound before they were released."""
    rows = [
        row for row, box in enumerate(yard.boxes) if box.flow == "empty_in" and yard.state[row] == _RELEASED
    ]
    orders = world.new_ids("CYP", len(rows))
    world.emit_columns(Kind.INSPECTION, {
        "id": world.new_ids("INS", len(rows)), "source": ["inspection"] * len(rows),
        "observed_at": np.maximum(yard.arrived_at, yard.since - 60_000)[rows], "order": orders,
        "inspection_kind": [InspectionKind.ULTRASONIC] * len(rows), "container": [yard.boxes[r].number for r in rows],
        "state": [InspectionState.DONE] * len(rows), "result": [InspectionResult.EMPTY] * len(rows),
        "images": [(f"IMG-{order}-1",) for order in orders],
        "officer": [OFFICERS[n % len(OFFICERS)] for n in range(len(rows))],
    })
