"""The tide rises and falls twice a day about the port's mean low and high water, in every replay alike."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from resources import locator
from tests.core import small_definition
from twin import port_definition
from twin.errors import PortDefinitionError
from twin.tide import Tide

JIANGYIN = Tide(0.69, 7.45, 119.2917)
MINUTE_MS = 60_000


def ms(*when: int) -> int:
    return int(dt.datetime(*when, tzinfo=dt.UTC).timestamp() * 1000)


def curve(days: float, start: int, step_min: int = 6) -> np.ndarray:
    return np.array([JIANGYIN.height_m(start + k * step_min * MINUTE_MS) for k in range(int(days * 1440 / step_min))])


def turns(height: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Heights of high and of low waters."""
    before, here, after = height[:-2], height[1:-1], height[2:]
    return here[(here > before) & (here >= after)], here[(here < before) & (here <= after)]


def test_over_a_year_high_and_low_waters_have_the_means_of_the_port() -> None:
    high, low = turns(curve(365.0, ms(2026, 1, 1)))
    assert high.mean() == pytest.approx(7.45, abs=0.02)
    assert low.mean() == pytest.approx(0.69, abs=0.02)
    assert len(high) / 365.0 == pytest.approx(1.932, abs=0.01), "one every twelve hours and twenty-five minutes"


def test_springs_follow_the_full_moon_and_neaps_the_half() -> None:
    full, half = ms(2026, 11, 24, 15), ms(2026, 11, 17, 12)
    spring, neap = np.ptp(curve(2.0, full)), np.ptp(curve(2.0, half))
    assert spring > 1.3 * neap


def test_the_sea_stays_within_what_the_layout_says_and_below_the_quay() -> None:
    layout = port_definition.load(locator.port_definition())
    assert layout.tide == JIANGYIN
    height = curve(365.0, ms(2026, 1, 1)) - JIANGYIN.mean_m + layout.sea_level_m
    assert layout.lowest_sea_m <= height.min()
    assert height.max() < -0.9, "below natural land, and the quay's edge at 0"


def test_the_same_instant_has_the_same_tide() -> None:
    at = ms(2026, 11, 21, 14, 3)
    assert JIANGYIN.height_m(at) == JIANGYIN.height_m(at)
    assert JIANGYIN.height_m(at) == pytest.approx(JIANGYIN.mean_m + JIANGYIN.above_mean_m(at))


def test_a_definition_whose_high_water_is_below_its_low_is_refused(tmp_path: Path) -> None:
    tables = small_definition.tables()
    tables["tide"] = {"mean_low_m": 1.0, "mean_high_m": 4.0}
    assert port_definition.load(small_definition.write(tmp_path, tables)).tide == Tide(1.0, 4.0, 119.2917)
    tables["tide"] = {"mean_low_m": 4.0, "mean_high_m": 1.0}
    with pytest.raises(PortDefinitionError, match="mean_high_m"):
        port_definition.load(small_definition.write(tmp_path, tables))
