"""What is written comes back: once, in order, on both axes, in either kind of database."""

from __future__ import annotations

import dataclasses

import sqlalchemy as sa

from data_sources.history import database, schema
from data_sources.history.store import History
from data_sources.history.values import Axis, GapRow, KeyframeRow, WarningStep, Written
from tests.history.saying import FOREVER, MINUTE, SECOND, all_rows, batches, everything, fixes, recorded, rows
from tests.port.making import MORNING, declaration, move, position
from twin.batch import batch_of
from twin.records import DeclarationState, EntityKind, Kind


def test_a_bit_of_everything_comes_back_as_it_was_said(history: History):
    said = everything()
    assert history.write(said) == Written(records=10, fixes=2)
    assert all_rows(history) == recorded(said)


def test_what_is_said_again_is_counted_and_kept_once(history: History):
    said = everything() + fixes(range(0, 90, 2))
    first = history.write(said)
    again = history.write(everything(received_at=MORNING + 5 * MINUTE) + fixes(range(0, 90, 2), late_ms=7 * SECOND))
    assert again == Written(repeated=first.records + first.fixes)
    assert sorted(map(repr, all_rows(history))) == sorted(map(repr, recorded(said)))


def test_a_repeat_within_one_write_is_kept_once(history: History):
    assert history.write([*everything(), *everything()]) == Written(records=10, fixes=2, repeated=12)


def test_a_correction_is_a_row_of_its_own(history: History):
    said = declaration(7, DeclarationState.HELD)
    history.write(batches([said], MORNING))
    corrected = dataclasses.replace(said, goods="other goods")
    assert history.write(batches([corrected], MORNING + SECOND)).records == 1
    assert all_rows(history) == rows([*batches([said], MORNING), *batches([corrected], MORNING + SECOND)])


def test_a_corrected_fix_is_kept_beside_the_first(history: History):
    first, corrected = position(1), dataclasses.replace(position(1), lon=119.3)
    assert history.write(batches([first], MORNING)).fixes == 1
    assert history.write(batches([first, corrected], MORNING + SECOND)) == Written(fixes=1, repeated=1)
    assert [row[5] for _, row in all_rows(history)] == [first.lon, corrected.lon]


def test_positions_are_read_across_the_minutes_they_are_kept_in(history: History):
    said = fixes(range(1, 400, 3))
    for batch in said:  # as a recorder writes them: a little at a time
        history.write([batch])
    assert all_rows(history) == recorded(said)
    part = list(history.batches(MORNING + 100 * SECOND, MORNING + 130 * SECOND))
    assert [row[-1] for _, row in rows(part)] == [
        at for at in (MORNING + s * SECOND + SECOND for s in range(1, 400, 3))
        if MORNING + 100 * SECOND < at <= MORNING + 130 * SECOND for _ in range(2)
    ]


