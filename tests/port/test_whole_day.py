"""The port run in process: slices of batches, the same however they are cut, nothing lost and nothing twice."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from data_sources.simulated_port import world
from data_sources.simulated_port.whole_day import Slice, WholeDay
from tests.port.ledger import BASE_MS, jiangyin
from twin.batch import RECEIVED_AT
from twin.records import Kind

LAST_MS = BASE_MS + 60_000


@pytest.fixture(autouse=True, scope="module")
def _short_warm_up():
    """Five minutes in which everything says where it is, for none of this needs a port in full swing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world, "WARM_UP_MS", 300_000)
        yield


def _day(slice_ms: int) -> list[Slice]:
    return list(WholeDay(jiangyin(), 3, BASE_MS).slices(LAST_MS, slice_ms=slice_ms))


@pytest.fixture(scope="module")
def whole() -> list[Slice]:
    """The day in slices of a minute."""
    return _day(60_000)


def test_a_day_comes_in_slices_that_do_not_depend_on_their_length(whole: list[Slice]) -> None:
    kinds: list[dict[Kind, list[tuple[str, int]]]] = []
    for parts in (_day(20_000), whole):
        told: dict[Kind, list[tuple[str, int]]] = defaultdict(list)
        for part in parts:
            assert [b.kind for b in part.batches] == [k for k in Kind if k in {b.kind for b in part.batches}]
            for batch in part.batches:
                received = batch[RECEIVED_AT]
                assert (np.diff(received) >= 0).all() and received[-1] <= part.at_ms
                told[batch.kind] += zip(batch["id"].tolist(), received.tolist(), strict=True)
        kinds.append(dict(told))
    assert kinds[0] == kinds[1]
    for rows in kinds[0].values():
        assert len({name for name, _ in rows}) == len(rows)
    assert len(kinds[0][Kind.CONTAINER]) > 20_000
    assert min(at for _, at in kinds[0][Kind.POSITION]) >= BASE_MS - 180_000


def test_slices_go_on_where_they_stopped(whole: list[Slice]) -> None:
    day = WholeDay(jiangyin(), 3, BASE_MS)
    first = list(day.slices(BASE_MS))
    second = list(day.slices(LAST_MS))
    assert [part.at_ms for part in first + second] == [part.at_ms for part in whole]
    assert [len(b) for part in first + second for b in part.batches] == [len(b) for part in whole for b in part.batches]
