"""From numpy meshes to VTK actors: flat baked surfaces, haze, and layers on the ground that never flicker."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingCore import (
    vtkActor,
    vtkLight,
    vtkPolyDataMapper,
    vtkProp3D,
    vtkRenderer,
    vtkShaderProperty,
    vtkUniforms,
)

from scene import mesh as m
from scene.ambient import PLACE_GLSL, SAID_GLSL
from scene.light import HAZE_DEPTH_M, HAZE_MOST, HAZE_START_M, Light, Triple
from scene.still import Still

# One step of depth between neighbouring ground layers, in normalised device depth: eight steps of a 24-bit buffer.
_LAYER_STEP = 1.0e-6


class Code(NamedTuple):
    """GLSL of a surface of its own kind: a value handed from the vertex shader ("vec2 place"), how it is set there,
    and what the fragment shader makes of it in `fragOutput0`."""

    varying: str = ""
    vertex: str = ""
    fragment: str = ""


def polydata(mesh: m.Mesh, with_normals: bool = False) -> vtkPolyData:
    """A vtkPolyData of the mesh that owns its arrays; colours are point scalars."""
    data = vtkPolyData()
    points = vtkPoints()
    points.SetData(numpy_to_vtk(np.ascontiguousarray(mesh.points, dtype=np.float32), deep=True))
    data.SetPoints(points)
    cells = vtkCellArray()
    count = len(mesh.faces)
    offsets = np.arange(0, 3 * count + 1, 3, dtype=np.int64)
    cells.SetData(
        numpy_to_vtkIdTypeArray(offsets, deep=True),
        numpy_to_vtkIdTypeArray(np.ascontiguousarray(mesh.faces, dtype=np.int64).ravel(), deep=True),
    )
    data.SetPolys(cells)
    colours = numpy_to_vtk(np.ascontiguousarray(mesh.colours, dtype=np.uint8), deep=True)
    colours.SetName("colour")
    data.GetPointData().SetScalars(colours)
    if with_normals:
        normals = numpy_to_vtk(m.normals(mesh), deep=True)
        normals.SetName("normal")
        data.GetPointData().SetNormals(normals)
    return data


def still(
    part: Still, light: Light, layer: int = 0, fade: tuple[m.Rgb, float, float] | None = None,
    code: Code | None = None,
) -> vtkActor:
    """An actor of what stands still: lit in the vertex shader by uniforms, so another light costs nothing to speak of.

    layer: 0 for bodies; 1, 2, 3... for flat things lying on one another on the ground, the higher the more on top.
    fade: a colour (0..255) and the distances, metres, from and by which the surface turns into it: fine paint becomes
    the ground it lies on before it would flicker. code: more GLSL, which may count on true metres in `vertexMC`.
    """
    actor = vtkActor()
    data = polydata(m.Mesh(part.points, part.faces, part.colours))
    facing = numpy_to_vtk(part.facing.astype(np.float32) / np.float32(127.0), deep=True)
    facing.SetName("facing")
    data.GetPointData().AddArray(facing)
    mapper = mapper_of(data)
    mapper.MapDataArrayToVertexAttribute("facingMC", "facing", 0, -1)
    actor.SetMapper(mapper)
    look = actor.GetProperty()
    look.LightingOff()
    look.BackfaceCullingOn()
    actor.ForceOpaqueOn()  # the fourth part of a colour is lamplight
    actor.PickableOff()
    shader = actor.GetShaderProperty()
    shader.AddVertexShaderReplacement("//VTK::Color::Dec", True, "//VTK::Color::Dec\nin vec4 facingMC;\n", False)
    own = ""
    if fade is not None:
        (red, green, blue), start, end = fade
        own = (f"  float fadeShare = smoothstep({start:.1f}, {end:.1f}, (MCDCMatrix * vertexMC).w);\n"
               f"  stillOwn = mix(stillOwn, vec3({red / 255:.4f}, {green / 255:.4f}, {blue / 255:.4f}), fadeShare);\n")
    light_code = "//VTK::Color::Impl\n" + _STILL_LIGHT.format(own)
    shader.AddVertexShaderReplacement("//VTK::Color::Impl", True, light_code, False)
    if code is None:
        code = Code()
    else:
        mapper.SetVBOShiftScaleMethod(0)
    lift = f"  gl_Position.z -= {layer * _LAYER_STEP:.9f} * gl_Position.w;\n" if layer else ""
    add_to_vertex_shader(
        shader, "uniform vec4 haze;\n" + (f"out {code.varying};\n" if code.varying else ""),
        _HAZE_SHARE.format("gl_Position.w") + lift + code.vertex
        + "  vertexColorVSOutput.rgb = mix(vertexColorVSOutput.rgb, haze.rgb, hazeShare);\n")
    plain_fragments(shader, f"in {code.varying};\n" if code.varying else "", code.fragment)
    set_air(shader, light)
    _set_lamps(shader, light)
    return actor


_STILL_LIGHT = """  vec3 stillOwn = scalarColor.rgb;
{}  vec3 stillLight = ambientLight + max(dot(facingMC.xyz, sunFrom), 0.0) * sunLight + max(facingMC.z, 0.0) * skyLight
      + max(dot(facingMC.xyz, fillFrom), 0.0) * fillLight + (0.62 + 0.38 * facingMC.z) * scalarColor.a * lampLight;
  vec3 stillDark = mix(stillOwn, vec3(0.17, 0.25, 0.31), facingMC.w);
  vertexColorVSOutput = vec4(mix(stillDark * stillLight, stillOwn * 1.15, facingMC.w * lampsOn), 1.0);
