"""The life of a warning: which step is possible when and by whom, and what it makes of the warning. Pure functions.

raised, acknowledged (seen), taken (an owner), dispatched (a task or a hold at the gate), result written back, confirmed
or rejected, closed; a closed one may be reopened. Acknowledging does not close. Shelving is timed and needs a second
person where the warning is grave. Steps are the only thing a life consists of: the same steps make the same warning, on
every desk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from twin.warnings import CLOCK, Reason, RiskWarning, Severity, Shelf, Step, Verb, WarningState

SHELF_LONGEST_MS = 12 * 3_600_000
"""A shelving ends with the shift at the latest."""
TWO_PERSONS = frozenset({Severity.CRITICAL, Severity.HIGH})

_S = WarningState
_OPEN = frozenset(_S) - {_S.CLOSED}
_OWNED = frozenset({_S.TAKEN, _S.DISPATCHED})
POSSIBLE: Mapping[Verb, frozenset[WarningState]] = {
    Verb.ACKNOWLEDGE: frozenset({_S.RAISED}),
    Verb.TAKE: frozenset({_S.RAISED, _S.ACKNOWLEDGED}),
    Verb.HAND_OVER: _OWNED | {_S.CONFIRMED, _S.REJECTED},
    Verb.DISPATCH: _OWNED,
    Verb.RESULT: _OWNED | {_S.CONFIRMED, _S.REJECTED},
    Verb.CONFIRM: _OWNED,
    Verb.REJECT: _OWNED,
    Verb.CLOSE: _OWNED | {_S.CONFIRMED, _S.REJECTED},
    Verb.REOPEN: frozenset({_S.CLOSED}),
    Verb.SHELVE: _OPEN,
    Verb.APPROVE: _OPEN,
    Verb.UNSHELVE: _OPEN,
    Verb.COMMENT: frozenset(_S),
    Verb.ESCALATE: _OPEN,
    Verb.DOWNGRADE: _OPEN,
    Verb.EXPIRE: _OPEN,
}
_RESULT = {
    Verb.ACKNOWLEDGE: _S.ACKNOWLEDGED, Verb.TAKE: _S.TAKEN, Verb.DISPATCH: _S.DISPATCHED, Verb.CONFIRM: _S.CONFIRMED,
    Verb.REJECT: _S.REJECTED, Verb.CLOSE: _S.CLOSED, Verb.REOPEN: _S.TAKEN,
}
_OWNERS_ONLY = frozenset({Verb.HAND_OVER, Verb.DISPATCH, Verb.CONFIRM, Verb.REJECT, Verb.CLOSE})
_REASONED: Mapping[Verb, frozenset[Reason]] = {
    Verb.CONFIRM: frozenset(r for r in Reason if r.true),
    Verb.REJECT: frozenset(r for r in Reason if not r.true),
    Verb.CLOSE: frozenset(Reason),
}


class Refusal(StrEnum):
    """Why a step is not possible, and in brackets the values a sentence about it may use."""

    UNKNOWN = "unknown"  # there is no such warning ()
    NAMELESS = "nameless"  # nobody says who takes it ()
    RULES_ONLY = "rules_only"  # a step that rules make (verb)
    CLOCK_ONLY = "clock_only"  # a step that time makes ()
    OWNED = "owned"  # it has an owner (owner)
    NOT_YOURS = "not_yours"  # it belongs to somebody else (owner, by)
    STATE = "state"  # not in this state (state, verb, states)
    TO_NOBODY = "to_nobody"  # handed over to nobody ()
    REASON = "reason"  # no reason code for this verb (note, verb, codes)
    WORDS = "words"  # words are missing (verb)
    SHELVED = "shelved"  # shelved already (by)
    NOT_SHELVED = "not_shelved"  # ()
    SHELF_TIME = "shelf_time"  # shelved for nothing or too long (hours)
    SHELF_REASON = "shelf_reason"  # shelved without a reason ()
    AGREED = "agreed"  # needs no second person any more ()
    SAME_PERSON = "same_person"  # the second person is the first (by)
    BESIDE = "beside"  # another one about the same is open (other)
    BUSY = "busy"  # others keep changing it ()


_SENTENCES = {
    Refusal.UNKNOWN: "There is no warning {id}.",
    Refusal.NAMELESS: "Warning {id}: a step needs the name of who takes it.",
    Refusal.RULES_ONLY: "Warning {id}: {verb} is a step of the rule, not of a person.",
    Refusal.CLOCK_ONLY: "Warning {id}: time alone moves its severity.",
    Refusal.OWNED: "Warning {id} already has an owner, {owner}.",
    Refusal.NOT_YOURS: "Warning {id} belongs to {owner}, not to {by}.",
    Refusal.STATE: "Warning {id} is {state}; {verb} is possible only when {states}.",
    Refusal.TO_NOBODY: "Warning {id} can only be handed over to somebody.",
    Refusal.REASON: "Warning {id}: {note!r} is no reason to {verb}; reasons are {codes}.",
    Refusal.WORDS: "Warning {id}: a {verb} needs words.",
    Refusal.SHELVED: "Warning {id} is shelved already, by {by}.",
    Refusal.NOT_SHELVED: "Warning {id} is not shelved.",
    Refusal.SHELF_TIME: "Warning {id} can be shelved for more than nothing and at most {hours} h.",
    Refusal.SHELF_REASON: "Warning {id} can only be shelved with a reason.",
    Refusal.AGREED: "Warning {id} needs no second person any more.",
    Refusal.SAME_PERSON: "Warning {id} was shelved by {by}; a second person has to agree.",
    Refusal.BESIDE: "Warning {id} cannot be reopened beside {other} about the same.",
    Refusal.BUSY: "Warning {id} is being changed by others; try again.",
}


class WarningStateError(Exception):
    """A step that a warning's life does not allow. Its text is one English sentence; `code` and `values` for others."""

    def __init__(self, code: Refusal, warning: str, **values: str | int) -> None:
        super().__init__(_SENTENCES[code].format(id=warning, **values))
        self.code = code
        self.values: Mapping[str, str | int] = {"id": warning, **values}


