"""The tide at a port: four main constituents, scaled to its mean high and mean low water.

Speeds and astronomical arguments: Schureman, Manual of Harmonic Analysis and Prediction of Tides (US C&GS Special
Publication 98, 1958), table 2; mean longitudes of moon and sun at J2000 from Meeus, Astronomical Algorithms, 2nd ed.,
chapters 25 and 47. The shares of the constituents and their lags are usual ones of the Fujian coast, not those of a
gauge: heights are schematic, right in range and rhythm, not for navigation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

_J2000_MS: Final = 946_728_000_000  # 2000-01-01 12:00 UTC
_HOUR_MS: Final = 3_600_000.0
_MOON_DEG, _SUN_DEG = 218.3165, 280.4665  # mean longitudes at J2000
_MOON_SPEED, _SUN_SPEED = 0.54901653, 0.04106864  # degrees an hour

# Share of the half range, and how far it lags behind the moon and the sun, degrees.
_M2: Final = (0.9827, 330.0)  # high water some eleven hours after the moon's transit
_S2: Final = (0.2359, 8.0)  # springs a day and a half after new and full moon
_K1: Final = (0.0853, 280.0)
_O1: Final = (0.0703, 245.0)


@dataclass(frozen=True, slots=True)
class Tide:
    """Mean low and mean high water of a port, metres above its chart datum, and where it lies."""

    mean_low_m: float
    mean_high_m: float
    lon_deg: float = 0.0

    @property
    def mean_m(self) -> float:
        """Mean sea level above chart datum, metres."""
        return 0.5 * (self.mean_low_m + self.mean_high_m)

    @property
    def most_m(self) -> float:
        """The sea never stands further from its mean level, above or below, metres."""
        return 0.5 * (self.mean_high_m - self.mean_low_m) * sum(share for share, _ in (_M2, _S2, _K1, _O1))

    def above_mean_m(self, now_ms: int) -> float:
        """How far the sea stands above its mean level at an instant (ms UTC), metres: the same for the same instant."""
        hours = (now_ms - _J2000_MS) / _HOUR_MS
        moon = _MOON_DEG + _MOON_SPEED * hours
        sun = _SUN_DEG + _SUN_SPEED * hours
        day = 15.0 * (hours + 12.0) + self.lon_deg  # local mean time, as an angle from midnight
        total = 0.0
        for (share, lag), argument in (
            (_M2, 2.0 * (day + sun - moon)), (_S2, 2.0 * day), (_K1, day + sun - 90.0),
            (_O1, day - 2.0 * moon + sun + 90.0),
        ):
            total += share * math.cos(math.radians((argument - lag) % 360.0))
        return 0.5 * (self.mean_high_m - self.mean_low_m) * total

    def height_m(self, now_ms: int) -> float:
        """Height of the tide above chart datum, metres."""
        return self.mean_m + self.above_mean_m(now_ms)
