"""A software renderer is given depth it need not convert, and begins before the whole picture is sent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow

from scene import driver, offscreen
from scene import mesh as m
from scene.actors import unlit
from scene.light import DAY

_FLOAT = 10


def _picture(window: vtkRenderWindow) -> NDArray[np.int64]:
    window.Render()
    shown = vtk_to_numpy(offscreen._grab(window).GetOutput().GetPointData().GetScalars())
    return np.asarray(shown).reshape(64, 64, -1)[..., :3].astype(np.int64)


def test_the_picture_is_the_same_with_depth_as_floats_and_begun_in_the_middle() -> None:
    renderer, window = vtkRenderer(), vtkRenderWindow()
    window.SetOffScreenRendering(True)
    window.SetMultiSamples(0)
    window.SetSize(48, 48)
    window.AddRenderer(renderer)
    near = unlit(m.box((-3.0, -1.0, -3.0), (1.0, 1.0, 3.0), (200, 60, 20)), DAY)
    far = unlit(m.box((-2.0, 4.0, -5.0), (5.0, 8.0, 5.0), (20, 90, 200)), DAY)
    for actor in (near, far):
        renderer.AddViewProp(actor)
    camera = renderer.GetActiveCamera()
    camera.SetPosition(0.0, -20.0, 3.0)
    camera.SetFocalPoint(0.0, 0.0, 0.0)
    camera.SetViewUp(0.0, 0.0, 1.0)
    driver.float_depth(window)  # nothing is drawn yet: nothing to change
    window.Render()
    window.SetSize(64, 64)
    before = _picture(window)
    driver.begin_at([far])
    driver.float_depth(window)
    depth = window.GetRenderFramebuffer().GetDepthAttachmentAsTextureObject()
    assert depth.GetVTKDataType() == _FLOAT
    assert np.array_equal(_picture(window), before)
    assert len(np.unique(before.reshape(-1, 3), axis=0)) == 3, "both boxes and nothing"
    window.SetSize(48, 48)
    window.Render()
    window.SetSize(64, 64)
    assert np.array_equal(_picture(window), before)
    assert window.GetRenderFramebuffer().GetDepthAttachmentAsTextureObject().GetVTKDataType() == _FLOAT
    window.Finalize()
