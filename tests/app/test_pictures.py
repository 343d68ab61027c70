"""The program as a person sees it: the real window on a virtual display, and pictures without any display."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.app.test_command_line import ROOT, run

DATE = "2026-11-21T10:00"


def _pixels(file: Path) -> np.ndarray:
    return np.asarray(Image.open(file).convert("RGB"))


@pytest.mark.skipif(not os.environ.get("DISPLAY"), reason="wants a display; make test brings a virtual one")
def test_the_desk_opens_on_a_living_port_and_saves_what_it_shows(tmp_path):
    scenario = ROOT / "docs" / "scenarios" / "first_watch.txt"
    done = run(
        "--date",
        DATE,
        "--seed",
        "7",
        "--rate",
        "30",
        "--scenario",
        str(scenario),
        "--screenshot",
        "desk.png",
        "--after",
        "45",
        cwd=tmp_path,
        display=True,
        timeout_s=170,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    picture = _pixels(tmp_path / "desk.png")
    height, width, _ = picture.shape
    assert (width, height) == (1920, 1080)
    scene = picture[100:900, 300:1500].reshape(-1, 3)
    assert len(np.unique(scene // 8, axis=0)) > 200  # a port has many tones, an empty or frozen view few
    warnings = picture[80:500, 1560:1900].reshape(-1, 3).astype(int)
    red = (warnings[:, 0] > 200) & (warnings[:, 1] < 120) & (warnings[:, 2] < 110)
    assert red.sum() > 50  # the first watch has raised a grave warning by now


@pytest.mark.parametrize("size", [(640, 360), (1280, 400)])
def test_a_picture_needs_no_display(size, tmp_path):
    width, height = size
    done = run("render", "--demo", "--date", DATE, "--size", f"{width}x{height}", "--out", "port.png", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    picture = _pixels(tmp_path / "port.png")
    assert picture.shape == (height, width, 3)
    assert len(np.unique(picture.reshape(-1, 3) // 8, axis=0)) > 150
