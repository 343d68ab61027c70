"""What is selected and what the pointer rests on: one selection shared by scene, lists and trees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

KINDS: Final = frozenset({
    "container", "vehicle", "vessel", "crane", "seal", "officer", "block", "zone", "gate", "berth", "building",
    "fence", "warning", "bay", "slot", "pin",
})


@dataclass(frozen=True, slots=True)
class Selection:
    """One object of the port: its kind and its id as the trade names it (container number, plate, block id; a bay is
    block-bay, a slot block-bay-row-tier)."""

    kind: str
    id: str

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"nothing of kind {self.kind!r} can be selected")


class SelectionState:
    """The current and the hovered selection; None when there is none. `group`: objects that belong together and are
    marked as long as somebody looks at them, such as those of a case."""

    def __init__(self) -> None:
        self.current: Selection | None = None
        self.hover: Selection | None = None
        self.revision = 0
        self.group: tuple[Selection, ...] = ()
        self.group_revision = 0

    def mark(self, group: tuple[Selection, ...]) -> None:
        """Mark these objects and no others."""
        if group != self.group:
            self.group = group
            self.group_revision += 1

    def select(self, selection: Selection | None) -> None:
        """Select an object, or nothing."""
        if selection != self.current:
            self.current = selection
            self.revision += 1

    def hover_over(self, selection: Selection | None) -> None:
        """Say what lies under the pointer."""
        if selection != self.hover:
            self.hover = selection
            self.revision += 1
