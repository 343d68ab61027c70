"""What rules remember, written down and read again; and what changed of it in between."""

from __future__ import annotations

from collections import deque
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin import late_mapping
from twin.plain_changes import changed, changes
from twin.plain_values import Packed, Plain, PlainError, Writing, read, written
from twin.warnings import FeedRelied, Severity

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-2**60, 2**60), st.floats(allow_nan=False), st.text(max_size=8),
    st.sampled_from(Severity))
keys = st.one_of(st.integers(0, 9), st.text(max_size=2), st.tuples(st.text(max_size=1), st.integers(0, 3)))
arrays = st.lists(st.integers(-9, 9), max_size=6).map(lambda v: np.array(v, dtype=np.int64))
values = st.recursive(scalars, lambda inner: st.one_of(
    st.lists(inner, max_size=4), st.lists(inner, max_size=4).map(tuple), st.dictionaries(keys, inner, max_size=4),
    st.frozensets(st.integers(0, 9), max_size=4), st.builds(FeedRelied, st.text(max_size=3), st.just("up"), inner),
), max_leaves=12)


@given(values)
def test_what_is_written_is_read_again(value: Any) -> None:
    assert read(written(value)) == value
    assert type(read(written(value))) is type(value)


@settings(max_examples=200)
@given(values, values)
def test_what_changed_makes_the_new_of_the_old(old: Any, new: Any) -> None:
    writing = Writing()
    before, after = writing.plain(old), writing.plain(new)
    assert read(Plain(changed(before.tree, changes(before.tree, after.tree)), after.classes)) == new


@given(arrays, arrays, st.integers(0, 6))
def test_arrays_that_slide_and_grow(old: np.ndarray, added: np.ndarray, gone: int) -> None:
    for start, new in ((old, np.concatenate([old[gone:], added])), (old, added)):
        for a, b in ((start, new), (np.stack([start, start], axis=1) / 7, np.stack([new, new], axis=1) / 7)):
            before, after = written(a), written(b)
            found = read(Plain(changed(before.tree, changes(before.tree, after.tree))))
            np.testing.assert_array_equal(found, b)
            assert found.dtype == b.dtype


def test_an_array_of_nothing_known_takes_no_room_when_one_row_changes() -> None:
    old = np.full(1000, np.nan)
    new = old.copy()
    new[7] = 1.0
    told = changes(written(old).tree, written(new).tree)
    assert len(told[3]) == 4 and len(told[4]) == 8


def test_windows_and_proxies_stay_what_they_are() -> None:
    value = (deque([1, 2], maxlen=5), MappingProxyType({"a": (1, 2)}), np.array(["x", None], dtype=object))
    found = read(written(value))
    assert found[0] == value[0] and found[0].maxlen == 5
    assert isinstance(found[1], MappingProxyType) and found[1] == value[1]
    assert found[2].tolist() == ["x", None]


def test_ends_of_a_tuple_and_members_of_a_set_are_told_alone() -> None:
    writing = Writing()
    old, new = tuple(range(100)), (*range(40, 100), 100, 101)
    before, after = writing.plain(old), writing.plain(new)
    told = changes(before.tree, after.tree)
    assert len(told) == 4
    assert read(Plain(changed(before.tree, told))) == new
    before, after = writing.plain(frozenset(range(100))), writing.plain(frozenset(range(1, 101)))
    told = changes(before.tree, after.tree)
    assert (told[1], told[2:]) == ([0], [100])
    assert read(Plain(changed(before.tree, told))) == frozenset(range(1, 101))


def test_of_a_large_mapping_that_is_read_only_what_is_asked_for_is_unpacked() -> None:
    relied = {f"feed {n}": (FeedRelied(f"feed {n}", "up", float(n)),) for n in range(200)}
    opened: list[bytes] = []

    def unpack(content: bytes) -> Any:
        opened.append(content)
        return trees[int(content)]

    whole = written(relied)
    trees = whole.tree[2::2]
    tree = [whole.tree[0]]
    for n, key in enumerate(whole.tree[1::2]):
        tree += [key, Packed(str(n).encode(), unpack)]
    found = read(Plain(tree, whole.classes))
    assert (len(found), "feed 7" in found, "feed 200" in found, opened) == (200, True, False, [])
    assert found["feed 7"] == found["feed 7"] == relied["feed 7"]
    assert opened == [b"7"]
    other = late_mapping.changed(found, {"feed 3": (), "feed 200": ()}, gone=("feed 7",))
    assert opened == [b"7"]
    assert (len(other), other["feed 3"], "feed 7" in other, found["feed 7"]) == (200, (), False, relied["feed 7"])
    plain = {**relied, "feed 3": (), "feed 200": ()}
    del plain["feed 7"]
    assert dict(other) == plain
    assert dict(read(written(other))) == plain


def test_what_cannot_be_written_or_is_not_the_twins_is_refused() -> None:
    with pytest.raises(PlainError, match="cannot be kept"):
        written(object())
    with pytest.raises(PlainError, match="no class of the twin"):
        read(Plain([9, 0], ("os:system",)))
    with pytest.raises(PlainError, match="neither a dataclass"):
        read(Plain([9, 0], ("twin.plain_values:read",)))


def test_what_stays_is_not_written_again_until_all_is_once_more() -> None:
    """A keyframe twice a minute of what hardly changes: trees share what stayed, whatever it is a part of."""
    stays, ways = MappingProxyType({"a": (1, (2.5, "x"))}), [(FeedRelied("gate", "up", float(n)),) for n in range(9)]
    writing, trees = Writing(), []
    for n in range(9):
        trees.append(writing.plain({"stays": stays, "ways": tuple(ways[:n])}).tree)
        assert read(Plain(trees[-1], ("twin.warnings:FeedRelied",))) == {"stays": stays, "ways": tuple(ways[:n])}
    assert trees[1][2] is trees[0][2] and trees[8][2] == trees[0][2]
    assert trees[3][4][1:3] == trees[2][4][1:] and trees[3][4][1] is trees[2][4][1]
    assert changes(trees[1][2], trees[0][2]) == changes(trees[8][2], trees[0][2])
