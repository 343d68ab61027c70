"""The sea: calm water to the horizon, lighter over the shallows, with a few crossing waves worked out per pixel."""

from __future__ import annotations

import math

import numpy as np
import shapely
from numpy.typing import NDArray
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkRenderer, vtkShaderProperty

from scene import mesh as m
from scene.actors import (
    AIR_DECLARED,
    AIR_GLSL,
    add_to_vertex_shader,
    haze_glsl,
    mapper_of,
    plain_fragments,
    polydata,
    set_air,
    unit,
)
from scene.light import Light
from scene.plan import Plan
from scene.props.base import StaticProp
from scene.still import Recipe, Still, Stock
from twin.port_layout import PortLayout

HORIZON_M = 58_000.0
_CELL_M = 95.0
_MARGIN_M = 900.0
_SHALLOW_M = 420.0
_OVERLAP_M = 25.0
_RINGS_M = np.array([0.0, 500.0, 1_200.0, 2_400.0, 4_800.0, 9_600.0, 18_000.0, 32_000.0, HORIZON_M])
_WAVES_END_M = 9_600.0  # from the grid: further out than the eye gets, by more than the longest waves are seen
_SIDES = 6  # pieces of each side of a ring
_LOW_SUN = 0.62  # sum of the glow's colours from which its path on the water is drawn

# Direction (degrees), wave length (metres), amplitude and the distance to which they are seen (metres).
_WAVES = (
    (208.0, 71.0, 0.26, 5200.0),
    (239.0, 19.0, 0.36, 1700.0),
    (185.0, 5.3, 0.46, 520.0),
)
_FADES = 1.3  # of that distance, by which a wave has gone
_GONE = _FADES / 0.85  # the same from the eye to a corner of the picture, where depth is shorter


