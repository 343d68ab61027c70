"""What a rule is: a name, a reason, parameters with units, and a pure judgement over memory and what a step brought."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from twin.batch import Batch
from twin.records import Kind
from twin.state import Changes, State
from twin.warnings import Clearing, Finding, Severity


class ParameterError(ValueError):
    """A parameter in the settings is wrong: one sentence naming rule, parameter and value."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number a port may set. `unit` as written beside it; `low` and `high` are allowed themselves."""

    name: str
    default: float
    unit: str
    low: float
    high: float
    meaning: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A parameter of a rule that a port has set otherwise than it is shipped."""

    rule: str
    name: str
    value: float
    default: float
    unit: str


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """What a rule is called, why there is one, how grave what it finds is at first, and which records it relies on.
    `version` rises whenever the rule comes to judge the same records otherwise.
    """

    id: str
    zh: str
    en: str
    severity: Severity
    reason: str
    parameters: tuple[Parameter, ...]
    relies_on: tuple[Kind, ...]
    version: int = 1

    def values(self, given: Mapping[str, Any] | None = None) -> Mapping[str, float]:
        """The value of every parameter: as given (a mapping from a settings file), else its default.

        Raises ParameterError for an unknown name, for what is no number and for a number out of range.
        """
        known = {p.name: p for p in self.parameters}
        found = {p.name: p.default for p in self.parameters}
        for name, value in (given or {}).items():
            parameter = known.get(name)
            if parameter is None:
                raise ParameterError(f"{self.id}: parameter {name!r} is unknown; known are {', '.join(known)}.")
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise ParameterError(f"{self.id}: {name} {value!r} is not a number ({parameter.unit}).")
            if not parameter.low <= value <= parameter.high:
                between = f"from {parameter.low:g} to {parameter.high:g} {parameter.unit}".rstrip()
                raise ParameterError(f"{self.id}: {name} {value!r} is not {between}.")
            found[name] = float(value)
        return MappingProxyType(found)


@dataclass(frozen=True, slots=True)
class View:
    """What a rule may look at, after a step's records were applied. Nothing of it may be changed by a rule.

    batches: the step's new records by kind. changes: rows the step changed and its position fixes. now: event clock, ms
    UTC.
    """

    state: State
    batches: Mapping[Kind, Sequence[Batch]]
    changes: Changes
    now: int
    named: dict[tuple[Kind, ...], NDArray[np.int32]] = field(default_factory=dict, init=False, repr=False)
    """What `cases.touched` found in this step, for the next rule that asks."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule's judgement of a step: its memory from now on, what it found, what no longer holds."""

    memory: Any
    findings: tuple[Finding, ...] = ()
    clearings: tuple[Clearing, ...] = ()


class Rule(Protocol):
    """A rule. `judge` is pure: the same memory and view give the same verdict, and neither is changed."""

    @property
    def spec(self) -> RuleSpec:
        """What the rule is called and what it needs."""
        ...

    def start(self) -> Any:
        """The memory of a rule that has seen nothing."""
        ...

    def judge(self, memory: Any, view: View) -> Verdict:
        """Judges one step."""
        ...


@dataclass(frozen=True, slots=True)
class RuleStatus:
    """Whether a rule is on. `reason`: why it is off, empty while it is on; `since`: event clock, ms UTC."""

    rule: str
    on: bool = True
    reason: str = ""
    since: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class RuleFault:
    """A rule that failed and is off from now on, and the records at which it failed: as few as could be told."""

    status: RuleStatus
    batches: tuple[Batch, ...]
