"""A day as one file: Parquet, one table with a column `kind`, so that pandas, polars and DuckDB read it as it is.

    SELECT * FROM '2026-03-01.parquet' WHERE kind = 'move'

A row has values in the columns of its kind and nulls in all others. Beside records there are rows of the kinds
keyframe, warning_step and gap. Times are timestamps in UTC. Rows of a kind stand together, in order of arrival, in row
groups of their own, so that a reader skips what it does not want. The day is the day of receipt in China; the keyframe
the day begins with comes along. https://parquet.apache.org/docs/file-format/
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data_sources.history import days, entries
from data_sources.history.errors import HistoryError
from data_sources.history.store import History
from data_sources.history.values import GapRow, KeyframeRow, WarningStep, Written
from data_sources.history.writer import joined
from twin.batch import RECEIVED_AT, Batch, column, fields_of
from twin.records import Kind

VERSION = 1
"""Of the file's layout."""

_NOTE = b"jiangyin.history"
_GROUP_ROWS = 250_000
_READ_ROWS = 100_000
_KEYFRAME, _WARNING, _GAP = "keyframe", "warning_step", "gap"
_TIMES = pa.timestamp("ms", tz="UTC")
_VALUES: dict[str, type[KeyframeRow | WarningStep | GapRow]] = {_KEYFRAME: KeyframeRow, _WARNING: WarningStep,
                                                                _GAP: GapRow}


@dataclasses.dataclass(frozen=True, slots=True)
class DayFileInfo:
    """What a day file says of itself."""

    port: str
    day: int
    rows: dict[str, int]  # by kind


def export_day(history: History, day: int, file: Path) -> DayFileInfo:
    """Write a day to a file, whole or not at all.

    Raises:
        HistoryError: if nothing of the day is on record, or the file cannot be written.
    """
    start, end = days.span_of(day)
    known = history.days()
    kinds = [kind for kind in Kind for info in known if info.day == day and kind in info.records]
    if not kinds:
        span = " to ".join(days.text_of(info.day) for info in (known[0], known[-1])[:len(known)]) if known else ""
        there = f"it holds {span}" if known else "it is empty"
        raise HistoryError(f"The history at {history.where} has nothing of {days.text_of(day)}: {there}.")
    partial = file.with_name(file.name + ".part")
    counts: Counter[str] = Counter()
    try:
        with pq.ParquetWriter(partial, _SCHEMA, compression="zstd", write_page_checksum=True) as writer:
            for table in _tables(history, start, end, kinds):
                counts[table.column("kind")[0].as_py()] += table.num_rows
                writer.write_table(table, row_group_size=table.num_rows)
            info = DayFileInfo(history.code, day, dict(counts))
            note = {"version": VERSION, "port": info.port, "day": days.text_of(day), "rows": info.rows}
            writer.add_key_value_metadata({_NOTE: json.dumps(note, ensure_ascii=False)})
        with partial.open("rb+") as written:
            os.fsync(written.fileno())
        partial.replace(file)
    except OSError as error:
        raise HistoryError(f"The day file {str(file)!r} cannot be written: {error.strerror or error}.") from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
    return info


def import_day(history: History, file: Path) -> Written:
    """Add a day file to a history; what is there already is counted and left out. The file is read through and checked
    before anything is written, and a second try after an interruption completes the first.

    Raises:
        HistoryError: if the file is no day file, damaged, of a newer version or of another port.
    """
    info, parquet = _opened(file)
    if info.port != history.code:
        raise HistoryError(f"The day file {str(file)!r} is of port {info.port!r}, the history of {history.code!r}.")
    with _readable(file):
        counts = Counter(kind for table in _groups(parquet) for kind in table.column("kind").to_pylist())
    if dict(counts) != info.rows:
        raise HistoryError(f"The day file {str(file)!r} is damaged: it does not hold the rows it says.")
    done = Written()
    for table in _groups(parquet):
        for kind in table.column("kind").unique().to_pylist():
            done += entries.write(history, _entries(kind, table.filter(pa.compute.equal(table.column("kind"), kind))))
    return done


def describe(file: Path) -> DayFileInfo:
    """What a day file says of itself. Raises HistoryError."""
    return _opened(file)[0]


def _opened(file: Path) -> tuple[DayFileInfo, pq.ParquetFile]:
    if not file.exists():
        raise HistoryError(f"There is no file {str(file)!r}.")
    with _readable(file):
        parquet = pq.ParquetFile(file, page_checksum_verification=True)
        said = (parquet.schema_arrow.metadata or {}).get(_NOTE) or (parquet.metadata.metadata or {}).get(_NOTE)
    if said is None:
        raise HistoryError(f"{str(file)!r} is a Parquet file, but no day of a history.")
    note = json.loads(said)
    if note["version"] > VERSION:
        raise HistoryError(f"The day file {str(file)!r} was made by a newer version of this program; nothing was taken "
                           "from it.")
    return DayFileInfo(note["port"], days.parsed(note["day"]), dict(note["rows"])), parquet


@contextlib.contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = str(error).partition("\n")[0].partition(". ")[0].rstrip(". ")
        raise HistoryError(f"The day file {str(file)!r} is damaged or no day file: {reason}.") from error


def _groups(parquet: pq.ParquetFile) -> Iterator[pa.Table]:
    for number in range(parquet.num_row_groups):
        for batch in parquet.iter_batches(_READ_ROWS, row_groups=[number]):
            yield pa.Table.from_batches([batch])


