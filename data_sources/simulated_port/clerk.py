"""The terminal's clerk: says what happens to containers as records, and keeps each box's own place in step with
them."""

from __future__ import annotations

from collections.abc import Sequence

from data_sources.simulated_port.world import SOURCE, Box, World
from twin.records import (
    Appointment,
    Classifier,
    Container,
    Inventory,
    Kind,
    Move,
    MoveEvent,
    PlaceKind,
    Purpose,
    Vehicle,
    VehicleKind,
)
from twin.records import Trade as Trades

Ref = tuple[PlaceKind, str]
OUTSIDE: Ref = (PlaceKind.OUTSIDE, "")


class Clerk:
    """Emits the records of containers, moves and vehicles."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._drivers = world.stream("drivers")

    def container(self, box: Box) -> None:
        """Describes a box."""
        world = self._world
        world.emit(
            Container(
                world.new_id("CT"),
                SOURCE,
                world.now_ms,
                box.number,
                box.type_code,
                box.full,
                box.gross_kg,
                box.trade,
                box.owner,
                box.dangerous_class,
                box.un_number,
                box.reefer_set_c,
            )
        )

    def moved(
        self,
        box: Box,
        event: MoveEvent,
        purpose: Purpose,
        to: Ref,
        equipment: str,
        order: str,
        driver: str = "",
        present: bool = True,
    ) -> None:
        """A box went from where it was to `to`; the move and the new inventory are said."""
        world = self._world
        world.emit(
            Move(
                world.new_id("MV"),
                SOURCE,
                world.now_ms,
                box.number,
                event,
                Classifier.ACTUAL,
                purpose,
                box.place_kind,
                box.place_ref,
                to[0],
                to[1],
                equipment,
                order,
                driver,
            )
        )
        box.place_kind, box.place_ref = to
        self.inventory(box, present)

    def inventory(self, box: Box, present: bool = True) -> None:
        """Says where a box is."""
        world = self._world
        world.emit(
            Inventory(
                world.new_id("IV"),
                SOURCE,
                world.now_ms,
                box.number,
                box.place_kind,
                box.place_ref,
                present,
                box.arrived_at,
            )
        )

    def gone(self, numbers: Sequence[str], refs: Sequence[str], arrived: Sequence[int]) -> None:
        """Many boxes left at once, aboard a vessel."""
        count = len(numbers)
        if count:
            self._world.emit_columns(
                Kind.INVENTORY,
                {
                    "id": self._world.new_ids("IV", count),
                    "source": [SOURCE] * count,
                    "observed_at": [self._world.now_ms] * count,
                    "container": list(numbers),
                    "place_kind": [PlaceKind.VESSEL] * count,
                    "place_ref": list(refs),
                    "present": [False] * count,
                    "arrived_at": list(arrived),
                },
            )

    def vehicle(self, vehicle: str, kind: VehicleKind, trade: Trades, operator: str) -> None:
        """Introduces a vehicle."""
        world = self._world
        world.emit(Vehicle(world.new_id("VH"), SOURCE, world.now_ms, vehicle, kind, trade, operator))

    def appointment(
        self, appointment: str, plate: str, box: Box, purpose: Purpose, gate: str, from_ms: int, to_ms: int
    ) -> None:
        """A truck is booked."""
        world = self._world
        world.emit(
            Appointment(
                world.new_id("AP"), SOURCE, world.now_ms, appointment, plate, box.number, purpose, gate, from_ms, to_ms
            )
        )
