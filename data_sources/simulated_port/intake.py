"""What desks send back: tasks, gate holds and decisions, each stored once however often it is sent."""

from __future__ import annotations

import heapq
import itertools
import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from data_sources.simulated_port.errors import ApiError
from data_sources.simulated_port.record_log import RecordLog
from twin.records import Action, Record, Task, TaskState

SOURCE_DESK = "desk"
SOURCE_PATROL = "patrol"
SOURCE_GATE = "gate"

_REMEMBERED = 100_000  # posts whose id is still recognised
_ACCEPT_MS = (15_000, 60_000)  # a patrol officer takes a task on the handset
_DRIVE_MS = (120_000, 360_000)  # reaches the place and looks
_LATEST_MS = 4_102_444_800_000  # 2100-01-01

Hold = Callable[[str, int], None]
Finding = Callable[[str, int], str]
Send = Callable[[str], str | None]

_Id = Annotated[
    str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+$", description="Made by the client.")
]
_Name = Annotated[str, Field(min_length=1, max_length=64)]
_Words = Annotated[str, Field(max_length=500)]


def _whole(value: Any) -> Any:
    """JSON knows one kind of number: 5.0 is the integer 5."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


_Time = Annotated[
    int, Field(ge=0, le=_LATEST_MS, description="ms since 1970-01-01T00:00:00Z, UTC"), BeforeValidator(_whole)
]


class _Post(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    id: _Id


class TaskPost(_Post):
    """A task for the patrol: go and look at `subject`."""

    subject: _Name
    assignee: _Name = "patrol"
    note: _Words = ""


class GateHoldPost(_Post):
    """Hold a truck at the gate: the one with this plate, or the one that carries this container, until `until`."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": [name], "properties": {name: {"type": "string"}}} for name in ("plate", "container")
            ]
        }
    )
    plate: _Name | None = None
    container: _Name | None = None
    reason: _Words
    operator: _Name
    until: _Time


class DecisionPost(_Post):
    """What an operator decided; `warning` and `rule` say about which warning, null for what is about none."""

    warning: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    rule: Annotated[str, Field(pattern=r"^R[0-9]{2}$")] | None = None
    subject: _Name
    verb: Annotated[str, Field(pattern=r"^[a-z_]{1,32}$")]
    operator: _Name
    note: _Words = ""
    decided_at: _Time


class Intake:
    """Stores posts as records and sees to their answers.

    Posts come in HTTP threads; `step` is called by the simulation thread after each of its steps and hands holds to
    the gate and answers due. `hold` really holds a plate or container until a time (ms UTC); `send` sends an officer to
    a subject and says whom, `finding` is what a patrol finds there at a time.
    """

    def __init__(self, log: RecordLog, now: Callable[[], int], hold: Hold, send: Send, finding: Finding) -> None:
        self._log = log
        self._now = now
        self._hold = hold
        self._send = send
        self._finding = finding
        self._lock = threading.Lock()
        self._stored: OrderedDict[tuple[str, str], tuple[_Post, Record]] = OrderedDict()
        self._due: list[tuple[int, int, Callable[[int], Record]]] = []
        self._tie = itertools.count()

    def task(self, post: TaskPost) -> tuple[Record, bool]:
        """The stored task, and whether it is new. Raises ApiError 409 if the id was used for another task."""

        def make(now: int) -> Record:
            accepted_at = now + _spread(post.id, "accept", _ACCEPT_MS)
            done_at = accepted_at + _spread(post.id, "drive", _DRIVE_MS)
            officer = post.assignee

            def accept(at: int) -> Record:
                nonlocal officer
                officer = self._send(post.subject) or post.assignee
                return state(officer, SOURCE_PATROL)(at, TaskState.ACCEPTED, None)

            def report(at: int) -> Record:
                return state(officer, SOURCE_PATROL)(at, TaskState.DONE, self._finding(post.subject, at))

            def state(assignee: str, source: str) -> Callable[[int, TaskState, str | None], Task]:
                return _task(post.id, "patrol", post.subject, assignee, post.note, source)

            self._answer(accepted_at, accept)
            self._answer(done_at, report)
            return state(post.assignee, SOURCE_DESK)(now, TaskState.OPEN, None)

        return self._store("task", post, make)

    def gate_hold(self, post: GateHoldPost) -> tuple[Record, bool]:
        """The hold as a task of the gate, and whether it is new. Raises ApiError 422 if it names nothing, else 409."""
        subjects = [subject for subject in (post.plate, post.container) if subject is not None]
        if not subjects:
            raise ApiError(422, "invalid", "A gate hold names a plate or a container.", "plate")

        def make(now: int) -> Record:
            state = _task(post.id, "gate_hold", subjects[0], "gate", post.reason, SOURCE_GATE)

            def take(at: int) -> Record:
                for subject in subjects:
                    self._hold(subject, post.until)
                return state(at, TaskState.ACCEPTED, None)

            if post.until > now:
                self._answer(now, take)
            self._answer(max(now, post.until), lambda at: state(at, TaskState.DONE, "ended"))
            return _task(post.id, "gate_hold", subjects[0], "gate", post.reason, SOURCE_DESK)(now, TaskState.OPEN, None)

        return self._store("gate_hold", post, make)

    def decision(self, post: DecisionPost) -> tuple[Record, bool]:
        """The decision as an action, and whether it is new. Raises ApiError 409 as `task`."""

        def make(_: int) -> Record:
            return Action(
                id=f"action:{post.id}", source=SOURCE_DESK, observed_at=post.decided_at, action=post.verb,
                subject=post.subject, warning=post.warning, operator=post.operator, note=post.note,
            )

        return self._store("decision", post, make)

    def step(self, now: int) -> None:
        """Do what is due at `now` (ms UTC) and log the answers."""
        answers: list[Record] = []
        while True:
            with self._lock:
                if not self._due or self._due[0][0] > now:
                    break
                due, _, answer = heapq.heappop(self._due)
            answers.append(answer(due))
        self._log.append(answers)

    def _answer(self, due: int, make: Callable[[int], Record]) -> None:
        heapq.heappush(self._due, (due, next(self._tie), make))

    def _store(self, what: str, post: _Post, make: Callable[[int], Record]) -> tuple[Record, bool]:
        key = (what, post.id)
        with self._lock:
            if key in self._stored:
                earlier, record = self._stored[key]
                if earlier != post:
                    raise ApiError(409, "id_conflict", f"The id was used for another {what}.", "id", post.id)
                return record, False
            record = make(self._now())
            self._stored[key] = (post, record)
            while len(self._stored) > _REMEMBERED:
                self._stored.popitem(last=False)
            self._log.append([record])  # inside the lock: an answer must not overtake what it answers
            return record, True


def _task(
    task: str, kind: str, subject: str, assignee: str, note: str, source: str
) -> Callable[[int, TaskState, str | None], Task]:
    """Maker of the records of one task: (when, state, result)."""

    def made(at: int, state: TaskState, result: str | None) -> Task:
        return Task(
            id=f"{kind}:{task}:{state.value}", source=source, observed_at=at, task=task, task_kind=kind,
            subject=subject, assignee=assignee, state=state, result=result, note=note,
        )

    return made


def _spread(task: str, what: str, between_ms: tuple[int, int]) -> int:
    """A duration within bounds that depends on the task alone, so that a repeated day answers alike."""
    low, high = between_ms
    return low + zlib.crc32(f"{task}/{what}".encode()) % (high - low + 1)


def plain(record: Record) -> dict[str, Any]:
    """A record as plain members for JSON."""
    return {name: getattr(record, name) for name in record.__slots__}
