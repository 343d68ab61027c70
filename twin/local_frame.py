"""The port's local frame: metres east and north of an origin, by a transverse Mercator on the WGS-84 ellipsoid.

Krueger's series in the third flattening n to the sixth order, as in C. F. F. Karney, "Transverse Mercator with an
accuracy of a few nanometers", Journal of Geodesy 85 (2011), equations 7-11, 35 and 36. The CGCS2000 ellipsoid differs
by 0.1 mm in its minor axis: the frame serves both. Scale 1 on the origin's meridian.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

SEMI_MAJOR_AXIS_M = 6_378_137.0
FLATTENING = 1.0 / 298.257223563

Floats = NDArray[np.float64]

_E = np.sqrt(FLATTENING * (2.0 - FLATTENING))
_N = FLATTENING / (2.0 - FLATTENING)
_POWERS = _N ** np.arange(1, 7)
_RADIUS = SEMI_MAJOR_AXIS_M / (1.0 + _N) * (1.0 + _N**2 / 4.0 + _N**4 / 64.0 + _N**6 / 256.0)

# Karney (35) and (36): rows are the coefficients of sin 2j, columns the powers n, n^2, ... n^6.
_ALPHA = np.array([
    [1 / 2, -2 / 3, 5 / 16, 41 / 180, -127 / 288, 7891 / 37800],
    [0, 13 / 48, -3 / 5, 557 / 1440, 281 / 630, -1983433 / 1935360],
    [0, 0, 61 / 240, -103 / 140, 15061 / 26880, 167603 / 181440],
    [0, 0, 0, 49561 / 161280, -179 / 168, 6601661 / 7257600],
    [0, 0, 0, 0, 34729 / 80640, -3418889 / 1995840],
    [0, 0, 0, 0, 0, 212378941 / 319334400],
]) @ _POWERS
_BETA = np.array([
    [1 / 2, -2 / 3, 37 / 96, -1 / 360, -81 / 512, 96199 / 604800],
    [0, 1 / 48, 1 / 15, -437 / 1440, 46 / 105, -1118711 / 3870720],
    [0, 0, 17 / 480, -37 / 840, -209 / 4480, 5569 / 90720],
    [0, 0, 0, 4397 / 161280, -11 / 504, -830251 / 7257600],
    [0, 0, 0, 0, 4583 / 161280, -108847 / 3991680],
    [0, 0, 0, 0, 0, 20648693 / 638668800],
]) @ _POWERS


def _series(coefficients: Floats, xi: Floats, eta: Floats) -> tuple[Floats, Floats]:
    """Real and imaginary part of the sum of c_j sin 2j(xi + i eta), by Clenshaw's recurrence: sine and cosine once."""
    sin, cos, sinh, cosh = np.sin(2.0 * xi), np.cos(2.0 * xi), np.sinh(2.0 * eta), np.cosh(2.0 * eta)
    twice_re, twice_im = 2.0 * cos * cosh, -2.0 * sin * sinh  # 2 cos 2z
    re, im, last_re, last_im = (np.zeros_like(sin) for _ in range(4))
    for c in coefficients[::-1]:
        re, im, last_re, last_im = (
            c + twice_re * re - twice_im * im - last_re, twice_re * im + twice_im * re - last_im, re, im)
    sin_re, sin_im = sin * cosh, cos * sinh
    return re * sin_re - im * sin_im, re * sin_im + im * sin_re


def _conformal(tan_lat: Floats) -> Floats:
    """Tangent of the conformal latitude from that of the geographic one (Karney 7-9)."""
    sigma = np.sinh(_E * np.arctanh(_E * tan_lat / np.hypot(1.0, tan_lat)))
    result: Floats = tan_lat * np.hypot(1.0, sigma) - sigma * np.hypot(1.0, tan_lat)
    return result


def _geographic(tan_conformal: Floats) -> Floats:
    """The inverse of `_conformal`, by Newton's method (Karney 19-21); converges in three steps to rounding."""
    tau = np.array(tan_conformal)
    for _ in range(4):
        error = tan_conformal - _conformal(tau)
        ratio = (1.0 + (1.0 - _E**2) * tau**2) / ((1.0 - _E**2) * np.hypot(1.0, tan_conformal) * np.hypot(1.0, tau))
        tau = tau + error * ratio
    return tau


class LocalFrame:
    """Conversion between longitude/latitude (degrees, WGS-84) and local x east, y north (metres).

    Meant for the surroundings of a port: a millimetre within hundreds of kilometres of the origin. Points a quarter of
    the globe away in longitude have no place in it and come out as NaN or infinity, never as an exception.
    """

    def __init__(self, origin_lon: float, origin_lat: float) -> None:
        if not (-180.0 <= origin_lon <= 180.0 and -89.0 <= origin_lat <= 89.0):
            raise ValueError(f"origin {origin_lon}, {origin_lat} is not a longitude and latitude")
        self.origin_lon = float(origin_lon)
        self.origin_lat = float(origin_lat)
        zero = np.zeros(1)
        self._northing = float(self._forward(zero, np.full(1, self.origin_lat))[1][0])

    def to_local(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
        """Local (x, y), metres, of longitudes and latitudes in degrees; shape as given."""
        with np.errstate(all="ignore"):
            difference = (np.asarray(lon, dtype=np.float64) - self.origin_lon + 180.0) % 360.0 - 180.0
            x, y = self._forward(difference, np.asarray(lat, dtype=np.float64))
        return x, y - self._northing

    def to_geographic(self, x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
        """Longitudes and latitudes, degrees, of local metres; shape as given."""
        with np.errstate(all="ignore"):
            eta = np.asarray(x, dtype=np.float64) / _RADIUS
            xi = (np.asarray(y, dtype=np.float64) + self._northing) / _RADIUS
            more_xi, more_eta = _series(_BETA, xi, eta)
            xi_p, eta_p = xi - more_xi, eta - more_eta
            tan_conformal = np.sin(xi_p) / np.hypot(np.sinh(eta_p), np.cos(xi_p))
            lon = self.origin_lon + np.degrees(np.arctan2(np.sinh(eta_p), np.cos(xi_p)))
            lat = np.degrees(np.arctan(_geographic(tan_conformal)))
        return (lon + 180.0) % 360.0 - 180.0, lat

    @staticmethod
    def _forward(difference_deg: Floats, lat_deg: Floats) -> tuple[Floats, Floats]:
        """Easting and northing from the equator (Karney 10, 11)."""
        lam = np.radians(difference_deg)
        tau = _conformal(np.tan(np.radians(lat_deg)))
        xi_p = np.arctan2(tau, np.cos(lam))
        eta_p = np.arcsinh(np.sin(lam) / np.hypot(tau, np.cos(lam)))
        more_xi, more_eta = _series(_ALPHA, xi_p, eta_p)
        return _RADIUS * (eta_p + more_eta), _RADIUS * (xi_p + more_xi)
