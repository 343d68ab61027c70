"""Damage is found, said and mended; what cannot be read is kept apart, never thrown away."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from data_sources.history import checking, database, questions, schema
from data_sources.history.errors import HistoryError
from data_sources.history.store import History
from data_sources.history.values import KeyframeRow
from tests.history.saying import FOREVER, MINUTE, SECOND, all_rows, everything, fixes
from tests.port.making import MORNING
from twin.records import Kind

NOW = MORNING + 100 * MINUTE


@pytest.fixture
def busy(history: History) -> History:
    history.write(everything() + fixes(range(0, 200, 2)))
    history.write_keyframe(KeyframeRow(MORNING, MORNING, 1, b"base"))
    history.write_keyframe(KeyframeRow(MORNING + SECOND, MORNING, 1, b"step"))
    history.write_keyframe(KeyframeRow(MORNING + 2 * SECOND, MORNING + SECOND, 1, b"step on a step"))
    return history


def change(history: History, statement: sa.Executable) -> None:
    with database.writing(history.engine) as connection:
        connection.execute(statement)


def test_a_sound_history_is_sound(busy: History):
    report = checking.check(busy)
    assert report.sound
    assert (report.records, report.fixes, report.keyframes) == (10, 202, 3)


def test_an_empty_history_is_sound(history: History):
    assert checking.check(history).sound


@pytest.mark.parametrize("body", [b"", b"\x10\x00\x00\x00nonsense", b"\xff" * 500])
def test_a_chunk_that_cannot_be_read_is_set_aside_and_leaves_a_gap(busy: History, body: bytes):
    first = sa.select(sa.func.min(schema.chunk.c.minute)).scalar_subquery()
    change(busy, sa.update(schema.chunk).where(schema.chunk.c.minute == first).values(body=body))
    with pytest.raises(HistoryError, match="a chunk is damaged"):
        all_rows(busy)
    report = checking.check(busy)
    assert [fault.table for fault in report.faults] == ["chunk"]
    assert checking.repair(busy, NOW).faults[0] == report.faults[0]
    assert checking.check(busy).sound
    assert len([row for row in all_rows(busy) if row[0] is Kind.POSITION]) < 202
    gap, = busy.gap_rows(0, FOREVER)
    assert gap.why == checking.DAMAGED and gap.kinds == (Kind.POSITION,)
    with database.reading(busy.engine) as connection:
        assert bytes(connection.execute(sa.select(schema.damaged.c.body)).scalar_one()) == body


def test_a_record_that_cannot_be_read_is_set_aside_and_the_others_stay(busy: History):
    change(busy, sa.update(schema.record).where(schema.record.c.kind == 15).values(body='["M-1", "tos'))
    with pytest.raises(HistoryError, match="A move record in the history is damaged"):
        all_rows(busy)
    faults = checking.repair(busy, NOW).faults
    assert {fault.table for fault in faults} == {"record", "mention", "day_count"}
    assert checking.check(busy).sound
    assert len(all_rows(busy)) == 9 + 202
    with database.reading(busy.engine) as connection:
        kept = bytes(connection.execute(sa.select(schema.damaged.c.body)).scalar_one())
    assert b"M-1" in kept


def test_a_record_that_was_changed_afterwards_is_found(busy: History):
    c = schema.record.c
    change(busy, sa.update(schema.record).where(c.kind == 15).values(body=sa.func.replace(c.body, "RTG-07", "RTG-08")))
    assert checking.check(busy).faults[0].table == "record"


def test_what_follows_from_the_records_is_made_anew(busy: History):
    with database.reading(busy.engine) as connection:
        before = connection.scalar(sa.select(sa.func.count()).select_from(schema.mention))
    change(busy, sa.delete(schema.mention).where(schema.mention.c.kind == 15))
    change(busy, sa.update(schema.day_count).values(row_count=7))
    change(busy, sa.update(schema.chunk).values(row_count=7))
    change(busy, sa.delete(schema.keyframe).where(schema.keyframe.c.at == MORNING))
    assert {fault.table for fault in checking.check(busy).faults} == {"mention", "day_count", "chunk", "keyframe"}
    checking.repair(busy, NOW)
    assert checking.check(busy).sound
    with database.reading(busy.engine) as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.mention)) == before
    assert busy.days()[0].fixes == 202


def test_names_that_are_not_noted_are_found_and_noted(busy: History):
    change(busy, sa.delete(schema.name_month))
    assert questions.dossier(busy, "MSKU1234565") == ()
    assert {fault.table for fault in checking.check(busy).faults} == {"name_month"}
    assert not checking.repair(busy, NOW).sound
    assert checking.check(busy).sound
    assert questions.dossier(busy, "MSKU1234565") != ()


def test_pages_that_are_damaged_cost_only_what_stood_on_them(sqlite_url: str, tmp_path: Path):
    with History.open(sqlite_url, "CNFZJ") as history:
        for minute in range(12):
            history.write(fixes(range(minute * 60 + 1, minute * 60 + 61), trucks=[f"闽A{n:05d}" for n in range(20)]))
        history.write(everything())
        expected = len(all_rows(history))
    file = Path(str(database.url_of(sqlite_url).database))
    assert checking.page_faults(sqlite_url) == ()
    content = bytearray(file.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle:middle + 2 * 4096] = b"\xa5" * (2 * 4096)
    file.write_bytes(content)
    assert checking.page_faults(sqlite_url) != ()
    kept = checking.salvage(sqlite_url, NOW)
    assert kept.read_bytes() == bytes(content)
    assert checking.page_faults(sqlite_url) == ()
    with History.open(sqlite_url, "CNFZJ", create=False) as history:
        checking.repair(history, NOW)
        assert checking.check(history).sound
        found = len(all_rows(history))
        assert expected * 0.6 < found <= expected


def test_a_file_of_which_nothing_can_be_read_is_left_as_it_is(sqlite_url: str, tmp_path: Path):
    with History.open(sqlite_url, "CNFZJ") as history:
        history.write(everything())
    file = Path(str(database.url_of(sqlite_url).database))
    content = file.read_bytes()
    file.write_bytes(content[:100] + bytes(len(content) - 100))
    before = sorted(tmp_path.iterdir())
    with pytest.raises(HistoryError, match=r"^Nothing of .* can be read; it was left as it is\.$"):
        checking.salvage(sqlite_url, NOW)
    assert sorted(tmp_path.iterdir()) == before
    assert file.read_bytes()[:100] == content[:100]
