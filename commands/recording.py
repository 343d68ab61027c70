"""A live desk on record: what reaches its twin goes to a history too, with keyframes and the steps of warnings."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from data_sources.clock import PortClock
from data_sources.desk_steps import DeskSteps
from data_sources.history.chunks import as_recorded
from data_sources.history.database import shown, url_of
from data_sources.history.keyframe_chain import LEVELS_MS, Taker
from data_sources.history.recorder import Recorder
from data_sources.history.spool import LIMIT_BYTES
from data_sources.history.store import History
from data_sources.history.warning_steps import StepLog
from data_sources.inbox import Inbox
from data_sources.shared_steps import SharedSteps
from layers.layers import Layers
from layers.session import Session
from resources.own_files import file_of
from twin import keyframe
from twin.batch import RECEIVED_AT, Batch
from twin.events import Delta
from twin.feed_health import FeedError, FeedErrorCode, FeedHealth
from twin.twin import Twin

_SITTING_SPOOL_BYTES = 2**20
_KEYFRAMES_APART_S = 2.0  # of the desk's time, where the port's flies


class Recording:
    """One history of one port while a desk is open. Made before the session, started with it, stopped after the feeds.

    Raises HistoryError when made, if the history cannot be opened for another reason than that it is out of reach.
    """

    def __init__(
        self, url: str, port: str, clock: PortClock, *, record: bool = True, sitting: Path | None = None,
    ) -> None:
        """`record`: False where another desk records already; operators' steps are shared all the same. `sitting`: the
        folder of a history that serves this one desk and goes with it (`of_sitting`)."""
        self.url = url
        self._port = port
        History.open(url, port).close()  # what can never work is told before the window opens
        spool = file_of("spool", url, port) if sitting is None else sitting / "spool"
        limit = LIMIT_BYTES if sitting is None else _SITTING_SPOOL_BYTES
        self.recorder = Recorder(self._open, shown(url_of(url)), spool, clock, spool_bytes=limit) if record else None
        self.of_sitting = sitting is not None
        self._steps: SharedSteps | None = None

    def _open(self) -> History:
        return History.open(self.url, self._port)

    def start(self) -> None:
        """Begins to write."""
        if self.recorder is not None:
            self.recorder.start()

    def share(self, twin: Twin, operator: str, now: Callable[[], int]) -> DeskSteps:
        """Operators' steps through this history, so that several desks on it work as one."""
        self._steps = SharedSteps(twin.warnings, self._open, operator, now)
        self._steps.start()
        return self._steps

    def stop(self) -> None:
        """Writes what is there and ends."""
        if self._steps is not None:
            self._steps.stop()
        if self.recorder is not None:
            self.recorder.stop()

    def healths(self) -> tuple[FeedHealth, ...]:
        """The recorder as the screens show feeds; that of a sitting only when something is wrong."""
        if self.recorder is None:
            return ()
        h = self.recorder.health()
        if self.of_sitting and h.last_error is None:
            return ()
        error = None
        if h.last_error is not None:
            error = FeedError(FeedErrorCode.HISTORY, h.last_error_at or h.since, h.last_error, {"detail": h.last_error})
        return (FeedHealth(
            h.name, h.state, h.since, h.last_success_at, error, h.records, h.rate_per_s, rejected=h.lost,
            repeated=h.repeated),)


@contextlib.contextmanager
def of_sitting(port: str, clock: PortClock) -> Iterator[Recording]:
    """The history of one sitting: what a desk on a simulated port of its own winds back to; it goes with the desk.

    Raises HistoryError, OSError if there is no room for it.
    """
    with tempfile.TemporaryDirectory(prefix="jiangyin-sitting-", ignore_cleanup_errors=True) as folder:
        recording = Recording(f"sqlite:///{folder}/sitting.db", port, clock, sitting=Path(folder))
        try:
            yield recording
        finally:
            recording.stop()


class RecordedInbox:
    """An inbox whose batches go on record as they are taken, stamped with the beat that took them."""

    def __init__(self, inbox: Inbox, recorder: Recorder) -> None:
        self._inbox = inbox
        self._recorder = recorder
        self.now: Callable[[], int] = lambda: 0

    @property
    def rows(self) -> int:
        """Rows that wait."""
        return self._inbox.rows

    @property
    def reached(self) -> int | None:
        """As the inbox within."""
        return self._inbox.reached

    def drain(self, max_rows: int) -> list[Batch]:
        """The oldest batches as the history gives them back, so that a replay hears what the desk has heard."""
        at = self.now()
        taken = [as_recorded(_received(batch, at)) for batch in self._inbox.drain(max_rows)]
        self._recorder.put(taken)
        return taken


class RecordedSession(Session):
    """A session that leaves keyframes and the steps of warnings in the history."""

    def __init__(self, inbox: Inbox, twin: Twin, layers: Layers, healths: Callable[[], Sequence[FeedHealth]],
                 recorder: Recorder) -> None:
        recorded = RecordedInbox(inbox, recorder)
        super().__init__(recorded, twin, layers, healths)
        recorded.now = lambda: self.now
        self._recorder = recorder
        self._taker = Taker(twin.index.frame)
        self._taken_at, self._taken_s = 0, -_KEYFRAMES_APART_S
        self._log = StepLog()

    def step(self, now: int, budget_s: float, timer: Callable[[], float]) -> Delta:
        """One beat, and what it leaves. A keyframe is copied here and encoded in the recorder's thread."""
        delta = super().step(now, budget_s, timer)
        steps = self._log.fresh(delta.warnings)
        if steps:
            self._recorder.put(steps)
        due = self.twin.now - self._taken_at >= LEVELS_MS[-1] and timer() - self._taken_s >= _KEYFRAMES_APART_S
        if now and due and not self.waiting and self.twin.judging:
            frame = keyframe.save(self.twin)
            self._taken_at, self._taken_s = frame.at, timer()
            self._recorder.put_keyframe(lambda: self._taker.row(frame))
        return delta


def _received(batch: Batch, at: int) -> Batch:
    return Batch(batch.kind, {**batch.columns, RECEIVED_AT: np.full(len(batch), at, dtype=np.int64)})
