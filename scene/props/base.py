"""What every prop has: actors of its own in the renderer, shown or hidden together, and a close that leaves nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Final

import numpy as np
from vtkmodules.vtkRenderingCore import vtkActor, vtkProp, vtkRenderer

from scene import mesh as m
from scene.actors import unlit
from scene.later import Later
from scene.light import Light

AT_ONCE: Final = 6
"""Tiles made into actors a call: some milliseconds."""


class StaticProp:
    """Part of the port's model. `close()` takes its actors out of the renderer and lets go of them."""

    def __init__(self, renderer: vtkRenderer) -> None:
        self._renderer: vtkRenderer | None = renderer
        self._actors: list[vtkProp] = []
        self._near: list[Tiled] = []

    @property
    def actors(self) -> tuple[vtkProp, ...]:
        """What it has put into the renderer."""
        return tuple(self._actors)

    @property
    def awaits_detail(self) -> bool:
        """Some of it is still being computed."""
        return any(part.pending for part in self._near)

    def add(self, actor: vtkProp) -> vtkProp:
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


class Tiled:
    """A large mesh in square tiles, each drawn only where the eye is within `reach_m` of it; computed later."""

    def __init__(
        self, later: Later, make: Callable[[], m.Mesh], light: Light, layer: int, reach_m: float = math.inf,
        tile_m: float = math.inf, fade_to: m.Rgb | None = None,
    ) -> None:
        """make: runs in another thread and must touch neither VTK nor Qt.

        fade_to: the colour of the ground below; the paint fades into it from half of `reach_m` on.
        """
        self._light, self._layer, self._reach = light, layer, reach_m
        self._fade = None if fade_to is None else (_in_light(fade_to, light), 0.5 * reach_m, reach_m)
        self._tiles: list[tuple[vtkActor, tuple[float, ...]]] = []
        self._eye: tuple[float, float, float] | None = None
        self._waiting: list[m.Mesh] = []
        self._future: Future[list[m.Mesh]] | None = later.compute(
            lambda: [light.bake(part) for part in tiles(make(), tile_m)])

    @property
    def pending(self) -> bool:
        """Not all of it is in the picture's reach yet."""
        return self._future is not None or bool(self._waiting)

    def adopt(self, prop: StaticProp, most: int) -> bool:
        """Make up to `most` tiles into actors of `prop`. True when something may be seen that was not."""
        if self._future is not None:
            if not self._future.done():
                return False
            self._waiting, self._future = self._future.result(), None
        for mesh in self._waiting[:most]:
            actor = unlit(mesh, self._light, self._layer, fade=self._fade)
            prop.add(actor)
            self._tiles.append((actor, actor.GetBounds()))
        adopted = len(self._waiting[:most]) > 0
        del self._waiting[:most]
        if adopted and self._eye is not None:
            self.look_from(self._eye)
        return adopted

    def look_from(self, eye: tuple[float, float, float]) -> None:
        """Show what is near enough to the eye."""
        self._eye = eye
        x, y, z = eye
        for actor, (x0, x1, y0, y1, _, z1) in self._tiles:
            dx, dy, dz = max(x0 - x, 0.0, x - x1), max(y0 - y, 0.0, y - y1), max(z - z1, 0.0)
            near = dx * dx + dy * dy + dz * dz < self._reach * self._reach
            if bool(actor.GetVisibility()) != near:
                actor.SetVisibility(near)

    def close(self) -> None:
        """Let go of the tiles; the prop takes them out of the renderer."""
        self._tiles.clear()
        self._waiting.clear()
        self._future = None


def tiles(mesh: m.Mesh, tile_m: float) -> Iterable[m.Mesh]:
    """Cut a mesh into square tiles by the middle of each triangle."""
    if not len(mesh.faces):
        return
    if math.isinf(tile_m):
        yield mesh
        return
    middle = mesh.points[mesh.faces].mean(axis=1)[:, :2]
    cell = np.floor(middle / tile_m).astype(np.int64)
    _, index = np.unique(cell[:, 0] * 1_000_003 + cell[:, 1], return_inverse=True)
    order = np.argsort(index, kind="stable")
    for chosen in np.split(order, np.cumsum(np.bincount(index))[:-1]):
        faces = mesh.faces[chosen]
        used, renumbered = np.unique(faces, return_inverse=True)
        yield m.Mesh(mesh.points[used], renumbered.reshape(-1, 3).astype(np.int32), mesh.colours[used])


def _in_light(colour: m.Rgb, light: Light) -> tuple[float, float, float]:
    up = light.factor(np.array([[0.0, 0.0, 1.0]]))[0]
    lit = np.clip(np.asarray(colour) * up / 255.0, 0, 1)
    return float(lit[0]), float(lit[1]), float(lit[2])
