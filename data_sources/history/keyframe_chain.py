"""When a keyframe is taken and of which size, and how one is found again: full, middle and small ones as a chain."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

from data_sources.history.keyframes import Decoded, Laid, encode, laid
from data_sources.history.values import KeyframeRow
from twin.keyframe import Keyframe, KeyframeError
from twin.local_frame import LocalFrame

LEVELS_MS = (7_200_000, 1_200_000, 150_000, 30_000)
"""How often a keyframe of each level is taken, full ones first; each of the others builds on the one above it."""
_KEPT_DECODED = 4
_MOST_SKIPPED = 100
_log = logging.getLogger(__name__)


class Keyframes(Protocol):
    """What keeps keyframes."""

    def keyframes_before(self, at: int) -> Sequence[KeyframeRow]:
        """The newest keyframe taken up to `at` (ms UTC) after those it builds on, the full one first."""
        ...


class Taker:
    """Makes keyframes into rows, each on the nearest larger one. Used by one thread at a time."""

    def __init__(self, place: LocalFrame) -> None:
        self._place = place
        self._standing: list[Laid] = []  # the newest of each level but the last, fullest first
        self._last = 0

    def due(self, at: int) -> bool:
        """Whether one should be taken at `at` (ms UTC)."""
        return at - self._last >= LEVELS_MS[-1]

    def row(self, frame: Keyframe) -> KeyframeRow:
        """A keyframe as it is to be kept. Raises KeyframeError for what cannot be written down."""
        standing = self._standing
        if standing and (frame.version != standing[0].frame.version or frame.at <= standing[-1].frame.at):
            standing.clear()
        while standing and frame.at - standing[-1].frame.at >= LEVELS_MS[len(standing) - 1]:
            standing.pop()
        base = standing[-1] if standing else None
        new = laid(frame, base)
        if len(standing) < len(LEVELS_MS) - 1:
            standing.append(new)
        self._last = frame.at
        at = frame.at
        return KeyframeRow(at, at if base is None else base.frame.at, frame.version, encode(new, base, self._place))


class Finder:
    """Finds the keyframe from which to roll forward to an instant. Keeps the last full and middle ones decoded."""

    def __init__(self, kept: Keyframes, version: int, place: LocalFrame) -> None:
        self._kept = kept
        self._version = version
        self._place = place
        self._decoded: OrderedDict[int, Decoded] = OrderedDict()

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
        if any(row.version != self._version for row in chain):
            return None
        found: Keyframe | None = None
        on: Decoded | None = None
        for row in chain:
            try:
                on = self._decoded.get(row.at) or Decoded(row.blob, on, self._place)
                found = on.keyframe() if row is chain[-1] else found
            except KeyframeError as damaged:
                _log.warning("%s", damaged)
                return _readable(on)
            if row is not chain[-1]:
                self._decoded[row.at] = on
                self._decoded.move_to_end(row.at)
        while len(self._decoded) > _KEPT_DECODED:
            self._decoded.popitem(last=False)
        return found


def _readable(on: Decoded | None) -> Keyframe | None:
    """The keyframe before a damaged one, unless it is itself the damaged one."""
    try:
        return None if on is None else on.keyframe()
    except KeyframeError:
        return None
