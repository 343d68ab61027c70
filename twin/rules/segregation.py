"""Segregation of dangerous goods: how far apart classes must stand (IMDG Code, 7.2.4 and 7.4.3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_CLASSES = (
    "1.1", "1.3", "1.4", "2.1", "2.2", "2.3", "3", "4.1", "4.2", "4.3", "5.1", "5.2", "6.1", "6.2", "7", "8", "9")

# Table 7.2.4, one line a class in the order of _CLASSES. 1 away from, 2 separated from, 3 separated by a complete
# compartment from, 4 separated longitudinally by an intervening compartment from, . nothing in general. Within class 1
# the compatibility groups decide (7.2.7.1), which no record carries: nothing is concluded there.
_TABLE = (
    ". . . 4 2 2 4 4 4 4 4 4 2 4 2 4 .",
    ". . . 4 2 2 4 3 3 4 4 4 2 4 2 2 .",
    ". . . 2 1 1 2 2 2 2 2 2 . 4 2 2 .",
    "4 4 2 . . . 2 1 2 . 2 2 . 4 2 1 .",
    "2 2 1 . . . 1 . 1 . . 1 . 2 1 . .",
    "2 2 1 . . . 2 . 2 . . 2 . 2 1 . .",
    "4 4 2 2 1 2 . . 2 1 2 2 . 3 2 . .",
    "4 3 2 1 . . . . 1 . 1 2 . 3 2 1 .",
    "4 3 2 2 1 2 2 1 . 1 2 2 1 3 2 1 .",
    "4 4 2 . . . 1 . 1 . 2 2 . 2 2 1 .",
    "4 4 2 2 . . 2 1 2 2 . 2 1 3 1 2 .",
    "4 4 2 2 1 2 2 2 2 2 2 . 1 3 2 2 .",
    "2 2 . . . . . . 1 . 1 1 . 1 . . .",
    "4 4 4 4 2 2 3 3 3 2 3 3 1 . 3 3 .",
    "2 2 2 2 1 1 2 2 2 2 1 2 . 3 . 2 .",
    "4 2 2 1 . . . 1 1 1 2 2 . 3 2 . .",
    ". . . . . . . . . . . . . . . . .",
)
_DEGREE: Mapping[tuple[str, str], int] = {
    (one, other): int(mark)
    for one, line in zip(_CLASSES, _TABLE, strict=True)
    for other, mark in zip(_CLASSES, line.split(), strict=True) if mark != "."
}
_SAME_COLUMN = {"1.2": "1.1", "1.5": "1.1", "1.6": "1.3"}


@dataclass(frozen=True, slots=True)
class Apart:
    """What a degree of segregation asks of two closed containers on deck (7.4.3.2), and so of two in a yard.

    bays, rows: container spaces (of twenty feet, of a container's width) that must lie between them along and across.
    stacked: whether one may stand on the other.
    """

    bays: int
    rows: int
    stacked: bool


# 24 m along for the fourth degree are four twenty-foot spaces; across it is not allowed at all, whatever the distance.
_APART = {1: Apart(0, 0, True), 2: Apart(1, 1, False), 3: Apart(1, 2, False), 4: Apart(4, 1_000, False)}


def class_of(stated: str | None) -> str:
    """The class or division in a statement of it ("3", "4.1", "IMO 5.1", "1.4S"), empty where it names none."""
    return "".join(c for c in (stated or "") if c.isdigit() or c == ".").strip(".")


def degree(one: str, other: str) -> int:
    """The degree of segregation between two classes (as of `class_of`), 0 for none in general."""
    return _DEGREE.get((_SAME_COLUMN.get(one, one), _SAME_COLUMN.get(other, other)), 0)


def apart(degree_: int) -> Apart | None:
    """What a degree asks of two containers, None where it asks nothing."""
    return _APART.get(degree_)


def licensed(kind: str, licences: tuple[str, ...]) -> bool:
    """Whether ground licensed for classes may take one (as of `class_of`): "4" stands for 4.1, 4.2 and 4.3. Where the
    division is not stated, any of its class will do."""
    return any(kind == own or kind.startswith(f"{own}.") or own.startswith(f"{kind}.") for own in licences)
