"""The yard: block pads with painted slots and numbers, and the runways and rails of the yard cranes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from vtkmodules.vtkRenderingCore import vtkRenderer

from scene import lettering, materials
from scene import mesh as m
from scene.actors import baked
from scene.later import Later
from scene.light import Light
from scene.props.base import StaticProp, Tiled
from scene.props.quay import inland_of
from scene.props.terrain import area_of
from twin.port_layout import Block, Crane, CraneKind, PortLayout

_PAD_M, _RUNWAY_M, _PAINT_M = 0.05, 0.06, 0.09
_SLOT_LINES_SEEN_M = 520.0
_NUMBERS_SEEN_M = 1500.0


class Yard(StaticProp):
    """Pads, runways, slot lines (close up) and block numbers."""

    def __init__(self, renderer: vtkRenderer, layout: PortLayout, light: Light, later: Later) -> None:
        super().__init__(renderer)
        pads = [_pad(block) for block in layout.blocks]
        by_id = {block.id: block for block in layout.blocks}
        tracks = [_tracks(crane, by_id) for crane in _one_for_each_block(layout)]
        self.add(baked(m.merge(tracks), light, layer=4))
        self.add(baked(m.merge(pads), light, layer=3))
        landward = _landward(layout)
        # Letters come from VTK, so they are made here.
        numbers = m.merge(_numbers(block, landward) for block in layout.blocks)

        def slots() -> m.Mesh:
            return m.merge(_slot_lines(block) for block in layout.blocks)

        self._near = [
            Tiled(later, slots, light, 5, _SLOT_LINES_SEEN_M, 260.0, materials.PAD),
            Tiled(later, lambda: numbers, light, 5, _NUMBERS_SEEN_M, 420.0, materials.YARD),
        ]


def _at(block: Block, u: ArrayLike, v: ArrayLike) -> NDArray[np.float64]:
    """Places (N, 2) `u` metres along and `v` metres across from the block's origin."""
    along, across = np.multiply.outer(np.asarray(u), block.along), np.multiply.outer(np.asarray(v), block.across)
    place: NDArray[np.float64] = np.asarray(block.origin) + along + across
    return place


def _pad(block: Block) -> m.Mesh:
    u, v = np.array([-0.6, block.length_m + 0.6]), np.array([-0.4, block.width_m + 0.4])
    corners = _at(block, u[[0, 0, 1, 1]], v[[0, 1, 1, 0]])
    if _turn(corners) < 0:
        corners = corners[::-1]
    return m.quads(np.column_stack([corners, np.full(4, _PAD_M)]), materials.PAD)


def _turn(corners: NDArray[np.float64]) -> float:
    a, b = corners[1] - corners[0], corners[2] - corners[0]
    return float(a[0] * b[1] - a[1] * b[0])


def _slot_lines(block: Block) -> m.Mesh:
    """A line before each bay and beside each row."""
    u = np.arange(block.bays + 1) * block.bay_pitch_m
    v = np.arange(block.rows + 1) * block.row_pitch_m
    across = m.segments(_at(block, u, np.zeros_like(u)), _at(block, u, np.full_like(u, block.width_m)), 0.16, _PAINT_M,
                        materials.PAINT_DIM)
    along = m.segments(_at(block, np.zeros_like(v), v), _at(block, np.full_like(v, block.length_m), v), 0.16, _PAINT_M,
                       materials.PAINT_DIM)
    return m.merge([across, along])


def _landward(layout: PortLayout) -> NDArray[np.float64]:
    """Unit vector (2,) from the quay inland; north where there is no quay."""
    if not layout.quay_lines:
        return np.array([0.0, 1.0])
    line = np.asarray(layout.quay_lines[0], dtype=float)
    return inland_of(line[0], line[-1], area_of(layout.platform))


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
