"""The warnings as columns: which are to be seen and in what order, for a hundred thousand of them. No widgets here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from twin.hygiene import FLOOD_COUNT, FLOOD_MS
from twin.warning_book import WarningBook
from twin.warnings import RiskWarning, WarningState

_NEVER = (1 << 45) - 1
_STATES = {state: number for number, state in enumerate(WarningState)}


class Order(StrEnum):
    """By what the list is sorted."""

    SEVERITY = "severity"
    GATE = "gate"
    AGE = "age"


class Shown(StrEnum):
    """Which part of the book is listed."""

    OPEN = "open"
    MINE = "mine"
    SHELVED = "shelved"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Sieve:
    """What is to be seen. Empty means all; `text` is looked for in all words of a warning, blanks not counted."""

    shown: Shown = Shown.OPEN
    severity: str = ""
    state: str = ""
    rule: str = ""
    zones: frozenset[str] = frozenset()
    owner: str = ""
    text: str = ""
    order: Order = Order.SEVERITY


@dataclass(frozen=True, slots=True)
class Flood:
    """Warnings folded into one line: their rows, when the first and the last were noticed (ms UTC)."""

    number: int
    rows: NDArray[np.int64]
    from_at: int
    to_at: int


class WarningColumns:
    """Keeps up with a book of warnings: what did not change costs nothing; a list is made by arrays alone."""

    def __init__(self, words_of: Callable[[RiskWarning], str] = lambda _warning: "") -> None:
        """`words_of`: what a warning is found by beside its subject, rule and facts."""
        self._words_of = words_of
        self._book: WarningBook | None = None
        self._revision = -1
        self.epoch = 0  # goes up when rows begin to mean other warnings
        self.warnings: list[RiskWarning] = []
        self._row: dict[str, int] = {}
        self._codes: dict[str, dict[str, int]] = {"rule": {}, "zone": {}, "owner": {"": 0}}
        self._words: list[str] = []
        self._size(0)
        self._floods = np.empty(0, dtype=np.int64)

    def _size(self, room: int) -> None:
        self._rank, self._state, self._found = (np.zeros(room, np.int8) for _ in range(3))
        self._rule, self._zone, self._owner = (np.zeros(room, np.int32) for _ in range(3))
        self._noticed, self._raised, self._gate_at = (np.zeros(room, np.int64) for _ in range(3))
        self._shelved, self._muted = np.zeros(room, bool), np.zeros(room, bool)

    def refresh(self, book: WarningBook) -> list[int]:
        """Takes in what changed in the book since; the rows that are new or changed."""
        if book is self._book and book.revision == self._revision:
            return []
        changed = book.changed_since(self._revision) if book is self._book else None
        self._book, self._revision = book, book.revision
        if changed is None:  # too long ago, or another book
            self.warnings, self._row, self._words = [], {}, []
            self.epoch += 1
            changed = book.all()
        before = len(self.warnings)
        rows = [self._take(warning) for warning in changed]
        self._write(rows)
        if len(self.warnings) != before or len(rows) == len(self.warnings):
            self._floods = flood_numbers(self._noticed[:len(self.warnings)])
        return rows

    def _take(self, warning: RiskWarning) -> int:
        row = self._row.get(warning.id)
        if row is None:
            row = self._row[warning.id] = len(self.warnings)
            self.warnings.append(warning)
            self._words.append("")
        else:
            self.warnings[row] = warning
        facts = (str(fact) for fact in warning.facts.values() if isinstance(fact, str))
        self._words[row] = plain(" ".join((warning.subject, warning.rule, self._words_of(warning), *facts)))
        return row

    def _write(self, rows: list[int]) -> None:
        if len(self.warnings) > len(self._rank):
            room = max(1024, 2 * len(self.warnings))
            for name in ("_rank", "_state", "_found", "_rule", "_zone", "_owner", "_noticed", "_raised", "_gate_at",
                         "_shelved", "_muted"):
                old = getattr(self, name)
                setattr(self, name, np.concatenate([old, np.zeros(room - len(old), old.dtype)]))
        if not rows:
            return
        told = [self.warnings[row] for row in rows]
        at = np.array(rows, dtype=np.int64)
        self._rank[at] = [w.severity.rank for w in told]
        self._found[at] = [(w.found_severity or w.severity).rank for w in told]
        self._state[at] = [_STATES[w.state] for w in told]
        self._rule[at] = [self._code("rule", w.rule) for w in told]
        self._zone[at] = [self._code("zone", w.zone) for w in told]
        self._owner[at] = [self._code("owner", w.owner or "") for w in told]
        self._noticed[at] = [w.noticed_at for w in told]
        self._raised[at] = [w.raised_at for w in told]
        self._gate_at[at] = [
            w.updated_at + round(w.eta_s * 1000) if w.eta_s is not None and w.active else _NEVER for w in told]
        self._shelved[at] = [w.shelf is not None for w in told]
        self._muted[at] = [muted(w) for w in told]

    def _code(self, what: str, name: str) -> int:
        codes = self._codes[what]
        return codes.setdefault(name, len(codes))

    def known(self, what: str) -> list[str]:
        """The rules, zones or owners that occur ("rule", "zone", "owner")."""
        return sorted(name for name in self._codes[what] if name)

    def row_of(self, warning_id: str) -> int:
        """The row of a warning, -1 for an unknown one."""
        return self._row.get(warning_id, -1)

    def rows(self, sieve: Sieve, me: str) -> NDArray[np.int64]:
        """The rows that are to be seen, in order. Shape (N,)."""
        n = len(self.warnings)
        closed = self._state[:n] == _STATES[WarningState.CLOSED]
        keep = closed if sieve.shown is Shown.CLOSED else ~closed
        if sieve.shown is Shown.SHELVED:
            keep &= self._shelved[:n]
        elif sieve.shown is not Shown.CLOSED:
            keep &= ~self._put_aside(keep)
        if sieve.shown is Shown.MINE:
            keep &= self._owner[:n] == self._codes["owner"].get(me, -1)
        if sieve.severity:
            keep &= self._rank[:n] == _RANKS[sieve.severity]
        if sieve.state:
            keep &= self._state[:n] == _STATES[WarningState(sieve.state)]
        if sieve.rule:
            keep &= self._rule[:n] == self._codes["rule"].get(sieve.rule, -1)
        if sieve.zones:
            codes = [self._codes["zone"][zone] for zone in sieve.zones if zone in self._codes["zone"]]
            keep &= np.isin(self._zone[:n], codes)
        if sieve.owner:
            keep &= self._owner[:n] == self._codes["owner"].get(sieve.owner, -1)
        rows = np.flatnonzero(keep)
        wanted = plain(sieve.text)
        if wanted:
            words = self._words
            rows = rows[np.fromiter((wanted in words[row] for row in rows.tolist()), bool, len(rows))]
        return rows[np.argsort(self._keys(rows, sieve.order), kind="stable")]

    def _put_aside(self, among: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whose shelving counts: of the few on the shelf those to which the second person has agreed."""
        found = np.zeros(len(among), dtype=bool)
        for row in np.flatnonzero(among & self._shelved[:len(among)]).tolist():
            found[row] = self.warnings[row].shelved
        return found

    def _keys(self, rows: NDArray[np.int64], order: Order) -> NDArray[np.int64]:
        """What to sort by, smallest first: as asked, then the gravest and newest; what calls nobody comes last."""
        rank, age = self._rank[rows].astype(np.int64), self._raised[rows]
        if order is Order.AGE:
            key = age
        elif order is Order.GATE:
            gate = self._gate_at[rows]
            key = np.where(gate < _NEVER, gate, _NEVER + (rank << 45) - age)
        else:
            key = (rank << 45) - age
        return key + (self._muted[rows].astype(np.int64) << 55)

    def folded(self, rows: NDArray[np.int64], unfolded: set[int]) -> tuple[NDArray[np.int64], dict[int, Flood]]:
        """The list with floods folded: a flood's line is -1 - its number, where its first row stood; what is unfolded
        follows its line. What was found critical stays outside: no flood may hide it. Shape
        (M,)."""
        if not len(rows):
            return rows, {}
        number = np.where(self._found[rows] > 0, self._floods[rows], -1)
        member = number >= 0
        if not member.any():
            return rows, {}
        many = np.bincount(number[member]) >= FLOOD_COUNT // 2
        member &= many[np.maximum(number, 0)]
        if not member.any():
            return rows, {}
        place = np.arange(len(rows), dtype=np.int64)
        numbers, first = np.unique(number[member], return_index=True)
        heads = np.flatnonzero(member)[first]
        anchor = place.copy()
        anchor[member] = heads[np.searchsorted(numbers, number[member])]
        open_ = np.isin(number, list(unfolded))
        kept = np.flatnonzero(~member | open_)
        # a line comes before what follows it: twice the place, one more for members
        key = np.concatenate([2 * anchor[kept] + 1, 2 * heads])
        values = np.concatenate([rows[kept], -1 - numbers])
        floods = {}
        by_number = np.argsort(number[member], kind="stable")
        own = rows[member][by_number]
        for n, part in zip(numbers.tolist(), np.split(own, np.cumsum(np.bincount(number[member])[numbers])[:-1]),
                           strict=True):
            noticed = self._noticed[part]
            floods[n] = Flood(n, part, int(noticed.min()), int(noticed.max()))
        return values[np.argsort(key, kind="stable")], floods

    def counts(self) -> tuple[int, int, int]:
        """How many are open, how many of them nobody has acknowledged, and how many are on the shelf."""
        n = len(self.warnings)
        open_ = self._state[:n] != _STATES[WarningState.CLOSED]
        unseen = open_ & (self._state[:n] == _STATES[WarningState.RAISED]) & ~self._muted[:n] & ~self._put_aside(open_)
        return int(open_.sum()), int(unseen.sum()), int((open_ & self._shelved[:n]).sum())


