"""What there is to say about one object: a title, rows of facts, shares for areas, and its story. No widgets here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QColor

from layers.palette import LEGAL_STATES as LEGAL_PALETTE
from layers.selection import Selection
from panels import formats
from panels import vocabulary as v
from panels.desk import Desk
from panels.story import story_of
from panels.warning_words import explanation, rule_name, steps_of, subject_text
from twin.legal_state import LegalState
from twin.port_layout import Name, ZoneKind
from twin.records import EntityKind, PlaceKind, Trade, VehicleKind
from twin.seal_state import SealState

_TRADES, _PLACES = tuple(Trade), tuple(PlaceKind)
_ENTITIES, _VEHICLES = tuple(EntityKind), tuple(VehicleKind)
STALE_S = 60.0

Row = tuple[str, str, str]  # label, value, tone (a colour name of the theme)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a story: when, what, and its tone ("text" or a colour name)."""

    when: str
    text: str
    tone: str = "text"


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole with its colour."""

    name: str
    count: int
    colour: QColor


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the detail panel shows."""

    title: str
    kind: str
    rows: tuple[Row, ...] = ()
    shares: tuple[Share, ...] = ()
    story: tuple[Line, ...] = ()


def facts_of(desk: Desk, selection: Selection | None, now: int) -> Facts:
    """The facts of what is selected; the whole port when nothing is."""
    if selection is None:
        return _port(desk)
    makers = {
        "container": _container, "vehicle": _vehicle, "officer": _vehicle, "vessel": _vessel, "crane": _crane, "seal": _seal,
        "block": _block, "zone": _zone, "gate": _gate, "berth": _berth, "fence": _fence, "building": _building,
        "warning": _warning,
    }
    return makers[selection.kind](desk, selection.id, now) or Facts(selection.id, _say(desk, v.ENTITY_KINDS, selection.kind))


def _say(desk: Desk, table: dict[str, Name], code: str) -> str:
    return desk.language.of(v.look_up(table, code))


def _label(desk: Desk, zh: str, en: str) -> str:
    return desk.language.of(Name(zh, en))


def _port(desk: Desk) -> Facts:
    containers = desk.twin.containers
    inside = containers.present & (containers.place_kind != _PLACES.index(PlaceKind.VESSEL))
    counts = desk.twin.counts()
    rows = (
        (_label(desk, "在场箱", "In port"), f"{counts.containers_in_yard:,}", "strong"),
        (_label(desk, "靠泊船舶", "Alongside"), f"{int((desk.twin.vessels.state == 1).sum())}", "text"),
        (_label(desk, "车辆", "Vehicles"), f"{counts.vehicles:,}", "text"),
        (_label(desk, "在用关锁", "Seals in use"), f"{counts.seals:,}", "text"),
    )
    return Facts(
        desk.language.of(desk.index.layout.name), _label(desk, "全港", "Whole port"), rows,
        _state_shares(desk, containers.legal_state[inside]),
    )


def _container(desk: Desk, number: str, now: int) -> Facts | None:
    containers = desk.twin.containers
    row = containers.row_of.get(number)
    if row is None:
        return None
    state = LegalState(int(containers.legal_state[row])).name
    tone = {"HELD": "attention", "INSPECTION": "accent_text", "RELEASED": "good"}.get(state, "strong")
    rows: list[Row] = [(_label(desk, "状态", "State"), _say(desk, v.LEGAL_STATES, state), tone)]
    rows.append((_label(desk, "位置", "Place"), container_place(desk, row), "text"))
    if containers.trade[row] >= 0:
        rows.append((_label(desk, "贸易", "Trade"), _say(desk, v.TRADES, _TRADES[containers.trade[row]].value), "text"))
    entries = desk.twin.dossier(number)
    rows += _papers(desk, entries)
    rows.append((_label(desk, "毛重", "Gross"), formats.weight(float(containers.gross_kg[row])), "text"))
    if containers.dangerous_class[row]:
        dangerous = f"{_label(desk, '第', 'class ')} {containers.dangerous_class[row]} {_label(desk, '类', '')} · UN {containers.un_number[row] or '—'}"
        rows.append((_label(desk, "危险品", "Dangerous"), dangerous, "attention"))
    if containers.arrived_at[row] > 0:
        stay = formats.duration((now - int(containers.arrived_at[row])) / 1000)
        rows.append((_label(desk, "在场", "Stay"), stay, "text"))
    if containers.block[row] >= 0:
        rows.append((_label(desk, "压箱", "Stack"), _stack(desk, row), "text"))
    load = _label(desk, "重箱", "full") if containers.full[row] else _label(desk, "空箱", "empty")
    valid = "" if containers.number_valid[row] else _label(desk, " · 校验位不符", " · check digit wrong")
    story = tuple(Line(when, text, line_tone) for when, text, line_tone in story_of(desk, number, entries, now))
    return Facts(formats.container_number(number), f"{containers.type_code[row]} · {load}{valid}", tuple(rows), story=story)


