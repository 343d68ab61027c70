"""Facts about places: the port, zones, blocks, gates, berths, fences, buildings."""

from __future__ import annotations

import numpy as np

from panels import formats
from panels import vocabulary as v
from panels.desk import Desk
from panels.facts import Facts, Line, Row, label, say, state_shares
from twin.port_layout import ZoneKind
from twin.records import CallState, PlaceKind
from twin.tables import CALL_STATES

_PLACES = tuple(PlaceKind)


def port_facts(desk: Desk) -> Facts:
    """The whole port."""
    containers = desk.twin.containers
    inside = containers.present & (containers.place_kind != _PLACES.index(PlaceKind.VESSEL))
    counts = desk.twin.counts()
    rows = (
        (label(desk, "在场箱", "In port"), f"{counts.containers_in_yard:,}", "strong"),
        (
            label(desk, "靠泊船舶", "Alongside"),
            f"{int((desk.twin.vessels.state == CALL_STATES[CallState.ALONGSIDE]).sum())}",
            "text",
        ),
        (label(desk, "车辆", "Vehicles"), f"{counts.vehicles:,}", "text"),
        (label(desk, "在用关锁", "Seals in use"), f"{counts.seals:,}", "text"),
    )
    return Facts(
        desk.language.of(desk.index.layout.name),
        label(desk, "全港", "Whole port"),
        rows,
        state_shares(desk, containers.legal_state[inside]),
    )


def block_facts(desk: Desk, name: str, _now: int) -> Facts | None:
    """A block: fill, shape, legal states."""
    number = desk.index.block_number.get(name)
    if number is None:
        return None
    block = desk.index.layout.blocks[number]
    containers = desk.twin.containers
    inside = containers.present & (containers.block == number)
    teu = int(np.where(containers.length_m[inside] > 7.0, 2, 1).sum())
    room = block.bays * block.rows * block.tiers
    rows: list[Row] = [
        (label(desk, "箱量", "Boxes"), f"{int(inside.sum()):,}  ·  {teu:,} TEU", "strong"),
        (label(desk, "占用", "Fill"), f"{teu / room:.0%}  ({room:,} TEU)", "text"),
        (
            label(desk, "结构", "Shape"),
            label(
                desk,
                f"{block.bays} 贝 × {block.rows} 列 × {block.tiers} 层",
                f"{block.bays} bays × {block.rows} rows × {block.tiers} tiers",
            ),
            "text",
        ),
        (
            label(desk, "贸易", "Trade"),
            {"foreign": label(desk, "外贸", "foreign"), "domestic": label(desk, "内贸", "domestic")}.get(
                block.trade, label(desk, "内外贸", "both")
            ),
            "text",
        ),
    ]
    if block.dangerous_classes:
        rows.append((label(desk, "许可类别", "Licensed"), " ".join(block.dangerous_classes), "attention"))
    return Facts(
        block.id,
        say(desk, v.BLOCK_KINDS, block.kind.value),
        tuple(rows),
        state_shares(desk, containers.legal_state[inside]),
    )


def zone_facts(desk: Desk, name: str, _now: int) -> Facts | None:
    """A zone with all below it."""
    zones = {zone.id: zone for zone in desk.index.layout.zones}
    if name not in zones:
        return None
    family, grown = {name}, True
    while grown:
        more = {z.id for z in zones.values() if z.parent in family} - family
        grown = bool(more)
        family |= more
    blocks = [number for number, block in enumerate(desk.index.layout.blocks) if block.zone in family]
    containers = desk.twin.containers
    inside = containers.present & np.isin(containers.block, blocks)
    waiting = sum(warning.zone in family for warning in desk.twin.warnings.open())
    rows: list[Row] = [
        (label(desk, "箱区", "Blocks"), str(len(blocks)), "text"),
        (label(desk, "箱量", "Boxes"), f"{int(inside.sum()):,}", "strong"),
        (label(desk, "未办结预警", "Open warnings"), str(waiting), "alarm" if waiting else "text"),
    ]
    kind = {ZoneKind.GATE: "卡口", ZoneKind.QUAY: "码头前沿"}.get(zones[name].kind)
    return Facts(
        desk.language.of(zones[name].name),
        kind if kind and desk.language.code == "zh" else say(desk, v.ENTITY_KINDS, "zone"),
        tuple(rows),
        state_shares(desk, containers.legal_state[inside]),
    )


def gate_facts(desk: Desk, name: str, now: int) -> Facts | None:
    """A gate with its last passages."""
    gate = next((g for g in desk.index.layout.gates if g.id == name or any(lane.id == name for lane in g.lanes)), None)
    if gate is None:
        return None
    into = sum(lane.direction == "in" for lane in gate.lanes)
    rows: list[Row] = [
        (
            label(desk, "车道", "Lanes"),
            label(desk, f"进 {into} · 出 {len(gate.lanes) - into}", f"{into} in · {len(gate.lanes) - into} out"),
            "text",
        )
    ]
    passages = [p for p in desk.twin.gate_passages if p.gate == gate.id][:10]
    story = tuple(
        Line(
            formats.moment(p.observed_at, now),
            f"{p.lane} {label(desk, '进' if p.direction == 'in' else '出', str(p.direction))} · {p.plate}"
            + (f" · {' '.join(formats.container_number(c) for c in p.containers)}" if p.containers else "")
            + f" · {p.weight_kg:,.0f} kg",
            "text" if p.decision == "raise" else "attention",
        )
        for p in passages
    )
    return Facts(desk.language.of(gate.name), say(desk, v.ENTITY_KINDS, "gate"), tuple(rows), story=story)


def berth_facts(desk: Desk, name: str, _now: int) -> Facts | None:
    """A berth and who lies there."""
    berth = next((b for b in desk.index.layout.berths if b.id == name), None)
    if berth is None:
        return None
    length = float(np.hypot(berth.end[0] - berth.start[0], berth.end[1] - berth.start[1]))
    vessels = desk.twin.vessels
    there = [str(n) for n, b in zip(vessels.name, vessels.berth, strict=True) if b == berth.id]
    rows: list[Row] = [
        (label(desk, "在泊", "Alongside"), " ".join(there) or "—", "strong"),
        (label(desk, "长度", "Length"), f"{length:.0f} m", "text"),
        (label(desk, "水深", "Depth"), f"{berth.depth_m:.1f} m", "text"),
    ]
    return Facts(desk.language.of(berth.name), say(desk, v.ENTITY_KINDS, "berth"), tuple(rows))


def fence_facts(desk: Desk, name: str, _now: int) -> Facts | None:
    """An electronic fence."""
    fence = next((f for f in desk.index.layout.fences if f.id == name), None)
    if fence is None:
        return None
    hours = " ".join(f"{a}–{b}" for a, b in fence.open_hours) or label(desk, "全天封闭", "closed at all times")
    return Facts(
        desk.language.of(fence.name),
        say(desk, v.ENTITY_KINDS, "fence"),
        ((label(desk, "依据", "Basis"), fence.legal_basis, "text"), (label(desk, "开放", "Open"), hours, "text")),
    )


def building_facts(desk: Desk, name: str, _now: int) -> Facts | None:
    """A building."""
    building = next((b for b in desk.index.layout.buildings if b.id == name), None)
    if building is None:
        return None
    schematic = (
        ()
        if building.surveyed
        else ((label(desk, "测绘", "Survey"), label(desk, "示意，未测绘", "schematic, not surveyed"), "dim"),)
    )
    return Facts(desk.language.of(building.name), say(desk, v.ENTITY_KINDS, "building"), schematic)
