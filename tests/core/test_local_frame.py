"""The local frame against published coordinates, an independent projection library, and itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.local_frame import LocalFrame

QUAY = (119.2917, 25.4133)


def test_the_quay_has_its_published_coordinates_in_the_national_grid() -> None:
    """CGCS2000, 3-degree zone 120 E (EPSG:4549): E 428 736.94, N 2 812 026.92, false easting 500 km."""
    x, y = LocalFrame(120.0, 0.0).to_local([QUAY[0]], [QUAY[1]])
    assert x[0] + 500_000.0 == pytest.approx(428_736.94, abs=0.01)
    assert y[0] == pytest.approx(2_812_026.92, abs=0.01)


def test_the_origin_is_zero_and_north_is_up() -> None:
    frame = LocalFrame(*QUAY)
    x, y = frame.to_local([QUAY[0], QUAY[0], QUAY[0] + 0.001], [QUAY[1], QUAY[1] + 0.001, QUAY[1]])
    np.testing.assert_allclose(x, [0.0, 0.0, 100.62], atol=0.02)
    np.testing.assert_allclose(y, [0.0, 110.78, 0.0], atol=0.02)


def test_an_independent_library_agrees_to_a_tenth_of_a_millimetre() -> None:
    pyproj = pytest.importorskip("pyproj")
    projection = f"+proj=tmerc +lat_0={QUAY[1]} +lon_0={QUAY[0]} +ellps=WGS84"
    theirs = pyproj.Transformer.from_crs("EPSG:4326", projection, always_xy=True)
    random = np.random.default_rng(7)
    lon, lat = QUAY[0] + random.uniform(-6, 6, 2000), QUAY[1] + random.uniform(-6, 6, 2000)
    x, y = LocalFrame(*QUAY).to_local(lon, lat)
    their_x, their_y = theirs.transform(lon, lat)
    np.testing.assert_allclose(x, their_x, atol=1e-4, rtol=0)
    np.testing.assert_allclose(y, their_y, atol=1e-4, rtol=0)
    back_lon, back_lat = LocalFrame(*QUAY).to_geographic(their_x, their_y)
    np.testing.assert_allclose(back_lon, lon, atol=1e-9, rtol=0)
    np.testing.assert_allclose(back_lat, lat, atol=1e-9, rtol=0)


@given(lon=st.floats(-180, 180), lat=st.floats(-80, 80), dx=st.floats(-3e5, 3e5), dy=st.floats(-3e5, 3e5))
def test_there_and_back_is_the_same_place_anywhere_on_earth(lon: float, lat: float, dx: float, dy: float) -> None:
    frame = LocalFrame(lon, lat)
    x, y = frame.to_local(*frame.to_geographic([dx], [dy]))
    assert x[0] == pytest.approx(dx, abs=1e-4)
    assert y[0] == pytest.approx(dy, abs=1e-4)


def test_the_date_line_is_no_border() -> None:
    x, _ = LocalFrame(179.999, 0.0).to_local([-179.999], [0.0])
    assert x[0] == pytest.approx(222.64, abs=0.01)
    lon, _ = LocalFrame(179.999, 0.0).to_geographic(x, [0.0])
    assert lon[0] == pytest.approx(-179.999)


@given(lon=st.floats(), lat=st.floats())
def test_garbage_in_gives_numbers_out_and_no_exception(lon: float, lat: float) -> None:
    x, y = LocalFrame(*QUAY).to_local([lon], [lat])
    assert x.shape == y.shape == (1,)
    if not (np.isfinite(lon) and np.isfinite(lat)):
        assert np.isnan(x[0]) or np.isnan(y[0])


def test_single_numbers_and_grids_keep_their_shape() -> None:
    frame = LocalFrame(*QUAY)
    assert frame.to_local(119.3, 25.4)[0].shape == ()
    assert frame.to_local(np.full((3, 4), 119.3), np.full((3, 4), 25.4))[1].shape == (3, 4)
    assert frame.to_geographic(np.zeros((0,)), np.zeros((0,)))[0].shape == (0,)


@pytest.mark.parametrize(("lon", "lat"), [(181.0, 0.0), (0.0, 91.0), (float("nan"), 0.0), (0.0, float("inf"))])
def test_an_origin_off_the_earth_is_refused(lon: float, lat: float) -> None:
    with pytest.raises(ValueError, match="not a longitude and latitude"):
        LocalFrame(lon, lat)
