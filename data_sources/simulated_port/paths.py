"""From a list of road edges to a drive: corners rounded, a speed for every metre, and the times at which it is passed.

A drive begins and ends at a place, as a rule at rest. Its speed follows the limits of the edges, what a loaded vehicle
bears in a bend, and constant acceleration and braking (a forward and a backward pass over the squared speeds, the usual
time-optimal profile under an acceleration limit).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bend = tuple[float, float, tuple[int, int, int, int]]
"""A rounded corner: distances at which it begins and ends, and where that is, to the metre."""

ACCELERATION = 0.7  # m/s2, loaded truck
BRAKING = 0.9  # m/s2
LATERAL = 1.4  # m/s2, borne in a bend by a loaded container truck
_SHARP_DEG = 40.0
_SHARP_RADIUS_M = 12.0  # turning circle of a semi-trailer, about its middle
_WIDE_RADIUS_M = 45.0  # change of lane
_STRAIGHT_DEG = 1.5
_ARC_STEP_DEG = 22.5
_NO_CAP = 99.0
_SLOWING_M = 90.0
_CREEP_MPS = 1.0  # slower than this nobody crawls towards a crossing


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Stretches of straight, evenly accelerated motion, in time order. `rows` (7, N): from t (s) on a vehicle moves
    from x, y along the unit vector ux, uy at v (m/s) with acceleration a (m/s2)."""

    rows: Floats
    duration: float


@dataclass(frozen=True, slots=True)
class RawPath:
    """A way before rounding: vertices, the speed limit of each stretch between them, and control points by distance."""

    vertices: Sequence[tuple[float, float]]
    limits: Sequence[float]
    points: Sequence[int]
    points_at: Sequence[float]


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """A way as it is driven, corners rounded. `xy` (N, 2) vertices, `s` (N,) their distances, `caps` (N,) the speeds
    borne at them, `limits` (N - 1,) between them; `points` (M,) control points in the order in which they are passed,
    at distances `points_s`."""

    xy: Floats
    s: Floats
    caps: Floats
    limits: Floats
    points: tuple[int, ...]
    points_s: Floats
    start_v: float
    end_v: float
    bends: tuple[Bend, ...] = ()

    @property
    def length_m(self) -> float:
        """Length of the course."""
        return float(self.s[-1])

    def with_points(self, points: Sequence[tuple[int, float]]) -> Course:
        """The same course past other control points, given with their distances in order."""
        numbers = tuple(point for point, _ in points)
        return replace(self, points=numbers, points_s=np.array([s for _, s in points]))


@dataclass(frozen=True, slots=True, eq=False)
class Drive:
    """A course with its times, seconds from its start. `enters` and `leaves` (M,): when the vehicle's nose comes to
    each control point and when its tail has left it, also as lists; `before` and `after` (M,): the last point passed
    before the nose comes to it and the first one passed after the tail has left it, counted from 1, 0 being the start
    and M + 1 the end. `clear_s` and `well_clear_s`: when the vehicle has gone two and four times its room."""

    course: Course
    pieces: Pieces
    enters: Floats
    leaves: Floats
    enters_list: list[float]
    leaves_list: list[float]
    before: NDArray[np.intp]
    after: NDArray[np.intp]
    clear_s: float
    well_clear_s: float

    @property
    def duration(self) -> float:
        """Seconds it takes."""
        return self.pieces.duration


def course_along(raw: RawPath, start_v: float = 0.0, end_v: float = 0.0) -> Course:
    """The course along a way; it begins and ends with the given speeds, m/s."""
    xy, caps, limits, raw_s, new_s, bends = _rounded(raw)
    steps = np.diff(xy, axis=0)
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    keep = lengths > 1e-6
    if not keep.all():
        lengths, limits = lengths[keep], limits[keep]
        kept = np.concatenate([[True], keep])
        xy, caps = xy[kept], caps[kept]
    points_s = np.interp(np.asarray(raw.points_at), raw_s, new_s)
    order = np.argsort(points_s, kind="stable")
    points = tuple(np.asarray(raw.points, dtype=int)[order].tolist())
    s = np.concatenate([[0.0], np.cumsum(lengths)])
    return Course(xy, s, caps, limits, points, points_s[order], start_v, end_v, bends)


def drive_on(course: Course, room_m: float) -> Drive:
    """The quickest drive on a course. `room_m`: what a vehicle needs before and behind its middle."""
    pieces, piece_s = _pieces(course)
    at, total = course.points_s, course.length_m
    marks = np.array([2.0 * room_m, 4.0 * room_m])
    wanted = np.concatenate([np.maximum(at - room_m, 0.0), np.minimum(at + room_m, total), np.minimum(marks, total)])
    times = _times(pieces, piece_s, wanted)
    count = len(at)
    clear, well_clear = times[2 * count :].tolist()
    return Drive(
        course,
        pieces,
        times[:count],
        times[count : 2 * count],
        times[:count].tolist(),
        times[count : 2 * count].tolist(),
        np.searchsorted(at, at - room_m, side="right"),
        np.searchsorted(at, at + room_m, side="left") + 1,
        clear,
        well_clear,
    )


