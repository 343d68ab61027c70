"""R11 dangerous-goods-place 危险品错放: dangerous goods are put into a block not licensed for their class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data_sources.simulated_port.incidents.kind import Act, IncidentKind, Parameter, Parameters, ValueKind
from twin.port_layout import BlockKind
from twin.records import Move, MoveEvent

if TYPE_CHECKING:
    from data_sources.simulated_port.incidents.stage import Staging
    from data_sources.simulated_port.world import Box

_KINDS = (BlockKind.RTG, BlockKind.AUTOMATED)


def _act(staging: Staging, parameters: Parameters) -> Act:
    def fits(box: Box) -> bool:
        return box.dangerous_class is not None and not box.held and not box.seal

    box = yield from staging.container(parameters, fits, "a container with dangerous goods")
    if box is None:
        return
    blocks = [
        b.id for b in staging.world.layout.blocks
        if b.kind in _KINDS and b.trade != "domestic" and box.dangerous_class not in b.dangerous_classes
    ]
    block = parameters.get("block") or staging.pick(blocks)
    number = box.number
    if block is None:
        staging.give_up(number, "every block is licensed for the class")
        return
    drop = staging.stage.record(Move, lambda m: m.container == number and m.event is MoveEvent.DROP)
    staging.operations.restow(box, str(block))
    move = yield drop
    note = f"{box.dangerous_class} 类危险品箱 {number} 放入无资质箱区 {block}（{move.to_ref}）"
    staging.begin("container", number, staging.at_box(box), note, from_ms=move.observed_at)


KIND = IncidentKind(
    rule="R11",
    name_zh="危险品错放",
    name_en="dangerous goods misplaced",
    summary="The terminal moves a container with dangerous goods into a block that is not licensed for its class.",
    subject="container",
    parameters=(
        Parameter("container", ValueKind.CONTAINER, "the container with dangerous goods"),
        Parameter("block", ValueKind.BLOCK, "the block to which it is moved"),
    ),
    act=_act,
)
