"""Answers are read whole or in part: good rows arrive, each bad row is in quarantine once, with field and value."""

from __future__ import annotations

import copy
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_sources.quarantine import Reason
from data_sources.wire import Answer, WireError, decode_answer
from tests.feeds.trade import NOON, box, fix, seal_event, wire_batch
from twin.batch import fields_of
from twin.records import RECORD_CLASSES, Kind, SealEventKind

NOW = NOON + 60_000


def answer(*batches: dict[str, Any], **changes: Any) -> bytes:
    whole = {"run": "r1", "cursor": "r1.7", "more": False, "now": NOW, "batches": list(batches)}
    return msgspec.json.encode(whole | changes)


def read(*batches: dict[str, Any]) -> Answer:
    return decode_answer(answer(*batches), received_at=NOW)


def refused(got: Answer) -> int:
    return sum(rejection.rows for rejection in got.decoded.rejections)


def arrived(got: Answer) -> int:
    return sum(len(batch) for batch in got.decoded.batches)


def sample(kind: Kind, n: int) -> dict[str, Any]:
    """A batch of any kind with `n` plausible rows, made from the record class alone."""
    columns: dict[str, list[Any]] = {}
    for field in fields_of(kind):
        base = next((a for a in getattr(field.annotation, "__args__", (field.annotation,)) if a is not type(None)), str)
        if field.name == "observed_at":
            values: list[Any] = [NOON + row for row in range(n)]
        elif field.dtype.kind in "ifb":
            values = [{"i": 1, "f": 0.5, "b": True}[field.dtype.kind]] * n
        elif hasattr(base, "__members__"):
            values = [next(iter(base.__members__.values())).value] * n
        elif "tuple" in str(field.annotation):
            values = [["CSQU3054383"]] * n
        else:
            values = [f"{field.name}-{row}" for row in range(n)]
        columns[field.name] = values
    return {"kind": str(kind), "columns": columns}


@pytest.mark.parametrize("kind", Kind)
def test_every_record_kind_comes_through_the_wire_as_its_class(kind: Kind) -> None:
    got = read(sample(kind, 3))
    assert not got.decoded.rejections
    (batch,) = got.decoded.batches
    assert (batch.kind, len(batch)) == (kind, 3)
    assert isinstance(batch.record(1), RECORD_CLASSES[kind])
    assert list(batch["received_at"]) == [NOW] * 3
    for field in fields_of(kind):
        assert batch[field.name].dtype == field.dtype


def test_records_survive_the_wire_unchanged() -> None:
    records = [fix("闽A12345", second) for second in range(5)]
    got = read(wire_batch(Kind.POSITION, list(records)))
    (batch,) = got.decoded.batches
    assert [batch.record(row) for row in range(5)] == records


def test_an_absent_reefer_set_point_is_no_number_and_an_absent_class_is_none() -> None:
    dry, frozen = box("CSQU3054383"), box("TCNU7200794", reefer_set_c=-18.0, dangerous_class="3")
    got = read(wire_batch(Kind.CONTAINER, [dry, frozen]))
    (batch,) = got.decoded.batches
    assert np.isnan(batch["reefer_set_c"][0])
    assert batch["reefer_set_c"][1] == -18.0
    assert list(batch["dangerous_class"]) == [None, "3"]


def test_one_bad_weight_costs_one_container_not_the_batch() -> None:
    raw = wire_batch(Kind.CONTAINER, [box("CSQU3054383"), box("TCNU7200794"), box("ZEPU0037255")])
    raw["columns"]["gross_kg"][1] = "heavy"
    got = read(raw)
    assert list(got.decoded.batches[0]["container"]) == ["CSQU3054383", "ZEPU0037255"]
    (rejection,) = got.decoded.rejections
    assert (rejection.kind, rejection.field, rejection.reason) == ("container", "gross_kg", Reason.WRONG_TYPE)
    assert "heavy" in rejection.value
    assert "TCNU7200794" in rejection.row["container"]
    assert "gross_kg" in rejection.text


@pytest.mark.parametrize(("field", "value", "reason"), [
    ("entity_kind", "submarine", Reason.NOT_A_MEMBER),
    ("datum", None, Reason.WRONG_TYPE),
    ("lon", 181.0, Reason.OUT_OF_RANGE),
    ("lat", -90.5, Reason.OUT_OF_RANGE),
    ("lat", "25.4", Reason.WRONG_TYPE),
    ("observed_at", 0, Reason.IMPLAUSIBLE_TIME),
    ("observed_at", NOW + 86_400_000, Reason.IMPLAUSIBLE_TIME),
    ("observed_at", 10**30, Reason.OUT_OF_RANGE),
    ("id", "", Reason.EMPTY),
    ("entity", "", Reason.EMPTY),
    ("status", True, Reason.WRONG_TYPE),
    ("status", [1], Reason.WRONG_TYPE),
])
def test_each_kind_of_bad_value_is_named(field: str, value: Any, reason: Reason) -> None:
    raw = wire_batch(Kind.POSITION, [fix("A", 0), fix("B", 1), fix("C", 2)])
    raw["columns"][field][1] = value
    got = read(raw)
    assert arrived(got) == 2
    (rejection,) = got.decoded.rejections
    assert (rejection.field, rejection.reason, rejection.rows) == (field, reason, 1)


def test_infinite_numbers_are_refused() -> None:
    body = answer(wire_batch(Kind.POSITION, [fix("A", 0), fix("B", 1)]))
    got = decode_answer(body.replace(b'"speed_mps":[5.0,', b'"speed_mps":[1e999,'), NOW)
    assert [r.field for r in got.decoded.rejections] == ["speed_mps"]
    assert got.decoded.rejections[0].reason is Reason.OUT_OF_RANGE
    assert arrived(got) == 1


