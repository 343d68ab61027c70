"""The yard: which box stands on which, where the next one may go, and what must be moved to reach one.

The ground of a block is a grid of piles: a pile is two neighbouring twenty-foot bays of one row. While anything stands
on it or is on its way to it, a pile holds boxes of one length only, so nothing floats and nothing overlaps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from data_sources.simulated_port.world import Box
from twin.port_layout import Block, BlockKind, Crane, Slot

GENERAL, EMPTY, REEFER, DANGEROUS, DOMESTIC = "general", "empty", "reefer", "dangerous", "domestic"
INSPECTION = "inspection"  # where only who is told to sets anything down
AREAS = (GENERAL, EMPTY, REEFER, DANGEROUS, DOMESTIC)
_BARE = -1  # length of boxes on ground where none may stand
_FILL_LIMIT = 0.86  # a block fuller than this has no room left to dig in


@dataclass(slots=True, eq=False)
class Pile:
    """One row of a bay pair. Mode 0: free; 20: two stacks `near` (first bay) and `far`; 40 and 45: one stack,
    `near`."""

    ground: Ground
    pair: int
    row: int  # from 1
    only: int  # 0: any length up to 40; else this length alone; negative: none
    mode: int = 0
    coming: int = 0  # boxes on their way to it: at most one, so that heights stay known
    near: list[Box] = field(default_factory=list)
    far: list[Box] = field(default_factory=list)

    @property
    def height(self) -> int:
        """Tiers of its higher stack."""
        return max(len(self.near), len(self.far))

    def room(self, length_ft: int) -> bool:
        """Whether a box of this length may be planned onto it now."""
        if self.coming:
            return False
        if self.mode == 0:
            return self.only == length_ft or (self.only == 0 and length_ft != 45)
        if self.mode != length_ft:
            return False
        top = min(len(self.near), len(self.far)) if self.mode == 20 else len(self.near)
        return top < self.ground.block.tiers

    def stack_for_next(self) -> list[Box]:
        """The stack on which the next box goes."""
        return self.far if self.mode == 20 and len(self.far) < len(self.near) else self.near


@dataclass(slots=True, eq=False)
class Ground:
    """A block's piles, `piles[pair][row - 1]`."""

    block: Block
    number: int
    area: str
    piles: list[list[Pile]] = field(default_factory=list)
    boxes: int = 0
    teu: int = 0
    coming: int = 0
    dangerous_class_of_pair: list[str | None] = field(default_factory=list)

    @property
    def teu_capacity(self) -> int:
        """Twenty-foot boxes it would hold if full."""
        return len(self.piles) * self.block.rows * self.block.tiers * 2

    def pair_bay(self, pair: int) -> int:
        """Number of the forty-foot bay of a pair."""
        return 4 * pair + 2

    def along_m(self, pair: int) -> float:
        """Distance of a pair's middle from the block's origin, metres."""
        return self.pair_bay(pair) * 0.5 * self.block.bay_pitch_m


def stretches(pairs: int, cranes: int) -> list[int]:
    """Where the stretches of a block's cranes begin, in bay pairs, and the end of the last one."""
    return [round(pairs * k / max(cranes, 1)) for k in range(max(cranes, 1) + 1)]


def area_of_block(block: Block) -> str | None:
    """What a block is for, None for blocks where operations leave nothing standing."""
    if block.kind is BlockKind.RAIL:
        return None
    if block.kind is BlockKind.INSPECTION:
        return INSPECTION
    if block.trade == "domestic":
        return DOMESTIC
    return {BlockKind.EMPTY: EMPTY, BlockKind.REEFER: REEFER, BlockKind.DANGEROUS: DANGEROUS}.get(block.kind, GENERAL)


def area_of_box(box: Box) -> str:
    """Where a box belongs: domestic trade apart, dangerous goods and running reefers in their blocks, empties by
    themselves."""
    if box.flow.startswith("domestic"):
        return DOMESTIC
    if box.dangerous_class is not None:
        return DANGEROUS
    if not box.full:
        return EMPTY
    return REEFER if box.reefer_set_c is not None else GENERAL


