"""R05 identity-mismatch 车货不符: what a gate reads differs from the order, or a plate is in two places at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from data_sources.simulated_port.incidents.kind import Act, IncidentKind, Parameter, Parameters, ValueKind
from twin.records import Direction, GateDecision, GatePassage, PlaceKind, VehicleKind

if TYPE_CHECKING:
    from data_sources.simulated_port.incidents.stage import Staging

_CASES = ("plate", "container", "invalid_number", "cloned")


def _act(staging: Staging, parameters: Parameters) -> Act:
    case = str(parameters["case"])
    if case == "cloned":
        yield from _cloned(staging, parameters)
        return
    gate = parameters.get("gate")
    done: list[GatePassage] = []  # what was true of the chosen truck, read anew if it is held

    def misread(passage: GatePassage) -> GatePassage:
        if passage.direction is not Direction.IN or len(passage.containers) != 1 or passage.seals:
            return passage
        if gate not in (None, passage.gate) or (not done and staging.of_another(passage)):
            return passage
        if done and (passage.plate, passage.direction) != (done[0].plate, done[0].direction):
            return passage
        done.append(passage)
        staging.stage.taken.add(passage.plate)
        if case == "plate":
            return replace(passage, plate=_other_plate(passage.plate))
        true_number = passage.containers[0]
        number = _other_number(staging, true_number) if case == "container" else _broken(true_number)
        return replace(passage, containers=(number, *passage.containers[1:]))

    staging.operations.gate_reading(misread)
    read = yield from staging.record(GatePassage, lambda p: bool(done) and p.id == done[-1].id)
    if read is None:
        staging.give_up(str(gate or ""), "no truck with a container passed in time")
        return
    true = done[-1]
    order, seen = f"{true.plate}/{true.containers[0]}", f"{read.plate}/{read.containers[0]}"
    note = f"卡口 {true.gate} 指令为 {order}，识读为 {seen}"
    related = (*true.containers, read.plate, *read.containers)
    staging.begin("vehicle", true.plate, staging.at_passage(true), note, related, true.observed_at)


def _cloned(staging: Staging, parameters: Parameters) -> Act:
    """A truck inside the port passes, by its plate, another gate at the same time."""
    plate = yield from staging.vehicle(
        {}, lambda v: v.kind is VehicleKind.ROAD_TRUCK and v.inside, "a road truck inside the port"
    )
    if plate is None:
        return
    x, y = staging.at_vehicle(plate)
    lanes = [
        (gate, lane) for gate in staging.world.layout.gates for lane in gate.lanes
        if lane.direction == "in" and parameters.get("gate") in (None, gate.id)
    ]
    gate, lane = max(lanes, key=lambda gl: (gl[1].stop[0] - x) ** 2 + (gl[1].stop[1] - y) ** 2)
    world = staging.world
    note = f"车牌 {plate} 在港内行驶，同时在卡口 {gate.id} 被识读（套牌）"
    staging.begin("vehicle", plate, lane.stop, note)
    world.emit(
        GatePassage(
            id=world.new_id("GPX"), source="gate", observed_at=world.now_ms, gate=gate.id, lane=lane.id,
            direction=Direction.IN, plate=plate, plate_confidence=0.98, containers=(), container_confidence=1.0,
            seals=(),
            weight_kg=15_200.0, pictures=(f"GPX-{plate}-1",), order=None, decision=GateDecision.HOLD,
        )
    )


def _other_plate(plate: str) -> str:
    """The plate with its last character read wrongly."""
    return plate[:-1] + ("3" if plate[-1] != "3" else "8")


def _other_number(staging: Staging, number: str) -> str:
    """The number of another, released container of the port that weighs the same."""
    boxes = staging.world.boxes
    kg = boxes[number].declared_kg
    near = [
        (abs(b.declared_kg - kg), n) for n, b in boxes.items()
        if n != number and b.place_kind is PlaceKind.SLOT and b.released and b.full and b.trade == boxes[number].trade
    ]
    return min(near, default=(0.0, number))[1]


def _broken(number: str) -> str:
    """The number with a check digit that does not fit (ISO 6346)."""
    return number[:-1] + str((int(number[-1]) + 5) % 10)


KIND = IncidentKind(
    rule="R05",
    name_zh="车货不符",
    name_en="identity mismatch",
    summary="A gate reads another plate or container number than its order names, or a plate that is elsewhere.",
    subject="vehicle",
    parameters=(
        Parameter("case", ValueKind.CHOICE, "what is wrong", "plate", choices=_CASES),
        Parameter("gate", ValueKind.GATE, "the gate"),
    ),
    act=_act,
)