class Sea(StaticProp):
    """In tiles, each drawn with the waves that can be seen from here. `waves` off draws plain water: for machines on
    which every operation per pixel counts."""

    def __init__(
        self, renderer: vtkRenderer, layout: PortLayout, stock: Stock, light: Light, waves: bool = True
    ) -> None:
        super().__init__(renderer)
        self._level = self._made_at = layout.sea_level_m
        self._waves = waves
        self._kind = (False, False)  # a low sun, lamps
        self._quay = _longest_quay(layout)
        self._shaders = [vtkShaderProperty() for _ in range(len(_WAVES) + 1)]
        for count, shader in enumerate(self._shaders):
            phases = [_phase(wave) for wave in _WAVES[:count]] + ["0.0"] * (len(_WAVES) - count)
            code = _VERTEX_GLSL.replace("PHASES", ", ".join(phases))
            if self._by_corner(count):
                code += _FAR_VERTEX_GLSL + "".join(_height(at) for at in range(count))
            add_to_vertex_shader(shader, _VERTEX_DECLARED, code)
            self._colour(shader, count)
        self._tiles: list[tuple[list[vtkActor], NDArray[np.float64]]] = []
        self._shown = True
        for part in stock.at_once("sea.water") + stock.at_once("sea.open"):
            low, high = part.points.min(axis=0)[:2], part.points.max(axis=0)[:2]
            self._tiles.append((self._ways(part, self._shaders), np.concatenate([low, high]).astype(float)))
        for part in stock.at_once("sea.far"):
            self._tiles.append((self._ways(part, self._shaders[:1]), np.full(4, np.inf)))
        self.relight(light)
        self.look_from((0.0, 0.0, 500.0))
        self.at(0.0)

    def _ways(self, part: Still, shaders: list[vtkShaderProperty]) -> list[vtkActor]:
        """A tile with no wave, one, two..."""
        data = polydata(m.Mesh(part.points, part.faces, part.colours[:, :3]))
        return [self._actor(data, shader) for shader in shaders]

    def _actor(self, data: vtkPolyData, shader: vtkShaderProperty) -> vtkActor:
        actor = vtkActor()
        mapper = mapper_of(data)
        mapper.SetVBOShiftScaleMethod(0)  # the shader needs true metres
        actor.SetMapper(mapper)
        actor.SetShaderProperty(shader)
        look = actor.GetProperty()
        look.LightingOff()
        look.BackfaceCullingOn()
        actor.PickableOff()
        actor.VisibilityOff()
        return self.add(actor)

    def relight(self, light: Light) -> None:
        """The colours of the water, of the sky it mirrors and of the sun on it."""
        for shader in self._shaders:
            uniforms = shader.GetFragmentCustomUniforms()
            for name, value in (("seaNear", light.sea_near), ("seaFar", light.sea_far), ("sunGlow", light.sun_glow),
                                ("sunFrom", unit(light.sun_from)), ("lamplight", light.lamp)):
                uniforms.SetUniform3f(name, list(value))
            set_air(shader, light)
        kind = (sum(light.sun_glow) > _LOW_SUN, light.lamps > 0.01)
        if kind != self._kind:
            self._kind = kind
            for count, shader in enumerate(self._shaders):
                self._colour(shader, count)

    def look_from(self, eye: tuple[float, float, float]) -> None:
        """How flat the view meets the water decides how much sky it mirrors, how far it is which waves are seen."""
        self._eye = eye
        x, y, z = eye
        height = max(z - self._level, 1.0)
        for shader in self._shaders:
            shader.GetFragmentCustomUniforms().SetUniform3f("eye", [x, y, height])
        for actors, (west, south, east, north) in self._tiles:
            away = math.hypot(max(west - x, x - east, 0.0), max(south - y, y - north, 0.0), height)
            seen = sum(away < _GONE * reach for _, _, _, reach in _WAVES) if self._waves else 0
            for count, actor in enumerate(actors):
                shown = self._shown and count == seen
                if bool(actor.GetVisibility()) != shown:
                    actor.SetVisibility(shown)

    def rise(self, sea_m: float) -> bool:
        """Let the surface stand at `sea_m`, metres above ground. True when it did not."""
        if sea_m == self._level:
            return False
        self._level = sea_m
        for actors, _ in self._tiles:
            for actor in actors:
                actor.SetPosition(0.0, 0.0, sea_m - self._made_at)
        self.look_from(self._eye)
        return True

    def set_visible(self, visible: bool) -> None:
        """Show or hide all of it."""
        self._shown = visible
        for actors, _ in self._tiles:
            for actor in actors:
                actor.VisibilityOff()

    def at(self, seconds: float) -> None:
        """Let the waves run on."""
        for shader in self._shaders:
            shader.GetFragmentCustomUniforms().SetUniformf("seaTime", float(seconds % 3600.0))

    def close(self) -> None:
        """Let go of everything."""
        self._shaders.clear()
        self._tiles.clear()
        super().close()

    @staticmethod
    def _by_corner(waves: int) -> bool:
        """Whether what depends on distance alone is worked out at the corners: where the finest waves are seen the
        eye may be so near that it would show."""
        return waves < len(_WAVES)

    def _colour(self, shader: vtkShaderProperty, waves: int) -> None:
        """The fragment shader with no more in it than hour and distance want: a software renderer pays for every
        branch."""
        low_sun, lamps = self._kind
        start, along, length = self._quay
        streaks = _STREAKS_GLSL.format(start[0], start[1], along[0], along[1], length) if lamps else ""
        declared = "in vec3 sightVSOutput;\nin vec4 swellVSOutput;\n" + (_WAVE_GLSL if waves else "") + streaks
        sparkle = (_LAMPS_GLSL if lamps else "") + (_PATH_GLSL if low_sun else "")
        if not self._by_corner(waves):
            plain_fragments(
                shader, declared,
                _waves() + _SIGHT_GLSL + _MIRROR_GLSL + sparkle + haze_glsl())
            return
        declared += "in vec3 baseVSOutput;\nin vec3 crestVSOutput;\nin vec3 sheenVSOutput;\nin vec2 airVSOutput;\n"
        swell = "".join(_crest(at) for at in range(waves))
        code = "  float swell = 0.0;\n" + swell + "  fragOutput0.rgb = vec3(0.0);\n"
        if sparkle:
            code += _SIGHT_GLSL + "  mirror = airVSOutput.x;\n" + sparkle + "  fragOutput0.rgb *= airVSOutput.y;\n"
        plain_fragments(shader, declared, code + (_FAR_GLSL if waves else "  fragOutput0.rgb += baseVSOutput;\n"))


