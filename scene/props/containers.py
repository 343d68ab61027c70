"""Containers in the picture that are on ships or on their way; those in the yard are in `yard_containers`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkRenderingCore import vtkRenderer

from layers.boxes import Boxes, join, some
from layers.containers import ContainersLayer
from layers.cranes import CranesLayer
from layers.layers import Layers
from layers.stowage import stow
from layers.vehicles import VehiclesLayer
from scene.bodies import bodies
from scene.box_faces import (
    SIDES,
    Faces,
    loose_colours,
    loose_edges,
    loose_points,
    together,
    visible_faces,
)
from scene.light import Light
from scene.props.base import StaticProp
from scene.steel import SteelMesh


class ShippedContainers(StaticProp):
    """Deck cargo: one mesh for all ships, filled anew when cargo changes or a ship with cargo moves."""

    def __init__(self, renderer: vtkRenderer, light: Light) -> None:
        super().__init__(renderer)
        self._light = light
        self._mesh = SteelMesh(light)
        for actor in self._mesh.actors:
            self.add(actor)
        self._seen: tuple[object, ...] = ()
        self._boxes: dict[int, tuple[tuple[object, ...], Boxes, Faces]] = {}

    @property
    def on_deck(self) -> dict[int, tuple[tuple[object, ...], Boxes]]:
        """The boxes on deck of each ship with cargo, by her mover row, with a key that is another when they are."""
        return {mover: (key, boxes) for mover, (key, boxes, _) in self._boxes.items()}

    def sync(self, layers: Layers) -> bool:
        """Draw what changed. True when the picture changed."""
        containers, vessels = layers.containers, layers.vessels
        self._mesh.set_visible(containers.visible and vessels.visible)
        seen = (tuple(containers.vessel_revision.items()), vessels.revision, vessels.moved_revision)
        if seen == self._seen:
            return False
        self._seen = seen
        parts = []
        for mover, revision in containers.vessel_revision.items():  # ships with cargo, a handful
            ship = vessels.row_of_mover(mover)
            if ship < 0 or not np.isfinite(vessels.x[ship]):
                continue
            pose = (float(vessels.x[ship]), float(vessels.y[ship]), float(vessels.bearing_deg[ship]))
            key = (revision, pose, vessels.sea_m, float(vessels.length_m[ship]), float(vessels.beam_m[ship]))
            known = self._boxes.get(mover)
            if known is None or known[0] != key:
                known = self._boxes[mover] = (key, *self._deck_cargo(layers, mover, ship, pose))
            parts.append(known[2])
        faces = together(parts)
        self._mesh.fill(faces.points, faces.colours, faces.edges)
        return True

    def look_from(self, eye: tuple[float, float, float]) -> None:
        """Draw steel plainly from afar."""
        self._mesh.look_from(eye)

    def set_detail(self, reach_m: float) -> None:
        """From how far away steel is drawn as steel."""
        self._mesh.set_detail(reach_m)

    def _deck_cargo(
        self, layers: Layers, mover: int, ship: int, pose: tuple[float, float, float]
    ) -> tuple[Boxes, Faces]:
        containers = layers.containers
        rows = containers.rows_on_vessel(mover)
        stowed = stow(layers.vessels.plan(ship), layers.twin.containers.vessel_slot[rows],
                      layers.twin.containers.height_m[rows])
        x, y, bearing = pose
        sin, cos = np.sin(np.radians(bearing)), np.cos(np.radians(bearing))
        base = np.empty_like(stowed.place)
        base[:, 0] = x + sin * stowed.place[:, 0] + cos * stowed.place[:, 1]
        base[:, 1] = y + cos * stowed.place[:, 0] - sin * stowed.place[:, 1]
        base[:, 2] = layers.vessels.sea_m + stowed.place[:, 2]
        # Bays run aft from the bow, so boxes look aft as those of a block look along it.
        boxes = containers.boxes(rows[stowed.on_deck], base, np.full(len(base), bearing + 180.0, dtype=np.float32))
        return boxes, visible_faces(*bodies(boxes, stowed.stacks, containers.forms(boxes.rows)), self._light)


class MovingContainers(StaticProp):
    """Boxes on vehicles and under spreaders: a small mesh filled anew whenever something moved."""

    def __init__(self, renderer: vtkRenderer, light: Light) -> None:
        super().__init__(renderer)
        self._light = light
        self._mesh = SteelMesh(light)
        for actor in self._mesh.actors:
            self.add(actor)
        self._seen: tuple[int, ...] = ()
        self._made_of: tuple[NDArray[np.int32], NDArray[np.float32]] | None = None
        self._points: NDArray[np.float32] = np.empty((0, 4, 3), dtype=np.float32)
        self._colours: NDArray[np.uint8] = np.empty((0, 4, 3), dtype=np.uint8)
        self._coloured_of: tuple[NDArray[np.float32], ...] = ()

    def sync(self, layers: Layers) -> bool:
        """Draw what changed. True when the picture changed."""
        containers, vehicles, cranes = layers.containers, layers.vehicles, layers.cranes
        self._mesh.set_visible(containers.visible)
        seen = (vehicles.moved_revision, vehicles.revision, cranes.moved_revision, cranes.revision,
                containers.carried_revision, containers.colour_revision)
        if seen == self._seen:
            return False
        self._seen = seen
        boxes = join([on_vehicles(containers, vehicles), under_spreaders(containers, cranes)])
        boxes, _ = bodies(boxes, None, containers.forms(boxes.rows))
        made_of = boxes.rows, boxes.size
        if self._made_of is None or not all(map(np.array_equal, made_of, self._made_of)):
            self._made_of, self._coloured_of = made_of, ()
            self._points, self._colours = loose_points(boxes), loose_colours(boxes, self._light)
            self._mesh.lend(self._points, self._colours, loose_edges(boxes))
        else:
            self._points[:] = loose_points(boxes)
        self._colour(boxes)
        self._mesh.touch(len(self._points))
        return True

    def _colour(self, boxes: Boxes) -> None:
        """Of the same boxes as before only those that turned, rose or changed their colour look otherwise."""
        made_of = np.rint(boxes.bearing_deg), boxes.base[:, 2], boxes.colour
        if self._coloured_of:
            before = self._coloured_of
            at = np.flatnonzero((made_of[0] != before[0]) | (made_of[1] != before[1])
                                | (made_of[2] != before[2]).any(axis=1))
            each = self._colours.reshape(-1, len(SIDES), 4, 3)
            each[at] = loose_colours(some(boxes, at), self._light).reshape(-1, len(SIDES), 4, 3)
        self._coloured_of = made_of

    def look_from(self, eye: tuple[float, float, float]) -> None:
        """Draw steel plainly from afar."""
        self._mesh.look_from(eye)

    def set_detail(self, reach_m: float) -> None:
        """From how far away steel is drawn as steel."""
        self._mesh.set_detail(reach_m)


def on_vehicles(containers: ContainersLayer, vehicles: VehiclesLayer) -> Boxes:
    """The boxes on all shown vehicles, where they are drawn now."""
    return containers.boxes(*vehicles.loads())


def under_spreaders(containers: ContainersLayer, cranes: CranesLayer) -> Boxes:
    """The boxes hanging under cranes, where they are drawn now."""
    at = np.flatnonzero(cranes.container >= 0)
    rows = cranes.container[at]
    place = cranes.spreader()[at]
    if len(at):
        place[:, 2] = np.maximum(place[:, 2] - containers.sizes(rows)[:, 2], 0.0)
    return containers.boxes(rows, place, cranes.bearing_deg[at])
