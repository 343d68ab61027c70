"""The camera: a point looked at, a direction, a height and a distance; it flies, never below ground.

Plain numbers move a `vtkCamera`; mouse and keys are the viewport's affair. Angles in degrees clockwise from north.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkRenderingCore import vtkCamera

from twin.port_layout import Viewpoint

HOME = "port"  # id of the viewpoint that shows the whole port
LOWEST_EYE_M = 1.7  # above ground: a person's eyes
VIEW_ANGLE_DEG = 32.0
NEAREST_M, FARTHEST_M = 6.0, 9_000.0
LOWEST_ELEVATION_DEG = 1.0
_FAR_CLIP_M = 90_000.0
_TALLEST_M = 125.0  # quay crane apex with its boom up: nearer than this below the eye nothing stands
_ZOOM_STEP = 1.18


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the camera is: it looks at `target` from `distance_m` away, standing in direction `azimuth_deg` of it,
    `elevation_deg` above the horizon."""

    target: tuple[float, float, float]
    azimuth_deg: float
    elevation_deg: float
    distance_m: float

    @property
    def eye(self) -> tuple[float, float, float]:
        """Where the camera stands."""
        azimuth, elevation = math.radians(self.azimuth_deg), math.radians(self.elevation_deg)
        flat = self.distance_m * math.cos(elevation)
        x, y, z = self.target
        return (
            x + flat * math.sin(azimuth),
            y + flat * math.cos(azimuth),
            z + self.distance_m * math.sin(elevation),
        )


