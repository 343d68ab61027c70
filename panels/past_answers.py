"""Questions to the past as work for a thread: who was in a zone, where something was, what stood in a slot, who met."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from data_sources.history import questions
from data_sources.history.outlines import outline_of
from data_sources.history.store import History
from twin.records import Classifier, Kind, Move, PlaceKind

if TYPE_CHECKING:
    from twin.port_index import PortIndex

SLICE_MS = 10 * 60_000
"""After so much of the asked time the work looks whether anybody still wants it."""
MOST_POINTS = 4_000

Check = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """A line of an answer: from when to when (ms UTC, None unknown), what it is about, and in plain values why."""

    kind: str  # as of a selection
    id: str
    since: int | None
    until: int | None
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Lines in order of time. path: places (N, 2), metres, NaN between parts; None if the answer is no way."""

    lines: tuple[Answer, ...]
    path: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """`what`: within, track, stood or met; `name`: of the zone, object, slot or vehicle; (after, until], ms UTC."""

    what: str
    name: str
    after: int
    until: int


def asking(url: str, index: PortIndex, question: Question) -> Callable[[Check], Answers]:
    """The work that answers a question. It raises HistoryError, and ValueError for a name that is none."""
    answer = {"within": _within, "track": _track, "stood": _stood, "met": _met}[question.what]

    def work(check: Check) -> Answers:
        with History.open(url, index.layout.code, create=False) as history:
            return answer(history, index, question, check)

    return work


def _slices(question: Question) -> list[tuple[int, int]]:
    edges = [*range(question.after, question.until, SLICE_MS), question.until]
    return list(pairwise(edges))


def _within(history: History, index: PortIndex, question: Question, check: Check) -> Answers:
    outline = outline_of(index.layout, question.name)
    if outline is None:
        raise ValueError(question.name)
    found: dict[tuple[str, str], questions.Presence] = {}
    for after, until in _slices(question):
        check()
        for new in questions.within(history, outline, after, until):
            old = found.get((new.entity, new.entity_kind), new)
            fixes = new.fixes if old is new else old.fixes + new.fixes
            found[new.entity, new.entity_kind] = questions.Presence(
                new.entity, new.entity_kind, min(old.first, new.first), max(old.last, new.last), fixes)
    lines = (Answer(p.entity_kind, p.entity, p.first, p.last, (str(p.fixes),)) for p in found.values())
    return Answers(tuple(sorted(lines, key=lambda line: (line.since or 0, line.id))))


def _track(history: History, index: PortIndex, question: Question, check: Check) -> Answers:
    """Of a container the moves, and the ways of the vehicles that carried it; of anything else its own fixes."""
    known = questions.dossier(history, question.name, question.after, question.until, kinds=(Kind.MOVE,))
    moves = [k.record for k in known if isinstance(k.record, Move) and k.record.container == question.name
             and k.record.classifier == Classifier.ACTUAL]
    check()
    if not moves:
        path, times = _way(history, index, question.name, question.after, question.until, check)
        if not len(path):
            return Answers(())
        kind = "vehicle"
        lines = [Answer(kind, question.name, int(times[at]), int(times[end]), (f"{length:.0f} m",))
                 for at, end, length in _drives(path, times)]
        return Answers(tuple(lines), path)
    parts: list[NDArray[np.float64]] = []
    ends = [move.observed_at for move in moves[1:]] + [question.until]
    for move, end in zip(moves, ends, strict=True):
        if move.to_kind == PlaceKind.VEHICLE:
            way, _ = _way(history, index, move.to_ref, move.observed_at, end, check)
            parts += [way, np.full((1, 2), np.nan)]
    lines = [Answer("container", move.container, move.observed_at, end, (f"{move.from_ref} → {move.to_ref}",))
             for move, end in zip(moves, ends, strict=True)]
    return Answers(tuple(lines), np.concatenate(parts) if parts else None)


def _way(history: History, index: PortIndex, name: str, after: int, until: int,
         check: Check) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    found = []
    for begin, end in _slices(Question("track", name, after, until)):
        check()
        found.append(questions.track(history, name, begin, end))
    lon, lat, at = (np.concatenate([getattr(track, field) for track in found] or [np.zeros(0)])
                    for field in ("lon", "lat", "observed_at"))
    grain = max(1, len(at) // MOST_POINTS)
    x, y = index.frame.to_local(lon[::grain], lat[::grain])
    return np.column_stack([x, y]), at[::grain].astype(np.int64)


def _drives(path: NDArray[np.float64], times: NDArray[np.int64]) -> list[tuple[int, int, float]]:
    """Stretches in which something moved: first and last place, metres. It stands after a minute within 15 m."""
    steps = np.hypot(*np.diff(path, axis=0).T)
    moving = np.flatnonzero(steps > 2.0)
    if not len(moving):
        return [(0, len(times) - 1, 0.0)]
    breaks = np.flatnonzero(np.diff(times[moving]) > 60_000)
    begins, ends = np.r_[0, breaks + 1], np.r_[breaks, len(moving) - 1]
    return [(int(moving[a]), int(moving[b]) + 1, float(steps[moving[a]:moving[b] + 1].sum()))
            for a, b in zip(begins, ends, strict=True)]


def _stood(history: History, _index: PortIndex, question: Question, _check: Check) -> Answers:
    stays = questions.stood_in(history, question.name, question.after, question.until)
    return Answers(tuple(Answer("container", stay.container, stay.since, stay.until) for stay in stays))


def _met(history: History, _index: PortIndex, question: Question, _check: Check) -> Answers:
    meetings = questions.met(history, question.name, question.after, question.until)
    return Answers(tuple(Answer("vehicle", m.other, m.first, m.last, (f"{m.nearest_m:.0f} m",)) for m in meetings))
