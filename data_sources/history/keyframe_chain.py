"""When a keyframe is taken and of which size, and how one is found again: full, middle and small ones as a chain."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Collection, Sequence
from typing import Protocol

from data_sources.history.days import day_of, moment
from data_sources.history.keyframes import Decoded, Laid, encode, laid
from data_sources.history.values import KeyframeRow
from twin.keyframe import Keyframe, KeyframeError
from twin.local_frame import LocalFrame

LEVELS_MS = (21_600_000, 3_600_000, 600_000, 150_000, 50_000)
"""How often a keyframe of each level is taken, whole ones first; each of the others builds on the one above it. Each
day of the calendar by which a history is cut begins with a whole one."""
_KEPT_WHOLE = 4
_KEPT_DECODED = 40
_MOST_SKIPPED = 100
_log = logging.getLogger(__name__)


class Keyframes(Protocol):
    """What keeps keyframes."""

    def keyframes_before(self, at: int, known: Collection[int] = ()) -> Sequence[KeyframeRow]:
        """The newest keyframe taken up to `at` (ms UTC) after those it builds on, the whole one first. Those taken at
        instants in `known` come without their bytes.
        """
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
        if standing and (frame.version != standing[0].frame.version or frame.at <= standing[-1].frame.at
                         or day_of(frame.at) != day_of(standing[0].frame.at)):
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
    """Finds the keyframe from which to roll forward to an instant. Keeps some larger ones decoded."""

    def __init__(self, kept: Keyframes, version: int, place: LocalFrame) -> None:
        self._kept = kept
        self._version = version
        self._place = place
        self._decoded: OrderedDict[int, Decoded] = OrderedDict()
        self._has_told = False
        self._left_out: set[str] = set()

    def before(self, at: int) -> Keyframe | None:
        """The newest keyframe up to `at` (ms UTC) that this program can use, None if there is none.

        One of another version, or a damaged one, is passed over for an earlier one.
        """
        for _ in range(_MOST_SKIPPED):
            chain = self._kept.keyframes_before(at, self._decoded.keys())
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
            self._tell(chain[0].at)
            return None
        on: Decoded | None = None
        for row in chain:
            try:
                on = self._decoded.get(row.at) or Decoded(row.blob, on, self._place)
            except KeyframeError as damaged:
                _log.warning("%s", damaged)
                break
            if row is not chain[-1]:
                self._decoded[row.at] = on
                self._decoded.move_to_end(row.at)
        self._forget_some()
        return None if on is None else on.keyframe(self._left_out)

    def _tell(self, at: int) -> None:
        if not self._has_told:
            self._has_told = True
            _log.warning(
                "keyframes of %s and others were made by another version of this program and are passed over: going to "
                "a time there takes longer, from an earlier keyframe or from the first record", moment(at))

    def _forget_some(self) -> None:
        """Forgets the oldest beyond those that are kept; a whole one is worth more than what builds on it."""
        for are_whole, most in ((True, _KEPT_WHOLE), (False, _KEPT_DECODED)):
            some = [at for at, decoded in self._decoded.items() if decoded.is_whole == are_whole]
            for at in some[: len(some) - most]:
                del self._decoded[at]
