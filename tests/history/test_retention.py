"""What may leave, and what must stay."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from data_sources.history import checking, database, questions, retention, schema
from data_sources.history.errors import HistoryError
from data_sources.history.retention import Hold
from data_sources.history.store import History
from data_sources.history.values import KeyframeRow, WarningStep
from tests.history.saying import FOREVER, MINUTE, all_rows, batches, everything
from tests.port.making import MORNING, move, position
from twin.records import Kind

DAY_MS = 24 * 60 * MINUTE
FIRST, SECOND_DAY, THIRD = 20260301, 20260302, 20260303
LONG_AFTER = 20260315
SHORT = {"positions": 1, "telemetry": 1, "records": 5, "keyframes": 1, "warnings": 300}


@pytest.fixture
def three_days(history: History) -> History:
    for n in range(3):
        at = MORNING + n * DAY_MS
        history.write(batches([move(n, f"BOX{n}", at), position(n, at=at)], at + 1))
        history.write_keyframe(KeyframeRow(at, at, 1, b"x"))
        history.write_warnings([WarningStep(f"W-{n}", "R01", f"BOX{n}", at, "raise", "rule")])
    for category, days in SHORT.items():
        retention.set_policy(history, category, days)
    return history


def test_what_is_older_than_its_category_allows_leaves(three_days: History):
    said = retention.prune(three_days, LONG_AFTER, dry_run=True)
    assert {p.category: p.rows for p in said} == {"positions": 3, "records": 3, "keyframes": 3}
    assert len(all_rows(three_days)) == 6
    assert retention.prune(three_days, LONG_AFTER) == said
    assert all_rows(three_days) == []
    assert three_days.days() == ()
    assert len(three_days.warnings(0, FOREVER)) == 3
    assert questions.dossier(three_days, "BOX1") == ()
    assert checking.check(three_days).sound
    with database.reading(three_days.engine) as connection:
        assert connection.execute(sa.select(schema.name_month)).all() == [], "no name of which no record is left"


def test_each_category_has_its_own_time(three_days: History):
    retention.prune(three_days, 20260304)
    assert [kind for kind, _ in all_rows(three_days)] == [Kind.MOVE, Kind.MOVE, Kind.MOVE, Kind.POSITION]
    assert [day.fixes for day in three_days.days()] == [0, 0, 1]
    assert checking.check(three_days).sound


def test_a_hold_keeps_its_days_and_its_names_until_it_is_lifted(three_days: History):
    hold = Hold("C-7", SECOND_DAY, SECOND_DAY, ("BOX2",), MORNING, "陈", "removal without permission")
    retention.place_hold(three_days, hold)
    assert retention.holds(three_days) == (hold,)
    with pytest.raises(HistoryError, match="There is a hold for case 'C-7' already"):
        retention.place_hold(three_days, hold)
    retention.prune(three_days, LONG_AFTER)
    left = all_rows(three_days)
    assert [(kind, row[3]) for kind, row in left] == [
        (Kind.MOVE, "BOX1"), (Kind.POSITION, "闽A12345"), (Kind.MOVE, "BOX2")]
    assert len(questions.dossier(three_days, "BOX2")) == 1
    assert checking.check(three_days).sound
    retention.lift_hold(three_days, "C-7", MORNING + DAY_MS, "林")
    retention.prune(three_days, LONG_AFTER)
    assert all_rows(three_days) == []
    ended, = retention.holds(three_days, lifted=True)
    assert (ended.lifted_at, ended.lifted_by) == (MORNING + DAY_MS, "林")


def test_a_policy_that_makes_no_sense_is_refused(history: History):
    with pytest.raises(HistoryError, match="none of the categories"):
        retention.set_policy(history, "gossip", 5)
    with pytest.raises(HistoryError, match="not a number of days"):
        retention.set_policy(history, "records", 0)
    with pytest.raises(HistoryError, match="ends before it begins"):
        retention.place_hold(history, Hold("C", THIRD, FIRST, (), 0, "", ""))
    with pytest.raises(HistoryError, match="no hold in force"):
        retention.lift_hold(history, "C", 0, "")
    assert retention.policy(history) == retention.DEFAULT_DAYS


def test_by_default_a_young_history_loses_nothing(history: History):
    history.write(everything())
    assert retention.prune(history, 20260320) == ()
