"""What the panels ask of the camera: where to go, what to ride along with; the scene obeys at its next sync."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from layers.cutaway import CutMode
from layers.selection import Selection


@dataclass(frozen=True, slots=True)
class GoTo:
    """A named viewpoint of the port definition."""

    viewpoint: str


@dataclass(frozen=True, slots=True)
class Home:
    """The whole port, whatever its viewpoints are called."""


@dataclass(frozen=True, slots=True)
class FlyTo:
    """An object, seen from close by."""

    selection: Selection


@dataclass(frozen=True, slots=True)
class FlyToAll:
    """Several objects, all of them in the picture."""

    selections: tuple[Selection, ...]


@dataclass(frozen=True, slots=True)
class NorthUp:
    """The map view: straight down, north on top."""


@dataclass(frozen=True, slots=True)
class LookAt:
    """A place on the ground, from the present side and distance. Metres."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Drill:
    """One level deeper (zone, block, bay, slot) towards an object."""

    selection: Selection


@dataclass(frozen=True, slots=True)
class Up:
    """One level up; from a zone to the whole port."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Open the block that is selected, or the bay of it; the same again closes it."""

    mode: CutMode


@dataclass(frozen=True, slots=True)
class TakePose:
    """A pose kept from before: see `scene.camera.Pose`. Metres, degrees."""

    target: tuple[float, float, float]
    azimuth_deg: float
    elevation_deg: float
    distance_m: float


ViewCommand = GoTo | Home | FlyTo | FlyToAll | NorthUp | LookAt | Drill | Up | Cut | TakePose


class Ride(StrEnum):
    """What carries the camera along until a hand takes it."""

    FOLLOW = "follow"  # the selected object stays in the middle
    FIRST_PERSON = "first_person"  # from the selected vehicle's cab or officer's eyes
    PATROL = "patrol"  # along the port's patrol route at a person's height


class ViewRequest:
    """The latest wish; `revision` grows with each, so the same wish twice is two wishes.

    focus: the level one has drilled to, None for the whole port. ride: what carries the camera; the scene clears it
    when a hand takes the camera. pose: where the camera is, told by the scene, for those who keep viewpoints. mirror:
    where the camera of `partner`, a linked view, has gone; the scene goes there at once and takes it away.
    """

    def __init__(self) -> None:
        self.command: ViewCommand | None = None
        self.revision = 0
        self.focus: Selection | None = None
        self.ride: Ride | None = None
        self.rider: Selection | None = None
        self.pose: TakePose | None = None
        self.mirror: TakePose | None = None
        self.partner: ViewRequest | None = None

    def link(self, other: ViewRequest | None) -> None:
        """Let this view and another one have one camera between them, first where this one is; None parts them."""
        if self.partner is not None:
            self.partner.mirror = self.partner.partner = None
        self.mirror, self.partner = None, other
        if other is not None:
            other.partner, other.mirror = self, self.pose

    def tell(self, pose: TakePose) -> None:
        """The scene says where its own camera has gone; a linked view follows at its next sync."""
        self.pose = pose
        if self.partner is not None:
            self.partner.mirror = pose

    def go(self, viewpoint_id: str) -> None:
        """Ask for a named viewpoint."""
        self._ask(GoTo(viewpoint_id))

    def home(self) -> None:
        """Ask for the whole port."""
        self._ask(Home())

    def fly_to(self, selection: Selection) -> None:
        """Ask to see an object."""
        self._ask(FlyTo(selection))

    def fly_to_all(self, selections: tuple[Selection, ...]) -> None:
        """Ask to see several objects at once."""
        self._ask(FlyToAll(selections))

    def north_up(self) -> None:
        """Ask for the map view."""
        self._ask(NorthUp())

    def look_at(self, x: float, y: float) -> None:
        """Ask to see a place on the ground, metres."""
        self._ask(LookAt(x, y))

    def drill(self, selection: Selection) -> None:
        """Ask to go one level deeper towards an object."""
        self._ask(Drill(selection))

    def up(self) -> None:
        """Ask to go one level up."""
        self._ask(Up())

    def cut(self, mode: CutMode) -> None:
        """Ask to open the selected block or bay, or to close it again."""
        self._ask(Cut(mode))

    def take(self, pose: TakePose) -> None:
        """Ask for a pose kept from before."""
        self._ask(pose)

    def ride_along(self, ride: Ride | None, rider: Selection | None = None) -> None:
        """Let an object or the patrol route carry the camera; None ends it."""
        self.ride, self.rider = ride, rider

    def _ask(self, command: ViewCommand) -> None:
        self.ride = self.rider = None
        self.command = command
        self.revision += 1