class Yard:
    """All blocks, their piles and the boxes on them."""

    def __init__(self, blocks: tuple[Block, ...], cranes: Sequence[Crane] = ()) -> None:
        """`cranes`: where several serve a block, the ground between their stretches stays bare, so that they never
        meet."""
        serving = Counter(block for crane in cranes for block in crane.serves)
        self.grounds: list[Ground] = []
        self._where: dict[str, Pile] = {}
        for number, block in enumerate(blocks):
            area = area_of_block(block)
            ground = Ground(block, number, area or "")
            if area is not None:
                pairs = block.bays // 2
                classes = block.dangerous_classes
                borders = stretches(pairs, serving[block.id])[1:-1]
                for pair in range(pairs):
                    # A forty-five-foot box overhangs its pair: only the last pair takes them, beside forties alone.
                    only = {pairs - 1: 45, pairs - 2: 40}.get(pair, 0) if area in (GENERAL, EMPTY) and pairs > 6 else 0
                    only = _BARE if pair in borders else only
                    ground.piles.append([Pile(ground, pair, row, only) for row in range(1, block.rows + 1)])
                    ground.dangerous_class_of_pair.append(_class_of_pair(classes, number, pair))
            self.grounds.append(ground)
        self.by_block: dict[str, Ground] = {ground.block.id: ground for ground in self.grounds}
        self._areas = {area: [g for g in self.grounds if g.area == area and g.piles] for area in AREAS}

    def area(self, name: str) -> list[Ground]:
        """The blocks of an area, in the order of the definition."""
        return self._areas[name]

    def __len__(self) -> int:
        return len(self._where)

    def __contains__(self, number: str) -> bool:
        return number in self._where

    def pile_of(self, box: Box) -> Pile:
        """Where a box stands. Raises KeyError if it does not stand in the yard."""
        return self._where[box.number]

    def slot_of(self, box: Box) -> Slot:
        """The slot in which a box stands. Raises KeyError if it does not stand in the yard."""
        pile = self._where[box.number]
        far = pile.mode == 20 and box in pile.far
        stack = pile.far if far else pile.near
        return self._slot(pile, far, stack.index(box) + 1)

    def _slot(self, pile: Pile, far: bool, tier: int) -> Slot:
        bay = 4 * pile.pair + ((3 if far else 1) if pile.mode == 20 else 2)
        return Slot(pile.ground.block.id, bay, pile.row, tier)

    def slot_on(self, pile: Pile) -> Slot:
        """The slot that the next box set down on a pile would have."""
        stack = pile.stack_for_next()
        return self._slot(pile, stack is pile.far and pile.mode == 20, len(stack) + 1)

    def above(self, box: Box) -> list[Box]:
        """The boxes that stand on top of a box, uppermost first."""
        pile = self._where[box.number]
        stack = pile.far if box in pile.far else pile.near
        return stack[: stack.index(box) : -1]

    def expect(self, pile: Pile, box: Box) -> None:
        """A box is on its way to a pile that has `room` for it."""
        if pile.mode == 0:
            pile.mode = box.length_ft
        pile.coming += 1
        pile.ground.coming += 1

    def forget(self, pile: Pile) -> None:
        """The expected box will not come."""
        pile.coming -= 1
        pile.ground.coming -= 1
        if not pile.coming and not pile.near and not pile.far:
            pile.mode = 0

    def put(self, box: Box, pile: Pile) -> Slot:
        """Sets an expected box down on its pile and says in which slot it stands now."""
        pile.coming -= 1
        pile.ground.coming -= 1
        stack = pile.stack_for_next()
        if pile.mode != box.length_ft or len(stack) >= pile.ground.block.tiers:
            raise RuntimeError(f"{box.number} does not fit on {pile.ground.block.id} pair {pile.pair} row {pile.row}")
        stack.append(box)
        pile.ground.boxes += 1
        pile.ground.teu += 1 if box.length_ft == 20 else 2
        self._where[box.number] = pile
        return self._slot(pile, stack is pile.far, len(stack))

    def lift(self, box: Box) -> Slot:
        """Takes a box off the top of its stack and says where it stood. Raises RuntimeError if something is above
        it."""
        pile = self._where[box.number]
        far = pile.mode == 20 and box in pile.far
        stack = pile.far if far else pile.near
        if stack[-1] is not box:
            raise RuntimeError(f"{box.number} is not on top of its stack")
        slot = self._slot(pile, far, len(stack))
        stack.pop()
        del self._where[box.number]
        pile.ground.boxes -= 1
        pile.ground.teu -= 1 if box.length_ft == 20 else 2
        if not pile.near and not pile.far and not pile.coming:
            pile.mode = 0
        return slot

    def pile_in(
        self, ground: Ground, box: Box, rng: np.random.Generator, pairs: range | None = None, tries: int = 16
    ) -> Pile | None:
        """A pile of a block with room for a box, sought at random among `pairs`; started piles before bare ground."""
        if (ground.teu + 2 * ground.coming) > _FILL_LIMIT * ground.teu_capacity:
            return None
        pairs = pairs if pairs is not None else range(len(ground.piles))
        rows = ground.block.rows
        best: Pile | None = None
        for place in rng.integers(0, len(pairs) * rows, tries).tolist():
            pile = ground.piles[pairs[place // rows]][place % rows]
            if not pile.room(box.length_ft) or not self._permits(pile, box):
                continue
            if best is None or (pile.mode, -pile.height) > (best.mode, -best.height):
                best = pile
        if best is None:  # little room is left: look everywhere
            best = next(
                (p for k in pairs for p in ground.piles[k] if p.room(box.length_ft) and self._permits(p, box)), None
            )
        return best

    def room_for(self, area: str, length_ft: int, dangerous_class: str | None) -> int:
        """How many more boxes of one length (and class) the ground of an area could take, nothing else coming."""
        room = 0
        for ground in self._areas[area]:
            tiers, halves = ground.block.tiers, 2 if length_ft == 20 else 1
            for pair, licensed in zip(ground.piles, ground.dangerous_class_of_pair, strict=True):
                if dangerous_class is not None and not licence_of(licensed, dangerous_class):
                    continue
                for pile in pair:
                    if pile.mode in (0, length_ft) and pile.only in (0, length_ft):
                        room += (tiers - len(pile.near)) + (tiers - len(pile.far) if halves == 2 else 0) - pile.coming
        return room

    def pile_to_restow(self, box: Box, avoid: Pile, pairs: range) -> Pile | None:
        """The nearest other pile of the same block, within `pairs`, that can take a box which stands in the way."""
        ground = avoid.ground
        order = sorted(pairs, key=lambda pair: (abs(pair - avoid.pair), pair))
        for pair in order:
            fitting = [
                pile
                for pile in ground.piles[pair]
                if pile is not avoid and pile.room(box.length_ft) and self._permits(pile, box)
            ]
            if fitting:
                return min(fitting, key=lambda pile: (pile.height, abs(pile.row - avoid.row), pile.row))
        return None

    def _permits(self, pile: Pile, box: Box) -> bool:
        if box.dangerous_class is None:
            return pile.ground.area != DANGEROUS
        return licence_of(pile.ground.dangerous_class_of_pair[pile.pair], box.dangerous_class)

    def boxes(self) -> Iterator[tuple[Box, Slot]]:
        """Every standing box with its slot, block by block."""
        for ground in self.grounds:
            for pair in ground.piles:
                for pile in pair:
                    for far, stack in ((False, pile.near), (True, pile.far)):
                        for tier, box in enumerate(stack, 1):
                            yield box, self._slot(pile, far, tier)


def _class_of_pair(classes: tuple[str, ...], number: int, pair: int) -> str | None:
    """One class to a bay pair; between two of them a pair of class 9, which needs no distance from any (IMDG 7.2.4)."""
    if not classes:
        return None
    if pair % 2 and "9" in classes:
        return "9"
    others = [c for c in classes if c != "9"] or list(classes)
    return others[(number * 5 + pair // 2 * 3) % len(others)]


def licence_of(licensed: str | None, dangerous_class: str) -> bool:
    """Whether ground licensed for a class ("4" stands for 4.1, 4.2 and 4.3) may take a dangerous class (IMDG)."""
    return licensed is not None and (licensed == dangerous_class or dangerous_class.startswith(licensed + "."))
