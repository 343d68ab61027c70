"""Moves the camera as the panels wish: to viewpoints and objects, level by level into a block, riding along."""

from __future__ import annotations

import math

import numpy as np

from layers.cutaway import Cutaway, CutMode
from layers.layers import Layers
from layers.levels import block_of, chain_of, level_above, next_level, place_in_yard
from layers.patrol import Route, patrol_route
from layers.selection import Selection
from layers.view import Cut, Drill, FlyTo, FlyToAll, GoTo, Home, LookAt, NorthUp, Ride, TakePose, Up
from scene.camera import CameraController, Pose
from scene.framing import pose_for, pose_for_all, pose_in_stack, toward

_NEARER = 0.92  # a level is passed over unless it brings the camera so much nearer
_EYES_M = 1.75
_CAB_M = 2.9
_AHEAD_M = 14.0
_LOOK_DOWN_M = 1.1
_PATROL_MPS = 9.0
_PATROL_LOOK_M = 26.0
_TURN_S = 0.9
"""In so many seconds most of a turn is made."""


class Director:
    """Takes the wishes of `layers.view` and tells it where the camera is."""

    def __init__(self, camera: CameraController, layers: Layers) -> None:
        self._camera = camera
        self._layers = layers
        self._asked = layers.view.revision
        self._told = -1
        self._hand = (camera.hand, camera.turned)
        self._ride: tuple[Ride, Selection | None] | None = None
        self._heading: float | None = None
        self._gone_m = 0.0
        self._route: Route | None = None

    def obey(self) -> None:
        """Take over what the panels wish to see."""
        view = self._layers.view
        if view.revision != self._asked:
            self._asked = view.revision
            self._do(view.command)
        elif view.mirror is not None:
            self._mirror(view.mirror)
        hand = (self._camera.hand, self._camera.turned)
        if hand != self._hand:  # what is followed may be looked at from all sides; everything else ends with a hand
            if view.ride is not Ride.FOLLOW or hand[0] != self._hand[0]:
                view.ride_along(None)
            self._hand = hand
        self.tell()

    def tell(self) -> None:
        """Say where the camera is, if it has moved."""
        view = self._layers.view
        if self._told != self._camera.revision:
            self._told = self._camera.revision
            pose = self._camera.pose
            view.tell(TakePose(pose.target, pose.azimuth_deg, pose.elevation_deg, pose.distance_m))

    def _mirror(self, pose: TakePose) -> None:
        """Where a linked view looks from; it is not told back what it said itself."""
        view = self._layers.view
        view.mirror, view.pose = None, pose
        view.ride_along(None)
        self._camera.move_to(Pose(pose.target, pose.azimuth_deg, pose.elevation_deg, pose.distance_m), at_once=True)
        self._told = self._camera.revision

    @property
    def riding(self) -> bool:
        """Something carries the camera."""
        return self._layers.view.ride is not None

    def ride(self, dt_s: float) -> bool:
        """Carry the camera on by `dt_s`. True when it moved."""
        view = self._layers.view
        if view.ride is None or self._camera.flying:
            self._ride = self._ride if view.ride is not None else None
            return False
        if (view.ride, view.rider) != self._ride:
            self._ride = (view.ride, view.rider)
            self._heading = None
            self._gone_m = 0.0
        before = self._camera.pose
        if view.ride is Ride.PATROL:
            self._patrol(dt_s)
        elif view.rider is not None:
            self._follow(view.rider, view.ride, dt_s)
        return self._camera.pose != before

    # wishes

    def _do(self, command: object) -> None:
        layers, camera = self._layers, self._camera
        match command:
            case GoTo(viewpoint=name):
                if camera.knows(name):
                    layers.view.focus = None
                    layers.containers.set_cutaway(None)
                    camera.go(name)
            case Home():
                self._leave()
            case FlyTo(selection=selection):
                self._go_to_level(selection)
            case FlyToAll(selections=selections):
                self._see_all(selections)
            case NorthUp():
                camera.north_up()
            case LookAt(x=x, y=y):
                goal = camera.goal
                camera.move_to(Pose((x, y, 0.0), goal.azimuth_deg, goal.elevation_deg, goal.distance_m))
            case Drill(selection=selection):
                self._drill(selection)
            case Up():
                self._up()
            case Cut(mode=mode):
                self._cut(mode)
            case TakePose(target=target, azimuth_deg=azimuth, elevation_deg=elevation, distance_m=distance):
                camera.move_to(Pose(target, azimuth, elevation, distance))
            case _:
                pass

    def _see_all(self, selections: tuple[Selection, ...]) -> None:
        width, height = self._camera.size
        pose = pose_for_all(self._layers, selections, self._camera.goal, width / height)
        if pose is not None:
            self._layers.view.focus = None
            self._layers.containers.set_cutaway(None)
            self._camera.move_to(pose)

    def _drill(self, selection: Selection) -> None:
        layers = self._layers
        layout, containers = layers.index.layout, layers.twin.containers
        chain = chain_of(selection, layout, containers)
        level = next_level(chain, layers.view.focus)
        while level != chain[-1] and not self._nearer(level):
            level = next_level(chain, level)
        layers.selection.select(level)
        self._go_to_level(level)

    def _nearer(self, level: Selection) -> bool:
        pose = self._pose_for(level)
        return pose is not None and pose.distance_m < _NEARER * self._camera.goal.distance_m

    def _up(self) -> None:
        layers = self._layers
        focus = layers.view.focus or layers.selection.current
        above = level_above(focus, layers.index.layout, layers.twin.containers)
        layers.selection.select(above)
        if above is None:
            self._leave()
        else:
            self._go_to_level(above)

    def _leave(self) -> None:
        """Back to the whole port."""
        self._layers.view.focus = None
        self._layers.containers.set_cutaway(None)
        self._camera.go_home()

    def _go_to_level(self, level: Selection) -> None:
        """Fly there; a bay is opened, a slot keeps its bay open, anything wider closes it."""
        layers = self._layers
        layers.view.focus = level
        address = place_in_yard(level, layers.index.layout, layers.twin.containers)
        pose = self._pose_for(level)
        if address is None:
            layers.containers.set_cutaway(None)
        elif pose is not None and level.kind in ("bay", "slot"):
            block = next((b for b in layers.containers.blocks if b.id == address.block), None)
            if block is not None:
                mode = layers.containers.cutaway.mode if layers.containers.cutaway is not None else CutMode.XRAY
                layers.containers.set_cutaway(Cutaway(block.id, mode, address.bay, toward(block, pose)))
        if pose is not None:
            self._camera.move_to(pose)

    def _pose_for(self, level: Selection) -> Pose | None:
        width, height = self._camera.size
        cutaway = self._layers.containers.cutaway
        if level.kind == "container" and cutaway is not None:
            address = place_in_yard(level, self._layers.index.layout, self._layers.twin.containers)
            if address is not None and address.block == cutaway.block:
                return pose_in_stack(self._layers, address.block, level, self._camera.goal, cutaway.mode)
        mode = cutaway.mode if cutaway is not None else CutMode.XRAY
        return pose_for(self._layers, level, self._camera.goal, width / height, mode)

    def _cut(self, mode: CutMode) -> None:
        layers = self._layers
        layout, containers = layers.index.layout, layers.twin.containers
        chosen = layers.selection.current
        block_id = block_of(chosen, layout, containers)
        if block_id is None:
            chosen = layers.view.focus
            block_id = block_of(chosen, layout, containers)
        now = layers.containers.cutaway
        if block_id is None:
            layers.containers.set_cutaway(None)
            return
        address = place_in_yard(chosen, layout, containers)
        block = next(b for b in layers.containers.blocks if b.id == block_id)
        bay = address.bay if address is not None else None
        wanted = Cutaway(block_id, mode, bay, toward(block, self._camera.goal))
        same = now is not None and (now.block, now.mode, now.bay) == (wanted.block, wanted.mode, wanted.bay)
        layers.containers.set_cutaway(None if same else wanted)
        pose = self._pose_for(chosen) if address is not None and chosen is not None and not same else None
        if pose is not None:
            self._camera.move_to(pose)

    # rides

    def _follow(self, rider: Selection, ride: Ride, dt_s: float) -> None:
        place = self._layers.place_of(rider)
        if place is None:
            return
        if ride is Ride.FOLLOW:
            self._camera.carry_to(place.middle)
            return
        eyes = place.z + (_EYES_M if rider.kind == "officer" else max(_CAB_M, 0.75 * place.height_m))
        nose = 0.5 * place.length_m + 0.4
        heading = self._turned(place.bearing_deg, dt_s)
        angle = math.radians(heading)
        self._stand((place.x + nose * math.sin(angle), place.y + nose * math.cos(angle)), eyes, heading)

    def _patrol(self, dt_s: float) -> None:
        if self._route is None:
            self._route = patrol_route(self._layers.index.layout)
        route = self._route
        if route.length_m <= 0.0:
            self._layers.view.ride_along(None)
            return
        self._gone_m += _PATROL_MPS * dt_s
        here, ahead = route.at(self._gone_m), route.at(self._gone_m + _PATROL_LOOK_M)
        wanted = math.degrees(math.atan2(ahead[0] - here[0], ahead[1] - here[1]))
        self._stand(here, _EYES_M + 0.9, self._turned(wanted, dt_s))

    def _turned(self, wanted_deg: float, dt_s: float) -> float:
        """The direction of sight: follows the wanted one gently."""
        if self._heading is None:
            self._heading = wanted_deg
        turn = (wanted_deg - self._heading + 180.0) % 360.0 - 180.0
        self._heading = (self._heading + turn * (1.0 - math.exp(-2.3 * dt_s / _TURN_S))) % 360.0
        return self._heading

    def _stand(self, at: tuple[float, float], eyes_m: float, heading_deg: float) -> None:
        angle = math.radians(heading_deg)
        target = (at[0] + _AHEAD_M * math.sin(angle), at[1] + _AHEAD_M * math.cos(angle),
                  max(eyes_m - _LOOK_DOWN_M, 0.0))
        eye = np.array([at[0], at[1], eyes_m])
        distance = float(np.linalg.norm(eye - np.asarray(target)))
        elevation = math.degrees(math.asin((eyes_m - target[2]) / distance))
        self._camera.carry(Pose(target, (heading_deg + 180.0) % 360.0, elevation, distance))
