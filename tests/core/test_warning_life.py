"""Shelving, time, reopening, verdicts; and three operators who try everything: no illegal state, no lost step."""

from __future__ import annotations

import os
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.test_warnings import clearing, finding, raised
from twin.warning_book import WarningBook
from twin.warning_life import POSSIBLE, SHELF_LONGEST_MS, WarningStateError, verdict
from twin.warning_timing import Timing
from twin.warnings import CLOCK, RULE, Clearing, RiskWarning, Severity, Step, Verb, WarningState

MINUTE = 60_000
HOUR = 60 * MINUTE
SEQUENCES = int(os.environ.get("JIANGYIN_LIFE_SEQUENCES", "600"))  # `make soak` tries 20,000


def the(book: WarningBook, warning_id: str) -> RiskWarning:
    warning = book.get(warning_id)
    assert warning is not None
    return warning


def test_a_grave_warning_is_shelved_only_when_a_second_person_agrees() -> None:
    book = WarningBook()
    w = raised(book)
    asked = book.shelve(w, "Zhang", 2_000, 2_000 + HOUR, "crane test announced")
    assert (asked.shelved, book.shelved()) == (False, (asked,))
    with pytest.raises(WarningStateError, match="a second person has to agree"):
        book.approve(w, "Zhang", 2_100)
    assert book.approve(w, "Li", 2_200).shelved
    with pytest.raises(WarningStateError, match="needs no second person any more"):
        book.approve(w, "Wang", 2_300)
    with pytest.raises(WarningStateError, match="is shelved already, by Zhang"):
        book.shelve(w, "Wang", 2_400, 2_400 + HOUR, "me too")
    back = book.unshelve(w, "Wang", 2_500)
    assert (back.shelf, book.shelved()) == (None, ())


def test_a_light_warning_is_shelved_by_one_and_comes_back_by_itself() -> None:
    book = WarningBook()
    found = book.found(finding(severity=Severity.LOW), 1_500)
    assert found is not None
    assert book.shelve(found.id, "Zhang", 2_000, 2_000 + HOUR, "known device fault").shelved
    book.pass_time(2_000 + HOUR - 1)
    assert the(book, found.id).shelved
    book.pass_time(2_000 + 5 * HOUR)
    back = the(book, found.id)
    assert back.shelf is None
    expiry = next(s for s in back.history if s.verb is Verb.EXPIRE)
    assert (expiry.at, expiry.by) == (2_000 + HOUR, CLOCK), "when it was due, whenever it was noticed"


@pytest.mark.parametrize(("until", "reason", "sentence"), [
    (2_000 + SHELF_LONGEST_MS + 1, "x", "at most 12 h"),
    (2_000, "x", "more than nothing"),
    (3_000, " ", "with a reason"),
])
def test_shelving_has_limits(until: int, reason: str, sentence: str) -> None:
    book = WarningBook()
    w = raised(book)
    with pytest.raises(WarningStateError, match=sentence):
        book.shelve(w, "Zhang", 2_000, until, reason)
    assert the(book, w).shelf is None


def test_what_grows_graver_comes_out_of_the_shelf() -> None:
    book = WarningBook()
    found = book.found(finding(severity=Severity.MEDIUM), 1_500)
    assert found is not None
    book.shelve(found.id, "Zhang", 2_000, 2_000 + HOUR, "reader under repair")
    graver = book.found(finding("2", severity=Severity.CRITICAL), 3_000)
    assert graver is not None
    assert (graver.severity, graver.shelf) == (Severity.CRITICAL, None)


def test_nobody_looks_and_it_grows_graver_step_by_step() -> None:
    book = WarningBook()
    w = book.found(finding(severity=Severity.LOW), 0)
    assert w is not None
    seen = []
    for minute in range(0, 400, 5):
        book.pass_time(minute * MINUTE)
        seen.append((the(book, w.id).severity, minute))
    firsts = dict(reversed(seen))
    assert firsts == {Severity.LOW: 0, Severity.MEDIUM: 240, Severity.HIGH: 300, Severity.CRITICAL: 315}
    assert the(book, w.id).found_severity is Severity.LOW, "what the rule said is kept beside it"


def test_somebody_who_looks_stops_that_and_a_cleared_condition_loses_weight() -> None:
    book = WarningBook()
    w = raised(book)
    book.acknowledge(w, "Zhang", 5 * MINUTE)
    book.pass_time(20 * HOUR)
    assert the(book, w).severity is Severity.HIGH
    book.cleared(clearing(), 20 * HOUR)
    book.pass_time(21 * HOUR)
    assert the(book, w).severity is Severity.MEDIUM
    book.pass_time(40 * HOUR)
    assert the(book, w).severity is Severity.LOW
    assert the(book, w).open, "it loses weight; somebody still has to close it"


def test_severities_without_a_time_stay() -> None:
    book = WarningBook(timing=Timing({}, {}))
    w = raised(book)
    book.pass_time(1_000 * HOUR)
    assert the(book, w).severity is Severity.HIGH


def test_a_closed_warning_is_reopened_by_whoever_knows_better() -> None:
    book = WarningBook()
    w = raised(book)
    book.take(w, "Zhang", 2_000)
    assert verdict(book.close(w, "Zhang", 2_100, "device: reader 4")) is False
    again = book.reopen(w, "Li", 3_000, "the reader was sound")
    assert (again.state, again.owner, again.open, verdict(again)) == (WarningState.TAKEN, "Li", True, None)
    assert book.open() == (again,)
    assert verdict(book.confirm(w, "Li", 3_100, "seized")) is True


