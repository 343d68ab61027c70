"""Values of the twin as plain trees and back: what a rule remembers, written down without knowing the rule.

A plain tree holds None, bool, int, float, str, bytes and lists of such. A list that stands for something else begins
with a tag. Classes are named once, in `Plain.classes`, and are looked up again only among the twin's own dataclasses
and enumerations.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import typing
from collections import deque
from collections.abc import Callable, Hashable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any

import numpy as np

from twin.late_mapping import LateMapping

TUPLE, LIST, SET, FROZENSET, DICT, MAPPING, DEQUE, ARRAY, ENUM, OBJECT = range(10)
_SEQUENCES: dict[type, int] = {tuple: TUPLE, list: LIST, set: SET, frozenset: FROZENSET}
_MAKERS: dict[int, Callable[[Any], Any]] = {TUPLE: tuple, LIST: list, SET: set, FROZENSET: frozenset}
_BARE = (bool, int, float, str, bytes, type(None))
_HOME = "twin."
_MANY = 100  # parts of a mapping: of one with so many, values are read when somebody asks for them
_LEFT = "left to the past"
LEFT_TO_THE_PAST: Mapping[str, bool] = MappingProxyType({_LEFT: True})
"""Metadata of a dataclass's field that is not written down: whoever reads it finds the field as it is at first."""
_set = object.__setattr__


class Packed:
    """A tree within a tree that is not unpacked until somebody needs it. `unpack` makes it of `content`."""

    __slots__ = ("_content", "_unpack")

    def __init__(self, content: bytes, unpack: Callable[[bytes], Any]) -> None:
        self._content, self._unpack = content, unpack

    def tree(self) -> Any:
        """The tree."""
        return self._unpack(self._content)


_TREES = frozenset({list, Packed})


def unpacked(tree: Any) -> Any:
    """A tree, packed or not."""
    return tree.tree() if type(tree) is Packed else tree


class PlainError(ValueError):
    """A value that cannot be written down, or a tree that cannot be read: one sentence."""


@dataclasses.dataclass(frozen=True, slots=True)
class Plain:
    """A value written down. `classes`: the names "module:class" that numbers in the tree mean."""

    tree: Any
    classes: tuple[str, ...] = ()


_Written = dict[int, tuple[Any, Any]]
"""Things and their trees, by what tells things apart while they live."""

_REMEMBERED = 6
"""How often a value is written until what is no longer in it is forgotten."""


class Writing:
    """Writes a value down again and again as it becomes another; nobody changes a value, or any part of one. What was
    in it before is not written again: trees share it, and can be compared, as classes keep their numbers.
    """

    def __init__(self) -> None:
        self._classes: dict[str, int] = {}
        self._known: _Written = {}
        self._times = 0

    def plain(self, value: Any) -> Plain:
        """A value as a plain tree. Raises PlainError naming the class of what cannot be written."""
        if self._times % _REMEMBERED == 0:
            self._known = {}
        self._times += 1
        return Plain(_write(value, self._classes, self._known), tuple(self._classes))


def written(value: Any) -> Plain:
    """A value as a plain tree. Raises PlainError naming the class of what cannot be written."""
    return Writing().plain(value)


def read(plain: Plain) -> Any:
    """The value that was written. Raises PlainError for a class that is not the twin's, or a tree that is none."""
    try:
        return _read(plain.tree, [_class(name) for name in plain.classes])
    except (IndexError, TypeError, KeyError, ValueError) as broken:
        raise PlainError(f"a value cannot be read: {broken}") from broken


def _write(value: Any, classes: dict[str, int], known: _Written) -> Any:
    kind = type(value)
    if kind in _BARE:
        return value
    held = known.get(id(value))
    if held is not None:
        return held[1]
    described = _described(typing.cast(Hashable, kind))
    if described is None:
        tree = _write_other(value, classes, known)
    else:
        name, fields = described
        number = classes.setdefault(name, len(classes))
        tree = [OBJECT, number, *[_write(getattr(value, field), classes, known) for field in fields]]
    known[id(value)] = value, tree
    return tree


@functools.cache
def _described(kind: type[Any]) -> tuple[str, tuple[str, ...]] | None:
    """Name and fields of a dataclass; None for anything else."""
    if not dataclasses.is_dataclass(kind) or issubclass(kind, Enum):
        return None
    fields = (field.name for field in dataclasses.fields(kind) if _LEFT not in field.metadata)
    return _name(kind), tuple(fields)


@functools.cache
def _left(kind: type[Any]) -> tuple[tuple[str, Callable[[], Any]], ...]:
    """The fields of a dataclass that are not written down, with what makes them as they are at first."""
    return tuple((field.name, typing.cast(Callable[[], Any], field.default_factory))
                 for field in dataclasses.fields(kind) if _LEFT in field.metadata)


