"""Names over the port: ranked, never over one another, hidden behind stacks, sharp at any pixel density."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkRenderingCore import vtkRenderer, vtkTextActor

from layers.layers import Layers
from layers.names import Label, Names
from layers.palette import SEVERITIES, Rgb
from layers.selection import Selection
from layers.skyline import Skyline
from scene import text
from scene.camera import CameraController
from scene.props.base import StaticProp
from twin.port_layout import PortLayout

MOST: Final = 48
_MOST_KEPT: Final = 220  # text actors, shown or not
_STACKS_EVERY: Final = 5  # syncs
_PAD_PX: Final = 5
_GAP_PX: Final = 14
_FADED: Final = (151, 166, 180)
_PLAIN: Final = (198, 208, 217)
_STRONG: Final = (226, 233, 239)
_PLATE: Final = (11 / 255, 20 / 255, 29 / 255)
_Style = tuple[str, int, Rgb, bool]


class Labels(StaticProp):
    """A pool of text actors that shows the best names of the moment."""

    def __init__(self, renderer: vtkRenderer, layout: PortLayout, language: str = "zh") -> None:
        super().__init__(renderer)
        self._names = Names(layout)
        self._skyline: Skyline | None = None
        self.labels: tuple[Label, ...] = self._names.fixed
        self._language = language
        self._pixel_ratio = 1.0
        self._texts: dict[Selection, vtkTextActor] = {}
        self._styles: dict[Selection, _Style] = {}
        self._shown: tuple[Label, ...] = ()
        self._seen: tuple[object, ...] = ()
        self._placed: tuple[int, int] = (-1, -1)
        self._since = 0
        self._visible = True

    @property
    def shown(self) -> tuple[Label, ...]:
        """What is shown now, the most important first."""
        return self._shown

    def set_language(self, language: str) -> bool:
        """"zh" or "en". True when the picture changes."""
        if language == self._language:
            return False
        self._language = language
        return True

    def set_pixel_ratio(self, ratio: float) -> None:
        """Pixels of the picture for each of the screen's logical ones: text keeps its size on the screen."""
        if ratio != self._pixel_ratio:
            self._pixel_ratio, self._placed = ratio, (-1, -1)

    def set_visible(self, visible: bool) -> None:
        """Show or hide all names."""
        self._visible = visible
        self._placed = (-1, -1)
        if not visible:
            super().set_visible(False)
            self._shown = ()

    def sync(self, layers: Layers, camera: CameraController) -> bool:
        """Take over what has a name now. True when the picture changed."""
        self._skyline = layers.skyline
        seen = (layers.warnings.revision, layers.warnings.moved_revision, layers.vessels.moved_revision,
                layers.vessels.revision, layers.vehicles.moved_revision, layers.vehicles.revision,
                layers.containers.revision, layers.tools.revision, layers.pins.revision,
                layers.selection.group_revision, camera.revision)
        if seen == self._seen:
            return False
        labels = self._names.of(layers, camera.eye)
        placed = camera.revision, layers.containers.stacks.revision
        self._since += 1
        if labels == self.labels and placed[0] == self._placed[0]:  # what moved has no name
            if placed == self._placed:
                self._seen = seen
                return False
            if self._since < _STACKS_EVERY:  # stacks hide names: they are looked at now and then
                return False
        self._seen, self._since = seen, 0
        self.labels, self._placed = labels, placed
        before = self._shown
        self.arrange(camera)
        return self._shown != before

    def arrange(self, camera: CameraController) -> None:
        """Choose and place the names for the camera's present view."""
        if not self._visible or not self.labels:
            self._show([], np.empty((0, 3)), 0)
            return
        labels = self.labels
        places = np.array([label.at for label in labels])
        at = camera.project(places)
        width, height = camera.size
        away = np.linalg.norm(places - np.asarray(camera.eye), axis=1)
        reach = np.array([label.reach_m for label in labels])
        fits = np.flatnonzero((at[:, 2] > 1.0) & (away < reach) & (at[:, 0] > 0) & (at[:, 0] < width)
                              & (at[:, 1] > 0) & (at[:, 1] < height))
        if self._skyline is not None:
            fits = fits[~self._skyline.hides(camera.eye, places[fits])]
        # What is shown already goes before its equals, so that names do not flicker while the camera moves.
        before = {label.selection for label in self._shown}
        new = np.array([labels[row].selection not in before for row in fits.tolist()], dtype=bool)
        rank = np.array([labels[row].rank for row in fits.tolist()], dtype=np.int64)
        fits = fits[np.lexsort((away[fits], new, rank))]
        self._show(fits[self._apart(fits, at)].tolist(), at, height)

    def _apart(self, rows: NDArray[np.intp], at: NDArray[np.float64]) -> NDArray[np.intp]:
        """Of labels (N,), the best first, those that may be shown together: which do not lie over a better one."""
        gap = _GAP_PX * self._pixel_ratio
        size = np.array([self._size(self.labels[row]) for row in rows.tolist()], dtype=np.float64).reshape(-1, 2)
        low = np.column_stack([at[rows, 0] - 0.5 * size[:, 0] - gap, at[rows, 1] - size[:, 1] - 0.5 * gap])
        high = np.column_stack([at[rows, 0] + 0.5 * size[:, 0] + gap, at[rows, 1] + 0.5 * gap])
        over = ((low[:, None] < high[None]) & (low[None] < high[:, None])).all(axis=2)
        taken = np.zeros(len(rows), dtype=bool)
        for label in range(len(rows)):  # a hundred names
            if not (over[label] & taken).any():
                taken[label] = True
                if taken.sum() >= MOST:
                    break
        return np.flatnonzero(taken)

    def text_of(self, label: Label) -> vtkTextActor:
        """The actor that shows a name, for tests and the curious. Raises KeyError when it was never shown."""
        return self._texts[label.selection]

    def close(self) -> None:
        """Let go of everything."""
        self._texts.clear()
        super().close()

    def _show(self, chosen: list[int], at: NDArray[np.float64], height: int) -> None:
        now = tuple(self.labels[row] for row in chosen)
        kept = {label.selection for label in now}
        for label in self._shown:
            if label.selection not in kept and label.selection in self._texts:
                self._texts[label.selection].VisibilityOff()
        for row, label in zip(chosen, now, strict=True):
            actor = self._actor(label)
            # Whole pixels: letters between two pixels are blurred.
            actor.SetPosition(round(float(at[row, 0])), round(height - float(at[row, 1])))
            actor.VisibilityOn()
        self._shown = now
        if len(self._texts) > _MOST_KEPT:
            self._forget(kept)

    def _actor(self, label: Label) -> vtkTextActor:
        actor = self._texts.get(label.selection)
        if actor is None:
            actor = vtkTextActor()
            actor.PickableOff()
            self._texts[label.selection] = actor
            self.add(actor)
        colour = (SEVERITIES[label.severity][3] if label.severity is not None
                  else _STRONG if label.rank <= 2 else _PLAIN if label.rank <= 4 else _FADED)
        wanted = (self._words(label), round(label.size_px * self._pixel_ratio), colour, label.bold)
        if self._styles.get(label.selection) != wanted:
            self._styles[label.selection] = wanted
            words, size, rgb, bold = wanted
            actor.SetInput(words)
            style = text.style(actor.GetTextProperty(), size, rgb, bold)
            style.SetJustificationToCentered()
            style.SetVerticalJustificationToBottom()
            style.SetBackgroundColor(*_PLATE)
            style.SetBackgroundOpacity(0.5 if label.severity is None else 0.8)
        return actor

    def _words(self, label: Label) -> str:
        name = label.name.en if self._language == "en" else label.name.zh
        return f" {name} "

    def _size(self, label: Label) -> tuple[int, int]:
        """Width and height on the picture, near enough for keeping apart: Chinese letters are as wide as high."""
        letter = label.size_px * self._pixel_ratio
        ems = sum(1.0 if ord(one) > 0x2E80 else 0.60 for one in self._words(label))
        return round(ems * letter) + _PAD_PX, round(letter * 1.35)

    def _forget(self, kept: set[Selection]) -> None:
        for selection in [one for one in self._texts if one not in kept]:
            actor = self._texts.pop(selection)
            self._styles.pop(selection, None)
            if self._renderer is not None:
                self._renderer.RemoveViewProp(actor)
            self._actors.remove(actor)
