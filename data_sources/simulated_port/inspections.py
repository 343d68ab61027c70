"""Inspections of the simulated customs: H986 images, manual, quarantine and sampling inspections, tests of empties.

An inspected container is fetched from its slot by operations, worked on at the site and brought back. Whatever the
review finds suspect is opened by hand before the container may go on. Inbound empties are tested with ultrasound, most
of them where they stand with a hand-held set, some at the test stand.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import simpy

from twin.port_layout import PortLayout, ZoneKind
from twin.records import Consultation, Inspection, InspectionKind, InspectionResult, InspectionState, TaskState

if TYPE_CHECKING:
    from data_sources.simulated_port.operations import Operations
    from data_sources.simulated_port.seals import Seals
    from data_sources.simulated_port.world import Box, World

SOURCE = "inspection"
OFFICERS = ("林晓峰", "陈丽华", "黄志强", "郑秀兰", "吴建国", "何敏", "许文斌", "谢佳")
EXPERTS = ("专家室-王立新", "专家室-刘颖", "专家室-赵海涛")
SITES: dict[InspectionKind, str] = {
    InspectionKind.H986: "h986",
    InspectionKind.MANUAL: "manual",
    InspectionKind.QUARANTINE: "manual",
    InspectionKind.SAMPLING: "manual",
    InspectionKind.ULTRASONIC: "ultrasonic",
}
"""The purpose of the stop point at which a kind of inspection is done."""

_LAST_CALL_H = 2.0  # before the site closes: what is called up later would not be back in time
_SPREAD_H = 3.0  # over which, after a night, containers are called up

_KINDS = (InspectionKind.H986, InspectionKind.MANUAL, InspectionKind.QUARANTINE, InspectionKind.SAMPLING)
_KIND_SHARES = (0.50, 0.24, 0.16, 0.10)
_MINUTES: dict[InspectionKind, tuple[float, float]] = {
    InspectionKind.H986: (4.0, 8.0),
    InspectionKind.MANUAL: (25.0, 60.0),
    InspectionKind.QUARANTINE: (20.0, 50.0),
    InspectionKind.SAMPLING: (15.0, 35.0),
    InspectionKind.ULTRASONIC: (2.0, 4.0),
}
_SUSPECT_SHARE = 0.06  # of H986 images
_DIFFERS_SHARE = 0.08  # of manual inspections
_CONSULT_SHARE = 0.35  # of inspections other than H986
_STAND_SHARE = 0.04  # of empties tested at the stand instead of in place
_CONCLUSIONS = ("与申报一致", "建议取样送检", "归类无误", "标签需整改")

Act = Generator[simpy.Event, Any, None]


class SiteHours:
    """When the inspection sites of a port work: the working hours of their zones, local time."""

    def __init__(self, layout: PortLayout) -> None:
        zones = [z for z in layout.zones if z.kind is ZoneKind.INSPECTION and z.working_hours]
        self._spans = [(_hour(a), _hour(b)) for z in zones for a, b in z.working_hours]
        self._zone = ZoneInfo(layout.time_zone)

    def closed(self, at_ms: int) -> bool:
        """Whether no work is allowed at an instant (ms UTC)."""
        return self.until_opening_h(at_ms, 0.0) > 0.0

    def until_opening_h(self, at_ms: int, before_close_h: float) -> float:
        """Hours until there is work again; 0.0 while there is and will be for `before_close_h` hours."""
        if not self._spans:
            return 0.0
        local = datetime.fromtimestamp(at_ms / 1000.0, UTC).astimezone(self._zone)
        hour = local.hour + local.minute / 60.0 + local.second / 3600.0
        waits = []
        for opens, closes in self._spans:
            length = (closes - opens) % 24.0 or 24.0
            since = (hour - opens) % 24.0
            waits.append(0.0 if since < length - before_close_h else 24.0 - since)
        return min(waits)

    def __str__(self) -> str:
        return ", ".join(f"{a:02.0f}:{a % 1 * 60:02.0f} to {b:02.0f}:{b % 1 * 60:02.0f}" for a, b in self._spans)


def _hour(text: str) -> float:
    hours, _, minutes = text.partition(":")
    return int(hours) + int(minutes) / 60.0


class Inspections:
    """Orders inspections, has them done and tells of them."""

    def __init__(self, world: World, operations: Operations) -> None:
        self._world = world
        self._stream = world.stream("inspections")
        self._operations = operations
        self._orders = 0
        self.forced: dict[str, tuple[InspectionKind, InspectionResult]] = {}
        self.untested: set[str] = set()
        self.seals: Seals | None = None
        self.hours = SiteHours(world.layout)

    def opening(self) -> Act:
        """Waits until containers are called up again; after a night they are spread over the first hours."""
        wait_h = self.hours.until_opening_h(self._world.now_ms, _LAST_CALL_H)
        if wait_h > 0.0:
            yield self._world.env.timeout((wait_h + float(self._stream.uniform(0.0, _SPREAD_H))) * 3_600.0)

    def of_held(self, box: Box) -> Generator[simpy.Event, Any, bool]:
        """Inspects a held container; the value is whether something differed from its declaration."""
        forced = self.forced.get(box.number)
        kind = forced[0] if forced else _KINDS[int(self._stream.choice(len(_KINDS), p=_KIND_SHARES))]
        result = yield from self._trip(box, kind)
        if forced:
            return True
        if result is InspectionResult.SUSPECT:
            result = yield from self._trip(box, InspectionKind.MANUAL)
        return result is InspectionResult.DIFFERS

    def of_empty(self, box: Box) -> Act:
        """Tests an inbound empty container with ultrasound."""
        yield self._world.env.timeout(float(self._stream.uniform(5.0, 45.0)) * 60.0)
        if box.number in self.untested:
            return
        open_now = self.hours.until_opening_h(self._world.now_ms, _LAST_CALL_H) == 0.0
        if self._stream.random() < _STAND_SHARE and open_now:
            yield from self._trip(box, InspectionKind.ULTRASONIC)
            return
        order, officer = self._order(), self._officer()
        self.tell(box, order, InspectionKind.ULTRASONIC, InspectionState.STARTED, None, officer)
        yield self._world.env.timeout(float(self._stream.uniform(40.0, 110.0)))
        if box.number in self.untested:
            return
        self._finish(box, order, InspectionKind.ULTRASONIC, officer)

    def _trip(self, box: Box, kind: InspectionKind) -> Generator[simpy.Event, Any, InspectionResult]:
        """Orders an inspection, has the container fetched, and waits until it is back in a slot."""
        order, officer = self._order(), self._officer()
        found: list[InspectionResult] = []
        self.tell(box, order, kind, InspectionState.ORDERED, None, officer)
        yield self._operations.inspection_trip(box, SITES[kind], self._work(order, kind, officer, found))
        return found[0] if found else InspectionResult.CLEAR

    def _work(
        self, order: str, kind: InspectionKind, officer: str, found: list[InspectionResult]
    ) -> Callable[[Box], Act]:
        """What is done at the site."""

        def work(box: Box) -> Act:
            self.tell(box, order, kind, InspectionState.STARTED, None, officer)
            low, high = _MINUTES[kind]
            whole_s = float(self._stream.uniform(low, high)) * 60.0
            by_hand = kind not in (InspectionKind.H986, InspectionKind.ULTRASONIC)
            if by_hand and self.seals is not None and box.seal is not None:
                self.seals.unlock(box, officer, order, keep=True)
            if by_hand and self._stream.random() < _CONSULT_SHARE:
                yield self._world.env.timeout(0.2 * whole_s)
                yield from self._consult(order, officer, 0.5 * whole_s)
                whole_s *= 0.3
            yield self._world.env.timeout(whole_s)
            found.append(self._finish(box, order, kind, officer))
            if by_hand and self.seals is not None and box.seal is not None:
                self.seals.lock(box, officer, order)

        return work

    def _finish(self, box: Box, order: str, kind: InspectionKind, officer: str) -> InspectionResult:
        """Decides the result of an inspection and tells it."""
        result = self._result(box, kind)
        self.tell(box, order, kind, InspectionState.DONE, result, officer)
        return result

    def _result(self, box: Box, kind: InspectionKind) -> InspectionResult:
        forced = self.forced.get(box.number)
        if forced is not None and forced[0] is kind:
            return forced[1]
        draw = self._stream.random()
        if kind is InspectionKind.ULTRASONIC:
            return InspectionResult.LOADED if box.full else InspectionResult.EMPTY
        if kind is InspectionKind.H986:
            return InspectionResult.SUSPECT if draw < _SUSPECT_SHARE else InspectionResult.CLEAR
        return InspectionResult.DIFFERS if draw < _DIFFERS_SHARE else InspectionResult.CLEAR

    def _consult(self, order: str, officer: str, duration_s: float) -> Act:
        """The officer on the spot calls an expert (一对多互动查验)."""
        name = self._world.new_id("CST")
        expert = str(self._stream.choice(EXPERTS))
        conclusion = str(self._stream.choice(_CONCLUSIONS))
        for state, wait_s, outcome in (
            (TaskState.OPEN, 40.0, None), (TaskState.ACCEPTED, max(60.0, duration_s - 40.0), None),
            (TaskState.DONE, 0.0, conclusion),
        ):
            self._world.emit(
                Consultation(
                    id=self._world.new_id("CON"), source=SOURCE, observed_at=self._world.now_ms, consultation=name,
                    inspection=order, state=state, participants=(officer, expert), conclusion=outcome,
                )
            )
            yield self._world.env.timeout(wait_s)

    def tell(
        self, box: Box, order: str, kind: InspectionKind, state: InspectionState, result: InspectionResult | None,
        officer: str,
    ) -> None:
        """Emits the record of an inspection's state."""
        done = state is InspectionState.DONE
        count = {InspectionKind.H986: 2, InspectionKind.ULTRASONIC: 1}.get(kind, 4) if done else 0
        images = tuple(f"IMG-{order}-{n}" for n in range(1, count + 1))
        self._world.emit(
            Inspection(
                id=self._world.new_id("INS"), source=SOURCE, observed_at=self._world.now_ms,
                order=order, inspection_kind=kind, container=box.number, state=state, result=result, images=images,
                officer=officer,
            )
        )

    def _order(self) -> str:
        self._orders += 1
        return f"CY{self._orders:06d}"

    def _officer(self) -> str:
        return OFFICERS[int(self._stream.integers(len(OFFICERS)))]
