"""Jiangyin's plan, part one: frame, berths, zones, fences, buildings, tracks, corridors, viewpoints.

Quay coordinates (s, d), metres. Sourced: place of the origin, lengths of berths 4-5, 6-7, 14 and 28-29, the terminal's
depth, the number of tracks. Everything else is a plausible schematic (surveyed false).
"""

from __future__ import annotations

import math
from typing import Any

from pyproj import Transformer

from resources.port.drawing import Pair, QuayFrame, feature

Box = tuple[float, float, float, float]  # s and d of two opposite corners
Feature = dict[str, Any]

ORIGIN_LON, ORIGIN_LAT = 119.2917, 25.4133  # quay area, +-185 m
BEARING_DEG = 278.0  # schematic: the quay's azimuth is not known
TIDE = {"mean_low_m": 0.69, "mean_high_m": 7.45}  # sourced, above chart datum
QUAY_M = 2965.0  # berths 1-9: 990 + 667 + 648 + 660
_WEST = (math.sin(math.radians(BEARING_DEG)), math.cos(math.radians(BEARING_DEG)))
FRAME = QuayFrame((-_WEST[0] * QUAY_M / 2, -_WEST[1] * QUAY_M / 2), BEARING_DEG)
COLUMN_ROADS = (14, 334, 662, 990, 1323, 1657, 1981, 2305, 2635)
DOMESTIC_ROADS = (2672, 2952)

# number, terminal, eastern end, western end, quay cranes; lengths of 4-5 and 6-7 are sourced
BERTHS = (
    (1, "terminal-1-3", 0, 330, 2), (2, "terminal-1-3", 330, 660, 2), (3, "terminal-1-3", 660, 990, 2),
    (4, "terminal-4-5", 990, 1323.5, 3), (5, "terminal-4-5", 1323.5, 1657, 3),
    (6, "terminal-6-7", 1657, 1981, 2), (7, "terminal-6-7", 1981, 2305, 2),
    (8, "terminal-8-9", 2305, 2635, 2), (9, "terminal-8-9", 2635, 2965, 2),
)

# id, Chinese, English, kind, parent, box
ZONES: tuple[tuple[str, str, str, str, str | None, Box], ...] = (
    ("port", "江阴港区", "Jiangyin port", "port", None, (-60, 0, 3900, 1250)),
    ("terminal-1-3", "1–3 泊位", "Berths 1–3", "terminal", "port", (0, 0, 990, 1000)),
    ("quay-1-3", "1–3 泊位码头前沿", "Apron 1–3", "quay", "terminal-1-3", (0, 0, 990, 60)),
    ("yard-1-3", "1–3 泊位外贸堆场", "Foreign-trade yard 1–3", "foreign_yard", "terminal-1-3", (20, 80, 984, 376)),
    ("empty-1-3", "空箱堆场", "Empty yard", "empty_yard", "yard-1-3", (20, 286, 656, 358)),
    ("dangerous", "危险品堆场", "Dangerous-goods yard", "foreign_yard", "terminal-1-3", (36, 640, 312, 740)),
    ("inspection", "查验场地", "Inspection site", "inspection", "terminal-1-3", (676, 596, 976, 800)),
    ("gate-1", "一号卡口", "Gate 1", "gate", "terminal-1-3", (624, 830, 706, 1000)),
    ("park-foreign", "外贸集卡停车场", "Truck park, foreign trade", "gate", "terminal-1-3", (342, 606, 652, 764)),
    ("depot-1-3", "拖车场 1–3", "Tractor depot 1–3", "office", "terminal-1-3", (676, 408, 976, 472)),
    ("office", "办公区", "Offices", "office", "terminal-1-3", (100, 830, 600, 960)),
    ("terminal-4-5", "4–5 泊位", "Berths 4–5", "terminal", "port", (990, 0, 1657, 970)),
    ("quay-4-5", "4–5 泊位码头前沿", "Apron 4–5", "quay", "terminal-4-5", (990, 0, 1657, 60)),
    ("yard-4-5", "4–5 泊位外贸堆场", "Foreign-trade yard 4–5", "foreign_yard", "terminal-4-5", (996, 80, 1651, 376)),
    ("empty-4-5", "4–5 泊位空箱堆场", "Empty yard 4–5", "empty_yard", "terminal-4-5", (1340, 400, 1640, 480)),
    ("depot-4-5", "拖车场 4–5", "Tractor depot 4–5", "office", "terminal-4-5", (1004, 408, 1310, 472)),
    ("park-4-5", "4–5 泊位集卡停车场", "Truck park, berths 4–5", "gate", "terminal-4-5", (1332, 484, 1648, 562)),
    ("terminal-6-7", "6–7 泊位（自动化）", "Berths 6–7 (automated)", "terminal", "port", (1657, 0, 2305, 970)),
    ("quay-6-7", "6–7 泊位码头前沿", "Apron 6–7", "quay", "terminal-6-7", (1657, 0, 2305, 60)),
    ("yard-6-7", "6–7 泊位自动化堆场", "Automated yard 6–7", "foreign_yard", "terminal-6-7", (1663, 80, 2299, 376)),
    ("depot-6-7", "无人集卡停放区", "Driverless-carrier depot", "office", "terminal-6-7", (1670, 408, 1968, 472)),
    ("terminal-8-9", "8–9 泊位", "Berths 8–9", "terminal", "port", (2305, 0, 2965, 1000)),
    ("quay-8-9", "8–9 泊位码头前沿", "Apron 8–9", "quay", "terminal-8-9", (2305, 0, 2965, 60)),
    ("yard-8-9", "8–9 泊位外贸堆场", "Foreign-trade yard 8–9", "foreign_yard", "terminal-8-9", (2311, 80, 2629, 376)),
    ("empty-8-9", "8–9 泊位空箱堆场", "Empty yard 8–9", "empty_yard", "terminal-8-9", (2320, 400, 2620, 480)),
    ("park-8-9", "8–9 泊位集卡停车场", "Truck park, berths 8–9", "gate", "terminal-8-9", (2314, 484, 2628, 562)),
    ("yard-domestic", "内贸堆场", "Domestic-trade yard", "domestic_yard", "terminal-8-9", (2662, 80, 2958, 376)),
    ("gate-2", "二号卡口", "Gate 2", "gate", "terminal-8-9", (2780, 830, 2850, 1000)),
    ("park-domestic", "内贸集卡停车场", "Truck park, domestic", "gate", "terminal-8-9", (2684, 626, 2940, 700)),
    ("depot-domestic", "内贸拖车场", "Tractor depot, domestic", "office", "terminal-8-9", (2684, 408, 2940, 472)),
    ("rail", "铁路作业区", "Rail yard", "rail", "port", (1000, 974, 2330, 1090)),
    ("multi-purpose", "14# 多用途泊位", "Multi-purpose berth 14", "terminal", "port", (2975, 40, 3080, 480)),
    ("liquid", "液体化工作业区", "Liquid-bulk terminal", "terminal", "port", (3150, 630, 3850, 960)),
)

