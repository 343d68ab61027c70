"""Names over the port: blocks, berths, gates, buildings. Ranked, never over one another, of one size on the screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkRenderingCore import vtkRenderer, vtkTextActor

from layers.selection import Selection
from scene import text
from scene.camera import CameraController
from scene.plan import area_of, inland_of
from scene.props.base import StaticProp
from twin.port_layout import BlockKind, BuildingKind, Name, PortLayout

MOST: Final = 44
_LIFT_M = 2.591
_BERTH_INLAND_M = 62.0
_PAD_PX = 5
_GAP_PX = 14
_FADED = (151, 166, 180)
_PLAIN = (198, 208, 217)
_STRONG = (226, 233, 239)
_PLATE = (11 / 255, 20 / 255, 29 / 255)
_NAMED_BUILDINGS = frozenset({
    BuildingKind.H986, BuildingKind.INSPECTION_SHED, BuildingKind.CUSTOMS, BuildingKind.OFFICE, BuildingKind.WORKSHOP,
})


@dataclass(frozen=True, slots=True)
class Label:
    """A name at a place. `rank`: the smaller, the sooner shown; `reach_m`: the farthest distance from the eye at which
    it says anything."""

    selection: Selection
    name: Name
    at: tuple[float, float, float]
    rank: int
    reach_m: float
    size_px: int
    bold: bool


class Labels(StaticProp):
    """A pool of text actors that shows the best labels of the moment."""

    def __init__(self, renderer: vtkRenderer, layout: PortLayout, language: str = "zh") -> None:
        super().__init__(renderer)
        self.labels = labels_of(layout)
        self._places = np.array([label.at for label in self.labels]).reshape(-1, 3)
        self._rank = np.array([label.rank for label in self.labels])
        self._reach = np.array([label.reach_m for label in self.labels])
        self._language = language
        self._pixel_ratio = 1.0
        self._texts: dict[int, vtkTextActor] = {}
        self._sizes: dict[int, tuple[int, int]] = {}
        self._shown: frozenset[int] = frozenset()
        self._visible = True

    @property
    def shown(self) -> tuple[Label, ...]:
        """What is shown now, the most important first."""
        return tuple(self.labels[at] for at in sorted(self._shown, key=lambda at: (self._rank[at], at)))

    def set_language(self, language: str) -> bool:
        """"zh" or "en". True when the picture changes."""
        if language == self._language:
            return False
        self._language = language
        self._forget()
        return True

    def set_pixel_ratio(self, ratio: float) -> None:
        """Pixels of the picture for each of the screen's logical ones: text keeps its size on the screen."""
        if abs(ratio - self._pixel_ratio) > 0.01:
            self._pixel_ratio = ratio
            self._forget()

    def set_visible(self, visible: bool) -> None:
        """Show or hide all names."""
        self._visible = visible
        if not visible:
            super().set_visible(False)
            self._shown = frozenset()

    def arrange(self, camera: CameraController) -> None:
        """Choose and place the labels for the camera's present view."""
        if not self._visible or not len(self.labels):
            return
        at = camera.project(self._places)
        width, height = camera.size
        away = np.linalg.norm(self._places - np.asarray(camera.eye), axis=1)
        fits = ((at[:, 2] > 1.0) & (away < self._reach) & (at[:, 0] > 0) & (at[:, 0] < width) & (at[:, 1] > 0)
                & (at[:, 1] < height))
        # What is shown already goes before its equals, so that labels do not flicker while the camera moves.
        kept = np.array([row not in self._shown for row in range(len(self.labels))])
        order = np.lexsort((away, kept, self._rank))
        chosen: list[int] = []
        boxes: list[tuple[float, float, float, float]] = []
        for row in order[fits[order]]:
            if len(chosen) >= MOST:
                break
            w, h = self._size(int(row))
            gap = _GAP_PX * self._pixel_ratio
            x, y = float(at[row, 0]), float(at[row, 1])
            box = (x - w / 2 - gap, y - h - gap / 2, x + w / 2 + gap, y + gap / 2)
            if any(box[0] < o[2] and o[0] < box[2] and box[1] < o[3] and o[1] < box[3] for o in boxes):
                continue
            boxes.append(box)
            chosen.append(int(row))
        self._show(chosen, at, height)

    def close(self) -> None:
        """Let go of everything."""
        self._texts.clear()
        super().close()

    def _show(self, chosen: list[int], at: NDArray[np.float64], height: int) -> None:
        now = frozenset(chosen)
        for row in self._shown - now:
            self._texts[row].VisibilityOff()
        for row in chosen:
            actor = self._actor(row)
            # Whole pixels: letters between two pixels are blurred.
            actor.SetPosition(round(float(at[row, 0])), round(height - float(at[row, 1])))
            actor.VisibilityOn()
        self._shown = now

    def _actor(self, row: int) -> vtkTextActor:
        actor = self._texts.get(row)
        if actor is None:
            label = self.labels[row]
            actor = vtkTextActor()
            actor.SetInput(self._words(label))
            colour = _STRONG if label.rank <= 2 else _PLAIN if label.rank <= 4 else _FADED
            style = text.style(actor.GetTextProperty(), round(label.size_px * self._pixel_ratio), colour, label.bold)
            style.SetJustificationToCentered()
            style.SetVerticalJustificationToBottom()
            style.SetBackgroundColor(*_PLATE)
            style.SetBackgroundOpacity(0.5)
            actor.PickableOff()
            self._texts[row] = actor
            self.add(actor)
        return actor

    def _words(self, label: Label) -> str:
        name = label.name.en if self._language == "en" else label.name.zh
        return f" {name} "

    def _size(self, row: int) -> tuple[int, int]:
        """Width and height on the picture, near enough for keeping apart: Chinese letters are as wide as high."""
        known = self._sizes.get(row)
        if known is None:
            label = self.labels[row]
            ems = sum(1.0 if ord(letter) > 0x2E80 else 0.56 for letter in self._words(label))
            known = (round(ems * label.size_px * self._pixel_ratio) + _PAD_PX,
                     round(label.size_px * 1.35 * self._pixel_ratio))
            self._sizes[row] = known
        return known

    def _forget(self) -> None:
        for actor in self._texts.values():
            if self._renderer is not None:
                self._renderer.RemoveViewProp(actor)
            self._actors.remove(actor)
        self._texts.clear()
        self._sizes.clear()
        self._shown = frozenset()


