"""What there is to say about what is selected: its facts by kind, or those of the whole port. No widgets here."""

from __future__ import annotations

from layers.selection import Selection
from panels import formats
from panels import vocabulary as v
from panels.desk import Desk
from panels.facts import Facts, Line, Row, label, say
from panels.object_facts import container_facts, crane_facts, seal_facts, vehicle_facts, vessel_facts
from panels.place_facts import berth_facts, block_facts, building_facts, fence_facts, gate_facts, port_facts, zone_facts
from panels.warning_words import explanation, rule_name, steps_of, subject_text
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
        "warning": _warning,
    }
    return makers[selection.kind](desk, selection.id, now) or Facts(
        selection.id, say(desk, v.ENTITY_KINDS, selection.kind)
    )


def _warning(desk: Desk, name: str, now: int) -> Facts | None:
    warning = desk.twin.warnings.get(name)
    if warning is None:
        return None
    about = warning.facts.get("container") if warning.subject_kind != "container" else warning.subject
    steps = tuple(Line(when, text, "accent_text") for when, text in steps_of(desk, warning, now))
    base = (
        container_facts(desk, str(about), now)
        if about
        else vehicle_facts(desk, warning.subject, now)
        if warning.subject_kind == "vehicle"
        else None
    )
    rows: list[Row] = [
        (
            label(desk, "预警", "Warning"),
            f"{warning.rule} {rule_name(desk, warning)}",
            "alarm" if warning.active else "text",
        ),
        (label(desk, "说明", "Finding"), explanation(desk, warning), "text"),
        (label(desk, "时间", "Raised"), formats.moment(warning.raised_at, now), "text"),
        (
            label(desk, "依据", "Evidence"),
            label(desk, f"{len(warning.evidence)} 条记录", f"{len(warning.evidence)} records"),
            "text",
        ),
    ]
    if base is None:
        return Facts(subject_text(warning), say(desk, v.SEVERITIES, warning.severity.value), tuple(rows), story=steps)
    return Facts(base.title, base.kind, tuple(rows) + base.rows, story=(*base.story, *steps))