# The mesh's colour says how shallow (red) and how near (green) the water is. What is the same everywhere comes from
# here too: uniforms are dear in a fragment shader.
_VERTEX_DECLARED = AIR_DECLARED + (
    "uniform vec3 seaNear;\nuniform vec3 seaFar;\nuniform vec3 eye;\nuniform float seaTime;\n"
    "out float distanceVSOutput;\nout vec3 hazeVSOutput;\nout vec3 sightVSOutput;\nout vec4 swellVSOutput;\n"
    "out vec3 baseVSOutput;\nout vec3 crestVSOutput;\nout vec3 sheenVSOutput;\nout vec2 airVSOutput;\n"
)
_VERTEX_GLSL = (
    "  distanceVSOutput = gl_Position.w;\n  hazeVSOutput = haze.rgb;\n"
    "  sightVSOutput = vec3(vertexMC.xy - eye.xy, -eye.z);\n"
    "  swellVSOutput = vec4(PHASES, 0.0);\n"
    "  vec3 water = mix(seaFar, seaNear, scalarColor.g);\n"
    "  water += scalarColor.r * (seaNear * vec3(0.30, 0.42, 0.34) + vec3(0.0, 0.012, 0.012));\n"
    "  vertexColorVSOutput = vec4(water, 1.0);\n"
)
# The flatter the view, the more of the sky is seen in the water, and where the sun stands over it, a path of light.
_SIGHT_GLSL = (
    "  vec3 sight = sightVSOutput * inversesqrt(dot(sightVSOutput, sightVSOutput));\n"
    "  float mirror = 1.0 + sight.z;\n"
)
_MIRROR_GLSL = (
    "  mirror *= mirror; mirror *= mirror; mirror *= mirror;\n"
    "  fragOutput0.rgb = mix(water, hazeVSOutput * 1.3, mirror * 0.70);\n"
)
_LAMPS_GLSL = "  fragOutput0.rgb += lamplight * lampStreaks(sight, swell);\n"
_PATH_GLSL = (
    "  float path = max(dot(vec3(sight.xy, -sight.z), sunFrom) - 0.012 * swell, 0.0);\n"
    "  path *= path; path *= path; float wide = path * path; path = wide * wide; path *= path;\n"
    "  fragOutput0.rgb += sunGlow * (path * (0.75 + 0.5 * swell) + 0.18 * wide) * (0.25 + mirror);\n"
)
# The same from further off: water, mirrored sky and haze are summed up at the corners; crests and their sheen remain.
_FAR_VERTEX_GLSL = AIR_GLSL + (
    "  float mirror = 1.0 - eye.z * inversesqrt(dot(sightVSOutput, sightVSOutput));\n"
    "  mirror *= mirror; mirror *= mirror; mirror *= mirror;\n"
    "  airVSOutput = vec2(mirror, 1.0 - hazeShare);\n"
    "  float own = (1.0 - 0.70 * mirror) * airVSOutput.y;\n"
    "  baseVSOutput = water * own + haze.rgb * (1.3 * 0.70 * mirror * airVSOutput.y + hazeShare);\n"
    "  crestVSOutput = water * (0.095 * own);\n"
    "  sheenVSOutput = haze.rgb * (0.26 * own);\n"
)
_FAR_GLSL = (
    "  float sheen = max(swell - 0.50, 0.0);\n"
    "  fragOutput0.rgb += baseVSOutput + crestVSOutput * swell + sheenVSOutput * (sheen * sheen);\n"
)

