"""Builds the port definition of Jiangyin (resources/port/jiangyin) from its plan. Run by hand:

    python -m resources.port.build_jiangyin [--coast GSHHG.geojson]

The projection comes from pyproj (a development dependency). Without --coast the land outlines stay as they are.
Sourced facts and the schematic rest are told apart by `surveyed`; docs/port_definition.md describes the format.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any

from pyproj import Transformer

from resources.port import jiangyin_yard as yards
from resources.port.drawing import GATE, PUBLIC, SITE, Pair, QuayFrame, Roads, feature, write_geojson, write_tables

FOLDER = Path(__file__).parent / "jiangyin"
ORIGIN_LON, ORIGIN_LAT = 119.2917, 25.4133  # quay area, +-185 m
BEARING_DEG = 278.0  # schematic: the quay's azimuth is not known
QUAY_M = 2965.0  # berths 1-9
SOUTH_WEST = (math.sin(math.radians(BEARING_DEG)), math.cos(math.radians(BEARING_DEG)))
FRAME = QuayFrame((-SOUTH_WEST[0] * QUAY_M / 2, -SOUTH_WEST[1] * QUAY_M / 2), BEARING_DEG)
CRS = {"projection": "transverse Mercator, WGS-84 ellipsoid, scale 1 at the origin's meridian",
       "origin_lon": ORIGIN_LON, "origin_lat": ORIGIN_LAT, "unit": "m", "axes": "x east, y north"}

# id, Chinese, English, terminal, eastern end, western end, quay cranes
BERTHS = [
    ("B1", "1# 泊位", "Berth 1", "terminal-1-3", 0, 330, 2), ("B2", "2# 泊位", "Berth 2", "terminal-1-3", 330, 660, 2),
    ("B3", "3# 泊位", "Berth 3", "terminal-1-3", 660, 990, 2),
    ("B4", "4# 泊位", "Berth 4", "terminal-4-5", 990, 1323.5, 3),
    ("B5", "5# 泊位", "Berth 5", "terminal-4-5", 1323.5, 1657, 3),
    ("B6", "6# 泊位", "Berth 6", "terminal-6-7", 1657, 1981, 2),
    ("B7", "7# 泊位", "Berth 7", "terminal-6-7", 1981, 2305, 2),
    ("B8", "8# 泊位", "Berth 8", "terminal-8-9", 2305, 2635, 2),
    ("B9", "9# 泊位", "Berth 9", "terminal-8-9", 2635, 2965, 2),
]
COLUMN_ROADS = (14, 334, 662, 990, 1323, 1657, 1981, 2305, 2635)
DOMESTIC_ROADS = (2672, 2952)
LONG_ROADS = (("m1", 216), ("m2", 372), ("m3", 575), ("m4", 812))


def name(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def roads_of_port(roads: Roads) -> None:
    """Column roads landward, long roads along the quay, the quay road, and the public road with its approach."""
    for s in COLUMN_ROADS:
        roads.across(f"col-{s}", s, 9.5, {662: 814, 1323: 1010, 1981: 1010}.get(s, 814))
    for s in DOMESTIC_ROADS:
        roads.across(f"col-{s}", s, 9.5, 814)
    for berth in BERTHS:
        east, length = berth[4], berth[5] - berth[4]
        for part in (1, 2):
            roads.across(f"apron-{berth[0]}-{part}", round(east + length * part / 3), 9.5, 70)
    roads.along("quay-road", 68, 12, 2954)
    for id, d in LONG_ROADS:
        roads.along(f"{id}f", d, 12, 2637)
        roads.along(f"{id}d", d, 2670, 2954)
    roads.along("gangqian-outer", 1150, -700, 3050, PUBLIC, 6.0)
    roads.along("gangqian-inner", 1150, -700, 3050, PUBLIC, 2.1)
    for end, first, second in (("east", -700.0, (1, -1)), ("west", 3050.0, (-1, 1))):
        for side, offset in (("outer", 6.0), ("inner", 2.1)):
            roads.link(f"turn-{end}-{side}", (first, 1150 - second[0] * offset), (first, 1150 + second[0] * offset), PUBLIC,
                       [(first + second[1] * offset * 2, 1150 - second[0] * offset),
                        (first + second[1] * offset * 2, 1150 + second[0] * offset)])
    roads.across("approach", 662, 1144, 2620, PUBLIC, 4.0)
    roads.link("turn-north", (658, 2620), (666, 2620), PUBLIC, [(658, 2640), (666, 2640)])


def gate(roads: Roads, number: int, s: float, lanes_in: int, lanes_out: int) -> dict[str, Any]:
    """A gate on a landward road with middle line s, between the long road m4 and the public road."""
    rows: list[dict[str, Any]] = []
    roads.lane(f"gate{number}-to", (s + 2, 1156), (s + 2, 1134), PUBLIC)
    roads.lane(f"gate{number}-entry", (s + 2, 902), (s + 2, 810), SITE)
    roads.lane(f"gate{number}-exit", (s - 2, 810), (s - 2, 820), SITE)
    roads.lane(f"gate{number}-from", (s - 2, 1040), (s - 2, 1156), PUBLIC)
    plan = [("in", k, s + 3 + 6 * k, (s + 2, 1134), 1097, 972, 948, (s + 2, 902)) for k in range(lanes_in)]
    plan += [("out", k, s - 3 - 6 * k, (s - 2, 820), 846, 968, 990, (s - 2, 1040)) for k in range(lanes_out)]
    for direction, k, at, fan, before, stop, after, merge in plan:
        id = f"G{number}-{direction.upper()}{k + 1}"
        roads.name((at, before), f"{id}-before")
        roads.name((at, after), f"{id}-after")
        roads.link(f"{id}-fan", fan, (at, before), GATE)
        roads.link(f"{id}-lane", (at, before), (at, after), GATE)
        roads.link(f"{id}-merge", (at, after), merge, GATE)
        rows.append({"id": id, "direction": direction, "stop": list(FRAME.point(at, stop)),
                     "heading_deg": FRAME.bearing((at, before), (at, after)), "queue_m": abs(stop - before) - 1.0,
                     "node_before": f"{id}-before", "node_after": f"{id}-after"})
    titles = {1: name("一号卡口（外贸）", "Gate 1 (foreign trade)"), 2: name("二号卡口（内贸）", "Gate 2 (domestic)")}
    return {"id": f"G{number}", "name": titles[number], "zone": f"gate-{number}", "surveyed": False, "lanes": rows}


def drive_through(roads: Roads, id: str, purpose: str, subject: str, first: float, count: int, pitch: float,
                  d: tuple[float, float]) -> None:
    """Bays side by side, each a short landward lane between a feeding and a leaving road, with one stop."""
    for k in range(count):
        s = round(first + k * pitch, 2)
        roads.lane(f"{id}-{k + 1:02d}", (s, d[0]), (s, d[1]), SITE)
        roads.stop(f"{id}-{k + 1:02d}", purpose, subject, f"{id}-{k + 1:02d}", (s, round(d[0] + (d[1] - d[0]) * 0.65, 2)))


def sites(roads: Roads) -> None:
    """Inspection site, truck parks and depots, the rail yard's loading stops."""
    roads.lane("site-h986", (660, 782), (992, 782), SITE)
    roads.lane("site-leave", (992, 757), (660, 757), SITE)
    roads.lane("site-feed", (660, 712), (992, 712), SITE)
    roads.stop("H986-1", "h986", "h986", "site-h986", (834, 782))
    drive_through(roads, "shed-1", "manual", "shed-1", 726, 12, 9.0, (712, 757))
    drive_through(roads, "usonic", "ultrasonic", "ultrasonic", 900, 3, 12.0, (712, 757))
    for id, subject, first, count, pitch, d, ends in (
        ("park-f", "park-foreign", 366, 44, 6.0, (622, 668), (332, 664)),
        ("park-f2", "park-foreign", 366, 44, 6.0, (702, 748), (332, 664)),
        ("park-d", "park-domestic", 2700, 38, 6.0, (640, 686), (2670, 2954)),
        ("depot-1", "depot-1-3", 700, 40, 6.0, (420, 460), (660, 992)),
        ("depot-4", "depot-4-5", 1030, 40, 6.0, (420, 460), (988, 1325)),
        ("depot-6", "depot-6-7", 1700, 36, 6.0, (420, 460), (1655, 1983)),
        ("depot-9", "depot-domestic", 2700, 36, 6.0, (420, 460), (2670, 2954)),
    ):
        roads.lane(f"{id}-feed", (ends[0], d[0]), (ends[1], d[0]), SITE)
        roads.lane(f"{id}-leave", (ends[1], d[1]), (ends[0], d[1]), SITE)
        drive_through(roads, id, "park", subject, first, count, pitch, d)
    for k in range(12):
        roads.stop(f"rail-{k + 1:02d}", "rail", "T1" if k < 6 else "T2", "lane-T1-T2-pass",
                   (1380 + 40 * k + (90 if k >= 6 else 0), 982.1))


