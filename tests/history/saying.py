"""Batches for the tests of the history: short to write, like those that feeds make."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from data_sources.history.bodies import SAMPLED
from data_sources.history.chunks import as_recorded
from data_sources.history.store import History
from data_sources.history.values import Axis
from tests.port.making import MORNING, a_bit_of_everything, position
from twin.batch import RECEIVED_AT, Batch, batch_of, fields_of
from twin.records import RECORD_CLASSES, Kind, Position, Record

KIND_OF = {cls: kind for kind, cls in RECORD_CLASSES.items()}
SECOND = 1_000
MINUTE = 60_000
FOREVER = 2**60


def batches(records: Iterable[object], received_at: int) -> list[Batch]:
    """Records as one page of a feed: a batch a kind, in the order of kinds."""
    kinds: dict[Kind, list[Record]] = {}
    for record in records:
        kinds.setdefault(KIND_OF[type(record)], []).append(record)  # type: ignore[index, arg-type]
    return [batch_of(kind, kinds[kind], received_at) for kind in Kind if kind in kinds]


def everything(received_at: int = MORNING + SECOND) -> list[Batch]:
    return batches(a_bit_of_everything(), received_at)


def fixes(seconds: Iterable[int], trucks: Sequence[str] = ("闽A00001", "闽A00002"),
          late_ms: int = SECOND) -> list[Batch]:
    """A fix of each truck at each second after morning, received a second later."""
    made = []
    for second in seconds:
        at = MORNING + second * SECOND
        several: list[Position] = [
            position(number, truck, at, id=f"gps:{truck}@{at}", lon=119.29 + second * 1e-5 + number * 1e-4)
            for number, truck in enumerate(trucks)
        ]
        made.append(batch_of(Kind.POSITION, several, at + late_ms))
    return made


Row = tuple[object, ...]


def rows(given: Iterable[Batch], *, received: bool = True) -> list[tuple[Kind, Row]]:
    """Batches as plain rows (kind, values in the order of fields, receipt time), in their order."""
    found = []
    for batch in given:
        names = [field.name for field in fields_of(batch.kind)] + ([RECEIVED_AT] if received else [])
        columns = [[_plain(value) for value in batch[name].tolist()] for name in names]
        found += [(batch.kind, row) for row in zip(*columns, strict=True)]
    return found


def _plain(value: object) -> object:
    """Codes as text, no number as None: what compares equal and prints alike."""
    if isinstance(value, str):
        return str(value)
    return None if value != value else value


def recorded(given: Iterable[Batch], *, received: bool = True) -> list[tuple[Kind, Row]]:
    """The rows that history is to give back for these."""
    return rows((as_recorded(batch) if batch.kind in SAMPLED else batch for batch in given), received=received)


def all_rows(history: History, by: Axis = Axis.RECEIVED, *, received: bool = True) -> list[tuple[Kind, Row]]:
    return rows(history.batches(0, FOREVER, by=by), received=received)
