"""What just happened in the port: the newest events that somebody on watch would tell a colleague."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Final

from twin.events import Event, EventKind
from twin.records import GateDecision, GatePassage, Record

KEPT: Final = 60

_ALWAYS: Final = frozenset({
    EventKind.PASSED_GATE, EventKind.HELD_AT_GATE, EventKind.VESSEL_CALL_CHANGED, EventKind.TRIP_CHANGED,
    EventKind.TASK_CHANGED, EventKind.RULE_OFF,
})
_STATES: Final = {
    EventKind.DECLARATION_CHANGED: frozenset({"held", "released", "revoked"}),
    EventKind.INSPECTION_CHANGED: frozenset({"started", "done"}),
    EventKind.SEAL_CHANGED: frozenset({"unlocked", "tampered", "cut"}),
    EventKind.DEVICE_CHANGED: frozenset({"down"}),
}
"""Of these only what comes to such a state is news; signs of life and papers on their way are not."""


class EventLog:
    """The newest events, by when they happened; `revision` rises when they change."""

    def __init__(self) -> None:
        self.revision = 0
        self._recalled = False
        self.newest: tuple[Event, ...] = ()
        """Newest first, at most `KEPT`."""

    def take(self, events: Iterable[Event]) -> None:
        """Takes in the events of a step; what comes late goes to its place in time."""
        fresh = [event for event in events if _is_news(event)]
        if fresh:
            self.newest = tuple(sorted((*self.newest, *fresh), key=lambda e: e.at, reverse=True)[:KEPT])
            self.revision += 1

    def recall(self, passages: Iterable[Record]) -> None:
        """After a jump there is nothing to tell but the last gate passages, newest first, if somebody looks."""
        if self.newest or self._recalled:
            return
        self._recalled = True
        self.take(_event_of(passage) for passage in islice(passages, KEPT) if isinstance(passage, GatePassage))

    def forget(self) -> None:
        """The picture has jumped: what happened before is not before this any more."""
        self._recalled = False
        if self.newest:
            self.newest = ()
            self.revision += 1


def _event_of(passage: GatePassage) -> Event:
    # read back from a history, kinds and directions are plain texts
    kind = EventKind.PASSED_GATE if passage.decision == GateDecision.RAISE else EventKind.HELD_AT_GATE
    return Event(kind, passage.observed_at, "vehicle", passage.plate, facts={
        "gate": passage.gate, "lane": passage.lane, "direction": str(passage.direction)})


def _is_news(event: Event) -> bool:
    return event.kind in _ALWAYS or str(event.facts.get("state", "")) in _STATES.get(event.kind, ())
