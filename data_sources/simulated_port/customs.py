"""The customs side of the simulated port as one face: clearance, seals, transit, devices, patrol, incidents."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

import simpy

from data_sources.simulated_port import scenario as scenarios
from data_sources.simulated_port.clearance import Clearance
from data_sources.simulated_port.devices import Devices
from data_sources.simulated_port.fixes import Fixes
from data_sources.simulated_port.incidents.stage import Stage
from data_sources.simulated_port.patrol import Patrol
from data_sources.simulated_port.scenario import Scenario
from data_sources.simulated_port.seals import Seals
from data_sources.simulated_port.transit import Transit
from data_sources.simulated_port.truth import Truth
from twin.records import Trade

if TYPE_CHECKING:
    from data_sources.simulated_port.operations import Operations
    from data_sources.simulated_port.world import Box, World

SEALS_STANDING = 1_800
"""Sealed containers in the yard at the start, in a yard of full size."""

_SEALED_AT_MOST = 0.35  # of the full import containers standing

_SEALED_SHARE = 0.25  # of full import containers that land
_YARD_OFFICER = "堆场关员"


class Customs:
    """What operations, the API and a trainer know of the customs.

    Raises ScenarioError if a line of the scenario does not fit the port.
    """

    def __init__(self, world: World, operations: Operations, scenario: Scenario | None = None) -> None:
        self._world = world
        self._stream = world.stream("customs.sealing")
        (scenario or scenarios.EMPTY).check(world.layout, world.base_ms)
        self.clearance = Clearance(world, operations)
        self.seals = Seals(world, operations)
        self.transit = Transit(world, operations, self.clearance, self.seals)
        self.devices = Devices(world, operations)
        self.truth = Truth()
        self.patrol = Patrol(world, operations, self.truth)
        self.clearance.inspections.seals = self.seals
        self._standing: list[Box] = []
        world.env.process(self._begin())
        stage = Stage(world, operations, self.clearance, self.seals, self.transit, self.devices, self.truth)
        for incident in (scenario or scenarios.EMPTY).incidents:
            world.env.process(stage.run(incident))

    # What operations call

    def announce(self, box: Box) -> None:
        """A container will come by vessel or by road."""
        self.clearance.announce(box)

    def initial(self, box: Box) -> None:
        """A container stands in the yard when the world starts. Its past is told as time begins, with all others'."""
        self._standing.append(box)

    def initial_all(self, boxes: Sequence[Box]) -> None:
        """Containers stand in the yard when the world starts: their past is told, and some get seals."""
        self._standing.extend(boxes)
        self._tell_standing()

    def landed(self, box: Box) -> None:
        """A container now stands in the yard."""
        self.clearance.landed(box)
        if _may_be_sealed(box) and self._stream.random() < _SEALED_SHARE:
            self.seals.lock(box, _YARD_OFFICER, box.declaration)

    def release(self, box: Box) -> simpy.Event:
        """The event that succeeds when a container may leave."""
        self._tell_standing()
        return self.clearance.release(box)

    def loaded(self, box: Box) -> None:
        """A container was loaded onto its vessel."""
        self.seals.remove(box)
        self.clearance.loaded(box)

    def gone(self, box: Box) -> None:
        """A container left by the gate, or sailed."""
        self.seals.remove(box)
        self.clearance.gone(box)

    def fixes(self, at_ms: int) -> list[Fixes]:
        """Fixes of seals, officers and disturbed receivers due at an instant."""
        return [self.seals.fixes(at_ms), self.patrol.fixes(at_ms), self.devices.fixes(at_ms)]

    # What the API calls

    def finding(self, subject: str, at_ms: int) -> str:
        """What the patrol finds when it looks at a subject: the truth, in words."""
        return self.patrol.finding(subject, at_ms)

    def dispatch(self, subject: str) -> str | None:
        """Sends the nearest free officer to a subject; the officer's id, None if the subject has no place."""
        return self.patrol.dispatch(subject)

    def _begin(self) -> Generator[simpy.Event, Any, None]:
        """As time begins: the past of what stands in the yard, and the seals on it."""
        self._tell_standing()
        yield self._world.env.timeout(0.0)

    def _tell_standing(self) -> None:
        if not self._standing:
            return
        boxes, self._standing = self._standing, []
        self.clearance.initial_all(boxes)
        sealable = [b for b in boxes if _may_be_sealed(b)]
        count = min(SEALS_STANDING, round(_SEALED_AT_MOST * len(sealable)))
        rows = sorted(self._stream.choice(len(sealable), count, replace=False).tolist()) if count else []
        self.seals.lock_all([sealable[row] for row in rows], _YARD_OFFICER)


def _may_be_sealed(box: Box) -> bool:
    return box.full and box.flow == "import" and box.trade == Trade.FOREIGN and box.seal is None
