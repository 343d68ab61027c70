"""Light and air by the time of day: the sun, the sky, the haze and the port's lamps.

A light is three lamps and an even share. What stands still is lit by it in the vertex shader (`actors.still`); what
moves has the light of the day in its colours and is fitted to the hour by factors (`actors.relight`): either costs a
software renderer half of VTK's own lamps (docs/decisions/0007).
"""

from __future__ import annotations

import bisect
import math
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.sun import sun_position
from scene import mesh as m

Triple = tuple[float, float, float]

HAZE_START_M, HAZE_DEPTH_M, HAZE_MOST = 950.0, 5800.0, 0.97
"""Where haze begins, how far beyond half of the way to its greatest share lies, and that share."""

_EVERY_WAY = np.array([[0, 0, 1], [0, 0, 1], [1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]], dtype=float)


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
    sea_near: Triple
    sea_far: Triple
    sun_glow: Triple  # around the sun, in the sky and on the water
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

    @property
    def shadow(self) -> float:
        """How much darker it is where the sun does not reach: 0 not at all, 1 as at noon."""
        return min(max((sum(self.sun) - 0.45) / 1.6, 0.0), 1.0)

    def grade(self, other: Light) -> Triple:
        """Factors that turn colours lit by `other` into those lit by this light, for what looks every way."""
        lamp = 0.42 * np.asarray(self.lamp)
        ours, theirs = self.factor(_EVERY_WAY).mean(axis=0) + lamp, other.factor(_EVERY_WAY).mean(axis=0)
        red, green, blue = (ours / theirs).tolist()
        return red, green, blue

    def bake(self, mesh: m.Mesh) -> m.Mesh:
        """The mesh as it looks in this light."""
        lit = mesh.colours * self.factor(m.normals(mesh))
        return mesh._replace(colours=np.clip(lit, 0, 255).astype(np.uint8))


DAY = Light(
    name="day",
    sun_from=(0.46, -0.56, 0.69),
    sun=(0.90, 0.835, 0.71),
    sky=(0.15, 0.17, 0.19),
    fill_from=(-0.75, 0.45, 0.25),
    fill=(0.10, 0.12, 0.15),
    ambient=(0.295, 0.325, 0.37),
    zenith=(0.15, 0.275, 0.40),
    horizon=(0.53, 0.62, 0.68),
    haze=(0.345, 0.43, 0.495),
    sea_near=(0.070, 0.200, 0.258),
    sea_far=(0.130, 0.230, 0.285),
    sun_glow=(0.20, 0.19, 0.17),
    lamps=0.0,
    lamp=(0.0, 0.0, 0.0),
)

GOLD = Light(
    name="gold",
    sun_from=(-0.80, -0.45, 0.34),
    sun=(0.72, 0.52, 0.32),
    sky=(0.13, 0.15, 0.19),
    fill_from=(0.75, 0.55, 0.25),
    fill=(0.11, 0.14, 0.20),
    ambient=(0.25, 0.265, 0.32),
    zenith=(0.060, 0.105, 0.175),
    horizon=(0.47, 0.41, 0.365),
    haze=(0.275, 0.27, 0.285),
    sea_near=(0.046, 0.140, 0.205),
    sea_far=(0.120, 0.160, 0.200),
    sun_glow=(0.50, 0.32, 0.16),
    lamps=0.0,
    lamp=(0.0, 0.0, 0.0),
)

DUSK = Light(
    name="dusk",
    sun_from=(-0.85, -0.35, 0.22),
    sun=(0.22, 0.16, 0.15),
    sky=(0.15, 0.18, 0.27),
    fill_from=(0.75, 0.55, 0.25),
    fill=(0.08, 0.10, 0.16),
    ambient=(0.24, 0.27, 0.38),
    zenith=(0.04, 0.07, 0.135),
    horizon=(0.3, 0.26, 0.29),
    haze=(0.155, 0.168, 0.225),
    sea_near=(0.028, 0.082, 0.14),
    sea_far=(0.115, 0.13, 0.18),
    sun_glow=(0.52, 0.25, 0.10),
    lamps=0.85,
    lamp=(0.62, 0.48, 0.28),
)

NIGHT = Light(
    name="night",
    sun_from=(0.35, -0.45, 0.85),  # the moon's part is a little light from the south
    sun=(0.09, 0.11, 0.17),
    sky=(0.08, 0.1, 0.15),
    fill_from=(-0.75, 0.55, 0.25),
    fill=(0.05, 0.06, 0.08),
    ambient=(0.15, 0.175, 0.245),
    zenith=(0.008, 0.014, 0.026),
    horizon=(0.06, 0.088, 0.125),
    haze=(0.042, 0.062, 0.092),
    sea_near=(0.012, 0.042, 0.072),
    sea_far=(0.036, 0.06, 0.092),
    sun_glow=(0.0, 0.0, 0.0),
    lamps=1.0,
    lamp=(0.84, 0.67, 0.42),
)

LIGHTS = {light.name: light for light in (DAY, GOLD, DUSK, NIGHT)}

NAMED = {"noon": DAY, "gold": GOLD, "dusk": DUSK, "night": NIGHT}
"""As `--light` names them."""

_BY_ELEVATION = ((-11.0, NIGHT), (-4.0, DUSK), (6.0, GOLD), (24.0, DAY))
_LOWEST_SUN_DEG = 9.0  # lower than that shadows and shades would say nothing any more


def light_at(now_ms: int, lon_deg: float, lat_deg: float) -> Light:
    """The light at an instant (ms UTC) and a place: the palette follows the sun's elevation, shades its azimuth."""
    azimuth, elevation = sun_position(now_ms, lon_deg, lat_deg)
    found = _by_elevation(elevation)
    shown = math.radians(max(elevation, _LOWEST_SUN_DEG))
    way = math.radians(azimuth)
    sun = (math.sin(way) * math.cos(shown), math.cos(way) * math.cos(shown), math.sin(shown))
    night = min(max((-elevation - 4.0) / 5.0, 0.0), 1.0)
    sun_from = _mixed(sun, NIGHT.sun_from, night)
    fill_from = (-sun_from[0], -sun_from[1], 0.25)
    return replace(found, sun_from=sun_from, fill_from=fill_from)


def _by_elevation(elevation_deg: float) -> Light:
    stops = [e for e, _ in _BY_ELEVATION]
    at = min(max(bisect.bisect_right(stops, elevation_deg), 1), len(stops) - 1)
    (low, darker), (high, brighter) = _BY_ELEVATION[at - 1], _BY_ELEVATION[at]
    return mixed(darker, brighter, min(max((elevation_deg - low) / (high - low), 0.0), 1.0))


def mixed(a: Light, b: Light, share: float) -> Light:
    """A light between two: `share` 0 is `a`, 1 is `b`."""
    values: dict[str, Any] = {"name": a.name if share < 0.5 else b.name}
    for field in fields(Light):
        one, other = getattr(a, field.name), getattr(b, field.name)
        if isinstance(one, float):
            values[field.name] = one + (other - one) * share
        elif field.name != "name":
            values[field.name] = _mixed(one, other, share)
    return Light(**values)


def _mixed(a: Triple, b: Triple, share: float) -> Triple:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share)
