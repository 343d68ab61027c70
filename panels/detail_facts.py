"""What there is to say about what is selected: its facts by kind, or those of the whole port. No widgets here."""

from __future__ import annotations

from layers.selection import Selection
from panels import vocabulary as v
from panels.desk import Desk
from panels.facts import Facts, say
from panels.object_facts import container_facts, crane_facts, seal_facts, vehicle_facts, vessel_facts
from panels.place_facts import berth_facts, block_facts, building_facts, fence_facts, gate_facts, port_facts, zone_facts
from panels.warning_facts import warning_facts
from panels.yard_facts import bay_facts, slot_facts


def facts_of(desk: Desk, selection: Selection | None, now: int) -> Facts:
    """The facts of what is selected; the whole port when nothing is."""
    if selection is None:
        return port_facts(desk)
    makers = {
        "container": container_facts,
        "vehicle": vehicle_facts,
        "officer": vehicle_facts,
        "vessel": vessel_facts,
        "crane": crane_facts,
        "seal": seal_facts,
        "block": block_facts,
        "bay": bay_facts,
        "slot": slot_facts,
        "zone": zone_facts,
        "gate": gate_facts,
        "berth": berth_facts,
        "fence": fence_facts,
        "building": building_facts,
        "warning": warning_facts,
    }
    return makers[selection.kind](desk, selection.id, now) or Facts(
        selection.id, say(desk, v.ENTITY_KINDS, selection.kind)
    )
