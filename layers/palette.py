"""Colours by meaning: quiet greys and blues for what is normal, saturated only for what is not (docs: SCREENS)."""

from __future__ import annotations

import zlib
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

Rgb = tuple[int, int, int]


class ColourMode(StrEnum):
    """What a container's colour tells."""

    LEGAL_STATE = "legal_state"
    OWNER = "owner"
    DWELL = "dwell"
    WEIGHT = "weight"
    RISK = "risk"
    LOAD = "load"


COLOUR_MODES: Final[tuple[tuple[ColourMode, str, str], ...]] = (
    (ColourMode.LEGAL_STATE, "法律状态", "Legal state"),
    (ColourMode.OWNER, "箱主", "Owner"),
    (ColourMode.DWELL, "在场时间", "Dwell"),
    (ColourMode.WEIGHT, "重量", "Weight"),
    (ColourMode.RISK, "风险", "Risk"),
    (ColourMode.LOAD, "重箱/空箱", "Full or empty"),
)
"""With Chinese and English names, in the order in which one goes through them."""


def rgb(text: str) -> Rgb:
    """(red, green, blue), 0..255, from "#rrggbb"."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


LEGAL_STATES: Final[tuple[tuple[str, str, str, Rgb], ...]] = (
    ("undeclared", "未申报", "Not declared", rgb("#767c82")),
    ("declared", "已申报", "Declared", rgb("#58708c")),
    ("held", "布控", "Held", rgb("#e8a42c")),
    ("inspection", "查验中", "Under inspection", rgb("#3f9fc4")),
    ("released", "放行", "Released", rgb("#547c7a")),
    ("removed", "提离", "Removed", rgb("#4a5a50")),
    ("domestic", "内贸", "Domestic", rgb("#60647c")),
    ("empty", "空箱", "Empty", rgb("#9ca2a5")),
    ("transit", "转关", "Transit", rgb("#706692")),
    ("unknown", "不明", "Unknown", rgb("#4b5157")),
)
"""Key, Chinese, English and colour of each legal state, in the order of `twin.legal_state.LegalState`."""

SEVERITIES: Final[tuple[tuple[str, str, str, Rgb], ...]] = (
    ("critical", "严重", "Critical", rgb("#ff5a4a")),
    ("high", "高", "High", rgb("#f0912f")),
    ("medium", "中", "Medium", rgb("#e8c14a")),
    ("low", "低", "Low", rgb("#7fb2d6")),
)

SEAL_STATES: Final[tuple[tuple[str, str, str, Rgb], ...]] = (
    ("locked", "施封", "Locked", rgb("#3fb6a0")),
    ("unlocked", "解封", "Unlocked", rgb("#8fa3b3")),
    ("tampered", "异常开启", "Tampered", rgb("#ff5a4a")),
    ("cut", "剪断", "Cut", rgb("#ff5a4a")),
    ("low_battery", "电量低", "Low battery", rgb("#e8c14a")),
    ("unknown", "不明", "Unknown", rgb("#6d7780")),
)
"""In the order of `twin.tables.SealState`."""

VEHICLES: Final[tuple[tuple[str, str, str, Rgb], ...]] = (
    ("road_truck", "外集卡", "Road truck", rgb("#dfe5ea")),
    ("terminal_tractor", "内集卡", "Terminal tractor", rgb("#d9a441")),
    ("agv", "无人集卡", "Driverless carrier", rgb("#6fb7d6")),
    ("patrol", "巡查车", "Patrol car", rgb("#f4f7fa")),
    ("officer", "关员", "Officer", rgb("#7fb2d6")),
)
"""In the order of `twin.records.VehicleKind`, then officers on foot."""

SELECTED: Final[Rgb] = rgb("#7fd0ff")
HOVERED: Final[Rgb] = rgb("#cfd8e0")
GROUPED: Final[Rgb] = rgb("#ffd27a")
STALE: Final[Rgb] = rgb("#59636c")
MEASURED: Final[Rgb] = rgb("#ffd27a")
PINNED: Final[Rgb] = rgb("#b9e0ff")
TRAIL: Final[Rgb] = rgb("#8fd3ff")
HEAT_RAMP: Final[tuple[Rgb, ...]] = (
    rgb("#24506e"), rgb("#2f8f9d"), rgb("#3fb6a0"), rgb("#e8c14a"), rgb("#f0912f"), rgb("#ff5a4a"))
"""From cool to hot, in even steps."""

FENCE_QUIET: Final[Rgb] = rgb("#2f8f9d")
FENCE_BREACHED: Final[Rgb] = rgb("#ff5a4a")

_LINES: Final[tuple[tuple[str, str, Rgb, str], ...]] = (
    ("中远海运", "COSCO", rgb("#3d5f8f"), "COSU CSNU CBHU CCLU CSLU"),
    ("东方海外", "OOCL", rgb("#8f4a4c"), "OOLU OOCU"),
    ("马士基", "Maersk", rgb("#6f93a6"), "MSKU MRKU MAEU MSKX"),
    ("地中海航运", "MSC", rgb("#9a8350"), "MSCU MEDU MSDU"),
    ("达飞", "CMA CGM", rgb("#39506f"), "CMAU CGMU"),
    ("长荣", "Evergreen", rgb("#4c7a5a"), "EGHU EITU EMCU EISU EGSU"),
    ("赫伯罗特", "Hapag-Lloyd", rgb("#a36a3f"), "HLXU HLBU HLCU"),
    ("海洋网联", "ONE", rgb("#93507c"), "ONEU NYKU"),
    ("阳明", "Yang Ming", rgb("#8b8f93"), "YMLU YMMU"),
    ("韩新海运", "HMM", rgb("#5a6f94"), "HMMU HDMU"),
    ("以星", "ZIM", rgb("#5d6066"), "ZCSU ZIMU"),
    ("海丰", "SITC", rgb("#7d5a4a"), "SITU"),
    ("万海", "Wan Hai", rgb("#4a6f8a"), "WHSU WHLU"),
    ("太平船务", "PIL", rgb("#8a5656"), "PCIU"),
    ("德翔", "T.S. Lines", rgb("#6a5f86"), "TSSU"),
    ("中谷", "Zhonggu", rgb("#4f6d6a"), "ZGXU"),
    ("租箱公司", "Lessors", rgb("#7c7a70"), "TCNU TEMU TGHU TCLU TRHU CAIU SEGU BMOU DFSU FCIU FSCU GESU"),
)
"""Lines that call here with a livery muted to the same strength, and the owner prefixes they use (BIC codes)."""

_LINE_OF: Final = {prefix: line[:3] for line in _LINES for prefix in line[3].split()}
_OTHERS: Final[tuple[Rgb, ...]] = (
    rgb("#6b5b73"), rgb("#5b7371"), rgb("#73685b"), rgb("#5b6373"), rgb("#735b5f"), rgb("#66735b"), rgb("#80756a"),
    rgb("#6a7580"),
)


def line_of(owner: str) -> tuple[str, str, Rgb]:
    """Chinese and English name and livery of the line that uses an owner prefix.

    An owner that is not in the list is its own name and has one of the muted colours left over, always the same.
    """
    known = _LINE_OF.get(owner[:4].upper())
    return known if known is not None else (owner, owner, _OTHERS[zlib.crc32(owner.encode()) % len(_OTHERS)])


def table(entries: tuple[tuple[str, str, str, Rgb], ...]) -> NDArray[np.uint8]:
    """The colours of a list above as a look-up table. Shape (N, 3)."""
    return np.array([entry[3] for entry in entries], dtype=np.uint8)


LEGAL_STATE_TABLE: Final = table(LEGAL_STATES)
SEVERITY_TABLE: Final = table(SEVERITIES)
SEAL_TABLE: Final = table(SEAL_STATES)
VEHICLE_TABLE: Final = table(VEHICLES)


def severity_rank(severity: str) -> int:
    """Row of a severity in `SEVERITIES`: 0 is the gravest. Raises KeyError for an unknown word."""
    for rank, entry in enumerate(SEVERITIES):
        if entry[0] == severity:
            return rank
    raise KeyError(severity)
