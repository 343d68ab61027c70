"""R06 weight-anomaly 重量异常: the weighbridge finds a truck far from what its container was declared to weigh."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from data_sources.simulated_port.incidents.kind import Act, IncidentKind, Parameter, Parameters, ValueKind
from twin.records import GatePassage

if TYPE_CHECKING:
    from data_sources.simulated_port.incidents.stage import Staging


def _act(staging: Staging, parameters: Parameters) -> Act:
    gate, excess_kg = parameters.get("gate"), float(parameters["excess_kg"])
    empty = parameters["load"] == "empty"
    done: list[GatePassage] = []  # what was true of the chosen truck, read anew if it is held

    def weigh(passage: GatePassage) -> GatePassage:
        boxes = [staging.world.boxes.get(n) for n in passage.containers]
        fits = len(boxes) == 1 and boxes[0] is not None and boxes[0].full is not empty and boxes[0].trade != "domestic"
        if not fits or gate not in (None, passage.gate) or (not done and staging.of_another(passage)):
            return passage
        if done and (passage.plate, passage.direction) != (done[0].plate, done[0].direction):
            return passage
        done.append(passage)
        staging.stage.taken.add(passage.plate)
        return replace(passage, weight_kg=max(0.0, passage.weight_kg + excess_kg))

    staging.operations.gate_reading(weigh)
    read = yield from staging.record(GatePassage, lambda p: bool(done) and p.id == done[-1].id)
    if read is None:
        staging.give_up(str(gate or ""), "no fitting truck passed a weighbridge in time")
        return
    number = read.containers[0]
    at = staging.at_passage(read)
    note = f"箱 {number} 过磅 {read.weight_kg:.0f} kg，比实际应有重量差 {excess_kg:+.0f} kg"
    staging.begin("container", number, at, note, related=(read.plate,), from_ms=read.observed_at)


KIND = IncidentKind(
    rule="R06",
    name_zh="重量异常",
    name_en="weight anomaly",
    summary="The next fitting truck weighs much more (or less) than its container was declared to.",
    subject="container",
    parameters=(
        Parameter("load", ValueKind.CHOICE, "a full container or an empty one", "full", choices=("full", "empty")),
        Parameter("gate", ValueKind.GATE, "the gate whose weighbridge it is"),
        Parameter("excess_kg", ValueKind.NUMBER, "kilograms more than there should be", 6_500.0, -25_000.0, 25_000.0),
    ),
    act=_act,
)
