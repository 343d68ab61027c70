"""Keeps the records at which a rule failed: in the quarantine, where people look for what was refused."""

from __future__ import annotations

from collections.abc import Callable

from data_sources.quarantine import Quarantine, Reason, Rejection, shortened
from twin.batch import Batch
from twin.rules.base import RuleFault

FEED = "rules"
"""What the quarantine calls the source of these entries."""

_ROWS = 20


def keeper(quarantine: Quarantine) -> Callable[[RuleFault], None]:
    """What a twin calls with each rule that fails."""

    def keep(fault: RuleFault) -> None:
        for batch in fault.batches:
            quarantine.add(FEED, fault.status.since, _rejections(fault, batch))

    return keep


def _rejections(fault: RuleFault, batch: Batch) -> list[Rejection]:
    """The rows one by one, the rest of a large batch as one entry."""
    said = f"{fault.status.rule}: {shortened(fault.status.reason)}"
    kept = [
        Rejection(batch.kind.value, Reason.BROKE_RULE, fault.status.rule, said,
                  {name: shortened(str(values[row])) for name, values in batch.columns.items()})
        for row in range(min(len(batch), _ROWS))
    ]
    if len(batch) > _ROWS:
        kept.append(Rejection(batch.kind.value, Reason.BROKE_RULE, fault.status.rule, said, rows=len(batch) - _ROWS))
    return kept
