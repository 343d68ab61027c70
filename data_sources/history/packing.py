"""Columns of numbers and texts in few bytes, without loss: narrow integers in planes, decimals as what they are.

A packed column is a list that MessagePack can hold. Nothing here compresses; planes of alike bytes make it easy for
whoever does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

I8 = NDArray[np.int64]
SCALES = (1.0, 10.0, 100.0, 1000.0)
_CONSTANT, _PLAIN, _STEPS = range(3)
_WIDTHS = tuple((width, -(1 << 8 * width - 1), (1 << 8 * width - 1) - 1) for width in (1, 2, 4, 8))
_SEPARATOR = "\0"
_NONE = -1


class PackingError(ValueError):
    """What was to be unpacked is not what was packed."""


def pack_ints(values: NDArray[Any]) -> list[Any]:
    """Integers or booleans, shape (N,), as they are or as steps from one to the next, whichever is narrower."""
    wide = values.astype(np.int64)
    if not len(wide):
        return [_CONSTANT, 0]
    first = int(wide[0])
    if (wide == first).all():
        return [_CONSTANT, first]
    steps = np.zeros_like(wide)
    np.subtract(wide[1:], wide[:-1], out=steps[1:])
    plain_width, steps_width = _width(wide), _width(steps)
    if plain_width <= steps_width:
        return [_PLAIN, plain_width, _planes(wide, plain_width)]
    return [_STEPS, steps_width, _planes(steps, steps_width), first]


def unpack_ints(packed: Sequence[Any], count: int) -> I8:
    """What `pack_ints` packed. Shape (count,)."""
    if packed[0] == _CONSTANT:
        return np.full(count, packed[1], dtype=np.int64)
    wide = _from_planes(packed[2], packed[1], count)
    if packed[0] == _STEPS:
        wide[0] = packed[3]
        wide = np.cumsum(wide)
    return wide


def _width(values: I8) -> int:
    low, high = int(values.min()), int(values.max())
    return next(width for width, least, most in _WIDTHS if least <= low and high <= most)


def _planes(values: NDArray[Any], width: int) -> bytes:
    narrow = np.ascontiguousarray(values.astype(f"<i{width}") if values.dtype.kind == "i" else values)
    return narrow.view(np.uint8).reshape(len(values), width).T.tobytes()


def _from_planes(planes: bytes, width: int, count: int) -> I8:
    flat = np.frombuffer(planes, dtype=np.uint8)
    if len(flat) != width * count:
        raise PackingError(f"{len(flat)} bytes are not {count} numbers of {width}")
    if width == 1:
        return flat.view(np.int8).astype(np.int64)
    whole = np.empty((count, width), dtype=np.uint8)
    for place, plane in enumerate(flat.reshape(width, count)):
        whole[:, place] = plane
    return whole.view(f"<i{width}").reshape(count).astype(np.int64)


def pack_floats(values: NDArray[Any]) -> list[Any]:
    """Numbers of any float type, shape (N,): as integers of the coarsest decimal that gives them back exactly, else as
    their bytes.
    """
    known = np.isfinite(values)
    numbers = values[known]
    special = pack_floats_raw(values[~known]) if not known.all() else None
    for scale in SCALES:
        scaled = np.rint(numbers.astype(np.float64) * scale)
        if (np.abs(scaled) < 2.0**53).all() and _same(_rescaled(scaled, scale, values.dtype), numbers):
            return [scale, len(numbers), pack_ints(scaled), np.packbits(known).tobytes(), special]
    return [0.0, len(numbers), pack_floats_raw(numbers), np.packbits(known).tobytes(), special]


def pack_floats_raw(values: NDArray[Any]) -> bytes:
    """The bytes of numbers, in planes."""
    return _planes(values, values.dtype.itemsize)


def unpack_floats(packed: Sequence[Any], count: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    """What `pack_floats` packed, of the same type. Shape (count,)."""
    scale, numbers, content, mask, special = packed
    known = np.unpackbits(np.frombuffer(mask, dtype=np.uint8), count=count).astype(bool)
    found = np.empty(count, dtype=dtype)
    if scale:
        found[known] = _rescaled(unpack_ints(content, numbers).astype(np.float64), scale, dtype)
    else:
        found[known] = unpack_floats_raw(content, numbers, dtype)
    if special is not None:
        found[~known] = unpack_floats_raw(special, count - numbers, dtype)
    return found


def unpack_floats_raw(planes: bytes, count: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    """What `pack_floats_raw` packed."""
    flat = np.frombuffer(planes, dtype=np.uint8)
    if len(flat) != count * dtype.itemsize:
        raise PackingError(f"{len(flat)} bytes are not {count} numbers of {dtype}")
    return np.ascontiguousarray(flat.reshape(dtype.itemsize, count).T).view(dtype).reshape(count)


def _rescaled(scaled: NDArray[np.float64], scale: float, dtype: np.dtype[Any]) -> NDArray[Any]:
    return (scaled / scale).astype(dtype)


def _same(a: NDArray[Any], b: NDArray[Any]) -> bool:
    """Whether numbers are the same to the last bit, -0.0 not being 0.0."""
    return bool((a == b).all() and (np.signbit(a) == np.signbit(b)).all())


class TextsOut:
    """Texts of many columns, each written once."""

    def __init__(self) -> None:
        self._codes: dict[str | None, int] = {None: _NONE}

    def codes(self, values: NDArray[np.object_]) -> I8:
        """Numbers of texts, -1 for None. Shape (N,)."""
        listed = values.tolist()
        codes = self._codes
        found = list(map(codes.get, listed))
        if None in found:
            for text in dict.fromkeys(listed):
                if text not in codes:
                    codes[text] = len(codes) - 1
            found = list(map(codes.get, listed))
        return np.array(found, dtype=np.int64)

    def packed(self) -> list[Any]:
        """All texts, in the order of their numbers."""
        texts = [text for text in self._codes if text is not None]
        joined = _SEPARATOR.join(texts)
        if joined.count(_SEPARATOR) != max(0, len(texts) - 1):
            return [len(texts), texts]
        return [len(texts), joined]


class TextsIn:
    """The texts that `TextsOut` packed."""

    def __init__(self, packed: Sequence[Any]) -> None:
        count, content = packed
        texts: list[Any] = content if isinstance(content, list) else content.split(_SEPARATOR) if count else []
        if len(texts) != count:
            raise PackingError(f"{len(texts)} texts are not {count}")
        self._texts = np.empty(count + 1, dtype=object)
        self._texts[:count] = texts
        self._texts[count] = None  # number -1

    def write(self, codes: I8, into: NDArray[np.object_]) -> None:
        """Writes the texts of numbers. Shapes (N,)."""
        np.take(self._texts, codes, out=into, mode="wrap")

    def texts(self, codes: I8) -> NDArray[np.object_]:
        """The texts of numbers. Shape (N,)."""
        return self._texts[codes]