WORKING_HOURS = {"inspection": [["06:00", "24:00"]]}
"""Zones in which work is not allowed around the clock, local times; schematic."""

# id, Chinese, English, class, basis, ring
FENCES: tuple[tuple[str, str, str, str, str, tuple[Pair, ...]], ...] = (
    ("fence-foreign", "外贸监管区电子围网", "Foreign-trade supervised area", "foreign", "海关监管区：外贸集装箱",
     ((2652, 79), (4, 79), (4, 970), (1310, 970), (1310, 1016), (1994, 1016), (1994, 970), (2652, 970))),
    ("fence-domestic", "内贸区电子围网", "Domestic-trade area", "domestic", "内外贸同场作业隔离要求",
     ((2962, 79), (2656, 79), (2656, 970), (2962, 970))),
    ("fence-inspection", "查验场地电子围网", "Inspection site", "site", "海关查验作业场所",
     ((978, 594), (674, 594), (674, 802), (978, 802))),
    ("fence-rail", "铁路股道封闭区", "Rail tracks, closed", "closed", "铁路线路安全保护区",
     ((2340, 1020), (990, 1020), (990, 1084), (2340, 1084))),
    ("fence-liquid", "液体化工封闭区", "Liquid-bulk terminal, closed", "closed", "危险化学品重点监管区",
     ((3840, 660), (3160, 660), (3160, 950), (3840, 950))),
)

