"""Risk warnings: what a rule finds, and the warning with its life that comes of it.

Beside its life (`twin.warning_life`) a warning has a condition that is active or cleared on its own. Every step stays
in the history, with who and when (GB/T 41261 = IEC 62682). All warnings of a session are in a `twin.warning_book`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Fact = str | float

RULE = "rule"
"""Who makes the steps of a condition: the rule itself."""
CLOCK = "clock"
"""Who makes the steps that time makes."""


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
    """The steps of a history: those of operators, and from RAISE on those of the rule and of the clock."""

    ACKNOWLEDGE = "acknowledge"
    TAKE = "take"
    HAND_OVER = "hand_over"
    DISPATCH = "dispatch"
    RESULT = "result"
    CONFIRM = "confirm"
    REJECT = "reject"
    CLOSE = "close"
    REOPEN = "reopen"
    SHELVE = "shelve"
    APPROVE = "approve"
    UNSHELVE = "unshelve"
    COMMENT = "comment"
    RAISE = "raise"
    UPDATE = "update"
    ESCALATE = "escalate"
    DOWNGRADE = "downgrade"
    EXPIRE = "expire"
    CLEAR = "clear"
    OVERTURN = "overturn"


class Reason(StrEnum):
    """Why a warning was confirmed, rejected or closed: codes, so that precision can be counted."""

    HANDLED = "handled"
    SEIZED = "seized"
    RETURNED = "returned"
    REGULARISED = "regularised"
    PERMITTED = "permitted"
    DEVICE = "device"
    DATA = "data"
    RULE = "rule"
    DRILL = "drill"

    @property
    def true(self) -> bool:
        """Whether it says that the warning was right."""
        return self in (Reason.HANDLED, Reason.SEIZED, Reason.RETURNED, Reason.REGULARISED)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a warning's life, never edited.

    `at`: event clock, ms UTC. `by`: the operator, RULE or CLOCK. `note`: words, a reason, who it is handed to. `until`:
    end of a shelving, event clock, ms UTC.
    """

    verb: Verb
    at: int
    by: str
    note: str = ""
    until: int = 0


@dataclass(frozen=True, slots=True)
class Shelf:
    """A warning put aside until an instant (event clock, ms UTC). `approved_by`: the second person, empty while one is
    still needed; where none is needed the person who shelved it."""

    by: str
    at: int
    until: int
    reason: str
    approved_by: str = ""

    @property
    def valid(self) -> bool:
        """Whether it counts: nobody else has to agree any more."""
        return bool(self.approved_by)


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
    shelf: Shelf | None = None
    found_severity: Severity | None = None  # as the rule found it; `severity` moves with time

    @property
    def shelved(self) -> bool:
        """Whether it is put aside and nobody has to look at it for now."""
        return self.shelf is not None and self.shelf.valid

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something about it."""
        return self.state is not WarningState.CLOSED
