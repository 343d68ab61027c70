"""What is remembered, for how long, and what counts as having come before."""

from __future__ import annotations

import numpy as np

from tests.core.timeline import BOX, Story, at, number
from twin import iso6346
from twin.batch import Batch, batch_of
from twin.facts import Facts
from twin.newest import newest_of_each, supersedes, version
from twin.paperwork import Seen
from twin.records import Kind, Move


def lifts(count: int) -> Batch:
    story = Story()
    return batch_of(Kind.MOVE, [story.lifted_for_exit("8:00", box=number(i)) for i in range(count)], at("8:00"))


def test_facts_beyond_the_limit_are_forgotten_from_the_oldest_on() -> None:
    facts = Facts(limit=100)
    for box in range(12):
        facts.add(lifts(10), np.full(10, box, dtype=np.int32))
    assert len(facts) <= 100
    assert list(facts.of(0)) == []
    assert len(list(facts.of(11))) == 10
    assert len(facts.dossier(11)) == 10
    facts.add(lifts(0), np.zeros(0, dtype=np.int32))


def test_facts_can_be_asked_for_by_kind() -> None:
    facts = Facts()
    facts.add(lifts(1), np.array([3], dtype=np.int32))
    assert len(list(facts.of(3, Kind.MOVE))) == 1
    assert list(facts.of(3, Kind.SEAL_EVENT)) == []


def test_what_came_before_is_not_fresh() -> None:
    seen, batch = Seen(), lifts(3)
    assert seen.fresh(batch) is batch
    assert len(seen.fresh(batch)) == 0
    assert len(seen.fresh(batch.take(np.array([], dtype=np.intp)))) == 0


def test_repeats_within_a_batch_are_one_and_ids_belong_to_their_source() -> None:
    seen, batch = Seen(), lifts(2)
    columns = dict(batch.take(np.array([0, 1, 0, 1])).columns)
    columns["source"] = np.array(["a", "a", "a", "b"], dtype=object)
    fresh = seen.fresh(Batch(Kind.MOVE, columns))
    assert list(zip(fresh["source"], fresh["id"], strict=True)) == [
        ("a", "Move-0000"), ("a", "Move-0001"), ("b", "Move-0001")]


def test_memory_of_ids_is_bounded_and_covers_a_generation() -> None:
    seen, batches = Seen(generation=4), [lifts(3 * n + 3).take(np.arange(3 * n, 3 * n + 3)) for n in range(5)]
    for batch in batches:
        assert len(seen.fresh(batch)) == 3
    assert len(seen.fresh(batches[-1])) == 0
    assert len(seen.fresh(batches[0])) == 3, "long forgotten"


def test_of_several_records_the_newest_and_then_the_greatest_id_holds() -> None:
    rows = np.array([1, 0, 1, 1])
    versions = version(np.array([5, 9, 7, 7], dtype=np.int64))
    ids = np.array(["a", "b", "c", "d"], dtype=object)
    assert list(newest_of_each(rows, versions, ids)) == [1, 3]
    assert list(newest_of_each(rows[:0], versions[:0], ids[:0])) == []
    known = np.array(["a", "", "b", "e"], dtype=object)
    assert list(supersedes(versions, ids, np.array([0, 0, 2, 3]), versions, lambda: known)) == [
        False, True, True, False]
    assert (version(np.array([5]), 3) > version(np.array([5]), 2)).all()


def test_numbers_misread_are_put_right() -> None:
    good = BOX
    assert iso6346.repairs(good) == (good,)
    assert iso6346.repairs(f" {good[:4]} {good[4:10]}-{good[10]} ".lower()) == (good,)
    assert iso6346.repairs(good[:10]) == (good,)
    assert good in iso6346.repairs(good.replace("0", "O"))
    assert good in iso6346.repairs("M5KU" + good[4:])
    assert iso6346.repairs(good[:10] + str((int(good[10]) + 1) % 10))[0][:10] == good[:10]
    assert iso6346.repairs("??") == iso6346.repairs("1234567890A") == ()
    assert iso6346.is_valid(good)
    assert not iso6346.is_valid("MSKU0000012")


def test_sizes_from_codes_of_both_standards() -> None:
    for code, length, height in (
        ("22G1", 6.058, 2.591), ("45R1", 12.192, 2.896), ("L5G1", 13.716, 2.896), ("2200", 6.058, 2.591),
        ("4300", 12.192, 2.591), ("", 6.058, 2.591), ("?", 6.058, 2.591),
    ):
        assert iso6346.dimensions(code) == (length, height), code


def test_a_move_comes_back_as_the_record_it_was() -> None:
    story = Story()
    lift = story.lifted_for_exit("8:00")
    facts = Facts()
    facts.add(batch_of(Kind.MOVE, [lift], at("8:01")), np.array([0], dtype=np.int32))
    entry = facts.dossier(0)[0]
    assert isinstance(entry.record, Move)
    assert (entry.record, entry.observed_at, entry.received_at, entry.kind) == (lift, at("8:00"), at("8:01"), Kind.MOVE)
