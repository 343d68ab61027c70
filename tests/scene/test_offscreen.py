"""Pictures without a display: any size, into a file, or a sentence that says why not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from vtkmodules.vtkIOImage import vtkPNGReader

from scene import offscreen
from scene.scene import Scene
from tests.harbour import NOW, Harbour

ALONE = """
from pathlib import Path
from resources import locator
from scene import offscreen
from scene.scene import Scene
from tests.harbour import NOW, Harbour
harbour = Harbour()
harbour.fill(200)
harbour.step(containers=range(200))
scene = Scene(harbour.index, harbour.layers)
offscreen.render(scene, (320, 200), Path({out!r}), NOW)
scene.close()
"""


def size_of(file: Path) -> tuple[int, int]:
    reader = vtkPNGReader()
    reader.SetFileName(str(file))
    reader.Update()
    return reader.GetOutput().GetDimensions()[:2]


@pytest.mark.parametrize("size", [(320, 200), (1920, 1080), (301, 777)])
def test_a_picture_has_the_size_asked_for(port: tuple[Scene, Harbour], tmp_path: Path, size: tuple[int, int]) -> None:
    scene, _ = port
    scene.camera.go("quay", at_once=True)
    offscreen.render(scene, size, tmp_path / "quay.png", NOW)
    assert size_of(tmp_path / "quay.png") == size


def test_a_picture_needs_no_display(tmp_path: Path) -> None:
    out = tmp_path / "alone.png"
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    done = subprocess.run([sys.executable, "-c", ALONE.format(out=str(out))], env=environment, capture_output=True,
                          text=True, check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr
    assert "ERR" not in done.stderr + done.stdout
    assert "WARN" not in done.stderr + done.stdout
    assert size_of(out) == (320, 200)


def test_all_waiting_work_is_done_before_the_picture_is_taken(tmp_path: Path) -> None:
    harbour = Harbour()
    harbour.fill(1000)
    harbour.step(containers=range(1000))
    scene = Scene(harbour.index, harbour.layers)
    assert scene.pending
    offscreen.render(scene, (320, 200), tmp_path / "full.png", NOW)
    assert not scene.pending
    scene.close()


@pytest.mark.filterwarnings("ignore")
def test_a_place_that_cannot_be_written_is_named(port: tuple[Scene, Harbour], tmp_path: Path) -> None:
    scene, _ = port
    nowhere = tmp_path / "no" / "such" / "folder" / "port.png"
    with pytest.raises(offscreen.RenderError, match="folder"):
        offscreen.render(scene, (160, 100), nowhere, NOW)
