"""Declarations and their states: which step may follow which, and the eighteen-digit numbers they go by.

Number scheme of the customs: four digits of the customs office that takes the declaration, four of the year, one digit
for the direction (1 in, 0 out) and nine of a running number, here the day of the year times 100,000 plus the count of
that day at the office. Offices: 3512 stands for the office at Jiangyin, 3504 for the one at the Sanming dry port.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from twin.records import Declaration, DeclarationMode, DeclarationState

PORT_OFFICE = "3512"
DRY_PORT_OFFICE = "3504"
SOURCE = "customs"
_CHINA_MS = 8 * 3_600_000
_DAY_MS = 24 * 3_600_000
_EPOCH = date(1970, 1, 1)
_DAY_BLOCK = 100_000

NEXT: dict[DeclarationState | None, frozenset[DeclarationState]] = {
    None: frozenset({DeclarationState.LODGED}),
    DeclarationState.LODGED: frozenset({DeclarationState.ACCEPTED, DeclarationState.REVOKED}),
    DeclarationState.ACCEPTED: frozenset(
        {DeclarationState.HELD, DeclarationState.RELEASED, DeclarationState.REVOKED}
    ),
    DeclarationState.HELD: frozenset({DeclarationState.INSPECTED, DeclarationState.REVOKED}),
    DeclarationState.INSPECTED: frozenset({DeclarationState.RELEASED, DeclarationState.REVOKED}),
    DeclarationState.RELEASED: frozenset(),
    DeclarationState.REVOKED: frozenset(),
}
"""The states that may follow a state (None: not yet lodged)."""


class DeclarationStateError(Exception):
    """A declaration was to take a step that the procedure does not know."""


def may_follow(before: DeclarationState | None, after: DeclarationState) -> bool:
    """Whether a declaration in `before` (None: not lodged) may go to `after`."""
    return after in NEXT[before]


@dataclass(slots=True)
class Filing:
    """One declaration as the customs keeps it while it goes through its states."""

    number: str
    mode: DeclarationMode
    containers: tuple[str, ...]
    hs_code: str
    goods: str
    packages: int
    gross_kg: float
    consignor: str
    consignee: str
    lodged_at: int
    state: DeclarationState | None = None
    reason: str | None = None


class DeclarationNumbers:
    """Gives out declaration numbers."""

    def __init__(self) -> None:
        self._taken: dict[tuple[str, bool, int], int] = defaultdict(int)
        self._days: dict[int, tuple[int, int]] = {}

    def take(self, office: str, outward: bool, at_ms: int) -> str:
        """The next number of `office` for a declaration lodged at `at_ms` (ms UTC). Eighteen digits."""
        day = (at_ms + _CHINA_MS) // _DAY_MS
        if day not in self._days:
            local = _EPOCH + timedelta(days=day)
            self._days[day] = local.year, local.timetuple().tm_yday
        year, day_of_year = self._days[day]
        self._taken[office, outward, day] += 1
        running = day_of_year * _DAY_BLOCK + self._taken[office, outward, day]
        return f"{office}{year:04d}{0 if outward else 1}{running:09d}"


class DeclarationBook:
    """The customs' register of declarations: each change of state is checked and told as a record."""

    def __init__(self, emit: Callable[[Declaration], None], new_id: Callable[[str], str]) -> None:
        self._emit = emit
        self._new_id = new_id
        self._filings: dict[str, Filing] = {}
        self.numbers = DeclarationNumbers()

    def __len__(self) -> int:
        return len(self._filings)

    def keep(self, filing: Filing) -> None:
        """Takes in a declaration whose past was told elsewhere (a container standing at the start)."""
        self._filings[filing.number] = filing

    def filing(self, number: str) -> Filing | None:
        """The declaration of a number, None if the register has none."""
        return self._filings.get(number)

    def step(self, filing: Filing, state: DeclarationState, at_ms: int, reason: str | None = None) -> None:
        """Brings a declaration into `state` at `at_ms` and tells so.

        Raises DeclarationStateError if `state` may not follow the present one.
        """
        if not may_follow(filing.state, state):
            raise DeclarationStateError(f"declaration {filing.number} is {filing.state}, it cannot become {state}")
        filing.state, filing.reason = state, reason
        self._filings[filing.number] = filing
        self._emit(self.record(filing, at_ms))

    def record(self, filing: Filing, at_ms: int) -> Declaration:
        """A declaration as it stands, as a record observed at `at_ms`. It must have been lodged."""
        if filing.state is None:
            raise DeclarationStateError(f"declaration {filing.number} is not lodged yet")
        return Declaration(
            id=self._new_id("DEC"), source=SOURCE, observed_at=at_ms, declaration=filing.number, mode=filing.mode,
            state=filing.state, containers=filing.containers, hs_code=filing.hs_code, goods=filing.goods,
            packages=filing.packages, gross_kg=filing.gross_kg, consignor=filing.consignor,
            consignee=filing.consignee, lodged_at=filing.lodged_at, reason=filing.reason,
        )
