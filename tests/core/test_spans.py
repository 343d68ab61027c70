"""Spans told against spans concluded anew, and the stays from which rules conclude."""

from __future__ import annotations

from dataclasses import replace

from tests.core.timeline import BOX, Story, Watch, again, at
from twin.records import Classifier, MoveEvent, PlaceKind, Purpose
from twin.rules.spans import Span, settle
from twin.rules.stays import stays_of
from twin.warnings import Finding, Severity


def span(begin: int, end: int = 0, cause: str = "stands", note: str = "") -> Span:
    finding = Finding("R99", Severity.LOW, "vehicle", "A1", begin, "", facts={"note": note})
    return Span(cause, finding, end, "left")


def test_what_is_concluded_again_is_not_told_again() -> None:
    first = settle((), [span(10)])
    assert [f.incident for f in first.findings] == ["stands-10"]
    again_ = settle(first.told, [span(10)])
    assert (again_.findings, again_.clearings) == ([], [])
    ended = settle(first.told, [span(10, 20)])
    assert (ended.findings, [(c.at, c.overturned) for c in ended.clearings]) == ([], [(20, False)])
    still = settle(ended.told, [span(10, 20)])
    assert (still.findings, still.clearings) == ([], [])


def test_an_earlier_beginning_another_word_or_a_withdrawn_end_is_news() -> None:
    told = settle((), [span(10)]).told
    assert [f.at for f in settle(told, [span(5)]).findings] == [5]
    assert [f.incident for f in settle(told, [span(5)]).findings] == ["stands-10"]
    assert settle(told, [span(10, note="moved")]).findings
    ended = settle(told, [span(10, 20)]).told
    assert settle(ended, [span(10)]).findings, "it goes on after all"
    earlier = settle(ended, [span(4, 20)])
    assert ([f.at for f in earlier.findings], [c.at for c in earlier.clearings]) == ([4], [20])


def test_what_is_no_longer_concluded_is_overturned_unless_it_is_history() -> None:
    told = settle((), [span(10, 20), span(40)]).told
    settled = settle(told, [], history_until=30)
    assert [(c.incident, c.overturned) for c in settled.clearings] == [("stands-40", True)]
    assert [s.finding.at for s in settled.told] == [10]


def test_two_causes_are_two_incidents() -> None:
    settled = settle((), [span(10), span(10, cause="moves")])
    assert [f.incident for f in settled.findings] == ["moves-10", "stands-10"]


def test_the_stays_of_a_box() -> None:
    story = Story()
    story.stands("7:00", "F1-01-01-1")
    story.stands("7:05", "F1-01-01-1")
    story.lifted_for_exit("7:20", "F1-01-01-1", classifier=Classifier.PLANNED)
    story.move("7:30", MoveEvent.PICK, Purpose.RESTOW, (PlaceKind.SLOT, "F1-01-01-1"), (PlaceKind.VEHICLE, "T1"))
    story.move("7:31", MoveEvent.INSP, Purpose.RESTOW, (PlaceKind.VEHICLE, "T1"), (PlaceKind.VEHICLE, "T1"))
    story.dropped("7:40", "F1-05-01-1", "T1")
    story.records.append(again(story.stands("8:00", "F1-05-01-1"), present=False))
    del story.records[-2]
    watch = Watch(story.index, [])
    watch.hears(reversed(story.records))
    stays = stays_of(watch.twin._state, watch.twin.containers.row_of[BOX])
    assert [(s.kind, s.ref, s.begin, s.end, s.ashore) for s in stays] == [
        ("slot", "F1-01-01-1", at("7:00"), at("7:30"), True), ("vehicle", "T1", at("7:30"), at("7:40"), True),
        ("slot", "F1-05-01-1", at("7:40"), at("8:00"), True), ("outside", "", at("8:00"), 0, False)]
    assert stays[0].ended_by == stays[1].record


def test_a_place_that_is_not_known_is_no_news_to_a_rule_restored_from_a_keyframe() -> None:
    """Its memory holds another "no number" than the one concluded now: both say the same."""
    def there(x: float) -> Span:
        return replace(span(10), finding=replace(span(10).finding, x=x, y=2.0 * x))
    told = settle((), [there(float("nan"))]).told
    assert settle(told, [there(float("nan"))]).findings == []
    assert settle(told, [there(1.0)]).findings, "its place became known"
