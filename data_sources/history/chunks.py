"""Chunks: many fixes of one series as bytes. Delta-coded integer columns in an Arrow stream, compressed with zstd.

Rows are kept in the order in which they arrived, as steps of entity numbers; every other column is grouped by entity,
so that what changes little stands together, and holds the differences from row to row; where each entity begins stands
apart from how it goes on. Times of receipt are told as how long after the device time they were. Numbers are kept to a
resolution finer than any device measures (`RESOLUTION`): positions to 1e-7 degrees, about a centimetre. A column that
this would not keep (not finite, beyond the range) is stored as it is. Ids made of entity and time, as feeds make them,
cost nothing.

Arrow columnar format: https://arrow.apache.org/docs/format/Columnar.html; zstd: RFC 8878.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data_sources.history.errors import HistoryError
from twin.batch import RECEIVED_AT, Batch, Column, column, fields_of
from twin.records import SUBJECT_FIELD, Kind

Columns = dict[str, Column]

RESOLUTION: dict[str, float] = {
    "lon": 1e7, "lat": 1e7,  # degrees: 1.1 cm
    "height_m": 1e2, "accuracy_m": 1e2, "trolley_m": 1e2, "hoist_m": 1e2,  # centimetres
    "speed_mps": 1e2, "course_deg": 1e2,
}
"""Steps to a unit in which a measured number is kept."""

_KINDS = frozenset(map(str, Kind))
_LEVEL = 9
_MOST = float(2**53)
_COUNTED = re.compile(r"^(.*?)([0-9]{1,18})\Z", re.DOTALL | re.ASCII)
_NUMBERED = re.compile(r"^(.*?)(0|[1-9][0-9]{0,17})\Z", re.DOTALL)
_INTEGERS = (np.int8, np.int16, np.int32, np.int64)


class ChunkError(HistoryError):
    """The bytes of a chunk cannot be read."""


class _Note(msgspec.Struct):
    """How a column is coded. `how`: step (differences, in units of 1/scale), number (differences), lag (differences of
    what is more than the device time; far: that as it is), text (places in `texts`, -1 for None), same, truth, plain;
    for ids: made (prefix, entity, "@", time), counted (prefix, number). `firsts`: the type of the first values of each
    entity, which stand apart as differences; empty where they stand among the others."""

    name: str
    how: str
    scale: float = 1.0
    texts: list[str] = []
    firsts: str = ""


class _Notes(msgspec.Struct):
    """What stands beside the columns of a chunk. `stem`, `digits`: of entities that are all named by a number after the
    same stem, in so many digits; `entities` are then empty and `numbers` the differences of these numbers. `stepwise`:
    whether the places of entities are differences."""

    kind: str
    rows: int
    entities: list[str]
    columns: list[_Note]
    stem: str = ""
    digits: int = 0
    numbers: list[int] = []
    stepwise: bool = False

    def names(self) -> list[str]:
        """The names of the entities."""
        return [f"{self.stem}{number:0{self.digits}d}" for number in accumulate(self.numbers)] or self.entities


_encode_notes = msgspec.json.Encoder().encode
_decode_notes = msgspec.json.Decoder(_Notes).decode


def as_recorded(batch: Batch) -> Batch:
    """A batch as history will give it back: measured numbers rounded to their resolution."""
    columns = dict(batch.columns)
    for name, scale in RESOLUTION.items():
        if name in columns and _steps(columns[name], scale) is not None:
            columns[name] = np.rint(columns[name] * scale) / scale
    return Batch(batch.kind, columns)


def encode(batch: Batch) -> bytes:
    """The rows of a batch of positions or telemetry as bytes."""
    subject = SUBJECT_FIELD[batch.kind]
    numbers: dict[str, int] = {}
    names = batch[subject].tolist()
    codes = np.fromiter((numbers.setdefault(name, len(numbers)) for name in names), dtype=np.int64, count=len(names))
    small = _narrow(codes)
    order = np.argsort(small, kind="stable")  # a radix sort, as there are seldom many entities
    notes: list[_Note] = []
    arrays = {"": _arrow(_differences(codes))}
    firsts: dict[str, bytes] = {"notes": b""}
    begins = np.append(True, np.diff(codes[order]) != 0)
    for field in (*(f.name for f in fields_of(batch.kind)), RECEIVED_AT):
        if field == subject:
            continue
        values = batch[field][order]
        if field == "id":
            note, array = _ids(batch, order)
        elif field == RECEIVED_AT:
            note, array = _coded(field, values - batch["observed_at"][order])
            note.how = {"number": "lag"}.get(note.how, "far")
        else:
            note, array = _coded(field, values)
        if isinstance(array, np.ndarray) and note.how in ("step", "number"):
            note, array, firsts[field] = _apart(note, array, begins)
        notes.append(note)
        if array is not None:
            arrays[field] = array if isinstance(array, pa.Array) else _arrow(array)
    about = _named(_Notes(batch.kind, len(batch), list(numbers), notes, stepwise=True))
    schema = pa.schema([pa.field(name, array.type, nullable=False) for name, array in arrays.items()],
                       firsts | {"notes": _encode_notes(about)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_batch(pa.record_batch(list(arrays.values()), schema=schema))
    plain = sink.getvalue()
    packed = pa.Codec("zstd", _LEVEL).compress(plain, asbytes=True)
    return len(plain).to_bytes(4, "little") + bytes(packed)


def decode(
    body: bytes, only: Collection[str] | None = None, received: tuple[int, int] | None = None,
) -> Columns:
    """The columns of a chunk in order of arrival, those named in `only` or all; of rows received in (after, until], ms
    UTC, where that is given. Arrays (N,). Raises ChunkError.
    """
    notes, table = _opened(body, None if only is None or "id" in only else {*only, RECEIVED_AT})
    kind = Kind(notes.kind)
    subject = SUBJECT_FIELD[kind]
    try:
        codes = _codes(notes, table)
        order = np.argsort(codes, kind="stable")
        table["begins"] = _begins(codes[order])
        take = np.empty_like(order)
        take[order] = np.arange(len(order))
        if received is not None:
            at = _values(next(note for note in notes.columns if note.name == RECEIVED_AT), table)[take]
            take = take[(at > received[0]) & (at <= received[1])]
        return _columns(notes, table, codes[order], take, subject, only)
    except (ValueError, IndexError, KeyError, TypeError, OverflowError) as error:
        raise ChunkError(f"a chunk is damaged: {error}") from error


def decode_batch(body: bytes, received: tuple[int, int] | None = None) -> Batch:
    """A chunk as a batch, in order of arrival; of rows received in (after, until], ms UTC, where that is given. Raises
    ChunkError.
    """
    columns = decode(body, None, received)
    kind = Kind.POSITION if SUBJECT_FIELD[Kind.POSITION] in columns else Kind.CRANE_TELEMETRY
    for field in fields_of(kind):
        if field.name not in columns:  # a field that came later
            filler = {"f": np.nan, "i": 0, "b": False}.get(field.dtype.kind, None if field.optional else "")
            columns[field.name] = column(field.dtype, [filler] * len(columns[RECEIVED_AT]))
    return Batch(kind, {name: columns[name] for name in (*(f.name for f in fields_of(kind)), RECEIVED_AT)})


@dataclass(frozen=True, slots=True, eq=False)
class Grouped:
    """Columns of a chunk as they are kept: entity by entity, each in order of arrival. `codes` (N,), ascending, are
    places in `entities`. A text that is the same in all rows stands in its column once."""

    entities: list[str]
    codes: NDArray[Any]
    columns: Columns


def grouped(body: bytes, only: Collection[str]) -> Grouped:
    """Some measured columns of a chunk, entity by entity: cheaper than `decode`. Raises ChunkError."""
    notes, table = _opened(body, only)
    try:
        codes = np.sort(_codes(notes, table), kind="stable")
        table["begins"] = _begins(codes)
        columns = {note.name: np.array(note.texts[:1], dtype=object) if note.how == "same" else _values(note, table)
                   for note in notes.columns if note.name in only}
        return Grouped(notes.names(), codes, columns)
    except (ValueError, IndexError, KeyError, TypeError, OverflowError) as error:
        raise ChunkError(f"a chunk is damaged: {error}") from error


def _opened(body: bytes, only: Collection[str] | None = None) -> tuple[_Notes, dict[str, NDArray[Any]]]:
    """What stands beside the columns, and the columns as they are coded: those in `only` or all."""
    try:
        size = int.from_bytes(body[:4], "little")
        plain = pa.decompress(body[4:], decompressed_size=size, codec="zstd")
        batch = pa.ipc.open_stream(plain).read_next_batch()
        notes = _decode_notes(batch.schema.metadata[b"notes"])
        if batch.num_rows != notes.rows or notes.kind not in _KINDS:
            raise ChunkError("a chunk is damaged: it does not hold what it says")
        found: dict[str, NDArray[Any]] = {}
        for place, name in enumerate(batch.schema.names):
            if only is None or not name or name in only or name == "observed_at":
                found[name or "codes"] = _numpy(batch.column(place))
        for note in notes.columns:
            if note.firsts and note.name in found:
                found[f"first {note.name}"] = np.frombuffer(
                    batch.schema.metadata[note.name.encode()], dtype=np.dtype(note.firsts))
            if note.name == "observed_at":
                found["observed"] = np.array([note], dtype=object)
    except ChunkError:
        raise
    except (pa.ArrowException, msgspec.MsgspecError, OSError, ValueError, KeyError, TypeError, EOFError,
            StopIteration) as error:
        raise ChunkError(f"a chunk is damaged: {str(error).partition(chr(10))[0]}") from error
    return notes, found


def _columns(notes: _Notes, table: Mapping[str, NDArray[Any]], codes: NDArray[Any], take: NDArray[np.intp],
             subject: str, only: Collection[str] | None) -> Columns:
    """Columns at rows `take`. `codes`: places of the entities of all rows, grouped by entity."""
    names = np.array(notes.names(), dtype=object)
    found: Columns = {}
    if only is None or subject in only:
        found[subject] = names[codes[take]]
    wanted = [note for note in notes.columns if only is None or note.name in only]
    observed = next((note for note in notes.columns if note.name == "observed_at"), None)
    for note in wanted:
        if note.how == "made" and observed is not None:
            at = found.get("observed_at")
            if at is None:
                at = _values(observed, table)[take]
            found[note.name] = _made(names[codes[take]], at, _texts_at(note, table, take))
        elif note.how == "same":
            found[note.name] = column(np.dtype(np.object_), note.texts[:1] * len(take) or [None] * len(take))
        else:
            found[note.name] = _values(note, table)[take]
    return found


def _values(note: _Note, table: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    """A column as it was before it was coded, grouped by entity."""
    stored = table[note.name]
    if note.how == "step":
        return np.asarray(_summed(note, table) / note.scale)
    if note.how == "number":
        return _summed(note, table)
    if note.how in ("lag", "far"):
        lag = np.cumsum(stored, dtype=np.int64) if note.how == "lag" else stored
        return np.asarray(_values(table["observed"][0], table) + lag)
    if note.how == "truth":
        return stored.astype(np.bool_)
    if note.how == "text":
        return np.asarray(np.array([*note.texts, None], dtype=object)[stored])
    if note.how == "counted":
        counts = np.cumsum(stored, dtype=np.int64).astype(str).astype(object)
        return np.asarray(note.texts[0] + counts)
    return stored


def _codes(notes: _Notes, table: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    """The number of the entity of each row, in order of arrival, in the smallest type that holds it."""
    return _narrow(np.cumsum(table["codes"], dtype=np.int64)) if notes.stepwise else table["codes"]


def _begins(codes: NDArray[Any]) -> NDArray[np.bool_]:
    """Which rows, grouped by entity, are the first of theirs."""
    return np.append(True, np.diff(codes) != 0)[: len(codes)]


def _apart(
    note: _Note, differences: NDArray[Any], begins: NDArray[np.bool_],
) -> tuple[_Note, NDArray[Any], bytes]:
    """Differences with zeros where an entity begins, and apart from them the differences of the first values."""
    firsts = _differences(np.cumsum(differences, dtype=np.int64)[begins])
    within = differences.astype(np.int64)
    within[begins] = 0
    note.firsts = firsts.dtype.str
    return note, _narrow(within), firsts.tobytes()


def _summed(note: _Note, table: Mapping[str, NDArray[Any]]) -> NDArray[np.int64]:
    """A column from its differences, grouped by entity."""
    sums = np.cumsum(table[note.name], dtype=np.int64)
    if not note.firsts:
        return sums
    begins = table["begins"]
    firsts = np.cumsum(table[f"first {note.name}"], dtype=np.int64)
    return np.asarray(sums + (firsts - sums[begins])[np.cumsum(begins) - 1])


def _named(notes: _Notes) -> _Notes:
    """Notes with entities as numbers after a stem, if they are all named so."""
    found = [_COUNTED.match(name) for name in notes.entities]
    if found and all(found) and len({(match[1], len(match[2])) for match in found if match}) == 1:
        first = found[0]
        numbers = [int(match[2]) for match in found if match]
        notes.entities, notes.numbers = [], [numbers[0], *(b - a for a, b in pairwise(numbers))]
        notes.stem, notes.digits = (first[1], len(first[2])) if first is not None else ("", 0)
    return notes


def _coded(name: str, values: Column) -> tuple[_Note, NDArray[Any] | pa.Array | None]:
    """One column, grouped by entity, as differences or places in a list of texts. None: the note says it all."""
    if values.dtype == np.object_:
        first = values[0]
        if (values == first).all():
            return _Note(name, "same", texts=[] if first is None else [str(first)]), None
        texts: dict[str, int] = {}
        plain = [None if value is None else str(value) for value in values.tolist()]
        places = [-1 if value is None else texts.setdefault(value, len(texts)) for value in plain]
        return _Note(name, "text", texts=list(texts)), _narrow(np.array(places, dtype=np.int64))
    if values.dtype == np.bool_:
        return _Note(name, "truth"), values.astype(np.int8)
    if values.dtype == np.int64:
        if len(values) and int(values.max()) - int(values.min()) >= 2**62:
            return _Note(name, "plain"), values
        return _Note(name, "number"), _differences(values)
    scale = RESOLUTION.get(name)
    steps = None if scale is None else _steps(values, scale)
    if scale is None or steps is None:
        return _Note(name, "plain"), values
    return _Note(name, "step", scale), _differences(steps)


def _steps(values: Column, scale: float) -> NDArray[np.int64] | None:
    """Measured numbers in whole steps; None if they cannot be told so."""
    scaled = np.rint(values * scale)
    if not np.isfinite(scaled).all() or (np.abs(scaled) > _MOST).any():
        return None
    return scaled.astype(np.int64)


def _ids(batch: Batch, order: NDArray[np.intp]) -> tuple[_Note, NDArray[Any] | pa.Array | None]:
    """The column of ids, grouped by entity."""
    given, names, at = batch["id"][order], batch[SUBJECT_FIELD[batch.kind]][order], batch["observed_at"][order]
    prefix = given[0].removesuffix(f"{names[0]}@{at[0]}")
    if (_made(names, at, np.array([prefix], dtype=object)) == given).all():
        return _Note("id", "made", texts=[prefix]), None
    ids: list[str] = given.tolist()
    tails = [f"{entity}@{at}" for entity, at in
             zip(names.tolist(), at.tolist(), strict=True)]
    if all(map(str.endswith, ids, tails)):
        prefixes: dict[str, int] = {}
        places = [prefixes.setdefault(text[:len(text) - len(tail)], len(prefixes))
                  for text, tail in zip(ids, tails, strict=True)]
        stored = _narrow(np.array(places, dtype=np.int64)) if len(prefixes) > 1 else None
        return _Note("id", "made", texts=list(prefixes)), stored
    found = [_NUMBERED.match(text) for text in ids]
    if all(found) and len({match[1] for match in found if match}) == 1:
        counts = np.array([int(match[2]) for match in found if match], dtype=np.int64)
        return _Note("id", "counted", texts=[next(match[1] for match in found if match)]), _differences(counts)
    return _Note("id", "plain"), pa.array(ids, type=pa.string())


def _texts_at(note: _Note, table: Mapping[str, NDArray[Any]], take: NDArray[np.intp]) -> Column:
    """The prefix of each made id at rows; one prefix alone stands for all."""
    texts = np.array(note.texts or [""], dtype=object)
    stored = table.get(note.name)
    return texts[:1] if stored is None else np.asarray(texts[stored[take]])


def _made(names: Column, observed_at: Column, prefixes: Column) -> Column:
    """Ids from prefix, entity and device time."""
    instants, places = np.unique(observed_at, return_inverse=True)
    tails = np.array([f"@{at}" for at in instants.tolist()], dtype=object)
    return np.asarray(prefixes + names + tails[places], dtype=object)


def _arrow(values: NDArray[Any]) -> pa.Array:
    """A view of numbers; `pa.array` would load pandas where that is installed."""
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values),
                                 [None, pa.py_buffer(np.ascontiguousarray(values))])


def _numpy(array: pa.Array) -> NDArray[Any]:
    """A view of an Arrow column of numbers, or its texts as objects."""
    if pa.types.is_string(array.type):
        return np.array(array.to_pylist(), dtype=object)
    kind = np.dtype(array.type.to_pandas_dtype())
    return np.frombuffer(array.buffers()[1], dtype=kind, count=len(array), offset=array.offset * kind.itemsize)


def _differences(values: NDArray[np.int64]) -> NDArray[Any]:
    return _narrow(np.diff(values, prepend=np.int64(0)))


def _narrow(values: NDArray[np.int64]) -> NDArray[Any]:
    """The same integers in the smallest type that holds them."""
    low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    for kind in _INTEGERS:
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            return values.astype(kind)
    return values
