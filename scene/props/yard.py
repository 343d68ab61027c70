"""The yard: block pads with painted slots and numbers, and the runways and rails of the yard cranes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from vtkmodules.vtkRenderingCore import vtkRenderer

from scene import lettering, materials
from scene import mesh as m
from scene.actors import still
from scene.light import Light
from scene.plan import Plan
from scene.props.base import Near, StaticProp
from scene.still import Recipe, Stock
from twin.port_layout import Block, Crane, CraneKind, PortLayout

_PAD_M, _RUNWAY_M, _PAINT_M = 0.05, 0.06, 0.09
_SLOT_LINES_SEEN_M = 520.0
_NUMBERS_SEEN_M = 1500.0
_PIECE_M = 40.0  # so fine is the lamplight


class Yard(StaticProp):
    """Pads, runways, slot lines (close up) and block numbers."""

    def __init__(self, renderer: vtkRenderer, stock: Stock, light: Light) -> None:
        super().__init__(renderer)
        for part in stock.at_once("yard.tracks"):
            self.add(still(part, light, 4))
        for part in stock.at_once("yard.pads"):
            self.add(still(part, light, 3))
        self._near = [
            Near(stock.later("yard.slots"), light, 5, _SLOT_LINES_SEEN_M, materials.PAD),
            Near(stock.later("yard.numbers"), light, 5, _NUMBERS_SEEN_M, materials.YARD),
        ]


def pads(plan: Plan) -> m.Mesh:
    """The ground of all blocks."""
    return m.merge(_pad(block) for block in plan.layout.blocks)


def tracks(plan: Plan) -> m.Mesh:
    """Runways and rails of the yard cranes."""
    blocks = {block.id: block for block in plan.layout.blocks}
    return m.merge(_tracks(crane, blocks) for crane in _one_for_each_block(plan.layout))


def slots(plan: Plan) -> m.Mesh:
    """A line around each slot."""
    return m.merge(_slot_lines(block) for block in plan.layout.blocks)


def numbers(plan: Plan) -> m.Mesh:
    """Names of the blocks on the ground."""
    return m.merge(_numbers(block, plan.landward) for block in plan.layout.blocks)


AT_ONCE = {"yard.tracks": Recipe(tracks), "yard.pads": Recipe(pads)}
LATER = {"yard.slots": Recipe(slots, 260.0), "yard.numbers": Recipe(numbers, 420.0)}


def _at(block: Block, u: ArrayLike, v: ArrayLike) -> NDArray[np.float64]:
    """Places (N, 2) `u` metres along and `v` metres across from the block's origin."""
    along, across = np.multiply.outer(np.asarray(u), block.along), np.multiply.outer(np.asarray(v), block.across)
    place: NDArray[np.float64] = np.asarray(block.origin) + along + across
    return place


def _pad(block: Block) -> m.Mesh:
    u = np.linspace(-0.6, block.length_m + 0.6, max(2, int(block.length_m / _PIECE_M) + 1))
    near, far = (_at(block, u, np.full_like(u, v)) for v in (-0.4, block.width_m + 0.4))
    corners = np.full((len(u) - 1, 4, 3), _PAD_M)
    # Rows count to the right of the bays: first the side of the last row.
    corners[:, 0, :2], corners[:, 1, :2], corners[:, 2, :2], corners[:, 3, :2] = far[:-1], far[1:], near[1:], near[:-1]
    return m.quads(corners, materials.PAD)


def _slot_lines(block: Block) -> m.Mesh:
    """A line before each bay and beside each row."""
    u = np.arange(block.bays + 1) * block.bay_pitch_m
    v = np.arange(block.rows + 1) * block.row_pitch_m
    across = m.segments(_at(block, u, np.zeros_like(u)), _at(block, u, np.full_like(u, block.width_m)), 0.16, _PAINT_M,
                        materials.PAINT_DIM)
    along = m.segments(_at(block, np.zeros_like(v), v), _at(block, np.full_like(v, block.length_m), v), 0.16, _PAINT_M,
                       materials.PAINT_DIM)
    return m.merge([across, along])


def _numbers(block: Block, landward: NDArray[np.float64]) -> m.Mesh:
    """The block's name before its first and behind its last bay, to be read from the water's side."""
    up = block.bearing_deg + (90.0 if float(block.across @ landward) > 0 else 270.0)
    angle = np.radians(up)
    foot = block.width_m / 2 - (np.array([np.sin(angle), np.cos(angle)]) @ block.across) * 2.5
    size = min(5.0, block.width_m * 0.34)
    outside = size * 0.62 * len(block.id) + 1.0
    return m.merge(lettering.painted(block.id, _at(block, u, foot), up, size, materials.PAINT_WHITE, _PAINT_M)
                   for u in (-outside, block.length_m + outside))


def _one_for_each_block(layout: PortLayout) -> list[Crane]:
    """One yard crane for every set of blocks it serves: they share runways."""
    seen: dict[tuple[str, ...], Crane] = {}
    for crane in layout.cranes:
        if crane.kind is not CraneKind.STS:
            seen.setdefault(crane.serves, crane)
    return list(seen.values())


def _tracks(crane: Crane, blocks: dict[str, Block]) -> m.Mesh:
    parts = []
    for block_id in crane.serves:
        block = blocks.get(block_id)
        if block is None:
            continue
        offset = float((np.asarray(crane.home) - np.asarray(block.origin)) @ block.across)
        for side in (-1, 1):
            v = offset + side * crane.rail_gauge_m / 2
            ends = _at(block, np.array([-9.0, block.length_m + 9.0]), np.array([v, v]))
            if crane.kind is CraneKind.RTG:
                parts.append(m.strip(ends, 1.3, _RUNWAY_M, materials.RUNWAY))
            else:
                parts.append(m.strip(ends, 1.6, _RUNWAY_M, materials.RUNWAY))
                parts.append(m.strip(ends, 0.25, _PAINT_M, materials.RAIL))
    return m.merge(parts)
