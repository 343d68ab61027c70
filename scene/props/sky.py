"""The sky: a dome around the eye, from the horizon's light to the dark above, with the glow of the sun."""

from __future__ import annotations

import numpy as np
from vtkmodules.vtkRenderingCore import vtkActor, vtkRenderer

from scene import mesh as m
from scene.actors import add_to_vertex_shader, mapper_of, plain_fragments, polydata, unit
from scene.light import Light
from scene.props.base import StaticProp

RADIUS_M = 60_000.0
_ELEVATIONS_DEG = (-8.0, -0.4, 1.5, 5.0, 12.0, 25.0, 50.0, 89.0)
_SIDES = 32


class Sky(StaticProp):
    """Covers everything the sea does not, so the picture needs no clearing of its colours."""

    def __init__(self, renderer: vtkRenderer, light: Light) -> None:
        super().__init__(renderer)
        actor = vtkActor()
        mapper = mapper_of(polydata(_dome()))
        mapper.SetVBOShiftScaleMethod(0)
        actor.SetMapper(mapper)
        actor.GetProperty().LightingOff()
        actor.PickableOff()
        shader = actor.GetShaderProperty()
        add_to_vertex_shader(shader, "out vec3 wayVSOutput;\n", f"  wayVSOutput = vertexMC.xyz * {1 / RADIUS_M:.8f};\n")
        plain_fragments(shader, "in vec3 wayVSOutput;\n", _GLSL, somewhere=False)
        self._dome = actor
        self.relight(light)
        self.add(actor)

    def relight(self, light: Light) -> None:
        """Another time of day."""
        uniforms = self._dome.GetShaderProperty().GetFragmentCustomUniforms()
        for name, value in (("zenith", light.zenith), ("horizon", light.horizon), ("haze", light.haze),
                            ("sunFrom", unit(light.sun_from)), ("sunGlow", light.sun_glow)):
            uniforms.SetUniform3f(name, list(value))

    def look_from(self, eye: tuple[float, float, float]) -> None:
        """The sky comes along with the eye; its horizon stays at the sea's."""
        self._dome.SetPosition(eye[0], eye[1], eye[2])


# The sun is drawn as the glow around it: its disc would be the brightest thing on a screen that is watched all night.
_GLSL = """  vec3 way = normalize(wayVSOutput);
  float share = sqrt(clamp(way.z * 1.75, 0.0, 1.0));
  vec3 tone = mix(mix(haze, horizon, smoothstep(-0.004, 0.05, way.z)), zenith, share);
  float towards = max(dot(way, sunFrom), 0.0);
  float wide = towards * towards; wide *= wide;
  float near = wide * wide; near *= near; near *= near; near *= near;
  tone += sunGlow * (0.40 * wide * (1.0 - share) + 0.75 * near);
  fragOutput0.rgb = tone;
"""


def _dome() -> m.Mesh:
    angle = np.linspace(0, 2 * np.pi, _SIDES, endpoint=False)
    elevation = np.radians(_ELEVATIONS_DEG)[:, None]
    across = np.cos(elevation)
    points = np.stack([np.sin(angle) * across, np.cos(angle) * across,
                       np.broadcast_to(np.sin(elevation), (len(elevation), _SIDES))], axis=-1)
    index = np.arange(points.shape[0] * _SIDES).reshape(-1, _SIDES)
    a, b, c, d = index[:-1], np.roll(index[:-1], -1, axis=1), np.roll(index[1:], -1, axis=1), index[1:]
    faces = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
    grey = np.full((points.shape[0] * _SIDES, 3), 128, np.uint8)
    return m.Mesh((points * RADIUS_M).reshape(-1, 3).astype(np.float32), faces.astype(np.int32), grey)
