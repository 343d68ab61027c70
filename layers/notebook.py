"""What a person keeps for themselves: named viewpoints and pins, as a text that can be kept and shared.

The text is JSON with a format mark; what is pasted is checked field by field, as anything from outside.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from layers.pins import Pin
from layers.view import TakePose

FORMAT = "jiangyin-places/1"
_LONGEST = 80
_FARTHEST_M = 1_000_000.0


class NotebookError(ValueError):
    """A text or file is no notebook; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class OwnView:
    """A viewpoint that a person gave a name."""

    name: str
    pose: TakePose


@dataclass(frozen=True, slots=True)
class Notebook:
    """A person's viewpoints and pins of one port. port: its code."""

    port: str
    views: tuple[OwnView, ...] = ()
    pins: tuple[Pin, ...] = ()

    def with_view(self, view: OwnView) -> Notebook:
        """One more viewpoint; one of the same name is replaced."""
        return Notebook(self.port, (*(v for v in self.views if v.name != view.name), view), self.pins)

    def without_view(self, name: str) -> Notebook:
        """Without a viewpoint."""
        return Notebook(self.port, tuple(v for v in self.views if v.name != name), self.pins)

    def with_pins(self, pins: tuple[Pin, ...]) -> Notebook:
        """With these pins and no others."""
        return Notebook(self.port, self.views, pins)

    def joined(self, other: Notebook) -> Notebook:
        """With what another one holds; of the same name or id the other's. Raises NotebookError for another port's."""
        if other.port != self.port:
            raise NotebookError(f"these places belong to port {other.port}, not to {self.port}")
        views = {view.name: view for view in (*self.views, *other.views)}
        pins = {pin.id: pin for pin in (*self.pins, *other.pins)}
        return Notebook(self.port, tuple(views.values()), tuple(pins.values()))


def to_text(notebook: Notebook) -> str:
    """As text to be kept or sent to somebody."""
    value = {"format": FORMAT, "port": notebook.port, "views": [asdict(view) for view in notebook.views],
             "pins": [asdict(pin) for pin in notebook.pins]}
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def from_text(text: str) -> Notebook:
    """The notebook of a text. Raises NotebookError."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise NotebookError("this is no text of places") from None
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise NotebookError(f"this is no text of places: its format must be {FORMAT}")
    return Notebook(
        _text(value, "port"),
        tuple(_view(one) for one in _rows(value, "views")),
        tuple(_pin(one) for one in _rows(value, "pins")))


def _rows(value: Mapping[str, Any], field: str) -> list[Mapping[str, Any]]:
    rows = value.get(field, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise NotebookError(f"{field} must be a list of objects")
    return rows


def _view(value: Mapping[str, Any]) -> OwnView:
    pose = value.get("pose")
    if not isinstance(pose, dict):
        raise NotebookError("a view has no pose")
    target = pose.get("target")
    if not isinstance(target, list) or len(target) != 3:
        raise NotebookError("a view's target must be three numbers")
    x, y, z = (_number({"target": part}, "target") for part in target)
    return OwnView(_text(value, "name"), TakePose((x, y, z), _number(pose, "azimuth_deg"),
                                                  _number(pose, "elevation_deg"), _number(pose, "distance_m")))


def _pin(value: Mapping[str, Any]) -> Pin:
    until = value.get("until_ms")
    return Pin(_text(value, "id"), _text(value, "text"), _number(value, "x"), _number(value, "y"), _number(value, "z"),
               _instant(value, "from_ms"), None if until is None else _instant(value, "until_ms"),
               str(value.get("by", ""))[:_LONGEST])


def _text(value: Mapping[str, Any], field: str) -> str:
    found = value.get(field)
    if not isinstance(found, str) or not found.strip() or not found.isprintable() or len(found) > _LONGEST:
        raise NotebookError(f"{field} must be a text of 1 to {_LONGEST} characters on one line")
    return found


def _number(value: Mapping[str, Any], field: str) -> float:
    found = value.get(field)
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found) or (
            abs(found) > _FARTHEST_M):
        raise NotebookError(f"{field} must be a number of at most {_FARTHEST_M:g}")
    return float(found)


def _instant(value: Mapping[str, Any], field: str) -> int:
    found = value.get(field)
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found < 1 << 53:
        raise NotebookError(f"{field} must be an instant in milliseconds")
    return found
