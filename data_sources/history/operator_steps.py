"""The steps of operators as all desks of a port share them: one order, and of two that collide one is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from data_sources.history import database, schema, statements
from data_sources.history.store import History
from twin.warnings import Step, Verb


@dataclass(frozen=True, slots=True)
class SharedStep:
    """A step of a warning: its place among all of the port (`seq`) and among those of the warning (`number`)."""

    seq: int
    warning: str
    number: int
    step: Step
    desk: str


class StepConflictError(Exception):
    """Somebody else took a step about this warning first."""


def append(history: History, warning: str, known: int, steps: Sequence[Step], desk: str) -> None:
    """Adds steps of one warning, all or none.

    Args:
        history: the shared history.
        warning: the warning's id.
        known: how many steps of this warning the desk knew when its operator decided.
        steps: what the operator did, in order.
        desk: which desk it was.

    Raises:
        StepConflictError: there are more steps than the desk knew.
        HistoryError: the history cannot be reached or written; nothing was added.
    """
    t = schema.operator_step.c
    with database.writing(history.engine) as connection:
        statements.one_writer(connection, history.port)
        there = connection.scalar(sa.select(sa.func.count()).where(t.port == history.port, t.warning == warning))
        if there != known:
            raise StepConflictError(warning)
        last = connection.scalar(sa.select(sa.func.max(t.seq)).where(t.port == history.port)) or 0
        connection.execute(sa.insert(schema.operator_step), [
            {"port": history.port, "warning": warning, "number": known + place, "seq": last + 1 + place,
             "at": step.at, "step": step.verb.value, "operator": step.by, "note": step.note, "until": step.until,
             "desk": desk}
            for place, step in enumerate(steps)])


def since(history: History, seq: int) -> tuple[SharedStep, ...]:
    """The steps that came after one, in order. Raises HistoryError."""
    t = schema.operator_step.c
    asked = sa.select(t.seq, t.warning, t.number, t.step, t.at, t.operator, t.note, t.until, t.desk).where(
        t.port == history.port, t.seq > seq).order_by(t.seq)
    with database.reading(history.engine) as connection:
        return tuple(
            SharedStep(seq, warning, number, Step(Verb(verb), at, operator, note, until), desk)
            for seq, warning, number, verb, at, operator, note, until, desk in connection.execute(asked))


def last_before(history: History, at: int) -> int:
    """The `seq` of the last step made before an instant (ms UTC), 0 if there is none: where a desk begins to read."""
    t = schema.operator_step.c
    with database.reading(history.engine) as connection:
        found: int | None = connection.scalar(
            sa.select(sa.func.max(t.seq)).where(t.port == history.port, t.at < at))
        return found or 0