def test_fixes_of_seals_go_together_over_ten_minutes_and_are_read_as_they_came(history: History):
    seals = [f"JY-{n:06d}" for n in (4, 1, 9)]
    said = []
    for minute in range(25):
        at = MORNING + minute * MINUTE + 30 * SECOND
        several = [position(n, seal, at, id=f"seal:{seal}@{at}", entity_kind=EntityKind.SEAL, lon=119.3 + n * 1e-4)
                   for n, seal in enumerate(seals)]
        said += [batch_of(Kind.POSITION, several, at + SECOND), *fixes([minute * 60 + 30])]
        history.write(said[-2:])
    c = schema.chunk.c
    seal = schema.SERIES_NUMBER[EntityKind.SEAL]
    with database.reading(history.engine) as connection:
        minutes = connection.execute(sa.select(c.series, sa.func.count()).group_by(c.series)).all()
    assert dict(map(tuple, minutes)) == {seal: 2 + 5, schema.SERIES_NUMBER[EntityKind.VEHICLE]: 25}
    by_receipt = sorted(recorded(said), key=lambda row: (row[1][-1], str(row[1][0]).startswith("seal")))
    assert all_rows(history) == by_receipt
    after, until = MORNING + 7 * MINUTE, MORNING + 7 * MINUTE + 35 * SECOND
    assert rows(history.batches(after, until)) == [row for row in by_receipt if after < row[1][-1] <= until]
    again = History.open(str(history.engine.url.render_as_string(hide_password=False)), history.code)
    again.write(fixes([60 * MINUTE // SECOND]))  # a recorder that begins again makes up for what was left
    with database.reading(again.engine) as connection:
        assert connection.scalar(sa.select(sa.func.count()).where(c.series == seal)) == 3
    again.close()
    assert all_rows(history)[: len(by_receipt)] == by_receipt


def test_kinds_of_one_instant_come_in_order_and_times_never_go_back(history: History):
    moves = batches([move(n, at=MORNING + n * SECOND) for n in range(5)], MORNING + 9 * SECOND)
    said = [*fixes(range(0, 60, 2)), *moves]
    history.write(said)
    found = list(history.batches(0, FOREVER))
    times = [row[-1] for _, row in rows(found)]
    assert times == sorted(times)
    moment = [kind for kind, row in rows(found) if row[-1] == MORNING + 9 * SECOND]
    assert moment == [Kind.MOVE] * 5 + [Kind.POSITION] * 2
    assert {b.kind for b in history.batches(0, FOREVER, kinds=[Kind.MOVE])} == {Kind.MOVE}
    coarse = list(history.batches(0, FOREVER, grain_ms=MINUTE))
    assert [batch.kind for batch in coarse] == [Kind.MOVE, Kind.POSITION]


def test_a_late_fix_is_found_where_it_happened_and_where_it_became_known(history: History):
    history.write(fixes(range(0, 120, 2)))
    late = batches([position(9, "闽A00009", MORNING + 10 * SECOND)], MORNING + 50 * MINUTE)
    history.write(late)
    happened = history.batches(MORNING + 9 * SECOND, MORNING + 11 * SECOND, by=Axis.OBSERVED)
    assert "闽A00009" in [row[3] for _, row in rows(happened)]
    known_then = history.batches(MORNING, MORNING + 49 * MINUTE)
    assert "闽A00009" not in [row[3] for _, row in rows(known_then)]
    assert rows(history.batches(MORNING + 49 * MINUTE, FOREVER)) == recorded(late)


def test_the_calendar_counts_what_each_day_received(history: History):
    midnight = MORNING + 16 * 60 * MINUTE  # 00:00 in China
    history.write(everything() + fixes(range(0, 60, 2)))
    history.write(batches([move(77, at=midnight + SECOND)], midnight + 2 * SECOND))
    history.write_gap(GapRow(midnight - MINUTE, midnight + MINUTE, "not recording"))
    first, second = history.days()
    assert (first.day, second.day) == (20260301, 20260302)
    assert (first.fixes, first.discrete, second.discrete) == (62, 10, 1)
    assert second.first == second.last == midnight + 2 * SECOND
    assert first.gaps == ((midnight - MINUTE, midnight),)
    assert history.gaps(MORNING, FOREVER) == ((midnight - MINUTE, midnight + MINUTE),)
    assert 0.0 < first.quality < 0.01


def test_keyframes_give_a_base_and_its_newest_increment(history: History):
    assert history.keyframes_before(MORNING) == ()
    base, next_base = KeyframeRow(MORNING, MORNING, 1, b"base"), KeyframeRow(MORNING + 9000, MORNING + 9000, 1, b"next")
    steps = [KeyframeRow(MORNING + n * 1000, MORNING, 1, b"%d" % n) for n in (1, 2, 3)]
    for frame in (base, *steps, next_base, steps[0]):
        history.write_keyframe(frame)
    assert history.keyframes_before(MORNING - 1) == ()
    assert history.keyframes_before(MORNING) == (base,)
    assert history.keyframes_before(MORNING + 2999) == (base, steps[1])
    assert history.keyframes_before(MORNING + 20_000) == (next_base,)
    assert history.keyframes_before(MORNING + 86_400_000 * 3) == (next_base,)
    assert history.keyframe_times(MORNING, MORNING + 2000) == (MORNING + 1000, MORNING + 2000)


def test_steps_of_warnings_are_kept_as_they_were_made(history: History):
    raised = WarningStep("W-1", "R01", "MSKU1234565", MORNING, "raise", "rule", "", '{"severity":"high"}')
    taken = WarningStep("W-1", "R01", "MSKU1234565", MORNING + 9, "take", "01")
    assert history.write_warnings([raised, taken]) == 2
    assert history.write_warnings([taken]) == 0
    assert history.warnings(MORNING - 1, MORNING + 9) == (raised, taken)
    assert history.warnings(MORNING, MORNING + 9) == (taken,)


def test_two_ports_in_one_database_do_not_see_each_other(history: History, url: str):
    history.write(everything())
    with History.open(url, "OTHER") as other:
        assert list(other.batches(0, FOREVER)) == []
        assert other.write(everything()).records == 10
    assert len(all_rows(history)) == 12


def test_a_history_opened_again_goes_on(url: str):
    with History.open(url, "CNFZJ") as before:
        before.write(everything() + fixes(range(30)))
    with History.open(url, "CNFZJ", create=False) as after:
        assert after.write(everything() + fixes(range(29, 31))).fixes == 2
        assert len(all_rows(after)) == 12 + 62
