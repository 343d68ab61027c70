"""Warnings that belong together, and figures about warnings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.test_warnings import finding
from twin.cases import DAYS_MS, VEHICLE_MS, CaseBook, links_of
from twin.hygiene import FLOOD_MS, HOUR_MS, Flood, Precision, floods, hygiene
from twin.warning_book import WarningBook
from twin.warnings import RiskWarning, Severity

MINUTE = 60_000


def raise_one(
    book: WarningBook, rule: str, subject: str, at: int, kind: str = "container", **facts: str
) -> RiskWarning:
    found = book.found(finding(str(at), rule=rule, subject=subject, subject_kind=kind, at=at, facts=facts), at)
    assert found is not None
    return found


def cases_of(*warnings: RiskWarning) -> set[frozenset[str]]:
    book = CaseBook()
    book.take(warnings)
    return {frozenset(w.id for w in case.warnings) for case in book.all()}


def test_a_box_its_truck_and_its_seal_make_one_case() -> None:
    book = WarningBook()
    lifted = raise_one(book, "R01", "MSKU1", 1_000, vehicle="闽A1")
    breached = raise_one(book, "R02", "闽A1", 60_000, "vehicle", container="MSKU1 MSKU2")
    opened = raise_one(book, "R03", "JY-1", 90_000, "seal", container="MSKU2")
    other = raise_one(book, "R02", "闽B9", 95_000, "vehicle")
    assert cases_of(lifted, breached, opened, other) == {
        frozenset({lifted.id, breached.id, opened.id}), frozenset({other.id})}
    gathered = CaseBook()
    gathered.take([lifted, breached, opened])
    case = gathered.of(opened.id)
    assert (case.id, case.open, case.severity) == (lifted.id, True, Severity.HIGH)
    assert ("container", "MSKU2") in case.links


def test_a_truck_that_comes_again_tomorrow_is_another_case() -> None:
    book = WarningBook()
    today = raise_one(book, "R02", "闽A1", 0, "vehicle")
    later = raise_one(book, "R14", "闽A1", VEHICLE_MS, "vehicle")
    tomorrow = raise_one(book, "R02", "闽A1", 0 + 24 * HOUR_MS, "vehicle")
    assert today.id == tomorrow.id, "one open warning per rule and subject"
    assert cases_of(today, later) == {frozenset({today.id, later.id})}
    much_later = raise_one(book, "R13", "闽A1", VEHICLE_MS * 5, "vehicle")
    assert cases_of(today, much_later) == {frozenset({today.id}), frozenset({much_later.id})}


def test_a_link_that_comes_late_ties_then() -> None:
    book = WarningBook()
    first = raise_one(book, "R01", "MSKU1", 0)
    second = raise_one(book, "R03", "JY-1", 1_000, "seal")
    gathered = CaseBook()
    gathered.take([first, second])
    assert gathered.of(first.id) != gathered.of(second.id)
    more = book.found(finding("1000", rule="R03", subject="JY-1", subject_kind="seal", at=1_000,
                              facts={"container": "MSKU1"}), 2_000)
    assert more is not None
    gathered.take([more])
    assert gathered.of(first.id) == gathered.of(second.id)


def test_owners_and_the_end_of_a_case() -> None:
    book = WarningBook()
    a, b = raise_one(book, "R01", "MSKU1", 0), raise_one(book, "R06", "MSKU1", 1_000)
    book.take(a.id, "Zhang", 2_000)
    book.close(a.id, "Zhang", 2_100, "seized")
    book.take(b.id, "Li", 2_000)
    gathered = CaseBook()
    gathered.take(book.all())
    assert (gathered.of(a.id).owners, gathered.of(a.id).open) == (("Zhang", "Li"), True)
    book.close(b.id, "Li", 2_200, "data")
    gathered.take(book.all())
    assert not gathered.of(a.id).open


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from(["", "T1", "T2"]), st.integers(0, 12)), max_size=9),
       st.randoms(use_true_random=False))
def test_the_order_in_which_warnings_come_does_not_matter(told, random) -> None:
    book = WarningBook()
    warnings = [raise_one(book, f"R{n:02d}", box, hour * 10 * HOUR_MS, vehicle=truck)
                for n, (box, truck, hour) in enumerate(told)]
    shuffled = warnings.copy()
    random.shuffle(shuffled)
    assert cases_of(*warnings) == cases_of(*shuffled)
    for warning in warnings:
        assert ("container", warning.subject) in links_of(warning)
    assert DAYS_MS > VEHICLE_MS


def test_ten_in_ten_minutes_are_a_flood_nine_are_not() -> None:
    assert floods([n * MINUTE for n in range(9)]) == ()
    assert floods([n * MINUTE for n in range(10)]) == (Flood(0, 9 * MINUTE, 10),)
    one_an_hour_after = [*(n * 1_000 for n in range(30)), HOUR_MS, 2 * HOUR_MS]
    assert floods(one_an_hour_after) == (Flood(0, 29_000, 30),)
    assert floods([n * FLOOD_MS // 10 for n in range(20)])[0].count == 20, "it goes on while enough come"


def test_the_figures_of_a_shift() -> None:
    book = WarningBook()
    for n in range(12):
        raise_one(book, "R13", f"闽A{n}", n * 10_000, "vehicle")
    quiet = raise_one(book, "R01", "MSKU1", 4 * HOUR_MS)
    for name in ("闽A0", "闽A1", "闽A2"):
        warning = book.about(name)[0]
        book.take(warning.id, "Zhang", 5 * HOUR_MS)
        book.close(warning.id, "Zhang", 5 * HOUR_MS + 1, "seized" if name == "闽A0" else "device")
    figures = hygiene(book.all(), 0, 8 * HOUR_MS, operators=2)
    assert (figures.raised, figures.per_operator_hour) == (13, 13 / 16)
    assert figures.floods == (Flood(0, 110_000, 12),)
    assert figures.flood_share == pytest.approx(12 / 13)
    assert figures.by_rule == (("R13", 12), ("R01", 1))
    assert figures.unacknowledged == 10
    assert figures.longest_unacknowledged[0].subject == "闽A3"
    assert quiet.id in {w.id for w in book.all() if w.open}
    assert figures.precision == {"R13": Precision(1, 2)}
    assert figures.precision["R13"].share == pytest.approx(1 / 3)
    assert hygiene(book.all(), 0, 30 * HOUR_MS).stale[0].subject == "闽A3"


def test_random_controls_are_counted_for_the_rules_they_are_for_and_beside_their_precision() -> None:
    book = WarningBook()
    told = (("MSKU1", "R01 R06", "seized"), ("MSKU2", "R06", "rule"), ("MSKU3", "R01 R06", "rule"),
            ("MSKU4", "R06", None))
    for box, rules, reason in told:
        drawn = book.found(finding(rule="R00", subject=box, facts={"control_of": rules}), 1_000)
        assert drawn is not None
        if reason is not None:
            book.take(drawn.id, "Zhang", 2_000)
            book.close(drawn.id, "Zhang", 2_001, reason)
    figures = hygiene(book.all(), 0, HOUR_MS)
    assert figures.controls == {"R01": Precision(1, 1), "R06": Precision(1, 2)}
    assert figures.precision == {}, "what chance finds is no rule's doing"
    assert hygiene(book.all(), HOUR_MS, 2 * HOUR_MS).controls == {}


def test_figures_of_no_time_or_nobody_are_refused() -> None:
    with pytest.raises(ValueError, match="figures need"):
        hygiene([], 5, 5)
    with pytest.raises(ValueError, match="figures need"):
        hygiene([], 0, 5, operators=0)
    assert Precision(0, 0).share is None