def _tables(history: History, start: int, end: int, kinds: Collection[Kind]) -> Iterator[pa.Table]:
    """The day as tables of one kind each, in the order of kinds."""
    for kind in kinds:
        found: list[Batch] = []
        for batch in history.batches(start - 1, end - 1, [kind]):
            found.append(batch)
            if sum(map(len, found)) >= _GROUP_ROWS:
                yield _table(joined(found))
                found = []
        if found:
            yield _table(joined(found))
    frames = history.keyframes_before(start)
    values: dict[str, Sequence[Any]] = {
        _WARNING: history.warnings(start - 1, end - 1),
        _GAP: [gap for gap in history.gap_rows(start, end) if start <= gap.from_at < end],
    }
    for kind_name, several in values.items():
        if several:
            yield _value_table(kind_name, several)
    for frame in frames:
        yield _value_table(_KEYFRAME, [frame])
    for at in history.keyframe_times(start, end - 1):
        found_frame = history.keyframe_at(at)
        if found_frame is not None:
            yield _value_table(_KEYFRAME, [found_frame])


def _table(batch: Batch) -> pa.Table:
    columns: dict[str, pa.Array] = {"kind": _same(str(batch.kind), len(batch))}
    for name, values in batch.columns.items():
        kind = _SCHEMA.field(name).type
        if kind == _TIMES:
            columns[name] = pa.Array.from_buffers(kind, len(batch), [None, pa.py_buffer(np.ascontiguousarray(values))])
        elif values.dtype == np.float64:
            columns[name] = pa.array([None if value != value else value for value in values.tolist()], type=kind)
        else:
            columns[name] = pa.array(values.tolist(), type=kind)
    return _filled(columns, len(batch))


def _value_table(kind: str, several: Sequence[Any]) -> pa.Table:
    columns: dict[str, pa.Array] = {"kind": _same(kind, len(several))}
    for field in dataclasses.fields(_VALUES[kind]):
        name = _COLUMN_OF.get((kind, field.name), field.name)
        values = [getattr(value, field.name) for value in several]
        columns[name] = pa.array(list(map(list, values)) if name == "kinds" else values, type=_SCHEMA.field(name).type)
    return _filled(columns, len(several))


def _filled(columns: dict[str, pa.Array], count: int) -> pa.Table:
    arrays = [columns[f.name] if f.name in columns else pa.nulls(count, f.type) for f in _SCHEMA]
    return pa.table(arrays, schema=_SCHEMA)


def _same(text: str, count: int) -> pa.Array:
    return pa.array([text], type=pa.string()).take(pa.array(np.zeros(count, dtype=np.int64).tolist(), type=pa.int64()))


def _entries(kind: str, table: pa.Table) -> list[entries.Entry]:
    """The rows of one kind as what a history takes."""
    if kind in _VALUES:
        names = [field.name for field in dataclasses.fields(_VALUES[kind])]
        lists = [_listed(table, _COLUMN_OF.get((kind, name), name)) for name in names]
        made: list[entries.Entry] = []
        for row in zip(*lists, strict=True):
            said = dict(zip(names, row, strict=True))
            if kind == _GAP:
                said["kinds"] = tuple(map(Kind, said["kinds"]))
            made.append(_VALUES[kind](**said))
        return made
    record_kind = Kind(kind)
    columns = {}
    for field in fields_of(record_kind):
        values = _listed(table, field.name)
        if field.dtype == np.object_ and any(isinstance(value, list) for value in values):
            values = [tuple(value) if isinstance(value, list) else value for value in values]
        columns[field.name] = column(field.dtype, values)
    columns[RECEIVED_AT] = column(np.dtype(np.int64), _listed(table, RECEIVED_AT))
    return [Batch(record_kind, columns)]


def _listed(table: pa.Table, name: str) -> list[Any]:
    values = table.column(name)
    found: list[Any] = (values.cast(pa.int64()) if values.type == _TIMES else values).to_pylist()
    return found


def _type_of(name: str, dtype: np.dtype[Any], annotation: Any) -> pa.DataType:
    if dtype == np.int64:
        return _TIMES if name.endswith(("_at", "_from", "_to")) or name == "since" else pa.int64()
    if dtype == np.float64:
        return pa.float64()
    if dtype == np.bool_:
        return pa.bool_()
    return pa.list_(pa.string()) if "tuple" in str(annotation) else pa.string()


_COLUMN_OF = {(_KEYFRAME, "at"): "keyframe_at", (_WARNING, "id"): "warning", (_WARNING, "at"): "warning_at"}
"""Columns of what is no record, where the name is another kind's."""


def _make_schema() -> pa.Schema:
    types: dict[str, pa.DataType] = {"kind": pa.string(), RECEIVED_AT: _TIMES}
    for kind in Kind:
        for field in fields_of(kind):
            made = _type_of(field.name, field.dtype, field.annotation)
            if types.setdefault(field.name, made) != made:
                raise TypeError(f"{kind}.{field.name} is {made} here and {types[field.name]} elsewhere")
    types |= {"keyframe_at": _TIMES, "base_at": _TIMES, "version": pa.int64(), "blob": pa.binary(),
              "warning_at": _TIMES, "rule": pa.string(), "step": pa.string(), "by": pa.string(), "detail": pa.string(),
              "from_at": _TIMES, "until_at": _TIMES, "why": pa.string(), "kinds": pa.list_(pa.string())}
    return pa.schema([pa.field(name, kind) for name, kind in types.items()])


_SCHEMA = _make_schema()
