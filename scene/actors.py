"""From numpy meshes to VTK actors: flat baked surfaces, haze, and layers on the ground that never flicker."""

from __future__ import annotations

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
)

from scene import mesh as m
from scene.light import Light

# One step of depth between neighbouring ground layers, in normalised device depth: eight steps of a 24-bit buffer.
_LAYER_STEP = 1.0e-6


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


def mapper_of(data: vtkPolyData) -> vtkPolyDataMapper:
    """A mapper that does not look for changes upstream: there are none."""
    mapper = vtkPolyDataMapper()
    mapper.SetInputData(data)
    mapper.SetStatic(True)
    return mapper


def baked(mesh: m.Mesh, light: Light, layer: int = 0, double_sided: bool = False) -> vtkActor:
    """A still actor: light baked into its colours, hazy in the distance.

    layer: 0 for bodies; 1, 2, 3... for flat things lying on one another on the ground, the higher the more on top.
    """
    return unlit(light.bake(mesh), light, layer, double_sided)


def unlit(
    mesh: m.Mesh,
    light: Light,
    layer: int = 0,
    double_sided: bool = False,
    fade: tuple[tuple[float, float, float], float, float] | None = None,
) -> vtkActor:
    """As `baked`, where the colours are final already. Always solid: see `translucent` for what is not.

    fade: a colour (0..1) and the distances, metres, from and by which the surface turns into it: fine paint becomes
    the ground it lies on before it would flicker.
    """
    actor = vtkActor()
    actor.SetMapper(mapper_of(polydata(mesh)))
    look = actor.GetProperty()
    look.LightingOff()
    look.SetBackfaceCulling(not double_sided)
    add_haze(actor, light, layer, fade)
    plain_fragments(actor.GetShaderProperty(), "", haze_glsl(light))
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
    actor: vtkProp3D,
    light: Light,
    layer: int = 0,
    fade: tuple[tuple[float, float, float], float, float] | None = None,
    declarations: str = "",
    code: str = "",
) -> None:
    """Let the actor fade into the haze with distance, and lift it by `layer` steps of depth.

    fade: see `unlit`. declarations, code: more GLSL for the vertex shader.

    The lift is done in the vertex shader. VTK's own polygon offset writes the depth in the fragment shader, which
    switches the early depth test off.
    """
    shader = actor.GetShaderProperty()
    extra = f"  gl_Position.z -= {layer * _LAYER_STEP:.9f} * gl_Position.w;\n" if layer else ""
    if fade is not None:
        (red, green, blue), start, end = fade
        extra += (
            f"  vertexColorVSOutput.rgb = mix(vertexColorVSOutput.rgb, vec3({red:.4f}, {green:.4f}, {blue:.4f}), "
            f"smoothstep({start:.1f}, {end:.1f}, gl_Position.w));\n"
        )
    add_to_vertex_shader(shader, f"out float distanceVSOutput;\n{declarations}",
                         f"  distanceVSOutput = gl_Position.w;\n{extra}{code}")
    shader.AddFragmentShaderReplacement(
        "//VTK::Light::Dec", True, "//VTK::Light::Dec\nin float distanceVSOutput;\n", False
    )
    shader.AddFragmentShaderReplacement("//VTK::Light::Impl", True, f"//VTK::Light::Impl\n{haze_glsl(light)}", False)


def add_to_vertex_shader(shader: vtkShaderProperty, declarations: str, code: str) -> None:
    """Add GLSL to VTK's vertex shader, after the position is known."""
    shader.AddVertexShaderReplacement(
        "//VTK::PositionVC::Dec", True, f"//VTK::PositionVC::Dec\n{declarations}", False
    )
    shader.AddVertexShaderReplacement("//VTK::PositionVC::Impl", True, f"//VTK::PositionVC::Impl\n{code}", False)


def plain_fragments(shader: vtkShaderProperty, declarations: str, code: str) -> None:
    """Replace VTK's fragment shader by point colour, then `code` on `fragOutput0`: for solid, unlit surfaces.

    VTK's own ends in a `discard`, which costs a software renderer its early depth write.
    """
    shader.SetFragmentShaderCode(
        "//VTK::System::Dec\n//VTK::CustomUniforms::Dec\n//VTK::Output::Dec\n"
        f"in vec4 vertexColorVSOutput;\nin float distanceVSOutput;\n{declarations}"
        "void main()\n{\n  gl_FragData[0] = vec4(vertexColorVSOutput.rgb, 1.0);\n"
        f"{code}}}\n"
    )


def haze_glsl(light: Light) -> str:
    """Fragment code that mixes the haze into `fragOutput0` by `distanceVSOutput`."""
    red, green, blue = light.haze
    return (
        f"  float hazeWay = max(distanceVSOutput - {light.haze_start_m:.1f}, 0.0);\n"
        f"  float hazeShare = {light.haze_most:.3f} * hazeWay / (hazeWay + {light.haze_depth_m:.1f});\n"
        f"  fragOutput0.rgb = mix(fragOutput0.rgb, vec3({red:.4f}, {green:.4f}, {blue:.4f}), hazeShare);\n"
    )


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