def slowed(course: Course, delays: Floats) -> Course:
    """The course driven more slowly before some control points. `delays` (M + 2,): for start, points and end the
    seconds by which each is to be passed later than on the quickest drive; they never fall. What a point asks for is
    spread over the way since the point before it that asked for some, at most 90 m."""
    marks = [0.0, *course.points_s.tolist(), course.length_m]
    asked = delays.tolist()
    stretches: list[tuple[float, float, float]] = []
    for k in range(1, len(asked)):
        if asked[k] - asked[k - 1] > 0.02:
            begin = max(marks[k] - _SLOWING_M, stretches[-1][1] if stretches else 0.0)
            begin = begin if marks[k] - begin >= 1.0 else max(marks[k] - _SLOWING_M / 3, 0.0)
            if marks[k] - begin >= 1.0:
                stretches.append((begin, marks[k], asked[k] - asked[k - 1]))
    s, limits = course.s, course.limits
    cuts = np.array([end for stretch in stretches for end in stretch[:2]])
    cuts = cuts[np.abs(cuts[:, None] - s).min(axis=1) > 0.05] if len(cuts) else cuts
    new_s = np.unique(np.concatenate([s, cuts]))
    old = np.minimum(np.searchsorted(s, new_s[:-1], side="right") - 1, len(limits) - 1)
    new_limits = limits[old]
    caps = np.full(len(new_s), _NO_CAP)
    caps[np.searchsorted(new_s, s)] = course.caps
    xy = np.stack([np.interp(new_s, s, course.xy[:, 0]), np.interp(new_s, s, course.xy[:, 1])], axis=1)
    middle, steps = 0.5 * (new_s[:-1] + new_s[1:]), np.diff(new_s)
    for begin, end, wait in stretches:
        inside = (middle > begin) & (middle < end)
        usual = float((steps[inside] / np.minimum(new_limits[inside], 8.3)).sum())
        wanted = max((end - begin) / (usual + wait), _CREEP_MPS)
        new_limits[inside] = np.minimum(new_limits[inside], wanted)
    return Course(xy, new_s, caps, new_limits, course.points, course.points_s, course.start_v, course.end_v)


def _rounded(raw: RawPath) -> tuple[Floats, Floats, Floats, Floats, Floats, tuple[Bend, ...]]:
    """Vertices with arcs in the corners, speed caps at them, limits between them, distances before and after, and
    bends."""
    points, limits = _without_straight_joints(raw.vertices, raw.limits)
    n = len(points)
    xs, caps, between = [points[0]], [_NO_CAP], []
    raw_s, new_s = [0.0], [0.0]
    bends: list[Bend] = []
    travelled_raw = travelled = 0.0
    left = math.dist(points[0], points[1])  # of the stretch before the corner, not yet used by the corner before
    for i in range(1, n - 1):
        (ax, ay), (bx, by), (cx, cy) = points[i - 1], points[i], points[i + 1]
        before, after = math.dist((ax, ay), (bx, by)), math.dist((bx, by), (cx, cy))
        ux, uy, wx, wy = (bx - ax) / before, (by - ay) / before, (cx - bx) / after, (cy - by) / after
        angle = math.atan2(ux * wy - uy * wx, ux * wx + uy * wy)  # left turns positive
        half = math.tan(abs(angle) / 2)
        radius = _SHARP_RADIUS_M if abs(math.degrees(angle)) > _SHARP_DEG else _WIDE_RADIUS_M
        room = min(left * 0.98, after * (0.98 if i == n - 2 else 0.5))
        trim = min(radius * half, room)
        if half < 1e-9 or (limits[i] != limits[i - 1] and abs(math.degrees(angle)) < _STRAIGHT_DEG):
            trim = 0.0
        straight = left - trim
        travelled_raw += straight
        travelled += straight
        raw_s.append(travelled_raw)
        new_s.append(travelled)
        if trim == 0.0:
            xs.append((bx, by))
            caps.append(_NO_CAP)
            between.append(limits[i - 1])
        else:
            radius = trim / half
            cap = math.sqrt(LATERAL * radius)
            slow = min(limits[i - 1], limits[i], cap)
            between.append(limits[i - 1])
            sx, sy = bx - ux * trim, by - uy * trim
            side = 1.0 if angle > 0 else -1.0
            ox, oy = sx - uy * radius * side, sy + ux * radius * side
            count = max(1, math.ceil(abs(math.degrees(angle)) / _ARC_STEP_DEG))
            xs.append((sx, sy))
            caps.append(cap)
            for k in range(1, count + 1):
                turn = angle * k / count
                cos, sin = math.cos(turn), math.sin(turn)
                rx, ry = sx - ox, sy - oy
                xs.append((ox + rx * cos - ry * sin, oy + rx * sin + ry * cos))
                caps.append(cap)
                between.append(slow)
            travelled_raw += 2 * trim
            travelled += 2 * radius * math.sin(abs(angle) / count / 2) * count
            bends.append((new_s[-1], travelled, (round(sx), round(sy), round(xs[-1][0]), round(xs[-1][1]))))
            raw_s.append(travelled_raw)
            new_s.append(travelled)
        left = after - trim
    xs.append(points[-1])
    caps.append(_NO_CAP)
    between.append(limits[-1])
    raw_s.append(travelled_raw + left)
    new_s.append(travelled + left)
    return np.array(xs), np.array(caps), np.array(between), np.array(raw_s), np.array(new_s), tuple(bends)


