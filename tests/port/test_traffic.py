"""Vehicles on the roads of the simulated port: where they may drive, how they drive, and that they never meet."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data_sources.simulated_port.paths import ACCELERATION, BRAKING, RawPath, course_along, drive_on, slowed
from data_sources.simulated_port.road_graph import DOMESTIC, FOREIGN, NoWayError, RoadGraph
from data_sources.simulated_port.trajectories import Tracks
from tests.port.ledger import jiangyin, started
from twin.port_layout import FenceClass

_ROOM_M = 9.8


def _positions(pieces, at_s, end):
    tracks = Tracks(4, 4096)
    row = tracks.add(0.0, 0.0, 0.0)
    tracks.run(row, pieces, 0.0, *end, 90.0)
    return np.array([tracks.now(row, t) for t in at_s])


_points = st.tuples(st.integers(-300, 300), st.integers(-300, 300)).map(lambda p: (float(p[0]), float(p[1])))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(_points, min_size=2, max_size=8, unique=True),
    st.lists(st.sampled_from([2.8, 4.2, 8.3, 16.7]), min_size=7, max_size=7),
)
def test_a_truck_keeps_limits_and_never_leaps(vertices, limits):
    """Whatever the way, speed stays under the limits, acceleration is a truck's, and it begins and ends at rest."""
    course = course_along(RawPath(vertices, limits[: len(vertices) - 1], (), ()))
    pieces = drive_on(course, _ROOM_M).pieces
    t, x, y, _, _, v, a = pieces.rows
    durations = np.diff(np.append(t, pieces.duration))
    end = v + a * durations
    assert v[0] == 0.0 and end[-1] == pytest.approx(0.0, abs=1e-6)
    assert np.allclose(end[:-1], v[1:], atol=1e-6)
    assert max(v.max(), end.max()) <= max(limits) + 1e-6
    assert a.max() <= ACCELERATION and a.min() >= -BRAKING
    way = v * durations + 0.5 * a * durations**2
    assert np.allclose(x[:-1] + pieces.rows[3][:-1] * way[:-1], x[1:], atol=1e-5)
    assert np.allclose(y[:-1] + pieces.rows[4][:-1] * way[:-1], y[1:], atol=1e-5)


def test_a_truck_that_must_let_another_pass_comes_later_but_on_the_same_way():
    raw = RawPath([(0.0, 0.0), (400.0, 0.0), (400.0, 300.0)], [8.3, 8.3], (7, 8), (200.0, 500.0))
    usual = drive_on(course_along(raw), _ROOM_M)
    later = drive_on(slowed(usual.course, np.array([0.0, 0.0, 9.0, 9.0])), _ROOM_M)
    assert later.enters[0] <= usual.enters[0] + 1.0
    assert later.enters[1] >= usual.enters[1] + 5.0
    assert later.course.length_m == pytest.approx(usual.course.length_m)


def test_samples_follow_the_drive_between_its_pieces():
    pieces = drive_on(course_along(RawPath([(0.0, 0.0), (300.0, 0.0)], [8.0], (), ())), _ROOM_M).pieces
    found = _positions(pieces, np.linspace(0.0, pieces.duration + 5.0, 80), (300.0, 0.0))
    assert np.all(np.diff(found[:, 0]) >= 0.0)
    assert found[-1, 0] == pytest.approx(300.0, abs=0.01) and found[-1, 2] == 0.0
    assert found[:, 2].max() == pytest.approx(8.0, abs=0.3)


def test_foreign_and_domestic_trucks_have_no_road_into_each_others_area():
    layout = jiangyin()
    for trade, closed in ((FOREIGN, FenceClass.DOMESTIC), (DOMESTIC, FenceClass.FOREIGN)):
        graph = RoadGraph(layout, trade)
        areas = [shapely.Polygon(f.outline) for f in layout.fences if f.fence_class in (closed, FenceClass.CLOSED)]
        assert areas and graph.permitted.any()
        for number in np.flatnonzero(graph.permitted):
            assert not any(area.intersects(shapely.LineString(graph.corners[number])) for area in areas)


def test_every_stop_of_a_trade_can_be_reached_from_the_gate_and_left_again():
    layout = jiangyin()
    graph = RoadGraph(layout, FOREIGN)
    gate_in = next(n for n, e in enumerate(layout.road_edges) if e.id == "G1-IN1-lane")
    gate_out = next(n for n, e in enumerate(layout.road_edges) if e.id == "G1-OUT1-lane")
    stops = [s for s in layout.stop_points if graph.permitted[graph.edge_number[s.edge]]]
    assert len(stops) > 1_000
    for edge in sorted({graph.edge_number[s.edge] for s in stops}):
        there, back = graph.way(gate_in, edge), graph.way(edge, gate_out)
        for way in (there, back):
            assert all(graph.end[a] == graph.start[b] for a, b in itertools.pairwise(way))
            assert not any(e in graph.private for e in way[1:-1])
    domestic = next(s for s in layout.stop_points if s.subject == "N1")
    with pytest.raises(NoWayError):
        graph.way(gate_in, graph.edge_number[domestic.edge])


def _outlines(sample):
    """Ground outlines of vehicles 15 m long and 2.4 m wide."""
    angle = np.radians(sample.course_deg)
    ahead = np.stack([np.sin(angle), np.cos(angle)], axis=1) * 7.5
    aside = np.stack([np.cos(angle), -np.sin(angle)], axis=1) * 1.2
    at = np.stack([sample.x, sample.y], axis=1)
    return shapely.polygons(
        np.stack([at + ahead + aside, at + ahead - aside, at - ahead - aside, at - ahead + aside], axis=1)
    )


def test_in_the_evening_traffic_no_vehicle_runs_into_another_or_through_a_stack():
    simulation, _ = started(3)
    traffic = simulation.operations.traffic
    blocks = [shapely.Polygon(b.outline) for b in simulation.world.layout.blocks]
    stacks = shapely.STRtree([b.buffer(-0.5) for b in blocks])
    met, seen, moving = [], 0, 0
    for step in range(240):
        simulation.advance(simulation.world.start_ms + 2_400_000 + step * 5_000)
        sample = traffic.tracks.sample(simulation.world.env.now)
        outlines = _outlines(sample)
        seen, moving = seen + len(outlines), moving + int(sample.moving.sum())
        first, second = shapely.STRtree(outlines).query(outlines, predicate="intersects")
        for a, b in zip(first, second, strict=True):
            if a < b and (sample.moving[a] or sample.moving[b]):
                area = shapely.intersection(outlines[a], outlines[b]).area
                if area > 9.0:  # of 36 square metres: more than a corner in a tight bend
                    names = traffic.names[sample.rows[a]], traffic.names[sample.rows[b]]
                    met.append((step, *names, round(area, 1)))
        inside, _ = stacks.query(shapely.points(sample.x, sample.y), predicate="within")
        assert len(inside) == 0
    assert seen > 30_000 and moving > 6_000
    assert met == []
