"""What scene tests share: the real port with empty tables, and a watch over VTK objects that outlive their scene."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from vtkmodules.vtkRenderingCore import vtkActor, vtkRenderer

from resources import locator
from scene.quality import SOFTWARE
from scene.scene import Scene
from scene.still import CACHE_VARIABLE
from tests.harbour import Harbour
from twin import port_definition
from twin.port_index import PortIndex
from twin.port_layout import PortLayout


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Meshes of the port are kept for the tests alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def jiangyin() -> PortLayout:
    return port_definition.load(locator.port_definition())


@pytest.fixture(scope="session")
def jiangyin_index(jiangyin: PortLayout) -> PortIndex:
    return PortIndex(jiangyin)


@pytest.fixture(scope="module")
def port(jiangyin: PortLayout, jiangyin_index: PortIndex) -> Iterator[tuple[Scene, Harbour]]:
    """Jiangyin without boxes or traffic, and the tables behind it."""
    harbour = Harbour(jiangyin)
    harbour.index = jiangyin_index
    scene = Scene(jiangyin_index, harbour.layers, SOFTWARE)
    yield scene, harbour
    scene.close()


class VtkWatch:
    """Counts the actors, mappers and data of a renderer that have been freed."""

    def __init__(self, renderer: vtkRenderer) -> None:
        self.watched = 0
        self.freed = 0
        props = renderer.GetViewProps()
        props.InitTraversal()
        for _ in range(props.GetNumberOfItems()):
            prop = props.GetNextProp()
            self._watch(prop)
            if isinstance(prop, vtkActor):
                self._watch(prop.GetMapper())
                if prop.GetMapper().GetInput() is not None:
                    self._watch(prop.GetMapper().GetInput())
        self._watch(renderer)

    def _watch(self, thing: object) -> None:
        self.watched += 1
        thing.AddObserver("DeleteEvent", self._gone)

    def _gone(self, *_: object) -> None:
        self.freed += 1

    def alive(self) -> int:
        gc.collect()
        return self.watched - self.freed
