"""What is selected, what the pointer rests on and what is marked together: a crisp frame around each, faintly seen
through what hides it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkRenderingCore import vtkRenderer

from layers.layers import Layers
from layers.palette import GROUPED, HOVERED, SELECTED, Rgb
from layers.places import Place
from layers.selection import Selection
from scene.glow import GlowMesh, bars, rgba, ring
from scene.props.base import StaticProp

Eye = tuple[float, float, float]
_Quads = tuple[NDArray[np.float64], NDArray[np.float64], Rgb]

_EDGES: Final = np.array([
    (0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (5, 6), (6, 7), (7, 4), (0, 4), (1, 5), (2, 6), (3, 7)])
_CORNERS: Final = np.array([
    (-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0), (-1, -1, 1), (1, -1, 1), (1, 1, 1), (-1, 1, 1)])
_GAP_M: Final = 0.12
_LINE_PX: Final = 0.00145  # of the distance: about two pixels on a screen a thousand high
_FLAT: Final = frozenset({"zone", "fence", "building"})
_RINGED: Final = frozenset({"container", "vehicle", "officer", "seal", "crane"})


class SelectionFrame(StaticProp):
    """Frames of the selected and the hovered object and of those that are marked."""

    def __init__(self, renderer: vtkRenderer) -> None:
        super().__init__(renderer)
        self._firm = GlowMesh(forward_m=0.3)
        self._faint = GlowMesh(through=True)
        self.add(self._firm.actor)
        self.add(self._faint.actor)
        self._seen: tuple[object, ...] = ()

    def sync(self, layers: Layers, eye: Eye) -> bool:
        """Draw what changed. True when the picture changed."""
        state = layers.selection
        marks = []
        wanted = [(state.current, SELECTED, 1.0), (state.hover, HOVERED, 0.7)]
        wanted += [(selection, GROUPED, 1.0) for selection in state.group]
        for selection, colour, weight in wanted:
            if selection is None or (colour is not SELECTED and selection == state.current):
                continue
            place = layers.place_of(selection)
            if place is not None:
                marks.append((selection, place, colour, weight))
        seen = (tuple(marks), eye if marks else None)
        if seen == self._seen:
            return False
        self._seen = seen
        made = [_frame(layers, *mark, np.asarray(eye)) for mark in marks]
        self._show(self._firm, made, 1.0)
        self._show(self._faint, made, 0.30)
        return True

    @staticmethod
    def _show(mesh: GlowMesh, made: list[_Quads], strength: float) -> None:
        if not made:
            mesh.fill(np.empty((0, 4, 3)), np.empty((0, 4, 4), dtype=np.uint8))
            return
        mesh.fill(np.concatenate([quads for quads, _, _ in made]),
                  np.concatenate([rgba(colour, opacity * strength) for _, opacity, colour in made]))


def _frame(
    layers: Layers, selection: Selection, place: Place, colour: Rgb, weight: float, eye: NDArray[np.float64],
) -> _Quads:
    """Quads (N, 4, 3), their corner opacities (N, 4) and their colour."""
    away = float(np.linalg.norm(np.asarray(place.middle) - eye))
    line = max(0.03, _LINE_PX * away * weight)
    outline = layers.places.outline(selection) if selection.kind in _FLAT else None
    if outline is not None:
        low = np.column_stack([np.asarray(outline), np.full(len(outline), 0.6)])
        quads = bars(low, np.roll(low, -1, axis=0), line * 1.6)
        if selection.kind == "building":
            high = low + np.array([0.0, 0.0, place.height_m])
            quads = np.concatenate([quads, bars(high, np.roll(high, -1, axis=0), line), bars(low, high, line)])
        return quads, np.full((len(quads), 4), 0.95), colour
    corners = _corners(place)
    quads = bars(corners[_EDGES[:, 0]], corners[_EDGES[:, 1]], line)
    opacity = np.full((len(quads), 4), 1.0)
    if weight == 1.0 and selection.kind in _RINGED:
        radius = max(0.62 * place.length_m + 2.0, 0.010 * away)
        circle = ring((place.x, place.y, place.z + 0.15), radius - 1.6 * line, radius)
        quads = np.concatenate([quads, circle])
        opacity = np.concatenate([opacity, np.full((len(circle), 4), 0.75)])
    return quads, opacity, colour


def _corners(place: Place) -> NDArray[np.float64]:
    """Corners of the box, a hand's breadth outside of it. Shape (8, 3)."""
    angle = np.radians(place.bearing_deg)
    along = np.array([np.sin(angle), np.cos(angle)])
    across = np.array([np.cos(angle), -np.sin(angle)])
    half = np.array([0.5 * place.length_m + _GAP_M, 0.5 * place.width_m + _GAP_M])
    found = np.empty((8, 3))
    found[:, :2] = (place.x, place.y) + _CORNERS[:, :1] * half[0] * along + _CORNERS[:, 1:2] * half[1] * across
    found[:, 2] = place.z + _CORNERS[:, 2] * (place.height_m + _GAP_M)
    return found
