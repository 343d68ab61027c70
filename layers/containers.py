"""Containers to be seen: those in the yard by block, those on vessels by vessel, and the colours of all.

Each block and each vessel has a revision of its own, raised only when its picture changes: a corrected weight redraws
nothing, a box moved within a block redraws that block.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from layers.base import Layer
from layers.box_forms import forms_of, seen_through
from layers.boxes import Boxes, no_boxes, shade_of, some
from layers.colouring import CALM, CLASSES, TABLES, classes
from layers.cutaway import Cutaway, CutMode, part_of, shifts, solid, standing_alone
from layers.palette import LEGAL_STATE_TABLE, ColourMode, Rgb, line_of
from layers.stacks import Stacks
from layers.yard_stacks import YardStacks
from twin.port_layout import CONTAINER_WIDTH_M, Block
from twin.records import PlaceKind

if TYPE_CHECKING:
    from twin.tables import Containers

SLOT = tuple(PlaceKind).index(PlaceKind.SLOT)
VESSEL = tuple(PlaceKind).index(PlaceKind.VESSEL)
VEHICLE = tuple(PlaceKind).index(PlaceKind.VEHICLE)
_NOWHERE = -1
_DWELL_EVERY_MS = 600_000
HIGHEST_M = 26.0  # nine high cubes on one another
_FADED = 0.62


@dataclass(frozen=True, slots=True, eq=False)
class BlockBoxes:
    """The boxes of one block and how they stand on one another; the same order in both."""

    boxes: Boxes
    stacks: Stacks


class ContainersLayer(Layer):
    """Containers in the yard, on vessels and on vehicles."""

    def __init__(self, blocks: tuple[Block, ...], containers: Containers) -> None:
        super().__init__()
        self.blocks = blocks
        self.colour_mode = ColourMode.LEGAL_STATE
        self.block_revision: NDArray[np.int64] = np.zeros(len(blocks), dtype=np.int64)
        self.vessel_revision: dict[int, int] = {}  # by mover row of the vessel
        self.carried_revision = 0
        self.colour_revision = 0
        self.cutaway: Cutaway | None = None
        self._number = {block.id: at for at, block in enumerate(blocks)}
        self._table = containers
        self._drawn = np.full((4, 0), _NOWHERE, dtype=np.int64)
        self._stacks = YardStacks(blocks)
        self._restacked: NDArray[np.bool_] = np.empty(0, dtype=bool)  # by row: to be put into `_stacks`
        self._owner_index = np.zeros(0, dtype=np.int16)
        self._form: NDArray[np.int8] = np.zeros(0, dtype=np.int8)
        self._owner: NDArray[np.object_] = np.empty(0, dtype=object)  # what lines and forms were made of
        self._type_code: NDArray[np.object_] = np.empty(0, dtype=object)
        self._full: NDArray[np.bool_] = np.empty(0, dtype=bool)
        self._owners: dict[str, int] = {}  # owner prefix to row of the lines
        self._lines: dict[tuple[str, str, Rgb], int] = {}
        self._owner_table = np.empty((0, 3), dtype=np.uint8)
        self._emphasis: int | None = None
        self._severity: NDArray[np.int8] = np.zeros(0, dtype=np.int8)  # of the gravest open warning, -1 none
        self._now = self._aged_at = 0
        self._frames = np.array([  # centre, direction, half the length and width of each block
            (*np.mean(b.outline, axis=0), *b.along, 0.5 * b.length_m, 0.5 * b.width_m) for b in blocks]).reshape(-1, 6)
        self._blocks: dict[int, tuple[int, BlockBoxes]] = {}

    # What changed -----------------------------------------------------------------------------------------------------

    def update(self, rows: NDArray[np.integer]) -> None:
        """Take over changed rows of the container table. Shape (M,)."""
        table = self._table
        count = len(table.number)
        if count < self._drawn.shape[1]:  # the table has gone back in time
            gone, self._drawn = self._drawn[:, count:], self._drawn[:, :count]
            self._owner_index, self._form = self._owner_index[:count], self._form[:count]
            self._owner, self._type_code = self._owner[:count], self._type_code[:count]
            self._full = self._full[:count]
            self._restacked[count:] = True
            self._redraw(gone)
        if count > self._drawn.shape[1]:
            extra = count - self._drawn.shape[1]
            self._drawn = np.concatenate([self._drawn, np.full((4, extra), _NOWHERE, dtype=np.int64)], axis=1)
            more = max(0, count - len(self._restacked))
            self._restacked = np.concatenate([self._restacked, np.zeros(more, dtype=bool)])
            self._owner_index = np.concatenate([self._owner_index, np.zeros(extra, dtype=np.int16)])
            self._form = np.concatenate([self._form, np.zeros(extra, dtype=np.int8)])
            self._owner, self._type_code = (
                np.concatenate([c, np.full(extra, None, dtype=object)]) for c in (self._owner, self._type_code))
            self._full = np.concatenate([self._full, np.zeros(extra, dtype=bool)])
            self._severity = np.concatenate([self._severity, np.full(extra, -1, dtype=np.int8)])
        if not len(rows):
            return
        self._learn_looks(rows)
        old, new = self._drawn.take(rows, axis=1), self._signature(rows)
        differs = (old != new).any(axis=0)
        if not differs.any():
            return
        old, new = old[:, differs], new[:, differs]
        self._drawn[:, rows[differs]] = new
        self._restacked[rows[differs]] |= (old[0] == SLOT) | (new[0] == SLOT)
        self._redraw(np.concatenate([old, new], axis=1))

    def _learn_looks(self, rows: NDArray[np.integer]) -> None:
        """Lines and forms of containers, for those that have another owner or type than when last looked at."""
        t = self._table
        owner, type_code, full = t.owner[rows], t.type_code[rows], t.full[rows]
        others = np.flatnonzero(self._owner[rows] != owner)
        self._owner_index[rows[others]] = self._owner_rows(owner[others])
        self._owner[rows[others]] = owner[others]
        others = np.flatnonzero((self._type_code[rows] != type_code) | (self._full[rows] != full))
        at = rows[others]
        self._form[at] = forms_of(type_code[others], full[others])
        self._type_code[at], self._full[at] = type_code[others], full[others]

    def _redraw(self, drawn: NDArray[np.int64]) -> None:
        """Tell viewers to look again wherever boxes of these signatures (4, M) are or were."""
        kinds, places = drawn[0], drawn[1]
        blocks = np.unique(places[kinds == SLOT])
        self.block_revision[blocks[(blocks >= 0) & (blocks < len(self.blocks))]] += 1
        for vessel in np.unique(places[kinds == VESSEL]).tolist():
            self.vessel_revision[vessel] = self.vessel_revision.get(vessel, 0) + 1
        if (kinds == VEHICLE).any():
            self.carried_revision += 1
        self.touch()

    def set_colour_mode(self, mode: ColourMode | str) -> None:
        """Let colours tell something else."""
        mode = ColourMode(mode)
        if mode != self.colour_mode:
            self.colour_mode = mode
            self._aged_at = self._now
            here = np.flatnonzero(self._drawn[0] >= 0)
            self._drawn[:, here] = self._signature(here)
            self._recolour()

    def set_warned(self, rows: NDArray[np.integer], severity: NDArray[np.integer]) -> None:
        """The containers that open warnings are about. rows: (M,); severity: rank in `layers.palette.SEVERITIES`,
        (M,); a container may come several times."""
        before = self._severity
        known = rows < len(before)  # one that was only ever warned of stands nowhere
        rows, severity = rows[known], severity[known]
        self._severity = np.full(len(before), CALM, dtype=np.int8)
        np.minimum.at(self._severity, rows, severity.astype(np.int8))
        self._severity[self._severity == CALM] = -1
        if self.colour_mode is ColourMode.RISK:
            self.update(np.flatnonzero(before != self._severity))

    def advance(self, now: int) -> None:
        """The session's clock has come to `now` (ms UTC): what tells age is coloured anew now and then."""
        self._now = now
        if self.colour_mode is ColourMode.DWELL and abs(now - self._aged_at) > _DWELL_EVERY_MS:
            self._aged_at = now
            self.update(np.flatnonzero(self._drawn[0] >= 0))

    @property
    def emphasis(self) -> int | None:
        """The legal state whose containers stand out while all others fade, or None."""
        return self._emphasis

    def emphasise(self, legal_state: int | None) -> None:
        """Let the containers of one legal state stand out (a click on the legend); None ends it."""
        if legal_state != self._emphasis:
            self._emphasis = legal_state
            self._recolour()

    def set_cutaway(self, cutaway: Cutaway | None) -> None:
        """Open a block for looking into; None closes it. Raises KeyError for an unknown block."""
        if cutaway == self.cutaway:
            return
        touched = [self._number[one.block] for one in (cutaway, self.cutaway) if one is not None]
        self.cutaway = cutaway
        self.block_revision[touched] += 1
        self._stacks.touch(np.isin(self.stacks.block, touched))
        self.touch()

    def _recolour(self) -> None:
        self.block_revision += 1
        self._stacks.touch()
        for vessel in self.vessel_revision:
            self.vessel_revision[vessel] += 1
        self.carried_revision += 1
        self.colour_revision += 1
        self.touch()

    def _signature(self, rows: NDArray[np.integer]) -> NDArray[np.int64]:
        """What a picture of these containers depends on: kind of place, place, slot in it, looks. Shape (4, M)."""
        t = self._table
        kind = np.where(t.present[rows], t.place_kind[rows], _NOWHERE).astype(np.int64)
        place = np.where(kind == SLOT, t.block[rows], np.where(kind >= 0, t.carrier[rows], _NOWHERE)).astype(np.int64)
        in_slot = (t.bay[rows].astype(np.int64) << 32) + (t.row[rows].astype(np.int64) << 16) + t.tier[rows]
        slot = np.where(kind == SLOT, in_slot, np.where(kind == VESSEL, t.vessel_slot[rows], 0))
        looks = (
            (self._classes(rows).astype(np.int64) << 56) + (t.legal_state[rows].astype(np.int64) << 48)
            + (self._owner_index[rows].astype(np.int64) << 32)
            + (np.rint(t.length_m[rows] * 100.0).astype(np.int64) << 12)
            + (self._form[rows].astype(np.int64) << 9) + np.rint(t.height_m[rows] * 100.0).astype(np.int64)
        )
        return np.stack([kind, place, slot, looks])

    def _classes(self, rows: NDArray[np.integer]) -> NDArray[np.int8]:
        return classes(self.colour_mode, self._table, rows, self._now, self._severity)

    def _owner_rows(self, owners: NDArray[np.object_]) -> NDArray[np.int16]:
        known = self._owners
        for owner in set(owners.tolist()) - known.keys():
            line = line_of(owner or "")
            known[owner] = self._lines.setdefault(line, len(self._lines))
            self._owner_table = np.array([colour for _, _, colour in self._lines], dtype=np.uint8)
        return np.fromiter((known[o] for o in owners.tolist()), dtype=np.int16, count=len(owners))

    # What is to be seen -----------------------------------------------------------------------------------------------

    @property
    def standing(self) -> int:
        """How many containers stand in slots."""
        return int(np.count_nonzero(self._drawn[0] == SLOT))

    def rows_in_block(self, block_no: int) -> NDArray[np.int32]:
        """Rows of the containers standing in a block. Shape (N,)."""
        return np.flatnonzero(self.stacks.block == block_no).astype(np.int32)

    @property
    def stacks(self) -> YardStacks:
        """How all boxes in slots stand on one another, by container row; piled up when somebody looks."""
        rows = np.flatnonzero(self._restacked)
        if len(rows):
            self._restacked[rows] = False
            here, t = rows[rows < self._drawn.shape[1]], self._table
            kind, place = self._drawn[0, here], self._drawn[1, here]
            in_slot = (kind == SLOT) & (place >= 0) & (place < len(self.blocks))
            block = np.full(len(rows), _NOWHERE, dtype=np.int64)
            block[: len(here)] = np.where(in_slot, place, _NOWHERE)
            bay, row, tier, height = (np.zeros(len(rows), dtype=c.dtype) for c in (t.bay, t.row, t.tier, t.height_m))
            for column, found in ((t.bay, bay), (t.row, row), (t.tier, tier), (t.height_m, height)):
                found[: len(here)] = column[here]
            through = np.zeros(len(rows), dtype=bool)
            through[: len(here)] = seen_through(self._form[here])
            self._stacks.place(rows, block, bay, row, tier, height, through)
        return self._stacks

    def in_slots(self, rows: NDArray[np.integer]) -> Boxes:
        """The boxes of these rows, which stand in slots (M,)."""
        return self.boxes(rows, self.stacks.grounds(rows), self.stacks.bearings(rows))

    def distances(self, eye: tuple[float, float, float]) -> NDArray[np.float64]:
        """How far each block is from a place (metres), at least: boxes stand within a block's outline and lower than
        `HIGHEST_M`. Shape (blocks,)."""
        x, y, z = eye
        middle_x, middle_y, east, north, half_l, half_w = self._frames.T
        dx, dy = x - middle_x, y - middle_y
        along = np.maximum(np.abs(dx * east + dy * north) - half_l, 0.0)
        across = np.maximum(np.abs(dx * north - dy * east) - half_w, 0.0)
        found: NDArray[np.float64] = np.sqrt(along**2 + across**2 + max(z - HIGHEST_M, 0.0) ** 2)
        return found

    def rows_on_vessel(self, vessel_row: int) -> NDArray[np.int32]:
        """Rows of the containers on board of a vessel (its mover row). Shape (N,)."""
        return np.flatnonzero((self._drawn[0] == VESSEL) & (self._drawn[1] == vessel_row)).astype(np.int32)

    def block(self, block_no: int) -> BlockBoxes:
        """The boxes of a block that are to be seen, stacked; worked out once for each revision of the block. Of an
        opened block only what stays solid: the rest are its `ghosts`."""
        revision = int(self.block_revision[block_no])
        known = self._blocks.get(block_no)
        if known is None or known[0] != revision:
            whole = self._stacked(block_no)
            cutaway = self._cutaway_of(block_no)
            shown = whole if cutaway is None else self._opened(whole, cutaway)
            known = self._blocks[block_no] = (revision, shown)
        return known[1]

    def ghosts(self) -> BlockBoxes | None:
        """What is seen through in the block under X-ray; None when no block is."""
        cutaway = self.cutaway
        if cutaway is None or cutaway.mode is not CutMode.XRAY:
            return None
        whole = self._stacked(self._number[cutaway.block])
        hidden = ~self._solid(whole, cutaway)
        return BlockBoxes(some(whole.boxes, hidden), part_of(whole.stacks, hidden))

    def number_of(self, block: str) -> int:
        """The number of a block by its name. Raises KeyError for an unknown one."""
        return self._number[block]

    def _cutaway_of(self, block_no: int) -> Cutaway | None:
        cutaway = self.cutaway
        return cutaway if cutaway is not None and self._number[cutaway.block] == block_no else None

    def _solid(self, whole: BlockBoxes, cutaway: Cutaway) -> NDArray[np.bool_]:
        stacks = whole.stacks
        return solid(cutaway, len(stacks.height_m) - 2, stacks.first, stacks.last,
                     self._table.legal_state[whole.boxes.rows])

    def _opened(self, whole: BlockBoxes, cutaway: Cutaway) -> BlockBoxes:
        kept = self._solid(whole, cutaway)
        boxes, stacks = some(whole.boxes, kept), part_of(whole.stacks, kept)
        if cutaway.mode is CutMode.EXPLODE:
            along, up = shifts(cutaway, stacks.first, stacks.last, stacks.tier)
            boxes.base[:, :2] += along[:, None] * self.blocks[self._number[cutaway.block]].along
            boxes.base[:, 2] += up
            stacks = standing_alone(stacks, boxes.base[:, 2])
        elif cutaway.bay is None:
            stacks = standing_alone(stacks, stacks.base_m)
        return BlockBoxes(boxes, stacks)

    def _stacked(self, block_no: int) -> BlockBoxes:
        rows = self.rows_in_block(block_no)
        return BlockBoxes(self.in_slots(rows), self.stacks.of_block(block_no, rows))

    def boxes(
        self, rows: NDArray[np.integer], base: NDArray[np.floating], bearing_deg: NDArray[np.floating]
    ) -> Boxes:
        """The given containers standing at the given places. rows: (N,); base: (N, 3), metres; bearing: (N,)."""
        if not len(rows):
            return no_boxes()
        return Boxes(rows.astype(np.int32), base.astype(np.float32), self.sizes(rows), bearing_deg.astype(np.float32),
                     self.colours(rows), shade_of(rows))

    def sizes(self, rows: NDArray[np.integer]) -> NDArray[np.float32]:
        """Length, width and height. Shape (N, 3), metres."""
        size = np.empty((len(rows), 3), dtype=np.float32)
        size[:, 0] = self._table.length_m[rows]
        size[:, 1] = CONTAINER_WIDTH_M
        size[:, 2] = self._table.height_m[rows]
        return size

    def forms(self, rows: NDArray[np.integer]) -> NDArray[np.int8]:
        """What kind of container each is to look at (`layers.box_forms`). Shape (N,)."""
        found: NDArray[np.int8] = self._form[rows]
        return found

    def colours(self, rows: NDArray[np.integer]) -> NDArray[np.uint8]:
        """Colour of each container in the current mode. Shape (N, 3)."""
        states = self._table.legal_state[rows]
        colour: NDArray[np.uint8]
        if self.colour_mode is ColourMode.LEGAL_STATE:
            colour = LEGAL_STATE_TABLE[states]
        elif self.colour_mode is ColourMode.OWNER:
            colour = self._owner_table[self._owner_index[rows]]
        else:
            colour = TABLES[self.colour_mode][self._classes(rows)]
        if self._emphasis is not None:
            faded = states != self._emphasis
            ground = np.array([34.0, 42.0, 50.0])
            colour[faded] = (colour[faded] * (1.0 - _FADED) + ground * _FADED).astype(np.uint8)
        return colour

    def state_counts(self, states: Iterable[int] = range(len(LEGAL_STATE_TABLE))) -> tuple[int, ...]:
        """How many containers of each legal state are in the port."""
        here = self._drawn[0] >= 0
        found = np.bincount(self._table.legal_state[: len(here)][here], minlength=len(LEGAL_STATE_TABLE))
        return tuple(int(found[s]) for s in states)

    def class_counts(self, mode: ColourMode) -> tuple[int, ...]:
        """How many containers in the port are of each of `layers.colouring.CLASSES[mode]`."""
        here = np.flatnonzero(self._drawn[0] >= 0)
        found = classes(mode, self._table, here, self._now, self._severity)
        return tuple(np.bincount(found, minlength=len(CLASSES[mode])).tolist())

    def line_counts(self) -> tuple[tuple[tuple[str, str, Rgb], int], ...]:
        """Lines whose containers are in the port (Chinese, English, colour) with their numbers, most frequent first."""
        found = np.bincount(self._owner_index[self._drawn[0] >= 0], minlength=len(self._lines))
        pairs = [(line, int(found[at])) for line, at in self._lines.items() if found[at]]
        return tuple(sorted(pairs, key=lambda pair: -pair[1]))