# id, Chinese, English, kind, box, height
_BUILDINGS: tuple[tuple[str, str, str, str, Box, float], ...] = (
    ("h986", "H986 大型集装箱检查系统", "H986 inspection hall", "h986", (804, 772, 864, 792), 12.0),
    ("shed-1", "一号查验平台", "Inspection shed 1", "inspection_shed", (716, 724, 836, 748), 9.0),
    ("ultrasonic", "空箱超声检测站", "Ultrasonic station for empties", "inspection_shed", (892, 730, 932, 746), 7.0),
    ("quarantine", "检疫处理场所", "Quarantine treatment", "inspection_shed", (905, 604, 965, 632), 8.0),
    ("customs", "海关监管大楼", "Customs building", "customs", (500, 862, 580, 884), 28.0),
    ("office-1-3", "福州国际集装箱码头", "FICT office", "office", (330, 862, 410, 880), 32.0),
    ("office-4-5", "福建江阴国际集装箱码头", "FJCT office", "office", (1070, 850, 1150, 868), 36.0),
    ("control-6-7", "自动化码头中控楼", "Automated terminal control", "office", (1780, 850, 1850, 868), 24.0),
    ("office-8-9", "8–9 泊位办公楼", "Office 8–9", "office", (2400, 850, 2470, 868), 24.0),
    ("canteen", "职工之家", "Canteen", "office", (140, 866, 190, 884), 10.0),
    ("gate-1-canopy", "一号卡口", "Gate 1 canopy", "gate_canopy", (626, 956, 704, 984), 8.0),
    ("gate-2-canopy", "二号卡口", "Gate 2 canopy", "gate_canopy", (2786, 956, 2836, 984), 8.0),
    ("workshop-1", "机修车间", "Workshop", "workshop", (1180, 500, 1290, 540), 13.0),
    ("workshop-6", "无人集卡维保车间", "Driverless-carrier workshop", "workshop", (1850, 500, 1950, 535), 13.0),
    ("workshop-n", "修箱车间", "Container repair", "workshop", (2700, 500, 2800, 540), 11.0),
    ("substation-1", "一号变电站", "Substation 1", "workshop", (220, 866, 260, 886), 8.0),
    ("substation-2", "二号变电站", "Substation 2", "workshop", (2200, 850, 2240, 870), 8.0),
)
_SOUTH_SHEDS = (46, 186, 362, 510, 2010, 2160)  # eastern ends of the CFS warehouses
_NORTH_SHEDS = ((1020, "保税仓库", "Bonded warehouse", 14.0), (1355, "冷链查验库", "Cold-chain warehouse", 16.0),
                (1690, "商品车库", "Vehicle hall", 10.0), (2010, "出口拼箱库", "Export consolidation", 12.0),
                (2340, "散货仓库", "Bulk warehouse", 14.0))
_LOW_MASTS = ((714, 930), (612, 930), (2864, 930), (690, 686), (966, 686), (1400, 976), (1880, 976), (2770, 600))


def name(zh: str, en: str) -> dict[str, str]:
    """A name in both languages."""
    return {"zh": zh, "en": en}


def zones() -> list[Feature]:
    """The tree of zones."""
    return [feature("Polygon", FRAME.box(*box), id=ident, name=name(zh, en), kind=kind, parent=parent, surveyed=False,
                    **({"working_hours": WORKING_HOURS[ident]} if ident in WORKING_HOURS else {}))
            for ident, zh, en, kind, parent, box in ZONES]


def buildings() -> list[Feature]:
    """Buildings, light masts and tanks."""
    rows = list(_BUILDINGS)
    for k, s in enumerate(_SOUTH_SHEDS, 1):
        for part, zh, d in (("a", "南", 402), ("b", "北", 490)):
            rows.append((f"cfs-{k}{part}", f"{k} 号集拼仓库{zh}", f"CFS warehouse {k}{part.upper()}", "warehouse",
                         (s, d, s + 122, d + 48), 11.0))
    for s, zh, en, height in _NORTH_SHEDS:
        for k, (ds, d) in enumerate(((0, 600), (140, 600), (0, 710), (140, 710)), 1):
            rows.append((f"store-{s}-{k}", f"{zh} {k}", f"{en} {k}", "warehouse",
                         (s + ds, d, s + ds + 118, d + 72), height))
    made = [feature("Polygon", FRAME.box(*box), id=ident, name=name(zh, en), kind=kind, height_m=height, surveyed=False)
            for ident, zh, en, kind, box, height in rows]
    masts = [(s + 8, d, 35.0) for s in COLUMN_ROADS[:-1] for d in (76, 222, 376, 566)]
    masts += [(s, d, 30.0) for s, d in _LOW_MASTS]
    made += [_round("mast", s, d, 0.8, 8, name("灯塔", "Light mast"), "light_mast", h) for s, d, h in masts]
    for k in range(10):
        s, d, radius = 3230 + 120 * (k % 5), (770, 880)[k // 5], (34, 28)[k // 5]
        made.append(_round("tank", s, d, radius, 24, name("储罐", "Tank"), "tank", 20.0))
    return made


def _round(prefix: str, s: float, d: float, radius: float, corners: int, title: dict[str, str], kind: str,
           height: float) -> Feature:
    return feature("Polygon", FRAME.disc(s, d, radius, corners), id=f"{prefix}-{s}-{d}", name=title, kind=kind,
                   height_m=height, surveyed=False)


def tracks() -> list[Feature]:
    """Eight tracks 7 m apart and the branch that leaves westward and turns north to the main line."""
    made = []
    for k in range(8):
        d = 1026 + 7 * k
        throat = _curve((2330, d), (2420, d), (2430, 1060), (2520, 1066))
        branch = _curve((2520, 1066), (2650, 1075), (2690, 1300), (2560, 1480))
        away = _curve((2560, 1480), (2300, 1840), (1900, 2100), (1500, 2720))
        line = [(1000.0, float(d)), *throat, *branch[1:], *away[1:]] if k == 4 else [(1000.0, float(d)), *throat]
        made.append(feature("LineString", FRAME.points(line), id=f"track-{k + 1}"))
    return made


def _curve(a: Pair, b: Pair, c: Pair, e: Pair) -> list[Pair]:
    """A Bezier curve as ten chords."""
    steps = [i / 10 for i in range(11)]
    return [(sum(w * p[0] for w, p in zip(_weights(t), (a, b, c, e), strict=True)),
             sum(w * p[1] for w, p in zip(_weights(t), (a, b, c, e), strict=True))) for t in steps]


def _weights(t: float) -> tuple[float, float, float, float]:
    return ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)


