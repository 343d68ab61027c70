"""The columns of a keyframe as packed lists: whole ones, each for itself, or what changed since another keyframe.

Columns are packed without loss (see `packing`), coordinates as the degrees of 1e-7 they came as, ids of fixes as
"source:entity@time" where they are made so. `KeptPart` unpacks a column when somebody looks at it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_sources.history.packing import (
    TextsIn,
    TextsOut,
    pack_floats,
    pack_ints,
    unpack_floats,
    unpack_ints,
)
from twin.kept_columns import Columns, KeptColumns, rows_of
from twin.keyframe import KeyframeError
from twin.local_frame import LocalFrame
from twin.newest import RANKS

_DEGREE = 1e7
_SAME_TEXT = -2  # the text that the frame before has in this row

Rows = NDArray[np.intp]
Arrays = dict[str, NDArray[Any]]

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

_BESIDE = {
    ("movers", "received_at"): ("observed_at", 1), ("seals", "placed_at"): ("observed_at", 1),
    ("cranes", "received_at"): ("observed_at", 1), ("containers", "place_version"): ("moved_at", RANKS),
    ("containers", "lifted_version"): ("lifted_at", RANKS),
}
"""Columns of times and versions that are told as steps from the times in another, so many to a millisecond."""

_PLACE = np.dtype([("lon", np.int64), ("lat", np.int64), ("is_odd", np.bool_), ("x", np.float64), ("y", np.float64)])
"""Coordinates as they are unpacked: degrees of 1e-7, or metres where these are not made of such."""

BROKEN = (OSError, OverflowError, KeyError, IndexError, TypeError, ValueError)


# Packing

def pack_whole(part: str, columns: Columns, place: LocalFrame) -> dict[str, list[Any]]:
    """Each column of a part for itself: type, width (0 a plain one), content and texts. A pair of coordinates stands in
    its first.
    """
    every = np.arange(rows_of(columns))
    found: dict[str, list[Any]] = {}
    for name, values in columns.items():
        if any(name == pair[1] for pair in _PLACES.get(part, ())):
            found[name] = []
            continue
        texts = TextsOut()
        content = _pack(part, name, columns, every, texts, place, {})
        found[name] = [values.dtype.str, 0 if values.ndim == 1 else values.shape[1], content, texts.packed()]
    return found


def pack_changes(part: str, columns: Columns, before: Columns, place: LocalFrame) -> list[Any] | None:
    """What changed of a part since it was as `before`; None if nothing did."""
    texts = TextsOut()
    count, known = rows_of(columns), rows_of(before)
    rows, names = _changed(before, columns)
    if not len(rows) and count == known:
        return None
    added = np.arange(known, count)
    seconds = {pair[1] for pair in _PLACES.get(part, ())}
    firsts = {pair[1]: pair[0] for pair in _PLACES.get(part, ())}
    touched = {firsts.get(name, name) for name in names}
    some = {name: _pack(part, name, columns, rows, texts, place, before) for name in columns if name in touched}
    more = {} if count == known else {
        name: _pack(part, name, columns, added, texts, place, {}) for name in columns if name not in seconds}
    return [count, pack_ints(rows), len(rows), some, more, texts.packed()]


def _changed(before: Columns, after: Columns) -> tuple[Rows, tuple[str, ...]]:
    """Of the rows there were: those in which anything changed, and the columns in which anything did."""
    count = rows_of(before)
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
    part: str, name: str, columns: Columns, rows: Rows, texts: TextsOut, place: LocalFrame, before: Columns,
) -> Any:
    """A column, or a pair of coordinates, at rows. With `before`, numbers are told as steps from it."""
    for pair in _PLACES.get(part, ()):
        if name == pair[0]:
            return _pack_places(columns, rows, pair, place, before)
    values = columns[name][rows]
    if (part, name) in _IDS:
        return _pack_ids(values, [columns[source][rows] for source in _IDS[part, name]], texts)
    if values.dtype == object:
        if not before:
            return pack_ints(texts.codes(values))
        codes = np.full(len(rows), _SAME_TEXT, dtype=np.int64)
        other = np.flatnonzero(before[name][rows] != values)
        codes[other] = texts.codes(values[other])
        return pack_ints(codes)
    if values.dtype.kind == "f":
        return [pack_floats(one) for one in _flat(values)]
    base = _base(part, name, columns, rows, before)
    wide = values.astype(np.int64)
    return [pack_ints(one) for one in _flat(wide if base is None else wide - base)]


def _base(part: str, name: str, columns: Columns, rows: Rows | slice, before: Columns) -> NDArray[Any] | None:
    """What integers are told as steps from, None if they are told as they are. `before`: the columns as they were."""
    beside = _BESIDE.get((part, name))
    if beside is not None:
        return np.asarray(columns[beside[0]][rows] * beside[1])
    return np.asarray(before[name][rows].astype(np.int64)) if before else None


def _flat(values: NDArray[Any]) -> list[NDArray[Any]]:
    """A column of width 1 or more as columns of width 1."""
    return [values] if values.ndim == 1 else [np.ascontiguousarray(values[:, i]) for i in range(values.shape[1])]


# Unpacking

class KeptPart(KeptColumns):
    """A part of a keyframe. Its columns are unpacked on those of the keyframe before when they are looked at."""

    def __init__(
        self, part: str, place: LocalFrame, *, whole: Callable[[str], list[Any]] | None = None,
        names: Iterable[str] = (), rows: int = 0, changes: list[Any] | None = None, on: KeptPart | None = None,
    ) -> None:
        """Either whole (what `pack_whole` made of each column of `names`), or `changes` (what `pack_changes` made, None
        for nothing) on another.
        """
        self._part, self._place, self._on, self._whole = part, place, on, whole
        self._names: Collection[str] = tuple(names if on is None else on)
        self._rows = rows if on is None else on.rows
        self._changes = changes
        if changes is not None:
            self._rows = changes[0]
        self._texts: TextsIn | None = None
        self._changed_rows: Rows | None = None
        self._open: Arrays = {}
        self._raw: Arrays = {}  # as `_open`, but of a pair of coordinates one column of degrees
        self._numbers: dict[str, dict[str, int]] = {}
        self._pairs = {name: pair for pair in _PLACES.get(part, ()) for name in pair}

    @property
    def rows(self) -> int:
        """The length of the columns."""
        return self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __getitem__(self, name: str) -> NDArray[Any]:
        """A column. Raises KeyError for an unknown one, KeyframeError for one that cannot be read."""
        found = self._open.get(name)
        if found is None:
            if name not in self._names:
                raise KeyError(name)
            try:
                found = self._opened(name)
            except BROKEN as broken:
                raise KeyframeError(f"{name} of {self._part} in a keyframe cannot be read: {broken!r}") from broken
        return found

    def numbers(self, name: str) -> dict[str, int]:
        """The rows by the text that a column of different texts holds in them."""
        if self._on is not None:
            found = self._on.numbers(name)
            known = self._on.rows
            if self.rows > known and self._changes is not None:
                codes = unpack_ints(self._changes[4][name], self.rows - known)
                added = TextsIn(self._changes[5]).texts(codes).tolist()
                found.update(zip(added, range(known, self.rows), strict=True))
            return found
        if name not in self._numbers:
            self._numbers[name] = dict(zip(self[name].tolist(), range(self.rows), strict=True))
        return self._numbers[name].copy()

    def _opened(self, name: str) -> NDArray[Any]:
        """Unpacks a column: that of the nearest keyframe before that has it open, with all that changed since."""
        pair = self._pairs.get(name)
        needed = self._with_sources(name if pair is None else pair[0])
        arrays = self.unpacked(needed, self.rows)[0]
        if pair is None:
            self._raw |= arrays
            self._open |= arrays
        else:
            self._open |= dict(zip(pair, _places(arrays[pair[0]], self._place), strict=True))
        return self._open[name]

    def unpacked(self, needed: tuple[str, ...], room: int) -> tuple[Arrays, set[str]]:
        """Columns, and which of them nobody else holds: those have `room` rows, more than there are if there is to be
        written on. A pair of coordinates is one column of degrees.
        """
        if all(one in self._raw for one in needed):
            return {one: self._raw[one] for one in needed}, set()
        if self._on is None:
            self._unpack_whole(needed)
            return {one: self._raw[one] for one in needed}, set()
        arrays, own = self._on.unpacked(needed, room)
        if self._changes is not None:
            self._apply(arrays, own, needed, room)
        return arrays, own

    def _with_sources(self, name: str) -> tuple[str, ...]:
        """A column after those that it is made of."""
        beside = _BESIDE.get((self._part, name))
        sources = _IDS.get((self._part, name), ()) if beside is None else beside[:1]
        return (*dict.fromkeys(one for source in sources for one in self._with_sources(source)), name)

    def _unpack_whole(self, needed: Iterable[str]) -> None:
        for name in needed:
            if name in self._raw or self._whole is None:
                continue
            dtype, width, content, texts = self._whole(name)
            self._raw[name] = np.empty((self.rows, width)[: 1 if width == 0 else 2],
                                       dtype=_PLACE if name in self._pairs else dtype)
            self._fill(self._raw, name, slice(0, self.rows), self.rows, content, TextsIn(texts), is_new=True)

    def _apply(self, arrays: Arrays, own: set[str], needed: tuple[str, ...], room: int) -> None:
        """Writes what changed since the keyframe before into columns, which are copied first."""
        if self._changes is None or self._on is None:
            return
        count, rows_packed, changed_count, some, added, held = self._changes
        known = self._on.rows
        if count == known and some.keys().isdisjoint(needed):
            return
        if self._texts is None:
            self._texts = TextsIn(held)
            self._changed_rows = unpack_ints(rows_packed, changed_count).astype(np.intp)
        for one in needed:
            if one not in own:
                before = arrays[one]
                arrays[one] = np.empty((room, *before.shape[1:]), dtype=before.dtype)
                arrays[one][: len(before)] = before
                own.add(one)
            if one in some and self._changed_rows is not None:
                self._fill(arrays, one, self._changed_rows, changed_count, some[one], self._texts)
        if count > known:
            for one in needed:
                self._fill(arrays, one, slice(known, count), count - known, added[one], self._texts, is_new=True)

    def _fill(
        self, columns: Arrays, name: str, rows: Rows | slice, count: int, content: Any, texts: TextsIn, *,
        is_new: bool = False,
    ) -> None:
        """Writes a packed column, or a pair of coordinates, into `count` rows, which are new or hold what was then."""
        target = columns[name]
        if name in self._pairs:
            _fill_places(target, rows, count, content, self._place, is_new=is_new)
        elif (self._part, name) in _IDS:
            sources = [columns[source][rows] for source in _IDS[self._part, name]]
            target[rows] = _unpack_ids(content, sources, texts)
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
            wide = numbers[0] if target.ndim == 1 else np.stack(numbers, axis=1)
            base = _base(self._part, name, columns, rows, {} if is_new else columns)
            target[rows] = wide if base is None else wide + base


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


def _fill_places(
    target: NDArray[Any], rows: Rows | slice, count: int, packed: list[Any], place: LocalFrame, *, is_new: bool,
) -> None:
    """Writes packed coordinates as degrees into rows."""
    here = np.zeros(count, dtype=_PLACE)
    for name, told in (("lon", packed[0]), ("lat", packed[1])):
        here[name] = unpack_ints(told, count)
        if not is_new:
            here[name] += target[name][rows]
    if packed[2]:
        odd = unpack_ints(packed[3], packed[2]).astype(np.intp)
        x, y = (unpack_floats(told, packed[2], np.dtype(np.float64)) for told in packed[4:6])
        here["is_odd"][odd], here["x"][odd], here["y"][odd] = True, x, y
        here["lon"][odd], here["lat"][odd] = _degrees(x, y, place)
    target[rows] = here


def _places(kept: NDArray[Any], place: LocalFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coordinates in metres from degrees, odd ones as they were."""
    x, y = place.to_local(kept["lon"] / _DEGREE, kept["lat"] / _DEGREE)
    is_odd = kept["is_odd"]
    return np.where(is_odd, kept["x"], x), np.where(is_odd, kept["y"], y)


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
