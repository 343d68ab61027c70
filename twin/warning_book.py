"""The book of all warnings of a session: operators' steps, rules' findings and time change it; nothing ever leaves it.

There is one open warning per rule and subject: a further finding updates it.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from twin import warning_life as life
from twin.warning_incidents import Told, joined, together, told
from twin.warning_life import WarningStateError
from twin.warning_timing import Timing, due
from twin.warnings import CLOCK, RULE, Clearing, FeedRelied, Finding, RiskWarning, Step, Verb, WarningState

_JOURNAL = 4096
"""So many changes back a reader may ask what is new; who comes later looks at all warnings."""


@dataclass(slots=True)
class WarningBook:
    """All warnings of a session. `timing`: what time does to them."""

    _by_id: dict[str, RiskWarning] = field(default_factory=dict)
    _open: dict[tuple[str, str], str] = field(default_factory=dict)  # rule and subject to id
    _incidents: dict[tuple[str, str, str], str] = field(default_factory=dict)  # rule, subject, incident to id
    _stood: dict[str, dict[str, Told]] = field(default_factory=dict)  # id to its incidents that nothing has overturned
    _changed: dict[str, None] = field(default_factory=dict)
    revision: int = 0
    timing: Timing = field(default_factory=Timing)
    _due: list[tuple[int, str]] = field(default_factory=list)  # heap of instants at which time may make a step
    _journal: deque[str] = field(default_factory=lambda: deque(maxlen=_JOURNAL))  # ids, one for each revision

    def __len__(self) -> int:
        return len(self._by_id)

    def copy(self) -> WarningBook:
        """A book with the same warnings that goes its own way from here."""
        stood = {warning_id: dict(incidents) for warning_id, incidents in self._stood.items()}
        return WarningBook(
            dict(self._by_id), dict(self._open), dict(self._incidents), stood, dict(self._changed), self.revision,
            self.timing, list(self._due))

    def restore(self, book: WarningBook) -> None:
        """Holds what another book holds. The revision goes on, so that whoever looks at this one looks again."""
        other, revision = book.copy(), self.revision + 1
        self._by_id, self._open, self._incidents = other._by_id, other._open, other._incidents  # noqa: SLF001 - a book
        self._stood, self._changed, self.revision = other._stood, other._changed, revision  # noqa: SLF001
        self._journal.clear()
        self._due = [(step.at, w.id) for w in self.open() if (step := due(w, self.timing)) is not None]
        heapq.heapify(self._due)

    def get(self, warning_id: str) -> RiskWarning | None:
        """A warning by id, None if there is none."""
        return self._by_id.get(warning_id)

    def all(self) -> tuple[RiskWarning, ...]:
        """Every warning ever raised, in the order of raising."""
        return tuple(self._by_id.values())

    def shelved(self) -> tuple[RiskWarning, ...]:
        """Open warnings that are put aside or wait for a second person to agree, the first to come back first."""
        found = (w for i in self._open.values() if (w := self._by_id[i]).shelf is not None)
        return tuple(sorted(found, key=lambda w: w.shelf.until if w.shelf is not None else 0))

    def open(self) -> tuple[RiskWarning, ...]:
        """Warnings that are not closed: gravest first, newest first among equals."""
        waiting = (self._by_id[i] for i in self._open.values())
        return tuple(sorted(waiting, key=lambda w: (w.severity.rank, -w.raised_at, w.id)))

    def about(self, subject: str) -> tuple[RiskWarning, ...]:
        """Warnings whose subject or facts name a container, vehicle or seal, newest first."""
        found = (w for w in self._by_id.values() if w.subject == subject or subject in w.facts.values())
        return tuple(sorted(found, key=lambda w: -w.raised_at))

    def raised_since(self, instant: int) -> int:
        """How many warnings were raised at or after `instant` (ms UTC)."""
        return sum(w.raised_at >= instant for w in self._by_id.values())

    # Operators' steps. All raise WarningStateError where the warning's life does not allow them.

    def acknowledge(self, warning_id: str, by: str, at: int) -> RiskWarning:
        """Seen by `by`."""
        return self.do(warning_id, Step(Verb.ACKNOWLEDGE, at, by))

    def take(self, warning_id: str, by: str, at: int) -> RiskWarning:
        """`by` becomes the owner; a warning nobody has acknowledged is acknowledged with it."""
        take = Step(Verb.TAKE, at, by)
        *before, _ = life.way_to(self._find(warning_id), take)
        for step in before:
            self.do(warning_id, step)
        return self.do(warning_id, take)

    def hand_over(self, warning_id: str, by: str, at: int, to: str) -> RiskWarning:
        """The owner `by` makes `to` the owner."""
        return self.do(warning_id, Step(Verb.HAND_OVER, at, by, to))

    def dispatch(self, warning_id: str, by: str, at: int, note: str = "") -> RiskWarning:
        """A task or a hold at the gate was given out; `note` says which."""
        return self.do(warning_id, Step(Verb.DISPATCH, at, by, note))

    def result(self, warning_id: str, by: str, at: int, note: str) -> RiskWarning:
        """What came back from a task or a hold."""
        return self.do(warning_id, Step(Verb.RESULT, at, by, note))

    def confirm(self, warning_id: str, by: str, at: int, reason: str) -> RiskWarning:
        """The finding was right; `reason`: a code of `Reason` that says what was done, words after a colon."""
        return self.do(warning_id, Step(Verb.CONFIRM, at, by, reason))

    def reject(self, warning_id: str, by: str, at: int, reason: str) -> RiskWarning:
        """The finding was false; `reason`: a code of `Reason` that says why, words after a colon."""
        return self.do(warning_id, Step(Verb.REJECT, at, by, reason))

    def close(self, warning_id: str, by: str, at: int, reason: str) -> RiskWarning:
        """The end of the warning's life, with a reason as above."""
        return self.do(warning_id, Step(Verb.CLOSE, at, by, reason))

    def reopen(self, warning_id: str, by: str, at: int, note: str = "") -> RiskWarning:
        """A closed warning comes back, owned by `by`."""
        return self.do(warning_id, Step(Verb.REOPEN, at, by, note))

    def shelve(self, warning_id: str, by: str, at: int, until: int, reason: str) -> RiskWarning:
        """Put aside until an instant; a grave one only counts as shelved once a second person has agreed."""
        return self.do(warning_id, Step(Verb.SHELVE, at, by, reason, until))

    def approve(self, warning_id: str, by: str, at: int) -> RiskWarning:
        """The second person agrees to a shelving."""
        return self.do(warning_id, Step(Verb.APPROVE, at, by))

    def unshelve(self, warning_id: str, by: str, at: int) -> RiskWarning:
        """Back before its time."""
        return self.do(warning_id, Step(Verb.UNSHELVE, at, by))

    def comment(self, warning_id: str, by: str, at: int, words: str) -> RiskWarning:
        """Words for those who come after."""
        return self.do(warning_id, Step(Verb.COMMENT, at, by, words))

    def do(self, warning_id: str, step: Step) -> RiskWarning:
        """One step, whoever makes it. Raises WarningStateError."""
        if step.by != CLOCK:
            self.pass_time(step.at)  # what was due before comes first in the history too
        warning = self._find(warning_id)
        self.check(warning, step)
        changed = life.after(warning, step)
        key = (warning.rule, warning.subject)
        if changed.state is WarningState.CLOSED:
            self._open.pop(key, None)
        elif warning.state is WarningState.CLOSED and step.verb is Verb.REOPEN:
            self._open[key] = warning_id
        return self._keep(changed)

    def check(self, warning: RiskWarning, step: Step) -> None:
        """Raises WarningStateError where other warnings stand in the way of a step; `life.after` checks the rest."""
        standing = self._open.get((warning.rule, warning.subject))
        if step.verb is Verb.REOPEN and standing is not None and standing != warning.id:
            raise WarningStateError(life.Refusal.BESIDE, warning.id, other=standing)

    def _find(self, warning_id: str) -> RiskWarning:
        warning = self._by_id.get(warning_id)
        if warning is None:
            raise WarningStateError(life.Refusal.UNKNOWN, warning_id)
        return warning

    # Time

    def pass_time(self, now: int) -> None:
        """What time does to warnings until `now` (event clock): shelvings end, severities rise and fall. Each step
        carries the instant at which it was due, whenever it is noticed."""
        while self._due and self._due[0][0] <= now:
            _, warning_id = heapq.heappop(self._due)
            warning = self._by_id[warning_id]
            step = due(warning, self.timing)
            if step is None or not warning.open:
                continue
            if step.at > now:
                heapq.heappush(self._due, (step.at, warning_id))
                continue
            self.do(warning_id, step)

    def _keep(self, warning: RiskWarning) -> RiskWarning:
        self._by_id[warning.id] = warning
        self._changed[warning.id] = None
        self._journal.append(warning.id)
        self.revision += 1
        coming = due(warning, self.timing) if warning.open else None
        if coming is not None:
            heapq.heappush(self._due, (coming.at, warning.id))
        return warning

    def changed_since(self, revision: int) -> tuple[RiskWarning, ...] | None:
        """The warnings changed since the book was at `revision`, in the order in which they last changed; None where
        that is too long ago to tell."""
        back = self.revision - revision
        if not 0 <= back <= len(self._journal):
            return None
        recent = itertools.islice(reversed(self._journal), back)
        return tuple(self._by_id[i] for i in reversed(dict.fromkeys(recent)))

    def take_changes(self) -> tuple[RiskWarning, ...]:
        """The warnings changed since this was last asked, in the order in which they first changed."""
        changed = tuple(self._by_id[i] for i in self._changed)
        self._changed.clear()
        return changed

    # Rules' findings

    def knows(self, rule: str, subject: str, incident: str) -> bool:
        """Whether an incident was told of before."""
        return (rule, subject, incident) in self._incidents

    def found(
        self, finding: Finding, now: int, feeds: Iterable[FeedRelied] = (), version: int = 0,
    ) -> RiskWarning | None:
        """Takes a finding in: a new warning, an update of the open one, or None if its incident is closed already.
        `version`: of the rule that found it.
        """
        self.pass_time(now)
        key = (finding.rule, finding.subject)
        known = self._incidents.get((*key, finding.incident))
        standing = self._open.get(key)
        if known is not None and known != standing:
            return None  # decided and closed: the same incident does not come back
        if standing is not None:
            self._incidents[*key, finding.incident] = standing
            stood = self._stood.setdefault(standing, {})
            before = stood.pop(finding.incident, None)
            stood[finding.incident] = told(finding) if before is None else joined(before, told(finding))
            return self._update(self._by_id[standing], finding, now, tuple(feeds), version)
        warning_id = f"{finding.rule}-{finding.subject}-{finding.incident}"
        self._incidents[*key, finding.incident] = warning_id
        self._stood[warning_id] = {finding.incident: told(finding)}
        self._open[key] = warning_id
        return self._keep(RiskWarning(
            id=warning_id, rule=finding.rule, severity=finding.severity, subject_kind=finding.subject_kind,
            subject=finding.subject, place_x=finding.x, place_y=finding.y, zone=finding.zone, raised_at=finding.at,
            noticed_at=now, updated_at=now, state=WarningState.RAISED, owner=None, active=True, cleared_at=None,
            eta_s=finding.eta_s, facts=MappingProxyType(dict(finding.facts)), evidence=finding.evidence,
            feeds=tuple(feeds), history=(Step(Verb.RAISE, now, RULE),), incidents=frozenset({finding.incident}),
            limits=finding.limits, rule_version=version, found_severity=finding.severity,
        ))

    def _update(
        self, warning: RiskWarning, finding: Finding, now: int, feeds: tuple[FeedRelied, ...], version: int,
    ) -> RiskWarning:
        fresh = tuple(e for e in finding.evidence if e not in warning.evidence)
        graver = finding.severity.rank < warning.severity.rank
        steps = list(warning.history)
        if graver:
            steps.append(Step(Verb.ESCALATE, now, RULE, finding.severity.value))
        elif fresh or not warning.active:
            steps.append(Step(Verb.UPDATE, now, RULE))
        changed = replace(
            self._as_told(warning), severity=finding.severity if graver else warning.severity, active=True,
            cleared_at=None, overturned=False, incidents=warning.incidents | {finding.incident}, eta_s=finding.eta_s,
            evidence=warning.evidence + fresh, history=tuple(steps), feeds=feeds or warning.feeds,
            rule_version=version, shelf=None if graver else warning.shelf,
        )
        if changed == warning:
            return warning
        return self._keep(replace(changed, updated_at=now))

    def _as_told(self, warning: RiskWarning) -> RiskWarning:
        """A warning with the date, place, facts and limits of its incidents that nothing has overturned."""
        stood = self._stood.get(warning.id)
        if not stood:
            return warning
        whole = together(stood.values())
        return replace(
            warning, raised_at=whole.at, place_x=whole.x, place_y=whole.y, zone=whole.zone, facts=whole.facts,
            limits=whole.limits, found_severity=whole.severity)

    def cleared(self, clearing: Clearing, now: int) -> RiskWarning | None:
        """Takes in that a condition no longer holds; None if that is known or no such warning was raised.

        What an overturned incident said goes from the warning as long as others of its incidents stand; the records
        that were its evidence stay.
        """
        self.pass_time(now)
        warning_id = self._incidents.get((clearing.rule, clearing.subject, clearing.incident))
        warning = None if warning_id is None else self._by_id[warning_id]
        if warning is None:
            return None
        stood = self._stood.setdefault(warning.id, {})
        news = clearing.overturned and clearing.incident in stood
        if clearing.incident not in warning.incidents and not news:
            return None
        left = warning.incidents - {clearing.incident}
        changed = replace(warning, updated_at=now, incidents=left)
        if clearing.overturned:
            stood.pop(clearing.incident, None)
            changed = self._as_told(changed)
        if not left:
            changed = replace(changed, active=False, cleared_at=now, eta_s=None, overturned=not stood)
        if clearing.overturned or not left:
            verb = Verb.OVERTURN if clearing.overturned else Verb.CLEAR
            changed = replace(
                changed, history=(*warning.history, Step(verb, now, RULE, clearing.reason)),
                evidence=warning.evidence + tuple(e for e in clearing.evidence if e not in warning.evidence))
        return self._keep(changed)
