"""Facts about an object as the detail panel shows them, and the words they share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QColor

from layers.palette import LEGAL_STATES as LEGAL_PALETTE
from panels import vocabulary as v
from panels.desk import Desk
from twin.legal_state import LegalState
from twin.port_layout import Name

STALE_S = 60.0

Row = tuple[str, str, str]  # label, value, tone (a colour name of the theme)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a story: when, what, and its tone ("text" or a colour name)."""

    when: str
    text: str
    tone: str = "text"


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole with its colour."""

    name: str
    count: int
    colour: QColor


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the detail panel shows."""

    title: str
    kind: str
    rows: tuple[Row, ...] = ()
    shares: tuple[Share, ...] = ()
    story: tuple[Line, ...] = ()


def say(desk: Desk, table: dict[str, Name], code: str) -> str:
    """A code in the language of the screen."""
    return desk.language.of(v.look_up(table, code))


def label(desk: Desk, zh: str, en: str) -> str:
    """The name of a row."""
    return desk.language.of(Name(zh, en))


def where(desk: Desk, x: float, y: float) -> list[Row]:
    """The zone at a place."""
    if x != x:
        return []
    number = int(desk.index.zone_of_points(np.array([x]), np.array([y]))[0])
    name = (
        desk.language.of(desk.index.layout.zones[number].name)
        if number >= 0
        else label(desk, "港外", "outside the port")
    )
    return [(label(desk, "区域", "Zone"), name, "text")]


def age(desk: Desk, observed_at: int, now: int) -> Row:
    """How old the last fix is."""
    seconds = (now - observed_at) / 1000
    return (
        label(desk, "定位", "Last fix"),
        label(desk, f"{seconds:.0f} 秒前", f"{seconds:.0f} s ago"),
        "attention" if seconds > STALE_S else "text",
    )


def state_shares(desk: Desk, states: np.ndarray) -> tuple[Share, ...]:
    """How many containers are in each legal state, as shares with their colours."""
    counts = np.bincount(states, minlength=len(LegalState))
    return tuple(
        Share(say(desk, v.LEGAL_STATES, state.name), int(counts[state]), QColor(*LEGAL_PALETTE[state][3]))
        for state in LegalState
        if counts[state]
    )
