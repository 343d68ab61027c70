"""Light and air: the sun, the sky and the haze, baked into static meshes and given to VTK's lights alike.

The port does not move, so its light is worked out once in numpy and stored as point colours: an unlit surface costs a
software renderer half of a lit one (docs/decisions/0007). What turns (vehicles, vessels) is lit by VTK with the same
three lamps, so both look alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scene import mesh as m

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Light:
    """A light of the day. Directions point towards the lamp (x east, y north, z up); colours are factors, 1 = white."""

    name: str
    sun_from: Triple
    sun: Triple
    sky: Triple  # from straight above
    fill_from: Triple
    fill: Triple
    ambient: Triple
    zenith: Triple  # colours of the sky, 0..1
    horizon: Triple
    haze: Triple  # colour distant things fade to
    haze_start_m: float
    haze_depth_m: float  # beyond the start, half of the way to `haze_most`
    haze_most: float  # never more than this share
    sea_near: Triple
    sea_far: Triple
    sea_glint: Triple
    lamps: float  # 0: lamps are off, 1: full
    lamp: Triple  # light of the port's lamps where they shine full

    def lamps_of(self) -> tuple[tuple[Triple, Triple], ...]:
        """The three directional lamps as (direction, colour)."""
        return ((self.sun_from, self.sun), ((0.0, 0.0, 1.0), self.sky), (self.fill_from, self.fill))

    def factor(self, normals: NDArray[np.floating]) -> NDArray[np.float32]:
        """Light arriving at surfaces with unit `normals` (N, 3): colour factors (N, 3)."""
        total = np.broadcast_to(np.asarray(self.ambient, dtype=np.float32), (len(normals), 3)).copy()
        for direction, colour in self.lamps_of():
            towards = np.asarray(direction) / np.linalg.norm(direction)
            total += np.maximum(normals @ towards, 0.0)[:, None] * np.asarray(colour)
        return total.astype(np.float32)

    def bake(self, mesh: m.Mesh) -> m.Mesh:
        """The mesh as it looks in this light."""
        lit = mesh.colours * self.factor(m.normals(mesh))
        return mesh._replace(colours=np.clip(lit, 0, 255).astype(np.uint8))


DAY = Light(
    name="day",
    sun_from=(-0.52, -0.45, 0.72),
    sun=(0.57, 0.55, 0.50),
    sky=(0.20, 0.22, 0.24),
    fill_from=(0.75, 0.55, 0.25),
    fill=(0.17, 0.18, 0.20),
    ambient=(0.36, 0.38, 0.40),
    zenith=(0.030, 0.058, 0.090),
    horizon=(0.165, 0.245, 0.312),
    haze=(0.128, 0.192, 0.248),
    haze_start_m=1100.0,
    haze_depth_m=5200.0,
    haze_most=0.9,
    sea_near=(0.055, 0.170, 0.250),
    sea_far=(0.075, 0.150, 0.210),
    sea_glint=(0.30, 0.42, 0.50),
    lamps=0.0,
    lamp=(0.0, 0.0, 0.0),
)

DUSK = Light(
    name="dusk",
    sun_from=(-0.85, -0.35, 0.30),
    sun=(0.54, 0.40, 0.29),
    sky=(0.11, 0.13, 0.18),
    fill_from=(0.75, 0.55, 0.25),
    fill=(0.12, 0.14, 0.20),
    ambient=(0.25, 0.26, 0.32),
    zenith=(0.020, 0.036, 0.066),
    horizon=(0.230, 0.190, 0.190),
    haze=(0.120, 0.125, 0.150),
    haze_start_m=1000.0,
    haze_depth_m=5000.0,
    haze_most=0.9,
    sea_near=(0.040, 0.110, 0.170),
    sea_far=(0.110, 0.120, 0.150),
    sea_glint=(0.45, 0.34, 0.28),
    lamps=0.6,
    lamp=(0.34, 0.29, 0.21),
)

NIGHT = Light(
    name="night",
    sun_from=(0.35, -0.45, 0.85),
    sun=(0.12, 0.14, 0.19),
    sky=(0.16, 0.16, 0.16),
    fill_from=(-0.75, 0.55, 0.25),
    fill=(0.08, 0.08, 0.09),
    ambient=(0.22, 0.22, 0.24),
    zenith=(0.010, 0.018, 0.030),
    horizon=(0.045, 0.070, 0.095),
    haze=(0.040, 0.062, 0.085),
    haze_start_m=900.0,
    haze_depth_m=4500.0,
    haze_most=0.92,
    sea_near=(0.020, 0.060, 0.092),
    sea_far=(0.030, 0.058, 0.082),
    sea_glint=(0.16, 0.22, 0.27),
    lamps=1.0,
    lamp=(0.62, 0.54, 0.40),
)

LIGHTS = {light.name: light for light in (DAY, DUSK, NIGHT)}
