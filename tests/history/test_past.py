"""What a restored twin asks of a history."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from data_sources.history import database
from data_sources.history.past import HistoryPast
from data_sources.history.store import History
from tests.history.saying import FOREVER, MINUTE, SECOND, batches, everything, fixes
from tests.port.making import MORNING, move
from twin.records import Kind

DAY = 24 * 60 * MINUTE
BOX, OTHER = "MSKU1234565", "CSQU3054383"


def test_the_past_of_a_container_is_all_that_names_it_on_whatever_day(history: History):
    history.write(everything())
    history.write(batches([move(7, OTHER, MORNING + DAY), move(8, BOX, MORNING + DAY)], MORNING + DAY))
    history.write(batches([move(9, BOX, MORNING + 3 * DAY)], MORNING + 3 * DAY))
    past = HistoryPast(history)
    told = past.about(BOX, FOREVER)
    assert {b.kind for b in told} == {
        Kind.CONTAINER, Kind.DECLARATION, Kind.INSPECTION, Kind.SEAL_EVENT, Kind.MOVE, Kind.MANIFEST, Kind.INVENTORY}
    assert all(name == BOX for b in told if b.kind is Kind.MOVE for name in b["container"])
    assert sum(map(len, past.about(BOX, MORNING + 2 * DAY))) == sum(map(len, told)) - 1
    assert sum(map(len, past.about(OTHER, FOREVER))) == 1
    assert past.about("HLXU0000003", FOREVER) == []


def test_the_past_of_a_container_is_looked_up_by_its_name(sqlite_url: str):
    """Rules ask for it box by box: walking through all names of the port took a hundred times as long."""
    asked: list[tuple[str, Any]] = []
    with History.open(sqlite_url, "CNFZJ") as history:
        history.write(everything())
        past = HistoryPast(history)

        def heard(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
            asked.append((statement, parameters))

        sa.event.listen(history.engine, "before_cursor_execute", heard)
        past.about(BOX, FOREVER)
        statement, parameters = next((s, p) for s, p in asked if "body" in s)
        with database.reading(history.engine) as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    found = [str(row[3]) for row in plan]
    assert any("SEARCH mention" in line and "name=?" in line for line in found), found
    assert any("SEARCH record" in line and "key=?" in line for line in found), found


def test_the_fixes_of_the_last_minutes_of_a_truck_are_fetched_from_the_chunks_that_name_it(history: History):
    history.write(fixes(range(0, 600, 10)))
    history.write(fixes([65], trucks=("闽A00002",), late_ms=300 * SECOND))
    past, at = HistoryPast(history), MORNING + 400 * SECOND
    begin, end = MORNING + MINUTE, MORNING + 2 * MINUTE
    found = past.fixes("闽A00001", begin, end, at)
    assert found is not None
    assert found["observed_at"].tolist() == [MORNING + s * SECOND for s in range(60, 120, 10)]
    assert found["lon"].tolist() == [pytest.approx(119.29 + s * 1e-5) for s in range(60, 120, 10)]
    late = past.fixes("闽A00002", begin, end, at)
    assert late is not None and len(late["lon"]) == 7, "what came late counts once it has come"
    before = past.fixes("闽A00002", begin, end, at - 100 * SECOND)
    assert before is not None and len(before["lon"]) == 6
    assert past.fixes("闽A00003", begin, end, at) is None
    assert past.fixes("闽A00001", MORNING + 450 * SECOND, MORNING + 500 * SECOND, at) is None, "not heard yet"
