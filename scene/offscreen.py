"""Pictures without a display: the scene rendered to PNG at any size, through EGL, OSMesa or the system's own window."""

from __future__ import annotations

import platform
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from vtkmodules import vtkRenderingOpenGL2
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkIOImage import vtkPNGWriter
from vtkmodules.vtkRenderingCore import vtkRenderWindow, vtkWindowToImageFilter

from scene.scene import Scene

_WITHOUT_DISPLAY = ("vtkEGLRenderWindow", "vtkOSOpenGLRenderWindow")
_PATIENCE_S = 60.0
_FINER = 2
_LINES = 1080  # of a picture whose names are of their usual size


class RenderError(RuntimeError):
    """No way to render is at hand, or the picture cannot be written."""


def render(scene: Scene, size: tuple[int, int], out: Path | str, now_ms: int | None = None) -> None:
    """Write the scene as it is now as a PNG of `size` (width, height) pixels.

    now_ms: bring the scene to this instant first. Raises RenderError with a sentence.
    """
    shown = np.ascontiguousarray(pixels(scene, size, now_ms)[::-1])
    image = vtkImageData()
    image.SetDimensions(size[0], size[1], 1)
    image.GetPointData().SetScalars(numpy_to_vtk(shown.reshape(-1, 3), deep=True))
    writer = vtkPNGWriter()
    writer.SetInputData(image)
    writer.SetFileName(str(out))
    writer.Write()
    if writer.GetErrorCode():
        raise RenderError(f"the picture cannot be written to {out}")


def pixels(scene: Scene, size: tuple[int, int], now_ms: int | None = None) -> NDArray[np.uint8]:
    """The scene as an array (height, width, 3), upper row first."""
    window = open_window(scene, size)
    try:
        _complete(scene, now_ms)
        window.Render()
        return frame_of(window, scene)
    finally:
        close_window(scene, window)


def frame_of(window: Any, scene: Scene) -> NDArray[np.uint8]:
    """What a window shows of a scene as an array (height, width, 3), upper row first."""
    image = _grab(window).GetOutput()
    width, height, _ = image.GetDimensions()
    rgb = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(height, width, -1)
    times = _times(scene)
    if times == 1:
        return np.array(rgb[::-1, :, :3])
    fine = rgb[::-1, :, :3].reshape(height // times, times, width // times, times, 3)
    return np.asarray(np.rint(fine.mean(axis=(1, 3), dtype=np.float32)), dtype=np.uint8)


def _times(scene: Scene) -> int:
    """How many times wider and higher than the picture is drawn: passes know no multisampling."""
    return _FINER if scene.quality.occlusion else 1


def open_window(scene: Scene, size: tuple[int, int]) -> Any:
    """A window without a display that shows the scene. Close it with `close_window`. Raises RenderError."""
    window = _window()
    window.SetOffScreenRendering(True)
    times = _times(scene)
    window.SetMultiSamples(scene.quality.samples if times == 1 else 0)
    window.SetSize(times * size[0], times * size[1])
    window.AddRenderer(scene.renderer)
    scene.camera.set_size(times * size[0], times * size[1])
    ratio = times * max(1.0, size[1] / _LINES)
    if ratio > 1.0:
        scene.labels.set_pixel_ratio(ratio)
    scene.look()
    window.SetFrameBlitModeToNoBlit()
    return window


def close_window(scene: Scene, window: Any) -> None:
    """Take the scene out of the window and free what it holds on the graphics card."""
    if scene.renderer is not None:
        scene.ambient.release(window)
        scene.renderer.ReleaseGraphicsResources(window)
        window.RemoveRenderer(scene.renderer)
    window.Finalize()


def _complete(scene: Scene, now_ms: int | None) -> None:
    if now_ms is None:
        scene.look()
        return
    deadline = time.monotonic() + _PATIENCE_S
    scene.sync(now_ms)
    while scene.pending and time.monotonic() < deadline:
        if not scene.sync(now_ms):
            time.sleep(0.005)  # fine detail is on its way from another thread


def _window() -> Any:
    if platform.system() == "Linux":
        for name in _WITHOUT_DISPLAY:
            made = getattr(vtkRenderingOpenGL2, name, None)
            if made is None:
                continue
            window = made()
            window.SetOffScreenRendering(True)
            if window.SupportsOpenGL():
                return window
            window.Finalize()
        raise RenderError("neither EGL nor OSMesa can draw here: install libegl1 (Debian, Ubuntu) or its like")
    return vtkRenderWindow()


def _grab(window: Any) -> vtkWindowToImageFilter:
    grab = vtkWindowToImageFilter()
    grab.SetInput(window)
    grab.ReadFrontBufferOff()
    grab.SetInputBufferTypeToRGB()
    grab.ShouldRerenderOff()
    grab.Update()
    return grab
