"""Where feeds put batches and the heartbeat takes them: first in, first out, nothing dropped, nothing merged."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable

from twin.batch import Batch

BATCH_ROWS = 2_000
"""Feeds cut batches to this many rows, so that the heartbeat can keep to its time budget."""

ROOM_ROWS = 100_000
"""Rows waiting beyond which a feed stops asking: what is not taken yet stays with the backend, which keeps it."""


class Inbox:
    """A queue of batches between the feed threads and the one thread that applies them."""

    def __init__(self, room_rows: int = ROOM_ROWS) -> None:
        self._changed = threading.Condition()
        self._batches: deque[Batch] = deque()
        self._rows = 0
        self._room_rows = room_rows
        self.reached: int | None = None
        """What a live feed brought is complete up to now."""

    @property
    def rows(self) -> int:
        """Rows that wait."""
        return self._rows

    def put(self, batches: Iterable[Batch]) -> None:
        """Append batches; all of one call stay together and in order. Empty batches are left out."""
        found = [batch for batch in batches if len(batch)]
        with self._changed:
            self._batches.extend(found)
            self._rows += sum(len(batch) for batch in found)

    def drain(self, max_rows: int) -> list[Batch]:
        """The oldest whole batches of together at most `max_rows` rows, but at least one if any waits."""
        taken: list[Batch] = []
        rows = 0
        with self._changed:
            while self._batches and (not taken or rows + len(self._batches[0]) <= max_rows):
                taken.append(self._batches.popleft())
                rows += len(taken[-1])
            self._rows -= rows
            if taken:
                self._changed.notify_all()
        return taken

    def wait_for_room(self, timeout_s: float) -> bool:
        """Wait until less than the agreed number of rows is waiting; False when `timeout_s` passed first."""
        with self._changed:
            return self._changed.wait_for(lambda: self._rows < self._room_rows, timeout_s)

    def wait_until_taken(self, timeout_s: float) -> bool:
        """Wait until nothing waits any more; False when `timeout_s` passed first."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._batches, timeout_s)


def cut(batch: Batch, max_rows: int = BATCH_ROWS) -> list[Batch]:
    """The batch in pieces of at most `max_rows` rows, in order. The pieces are views, nothing is copied."""
    if len(batch) <= max_rows:
        return [batch]
    starts = range(0, len(batch), max_rows)
    columns = batch.columns.items()
    return [Batch(batch.kind, {name: values[at:at + max_rows] for name, values in columns}) for at in starts]
