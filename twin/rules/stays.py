"""Stays: the story of a container told as the places where it was, from all moves and statements known of it."""

from __future__ import annotations

from dataclasses import dataclass

from twin.newest import RANKS
from twin.placing import LIFTS
from twin.records import Classifier, Kind, PlaceKind
from twin.state import State

_SHIP_OR_OUTSIDE = (PlaceKind.VESSEL, PlaceKind.OUTSIDE)


@dataclass(frozen=True, slots=True)
class Stay:
    """From `begin` to `end` (device time, ms UTC; 0 while it goes on) a container was at one place.

    kind: a PlaceKind. ref: as in the record. record, ended_by: the records that began and ended it.
    """

    kind: str
    ref: str
    begin: int
    end: int = 0
    record: str = ""
    ended_by: str = ""

    @property
    def ashore(self) -> bool:
        """Whether that place is in the port and not on board of a vessel."""
        return self.kind not in _SHIP_OR_OUTSIDE


def stays_of(state: State, container: int) -> list[Stay]:
    """The stays of a container (table row), in order of time. Gone from the stock counts as outside."""
    steps = []
    for batch, i in state.facts.of(container, Kind.MOVE, Kind.INVENTORY):
        rank, kind, ref = 0, "", ""
        if batch.kind is Kind.MOVE:
            order = LIFTS[batch["event"][i]]
            if order < 0 or batch["classifier"][i] != Classifier.ACTUAL:
                continue
            rank, kind, ref = order + 1, str(batch["to_kind"][i]), str(batch["to_ref"][i])
        elif batch["present"][i]:
            kind, ref = str(batch["place_kind"][i]), str(batch["place_ref"][i])
        else:
            kind = str(PlaceKind.OUTSIDE)
        at = int(batch["observed_at"][i])
        steps.append((at * RANKS + rank, str(batch["id"][i]), at, kind, ref))
    steps.sort()
    found: list[Stay] = []
    for _, record, at, kind, ref in steps:
        last = found[-1] if found else None
        if last is not None and (last.kind, last.ref) == (kind, ref):
            continue
        if last is not None:
            found[-1] = Stay(last.kind, last.ref, last.begin, at, last.record, record)
        found.append(Stay(kind, ref, at, 0, record))
    return found
