"""The record log: everything once and in order by cursor, nothing lost unsaid, a snapshot that equals the log."""

from __future__ import annotations

import threading
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_sources.simulated_port.record_log import ALL_KINDS, CursorAheadError, CursorExpiredError, Extract, RecordLog
from tests.port.making import (
    MORNING,
    a_bit_of_everything,
    container,
    declaration,
    move,
    position,
    position_columns,
    seal_event,
)
from twin.batch import Batch, fields_of
from twin.records import SUBJECT_FIELD, DeclarationState, Inventory, Kind, PlaceKind, Record, SealEventKind

MAKERS = {
    Kind.POSITION: lambda n, at: position(n, truck=f"T{n % 3}", at=at),
    Kind.MOVE: lambda n, at: move(n, container=f"BOX{n % 4}", at=at),
    Kind.SEAL_EVENT: lambda n, at: seal_event(n, at=at),
}
APPENDS = st.lists(  # groups of (kind, how late) as they are appended
    st.lists(st.tuples(st.sampled_from(list(MAKERS)), st.integers(-5, 5)), min_size=1, max_size=8), max_size=20
)


def made(groups: list[list[tuple[Kind, int]]]) -> list[list[Record]]:
    number, found = 0, []
    for group in groups:
        records = []
        for kind, late in group:
            number += 1
            records.append(MAKERS[kind](number, MORNING + 10 * number + 20 * late))
        found.append(records)
    return found


def logged(groups: Iterable[list[Record]], **rows: int) -> RecordLog:
    log = RecordLog({Kind(kind): kept for kind, kept in rows.items()})
    for group in groups:
        log.append(group)
    return log


def records_in(extract: Extract) -> list[Record]:
    found = []
    for kind, columns in extract.batches:
        batch = Batch(kind, columns | {"received_at": np.zeros(len(columns["id"]), dtype=np.int64)})
        found += [batch.record(row) for row in range(len(batch))]
    return found


def number(record: Record) -> int:
    return int(record.id.split("-")[1])


@given(APPENDS, st.lists(st.integers(1, 7), min_size=1, max_size=5))
@settings(deadline=None)
def test_reading_on_by_cursor_in_pages_of_any_size_yields_every_record_once_and_in_order(groups, pages):
    said = made(groups)
    log = logged(said)
    cursor, got, turn, more = None, [], 0, True
    while more:
        limit = pages[turn % len(pages)]
        page = log.read(after=cursor, limit=limit)
        assert len(page) <= limit
        assert page.more == (page.last < log.last)
        # within a page rows are grouped by kind; the log's order is that of their numbers
        got += sorted(records_in(page), key=number)
        cursor, more, turn = page.last, page.more, turn + 1
    assert got == [record for group in said for record in group]
    assert cursor == log.last


@given(APPENDS, st.sets(st.sampled_from(list(MAKERS))), st.integers(1, 5))
@settings(deadline=None)
def test_a_reader_of_some_kinds_gets_exactly_those(groups, kinds, limit):
    said = made(groups)
    log = logged(said)
    page = log.read(kinds, limit=limit)
    got = records_in(page)
    while page.more:
        page = log.read(kinds, page.last, limit)
        got += records_in(page)
    names = {kind: MAKERS[kind](0, 0).__class__ for kind in kinds}
    assert sorted(got, key=number) == [r for group in said for r in group if type(r) in names.values()]


@given(APPENDS, st.integers(1, 12), st.integers(1, 12), st.data())
@settings(deadline=None)
def test_a_cursor_whose_records_were_overwritten_says_so_and_any_other_still_reads_everything(
    groups, positions, moves, data
):
    said = made(groups)
    log = logged(said, position=positions, move=moves)
    everything = [record for group in said for record in group]
    lost = {type(position(0)): positions, type(move(0)): moves}
    earliest = 0
    for cls, kept in lost.items():
        numbers = [number(r) for r in everything if type(r) is cls]
        earliest = max([earliest, *numbers[:-kept]])
    after = data.draw(st.integers(0, log.last), label="after")
    if after < earliest:
        with pytest.raises(CursorExpiredError) as caught:
            log.read(after=after, limit=1000)
        assert caught.value.earliest == earliest
    else:
        page = log.read(after=after, limit=1000)
        assert sorted(records_in(page), key=number) == everything[after:]
    assert log.earliest() == earliest
    assert sorted(records_in(log.read(limit=1000)), key=number) == everything[earliest:]


