"""Where the sun stands: for the light of the scene and for day and night on the timeline."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Degrees = NDArray[np.float64]


def sun_positions(at: NDArray[np.int64], lon_deg: float, lat_deg: float) -> tuple[Degrees, Degrees]:
    """Azimuth, degrees clockwise from north, and elevation above the horizon, degrees, of the sun at instants (ms UTC)
    and a place. Shapes (N,).

    The low-precision formula of the Astronomical Almanac after J. J. Michalsky, Solar Energy 40 (1988) 227-235: good
    to 0.01 degrees between 1950 and 2050; refraction is left out.
    """
    days = np.asarray(at, dtype=np.float64) / 86_400_000.0 + 2_440_587.5 - 2_451_545.0  # since noon of 1 January 2000
    mean_longitude = np.radians((280.460 + 0.985_647_4 * days) % 360.0)
    anomaly = np.radians((357.528 + 0.985_600_3 * days) % 360.0)
    longitude = mean_longitude + np.radians(1.915 * np.sin(anomaly) + 0.020 * np.sin(2.0 * anomaly))
    obliquity = np.radians(23.439 - 4.0e-7 * days)
    ascension = np.arctan2(np.cos(obliquity) * np.sin(longitude), np.cos(longitude))
    declination = np.arcsin(np.sin(obliquity) * np.sin(longitude))
    share = (days + 0.5) % 1.0  # of the day, UTC
    hours = 6.697_375 + 0.065_709_824_2 * (days - share) + 1.002_737_909 * 24.0 * share
    hour_angle = np.radians((hours * 15.0 + lon_deg) % 360.0) - ascension
    latitude = np.radians(lat_deg)
    sin_elevation = (np.sin(declination) * np.sin(latitude)
                     + np.cos(declination) * np.cos(latitude) * np.cos(hour_angle))
    azimuth = np.arctan2(-np.sin(hour_angle) * np.cos(declination),
                         np.sin(declination) * np.cos(latitude)
                         - np.cos(declination) * np.sin(latitude) * np.cos(hour_angle))
    return np.degrees(azimuth) % 360.0, np.degrees(np.arcsin(np.clip(sin_elevation, -1.0, 1.0)))


def sun_position(now_ms: int, lon_deg: float, lat_deg: float) -> tuple[float, float]:
    """`sun_positions` at one instant."""
    azimuth, elevation = sun_positions(np.array([now_ms]), lon_deg, lat_deg)
    return float(azimuth[0]), float(elevation[0])
