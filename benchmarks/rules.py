"""How many records the rules judge in a second on one core: fixes through the fence and position rules, and all kinds
through all rules.

Fences: 400 of 40 vertices by default, laid over the port's roads. Fixes: vehicles that drive along the roads, one fix
each two seconds. The rules that look at positions and fences (R02, R13, R14) take every fix, with what they remember.
Beside it, over the same fixes and fences and answering only which fence holds which fix: an R-tree of the same geometry
library alone (strtree), and every fix against every fence (naive).

Times are of the processor, not of the clock on the wall: what one core does in a second, whatever else runs.

All rules: records of all kinds of a stretch of the simulated port, through every rule the twin ships with.
"""

from __future__ import annotations

import dataclasses
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from benchmarks import report
from data_sources.simulated_port import scenario
from data_sources.simulated_port.operations import Simulation
from resources import locator
from twin import port_definition
from twin.batch import RECEIVED_AT, Batch, batch_of, column, fields_of
from twin.port_index import PortIndex
from twin.port_layout import Fence, FenceClass, Name
from twin.records import RECORD_CLASSES, EntityKind, Kind, Record, Trade, Vehicle, VehicleKind
from twin.rules.base import Rule, Verdict, View
from twin.rules.r02_fence_breach import FenceBreach
from twin.rules.r13_position_implausible import PositionImplausible
from twin.rules.r14_loitering import Loitering
from twin.rules.registry import make_rules
from twin.twin import Twin

NOW = 1_795_226_400_000
VERTICES = 40
_EVERY_MS = 2_000
_STEP_MS = 30_000
_SPEED_MPS = 8.0


class _Timed:
    """A rule and the seconds it took to judge."""

    def __init__(self, rule: Rule) -> None:
        self.rule, self.spec, self.seconds = rule, rule.spec, 0.0

    def start(self) -> Any:
        return self.rule.start()

    def judge(self, memory: Any, view: View) -> Verdict:
        begin = time.process_time()
        verdict = self.rule.judge(memory, view)
        self.seconds += time.process_time() - begin
        return verdict


