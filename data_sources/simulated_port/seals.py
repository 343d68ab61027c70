"""Electronic seals of the simulated customs: who carries which, their events, their positions, their drifting clocks.

A seal goes with its container: its position is the container's. Seals are locked at a dry port or on landing and
opened with authority at the gate or at the inspection site. Events carry the time of the seal's own clock; how far it
is off stands beside it, as the platform estimates it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from data_sources.simulated_port import fixes
from data_sources.simulated_port.fixes import Fixes
from twin.records import Datum, EntityKind, SealEvent, SealEventKind

if TYPE_CHECKING:
    from data_sources.simulated_port.operations import Operations
    from data_sources.simulated_port.world import Box, World

SOURCE = "seal"
REPORT_MS = 30_000
"""A seal reports its position this often."""

HEARTBEAT_S = 3_600.0
_POOL = 9_999
_DAY_MS = 86_400_000
_LOW_BATTERY_PER_DAY = 0.002  # share of the seals in use
_MINUTE_S = 60.0
_ACCURACY_M = 4.0

Fix = tuple[float, float, float, float]  # x, y metres; speed m/s; course degrees


class Seals:
    """All electronic seals of the port."""

    def __init__(self, world: World, operations: Operations) -> None:
        self._world = world
        self._operations = operations
        self._stream = world.stream("seals")
        clocks = world.stream("seals.clocks")
        self._offset_s = clocks.normal(0.0, 1.5, _POOL + 1)  # at the start, by the seal's number
        self._drift_s_per_day = clocks.normal(0.0, 0.8, _POOL + 1)
        self._free = clocks.permutation(np.arange(1, _POOL + 1)).tolist()
        self._carried: dict[str, str] = {}
        self._low: set[str] = set()
        self._silent: set[str] = set()
        self._sampled_to: int | None = None
        self._reporting: tuple[list[str], NDArray[np.int64]] | None = None  # seals that report, and their phases, ms
        self.underway: Callable[[str, int], Fix | None] | None = None  # where a container outside the port is
        world.env.process(self._heartbeats())

    def __len__(self) -> int:
        return len(self._carried)

    @property
    def carried(self) -> Mapping[str, str]:
        """Container number by seal in use."""
        return self._carried

    def attach(self, box: Box) -> str:
        """Puts a seal from the stock on a container, without a record yet. Returns the seal's number."""
        seal = f"JY-{self._free.pop():06d}"
        self._reporting = None
        box.seal = seal
        self._carried[seal] = box.number
        return seal

    def lock(self, box: Box, by: str, authority: str | None, at_ms: int | None = None,
             place: tuple[float, float] | None = None) -> str:
        """Locks a seal on a container (a new one if it has none) and tells so. Returns the seal's number.

        at_ms: when, now if None. place: longitude and latitude if it is not where the container is known to be.
        """
        seal = box.seal or self.attach(box)
        self.tell(seal, box.number, SealEventKind.LOCKED, by, authority, at_ms, place)
        return seal

    def lock_all(self, boxes: Sequence[Box], by: str) -> None:
        """Locks new seals on many containers at once, each under its declaration, and tells so."""
        found = self._operations.locate([box.number for box in boxes])
        lon, lat = self._world.index.frame.to_geographic(found["x"], found["y"])
        for box, place in zip(boxes, zip(lon.tolist(), lat.tolist(), strict=True), strict=True):
            self._emit(self.attach(box), box.number, SealEventKind.LOCKED, by, box.declaration, None, place)

    def unlock(self, box: Box, by: str, authority: str | None, keep: bool = False) -> None:
        """Unlocks a container's seal where it is and tells so; the seal goes back to the stock unless `keep`."""
        if box.seal is None:
            return
        self.tell(box.seal, box.number, SealEventKind.UNLOCKED, by, authority)
        if not keep:
            self.remove(box)

    def remove(self, box: Box) -> None:
        """Takes the seal off a container without a record: it is out of use."""
        seal = box.seal
        if seal is not None and self._carried.pop(seal, None) is not None:
            self._free.insert(0, int(seal[3:]))
            self._low.discard(seal)
            self._silent.discard(seal)
            self._reporting = None
        box.seal = None

    def silence(self, seal: str, silent: bool = True) -> None:
        """A silent seal reports neither position nor heartbeat."""
        (self._silent.add if silent else self._silent.discard)(seal)
        self._reporting = None

    def tell(
        self, seal: str, container: str, event: SealEventKind, by: str = "", authority: str | None = None,
        at_ms: int | None = None, place: tuple[float, float] | None = None,
    ) -> None:
        """Emits an event of a seal, at its container's place unless another is given."""
        if place is None:
            found = self._operations.locate([container])
            x, y = float(found["x"][0]), float(found["y"][0])
            if np.isnan(x):
                return
            place = self._world.geographic(x, y)
        self._emit(seal, container, event, by, authority, at_ms, place)

    def fixes(self, at_ms: int) -> Fixes:
        """Fixes of the seals that are due at an instant since the last call; may be empty."""
        since = self._sampled_to if self._sampled_to is not None else at_ms - 2_000
        self._sampled_to = at_ms
        if self._reporting is None:
            reporting = [s for s in self._carried if s not in self._silent]
            phases = np.fromiter((int(s[3:]) for s in reporting), dtype=np.int64, count=len(reporting))
            self._reporting = reporting, phases * 7_919 * 2_000 % REPORT_MS  # spread in steps of 2 s
        reporting, phases = self._reporting
        rows = np.flatnonzero((at_ms - phases) // REPORT_MS > (since - phases) // REPORT_MS)
        names = [reporting[row] for row in rows.tolist()]
        found = self._operations.locate([self._carried[s] for s in names])
        x, y, speed, course = (found[n] for n in ("x", "y", "speed_mps", "course_deg"))
        unknown = np.isnan(x)
        if self.underway is not None:
            for row in np.flatnonzero(unknown).tolist():
                fix = self.underway(self._carried[names[row]], at_ms)
                if fix is not None:
                    x[row], y[row], speed[row], course[row] = fix
        here = ~np.isnan(x)
        return Fixes(
            SOURCE, EntityKind.SEAL, at_ms, fixes.objects(names)[here], x[here], y[here], speed[here], course[here],
            1.5, _ACCURACY_M,
        )

    def _heartbeats(self) -> Any:
        """Each minute a sixtieth of the seals says that it is alive; now and then one says its battery is low."""
        minute = 0
        while True:
            yield self._world.env.timeout(_MINUTE_S)
            minute += 1
            due = [s for s in self._carried if s not in self._silent and int(s[3:]) % 60 == minute % 60]
            if not due:
                continue
            found = self._operations.locate([self._carried[s] for s in due])
            lon, lat = self._world.index.frame.to_geographic(found["x"], found["y"])
            low = self._stream.random(len(due)) < _LOW_BATTERY_PER_DAY / 24.0
            for seal, x, y, weak in zip(due, lon.tolist(), lat.tolist(), low.tolist(), strict=True):
                if x == x:
                    kind = SealEventKind.LOW_BATTERY if weak and seal not in self._low else SealEventKind.HEARTBEAT
                    if weak:
                        self._low.add(seal)
                    self._emit(seal, self._carried[seal], kind, "", None, None, (x, y))

    def _emit(
        self, seal: str, container: str, event: SealEventKind, by: str, authority: str | None, at_ms: int | None,
        place: tuple[float, float],
    ) -> None:
        at = self._world.now_ms if at_ms is None else at_ms
        number = int(seal[3:])
        days = (at - self._world.start_ms) / _DAY_MS
        offset = round(float(self._offset_s[number] + self._drift_s_per_day[number] * days), 3)
        self._world.emit(
            SealEvent(
                id=self._world.new_id("SE"), source=SOURCE, observed_at=at + round(offset * 1000.0), seal=seal,
                container=container, event=event, by=by, authority=authority, lon=place[0], lat=place[1],
                datum=Datum.WGS84, clock_offset_s=offset,
            )
        )
