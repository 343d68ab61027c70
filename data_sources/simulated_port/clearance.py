"""Customs clearance: manifests, declarations through their states, releases that operations wait for.

Every container under customs goes the same way, each at its own pace: manifest, lodged, accepted, for some held and
inspected, released. Operations report what happens to a container (`announce`, `landed`, `loaded`, `gone`) and ask
`release` for the event that lets it leave the port or board a vessel. An inbound empty is released by its ultrasonic
test, a transit container by its write-off at the gate, a domestic one is free from the start.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy

from data_sources.simulated_port import standing
from data_sources.simulated_port.declarations import DeclarationBook, Filing
from data_sources.simulated_port.filings import FilingDrawer, mode_of, outward, under_customs
from data_sources.simulated_port.inspections import Inspections
from data_sources.simulated_port.standing import EARLY_SHARE, HOLD_REASONS, HOLD_SHARE
from twin.records import DeclarationMode, DeclarationState, Trade

if TYPE_CHECKING:
    from data_sources.simulated_port.operations import Operations
    from data_sources.simulated_port.world import Box, World

_MINUTE_S = 60.0
_HOUR_S = 3_600.0
_SLOW_SHARE, _SLOW_H = 0.65, (3.0, 44.0)
_NEXT_VESSEL_H = (2.0, 72.0)

Act = Generator[simpy.Event, Any, None]


class Clearance:
    """The clearance of all containers of the port."""

    def __init__(self, world: World, operations: Operations) -> None:
        self._world = world
        self._stream = world.stream("customs")
        self._book = DeclarationBook(world.emit, world.new_id)
        self._drawer = FilingDrawer(world.stream("customs.goods"), self._book.numbers)
        self.inspections = Inspections(world, operations)
        self._released: dict[str, simpy.Event] = {}
        self._landed: dict[str, simpy.Event] = {}
        self._lines: dict[str, int] = {}
        self._stopped: dict[str, str] = {}

    @property
    def book(self) -> DeclarationBook:
        """The register of declarations."""
        return self._book

    def filing_of(self, box: Box) -> Filing | None:
        """The declaration of a container; None while there is none, or if it was released before the start."""
        return self._book.filing(box.declaration) if box.declaration else None

    # What operations report

    def announce(self, box: Box, lodged_at: int | None = None) -> None:
        """A container is to come, by vessel or by road: its manifest line arrives and its clearance begins.

        lodged_at: when an outbound transit container was declared at its dry port, ms UTC.
        """
        if not under_customs(box):
            self._free(box)
            return
        box.released = False
        box.declared_kg = self._drawer.declared_kg(box)
        self._manifest(box, self._world.now_ms)
        if box.trade == Trade.TRANSIT and outward(box):
            self._declared_inland(box, self._world.now_ms if lodged_at is None else lodged_at)
            self._world.env.process(self._transit(box))
        else:
            self._world.env.process(self._clearance(box))

    def initial_all(self, boxes: Sequence[Box]) -> None:
        """Tells the past of containers that stand in the yard at the start and sets what is still open in motion."""
        for box in boxes:
            if not under_customs(box):
                self._free(box)
        told = standing.tell(self._world, [b for b in boxes if under_customs(b)], self._book.numbers, self._lines)
        for still in told:
            self._drawer.keep(still.box, still.good)
            self._event(self._landed, still.box)
            if still.filing is not None:
                self._book.keep(still.filing)
            self._world.env.process(self._go_on(still.box, still.filing, still.draw))

    def landed(self, box: Box) -> None:
        """A container came ashore or through the gate."""
        self._event(self._landed, box)

    def loaded(self, box: Box) -> None:
        """A container was loaded onto a vessel: the customs is done with it."""
        self.gone(box)

    def gone(self, box: Box) -> None:
        """A container left the port."""
        for book in (self._released, self._landed):
            book.pop(box.number, None)
        self._drawer.forget(box)

    def release(self, box: Box) -> simpy.Event:
        """The event that succeeds when a container may leave; it has already succeeded if it may."""
        if box.released:
            return self._world.env.event().succeed()
        return self._released.setdefault(box.number, self._world.env.event())

    # What an incident asks for

    def stop(self, box: Box, reason: str) -> bool:
        """Keeps a container from being released by the ordinary course; False if it is released already."""
        if box.released:
            return False
        self._stopped[box.number] = reason
        return True

    def hold(self, box: Box, reason: str) -> bool:
        """Holds an accepted declaration for inspection and leaves it held; False if it is in another state."""
        filing = self.filing_of(box)
        if filing is None or filing.state is not DeclarationState.ACCEPTED:
            return False
        self._stopped[box.number] = reason
        self._step(filing, DeclarationState.HELD, reason)
        box.held = True
        return True

    def release_now(self, box: Box) -> bool:
        """Releases a container whose declaration is accepted at once, whatever ought to be done with it before; False
        if it is in another state."""
        filing = self.filing_of(box)
        if filing is None or filing.state is not DeclarationState.ACCEPTED:
            return False
        self._stopped[box.number] = "released"
        self._let_go(box, filing)
        return True

    def keep_unannounced(self, box: Box) -> None:
        """A container comes of which no manifest speaks; nobody declares it."""
        box.released = False
        self._stopped[box.number] = "undeclared"

    def free(self, box: Box) -> None:
        """A container that was kept from being released may leave after all."""
        self._stopped.pop(box.number, None)
        self._free(box)

    # The ordinary course

    def _clearance(self, box: Box) -> Act:
        """The whole way of a container that is announced during the day."""
        stream = self._stream
        early = bool(stream.random() < EARLY_SHARE) or not box.full or box.flow == "transshipment"
        if early:
            yield self._world.env.timeout(float(stream.uniform(60.0, 1_200.0)))
        else:
            yield self.landing(box)
            most = 2.0 if outward(box) else 60.0
            yield self._world.env.timeout(float(stream.uniform(0.1, most)) * _HOUR_S)
        yield from self._declare(box)

    def _declare(self, box: Box) -> Act:
        if self._stopped.get(box.number) == "undeclared":
            return
        filing = self._drawer.filing(box, self._world.now_ms)
        box.declaration = filing.number
        self._step(filing, DeclarationState.LODGED)
        yield from self._decide(box, filing)

    def _decide(self, box: Box, filing: Filing) -> Act:
        """From lodged or accepted to released."""
        stream, env = self._stream, self._world.env
        if filing.state is DeclarationState.LODGED:
            yield env.timeout(float(stream.uniform(2.0, 20.0)) * _MINUTE_S)
            self._step(filing, DeclarationState.ACCEPTED)
        yield self.landing(box)
        if not box.full:
            yield from self._empty(box, filing)
            return
        quick = outward(box)
        yield env.timeout(self._review_s(box, quick))
        if box.number in self._stopped or filing.state is not DeclarationState.ACCEPTED:
            return
        holdable = mode_of(box) is not DeclarationMode.TRANSIT and box.flow != "transshipment"
        if holdable and stream.random() < HOLD_SHARE:
            self._step(filing, DeclarationState.HELD, str(stream.choice(HOLD_REASONS)))
            box.held = True
            yield env.timeout(float(stream.uniform(0.4, 2.5 if quick else 4.5)) * _HOUR_S)
            yield from self._inspect(box, filing)
            return
        self._let_go(box, filing)

    def _review_s(self, box: Box, quick: bool) -> float:
        """How long an accepted declaration waits for its release: some are through within the hour, for the others
        papers or duties are outstanding, or the next vessel."""
        stream = self._stream
        if box.flow == "transshipment":
            return float(stream.uniform(*_NEXT_VESSEL_H)) * _HOUR_S
        if stream.random() < _SLOW_SHARE:
            return float(stream.uniform(*_SLOW_H)) * _HOUR_S
        return min(float(stream.lognormal(np.log(25.0 if quick else 80.0), 0.6)), 360.0) * _MINUTE_S

    def _inspect(self, box: Box, filing: Filing) -> Act:
        if box.number in self._stopped:
            return
        yield from self.inspections.opening()
        if box.number in self._stopped:
            return
        differs = yield from self.inspections.of_held(box)
        if box.number in self._stopped or filing.state is not DeclarationState.HELD:
            return
        self._step(filing, DeclarationState.INSPECTED, "查验结果与申报不符，待改单" if differs else None)
        hours = self._stream.uniform(2.0, 6.0) if differs else self._stream.uniform(0.4, 1.5)
        yield self._world.env.timeout(float(hours) * _HOUR_S)
        if box.number not in self._stopped:
            self._let_go(box, filing)

    def _empty(self, box: Box, filing: Filing) -> Act:
        """An empty container: an inbound one is tested with ultrasound first."""
        if box.flow == "empty_in":
            yield from self.inspections.of_empty(box)
        if box.number not in self._stopped:
            self._let_go(box, filing)

    def _declared_inland(self, box: Box, lodged_at: int) -> None:
        """Declared and released at the dry port, half an hour from lodging to release."""
        filing = self._drawer.filing(box, lodged_at)
        box.declaration = filing.number
        for state, after_ms in (
            (DeclarationState.LODGED, 0), (DeclarationState.ACCEPTED, 600_000), (DeclarationState.RELEASED, 1_800_000)
        ):
            self._book.step(filing, state, min(lodged_at + after_ms, self._world.now_ms))

    def _transit(self, box: Box) -> Act:
        """An outbound transit container is free to be loaded on arrival (到港直装)."""
        yield self.landing(box)
        if box.number not in self._stopped:
            self._free(box)

    # Steps

    def landing(self, box: Box) -> simpy.Event:
        """The event that succeeds when a container has come ashore or through the gate into the yard."""
        return self._landed.setdefault(box.number, self._world.env.event())

    def _event(self, book: dict[str, simpy.Event], box: Box) -> simpy.Event:
        """The event of a container, made to have succeeded."""
        event = book.setdefault(box.number, self._world.env.event())
        if not event.triggered:
            event.succeed()
        return event

    def _free(self, box: Box) -> None:
        box.released, box.held = True, False
        if box.number in self._released:
            self._event(self._released, box)

    def _let_go(self, box: Box, filing: Filing) -> None:
        self._step(filing, DeclarationState.RELEASED)
        self._free(box)

    def _step(self, filing: Filing, state: DeclarationState, reason: str | None = None) -> None:
        self._book.step(filing, state, self._world.now_ms, reason)

    def _manifest(self, box: Box, at_ms: int) -> None:
        call = box.call or "ROAD"
        line = self._lines[call] = self._lines.get(call, 0) + 1
        self._world.emit(self._drawer.manifest(box, self._world.new_id("MAN"), f"MF{call}", line, at_ms))

    def _go_on(self, box: Box, filing: Filing | None, draw: float) -> Act:
        """What is still to be done with a container that stands in the yard at the start. `draw`: 0..1."""
        if filing is None:
            yield self._world.env.timeout((0.2 + 60.0 * draw * draw) * _HOUR_S)
            yield from self._declare(box)
        elif filing.state is DeclarationState.HELD:
            yield self._world.env.timeout((0.05 + 4.0 * draw) * _HOUR_S)
            yield from self._inspect(box, filing)
        else:
            yield self._world.env.timeout(draw * _SLOW_H[1] * _HOUR_S)
            yield from self._decide(box, filing)
