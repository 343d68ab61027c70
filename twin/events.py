"""Events: facts the twin derived from records, in the past tense; and the delta: what one step of the twin changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from twin.feed_health import FeedHealth
from twin.warnings import RiskWarning

Fact = str | float


class EventKind(StrEnum):
    """What happened."""

    ENTERED_ZONE = "entered_zone"
    PASSED_GATE = "passed_gate"
    HELD_AT_GATE = "held_at_gate"
    SEAL_CHANGED = "seal_changed"
    DECLARATION_CHANGED = "declaration_changed"
    INSPECTION_CHANGED = "inspection_changed"
    VESSEL_CALL_CHANGED = "vessel_call_changed"
    TRIP_CHANGED = "trip_changed"
    DEVICE_CHANGED = "device_changed"
    TASK_CHANGED = "task_changed"
    SLOT_SHARED = "slot_shared"
    SLOT_UNKNOWN = "slot_unknown"
    RULE_OFF = "rule_off"


@dataclass(frozen=True, slots=True)
class Event:
    """A fact. `at`: device time, ms UTC. `subject_kind`: container, vehicle, seal, ...; `zone`: id, empty if
    unknown.
    """

    kind: EventKind
    at: int
    subject_kind: str
    subject: str
    zone: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)


def no_rows() -> NDArray[np.int32]:
    """Rows of nothing."""
    return np.empty(0, dtype=np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Delta:
    """What one step changed: sorted row numbers of each table (int32, each row once), and what came of it.

    `epoch` rises when the picture jumps (a seek, another run): views then forget what they knew.
    """

    now: int
    epoch: int = 0
    containers: NDArray[np.int32] = field(default_factory=no_rows)
    movers: NDArray[np.int32] = field(default_factory=no_rows)
    seals: NDArray[np.int32] = field(default_factory=no_rows)
    vessels: NDArray[np.int32] = field(default_factory=no_rows)
    cranes: NDArray[np.int32] = field(default_factory=no_rows)
    events: tuple[Event, ...] = ()
    warnings: tuple[RiskWarning, ...] = ()
    feeds: tuple[FeedHealth, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures of the header."""

    containers_in_yard: int = 0
    vehicles: int = 0
    seals: int = 0
    inspecting: int = 0
    warnings_open: int = 0
    warnings_today: int = 0