class CameraController:
    """Moves a vtkCamera. `revision` grows whenever the picture would change."""

    def __init__(
        self,
        camera: vtkCamera,
        viewpoints: Mapping[str, Viewpoint],
        bounds: tuple[float, float, float, float] = (-6000.0, 6000.0, -6000.0, 6000.0),
    ) -> None:
        """bounds: x and y range within which the target stays, metres."""
        self._camera: vtkCamera | None = camera
        self._viewpoints = viewpoints
        self._bounds = bounds
        self._size = (1920, 1080)
        self._flight: _Flight | None = None
        self.revision = 0
        self.hand = 0  # grows whenever a hand moves the camera over the ground
        self.turned = 0  # grows whenever a hand turns it or brings it nearer
        camera.SetViewAngle(VIEW_ANGLE_DEG)
        self._pose = self._legal(Pose((0.0, 0.0, 0.0), 200.0, 30.0, 2500.0))
        self._apply()

    # where it is

    @property
    def pose(self) -> Pose:
        """Where the camera is now."""
        return self._pose

    @property
    def goal(self) -> Pose:
        """Where the camera will be when it has arrived."""
        return self._flight.end if self._flight else self._pose

    @property
    def azimuth_deg(self) -> float:
        """Direction from the target in which the camera stands."""
        return self._pose.azimuth_deg % 360.0

    @property
    def heading_deg(self) -> float:
        """Direction in which the camera looks; a compass turns by its negative."""
        return (self._pose.azimuth_deg + 180.0) % 360.0

    @property
    def eye(self) -> tuple[float, float, float]:
        """Where the camera stands."""
        return self._pose.eye

    @property
    def flying(self) -> bool:
        """It is on its way somewhere."""
        return self._flight is not None

    def metres_per_pixel(self) -> float:
        """Size of a pixel at the target."""
        return 2.0 * self._pose.distance_m * math.tan(math.radians(VIEW_ANGLE_DEG / 2)) / max(self._size[1], 1)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture, pixels."""
        return self._size

    def set_size(self, width: int, height: int) -> None:
        """The picture's size, pixels."""
        if (width, height) != self._size and width > 0 and height > 0:
            self._size = (width, height)
            self.revision += 1

    def knows(self, viewpoint_id: str) -> bool:
        """There is a viewpoint of this name."""
        return viewpoint_id in self._viewpoints

    def release(self) -> None:
        """Let go of the vtkCamera; poses and projections go on working."""
        self._camera = None

    # where it goes

    def go(self, viewpoint_id: str, at_once: bool = False) -> None:
        """To a named viewpoint. Raises KeyError for an unknown one."""
        v = self._viewpoints[viewpoint_id]
        self.move_to(Pose(v.target, v.azimuth_deg, v.elevation_deg, v.distance_m), at_once)

    @property
    def home(self) -> Pose:
        """The whole port: its viewpoint "port", else its first one, else so far that it fits."""
        v = self._viewpoints.get(HOME) or next(iter(self._viewpoints.values()), None)
        if v is not None:
            return Pose(v.target, v.azimuth_deg, v.elevation_deg, v.distance_m)
        return Pose((0.0, 0.0, 0.0), 200.0, 32.0, 2600.0)

    def go_home(self, at_once: bool = False) -> None:
        """To see the whole port."""
        self.move_to(self.home, at_once)

    def fly_to(self, xyz: tuple[float, float, float], distance_m: float | None = None, at_once: bool = False) -> None:
        """To look at a point, from the present side, at most `distance_m` away."""
        now = self._pose
        distance = min(now.distance_m, distance_m or 260.0) if distance_m is None else distance_m
        elevation = min(max(now.elevation_deg, 24.0), 50.0)
        self.move_to(Pose(xyz, now.azimuth_deg, elevation, distance), at_once)

    def north_up(self, at_once: bool = False) -> None:
        """The map view: straight down, north on top."""
        now = self.goal
        self.move_to(Pose(now.target, 180.0, 90.0, max(now.distance_m, 500.0)), at_once)

    def move_to(self, pose: Pose, at_once: bool = False) -> None:
        """To a pose, or the nearest lawful one."""
        end = self._legal(pose)
        if at_once:
            self._flight = None
            self._set(end)
        else:
            self._flight = _Flight(self._pose, end)

    def tick(self, dt_s: float) -> bool:
        """Let a flight go on by `dt_s`. True while the picture changes."""
        if self._flight is None:
            return False
        self._set(self._legal(self._flight.advance(dt_s)))
        if self._flight.done:
            self._flight = None
        return True

    # by hand

    def orbit(self, dx_px: float, dy_px: float) -> None:
        """Turn round the target: a drag of the mouse by pixels."""
        self._flight = None
        self.turned += 1
        p = self._pose
        elevation = max(LOWEST_ELEVATION_DEG, min(90.0, p.elevation_deg + dy_px * 0.22))
        self._set(self._legal(replace(p, azimuth_deg=p.azimuth_deg + dx_px * 0.26, elevation_deg=elevation)))

    def pan(self, from_px: tuple[float, float], to_px: tuple[float, float]) -> None:
        """Drag the ground: what was under `from_px` comes under `to_px` (from the upper left corner)."""
        self._take()
        a, b = self.ground_at(*from_px), self.ground_at(*to_px)
        if a is None or b is None:
            return
        x, y, z = self._pose.target
        self._set(self._legal(replace(self._pose, target=(x + a[0] - b[0], y + a[1] - b[1], z))))

    def zoom(
        self, steps: float, at_px: tuple[float, float] | None = None, at: tuple[float, float, float] | None = None
    ) -> None:
        """Come nearer by wheel steps (negative: back); what is under the pointer stays under it: the place `at`, else
        the ground there."""
        self._flight = None
        self.turned += 1
        p = self._pose
        distance = min(max(p.distance_m * _ZOOM_STEP**-steps, NEAREST_M), FARTHEST_M)
        share = distance / p.distance_m
        x, y, z = p.target
        ground = self.ground_at(*at_px) if at_px is not None and at is None else None
        under = at if ground is None else (*ground, 0.0)
        if under is not None:
            x, y, z = (u + (t - u) * share for t, u in zip((x, y, z), under, strict=True))
        self._set(self._legal(replace(p, target=(x, y, z), distance_m=distance)))

    def step(self, right: float, forward: float) -> None:
        """Move over the ground by shares of the picture's height, as arrow keys do."""
        self._take()
        reach = self.metres_per_pixel() * self._size[1]
        heading = math.radians(self.heading_deg)
        sin, cos = math.sin(heading), math.cos(heading)
        x, y, z = self._pose.target
        x += reach * (right * cos + forward * sin)
        y += reach * (-right * sin + forward * cos)
        self._set(self._legal(replace(self._pose, target=(x, y, z))))

    # carried along

    def carry_to(self, target: tuple[float, float, float]) -> None:
        """Look at `target` from the same side and distance, at once: what is followed has moved."""
        self._set(self._legal(replace(self._pose, target=target)))

    def carry(self, pose: Pose) -> None:
        """To a pose at once: what the camera rides on has moved."""
        self._set(self._legal(pose))

    def _take(self) -> None:
        self._flight = None
        self.hand += 1

    # pixels and places

    def ray(self, x_px: float, y_px: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The eye and the unit direction (3,) through a pixel counted from the upper left corner."""
        eye = np.array(self._pose.eye)
        forward, right, up = self._axes()
        width, height = self._size
        half = math.tan(math.radians(VIEW_ANGLE_DEG / 2))
        across = (2.0 * x_px / width - 1.0) * half * width / height
        upward = (1.0 - 2.0 * y_px / height) * half
        direction = forward + across * right + upward * up
        return eye, direction / np.linalg.norm(direction)

    def ground_at(self, x_px: float, y_px: float, z: float = 0.0) -> tuple[float, float] | None:
        """The place at height `z` under a pixel; None above the horizon or too far to mean anything."""
        eye, direction = self.ray(x_px, y_px)
        if direction[2] > -0.004:
            return None
        reach = (z - eye[2]) / direction[2]
        return float(eye[0] + reach * direction[0]), float(eye[1] + reach * direction[1])

    def footprint(self, farthest_m: float = 6_000.0) -> NDArray[np.float64]:
        """Where the picture's corners meet the ground, from the upper left going round; at most `farthest_m` from the
        eye. Shape (4, 2), metres."""
        width, height = self._size
        found = np.empty((4, 2))
        for at, (x, y) in enumerate(((0, 0), (width, 0), (width, height), (0, height))):
            eye, way = self.ray(x, y)
            flat = float(np.hypot(way[0], way[1]))
            reach = farthest_m if way[2] > -1e-6 else min(-eye[2] / way[2] * flat, farthest_m)
            found[at] = eye[:2] + way[:2] / max(flat, 1e-9) * reach
        return found

    def project(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Pixels from the upper left corner and the distance along the view of places (N, 3). Shape (N, 3); behind the
        eye the distance is negative and the pixel meaningless."""
        forward, right, up = self._axes()
        rel = np.asarray(points, dtype=np.float64) - np.array(self._pose.eye)
        depth = rel @ forward
        safe = np.where(np.abs(depth) < 1e-6, 1e-6, depth)
        width, height = self._size
        scale = height / 2 / math.tan(math.radians(VIEW_ANGLE_DEG / 2))
        return np.column_stack([width / 2 + rel @ right / safe * scale, height / 2 - rel @ up / safe * scale, depth])

    def _axes(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        azimuth, elevation = math.radians(self._pose.azimuth_deg), math.radians(self._pose.elevation_deg)
        sin_a, cos_a, sin_e, cos_e = math.sin(azimuth), math.cos(azimuth), math.sin(elevation), math.cos(elevation)
        forward = np.array([-sin_a * cos_e, -cos_a * cos_e, -sin_e])
        up = np.array([-sin_a * sin_e, -cos_a * sin_e, cos_e])
        right = np.array([-cos_a, sin_a, 0.0])
        return forward, right, up

    # rules and VTK

    def _legal(self, pose: Pose) -> Pose:
        west, east, south, north = self._bounds
        x, y, z = pose.target
        x, y = float(min(max(x, west), east)), float(min(max(y, south), north))
        z = float(min(max(z, 0.0), 150.0))
        distance = float(min(max(pose.distance_m, NEAREST_M), FARTHEST_M))
        elevation = float(min(max(pose.elevation_deg, LOWEST_ELEVATION_DEG), 90.0))
        if z + distance * math.sin(math.radians(elevation)) < LOWEST_EYE_M:
            elevation = math.degrees(math.asin(min((LOWEST_EYE_M - z) / distance, 1.0)))
        return Pose((x, y, z), float(pose.azimuth_deg % 360.0), elevation, distance)

    def _set(self, pose: Pose) -> None:
        if pose != self._pose:
            self._pose = pose
            self._apply()

    def _apply(self) -> None:
        camera = self._camera
        self.revision += 1
        if camera is None:
            return
        eye = self._pose.eye
        camera.SetFocalPoint(*self._pose.target)
        camera.SetPosition(*eye)
        camera.SetViewUp(*self._axes()[2])
        # As far away as nothing can stand: the depth buffer's precision grows with the near plane.
        near = max(1.0, min(0.6 * (eye[2] - _TALLEST_M), 0.5 * self._pose.distance_m), 0.012 * self._pose.distance_m)
        camera.SetClippingRange(near, _FAR_CLIP_M)


class _Flight:
    """From one pose to another: eased, the shorter way round, rising in between on long ways."""

    def __init__(self, start: Pose, end: Pose) -> None:
        self._start = start
        self.end = end
        self._turn = (end.azimuth_deg - start.azimuth_deg + 180.0) % 360.0 - 180.0
        way = math.dist(start.target, end.target)
        reach = max(start.distance_m, end.distance_m)
        self._rise = 0.45 * max(0.0, math.log(max(way, 1.0) / reach)) if way > reach else 0.0
        change = abs(math.log(end.distance_m / start.distance_m)) + way / (reach + 200.0) + abs(self._turn) / 90.0
        self._length_s = min(2.4, 0.7 + 0.45 * change)
        self._gone_s = 0.0

    @property
    def done(self) -> bool:
        return self._gone_s >= self._length_s

    def advance(self, dt_s: float) -> Pose:
        self._gone_s += max(dt_s, 0.0)
        if self.done:
            return self.end
        t = self._gone_s / self._length_s
        s = t * t * t * (t * (6 * t - 15) + 10)
        a, b = self._start, self.end
        target = tuple(p + (q - p) * s for p, q in zip(a.target, b.target, strict=True))
        distance = math.exp(
            math.log(a.distance_m) * (1 - s) + math.log(b.distance_m) * s + self._rise * 4 * s * (1 - s)
        )
        return Pose(
            (target[0], target[1], target[2]),
            a.azimuth_deg + self._turn * s,
            a.elevation_deg + (b.elevation_deg - a.elevation_deg) * s,
            distance,
        )
