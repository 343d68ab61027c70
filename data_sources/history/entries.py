"""What a recorder is given, and the same as bytes for the spool: batches, keyframes, steps of warnings, gaps."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import msgspec
import pyarrow as pa

from data_sources.history.errors import HistoryError
from data_sources.history.store import History
from data_sources.history.values import GapRow, KeyframeRow, WarningStep, Written
from twin.batch import RECEIVED_AT, Batch, column, fields_of
from twin.records import Kind

Entry = Batch | KeyframeRow | WarningStep | GapRow

_VALUES: dict[str, type[KeyframeRow | WarningStep | GapRow]] = {
    "keyframe": KeyframeRow, "warning": WarningStep, "gap": GapRow,
}
_NAMES = {made: name for name, made in _VALUES.items()}
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder().decode
_LEVEL = 1


def rows_of(entries: Sequence[Entry]) -> int:
    """How many rows these are."""
    return sum(len(entry) if isinstance(entry, Batch) else 1 for entry in entries)


def write(history: History, entries: Sequence[Entry]) -> Written:
    """Write entries of any kind; batches in one transaction and before what was made of them. Raises HistoryError."""
    batches = [entry for entry in entries if isinstance(entry, Batch)]
    written = history.write(batches) if batches else Written()
    steps = [entry for entry in entries if isinstance(entry, WarningStep)]
    if steps:
        history.write_warnings(steps)
    for entry in entries:
        if isinstance(entry, KeyframeRow):
            history.write_keyframe(entry)
        elif isinstance(entry, GapRow):
            history.write_gap(entry)
    return written


def packed(entries: Sequence[Entry]) -> bytes:
    """Entries as bytes: MessagePack, compressed with zstd, the plain length before it."""
    plain = _encode([_plain(entry) for entry in entries])
    return len(plain).to_bytes(4, "little") + bytes(pa.Codec("zstd", _LEVEL).compress(plain, asbytes=True))


def unpacked(body: bytes) -> list[Entry]:
    """The entries in bytes made by `packed`. Raises HistoryError if they are not whole."""
    try:
        size = int.from_bytes(body[:4], "little")
        plain = pa.decompress(body[4:], decompressed_size=size, codec="zstd", asbytes=True)
        return [_entry(*pair) for pair in _decode(plain)]
    except (pa.ArrowException, msgspec.MsgspecError, OSError, ValueError, KeyError, TypeError) as error:
        raise HistoryError(f"What was set aside for the history cannot be read: {error}.") from error


def _plain(entry: Entry) -> tuple[str, Any]:
    if isinstance(entry, Batch):
        return str(entry.kind), {name: values.tolist() for name, values in entry.columns.items()}
    return _NAMES[type(entry)], {f.name: getattr(entry, f.name) for f in dataclasses.fields(entry)}


def _entry(name: str, values: dict[str, Any]) -> Entry:
    made = _VALUES.get(name)
    if made is GapRow:
        return GapRow(values["from_at"], values["until_at"], values["why"], tuple(map(Kind, values["kinds"])))
    if made is not None:
        return made(**values)
    kind = Kind(name)
    columns = {}
    for field in fields_of(kind):
        several = values[field.name]
        if field.dtype == object and any(isinstance(value, list) for value in several):
            several = [tuple(value) if isinstance(value, list) else value for value in several]
        columns[field.name] = column(field.dtype, several)
    return Batch(kind, columns | {RECEIVED_AT: column(fields_of(kind)[2].dtype, values[RECEIVED_AT])})
