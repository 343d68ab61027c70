"""A twin saved and restored goes on exactly as the one that was never stopped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_sources.history import keyframes
from data_sources.history.keyframe_chain import LEVELS_MS, Finder, Taker
from data_sources.history.values import KeyframeRow
from tests.core.kept_past import KeptPast
from tests.core.small_port import small_port
from tests.core.test_twin_order import facts, picture, tell
from tests.core.timeline import DAY, Story, number
from twin import keyframe
from twin.batch import Batch, batch_of
from twin.keyframe import KeyframeError
from twin.plain_values import PlainError
from twin.records import RECORD_CLASSES, Kind, Record, SealEventKind
from twin.rules.base import Changed
from twin.rules.registry import RULES, changed_settings, make_rules
from twin.twin import Twin
from twin.warnings import RiskWarning

KIND_OF = {record_class: kind for kind, record_class in RECORD_CLASSES.items()}
START = DAY + 3_600_000


def at_once(records: list[Record], now: int) -> list[Batch]:
    by_kind: dict[Kind, list[Record]] = defaultdict(list)
    for record in records:
        by_kind[KIND_OF[type(record)]].append(record)
    return [batch_of(kind, some, now) for kind, some in by_kind.items()]


@dataclass
class KeptFrames:
    """Keyframes in a list."""

    rows: list[KeyframeRow]

    def keyframes_before(self, at: int, known: Collection[int] = ()) -> tuple[KeyframeRow, ...]:
        chain = [max((r for r in self.rows if r.at <= at), key=lambda r: r.at, default=None)]
        if chain[0] is None:
            return ()
        while not chain[0].is_base:
            chain.insert(0, next(r for r in self.rows if r.at == chain[0].base_at))
        return tuple(chain)


def fresh() -> Twin:
    return Twin(small_port(), make_rules())


def placed(warnings: Iterable[RiskWarning]) -> list[RiskWarning]:
    """Warnings whose places can be compared: no number is not itself."""
    return [w if w.place_x == w.place_x else replace(w, place_x=0.0, place_y=0.0) for w in warnings]


def same(one: Twin, other: Twin) -> None:
    assert picture(one) == picture(other)
    assert placed(one.warnings.all()) == placed(other.warnings.all())
    assert placed(one.warnings.open()) == placed(other.warnings.open())
    assert one.now == other.now
    assert one.counts() == other.counts()
    assert dict(one.rule_status) == dict(other.rule_status)
    assert [r.id for r in one.gate_passages] == [r.id for r in other.gate_passages]
    for name in keyframe.REGISTERS:
        assert list(getattr(one, name)) == list(getattr(other, name))
    assert [one.declarations.get(n) for n in one.declarations.numbers()] == [
        other.declarations.get(n) for n in other.declarations.numbers()]


@settings(max_examples=40, deadline=None)
@given(st.lists(facts, min_size=2, max_size=16), st.data())
def test_a_restored_twin_goes_on_exactly_as_the_one_that_was_saved(told: list[tuple[Any, ...]], data: Any) -> None:
    story = Story()
    for fact in told:
        tell(fact, story)
    twin, past, taker = fresh(), KeptPast(), Taker(small_port().frame)
    gap = data.draw(st.sampled_from([7_000, LEVELS_MS[-1], LEVELS_MS[1], LEVELS_MS[0]]))
    stop = data.draw(st.integers(1, len(story.records)))
    frames = KeptFrames([])
    steps = [(START + n * gap, at_once([record], START + n * gap)) for n, record in enumerate(story.records)]
    for now, batches in steps[:stop]:
        twin.apply(batches, now)
        past.batches += batches
        frames.rows.append(taker.row(keyframe.save(twin)))
    again = fresh()
    found = Finder(frames, again.version, small_port().frame).before(steps[stop - 1][0])
    assert found is not None
    keyframe.restore(again, found, past)
    for now, batches in steps[stop:]:
        assert placed(again.apply(batches, now).warnings) == placed(twin.apply(batches, now).warnings)
    same(twin, again)


def a_morning() -> Twin:
    story = Story()
    for serial in range(1, 30):
        story.container("7:00", number(serial))
        story.stands("7:01", f"F1-{1 + 2 * (serial % 9):02d}-01-{1 + serial // 9}", number(serial))
    story.lifted_for_exit("8:00", slot="F1-03-01-1", box=number(1))
    story.fix("8:01", 40.0, 30.0)
    story.seal("8:02", SealEventKind.CUT, box=number(2))
    twin = fresh()
    twin.apply(at_once(story.records, START), START)
    return twin


def test_a_keyframe_goes_back_to_the_empty_port() -> None:
    twin, nothing = a_morning(), fresh()
    start = keyframe.save(nothing)
    assert twin.containers.count
    keyframe.restore(twin, start, KeptPast())
    same(twin, nothing)
    assert twin.epoch == 1


def test_a_row_given_anew_after_going_back_holds_nothing_of_what_it_held() -> None:
    twin, start = a_morning(), keyframe.save(fresh())
    keyframe.restore(twin, start, KeptPast())
    story = Story()
    story.container("9:00", number(77), full=False)
    twin.apply(at_once(story.records, START), START)
    other = fresh()
    other.apply(at_once(story.records, START), START)
    assert picture(twin) == picture(other)


def test_taking_a_keyframe_changes_nothing_and_later_steps_do_not_change_the_keyframe() -> None:
    twin = a_morning()
    frame = keyframe.save(twin)
    before = {part: {n: v.copy() for n, v in columns.items()} for part, columns in frame.columns.items()}
    story = Story()
    story.dropped("9:00", slot="F1-05-01-3", box=number(1))
    twin.apply(at_once(story.records, START + 1), START + 1)
    for part, columns in before.items():
        for name, values in columns.items():
            np.testing.assert_array_equal(frame.columns[part][name], values)


def test_a_keyframe_of_another_version_is_refused_and_passed_over() -> None:
    twin = a_morning()
    row = Taker(small_port().frame).row(keyframe.save(twin))
    old = KeyframeRow(row.at, row.base_at, row.version + 1, row.blob)
    assert Finder(KeptFrames([old]), twin.version, small_port().frame).before(row.at) is None
    earlier = Taker(small_port().frame).row(keyframe.save(fresh()))
    found = Finder(KeptFrames([earlier, old]), twin.version, small_port().frame).before(row.at)
    assert found is not None and found.at == earlier.at
    frame = keyframe.save(twin)
    with pytest.raises(KeyframeError, match="of version"):
        keyframe.restore(twin, keyframe.Keyframe(frame.at, 1, frame.columns, frame.values), KeptPast())
    assert twin.containers.count == 29


def test_a_damaged_increment_leaves_the_keyframe_before_it(caplog: pytest.LogCaptureFixture) -> None:
    twin, taker = a_morning(), Taker(small_port().frame)
    full = taker.row(keyframe.save(twin))
    twin.apply([], START + 60_000)
    small = taker.row(keyframe.save(twin))
    assert not small.is_base
    torn = KeyframeRow(small.at, small.base_at, small.version, small.blob[: len(small.blob) // 2])
    found = Finder(KeptFrames([full, torn]), twin.version, small_port().frame).before(small.at)
    assert found is not None and found.at == full.at
    assert "cannot be read" in caplog.text
    caplog.clear()


def test_a_rule_that_judges_otherwise_now_starts_anew() -> None:
    twin = a_morning()
    frame = keyframe.save(twin)
    versions = {**frame.values["rule versions"], "R03": 99}
    frame = keyframe.Keyframe(frame.at, frame.version, frame.columns, {**frame.values, "rule versions": versions})
    again = fresh()
    keyframe.restore(again, frame, KeptPast())
    memories, _ = again.save_rules()
    start = {rule.spec.id: rule.start() for rule in make_rules()}
    assert memories["R03"] == start["R03"]
    assert placed(again.warnings.all()) == placed(twin.warnings.all())


def test_a_rule_with_other_settings_starts_anew_and_the_others_go_on() -> None:
    told = {"R03": {"interval_s": 90.5}}
    frame = keyframe.save(a_morning())
    before = fresh().rule_versions
    again = Twin(small_port(), make_rules(told), changed=changed_settings(told))
    assert {rule for rule, version in again.rule_versions.items() if version != before[rule]} == {"R03"}
    keyframe.restore(again, frame, KeptPast())
    memories, _ = again.save_rules()
    start = {rule.spec.id: rule.start() for rule in make_rules()}
    assert memories["R03"] == start["R03"]
    assert memories["R01"] == frame.values["rule R01"]
    same = Twin(small_port(), make_rules(told), changed=changed_settings(told))
    keyframe.restore(same, keyframe.save(again), KeptPast())
    assert same.rule_versions == again.rule_versions


def test_settings_at_their_defaults_are_no_change() -> None:
    spec = next(spec for spec in RULES if spec.id == "R01")
    told = {"R01": {p.name: p.default for p in spec.parameters}}
    assert changed_settings(told) == ()
    other = spec.parameters[0]
    told["R01"][other.name] = other.high
    assert changed_settings(told) == (Changed("R01", other.name, other.high, other.default, other.unit),)


def test_a_keyframe_whose_warnings_cannot_be_read_is_refused_before_anything_is_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    twin, again = a_morning(), fresh()
    frames = KeptFrames([Taker(small_port().frame).row(keyframe.save(twin))])
    found = Finder(frames, twin.version, small_port().frame).before(START)
    assert found is not None

    def other_layout(_tree: Any) -> Any:
        raise PlainError("a value cannot be read: a class has other fields")

    monkeypatch.setattr(keyframes, "read", other_layout)
    with pytest.raises(KeyframeError, match="other fields"):
        keyframe.restore(again, found, KeptPast())
    same(again, fresh())


def test_one_bit_that_changed_on_the_disk_is_noticed_before_anything_is_unpacked(
    caplog: pytest.LogCaptureFixture,
) -> None:
    twin, taker = a_morning(), Taker(small_port().frame)
    row = taker.row(keyframe.save(twin))
    for place in (0, 50, len(row.blob) // 2, len(row.blob) - 1):
        torn = bytearray(row.blob)
        torn[place] ^= 4
        bad = KeyframeRow(row.at, row.base_at, row.version, bytes(torn))
        assert Finder(KeptFrames([bad]), twin.version, small_port().frame).before(row.at) is None
    assert caplog.text.count("not as they were written") == 4
    caplog.clear()


def test_a_keyframe_of_another_version_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    twin = a_morning()
    row = Taker(small_port().frame).row(keyframe.save(twin))
    finder = Finder(KeptFrames([KeyframeRow(row.at, row.base_at, 1, row.blob)]), twin.version, small_port().frame)
    assert finder.before(row.at) is finder.before(row.at) is None
    assert caplog.text.count("made by another version of this program") == 1
    caplog.clear()


def test_whoever_restores_a_keyframe_unpacks_what_he_reads_and_writes_without_reading() -> None:
    twin, taker = a_morning(), Taker(small_port().frame)
    frames = KeptFrames([taker.row(keyframe.save(twin))])
    story = Story()
    story.dropped("9:00", slot="F1-05-01-3", box=number(1))
    twin.apply(at_once(story.records, START + 1), START + 1)
    frames.rows.append(taker.row(keyframe.save(twin)))
    assert not frames.rows[-1].is_base
    again = fresh()
    found = Finder(frames, twin.version, small_port().frame).before(START + 1)
    assert found is not None
    keyframe.restore(again, found, KeptPast())
    opened = found.columns["containers"]._open  # type: ignore[attr-defined]
    assert "place_id" not in opened
    again.containers.put(np.array([3]), place_id="MV-9")
    assert "place_id" not in opened, "what is written waits until somebody reads"
    assert again.containers.place_id[3] == "MV-9"
    assert again.containers.place_id[0] == twin.containers.place_id[0]
    assert found.columns["containers"]["place_id"][3] != "MV-9", "a keyframe is never changed"
