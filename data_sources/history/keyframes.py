"""Keyframes as bytes: a full one now and then, between them only what changed.

Columns are packed without loss (see `packing`), coordinates as the degrees of 1e-7 they came as, ids of fixes as
"source:entity@time" where they are made so. Memories are plain trees of which an increment keeps the changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data_sources.history.packing import (
    TextsIn,
    TextsOut,
    pack_floats,
    pack_ints,
    unpack_floats,
    unpack_ints,
)
from twin.keyframe import Columns, Keyframe, KeyframeError, from_plain, plain
from twin.local_frame import LocalFrame
from twin.plain_changes import OTHER, changed, changes
from twin.plain_values import Plain, Writing

_CODEC = pa.Codec("zstd", compression_level=6)
_DEGREE = 1e7
_BROKEN = (OSError, OverflowError, KeyError, IndexError, TypeError, ValueError, msgspec.MsgspecError)
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder().decode
_SAME_TEXT = -2  # the text that the frame before has in this row

Rows = NDArray[np.intp]

_PLACES = {
    "movers": (("x", "y"), ("previous_x", "previous_y")),
    "seals": (("x", "y"),),
    "cranes": (("x", "y"),),
}
"""Columns, by part, that are coordinates in metres made of degrees of 1e-7."""

_IDS = {
    ("movers", "fix_id"): ("id", "observed_at"), ("movers", "previous_id"): ("id", "previous_at"),
    ("seals", "placed_id"): ("id", "placed_at"), ("cranes", "observed_id"): ("id", "observed_at"),
}
"""Columns of ids that often are "source:key@time", with the columns they are made of; these stand before them."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A keyframe with its values written down: what an increment is measured against."""

    frame: Keyframe
    plain: Mapping[str, Plain]
    writing: dict[str, Writing]


def laid(frame: Keyframe, on: Laid | None = None) -> Laid:
    """A keyframe with its values written down, comparable with those of `on`. Raises KeyframeError."""
    writing = on.writing if on is not None else {}
    return Laid(frame, plain(frame, writing), writing)


def encode(new: Laid, on: Laid | None, place: LocalFrame) -> bytes:
    """A keyframe as bytes; with `on`, what changed since that one. `place`: the port's frame of coordinates."""
    parts = {}
    for part, columns in new.frame.columns.items():
        before = on.frame.columns[part] if on is not None else {}
        packed = _packed(part, columns, before, place)
        if packed is not None:
            parts[part] = _squeezed(packed)
    values = {}
    for name, tree in new.plain.items():
        old = on.plain.get(name) if on is not None else None
        told = changes(old.tree, tree.tree) if old is not None else [OTHER, tree.tree]
        values[name] = [told, [] if old is not None and old.classes == tree.classes else list(tree.classes)]
    return _encode([new.frame.at, new.frame.version, parts, _squeezed(values)])


class Decoded:
    """A keyframe from bytes. Parts are unpacked when they are first looked at, on those of the frame before."""

    def __init__(self, blob: bytes, on: Decoded | None, place: LocalFrame) -> None:
        """Raises KeyframeError for bytes that are no keyframe."""
        try:
            self.at, self.version, self._packed, values = _decode(blob)
            self.values: dict[str, Plain] = _values(_unsqueezed(values), on.values if on is not None else {})
        except _BROKEN as broken:
            raise KeyframeError(f"the keyframe cannot be read: {broken}") from broken
        self._on = on
        self._place = place
        self._columns: dict[str, Columns] = {}

    @property
    def parts(self) -> frozenset[str]:
        """The names of all parts."""
        return frozenset(self._packed) | (self._on.parts if self._on is not None else frozenset())

    def part(self, name: str) -> Columns:
        """The columns of a part. Raises KeyError for an unknown one, KeyframeError for one that cannot be read."""
        found = self._columns.get(name)
        if found is None:
            before = self._on.part(name) if self._on is not None else {}
            try:
                found = before
                if name in self._packed:
                    found = _unpacked(name, _unsqueezed(self._packed[name]), before, self._place)
                elif self._on is None:
                    raise KeyError(name)
            except _BROKEN as broken:
                raise KeyframeError(f"the part {name} of a keyframe cannot be read: {broken!r}") from broken
            self._columns[name] = found
        return found

    def keyframe(self) -> Keyframe:
        """The keyframe, its parts unpacked on demand. Raises KeyframeError for values that cannot be read."""
        return Keyframe(self.at, self.version, _Parts(self), from_plain(self.values))


class _Parts(Mapping[str, Columns]):
    """The parts of a decoded keyframe as a mapping."""

    def __init__(self, decoded: Decoded) -> None:
        self._decoded = decoded

    def __getitem__(self, name: str) -> Columns:
        return self._decoded.part(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._decoded.parts)

    def __len__(self) -> int:
        return len(self._decoded.parts)


