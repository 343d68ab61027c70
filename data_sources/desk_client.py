"""What the desk sends back to the port: patrol tasks, gate holds and decisions.

The caller only queues; a thread of its own sends, in order, and tries again until the backend has answered: each item
carries an id made here, so that sending it twice changes nothing. With an `Outbox` it outlives the desk. What became of
an item is an `Outcome`, to be taken from `outcomes` by the window's heartbeat or handed to a callback in the sending
thread.
"""

from __future__ import annotations

import logging
import random
import threading
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from data_sources.outbox import Outbox
from data_sources.rest_client import ExchangeError, RestClient, StoppedError
from twin.feed_health import FeedErrorCode

_BACKOFF_FIRST_S, _BACKOFF_MOST_S = 0.25, 5.0
_ANSWER_TIMEOUT_S = 5.0
_LAST_CHANCE_S = 1.0
_TRY_AGAIN_STATUS = frozenset((401, 403, 408, 425, 429))  # a token may be put right, a load may pass
_log = logging.getLogger(__name__)


class Errand(StrEnum):
    """What can be sent."""

    TASK = "task"
    GATE_HOLD = "gate_hold"
    DECISION = "decision"


_PATHS = {Errand.TASK: "/v1/tasks", Errand.GATE_HOLD: "/v1/gate-holds", Errand.DECISION: "/v1/decisions"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the backend will not take an item: its words, and the field and value it names."""

    code: str
    text: str
    field: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an item: taken by the backend, or refused for good."""

    errand: Errand
    id: str
    refusal: Refusal | None = None

    @property
    def accepted(self) -> bool:
        """Whether the backend has it."""
        return self.refusal is None


@dataclass(slots=True)
class Pending:
    """An item on its way. `trouble`: why it has not arrived yet, None while nothing is wrong."""

    errand: Errand
    id: str
    body: bytes = field(repr=False)
    trouble: FeedErrorCode | None = None


class DeskClient:
    """Sends to one backend. Every method may be called from every thread and returns at once, except `stop`."""

    def __init__(self, url: str, token: str, *, on_outcome: Callable[[Outcome], None] | None = None,
                 ca_file: str | None = None, outbox: Outbox | None = None) -> None:
        """`on_outcome` is called in the sending thread; `outbox` keeps what waits, and what an earlier desk left there
        is sent first. Raises AddressError on a bad address or token.
        """
        self._client = RestClient(url, token, answer_timeout_s=_ANSWER_TIMEOUT_S, ca_file=ca_file)
        self._on_outcome = on_outcome
        self._changed = threading.Condition()
        self._outbox = outbox
        self._waiting: deque[Pending] = deque(() if outbox is None else _left_over(outbox))
        self._outcomes: deque[Outcome] = deque(maxlen=1000)
        self._closing = False
        self._rest = threading.Event()
        self._random = random.Random()
        self._thread = threading.Thread(target=self._run, name="desk-client", daemon=True)

    def start(self) -> None:
        """Begin sending. Once only; what was queued before is sent then."""
        self._thread.start()

    def task(self, subject: str, *, assignee: str = "patrol", note: str = "", task_id: str | None = None) -> str:
        """Send a patrol to look at `subject`. Returns the task's id, which its answers carry."""
        made = task_id or _new_id()
        return self._queue(Errand.TASK, {"id": made, "subject": subject, "assignee": assignee, "note": note})

    def gate_hold(self, *, reason: str, operator: str, until: int, plate: str | None = None,
                  container: str | None = None, hold_id: str | None = None) -> str:
        """Hold the truck with this plate or container at the gate until `until` (ms UTC). Returns the hold's id.

        Raises ValueError if neither is given.
        """
        if not (plate or container):
            raise ValueError("a gate hold needs a plate or a container")
        subject = {name: value for name, value in (("plate", plate), ("container", container)) if value}
        made = hold_id or _new_id()
        body: dict[str, str | int] = {"id": made, "reason": reason, "operator": operator, "until": until}
        body.update(subject)
        return self._queue(Errand.GATE_HOLD, body)

    def decision(self, *, subject: str, verb: str, operator: str, decided_at: int, warning: str | None = None,
                 rule: str | None = None, note: str = "", decision_id: str | None = None) -> str:
        """Write back what an operator decided at `decided_at` (ms UTC), about a warning of a rule if both are given.
        Returns the decision's id."""
        made = decision_id or _new_id()
        return self._queue(Errand.DECISION, {
            "id": made, "warning": warning, "rule": rule, "subject": subject, "verb": verb, "operator": operator,
            "note": note, "decided_at": decided_at,
        })

    def outcomes(self) -> list[Outcome]:
        """The outcomes since the last call, oldest first."""
        with self._changed:
            taken = list(self._outcomes)
            self._outcomes.clear()
            return taken

    def pending(self) -> tuple[Pending, ...]:
        """What has not been answered yet, next first."""
        with self._changed:
            return tuple(Pending(item.errand, item.id, item.body, item.trouble) for item in self._waiting)

    def stop(self, timeout_s: float = 1.0) -> tuple[str, ...]:
        """End, after a last chance for what waits. Returns the ids of what was not sent, which is logged too."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._rest.set()
        if self._thread.is_alive():
            self._thread.join(min(timeout_s, _LAST_CHANCE_S) / 2)
            self._client.stop()
            self._thread.join(timeout_s / 2)
        if not self._thread.is_alive():
            self._client.close()
            if self._outbox is not None:
                self._outbox.close()
        left = tuple(item.id for item in self.pending())
        if left:
            kept = "they wait for the next start" if self._outbox is not None else "they are lost"
            _log.warning("desk client: %d items were not sent, %s: %s", len(left), kept, ", ".join(left))
        return left

    def _queue(self, errand: Errand, body: Mapping[str, str | int | None]) -> str:
        made = str(body["id"])
        item = Pending(errand, made, msgspec.json.encode(body))
        if self._outbox is not None:
            self._outbox.keep(errand, made, item.body)
        with self._changed:
            self._waiting.append(item)
            self._changed.notify_all()
        return made

    def _run(self) -> None:
        failures = 0
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closing)
                if not self._waiting:
                    return
                item = self._waiting[0]
            try:
                if not self._sent(item):
                    failures += 1
                    if self._closing:
                        return
                    most_s = min(_BACKOFF_MOST_S, _BACKOFF_FIRST_S * 2.0 ** min(failures - 1, 10))
                    self._rest.wait(most_s * self._random.uniform(0.5, 1.0))
                else:
                    failures = 0
            except StoppedError:
                return

    def _sent(self, item: Pending) -> bool:
        """One attempt. Whether the backend has answered for good."""
        refusal: Refusal | None = None
        try:
            self._client.post(_PATHS[item.errand], item.body)
        except ExchangeError as error:
            if error.status is None or error.status >= 500 or error.status < 400 or error.status in _TRY_AGAIN_STATUS:
                self._postpone(item, error)
                return False
            told = error.told
            refusal = Refusal(told.code, told.message, told.field, None if told.value is None else str(told.value)[:200]
                              ) if told is not None else Refusal(str(error.status), error.text)
            _log.warning("desk client: %s %s was refused: %s", item.errand, item.id, refusal.text)
        if self._outbox is not None:
            self._outbox.answered(item.id)
        outcome = Outcome(item.errand, item.id, refusal)
        with self._changed:
            self._waiting.popleft()
            self._outcomes.append(outcome)
        if self._on_outcome is not None:
            try:
                self._on_outcome(outcome)
            except Exception:  # noqa: BLE001 - a listener's fault must not keep the next decision from being sent
                _log.exception("desk client: a listener failed")
        return True

    def _postpone(self, item: Pending, error: ExchangeError) -> None:
        with self._changed:
            if item.trouble is None:
                _log.warning("desk client: %s %s has to wait: %s", item.errand, item.id, error.text)
            item.trouble = error.code
            if error.status is not None:  # the backend is there and stumbles over this one: let the others pass
                self._waiting.rotate(-1)


def _left_over(outbox: Outbox) -> list[Pending]:
    """What an earlier desk did not get rid of; of an errand that this program does not know nothing is sent."""
    known = {errand.value: errand for errand in Errand}
    return [Pending(known[errand], item, body) for errand, item, body in outbox.waiting() if errand in known]


def _new_id() -> str:
    return uuid.uuid4().hex
