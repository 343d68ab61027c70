"""Facts about what moves and what is moved: containers, vehicles, vessels, cranes, seals."""

from __future__ import annotations

import numpy as np

from panels import formats
from panels import vocabulary as v
from panels.desk import Desk
from panels.facts import Facts, Line, Row, age, label, say, where
from panels.story import story_of
from twin.facts import DossierEntry
from twin.legal_state import LegalState
from twin.port_layout import Name
from twin.records import EntityKind, PlaceKind, Trade, VehicleKind
from twin.seal_state import SealState

_TRADES, _PLACES = tuple(Trade), tuple(PlaceKind)
_ENTITIES, _VEHICLES = tuple(EntityKind), tuple(VehicleKind)


def container_facts(desk: Desk, number: str, now: int) -> Facts | None:
    """A container: state, place, papers, weight, stack, story."""
    containers = desk.twin.containers
    row = containers.row_of.get(number)
    if row is None:
        return None
    state = LegalState(int(containers.legal_state[row])).name
    tone = {"HELD": "attention", "INSPECTION": "accent_text", "RELEASED": "good"}.get(state, "strong")
    rows: list[Row] = [(label(desk, "状态", "State"), say(desk, v.LEGAL_STATES, state), tone)]
    rows.append((label(desk, "位置", "Place"), container_place(desk, row), "text"))
    if containers.trade[row] >= 0:
        rows.append((label(desk, "贸易", "Trade"), say(desk, v.TRADES, _TRADES[containers.trade[row]].value), "text"))
    entries = desk.twin.dossier(number)
    rows += _papers(desk, entries)
    rows.append((label(desk, "毛重", "Gross"), formats.weight(float(containers.gross_kg[row])), "text"))
    if containers.dangerous_class[row]:
        dangerous = desk.language.of(
            Name(f"第 {containers.dangerous_class[row]} 类", f"class {containers.dangerous_class[row]}")
        )
        dangerous += f" · UN {containers.un_number[row] or '—'}"
        rows.append((label(desk, "危险品", "Dangerous"), dangerous, "attention"))
    if containers.arrived_at[row] > 0:
        stay = formats.duration((now - int(containers.arrived_at[row])) / 1000)
        rows.append((label(desk, "在场", "Stay"), stay, "text"))
    if containers.block[row] >= 0:
        rows.append((label(desk, "压箱", "Stack"), _stack(desk, row), "text"))
    load = label(desk, "重箱", "full") if containers.full[row] else label(desk, "空箱", "empty")
    valid = "" if containers.number_valid[row] else label(desk, " · 校验位不符", " · check digit wrong")
    story = tuple(Line(when, text, line_tone) for when, text, line_tone in story_of(desk, number, entries, now))
    return Facts(
        formats.container_number(number), f"{containers.type_code[row]} · {load}{valid}", tuple(rows), story=story
    )


def _papers(desk: Desk, entries: tuple[DossierEntry, ...]) -> list[Row]:
    rows: list[Row] = []
    newest = {entry.kind.value: entry.record for entry in entries}
    if (declaration := newest.get("declaration")) is not None:
        rows.append((label(desk, "报关单", "Declaration"), formats.grouped(declaration.declaration), "text"))
        rows.append((label(desk, "货物", "Goods"), f"{declaration.hs_code} {declaration.goods}", "text"))
    elif (manifest := newest.get("manifest")) is not None:
        rows.append((label(desk, "舱单", "Manifest"), f"{manifest.bill}", "text"))
        rows.append((label(desk, "货物", "Goods"), manifest.goods, "text"))
    if (event := newest.get("seal_event")) is not None:
        rows.append(
            (label(desk, "关锁", "Seal"), f"{event.seal} · {say(desk, v.SEAL_EVENTS, str(event.event))}", "text")
        )
    return rows


def container_place(desk: Desk, row: int) -> str:
    """Where a container is, in words."""
    containers = desk.twin.containers
    kind = int(containers.place_kind[row])
    if kind < 0:
        return label(desk, "不明", "unknown")
    place = _PLACES[kind]
    if place is PlaceKind.SLOT and containers.block[row] >= 0:
        block = desk.index.layout.blocks[int(containers.block[row])].id
        return f"{block}-{int(containers.bay[row]):02d}-{int(containers.row[row]):02d}-{int(containers.tier[row])}"
    words = say(desk, v.PLACES, place.value)
    carrier = int(containers.carrier[row])
    return f"{words} · {desk.twin.movers.id[carrier]}" if carrier >= 0 else words


def _stack(desk: Desk, row: int) -> str:
    containers = desk.twin.containers
    above = (
        containers.present
        & (containers.block == containers.block[row])
        & (containers.row == containers.row[row])
        & (np.abs(containers.bay - containers.bay[row]) <= 1)
        & (containers.tier > containers.tier[row])
    )
    count = int(above.sum())
    return label(desk, f"上方 {count} 箱 · 取出需 {count} 次", f"{count} above · {count} moves to reach it")


