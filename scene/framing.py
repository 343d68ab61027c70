"""From where an object is best seen: a block across its rows, a bay along them, anything else from the present side."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from layers.cutaway import CutMode
from layers.layers import Layers
from layers.levels import address_of
from layers.places import Place
from layers.selection import Selection
from scene.camera import VIEW_ANGLE_DEG, Pose
from twin.port_layout import Block

_NEAREST_FLIGHT_M = 55.0
_FLIGHT_RADII = 4.2
_BLOCK_ELEVATION_DEG = 34.0
_BAY_DISTANCE_M = 50.0
_SLOT_DISTANCE_M = 34.0
_STANCE = {CutMode.XRAY: (21.0, 20.0, 1.0), CutMode.SECTION: (27.0, 23.0, 1.15), CutMode.EXPLODE: (42.0, 27.0, 1.45)}
"""Before an opened bay: how far beside the block's axis and above the ground one stands, degrees; how much farther."""

_GROUP_ROOM = 1.35  # dialogs lie over the edges
_ROOM = 1.12  # more than fits exactly


def pose_for(
    layers: Layers, selection: Selection, now: Pose, aspect: float, mode: CutMode = CutMode.XRAY
) -> Pose | None:
    """Where the camera is to stand for an object; None when it is nowhere.

    now: where it is, for the side to come from; aspect: width of the picture over its height; mode: how a bay opens.
    """
    place = layers.place_of(selection)
    if place is None:
        return None
    blocks = {block.id: block for block in layers.containers.blocks}
    address = address_of(selection.id) if selection.kind in ("bay", "slot") else None
    if selection.kind == "block":
        return _across(blocks[selection.id], place, now, aspect)
    if address is not None and address.block in blocks:
        distance = _BAY_DISTANCE_M if selection.kind == "bay" else _SLOT_DISTANCE_M
        return _along(blocks[address.block], place, now, distance, mode)
    if selection.kind == "zone":
        return _zone(place, now, aspect)
    elevation = min(max(now.elevation_deg, 24.0), 50.0)
    return Pose(place.middle, now.azimuth_deg, elevation, max(_NEAREST_FLIGHT_M, _FLIGHT_RADII * place.radius_m))


def pose_for_all(layers: Layers, selections: Sequence[Selection], now: Pose, aspect: float) -> Pose | None:
    """Where the camera is to stand to have all objects in the picture, those left out that are nowhere."""
    found = [place for place in map(layers.place_of, selections) if place is not None]
    if not found:
        return None
    middles = np.array([place.middle for place in found])
    low, high = middles.min(axis=0), middles.max(axis=0)
    middle = 0.5 * (low + high)
    reach = max(float(np.linalg.norm(at - middle)) + place.radius_m for at, place in zip(middles, found, strict=True))
    elevation = min(max(now.elevation_deg, 24.0), 50.0)
    half = math.tan(math.radians(VIEW_ANGLE_DEG / 2)) * min(aspect, 1.0)
    distance = max(_NEAREST_FLIGHT_M, _GROUP_ROOM * reach / half)
    return Pose((float(middle[0]), float(middle[1]), float(middle[2])), now.azimuth_deg, elevation, distance)


def pose_in_stack(layers: Layers, block_id: str, selection: Selection, now: Pose, mode: CutMode) -> Pose | None:
    """For a container one has drilled to: along its block, from near."""
    place = layers.place_of(selection)
    block = next((block for block in layers.containers.blocks if block.id == block_id), None)
    return None if place is None or block is None else _along(block, place, now, _SLOT_DISTANCE_M, mode)


def toward(block: Block, pose: Pose) -> int:
    """+1 when one looks along increasing bays of a block, -1 along decreasing ones."""
    heading = math.radians(pose.azimuth_deg + 180.0)
    along = block.along
    return 1 if math.sin(heading) * along[0] + math.cos(heading) * along[1] >= 0.0 else -1


def _across(block: Block, place: Place, now: Pose, aspect: float) -> Pose:
    sides = ((block.bearing_deg + 90.0) % 360.0, (block.bearing_deg - 90.0) % 360.0)
    azimuth = min(sides, key=lambda side: _turn(side, now.azimuth_deg))
    half = math.tan(math.radians(VIEW_ANGLE_DEG / 2)) * aspect
    distance = _ROOM * (0.5 * block.length_m / half + 0.5 * block.width_m)
    return Pose((place.x, place.y, 4.0), azimuth, _BLOCK_ELEVATION_DEG, distance)


def _along(block: Block, place: Place, now: Pose, distance_m: float, mode: CutMode) -> Pose:
    beside, elevation, farther = _STANCE[mode]
    ends = [(block.bearing_deg + end + side * beside) % 360.0 for end in (0.0, 180.0) for side in (1.0, -1.0)]
    azimuth = min(ends, key=lambda end: _turn(end, now.azimuth_deg))
    x, y, z = place.middle
    return Pose((x, y, z - 0.5), azimuth, elevation, farther * distance_m * max(1.0, block.width_m / 19.0))


def _zone(place: Place, now: Pose, aspect: float) -> Pose:
    half = math.tan(math.radians(VIEW_ANGLE_DEG / 2))
    azimuth = math.radians(now.azimuth_deg)
    # the length of the zone's box as seen from the present side
    wide = abs(place.width_m * math.cos(azimuth)) + abs(place.length_m * math.sin(azimuth))
    deep = abs(place.width_m * math.sin(azimuth)) + abs(place.length_m * math.cos(azimuth))
    distance = _ROOM * max(0.5 * wide / (half * aspect), 0.35 * deep / half, 120.0)
    return Pose(place.middle, now.azimuth_deg, 36.0, float(np.clip(distance, 120.0, 4000.0)))


def _turn(a_deg: float, b_deg: float) -> float:
    return abs((a_deg - b_deg + 180.0) % 360.0 - 180.0)
