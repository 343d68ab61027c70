"""Whatever the records and the order in which they come, the history holds them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_sources.history import chunks, day_file
from data_sources.history.entries import packed, unpacked
from data_sources.history.store import History
from data_sources.history.values import Axis, GapRow, KeyframeRow, WarningStep
from tests.history.saying import KIND_OF, all_rows, recorded, rows
from tests.port.making import MORNING, container, declaration, move, seal_event
from twin.batch import RECEIVED_AT, Batch, batch_of
from twin.records import CraneTelemetry, Datum, DeclarationState, EntityKind, Kind, Position

DAY = 20260301
slow = settings(max_examples=5, deadline=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

texts = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=8)
names = st.sampled_from(["闽A00001", "闽A00002", "RTG-07", "x"]) | texts
instants = st.integers(MORNING - 3 * 3_600_000, MORNING + 3 * 3_600_000)
numbers = st.floats(allow_nan=False, allow_infinity=False, width=32) | st.floats(0, 360)


@st.composite
def positions(draw: st.DrawFn) -> Position:
    entity, at = draw(names), draw(instants)
    ids = st.just(f"gps:{entity}@{at}") | st.integers(0, 2**60).map(lambda n: f"P-{n}") | texts
    return Position(
        draw(ids), draw(st.sampled_from(["gps", "ais"])), at, entity, draw(st.sampled_from(EntityKind)),
        draw(st.floats(-180, 180)), draw(st.floats(-90, 90)), draw(st.sampled_from(Datum)), draw(numbers),
        draw(numbers), draw(numbers), draw(st.integers(-2**63, 2**63 - 1) | st.integers(0, 3)), draw(numbers))


@st.composite
def telemetry(draw: st.DrawFn) -> CraneTelemetry:
    return CraneTelemetry(draw(texts), "crane", draw(instants), draw(names), draw(numbers), draw(numbers),
                          draw(st.booleans()), draw(st.none() | texts))


discrete = st.one_of(
    st.builds(move, st.integers(0, 50), names, instants), st.builds(container, names, instants),
    st.builds(declaration, st.integers(0, 9), st.sampled_from(DeclarationState), instants),
    st.builds(seal_event, st.integers(0, 50), at=instants),
)


def pages(said: list[object], times: list[int]) -> list[Batch]:
    """Each record as a batch of its own, received when told."""
    return [batch_of(KIND_OF[type(record)], [record], at)  # type: ignore[index, list-item]
            for record, at in zip(said, times, strict=True)]


@given(st.lists(positions(), min_size=1, max_size=40), st.data())
@settings(max_examples=25, deadline=None)
def test_a_chunk_gives_back_what_was_put_into_it(several: list[Position], data: st.DataObject):
    batch = batch_of(Kind.POSITION, several, MORNING)
    batch = Batch(batch.kind, dict(batch.columns) | {
        RECEIVED_AT: np.array(data.draw(st.lists(instants, min_size=len(several), max_size=len(several))))})
    assert rows([chunks.decode_batch(chunks.encode(batch))]) == recorded([batch])
    worst = np.abs(chunks.as_recorded(batch)["lon"] - batch["lon"]).max()
    assert worst <= 0.5000001e-7


@given(st.lists(telemetry(), min_size=1, max_size=20))
@settings(max_examples=15, deadline=None)
def test_telemetry_too(several: list[CraneTelemetry]):
    batch = batch_of(Kind.CRANE_TELEMETRY, several, MORNING)
    assert rows([chunks.decode_batch(chunks.encode(batch))]) == recorded([batch])


@given(st.lists(positions() | discrete, min_size=1, max_size=12), st.data())
@slow
def test_any_order_of_arrival_and_repetition_is_known_the_same_now(said: list[object], data: st.DataObject):
    found = []
    for _ in range(2):
        repeated = [*said, *data.draw(st.lists(st.sampled_from(said), max_size=6))]
        order = data.draw(st.permutations(repeated))
        times = sorted(data.draw(st.lists(instants, min_size=len(order), max_size=len(order))))
        with tempfile.TemporaryDirectory() as folder, History.open(f"sqlite:///{folder}/h.db", "P") as history:
            cut = data.draw(st.integers(1, len(order)))
            for at in range(0, len(order), cut):
                history.write(pages(list(order[at:at + cut]), times[at:at + cut]))
            found.append(all_rows(history, Axis.OBSERVED, received=False))
    assert found[0] == found[1]


@given(st.lists(positions() | telemetry() | discrete, min_size=1, max_size=20), st.data())
@slow
def test_export_then_import_is_lossless(said: list[object], data: st.DataObject):
    times = sorted(data.draw(st.lists(st.integers(MORNING, MORNING + 600_000), min_size=len(said), max_size=len(said))))
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        with History.open(f"sqlite:///{folder / 'one.db'}", "P") as one, \
                History.open(f"sqlite:///{folder / 'two.db'}", "P") as two:
            one.write(pages(said, times))
            day_file.export_day(one, DAY, folder / "day.parquet")
            day_file.import_day(two, folder / "day.parquet")
            assert all_rows(two) == all_rows(one)
            assert two.days() == one.days()


@given(st.lists(positions() | telemetry() | discrete, max_size=20), st.binary(max_size=50), texts)
@settings(max_examples=15, deadline=None)
def test_what_is_set_aside_comes_back_as_it_was(said: list[object], blob: bytes, note: str):
    entries = [*pages(said, [MORNING] * len(said)), KeyframeRow(1, 1, 2, blob), GapRow(1, 2, note, (Kind.MOVE,)),
               WarningStep("W", "R01", note, 3, "raise", "rule", note, "{}")]
    again = unpacked(packed(entries))
    assert rows(e for e in again if isinstance(e, Batch)) == rows(e for e in entries if isinstance(e, Batch))
    assert again[len(said):] == entries[len(said):]
