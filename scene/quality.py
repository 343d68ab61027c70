"""How much the scene may cost: levels chosen by what draws it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quality:
    """What is switched on.

    smooth: edges smoothed after drawing (FXAA); samples: multisampling of an off-screen picture; waves: moving water;
    coarse_moves: while the camera moves, a slow machine draws fewer pixels.
    """

    name: str
    smooth: bool
    samples: int
    waves: bool
    coarse_moves: bool


SOFTWARE = Quality("software", smooth=False, samples=0, waves=True, coarse_moves=True)
STANDARD = Quality("standard", smooth=True, samples=0, waves=True, coarse_moves=False)
PICTURE = Quality("picture", smooth=False, samples=8, waves=True, coarse_moves=False)  # one frame: time matters not

QUALITIES = {q.name: q for q in (SOFTWARE, STANDARD, PICTURE)}
_SOFTWARE_RENDERERS = ("llvmpipe", "softpipe", "swrast", "software", "basic render")


def for_renderer(opengl_renderer: str) -> Quality:
    """The level for an OpenGL renderer's name, as glGetString(GL_RENDERER) tells it."""
    name = opengl_renderer.lower()
    return SOFTWARE if any(word in name for word in _SOFTWARE_RENDERERS) else STANDARD
