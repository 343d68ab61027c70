"""Containers in the picture that are on ships or on their way; those in the yard are in `yard_containers`."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkRenderingCore import vtkRenderer

from layers.boxes import Boxes, join, no_boxes, some
from layers.containers import ContainersLayer
from layers.cranes import CranesLayer
from layers.layers import Layers
from layers.stowage import stow
from layers.vehicles import VehiclesLayer
from scene.bodies import bodies
from scene.box_faces import (
    SIDES,
    loose_colours,
    loose_edges,
    loose_points,
    visible_faces,
)
from scene.light import Light
from scene.props.base import StaticProp
from scene.steel import SteelMesh

CHANGES_S: Final = 0.002
"""For the cargo of ships that changed: a beat has other things to do."""


@dataclass(slots=True)
class _Deck:
    """The cargo of one ship, made for a heading of whole degrees with the ship's middle at the origin, on the sea.

    key: what it was made of. place: east, north, up, bearing of where the ship lies.
    """

    mesh: SteelMesh
    key: tuple[object, ...] = ()
    boxes: Boxes = field(default_factory=no_boxes)
    heading: int = 0
    place: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)

    def standing(self) -> Boxes:
        """The boxes where they are."""
        x, y, z, bearing = self.place
        turn = np.radians(bearing - self.heading)
        sin, cos, base = np.sin(turn), np.cos(turn), self.boxes.base.copy()
        base[:, 0] = x + cos * self.boxes.base[:, 0] + sin * self.boxes.base[:, 1]
        base[:, 1] = y + cos * self.boxes.base[:, 1] - sin * self.boxes.base[:, 0]
        base[:, 2] += z
        return replace(self.boxes, base=base, bearing_deg=self.boxes.bearing_deg + np.float32(bearing - self.heading))


class ShippedContainers(StaticProp):
    """Deck cargo: a mesh for each ship that has any, made anew when her cargo changes and moved with her."""

    def __init__(self, renderer: vtkRenderer, light: Light) -> None:
        super().__init__(renderer)
        self._light = light
        self._detail_m: float | None = None
        self._seen: tuple[object, ...] = ()
        self._next = 0
        self.pending = False
        """Ships wait for their cargo until the next sync."""
        self._decks: dict[int, _Deck] = {}  # by mover row
        self._on_deck: dict[int, tuple[tuple[object, ...], Boxes]] = {}

    @property
    def on_deck(self) -> dict[int, tuple[tuple[object, ...], Boxes]]:
        """The boxes on deck of each ship with cargo, by her mover row, with a key that is another when they are."""
        for mover, deck in self._decks.items():
            key = deck.key, deck.place
            if self._on_deck.get(mover, ((), None))[0] != key:
                self._on_deck[mover] = key, deck.standing()
        return self._on_deck

    def sync(self, layers: Layers) -> bool:
        """Draw what changed: ships that changed their cargo in turn, for about `CHANGES_S`. True when the picture
        changed."""
        containers, vessels = layers.containers, layers.vessels
        seen = (tuple(containers.vessel_revision.items()), vessels.revision, vessels.moved_revision,
                containers.visible and vessels.visible)
        if seen == self._seen and not self.pending:
            return False
        self._seen, self.pending = seen, False
        end = time.perf_counter() + CHANGES_S
        ships = list(containers.vessel_revision.items())  # with cargo, a handful
        first = self._next % max(len(ships), 1)
        for turn, (mover, revision) in enumerate([*ships[first:], *ships[:first]]):
            ship = vessels.row_of_mover(mover)
            known = ship >= 0 and bool(np.isfinite(vessels.x[ship]))
            deck = self._decks.get(mover) or self._deck(mover)
            deck.mesh.set_visible(known and containers.visible and vessels.visible)
            if not known:
                continue
            bearing, length = float(vessels.bearing_deg[ship]), float(vessels.length_m[ship])
            heading = round(bearing)
            key = (revision, heading, length, float(vessels.beam_m[ship]))
            if deck.key != key and deck.key and time.perf_counter() > end:
                if not self.pending:
                    self.pending, self._next = True, first + turn
                heading = deck.heading
            elif deck.key != key:
                deck.key, deck.heading = key, heading
                self._load(deck, layers, mover, ship)
            deck.place = (float(vessels.x[ship]), float(vessels.y[ship]), vessels.sea_m, bearing)
            deck.mesh.place(deck.place[:3], bearing - heading, 0.6 * length)
        return True

    def look_from(self, eye: tuple[float, float, float]) -> None:
        """Draw steel plainly from afar."""
        for deck in self._decks.values():
            deck.mesh.look_from(eye)

    def set_detail(self, reach_m: float) -> None:
        """From how far away steel is drawn as steel."""
        self._detail_m = reach_m
        for deck in self._decks.values():
            deck.mesh.set_detail(reach_m)

    def close(self) -> None:
        """Let go of everything."""
        self._decks.clear()
        self._on_deck.clear()
        super().close()

    def _deck(self, mover: int) -> _Deck:
        deck = self._decks[mover] = _Deck(SteelMesh(self._light))
        if self._detail_m is not None:
            deck.mesh.set_detail(self._detail_m)
        for actor in deck.mesh.actors:
            self.add(actor)
        return deck

    def _load(self, deck: _Deck, layers: Layers, mover: int, ship: int) -> None:
        containers = layers.containers
        rows = containers.rows_on_vessel(mover)
        stowed = stow(layers.vessels.plan(ship), layers.twin.containers.vessel_slot[rows],
                      layers.twin.containers.height_m[rows])
        sin, cos = np.sin(np.radians(deck.heading)), np.cos(np.radians(deck.heading))
        base = np.empty_like(stowed.place)
        base[:, 0] = sin * stowed.place[:, 0] + cos * stowed.place[:, 1]
        base[:, 1] = cos * stowed.place[:, 0] - sin * stowed.place[:, 1]
        base[:, 2] = stowed.place[:, 2]
        # Bays run aft from the bow, so boxes look aft as those of a block look along it.
        bearing = np.full(len(base), deck.heading + 180.0, dtype=np.float32)
        boxes = deck.boxes = containers.boxes(rows[stowed.on_deck], base, bearing)
        faces = visible_faces(*bodies(boxes, stowed.stacks, containers.forms(boxes.rows)), self._light)
        deck.mesh.fill(faces.points, faces.colours, faces.edges)


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
