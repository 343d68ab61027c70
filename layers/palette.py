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
STALE: Final[Rgb] = rgb("#59636c")
FENCE_QUIET: Final[Rgb] = rgb("#2f8f9d")
FENCE_BREACHED: Final[Rgb] = rgb("#ff5a4a")

_LINES: Final[dict[str, Rgb]] = {
    "COSCO": rgb("#3d5f8f"), "OOCL": rgb("#8f4a4c"), "MAERSK": rgb("#6f93a6"), "MSC": rgb("#9a8350"),
    "CMA CGM": rgb("#39506f"), "EVERGREEN": rgb("#4c7a5a"), "HAPAG": rgb("#a36a3f"), "ONE": rgb("#93507c"),
    "YANG MING": rgb("#8b8f93"), "HMM": rgb("#5a6f94"), "ZIM": rgb("#5d6066"), "SITC": rgb("#7d5a4a"),
    "WAN HAI": rgb("#4a6f8a"), "PIL": rgb("#8a5656"), "ANTONG": rgb("#6d7a4e"), "ZHONGGU": rgb("#4f6d6a"),
}
"""Liveries of the lines that call here, muted to the same strength."""

_OTHERS: Final[tuple[Rgb, ...]] = (
    rgb("#6b5b73"), rgb("#5b7371"), rgb("#73685b"), rgb("#5b6373"), rgb("#735b5f"), rgb("#66735b"), rgb("#80756a"),
    rgb("#6a7580"),
)


def owner_colour(owner: str) -> Rgb:
    """Livery of a container's owner; owners without a known one share muted colours, the same in every session."""
    known = _LINES.get(owner.upper())
    return known if known is not None else _OTHERS[zlib.crc32(owner.encode()) % len(_OTHERS)]


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
