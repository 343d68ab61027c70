"""Hours around midnight with incidents of every kind that can happen then, and as many clean ones, scored as
`rules score` does: minutes long, so run by `make soak`. Whole days: `python -m benchmarks.rule_scores`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.drawn_scenarios import CASES, drawn, read
from data_sources.history.steps import cut
from data_sources.rule_scores import Scores, read_truth, score
from data_sources.simulated_port import scenario
from data_sources.simulated_port.whole_day import WholeDay
from tests.port.quiet_terminal import BASE_MS, jiangyin
from twin.port_index import PortIndex
from twin.rules.registry import RULES, make_rules
from twin.twin import Twin

HOUR_MS = 3_600_000
HOURS = 3.0
ELEVEN_AT_NIGHT_MS = BASE_MS + 13 * HOUR_MS
STEP_MS = 2_000
MOST_AN_HOUR = 6.0


def scored(text: str, seed: int, folder: Path) -> Scores:
    """What the rules make of hours in which this scenario is played."""
    layout = jiangyin()
    told = read(text) if text else scenario.EMPTY
    port = WholeDay(layout, seed, ELEVEN_AT_NIGHT_MS, told)
    twin = Twin(PortIndex(layout), make_rules())
    before = 0
    for part in port.slices(ELEVEN_AT_NIGHT_MS + round(HOURS * HOUR_MS)):
        for step in cut(part.batches, before or part.at_ms - 1, part.at_ms, STEP_MS):
            twin.apply(step.batches, step.until)
        before = part.at_ms
    assert all(status.on for status in twin.rule_status.values())
    port.simulation.customs.truth.write(folder / "truth")
    return score(twin.warnings.all(), read_truth(folder / "truth"), [spec.id for spec in RULES])


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_what_is_injected_is_found_soon_and_nothing_else_is(tmp_path: Path) -> None:
    text = drawn(jiangyin(), 5, ELEVEN_AT_NIGHT_MS, HOURS, of_each=2)
    scores = scored(text, 5, tmp_path)
    assert sum(one.injected for one in scores.rules.values()) >= 20
    assert scores.rules["R16"].injected > 0, "the inspection site is closed after midnight"
    assert (scores.missed, scores.false) == ((), ())
    assert scores.delay_s_median is not None
    assert scores.delay_s_median < 5.0


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_clean_hours_are_quiet(tmp_path: Path) -> None:
    scores = scored("", 6, tmp_path)
    assert scores.warnings <= MOST_AN_HOUR * HOURS


@pytest.mark.parametrize("seed", range(3))
def test_a_drawn_day_asks_for_every_kind_at_least_seven_times_and_fits_the_port(seed: int) -> None:
    midnight_ms = BASE_MS - 10 * HOUR_MS
    told = read(drawn(jiangyin(), seed, midnight_ms, 24.0, of_each=7))
    told.check(jiangyin(), midnight_ms)
    asked = [incident.kind.rule for incident in told.incidents]
    assert {rule: asked.count(rule) for rule in CASES} == dict.fromkeys(CASES, 7)
    assert len(asked) >= 100


def test_the_same_seed_draws_the_same_day_another_seed_another() -> None:
    midnight_ms = BASE_MS - 10 * HOUR_MS
    first, again, other = (drawn(jiangyin(), seed, midnight_ms, 24.0, of_each=7) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_while_the_inspection_site_is_open_no_night_activity_is_drawn() -> None:
    told = read(drawn(jiangyin(), 1, BASE_MS, 4.0, of_each=2))
    assert "R16" not in {incident.kind.rule for incident in told.incidents}