"""


def mapper_of(data: vtkPolyData) -> vtkPolyDataMapper:
    """A mapper that does not look for changes upstream: there are none."""
    mapper = vtkPolyDataMapper()
    mapper.SetInputData(data)
    mapper.SetStatic(True)
    return mapper


def baked(mesh: m.Mesh, light: Light, layer: int = 0, double_sided: bool = False) -> vtkActor:
    """A still actor: light baked into its colours, hazy in the distance.

    layer: see `still`.
    """
    return unlit(light.bake(mesh), light, layer, double_sided)


def unlit(mesh: m.Mesh, light: Light, layer: int = 0, double_sided: bool = False) -> vtkActor:
    """As `baked`, where the colours are final already. Always solid: see `translucent` for what is not."""
    actor = vtkActor()
    actor.SetMapper(mapper_of(polydata(mesh)))
    look = actor.GetProperty()
    look.LightingOff()
    look.SetBackfaceCulling(not double_sided)
    add_haze(actor, light, layer)
    plain_fragments(actor.GetShaderProperty(), "", "  fragOutput0.rgb *= grade;\n" + haze_glsl())
    actor.PickableOff()
    return actor


def translucent(mesh: m.Mesh, light: Light, opacity: float, layer: int = 0) -> vtkActor:
    """An unlit actor one sees through, from both sides; its colours are final."""
    actor = vtkActor()
    actor.SetMapper(mapper_of(polydata(mesh)))
    look = actor.GetProperty()
    look.LightingOff()
    look.BackfaceCullingOff()
    look.SetOpacity(opacity)
    add_haze(actor, light, layer)
    actor.PickableOff()
    return actor


def lit(mesh: m.Mesh, light: Light) -> vtkActor:
    """An actor that may turn: lit by the renderer's lamps, which agree with `Light.bake`."""
    actor = vtkActor()
    actor.SetMapper(mapper_of(polydata(mesh, with_normals=True)))
    lit_look(actor, light)
    add_haze(actor, light)
    actor.PickableOff()
    return actor


def lit_look(actor: vtkActor, light: Light) -> None:
    """Surface settings under which VTK's lamps give what `Light.bake` gives."""
    look = actor.GetProperty()
    look.SetAmbient(float(np.mean(light.ambient)))
    look.SetDiffuse(1.0)
    look.SetSpecular(0.0)
    look.SetBackfaceCulling(True)


