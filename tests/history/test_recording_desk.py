"""A live desk on record: what it saw comes back from the history, keyframes, warnings and operators' steps included."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from commands.recording import RecordedSession, Recording, of_sitting
from data_sources.clock import PortClock
from data_sources.desk_steps import LocalSteps
from data_sources.history.errors import HistoryError
from data_sources.history.store import History
from data_sources.inbox import Inbox
from data_sources.rewind import Rewind
from layers.layers import Layers
from tests.core.timeline import BOX, Story, at
from tests.history.saying import batches
from twin.feed_health import FeedHealth, FeedState
from twin.rules.registry import make_rules
from twin.twin import Twin
from twin.warnings import Step, Verb, WarningState


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JIANGYIN_DATA", str(tmp_path / "data"))


def removal() -> Story:
    story = Story()
    story.container("8:00")
    story.stands("8:00", "F1-01-01-1")
    story.vehicle("8:00")
    story.fix("8:14:58", 40.0, 20.0)
    story.lifted_for_exit("8:15")
    return story


def play(url: str) -> Twin:
    """A desk that hears a removal, on which an officer takes the warning; then it is closed."""
    story = removal()
    recording = Recording(url, story.index.layout.code, PortClock())
    twin, inbox = Twin(story.index, make_rules()), Inbox()
    feeds = (FeedHealth("port", FeedState.UP, 0),)
    assert recording.recorder is not None
    session = RecordedSession(inbox, twin, Layers(story.index, twin), lambda: feeds, recording.recorder)
    recording.start()
    steps = recording.share(twin, "张", lambda: session.now)
    for second, record in enumerate(story.records):
        inbox.put(batches([record], 0))
        session.step(at("8:15:01") + second * 1_000, 1.0, time.perf_counter)
    warning = next(w for w in twin.warnings.open() if w.rule == "R01")
    told: list[object] = []
    steps.submit(warning.id, Step(Verb.TAKE, at("8:15:30"), "张"), lambda _, why: told.append(why))
    begun = time.monotonic()
    while not told and time.monotonic() - begun < 20.0:
        steps.settle()
        time.sleep(0.02)
    assert told == [None]
    session.step(at("8:16"), 1.0, time.perf_counter)
    recording.stop()
    assert recording.healths()[0].last_error is None
    return twin


def test_what_a_desk_saw_comes_back(url: str) -> None:
    live = play(url)
    story = Story()
    with History.open(url, story.index.layout.code, create=False) as history:
        assert history.keyframe_times(0, at("9:00"))
        past = Twin(story.index, make_rules())
        rewind = Rewind(history, past)
        rewind.to(at("8:16"))
        then, now = (twin.warnings.get(live.warnings.open()[0].id) for twin in (past, live))
        assert then is not None
        assert now is not None
        assert (then.state, then.owner, then.subject) == (WarningState.TAKEN, "张", BOX) == (
            now.state, now.owner, now.subject)
        assert past.containers.present.sum() == live.containers.present.sum() == 1
        rewind.to(at("8:15:02"))
        assert not [w for w in past.warnings.open() if w.rule == "R01"], "it had not happened yet"


def test_a_second_desk_shares_steps_and_records_nothing(url: str) -> None:
    play(url)
    story = removal()
    recording = Recording(url, story.index.layout.code, PortClock(), record=False)
    assert recording.recorder is None
    assert recording.healths() == ()
    twin = Twin(story.index, make_rules())
    for record in story.records:
        twin.apply(batches([record], at("8:15:01")), at("8:15:01"))
    steps = recording.share(twin, "李", lambda: at("8:15:02"))
    begun = time.monotonic()
    while not any(w.owner == "张" for w in twin.warnings.open()) and time.monotonic() - begun < 20.0:
        steps.settle()
        time.sleep(0.02)
    recording.stop()
    assert next(w for w in twin.warnings.open() if w.rule == "R01").owner == "张"


def test_a_history_that_cannot_be_used_is_told_before_the_desk_opens(tmp_path: Path) -> None:
    file = tmp_path / "no.db"
    file.write_text("this is no database", encoding="utf-8")
    with pytest.raises(HistoryError, match="is not a history"):
        Recording(f"sqlite:///{file}", "CNJGY", PortClock())


def test_a_desk_on_its_own_port_winds_back_within_its_sitting_and_leaves_nothing_behind() -> None:
    story = removal()
    with of_sitting(story.index.layout.code, PortClock()) as recording:
        assert recording.recorder is not None
        file = Path(recording.url.removeprefix("sqlite:///"))
        twin, inbox = Twin(story.index, make_rules()), Inbox()
        session = RecordedSession(inbox, twin, Layers(story.index, twin), lambda: (), recording.recorder)
        for second, record in enumerate(story.records):  # before the recorder writes: the first picture comes first
            inbox.put(batches([record], 0))
            session.step(at("8:15:01") + second * 1_000, 1.0, time.perf_counter)
        recording.start()
        warning = next(w for w in twin.warnings.open() if w.rule == "R01")
        LocalSteps(twin.warnings).submit(warning.id, Step(Verb.TAKE, at("8:15:30"), "张"), lambda *_: None)
        session.step(at("8:16"), 1.0, time.perf_counter)
        assert recording.recorder.wait_for(recording.recorder.put([]), 20.0)
        assert recording.healths() == (), "what records a sitting is no feed while it does"
        with History.open(recording.url, story.index.layout.code, create=False) as history:
            past = Twin(story.index, make_rules())
            Rewind(history, past).to(at("8:16"))
            assert [w.owner for w in past.warnings.open() if w.rule == "R01"] == ["张"]
    assert not file.parent.exists()