def labels_of(layout: PortLayout) -> tuple[Label, ...]:
    """All names a layout gives rise to."""
    found: list[Label] = []
    platform = area_of(layout.platform)
    for berth in layout.berths:
        start, end = np.asarray(berth.start), np.asarray(berth.end)
        # Behind the cranes, where no ship lies over it.
        x, y = (start + end) / 2 + inland_of(start, end, platform) * _BERTH_INLAND_M
        found.append(Label(Selection("berth", berth.id), berth.name, (float(x), float(y), 1.0), 2, 4200.0, 14, True))
    for gate in layout.gates:
        if gate.lanes:
            x, y = np.mean([lane.stop for lane in gate.lanes], axis=0)
            found.append(Label(Selection("gate", gate.id), gate.name, (float(x), float(y), 13.0), 1, 4500.0, 14, True))
    for building in layout.buildings:
        if building.kind in _NAMED_BUILDINGS:
            x, y = np.mean(building.outline, axis=0)
            rank = 1 if building.kind in (BuildingKind.H986, BuildingKind.CUSTOMS) else 4
            found.append(Label(Selection("building", building.id), building.name,
                               (float(x), float(y), building.height_m + 4.0), rank, 2600.0 if rank == 1 else 1300.0, 13,
                               rank == 1))
    for block in layout.blocks:
        x, y = np.mean(block.outline, axis=0)
        rank = 3 if block.kind in (BlockKind.DANGEROUS, BlockKind.INSPECTION) else 5
        found.append(Label(Selection("block", block.id), Name(block.id, block.id),
                           (float(x), float(y), block.tiers * _LIFT_M + 4.0), rank, 1500.0, 12, False))
    return tuple(found)
