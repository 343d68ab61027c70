"""Finds or makes a held container: what incidents about inspections begin with."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import simpy

from data_sources.simulated_port.incidents.kind import Parameters
from twin.records import DeclarationState, Trade

if TYPE_CHECKING:
    from data_sources.simulated_port.incidents.stage import Staging
    from data_sources.simulated_port.world import Box

REASON = "布控查验：风险指令"


def held_container(staging: Staging, parameters: Parameters) -> Generator[simpy.Event, Any, Box | None]:
    """A container whose accepted declaration is held now, and which the ordinary course then leaves alone."""
    clearance = staging.stage.clearance

    def fits(box: Box) -> bool:
        filing = clearance.filing_of(box)
        return (
            box.full and box.flow == "import" and box.trade == Trade.FOREIGN and not box.seal
            and filing is not None and filing.state is DeclarationState.ACCEPTED
        )

    box = yield from staging.container(parameters, fits, "an import container whose declaration is accepted")
    if box is not None:
        clearance.hold(box, REASON)
        yield staging.wait(60.0)
    return box
