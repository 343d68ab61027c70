"""R04 stock-mismatch 账实不符: the terminal's stock, the manifest and what really stands there do not agree."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from data_sources.simulated_port.container_numbers import NumberMint
from data_sources.simulated_port.incidents.kind import Act, IncidentKind, Parameter, Parameters, ValueKind
from data_sources.simulated_port.incidents.told import container_record, inventory_record
from twin.port_layout import parse_slot
from twin.records import DeclarationMode, Manifest, Trade

if TYPE_CHECKING:
    from data_sources.simulated_port.incidents.stage import Staging
    from data_sources.simulated_port.world import Box

_CASES = ("other_slot", "no_manifest", "never_landed", "weight", "empty_full")


def _act(staging: Staging, parameters: Parameters) -> Act:
    case = str(parameters["case"])
    if case == "never_landed":
        _never_landed(staging)
        return

    def fits(box: Box) -> bool:
        return box.full and box.flow == "import" and box.trade == Trade.FOREIGN and not box.seal

    if case == "no_manifest":
        yield from _no_manifest(staging)
        return
    box = yield from staging.container(parameters, fits, "a full import container without seal")
    if box is None:
        return
    at = staging.at_box(box)
    if case == "other_slot":
        slot = parse_slot(box.place_ref)
        step = 2 if slot.bay > 2 else -2
        wrong = str(replace(slot, bay=slot.bay - step, tier=1))
        staging.begin("container", box.number, at, f"箱 {box.number} 实在 {box.place_ref}，码头台账记为 {wrong}")
        staging.world.emit(inventory_record(staging.world, box, place_ref=wrong))
    elif case == "weight":
        told = round(box.gross_kg * (1.0 + float(parameters["share"])))
        staging.begin("container", box.number, at, f"箱 {box.number} 台账重量 {told} kg，舱单 {box.declared_kg:.0f} kg")
        staging.world.emit(container_record(staging.world, box, gross_kg=float(told)))
    else:
        staging.begin("container", box.number, at, f"箱 {box.number} 舱单为重箱，台账记为空箱")
        staging.world.emit(container_record(staging.world, box, full=False))


def _no_manifest(staging: Staging) -> Act:
    """有货无单: a container is brought into the yard of which no manifest line ever spoke."""
    box = staging.operations.new_box("export", Trade.FOREIGN)
    staging.stage.clearance.keep_unannounced(box)
    staging.operations.delivery(box, staging.world.now_ms)
    landed = staging.stage.clearance.landing(box)
    yield landed
    staging.begin("container", box.number, staging.at_box(box), f"箱 {box.number} 在场但无舱单（有货无单）")


def _never_landed(staging: Staging) -> None:
    """有单无货: a manifest line names a container that nobody ever lands."""
    world = staging.world
    number = NumberMint(staging.stream).draw(("FCIU",), 1)[0]
    calls = [c for c in world.calls.values() if c.trade == Trade.FOREIGN and c.state == "alongside"]
    call = staging.pick(calls)
    berth = world.index.berths.get(call.berth or "") if call else None
    at = (0.0, 0.0) if berth is None else ((berth.start[0] + berth.end[0]) / 2, (berth.start[1] + berth.end[1]) / 2)
    world.emit(
        Manifest(
            id=world.new_id("MAN"), source="manifest", observed_at=world.now_ms,
            manifest=f"MF{call.id if call else 'ROAD'}", line=9_001, bill=f"NL{number}", call=call.id if call else "",
            container=number, mode=DeclarationMode.IMPORT, goods="机电产品", packages=120, gross_kg=18_400.0,
        )
    )
    staging.begin("container", number, at, f"舱单列有箱 {number}，船离港仍未卸下（有单无货）")


KIND = IncidentKind(
    rule="R04",
    name_zh="账实不符",
    name_en="stock mismatch",
    summary="What the terminal's stock says of a container differs from its manifest or from where it stands.",
    subject="container",
    parameters=(
        Parameter(
            "case", ValueKind.CHOICE,
            "stock names another slot; no manifest; manifest but never landed; weight; full told as empty",
            "other_slot", choices=_CASES,
        ),
        Parameter("container", ValueKind.CONTAINER, "the container, a full import one in the yard"),
        Parameter("share", ValueKind.NUMBER, "case weight: by which share it differs", 0.25, -0.9, 2.0),
    ),
    act=_act,
)
