"""R12 transit-deviation 转关偏离: a transit trip leaves its corridor, stops too long, is overdue, loses its seal, or
arrives and is not written off.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.batch import Batch
from twin.declarations import exploded
from twin.port_index import PortIndex
from twin.records import Kind, SealEventKind
from twin.rules.base import Parameter, RuleSpec, Verdict, View
from twin.rules.spans import Span, settle
from twin.rules.trip_papers import TripPapers, papers_of
from twin.state import State
from twin.warnings import Clearing, Fact, Finding, Limit, Severity

RULE = RuleSpec(
    id="R12", zh="转关偏离", en="Transit deviation", severity=Severity.HIGH,
    reason="Goods in transit keep to the route and the time the customs set, sealed, until they are written off at the "
           "place they go to (Measures on the supervision of goods in transit between customs offices).",
    parameters=(
        Parameter("margin_m", 100.0, "m", 0.0, 5_000.0, "a fix counts when this much beyond the corridor's edge"),
        Parameter("off_fixes", 2.0, "1", 1.0, 20.0, "off its corridor after this many fixes in a row beyond the edge"),
        Parameter("stop_min", 45.0, "min", 5.0, 600.0, "longest stop on the way"),
        Parameter("stop_radius_m", 150.0, "m", 10.0, 2_000.0, "a truck that stays this near to one place has stopped"),
        Parameter("port_m", 2_000.0, "m", 0.0, 20_000.0, "nearer to the port than this it may queue"),
        Parameter("overdue_s", 0.0, "s", 0.0, 86_400.0, "grace after the due time"),
        Parameter("write_off_s", 60.0, "s", 1.0, 86_400.0, "a trip is written off this long after arrival at most"),
    ),
    relies_on=(Kind.TRANSIT_TRIP, Kind.POSITION, Kind.GATE_PASSAGE, Kind.SEAL_EVENT),
)

_BUCKET_MS = 20_000  # of fixes one each is kept
_KEPT_MS = 20 * 60_000  # a trip is looked at this long after its end: records may be late
_NOWHERE = float("nan")
_End = tuple[int, str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where a trip was: beyond the edge of its corridor by `beyond` metres (negative: inside). Device time, ms UTC."""

    at: int
    record: str
    x: float
    y: float
    beyond: float


@dataclass(frozen=True, slots=True)
class _Trip:
    papers: TripPapers
    marks: tuple[_Mark, ...] = ()
    told: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class _Memory:
    trips: Mapping[str, _Trip] = field(default_factory=dict)
    wake: int = 0  # nothing changes by itself before, ms UTC


