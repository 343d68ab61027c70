"""Answers of the port's API as batches: the one place that knows the JSON of the wire.

An answer is taken apart in three steps, each a short call into msgspec, so that the interpreter is never held for long:
the envelope, the columns of a batch as unread pieces, then each column as a typed list made from the record class. A
column that fails is read again value by value: only the rows with bad values are refused, each once, with field and
value. A batch whose columns differ in length is refused whole: which value belongs to which row can no longer be known,
and a guess would put one container's seal on another.
"""

from __future__ import annotations

import enum
import functools
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from data_sources import checks
from data_sources.quarantine import Reason, Rejection, shortened
from twin.batch import RECEIVED_AT, Batch, Column, Field, column, fields_of
from twin.records import Kind

DETAILED_ROWS = 200
"""Of the refused rows of a batch, so many are kept as a whole; of the others only the field and its value."""

_UNREADABLE = (msgspec.MsgspecError, UnicodeError, RecursionError, OverflowError)
_Int64 = typing.Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_PIECES = msgspec.json.Decoder(list[msgspec.Raw])


class WireError(Exception):
    """The answer as a whole is not what was agreed."""


class _RawBatch(msgspec.Struct, frozen=True):
    kind: str
    columns: dict[str, msgspec.Raw]


class _RawAnswer(msgspec.Struct, frozen=True):
    run: str
    cursor: str
    now: int
    batches: list[msgspec.Raw]
    more: bool = False
    earliest: str | None = None


_ANSWER = msgspec.json.Decoder(_RawAnswer)
_BATCH = msgspec.json.Decoder(_RawBatch)