@given(APPENDS, st.integers(1, 6))
@settings(deadline=None)
def test_the_snapshot_is_the_latest_record_of_each_subject_even_of_those_the_ring_gave_up(groups, kept):
    said = made(groups)
    log = logged(said, position=kept, move=kept, seal_event=kept)
    latest: dict[tuple[type, str], Record] = {}
    for record in (record for group in said for record in group):
        kind = next(kind for kind, make in MAKERS.items() if type(make(0, 0)) is type(record))
        key = (type(record), getattr(record, SUBJECT_FIELD[kind]))
        if key not in latest or record.observed_at >= latest[key].observed_at:
            latest[key] = record
    snapshot = log.snapshot()
    assert sorted(records_in(snapshot), key=number) == sorted(latest.values(), key=number)
    assert snapshot.last == log.last
    for _, columns in snapshot.batches:
        numbers = [int(text.split("-")[1]) for text in columns["id"]]
        assert numbers == sorted(numbers)


def test_what_is_read_is_what_was_said_nulls_tuples_and_codes_included():
    said = a_bit_of_everything()
    log = RecordLog()
    log.append(said)
    got = {record.id: record for record in records_in(log.read())}
    assert got == {record.id: record for record in said}
    order = [kind for kind, _ in log.read().batches]
    assert order == sorted(order, key=list(Kind).index)


def test_a_flood_of_positions_pushes_no_seal_event_out():
    log = RecordLog({Kind.POSITION: 50})
    log.append([seal_event(1)])
    log.append_columns(Kind.POSITION, position_columns(1000))
    assert [r.id for r in records_in(log.read([Kind.SEAL_EVENT]))] == ["S-1"]
    with pytest.raises(CursorExpiredError):
        log.read(after=0)


def test_a_chunk_larger_than_the_ring_leaves_its_last_rows():
    log = RecordLog({Kind.POSITION: 30})
    log.append_columns(Kind.POSITION, position_columns(7))
    log.append_columns(Kind.POSITION, position_columns(100, first=7))
    assert log.earliest() == 77
    assert log.read().batches[0][1]["id"].tolist() == [f"P-{n}" for n in range(77, 107)]


def test_a_filtered_reader_that_finds_nothing_still_moves_on():
    log = RecordLog({Kind.POSITION: 10})
    log.append([move(1)])
    cursor = log.read([Kind.MOVE]).last
    for first in range(0, 100, 10):
        log.append_columns(Kind.POSITION, position_columns(10, first))
        page = log.read([Kind.MOVE], cursor)
        assert (len(page), page.more) == (0, False)
        cursor = page.last
    assert cursor == log.last == 101


def test_a_cursor_from_the_future_is_refused():
    log = logged([[move(1)]])
    with pytest.raises(CursorAheadError):
        log.read(after=2)


def test_a_late_fix_does_not_move_a_truck_back_in_the_snapshot():
    log = logged([[position(1, at=MORNING + 5000)], [position(2, at=MORNING)]])
    assert [r.id for r in records_in(log.snapshot())] == ["P-1"]
    assert [r.id for r in records_in(log.read())] == ["P-1", "P-2"]


def test_a_heartbeat_does_not_hide_in_the_snapshot_that_a_seal_is_locked():
    lock, beat, cut, later = (
        seal_event(number, event, MORNING + number) for number, event in ((5, SealEventKind.LOCKED),
        (10, SealEventKind.HEARTBEAT), (15, SealEventKind.CUT), (20, SealEventKind.HEARTBEAT))
    )
    log = logged([[lock], [beat]])
    assert {r.id for r in records_in(log.snapshot())} == {"S-5", "S-10"}
    log.append([cut, later])
    assert {r.id for r in records_in(log.snapshot())} == {"S-15", "S-20"}


