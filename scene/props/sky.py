"""The sky: a dome around the eye, from the horizon's light to the dark above."""

from __future__ import annotations

import numpy as np
from vtkmodules.vtkRenderingCore import vtkActor, vtkRenderer

from scene import mesh as m
from scene.actors import mapper_of, polydata, set_colours
from scene.light import Light
from scene.props.base import StaticProp

RADIUS_M = 60_000.0
_ELEVATIONS_DEG = (-8.0, -0.4, 0.0, 1.2, 3.0, 6.0, 11.0, 20.0, 40.0, 89.0)
_SIDES = 48


class Sky(StaticProp):
    """Covers everything the sea does not, so the picture needs no clearing of its colours."""

    def __init__(self, renderer: vtkRenderer, light: Light) -> None:
        super().__init__(renderer)
        actor = vtkActor()
        actor.SetMapper(mapper_of(polydata(_dome(light))))
        actor.GetProperty().LightingOff()
        actor.PickableOff()
        self._dome = actor
        self.add(actor)

    def relight(self, light: Light) -> None:
        """Another time of day."""
        data = self._dome.GetMapper().GetInput()
        set_colours(data, _dome(light).colours)
        data.Modified()

    def look_from(self, eye: tuple[float, float, float]) -> None:
        """The sky comes along with the eye; its horizon stays at the sea's."""
        self._dome.SetPosition(eye[0], eye[1], eye[2])


def _dome(light: Light) -> m.Mesh:
    angle = np.linspace(0, 2 * np.pi, _SIDES, endpoint=False)
    points, colours = [], []
    horizon, zenith, haze = (np.asarray(c) for c in (light.horizon, light.zenith, light.haze))
    for elevation in _ELEVATIONS_DEG:
        e = np.radians(elevation)
        ring = np.column_stack([np.sin(angle) * np.cos(e), np.cos(angle) * np.cos(e), np.full(_SIDES, np.sin(e))])
        points.append(ring * RADIUS_M)
        share = np.clip(elevation / 34.0, 0, 1) ** 0.55
        tone = horizon * (1 - share) + zenith * share if elevation >= 0.0 else haze * 0.35 + horizon * 0.65
        # The west, where the sun of the port's light stands, is a little brighter near the horizon.
        sun = np.arctan2(light.sun_from[0], light.sun_from[1])
        glow = 1.0 + 0.16 * np.cos(angle - sun) * (1 - share)
        colours.append(np.clip(tone[None] * glow[:, None] * 255, 0, 255))
    n = _SIDES
    faces = []
    for k in range(len(_ELEVATIONS_DEG) - 1):
        a = k * n + np.arange(n)
        b = k * n + (np.arange(n) + 1) % n
        faces += [np.column_stack([a, b, b + n]), np.column_stack([a, b + n, a + n])]
    return m.Mesh(
        np.concatenate(points).astype(np.float32),
        np.concatenate(faces).astype(np.int32),
        np.concatenate(colours).astype(np.uint8),
    )
