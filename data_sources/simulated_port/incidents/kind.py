"""What a kind of incident is: its rule, its subject, its parameters, and the act that brings it about."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import simpy

if TYPE_CHECKING:
    from data_sources.simulated_port.incidents.stage import Staging
    from twin.port_layout import PortLayout

Value = str | float
Parameters = Mapping[str, Value]
Act = Generator[simpy.Event, Any, None]

ANY = "any"
"""The value of a subject that leaves the choice to the seed."""


class ValueKind(StrEnum):
    """What a parameter's value must be; block, gate, fence and device are looked up in the port's layout."""

    NUMBER = "number"
    CHOICE = "choice"
    TEXT = "text"
    CONTAINER = "container"
    PLATE = "plate"
    SEAL = "seal"
    BLOCK = "block"
    GATE = "gate"
    FENCE = "fence"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named value of a scenario line. `default` None: chosen by the seed among what fits (written "any")."""

    name: str
    kind: ValueKind
    meaning: str
    default: Value | None = None
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IncidentKind:
    """A kind of incident. `subject`: of what kind the subject of its warning is, container, vehicle, ..."""

    rule: str
    name_zh: str
    name_en: str
    summary: str
    subject: str
    parameters: tuple[Parameter, ...]
    act: Callable[[Staging, Parameters], Act]
    objection: Callable[[PortLayout, Parameters, int], str | None] | None = None
    """What speaks against it in this port at this instant (ms UTC): the end of a sentence."""

    def parameter(self, name: str) -> Parameter | None:
        """The parameter called `name`, or None."""
        return next((p for p in self.parameters if p.name == name), None)
