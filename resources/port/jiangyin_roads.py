"""Jiangyin's plan, part two: roads, gates, inspection site and parks. Quay coordinates (s, d), metres."""

from __future__ import annotations

from typing import Any

from resources.port.drawing import GATE, PUBLIC, SITE, Pair, Roads
from resources.port.jiangyin_plan import BERTHS, COLUMN_ROADS, DOMESTIC_ROADS, FRAME, name

LONG_ROADS = (("m1", 216), ("m2", 384), ("m3", 575), ("m4", 812))
PUBLIC_D = 1150  # 港前大道, two lanes each way
PUBLIC_ENDS = (-20, 3050)

# id, subject, first bay, bays, feeding and leaving road d, ends of both
PARKS: tuple[tuple[str, str, float, int, Pair, Pair], ...] = (
    ("park-f", "park-foreign", 366, 44, (622, 668), (332, 664)),
    ("park-f2", "park-foreign", 366, 44, (702, 748), (332, 664)),
    ("park-f3", "park-4-5", 1356, 44, (500, 546), (1321, 1659)),
    ("park-f4", "park-8-9", 2340, 44, (500, 546), (2303, 2637)),
    ("park-d", "park-domestic", 2700, 38, (640, 686), (2670, 2954)),
    ("depot-1", "depot-1-3", 700, 40, (420, 460), (660, 992)),
    ("depot-4", "depot-4-5", 1030, 40, (420, 460), (988, 1325)),
    ("depot-6", "depot-6-7", 1700, 36, (420, 460), (1655, 1983)),
    ("depot-9", "depot-domestic", 2700, 36, (420, 460), (2670, 2954)),
)


def roads_of_port(roads: Roads) -> None:
    """Column roads landward, long roads along the quay, the quay road, and the public road with its approach."""
    for s in COLUMN_ROADS:
        roads.across(f"col-{s}", s, 9.5, 1010 if s in (1323, 1981) else 814)
    for s in DOMESTIC_ROADS:
        roads.across(f"col-{s}", s, 9.5, 814)
    for number, _, east, west, _ in BERTHS:
        for part in (1, 2):
            roads.across(f"apron-B{number}-{part}", round(east + (west - east) * part / 3), 9.5, 70)
    roads.along("quay-road", 68, 12, 2954)
    for ident, d in LONG_ROADS:
        roads.along(f"{ident}f", d, 12, 2637)
        roads.along(f"{ident}d", d, 2670, 2954)
    _public_road(roads)


def _public_road(roads: Roads) -> None:
    for side, offset in (("outer", 6.0), ("inner", 2.1)):
        roads.along(f"gangqian-{side}", PUBLIC_D, *PUBLIC_ENDS, PUBLIC, offset)
        for end, s, ahead in (("east", PUBLIC_ENDS[0], -1), ("west", PUBLIC_ENDS[1], 1)):
            first, last = (PUBLIC_D + ahead * offset, PUBLIC_D - ahead * offset)
            beyond = s + ahead * 1.5 * offset
            roads.link(f"turn-{end}-{side}", (s, first), (s, last), PUBLIC, [(beyond, first), (beyond, last)])
    roads.lane("approach-in", (664, 2620), (664, 1134), PUBLIC)
    roads.lane("approach-out", (660, 1040), (660, 2620), PUBLIC)
    roads.link("turn-north", (660, 2620), (664, 2620), PUBLIC, [(656, 2635), (668, 2635)])


def gate(roads: Roads, number: int, s: float, lanes_in: int, lanes_out: int) -> dict[str, Any]:
    """A gate on a landward road with middle line s, between the long road m4 and the public road."""
    roads.lane(f"gate{number}-entry", (s + 2, 902), (s + 2, 810), SITE)
    roads.lane(f"gate{number}-exit", (s - 2, 810), (s - 2, 820), SITE)
    if number != 1:  # the approach road leads straight to gate 1
        roads.lane(f"gate{number}-to", (s + 2, 1156), (s + 2, 1134), PUBLIC)
        roads.lane(f"gate{number}-from", (s - 2, 1040), (s - 2, 1156), PUBLIC)
    lanes = [_gate_lane(roads, f"G{number}-IN{k + 1}", "in", s + 3 + 6 * k,
                        (s + 2, 1134), (1097, 972, 948), (s + 2, 902)) for k in range(lanes_in)]
    lanes += [_gate_lane(roads, f"G{number}-OUT{k + 1}", "out", s - 3 - 6 * k,
                         (s - 2, 820), (846, 968, 990), (s - 2, 1040)) for k in range(lanes_out)]
    titles = {1: name("一号卡口（外贸）", "Gate 1 (foreign trade)"), 2: name("二号卡口（内贸）", "Gate 2 (domestic)")}
    return {"id": f"G{number}", "name": titles[number], "zone": f"gate-{number}", "surveyed": False, "lanes": lanes}


def _gate_lane(roads: Roads, ident: str, direction: str, s: float, fan: Pair, d: tuple[float, float, float],
               merge: Pair) -> dict[str, Any]:
    """One lane: from the fan to the queue's tail, past the barrier, to the merge. d: tail, stop, past the barrier."""
    before, stop, after = (s, d[0]), (s, d[1]), (s, d[2])
    roads.name(before, f"{ident}-before")
    roads.name(after, f"{ident}-after")
    roads.link(f"{ident}-fan", fan, before, GATE)
    roads.link(f"{ident}-lane", before, after, GATE)
    roads.link(f"{ident}-merge", after, merge, GATE)
    return {"id": ident, "direction": direction, "stop": list(FRAME.point(*stop)),
            "heading_deg": FRAME.bearing(before, after), "queue_m": abs(d[1] - d[0]) - 1.0,
            "node_before": f"{ident}-before", "node_after": f"{ident}-after"}


def sites(roads: Roads) -> None:
    """Inspection site, truck parks and depots, the rail yard's loading stops."""
    roads.lane("site-h986", (660, 782), (992, 782), SITE)
    roads.lane("site-leave", (992, 757), (660, 757), SITE)
    roads.lane("site-feed", (660, 712), (992, 712), SITE)
    roads.stop("H986-1", "h986", "h986", "site-h986", (834, 782))
    _bays(roads, "shed-1", "manual", "shed-1", 726, 12, 9.0, (712, 757))
    _bays(roads, "usonic", "ultrasonic", "ultrasonic", 900, 3, 12.0, (712, 757))
    for ident, subject, first, count, d, ends in PARKS:
        roads.lane(f"{ident}-feed", (ends[0], d[0]), (ends[1], d[0]), SITE)
        roads.lane(f"{ident}-leave", (ends[1], d[1]), (ends[0], d[1]), SITE)
        _bays(roads, ident, "park", subject, first, count, 6.0, d)
    for k in range(12):
        s = 1380 + 40 * k + (90 if k >= 6 else 0)
        roads.stop(f"rail-{k + 1:02d}", "rail", "T1" if k < 6 else "T2", "lane-T1-T2-pass", (s, 982.1))


def _bays(roads: Roads, ident: str, purpose: str, subject: str, first: float, count: int, pitch: float,
          d: Pair) -> None:
    """Drive-through bays side by side: short landward lanes between a feeding and a leaving road, one stop each."""
    for k in range(count):
        s = round(first + k * pitch, 2)
        bay = f"{ident}-{k + 1:02d}"
        roads.lane(bay, (s, d[0]), (s, d[1]), SITE)
        roads.stop(bay, purpose, subject, bay, (s, round(d[0] + (d[1] - d[0]) * 0.65, 2)))


