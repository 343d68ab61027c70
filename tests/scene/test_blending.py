"""What is solid is drawn without blending; walls one sees through and names are not."""

from __future__ import annotations

import numpy as np
import vtkmodules.vtkRenderingOpenGL2  # noqa: F401 - registers the OpenGL classes
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkRenderingCore import vtkActor, vtkRenderer, vtkRenderWindow, vtkWindowToImageFilter

from scene import mesh as m
from scene.actors import translucent, unlit
from scene.blending import solid_without
from scene.light import DAY

_GL_BLEND = 0x0BE2


def _wall(y: float, colour: tuple[int, int, int]) -> m.Mesh:
    return m.box((-5.0, y, -5.0), (5.0, y + 0.5, 5.0), colour)


def test_a_wall_of_glass_still_shows_the_wall_behind_it() -> None:
    renderer = vtkRenderer()
    window = vtkRenderWindow()
    window.SetOffScreenRendering(True)
    window.SetSize(64, 64)
    window.AddRenderer(renderer)
    blended: dict[str, list[bool]] = {"solid": [], "glass": []}

    def watched(name: str, actor: vtkActor) -> None:
        actor.GetMapper().AddObserver(
            "UpdateShaderEvent", lambda *_: blended[name].append(window.GetState().GetEnumState(_GL_BLEND)))
        renderer.AddViewProp(actor)

    solid_without(renderer)
    watched("solid", unlit(_wall(5.0, (200, 0, 0)), DAY))
    watched("glass", translucent(_wall(0.0, (0, 0, 200)), DAY, 0.5))
    camera = renderer.GetActiveCamera()
    camera.SetPosition(0.0, -12.0, 0.0)
    camera.SetFocalPoint(0.0, 0.0, 0.0)
    camera.SetViewUp(0.0, 0.0, 1.0)
    camera.SetClippingRange(1.0, 100.0)
    for _ in range(2):  # the second picture starts from what the first one left
        window.Render()
        shot = vtkWindowToImageFilter()
        shot.SetInput(window)
        shot.ReadFrontBufferOff()
        shot.ShouldRerenderOff()
        shot.Update()
        red, _, blue = np.asarray(vtk_to_numpy(shot.GetOutput().GetPointData().GetScalars())).reshape(64, 64, 3)[32, 32]
        assert red > 30, "the solid wall behind"
        assert blue > 30, "the glass before it"
    assert blended["solid"]
    assert not any(blended["solid"])
    assert blended["glass"]
    assert all(blended["glass"])
    window.Finalize()
