"""Barriers of the gates: down before a truck at the stop line, up for one that was let go, down behind it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from scene.quality import SOFTWARE
from scene.scene import Scene
from tests.harbour import NOW, Harbour
from twin.port_index import PortIndex
from twin.port_layout import GateLane

HALF_M = 8.0  # of a road truck
SECOND = 1000


class Gate:
    """Jiangyin's first gate and a truck in its second lane."""

    def __init__(self, index: PortIndex) -> None:
        self.harbour = Harbour(index.layout)
        self.harbour.index = index
        self.scene = Scene(index, self.harbour.layers, SOFTWARE)
        lanes = [lane for gate in index.layout.gates for lane in gate.lanes]
        self.number = 1
        self.lane: GateLane = lanes[self.number]
        self.now = NOW

    def truck(self, nose_m: float) -> None:
        """Puts the truck's nose so far past the stop line and lets the scene look, two seconds later."""
        angle = np.radians(self.lane.heading_deg)
        way = np.array([np.sin(angle), np.cos(angle)])
        x, y = np.asarray(self.lane.stop) + way * (nose_m - HALF_M)
        self.now += 5 * SECOND
        self.harbour.now = self.now
        row = self.harbour.drive("闽A12345", float(x), float(y), self.lane.heading_deg)
        self.harbour.step(movers=[row])
        for _ in range(4):
            self.now += 2 * SECOND
            self.scene.sync(self.now)

    @property
    def up(self) -> np.ndarray:
        return self.scene.model.gates.open_share


@pytest.fixture
def gate(jiangyin_index: PortIndex) -> Iterator[Gate]:
    made = Gate(jiangyin_index)
    yield made
    made.scene.close()


def test_a_bar_rises_for_a_truck_that_was_let_go_and_falls_behind_it(gate: Gate) -> None:
    gate.scene.sync(gate.now)
    assert (gate.up == 0.0).all(), "all closed"
    gate.truck(0.0)
    assert gate.up[gate.number] == 0.0, "it waits at the stop line"
    gate.truck(3.0)
    assert gate.up[gate.number] == 1.0
    assert gate.up.sum() == 1.0, "in its lane alone"
    gate.truck(12.0)
    assert gate.up[gate.number] == 1.0, "its trailer is still under the bar"
    gate.truck(40.0)
    assert gate.up[gate.number] == 0.0


def test_a_bar_takes_its_time(gate: Gate) -> None:
    gate.truck(0.0)
    angle = np.radians(gate.lane.heading_deg)
    x, y = np.asarray(gate.lane.stop) + np.array([np.sin(angle), np.cos(angle)]) * (3.0 - HALF_M)
    row = gate.harbour.drive("闽A99999", float(x), float(y), gate.lane.heading_deg)
    gate.harbour.step(movers=[row])
    gate.scene.sync(gate.now + SECOND // 2)
    assert 0.1 < gate.up[gate.number] < 0.9
    gate.scene.sync(gate.now + 3 * SECOND)
    assert gate.up[gate.number] == 1.0


def test_an_open_bar_stands_upright_over_its_post(gate: Gate) -> None:
    gate.truck(3.0)
    bars = [a for a in gate.scene.model.gates.actors if a.GetPosition()[2] > 0.5]
    heights = [bar.GetBounds()[5] for bar in bars]
    assert max(heights) > 3.5
    assert sorted(heights)[-2] < 1.6, "the others lie flat"
    raised = bars[int(np.argmax(heights))]
    assert np.hypot(*(np.array(raised.GetPosition()[:2]) - gate.lane.stop)) < 6.0
