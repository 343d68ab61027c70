"""A recorded time comes back as it was: by seeking, by playing, at any speed; as known then and as known now."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands.past import Past
from data_sources.history.errors import HistoryError
from data_sources.history.keyframe_chain import Taker
from data_sources.history.store import History
from data_sources.history.warning_steps import StepLog
from data_sources.replay_clock import ReplayClock
from data_sources.rewind import Rewind
from data_sources.simulate import rounded
from tests.core.small_port import small_port
from tests.core.test_keyframe import START, at_once
from tests.core.test_twin_order import BOXES, facts, picture, tell
from tests.core.timeline import Story, number
from twin import keyframe
from twin.batch import Batch
from twin.differences import differences
from twin.records import DeclarationState, Record, SealEventKind
from twin.rules.registry import make_rules
from twin.twin import Twin

GAP_MS = 20_000
CODE = small_port().layout.code


def fresh() -> Twin:
    return Twin(small_port(), make_rules())


def alike(one: Twin, other: Twin) -> None:
    """Codes read from a history are plain text, equal to the members they were but not written like them."""
    ours, theirs = picture(one), picture(other)
    assert {n: v for n, v in ours.items() if n != "dossiers"} == {n: v for n, v in theirs.items() if n != "dossiers"}
    assert [one.dossier(box) for box in BOXES] == [other.dossier(box) for box in BOXES]
    assert [list(getattr(one, n)) for n in keyframe.REGISTERS] == [list(getattr(other, n)) for n in keyframe.REGISTERS]


def findings(twin: Twin) -> list[tuple[Any, ...]]:
    """The open warnings but for when they were noticed, which depends on how time was cut into steps."""
    return [(w.id, w.severity, w.state, w.raised_at, w.active, w.overturned, w.evidence, dict(w.facts))
            for w in twin.warnings.open()]


def state_of(twin: Twin, warning_id: str) -> str:
    found = twin.warnings.get(warning_id)
    return "" if found is None else found.state


def received(records: list[Record], gap_ms: int = GAP_MS) -> list[tuple[int, list[Batch]]]:
    """Each record at an instant of its own, as a history keeps it."""
    return [(START + n * gap_ms, [rounded(b) for b in at_once([record], START + n * gap_ms)])
            for n, record in enumerate(records)]


def record_live(history: History, steps: list[tuple[int, list[Batch]]]) -> Twin:
    """What a desk does: the twin hears everything at once, the history keeps it, with keyframes and warnings."""
    twin, taker, log = fresh(), Taker(small_port().frame), StepLog()
    for now, batches in steps:
        delta = twin.apply(batches, now)
        history.write(batches)
        history.write_warnings(log.fresh(delta.warnings))
        if taker.due(now):
            history.write_keyframe(taker.row(keyframe.save(twin)))
    return twin


@pytest.fixture
def day(tmp_path: Path) -> tuple[str, list[tuple[int, list[Batch]]], Twin]:
    """A morning with a container lifted without release and a seal cut."""
    story = Story()
    for serial in range(1, 6):
        story.container("7:00", number(serial))
        story.stands("7:01", f"F1-{2 * serial - 1:02d}-01-1", number(serial))
    story.vehicle("7:05")
    for second in range(0, 50, 10):
        story.fix(f"8:00:{second:02d}", 20.0 + second, 30.0)
    story.lifted_for_exit("8:01", slot="F1-01-01-1", box=number(1))
    story.seal("8:02", SealEventKind.LOCKED, box=number(2))
    story.seal("8:03", SealEventKind.CUT, box=number(2))
    story.released("7:30", number(1))  # said late
    steps = received(story.records)
    url = f"sqlite:///{tmp_path / 'day.db'}"
    with History.open(url, CODE) as history:
        twin = record_live(history, steps)
    return url, steps, twin


@settings(max_examples=5, deadline=None)
@given(st.lists(facts, min_size=2, max_size=12), st.data())
def test_seeking_to_an_instant_equals_playing_to_it(
    tmp_path_factory: pytest.TempPathFactory, told: list[tuple[Any, ...]], data: Any,
) -> None:
    story = Story()
    for fact in told:
        tell(fact, story)
    steps = received(story.records, data.draw(st.sampled_from([2_000, GAP_MS, 400_000])))
    with History.open(f"sqlite:///{tmp_path_factory.mktemp('day') / 'day.db'}", CODE) as history:
        record_live(history, steps)
        rewind, played = Rewind(history, fresh()), fresh()
        number_of = data.draw(st.integers(0, len(steps) - 1))
        rewind.to(data.draw(st.sampled_from(steps))[0])  # wherever it comes from
        at = steps[number_of][0]
        for now, batches in steps[: number_of + 1]:
            played.apply(batches, now)
        rewind.to(at)
        alike(rewind.twin, played)
        assert findings(rewind.twin) == findings(played)
        assert rewind.twin.now == played.now


def test_replaying_the_day_raises_exactly_the_warnings_of_the_day(
    day: tuple[str, list[tuple[int, list[Batch]]], Twin],
) -> None:
    url, steps, live = day
    past = Past(small_port(), url)
    session = past.open(steps[0][0])
    try:
        past.speed(3600.0)
        ends = time.monotonic() + 30.0
        while not past.feed.at_end or session.waiting:
            past.step()
            time.sleep(0.005)
            assert time.monotonic() < ends, "the replay stands"
        past.step()
        assert session.twin.warnings.all()
        assert [(w.id, w.severity, w.raised_at, w.active, w.overturned, w.evidence) for w in
                session.twin.warnings.all()] == [
            (w.id, w.severity, w.raised_at, w.active, w.overturned, w.evidence) for w in live.warnings.all()]
        alike(session.twin, live)
    finally:
        past.close()
    assert not past.is_open


def test_going_back_and_forth_ends_where_it_began(day: tuple[str, list[tuple[int, list[Batch]]], Twin]) -> None:
    url, steps, live = day
    past = Past(small_port(), url)
    twin = past.open(steps[-1][0]).twin
    try:
        end = [w.id for w in twin.warnings.open()]
        past.seek(steps[4][0])
        assert twin.containers.count < live.containers.count
        assert len(twin.warnings.all()) < len(live.warnings.all())
        past.feed.step(GAP_MS)
        assert past.now() == steps[5][0]
        past.seek(steps[-1][0] + 3_600_000)
        assert past.now() == steps[-1][0]
        assert [w.id for w in twin.warnings.open()] == end
    finally:
        past.close()


def test_what_an_operator_did_between_two_keyframes_was_done_in_the_replay(tmp_path: Path) -> None:
    story = Story()
    story.container("7:00")
    story.seal("8:00", SealEventKind.LOCKED)
    story.seal("8:01", SealEventKind.CUT)
    story.fix("8:02", 20.0, 30.0)
    steps = received(story.records, 1_000)
    with History.open(f"sqlite:///{tmp_path / 'day.db'}", CODE) as history:
        twin = record_live(history, steps)
        warning = next(w for w in twin.warnings.open() if w.rule == "R03")
        log = StepLog()
        log.fresh([warning])
        history.write_warnings(log.fresh([twin.warnings.acknowledge(warning.id, "Lin", steps[2][0] + 500)]))
        rewind = Rewind(history, fresh())
        rewind.to(steps[2][0])
        assert state_of(rewind.twin, warning.id) == "raised"
        rewind.to(steps[3][0])
        assert state_of(rewind.twin, warning.id) == "acknowledged"


def test_as_known_now_a_late_release_was_there_in_time(day: tuple[str, list[tuple[int, list[Batch]]], Twin]) -> None:
    url, steps, _ = day
    lifted_at = next(now for now, batches in steps if batches[0].kind == "move")
    with History.open(url, CODE) as history:
        then, known = Rewind(history, fresh()), Rewind(history, fresh())
        then.to(lifted_at)
        known.to(lifted_at, steps[-1][0])
        states = [r.twin.containers.declaration_state[r.twin.containers.row_of[number(1)]] for r in (then, known)]
        assert states == [-1, list(DeclarationState).index(DeclarationState.RELEASED)]
        told = {(d.kind, d.what): (d.then, d.now) for d in differences(then.twin, known.twin)}
        assert told["container", "declaration_state"] == ("", "released")


def test_a_time_before_the_recording_is_a_sentence(day: tuple[str, list[tuple[int, list[Batch]]], Twin]) -> None:
    url, steps, _ = day
    past = Past(small_port(), url)
    with pytest.raises(HistoryError, match="nothing up to that time"):
        past.open(steps[0][0] - 1)
    assert not past.is_open


def test_the_clock_never_runs_ahead_of_what_was_read_and_makes_nothing_up() -> None:
    wall = [0.0]
    clock = ReplayClock(1_000, lambda: wall[0])
    clock.run(10.0)
    wall[0] = 1.0
    assert clock.now() == 1_000 and clock.held_up()
    clock.read_to(5_000)
    assert clock.now() == 1_000
    wall[0] = 1.2
    assert clock.now() == 3_000
    clock.stand()
    wall[0] = 9.0
    assert clock.now() == 3_000
    with pytest.raises(ValueError, match="no speed"):
        clock.run(0.0)


def test_a_replay_that_is_a_little_late_is_put_forward_over_what_has_been_read(
    day: tuple[str, list[tuple[int, list[Batch]]], Twin],
) -> None:
    url, recorded, _live = day
    past = Past(small_port(), url)
    past.open(recorded[0][0])
    past.speed(0.1)
    feed, end = past.feed, recorded[-1][0]
    deadline = time.monotonic() + 20.0
    while feed.inbox.held < sum(map(len, recorded[1][1])) and time.monotonic() < deadline:
        time.sleep(0.01)
    before = feed.clock.now()
    feed.catch_up(before - 5_000)
    assert feed.clock.now() >= before  # never back
    feed.catch_up(recorded[1][0])
    assert feed.clock.now() >= recorded[1][0]
    past.step()
    assert past.session.twin.now >= recorded[1][0]
    feed.catch_up(end + 3_600_000)
    assert feed.clock.now() <= end  # not beyond what was read
    past.close()


def test_after_any_glances_a_seek_brings_what_it_always_brings(
    day: tuple[str, list[tuple[int, list[Batch]]], Twin],
) -> None:
    url, steps, _ = day
    with History.open(url, CODE, create=False) as history:
        dragged, straight = Rewind(history, fresh()), Rewind(history, fresh())
        dragged.to(steps[-1][0])
        for at, _ in steps[3::3]:
            shown = dragged.glance(at, 60_000)
            assert shown is not None and at - 60_000 <= shown <= at
            assert dragged.twin.now == shown
        assert dragged.glance(steps[0][0] - 10, 60_000) is None, "nothing is on record there"
        dragged.to(steps[7][0])
        straight.to(steps[7][0])
        alike(dragged.twin, straight.twin)


def test_a_glance_stops_the_clock_and_a_seek_lets_the_feed_read_on(
    day: tuple[str, list[tuple[int, list[Batch]]], Twin],
) -> None:
    url, steps, twin = day
    past = Past(small_port(), url)
    past.open(steps[2][0])
    try:
        past.speed(10.0)
        shown = past.feed.glance(steps[8][0], 60_000)
        assert shown is not None and past.now() == shown and not past.feed.clock.running
        past.step()
        assert past.session.twin.now == shown, "a beat changes nothing"
        past.feed.known_at = twin.now
        assert past.feed.glance(steps[5][0], 60_000) is None, "keyframes know what was known then"
        past.feed.known_at = None
        past.seek(steps[-2][0])
        past.speed(3600.0)
        end = time.monotonic() + 10.0
        while past.session.twin.now < steps[-1][0] and time.monotonic() < end:
            past.step()
            time.sleep(0.01)
        alike(past.session.twin, twin)
    finally:
        past.close()
