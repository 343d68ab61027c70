"""What is known of a case: its objects, one course of all that happened, comments, tasks and papers. No Qt, no HTML."""

from __future__ import annotations

from dataclasses import dataclass

from layers.selection import Selection
from panels import formats
from panels import vocabulary as v
from panels.desk import Desk
from panels.story import told
from panels.warning_words import rule_name, step_words, subject_text
from twin.cases import Case
from twin.facts import DossierEntry
from twin.port_layout import Name
from twin.records import Declaration, Inspection, Manifest, Record, Task, TransitTrip
from twin.warnings import Verb

LONGEST = 120
_SHOWN = frozenset({"container", "vehicle", "seal"})
"""What ties a case and can be seen in the scene."""
_TASK_KINDS = {"patrol": Name("巡查", "Patrol"), "gate_hold": Name("卡口拦截", "Hold at the gate")}


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a case's course. `at`: ms UTC; `grave`: a warning was raised or grew."""

    at: int
    words: str
    grave: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """A document as it stands now: kind, number, what it says, since when (ms UTC)."""

    kind: str
    number: str
    words: str
    at: int


def objects_of(case: Case) -> tuple[Selection, ...]:
    """What a case is about and the scene can show, and the warnings that still stand."""
    named = [Selection(kind, name) for kind, name in sorted(case.links) if kind in _SHOWN]
    return (*named, *(Selection("warning", w.id) for w in case.warnings if w.open and w.active))


def course_of(desk: Desk, case: Case) -> tuple[Happening, ...]:
    """Steps of all its warnings, facts about all its containers and its tasks as one course, oldest first; of a long
    one the newest `LONGEST`."""
    found: set[Happening] = set()
    for warning in case.warnings:
        about = f"{v.SEVERITY_MARKS[warning.severity.value]} {rule_name(desk, warning)} {subject_text(warning)}"
        found |= {
            Happening(step.at, f"{about}: {step_words(desk, step)}", step.verb in (Verb.RAISE, Verb.ESCALATE))
            for step in warning.history}
    for number, entries in _dossiers(desk, case):
        shown = formats.container_number(number)
        found |= {Happening(at, f"{shown}: {words}") for at, words in told(desk, entries)}
    found |= {Happening(task.observed_at, task_words(desk, task)) for task in tasks_of(desk, case)}
    return tuple(sorted(found, key=lambda one: (one.at, one.words))[-LONGEST:])


def comments_of(case: Case) -> tuple[tuple[int, str, str], ...]:
    """When (ms UTC), by whom and what somebody wrote, oldest first."""
    return tuple(sorted(
        (step.at, step.by, step.note) for warning in case.warnings for step in warning.history
        if step.verb is Verb.COMMENT))


def tasks_of(desk: Desk, case: Case) -> tuple[Task, ...]:
    """Patrols and gate holds given because of it or about one of its objects, the newest state of each."""
    given = {step.note for warning in case.warnings for step in warning.history if step.verb is Verb.DISPATCH}
    names = {name for _, name in case.links}
    found = [t for t in desk.twin.tasks if isinstance(t, Task) and (t.task in given or t.subject in names)]
    return tuple(sorted(found, key=lambda task: (task.observed_at, task.task)))


def task_words(desk: Desk, task: Task) -> str:
    """What is to be done, how far it is, what came of it."""
    say = desk.language.of
    kind, state = say(v.look_up(_TASK_KINDS, task.task_kind)), say(v.look_up(v.TASK_STATES, str(task.state)))
    return " · ".join(filter(None, (f"{kind} {task.subject}", task.assignee, state, task.result, task.note)))


def papers_of(desk: Desk, case: Case) -> tuple[Paper, ...]:
    """The newest state of every manifest line, declaration, inspection and transit trip about its containers."""
    found: dict[tuple[str, str], Paper] = {}
    for _, entries in _dossiers(desk, case):
        for entry in entries:
            paper = _paper(desk, entry.record)
            if paper is not None:
                found[paper.kind, paper.number] = paper
    return tuple(sorted(found.values(), key=lambda paper: (paper.at, paper.number)))


def _dossiers(desk: Desk, case: Case) -> list[tuple[str, tuple[DossierEntry, ...]]]:
    return [(name, desk.twin.dossier(name)) for kind, name in sorted(case.links) if kind == "container"]


def _paper(desk: Desk, record: Record) -> Paper | None:
    say, at = desk.language.of, record.observed_at
    if isinstance(record, Manifest):
        words = f"{record.goods} · {record.packages:,} · {formats.weight(record.gross_kg)}"
        return Paper(say(Name("提单", "Bill of lading")), record.bill, words, at)
    if isinstance(record, Declaration):
        state = say(v.look_up(v.DECLARATION_STATES, str(record.state)))
        words = " · ".join(filter(None, (
            state, record.reason, f"{record.hs_code} {record.goods}", formats.weight(record.gross_kg),
            f"{record.consignor} → {record.consignee}")))
        return Paper(say(Name("报关单", "Declaration")), formats.grouped(record.declaration), words, at)
    if isinstance(record, Inspection):
        kind = say(v.look_up(v.INSPECTION_KINDS, str(record.inspection_kind)))
        state = say(v.look_up(v.INSPECTION_STATES, str(record.state)))
        result = say(v.look_up(v.INSPECTION_RESULTS, str(record.result))) if record.result is not None else ""
        words = " · ".join(filter(None, (kind, state, result, record.officer, ", ".join(record.images))))
        return Paper(say(Name("查验单", "Inspection")), record.order, words, at)
    if isinstance(record, TransitTrip):
        words = f"{record.origin} → {record.destination} · {record.seal} · {record.vehicle}"
        return Paper(say(Name("转关", "Transit")), record.trip, words, at)
    return None
