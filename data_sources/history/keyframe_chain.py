"""When a keyframe is taken and of which size, and how one is found again: full, middle and small ones as a chain."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

from data_sources.history.keyframes import Laid, decode, encode, laid, opened
from data_sources.history.values import KeyframeRow
from twin.keyframe import Keyframe, KeyframeError
from twin.local_frame import LocalFrame

FULL_MS = 2 * 3_600_000
MIDDLE_MS = 10 * 60_000
SMALL_MS = 30_000
"""A seek rolls forward this long at most. Measured on a simulated day: see docs/scale.md."""
_KEPT_DECODED = 3
_MOST_SKIPPED = 100


class Keyframes(Protocol):
    """What keeps keyframes."""

    def keyframes_before(self, at: int) -> Sequence[KeyframeRow]:
        """The newest keyframe taken up to `at` (ms UTC) after those it builds on, the full one first."""
        ...


class Taker:
    """Makes keyframes into rows, each on the nearest larger one. Used by one thread at a time."""

    def __init__(self, place: LocalFrame) -> None:
        self._place = place
        self._full: Laid | None = None
        self._middle: Laid | None = None
        self._last = 0

    def due(self, at: int) -> bool:
        """Whether one should be taken at `at` (ms UTC)."""
        return at - self._last >= SMALL_MS

    def row(self, frame: Keyframe) -> KeyframeRow:
        """A keyframe as it is to be kept. Raises KeyframeError for what cannot be written down."""
        at, full, middle = frame.at, self._full, self._middle
        if full is None or not full.frame.at < at < full.frame.at + FULL_MS or full.frame.version != frame.version:
            new, base = laid(frame), None
            self._full, self._middle = new, None
        elif at - (middle or full).frame.at >= MIDDLE_MS:
            new, base = laid(frame, full), full
            self._middle = new
        else:
            base = middle or full
            new = laid(frame, base)
        self._last = at
        return KeyframeRow(
            at, at if base is None else base.frame.at, frame.version, encode(new, base, self._place))


class Finder:
    """Finds the keyframe from which to roll forward to an instant. Keeps the last full and middle ones decoded."""

    def __init__(self, kept: Keyframes, version: int, place: LocalFrame) -> None:
        self._kept = kept
        self._version = version
        self._place = place
        self._decoded: OrderedDict[int, Laid] = OrderedDict()

    def before(self, at: int) -> Keyframe | None:
        """The newest keyframe up to `at` (ms UTC) that this program can use, None if there is none.

        One of another version, or a damaged one, is passed over for an earlier one.
        """
        for _ in range(_MOST_SKIPPED):
            chain = self._kept.keyframes_before(at)
            if not chain:
                return None
            found = self._open(chain)
            if found is not None:
                return found
            at = chain[0].at - 1
        return None

    def forget(self) -> None:
        """Keeps nothing decoded."""
        self._decoded.clear()

    def _open(self, chain: Sequence[KeyframeRow]) -> Keyframe | None:
        """The last of a chain that can be read."""
        last: Keyframe | None = None
        on: Laid | None = None
        if any(row.version != self._version for row in chain):
            return None
        try:
            for place_in_chain, row in enumerate(chain):
                here = self._decoded.get(row.at)
                if here is None:
                    here = decode(row.blob, on, self._place)
                    if place_in_chain < 2:
                        self._decoded[row.at] = here
                else:
                    self._decoded.move_to_end(row.at)
                on = here
                last = here.frame
            while len(self._decoded) > _KEPT_DECODED:
                self._decoded.popitem(last=False)
            return opened(on) if on is not None else None
        except KeyframeError:
            return opened(on) if last is not None and on is not None else None
