"""What a container's colour tells besides its legal state and owner: how long it has stood, what it weighs, the risk
that lies on it, whether it is full. Each meaning has a few classes with a colour and a name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from layers.palette import SEVERITIES, ColourMode, Rgb, rgb, table
from twin.legal_state import LegalState

if TYPE_CHECKING:
    from twin.tables import Containers

Entries = tuple[tuple[str, str, str, Rgb], ...]

DAY_MS: Final = 86_400_000
_DWELL_DAYS: Final = (1, 3, 7, 14)
_HEAVY_KG: Final = (10_000.0, 20_000.0, 28_000.0)

DWELL: Final[Entries] = (
    ("dwell_1", "不足1天", "Under a day", rgb("#4d7c86")),
    ("dwell_3", "1–3天", "1 to 3 days", rgb("#5f8a72")),
    ("dwell_7", "3–7天", "3 to 7 days", rgb("#96925a")),
    ("dwell_14", "7–14天", "7 to 14 days", rgb("#c08a40")),
    ("dwell_over", "超过14天", "Over 14 days", rgb("#cf5f45")),
    ("dwell_unknown", "不明", "Not known", rgb("#4b5157")),
)
WEIGHT: Final[Entries] = (
    ("weight_10", "10吨以下", "Under 10 t", rgb("#7d929c")),
    ("weight_20", "10–20吨", "10 to 20 t", rgb("#4f7fa0")),
    ("weight_28", "20–28吨", "20 to 28 t", rgb("#6a639c")),
    ("weight_over", "28吨以上", "28 t and more", rgb("#a8527c")),
    ("weight_unknown", "未报", "Not stated", rgb("#4b5157")),
)
RISK: Final[Entries] = (
    *SEVERITIES,
    ("controlled", "布控或查验", "Held or inspected", rgb("#3f9fc4")),
    ("calm", "无预警", "No warning", rgb("#59646e")),
)
LOAD: Final[Entries] = (
    ("full", "重箱", "Full", rgb("#5b7f9c")),
    ("empty", "空箱", "Empty", rgb("#a2a6a8")),
)

CLASSES: Final[dict[ColourMode, Entries]] = {
    ColourMode.DWELL: DWELL, ColourMode.WEIGHT: WEIGHT, ColourMode.RISK: RISK, ColourMode.LOAD: LOAD}
TABLES: Final = {mode: table(entries) for mode, entries in CLASSES.items()}
CALM: Final = len(RISK) - 1
_CONTROLLED: Final = CALM - 1


def classes(
    mode: ColourMode, containers: Containers, rows: NDArray[np.integer], now: int, severity: NDArray[np.int8]
) -> NDArray[np.int8]:
    """Row of `CLASSES[mode]` for each container. Shape (M,).

    rows: (M,). now: ms UTC of the session's clock. severity: rank of the gravest open warning on each container of the
    table, in the order of `layers.palette.SEVERITIES`, -1 for none, (N,). All zeros for modes without classes.
    """
    found: NDArray[np.int8] = np.zeros(len(rows), dtype=np.int8)
    if mode is ColourMode.DWELL:
        since = np.where(containers.arrived_at[rows] > 0, containers.arrived_at[rows], containers.moved_at[rows])
        days = (now - since) / DAY_MS
        found[:] = np.searchsorted(_DWELL_DAYS, days, side="right")
        found[(since <= 0) | (now <= 0)] = len(DWELL) - 1
    elif mode is ColourMode.WEIGHT:
        mass = containers.gross_kg[rows]
        found[:] = np.searchsorted(_HEAVY_KG, np.nan_to_num(mass), side="right")
        found[~(mass > 0.0)] = len(WEIGHT) - 1
    elif mode is ColourMode.RISK:
        state = containers.legal_state[rows]
        under_control = (state == LegalState.HELD) | (state == LegalState.INSPECTION)
        found[:] = np.where(severity[rows] >= 0, severity[rows], np.where(under_control, _CONTROLLED, CALM))
    elif mode is ColourMode.LOAD:
        found[:] = ~containers.full[rows] | (containers.legal_state[rows] == LegalState.EMPTY)
    return found
