"""A truck's fix in GCJ-02 stands where the truck stands, not 567 m beside it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources.datum import gcj02_to_wgs84, to_wgs84, wgs84_to_gcj02
from tests.feeds.trade import fix, seal_event
from twin.batch import batch_of
from twin.records import Datum, Kind

# WGS-84 lat, lon and the GCJ-02 lat, lon on which eviltransform, gcoord, coordtransform, prcoords and coord_convert
# agree to a centimetre (test vectors of googollee/eviltransform and a run of the five libraries).
AGREED = {
    "Jiangyin quay": (25.4133, 119.2917, 25.41053750932292, 119.29644358765673),
    "anchorage M1": (25.221944, 119.682778, 25.219096155480063, 119.68724081777984),
    "Pingtan": (25.503, 119.79, 25.500159913235155, 119.79445643923964),
    "Shanghai": (31.1774276, 121.5272106, 31.17530398364597, 121.531541859215),
    "Shenzhen": (22.543847, 113.912316, 22.540796131694766, 113.9171764808363),
    "Beijing": (39.911954, 116.377817, 39.91334545536069, 116.38404722455657),
    "Denver, not shifted": (39.7392, -104.9903, 39.7392, -104.9903),
}
VECTORS = Path(__file__).parents[3] / "shared" / "vectors" / "geo" / "gcj02_bd09_vectors.json"
METRES_A_DEGREE = 111_320.0


def metres_apart(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    return float(np.hypot((lon_a - lon_b) * np.cos(np.radians(lat_a)), lat_a - lat_b) * METRES_A_DEGREE)


@pytest.mark.parametrize(("lat", "lon", "gcj_lat", "gcj_lon"), AGREED.values(), ids=AGREED.keys())
def test_shift_and_back_agree_with_five_libraries(lat: float, lon: float, gcj_lat: float, gcj_lon: float) -> None:
    shifted_lon, shifted_lat = wgs84_to_gcj02([lon], [lat])
    assert metres_apart(shifted_lon[0], shifted_lat[0], gcj_lon, gcj_lat) < 0.02
    back_lon, back_lat = gcj02_to_wgs84([gcj_lon], [gcj_lat])
    assert metres_apart(back_lon[0], back_lat[0], lon, lat) < 0.02


def test_the_shift_at_the_quay_is_what_port_surveyors_know() -> None:
    lon, lat = wgs84_to_gcj02([119.2917], [25.4133])
    assert metres_apart(lon[0], lat[0], 119.2917, 25.4133) == pytest.approx(567.5, abs=1.5)


def test_the_whole_folder_of_vectors_where_it_is_at_hand() -> None:
    if not VECTORS.exists():
        pytest.skip("shared vectors are not on this machine; the typed-in points above cover the formulae")
    points = json.loads(VECTORS.read_text(encoding="utf-8"))["cross_library"]
    assert points
    for point in points:
        (lat, lon), (gcj_lat, gcj_lon) = point["wgs84"], point["gcj_median"]
        shifted_lon, shifted_lat = wgs84_to_gcj02([lon], [lat])
        assert metres_apart(shifted_lon[0], shifted_lat[0], gcj_lon, gcj_lat) < 0.02, point["name"]
        back_lon, back_lat = gcj02_to_wgs84([gcj_lon], [gcj_lat])
        assert metres_apart(back_lon[0], back_lat[0], lon, lat) < 0.02, point["name"]


@given(st.lists(st.tuples(st.floats(100.0, 125.0), st.floats(20.0, 45.0)), min_size=1, max_size=50))
def test_there_and_back_again_is_the_same_place(points: list[tuple[float, float]]) -> None:
    lon, lat = np.array(points).T
    back_lon, back_lat = gcj02_to_wgs84(*wgs84_to_gcj02(lon, lat))
    assert np.allclose(back_lon, lon, atol=1e-8, rtol=0)
    assert np.allclose(back_lat, lat, atol=1e-8, rtol=0)


def test_a_mixed_batch_is_wgs84_afterwards_and_says_so() -> None:
    gcj_lat, gcj_lon = 25.41053750932292, 119.29644358765673
    batch = batch_of(Kind.POSITION, [
        fix("闽A1", 0, lon=119.2917, lat=25.4133),
        fix("闽A2", 0, lon=gcj_lon, lat=gcj_lat, datum=Datum.GCJ02),
        fix("闽A3", 0, lon=119.2917, lat=25.4133, datum=Datum.CGCS2000),
    ], received_at=0)
    out = to_wgs84(batch)
    assert all(datum is Datum.WGS84 for datum in out["datum"])
    for row in range(3):
        assert metres_apart(out["lon"][row], out["lat"][row], 119.2917, 25.4133) < 0.02
    again = to_wgs84(out)
    assert again is out, "a second pass must not shift again"


def test_a_seal_without_a_fix_keeps_its_event() -> None:
    batch = batch_of(Kind.SEAL_EVENT, [seal_event("S1", 0, lon=np.nan, lat=np.nan, datum=Datum.GCJ02)], received_at=0)
    out = to_wgs84(batch)
    assert len(out) == 1
    assert np.isnan(out["lon"][0])


def test_kinds_without_positions_pass_untouched() -> None:
    batch = batch_of(Kind.MOVE, [], received_at=0)
    assert to_wgs84(batch) is batch
