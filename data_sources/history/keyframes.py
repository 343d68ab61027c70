"""Keyframes as bytes: a whole one now and then, between them only what changed.

Of a whole one each column and each rule's memory is compressed for itself, so that who needs a few does not unpack all.
What changed is small and compressed together. Memories are plain trees of which an increment keeps the changes.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import msgspec
import pyarrow as pa

from data_sources.history.keyframe_columns import BROKEN, KeptPart, pack_changes, pack_whole
from twin.kept_columns import rows_of
from twin.keyframe import Keyframe, KeyframeError, is_rule, plain
from twin.local_frame import LocalFrame
from twin.plain_changes import OTHER, SAME, changed, changes
from twin.plain_values import DICT, MAPPING, OBJECT, Packed, Plain, PlainError, Writing, read

_CODEC = pa.Codec("zstd", compression_level=9)
_encode = msgspec.msgpack.Encoder().encode
_MANY = 64
_TREE = 1  # what msgspec calls an extension: a tree within a tree


def _packed(_code: int, content: memoryview) -> Packed:
    return Packed(bytes(content), _decode)


_decode = msgspec.msgpack.Decoder(ext_hook=_packed).decode
_CHECK_BYTES = 4
_BROKEN = (*BROKEN, msgspec.MsgspecError)
_log = logging.getLogger(__name__)


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
    body = _encode(_content(new, on, place))
    return zlib.crc32(body).to_bytes(_CHECK_BYTES, "little") + body


def _content(new: Laid, on: Laid | None, place: LocalFrame) -> list[Any]:
    frame = new.frame
    if on is None:
        parts = {part: [rows_of(columns), {
            name: _squeezed(packed) for name, packed in pack_whole(part, columns, place).items()}]
            for part, columns in frame.columns.items()}
        values = {name: _squeezed([_with_packed(tree.tree), list(tree.classes)]) for name, tree in new.plain.items()}
        return [frame.at, frame.version, parts, values]
    told_parts = {part: pack_changes(part, columns, on.frame.columns[part], place)
                  for part, columns in frame.columns.items()}
    told_values = {name: _value_changes(on.plain.get(name), tree) for name, tree in new.plain.items()}
    return [frame.at, frame.version, _squeezed([
        {part: told for part, told in told_parts.items() if told is not None},
        {name: told for name, told in told_values.items() if told[0] != [SAME] or told[1]}])]


def _with_packed(tree: Any) -> Any:
    """A tree in which the values of large mappings are packed, so that who needs a few does not unpack all."""
    if type(tree) is not list or not tree or tree[0] not in (OBJECT, DICT, MAPPING):
        return tree
    if tree[0] == OBJECT:
        return [*tree[:2], *map(_with_packed, tree[2:])]
    values = tree[2::2]
    if len(values) < _MANY or not all(type(value) is list for value in values):
        return tree
    packed = (msgspec.msgpack.Ext(_TREE, _encode(value)) for value in values)
    return [tree[0], *chain.from_iterable(zip(tree[1::2], packed, strict=True))]


def _value_changes(old: Plain | None, new: Plain) -> list[Any]:
    told = changes(old.tree, new.tree) if old is not None else [OTHER, new.tree]
    return [told, [] if old is not None and old.classes == new.classes else list(new.classes)]


class Decoded:
    """A keyframe from bytes. What it holds is unpacked when it is first looked at, on what the frame before holds."""

    def __init__(self, blob: bytes, on: Decoded | None, place: LocalFrame) -> None:
        """Raises KeyframeError for bytes that are no keyframe, or not as they were written."""
        self._on = on
        self._trees: dict[str, Plain] = {}
        self._told: dict[str, Any] = {}
        body = memoryview(blob)[_CHECK_BYTES:]
        if zlib.crc32(body) != int.from_bytes(blob[:_CHECK_BYTES], "little"):
            raise KeyframeError("a keyframe cannot be read: its bytes are not as they were written")
        try:
            if on is None:
                self.at, self.version, parts, self._told = _decode(body)
                self.columns: dict[str, KeptPart] = {
                    part: KeptPart(part, place, whole=_unsqueezing(packed), names=packed, rows=rows)
                    for part, (rows, packed) in parts.items()}
            else:
                self.at, self.version, squeezed = _decode(body)
                parts, self._told = _unsqueezed(squeezed)
                self.columns = {part: KeptPart(part, place, changes=parts.get(part), on=before)
                                for part, before in on.columns.items()}
        except _BROKEN as broken:
            raise KeyframeError(f"the keyframe cannot be read: {broken}") from broken

    @property
    def is_whole(self) -> bool:
        """Whether it builds on no other."""
        return self._on is None

    @property
    def names(self) -> frozenset[str]:
        """The names of all values."""
        return frozenset(self._told) | (self._on.names if self._on is not None else frozenset())

    def plain(self, name: str) -> Plain:
        """A value as it was written down. Raises KeyError for an unknown one, KeyframeError where it cannot be read."""
        known = self._trees.get(name)
        if known is not None:
            return known
        try:
            if self._on is None:
                tree, classes = _unsqueezed(self._told[name])
                found = Plain(tree, tuple(classes))
            elif name not in self._told:
                return self._on.plain(name)
            else:
                told, classes = self._told[name]
                old = self._on.plain(name) if name in self._on.names else None
                found = Plain(changed(None if old is None else old.tree, told),
                              tuple(classes) if classes or old is None else old.classes)
        except KeyError:
            raise
        except _BROKEN as broken:
            raise KeyframeError(f"{name} in a keyframe cannot be read: {broken!r}") from broken
        if self._on is None:
            self._trees[name] = found
        return found

    def keyframe(self, told: set[str]) -> Keyframe:
        """The keyframe, unpacked on demand: looking at a part or value raises KeyframeError if it cannot be read.
        `told`: the rules of which was told already that their memory cannot be; it is added to.
        """
        return Keyframe(self.at, self.version, self.columns, _Values(self, told))


class _Values(Mapping[str, Any]):
    """The values of a decoded keyframe as a mapping. A rule whose memory cannot be read any more is left out of it."""

    def __init__(self, decoded: Decoded, told: set[str]) -> None:
        self._decoded, self._told = decoded, told
        self._names = decoded.names

    def __getitem__(self, name: str) -> Any:
        tree = self._decoded.plain(name)
        try:
            return read(tree)
        except PlainError as broken:
            if not is_rule(name):
                raise KeyframeError(str(broken)) from broken
            if name not in self._told:
                self._told.add(name)
                _log.warning("%s is left out of keyframes: %s", name, broken)
            raise KeyError(name) from broken

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _squeezed(content: Any) -> list[Any]:
    raw = _encode(content)
    return [len(raw), _CODEC.compress(raw, asbytes=True)]


def _unsqueezed(squeezed: list[Any]) -> Any:
    return _decode(memoryview(_CODEC.decompress(squeezed[1], squeezed[0])))


def _unsqueezing(packed: Mapping[str, list[Any]]) -> Callable[[str], list[Any]]:
    return lambda name: _unsqueezed(packed[name])