def _values(packed: Mapping[str, Any], before: Mapping[str, Plain]) -> dict[str, Plain]:
    values = {}
    for name, (told, classes) in packed.items():
        old = before.get(name)
        tree = changed(old.tree if old is not None else None, told)
        values[name] = Plain(tree, tuple(classes) if classes or old is None else old.classes)
    return values


def _squeezed(content: Any) -> list[Any]:
    raw = _encode(content)
    return [len(raw), _CODEC.compress(raw, asbytes=True)]


def _unsqueezed(squeezed: list[Any]) -> Any:
    return _decode(memoryview(_CODEC.decompress(squeezed[1], squeezed[0])))


def _packed(part: str, columns: Columns, before: Columns, place: LocalFrame) -> list[Any] | None:
    """A part as a list; None if nothing of it changed."""
    texts = TextsOut()
    count, known = _length(columns), _length(before)
    rows, names = _changed(before, columns) if before else (np.arange(0), ())
    if before and not len(rows) and count == known:
        return None
    some = _pack(part, columns, rows, names, texts, place, before)
    added = _pack(part, columns, np.arange(known, count), tuple(columns), texts, place, {})
    described = [] if before else [_described(name, values) for name, values in columns.items()]
    return [count, pack_ints(rows), len(rows), some, added, described, texts.packed()]


def _described(name: str, values: NDArray[Any]) -> list[Any]:
    """Name, type and width of a column; width 0 is a plain one."""
    return [name, values.dtype.str, 0 if values.ndim == 1 else values.shape[1]]


def _length(columns: Columns) -> int:
    return len(next(iter(columns.values()))) if columns else 0


def _changed(before: Columns, after: Columns) -> tuple[Rows, tuple[str, ...]]:
    """Of the rows there were: those in which anything changed, and the columns in which anything did."""
    count = _length(before)
    touched = np.zeros(count, dtype=bool)
    names = []
    for name, values in after.items():
        old, new = before[name], values[:count]
        differs = old != new
        if old.dtype.kind == "f":
            differs &= ~(np.isnan(old) & np.isnan(new))
        if differs.ndim == 2:
            differs = differs.any(axis=1)
        if differs.any():
            names.append(name)
            touched |= differs.astype(bool)
    return np.flatnonzero(touched), tuple(names)


def _pack(
    part: str, columns: Columns, rows: Rows, names: tuple[str, ...], texts: TextsOut, place: LocalFrame,
    before: Columns,
) -> dict[str, Any]:
    """Columns at rows. With `before`, numbers are told as steps from it."""
    if not len(rows):
        return {}
    packed: dict[str, Any] = {}
    for pair in _PLACES.get(part, ()):
        if pair[0] in names or pair[1] in names:
            packed[pair[0]] = _pack_places(columns, rows, pair, place, before)
    for name in names:
        if name in packed or any(name == pair[1] for pair in _PLACES.get(part, ())):
            continue
        values = columns[name][rows]
        if (part, name) in _IDS:
            packed[name] = _pack_ids(values, [columns[source][rows] for source in _IDS[part, name]], texts)
        elif values.dtype == object:
            codes = texts.codes(values)
            if before:
                codes[before[name][rows] == values] = _SAME_TEXT
            packed[name] = pack_ints(codes)
        elif values.dtype.kind == "f":
            packed[name] = [pack_floats(part_) for part_ in _flat(values)]
        else:
            wide = values.astype(np.int64)
            packed[name] = [pack_ints(part_) for part_ in _flat(wide - before[name][rows] if before else wide)]
    return packed


def _flat(values: NDArray[Any]) -> list[NDArray[Any]]:
    """A column of width 1 or more as columns of width 1."""
    return [values] if values.ndim == 1 else [np.ascontiguousarray(values[:, i]) for i in range(values.shape[1])]


def _unpacked(part: str, packed: list[Any], before: Columns, place: LocalFrame) -> Columns:
    """The columns of a part: those of the frame before with what changed and what was added."""
    count, rows_packed, changed_count, some, added, described, held = packed
    texts = TextsIn(held)
    if not before:
        before = {
            name: np.empty((0, width)[: 1 if width == 0 else 2], dtype=dtype) for name, dtype, width in described}
    known = _length(before)
    columns: dict[str, NDArray[Any]] = dict(before)
    if count > known:
        for name, values in before.items():
            columns[name] = np.empty((count, *values.shape[1:]), dtype=values.dtype)
            columns[name][:known] = values
        _fill(part, columns, slice(known, count), count - known, added, texts, place, {})
    if changed_count:
        rows = unpack_ints(rows_packed, changed_count).astype(np.intp)
        touched = set(some) | {pair[1] for pair in _PLACES.get(part, ()) if pair[0] in some}
        if count == known:
            columns |= {name: columns[name].copy() for name in touched}
        _fill(part, columns, rows, changed_count, some, texts, place, before)
    return columns


