"""Records at which a rule failed are to be found in the quarantine."""

from __future__ import annotations

import pytest

from data_sources.quarantine import Quarantine, Reason
from data_sources.rule_faults import FEED, keeper
from tests.core.timeline import Story, Watch, at
from twin.rules.base import RuleSpec, Verdict, View
from twin.warnings import Severity


class Failing:
    spec = RuleSpec("X01", "错", "Failing", Severity.LOW, "test", (), ())

    def start(self) -> int:
        return 0

    def judge(self, memory: int, view: View) -> Verdict:
        if view.now >= at("8:30") or any(len(b) for some in view.batches.values() for b in some):
            raise ValueError("cannot")
        return Verdict(memory)


def test_the_row_is_kept_with_rule_and_reason(caplog: pytest.LogCaptureFixture) -> None:
    quarantine, story = Quarantine(), Story()
    story.container("8:00", "MSKU0000013")
    Watch(rules=(Failing(),), on_fault=keeper(quarantine)).hears(story.records)
    (entry,) = quarantine.entries()
    assert (entry.feed, entry.received_at, entry.rejection.kind) == (FEED, at("8:00"), "container")
    assert (entry.rejection.reason, entry.rejection.field) == (Reason.BROKE_RULE, "X01")
    assert entry.rejection.value == "X01: ValueError: cannot"
    assert entry.rejection.row["container"] == "MSKU0000013"
    assert len(caplog.records) == 1


def test_of_a_large_step_the_first_rows_are_kept_and_all_counted(caplog: pytest.LogCaptureFixture) -> None:
    quarantine, story = Quarantine(), Story()
    for serial in range(57):
        story.container("8:00", f"MSKU{serial:07d}")
    Watch(rules=(Failing(),), on_fault=keeper(quarantine)).hears(story.records, at("8:30"))
    assert quarantine.total == 57
    assert len(quarantine.entries()) == 21
    assert quarantine.entries()[0].rejection.rows == 37
    assert len(caplog.records) == 1
