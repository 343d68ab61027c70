"""Light baked into colours is the light VTK's own lamps would give."""

from __future__ import annotations

import numpy as np
import pytest
from vtkmodules.vtkRenderingCore import vtkActor, vtkRenderer, vtkRenderWindow, vtkWindowToImageFilter

from scene import actors, offscreen
from scene import mesh as m
from scene.light import LIGHTS, Light


def drawn(actor: vtkActor, light: Light) -> np.ndarray:
    renderer = vtkRenderer()
    actors.set_lamps(renderer, light)
    renderer.AddActor(actor)
    camera = renderer.GetActiveCamera()
    camera.SetPosition(-9.0, -12.0, 8.0)
    camera.SetFocalPoint(0.0, 0.0, 1.0)
    camera.SetViewUp(0.0, 0.0, 1.0)
    renderer.ResetCameraClippingRange()
    window: vtkRenderWindow = offscreen._window()
    window.SetSize(160, 120)
    window.AddRenderer(renderer)
    window.Render()
    grab = vtkWindowToImageFilter()
    grab.SetInput(window)
    grab.ReadFrontBufferOff()
    grab.Update()
    from vtkmodules.util.numpy_support import vtk_to_numpy

    found = vtk_to_numpy(grab.GetOutput().GetPointData().GetScalars()).reshape(120, 160, 3).astype(int).copy()
    window.Finalize()
    return found


@pytest.mark.parametrize("name", sorted(LIGHTS))
def test_baked_and_lit_surfaces_look_alike(name: str) -> None:
    light = LIGHTS[name]
    body = m.merge([m.box((-2, -2, 0), (2, 2, 3), (120, 130, 140), m.ALL_SIDES),
                    m.box((-0.5, -3.5, 0), (1.5, -2.5, 1), (180, 90, 60), m.ALL_SIDES)])
    baked, lit = drawn(actors.baked(body, light), light), drawn(actors.lit(body, light), light)
    assert (baked.sum(axis=2) > 30).mean() > 0.1, "something is to be seen"
    assert np.abs(baked - lit).max() <= 14
    assert len(np.unique(baked.reshape(-1, 3), axis=0)) >= 4, "sides are told apart"


def test_the_sunny_side_is_brighter_than_the_shaded_one() -> None:
    day = LIGHTS["day"]
    sunny, shaded, up = day.factor(np.array([[-0.7, -0.7, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])).mean(axis=1)
    assert up > shaded
    assert sunny > shaded


def test_night_is_darker_than_dusk_and_dusk_than_day() -> None:
    up = np.array([[0.0, 0.0, 1.0]])
    day, dusk, night = (LIGHTS[n].factor(up).mean() for n in ("day", "dusk", "night"))
    assert day > dusk > night > 0.2
