"""All layers of one session, brought up to date from what the twin says changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from layers.containers import ContainersLayer
from layers.cranes import CranesLayer
from layers.event_log import EventLog
from layers.fences import FencesLayer
from layers.heat import HeatLayer
from layers.legend import LegendEntry, legend
from layers.palette import ColourMode
from layers.pins import PinsLayer
from layers.places import Place, Places
from layers.seals import SealsLayer
from layers.selection import Selection, SelectionState
from layers.skyline import Skyline
from layers.tools import Tools
from layers.trails import TrailsLayer
from layers.vehicles import VehiclesLayer
from layers.vessels import VesselsLayer
from layers.view import ViewRequest
from layers.warnings import WarningsLayer

if TYPE_CHECKING:
    from twin.events import Delta
    from twin.port_index import PortIndex
    from twin.twin import Twin


class Layers:
    """What is to be seen of a port. `update` takes what changed, `advance` moves things to an instant.

    Each layer's `revision` (and `moved_revision`, where things move) tells viewers when to look again.
    """

    def __init__(self, index: PortIndex, twin: Twin) -> None:
        layout = index.layout
        self.index = index
        self.containers = ContainersLayer(layout.blocks, twin.containers)
        self.vehicles = VehiclesLayer(twin.movers, twin.containers)
        self.vessels = VesselsLayer(twin.vessels, twin.movers, layout.sea_level_m, layout.tide)
        self.cranes = CranesLayer(layout, twin.cranes)
        self.seals = SealsLayer(twin.seals, twin.containers, self.containers, self.vehicles)
        self.fences = FencesLayer(layout.fences)
        self.warnings = WarningsLayer()
        self.trails = TrailsLayer(twin.movers)
        self.heat = HeatLayer(layout, twin.containers, twin.movers, self.warnings)
        self.pins = PinsLayer()
        self.events = EventLog()
        self.selection = SelectionState()
        self.view = ViewRequest()
        self.tools = Tools()
        self.skyline = Skyline(layout, self.containers)
        self.places = Places(layout, self.containers, self.vehicles, self.vessels, self.cranes,
                             (twin.containers, twin.movers, twin.seals))
        self.twin = twin
        self._epoch: int | None = None

    def update(self, delta: Delta) -> None:
        """Take over one step of the twin; touches only what it names. After a seek (another epoch) nothing glides."""
        snap = delta.epoch != self._epoch
        # as numpy counts: each of many look-ups would turn them into that
        containers, movers, cranes = (rows.astype(np.intp) for rows in (delta.containers, delta.movers, delta.cranes))
        if snap:
            if self._epoch is not None:
                self.vehicles.forget()
                self.vessels.forget()
                self.events.forget()
            self._epoch = delta.epoch
            containers = np.arange(len(self.twin.containers.number))
            movers = np.arange(len(self.twin.movers.id))
            cranes = np.arange(len(self.cranes.cranes))
        self.events.take(delta.events)
        self.containers.update(containers)
        self.vehicles.update(movers, delta.now, snap=snap)
        self.trails.update(movers, delta.now, snap=snap)
        self.heat.note(movers, delta.now, snap=snap)
        if len(delta.vessels) or len(movers):
            self.vessels.update(delta.now, snap=snap)
        self.cranes.update(cranes, delta.now, snap=snap)
        self.seals.update(delta.seals if not snap else np.arange(len(self.twin.seals.id)))
        if snap:
            self.warnings.reset(self.twin.warnings.open())
            self._tell_warnings()
        elif delta.warnings:
            self.warnings.update(delta.warnings)
            self._tell_warnings()

    def _tell_warnings(self) -> None:
        """Fences and containers show what lies on them."""
        self.fences.update(self.warnings.warnings)
        rows = np.array([self._warned(w.id) for w in self.warnings.warnings], dtype=np.int64)
        self.containers.set_warned(rows[rows >= 0], self.warnings.severity[rows >= 0])

    def _warned(self, warning_id: str) -> int:
        subject = self.warnings.subject_of(warning_id)
        known = self.twin.containers.row_of
        return known.get(subject.id, -1) if subject is not None and subject.kind == "container" else -1

    def advance(self, now: int) -> None:
        """Bring everything that moves to its place at `now` (ms UTC of the session's clock); call before drawing."""
        self.containers.advance(now)
        self.vehicles.advance(now)
        self.vessels.advance(now)
        self.cranes.advance(now)
        self.seals.advance()
        self.warnings.advance(self.places)
        self.trails.advance(now)
        self.heat.advance(now)
        self.pins.advance(now)

    def place_of(self, selection: Selection) -> Place | None:
        """The box around an object, None when it is unknown or nowhere."""
        return self.places.of(selection, self.warnings)

    def legend(self, mode: ColourMode | str | None = None) -> tuple[LegendEntry, ...]:
        """Entries of the colour key, the current mode's by default."""
        return legend(self.containers, mode)