def _write_other(value: Any, classes: dict[str, int], known: _Written) -> Any:
    """What is no dataclass."""
    kind = type(value)
    tag = _SEQUENCES.get(kind)
    if tag is not None:
        return [tag, *[_write(part, classes, known) for part in value]]
    if kind in (dict, MappingProxyType, LateMapping):
        found: list[Any] = [MAPPING if kind is MappingProxyType else DICT]
        for key, part in value.items():
            found += (_write(key, classes, known), _write(part, classes, known))
        return found
    if kind is np.ndarray:
        return _write_array(value, classes, known)
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Enum):
        return [ENUM, classes.setdefault(_name(kind), len(classes)), value.value]
    if kind is deque:
        return [DEQUE, value.maxlen, *(_write(part, classes, known) for part in value)]
    raise PlainError(f"a {kind.__module__}.{kind.__qualname__} cannot be kept in a keyframe")


def _write_array(value: Any, classes: dict[str, int], known: _Written) -> list[Any]:
    if value.dtype == object:
        parts = (_write(part, classes, known) for part in value.ravel().tolist())
        return [ARRAY, "O", list(value.shape), *parts]
    if value.dtype.hasobject:
        raise PlainError(f"an array of {value.dtype} cannot be kept in a keyframe")
    described = value.dtype.str if value.dtype.names is None else [list(part) for part in value.dtype.descr]
    return [ARRAY, described, list(value.shape), np.ascontiguousarray(value).tobytes()]


def _read(tree: Any, classes: list[type]) -> Any:
    if type(tree) is not list:
        return _read(tree.tree(), classes) if type(tree) is Packed else tree
    tag = tree[0]
    if tag in _MAKERS:
        return _MAKERS[tag](_parts(tree, 1, classes))
    if tag in (DICT, MAPPING):
        if len(tree) > _MANY and _TREES.issuperset(map(type, tree[2::2])):
            return LateMapping(dict(zip((_read(key, classes) for key in tree[1::2]), tree[2::2], strict=True)),
                               functools.partial(_read, classes=classes))
        parts = _parts(tree, 1, classes)
        made = dict(zip(parts[::2], parts[1::2], strict=True))
        return made if tag == DICT else MappingProxyType(made)
    if tag == OBJECT:
        return _made(classes[tree[1]], _parts(tree, 2, classes))
    if tag == ENUM:
        return classes[tree[1]](tree[2])
    if tag == ARRAY:
        return _read_array(tree, classes)
    if tag == DEQUE:
        return deque((_read(part, classes) for part in tree[2:]), maxlen=tree[1])
    raise PlainError(f"tag {tag!r} is unknown")


def _parts(tree: list[Any], start: int, classes: list[type]) -> list[Any]:
    """What the parts of a tree from `start` on stand for; most are what they are."""
    parts = tree[start:]
    if _TREES.isdisjoint(map(type, parts)):
        return parts
    return [_read(part, classes) if type(part) in _TREES else part for part in parts]


def _read_array(tree: list[Any], classes: list[type]) -> Any:
    shape = tuple(tree[2])
    if tree[1] == "O":
        values = (_read(part, classes) for part in tree[3:])
        return np.fromiter(values, dtype=object, count=len(tree) - 3).reshape(shape)
    described = tree[1] if isinstance(tree[1], str) else [tuple(part) for part in tree[1]]
    return np.frombuffer(tree[3], dtype=np.dtype(described)).reshape(shape).copy()


def _made(kind: type, values: list[Any]) -> Any:
    """A dataclass with these values, as it was: nothing is computed or checked again."""
    described = _described(kind)
    if described is None or len(described[1]) != len(values):
        raise PlainError(f"{kind.__qualname__} has other fields than the {len(values)} that were kept")
    made: Any = object.__new__(kind)
    for name, value in zip(described[1], values, strict=True):
        _set(made, name, value)
    for name, first in _left(kind):
        _set(made, name, first())
    return made


def _name(kind: type) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


@functools.cache
def _class(name: str) -> type:
    module, _, qualified = name.partition(":")
    if not module.startswith(_HOME):
        raise PlainError(f"{name} is no class of the twin")
    try:
        found: Any = importlib.import_module(module)
        for part in qualified.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as unknown:
        raise PlainError(f"{name} is not known here") from unknown
    if not (isinstance(found, type) and (dataclasses.is_dataclass(found) or issubclass(found, Enum))):
        raise PlainError(f"{name} is neither a dataclass nor an enumeration")
    return found
