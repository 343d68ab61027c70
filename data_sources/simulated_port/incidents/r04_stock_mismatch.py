"""R04 stock-mismatch 账实不符: the terminal's stock, the manifest and what really stands there do not agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data_sources.simulated_port.container_numbers import NumberMint
from data_sources.simulated_port.incidents.kind import Act, IncidentKind, Parameter, Parameters, ValueKind
from data_sources.simulated_port.incidents.told import container_record, inventory_record
from twin.records import CallState, DeclarationMode, Direction, GatePassage, Manifest, Trade, VesselCall

if TYPE_CHECKING:
    from data_sources.simulated_port.incidents.stage import Staging
    from data_sources.simulated_port.world import Box

_CASES = ("other_slot", "no_manifest", "never_landed", "weight", "empty_full")
_LONGEST_CALL_S = 24 * 3_600.0


def _act(staging: Staging, parameters: Parameters) -> Act:
    case = str(parameters["case"])
    if case == "never_landed":
        yield from _never_landed(staging)
        return
    if case == "no_manifest":
        yield from _no_manifest(staging)
        return
    sealed = case == "other_slot"  # so that somebody can tell where it is

    def fits(box: Box) -> bool:
        return (
            box.full and box.flow == "import" and box.trade == Trade.FOREIGN and (box.seal is not None) is sealed
            and not box.held and not box.dangerous_class
        )

    wanted = "a full import container with a seal" if sealed else "a full import container without seal"
    box = yield from staging.container(parameters, fits, wanted)
    if box is None:
        return
    at = staging.at_box(box)
    if case == "other_slot":
        wrong = staging.operations.reserve_elsewhere(box)
        if wrong is None:
            staging.give_up(box.number, "no other block has a free slot")
            return
        box.mission = "incident"  # nobody comes for it: it is not where it is looked for
        staging.begin("container", box.number, at, f"箱 {box.number} 实在 {box.place_ref}，码头台账记为 {wrong}",
                      related=(box.seal or "",))
        staging.world.emit(inventory_record(staging.world, box, place_ref=wrong))
        return
    box.mission = "incident"  # it stays until the difference is cleared up
    if case == "weight":
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
    plate = staging.operations.delivery(box, staging.world.now_ms)
    staging.stage.taken |= {box.number, plate}
    passage = yield from staging.record(
        GatePassage, lambda p: box.number in p.containers and p.direction is Direction.IN
    )
    if passage is None:
        staging.give_up(box.number, "the truck did not reach a gate in time")
        return
    staging.begin(
        "container", box.number, staging.at_passage(passage), f"箱 {box.number} 进场但无舱单（有货无单）",
        related=(plate,), from_ms=passage.observed_at,
    )


def _never_landed(staging: Staging) -> Act:
    """有单无货: a manifest line names a container that is not landed when its vessel sails."""
    world = staging.world
    number = NumberMint(staging.stream).draw(("FCIU",), 1)[0]
    calls = [c for c in world.calls.values() if c.trade == Trade.FOREIGN and c.state == "alongside"]
    call = min(calls, key=lambda c: (c.departure_at, c.id), default=None)
    if call is None:
        staging.give_up(number, "no foreign vessel is alongside")
        return
    berth = world.index.berths.get(call.berth or "")
    at = (0.0, 0.0) if berth is None else ((berth.start[0] + berth.end[0]) / 2, (berth.start[1] + berth.end[1]) / 2)
    world.emit(
        Manifest(
            id=world.new_id("MAN"), source="manifest", observed_at=world.now_ms, manifest=f"MF{call.id}", line=9_001,
            bill=f"NL{number}", call=call.id, container=number, mode=DeclarationMode.IMPORT, goods="机电产品",
            packages=120, gross_kg=18_400.0,
        )
    )
    sailed = yield from staging.record(
        VesselCall, lambda c: c.call == call.id and c.state is CallState.DEPARTED, limit_s=_LONGEST_CALL_S
    )
    if sailed is None:
        staging.give_up(number, f"{call.vessel} did not sail in time")
        return
    staging.begin(
        "container", number, at, f"舱单列有箱 {number}，船 {call.vessel} 离港仍未卸下（有单无货）", related=(call.id,),
        from_ms=sailed.observed_at,
    )


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
        Parameter("container", ValueKind.CONTAINER, "a full import container; sealed in case other_slot"),
        Parameter("share", ValueKind.NUMBER, "case weight: by which share it differs", 0.25, -0.9, 2.0),
    ),
    act=_act,
)
