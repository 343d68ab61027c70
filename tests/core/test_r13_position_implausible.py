"""R13: leaps no vehicle makes, places outside the world, frozen positions, jammed areas."""

from __future__ import annotations

import numpy as np
import pytest

from tests.core.any_order import same_in_any_order
from tests.core.kept_past import KeptPast
from tests.core.small_port import small_port
from tests.core.test_keyframe import at_once
from tests.core.timeline import Story, Watch, at
from twin import keyframe, plain_values
from twin.earlier_fixes import EarlierFixes
from twin.records import EntityKind
from twin.rules.r13_position_implausible import PositionImplausible
from twin.rules.recent_fixes import RecentFixes
from twin.twin import Twin
from twin.warnings import RULE, Severity, Verb

TRUCK = "闽A1"


def told(story: Story, now: str | None = None) -> Watch:
    watch = Watch(story.index, [PositionImplausible()]).hears_one_by_one(story.records)
    if now is not None:
        watch.hears([], at(now))
    return watch


def drives(story: Story, begin: str, seconds: int, x: float = 110.0, who: str = TRUCK, every: int = 2) -> None:
    """Eastwards at 5 m/s, y 100."""
    for second in range(0, seconds, every):
        story.fix(at(begin) + second * 1000, x + 5.0 * second, 100.0, who, speed=5.0)


def test_a_leap_of_three_kilometres_and_back() -> None:
    story = Story()
    drives(story, "8:00:00", 10)
    leap = story.fix("8:00:10", 2_700.0, -2_000.0, speed=0.0)
    drives(story, "8:00:12", 4, x=170.0)
    watch = told(story)
    warning = watch.only("R13")
    assert (warning.subject_kind, warning.subject, warning.raised_at) == ("vehicle", TRUCK, at("8:00:10"))
    assert (warning.place_x, warning.place_y) == pytest.approx((150.0, 100.0), abs=0.1), "where it was last for sure"
    assert (warning.zone, warning.facts["cause"], warning.active) == ("PORT", "leap", True)
    assert warning.limits[0].parameter == "max_speed_mps"
    assert leap.id in warning.evidence
    later = len(story.records)
    drives(story, "8:00:16", 70, x=190.0)
    watch.hears(story.records[later:])
    warning = watch.only("R13")
    assert (warning.active, warning.history[-1].note) == (False, "plausible again")


@pytest.mark.parametrize(("seconds", "metres"), [(2, 140.0), (60, 2_000.0), (3_600, 100_000.0)])
def test_what_is_no_leap(seconds: int, metres: float) -> None:
    """A receiver's noise; a fast truck; a truck that was out of hearing for an hour."""
    story = Story()
    story.fix("8:00:00", 100.0, 100.0)
    story.fix(at("8:00:00") + seconds * 1000, 100.0 + metres, 100.0)
    assert told(story).warnings() == ()


def test_outside_the_ports_world_without_any_fix_before() -> None:
    story = Story()
    story.fix("8:00:00", 400_000.0, 100.0)
    story.fix("8:00:00", 400_000.0, 100.0, "413000001", kind=EntityKind.VESSEL)
    warning = told(story).only("R13")
    assert (warning.subject, warning.facts["cause"]) == (TRUCK, "outside_world")
    assert warning.limits[0].observed == pytest.approx(400.0, abs=0.2)
    assert warning.place_x != warning.place_x


def test_a_crane_is_not_its_subject_and_a_vessel_is() -> None:
    story = Story()
    for who, kind in (("RTG1", EntityKind.CRANE), ("413000001", EntityKind.VESSEL)):
        story.fix("8:00:00", 0.0, 100.0, who, kind=kind)
        story.fix("8:00:02", 3_000.0, 100.0, who, kind=kind)
    assert told(story).only("R13").subject_kind == "vessel"


def test_the_same_place_while_moving_is_frozen() -> None:
    story = Story()
    drives(story, "8:00:00", 20)
    for second in range(0, 80, 2):
        story.fix(at("8:00:20") + second * 1000, 300.0, 100.0, speed=6.0)
    watch = told(story)
    warning = watch.only("R13")
    assert (warning.facts["cause"], warning.raised_at) == ("frozen", at("8:00:20"))
    assert warning.place_x == pytest.approx(300.0, abs=0.1)
    later = len(story.records)
    drives(story, "8:01:40", 80, x=300.0)
    watch.hears(story.records[later:])
    assert not watch.only("R13").active


@pytest.mark.parametrize(("speed", "seconds"), [(0.0, 300), (6.0, 40)])
def test_a_standing_truck_or_a_short_hang_is_not_frozen(speed: float, seconds: int) -> None:
    story = Story()
    for second in range(0, seconds, 2):
        story.fix(at("8:00:00") + second * 1000, 300.0, 100.0, speed=speed)
    assert told(story).warnings() == ()


def test_five_trucks_disturbed_in_one_zone_at_once_are_a_jammed_zone() -> None:
    story = Story()
    for i in range(5):
        story.fix(at("8:00:00") + i * 1000, 20.0, 20.0 + 5.0 * i, f"闽{i}")
        story.fix(at("8:00:04") + i * 1000, 5_000.0, 20.0, f"闽{i}")
    watch = told(story)
    jam = next(w for w in watch.warnings() if w.subject_kind == "zone")
    assert (jam.subject, jam.found_severity, jam.raised_at) == ("FOREIGN", Severity.HIGH, at("8:00:08"))
    assert len(watch.warnings()) == 6
    watch.hears([], at("8:02:00"))
    assert not next(w for w in watch.warnings() if w.subject_kind == "zone").active