def corridors() -> list[Feature]:
    """Permitted ways of transit trips: by the towns along the motorway, then the port's own approach road to gate 1."""
    projection = f"+proj=tmerc +lat_0={ORIGIN_LAT} +lon_0={ORIGIN_LON} +ellps=WGS84"
    to_local = Transformer.from_crs("EPSG:4326", projection, always_xy=True).transform
    towns = ((117.6389, 26.2634), (117.789, 26.396), (118.19, 26.17), (118.73, 26.02), (119.08, 25.95),
             (119.25, 25.78), (119.31, 25.66), (119.315, 25.58), (119.312, 25.50))  # Sanming ... Yuxi, the island
    approach = FRAME.points([(664, 2620), (664, 1134), (665, 972)])
    line = [tuple(round(c, 1) for c in to_local(*town)) for town in towns] + approach
    return [feature("LineString", line, id="sanming", name=name("三明陆地港—江阴港", "Sanming dry port to Jiangyin"),
                    half_width_m=2500.0)]


def berths() -> list[dict[str, Any]]:
    """Berths 1-9 westward along the quay, 14 on the western face, 28-29 on the liquid-bulk arm. Sea to the left."""
    rows = [_berth(number, "container", terminal, (east, 0), (west, 0), 16.0)
            for number, terminal, east, west, _ in BERTHS]
    rows.append(_berth(14, "multi_purpose", "multi-purpose", (3080, 110), (3080, 435), 12.5))
    rows.append(_berth(28, "liquid", "liquid", (3220, 630), (3510, 630), 14.0))
    rows.append(_berth(29, "liquid", "liquid", (3510, 630), (3800, 630), 14.0))
    return rows


def _berth(number: int, kind: str, terminal: str, start: Pair, end: Pair, depth: float) -> dict[str, Any]:
    return {"id": f"B{number}", "name": name(f"{number}# 泊位", f"Berth {number}"), "kind": kind, "terminal": terminal,
            "start": list(FRAME.point(*start)), "end": list(FRAME.point(*end)), "depth_m": depth, "surveyed": False}


# id, Chinese, English, target (s, d), its height, azimuth, elevation, distance
VIEWPOINTS: tuple[tuple[str, str, str, Pair, float, float, float, float], ...] = (
    ("port", "全景", "Port", (1330, 285), 0, 214, 17, 1010),
    ("quay", "码头前沿", "Quay", (1500, 15), 16, 232, 17, 400),
    ("gate", "卡口", "Gates", (664, 985), 3, 326, 21, 190),
    ("h986", "查验场", "Inspection", (838, 760), 3, 228, 22, 190),
    ("block", "堆场", "Block", (1490, 225), 4, 222, 25, 235),
    ("domestic", "内贸区", "Domestic yard", (2800, 240), 0, 205, 30, 620),
    ("rail", "铁路", "Rail yard", (1500, 1030), 0, 160, 18, 300),
    ("top", "俯视 N↑", "Top, north up", (1480, 480), 0, 180, 90, 3700),
)


def viewpoints() -> list[dict[str, Any]]:
    """Named cameras."""
    return [{"id": ident, "name": name(zh, en), "target": [*FRAME.point(*at), z], "azimuth_deg": azimuth,
             "elevation_deg": elevation, "distance_m": distance}
            for ident, zh, en, at, z, azimuth, elevation, distance in VIEWPOINTS]
