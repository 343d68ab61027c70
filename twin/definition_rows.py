"""Reads one row of a port definition: values are taken by name and checked; faults say file, element, field, value."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import pairwise
from typing import Any, NoReturn, TypeVar

from shapely.geometry import Polygon
from shapely.validation import explain_validity

from twin.errors import PortDefinitionError
from twin.port_layout import Name, Outline, Point

FARTHEST_M = 1_000_000.0
_SHOWN = 60

_E = TypeVar("_E", bound=StrEnum)


def show(value: object) -> str:
    """A value as the sentence quotes it: short, on one line."""
    try:
        text = repr(value)
    except RecursionError:
        return "deeply nested"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def element_of(table: str, number: int, value: object) -> str:
    """What a fault calls a row: by its id where it has a usable one, else by its number in the table."""
    label = value.get("id") if isinstance(value, Mapping) else None
    usable = isinstance(label, str) and label.isprintable() and 0 < len(label) <= _SHOWN
    return f"{table} {label}" if usable else f"{table} number {number}"


class Row:
    """A table row or a feature's properties. `done()` must follow the last `take`: it refuses unknown fields."""

    def __init__(self, file: str, element: str, values: object) -> None:
        self.file = file
        self.element = element
        if not isinstance(values, Mapping):
            raise PortDefinitionError(f"{file}: {element} is {show(values)}, but must be an object")
        self._values = dict(values)
        self._taken: set[str] = set()

    def fail(self, field: str, value: object, demand: str) -> NoReturn:
        """Raises the sentence about a value that breaks a demand."""
        raise PortDefinitionError(f"{self.file}: {self.element}: field {field} is {show(value)}, but {demand}")

    def has(self, field: str) -> bool:
        """Whether the field is there at all."""
        return field in self._values

    def take(self, field: str) -> Any:
        """The raw value. Raises PortDefinitionError when the field is missing."""
        if field not in self._values:
            raise PortDefinitionError(f"{self.file}: {self.element}: field {field} is missing")
        self._taken.add(field)
        return self._values[field]

    def done(self) -> None:
        """Refuses fields that nobody asked for: mostly misspelt ones."""
        unknown = [str(field) for field in self._values if field not in self._taken]
        if unknown:
            raise PortDefinitionError(f"{self.file}: {self.element}: field {show(unknown[0])} is unknown")

    def text(self, field: str, pattern: str = "") -> str:
        """A text that is not blank; `pattern` names characters allowed beside letters and digits, if restricted."""
        value = self.take(field)
        if not isinstance(value, str) or not value.strip():
            self.fail(field, value, "must be a text that is not blank")
        if pattern and not all((c.isascii() and c.isalnum()) or c in pattern for c in value):
            self.fail(field, value, f"may hold only letters, digits and {pattern}")
        return value

    def optional_text(self, field: str) -> str | None:
        """A text, or None where the field is null or missing."""
        if self._values.get(field) is not None:
            return self.text(field)
        self._taken.add(field)
        return None

    def number(self, field: str, low: float, high: float) -> float:
        """A finite number within [low, high]."""
        return self.checked_number(field, self.take(field), low, high)

    def checked_number(self, field: str, value: object, low: float, high: float) -> float:
        """A value that stands somewhere in the field as a finite number within [low, high]."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fail(field, value, "must be a number")
        if not (isinstance(value, int) or math.isfinite(value)) or not low <= value <= high:
            self.fail(field, value, f"must lie between {low:g} and {high:g}")
        return float(value)

    def integer(self, field: str, low: int, high: int) -> int:
        """A whole number within [low, high]."""
        value = self.take(field)
        if isinstance(value, bool) or not isinstance(value, int):
            self.fail(field, value, "must be a whole number")
        if not low <= value <= high:
            self.fail(field, value, f"must lie between {low} and {high}")
        return value

    def flag(self, field: str) -> bool:
        """True or false."""
        value = self.take(field)
        if not isinstance(value, bool):
            self.fail(field, value, "must be true or false")
        return value

    def choice(self, field: str, choices: Iterable[str]) -> str:
        """One of the given texts."""
        value, allowed = self.take(field), list(choices)
        if not isinstance(value, str) or value not in allowed:
            self.fail(field, value, f"must be one of {', '.join(allowed)}")
        return value

    def member(self, field: str, kind: type[_E]) -> _E:
        """A member of an enumeration by its value."""
        return kind(self.choice(field, [member.value for member in kind]))

    def name(self, field: str = "name") -> Name:
        """A name in both languages."""
        inner = Row(self.file, f"{self.element}: field {field}", self.take(field))
        name = Name(inner.text("zh"), inner.text("en"))
        inner.done()
        return name

    def items(self, field: str) -> list[Any]:
        """A list of anything, unchecked."""
        value = self.take(field)
        if not isinstance(value, list):
            self.fail(field, value, "must be a list")
        return value

    def texts(self, field: str) -> tuple[str, ...]:
        """A list of texts, none blank, none twice."""
        values = self.items(field)
        for value in values:
            if not isinstance(value, str) or not value.strip():
                self.fail(field, value, "must hold only texts that are not blank")
        if len(set(values)) != len(values):
            self.fail(field, values, "must not hold the same text twice")
        return tuple(values)

    def point(self, field: str) -> Point:
        """A point, metres in the local frame."""
        return self.as_point(field, self.take(field))

    def as_point(self, field: str, value: object) -> Point:
        """A value that stands somewhere in the field as a point."""
        if not isinstance(value, list) or len(value) != 2:
            self.fail(field, value, "must be a point [x, y] in metres")
        x, y = (self.checked_number(field, c, -FARTHEST_M, FARTHEST_M) for c in value)
        return (x, y)

    def line(self, field: str, least: int = 2) -> Outline:
        """A polyline of at least `least` points, none repeated in a row."""
        return self.as_line(field, self.items(field), least)

    def as_line(self, field: str, values: object, least: int = 2) -> Outline:
        """A value that stands somewhere in the field as a polyline."""
        if not isinstance(values, list) or len(values) < least:
            self.fail(field, values, f"must be a list of at least {least} points")
        points = tuple(self.as_point(field, value) for value in values)
        for p, q in pairwise(points):
            if p == q:
                self.fail(field, list(p), "must not repeat the point before it")
        return points

    def as_ring(self, field: str, values: object) -> Outline:
        """A closed GeoJSON ring as an outline without the repeated last point; it must enclose an area, simply."""
        if not isinstance(values, list) or len(values) < 4:
            self.fail(field, values, "must be a ring of at least 4 points")
        if values[0] != values[-1]:
            self.fail(field, values[-1], "must end its ring at the first point")
        points = self.as_line(field, values)[:-1]
        shape = Polygon(points)
        if not shape.is_valid:
            self.fail(field, list(points[0]), f"begins a ring that is not simple ({explain_validity(shape)})")
        return points
