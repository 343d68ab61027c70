"""What goes into a history and comes out of it beside batches: frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from twin.records import Kind


class Axis(StrEnum):
    """The two time axes: RECEIVED as things became known, OBSERVED as they happened."""

    RECEIVED = "received"
    OBSERVED = "observed"


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did, in rows."""

    records: int = 0  # discrete, new
    fixes: int = 0  # positions and telemetry, new
    repeated: int = 0  # said before in the same words

    def __add__(self, other: Written) -> Written:
        return Written(self.records + other.records, self.fixes + other.fixes, self.repeated + other.repeated)


@dataclass(frozen=True, slots=True)
class KeyframeRow:
    """The twin at an instant (ms UTC), as bytes of `version`: an increment on that at `base_at`, or a base at `at`."""

    at: int
    base_at: int
    version: int
    blob: bytes

    @property
    def is_base(self) -> bool:
        """Whether it stands on its own."""
        return self.at == self.base_at


@dataclass(frozen=True, slots=True)
class WarningStep:
    """A step of a warning's life as it was made. `at`: event clock, ms UTC; `by`: operator or rule; `detail`: JSON."""

    id: str
    rule: str
    subject: str
    at: int
    step: str
    by: str
    note: str = ""
    detail: str = "{}"


@dataclass(frozen=True, slots=True)
class GapRow:
    """A stretch of receipt time of which records of `kinds` (empty: all) may be missing, and why."""

    from_at: int
    until_at: int
    why: str
    kinds: tuple[Kind, ...] = ()


@dataclass(frozen=True, slots=True)
class DayInfo:
    """A recorded day. `first` and `last`: receipt times, ms UTC; `quality`: share of its 24 hours on record, 0..1."""

    day: int  # such as 20260301, China's calendar
    first: int
    last: int
    records: Mapping[Kind, int]
    fixes: int
    gaps: tuple[tuple[int, int], ...]
    quality: float

    @property
    def discrete(self) -> int:
        """Records other than positions and telemetry."""
        return sum(self.records.values()) - self.fixes