def test_null_island_is_no_position_for_a_truck_but_a_cut_seal_stays_evidence() -> None:
    got = read(wire_batch(Kind.POSITION, [fix("A", 0, lon=0.0, lat=0.0), fix("B", 0)]),
               wire_batch(Kind.SEAL_EVENT, [seal_event("S1", 0, SealEventKind.CUT, lon=0.0, lat=0.0)]))
    assert [(r.kind, r.reason) for r in got.decoded.rejections] == [("position", Reason.NO_POSITION)]
    positions, seals = got.decoded.batches
    assert list(positions["entity"]) == ["B"]
    assert list(seals["event"]) == [SealEventKind.CUT]
    assert np.isnan(seals["lon"][0])
    assert got.decoded.without_fix == 1


def test_a_wrong_check_digit_is_flagged_and_kept() -> None:
    got = read(wire_batch(Kind.CONTAINER, [box("CSQU3054384"), box("CSQU3054383")]))
    assert arrived(got) == 2
    assert got.decoded.flagged == 1
    assert not got.decoded.rejections


def test_a_batch_whose_columns_slipped_is_refused_whole() -> None:
    raw = wire_batch(Kind.POSITION, [fix("A", 0), fix("B", 1), fix("C", 2)])
    del raw["columns"]["lon"][0]
    got = read(raw, wire_batch(Kind.CONTAINER, [box("CSQU3054383")]))
    assert [batch.kind for batch in got.decoded.batches] == [Kind.CONTAINER]
    (rejection,) = got.decoded.rejections
    assert (rejection.reason, rejection.field, rejection.rows) == (Reason.COLUMNS_UNEQUAL, "lon", 3)


def test_missing_and_unknown_columns_are_said() -> None:
    optional, required = (wire_batch(Kind.CONTAINER, [box("CSQU3054383")]) for _ in range(2))
    del optional["columns"]["un_number"]
    optional["columns"]["colour"] = ["red"]
    del required["columns"]["gross_kg"]
    got = read(optional, required)
    assert arrived(got) == 1
    assert any("un_number" in remark for remark in got.decoded.remarks)
    assert any("colour" in remark for remark in got.decoded.remarks)
    (rejection,) = got.decoded.rejections
    assert (rejection.reason, rejection.field, rejection.rows) == (Reason.COLUMN_MISSING, "gross_kg", 1)


def test_kinds_of_a_newer_backend_are_counted_and_left_out() -> None:
    newer = {"kind": "drone_flight", "columns": {"id": ["1", "2"], "rotor": [4, 4]}}
    got = read(newer, wire_batch(Kind.POSITION, [fix("A", 0)]))
    assert got.decoded.ignored == {"drone_flight": 2}
    assert arrived(got) == 1
    assert not got.decoded.rejections


def test_empty_batches_are_nothing() -> None:
    got = read(wire_batch(Kind.POSITION, []))
    assert got.decoded.batches == ()
    assert got.decoded.rejections == ()


@pytest.mark.parametrize("body", [
    b"", b"null", b"[]", b"{}", b"<html>502</html>", b'{"run":"r","cursor":"c","now":5,"batches":[]}', b"\xff\xfe",
    b"[" * 10_000, answer()[:-2], answer(now="noon"), answer(batches={}), answer(run=None),
])
def test_what_is_no_answer_raises_only_the_decoder_s_own_error(body: bytes) -> None:
    with pytest.raises(WireError):
        decode_answer(body, NOW)


@pytest.mark.parametrize("piece", [
    5, None, "position", {"kind": "position"}, {"kind": 3, "columns": {}}, {"kind": "position", "columns": 3},
])
def test_a_batch_that_is_none_does_not_cost_its_neighbours(piece: Any) -> None:
    got = read(piece, wire_batch(Kind.POSITION, [fix("A", 0)]))
    assert arrived(got) == 1
    assert [r.reason for r in got.decoded.rejections] == [Reason.UNREADABLE]


JUNK = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
                 st.text(max_size=5), st.lists(st.integers(), max_size=2), st.just({"a": 1}))


@settings(max_examples=200, deadline=None)
@given(kind=st.sampled_from(Kind), rows=st.integers(1, 6), data=st.data())
def test_whatever_value_is_exchanged_the_other_rows_arrive(kind: Kind, rows: int, data: st.DataObject) -> None:
    raw = sample(kind, rows)
    names = list(raw["columns"])
    spoilt: dict[tuple[str, int], Any] = data.draw(
        st.dictionaries(st.tuples(st.sampled_from(names), st.integers(0, rows - 1)), JUNK, max_size=4))
    whole = copy.deepcopy(raw)
    for (name, row), value in spoilt.items():
        whole["columns"][name][row] = value
    got = read(whole)
    assert arrived(got) + refused(got) == rows
    touched = {row for _, row in spoilt}
    kept = list(got.decoded.batches[0]["id"]) if got.decoded.batches else []
    for row in set(range(rows)) - touched:
        assert raw["columns"]["id"][row] in kept
    assert refused(got) == len(got.decoded.rejections) <= len(touched)


@settings(max_examples=300, deadline=None)
@given(cut=st.integers(0, 400), junk=st.binary(max_size=12), rows=st.integers(0, 3))
def test_damaged_bytes_raise_the_decoder_s_own_error_or_are_told_row_by_row(cut: int, junk: bytes, rows: int) -> None:
    body = answer(wire_batch(Kind.POSITION, [fix("A", second) for second in range(rows)]))
    cut = min(cut, len(body))
    damaged = body[:cut] + junk + body[cut + len(junk):]
    try:
        got = decode_answer(damaged, NOW)
    except WireError:
        return
    assert arrived(got) <= rows
