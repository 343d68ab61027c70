"""What just happened: gates, vessels, holds and seals are news; papers on their way and signs of life are not."""

from __future__ import annotations

import dataclasses

from layers.event_log import KEPT, EventLog
from layers.layers import Layers
from tests.core.timeline import BOX, Story, Watch, at
from twin.events import Event, EventKind
from twin.records import DeclarationState, Direction, GateDecision, SealEventKind


def test_a_morning_at_the_gate_newest_first_whatever_came_late() -> None:
    story = Story()
    story.container("8:00")
    story.passes_gate("8:05", Direction.IN, plate="闽A1")
    story.declares("8:06", DeclarationState.ACCEPTED)
    story.declares("8:07", DeclarationState.HELD)
    story.passes_gate("8:09", Direction.OUT, plate="闽A1", decision=GateDecision.HOLD)
    story.seal("8:01", SealEventKind.LOCKED)
    story.seal("8:04", SealEventKind.CUT)
    watch = Watch(story.index, [])
    layers = Layers(watch.twin.index, watch.twin)
    for record in story.records:
        layers.update(watch.hears([record], at("8:10")))
    told = [(event.kind, event.subject, event.at) for event in layers.events.newest]
    assert told == [
        (EventKind.HELD_AT_GATE, "闽A1", at("8:09")), (EventKind.DECLARATION_CHANGED, BOX, at("8:07")),
        (EventKind.PASSED_GATE, "闽A1", at("8:05")), (EventKind.SEAL_CHANGED, "JY-000001", at("8:04"))]


def test_it_keeps_the_newest_and_looks_again_only_when_there_is_news() -> None:
    log = EventLog()
    passages = [Event(EventKind.PASSED_GATE, 1000 * n, "vehicle", f"闽{n}") for n in range(KEPT + 10)]
    log.take(passages)
    assert [event.at for event in log.newest] == [1000 * n for n in range(KEPT + 9, 9, -1)]
    seen = log.revision
    log.take([Event(EventKind.ENTERED_ZONE, 5, "vehicle", "闽1")])
    assert log.revision == seen
    log.forget()
    assert (log.newest, log.revision) == ((), seen + 1)


def test_passages_read_back_are_told_as_those_that_came_in() -> None:
    story = Story()
    story.passes_gate("8:05", Direction.IN)
    record = story.records[-1]
    read = dataclasses.replace(record, direction="in", decision="raise")  # as a batch of a history gives it
    told, recalled = EventLog(), EventLog()
    told.recall([record])
    recalled.recall([read])
    assert recalled.newest == told.newest
    assert [event.kind for event in recalled.newest] == [EventKind.PASSED_GATE]


def test_after_a_jump_nothing_of_before_is_told() -> None:
    story = Story()
    story.passes_gate("8:05", Direction.IN)
    watch = Watch(story.index, [])
    layers = Layers(watch.twin.index, watch.twin)
    delta = watch.hears(story.records)
    layers.update(delta)
    assert layers.events.newest
    layers.update(dataclasses.replace(delta, epoch=delta.epoch + 1, events=()))
    assert layers.events.newest == ()
    layers.events.recall(watch.twin.gate_passages)
    assert [(e.kind, e.subject, e.facts["direction"]) for e in layers.events.newest] == [
        (EventKind.PASSED_GATE, "闽A1", "in")], "but for the last at the gates, which a watch wants to see"
