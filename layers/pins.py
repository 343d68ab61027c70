"""Pins: notes that stand at a place from one instant to another."""

from __future__ import annotations

from dataclasses import dataclass

from layers.base import Layer


@dataclass(frozen=True, slots=True)
class Pin:
    """A note. x, y, z: its foot, metres. from_ms, until_ms: when it holds, ms UTC; without an end it stays."""

    id: str
    text: str
    x: float
    y: float
    z: float
    from_ms: int
    until_ms: int | None = None
    by: str = ""

    def holds_at(self, now: int) -> bool:
        """It is to be seen at an instant (ms UTC), live or replayed."""
        return self.from_ms <= now and (self.until_ms is None or now < self.until_ms)


class PinsLayer(Layer):
    """All pins, and those that hold at the session's present."""

    def __init__(self) -> None:
        super().__init__()
        self.pins: tuple[Pin, ...] = ()
        self.shown: tuple[Pin, ...] = ()
        self._now = 0

    def set(self, pins: tuple[Pin, ...]) -> None:
        """These pins and no others."""
        self.pins = pins
        self._choose()

    def add(self, pin: Pin) -> None:
        """One more; a pin of the same id is replaced."""
        self.set((*(old for old in self.pins if old.id != pin.id), pin))

    def remove(self, pin_id: str) -> None:
        """Take a pin out; an unknown id is nothing."""
        self.set(tuple(pin for pin in self.pins if pin.id != pin_id))

    def advance(self, now: int) -> None:
        """Show what holds at `now`, ms UTC."""
        self._now = now
        if self.pins:
            self._choose()

    def _choose(self) -> None:
        shown = tuple(pin for pin in self.pins if pin.holds_at(self._now))
        if shown != self.shown:
            self.shown = shown
            self.touch()
