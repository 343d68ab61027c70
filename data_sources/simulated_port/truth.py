"""The truth of what a scenario injected: for trainers and tests, never part of what the API says."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(slots=True)
class TruthEntry:
    """One injected incident. `x`, `y` metres in the port's local frame, where the violation began; times ms UTC.

    `to_ms` is None while it lasts. `injected` False: no fitting subject was found, `note` says why.
    """

    line: int
    rule: str
    subject_kind: str  # container, vehicle, seal, trip, device
    subject: str
    x: float
    y: float
    zone: str
    from_ms: int
    to_ms: int | None
    note: str
    injected: bool = True
    related: tuple[str, ...] = ()  # other subjects involved: the truck that carries the container, ...


class Truth:
    """The list of injected incidents in the order in which they began."""

    def __init__(self) -> None:
        self._entries: list[TruthEntry] = []

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[TruthEntry]:
        return iter(tuple(self._entries))

    def add(self, entry: TruthEntry) -> TruthEntry:
        """Adds an entry and returns it, so that its end can be noted later."""
        self._entries.append(entry)
        return entry

    def about(self, subject: str) -> tuple[TruthEntry, ...]:
        """What was injected about a container, vehicle, seal, trip or device."""
        return tuple(e for e in self if e.injected and (subject == e.subject or subject in e.related))

    def write(self, path: Path) -> None:
        """Writes the entries as JSON lines, UTF-8, replacing the file."""
        lines = [json.dumps(dataclasses.asdict(entry), ensure_ascii=False) + "\n" for entry in self._entries]
        path.write_text("".join(lines), encoding="utf-8")
