"""What stands still, as meshes for any light of the day: worked out once and kept on disk between starts.

A cached file is named by a hash of the layout and of the code that makes the meshes. One that is missing, damaged or
of another code is made anew without a word; a folder that cannot be written costs only the time.
"""

from __future__ import annotations

import hashlib
import math
import os
import zipfile
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import platformdirs
from numpy.typing import NDArray

from scene import materials
from scene import mesh as m
from scene.later import Later
from scene.plan import Plan
from twin.port_layout import PortLayout

CACHE_VARIABLE = "JIANGYIN_CACHE"
"""Environment variable that names another folder for cached meshes."""

_MAKERS = ("lettering.py", "materials.py", "mesh.py", "plan.py", "still.py")
_KEPT = 6  # files of other layouts and older code
_ARRAYS = ("points", "faces", "colours", "facing")
_NOT_DRAWN = frozenset({"stop_points", "corridors", "viewpoints", "anchorages"})


class Still(NamedTuple):
    """A mesh that any light can fall on.

    points: (N, 3) float32, metres; faces: (M, 3) int32; colours: (N, 4) uint8, red, green, blue and how much light of
    the port's lamps arrives; facing: (N, 4) int8, the unit normal and how much it shines itself when the lamps are on,
    1 = 127.
    """

    points: NDArray[np.float32]
    faces: NDArray[np.int32]
    colours: NDArray[np.uint8]
    facing: NDArray[np.int8]


class Recipe(NamedTuple):
    """How a mesh is made from a plan; cut into square tiles of `tile_m`."""

    make: Callable[[Plan], m.Mesh]
    tile_m: float = math.inf


class Stock:
    """Meshes of a layout by name: some at once, the others from a thread beside the start."""

    def __init__(
        self, layout: PortLayout, at_once: Mapping[str, Recipe], later: Mapping[str, Recipe],
        folder: Path | None = None,
    ) -> None:
        """folder: where meshes are kept, the user's cache by default. The names of a mapping are made in its order."""
        self._plan = Plan(layout)
        self._folder = folder if folder is not None else _cache_folder()
        self._key = _key(layout)
        self._later = Later()
        self._made = self._load("base", at_once) or self._make("base", at_once)
        self._futures: dict[str, Future[list[Still]]] = {name: Future() for name in later}
        self._later.run(lambda: self._detail(later))

    def at_once(self, name: str) -> list[Still]:
        """A mesh in its tiles; empty where there is nothing of it."""
        return self._made[name]

    def later(self, name: str) -> Future[list[Still]]:
        """A mesh that may still be in the making."""
        return self._futures[name]

    def close(self) -> None:
        """Forget what is not made yet."""
        self._later.close()

    def _detail(self, recipes: Mapping[str, Recipe]) -> None:
        try:
            found = self._load("detail", recipes)
            if found is not None:
                for name, parts in found.items():
                    self._futures[name].set_result(parts)
                return
            made = {}
            for name, recipe in recipes.items():
                if self._later.closed:
                    return
                made[name] = self._parts(recipe)
                self._futures[name].set_result(made[name])
            self._save("detail", made)
        except Exception as failed:  # noqa: BLE001 - it is told to whoever waits for the mesh, on their thread
            for future in self._futures.values():
                if not future.done():
                    future.set_exception(failed)

    def _make(self, kind: str, recipes: Mapping[str, Recipe]) -> dict[str, list[Still]]:
        made = {name: self._parts(recipe) for name, recipe in recipes.items()}
        self._save(kind, made)
        return made

    def _parts(self, recipe: Recipe) -> list[Still]:
        return list(tiles(still(recipe.make(self._plan), self._plan), recipe.tile_m))

    # on disk

    def _file(self, kind: str) -> Path | None:
        return self._folder / f"port-{kind}-{self._key}.npz" if self._folder is not None else None

    def _load(self, kind: str, names: Iterable[str]) -> dict[str, list[Still]] | None:
        file = self._file(kind)
        if file is None:
            return None
        try:
            with np.load(file, allow_pickle=False) as kept:
                return {name: _unpacked(kept, name) for name in names}
        except (OSError, ValueError, KeyError, IndexError, EOFError, zipfile.BadZipFile):
            return None

    def _save(self, kind: str, made: Mapping[str, list[Still]]) -> None:
        file = self._file(kind)
        if file is None:
            return
        unfinished = file.with_suffix(f".{os.getpid()}")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with unfinished.open("wb") as out:
                np.savez(out, allow_pickle=False, **_packed(made))
            unfinished.replace(file)
            old = sorted(file.parent.glob(f"port-{kind}-*.npz"), key=lambda f: f.stat().st_mtime)
            for other in old[:-_KEPT]:
                other.unlink(missing_ok=True)
        except OSError:
            return  # a full or write-protected disk: the next start works it out again


