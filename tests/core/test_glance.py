"""While a hand drags through time the twin holds what a picture shows, and hears nothing until it is whole again."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from layers.layers import Layers
from layers.session import Session
from tests.core.kept_past import KeptPast
from tests.core.small_port import small_port
from tests.core.test_keyframe import START, at_once
from tests.core.timeline import Story, number
from twin import keyframe
from twin.batch import Batch
from twin.rules.registry import make_rules
from twin.twin import Twin


class Nothing:
    """An inbox that must not be asked."""

    rows = 1
    reached = None

    def drain(self, max_rows: int) -> list[Batch]:
        raise AssertionError(f"{max_rows} rows were asked for")


@pytest.fixture
def told() -> tuple[Twin, keyframe.Keyframe]:
    """A twin an hour after a keyframe of it."""
    twin = Twin(small_port(), make_rules())
    story = Story()
    story.container("8:00", number(1))
    story.stands("8:00", "F1-01-01-1", number(1))
    story.fix("8:01", 40.0, 30.0, "闽A1")
    twin.apply(at_once(story.records, START), START)
    early = keyframe.save(twin)
    later = Story()
    later.records += story.records  # so that ids go on
    later.container("9:00", number(2))
    later.stands("9:00", "F1-05-01-1", number(2))
    later.fix("9:01", 90.0, 90.0, "闽A1")
    twin.apply(at_once(later.records[3:], START + 60_000), START + 60_000)
    return twin, early


def test_a_glance_shows_boxes_and_trucks_where_they_were(told: tuple[Twin, keyframe.Keyframe]) -> None:
    twin, early = told
    layers = Layers(twin.index, twin)
    session = Session(Nothing(), twin, layers, lambda: ())
    keyframe.show(twin, early)
    assert (twin.at_a_glance, twin.now) == (True, START)
    session.step(START, 1.0, lambda: 0.0)
    layers.advance(START)
    assert len(layers.containers.block(0).boxes) == 1
    np.testing.assert_allclose([layers.vehicles.x[0], layers.vehicles.y[0]], [40.0, 30.0], atol=0.05)
    assert layers.vehicles.age_ms.tolist() == [START - int(twin.movers.observed_at[0])], "with its age"


def test_nothing_is_heard_at_a_glance_and_all_goes_on_once_it_is_whole(told: tuple[Twin, keyframe.Keyframe]) -> None:
    twin, early = told
    keyframe.show(twin, early)
    with pytest.raises(RuntimeError, match="glance"):
        twin.apply([], START + 1_000)
    keyframe.restore(twin, early, KeptPast())
    assert not twin.at_a_glance
    assert twin.apply([], START + 1_000).now == START + 1_000


def test_what_cannot_be_shown_leaves_the_twin_as_it_was(told: tuple[Twin, keyframe.Keyframe]) -> None:
    twin, early = told
    epoch, now = twin.epoch, twin.now
    with pytest.raises(keyframe.KeyframeError, match="version"):
        keyframe.show(twin, dataclasses.replace(early, version=1))
    with pytest.raises(keyframe.KeyframeError, match="lacks"):
        keyframe.show(twin, dataclasses.replace(early, columns={}))
    assert (twin.epoch, twin.now, twin.at_a_glance, twin.containers.count) == (epoch, now, False, 2)
