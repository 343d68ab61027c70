"""Coordinate systems of positions: everything becomes WGS-84 at intake, and the batch's `datum` column says so.

GCJ-02 is the shifted system of Chinese maps and of many vehicle terminals: at Jiangyin's quay it lies 567 m off. Its
formulae are not published officially; those here are the ones on which the open libraries agree (eviltransform by
googollee, coordtransform by wandergis, both MIT, gcoord, prcoords), on the Krasovsky 1940 ellipsoid. There is no closed
inverse: `gcj02_to_wgs84` iterates until nothing moves. CGCS2000 and WGS-84 differ by less than a metre (both ITRF
realisations; PROJ treats EPSG:4490 to EPSG:4326 as a null transformation), so it is only relabelled.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.batch import Batch
from twin.records import Datum

Degrees = NDArray[np.float64]

_SEMI_MAJOR_M = 6_378_245.0  # Krasovsky 1940
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271  # box outside of which nothing is shifted
_ROUNDS = 12  # the error shrinks by about a thousand a round; two are enough for a centimetre
_STILL_DEG = 1e-10


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Degrees, Degrees]:
    """Shifted positions of true ones. Shapes (N,), degrees; points outside China's box come back unchanged."""
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    inside = _in_china(lon, lat)
    d_lon, d_lat = _shift(lon, lat)
    return lon + np.where(inside, d_lon, 0.0), lat + np.where(inside, d_lat, 0.0)


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Degrees, Degrees]:
    """True positions of shifted ones, to well under a millimetre. Shapes (N,), degrees; outside China unchanged."""
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    inside = _in_china(lon, lat)
    true_lon, true_lat = lon, lat
    for _ in range(_ROUNDS):
        d_lon, d_lat = _shift(true_lon, true_lat)
        next_lon, next_lat = lon - np.where(inside, d_lon, 0.0), lat - np.where(inside, d_lat, 0.0)
        moved = np.maximum(np.abs(next_lon - true_lon), np.abs(next_lat - true_lat))
        true_lon, true_lat = next_lon, next_lat
        if not np.any(moved > _STILL_DEG):  # also ends on nothing but NaN
            break
    return true_lon, true_lat


def to_wgs84(batch: Batch) -> Batch:
    """The batch with `lon`, `lat` in WGS-84 and `datum` saying so; batches without positions come back as they are."""
    if "datum" not in batch.columns:
        return batch
    datum = batch["datum"]
    if np.all(datum == Datum.WGS84):
        return batch
    columns: dict[str, NDArray[Any]] = dict(batch.columns)
    shifted = np.asarray(datum == Datum.GCJ02, dtype=np.bool_)
    if shifted.any():
        lon, lat = batch["lon"].copy(), batch["lat"].copy()
        lon[shifted], lat[shifted] = gcj02_to_wgs84(lon[shifted], lat[shifted])
        columns["lon"], columns["lat"] = lon, lat
    columns["datum"] = np.empty(len(batch), dtype=object)
    columns["datum"].fill(Datum.WGS84)  # numpy.full would make it plain text
    return Batch(batch.kind, columns)


def _in_china(lon: Degrees, lat: Degrees) -> NDArray[np.bool_]:
    return (lon >= _WEST) & (lon <= _EAST) & (lat >= _SOUTH) & (lat <= _NORTH)


def _shift(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """The shift GCJ-02 adds at true positions, degrees of longitude and latitude."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    common = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    phi = np.radians(lat)
    magic = 1.0 - _ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    root_magic = np.sqrt(magic)
    meridian_m = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / (magic * root_magic)
    parallel_m = _SEMI_MAJOR_M / root_magic * np.cos(phi)
    with np.errstate(divide="ignore", invalid="ignore"):  # the poles lie outside the box anyway
        return np.degrees(east / parallel_m), np.degrees(north / meridian_m)