def _papers(desk: Desk, entries) -> list[Row]:  # noqa: ANN001 - tuple of DossierEntry
    rows: list[Row] = []
    newest = {entry.kind.value: entry.record for entry in entries}
    if (declaration := newest.get("declaration")) is not None:
        rows.append((_label(desk, "报关单", "Declaration"), formats.grouped(declaration.declaration), "text"))
        rows.append((_label(desk, "货物", "Goods"), f"{declaration.hs_code} {declaration.goods}", "text"))
    elif (manifest := newest.get("manifest")) is not None:
        rows.append((_label(desk, "舱单", "Manifest"), f"{manifest.bill}", "text"))
        rows.append((_label(desk, "货物", "Goods"), manifest.goods, "text"))
    if (event := newest.get("seal_event")) is not None:
        rows.append((_label(desk, "关锁", "Seal"), f"{event.seal} · {_say(desk, v.SEAL_EVENTS, str(event.event))}", "text"))
    return rows


def container_place(desk: Desk, row: int) -> str:
    """Where a container is, in words."""
    containers = desk.twin.containers
    kind = int(containers.place_kind[row])
    if kind < 0:
        return _label(desk, "不明", "unknown")
    place = _PLACES[kind]
    if place is PlaceKind.SLOT and containers.block[row] >= 0:
        block = desk.index.layout.blocks[int(containers.block[row])].id
        return f"{block}-{int(containers.bay[row]):02d}-{int(containers.row[row]):02d}-{int(containers.tier[row])}"
    words = _say(desk, v.PLACES, place.value)
    carrier = int(containers.carrier[row])
    return f"{words} · {desk.twin.movers.id[carrier]}" if carrier >= 0 else words


def _stack(desk: Desk, row: int) -> str:
    containers = desk.twin.containers
    above = (
        containers.present & (containers.block == containers.block[row]) & (containers.row == containers.row[row])
        & (np.abs(containers.bay - containers.bay[row]) <= 1) & (containers.tier > containers.tier[row])
    )
    count = int(above.sum())
    return _label(desk, f"上方 {count} 箱 · 取出需 {count} 次", f"{count} above · {count} moves to reach it")


def _vehicle(desk: Desk, name: str, now: int) -> Facts | None:
    movers = desk.twin.movers
    row = movers.row_of.get(name)
    if row is None:
        return None
    kind = int(movers.vehicle_kind[row])
    words = _say(desk, v.VEHICLE_KINDS, _VEHICLES[kind].value) if kind >= 0 else _say(desk, v.ENTITY_KINDS, _ENTITIES[movers.kind[row]].value)
    rows: list[Row] = [(_label(desk, "车速", "Speed"), formats.speed(float(movers.speed_mps[row])), "strong")]
    if movers.trade[row] >= 0:
        rows.append((_label(desk, "贸易", "Trade"), _say(desk, v.TRADES, _TRADES[movers.trade[row]].value), "text"))
    for load in (int(movers.load[row]), int(movers.load2[row])):
        if load >= 0:
            number = desk.twin.containers.number[load]
            state = LegalState(int(desk.twin.containers.legal_state[load])).name
            text = f"{formats.container_number(number)} · {_say(desk, v.LEGAL_STATES, state)}"
            rows.append((_label(desk, "载箱", "Load"), text, "attention" if state == "HELD" else "text"))
    if int(movers.load[row]) < 0:
        rows.append((_label(desk, "载箱", "Load"), _label(desk, "空驶", "none"), "dim"))
    rows += _where(desk, float(movers.x[row]), float(movers.y[row]))
    rows.append(_age(desk, int(movers.observed_at[row]), now))
    return Facts(name, words, tuple(rows))


