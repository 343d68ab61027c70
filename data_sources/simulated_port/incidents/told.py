"""What the terminal's systems say of a container, true or not: records that incidents put in their mouth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data_sources.simulated_port.world import SOURCE
from twin.records import Container, Inventory, PlaceKind

if TYPE_CHECKING:
    from data_sources.simulated_port.world import Box, World


def container_record(world: World, box: Box, gross_kg: float | None = None, full: bool | None = None) -> Container:
    """A container's data as the terminal states them now; weight (kg) and full or empty may be false."""
    return Container(
        id=world.new_id("CN"), source=SOURCE, observed_at=world.now_ms, container=box.number, type_code=box.type_code,
        full=box.full if full is None else full, gross_kg=box.gross_kg if gross_kg is None else gross_kg,
        trade=box.trade, owner=box.owner, dangerous_class=box.dangerous_class, un_number=box.un_number,
        reefer_set_c=box.reefer_set_c,
    )


def inventory_record(
    world: World, box: Box, place_ref: str | None = None, arrived_at: int | None = None
) -> Inventory:
    """A container's place and day of arrival (ms UTC) as the terminal states them now; both may be false."""
    return Inventory(
        id=world.new_id("IV"), source=SOURCE, observed_at=world.now_ms, container=box.number,
        place_kind=PlaceKind.SLOT if place_ref is not None else box.place_kind,
        place_ref=box.place_ref if place_ref is None else place_ref, present=True,
        arrived_at=box.arrived_at if arrived_at is None else arrived_at,
    )
