"""What every prop has: actors of its own in the renderer, shown or hidden together, and a close that leaves nothing."""

from __future__ import annotations

import math
from concurrent.futures import Future
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkRenderingCore import vtkActor, vtkProp, vtkRenderer

from scene import mesh as m
from scene.actors import still
from scene.light import Light
from scene.still import Still

AT_ONCE: Final = 12
"""Tiles made into actors a call: some milliseconds."""

_AHEAD: Final = 1.25  # tiles become actors a little before they are to be seen
_Prop = TypeVar("_Prop", bound=vtkProp)


class StaticProp:
    """Part of the port's model. `close()` takes its actors out of the renderer and lets go of them."""

    def __init__(self, renderer: vtkRenderer) -> None:
        self._renderer: vtkRenderer | None = renderer
        self._actors: list[vtkProp] = []
        self._near: list[Near] = []

    @property
    def actors(self) -> tuple[vtkProp, ...]:
        """What it has put into the renderer."""
        return tuple(self._actors)

    @property
    def awaits_detail(self) -> bool:
        """Some of it is still being computed."""
        return any(part.pending for part in self._near)

    def add(self, actor: _Prop) -> _Prop:
        """Put an actor into the renderer. Raises RuntimeError after `close()`."""
        if self._renderer is None:
            raise RuntimeError(f"{type(self).__name__} is closed")
        self._renderer.AddViewProp(actor)
        self._actors.append(actor)
        return actor

    def set_visible(self, visible: bool) -> None:
        """Show or hide all of it."""
        for actor in self._actors:
            actor.SetVisibility(visible)
        for part in self._near:
            part.set_visible(visible)

    def relight(self, light: Light) -> None:
        """Another light: what is in the renderer already has it (`actors.relight`)."""
        for part in self._near:
            part.relight(light)

    def look_from(self, eye: tuple[float, float, float]) -> None:
        """Show what is near enough to the eye to be seen."""
        for part in self._near:
            part.look_from(eye)

    def adopt(self, most: int = AT_ONCE) -> bool:
        """Take over some of what was computed meanwhile. True when the picture changed."""
        changed = [part.adopt(self, most) for part in self._near if part.pending]
        return any(changed)

    def close(self) -> None:
        """Take everything out of the renderer and let go of it. May be called twice."""
        for part in self._near:
            part.close()
        self._near.clear()
        if self._renderer is not None:
            for actor in self._actors:
                self._renderer.RemoveViewProp(actor)
        self._actors.clear()
        self._renderer = None


class Near:
    """A mesh in tiles, each an actor from when the eye first comes near it, drawn only within `reach_m` of the eye."""

    def __init__(
        self, parts: list[Still] | Future[list[Still]], light: Light, layer: int = 0, reach_m: float = math.inf,
        fade_to: m.Rgb | None = None,
    ) -> None:
        """fade_to: the colour of the ground below; the paint fades into it from half of `reach_m` on."""
        self._light, self._layer, self._reach = light, layer, reach_m
        self._fade = None if fade_to is None else (fade_to, 0.5 * reach_m, reach_m)
        self._tiles: list[tuple[vtkActor, NDArray[np.float64]]] = []
        self._waiting: list[tuple[Still, NDArray[np.float64]]] = []
        self._eye: tuple[float, float, float] = (0.0, 0.0, math.inf)
        self._shown = True
        self._due = False  # something that waits is near enough to be seen
        self._future: Future[list[Still]] | None = None
        if isinstance(parts, list):
            self._take(parts)
        else:
            self._future = parts

    @property
    def pending(self) -> bool:
        """Something that is to be seen from here is not in the picture yet."""
        return self._future is not None or self._due

    def adopt(self, prop: StaticProp, most: int) -> bool:
        """Make up to `most` tiles near the eye into actors of `prop`. True when something may be seen that was not."""
        if self._future is not None:
            if not self._future.done():
                return False
            self._take(self._future.result())
            self._future = None
        near = [part for part in self._waiting if self._away(part[1]) <= _AHEAD * self._reach][:most]
        for part in near:
            actor = still(part[0], self._light, self._layer, self._fade)
            self._tiles.append((prop.add(actor), part[1]))
        if near:
            taken = {id(part) for part in near}
            self._waiting = [part for part in self._waiting if id(part) not in taken]
            self._show()
            self._look()
        return bool(near)

    def look_from(self, eye: tuple[float, float, float]) -> None:
        """Show what is near enough to the eye."""
        self._eye = eye
        self._show()
        self._look()

    def relight(self, light: Light) -> None:
        """The light of tiles yet to come."""
        self._light = light

    def set_visible(self, visible: bool) -> None:
        """Show or hide all of it."""
        self._shown = visible
        self._show()

    def close(self) -> None:
        """Let go of the tiles; the prop takes them out of the renderer."""
        self._tiles.clear()
        self._waiting.clear()
        self._future, self._due = None, False

    def _take(self, parts: list[Still]) -> None:
        for part in parts:
            low, high = part.points.min(axis=0), part.points.max(axis=0)
            self._waiting.append((part, np.concatenate([low, high]).astype(float)))
        self._look()

    def _look(self) -> None:
        self._due = any(self._away(bounds) < self._reach for _, bounds in self._waiting)

    def _away(self, bounds: NDArray[np.float64]) -> float:
        x, y, z = self._eye
        x0, y0, _, x1, y1, z1 = bounds
        return math.hypot(max(x0 - x, 0.0, x - x1), max(y0 - y, 0.0, y - y1), max(z - z1, 0.0))

    def _show(self) -> None:
        for actor, bounds in self._tiles:
            near = self._shown and self._away(bounds) < self._reach
            if bool(actor.GetVisibility()) != near:
                actor.SetVisibility(near)