def _where(desk: Desk, x: float, y: float) -> list[Row]:
    if x != x:
        return []
    number = int(desk.index.zone_of_points(np.array([x]), np.array([y]))[0])
    name = desk.language.of(desk.index.layout.zones[number].name) if number >= 0 else _label(desk, "港外", "outside the port")
    return [(_label(desk, "区域", "Zone"), name, "text")]


def _age(desk: Desk, observed_at: int, now: int) -> Row:
    seconds = (now - observed_at) / 1000
    return (_label(desk, "定位", "Last fix"), _label(desk, f"{seconds:.0f} 秒前", f"{seconds:.0f} s ago"), "attention" if seconds > STALE_S else "text")


def _vessel(desk: Desk, name: str, now: int) -> Facts | None:
    vessels = desk.twin.vessels
    row = vessels.row_of.get(name)
    if row is None:
        mover = desk.twin.movers.row_of.get(name)
        return _vehicle(desk, name, now) if mover is not None else None
    rows: list[Row] = []
    if vessels.imo[row]:
        rows.append(("IMO", str(vessels.imo[row]), "text"))
    if vessels.length_m[row] > 0:
        rows.append((_label(desk, "船长 × 宽", "Length × beam"), f"{vessels.length_m[row]:.0f} × {vessels.beam_m[row]:.0f} m", "text"))
    if vessels.berth[row]:
        berth = next((b for b in desk.index.layout.berths if b.id == vessels.berth[row]), None)
        rows.append((_label(desk, "泊位", "Berth"), desk.language.of(berth.name) if berth else str(vessels.berth[row]), "strong"))
    if vessels.voyage[row]:
        rows.append((_label(desk, "航次", "Voyage"), str(vessels.voyage[row]), "text"))
    if vessels.departure_at[row]:
        rows.append((_label(desk, "计划离泊", "Sails"), formats.moment(int(vessels.departure_at[row]), now), "text"))
    mover = int(vessels.mover[row])
    if mover >= 0:
        aboard = desk.twin.containers.carrier == mover
        aboard &= desk.twin.containers.place_kind == _PLACES.index(PlaceKind.VESSEL)
        rows.append((_label(desk, "在船箱", "On board"), f"{int(aboard.sum()):,}", "text"))
        rows.append((_label(desk, "航速", "Speed"), f"{desk.twin.movers.speed_mps[mover] * 1.943844:.1f} kn", "text"))
        rows.append(_age(desk, int(desk.twin.movers.observed_at[mover]), now))
    return Facts(name, _say(desk, v.ENTITY_KINDS, "vessel"), tuple(rows))


def _crane(desk: Desk, name: str, now: int) -> Facts | None:
    cranes = desk.twin.cranes
    row = cranes.row_of.get(name)
    if row is None or row >= len(desk.index.layout.cranes):
        return None
    crane = desk.index.layout.cranes[row]
    rows: list[Row] = [(_label(desk, "作业", "Serves"), " ".join(crane.serves), "text")]
    load = int(cranes.container[row])
    held = formats.container_number(desk.twin.containers.number[load]) if load >= 0 else _label(desk, "空吊具", "empty spreader")
    rows.append((_label(desk, "吊具", "Spreader"), held, "strong" if load >= 0 else "dim"))
    rows.append((_label(desk, "小车", "Trolley"), f"{cranes.trolley_m[row]:.1f} m", "text"))
    rows.append((_label(desk, "起升", "Hoist"), f"{cranes.hoist_m[row]:.1f} m", "text"))
    if cranes.observed_at[row]:
        rows.append(_age(desk, int(cranes.observed_at[row]), now))
    return Facts(name, _say(desk, v.CRANE_KINDS, crane.kind.value), tuple(rows))