def zones() -> list[dict[str, Any]]:
    rows: list[tuple[str, str, str, str, str | None, tuple[float, float, float, float]]] = [
        ("port", "江阴港区", "Jiangyin port", "port", None, (-60, 0, 3900, 1250)),
        ("terminal-1-3", "1–3 泊位", "Berths 1–3", "terminal", "port", (0, 0, 990, 1000)),
        ("terminal-4-5", "4–5 泊位", "Berths 4–5", "terminal", "port", (990, 0, 1657, 970)),
        ("terminal-6-7", "6–7 泊位（自动化）", "Berths 6–7 (automated)", "terminal", "port", (1657, 0, 2305, 970)),
        ("terminal-8-9", "8–9 泊位", "Berths 8–9", "terminal", "port", (2305, 0, 2965, 1000)),
        ("quay-1-3", "1–3 泊位码头前沿", "Apron, berths 1–3", "quay", "terminal-1-3", (0, 0, 990, 60)),
        ("quay-4-5", "4–5 泊位码头前沿", "Apron, berths 4–5", "quay", "terminal-4-5", (990, 0, 1657, 60)),
        ("quay-6-7", "6–7 泊位码头前沿", "Apron, berths 6–7", "quay", "terminal-6-7", (1657, 0, 2305, 60)),
        ("quay-8-9", "8–9 泊位码头前沿", "Apron, berths 8–9", "quay", "terminal-8-9", (2305, 0, 2965, 60)),
        ("yard-1-3", "1–3 泊位外贸堆场", "Foreign-trade yard 1–3", "foreign_yard", "terminal-1-3", (20, 80, 984, 364)),
        ("empty-1-3", "空箱堆场", "Empty yard", "empty_yard", "yard-1-3", (20, 286, 656, 358)),
        ("yard-4-5", "4–5 泊位外贸堆场", "Foreign-trade yard 4–5", "foreign_yard", "terminal-4-5", (996, 80, 1651, 364)),
        ("yard-6-7", "6–7 泊位自动化堆场", "Automated yard 6–7", "foreign_yard", "terminal-6-7", (1663, 80, 2299, 364)),
        ("yard-8-9", "8–9 泊位外贸堆场", "Foreign-trade yard 8–9", "foreign_yard", "terminal-8-9", (2311, 80, 2629, 364)),
        ("yard-domestic", "内贸堆场", "Domestic-trade yard", "domestic_yard", "terminal-8-9", (2662, 80, 2958, 364)),
        ("dangerous", "危险品堆场", "Dangerous-goods yard", "foreign_yard", "terminal-1-3", (36, 640, 312, 740)),
        ("inspection", "查验场地", "Inspection site", "inspection", "terminal-1-3", (676, 596, 976, 800)),
        ("park-foreign", "外贸集卡停车场", "Truck park, foreign trade", "gate", "terminal-1-3", (342, 606, 652, 764)),
        ("park-domestic", "内贸集卡停车场", "Truck park, domestic", "gate", "terminal-8-9", (2684, 626, 2940, 700)),
        ("depot-1-3", "拖车场 1–3", "Tractor depot 1–3", "office", "terminal-1-3", (676, 408, 976, 472)),
        ("depot-4-5", "拖车场 4–5", "Tractor depot 4–5", "office", "terminal-4-5", (1004, 408, 1310, 472)),
        ("depot-6-7", "无人集卡停放区", "Driverless-carrier depot", "office", "terminal-6-7", (1670, 408, 1968, 472)),
        ("depot-domestic", "拖车场（内贸）", "Tractor depot, domestic", "office", "terminal-8-9", (2684, 408, 2940, 472)),
        ("gate-1", "一号卡口", "Gate 1", "gate", "terminal-1-3", (624, 830, 706, 1000)),
        ("gate-2", "二号卡口", "Gate 2", "gate", "terminal-8-9", (2780, 830, 2850, 1000)),
        ("office", "办公区", "Offices", "office", "terminal-1-3", (100, 830, 600, 960)),
        ("rail", "铁路作业区", "Rail yard", "rail", "port", (1000, 974, 2330, 1090)),
        ("multi-purpose", "14# 多用途泊位", "Multi-purpose berth 14", "terminal", "port", (2975, 40, 3080, 480)),
        ("liquid", "液体化工作业区", "Liquid-bulk terminal", "terminal", "port", (3150, 640, 3850, 960)),
    ]
    return [feature("Polygon", FRAME.box(*box), id=id, name=name(zh, en), kind=kind, parent=parent, surveyed=False)
            for id, zh, en, kind, parent, box in rows]


