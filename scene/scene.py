"""The scene: one renderer with all props, brought up to date from the layers; camera wishes and picking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import vtkmodules.vtkRenderingOpenGL2  # noqa: F401 - registers the OpenGL classes
from numpy.typing import NDArray
from vtkmodules.vtkRenderingCore import vtkRenderer

from layers.layers import Layers
from layers.selection import Selection
from scene import actors
from scene.ambient import AmbientOcclusion
from scene.blending import solid_without
from scene.camera import CameraController
from scene.daylight import BAKED_IN, Daylight
from scene.director import Director
from scene.driver import begin_at
from scene.light import DAY, Light
from scene.live_model import LiveModel
from scene.overlay_model import OverlayModel
from scene.picking import Picker
from scene.port_model import PortModel
from scene.props.labels import Labels
from scene.props.night_lights import NightLights
from scene.props.shadows import GroundShadows
from scene.quality import SOFTWARE, Quality
from scene.touch import touched

if TYPE_CHECKING:
    from twin.port_index import PortIndex

_MARGIN_M = 4000.0
_CALM_FROM_M = 2500.0  # from higher up waves are too small to be seen
_WAVES_EVERY_MS = 250


class Scene:
    """Owns the renderer and every prop. Knows no window: `Viewport` or `offscreen.render` shows it.

    `revision` grows whenever the picture would be another.
    """

    def __init__(
        self, index: PortIndex, layers: Layers, quality: Quality = SOFTWARE, light: Light | None = DAY,
        language: str = "zh",
    ) -> None:
        """light: the light of the picture, None for that of the port's clock."""
        layout = index.layout
        self.layers = layers
        self.quality = quality
        self.revision = 0
        self.renderer: Any = vtkRenderer()  # None once closed
        self.daylight = Daylight(layout, light)
        self._set_up(quality, self.daylight.light)
        solid_without(self.renderer)
        # The live things first: what stands in front saves drawing what it hides.
        self.live = LiveModel(self.renderer, layers, BAKED_IN)
        self.live.set_detail(quality.detail_m)
        self.model = PortModel(self.renderer, layout, self.daylight.light, quality.waves)
        self.shadows = GroundShadows(self.renderer, layout, self.daylight.light)
        self.shadows.switch(quality.shadows)
        self.night = NightLights(self.renderer)
        begin_at([actor for part in (self.live.cranes, self.live.vehicles, self.model.yard, self.model.terrain)
                  for actor in part.actors[:1]])
        self.overlays = OverlayModel(self.renderer)
        self.labels = Labels(self.renderer, layout, language)
        viewpoints = {v.id: v for v in layout.viewpoints}
        self.camera = CameraController(self.renderer.GetActiveCamera(), viewpoints, _bounds(index))
        self._picker = Picker(layers)
        self._looked = -1
        self.ambient = AmbientOcclusion(self.renderer)
        self.ambient.switch(quality.occlusion)
        self._sea_at = 0
        self.director = Director(self.camera, layers)
        self.camera.go_home(at_once=True)

    @property
    def pending(self) -> bool:
        """Some of the picture waits for the next `sync`, which keeps to a budget of time."""
        return self.renderer is not None and bool(
            self.live.pending or self.model.pending or self.shadows.pending)

    def sync(self, now_ms: int) -> bool:
        """Bring everything to `now_ms` and redraw what changed. True when the picture changed."""
        if self.renderer is None:
            return False
        layers = self.layers
        layers.advance(now_ms)
        self.director.obey()
        changed = self.live.sync(layers, self.camera.eye, now_ms)
        changed = self.model.sync(layers, now_ms) or changed
        changed = self.model.adopt() or changed
        changed = self.daylight.sync(self.renderer, self.model, now_ms) or changed
        changed = self.look() or changed
        changed = self.shadows.sync(layers, self.daylight.light, self.camera.eye) or changed
        changed = self.night.sync(layers, self.daylight.light, self.camera.eye) or changed
        changed = self.overlays.sync(layers, self.camera.eye, now_ms) or changed
        changed = self.labels.sync(layers, self.camera) or changed
        changed = self._waves(now_ms, changed) or changed
        if changed:
            self.revision += 1
        return changed

    def animate(self, dt_s: float) -> bool:
        """Let the camera fly on. True while it does."""
        if self.renderer is None:
            return False
        self.director.obey()
        moves = self.camera.tick(dt_s) or self.director.ride(dt_s)
        self.director.tell()
        return self.look() or moves

    def look(self) -> bool:
        """Fit what is shown to where the camera is. True when it has moved since."""
        if self.renderer is None or self._looked == self.camera.revision:
            return False
        self._looked = self.camera.revision
        self.model.look_from(self.camera.eye)
        self.live.look_from(self.layers, self.camera.eye)
        self.shadows.sync(self.layers, self.daylight.light, self.camera.eye)
        self.night.sync(self.layers, self.daylight.light, self.camera.eye)
        self.overlays.look_from(self.layers, self.camera.eye)
        self.labels.arrange(self.camera)
        self.revision += 1
        return True

    def pick(self, x_px: float, y_px: float) -> Selection | None:
        """What lies under a pixel of the picture, counted from the upper left corner."""
        eye, direction = self.camera.ray(x_px, y_px)
        return self._picker.pick(eye, direction)

    def place_under(self, x_px: float, y_px: float) -> tuple[float, float, float] | None:
        """The place on the ground or on the object under a pixel, metres; None above the horizon."""
        eye, direction = self.camera.ray(x_px, y_px)
        found = self._picker.pick(eye, direction)
        return touched(self.layers, found, eye, direction)

    def set_language(self, language: str) -> None:
        """"zh" or "en", for the names in the scene."""
        if self.renderer is not None and self.labels.set_language(language):
            self.labels.arrange(self.camera)
            self.revision += 1

    def project(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Pixels from the upper left corner and the distance along the view of places (N, 3)."""
        return self.camera.project(points)

    def set_quality(self, quality: Quality) -> None:
        """Spend more or less on pictures from now on."""
        if self.renderer is None or quality == self.quality:
            return
        self.quality = quality
        self.renderer.SetUseFXAA(quality.smooth)
        self.ambient.switch(quality.occlusion)
        self.shadows.switch(quality.shadows)
        self.live.set_detail(quality.detail_m)
        self.revision += 1

    def close(self) -> None:
        """Take everything out of the renderer and let go of it. May be called twice."""
        if self.renderer is None:
            return
        self.ambient.switch(False)
        self.labels.close()
        self.overlays.close()
        self.night.close()
        self.shadows.close()
        self.live.close()
        self.model.close()
        # with them goes what their props still name
        del self.labels, self.overlays, self.night, self.shadows, self.live, self.model
        self.renderer.RemoveAllViewProps()
        self.renderer.RemoveAllLights()
        self.renderer = None
        self.camera.release()

    def _waves(self, now_ms: int, drawn_anyway: bool) -> bool:
        """Move the sea with every picture, and now and then for its own sake where it is near enough to be seen."""
        if not self.quality.waves or self.camera.eye[2] > _CALM_FROM_M:
            return False
        if not drawn_anyway and abs(now_ms - self._sea_at) < _WAVES_EVERY_MS:
            return False
        self._sea_at = now_ms
        self.model.at(now_ms / 1000.0)
        return True

    def _set_up(self, quality: Quality, light: Light) -> None:
        renderer = self.renderer
        renderer.SetUseDepthPeeling(False)
        renderer.SetUseOIT(False)  # plain blending: walls and beacons are few, and sorting them costs passes
        renderer.SetBackground(*light.haze)
        renderer.PreserveColorBufferOn()  # sea and sky cover every pixel: clearing them first would be work for nothing
        renderer.SetUseFXAA(quality.smooth)
        actors.set_lamps(renderer, light)


def _bounds(index: PortIndex) -> tuple[float, float, float, float]:
    rings = [np.asarray(ring) for ring in index.layout.platform if len(ring)]
    if not rings:
        return (-60_000.0, 60_000.0, -60_000.0, 60_000.0)
    points = np.concatenate(rings)
    (west, south), (east, north) = points.min(axis=0) - _MARGIN_M, points.max(axis=0) + _MARGIN_M
    return float(west), float(east), float(south), float(north)