def _seal(desk: Desk, name: str, now: int) -> Facts | None:
    seals = desk.twin.seals
    row = seals.row_of.get(name)
    if row is None:
        return None
    state = SealState(int(seals.state[row])).name
    rows: list[Row] = [(_label(desk, "状态", "State"), _say(desk, v.SEAL_STATES, state), "alarm" if state in ("TAMPERED", "CUT") else "strong")]
    container = int(seals.container[row])
    if container >= 0:
        rows.append((_label(desk, "箱号", "Container"), formats.container_number(desk.twin.containers.number[container]), "text"))
        rows.append((_label(desk, "位置", "Place"), container_place(desk, container), "text"))
    if seals.observed_at[row]:
        rows.append(_age(desk, int(seals.observed_at[row]), now))
    return Facts(name, _label(desk, "电子关锁", "Electronic seal"), tuple(rows))


def _block(desk: Desk, name: str, _now: int) -> Facts | None:
    number = desk.index.block_number.get(name)
    if number is None:
        return None
    block = desk.index.layout.blocks[number]
    containers = desk.twin.containers
    inside = containers.present & (containers.block == number)
    teu = int(np.where(containers.length_m[inside] > 7.0, 2, 1).sum())
    room = block.bays * block.rows * block.tiers
    rows: list[Row] = [
        (_label(desk, "箱量", "Boxes"), f"{int(inside.sum()):,}  ·  {teu:,} TEU", "strong"),
        (_label(desk, "占用", "Fill"), f"{teu / room:.0%}  ({room:,} TEU)", "text"),
        (_label(desk, "结构", "Shape"), _label(desk, f"{block.bays} 贝 × {block.rows} 列 × {block.tiers} 层", f"{block.bays} bays × {block.rows} rows × {block.tiers} tiers"), "text"),
        (_label(desk, "贸易", "Trade"), {"foreign": _label(desk, "外贸", "foreign"), "domestic": _label(desk, "内贸", "domestic")}.get(block.trade, _label(desk, "内外贸", "both")), "text"),
    ]
    if block.dangerous_classes:
        rows.append((_label(desk, "许可类别", "Licensed"), " ".join(block.dangerous_classes), "attention"))
    return Facts(block.id, _say(desk, v.BLOCK_KINDS, block.kind.value), tuple(rows), _state_shares(desk, containers.legal_state[inside]))


def _state_shares(desk: Desk, states: np.ndarray) -> tuple[Share, ...]:
    counts = np.bincount(states, minlength=len(LegalState))
    return tuple(
        Share(_say(desk, v.LEGAL_STATES, state.name), int(counts[state]), QColor(*LEGAL_PALETTE[state][3]))
        for state in LegalState if counts[state]
    )


def _zone(desk: Desk, name: str, _now: int) -> Facts | None:
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
        (_label(desk, "箱区", "Blocks"), str(len(blocks)), "text"),
        (_label(desk, "箱量", "Boxes"), f"{int(inside.sum()):,}", "strong"),
        (_label(desk, "未办结预警", "Open warnings"), str(waiting), "alarm" if waiting else "text"),
    ]
    kind = {ZoneKind.GATE: "卡口", ZoneKind.QUAY: "码头前沿"}.get(zones[name].kind)
    return Facts(
        desk.language.of(zones[name].name), kind if kind and desk.language.code == "zh" else _say(desk, v.ENTITY_KINDS, "zone"),
        tuple(rows), _state_shares(desk, containers.legal_state[inside]),
    )


