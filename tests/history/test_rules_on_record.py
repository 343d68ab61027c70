"""Rules over recorded days: what they raised, what other parameters would have raised, how good they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely

from data_sources import rule_settings
from data_sources.history.errors import HistoryError
from data_sources.history.store import History
from data_sources.rule_runs import as_json, run_rules
from data_sources.rule_scores import Incident, TruthError, read_truth, score
from data_sources.rule_settings import RuleSettingsError
from data_sources.rule_trials import try_rules
from resources import locator
from tests.core.test_warnings import finding
from tests.core.timeline import DAY, Story, at
from tests.history.saying import batches
from twin import port_definition
from twin.port_index import PortIndex
from twin.port_layout import FenceClass
from twin.records import Trade
from twin.rules.base import ParameterError
from twin.rules.registry import make_rules
from twin.warning_book import WarningBook
from twin.warnings import RiskWarning

DEPTH_M = 30.0
NOON_LATER = DAY + 4 * 3_600_000


@pytest.fixture(scope="module")
def index() -> PortIndex:
    return PortIndex(port_definition.load(locator.port_definition()))


@pytest.fixture
def recorded(index: PortIndex, sqlite_url: str) -> str:
    """A morning on record: a foreign-trade truck is seen once 30 m inside the domestic yard."""
    fence = next(f for f in index.layout.fences if f.fence_class is FenceClass.DOMESTIC)
    x, y = shapely.Polygon(fence.outline).buffer(-DEPTH_M).exterior.coords[0]
    story = Story(index)
    story.vehicle("8:00", trade=Trade.FOREIGN)
    story.fix("8:10", x, y)
    with History.open(sqlite_url, index.layout.code) as history:
        for record in story.records:
            history.write(batches([record], record.observed_at + 500))
    return sqlite_url


def test_the_rules_find_on_record_what_they_would_have_found_live(recorded: str, index: PortIndex) -> None:
    with History.open(recorded, index.layout.code) as history:
        found = run_rules(history, index, make_rules(), DAY, NOON_LATER)
        told = [as_json(w) for w in found.warnings if w.rule == "R02"]
        assert [(w["subject"], w["raised_at"]) for w in told] == [("闽A1", at("8:10"))]
        assert json.loads(json.dumps(told))[0]["place"]["zone"]
        assert told[0]["evidence"]
        assert found.off == ()


def test_a_time_without_records_is_told(recorded: str, index: PortIndex) -> None:
    nothing = pytest.raises(HistoryError, match="nothing in that time")
    with History.open(recorded, index.layout.code) as history, nothing:
        run_rules(history, index, make_rules(), DAY + 86_400_000, DAY + 2 * 86_400_000)


def test_other_parameters_are_tried_beside_those_of_today(recorded: str, index: PortIndex) -> None:
    strict = {"R02": {"margin_m": 100.0, "crossing_m": 1000.0}}
    found = try_rules(recorded, index.layout.code, None, DAY, NOON_LATER, strict)
    assert [w["subject"] for w in found.gone("R02")] == ["闽A1"], "this is what the change would miss"
    assert found.new("R02") == []
    same = try_rules(recorded, index.layout.code, None, DAY, NOON_LATER, {"R02": {}})
    assert (same.gone("R02"), same.new("R02"), len(same.today), len(same.trial)) == ([], [], 1, 1)
    back = try_rules(recorded, index.layout.code, None, DAY, NOON_LATER, {"R02": {}}, today=strict)
    assert len(back.new("R02")) == 1


def test_a_wrong_parameter_is_refused_before_anything_is_read() -> None:
    with pytest.raises(ParameterError, match="margin_m 1000000"):
        try_rules("sqlite:////nowhere", "X", None, 0, 1, {"R02": {"margin_m": 1e6}})


@pytest.mark.parametrize(("text", "sentence"), [
    ("[R77]\na = 1\n", "rule 'R77' is unknown"),
    ("[R02]\nmargin = 1\n", "R02: parameter 'margin' is unknown"),
    ("[R02]\nmargin_m = 'x'\n", "R02: margin_m 'x' is not a number"),
    ("[R02]\nmargin_m = -1\n", "R02: margin_m -1 is not from 0 to 100 m"),
    ("R02 = 5\n", "R02 is no table"),
    ("[R02\n", "is no TOML"),
])
def test_settings_that_cannot_be_used_are_told_in_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RuleSettingsError) as refused:
        rule_settings.load(file)
    assert sentence in str(refused.value)
    assert "rules.toml" in str(refused.value)


def test_the_example_settings_name_every_parameter_and_can_be_used(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    lines = [line.removeprefix("# ") for line in rule_settings.example().splitlines()]
    file.write_text("\n".join(lines), encoding="utf-8")
    settings = rule_settings.load(file)
    specs = {rule.spec.id: rule.spec for rule in make_rules()}
    assert set(settings) == set(specs)
    for rule, values in settings.items():
        assert {p.name: p.default for p in specs[rule].parameters} == pytest.approx(values)


def raised(rule: str, subject: str, when: int, **facts: str) -> RiskWarning:
    book = WarningBook()
    found = book.found(finding(str(when), rule=rule, subject=subject, at=when, facts=facts), when + 1_500)
    assert found is not None
    return found


def test_found_missed_false_and_consequences() -> None:
    incidents = [
        Incident("R01", "BOX1", frozenset({"BOX1", "闽A1"}), 10_000_000, 10_600_000),
        Incident("R03", "JY-1", frozenset({"JY-1"}), 20_000_000, None),
        Incident("R06", "BOX9", frozenset({"BOX9"}), 30_000_000, 30_000_000),
    ]
    warnings = [
        raised("R01", "BOX1", 10_000_500), raised("R02", "闽A1", 10_100_000), raised("R03", "JY-1", 90_000_000),
        raised("R13", "闽Z9", 12_000_000), raised("R01", "BOX1", 30_000_000),
    ]
    scores = score(warnings, incidents, ["R01", "R02", "R03", "R06", "R13"])
    assert {r: (s.injected, s.found, s.false, s.consequences) for r, s in scores.rules.items()} == {
        "R01": (1, 1, 1, 0), "R02": (0, 0, 0, 1), "R03": (1, 1, 0, 0), "R06": (1, 0, 0, 0), "R13": (0, 0, 1, 0)}
    assert (scores.recall, scores.precision) == (2 / 3, 3 / 5)
    assert scores.rules["R01"].delay_s_median == 2.0
    assert [i.subject for i in scores.missed] == ["BOX9"]
    assert {(w.rule, w.subject) for w in scores.false} == {("R13", "闽Z9"), ("R01", "BOX1")}


def test_nothing_injected_and_nothing_raised_has_no_shares() -> None:
    scores = score([], [], ["R01"])
    assert (scores.recall, scores.precision, scores.delay_s_median, scores.warnings) == (None, None, None, 0)


def test_a_truth_file_is_read_and_a_broken_line_is_named(tmp_path: Path) -> None:
    file = tmp_path / "truth.jsonl"
    good = {"rule": "R01", "subject": "BOX1", "related": ["闽A1"], "from_ms": 5, "to_ms": None, "injected": True}
    file.write_text(f"{json.dumps(good)}\n\n{json.dumps(good | {'injected': False})}\n", encoding="utf-8")
    assert read_truth(file) == (Incident("R01", "BOX1", frozenset({"BOX1", "闽A1"}), 5, None),)
    file.write_text(f"{json.dumps(good)}\n{{}}\n", encoding="utf-8")
    with pytest.raises(TruthError, match=r"truth\.jsonl, line 2"):
        read_truth(file)
    with pytest.raises(TruthError, match="cannot be read"):
        read_truth(tmp_path / "none")