def _fill(
    part: str, columns: dict[str, NDArray[Any]], rows: Rows | slice, count: int, packed: Mapping[str, Any],
    texts: TextsIn, place: LocalFrame, before: Columns,
) -> None:
    """Writes packed columns into `count` rows; ids last, for they are made of others."""
    pairs = {pair[0]: pair for pair in _PLACES.get(part, ())}
    for name, content in packed.items():
        if (part, name) in _IDS:
            continue
        target = columns[name]
        if name in pairs:
            x, y = _unpack_places(content, count, rows, pairs[name], place, before)
            columns[pairs[name][0]][rows], columns[pairs[name][1]][rows] = x, y
        elif target.dtype == object:
            codes = unpack_ints(content, count)
            if isinstance(rows, slice):
                texts.write(codes, target[rows])
            else:
                fresh = codes != _SAME_TEXT
                target[rows[fresh]] = texts.texts(codes[fresh])
        elif target.dtype.kind == "f":
            found = [unpack_floats(c, count, target.dtype) for c in content]
            target[rows] = found[0] if target.ndim == 1 else np.stack(found, axis=1)
        else:
            numbers = [unpack_ints(c, count) for c in content]
            if before:
                wide = numbers[0] if target.ndim == 1 else np.stack(numbers, axis=1)
                target[rows] = wide + before[name][rows]
            elif target.ndim == 1:
                target[rows] = numbers[0]
            else:
                for side, values in enumerate(numbers):
                    target[rows, side] = values
    for name, content in packed.items():
        if (part, name) in _IDS:
            sources = [columns[source][rows] for source in _IDS[part, name]]
            columns[name][rows] = _unpack_ids(content, sources, texts)


# Coordinates

def _pack_places(
    columns: Columns, rows: Rows, pair: tuple[str, str], place: LocalFrame, before: Columns,
) -> list[Any]:
    """Coordinates as degrees where those give them back to the last bit, else as they are."""
    x, y = columns[pair[0]][rows], columns[pair[1]][rows]
    degrees = _degrees(x, y, place)
    back = place.to_local(degrees[0] / _DEGREE, degrees[1] / _DEGREE)
    exact = (back[0] == x) & (back[1] == y)
    told = [np.where(exact, side, 0) for side in degrees]
    if before:
        base = _degrees(before[pair[0]][rows], before[pair[1]][rows], place)
        told = [np.where(exact, side - start, 0) for side, start in zip(told, base, strict=True)]
    odd = np.flatnonzero(~exact)
    return [pack_ints(told[0]), pack_ints(told[1]), len(odd), pack_ints(odd), pack_floats(x[odd]), pack_floats(y[odd])]


def _unpack_places(
    packed: list[Any], count: int, rows: Rows | slice, pair: tuple[str, str], place: LocalFrame, before: Columns,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    degrees = [unpack_ints(packed[0], count), unpack_ints(packed[1], count)]
    if before:
        base = _degrees(before[pair[0]][rows], before[pair[1]][rows], place)
        degrees = [side + start for side, start in zip(degrees, base, strict=True)]
    x, y = place.to_local(degrees[0] / _DEGREE, degrees[1] / _DEGREE)
    odd = unpack_ints(packed[3], packed[2]).astype(np.intp)
    x[odd] = unpack_floats(packed[4], packed[2], x.dtype)
    y[odd] = unpack_floats(packed[5], packed[2], y.dtype)
    return x, y


def _degrees(
    x: NDArray[np.float64], y: NDArray[np.float64], place: LocalFrame,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The nearest degrees of 1e-7, 0 for what is no place."""
    lon, lat = place.to_geographic(x, y)
    lon, lat = (np.where(np.isfinite(side), side, 0.0) for side in (lon, lat))
    return np.rint(lon * _DEGREE).astype(np.int64), np.rint(lat * _DEGREE).astype(np.int64)


# Ids

def _pack_ids(ids: NDArray[Any], sources: list[NDArray[Any]], texts: TextsOut) -> list[Any]:
    """Ids as the source before ":key@time" where they end so, else as texts."""
    ends = [f":{key}@{at}" for key, at in zip(*(s.tolist() for s in sources), strict=True)]
    made = [text.endswith(end) for text, end in zip(ids.tolist(), ends, strict=True)]
    short = [text[: -len(end)] if is_made else text
             for text, end, is_made in zip(ids.tolist(), ends, made, strict=True)]
    codes = texts.codes(np.fromiter(short, dtype=object, count=len(short)))
    return [pack_ints(np.array(made, dtype=np.int64)), pack_ints(codes)]


def _unpack_ids(packed: list[Any], sources: list[NDArray[Any]], texts: TextsIn) -> NDArray[np.object_]:
    count = len(sources[0])
    found = texts.texts(unpack_ints(packed[1], count))
    made = np.flatnonzero(unpack_ints(packed[0], count))
    keys, times = (source[made].tolist() for source in sources)
    for row, key, at in zip(made.tolist(), keys, times, strict=True):
        found[row] = f"{found[row]}:{key}@{at}"
    return found
