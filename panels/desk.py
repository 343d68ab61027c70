"""What the desk's panels work with, bundled by the composition root."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from data_sources.quarantine import Quarantine
from layers.layers import Layers
from layers.selection import Selection
from layers.session import Session
from panels.language import Language
from panels.theme import Theme
from twin.feed_health import FeedHealth
from twin.port_index import PortIndex
from twin.twin import Twin

if TYPE_CHECKING:  # the ways out are loaded beside the window, not before it
    from data_sources.desk_client import Outcome
    from data_sources.desk_steps import DeskSteps
    from data_sources.replay_feed import ReplayFeed
    from panels.time_travel import PastDesks


class ScenePort(Protocol):
    """The 3D view as panels see it: a widget and what the overlays above it need."""

    def widget(self) -> QWidget:
        """The widget that shows the scene."""
        ...

    @property
    def pending(self) -> bool:
        """Whether the last sync left something to the next, to keep to its time."""
        ...

    def sync(self, now_ms: int) -> None:
        """Draws what changed, at most once a call."""
        ...

    def hurry(self) -> None:
        """Draws at the next chance, as coarsely as while the camera moves: the next picture follows in a moment."""
        ...

    def project(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Places (N, 3), metres, as x, y (logical pixels of the widget) and depth; depth < 0 is behind the camera."""
        ...

    def metres_per_pixel(self) -> float:
        """Size of a logical pixel on the ground at the centre of the view."""
        ...

    def azimuth_deg(self) -> float:
        """Direction the camera looks in, clockwise from north."""
        ...

    def footprint(self) -> NDArray[np.float64]:
        """Where the picture's corners meet the ground, going round. Shape (4, 2), metres."""
        ...

    def quality(self) -> tuple[str, bool]:
        """Name of the level the view is drawn at, and whether the machine chose it."""
        ...

    def set_quality(self, name: str | None) -> None:
        """Stay at a level; None: as the machine allows."""
        ...

    def when_asked(self, tell: Callable[[Selection | None, QPoint], None]) -> None:
        """Lets `tell` know what is right-clicked, None for the ground, and where on the screen."""
        ...

    def finalise(self) -> None:
        """Lets go of the graphics card; the widget shows nothing after."""
        ...


class Respondent(Protocol):
    """Takes what the operator decides to the backend, never blocking."""

    def decision(self, **fields: Any) -> None:
        """An operator's step in the life of a warning."""
        ...

    def task(self, **fields: Any) -> None:
        """A task for a patrol officer."""
        ...

    def gate_hold(self, **fields: Any) -> None:
        """A hold of a truck or container at the gate."""
        ...


@dataclass(frozen=True)
class Desk:
    """Everything the main window is given."""

    index: PortIndex
    session: Session
    twin: Twin
    layers: Layers
    language: Language
    theme: Theme
    operator: str
    now: Callable[[], int]  # the port's clock, ms UTC
    feeds: Callable[[], tuple[FeedHealth, ...]]
    quarantine: Quarantine
    respond: Respondent
    steps: DeskSteps
    outcomes: Callable[[], Sequence[Outcome]]  # what became of what was sent, since last asked
    make_scene: Callable[[QWidget], ScenePort]
    record: str | None = None  # URL of the history
    past: PastDesks | None = None  # opens the past beside this desk
    replay: ReplayFeed | None = None  # of a desk in the past
    beside: PastDesks | None = None  # opens a second moment beside this desk's
    pace: Callable[[], float] = lambda: 1.0  # seconds of the port in a second, of a desk that is live
