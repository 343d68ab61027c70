"""How busy the port was, minute by minute of device time: gate passages, quay moves, yard lifts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.batch import Batch
from twin.records import Classifier, Direction, Kind, MoveEvent

MINUTE_MS = 60_000
KEPT_MINUTES = 24 * 60
SERIES = ("gate_in", "gate_out", "quay", "yard")

_QUAY = (MoveEvent.LOAD, MoveEvent.DISC)
_YARD = (MoveEvent.PICK, MoveEvent.DROP)


class Activity:
    """Counts a minute over the last day, in a ring by minute number. Series: gate_in, gate_out, quay, yard."""

    def __init__(self) -> None:
        self._counts = {name: np.zeros(KEPT_MINUTES, dtype=np.int32) for name in SERIES}
        self._minutes = np.full(KEPT_MINUTES, -1, dtype=np.int64)

    def save(self) -> dict[str, NDArray[Any]]:
        """Copies of the ring's columns. Shapes (KEPT_MINUTES,)."""
        return {"minute": self._minutes.copy()} | {name: counts.copy() for name, counts in self._counts.items()}

    def restore(self, columns: Mapping[str, NDArray[Any]]) -> None:
        """Counts as when it was saved."""
        self._minutes = columns["minute"].copy()
        self._counts = {name: columns[name].copy() for name in SERIES}

    def take(self, batches: Sequence[Batch]) -> None:
        """Counts the gate passages and actual moves of `batches` (each record once)."""
        for batch in batches:
            if batch.kind == Kind.GATE_PASSAGE:
                for name, way in (("gate_in", Direction.IN), ("gate_out", Direction.OUT)):
                    self._add(name, batch["observed_at"][batch["direction"] == way])
            elif batch.kind == Kind.MOVE:
                actual = batch["classifier"] == Classifier.ACTUAL
                for name, events in (("quay", _QUAY), ("yard", _YARD)):
                    self._add(name, batch["observed_at"][actual & np.isin(batch["event"], events)])

    def _add(self, name: str, observed_at: NDArray[Any]) -> None:
        if not len(observed_at):
            return
        minutes, counts = np.unique(observed_at // MINUTE_MS, return_counts=True)
        places = minutes % KEPT_MINUTES
        newer = minutes > self._minutes[places]
        for series in self._counts.values():
            series[places[newer]] = 0
        self._minutes[places[newer]] = minutes[newer]
        current = minutes == self._minutes[places]
        self._counts[name][places[current]] += counts[current].astype(np.int32)

    def per_minute(self, name: str, minutes: int, now: int) -> NDArray[np.int32]:
        """Counts of series `name` in each of the last `minutes` minutes up to `now` (ms UTC). Shape (minutes,)."""
        wanted = now // MINUTE_MS - np.arange(minutes - 1, -1, -1)
        places = wanted % KEPT_MINUTES
        return np.where(self._minutes[places] == wanted, self._counts[name][places], 0).astype(np.int32)
