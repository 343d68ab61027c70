"""The few lines beside the pointer."""

from __future__ import annotations

from layers.selection import Selection
from panels.desk import Desk
from panels.detail_facts import facts_of

MOST_ROWS = 3


def hover_lines(desk: Desk, selection: Selection) -> tuple[str, ...]:
    """Name and kind first, then the first facts."""
    facts = facts_of(desk, selection, desk.now())
    head = f"{facts.title}   {facts.kind}" if facts.kind else facts.title
    return (head, *(f"{label}  {value}" for label, value, _tone in facts.rows[:MOST_ROWS]))
