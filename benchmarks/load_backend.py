"""A port backend under load: the simulated port's own API and log, fed with N fixes a second of trucks on its roads.

    python -m benchmarks.load_backend --bind 127.0.0.1:0 --positions-per-second 20000 --seconds 60

Prints `{"ready": url}` like the port (with the token if JIANGYIN_PORT_TOKEN gives none), so that
`process.start_port(command=[python, "-m", "benchmarks.load_backend", ...])` starts it too. Position ids count
"L-000000000", "L-000000001", ... without a gap, so a client sees what it lost; with --seconds the last number is known.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time

import numpy as np
import shapely
from numpy.typing import NDArray

from data_sources import arguments
from data_sources.simulated_port.api import Port, PortInfo, create_app
from data_sources.simulated_port.http_server import HttpServer, listen, url_of
from data_sources.simulated_port.intake import Intake
from data_sources.simulated_port.record_log import RecordLog
from data_sources.simulated_port.server import announce, ending, token_of_environment
from resources import locator
from twin import port_definition
from twin.batch import Column
from twin.iso6346 import check_digit
from twin.port_index import PortIndex
from twin.port_layout import FenceClass, Slot
from twin.records import Kind

_SPEED_MPS = 8.0
_PATHS = 200
_PATH_M = 4_000
_TICK_S = 0.05


class Traffic:
    """Trucks that drive to and fro on ways through the road network, evenly spread in time and place."""

    def __init__(self, index: PortIndex, trucks: int, seed: int) -> None:
        self._stream = np.random.default_rng(seed)
        xy = np.stack([self._way(index) for _ in range(_PATHS)])
        lon, lat = index.frame.to_geographic(xy[..., 0].ravel(), xy[..., 1].ravel())
        self._lon, self._lat = (np.asarray(v).reshape(xy.shape[:2]) for v in (lon, lat))
        ahead = np.diff(xy, axis=1)
        self._course = np.degrees(np.arctan2(ahead[..., 0], ahead[..., 1])) % 360.0
        self.names = np.array([f"闽A{n:05d}" for n in range(trucks)], dtype=object)
        self._path = np.arange(trucks) % _PATHS
        self._start_m = self._stream.uniform(0, 2 * (_PATH_M - 1), trucks)

    def at(self, rows: NDArray[np.intp], elapsed_s: NDArray[np.float64]) -> dict[str, Column]:
        """Where trucks `rows` are at these times. Columns lon, lat, course_deg."""
        gone = (self._start_m[rows] + elapsed_s * _SPEED_MPS) % (2 * (_PATH_M - 1))
        back = gone >= _PATH_M - 1
        along = np.where(back, 2 * (_PATH_M - 1) - gone, gone)
        step = np.minimum(along.astype(np.intp), _PATH_M - 2)
        part, path = along - step, self._path[rows]
        lon, lat = (v[path, step] * (1 - part) + v[path, step + 1] * part for v in (self._lon, self._lat))
        return {"lon": lon, "lat": lat, "course_deg": (self._course[path, step] + 180.0 * back) % 360.0}

    def _way(self, index: PortIndex) -> NDArray[np.float64]:
        """A random way over roads that foreign-trade trucks may use, a point a metre. Shape (_PATH_M, 2)."""
        out = self._edges_by_node(index)
        node = str(self._stream.choice(sorted(out)))
        line: list[tuple[float, float]] = [index.nodes[node].at]
        length = 0.0
        while length < _PATH_M + 1:
            edges = out.get(node)
            if not edges:  # a way that leads nowhere: start another one instead
                return self._way(index)
            edge = edges[int(self._stream.integers(len(edges)))]
            leg = [*edge.via, index.nodes[edge.end].at]
            length += float(np.hypot(*np.diff(np.array([line[-1], *leg]), axis=0).T).sum())
            line += leg
            node = edge.end
        points = np.array(line)
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
        metres = np.arange(_PATH_M, dtype=float)
        return np.stack([np.interp(metres, along, points[:, k]) for k in (0, 1)], axis=1)

    def _edges_by_node(self, index: PortIndex) -> dict[str, list]:
        if not hasattr(self, "_out"):
            shut = shapely.union_all([
                shapely.Polygon(fence.outline) for fence in index.layout.fences
                if fence.fence_class in (FenceClass.DOMESTIC, FenceClass.CLOSED)
            ])
            self._out: dict[str, list] = {}
            for edge in index.layout.road_edges:
                line = shapely.LineString([index.nodes[edge.start].at, *edge.via, index.nodes[edge.end].at])
                if not line.intersects(shut):
                    self._out.setdefault(edge.start, []).append(edge)
        return self._out


class Feeder(threading.Thread):
    """Appends the trucks' fixes in turn, as many as are due."""

    def __init__(self, log: RecordLog, traffic: Traffic, per_second: int, seconds: float | None) -> None:
        super().__init__(name="feeder", daemon=True)
        self._log, self._traffic, self._per_second = log, traffic, per_second
        self._total = None if seconds is None else round(per_second * seconds)
        self._halt = threading.Event()
        self.now = round(time.time() * 1000)

    def run(self) -> None:
        begin_s, begin_ms, said = time.monotonic(), self.now, 0
        while not self._halt.wait(_TICK_S):
            due = int((time.monotonic() - begin_s) * self._per_second)
            due = due if self._total is None else min(due, self._total)
            self._say(said, due, begin_ms)
            said = due
            self.now = begin_ms + round((time.monotonic() - begin_s) * 1000)

    def stop(self) -> None:
        self._halt.set()
        self.join()

    def _say(self, first: int, last: int, begin_ms: int) -> None:
        count = last - first
        if count == 0:
            return
        numbers = np.arange(first, last)
        rows = numbers % len(self._traffic.names)
        elapsed_s = numbers / self._per_second
        self._log.append_columns(Kind.POSITION, self._traffic.at(rows, elapsed_s) | {
            "id": np.array([f"L-{n:09d}" for n in range(first, last)], dtype=object),
            "source": np.full(count, "load", dtype=object),
            "observed_at": begin_ms + (elapsed_s * 1000).astype(np.int64),
            "entity": self._traffic.names[rows],
            "entity_kind": np.full(count, "vehicle", dtype=object),
            "datum": np.full(count, "WGS-84", dtype=object),
            "height_m": np.zeros(count),
            "speed_mps": np.full(count, _SPEED_MPS),
            "status": np.full(count, 3, dtype=np.int64),
            "accuracy_m": np.full(count, 2.5),
        })