# Lamps along the quay in the water: seen along the sight, each is a streak that begins where the sight, led on, meets
# the quay's line, which is given by a point, the direction along it and its length.
_STREAKS_GLSL = """float lampStreaks(vec3 sight, float swell) {{
  vec2 along = vec2({2:.6f}, {3:.6f});
  vec2 across = vec2(-along.y, along.x);
  vec2 from = sightVSOutput.xy + eye.xy - vec2({0:.3f}, {1:.3f});
  float closing = dot(sight.xy, across);
  float reach = -dot(from, across) / (abs(closing) < 0.02 ? 0.02 : closing);
  float at = dot(from, along) + reach * dot(sight.xy, along) + 2.2 * swell;
  float streak = max(1.0 - 5.5 * (1.0 - abs(fract(at / 62.0) - 0.5) * 2.0), 0.0);
  float inside = step(0.0, at) * step(at, {4:.1f}) * step(0.0, reach) * step(reach, 900.0);
  float fading = 70.0 / (70.0 + reach);
  return inside * (0.62 * streak * (0.6 + 0.8 * swell) + 0.09) * fading * fading * (1.0 - reach / 900.0);
}}
"""


# A parabola through the zeros of a sine, `turn` in whole turns: a third of the work, and water does not care.
_WAVE_GLSL = "float wave(float turn) { float t = 2.0 * fract(turn) - 1.0; return 4.0 * t * (1.0 - abs(t)); }\n"


def _phase(wave: tuple[float, float, float, float]) -> str:
    """Where in its turn a wave is, as GLSL of the vertex shader."""
    bearing, length, _, _ = wave
    x, y = np.sin(np.radians(bearing)) / length, np.cos(np.radians(bearing)) / length
    speed = np.sqrt(9.81 * 2 * np.pi / length) / (2 * np.pi)  # turns a second of a deep-water wave
    return f"dot(vertexMC.xy, vec2({x:.6f}, {y:.6f})) + seaTime * {speed:.5f}"


def _waves() -> str:
    """Crossing waves: a change of brightness, with a sheen where crests meet. Waves too fine for the distance go
    before they flicker."""
    code = "  float swell = 0.0;\n"
    for (_, length, amplitude, seen_m), part in zip(_WAVES, "xyz", strict=True):
        code += (
            f"  swell += {amplitude:.3f} * clamp({_FADES:.2f} - distanceVSOutput * {1 / seen_m:.7f}, 0.0, 1.0)"
            f" * wave(swellVSOutput.{part}{' + 0.55 * swell' if length < 40 else ''});\n"
        )
    return code + (
        "  float sheen = max(swell - 0.50, 0.0);\n"
        "  vec3 water = vertexColorVSOutput.rgb * (1.0 + 0.095 * swell) + hazeVSOutput * (sheen * sheen * 0.26);\n"
    )


def _height(at: int) -> str:
    """GLSL of the vertex shader: how high a wave is seen from this far."""
    _, _, amplitude, seen_m = _WAVES[at]
    return (f"  swellVSOutput.{'zw'[at]} = {amplitude:.3f} * clamp({_FADES:.2f} - gl_Position.w * {1 / seen_m:.7f},"
            " 0.0, 1.0);\n")


def _crest(at: int) -> str:
    """GLSL of the fragment shader: a wave whose height came with the corner."""
    return f"  swell += swellVSOutput.{'zw'[at]} * wave(swellVSOutput.{'xy'[at]}{' + 0.55 * swell' if at else ''});\n"


def water(plan: Plan) -> m.Mesh:
    """A grid around the shore. Red says how shallow the water is, green how near."""
    layout = plan.layout
    west, south, east, north = _box(layout)
    around = shapely.box(west - _MARGIN_M, south - _MARGIN_M, east + _MARGIN_M, north + _MARGIN_M)
    shores = [shapely.Polygon(p).buffer(0).intersection(around).simplify(_CELL_M / 5)
              for p in (*layout.platform, *layout.land) if len(p) >= 3]
    shores = [shore for shore in shores if not shore.is_empty]
    xs = np.linspace(west, east, max(2, int((east - west) / _CELL_M) + 1))
    ys = np.linspace(south, north, max(2, int((north - south) / _CELL_M) + 1))
    x, y = np.meshgrid(xs, ys)
    if shores:
        shore = shapely.union_all(shores)
        shapely.prepare(shore)
        away = shapely.distance(shore, shapely.points(x, y))
    else:
        away = np.full(x.shape, 1e6)
    shallow = np.exp(-away / _SHALLOW_M)
    # Towards the edge of the grid everything becomes the open sea's colour, so that no seam shows.
    edge = np.minimum.reduce([x - west, east - x, y - south, north - y]) / _MARGIN_M
    inner = np.clip(edge, 0, 1)
    colours = np.stack([shallow * inner, 0.94 + 0.06 * inner, np.zeros_like(inner)], axis=-1) * 255.0
    rows, columns = x.shape
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = (index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1])
    faces = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
    if shores:
        # Water under the middle of the platform is never seen.
        dry = shapely.contains_xy(shore.buffer(-1.5 * _CELL_M), x, y).ravel()
        faces = faces[~dry[faces].all(axis=1)]
    z = np.full(x.size, layout.sea_level_m)
    return m.Mesh(
        np.column_stack([x.ravel(), y.ravel(), z]).astype(np.float32),
        faces.astype(np.int32),
        np.clip(colours, 0, 255).reshape(-1, 3).astype(np.uint8),
    )


