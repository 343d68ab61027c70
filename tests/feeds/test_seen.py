"""Devices resend until answered, backends restart: a record that came before is dropped, a late one is not."""

from __future__ import annotations

import dataclasses

from hypothesis import given, settings
from hypothesis import strategies as st

from data_sources.seen import SeenRecords
from tests.feeds.trade import box, fix
from twin.batch import batch_of
from twin.records import Kind


def test_a_resent_fix_is_dropped_and_a_late_one_is_kept() -> None:
    seen = SeenRecords()
    now, late = fix("闽A12345", 20), fix("闽A12345", 5)
    assert len(seen.fresh(batch_of(Kind.POSITION, [now, now], 0))) == 1
    assert [r.observed_at for r in map(seen.fresh(batch_of(Kind.POSITION, [now, late], 0)).record, range(1))] == [
        late.observed_at]
    assert len(seen.fresh(batch_of(Kind.POSITION, [now, late], 0))) == 0


def test_the_same_id_from_another_source_or_of_another_kind_is_another_record() -> None:
    seen = SeenRecords()
    one = fix("A", 0)
    other = dataclasses.replace(one, source="customs")
    assert len(seen.fresh(batch_of(Kind.POSITION, [one, other], 0))) == 2
    paper = dataclasses.replace(box("CSQU3054383"), id=one.id, source=one.source)
    assert len(seen.fresh(batch_of(Kind.CONTAINER, [paper], 0))) == 1


def test_asking_does_not_note() -> None:
    seen = SeenRecords()
    batch = batch_of(Kind.POSITION, [fix("A", 0)], 0)
    assert not seen.known(batch).any()
    assert not seen.known(batch).any()
    seen.fresh(batch)
    assert seen.known(batch).all()


def test_a_flood_of_positions_never_pushes_out_papers_and_memory_stays_bounded() -> None:
    seen = SeenRecords(discrete_ids=8, sampled_ids=8)
    paper = batch_of(Kind.CONTAINER, [box("CSQU3054383")], 0)
    seen.fresh(paper)
    flood = batch_of(Kind.POSITION, [fix("A", second) for second in range(1000)], 0)
    assert len(seen.fresh(flood)) == 1000
    assert seen.known(paper).all()
    assert seen.known(flood)[-8:].all()
    assert seen.known(flood).sum() <= 16


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.integers(0, 60), max_size=20), max_size=20), st.integers(1, 40))
def test_within_its_capacity_it_remembers_like_a_set(deliveries: list[list[int]], capacity: int) -> None:
    seen = SeenRecords(sampled_ids=capacity)
    order: list[int] = []
    for delivery in deliveries:
        got = seen.fresh(batch_of(Kind.POSITION, [fix("A", second) for second in delivery], 0))
        remembered = set(order[-capacity:])
        for second in dict.fromkeys(delivery):
            came = fix("A", second).id in set(got["id"])
            assert not (came and second in remembered), "repeated a record it must remember"
            assert came or second in order, "dropped a record it never saw"
        order.extend(second for second in dict.fromkeys(delivery) if fix("A", second).id in set(got["id"]))