class TransitDeviation:
    """The rule R12. Its subjects are transit trips."""

    spec = RULE

    def __init__(self, parameters: Mapping[str, float] | None = None) -> None:
        self._parameters = RULE.values(parameters)
        self._port: PortIndex | None = None

    def start(self) -> _Memory:
        """Nothing seen yet."""
        return _Memory()

    def judge(self, memory: _Memory, view: View) -> Verdict:
        """Looks at the trips of which records or fixes came, and at all when something falls due."""
        self._know(view.state.index)
        trips = dict(memory.trips)
        touched = self._read_papers(view, trips)
        touched |= self._mark(view, trips)
        if view.now >= memory.wake:
            touched |= trips.keys()
        if not touched:
            return Verdict(memory)
        findings: list[Finding] = []
        clearings: list[Clearing] = []
        for name in sorted(touched):
            trip = trips[name]
            settled = settle(trip.told, list(self._conclude(view, name, trip)), view.now - _KEPT_MS)
            trips[name] = replace(trip, told=settled.told)
            findings += settled.findings
            clearings += settled.clearings
            over = trip.papers.written_off_at
            if over and view.now - over > _KEPT_MS:
                del trips[name]
        return Verdict(_Memory(trips, self._wake(trips, view.now)), tuple(findings), tuple(clearings))

    def _know(self, index: PortIndex) -> None:
        """The corridors and the port's surroundings."""
        if self._port is index:
            return
        self._port = index
        self._corridors = {c.id: (shapely.LineString(c.line), c.half_width_m) for c in index.layout.corridors}
        zones = [shapely.Polygon(zone.outline) for zone in index.layout.zones]
        self._surroundings = shapely.buffer(shapely.union_all(zones), self._parameters["port_m"])
        shapely.prepare(self._surroundings)

    # What is known of trips

    def _read_papers(self, view: View, trips: dict[str, _Trip]) -> set[str]:
        """Takes in what the step's records say of trips; which they are."""
        named: set[str] = set()
        for batch in view.batches.get(Kind.TRANSIT_TRIP, ()):
            named.update(batch["trip"].tolist())
        by_container = {trip.papers.container: name for name, trip in trips.items()}
        if by_container:
            said: list[str] = []
            for batch in view.batches.get(Kind.GATE_PASSAGE, ()):
                said += exploded(batch["containers"])[0]
            for batch in view.batches.get(Kind.SEAL_EVENT, ()):
                said += batch["container"][batch["event"] != SealEventKind.HEARTBEAT].tolist()
            named.update(by_container[box] for box in by_container.keys() & set(said))
        for name in sorted(named):
            papers = papers_of(view.state, name)
            known = trips.get(name)
            if known is None and papers.written_off_at and view.now - papers.written_off_at > _KEPT_MS:
                continue  # told once more of a trip that is long over
            trips[name] = _Trip(papers) if known is None else replace(known, papers=papers)
        return {name for name in named if name in trips}

    def _mark(self, view: View, trips: dict[str, _Trip]) -> set[str]:
        """Takes in the step's fixes of trips: of their seals, and of their trucks. The trips of which they say more."""
        open_ = [(name, trip.papers) for name, trip in trips.items() if not trip.papers.arrived_at]
        if not open_:
            return set()
        names = {papers.vehicle: name for name, papers in open_} | {papers.seal: name for name, papers in open_}
        found: dict[str, list[_Mark]] = {}
        for batch in view.batches.get(Kind.POSITION, ()):
            who = [(i, name) for i, name in enumerate(map(names.get, batch["entity"].tolist())) if name is not None]
            if who:
                self._measure(view.state, batch, np.array([i for i, _ in who]), [name for _, name in who], trips, found)
        changed = set()
        for name, marks in found.items():
            known = trips[name].marks
            thinned = _with(known, marks)
            if thinned != known:
                trips[name] = replace(trips[name], marks=thinned)
                changed.add(name)
        return changed

    def _measure(
        self, state: State, batch: Batch, at: NDArray[np.intp], names: Sequence[str], trips: Mapping[str, _Trip],
        found: dict[str, list[_Mark]],
    ) -> None:
        """How far beyond the edges of their corridors trips were at fixes `at` of a batch."""
        x, y = state.index.frame.to_local(batch["lon"][at], batch["lat"][at])
        corridors = [trips[name].papers.corridor for name in names]
        for corridor in set(corridors) & self._corridors.keys():
            line, half_width = self._corridors[corridor]
            here = np.array([i for i, own in enumerate(corridors) if own == corridor])
            here = here[np.isfinite(x[here]) & ((batch["lon"][at[here]] != 0.0) | (batch["lat"][at[here]] != 0.0))]
            beyond = shapely.distance(line, shapely.points(x[here], y[here])) - half_width
            for i, metres in zip(here.tolist(), beyond.tolist(), strict=True):
                found.setdefault(names[i], []).append(_Mark(
                    int(batch["observed_at"][at[i]]), str(batch["id"][at[i]]), float(x[i]), float(y[i]), metres))

    def _wake(self, trips: Mapping[str, _Trip], now: int) -> int:
        """When something falls due next."""
        p = self._parameters
        times = []
        for trip in trips.values():
            papers = trip.papers
            times += [
                papers.due_at + int(p["overdue_s"] * 1000.0), papers.arrived_at + int(p["write_off_s"] * 1000.0),
                papers.written_off_at + _KEPT_MS + 1]
        return min((at for at in times if at > now), default=1 << 62)

    # What is wrong with them

    def _conclude(self, view: View, name: str, trip: _Trip) -> Iterator[Span]:
        papers, p = trip.papers, self._parameters
        last = papers.arrived_at or (1 << 62)
        marks = [m for m in trip.marks if papers.departed_at <= m.at < last]
        yield from self._off_corridor(view, name, trip, marks)
        yield from self._stops(view, name, trip, marks)
        yield from self._breaks(view, name, trip)
        arrived = _ended(papers.arrived_at, "arrived", papers.arrived_by)
        due = papers.due_at + int(p["overdue_s"] * 1000.0)
        if due <= view.now and (not papers.arrived_at or papers.arrived_at > due):
            limit = Limit("overdue", p["overdue_s"] / 60.0 + 1.0, p["overdue_s"] / 60.0, "min", "overdue_s")
            where = next((m for m in reversed(marks) if m.at <= due), None)
            yield self._span(view, name, papers, "overdue", due, arrived, {}, (papers.record,), limit, where)
        wait_s = p["write_off_s"]
        begin = papers.arrived_at + int(wait_s * 1000.0)
        if papers.arrived_at and begin <= view.now and not 0 < papers.written_off_at <= begin:
            ended = _ended(papers.written_off_at, "written off", papers.written_off_by)
            yield self._span(
                view, name, papers, "not_written_off", begin, ended, {}, (papers.arrived_by, papers.record),
                Limit("write_off_wait", wait_s + 1.0, wait_s, "s", "write_off_s"), None)

    def _off_corridor(self, view: View, name: str, trip: _Trip, marks: list[_Mark]) -> Iterator[Span]:
        """Runs of fixes beyond the corridor's edge; the first back inside ends one."""
        margin = self._parameters["margin_m"]
        run: list[_Mark] = []
        back = [*marks, None]
        for mark in back:
            if mark is not None and mark.beyond > margin:
                run.append(mark)
                continue
            if len(run) >= self._parameters["off_fixes"]:
                first = run[0]
                ended = _ended(trip.papers.arrived_at, "arrived", trip.papers.arrived_by)
                if mark is not None:
                    ended = _ended(mark.at, "back in its corridor", mark.record)
                limit = Limit("off_corridor", round(first.beyond), margin, "m", "margin_m")
                yield self._span(
                    view, name, trip.papers, "off_corridor", first.at, ended, {"beyond_m": round(first.beyond)},
                    (first.record, run[1].record if len(run) > 1 else first.record), limit, first)
            run = []

    def _stops(self, view: View, name: str, trip: _Trip, marks: list[_Mark]) -> Iterator[Span]:
        """Stretches on the way, away from the port, in which a trip stayed near one place too long."""
        longest_ms, radius_m = self._parameters["stop_min"] * 60_000.0, self._parameters["stop_radius_m"]
        if not _lingers(marks, longest_ms / 2.0, 2.0 * radius_m):
            return
        k, beyond = 0, 0
        while k < len(marks):
            first = marks[k]
            while beyond < len(marks) and marks[beyond].at - first.at <= longest_ms:
                beyond += 1
            if beyond == len(marks):
                return  # nothing is known of it for that long
            if math.hypot(marks[beyond].x - first.x, marks[beyond].y - first.y) > radius_m:
                k += 1  # as most are: far away by then
                continue
            n = k + 1
            while n < len(marks) and math.hypot(marks[n].x - first.x, marks[n].y - first.y) <= radius_m:
                n += 1
            if n <= beyond:
                k += 1
                continue
            if not shapely.intersects_xy(self._surroundings, first.x, first.y):
                moved = marks[n] if n < len(marks) else None
                ended = _ended(moved.at, "goes on", moved.record) if moved is not None else _ended(0, "", "")
                minutes = self._parameters["stop_min"]
                limit = Limit("stop", minutes + 1.0, minutes, "min", "stop_min")
                yield self._span(
                    view, name, trip.papers, "stopped", first.at, ended, {}, (first.record, marks[n - 1].record), limit,
                    first)
            k = n

    def _breaks(self, view: View, name: str, trip: _Trip) -> Iterator[Span]:
        """Openings of the seal between departure and arrival."""
        papers = trip.papers
        last = papers.arrived_at or (1 << 62)
        for one in papers.breaks:
            if one.closed or not papers.departed_at <= one.at < last:
                continue
            over = next((b for b in papers.breaks if b.closed and b.at > one.at), None)
            ended = _ended(over.at, "sealed again", over.record) if over is not None else _ended(0, "", "")
            where = next((m for m in reversed(trip.marks) if m.at <= one.at), None)
            yield self._span(
                view, name, papers, "seal_broken", one.at, ended, {"seal_event": one.what}, (one.record, papers.record),
                Limit("seal_event", one.what, "locked"), where)

    def _span(
        self, view: View, name: str, papers: TripPapers, cause: str, at: int, ended: _End,
        more: Mapping[str, Fact], evidence: tuple[str, ...], limit: Limit, where: _Mark | None,
    ) -> Span:
        state = view.state
        x, y = (where.x, where.y) if where is not None else self._at_arrival(state, papers)
        facts: dict[str, Fact] = {
            "cause": cause, "trip": name, "vehicle": papers.vehicle, "container": papers.container,
            "seal": papers.seal, "corridor": papers.corridor, **more}
        finding = Finding(
            rule=RULE.id, severity=RULE.severity, subject_kind="trip", subject=name, at=at, incident="", x=x, y=y,
            zone=state.zone_name(x, y), facts=facts, evidence=tuple(dict.fromkeys(e for e in evidence if e)),
            limits=(limit,))
        return Span(cause, finding, *ended)

    @staticmethod
    def _at_arrival(state: State, papers: TripPapers) -> tuple[float, float]:
        """The lane by which a trip arrived, else nowhere."""
        row = state.containers.row_of.get(papers.container, -1)
        for batch, i in state.facts.of(row, Kind.GATE_PASSAGE):
            lane = state.index.gate_lanes.get(str(batch["lane"][i]))
            if lane is not None and abs(int(batch["observed_at"][i]) - papers.arrived_at) < _BUCKET_MS:
                return lane.stop
        return _NOWHERE, _NOWHERE


