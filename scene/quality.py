"""How much the scene may cost: three levels, chosen by what draws it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quality:
    """What is switched on. `smooth`: edges by FXAA; `samples`: multisampling of an off-screen picture; `occlusion`:
    screen-space ambient occlusion; `waves`: moving water."""

    name: str
    smooth: bool
    samples: int
    occlusion: bool
    waves: bool


SOFTWARE = Quality("software", smooth=False, samples=0, occlusion=False, waves=True)
STANDARD = Quality("standard", smooth=True, samples=0, occlusion=False, waves=True)
HIGH = Quality("high", smooth=True, samples=0, occlusion=True, waves=True)
PICTURE = Quality("picture", smooth=False, samples=8, occlusion=False, waves=True)  # one frame, time does not matter

QUALITIES = {q.name: q for q in (SOFTWARE, STANDARD, HIGH, PICTURE)}


def for_renderer(opengl_renderer: str) -> Quality:
    """The level for an OpenGL renderer's name, as `vtkRenderWindow.ReportCapabilities` or glGetString tells it."""
    name = opengl_renderer.lower()
    if any(word in name for word in ("llvmpipe", "softpipe", "swrast", "software", "basic render")):
        return SOFTWARE
    return HIGH if any(word in name for word in ("nvidia", "radeon", "geforce", "apple m")) else STANDARD
