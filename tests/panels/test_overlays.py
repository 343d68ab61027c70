"""What lies over the 3D view: scale, breadcrumb, minimap and yard card tell what the scene shows."""

from __future__ import annotations

import math

import pytest

from tests.core.timeline import Story, at


@pytest.mark.parametrize("metres_per_pixel", [0.0, -1.0, math.nan, math.inf])
def test_before_the_first_picture_the_scale_waits_for_a_size(office, open_window, metres_per_pixel):
    window = open_window(office(Story(), at("8:10")))
    bar = window.scene.scale._bar
    window.scene.scale.show_view(1.5, 30.0)
    before = (bar._metres, bar._width)
    window.scene.scale.show_view(metres_per_pixel, 30.0)
    assert (bar._metres, bar._width) == before


@pytest.mark.parametrize(("metres_per_pixel", "metres"), [(1.5, 100.0), (0.02, 2.0), (40.0, 2000.0), (1e-7, 1e-5)])
def test_the_scale_bar_is_a_round_length_that_fits(office, open_window, metres_per_pixel, metres):
    window = open_window(office(Story(), at("8:10")))
    bar = window.scene.scale._bar
    window.scene.scale.show_view(metres_per_pixel, 30.0)
    assert bar._metres == pytest.approx(metres)
    assert bar._width == pytest.approx(metres / metres_per_pixel, abs=1.0)
