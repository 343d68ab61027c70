"""Boxes on deck stand where their stowage position says, beside one another and clear of the accommodation."""

from __future__ import annotations

import numpy as np
import pytest

from layers.stowage import HullPlan, stow


def positions(plan: HullPlan, tiers: int = 3) -> np.ndarray:
    rows = range(0 if plan.rows % 2 else 1, plan.rows + (0 if plan.rows % 2 else 1))
    return np.array([
        bay * 10_000 + row * 100 + 82 + 2 * tier
        for bay in range(2, 2 * plan.bays, 4) for row in rows for tier in range(tiers)])


SHIPS = [(400.0, 61.5), (366.0, 51.0), (300.0, 40.0), (182.0, 28.0), (98.0, 15.8)]


@pytest.mark.parametrize(("length_m", "beam_m"), SHIPS)
def test_no_two_boxes_of_a_full_deck_share_a_place(length_m: float, beam_m: float) -> None:
    plan = HullPlan(length_m, beam_m)
    slots = positions(plan)
    placed = stow(plan, slots, np.full(len(slots), 2.591))
    assert len(placed.on_deck) == len(slots)
    assert len(np.unique(np.round(placed.place, 2), axis=0)) == len(slots)


@pytest.mark.parametrize(("length_m", "beam_m"), SHIPS)
def test_cargo_stays_within_the_hull_and_off_the_house(length_m: float, beam_m: float) -> None:
    plan = HullPlan(length_m, beam_m)
    slots = positions(plan)
    place = stow(plan, slots, np.full(len(slots), 2.591)).place
    assert np.abs(place[:, 1]).max() + 1.2 <= 0.5 * beam_m + 0.2
    assert np.abs(place[:, 0]).max() + 6.1 <= 0.5 * length_m
    assert np.abs(place[:, 0] - plan.house_at_m).min() >= 0.5 * plan.house_length_m


def test_odd_rows_are_to_starboard_even_ones_to_port() -> None:
    place = stow(HullPlan(300.0, 40.0), np.array([20182, 20282, 20082]), np.full(3, 2.591)).place
    assert place[0, 1] > 0.0 > place[1, 1]
    assert place[2, 1] == 0.0


def test_boxes_in_the_hold_are_under_the_hatch_covers() -> None:
    found = stow(HullPlan(300.0, 40.0), np.array([20002, 20182]), np.full(2, 2.591))
    assert found.on_deck.tolist() == [1]
