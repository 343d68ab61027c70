"""Vessels: names, identities after IMO and ITU rules, and how their deck is stowed (ISO 9711-1 bay, row, tier)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from data_sources.simulated_port.world import Box
from twin.records import Trade


@dataclass(frozen=True, slots=True)
class Size:
    """A size of container ship: metres, boxes high on deck, usual containers handled in a call here."""

    length_m: float
    beam_m: float
    tiers: int
    moves: int
    share: float


FOREIGN_SIZES = (
    Size(147.0, 23.2, 4, 260, 0.20),
    Size(172.0, 27.6, 4, 380, 0.26),
    Size(222.0, 30.0, 5, 520, 0.18),
    Size(260.0, 32.2, 5, 680, 0.18),
    Size(294.0, 32.2, 6, 820, 0.11),
    Size(335.0, 42.8, 6, 1_050, 0.07),
)
DOMESTIC_SIZES = (Size(150.0, 24.0, 4, 320, 0.5), Size(180.0, 28.0, 4, 430, 0.5))
# fmt: off
_FOREIGN_NAMES = (
    "EVER GLEAM", "COSCO FUZHOU", "SITC JIANGYIN", "WAN HAI 327", "YM CAPACITY", "OOCL XIAMEN", "MAERSK QINZHOU",
    "CMA CGM LYRA", "HMM OPAL", "ONE ARCADIA", "KMTC SHENZHEN", "TS KAOHSIUNG", "ZIM NINGBO", "HAPAG MINJIANG",
    "MSC MEISHAN", "XIN QUAN ZHOU", "WAN HAI 513", "EVER CONCISE", "SITC HENGDE", "COSCO ROTTERDAM",
    "YM INAUGURATION", "OOCL JAKARTA", "MAERSK TAIKUNG", "CMA CGM TANCREDI", "GREEN PACIFIC", "SINOKOR VLADIVOSTOK",
    "HEUNG-A AKITA", "TS MAWEI", "ONE CYGNUS", "KMTC JAKARTA", "MSC SHANGHAI V", "WAN HAI 295", "EVER OATH",
    "BLUE OCEAN", "SPIL CITRA", "IAL 001", "MINSHENG TRADER", "ASIATIC WAVE", "SITC KWANGYANG", "HMM PROMISE",
)
# fmt: on
# fmt: off
_DOMESTIC_NAMES = (
    "ZHONG GU MIN JIANG", "ZHONG GU BO HAI", "AN TONG JIN GANG", "XIN FENG FU ZHOU", "PAN ASIA QUAN ZHOU",
    "REN JIAN 17", "ZHONG GU YING KOU", "AN TONG HUANG PU", "XIN MING ZHOU 82", "HAI LIAN JIANG YIN",
)
# fmt: on
_MIDS = ("477", "563", "416", "538", "636", "373")  # Hong Kong, Singapore, Taipei, Marshall Islands, Liberia, Panama
CHINA_MID = "413"


def imo_number(serial: int) -> str:
    """IMO number: six digits and their check digit, the last digit of 7a + 6b + 5c + 4d + 3e + 2f (IMO A.1117(30))."""
    digits = [int(c) for c in f"{serial:06d}"]
    return f"{serial:06d}{sum(d * w for d, w in zip(digits, range(7, 1, -1), strict=True)) % 10}"


@dataclass(frozen=True, slots=True)
class Ship:
    """A vessel that calls here now and then."""

    name: str
    imo: str
    mmsi: str
    size: Size


def register(trade: Trade) -> list[Ship]:
    """The vessels of a trade, always the same ones, sizes in the proportions of their shares."""
    names, sizes, first = (
        (_DOMESTIC_NAMES, DOMESTIC_SIZES, 941_200)
        if trade is Trade.DOMESTIC
        else (_FOREIGN_NAMES, FOREIGN_SIZES, 935_100)
    )
    ships = []
    for i, name in enumerate(names):
        place, size = (i * 7 % len(names) + 0.5) / len(names), sizes[-1]
        for candidate in sizes:
            if place < candidate.share:
                size = candidate
                break
            place -= candidate.share
        mid = CHINA_MID if trade is Trade.DOMESTIC else _MIDS[i % len(_MIDS)]
        ships.append(Ship(name, imo_number(first + 37 * i), f"{mid}{(271_000 + 613 * i) % 1_000_000:06d}", size))
    return ships


@dataclass(slots=True, eq=False)
class Cargo:
    """A box aboard that only passes through: no more than its number and place."""

    number: str
    length_ft: int
    arrived_at: int = 0


@dataclass(slots=True, eq=False)
class Stack:
    """One row of a forty-foot bay on deck, from tier 82 up; twenties stand in pairs, fore before aft."""

    bay: int  # number of the forty-foot bay
    row: int
    length_ft: int
    high: int
    fore: list[Box | Cargo] = field(default_factory=list)
    aft: list[Box | Cargo] = field(default_factory=list)

    def room(self) -> int:
        """Boxes it could still take."""
        if self.length_ft == 20:
            return 2 * self.high - len(self.fore) - len(self.aft)
        return self.high - len(self.fore)

    def put(self, box: Box | Cargo) -> str:
        """Stows a box on top; its stowage place bbrrtt."""
        column = self.aft if self.length_ft == 20 and len(self.aft) < len(self.fore) else self.fore
        column.append(box)
        return self._ref(column is self.aft, len(column))

    def take(self, box: Box) -> None:
        """Takes a box off."""
        (self.aft if box in self.aft else self.fore).remove(box)

    def _ref(self, aft: bool, tier: int) -> str:
        bay = self.bay + (1 if aft else -1) if self.length_ft == 20 else self.bay
        return f"{bay:02d}{self.row:02d}{80 + 2 * tier:02d}"

    def refs(self) -> Iterator[tuple[Box | Cargo, str]]:
        """Everything that stands in it with its stowage place."""
        for aft, column in ((False, self.fore), (True, self.aft)):
            for tier, box in enumerate(column, 1):
                yield box, self._ref(aft, tier)


class Deck:
    """The deck of a ship of given size, planned as the usual one of her size.

    The same plan as `layers.stowage` draws, so that a crane works over the bay that is seen: twenty-foot bays 6.9 m
    apart from 0.415 of the length before midships, the house abaft 36 % of them.
    """

    _BAY_M = 6.9
    _ROW_M = 2.5

    def __init__(self, size: Size) -> None:
        self.size = size
        self._fore_end_m = 0.415 * size.length_m
        bays = max(4, 2 * int((0.88 * size.length_m / self._BAY_M - 2) / 2.0))
        self._house_after = 2 * int(0.36 * bays)
        rows = max(2, int((size.beam_m - 0.4) / self._ROW_M))
        first = 1 if rows % 2 == 0 else 0
        self.bays = [4 * k + 2 for k in range(bays // 2)]
        self.rows = list(range(first, rows + first))

    def forward_m(self, bay: int) -> float:
        """How far before midships (negative: abaft) the middle of a bay lies, metres."""
        shifted = bay + (4 if bay > 2 * self._house_after else 0)
        return self._fore_end_m - shifted * 0.5 * self._BAY_M

    def starboard_m(self, row: int) -> float:
        """How far to starboard of the centre line a row lies, metres."""
        step = (row + 1) // 2 - (0.0 if len(self.rows) % 2 else 0.5)
        return 0.0 if row == 0 else (step if row % 2 else -step) * self._ROW_M

    @property
    def hatch_m(self) -> float:
        """Height of the hatch covers above the water, metres."""
        return 5.1 + 0.02 * self.size.length_m
