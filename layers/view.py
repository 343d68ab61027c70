"""Where the panels ask the camera to go; the scene takes the wishes at its next sync."""

from __future__ import annotations

from dataclasses import dataclass

from layers.selection import Selection


@dataclass(frozen=True, slots=True)
class GoTo:
    """A named viewpoint of the port definition."""

    viewpoint: str


@dataclass(frozen=True, slots=True)
class FlyTo:
    """An object, seen from close by."""

    selection: Selection


@dataclass(frozen=True, slots=True)
class NorthUp:
    """The map view: straight down, north on top."""


ViewCommand = GoTo | FlyTo | NorthUp


class ViewRequest:
    """The latest wish; `revision` grows with each, so the same wish twice is two wishes."""

    def __init__(self) -> None:
        self.command: ViewCommand | None = None
        self.revision = 0

    def go(self, viewpoint_id: str) -> None:
        """Ask for a named viewpoint."""
        self._ask(GoTo(viewpoint_id))

    def fly_to(self, selection: Selection) -> None:
        """Ask to see an object."""
        self._ask(FlyTo(selection))

    def north_up(self) -> None:
        """Ask for the map view."""
        self._ask(NorthUp())

    def _ask(self, command: ViewCommand) -> None:
        self.command = command
        self.revision += 1
