"""A past that is kept in a list: what a history is to a restored twin, for tests without one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.batch import Batch
from twin.filing import NAMING_ONE
from twin.records import SUBJECT_FIELD, Kind, SealEventKind


class KeptPast:
    """Batches in order of receipt."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []

    def records(self, kind: Kind, subjects: Sequence[str], observed_at: Sequence[int]) -> Sequence[Batch]:
        wanted = set(zip(subjects, observed_at, strict=True))
        return [batch.take(np.array([pair in wanted for pair in zip(
            batch[SUBJECT_FIELD[kind]].tolist(), batch["observed_at"].tolist(), strict=True)]))
            for batch in self.batches if batch.kind is kind]

    def about(self, container: str, until: int) -> Sequence[Batch]:
        found = []
        for batch in self.batches:
            if batch.kind in (Kind.DECLARATION, Kind.GATE_PASSAGE):
                mine = [container in names for names in batch["containers"]]
            elif batch.kind in NAMING_ONE or batch.kind is Kind.SEAL_EVENT:
                mine = [name == container for name in batch["container"]]
            else:
                continue
            if batch.kind is Kind.SEAL_EVENT:
                mine = [m and e != SealEventKind.HEARTBEAT for m, e in zip(mine, batch["event"], strict=True)]
            found.append(batch.take(np.array(mine, dtype=bool) & (batch["received_at"] <= until)))
        return found

    def recent(self, kind: Kind, until: int, limit: int) -> Sequence[Batch]:
        return [b.take(b["received_at"] <= until) for b in self.batches if b.kind is kind][-limit:]

    def fixes(self, entity: str, begin: int, end: int, until: int) -> dict[str, NDArray[Any]] | None:
        found = []
        for batch in self.batches:
            if batch.kind is Kind.POSITION:
                at = batch["observed_at"]
                found.append(batch.take(
                    (batch["entity"] == entity) & (at >= begin) & (at < end) & (batch["received_at"] <= until)))
        if not found:
            return None
        return {name: np.concatenate([b[name] for b in found]) for name in ("observed_at", "lon", "lat", "speed_mps")}
