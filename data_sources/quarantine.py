"""Rows that were refused, each with its reason: kept for people to look at, never dropped silently.

Bounded: the newest entries are kept, all of them are counted.
"""

from __future__ import annotations

import dataclasses
import threading
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from enum import StrEnum

KEPT = 2_000
TEXT_CHARACTERS = 200
"""Longer values are shortened: a quarantine must not fill the memory with what it protects from."""


class Reason(StrEnum):
    """Why a row was refused. In brackets what `Rejection.value` holds."""

    WRONG_TYPE = "wrong_type"  # not what the field is made of, e.g. text for a number (the value)
    NOT_A_MEMBER = "not_a_member"  # not one of the field's codes (the value)
    OUT_OF_RANGE = "out_of_range"  # no such longitude, latitude, confidence or number (the value)
    NO_POSITION = "no_position"  # 0,0: the device had no fix (the value)
    IMPLAUSIBLE_TIME = "implausible_time"  # a device time before 2000 or in the future (the value)
    EMPTY = "empty"  # a name without which the record means nothing is empty (the value)
    COLUMN_MISSING = "column_missing"  # the whole batch lacks a field
    COLUMNS_UNEQUAL = "columns_unequal"  # rows cannot be told apart: the columns differ in length (the lengths)
    UNREADABLE = "unreadable"  # a line, frame or batch that is not what was agreed (the beginning of it)
    BROKE_RULE = "broke_rule"  # a rule failed at it and is off since (the rule and its error)


@dataclasses.dataclass(frozen=True, slots=True)
class Rejection:
    """What a decoder refused: one row, or `rows` rows of a batch that could only be refused whole."""

    kind: str
    reason: Reason
    field: str
    value: str  # as it came, shortened
    row: Mapping[str, str] = dataclasses.field(default_factory=dict)  # the whole row as it came, shortened
    rows: int = 1

    @property
    def text(self) -> str:
        """A plain English sentence for logs and reports; screens translate `reason`."""
        what = f"{self.rows} {self.kind} rows" if self.rows != 1 else f"a {self.kind} row"
        return f"{what} refused: {self.field}: {self.reason.replace('_', ' ')}: {self.value}"


@dataclasses.dataclass(frozen=True, slots=True)
class QuarantineEntry:
    """A rejection as it is kept: which feed, and when it came (ms UTC, session's clock)."""

    feed: str
    received_at: int
    rejection: Rejection


class Quarantine:
    """The refused rows of all feeds of a session. Safe to use from every thread."""

    def __init__(self, kept: int = KEPT) -> None:
        self._lock = threading.Lock()
        self._entries: deque[QuarantineEntry] = deque(maxlen=kept)
        self._counts: Counter[tuple[str, str, Reason]] = Counter()

    def add(self, feed: str, received_at: int, rejections: Iterable[Rejection]) -> int:
        """Keep rejections. Returns how many rows they stand for."""
        rows = 0
        with self._lock:
            for rejection in rejections:
                self._entries.append(QuarantineEntry(feed, received_at, rejection))
                self._counts[feed, rejection.kind, rejection.reason] += rejection.rows
                rows += rejection.rows
        return rows

    @property
    def total(self) -> int:
        """Rows refused since the start, also those no longer kept."""
        with self._lock:
            return self._counts.total()

    def counts(self) -> dict[tuple[str, str, Reason], int]:
        """Rows refused since the start by (feed, kind, reason)."""
        with self._lock:
            return dict(self._counts)

    def entries(self, newest: int = KEPT) -> tuple[QuarantineEntry, ...]:
        """The newest entries, newest first."""
        with self._lock:
            return tuple(reversed(self._entries))[:newest]


def shortened(value: object) -> str:
    """A value as text of bounded length."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= TEXT_CHARACTERS else text[:TEXT_CHARACTERS - 1] + "…"