def test_answers_belong_to_their_reader():
    log = logged([[container("MSKU1234565")]])
    log.snapshot().batches[0][1]["owner"][0] = "somebody else"
    log.read().batches[0][1]["owner"][0] = "somebody else"
    assert [c["owner"][0] for extract in (log.read(), log.snapshot()) for _, c in extract.batches] == ["COSCO", "COSCO"]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda c: c.pop("lat"), "column lat is missing"),
        (lambda c: c.update(lat=c["lat"][:2]), "columns differ in length"),
        (lambda c: c.update(lat=np.array([25.4, np.nan, 25.4])), "column lat holds a number that is not finite"),
        (lambda c: c.update(datum=np.array(["WGS-84", "Mars", "WGS-84"], dtype=object)), "'Mars'"),
        (lambda c: c.update(lat=c["lat"].reshape(3, 1)), "2 dimensions"),
    ],
)
def test_columns_that_are_no_positions_are_refused_whole(spoil, told):
    columns = position_columns(3)
    spoil(columns)
    log = RecordLog()
    with pytest.raises(ValueError, match=told):
        log.append_columns(Kind.POSITION, columns)
    assert log.last == 0


def test_many_writers_and_readers_at_once_lose_and_repeat_nothing():
    log = RecordLog()

    def write(base: int) -> None:
        for n in range(base, base + 200):
            log.append([move(n), seal_event(n)])

    writers = [threading.Thread(target=write, args=(base,)) for base in (0, 1000, 2000)]
    got: list[Record] = []

    def read() -> None:
        cursor = 0
        while len(got) < 1200:
            page = log.read(after=cursor, limit=37)
            got.extend(records_in(page))
            cursor = page.last

    reader = threading.Thread(target=read, daemon=True)
    for thread in [*writers, reader]:
        thread.start()
    for thread in [*writers, reader]:
        thread.join(60)
    assert len(got) == len({record.id for record in got}) == 1200


def test_every_kind_can_be_logged_and_read():
    assert set(ALL_KINDS) == set(Kind)
    log = RecordLog()
    for kind in Kind:
        empty = {f.name: np.zeros(2, dtype=f.dtype) for f in fields_of(kind)}
        for field in fields_of(kind):
            if field.dtype == np.object_:
                codes = [code.value for code in field.annotation] if hasattr(field.annotation, "__members__") else []
                empty[field.name] = np.array([codes[0], codes[-1]] if codes else ["a", "b"], dtype=object)
            if field.optional and field.dtype == np.object_:
                empty[field.name] = np.array([None, None], dtype=object)
        log.append_columns(kind, empty)
    assert [kind for kind, _ in log.read().batches] == list(Kind)
    assert log.last == 2 * len(Kind)


def inventory(box: str, present: bool, at: int) -> Inventory:
    return Inventory(f"INV-{box}-{at}", "tos", at, box, PlaceKind.SLOT, "C3-12-04-3", present, MORNING)


def test_a_container_that_left_days_ago_is_no_longer_in_the_snapshot_but_one_that_stands_for_weeks_is():
    log = RecordLog()
    days = 24 * 3_600_000
    log.append([
        container("MSKU1234565"), inventory("MSKU1234565", True, MORNING), move(1, "MSKU1234565"),
        container("TGHU7654321"), inventory("TGHU7654321", False, MORNING), move(2, "TGHU7654321"),
        declaration(7, DeclarationState.LODGED),  # of both
        position(1, "gone"), position(2, "here", at=MORNING + 3 * days),
        container("CSNU0000001"), inventory("CSNU0000001", False, MORNING + 2 * days),
    ])
    before = log.read()
    log.forget_departed(MORNING + 3 * days)
    left = {record.id for record in records_in(log.snapshot())}
    assert not [text for text in left if "TGHU7654321" in text or text in ("M-2", "P-1")]
    assert len(left) == 7
    assert records_in(log.read()) == records_in(before)
    log.append([container("TGHU7654321", at=MORNING + 4 * days), move(3, "MSKU1234565", at=MORNING + 4 * days)])
    again = {record.id for record in records_in(log.snapshot())}
    assert again - left == {f"C-TGHU7654321-{MORNING + 4 * days}", "M-3"}
    assert left - again == {"M-1"}
