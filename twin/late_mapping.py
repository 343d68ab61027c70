"""A mapping of which a keyframe keeps the values packed: each is unpacked when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class LateMapping(Mapping[K, V]):
    """Never changed once it is made; what was unpacked is remembered."""

    __slots__ = ("_known", "_packed", "_unpack")

    def __init__(self, packed: dict[K, Any], unpack: Callable[[Any], V], known: dict[K, V] | None = None) -> None:
        """`packed`: what `unpack` makes a value of, by key; `known`: values that stand as they are."""
        self._packed, self._unpack, self._known = packed, unpack, {} if known is None else known

    def __getitem__(self, key: K) -> V:
        if key in self._known:
            return self._known[key]
        found = self._known[key] = self._unpack(self._packed[key])
        return found

    def __contains__(self, key: object) -> bool:
        return key in self._packed or key in self._known

    def __iter__(self) -> Iterator[K]:
        yield from self._packed
        yield from (key for key in self._known if key not in self._packed)

    def __len__(self) -> int:
        return len(self._packed) + sum(key not in self._packed for key in self._known)

    def changed(self, changes: Mapping[K, V], gone: Iterable[K]) -> LateMapping[K, V]:
        """Another with other values for some keys, and without some."""
        packed, known = self._packed, {**self._known, **changes}
        missing = set(gone)
        if missing:
            packed = {key: value for key, value in packed.items() if key not in missing}
            known = {key: value for key, value in known.items() if key not in missing}
        return LateMapping(packed, self._unpack, known)


def changed(mapping: Mapping[K, V], changes: Mapping[K, V], gone: Iterable[K] = ()) -> Mapping[K, V]:
    """A mapping with other values for some keys, and without some; nothing is unpacked for it."""
    if isinstance(mapping, LateMapping):
        return mapping.changed(changes, gone)
    made = {**mapping, **changes}
    for key in gone:
        made.pop(key, None)
    return made
