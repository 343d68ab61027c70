"""Risk warnings and their life: raised, acknowledged, taken, dispatched, confirmed or rejected, closed.

Beside its life a warning has a condition that is active or cleared on its own. There is one open warning per rule and
subject: a further finding updates it. Every step stays in the history, with who and when (GB/T 41261 = IEC 62682).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

Fact = str | float

RULE = "rule"
"""Who makes the steps that nobody makes: the rule itself."""


class Severity(StrEnum):
    """How grave, gravest first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 is the gravest."""
        return _RANK[self]


_RANK = {severity: rank for rank, severity in enumerate(Severity)}


class WarningState(StrEnum):
    """Where a warning is in its life."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    TAKEN = "taken"
    DISPATCHED = "dispatched"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    CLOSED = "closed"


class Verb(StrEnum):
    """The steps of a history: those of operators, and from RAISE on those of the rule."""

    ACKNOWLEDGE = "acknowledge"
    TAKE = "take"
    HAND_OVER = "hand_over"
    DISPATCH = "dispatch"
    CONFIRM = "confirm"
    REJECT = "reject"
    CLOSE = "close"
    RAISE = "raise"
    UPDATE = "update"
    ESCALATE = "escalate"
    CLEAR = "clear"
    OVERTURN = "overturn"


_S = WarningState
_ALLOWED: Mapping[Verb, frozenset[WarningState]] = {
    Verb.ACKNOWLEDGE: frozenset({_S.RAISED}),
    Verb.TAKE: frozenset({_S.RAISED, _S.ACKNOWLEDGED}),
    Verb.HAND_OVER: frozenset({_S.TAKEN, _S.DISPATCHED}),
    Verb.DISPATCH: frozenset({_S.TAKEN, _S.DISPATCHED}),
    Verb.CONFIRM: frozenset({_S.TAKEN, _S.DISPATCHED}),
    Verb.REJECT: frozenset({_S.TAKEN, _S.DISPATCHED}),
    Verb.CLOSE: frozenset({_S.TAKEN, _S.DISPATCHED, _S.CONFIRMED, _S.REJECTED}),
}
_RESULT = {
    Verb.ACKNOWLEDGE: _S.ACKNOWLEDGED, Verb.TAKE: _S.TAKEN, Verb.DISPATCH: _S.DISPATCHED, Verb.CONFIRM: _S.CONFIRMED,
    Verb.REJECT: _S.REJECTED, Verb.CLOSE: _S.CLOSED,
}
_OWNERS_ONLY = frozenset({Verb.HAND_OVER, Verb.DISPATCH, Verb.CONFIRM, Verb.REJECT, Verb.CLOSE})


class WarningStateError(Exception):
    """A step that a warning's life does not allow, as one sentence."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a warning's life. `at`: event clock, ms UTC. `by`: the operator, or RULE. `note`: words or a reason."""

    verb: Verb
    at: int
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class FeedRelied:
    """A feed a warning relied on, as it was when the warning was raised or updated. `state`: value of FeedState."""

    name: str
    state: str
    lag_s: float | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """What a finding rests on, and the nearest thing that would have made it not fire.

    quantity: what was measured or read, a key of `twin.rules.quantities.QUANTITIES`. observed: as found; allowed: the
    nearest value at which the rule would have said nothing; both in `unit`, or words. parameter: the rule's parameter
    that sets what is allowed, empty where the law or a paper does.
    """

    quantity: str
    observed: Fact
    allowed: Fact
    unit: str = ""
    parameter: str = ""

    @property
    def excess(self) -> float | None:
        """How far beyond what is allowed, in `unit`; None for words."""
        if isinstance(self.observed, str) or isinstance(self.allowed, str):
            return None
        return abs(self.observed - self.allowed)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: evidence that a condition holds for a subject. `at`: device time of that evidence, ms UTC.

    `incident` tells one occurrence from another of the same rule and subject; what says the same again has the same.
    limits: what would have to be otherwise for there to be no finding, the nearest first.
    """

    rule: str
    severity: Severity
    subject_kind: str
    subject: str
    at: int
    incident: str
    x: float = float("nan")
    y: float = float("nan")
    zone: str = ""
    eta_s: float | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class Clearing:
    """A condition that no longer holds since `at` (device time). `overturned`: it never did, as a late record shows."""

    rule: str
    subject: str
    incident: str
    at: int
    reason: str
    overturned: bool = False
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RiskWarning:
    """A finding with a life. `place_x`, `place_y`: metres, NaN unknown. `raised_at`: device time of what was found;
    `noticed_at`, `updated_at`, `cleared_at`: event clock; ms UTC. `eta_s`: seconds until the gate, None without one.
    `rule_version`, `limits`: of the latest finding."""

    id: str
    rule: str
    severity: Severity
    subject_kind: str
    subject: str
    place_x: float
    place_y: float
    zone: str
    raised_at: int
    noticed_at: int
    updated_at: int
    state: WarningState
    owner: str | None
    active: bool
    cleared_at: int | None
    eta_s: float | None
    facts: Mapping[str, Fact]
    evidence: tuple[str, ...]
    feeds: tuple[FeedRelied, ...]
    history: tuple[Step, ...]
    incidents: frozenset[str] = frozenset()  # those of its incidents that go on; active while there are any
    overturned: bool = False
    limits: tuple[Limit, ...] = ()
    rule_version: int = 0

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something about it."""
        return self.state is not WarningState.CLOSED