def _without_straight_joints(
    vertices: Sequence[tuple[float, float]], limits: Sequence[float]
) -> tuple[list[tuple[float, float]], list[float]]:
    """The same line without doubled points and without joints between collinear stretches of one limit."""
    points: list[tuple[float, float]] = [vertices[0]]
    kept: list[float] = []
    for vertex, limit in zip(vertices[1:], limits, strict=True):
        if math.dist(points[-1], vertex) < 1e-3:
            continue
        if kept and kept[-1] == limit:
            (ax, ay), (bx, by) = points[-2], points[-1]
            ux, uy, wx, wy = bx - ax, by - ay, vertex[0] - bx, vertex[1] - by
            dot, cross = ux * wx + uy * wy, ux * wy - uy * wx
            if dot > 0 and abs(cross) < 0.002 * dot:
                points[-1] = vertex
                continue
        points.append(vertex)
        kept.append(limit)
    return points, kept


def _vertex_speeds(s: list[float], course: Course) -> list[float]:
    """Greatest speeds at the vertices that limits, braking and acceleration allow."""
    limits = course.limits.tolist()
    v = [
        min(cap, before, after)
        for cap, before, after in zip(course.caps.tolist(), [limits[0], *limits], [*limits, limits[-1]], strict=True)
    ]
    v[0], v[-1] = min(course.start_v, v[0]), min(course.end_v, v[-1])
    for k in range(1, len(v)):
        most = math.sqrt(v[k - 1] * v[k - 1] + 2 * ACCELERATION * (s[k] - s[k - 1]))
        if most < v[k]:
            v[k] = most
    for k in range(len(v) - 2, -1, -1):
        most = math.sqrt(v[k + 1] * v[k + 1] + 2 * BRAKING * (s[k + 1] - s[k]))
        if most < v[k]:
            v[k] = most
    return v


def _pieces(course: Course) -> tuple[Pieces, Floats]:
    """Accelerate, hold, brake on every stretch; what takes no time is left out. Also the distance at which each
    begins."""
    s = course.s.tolist()
    v = _vertex_speeds(s, course)
    rows: list[tuple[float, float, float, float, float, float, float, float]] = []
    t = 0.0
    xy = course.xy.tolist()
    for k, limit in enumerate(course.limits.tolist()):
        (ax, ay), (bx, by) = xy[k], xy[k + 1]
        v0, v1, d = v[k], v[k + 1], s[k + 1] - s[k]
        ux, uy = (bx - ax) / d, (by - ay) / d
        square = (2 * ACCELERATION * BRAKING * d + BRAKING * v0 * v0 + ACCELERATION * v1 * v1) / (
            ACCELERATION + BRAKING
        )
        top = max(min(math.sqrt(square), limit), v0, v1)
        up, down = (top * top - v0 * v0) / (2 * ACCELERATION), (top * top - v1 * v1) / (2 * BRAKING)
        hold = d - up - down
        at = 0.0
        if top - v0 > 1e-6:
            rows.append((t, ax, ay, ux, uy, v0, ACCELERATION, s[k]))
            t += (top - v0) / ACCELERATION
            at = up
        if hold > 1e-6:
            rows.append((t, ax + ux * at, ay + uy * at, ux, uy, top, 0.0, s[k] + at))
            t += hold / max(top, 0.05)
            at += hold
        if top - v1 > 1e-6:
            rows.append((t, ax + ux * at, ay + uy * at, ux, uy, top, -BRAKING, s[k] + at))
            t += (top - v1) / BRAKING
    columns = np.array(rows).T
    return Pieces(columns[:7], t), columns[7]


def _times(pieces: Pieces, piece_s: Floats, s: Floats) -> Floats:
    """When distances `s` are reached. Shape (N,)."""
    piece = np.maximum(np.searchsorted(piece_s, s, side="right") - 1, 0)
    t, v, a = pieces.rows[0][piece], pieces.rows[5][piece], pieces.rows[6][piece]
    ds = np.maximum(s - piece_s[piece], 0.0)
    reach = v + np.sqrt(np.maximum(v**2 + 2 * a * ds, 0.0))
    times: Floats = t + np.where(ds > 0, 2 * ds / np.maximum(reach, 1e-3), 0.0)
    return np.minimum(times, pieces.duration)