def open_sea(plan: Plan) -> m.Mesh:
    """The water around the grid, as far as waves can be seen."""
    return _rings(plan.layout, _RINGS_M[_RINGS_M <= _WAVES_END_M])


def far_sea(plan: Plan) -> m.Mesh:
    """The rest, out to the horizon."""
    return _rings(plan.layout, _RINGS_M[_RINGS_M >= _WAVES_END_M])


def _rings(layout: PortLayout, away_m: NDArray[np.float64]) -> m.Mesh:
    """Four-sided rings around the grid, `away_m` from it, the wider the further: haze is worked out at their corners.
    They reach a little under the grid: edges that only meet leave single pixels undrawn."""
    west, south, east, north = _box(layout)
    corner = np.array([[west, south], [east, south], [east, north], [west, north]])
    outward = np.sign(corner - corner.mean(axis=0))
    reach = outward * HORIZON_M + corner.mean(axis=0) - corner
    share = away_m / HORIZON_M
    ring = corner + share[:, None, None] * reach
    ring = np.where((away_m == 0.0)[:, None, None], corner - outward * _OVERLAP_M, ring)
    side = np.linspace(0.0, 1.0, _SIDES + 1)[:, None, None, None]
    places = (ring * (1.0 - side) + np.roll(ring, -1, axis=1) * side).transpose(2, 1, 0, 3)  # side, ring, step
    inner, outer = places[:, :-1], places[:, 1:]
    corners = np.empty((4, len(away_m) - 1, _SIDES, 4, 3))
    for k, part in enumerate((outer[:, :, :-1], outer[:, :, 1:], inner[:, :, 1:], inner[:, :, :-1])):
        corners[..., k, :2] = part
    corners[..., 2] = layout.sea_level_m - 0.4
    tones = np.zeros(corners.shape)
    near = 0.94 * 255.0 * (1.0 - share)
    tones[..., :2, 1], tones[..., 2:, 1] = near[1:, None, None], near[:-1, None, None]
    return m.quads(corners.reshape(-1, 4, 3), tones.reshape(-1, 4, 3))


AT_ONCE = {"sea.water": Recipe(water, 900.0), "sea.open": Recipe(open_sea, 4_500.0), "sea.far": Recipe(far_sea)}


def _longest_quay(layout: PortLayout) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """A point, the direction and the length of the longest quay line, along which lamps stand."""
    found, reach = (np.zeros(2), np.array([1.0, 0.0])), 0.0
    for line in layout.quay_lines:
        start, end = np.asarray(line[0], dtype=float), np.asarray(line[-1], dtype=float)
        length = float(np.linalg.norm(end - start))
        if length > reach:
            found, reach = (start, (end - start) / length), length
    return *found, reach


def _box(layout: PortLayout) -> tuple[float, float, float, float]:
    rings = [np.asarray(p) for p in layout.platform] or [np.asarray(p) for p in layout.land]
    if not rings:
        return -3000.0, -3000.0, 3000.0, 3000.0
    points = np.concatenate(rings)
    (west, south), (east, north) = points.min(axis=0) - _MARGIN_M, points.max(axis=0) + _MARGIN_M
    return float(west), float(south), float(east), float(north)