def test_it_is_not_reopened_beside_another_about_the_same() -> None:
    book = WarningBook()
    w = raised(book)
    book.take(w, "Zhang", 2_000)
    book.close(w, "Zhang", 2_100, "handled")
    book.found(finding("2", at=5_000), 5_500)
    with pytest.raises(WarningStateError, match="cannot be reopened beside R01-MSKU1-2"):
        book.reopen(w, "Zhang", 6_000)


def test_results_and_comments_stay_in_the_history() -> None:
    book = WarningBook()
    w = raised(book)
    book.take(w, "Zhang", 2_000)
    book.dispatch(w, "Zhang", 2_100, "T-1")
    book.result(w, "patrol", 2_200, "T-1: seal intact")
    book.comment(w, "Wang", 2_300, "same truck as yesterday")
    assert [(s.verb, s.by, s.note) for s in the(book, w).history[-2:]] == [
        (Verb.RESULT, "patrol", "T-1: seal intact"), (Verb.COMMENT, "Wang", "same truck as yesterday")]


def test_the_clock_alone_moves_severities() -> None:
    book = WarningBook()
    w = raised(book)
    with pytest.raises(WarningStateError, match="time alone"):
        book.do(w, Step(Verb.DOWNGRADE, 2_000, "Zhang", "low"))
    with pytest.raises(WarningStateError, match="a step of the rule"):
        book.do(w, Step(Verb.OVERTURN, 2_000, "Zhang"))


people = st.sampled_from(["Zhang", "Li", "Wang"])
command = st.one_of(
    st.tuples(st.just("find"), st.sampled_from(["1", "2"]), st.sampled_from(Severity)),
    st.tuples(st.just("clear"), st.sampled_from(["1", "2"]), st.booleans()),
    st.tuples(st.just("wait"), st.integers(1, 300), st.none()),
    st.tuples(st.sampled_from([Verb.ACKNOWLEDGE, Verb.TAKE, Verb.REOPEN]), people, st.none()),
    st.tuples(st.sampled_from([Verb.APPROVE, Verb.UNSHELVE]), people, st.none()),
    st.tuples(st.just(Verb.HAND_OVER), people, people),
    st.tuples(st.sampled_from([Verb.DISPATCH, Verb.RESULT, Verb.COMMENT]), people, st.just("note")),
    st.tuples(st.sampled_from([Verb.CONFIRM, Verb.CLOSE]), people, st.sampled_from(["seized", "handled"])),
    st.tuples(st.sampled_from([Verb.REJECT, Verb.CLOSE]), people, st.sampled_from(["data", "device: x"])),
    st.tuples(st.just(Verb.SHELVE), people, st.just("why")),
)


@settings(max_examples=SEQUENCES, deadline=None)
@given(st.lists(command, min_size=4, max_size=24))
def test_three_operators_at_once_lose_no_step_and_share_no_warning(commands: list[tuple[object, ...]]) -> None:
    book, now, tried = WarningBook(), 0, Counter[str]()
    first = book.found(finding(), now)
    assert first is not None
    for what, who, word in commands:
        now += MINUTE
        target = book.all()[-1]
        steps_before = {w.id: w.history for w in book.all()}
        made: Step | None = None
        if what == "find":
            book.found(finding(str(who), severity=word), now)
        elif what == "clear":
            book.cleared(Clearing("R01", "MSKU1", str(who), now, "gone", bool(word)), now)
        elif what == "wait":
            now += int(str(who)) * MINUTE
            book.pass_time(now)
        else:
            until = now + HOUR if what is Verb.SHELVE else 0
            made = Step(Verb(str(what)), now, str(who), str(word or ""), until)
            try:
                book.do(target.id, made)
            except WarningStateError:
                made = None
            else:
                tried[made.by] += 1
        for warning in book.all():
            old = steps_before.get(warning.id, ())
            assert warning.history[: len(old)] == old, "no step is ever lost or edited"
            _in_order(warning)
        if made is not None:
            assert the(book, target.id).history[-1] == made
    by_hand = [s for w in book.all() for s in w.history if s.by not in (RULE, CLOCK)]
    assert Counter(s.by for s in by_hand) == tried
    still_open = book.open()
    assert len({(w.rule, w.subject) for w in still_open}) == len(still_open)


def _in_order(warning: RiskWarning) -> None:
    """What holds of every warning at any time, told from its history alone."""
    owner: str | None = None
    state = WarningState.RAISED
    for step in warning.history:
        if step.verb in POSSIBLE:
            assert state in POSSIBLE[step.verb]
        if step.verb is Verb.TAKE:
            assert owner is None, "two people own one warning"
        if step.verb in (Verb.TAKE, Verb.REOPEN):
            owner = step.by
        if step.verb is Verb.HAND_OVER:
            assert owner == step.by
            owner = step.note
        state = {
            Verb.ACKNOWLEDGE: WarningState.ACKNOWLEDGED, Verb.TAKE: WarningState.TAKEN, Verb.REOPEN: WarningState.TAKEN,
            Verb.DISPATCH: WarningState.DISPATCHED, Verb.CONFIRM: WarningState.CONFIRMED,
            Verb.REJECT: WarningState.REJECTED, Verb.CLOSE: WarningState.CLOSED,
        }.get(step.verb, state)
    assert (owner, state) == (warning.owner, warning.state)
    assert [s.at for s in warning.history] == sorted(s.at for s in warning.history)
    assert warning.active == bool(warning.incidents)
    assert (warning.cleared_at is None) == warning.active
    if warning.shelf is not None:
        assert warning.open
        assert not (warning.shelved and warning.severity.rank <= 1 and warning.shelf.approved_by == warning.shelf.by)