def add_trucks(log: RecordLog, traffic: Traffic, at: int) -> None:
    """Say what the trucks are."""
    count = len(traffic.names)
    log.append_columns(Kind.VEHICLE, _same(count, at, "V") | {
        "vehicle": traffic.names, "vehicle_kind": _full(count, "road_truck"), "trade": _full(count, "foreign"),
        "operator": _full(count, "福港物流"),
    })


def add_stock(log: RecordLog, index: PortIndex, containers: int, at: int) -> None:
    """Fill the yard: container, inventory, manifest and declaration of as many boxes as there is room for."""
    places = [
        str(Slot(b.id, bay, row, tier)) for b in index.layout.blocks if b.trade != "domestic"
        for tier in range(1, b.tiers + 1) for bay in range(1, 2 * b.bays, 2) for row in range(1, b.rows + 1)
    ][:containers]
    count = len(places)
    serials = [f"TGHU{n:06d}" for n in range(count)]
    boxes = np.array([f"{text}{check_digit(text)}" for text in serials], dtype=object)
    declarations = np.array([f"3501202600{n:08d}" for n in range(count)], dtype=object)
    none, weight = np.full(count, None, dtype=object), np.full(count, 21_400.0)
    log.append_columns(Kind.CONTAINER, _same(count, at, "C") | {
        "container": boxes, "type_code": _full(count, "22G1"), "full": np.ones(count, dtype=bool), "gross_kg": weight,
        "trade": _full(count, "foreign"), "owner": _full(count, "TGH"), "dangerous_class": none, "un_number": none,
        "reefer_set_c": np.full(count, np.nan),
    })
    log.append_columns(Kind.MANIFEST, _same(count, at, "M") | {
        "manifest": _full(count, "MF-000001"), "line": np.arange(count), "call": _full(count, "CALL-1"),
        "bill": np.array([f"BL{n:08d}" for n in range(count)], dtype=object), "container": boxes,
        "mode": _full(count, "import"), "goods": _full(count, "家具"), "packages": np.full(count, 420),
        "gross_kg": weight,
    })
    log.append_columns(Kind.DECLARATION, _same(count, at, "D") | {
        "declaration": declarations, "mode": _full(count, "import"), "state": _full(count, "released"),
        "containers": np.fromiter(((box,) for box in boxes), dtype=object, count=count),
        "hs_code": _full(count, "94036010"), "goods": _full(count, "家具"), "packages": np.full(count, 420),
        "gross_kg": weight, "consignor": _full(count, "Acme"), "consignee": _full(count, "福州家居有限公司"),
        "lodged_at": np.full(count, at), "reason": none,
    })
    log.append_columns(Kind.INVENTORY, _same(count, at, "I") | {
        "container": boxes, "place_kind": _full(count, "slot"), "place_ref": np.array(places, dtype=object),
        "present": np.ones(count, dtype=bool), "arrived_at": np.full(count, at - 86_400_000),
    })