def still(mesh: m.Mesh, plan: Plan) -> Still:
    """A mesh ready for any light, under the port's lamps."""
    return mesh_of(mesh, plan.lamplight(mesh.points))


def mesh_of(mesh: m.Mesh, lamplight: NDArray[np.floating] | float = 0.8) -> Still:
    """A mesh ready for any light. lamplight: 0..1, for all or for each point (N,)."""
    n = len(mesh.points)
    colours = np.empty((n, 4), dtype=np.uint8)
    colours[:, :3] = mesh.colours
    colours[:, 3] = np.asarray(lamplight) * 255.0
    facing = np.zeros((n, 4), dtype=np.int8)
    facing[:, :3] = np.rint(m.normals(mesh) * 127.0)
    code = mesh.colours.astype(np.int32) @ [65536, 256, 1]
    facing[np.isin(code, _SHINING), 3] = 127
    return Still(mesh.points.astype(np.float32), mesh.faces.astype(np.int32), colours, facing)


_SHINING = [red * 65536 + green * 256 + blue for red, green, blue in materials.SHINING]


def tiles(mesh: Still, tile_m: float) -> Iterable[Still]:
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
        yield Still(mesh.points[used], renumbered.reshape(-1, 3).astype(np.int32), mesh.colours[used],
                    mesh.facing[used])


def _packed(made: Mapping[str, list[Still]]) -> dict[str, NDArray[np.generic]]:
    """Few large arrays for each name, and the sizes of its parts."""
    packed: dict[str, NDArray[np.generic]] = {}
    for name, parts in made.items():
        packed[f"{name}/sizes"] = np.array([(len(p.points), len(p.faces)) for p in parts], np.int64).reshape(-1, 2)
        for at, array in enumerate(_ARRAYS):
            if parts:
                packed[f"{name}/{array}"] = np.concatenate([part[at] for part in parts])
    return packed


def _unpacked(kept: Mapping[str, NDArray[np.generic]], name: str) -> list[Still]:
    sizes = kept[f"{name}/sizes"]
    if not len(sizes):
        return []
    arrays = [kept[f"{name}/{array}"] for array in _ARRAYS]
    ends = np.cumsum(sizes, axis=0)
    starts = ends - sizes
    if [len(a) for a in arrays] != [ends[-1, 0], ends[-1, 1], ends[-1, 0], ends[-1, 0]]:
        raise ValueError(name)
    found = []
    for (first, first_face), (last, last_face) in zip(starts.tolist(), ends.tolist(), strict=True):
        points, colours, facing = (arrays[k][first:last] for k in (0, 2, 3))
        found.append(Still(points, arrays[1][first_face:last_face], colours, facing))  # type: ignore[arg-type]
    return found


def _key(layout: PortLayout) -> str:
    drawn = [getattr(layout, f.name) for f in fields(layout) if f.name not in _NOT_DRAWN]
    return hashlib.sha256(repr(drawn).encode() + _code()).hexdigest()[:24]


@lru_cache(maxsize=1)
def _code() -> bytes:
    """A digest of the code that makes the meshes."""
    digest = hashlib.sha256()
    scene = Path(__file__).parent
    for file in sorted([scene / name for name in _MAKERS] + [*scene.glob("props/*.py"), *scene.glob("models/*.py")]):
        digest.update(file.read_bytes())
    return digest.digest()


def _cache_folder() -> Path | None:
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else platformdirs.user_cache_path("jiangyin-twin", appauthor=False)
