"""Draws containers as a port of this kind sees them: types, weights, owners, dangerous goods, reefers.

Shares are a believable mix for a Chinese container port of three million TEU; no single figure is a statistic of
Jiangyin.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from data_sources.simulated_port.container_numbers import DOMESTIC_OWNERS, EMPTY_LESSORS, FOREIGN_OWNERS, NumberMint
from data_sources.simulated_port.world import Box
from twin.records import Trade

TARE_KG = {
    "22G1": 2_230,
    "22T1": 3_600,
    "22U1": 2_350,
    "42G1": 3_750,
    "42P1": 5_000,
    "42U1": 3_900,
    "45G1": 3_900,
    "45R1": 4_640,
    "22R1": 2_950,
    "L5G1": 4_750,
}
_MOST_PAYLOAD_KG = {20: 24_000.0, 40: 26_000.0, 45: 27_000.0}
_DRY_20, _DRY_20_SHARES = ("22G1", "22U1", "22T1"), (0.955, 0.02, 0.025)
_DRY_40, _DRY_40_SHARES = ("45G1", "42G1", "42U1", "42P1"), (0.72, 0.255, 0.015, 0.01)
REEFER_40, REEFER_20 = "45R1", "22R1"
LONG = "L5G1"
_SET_POINTS_C = (-25.0, -20.0, -18.0, -18.0, -18.0, 0.0, 2.0, 4.0, 13.0)
DANGEROUS = {
    "2.2": ("UN1956", "UN1013", "UN3163"),
    "3": ("UN1263", "UN1993", "UN1866", "UN1219"),
    "4.1": ("UN1325", "UN3175"),
    "5.1": ("UN1479", "UN3377"),
    "6.1": ("UN2810", "UN2811", "UN3288"),
    "8": ("UN1760", "UN1824", "UN2796", "UN3264"),
    "9": ("UN3480", "UN3082", "UN3077", "UN3481"),
}
"""Classes handled here (berths 4-5, 2012: 2.2, 3, 4, 5, 6, 8, 9) and usual UN numbers of each."""


class CargoDrawer:
    """Draws new containers from one random stream."""

    def __init__(self, rng: np.random.Generator, mint: NumberMint) -> None:
        self._rng, self._mint = rng, mint

    def draw(
        self,
        count: int,
        length_ft: int,
        flow: str,
        trade: Trade,
        full: bool,
        reefer: bool = False,
        dangerous: Sequence[str] = (),
    ) -> list[Box]:
        """`count` containers of one length and purpose. `reefer`: running reefers; `dangerous`: an IMDG class for
        each."""
        if count == 0:
            return []
        rng = self._rng
        types = self._types(count, length_ft, reefer, bool(dangerous))
        tare = np.array([TARE_KG[t] for t in types], dtype=float)
        most = _MOST_PAYLOAD_KG[length_ft]
        payload = (
            np.clip(rng.normal(0.62 if length_ft == 20 else 0.52, 0.2, count), 0.12, 0.98) * most
            if full
            else np.zeros(count)
        )
        gross = np.round(tare + payload, -1).tolist()
        domestic = trade is Trade.DOMESTIC
        owners = DOMESTIC_OWNERS if domestic else FOREIGN_OWNERS if full else FOREIGN_OWNERS + EMPTY_LESSORS
        numbers = self._mint.draw(owners, count)
        points = rng.integers(0, len(_SET_POINTS_C), count).tolist()
        picks = rng.random(count).tolist()
        boxes = []
        for i, number in enumerate(numbers):
            hazard = dangerous[i] if dangerous else None
            numbers_of_class = DANGEROUS[hazard] if hazard else ()
            code = types[i]
            boxes.append(
                Box(
                    number,
                    code,
                    length_ft,
                    code[1] == "5",
                    full,
                    gross[i],
                    gross[i],
                    trade,
                    flow,
                    number[:3],
                    dangerous_class=hazard,
                    un_number=numbers_of_class[int(picks[i] * len(numbers_of_class))] if hazard else None,
                    reefer_set_c=_SET_POINTS_C[points[i]] if reefer and full else None,
                    released=domestic,
                )
            )
        return boxes

    def _types(self, count: int, length_ft: int, reefer: bool, dangerous: bool) -> list[str]:
        if length_ft == 45:
            return [LONG] * count
        if reefer:
            return [REEFER_20 if length_ft == 20 else REEFER_40] * count
        if length_ft == 20:
            shares = (0.8, 0.0, 0.2) if dangerous else _DRY_20_SHARES
            return [_DRY_20[i] for i in self._rng.choice(len(_DRY_20), count, p=shares).tolist()]
        return [_DRY_40[i] for i in self._rng.choice(len(_DRY_40), count, p=_DRY_40_SHARES).tolist()]
