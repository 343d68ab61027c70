"""The engine: rules judge in order, one that fails is switched off with its reason, the others go on."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from tests.core.timeline import BOX, Story, Watch, at
from twin.events import EventKind
from twin.feed_health import FeedHealth, FeedState
from twin.records import Kind
from twin.rules.base import RuleFault, RuleSpec, Verdict, View
from twin.rules.registry import RULES, make_rules
from twin.warnings import FeedRelied, Finding, Limit, Severity


class Counting:
    """Counts steps in its memory and finds something at the first."""

    spec = RuleSpec("X01", "数", "Counting", Severity.LOW, "test", (), ())

    def start(self) -> int:
        return 0

    def judge(self, memory: Any, view: View) -> Verdict:
        found = Finding("X01", Severity.LOW, "container", BOX, view.now, "1", evidence=(str(memory),))
        return Verdict(memory + 1, (found,) if memory == 0 else ())


class Failing(Counting):
    """Fails at its second step."""

    spec = RuleSpec("X02", "错", "Failing", Severity.LOW, "test", (), ())

    def judge(self, memory: Any, view: View) -> Verdict:
        if memory == 1:
            raise ZeroDivisionError("no such fence")
        return Verdict(memory + 1)


def test_a_failing_rule_is_off_and_says_why_while_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    watch = Watch(rules=(Failing(), Counting()))
    watch.hears([], now=at("8:00"))
    assert all(s.on for s in watch.twin.rule_status.values())
    delta = watch.hears([], now=at("8:01"))
    status = watch.twin.rule_status["X02"]
    assert (status.on, status.reason, status.since) == (False, "ZeroDivisionError: no such fence", at("8:01"))
    assert [(e.kind, e.subject) for e in delta.events] == [(EventKind.RULE_OFF, "X02")]
    assert watch.twin.rule_status["X01"].on
    assert len(caplog.records) == 1
    watch.hears([], now=at("8:02"))
    assert len(caplog.records) == 1, "told once"
    assert watch.only("X01").evidence == ("0",)


class Choking(Counting):
    """Cannot bear a container called X, and remembers nothing."""

    spec = RuleSpec("X03", "噎", "Choking", Severity.LOW, "test", (), ())

    def judge(self, memory: Any, view: View) -> Verdict:
        names = [name for batch in view.batches.get(Kind.CONTAINER, ()) for name in batch["container"].tolist()]
        fast = [fix for fixes in view.changes.fixes for fix in fixes.speed.tolist() if fix > 100.0]
        together = "Y" in names and "Z" in names
        if "X" in names or fast or together or view.now == at("9:00"):
            raise KeyError("no such container")
        return Verdict(memory)


def faults_at(records: Any, now: int | None = None) -> list[str]:
    """The ids of the records kept when the choking rule is told of these."""
    faults: list[RuleFault] = []
    watch = Watch(rules=(Choking(),), on_fault=faults.append)
    watch.hears(records, now)
    assert [f.status.rule for f in faults] == ["X03"]
    assert not watch.twin.rule_status["X03"].on
    return [record for batch in faults[0].batches for record in batch["id"].tolist()]


def test_the_record_that_broke_a_rule_is_kept() -> None:
    story = Story()
    for serial in range(9):
        story.container("8:00", f"BOX{serial}")
    story.vehicle("8:00")
    bad = story.container("8:00", "X")
    story.container("8:00", "BOX9")
    assert faults_at(story.records) == [bad.id]


def test_a_fix_that_broke_a_rule_is_kept() -> None:
    story = Story()
    for second in range(7):
        story.fix(at("8:00") + 1000 * second, 10.0, 10.0, speed=200.0 if second == 5 else 2.0)
    assert faults_at(story.records) == [story.records[5].id]


def test_records_that_break_a_rule_together_are_kept_together() -> None:
    story = Story()
    for name in ("A", "Y", "B", "Z"):
        story.container("8:00", name)
    assert faults_at(story.records) == [r.id for r in story.records]


def test_where_no_record_is_to_blame_the_whole_step_is_kept() -> None:
    story = Story()
    story.container("8:00", "A")
    story.vehicle("8:00")
    assert sorted(faults_at(story.records, at("9:00"))) == sorted(r.id for r in story.records)


def test_warnings_say_which_version_of_the_rule_found_them() -> None:
    watch = Watch(rules=make_rules())
    story = Story()
    story.container("7:00")
    story.lifted_for_exit("8:00")
    watch.hears(story.records)
    warning = watch.only("R01")
    assert warning.rule_version == RULES[0].version
    assert warning.limits == (Limit("declaration_state", "none", "released"),)
    assert warning.limits[0].excess is None
    assert Limit("depth_inside", 9.5, 7.0, "m").excess == pytest.approx(2.5)


def test_a_rule_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="X01, X01"):
        Watch(rules=(Counting(), Counting()))


def test_warnings_name_the_feeds_they_relied_on() -> None:
    watch = Watch(rules=(Counting(),))
    health = FeedHealth("port", FeedState.LATE, at("7:00"), lag_s=42.0)
    watch.twin.feeds([health])
    delta = watch.hears([], now=at("8:00"))
    assert delta.feeds == (health,)
    assert watch.only("X01").feeds == (FeedRelied("port", "late", 42.0),)


def test_the_rules_it_ships_with() -> None:
    kinds = [f"R{number:02d}" for number in range(1, 17)]
    assert [spec.id for spec in RULES] == [*kinds, "R00"], "what is drawn at random comes after what is found"
    assert [r.spec for r in make_rules()] == list(RULES)
    for spec in RULES:
        assert all((spec.zh, spec.en, spec.reason, spec.relies_on))
        for parameter in spec.parameters:
            assert parameter.low <= parameter.default <= parameter.high
            assert parameter.meaning
    assert make_rules({"R02": {"margin_m": 7}})[1].spec.values({"margin_m": 7})["margin_m"] == 7.0


def test_rules_change_neither_memory_nor_state() -> None:
    story = Story()
    story.container("7:00")
    story.vehicle("7:00")
    story.lifted_for_exit("8:00")
    story.fix("8:01", 220.0, 30.0)
    for rule in make_rules():
        spied: list[tuple[Any, View]] = []

        class Spy:
            spec = rule.spec
            start = staticmethod(rule.start)

            @staticmethod
            def judge(memory: Any, view: View, rule: Any = rule, spied: Any = spied) -> Verdict:
                spied.append((memory, view))
                return rule.judge(memory, view)

        watch = Watch(rules=(Spy(),))
        watch.hears(story.records)
        memory, view = spied[0]
        again = [rule.judge(memory, view) for _ in range(2)]
        assert again[0].findings == again[1].findings
        assert bool(again[0].findings) == (rule.spec.id in ("R01", "R02"))


def test_the_twin_knows_neither_qt_nor_vtk() -> None:
    program = """
import sys
for name in ("PySide6", "PyQt6", "vtk", "vtkmodules", "pyqtgraph", "requests", "fastapi", "simpy", "msgspec"):
    sys.modules[name] = None
import pkgutil, importlib, twin
for module in pkgutil.walk_packages(twin.__path__, "twin."):
    importlib.import_module(module.name)
print(len([m for m in sys.modules if m.startswith("twin.")]))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    assert int(done.stdout) > 25