def _gate(desk: Desk, name: str, now: int) -> Facts | None:
    gate = next((g for g in desk.index.layout.gates if g.id == name or any(lane.id == name for lane in g.lanes)), None)
    if gate is None:
        return None
    into = sum(lane.direction == "in" for lane in gate.lanes)
    rows: list[Row] = [(_label(desk, "车道", "Lanes"), _label(desk, f"进 {into} · 出 {len(gate.lanes) - into}", f"{into} in · {len(gate.lanes) - into} out"), "text")]
    passages = [p for p in desk.twin.gate_passages if p.gate == gate.id][:10]
    story = tuple(
        Line(
            formats.moment(p.observed_at, now),
            f"{p.lane} {_label(desk, '进' if p.direction == 'in' else '出', str(p.direction))} · {p.plate}"
            + (f" · {' '.join(formats.container_number(c) for c in p.containers)}" if p.containers else "") + f" · {p.weight_kg:,.0f} kg",
            "text" if p.decision == "raise" else "attention",
        )
        for p in passages
    )
    return Facts(desk.language.of(gate.name), _say(desk, v.ENTITY_KINDS, "gate"), tuple(rows), story=story)


def _berth(desk: Desk, name: str, _now: int) -> Facts | None:
    berth = next((b for b in desk.index.layout.berths if b.id == name), None)
    if berth is None:
        return None
    length = float(np.hypot(berth.end[0] - berth.start[0], berth.end[1] - berth.start[1]))
    vessels = desk.twin.vessels
    there = [str(n) for n, b in zip(vessels.name, vessels.berth, strict=True) if b == berth.id]
    rows: list[Row] = [
        (_label(desk, "在泊", "Alongside"), " ".join(there) or "—", "strong"),
        (_label(desk, "长度", "Length"), f"{length:.0f} m", "text"), (_label(desk, "水深", "Depth"), f"{berth.depth_m:.1f} m", "text"),
    ]
    return Facts(desk.language.of(berth.name), _say(desk, v.ENTITY_KINDS, "berth"), tuple(rows))


def _fence(desk: Desk, name: str, _now: int) -> Facts | None:
    fence = next((f for f in desk.index.layout.fences if f.id == name), None)
    if fence is None:
        return None
    hours = " ".join(f"{a}–{b}" for a, b in fence.open_hours) or _label(desk, "全天封闭", "closed at all times")
    return Facts(desk.language.of(fence.name), _say(desk, v.ENTITY_KINDS, "fence"), (
        (_label(desk, "依据", "Basis"), fence.legal_basis, "text"), (_label(desk, "开放", "Open"), hours, "text")))


def _building(desk: Desk, name: str, _now: int) -> Facts | None:
    building = next((b for b in desk.index.layout.buildings if b.id == name), None)
    if building is None:
        return None
    schematic = () if building.surveyed else ((_label(desk, "测绘", "Survey"), _label(desk, "示意，未测绘", "schematic, not surveyed"), "dim"),)
    return Facts(desk.language.of(building.name), _say(desk, v.ENTITY_KINDS, "building"), schematic)


def _warning(desk: Desk, name: str, now: int) -> Facts | None:
    warning = desk.twin.warnings.get(name)
    if warning is None:
        return None
    about = warning.facts.get("container") if warning.subject_kind != "container" else warning.subject
    steps = tuple(Line(when, text, "accent_text") for when, text in steps_of(desk, warning, now))
    base = _container(desk, str(about), now) if about else _vehicle(desk, warning.subject, now) if warning.subject_kind == "vehicle" else None
    rows: list[Row] = [
        (_label(desk, "预警", "Warning"), f"{warning.rule} {rule_name(desk, warning)}", "alarm" if warning.active else "text"),
        (_label(desk, "说明", "Finding"), explanation(desk, warning), "text"),
        (_label(desk, "时间", "Raised"), formats.moment(warning.raised_at, now), "text"),
        (_label(desk, "依据", "Evidence"), _label(desk, f"{len(warning.evidence)} 条记录", f"{len(warning.evidence)} records"), "text"),
    ]
    if base is None:
        return Facts(subject_text(warning), _say(desk, v.SEVERITIES, warning.severity.value), tuple(rows), story=steps)
    return Facts(base.title, base.kind, tuple(rows) + base.rows, story=(*base.story, *steps))