FENCES: list[tuple[str, str, str, str, str, list[Pair]]] = [
    ("fence-foreign", "外贸监管区电子围网", "Foreign-trade supervised area", "foreign", "海关监管区管理规定（外贸集装箱监管区）",
     [(2652, 79), (4, 79), (4, 970), (1310, 970), (1310, 1016), (1994, 1016), (1994, 970), (2652, 970)]),
    ("fence-domestic", "内贸区电子围网", "Domestic-trade area", "domestic", "内外贸同场作业隔离要求",
     [(2962, 79), (2656, 79), (2656, 970), (2962, 970)]),
    ("fence-inspection", "查验场地电子围网", "Inspection site", "site", "海关查验作业场所", [(978, 594), (674, 594), (674, 802), (978, 802)]),
    ("fence-rail", "铁路股道封闭区", "Rail tracks, closed", "closed", "铁路安全封闭区", [(2340, 1020), (990, 1020), (990, 1084), (2340, 1084)]),
    ("fence-liquid", "液体化工封闭区", "Liquid-bulk terminal, closed", "closed", "危险化学品重点监管区",
     [(3840, 646), (3160, 646), (3160, 950), (3840, 950)]),
]


def buildings() -> list[dict[str, Any]]:
    """Buildings as boxes (s0, d0, s1, d1) with heights, then light masts and tanks."""
    rows: list[tuple[str, str, str, str, tuple[float, float, float, float], float]] = [
        ("h986", "H986 大型集装箱检查系统", "H986 inspection hall", "h986", (804, 772, 864, 792), 12.0),
        ("shed-1", "一号查验平台", "Inspection shed 1", "inspection_shed", (716, 724, 836, 748), 9.0),
        ("ultrasonic", "空箱超声检测站", "Ultrasonic test station for empties", "inspection_shed", (892, 730, 932, 746), 7.0),
        ("quarantine", "检疫处理场所", "Quarantine treatment", "inspection_shed", (905, 612, 965, 640), 8.0),
        ("customs", "海关监管大楼", "Customs building", "customs", (500, 862, 580, 884), 28.0),
        ("office-1-3", "福州国际集装箱码头", "FICT office", "office", (330, 862, 410, 880), 32.0),
        ("office-4-5", "福建江阴国际集装箱码头", "FJCT office", "office", (1070, 850, 1150, 868), 36.0),
        ("control-6-7", "自动化码头中控楼", "Automated terminal control centre", "office", (1780, 850, 1850, 868), 24.0),
        ("canteen", "职工之家", "Canteen", "office", (140, 866, 190, 884), 10.0),
        ("gate-1-canopy", "一号卡口", "Gate 1 canopy", "gate_canopy", (626, 956, 704, 984), 8.0),
        ("gate-2-canopy", "二号卡口", "Gate 2 canopy", "gate_canopy", (2790, 956, 2832, 984), 8.0),
        ("workshop-1", "机修车间", "Workshop", "workshop", (1180, 500, 1290, 540), 13.0),
        ("workshop-6", "自动化维保车间", "Maintenance of automated carriers", "workshop", (1850, 500, 1950, 535), 13.0),
        ("substation", "变电站", "Substation", "workshop", (220, 866, 260, 886), 8.0),
    ]
    for k, (s, zh) in enumerate(((46, "一"), (186, "二"), (362, "三"), (510, "四"), (1355, "五"), (1510, "六"), (2010, "七"),
                                 (2160, "八"), (2335, "九"), (2490, "十"))):
        width = 120 if s < 2000 else 125
        rows.append((f"cfs-{k + 1}a", f"{zh}号集拼仓库东", f"CFS warehouse {k + 1} south", "warehouse", (s, 398, s + width, 446), 11.0))
        rows.append((f"cfs-{k + 1}b", f"{zh}号集拼仓库西", f"CFS warehouse {k + 1} north", "warehouse", (s, 490, s + width, 538), 11.0))
    made = [feature("Polygon", FRAME.box(*box), id=id, name=name(zh, en), kind=kind, height_m=height, surveyed=False)
            for id, zh, en, kind, box, height in rows]
    for s in COLUMN_ROADS[:-1]:
        for d in (76, 224, 364, 566):
            made.append(_small("mast", s + 8, d, 0.8, 8, "灯塔", "Light mast", "light_mast", 35.0))
    for s, d in ((700, 930), (600, 930), (2860, 930), (670 + 20, 700), (960, 700), (1400, 976), (1800, 976)):
        made.append(_small("mast", s, d, 0.8, 8, "灯塔", "Light mast", "light_mast", 30.0))
    for k in range(10):
        made.append(_small("tank", 3230 + 120 * (k % 5), 780 + 100 * (k // 5), 28 if k // 5 else 34, 24, "储罐", "Tank", "tank", 20.0))
    return made


def _small(prefix: str, s: float, d: float, radius: float, corners: int, zh: str, en: str, kind: str, height: float) -> dict[str, Any]:
    id = f"{prefix}-{int(s)}-{int(d)}"
    return feature("Polygon", FRAME.disc(s, d, radius, corners), id=id, name=name(zh, en), kind=kind, height_m=height,
                   surveyed=False)


def openings(ring: list[Pair], edges: list[dict[str, Any]], nodes: dict[str, Pair]) -> list[list[list[float]]]:
    """Stretches of a fence where roads pass: 3 m either side of each lane, overlapping ones joined."""
    from shapely.geometry import LineString, Point

    wall = LineString([*ring, ring[0]])
    spans = []
    for e in edges:
        crossing = wall.intersection(LineString([nodes[e["start"]], *e.get("via", []), nodes[e["end"]]]))
        for place in getattr(crossing, "geoms", [crossing]):
            if not place.is_empty:
                at = wall.project(Point(place.coords[0]))
                spans.append((at - 3.0, at + 3.0))
    joined: list[list[float]] = []
    for low, high in sorted(spans):
        if joined and low <= joined[-1][1] + 1.0:
            joined[-1][1] = max(high, joined[-1][1])
        else:
            joined.append([low, high])
    return [[[round(c, 2) for c in wall.interpolate(t).coords[0]] for t in span] for span in joined]


def corridors() -> list[dict[str, Any]]:
    """Permitted ways of transit trips: through the towns of the motorway, then the port's own approach road."""
    to_local = Transformer.from_crs("EPSG:4326", f"+proj=tmerc +lat_0={ORIGIN_LAT} +lon_0={ORIGIN_LON} +ellps=WGS84",
                                    always_xy=True).transform
    towns = [(117.6389, 26.2634), (117.789, 26.396), (118.19, 26.17), (118.73, 26.02), (119.08, 25.95), (119.25, 25.78),
             (119.31, 25.66), (119.315, 25.58), (119.312, 25.50)]  # Sanming, Shaxian, Youxi, Minqing, ..., Yuxi, island
    line = [tuple(round(c, 1) for c in to_local(*t)) for t in towns] + FRAME.points([(662, 2640), (662, 1150), (668, 972)])
    return [feature("LineString", line, id="sanming", name=name("三明陆地港—江阴港", "Sanming dry port to Jiangyin"),
                    half_width_m=2500.0)]


def viewpoints() -> list[dict[str, Any]]:
    rows = [
        ("port", "全景", "Port", (1400, 210), 0, 193, 21, 1900),
        ("quay", "码头前沿", "Quay", (1330, 25), 15, 222, 15, 420),
        ("gate", "卡口", "Gates", (662, 975), 3, 335, 22, 210),
        ("h986", "查验场", "Inspection", (820, 745), 3, 215, 28, 260),
        ("block", "堆场", "Block", (1480, 150), 6, 210, 24, 230),
        ("domestic", "内贸区", "Domestic yard", (2790, 230), 0, 200, 28, 520),
        ("rail", "铁路", "Rail yard", (1600, 1020), 0, 205, 22, 460),
        ("top", "俯视 N↑", "Top, north up", (1480, 500), 0, 180, 90, 4200),
    ]
    return [{"id": id, "name": name(zh, en), "target": [*FRAME.point(*at), z], "azimuth_deg": azimuth,
             "elevation_deg": elevation, "distance_m": distance}
            for id, zh, en, at, z, azimuth, elevation, distance in rows]


def berth_rows() -> list[dict[str, Any]]:
    rows = [{"id": id, "name": name(zh, en), "kind": "container", "terminal": terminal, "start": list(FRAME.point(east, 0)),
             "end": list(FRAME.point(west, 0)), "depth_m": 16.0, "surveyed": False}
            for id, zh, en, terminal, east, west, _ in BERTHS]
    rows.append({"id": "B14", "name": name("14# 泊位", "Berth 14"), "kind": "multi_purpose", "terminal": "multi-purpose",
                 "start": list(FRAME.point(3080, 110)), "end": list(FRAME.point(3080, 435)), "depth_m": 12.5, "surveyed": False})
    for number, east in ((28, 3220), (29, 3510)):
        rows.append({"id": f"B{number}", "name": name(f"{number}# 泊位", f"Berth {number}"), "kind": "liquid",
                     "terminal": "liquid", "start": list(FRAME.point(east, 630)), "end": list(FRAME.point(east + 290, 630)),
                     "depth_m": 14.0, "surveyed": False})
    return rows


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--coast", type=Path, help="GSHHG clip as GeoJSON, WGS-84")
    coast = arguments.parse_args().coast
    roads = Roads(FRAME)
    yard = yards.Yard(FRAME, roads)
    roads_of_port(roads)
    yards.quay(yard, [(b[0], b[4], b[5], b[6]) for b in BERTHS])
    yards.lay_out(yard)
    sites(roads)
    gates = [gate(roads, 1, 662, 6, 5), gate(roads, 2, 2811, 3, 3)]
    tables = {"berths": berth_rows(), "gates": gates, "viewpoints": viewpoints(), "blocks": yard.blocks,
              "cranes": yard.cranes, **roads.tables()}
    write(tables, coast)


def write(tables: dict[str, list[dict[str, Any]]], coast: Path | None) -> None:
    """All files of the definition."""
    nodes = {row["id"]: tuple(row["at"]) for row in tables["road_nodes"]}
    fences = []
    for id, zh, en, kind, basis, ring in FENCES:
        outline = FRAME.points(ring)
        fences.append(feature("Polygon", outline, id=id, name=name(zh, en), fence_class=kind, legal_basis=basis, open_hours=[],
                              height_m=3.0, openings=openings(outline, tables["road_edges"], nodes)))
    platform = FRAME.points([(3080, 0), (-60, 0), (-60, 2500), (400, 2750), (1650, 2750), (3080, 1500), (3080, 960), (3860, 960),
                             (3860, 630), (3080, 630)])
    files = {
        "platform": [feature("Polygon", platform, surveyed=False)],
        "quay_lines": [feature("LineString", FRAME.points([(-60, 0), (3080, 0)])),
                       feature("LineString", FRAME.points([(3080, 0), (3080, 630)])),
                       feature("LineString", FRAME.points([(3080, 630), (3860, 630)]))],
        "crane_rails": [feature("LineString", FRAME.points([(5, d), (2960, d)])) for d in (3.5, 33.5)],
        "rail_tracks": [feature("LineString", FRAME.points([(-300, 1240 + 5 * k), (760, 1052), (1000, 1026 + 7 * k), (2320, 1026 + 7 * k)]),
                                id=f"track-{k + 1}") for k in range(8)],
        "zones": zones(), "fences": fences, "buildings": buildings(), "corridors": corridors(),
    }
    for kind, features in files.items():
        write_geojson(FOLDER / f"{kind}.geojson", features, frame=CRS)
    if coast is not None:
        from resources.port.coast import write_coast

        write_coast(coast, FOLDER, ORIGIN_LON, ORIGIN_LAT, CRS)
    head = {"format": "port-definition/1", "code": "CNJGY", "name": name("江阴港", "Jiangyin port"),
            "origin_lon": ORIGIN_LON, "origin_lat": ORIGIN_LAT, "time_zone": "Asia/Shanghai", "surveyed": False,
            "sea_level_m": -5.5, "outlines": {k: f"{k}.geojson" for k in [*files, "land", "anchorages"]}}
    write_tables(FOLDER / "port.json", head, tables)


if __name__ == "__main__":
    main()