def add_haze(
    actor: vtkProp3D, light: Light, layer: int = 0, declarations: str = "", code: str = "",
) -> None:
    """Let the actor fade into the haze with distance, and lift it by `layer` steps of depth.

    declarations, code: more GLSL for the vertex shader.

    The lift is done in the vertex shader. VTK's own polygon offset writes the depth in the fragment shader, which
    switches the early depth test off.
    """
    shader = actor.GetShaderProperty()
    extra = f"  gl_Position.z -= {layer * _LAYER_STEP:.9f} * gl_Position.w;\n" if layer else ""
    declared = f"uniform vec4 haze;\nout float distanceVSOutput;\nout vec3 hazeVSOutput;\n{declarations}"
    add_to_vertex_shader(shader, declared,
                         f"  distanceVSOutput = gl_Position.w;\n  hazeVSOutput = haze.rgb;\n{extra}{code}")
    shader.AddFragmentShaderReplacement(
        "//VTK::Light::Dec", True, "//VTK::Light::Dec\nin float distanceVSOutput;\nin vec3 hazeVSOutput;\n", False
    )
    shader.AddFragmentShaderReplacement(
        "//VTK::Light::Impl", True,
        f"//VTK::Light::Impl\n  fragOutput0.rgb *= grade;\n{haze_glsl()}", False)
    set_air(shader, light)


def add_to_vertex_shader(shader: vtkShaderProperty, declarations: str, code: str) -> None:
    """Add GLSL to VTK's vertex shader, after the position is known."""
    shader.AddVertexShaderReplacement(
        "//VTK::PositionVC::Dec", True, f"//VTK::PositionVC::Dec\n{declarations}", False
    )
    shader.AddVertexShaderReplacement("//VTK::PositionVC::Impl", True, f"//VTK::PositionVC::Impl\n{code}", False)


def plain_fragments(shader: vtkShaderProperty, declarations: str, code: str, somewhere: bool = True) -> None:
    """Replace VTK's fragment shader by point colour, then `code` on `fragOutput0`: for solid, unlit surfaces.

    somewhere: False for what is nowhere near, the sky, and knows no occlusion.

    VTK's own ends in a `discard`, which costs a software renderer its early depth write.
    """
    shader.SetFragmentShaderCode(
        f"//VTK::System::Dec\n//VTK::CustomUniforms::Dec\n//VTK::Output::Dec\n{PLACE_GLSL if somewhere else ''}"
        f"in vec4 vertexColorVSOutput;\nin float distanceVSOutput;\nin vec3 hazeVSOutput;\n{declarations}"
        "void main()\n{\n  gl_FragData[0] = vec4(vertexColorVSOutput.rgb, 1.0);\n"
        f"{code}{SAID_GLSL}}}\n"
    )


def add_air(actor: vtkProp3D, light: Light) -> None:
    """Let a solid actor of final colours fade into the haze, worked out at the corners: a pixel is only handed on."""
    shader = actor.GetShaderProperty()
    add_to_vertex_shader(shader, AIR_DECLARED, AIR_GLSL
                         + "  vertexColorVSOutput = vec4(mix(scalarColor.rgb * grade, haze.rgb, hazeShare), 1.0);\n")
    shader.SetFragmentShaderCode(HANDED_ON)
    set_air(shader, light)


AIR_DECLARED = "uniform vec4 haze;\nuniform vec2 hazeReach;\nuniform vec3 grade;\n"
AIR_GLSL = """  float hazeWay = max(gl_Position.w - hazeReach.x, 0.0);
  float hazeShare = haze.a * hazeWay / (hazeWay + hazeReach.y);
"""
FRAGMENT_HEAD = (f"//VTK::System::Dec\n//VTK::CustomUniforms::Dec\n//VTK::Output::Dec\n{PLACE_GLSL}"
                 "in vec4 vertexColorVSOutput;\n")
HANDED_ON = f"{FRAGMENT_HEAD}void main()\n{{\n  gl_FragData[0] = vec4(vertexColorVSOutput.rgb, 1.0);\n{SAID_GLSL}}}\n"
"""A fragment shader that only hands on what the vertex shader found."""


