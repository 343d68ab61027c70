"""What changed between two plain trees: a rule's memory is kept again and again, and little of it is new each time."""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.plain_values import ARRAY, DICT, FROZENSET, MAPPING, OBJECT, SET, TUPLE, unpacked

SAME, OTHER, KEYS, FIELDS, ROWS, ENDS, MEMBERS = range(7)


def changes(old: Any, new: Any) -> list[Any]:
    """What makes `new` of `old`: itself a plain tree. Trees must number their classes alike."""
    if old is new or old == new:
        return [SAME]
    if isinstance(old, list) and isinstance(new, list) and old and new and old[0] == new[0]:
        tag = old[0]
        if tag in (DICT, MAPPING):
            found = _keys(old, new)
            if found is not None:
                return found
        elif tag == OBJECT and old[1] == new[1] and len(old) == len(new):
            return [FIELDS, *(changes(a, b) for a, b in zip(old[2:], new[2:], strict=True))]
        elif tag == ARRAY and _alike(old, new):
            return _rows(old, new)
        elif tag == TUPLE:
            found = _ends(old, new)
            if found is not None:
                return found
        elif tag in (SET, FROZENSET):
            return _members(old, new)
    return [OTHER, new]


def changed(old: Any, told: list[Any]) -> Any:
    """The tree that `changes` described. `old` stays as it is."""
    what = told[0]
    if what == SAME:
        return old
    if what == OTHER:
        return told[1]
    if what == FIELDS:
        return [*old[:2], *(changed(part, change) for part, change in zip(old[2:], told[1:], strict=True))]
    if what == ROWS:
        return _with_rows(old, told)
    if what == ENDS:
        return [old[0], *old[1 + told[1]:], *told[2:]]
    if what == MEMBERS:
        gone = {_key(member) for member in told[1]}
        return [old[0], *(member for member in old[1:] if _key(member) not in gone), *told[2:]]
    try:
        made = dict(zip(old[1::2], old[2::2], strict=True))
        for key in told[1]:
            del made[key]
        for key, change in zip(told[2::2], told[3::2], strict=True):
            made[key] = changed(unpacked(made[key]), change) if key in made else change[1]
    except TypeError:  # keys that are lists
        return _with_listed_keys(old, told)
    return [old[0], *chain.from_iterable(made.items())]


def _with_listed_keys(old: list[Any], told: list[Any]) -> list[Any]:
    made = {_key(key): (key, value) for key, value in zip(old[1::2], old[2::2], strict=True)}
    for key in told[1]:
        del made[_key(key)]
    for key, change in zip(told[2::2], told[3::2], strict=True):
        known = made.get(_key(key))
        made[_key(key)] = key, change[1] if known is None else changed(unpacked(known[1]), change)
    return [old[0], *chain.from_iterable(made.values())]


def _key(key: Any) -> Any:
    return repr(key) if isinstance(key, list) else key


def _keys(old: list[Any], new: list[Any]) -> list[Any] | None:
    """Keys that went, changed and came; None if those that stayed changed their order, or a new one is not last."""
    before = {_key(key): (key, value) for key, value in zip(old[1::2], old[2::2], strict=True)}
    after = {_key(key): (key, value) for key, value in zip(new[1::2], new[2::2], strict=True)}
    stayed = [name for name in before if name in after]
    if [*stayed, *(name for name in after if name not in before)] != list(after):
        return None
    told: list[Any] = [KEYS, [key for name, (key, _) in before.items() if name not in after]]
    for name, (key, value) in after.items():
        change = changes(before[name][1], value) if name in before else [OTHER, value]
        if change[0] != SAME:
            told += (key, change)
    return told


def _ends(old: list[Any], new: list[Any]) -> list[Any] | None:
    """How many went at the front, and what came at the end; None if that is not all, or nothing stayed."""
    if len(old) < 2 or len(new) < 2:
        return None
    gone = next((n for n, part in enumerate(old[1:]) if part == new[1]), -1)
    stayed = old[1 + gone:]
    if gone < 0 or stayed != new[1: 1 + len(stayed)]:
        return None
    return [ENDS, gone, *new[1 + len(stayed):]]


def _members(old: list[Any], new: list[Any]) -> list[Any]:
    """Which members of a set went, and which came."""
    before, after = {_key(member) for member in old[1:]}, {_key(member) for member in new[1:]}
    gone = [member for member in old[1:] if _key(member) not in after]
    return [MEMBERS, gone, *(member for member in new[1:] if _key(member) not in before)]


def _alike(old: list[Any], new: list[Any]) -> bool:
    """Whether both are plain arrays of one type and one shape but for the number of rows."""
    return isinstance(old[1], str) and old[1] == new[1] and old[1] != "O" and old[2][1:] == new[2][1:] and bool(old[2])


def _lines(tree: list[Any]) -> NDArray[Any]:
    """The rows of an array as bytes, each one thing: what is NaN is the same as another NaN of the same bits."""
    size = np.dtype(tree[1]).itemsize * int(np.prod(tree[2][1:]))
    return np.frombuffer(tree[3], dtype=np.dtype((np.void, max(1, size))))


def _rows(old: list[Any], new: list[Any]) -> list[Any]:
    """Rows that went at the front, changed, and came at the end."""
    before, after = _lines(old), _lines(new)
    gone = 0
    if len(before) and len(after) and before[0] != after[0]:
        found = np.flatnonzero(before == after[0])
        gone = int(found[0]) if len(found) else 0
    stayed = before[gone:][: len(after)]
    rows = np.flatnonzero(stayed != after[: len(stayed)]).astype(np.uint32)
    return [ROWS, new[2], gone, rows.tobytes(), after[rows].tobytes(), after[len(stayed):].tobytes()]


def _with_rows(old: list[Any], told: list[Any]) -> list[Any]:
    _, shape, gone, rows, values, added = told
    before = _lines(old)
    end = np.frombuffer(added, dtype=before.dtype) if added else before[:0]
    lines = np.concatenate([before[gone:][: shape[0] - len(end)], end])
    changed_rows = np.frombuffer(rows, dtype=np.uint32)
    if len(changed_rows):
        lines[changed_rows] = np.frombuffer(values, dtype=before.dtype)
    return [old[0], old[1], shape, lines.tobytes()]
