"""The right of way: who takes which control point of the roads from when until when.

A drive takes each point it passes from its nose's arrival to its tail's leaving; a vehicle that stands on a lane holds
the points under it until it drives off. The times of any two vehicles at a point never overlap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from data_sources.simulated_port.paths import Drive, Floats, drive_on, slowed
from data_sources.simulated_port.places import ROOM_M, Place, Waiters

_GAP_S = 0.4
_SHORT_WAIT_S = 10.0  # before it starts, rather than slow down on the way
_REFINEMENTS = 4
_KEPT = 4  # times at a point before those past are thrown away
_MOST_SLOWING_S = 45.0  # rather than dawdle longer than this on the way, a vehicle waits before it starts
_ARRIVES_S = 4.0  # before it stands, a vehicle may already cover the points around its place


@dataclass(slots=True, eq=False)
class Hold:
    """A vehicle stands, or will stand, on lane points until it drives on; `waiters` want to know when."""

    entries: list[list[Any]] = field(default_factory=list)
    waiters: Waiters = field(default_factory=Waiters)


class RightOfWay:
    """The times taken at every control point. All times are seconds on the world's clock."""

    def __init__(self, points: int) -> None:
        self._taken: list[list[Any]] = [[] for _ in range(points)]  # (from, until, hold or None)
        self._until = np.full(points, -math.inf)  # the last instant taken at each

    def take(self, drive: Drive, place: Place, now: float, start: float) -> Hold | None:
        """Takes the points of a drive that starts at `start`; the hold on its destination if that is on a lane."""
        taken = self._taken
        held = {p for p, _ in place.lane_points}
        for point, enters, leaves in zip(drive.course.points, drive.enters_list, drive.leaves_list, strict=True):
            if point not in held:
                entries = taken[point]
                if len(entries) > _KEPT and entries[0][1] < now:
                    entries[:] = [e for e in entries if e[1] >= now]
                entries.append((start + enters, start + leaves + _GAP_S, None))
        passed = np.array(drive.course.points, dtype=np.intp)
        np.maximum.at(self._until, passed, start + drive.leaves + _GAP_S)
        if not held:
            return None
        first = dict(zip(drive.course.points, drive.enters_list, strict=True))
        latest = max(drive.duration - _ARRIVES_S, 0.0)
        return self.stand(place, {point: start + first.get(point, latest) for point in held})

    def stand(self, place: Place, since: dict[int, float]) -> Hold:
        """Holds the points under a place on a lane, each from an instant on."""
        hold = Hold()
        for point, _ in place.lane_points:
            entry = [since[point], math.inf, hold]
            hold.entries.append(entry)
            self._taken[point].append(entry)
            self._until[point] = math.inf
        return hold

    def release(self, hold: Hold, place: Place, drive: Drive, start: float) -> None:
        """Gives the points under a vehicle free from when it will have cleared them, driving off at `start`."""
        ahead = dict(zip(drive.course.points, drive.leaves_list, strict=True))
        for entry, (point, offset) in zip(hold.entries, place.lane_points, strict=True):
            cleared = ahead.get(point, drive.clear_s if offset <= 0 else drive.well_clear_s)
            entry[1], entry[2] = start + max(cleared, drive.clear_s if offset <= 0 else 0.0) + _GAP_S, None
            self._until[point] = max(until for _, until, _ in self._taken[point])
        hold.waiters.wake()

    def fit(
        self, base: Drive, place: Place, own: Hold | None, now: float, least: float = 0.0
    ) -> tuple[Drive, float] | Hold:
        """The drive to a place, slowed down where it must be, and how many seconds after `now` it may start so that it
        meets nobody; the hold of whoever stands in the way. `own`: the hold of the vehicle itself; it
        starts `least` seconds from now or later."""
        occupied = self.holder(place, own)
        if occupied is not None:
            return occupied
        drive, start = base, least
        for _ in range(_REFINEMENTS):
            delays = self._delays(drive, place, own, now + start)
            if isinstance(delays, Hold):
                return delays
            first, last = float(delays[0]), float(delays[-1])
            start += first
            if last - first < _GAP_S / 2:  # the whole drive moves by one and the same time
                return drive, start
            if drive is base and start + last - first < least + _SHORT_WAIT_S:
                start += last - first
                if self._is_clear(base, place, own, now + start):
                    return base, start
                start -= last - first
            if last - first > _MOST_SLOWING_S:
                break
            drive = drive_on(slowed(drive.course, delays - first), ROOM_M)
        # Slowing down on the way does not do: wait at the start for as long as the whole way needs.
        start = least
        while True:
            delays = self._delays(base, place, own, now + start)
            if isinstance(delays, Hold):
                return delays
            start += float(delays[-1])
            if delays[0] == delays[-1]:
                return base, start

    def holder(self, place: Place, own: Hold | None) -> Hold | None:
        """The hold of somebody else who stands, or will stand, where a vehicle at a place would."""
        for point, _ in place.lane_points:
            for entry in self._taken[point]:
                hold: Hold | None = entry[2]
                if hold is not None and hold is not own:
                    return hold
        return None

    def _is_clear(self, drive: Drive, place: Place, own: Hold | None, begin: float) -> bool:
        delays = self._delays(drive, place, own, begin)
        return not isinstance(delays, Hold) and float(delays[-1]) < 1e-6

    def _delays(self, drive: Drive, place: Place, own: Hold | None, begin: float) -> Floats | Hold:
        """By how much each control point must be passed later than the drive would, if it started at `begin`, to keep
        clear of everybody's times. Shape (M + 2,): start, points, end; it never falls.

        The least such delays: whoever cannot pass a point before another passes after it, which may hold up what is
        behind; repeated until nothing moves.
        """
        met, clash = self._met(drive, place, own, begin)
        delays = np.zeros(len(drive.course.points) + 2)
        if not clash:
            return delays
        rows, lows, highs, holds = zip(*met, strict=True)
        index = np.array(rows, dtype=np.intp)
        # Row M stands for the points around the destination that the drive itself does not pass.
        inside = np.minimum(index, len(drive.course.points) - 1)
        beyond = index > inside
        first = np.where(beyond, index - 1, drive.before[inside])
        last = np.where(beyond, index + 1, drive.after[inside])
        arrives = max(drive.duration - _ARRIVES_S, 0.0)
        low_at = np.array(lows) - begin - np.where(beyond, drive.duration, drive.leaves[inside]) - _GAP_S
        high_at = np.array(highs) - begin - np.where(beyond, arrives, drive.enters[inside])
        while True:
            broken = np.flatnonzero((delays[last] > low_at) & (delays[first] < high_at - 1e-9))
            if not len(broken):
                return delays
            if math.isinf(high_at[broken].max()):
                blocker: Hold = next(holds[k] for k in broken.tolist() if holds[k] is not None)
                return blocker
            np.maximum.at(delays, first[broken], high_at[broken])
            np.maximum.accumulate(delays, out=delays)

    def _met(
        self, drive: Drive, place: Place, own: Hold | None, begin: float
    ) -> tuple[list[tuple[int, float, float, Hold | None]], bool]:
        """Whom a drive could meet: row of the point, from when, until when, the hold if somebody stands there; and
        whether it meets one of them if nothing is done about it.

        Nobody may come to the points around its destination after it: there those times count as begun already.
        """
        taken, points = self._taken, drive.course.points
        held = {p for p, _ in place.lane_points}
        met: list[tuple[int, float, float, Hold | None]] = []
        clash = False
        busy = self._until[np.array(points, dtype=np.intp)] > begin + drive.enters
        for row in np.flatnonzero(busy).tolist():
            point, enters, leaves = points[row], drive.enters_list[row], drive.leaves_list[row]
            early, late, stays = begin + enters, begin + leaves + _GAP_S, point in held
            for low, high, hold in taken[point]:
                if high > early and (hold is None or hold is not own):
                    met.append((row, -math.inf if stays else low, high, hold))
                    clash = clash or stays or low < late
        late = begin + max(drive.duration - _ARRIVES_S, 0.0)
        for point in sorted(held.difference(points)):
            around = [
                (len(points), -math.inf, high, hold)
                for _, high, hold in taken[point]
                if high > late and (hold is None or hold is not own)
            ]
            clash = clash or bool(around)
            met += around
        return met, clash
