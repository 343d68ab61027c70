"""A day out and in as one file that others can read."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from data_sources.history import day_file
from data_sources.history.errors import HistoryError
from data_sources.history.store import History
from data_sources.history.values import GapRow, KeyframeRow, WarningStep
from tests.history.saying import FOREVER, MINUTE, SECOND, all_rows, batches, everything, fixes
from tests.port.making import MORNING, move
from twin.records import Kind

DAY = 20260301
MIDNIGHT = MORNING + 16 * 60 * MINUTE


@pytest.fixture
def busy(history: History) -> History:
    """A day with something of everything, and the beginning of the next."""
    history.write(everything() + fixes(range(0, 200, 2)))
    history.write(batches([move(7, at=MORNING)], MIDNIGHT + SECOND))
    for frame in (KeyframeRow(MORNING, MORNING, 1, b"base"), KeyframeRow(MORNING + MINUTE, MORNING, 1, b"step"),
                  KeyframeRow(MORNING + 2 * MINUTE, MORNING + MINUTE, 1, b"step on a step")):
        history.write_keyframe(frame)
    history.write_warnings([WarningStep("W-1", "R01", "MSKU1234565", MORNING, "raise", "rule", "注", "{}")])
    history.write_gap(GapRow(MORNING + MINUTE, MORNING + 2 * MINUTE, "given up", (Kind.POSITION,)))
    return history


def test_a_day_exported_and_imported_is_the_same(busy: History, tmp_path: Path):
    info = day_file.export_day(busy, DAY, tmp_path / "day.parquet")
    assert info.rows["position"] == 202 and info.rows["keyframe"] == 3
    with History.open(f"sqlite:///{tmp_path / 'other.db'}", busy.code) as other:
        done = day_file.import_day(other, tmp_path / "day.parquet")
        assert (done.records, done.fixes, done.repeated) == (10, 202, 0)
        assert all_rows(other) == [row for row in all_rows(busy) if row[1][-1] < MIDNIGHT]
        assert other.warnings(0, FOREVER) == busy.warnings(0, FOREVER)
        assert other.gap_rows(0, FOREVER) == busy.gap_rows(0, FOREVER)
        assert other.keyframes_before(FOREVER) == busy.keyframes_before(FOREVER)
        assert len(other.keyframes_before(FOREVER)) == 3
        again = day_file.import_day(other, tmp_path / "day.parquet")
        assert (again.records, again.fixes, again.repeated) == (0, 0, 212)
        assert other.days()[0].fixes == 202


def test_pandas_polars_and_duckdb_read_it(busy: History, tmp_path: Path):
    file = tmp_path / "day.parquet"
    day_file.export_day(busy, DAY, file)
    frame = pd.read_parquet(file)
    assert (frame["kind"] == "position").sum() == 202
    assert str(frame["observed_at"].dtype) == "datetime64[ms, UTC]"
    columns = pl.scan_parquet(file).filter(pl.col("kind") == "declaration").select("containers").collect()
    assert columns["containers"].to_list()[0] == ["MSKU1234565", "TGHU7654321"]
    query = f"SELECT entity, count(*) FROM '{file}' WHERE kind = 'position' GROUP BY entity ORDER BY entity"
    assert duckdb.sql(query).fetchall()[0][0] == "闽A00001"


def test_a_day_that_is_not_there(history: History, tmp_path: Path):
    with pytest.raises(HistoryError, match=r"has nothing of 2026-03-01: it is empty\.$"):
        day_file.export_day(history, DAY, tmp_path / "day.parquet")
    history.write(everything())
    with pytest.raises(HistoryError, match=r"has nothing of 2025-03-01: it holds 2026-03-01\.$"):
        day_file.export_day(history, 20250301, tmp_path / "day.parquet")
    history.write(batches([move(7, at=MORNING)], MIDNIGHT + SECOND))
    with pytest.raises(HistoryError, match=r"it holds 2026-03-01 to 2026-03-02\.$"):
        day_file.export_day(history, 20250301, tmp_path / "day.parquet")
    assert list(tmp_path.glob("day*")) == []


def test_a_damaged_file_is_refused_whole(busy: History, tmp_path: Path):
    file = tmp_path / "day.parquet"
    day_file.export_day(busy, DAY, file)
    whole = file.read_bytes()
    with History.open(f"sqlite:///{tmp_path / 'other.db'}", busy.code) as other:
        for at in (len(whole) // 5, len(whole) // 3, len(whole) - 30):
            file.write_bytes(whole[:at] + bytes(b ^ 0xFF for b in whole[at:at + 20]) + whole[at + 20:])
            with pytest.raises(HistoryError, match=r"damaged or no day file|does not hold the rows"):
                day_file.import_day(other, file)
        file.write_bytes(whole[:-100])
        with pytest.raises(HistoryError, match="damaged or no day file"):
            day_file.import_day(other, file)
        assert other.days() == ()


def test_files_of_others_are_refused(busy: History, tmp_path: Path):
    file = tmp_path / "day.parquet"
    day_file.export_day(busy, DAY, file)
    with History.open(f"sqlite:///{tmp_path / 'other.db'}", "OTHER") as other, \
            pytest.raises(HistoryError, match="the history of"):
        day_file.import_day(other, file)
    table = pq.read_table(file)
    note = {"version": day_file.VERSION + 1, "port": busy.code, "day": "2026-03-01", "rows": {}}
    pq.write_table(table.replace_schema_metadata({"jiangyin.history": json.dumps(note)}), file)
    with pytest.raises(HistoryError, match="was made by a newer version of this program"):
        day_file.import_day(busy, file)
    pq.write_table(table.replace_schema_metadata(None), file)
    with pytest.raises(HistoryError, match="no day of a history"):
        day_file.import_day(busy, file)
    with pytest.raises(HistoryError, match=r"^There is no file"):
        day_file.import_day(busy, tmp_path / "nowhere.parquet")