def _full(count: int, value: str) -> Column:
    return np.full(count, value, dtype=object)


def _same(count: int, at: int, prefix: str) -> dict[str, Column]:
    ids = np.array([f"{prefix}-{n:06d}" for n in range(count)], dtype=object)
    return {"id": ids, "source": _full(count, "load"), "observed_at": np.full(count, at, dtype=np.int64)}


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.load_backend", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--bind", metavar="HOST:PORT", default="127.0.0.1:0")
    parser.add_argument("--positions-per-second", type=int, default=20_000, metavar="N")
    parser.add_argument("--trucks", type=int, default=4_000, metavar="N")
    parser.add_argument("--containers", type=int, default=20_000, metavar="N", help="standing in the yard")
    parser.add_argument("--seconds", type=float, metavar="S", help="stop saying positions after so long")
    parser.add_argument("--keep", type=int, default=1_200_000, metavar="N", help="positions kept in the log")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--rate", default="1", help="accepted for likeness with the port; the load is in real time")
    args = parser.parse_args()
    token, is_given = token_of_environment()
    seed = arguments.seed(args.seed)
    listener = listen(*arguments.bind(args.bind))
    layout = port_definition.load(locator.port_definition())
    index = PortIndex(layout)
    log = RecordLog({Kind.POSITION: args.keep})
    traffic = Traffic(index, args.trucks, seed)
    feeder = Feeder(log, traffic, args.positions_per_second, args.seconds)
    add_stock(log, index, args.containers, feeder.now)
    add_trucks(log, traffic, feeder.now)
    intake = Intake(log, lambda: feeder.now, lambda _what, _until: None, lambda _what: None, lambda _what, _at: "")
    info = PortInfo(
        layout.code, layout.name.zh, layout.name.en, "WGS-84", layout.origin_lon, layout.origin_lat, seed, None, 1.0,
        layout.time_zone,
    )
    port = Port(info, log, intake, lambda: feeder.now, lambda: "ok")
    server = HttpServer(create_app(port, token), listener, port.bell)
    url = url_of(listener)
    with ending() as told:
        told.stop = server.stop
        feeder.start()
        server.serve(lambda: announce({"ready": url} if is_given else {"ready": url, "token": token}))
    feeder.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
