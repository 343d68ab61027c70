"""The stock at the start: some 20,000 containers on their stacks, as after years of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data_sources.simulated_port.cargo import DANGEROUS as CLASSES
from data_sources.simulated_port.cargo import CargoDrawer
from data_sources.simulated_port.world import SOURCE, Box, World
from data_sources.simulated_port.yard import DANGEROUS, DOMESTIC, EMPTY, GENERAL, REEFER, Ground, Pile, Yard, licence_of
from twin.port_layout import Slot
from twin.records import Kind, PlaceKind, Trade

STANDING = 20_000
_SHARES = {GENERAL: 0.548, EMPTY: 0.245, REEFER: 0.042, DANGEROUS: 0.015, DOMESTIC: 0.150}
_FILL_LIMIT = {GENERAL: 0.70, EMPTY: 0.82, REEFER: 0.62, DANGEROUS: 0.62, DOMESTIC: 0.74}
_FORTY_SHARE = {GENERAL: 0.78, EMPTY: 0.8, REEFER: 0.96, DANGEROUS: 0.35, DOMESTIC: 0.5}  # of bay pairs
_GENERAL_FLOWS = (
    ("import", Trade.FOREIGN, 0.50),
    ("export", Trade.FOREIGN, 0.39),
    ("transshipment", Trade.TRANSSHIPMENT, 0.075),
    ("export", Trade.TRANSIT, 0.035),
)
_EMPTY_FLOWS = (("empty_in", Trade.FOREIGN, 0.45), ("empty_out", Trade.FOREIGN, 0.55))
_DOMESTIC_FLOWS = (("domestic_in", Trade.DOMESTIC, 0.52), ("domestic_out", Trade.DOMESTIC, 0.48))
_DOMESTIC_EMPTY = 0.30
_DWELL_DAYS = {
    "import": 4.2,
    "export": 2.6,
    "transshipment": 4.0,
    "empty_in": 6.0,
    "empty_out": 6.0,
    "domestic_in": 3.2,
    "domestic_out": 2.4,
}
_LONGEST_DWELL_DAYS = 12.5  # nothing overstays at the start; overdue containers are an incident's matter
_LONGEST_DELICATE_DAYS = 7.5  # of reefers and dangerous goods, which are fetched first
_LONGEST_SPECIAL_DAYS = 7.0  # the same for running reefers and dangerous goods
_DAY_MS = 86_400_000


@dataclass(slots=True, eq=False)
class _Stack:
    """A stack to be built: its pile, which half of it, how high."""

    pile: Pile
    length_ft: int
    tiers: int


def build(world: World, yard: Yard, drawer: CargoDrawer) -> list[Box]:
    """Fills the yard and says every container and where it stands. Returns the boxes, block by block, bottom up."""
    rng = world.stream("stock")
    placed: list[tuple[Box, Slot]] = []
    for area, share in _SHARES.items():
        grounds = yard.area(area)
        if grounds:
            placed += _fill(world, yard, drawer, rng, area, grounds, round(STANDING * share))
    boxes = [box for box, _ in placed]
    for box, slot in placed:
        box.place_kind, box.place_ref = PlaceKind.SLOT, str(slot)
        world.boxes[box.number] = box
    say(world, boxes)
    return boxes


def say(world: World, boxes: Sequence[Box]) -> None:
    """Container and inventory records of many boxes at once."""
    now, count = world.now_ms, len(boxes)
    if not count:
        return
    times = np.full(count, now, dtype=np.int64)
    numbers = [b.number for b in boxes]
    world.emit_columns(
        Kind.CONTAINER,
        {
            "id": world.new_ids("CT", count),
            "source": [SOURCE] * count,
            "observed_at": times,
            "container": numbers,
            "type_code": [b.type_code for b in boxes],
            "full": [b.full for b in boxes],
            "gross_kg": [b.gross_kg for b in boxes],
            "trade": [b.trade for b in boxes],
            "owner": [b.owner for b in boxes],
            "dangerous_class": [b.dangerous_class for b in boxes],
            "un_number": [b.un_number for b in boxes],
            "reefer_set_c": [b.reefer_set_c for b in boxes],
        },
    )
    world.emit_columns(
        Kind.INVENTORY,
        {
            "id": world.new_ids("IV", count),
            "source": [SOURCE] * count,
            "observed_at": times,
            "container": numbers,
            "place_kind": [b.place_kind for b in boxes],
            "place_ref": [b.place_ref for b in boxes],
            "present": [True] * count,
            "arrived_at": [b.arrived_at for b in boxes],
        },
    )


def _fill(
    world: World,
    yard: Yard,
    drawer: CargoDrawer,
    rng: np.random.Generator,
    area: str,
    grounds: list[Ground],
    wanted: int,
) -> list[tuple[Box, Slot]]:
    """Stacks of one area: drawn stack by stack, then the boxes that make them up."""
    stacks = _stacks(rng, area, grounds, wanted)
    by_length: dict[int, list[_Stack]] = {
        length: [s for s in stacks if s.length_ft == length] for length in (20, 40, 45)
    }
    placed: list[tuple[Box, Slot]] = []
    for length, of_length in by_length.items():
        boxes = _boxes(drawer, rng, area, length, of_length)
        _age(world, rng, boxes)
        at = 0
        for stack in of_length:
            column = sorted(boxes[at : at + stack.tiers], key=lambda box: box.arrived_at)  # what came first lies lowest
            at += stack.tiers
            for box in column:
                yard.expect(stack.pile, box)
                placed.append((box, yard.put(box, stack.pile)))
    return placed


def _stacks(rng: np.random.Generator, area: str, grounds: list[Ground], wanted: int) -> list[_Stack]:
    """Heights for the piles of an area so that some `wanted` boxes stand there, blocks filled unevenly."""
    forty = _FORTY_SHARE[area]
    capacity = sum(len(g.piles) * g.block.rows * g.block.tiers * (forty + 2.0 * (1.0 - forty)) for g in grounds)
    fill = min(wanted / capacity, _FILL_LIMIT[area])
    uneven = np.clip(rng.normal(1.0, 0.22, len(grounds)), 0.55, 1.4)
    weights = np.array([len(g.piles) * g.block.rows * g.block.tiers for g in grounds], dtype=float)
    uneven *= weights.sum() / (weights * uneven).sum()
    stacks: list[_Stack] = []
    for ground, factor in zip(grounds, uneven.tolist(), strict=True):
        tiers = ground.block.tiers
        share = min(fill * factor, 0.84)
        for pair in ground.piles:
            mode = pair[0].only or (40 if rng.random() < forty else 20)
            busy = np.clip(rng.normal(share, 0.16), 0.0, 0.95)
            halves = 2 if mode == 20 else 1  # a twenty-foot pile has two stacks and fills them in turn
            heights = np.clip(np.round(rng.normal(busy * tiers, 0.9, (len(pair), halves))), 0, tiers).astype(int)
            if mode == 45:
                heights = np.minimum(heights, 2)
            if area == DANGEROUS and ground.dangerous_class_of_pair[pair[0].pair] is None:
                continue
            stacks += [_Stack(pile, mode, n) for pile, n in zip(pair, heights.sum(axis=1).tolist(), strict=True) if n]
    return stacks


def _boxes(drawer: CargoDrawer, rng: np.random.Generator, area: str, length: int, stacks: list[_Stack]) -> list[Box]:
    """The boxes of all stacks of one length, in the stacks' order."""
    count = sum(stack.tiers for stack in stacks)
    if area == DANGEROUS:
        classes = [
            _class_for(rng, stack.pile.ground.dangerous_class_of_pair[stack.pile.pair])
            for stack in stacks
            for _ in range(stack.tiers)
        ]
        flows = rng.random(count) < 0.5
        imports = drawer.draw(
            int(flows.sum()),
            length,
            "import",
            Trade.FOREIGN,
            True,
            False,
            [c for c, i in zip(classes, flows, strict=True) if i],
        )
        exports = drawer.draw(
            count - len(imports),
            length,
            "export",
            Trade.FOREIGN,
            True,
            False,
            [c for c, i in zip(classes, flows, strict=True) if not i],
        )
        sources = iter(imports), iter(exports)
        return [next(sources[0] if i else sources[1]) for i in flows.tolist()]
    plan: list[tuple[str, Trade, float, bool]]
    if area == EMPTY:
        plan = [(flow, trade, share, False) for flow, trade, share in _EMPTY_FLOWS]
    elif area == DOMESTIC:
        plan = [(f, t, s * (1.0 - _DOMESTIC_EMPTY), True) for f, t, s in _DOMESTIC_FLOWS]
        plan += [(f, t, s * _DOMESTIC_EMPTY, False) for f, t, s in _DOMESTIC_FLOWS]
    else:
        plan = [(flow, trade, share, True) for flow, trade, share in _GENERAL_FLOWS]
    kinds = rng.choice(len(plan), count, p=np.array([p[2] for p in plan]) / sum(p[2] for p in plan))
    drawn = [
        iter(drawer.draw(int((kinds == k).sum()), length, flow, trade, full, area == REEFER))
        for k, (flow, trade, _, full) in enumerate(plan)
    ]
    return [next(drawn[k]) for k in kinds.tolist()]


def _class_for(rng: np.random.Generator, licensed: str | None) -> str:
    fitting = [c for c in CLASSES if licence_of(licensed, c)]
    return fitting[int(rng.integers(len(fitting)))]


def _age(world: World, rng: np.random.Generator, boxes: list[Box]) -> None:
    """When each came: most in the last days."""
    draws = rng.gamma(1.6, 1.0 / 1.6, len(boxes))
    for box, draw in zip(boxes, draws.tolist(), strict=True):
        special = box.reefer_set_c is not None or box.dangerous_class is not None
        days = min(0.08 + draw * _DWELL_DAYS[box.flow], _LONGEST_SPECIAL_DAYS if special else _LONGEST_DWELL_DAYS)
        box.arrived_at = world.start_ms - int(days * _DAY_MS)
