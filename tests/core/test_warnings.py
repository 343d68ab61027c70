"""The life of a warning: what operators may do, what rules may do, and what stays in the history."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from twin.warning_book import WarningBook
from twin.warning_life import WarningStateError
from twin.warnings import Clearing, FeedRelied, Finding, Severity, Verb, WarningState


def finding(incident: str = "1", **more: object) -> Finding:
    fields: dict[str, object] = {
        "rule": "R01", "severity": Severity.HIGH, "subject_kind": "container", "subject": "MSKU1", "at": 1_000,
        "incident": incident, "x": 1.0, "y": 2.0, "zone": "Z", "facts": {"vehicle": "闽A1"}, "evidence": ("m1",),
        **more}
    return Finding(**fields)  # type: ignore[arg-type]


def clearing(incident: str = "1", **more: object) -> Clearing:
    return Clearing("R01", "MSKU1", incident, 2_000, "gone", **more)  # type: ignore[arg-type]


def raised(book: WarningBook) -> str:
    warning = book.found(finding(), 1_500, (FeedRelied("port", "up", 0.4),))
    assert warning is not None
    return warning.id


def test_a_finding_becomes_a_warning() -> None:
    book = WarningBook()
    warning = book.get(raised(book))
    assert warning is not None
    assert (warning.id, warning.state, warning.active, warning.open) == ("R01-MSKU1-1", WarningState.RAISED, True, True)
    assert (warning.raised_at, warning.noticed_at, warning.updated_at) == (1_000, 1_500, 1_500)
    assert warning.feeds == (FeedRelied("port", "up", 0.4),)
    assert isinstance(warning.facts, MappingProxyType)
    assert book.take_changes() == (warning,)
    assert book.take_changes() == ()
    assert (len(book), book.raised_since(1_000), book.raised_since(1_001)) == (1, 1, 0)
    assert book.about("MSKU1") == book.about("闽A1") == (warning,)


def test_the_whole_life() -> None:
    book = WarningBook()
    w = raised(book)
    book.acknowledge(w, "Zhang", 2_000)
    book.take(w, "Zhang", 2_100)
    book.dispatch(w, "Zhang", 2_200, "task K1")
    book.confirm(w, "Zhang", 2_300, "returned: container brought back")
    closed = book.close(w, "Zhang", 2_400, "handled")
    assert [(s.verb, s.by) for s in closed.history] == [
        (Verb.RAISE, "rule"), (Verb.ACKNOWLEDGE, "Zhang"), (Verb.TAKE, "Zhang"), (Verb.DISPATCH, "Zhang"),
        (Verb.CONFIRM, "Zhang"), (Verb.CLOSE, "Zhang")]
    assert (closed.state, closed.owner, closed.open, book.open()) == (WarningState.CLOSED, "Zhang", False, ())


def test_acknowledging_does_not_close_and_taking_acknowledges() -> None:
    book = WarningBook()
    w = raised(book)
    taken = book.take(w, "Zhang", 2_000)
    assert [s.verb for s in taken.history] == [Verb.RAISE, Verb.ACKNOWLEDGE, Verb.TAKE]
    assert book.open() == (taken,)


@pytest.mark.parametrize(("steps", "sentence"), [
    ([("close", "Zhang", "x")], "is raised; close is possible only when confirmed, dispatched, rejected, taken."),
    ([("acknowledge", "Zhang"), ("acknowledge", "Li")], "is acknowledged; acknowledge is possible only when raised."),
    ([("dispatch", "Zhang")], "is raised; dispatch is possible only when dispatched, taken."),
    ([("confirm", "Zhang", "seized")], "is raised"),
    ([("take", "Zhang"), ("take", "Li")], "already has an owner, Zhang."),
    ([("take", "Zhang"), ("close", "Li", "data")], "belongs to Zhang, not to Li."),
    ([("take", "Zhang"), ("dispatch", "Li")], "belongs to Zhang"),
    ([("take", "Zhang"), ("close", "Zhang", "  ")], "'  ' is no reason to close; reasons are data, device"),
    ([("take", "Zhang"), ("confirm", "Zhang", "data")], "'data' is no reason to confirm"),
    ([("take", "Zhang"), ("reject", "Zhang", "seized: 2 boxes")], "is no reason to reject"),
    ([("take", "Zhang"), ("comment", "Li", " ")], "needs words"),
    ([("reopen", "Zhang")], "is raised; reopen is possible only when closed."),
    ([("unshelve", "Zhang")], "is not shelved."),
    ([("take", " ")], "needs the name of who takes it."),
    ([("take", "Zhang"), ("confirm", "Zhang", "seized"), ("reject", "Zhang", "data")], "is confirmed; reject is"),
    ([("take", "Zhang"), ("hand_over", "Zhang", " ")], "handed over to somebody"),
    ([("hand_over", "Zhang", "Li")], "is raised; hand over is possible only"),
    ([("take", "Zhang"), ("close", "Zhang", "data"), ("take", "Li")], "already has an owner"),
    ([("take", "Zhang"), ("close", "Zhang", "data"), ("close", "Zhang", "data")], "is closed; close is possible only"),
])
def test_illegal_steps_are_refused_with_one_sentence(steps: list[tuple[str, ...]], sentence: str) -> None:
    book = WarningBook()
    w = raised(book)
    for verb, by, *rest in steps[:-1]:
        getattr(book, verb)(w, by, 2_000, *rest)
    before = book.get(w)
    verb, by, *rest = steps[-1]
    with pytest.raises(WarningStateError) as refusal:
        getattr(book, verb)(w, by, 2_000, *rest)
    assert sentence in str(refusal.value)
    assert str(refusal.value).startswith(f"Warning {w}")
    assert str(refusal.value).endswith(".")
    assert book.get(w) is before


def test_an_unknown_warning() -> None:
    with pytest.raises(WarningStateError, match=r"There is no warning R77\."):
        WarningBook().acknowledge("R77", "Zhang", 0)


def test_handing_over_makes_another_the_owner() -> None:
    book = WarningBook()
    w = raised(book)
    book.take(w, "Zhang", 2_000)
    assert book.hand_over(w, "Zhang", 2_100, "Li").owner == "Li"
    assert book.close(w, "Li", 2_200, "handled").state is WarningState.CLOSED


def test_a_further_finding_updates_and_escalates_never_the_other_way() -> None:
    book = WarningBook()
    w = raised(book)
    graver = book.found(finding(severity=Severity.CRITICAL, eta_s=60.0, evidence=("p1",), facts={"gate": "G1"}), 1_700)
    assert graver is not None
    assert (graver.id, graver.severity, graver.eta_s, graver.evidence) == (w, Severity.CRITICAL, 60.0, ("m1", "p1"))
    assert dict(graver.facts) == {"vehicle": "闽A1", "gate": "G1"}
    assert graver.history[-1].verb is Verb.ESCALATE
    assert graver.feeds == (FeedRelied("port", "up", 0.4),)
    milder = book.found(finding(severity=Severity.LOW, eta_s=50.0, x=float("nan")), 1_800)
    assert milder is not None
    assert (milder.severity, milder.place_x, milder.eta_s) == (Severity.CRITICAL, 1.0, 50.0)
    assert len(book) == 1


def test_the_same_finding_again_is_no_change() -> None:
    book = WarningBook()
    raised(book)
    before = book.found(finding(), 1_700)
    book.take_changes()
    assert book.found(finding(), 1_800) is before
    assert book.take_changes() == ()


def test_the_condition_clears_beside_the_life() -> None:
    book = WarningBook()
    w = raised(book)
    book.acknowledge(w, "Zhang", 1_600)
    cleared = book.cleared(clearing(), 2_500)
    assert cleared is not None
    assert (cleared.active, cleared.cleared_at, cleared.state) == (False, 2_500, WarningState.ACKNOWLEDGED)
    assert book.cleared(clearing(), 2_600) is None, "known already"
    back = book.found(finding("2"), 3_000)
    assert back is not None
    assert (back.id, back.active, back.cleared_at, back.history[-1].verb) == (w, True, None, Verb.UPDATE)


def test_it_stays_active_while_one_of_its_incidents_goes_on() -> None:
    book = WarningBook()
    w = raised(book)
    book.found(finding("2"), 1_600)
    book.cleared(clearing("1"), 1_700)
    still = book.get(w)
    assert still is not None
    assert still.active
    book.cleared(clearing("2"), 1_800)
    gone = book.get(w)
    assert gone is not None
    assert not gone.active


def test_overturning_is_visible_even_after_clearing() -> None:
    book = WarningBook()
    raised(book)
    book.cleared(clearing(), 2_000)
    overturned = book.cleared(clearing(overturned=True, evidence=("d1",)), 2_100)
    assert overturned is not None
    assert overturned.overturned
    assert (overturned.history[-1].verb, overturned.evidence) == (Verb.OVERTURN, ("m1", "d1"))


def test_clearing_what_was_never_raised_is_nothing() -> None:
    assert WarningBook().cleared(clearing(), 2_000) is None


def test_a_closed_incident_does_not_come_back_a_new_one_does() -> None:
    book = WarningBook()
    w = raised(book)
    book.take(w, "Zhang", 2_000)
    book.close(w, "Zhang", 2_100, "handled")
    assert book.found(finding(severity=Severity.CRITICAL), 2_200) is None
    second = book.found(finding("2", at=5_000), 5_500)
    assert second is not None
    assert second.id != w
    assert book.found(finding(), 5_600) is None, "the old incident does not touch the new warning"
    assert [x.id for x in book.all()] == [w, second.id]
    assert [x.id for x in book.about("MSKU1")] == [second.id, w]


def test_open_warnings_gravest_first_then_newest() -> None:
    book = WarningBook()
    for subject, severity, when in (("a", Severity.LOW, 9), ("b", Severity.CRITICAL, 1), ("c", Severity.CRITICAL, 5),
                                    ("d", Severity.MEDIUM, 7)):
        book.found(finding(subject=subject, severity=severity, at=when), 10)
    assert [w.subject for w in book.open()] == ["c", "b", "d", "a"]


def test_what_an_overturned_incident_said_goes_what_the_others_say_stays() -> None:
    book = WarningBook()
    w = raised(book)
    book.found(finding("2", at=4_000, x=5.0, zone="Y", facts={"gate": "G1"}, evidence=("m2",)), 4_500)
    left = book.cleared(clearing("1", overturned=True, evidence=("d1",)), 5_000)
    assert left is not None
    assert (left.id, left.active, left.overturned) == (w, True, False)
    assert (left.raised_at, dict(left.facts), left.place_x, left.zone) == (4_000, {"gate": "G1"}, 5.0, "Y")
    assert (left.history[-1].verb, left.history[-1].note) == (Verb.OVERTURN, "gone"), "it is said on the warning"
    assert left.evidence == ("m1", "m2", "d1"), "records are never taken back"


def test_the_latest_of_two_incidents_overturned_leaves_the_first_as_it_was() -> None:
    book = WarningBook()
    raised(book)
    book.found(finding("2", at=4_000, x=5.0, facts={"gate": "G1"}, severity=Severity.CRITICAL), 4_500)
    left = book.cleared(clearing("2", overturned=True), 5_000)
    assert left is not None
    assert (left.raised_at, dict(left.facts), left.place_x) == (1_000, {"vehicle": "闽A1"}, 1.0)
    assert left.found_severity is Severity.HIGH


def test_an_incident_that_held_and_is_over_still_dates_the_warning() -> None:
    book = WarningBook()
    w = raised(book)
    book.cleared(clearing("1"), 2_000)
    book.found(finding("2", at=4_000, facts={"gate": "G1"}), 4_500)
    book.cleared(clearing("2", overturned=True), 5_000)
    after = book.get(w)
    assert after is not None
    assert (after.raised_at, dict(after.facts)) == (1_000, {"vehicle": "闽A1"})
    assert (after.active, after.overturned) == (False, False)


def test_a_warning_whose_only_incident_was_overturned_begins_anew_with_the_next() -> None:
    book = WarningBook()
    raised(book)
    book.cleared(clearing("1", overturned=True), 2_000)
    again = book.found(finding("2", at=4_000, facts={"gate": "G1"}), 4_500)
    assert again is not None
    assert (again.raised_at, dict(again.facts), again.overturned) == (4_000, {"gate": "G1"}, False)


def test_a_copied_book_goes_its_own_way_also_in_what_its_incidents_said() -> None:
    book = WarningBook()
    w = raised(book)
    book.found(finding("2", at=4_000, facts={"gate": "G1"}), 4_500)
    other = book.copy()
    other.cleared(clearing("1", overturned=True), 5_000)
    kept = book.cleared(clearing("2", overturned=True), 5_000)
    assert kept is not None
    assert kept.raised_at == 1_000
    theirs = other.get(w)
    assert theirs is not None
    assert theirs.raised_at == 4_000