def reason_of(note: str) -> Reason | None:
    """The code a confirming, rejecting or closing note begins with ("device" or "device: words"); None without one."""
    code = note.partition(":")[0].strip()
    return Reason(code) if code in frozenset(Reason) else None


def verdict(warning: RiskWarning) -> bool | None:
    """What came out: True right, False wrong, None not decided. The last word of its operators counts."""
    for step in reversed(warning.history):
        if step.verb is Verb.REOPEN:
            return None
        if step.verb in _REASONED and (reason := reason_of(step.note)) is not None:
            return reason.true
    return None


def needs_second(warning: RiskWarning) -> bool:
    """Whether a second person has to agree to shelving it."""
    return warning.severity in TWO_PERSONS


def way_to(warning: RiskWarning, step: Step) -> tuple[Step, ...]:
    """A step with those that have to come before it by the same person: who dispatches what nobody has, takes it; who
    takes what nobody has seen, has seen it."""
    before: list[Verb] = []
    if warning.owner is None and (step.verb in _OWNERS_ONLY or step.verb is Verb.TAKE):
        if warning.state is WarningState.RAISED:
            before.append(Verb.ACKNOWLEDGE)
        if step.verb is not Verb.TAKE and warning.state in (WarningState.RAISED, WarningState.ACKNOWLEDGED):
            before.append(Verb.TAKE)
    return (*(Step(verb, step.at, step.by) for verb in before), step)