@dataclass(frozen=True, slots=True)
class Decoded:
    """What was in the batches of an answer: good rows, refused rows, and what else is to be said about them."""

    batches: tuple[Batch, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    flagged: int = 0  # rows kept whose container number fails form or check digit
    without_fix: int = 0  # seal events kept that have no position
    ignored: Mapping[str, int] = field(default_factory=dict)  # rows by kind this program does not know
    remarks: tuple[str, ...] = ()  # unknown and missing columns, a sentence each


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a snapshot or a read."""

    run: str
    cursor: str
    now: int  # the source's clock, ms UTC
    more: bool
    earliest: str | None
    decoded: Decoded


def decode_answer(body: bytes, received_at: int) -> Answer:
    """Read the JSON of an answer.

    Args:
        body: the answer's bytes.
        received_at: our clock, ms UTC; a column of every batch.

    Raises:
        WireError: if the answer is not JSON or lacks what every answer has.
    """
    try:
        raw = _ANSWER.decode(body)
    except _UNREADABLE as error:
        raise WireError(str(error)) from error
    if not checks.YEAR_2000_MS <= raw.now <= checks.YEAR_2100_MS:
        raise WireError(f"`now` is {raw.now}, which is no instant of a port's life in milliseconds")
    decoded = merged(_decode_piece(piece, received_at, raw.now) for piece in raw.batches)
    return Answer(raw.run, raw.cursor, raw.now, raw.more, raw.earliest, decoded)


def merged(several: Iterable[Decoded]) -> Decoded:
    """Several parts as one, in their order."""
    parts = list(several)
    ignored: dict[str, int] = {}
    for part in parts:
        for kind, rows in part.ignored.items():
            ignored[kind] = ignored.get(kind, 0) + rows
    return Decoded(
        tuple(batch for part in parts for batch in part.batches),
        tuple(rejection for part in parts for rejection in part.rejections),
        sum(part.flagged for part in parts),
        sum(part.without_fix for part in parts),
        ignored,
        tuple(dict.fromkeys(remark for part in parts for remark in part.remarks)),
    )


def _decode_piece(piece: msgspec.Raw, received_at: int, now: int) -> Decoded:
    """One batch of an answer."""
    try:
        raw = _BATCH.decode(piece)
    except _UNREADABLE as error:
        beginning = shortened(bytes(piece)[:400].decode("utf-8", "replace"))
        return Decoded(rejections=(Rejection("batch", Reason.UNREADABLE, str(error), beginning),))
    try:
        kind = Kind(raw.kind)
    except ValueError:
        return Decoded(ignored={shortened(raw.kind): _row_count(raw.columns)})
    return _decode_batch(kind, raw.columns, received_at, now)


def _row_count(columns: Mapping[str, msgspec.Raw]) -> int:
    return max((_length(raw) or 0 for raw in columns.values()), default=0)


def _length(raw: msgspec.Raw) -> int | None:
    try:
        return len(_PIECES.decode(raw))
    except _UNREADABLE:
        return None


def _decode_batch(kind: Kind, raws: Mapping[str, msgspec.Raw], received_at: int, now: int) -> Decoded:
    fields = fields_of(kind)
    known = {f.name for f in fields}
    remarks = [f"{kind}: column {name} is not known and left out" for name in raws if name not in known]
    required = [f.name for f in fields if not f.optional and f.name not in raws]
    if required:
        whole = _whole(kind, raws, Reason.COLUMN_MISSING, ", ".join(required), "")
        return Decoded(rejections=whole, remarks=tuple(remarks))
    values: dict[str, Sequence[Any]] = {}
    bad: dict[int, tuple[str, Reason, str]] = {}
    for f in fields:
        if f.name not in raws:
            remarks.append(f"{kind}: column {f.name} is missing and taken as empty")
            continue
        try:
            values[f.name] = _typed(f).decode(raws[f.name])
        except _UNREADABLE:
            rescued = _rescued(f, raws[f.name], bad)
            if rescued is None:
                text = shortened(bytes(raws[f.name]).decode("utf-8", "replace"))
                return Decoded(rejections=_whole(kind, raws, Reason.UNREADABLE, f.name, text), remarks=tuple(remarks))
            values[f.name] = rescued
    lengths = {name: len(column_values) for name, column_values in values.items()}
    if len(set(lengths.values())) > 1:
        text = shortened(", ".join(f"{name} {length}" for name, length in lengths.items()))
        odd = _odd_ones(lengths)
        return Decoded(rejections=_whole(kind, raws, Reason.COLUMNS_UNEQUAL, odd, text), remarks=tuple(remarks))
    count = lengths["id"]
    arrays = {f.name: column(f.dtype, values.get(f.name) or [None] * count) for f in fields}
    return _checked(kind, arrays, raws, bad, tuple(remarks), received_at, now)


def _checked(kind: Kind, arrays: dict[str, Column], raws: Mapping[str, msgspec.Raw],
             bad: dict[int, tuple[str, Reason, str]], remarks: tuple[str, ...], received_at: int, now: int) -> Decoded:
    """The last step: values that cannot be true are refused, what is left becomes a batch."""
    for fault in checks.faults(kind, arrays, now):
        for row in np.flatnonzero(fault.rows).tolist():
            if row not in bad:
                bad[row] = (fault.field, fault.reason, shortened(arrays[fault.field][row:row + 1].tolist()[0]))
    rejections = _rejections(kind, bad, raws)
    if bad:
        keep = np.ones(len(arrays["id"]), dtype=np.bool_)
        keep[list(bad)] = False
        arrays = {name: values[keep] for name, values in arrays.items()}
    count = len(arrays["id"])
    if not count:
        return Decoded(rejections=rejections, remarks=remarks)
    lost = 0
    if kind is Kind.SEAL_EVENT:  # a cut seal without satellite reception is still a cut seal: keep it, without a place
        rows = checks.without_fix(arrays)
        lost = int(rows.sum())
        if lost:
            arrays["lon"][rows] = np.nan
            arrays["lat"][rows] = np.nan
    flagged = int(checks.wrong_numbers(kind, arrays).sum())
    arrays[RECEIVED_AT] = np.full(count, received_at, dtype=np.int64)
    return Decoded((Batch(kind, arrays),), rejections, flagged, lost, {}, remarks)


def _rejections(kind: Kind, bad: Mapping[int, tuple[str, Reason, str]],
                raws: Mapping[str, msgspec.Raw]) -> tuple[Rejection, ...]:
    if not bad:
        return ()
    pieces = {name: _PIECES.decode(raw) for name, raw in raws.items() if _length(raw) is not None}
    made = []
    for place, row in enumerate(sorted(bad)):
        name, reason, value = bad[row]
        detail = {} if place >= DETAILED_ROWS else {
            column_name: shortened(bytes(several[row]).decode("utf-8", "replace"))
            for column_name, several in pieces.items() if row < len(several)
        }
        made.append(Rejection(str(kind), reason, name, value, types.MappingProxyType(detail)))
    return tuple(made)


def _whole(kind: Kind, raws: Mapping[str, msgspec.Raw], reason: Reason, name: str, text: str) -> tuple[Rejection, ...]:
    rows = _row_count(raws)
    return (Rejection(str(kind), reason, name, text, rows=rows),) if rows else ()


def _odd_ones(lengths: Mapping[str, int]) -> str:
    """The columns whose length is not the most frequent one."""
    several = list(lengths.values())
    usual = max(set(several), key=several.count)
    return ", ".join(name for name, length in lengths.items() if length != usual)


def _rescued(f: Field, raw: msgspec.Raw, bad: dict[int, tuple[str, Reason, str]]) -> list[Any] | None:
    """A column value by value; rows that cannot be read go to `bad`. None if it is not a list at all."""
    try:
        pieces = _PIECES.decode(raw)
    except _UNREADABLE:
        return None
    decoder = _single(f)
    filler = {"f": np.nan, "i": 0, "b": False}.get(f.dtype.kind)
    values: list[Any] = []
    for row, piece in enumerate(pieces):
        try:
            values.append(decoder.decode(piece))
        except _UNREADABLE:
            values.append(filler)
            if row not in bad:
                text = bytes(piece).decode("utf-8", "replace")
                bad[row] = (f.name, _reason(f, text), shortened(text))
    return values


def _reason(f: Field, text: str) -> Reason:
    choices = (f.annotation, *typing.get_args(f.annotation))
    if text.startswith('"') and any(isinstance(choice, enum.EnumType) for choice in choices):
        return Reason.NOT_A_MEMBER
    number = text[:1] in "-0123456789"
    whole = not set(text) & set(".eE")
    if number and (f.dtype.kind == "f" or (f.dtype.kind == "i" and whole)):
        return Reason.OUT_OF_RANGE
    return Reason.WRONG_TYPE


def _element(f: Field) -> Any:
    return _Int64 if f.annotation is int else f.annotation


@functools.cache
def _typed(f: Field) -> msgspec.json.Decoder[list[Any]]:
    return msgspec.json.Decoder(list[_element(f)])  # type: ignore[misc]


@functools.cache
def _single(f: Field) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(_element(f))