def vehicle_facts(desk: Desk, name: str, now: int) -> Facts | None:
    """A vehicle or officer: speed, load, zone, age of the fix."""
    movers = desk.twin.movers
    row = movers.row_of.get(name)
    if row is None:
        return None
    kind = int(movers.vehicle_kind[row])
    words = (
        say(desk, v.VEHICLE_KINDS, _VEHICLES[kind].value)
        if kind >= 0
        else say(desk, v.ENTITY_KINDS, _ENTITIES[movers.kind[row]].value)
    )
    rows: list[Row] = [(label(desk, "车速", "Speed"), formats.speed(float(movers.speed_mps[row])), "strong")]
    if movers.trade[row] >= 0:
        rows.append((label(desk, "贸易", "Trade"), say(desk, v.TRADES, _TRADES[movers.trade[row]].value), "text"))
    for load in (int(movers.load[row]), int(movers.load2[row])):
        if load >= 0:
            number = desk.twin.containers.number[load]
            state = LegalState(int(desk.twin.containers.legal_state[load])).name
            text = f"{formats.container_number(number)} · {say(desk, v.LEGAL_STATES, state)}"
            rows.append((label(desk, "载箱", "Load"), text, "attention" if state == "HELD" else "text"))
    if int(movers.load[row]) < 0:
        rows.append((label(desk, "载箱", "Load"), label(desk, "空驶", "none"), "dim"))
    rows += where(desk, float(movers.x[row]), float(movers.y[row]))
    rows.append(age(desk, int(movers.observed_at[row]), now))
    return Facts(name, words, tuple(rows))


def vessel_facts(desk: Desk, name: str, now: int) -> Facts | None:
    """A vessel: call, berth, size, load."""
    vessels = desk.twin.vessels
    row = vessels.row_of.get(name)
    if row is None:
        mover = desk.twin.movers.row_of.get(name)
        return vehicle_facts(desk, name, now) if mover is not None else None
    rows: list[Row] = []
    if vessels.imo[row]:
        rows.append(("IMO", str(vessels.imo[row]), "text"))
    if vessels.length_m[row] > 0:
        rows.append(
            (
                label(desk, "船长 × 宽", "Length × beam"),
                f"{vessels.length_m[row]:.0f} × {vessels.beam_m[row]:.0f} m",
                "text",
            )
        )
    if vessels.berth[row]:
        berth = next((b for b in desk.index.layout.berths if b.id == vessels.berth[row]), None)
        rows.append(
            (
                label(desk, "泊位", "Berth"),
                desk.language.of(berth.name) if berth else str(vessels.berth[row]),
                "strong",
            )
        )
    if vessels.voyage[row]:
        rows.append((label(desk, "航次", "Voyage"), str(vessels.voyage[row]), "text"))
    if vessels.departure_at[row]:
        rows.append((label(desk, "计划离泊", "Sails"), formats.moment(int(vessels.departure_at[row]), now), "text"))
    mover = int(vessels.mover[row])
    if mover >= 0:
        aboard = desk.twin.containers.carrier == mover
        aboard &= desk.twin.containers.place_kind == _PLACES.index(PlaceKind.VESSEL)
        rows.append((label(desk, "在船箱", "On board"), f"{int(aboard.sum()):,}", "text"))
        rows.append((label(desk, "航速", "Speed"), f"{desk.twin.movers.speed_mps[mover] * 1.943844:.1f} kn", "text"))
        rows.append(age(desk, int(desk.twin.movers.observed_at[mover]), now))
    return Facts(str(vessels.name[row]) or name, say(desk, v.ENTITY_KINDS, "vessel"), tuple(rows))


def crane_facts(desk: Desk, name: str, now: int) -> Facts | None:
    """A crane: what it serves and holds."""
    cranes = desk.twin.cranes
    row = cranes.row_of.get(name)
    if row is None or row >= len(desk.index.layout.cranes):
        return None
    crane = desk.index.layout.cranes[row]
    rows: list[Row] = [(label(desk, "作业", "Serves"), " ".join(crane.serves), "text")]
    load = int(cranes.container[row])
    held = (
        formats.container_number(desk.twin.containers.number[load])
        if load >= 0
        else label(desk, "空吊具", "empty spreader")
    )
    rows.append((label(desk, "吊具", "Spreader"), held, "strong" if load >= 0 else "dim"))
    rows.append((label(desk, "小车", "Trolley"), f"{cranes.trolley_m[row]:.1f} m", "text"))
    rows.append((label(desk, "起升", "Hoist"), f"{cranes.hoist_m[row]:.1f} m", "text"))
    if cranes.observed_at[row]:
        rows.append(age(desk, int(cranes.observed_at[row]), now))
    return Facts(name, say(desk, v.CRANE_KINDS, crane.kind.value), tuple(rows))


def seal_facts(desk: Desk, name: str, now: int) -> Facts | None:
    """An electronic seal: state, container, age."""
    seals = desk.twin.seals
    row = seals.row_of.get(name)
    if row is None:
        return None
    state = SealState(int(seals.state[row])).name
    rows: list[Row] = [
        (
            label(desk, "状态", "State"),
            say(desk, v.SEAL_STATES, state),
            "alarm" if state in ("TAMPERED", "CUT") else "strong",
        )
    ]
    container = int(seals.container[row])
    if container >= 0:
        rows.append(
            (
                label(desk, "箱号", "Container"),
                formats.container_number(desk.twin.containers.number[container]),
                "text",
            )
        )
        rows.append((label(desk, "位置", "Place"), container_place(desk, container), "text"))
    if seals.observed_at[row]:
        rows.append(age(desk, int(seals.observed_at[row]), now))
    return Facts(name, label(desk, "电子关锁", "Electronic seal"), tuple(rows))
