"""Ambient occlusion where the graphics card affords it: corners and gaps that little light reaches are darker.

VTK's pass for it (`vtkSSAOPass`) wants to know of each pixel where it lies and which way its surface looks. The
scene's own fragment shaders say so by `PLACE_GLSL`: macros that nothing uses, and that cost nothing, while it is off.
"""

from __future__ import annotations

import math
import weakref
from typing import Any, Final

from vtkmodules.vtkRenderingCore import vtkActor, vtkRenderer
from vtkmodules.vtkRenderingOpenGL2 import (
    vtkCameraPass,
    vtkLightsPass,
    vtkOpaquePass,
    vtkRenderPassCollection,
    vtkRenderStepsPass,
    vtkSequencePass,
    vtkSSAOPass,
)

PLACE_GLSL: Final = (
    "#define vertexVC vec4((gl_FragCoord.xy * aoView.xy - aoView.zw) / gl_FragCoord.w, -1.0 / gl_FragCoord.w, 1.0)\n"
    "#define normalVCVSOutput normalize(cross(dFdx(vertexVC.xyz), dFdy(vertexVC.xyz)))\n"
)
"""Before `main`: where a pixel is as the camera sees it, metres, and which way its face looks there."""

SAID_GLSL: Final = "  //VTK::SSAO::Impl\n"
"""At the end of `main`: where VTK lets both be written, if the pass is on."""

_SAMPLES: Final = 48
_INTENSITY: Final = 1.3
_RADIUS_M: Final = 4.5
_NEAR_M: Final = 220.0
_RADIUS_SHARE: Final = 0.012  # of the distance to what one looks at, further off
_BIAS_SHARE: Final = 0.0016  # of that distance: places come as half floats


class AmbientOcclusion:
    """Switches a renderer's pass on and off and keeps it fitted to camera and picture."""

    def __init__(self, renderer: vtkRenderer) -> None:
        self._renderer: Any = weakref.ref(renderer)
        self._pass: vtkSSAOPass | None = None
        self._steps: vtkRenderStepsPass | None = None
        self._fitted: tuple[object, ...] = ()
        self._observer: int | None = None

    @property
    def on(self) -> bool:
        """Whether it is drawn."""
        return self._pass is not None

    def switch(self, on: bool) -> None:
        """Draw it from now on, or no longer."""
        renderer = self._renderer()
        if renderer is None or on == self.on:
            return
        if not on:
            renderer.SetPass(None)
            renderer.RemoveObserver(self._observer)
            self._pass = self._steps = self._observer = None
            return
        solid = vtkSequencePass()
        parts = vtkRenderPassCollection()
        parts.AddItem(vtkLightsPass())
        parts.AddItem(vtkOpaquePass())
        solid.SetPasses(parts)
        seen = vtkCameraPass()
        seen.SetDelegatePass(solid)
        self._pass = vtkSSAOPass()
        self._pass.SetDelegatePass(seen)
        self._pass.SetKernelSize(_SAMPLES)
        self._pass.SetIntensityScale(_INTENSITY)
        self._pass.BlurOn()
        self._steps = vtkRenderStepsPass()
        self._steps.SetOpaquePass(self._pass)
        self._fitted = ()
        renderer.SetPass(self._steps)
        me = weakref.ref(self)

        def fit(drawn: vtkRenderer, _event: str) -> None:
            mine = me()
            if mine is not None:
                mine.fit(drawn)

        self._observer = renderer.AddObserver("StartEvent", fit)

    def fit(self, renderer: vtkRenderer) -> None:
        """Tell pass and shaders of the picture that is about to be drawn how it is seen."""
        if self._pass is None:
            return
        camera = renderer.GetActiveCamera()
        away = max(camera.GetDistance(), _NEAR_M)
        self._pass.SetRadius(max(_RADIUS_M, _RADIUS_SHARE * away))
        self._pass.SetBias(_BIAS_SHARE * away)
        width, height = renderer.GetRenderWindow().GetSize()
        up = math.tan(math.radians(camera.GetViewAngle() / 2.0))
        props = renderer.GetViewProps()
        fitted = (width, height, up, props.GetNumberOfItems())
        if fitted == self._fitted:
            return
        self._fitted = fitted
        right = up * width / max(height, 1)
        view = [2.0 * right / width, 2.0 * up / height, right, up]
        props.InitTraversal()
        for _ in range(props.GetNumberOfItems()):
            actor = props.GetNextProp()
            if isinstance(actor, vtkActor):
                actor.GetShaderProperty().GetFragmentCustomUniforms().SetUniform4f("aoView", view)

    def release(self, window: Any) -> None:
        """Free what the pass holds on the graphics card."""
        if self._steps is not None:
            self._steps.ReleaseGraphicsResources(window)
