"""The GeoJSON files of a port definition: one reader for each kind of outline. Coordinates are local metres."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from twin.definition_rows import Row
from twin.port_layout import (
    Building,
    BuildingKind,
    Corridor,
    Fence,
    FenceClass,
    Outline,
    Point,
    RailTrack,
    Zone,
    ZoneKind,
)

_ID = "-_."
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00", re.ASCII)


def _ring(shape: Row) -> Outline:
    shape.choice("type", ["Polygon"])
    rings = shape.items("coordinates")
    if len(rings) != 1:
        shape.fail("coordinates", len(rings), "must be exactly one ring, without holes")
    return shape.as_ring("coordinates", rings[0])


def _line(shape: Row) -> Outline:
    shape.choice("type", ["LineString"])
    return shape.line("coordinates")


def _zone(row: Row, shape: Row) -> Zone:
    return Zone(row.text("id", _ID), row.name(), row.member("kind", ZoneKind), row.optional_text("parent"),
                _ring(shape), row.flag("surveyed"),
                _calendar(row, "working_hours") if row.has("working_hours") else ())


def _fence(row: Row, shape: Row) -> Fence:
    return Fence(row.text("id", _ID), row.name(), row.member("fence_class", FenceClass), _ring(shape),
                 row.text("legal_basis"), _calendar(row, "open_hours"),
                 row.number("height_m", 0.1, 50.0),
                 tuple(_opening(row, v) for v in row.items("openings")) if row.has("openings") else ())


def _calendar(row: Row, field: str) -> tuple[tuple[str, str], ...]:
    return tuple(_hours(row, field, value) for value in row.items(field))


def _hours(row: Row, field: str, value: object) -> tuple[str, str]:
    pair = value if isinstance(value, list) else []
    if len(pair) != 2 or not all(isinstance(v, str) and _TIME.fullmatch(v) for v in pair):
        row.fail(field, value, "must hold pairs of local times such as [\"08:00\", \"20:00\"]")
    if pair[0] == pair[1]:
        row.fail(field, value, "must hold pairs that differ")
    return (pair[0], pair[1])


def _opening(row: Row, value: object) -> tuple[Point, Point]:
    points = row.as_line("openings", value)
    if len(points) != 2:
        row.fail("openings", value, "must hold pairs of points")
    return (points[0], points[1])


def _building(row: Row, shape: Row) -> Building:
    return Building(row.text("id", _ID), row.name(), row.member("kind", BuildingKind), _ring(shape),
                    row.number("height_m", 0.5, 400.0), row.flag("surveyed"))


def _track(row: Row, shape: Row) -> RailTrack:
    return RailTrack(row.text("id", _ID), _line(shape))


def _corridor(row: Row, shape: Row) -> Corridor:
    return Corridor(row.text("id", _ID), row.name(), _line(shape), row.number("half_width_m", 1.0, 100_000.0))


def _plain_ring(_: Row, shape: Row) -> Outline:
    return _ring(shape)


def _plain_line(_: Row, shape: Row) -> Outline:
    return _line(shape)


OUTLINE_READERS: dict[str, Callable[[Row, Row], Any]] = {
    "land": _plain_ring, "platform": _plain_ring, "quay_lines": _plain_line, "crane_rails": _plain_line, "zones": _zone,
    "fences": _fence, "buildings": _building, "rail_tracks": _track, "corridors": _corridor, "anchorages": _plain_ring,
}
PLAIN = ("land", "platform", "quay_lines", "crane_rails", "anchorages")  # outlines whose properties are free notes
PROPERTIES: dict[str, tuple[str, ...]] = {
    "zones": ("id", "name", "kind", "parent", "surveyed", "working_hours"),
    "fences": ("id", "name", "fence_class", "legal_basis", "open_hours", "height_m", "openings"),
    "buildings": ("id", "name", "kind", "height_m", "surveyed"),
    "rail_tracks": ("id",),
    "corridors": ("id", "name", "half_width_m"),
}
"""What the other outlines say of themselves."""