def after(warning: RiskWarning, step: Step) -> RiskWarning:
    """The warning after one step of an operator or of the clock.

    Raises WarningStateError, one sentence, where the life does not allow the step; the warning is as it was.
    """
    _check(warning, step)
    verb = step.verb
    changed = replace(
        warning, state=_RESULT.get(verb, warning.state), updated_at=max(step.at, warning.updated_at),
        history=(*warning.history, step))
    match verb:
        case Verb.TAKE | Verb.REOPEN:
            return replace(changed, owner=step.by)
        case Verb.HAND_OVER:
            return replace(changed, owner=step.note)
        case Verb.SHELVE:
            second = "" if needs_second(warning) else step.by
            return replace(changed, shelf=Shelf(step.by, step.at, step.until, step.note, second))
        case Verb.APPROVE if warning.shelf is not None:
            return replace(changed, shelf=replace(warning.shelf, approved_by=step.by))
        case Verb.UNSHELVE | Verb.EXPIRE | Verb.CLOSE:
            return replace(changed, shelf=None)
        case Verb.ESCALATE:
            return replace(changed, severity=Severity(step.note), shelf=None)
        case Verb.DOWNGRADE:
            return replace(changed, severity=Severity(step.note))
        case _:
            return changed


def _check(warning: RiskWarning, step: Step) -> None:
    verb, name = step.verb, warning.id
    words = verb.replace("_", " ")
    possible = POSSIBLE.get(verb)
    if possible is None:
        raise WarningStateError(Refusal.RULES_ONLY, name, verb=words)
    if not step.by.strip():
        raise WarningStateError(Refusal.NAMELESS, name)
    if verb is Verb.TAKE and warning.owner is not None:
        raise WarningStateError(Refusal.OWNED, name, owner=warning.owner)
    if warning.state not in possible:
        states = ", ".join(sorted(possible))
        raise WarningStateError(Refusal.STATE, name, state=warning.state.value, verb=words, states=states)
    if verb in _OWNERS_ONLY and warning.owner != step.by:
        raise WarningStateError(Refusal.NOT_YOURS, name, owner=warning.owner or "-", by=step.by)
    if verb is Verb.HAND_OVER and not step.note.strip():
        raise WarningStateError(Refusal.TO_NOBODY, name)
    if verb in _REASONED and reason_of(step.note) not in _REASONED[verb]:
        codes = ", ".join(sorted(_REASONED[verb]))
        raise WarningStateError(Refusal.REASON, name, note=step.note, verb=words, codes=codes)
    if verb in (Verb.COMMENT, Verb.RESULT) and not step.note.strip():
        raise WarningStateError(Refusal.WORDS, name, verb=words)
    _check_shelf(warning, step, name)


def _check_shelf(warning: RiskWarning, step: Step, name: str) -> None:
    verb, shelf = step.verb, warning.shelf
    if verb is Verb.SHELVE:
        if shelf is not None:
            raise WarningStateError(Refusal.SHELVED, name, by=shelf.by)
        if not step.note.strip():
            raise WarningStateError(Refusal.SHELF_REASON, name)
        if not 0 < step.until - step.at <= SHELF_LONGEST_MS:
            raise WarningStateError(Refusal.SHELF_TIME, name, hours=SHELF_LONGEST_MS // 3_600_000)
        if warning.owner not in (None, step.by):
            raise WarningStateError(Refusal.NOT_YOURS, name, owner=warning.owner or "-", by=step.by)
    elif verb in (Verb.UNSHELVE, Verb.EXPIRE, Verb.APPROVE) and shelf is None:
        raise WarningStateError(Refusal.NOT_SHELVED, name)
    elif verb is Verb.APPROVE and shelf is not None:
        if shelf.valid:
            raise WarningStateError(Refusal.AGREED, name)
        if shelf.by == step.by:
            raise WarningStateError(Refusal.SAME_PERSON, name, by=step.by)
    elif verb in (Verb.ESCALATE, Verb.DOWNGRADE) and step.by != CLOCK:
        raise WarningStateError(Refusal.CLOCK_ONLY, name)