def main(arguments: list[str] | None = None) -> int:
    """Measures and prints; 0."""
    parser = report.parser("rules", "Fixes and records a second through the rules, on one core.")
    parser.add_argument("--fences", type=int, default=400, metavar="N")
    parser.add_argument("--vehicles", type=int, default=500, metavar="N")
    parser.add_argument("--minutes", type=float, default=10.0, metavar="M", help="of driving")
    parser.add_argument("--port-minutes", type=float, default=20.0, metavar="M", help="of the simulated port")
    given = parser.parse_args(arguments)
    facts = report.machine() | {
        "fences": given.fences, "vertices": VERTICES, "vehicles": given.vehicles,
        "fixes_a_batch": given.vehicles * _STEP_MS // _EVERY_MS}
    figures: dict[str, report.Figure] = {}
    figures |= _geofences(given.fences, given.vehicles, given.minutes, peers=True)
    for fences in (25, 100, 1_600):
        cost = _geofences(fences, given.vehicles, given.minutes / 2.0)
        figures[f"geofence_fixes_per_s_{fences}_fences"] = cost["geofence_fixes_per_s"]
    for vehicles in (100, 2_500):
        cost = _geofences(given.fences, vehicles, given.minutes * given.vehicles / vehicles / 2.0)
        figures[f"geofence_fixes_per_s_{vehicles}_vehicles"] = cost["geofence_fixes_per_s"]
    figures |= _all_rules(given.port_minutes)
    figures["peak_memory_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    report.show("rules", facts, figures, as_json=given.json)
    return 0


# Fences

def _port(fences: int) -> PortIndex:
    """The port with other fences: a foreign half in the east, a domestic half in the west, and closed areas beyond."""
    layout = port_definition.load(locator.port_definition())
    index = PortIndex(layout)
    west, south, east, north = shapely.total_bounds(list(index.edge_lines))
    columns = int(np.ceil(np.sqrt(fences * (east - west) / (north - south))))
    lines = int(np.ceil(fences / columns))
    width, height = (east - west) / columns, (north - south) / lines
    angles = np.linspace(0.0, 2.0 * np.pi, VERTICES, endpoint=False)
    wavy = 0.42 * (1.0 + 0.15 * np.sin(5.0 * angles))
    made = []
    for number in range(fences):
        x, y = west + (number % columns + 0.5) * width, south + (number // columns + 0.5) * height
        ring = tuple(zip((x + wavy * width * np.cos(angles)).tolist(), (y + wavy * height * np.sin(angles)).tolist(),
                         strict=True))
        kind = FenceClass.FOREIGN if x > (west + east) / 2.0 else FenceClass.DOMESTIC
        made.append(Fence(f"F{number}", Name("围网", "fence"), kind, ring, "benchmark", (), 2.5))
    return PortIndex(dataclasses.replace(layout, fences=tuple(made)))


def _ways(index: PortIndex, vehicles: int, fixes: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where vehicles are at each fix: they drive along one road after the other, on their own side of the port. One in
    two hundred strays onto the other side. Shapes (vehicles, fixes)."""
    rng = np.random.default_rng(1)
    layout = index.layout
    middle = np.mean(shapely.total_bounds(list(index.edge_lines))[[0, 2]])
    first, last = (np.array([line.coords[end][0] for line in index.edge_lines]) > middle for end in (0, -1))
    leaving: dict[str, list[int]] = {}
    for number, edge in enumerate(layout.road_edges):
        leaving.setdefault(edge.start, []).append(number)
    x, y = np.empty((2, vehicles, fixes))
    for vehicle in range(vehicles):
        east, strays = vehicle % 2 == 0, vehicle % 200 == 0
        homes = np.flatnonzero(first == east)
        at, line, left = int(rng.choice(homes)), [], fixes * _SPEED_MPS * _EVERY_MS / 1000.0
        while left > 0.0:
            road = index.edge_lines[at]
            line += list(road.coords)
            left -= road.length
            onwards = leaving.get(layout.road_edges[at].end, [])
            home = [i for i in onwards if strays or last[i] == east]
            at = int(rng.choice(home if home else homes))
        along = np.arange(fixes) * _SPEED_MPS * _EVERY_MS / 1000.0
        points = shapely.get_coordinates(shapely.line_interpolate_point(shapely.LineString(line), along))
        x[vehicle], y[vehicle] = points[:, 0], points[:, 1]
    return x, y


def _steps(index: PortIndex, x: NDArray[np.float64], y: NDArray[np.float64]) -> list[Batch]:
    """The fixes as batches of the step's length, as feeds bring them."""
    vehicles, fixes = x.shape
    names = np.array([f"V{v:05d}" for v in range(vehicles)], dtype=object)
    each = _STEP_MS // _EVERY_MS
    found = []
    for begin in range(0, fixes - each + 1, each):
        part = slice(begin, begin + each)
        count = vehicles * each
        at = np.tile(NOW + np.arange(begin, begin + each) * _EVERY_MS, vehicles)
        lon, lat = index.frame.to_geographic(x[:, part].ravel(), y[:, part].ravel())
        entity = np.repeat(names, each)
        values: dict[str, Any] = {
            "id": entity + "@" + at.astype(str).astype(object), "source": _same("gps", count), "observed_at": at,
            "entity": entity, "entity_kind": _same(EntityKind.VEHICLE, count), "lon": lon, "lat": lat,
            "datum": _same("WGS-84", count), "height_m": np.zeros(count), "speed_mps": np.full(count, _SPEED_MPS),
            "course_deg": np.zeros(count), "status": np.ones(count, dtype=np.int64), "accuracy_m": np.full(count, 1.5),
            RECEIVED_AT: at}
        found.append(Batch(Kind.POSITION, values))
    return found


def _geofences(fences: int, vehicles: int, minutes: float, peers: bool = False) -> dict[str, report.Figure]:
    index = _port(fences)
    x, y = _ways(index, vehicles, max(int(minutes * 60_000 / _EVERY_MS), _STEP_MS // _EVERY_MS))
    steps = _steps(index, x, y)
    rules = [_Timed(rule) for rule in (FenceBreach(), PositionImplausible(), Loitering())]
    fixes = 0
    warned = 0
    for measured in (False, True):  # the first time round the cells learn their fences
        twin = Twin(index, rules)
        twin.apply([batch_of(Kind.VEHICLE, [_vehicle(v) for v in range(vehicles)], NOW)], NOW)
        for timed in rules:
            timed.seconds = 0.0
        for batch in steps:
            twin.apply([batch], int(batch["observed_at"].max()))
            fixes += len(batch) * measured
        warned = len(twin.warnings)
    seconds = sum(timed.seconds for timed in rules)
    figures: dict[str, report.Figure] = {"geofence_fixes_per_s": fixes / seconds}
    if peers:
        figures |= {f"{timed.spec.id.lower()}_fixes_per_s": fixes / timed.seconds for timed in rules}
        figures |= {"geofence_fixes": fixes, "geofence_warnings": warned}
        figures["fence_cells_mib"] = rules[0].rule._cells.memory_bytes / 2**20  # type: ignore[attr-defined]  # noqa: SLF001
        figures |= _peers(index, x, y)
    return figures


def _peers(index: PortIndex, x: NDArray[np.float64], y: NDArray[np.float64]) -> dict[str, report.Figure]:
    """Which fences hold which fixes, and nothing else: by the library's own tree, and one by one."""
    polygons = np.array(index.fence_polygons, dtype=object)
    shapely.prepare(polygons)
    tree = shapely.STRtree(polygons)
    flat_x, flat_y = x.ravel()[:100_000], y.ravel()[:100_000]
    begin = time.process_time()
    tree.query(shapely.points(flat_x, flat_y), predicate="intersects")
    strtree = len(flat_x) / (time.process_time() - begin)
    few = flat_x[:2_000], flat_y[:2_000]
    begin = time.process_time()
    for polygon in polygons:
        shapely.contains_xy(polygon, *few)
    return {"strtree_fixes_per_s": strtree, "naive_fixes_per_s": len(few[0]) / (time.process_time() - begin)}


def _vehicle(number: int) -> Vehicle:
    trade = Trade.FOREIGN if number % 2 == 0 else Trade.DOMESTIC
    name = f"V{number:05d}"
    return Vehicle(f"VE-{number}", "benchmark", NOW, name, VehicleKind.ROAD_TRUCK, trade, "haulier")


# All rules

class _Wire:
    """A record sink whose records come out as batches."""

    def __init__(self) -> None:
        self._records: list[Record] = []
        self._columns: list[Batch] = []

    def append(self, records: Sequence[Record]) -> None:
        self._records.extend(records)

    def append_columns(self, kind: Kind, columns: Any) -> None:
        made = {f.name: column(f.dtype, list(columns[f.name])) for f in fields_of(kind)}
        self._columns.append(Batch(kind, made | {RECEIVED_AT: np.zeros(len(made["id"]), dtype=np.int64)}))

    def batches(self) -> Iterator[Batch]:
        columns, self._columns = self._columns, []
        records, self._records = self._records, []
        yield from columns
        for kind, record_class in RECORD_CLASSES.items():
            said = [r for r in records if type(r) is record_class]
            if said:
                yield batch_of(kind, said, NOW)


def _all_rules(minutes: float) -> dict[str, report.Figure]:
    """Records of the simulated port through every rule. What comes while the rules learn the port is not timed."""
    wire = _Wire()
    port = Simulation(port_definition.load(locator.port_definition()), 11, NOW, scenario.parse(""), wire)
    rules = [_Timed(rule) for rule in make_rules()]
    twin = Twin(port.world.index, rules)
    records, seconds = 0, 0.0
    settled = NOW + int(minutes * 40_000) // _STEP_MS * _STEP_MS  # two thirds: every cell was looked at by then
    for at in range(NOW - 2 * 60_000, NOW + int(minutes * 60_000), _STEP_MS):
        for instant in range(at - _STEP_MS + _EVERY_MS, at + 1, _EVERY_MS):
            port.advance(instant)
            for kind, columns in port.sample(instant, _EVERY_MS).items():
                wire.append_columns(kind, columns)
        batches = list(wire.batches())
        if at == settled:
            records, seconds = 0, 0.0
            for timed in rules:
                timed.seconds = 0.0
        begin = time.process_time()
        twin.apply(batches, at)
        seconds += time.process_time() - begin
        records += sum(map(len, batches))
    judged = sum(timed.seconds for timed in rules)
    figures: dict[str, report.Figure] = {
        "all_rules_records_per_s": records / judged, "twin_and_rules_records_per_s": records / seconds,
        "all_rules_records": records}
    return figures | {f"{timed.spec.id.lower()}_us_per_record": timed.seconds / records * 1e6 for timed in rules}


def _same(value: Any, count: int) -> NDArray[np.object_]:
    filled = np.empty(count, dtype=object)
    filled[:] = value
    return filled


if __name__ == "__main__":
    sys.exit(main())