@dataclass(slots=True)
class WarningBook:
    """All warnings of a session. Operators' commands and rules' findings change it; nothing ever leaves it."""

    _by_id: dict[str, RiskWarning] = field(default_factory=dict)
    _open: dict[tuple[str, str], str] = field(default_factory=dict)  # rule and subject to id
    _incidents: dict[tuple[str, str, str], str] = field(default_factory=dict)  # rule, subject, incident to id
    _stood: dict[str, set[str]] = field(default_factory=dict)  # id to the incidents of it that nothing has overturned
    _changed: dict[str, None] = field(default_factory=dict)
    revision: int = 0

    def __len__(self) -> int:
        return len(self._by_id)

    def copy(self) -> WarningBook:
        """A book with the same warnings that goes its own way from here."""
        stood = {warning_id: set(incidents) for warning_id, incidents in self._stood.items()}
        return WarningBook(
            dict(self._by_id), dict(self._open), dict(self._incidents), stood, dict(self._changed), self.revision)

    def restore(self, book: WarningBook) -> None:
        """Holds what another book holds. The revision goes on, so that whoever looks at this one looks again."""
        other, revision = book.copy(), self.revision + 1
        self._by_id, self._open, self._incidents = other._by_id, other._open, other._incidents  # noqa: SLF001 - a book
        self._stood, self._changed, self.revision = other._stood, other._changed, revision  # noqa: SLF001

    def get(self, warning_id: str) -> RiskWarning | None:
        """A warning by id, None if there is none."""
        return self._by_id.get(warning_id)

    def all(self) -> tuple[RiskWarning, ...]:
        """Every warning ever raised, in the order of raising."""
        return tuple(self._by_id.values())

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

    # Operators' commands

    def acknowledge(self, warning_id: str, by: str, at: int) -> RiskWarning:
        """Seen by `by`. All commands raise WarningStateError where the warning's life does not allow them."""
        return self._command(Verb.ACKNOWLEDGE, warning_id, by, at)

    def take(self, warning_id: str, by: str, at: int) -> RiskWarning:
        """`by` becomes the owner; a warning nobody has acknowledged is acknowledged with it."""
        warning = self._find(warning_id)
        if warning.owner is not None:
            raise WarningStateError(f"Warning {warning_id} already has an owner, {warning.owner}.")
        if warning.state is WarningState.RAISED:
            self._command(Verb.ACKNOWLEDGE, warning_id, by, at)
        return self._command(Verb.TAKE, warning_id, by, at, owner=by)

    def hand_over(self, warning_id: str, by: str, at: int, to: str) -> RiskWarning:
        """The owner `by` makes `to` the owner."""
        if not to.strip():
            raise WarningStateError(f"Warning {warning_id} can only be handed over to somebody.")
        return self._command(Verb.HAND_OVER, warning_id, by, at, note=to, owner=to)

    def dispatch(self, warning_id: str, by: str, at: int, note: str = "") -> RiskWarning:
        """A task or a hold at the gate was given out; `note` says which."""
        return self._command(Verb.DISPATCH, warning_id, by, at, note=note)

    def confirm(self, warning_id: str, by: str, at: int, note: str = "") -> RiskWarning:
        """The finding was right; `note` says what was done."""
        return self._command(Verb.CONFIRM, warning_id, by, at, note=note)

    def reject(self, warning_id: str, by: str, at: int, reason: str = "") -> RiskWarning:
        """The finding was false, for a reason."""
        return self._command(Verb.REJECT, warning_id, by, at, note=reason)

    def close(self, warning_id: str, by: str, at: int, reason: str) -> RiskWarning:
        """The end of the warning's life, with a reason."""
        if not reason.strip():
            raise WarningStateError(f"Warning {warning_id} can only be closed with a reason.")
        return self._command(Verb.CLOSE, warning_id, by, at, note=reason)

    def _find(self, warning_id: str) -> RiskWarning:
        warning = self._by_id.get(warning_id)
        if warning is None:
            raise WarningStateError(f"There is no warning {warning_id}.")
        return warning

    def _command(
        self, verb: Verb, warning_id: str, by: str, at: int, note: str = "", owner: str | None = None,
    ) -> RiskWarning:
        warning = self._find(warning_id)
        if not by.strip():
            raise WarningStateError(f"Warning {warning_id}: a step needs the name of who takes it.")
        if warning.state not in _ALLOWED[verb]:
            after = ", ".join(sorted(_ALLOWED[verb]))
            raise WarningStateError(
                f"Warning {warning_id} is {warning.state}; {verb.replace('_', ' ')} is possible only when {after}.")
        if verb in _OWNERS_ONLY and warning.owner != by:
            raise WarningStateError(f"Warning {warning_id} belongs to {warning.owner}, not to {by}.")
        changed = replace(
            warning, state=_RESULT.get(verb, warning.state), owner=owner or warning.owner, updated_at=at,
            history=(*warning.history, Step(verb, at, by, note)),
        )
        if changed.state is WarningState.CLOSED:
            del self._open[warning.rule, warning.subject]
        return self._keep(changed)

    def _keep(self, warning: RiskWarning) -> RiskWarning:
        self._by_id[warning.id] = warning
        self._changed[warning.id] = None
        self.revision += 1
        return warning

    def take_changes(self) -> tuple[RiskWarning, ...]:
        """The warnings changed since this was last asked, in the order in which they first changed."""
        changed = tuple(self._by_id[i] for i in self._changed)
        self._changed.clear()
        return changed

    # Rules' findings

    def found(
        self, finding: Finding, now: int, feeds: Iterable[FeedRelied] = (), version: int = 0,
    ) -> RiskWarning | None:
        """Takes a finding in: a new warning, an update of the open one, or None if its incident is closed already.
        `version`: of the rule that found it.
        """
        key = (finding.rule, finding.subject)
        known = self._incidents.get((*key, finding.incident))
        standing = self._open.get(key)
        if known is not None and known != standing:
            return None  # decided and closed: the same incident does not come back
        if standing is not None:
            self._incidents[*key, finding.incident] = standing
            self._stood.setdefault(standing, set()).add(finding.incident)
            return self._update(self._by_id[standing], finding, now, tuple(feeds), version)
        warning_id = f"{finding.rule}-{finding.subject}-{finding.incident}"
        self._incidents[*key, finding.incident] = warning_id
        self._stood[warning_id] = {finding.incident}
        self._open[key] = warning_id
        return self._keep(RiskWarning(
            id=warning_id, rule=finding.rule, severity=finding.severity, subject_kind=finding.subject_kind,
            subject=finding.subject, place_x=finding.x, place_y=finding.y, zone=finding.zone, raised_at=finding.at,
            noticed_at=now, updated_at=now, state=WarningState.RAISED, owner=None, active=True, cleared_at=None,
            eta_s=finding.eta_s, facts=MappingProxyType(dict(finding.facts)), evidence=finding.evidence,
            feeds=tuple(feeds), history=(Step(Verb.RAISE, now, RULE),), incidents=frozenset({finding.incident}),
            limits=finding.limits, rule_version=version,
        ))

    def _update(
        self, warning: RiskWarning, finding: Finding, now: int, feeds: tuple[FeedRelied, ...], version: int,
    ) -> RiskWarning:
        fresh = tuple(e for e in finding.evidence if e not in warning.evidence)
        graver = finding.severity.rank < warning.severity.rank
        steps = list(warning.history)
        if graver:
            steps.append(Step(Verb.ESCALATE, now, RULE, f"{warning.severity} to {finding.severity}"))
        elif fresh or not warning.active:
            steps.append(Step(Verb.UPDATE, now, RULE))
        facts = {**warning.facts, **finding.facts}
        where = (warning.place_x, warning.place_y, warning.zone)
        if finding.x == finding.x:  # a place that is not NaN
            where = (finding.x, finding.y, finding.zone)
        changed = replace(
            warning, severity=finding.severity if graver else warning.severity, place_x=where[0], place_y=where[1],
            zone=where[2], raised_at=min(warning.raised_at, finding.at), active=True, cleared_at=None, overturned=False,
            incidents=warning.incidents | {finding.incident}, eta_s=finding.eta_s, facts=MappingProxyType(facts),
            evidence=warning.evidence + fresh, history=tuple(steps), feeds=feeds or warning.feeds,
            limits=finding.limits or warning.limits, rule_version=version,
        )
        if changed == warning:
            return warning
        return self._keep(replace(changed, updated_at=now))

    def cleared(self, clearing: Clearing, now: int) -> RiskWarning | None:
        """Takes in that a condition no longer holds; None if that is known or no such warning was raised."""
        warning_id = self._incidents.get((clearing.rule, clearing.subject, clearing.incident))
        warning = None if warning_id is None else self._by_id[warning_id]
        if warning is None:
            return None
        stood = self._stood.setdefault(warning.id, set())
        news = clearing.overturned and clearing.incident in stood
        if clearing.incident not in warning.incidents and not news:
            return None
        if clearing.overturned:
            stood.discard(clearing.incident)
        left = warning.incidents - {clearing.incident}
        if left:
            return self._keep(replace(warning, incidents=left, updated_at=now))
        overturned = not stood  # one of its incidents held: the warning was right, though another was not
        verb = Verb.OVERTURN if overturned else Verb.CLEAR
        return self._keep(replace(
            warning, active=False, cleared_at=now, updated_at=now, eta_s=None, incidents=left, overturned=overturned,
            evidence=warning.evidence + tuple(e for e in clearing.evidence if e not in warning.evidence),
            history=(*warning.history, Step(verb, now, RULE, clearing.reason)),
        ))