def haze_glsl() -> str:
    """Fragment code that mixes the haze into `fragOutput0` by `distanceVSOutput` and `hazeVSOutput`."""
    share = _HAZE_SHARE.format("distanceVSOutput")
    return share + "  fragOutput0.rgb = mix(fragOutput0.rgb, hazeVSOutput, hazeShare);\n"


# A software renderer pays dearly for every uniform of a fragment shader: what changes with the hour comes as a varying.
_HAZE_SHARE = (
    f"  float hazeWay = max({{}} - {HAZE_START_M:.1f}, 0.0);\n"
    f"  float hazeShare = {HAZE_MOST:.3f} * hazeWay / (hazeWay + {HAZE_DEPTH_M:.1f});\n"
)


def set_air(shader: vtkShaderProperty, light: Light, grade: Triple = (1.0, 1.0, 1.0)) -> None:
    """Tell a shader that uses `haze` and `grade` what the air is like. grade: factors on its colours."""
    uniforms = shader.GetFragmentCustomUniforms()
    uniforms.SetUniform4f("haze", [*light.haze, HAZE_MOST])
    uniforms.SetUniform2f("hazeReach", [HAZE_START_M, HAZE_DEPTH_M])
    uniforms.SetUniform3f("grade", list(grade))


def _set_lamps(shader: vtkShaderProperty, light: Light) -> None:
    uniforms = shader.GetVertexCustomUniforms()
    (sun_from, sun), (_, sky), (fill_from, fill) = light.lamps_of()
    for name, value in (("sunFrom", unit(sun_from)), ("sunLight", sun), ("skyLight", sky),
                        ("fillFrom", unit(fill_from)), ("fillLight", fill), ("ambientLight", light.ambient),
                        ("lampLight", light.lamp)):
        uniforms.SetUniform3f(name, list(value))
    uniforms.SetUniformf("lampsOn", light.lamps)


def unit(way: Triple) -> Triple:
    """The same direction, of length 1."""
    x, y, z = np.asarray(way) / np.linalg.norm(way)
    return float(x), float(y), float(z)


def relight(renderer: vtkRenderer, light: Light, baked_in: Light) -> None:
    """Show everything in another light. baked_in: the light in the colours of what is not `still`."""
    grade = light.grade(baked_in)
    props = renderer.GetViewProps()
    props.InitTraversal()
    for _ in range(props.GetNumberOfItems()):
        actor = props.GetNextProp()
        if not isinstance(actor, vtkActor):
            continue
        shader = actor.GetShaderProperty()
        if _knows(shader.GetVertexCustomUniforms(), "sunFrom"):
            _set_lamps(shader, light)
            set_air(shader, light)
        elif _knows(shader.GetFragmentCustomUniforms(), "grade"):
            set_air(shader, light, grade)
    set_lamps(renderer, light)


def _knows(uniforms: vtkUniforms, name: str) -> bool:
    return int(uniforms.GetUniformScalarType(name)) > 0


def set_lamps(renderer: vtkRenderer, light: Light) -> None:
    """Give the renderer the lamps of `light`."""
    renderer.RemoveAllLights()
    renderer.AutomaticLightCreationOff()
    renderer.TwoSidedLightingOff()
    for direction, colour in light.lamps_of():
        lamp = vtkLight()
        lamp.SetLightTypeToSceneLight()
        lamp.PositionalOff()
        lamp.SetPosition(*direction)
        lamp.SetFocalPoint(0.0, 0.0, 0.0)
        lamp.SetDiffuseColor(*colour)
        lamp.SetIntensity(1.0)
        renderer.AddLight(lamp)


def set_colours(data: vtkPolyData, colours: NDArray[np.uint8]) -> None:
    """Replace the point colours of `data` (N, 3)."""
    array = numpy_to_vtk(np.ascontiguousarray(colours, dtype=np.uint8), deep=True)
    array.SetName("colour")
    data.GetPointData().SetScalars(array)
