"""Questions to the past."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import shapely

from data_sources.history import questions
from data_sources.history.errors import UnavailableError
from data_sources.history.outlines import outline_of
from data_sources.history.questions import Stay
from data_sources.history.store import History
from data_sources.history.writer import _Counts as counts_of_a_write
from tests.core.small_port import layout as small_layout
from tests.history.saying import MINUTE, SECOND, batches, everything, fixes
from tests.port.making import MORNING, move, position, seal_event
from twin.records import Kind, MoveEvent, PlaceKind

SLOT = "C3-12-04-3"
DAY = 24 * 60 * MINUTE


def lift(number: int, container: str, at: int, *, into: bool) -> object:
    """A container dropped into the slot, or picked from it."""
    here, there = (PlaceKind.SLOT, SLOT), (PlaceKind.VEHICLE, "T12")
    first, second = (there, here) if into else (here, there)
    return dataclasses.replace(
        move(number, container, at), event=MoveEvent.DROP if into else MoveEvent.PICK, from_kind=first[0],
        from_ref=first[1], to_kind=second[0], to_ref=second[1])


def test_a_track_is_in_order_of_device_time_whatever_came_late(history: History):
    history.write(fixes(range(0, 300, 2), trucks=("闽A00001", "闽A00002", "闽A00003")))
    history.write(batches([position(7, "闽A00002", MORNING + 101 * SECOND)], MORNING + 40 * MINUTE))
    track = questions.track(history, "闽A00002", MORNING + 90 * SECOND, MORNING + 110 * SECOND)
    seconds = (track.observed_at - MORNING) // SECOND
    assert seconds.tolist() == [92, 94, 96, 98, 100, 101, 102, 104, 106, 108, 110]
    assert track.received_at[5] == MORNING + 40 * MINUTE
    assert np.allclose(track.lon[:3], 119.29 + np.array([92, 94, 96]) * 1e-5 + 1e-4)
    assert len(questions.track(history, "闽A99999", 0, 2**60)) == 0


def test_who_was_in_a_zone(history: History):
    history.write(fixes(range(0, 120, 2), trucks=("闽A00001", "闽A00002")))
    west, east = 119.29 + 1e-4 + 20e-5, 119.29 + 1e-4 + 30e-5  # the second truck's way from second 20 to second 30
    zone = shapely.box(west - 1e-6, 25.41, east + 1e-6, 25.42)
    found = questions.within(history, zone, MORNING, MORNING + 10 * MINUTE)
    first, second = sorted(found, key=lambda presence: presence.entity)
    assert (second.entity, second.entity_kind, second.fixes) == ("闽A00002", "vehicle", 6)
    assert (second.first, second.last) == (MORNING + 20 * SECOND, MORNING + 30 * SECOND)
    assert (first.first, first.last) == (MORNING + 30 * SECOND, MORNING + 40 * SECOND)
    assert questions.within(history, zone, MORNING, MORNING + 19 * SECOND) == ()


def test_a_dossier_holds_what_names_it_wherever_it_stands(history: History):
    history.write(everything())
    history.write(batches([seal_event(1, at=MORNING + 2 * DAY)], MORNING + 2 * DAY))
    known = questions.dossier(history, "MSKU1234565")
    assert {k.kind for k in known} == {
        Kind.CONTAINER, Kind.DECLARATION, Kind.INSPECTION, Kind.SEAL_EVENT, Kind.MOVE, Kind.MANIFEST, Kind.INVENTORY}
    times = [k.record.observed_at for k in known]
    assert times == sorted(times)
    assert len(questions.dossier(history, "MSKU1234565", MORNING, 2**60)) == 1
    assert [k.record.id for k in questions.dossier(history, "MSKU1234565", most=1)] == ["S-1"]
    assert {k.kind for k in questions.dossier(history, SLOT)} == {Kind.MOVE, Kind.INVENTORY}
    assert questions.dossier(history, "MSKU123456") == ()


def test_a_dossier_over_many_days_holds_the_newest_and_all_if_asked(history: History):
    days = [0, 1, 40, 41, 90, 400, 700]
    for number, day in enumerate(days):
        history.write(batches([move(number, at=MORNING + day * DAY + n) for n in range(3)], MORNING + day * DAY + 9))
    known = questions.dossier(history, "MSKU1234565")
    assert [k.record.observed_at for k in known] == [MORNING + day * DAY + n for day in days for n in range(3)]
    assert questions.dossier(history, "MSKU1234565", most=7) == known[-7:]
    assert questions.dossier(history, "MSKU1234565", MORNING + DAY, MORNING + 90 * DAY) == known[4:13]
    for day in range(100):  # the first stretch of days is full of others
        history.write(batches([move(day, "TGHU7654321", MORNING + (800 + day) * DAY)], MORNING + 900 * DAY))
    assert questions.dossier(history, "MSKU1234565", most=7) == known[-7:]
    assert len(questions.dossier(history, "TGHU7654321")) == 100


def test_a_name_first_said_in_a_write_that_failed_is_found_when_it_is_said_again(
        history: History, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patched:
        patched.setattr(counts_of_a_write, "write", lambda *_: (_ for _ in ()).throw(UnavailableError("It is gone.")))
        with pytest.raises(UnavailableError):
            history.write(batches([move(1)], MORNING))
    assert questions.dossier(history, "MSKU1234565") == ()
    history.write(batches([move(1)], MORNING))
    assert len(questions.dossier(history, "MSKU1234565")) == 1


def test_what_stood_in_a_slot(history: History):
    times = [MORNING + n * 60 * MINUTE for n in range(6)]
    history.write(batches([
        lift(1, "MSKU1234565", times[0], into=True), lift(2, "MSKU1234565", times[1], into=False),
        lift(3, "TGHU7654321", times[2], into=True), lift(4, "TGHU7654321", times[3] + 30 * DAY, into=False),
    ], times[5] + 30 * DAY))
    first, second = Stay("MSKU1234565", times[0], times[1]), Stay("TGHU7654321", times[2], times[3] + 30 * DAY)
    assert questions.stood_in(history, SLOT, times[0] - 1, times[5] + 40 * DAY) == (first, second)
    assert questions.stood_in(history, SLOT, times[4], times[5]) == (dataclasses.replace(second, until=None),)
    assert questions.stood_in(history, SLOT, times[1], times[1] + MINUTE) == ()


def test_which_vehicles_met(history: History):
    near, far = 1e-4, 1e-2  # about ten metres and a kilometre
    said = []
    for second in range(0, 60, 2):
        at = MORNING + second * SECOND
        where = {"闽A00001": second * 1e-5, "闽A00002": 30e-5 + near / 2, "闽A00003": far}
        said += batches([position(0, name, at, id=f"gps:{name}@{at}", lon=119.29 + east)
                         for name, east in where.items()], at)
    history.write(said)
    meeting, = questions.met(history, "闽A00001", MORNING - 1, MORNING + MINUTE, within_m=10.0)
    assert meeting.other == "闽A00002"
    assert meeting.nearest_m < 2.0
    assert MORNING + 22 * SECOND <= meeting.first < meeting.last <= MORNING + 46 * SECOND


def test_zones_and_fences_of_a_port_have_outlines_in_degrees():
    layout = small_layout()
    for part in (*layout.zones, *layout.fences):
        outline = outline_of(layout, part.id)
        assert outline is not None
        assert abs(outline.centroid.x - layout.origin_lon) < 0.1
    assert outline_of(layout, "nowhere") is None
