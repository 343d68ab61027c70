"""Beacons: one at each open warning, at its subject wherever that is now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from layers.base import Layer
from layers.palette import severity_rank
from layers.places import Places
from layers.selection import KINDS, Selection

if TYPE_CHECKING:
    from twin.warnings import RiskWarning

_OVER = frozenset({"closed"})
UNSEEN = "raised"
FOLLOWED: Final = 200
"""So many, the gravest, are followed to where their subjects are; in a flood the others stay where they were seen."""


class WarningsLayer(Layer):
    """Columns over the open warnings, gravest first.

    id: (N,) object. place: where the beacon stands, its foot at the subject's top, (N, 3), metres. severity: rank in
    `layers.palette.SEVERITIES`, (N,) int8. unseen: nobody has acknowledged it yet, (N,).
    """

    def __init__(self) -> None:
        super().__init__()
        self.moved_revision = 0
        self.warnings: tuple[RiskWarning, ...] = ()
        self.id: NDArray[np.object_] = np.empty(0, dtype=object)
        self.place: NDArray[np.float64] = np.empty((0, 3))
        self.severity: NDArray[np.int8] = np.empty(0, dtype=np.int8)
        self.unseen: NDArray[np.bool_] = np.empty(0, dtype=bool)
        self._open: dict[str, RiskWarning] = {}
        self._subject: dict[str, Selection | None] = {}

    def update(self, changed: Iterable[RiskWarning]) -> None:
        """Take over raised and changed warnings."""
        touched = False
        for warning in changed:
            touched = True
            if str(warning.state) in _OVER:
                self._open.pop(warning.id, None)
                self._subject.pop(warning.id, None)
            else:
                self._open[warning.id] = warning
                self._subject[warning.id] = _subject(warning)
        if touched:
            self._rebuild()

    def reset(self, all_open: Iterable[RiskWarning]) -> None:
        """Forget everything but these (after a seek)."""
        self._open = {w.id: w for w in all_open if str(w.state) not in _OVER}
        self._subject = {w.id: _subject(w) for w in self._open.values()}
        self._rebuild()

    def _rebuild(self) -> None:
        self.warnings = tuple(sorted(self._open.values(), key=lambda w: (severity_rank(w.severity), w.raised_at)))
        self.id = np.array([w.id for w in self.warnings], dtype=object)
        self.severity = np.array([severity_rank(w.severity) for w in self.warnings], dtype=np.int8)
        self.unseen = np.array([str(w.state) == UNSEEN for w in self.warnings], dtype=bool)
        place = np.full((len(self.warnings), 3), np.nan)
        place[:, :2] = [(w.place_x, w.place_y) for w in self.warnings] if self.warnings else place[:, :2]
        place[:, 2] = 0.0
        self.place = place
        self.touch()

    def advance(self, places: Places) -> None:
        """Let each beacon follow its subject."""
        if not self.warnings:
            return
        place = self.place.copy()
        for at, warning in enumerate(self.warnings[:FOLLOWED]):  # in a flood the gravest
            subject = self._subject[warning.id]
            found = places.of(subject) if subject is not None else None
            place[at] = (warning.place_x, warning.place_y, 0.0) if found is None else found.top
        if not np.array_equal(place, self.place, equal_nan=True):
            self.place = place
            self.moved_revision += 1

    def subject_of(self, warning_id: str) -> Selection | None:
        """The object a shown warning is about."""
        return self._subject.get(warning_id)

    def point_of(self, warning_id: str) -> tuple[float, float] | None:
        """Where the rule saw it."""
        found = self._open.get(warning_id)
        return None if found is None else (float(found.place_x), float(found.place_y))


def _subject(warning: RiskWarning) -> Selection | None:
    kind = str(warning.subject_kind)
    return Selection(kind, warning.subject) if kind in KINDS else None