def test_four_disturbed_trucks_or_five_one_after_the_other_are_no_jam() -> None:
    story = Story()
    for i in range(5):
        story.fix(at("8:00:00") + i * 100_000, 20.0, 20.0 + 5.0 * i, f"闽{i}")
        story.fix(at("8:00:04") + i * 100_000, 5_000.0, 20.0, f"闽{i}")
    story.fix("8:06:40", 9_000.0, 20.0, "闽9")
    story.fix("8:06:42", 12_000.0, 20.0, "闽9")
    assert {w.subject_kind for w in told(story).warnings()} == {"vehicle"}


def test_a_late_fix_shows_a_leap_that_was() -> None:
    story = Story()
    drives(story, "8:00:00", 200, every=4)
    watch = told(story)
    assert watch.warnings() == ()
    watch.hears([story.fix("8:01:02", 5_000.0, 100.0)])
    warning = watch.only("R13")
    assert (warning.raised_at, warning.active) == (at("8:01:02"), False), "it was plausible again for long"
    watch.hears([story.fix("8:01:03", 430.0, 100.0)])
    assert watch.only("R13").raised_at == at("8:01:02")


def test_a_disturbance_is_forgotten_after_a_while_and_a_truck_that_left_is_not_watched_for_ever() -> None:
    story = Story()
    story.fix("8:00:00", 100.0, 100.0)
    story.fix("8:00:02", 5_000.0, 100.0)
    watch = told(story, "8:10")
    assert watch.only("R13").active, "nobody has heard of it since"
    watch.hears([], at("8:40"))
    assert not watch.only("R13").active
    watch.hears([], at("9:30"))
    assert [s.verb for s in watch.only("R13").history if s.by == RULE] == [Verb.RAISE, Verb.CLEAR]


def test_the_same_in_any_order() -> None:
    story = Story()
    drives(story, "7:50:00", 60, every=10)
    story.fix("7:51:02", 5_000.0, 100.0)
    drives(story, "7:51:10", 120, x=460.0, every=10)
    found = same_in_any_order(story, PositionImplausible(), at("8:10"))
    assert found == [("vehicle", TRUCK, at("7:51:02"), False, "leap", "PORT")]


def test_of_each_ten_seconds_the_earliest_fix_is_kept_whatever_comes_first() -> None:
    rng = np.random.default_rng(3)
    rows = rng.integers(0, 5, 400).astype(np.int32)
    times = rng.permutation(400).astype(np.int64) * 1_000 + 1_000_000_000
    x = rng.uniform(0, 100, 400)

    def kept(parts: int) -> list[list[tuple[int, float]]]:
        recent = RecentFixes()
        for part in np.array_split(np.arange(400), parts):
            order = part[np.lexsort((times[part], rows[part]))]
            recent = recent.with_fixes(rows[order], times[order], x[order], x[order], x[order])
        alone = EarlierFixes(small_port().frame)
        return [list(zip(*(part.tolist() for part in recent.of(row, alone)[:2]), strict=True)) for row in range(5)]

    assert kept(1) == kept(40)
    assert [len(fixes) for fixes in kept(1)] == [len({t // 10_000 for t in times[rows == row]}) for row in range(5)]


def test_recent_fixes_are_forgotten_after_twelve_minutes() -> None:
    row, x = np.zeros(1, dtype=np.int32), np.zeros(1)
    alone = EarlierFixes(small_port().frame)
    recent = RecentFixes().with_fixes(row, np.array([0]), x, x, x).with_fixes(row, np.array([13 * 60_000]), x, x, x)
    assert recent.of(0, alone)[0].tolist() == [13 * 60_000]
    assert list(recent.around(0, 12 * 60_000 + 30_000, alone)) == [(13 * 60_000, 0.0, 0.0)]
    assert list(recent.around(7, 13 * 60_000, alone)) == []


def test_leaps_on_and_on_are_one_disturbance_with_several_records() -> None:
    story = Story()
    story.fix("8:00:00", 100.0, 100.0)
    away = [story.fix("8:00:02", 5_000.0, 100.0), story.fix("8:00:04", 9_000.0, 100.0)]
    warning = told(story).only("R13")
    assert {fix.id for fix in away} == set(warning.evidence)


def test_a_restored_twin_judges_a_late_fix_beside_those_it_has_not_heard_itself() -> None:
    """Its keyframe does not hold the fixes of the last minutes: they are on record."""
    story = Story()
    drives(story, "8:00:00", 60, every=2)
    heard = len(story.records)
    leap = story.fix("8:00:31", 5_000.0, 100.0)
    rules = [PositionImplausible()]
    past, live, again = KeptPast(), Twin(story.index, rules), Twin(story.index, rules)
    now = at("8:01")
    past.batches = at_once(story.records[:heard], now)
    live.apply(past.batches, now)
    frame = keyframe.save(live)
    kept = plain_values.written(frame.values["rule R13"])
    assert len(repr(kept.tree)) < 200
    keyframe.restore(again, keyframe.Keyframe(frame.at, frame.version, frame.columns, {
        **frame.values, "rule R13": plain_values.read(kept)}), past)
    for twin in (live, again):
        twin.apply(at_once(story.records[heard:], now + 1_000), now + 1_000)
        warning, = twin.warnings.open()
        assert (warning.rule, warning.raised_at, leap.id in warning.evidence) == ("R13", at("8:00:31"), True)
    assert again.warnings.open()[0].facts == live.warnings.open()[0].facts