def _ended(at: int, reason: str, record: str) -> _End:
    """The end of a span, or that it goes on where `at` is 0."""
    return (at, reason, (record,)) if at else (0, "", ())


def _lingers(marks: Sequence[_Mark], apart_ms: float, near_m: float) -> bool:
    """Whether of marks so far apart in time any two neighbours are near each other: if not, there was no stop of twice
    that time within half that distance of its first place."""
    known: _Mark | None = None
    at = float(marks[0].at) if marks else 0.0
    while marks and at <= marks[-1].at:
        mark = marks[bisect_left(marks, at, key=_at)]
        if known is not None and math.hypot(mark.x - known.x, mark.y - known.y) <= near_m:
            return True
        known, at = mark, at + apart_ms
    return False


def _with(known: tuple[_Mark, ...], marks: Sequence[_Mark]) -> tuple[_Mark, ...]:
    """Known marks with further ones, thinned: only from the first of these on there is anything to thin."""
    begin = min(mark.at for mark in marks) // _BUCKET_MS * _BUCKET_MS
    before = bisect_left(known, begin, key=_at)
    return known[:before] + _thinned((*known[before:], *marks))


def _at(mark: _Mark) -> int:
    return mark.at


def _thinned(marks: Sequence[_Mark]) -> tuple[_Mark, ...]:
    """Of each stretch of time the first fix, in order of time: the same ones in whatever order they came."""
    kept: dict[int, _Mark] = {}
    for mark in marks:
        bucket = mark.at // _BUCKET_MS
        known = kept.get(bucket)
        if known is None or (mark.at, mark.record) < (known.at, known.record):
            kept[bucket] = mark
    return tuple(kept[bucket] for bucket in sorted(kept))
