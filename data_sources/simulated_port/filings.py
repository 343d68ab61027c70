"""What is declared for a container: goods, packages, weight, firms and mode, drawn to fit its flow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from data_sources.simulated_port import goods as catalogue
from data_sources.simulated_port.declarations import DRY_PORT_OFFICE, PORT_OFFICE, DeclarationNumbers, Filing
from data_sources.simulated_port.goods import Good
from twin.records import DeclarationMode, Manifest, Trade

if TYPE_CHECKING:
    from data_sources.simulated_port.world import Box

SOURCE = "manifest"
WEIGHT_TOLERANCE = 0.018
"""Largest share by which an honest declared weight differs from the actual one (R04 and R06 begin above 2 %)."""

_MODES: dict[str, DeclarationMode] = {
    "import": DeclarationMode.IMPORT,
    "export": DeclarationMode.EXPORT,
    "transshipment": DeclarationMode.TRANSIT,
    "empty_in": DeclarationMode.EMPTY,
    "empty_out": DeclarationMode.EMPTY,
}
_TARE_KG = {20: 2_300.0, 40: 3_900.0, 45: 4_700.0}


def under_customs(box: Box) -> bool:
    """Whether the customs has anything to say about a container: all but domestic trade."""
    return box.trade != Trade.DOMESTIC


def outward(box: Box) -> bool:
    """Whether a container is to leave the country."""
    return box.flow in ("export", "empty_out")


def mode_of(box: Box) -> DeclarationMode:
    """The mode in which a container under customs is declared."""
    if box.trade == Trade.TRANSIT:
        return DeclarationMode.TRANSIT
    return _MODES[box.flow]


def tare_kg(box: Box) -> float:
    """What a container weighs empty, kilograms."""
    return _TARE_KG.get(box.length_ft, 3_900.0)


class FilingDrawer:
    """Draws what is declared for containers; the same container always gets the same goods."""

    def __init__(self, stream: np.random.Generator, numbers: DeclarationNumbers) -> None:
        self._stream = stream
        self._numbers = numbers
        self._rows: list[list[float]] = []
        self._used = 0
        self._goods: dict[str, Good] = {}

    def good(self, box: Box) -> Good:
        """The goods in a container, the same at each call."""
        known = self._goods.get(box.number)
        if known is None:
            known = self._goods[box.number] = self._draw_good(box)
        return known

    def declared_kg(self, box: Box) -> float:
        """An honest declared gross weight, kilograms: within WEIGHT_TOLERANCE of the actual one."""
        if not box.full:
            return float(box.gross_kg)
        return float(round(box.gross_kg * (1.0 + WEIGHT_TOLERANCE * (2.0 * self._next()[1] - 1.0)), 0))

    def packages(self, box: Box) -> int:
        """How many packages a container holds; an empty one counts as one package."""
        if not box.full:
            return 1
        return catalogue.packages_of(self.good(box), box.gross_kg - tare_kg(box))

    def keep(self, box: Box, good: Good) -> None:
        """Notes what is in a container of which something was told already."""
        self._goods[box.number] = good

    def manifest(self, box: Box, record_id: str, number: str, line: int, at_ms: int) -> Manifest:
        """The manifest line that announces a container."""
        return Manifest(
            id=record_id, source=SOURCE, observed_at=at_ms, manifest=number, line=line, bill=f"{number}{line:04d}",
            call=box.call or "", container=box.number, mode=mode_of(box), goods=self.good(box).name,
            packages=self.packages(box), gross_kg=box.declared_kg,
        )

    def filing(self, box: Box, lodged_at: int) -> Filing:
        """A declaration of one container, to be lodged at `lodged_at` (ms UTC)."""
        good, abroad_home = self.good(box), self._next()
        abroad = catalogue.ABROAD[int(abroad_home[2] * len(catalogue.ABROAD))]
        home = catalogue.AT_HOME[int(abroad_home[3] * len(catalogue.AT_HOME))]
        out = outward(box)
        office = DRY_PORT_OFFICE if box.trade == Trade.TRANSIT and out else PORT_OFFICE
        return Filing(
            number=self._numbers.take(office, out, lodged_at), mode=mode_of(box), containers=(box.number,),
            hs_code=good.hs_code, goods=good.name, packages=self.packages(box), gross_kg=box.declared_kg,
            consignor=home if out else abroad, consignee=abroad if out else home, lodged_at=lodged_at,
        )

    def forget(self, box: Box) -> None:
        """Drops what is known of a container that left."""
        self._goods.pop(box.number, None)

    def _draw_good(self, box: Box) -> Good:
        if not box.full:
            return catalogue.EMPTY
        if box.dangerous_class:
            return catalogue.dangerous_good(box.dangerous_class)
        goods = catalogue.EXPORTS if outward(box) else catalogue.IMPORTS
        return goods[int(catalogue.rows(goods, self._next()[0]))]

    def _next(self) -> list[float]:
        """Four uniform numbers, taken from a stock drawn many at a time."""
        if self._used == len(self._rows):
            self._rows, self._used = self._stream.random((4096, 4)).tolist(), 0
        self._used += 1
        return self._rows[self._used - 1]