_RANKS = {"critical": 0, "high": 1, "medium": 2, "low": 3}


def muted(warning: RiskWarning) -> bool:
    """Whether it does not call for anybody: a late record overturned it before anybody had seen it."""
    return warning.overturned and not warning.active and warning.state is WarningState.RAISED


def plain(text: str) -> str:
    """Text as it is looked for: small letters, no blanks, dashes or dots."""
    return text.replace(" ", "").replace("-", "").replace("·", "").casefold()


def flood_numbers(noticed: NDArray[np.int64]) -> NDArray[np.int64]:
    """The flood of each instant (ms UTC), numbered from 0, -1 outside floods; as `twin.hygiene.floods` has them.
    Shape (N,)."""
    n = len(noticed)
    found = np.full(n, -1, dtype=np.int64)
    if n < FLOOD_COUNT:
        return found
    order = np.argsort(noticed, kind="stable")
    at = noticed[order]
    oldest = np.searchsorted(at, at - FLOOD_MS, side="right")  # the first of those within reach of each
    recent = np.arange(n) - oldest + 1
    turn = np.where(recent >= FLOOD_COUNT, 1, np.where(recent < FLOOD_COUNT // 2, 0, -1))
    known = np.maximum.accumulate(np.where(turn >= 0, np.arange(n), -1))
    on = (known >= 0) & (turn[np.maximum(known, 0)] == 1)
    begins = np.flatnonzero(on & ~np.concatenate([[False], on[:-1]]))
    ends = np.flatnonzero(on & ~np.concatenate([on[1:], [False]]))
    for number, (begin, end) in enumerate(zip(begins.tolist(), ends.tolist(), strict=True)):
        found[order[oldest[begin]:end + 1]] = number
    return found
