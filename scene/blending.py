"""Solid things drawn without blending: VTK leaves it on for them, and a software renderer then reads every pixel before
it writes it, one fourteenth of a frame (measured).

Off from the renderer's start; on again by the first of what is drawn after solid things: an actor of nothing.
"""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np
from vtkmodules.vtkRenderingCore import vtkActor, vtkRenderer

from scene import mesh as m
from scene.actors import mapper_of, polydata

_GL_BLEND = 0x0BE2
_EVERYWHERE_M = 60_000.0  # never culled


def solid_without(renderer: vtkRenderer) -> None:
    """Let `renderer` blend only what is to be seen through, and names. Call before translucent actors are added."""
    renderer.AddObserver("StartEvent", _off)
    far = _EVERYWHERE_M
    corners = np.array([(-far, -far, -far), (far, far, far), (far, far, far)], dtype=np.float32)
    nothing = m.Mesh(corners, np.array([[0, 1, 2]], dtype=np.int32), np.zeros((3, 3), dtype=np.uint8))
    actor = vtkActor()
    actor.SetMapper(mapper_of(polydata(nothing)))
    actor.GetProperty().LightingOff()
    actor.ForceTranslucentOn()
    actor.PickableOff()
    actor.UseBoundsOff()
    owner = weakref.ref(renderer)

    def on(_mapper: Any, _event: str) -> None:
        drawn = owner()
        if drawn is not None:
            drawn.GetRenderWindow().GetState().vtkglEnable(_GL_BLEND)

    actor.GetMapper().AddObserver("UpdateShaderEvent", on)
    renderer.AddViewProp(actor)


def _off(renderer: vtkRenderer, _event: str) -> None:
    renderer.GetRenderWindow().GetState().vtkglDisable(_GL_BLEND)
