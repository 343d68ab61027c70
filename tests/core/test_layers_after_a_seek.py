"""After a seek the layers show the other time and nothing of this one: rows of the tables mean other things there."""

from __future__ import annotations

import numpy as np

from layers.layers import Layers
from tests.core.kept_past import KeptPast
from tests.core.small_port import small_port
from tests.core.test_keyframe import START, at_once
from tests.core.timeline import Story, number
from twin import keyframe
from twin.twin import Twin


def test_what_came_later_is_gone_and_what_was_there_stands_where_it_stood() -> None:
    twin = Twin(small_port())
    layers = Layers(twin.index, twin)
    story = Story()
    story.container("8:00", number(1))
    story.stands("8:00", "F1-01-01-1", number(1))
    story.fix("8:01", 40.0, 30.0, "闽A1")
    layers.update(twin.apply(at_once(story.records, START), START))
    early = keyframe.save(twin)
    later = Story()
    later.records += story.records  # so that ids go on
    later.container("9:00", number(2))
    later.stands("9:00", "F1-05-01-1", number(2))
    later.fix("9:01", 90.0, 90.0, "闽A1")
    later.fix("9:01", 10.0, 90.0, "闽B2")
    layers.update(twin.apply(at_once(later.records[3:], START + 60_000), START + 60_000))
    layers.advance(START + 60_000)
    assert layers.vehicles.shown.sum() == 2
    assert len(layers.containers.block(0).boxes) == 2
    before = layers.containers.block_revision[0], layers.vehicles.revision

    keyframe.restore(twin, early, KeptPast())
    layers.update(twin.apply([], START))
    layers.advance(START)
    assert layers.containers.block_revision[0] > before[0] and layers.vehicles.revision > before[1]
    assert len(layers.containers.block(0).boxes) == 1
    assert layers.vehicles.shown.sum() == 1
    np.testing.assert_allclose([layers.vehicles.x[0], layers.vehicles.y[0]], [40.0, 30.0], atol=0.05)
