"""The settings file of the rules: what is wrong in it is told with rule, parameter and value; the commands."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from commands import rules
from data_sources import rule_settings
from data_sources.arguments import UsageError
from data_sources.rule_settings import RuleSettingsError
from twin.rules.registry import RULES, make_rules


def written(folder: Path, text: str) -> Path:
    file = folder / "rules.toml"
    file.write_text(text, "utf-8")
    return file


def asked(**words: str) -> int:
    return rules.run(argparse.Namespace(**words))


def test_what_is_named_is_set_and_the_rest_keeps_its_default(tmp_path: Path) -> None:
    settings = rule_settings.load(written(tmp_path, "[R06]\nleast_kg = 2000\n\n[R08]\ndue_h = 24.0\n"))
    assert settings == {"R06": {"least_kg": 2000}, "R08": {"due_h": 24.0}}
    assert len(make_rules(settings)) == len(RULES)


@pytest.mark.parametrize(("text", "words"), [
    ("[R06]\nleast_kg = 5.0\n", "R06: least_kg 5.0 is not from 100 to 20000 kg"),
    ("[R06]\nleast_kg = 'much'\n", "R06: least_kg 'much' is not a number"),
    ("[R06]\nleast_kg = nan\n", "R06: least_kg nan is not a number"),
    ("[R06]\nweight = 1.0\n", "R06: parameter 'weight' is unknown; known are truck_kg, least_kg, share"),
    ("[R99]\n", "rule 'R99' is unknown"),
    ("R06 = 3\n", "R06 is no table of parameters"),
    ("[R06\n", "is no TOML"),
])
def test_what_is_wrong_is_told_in_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(RuleSettingsError) as told:
        rule_settings.load(written(tmp_path, text))
    assert words in str(told.value)
    assert "rules.toml" in str(told.value)


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(RuleSettingsError, match="cannot be read"):
        rule_settings.load(tmp_path / "none.toml")
    file = tmp_path / "rules.toml"
    file.write_bytes(b"\xff\xfe[R06]")
    with pytest.raises(RuleSettingsError, match="UTF-8"):
        rule_settings.load(file)


def test_the_commands_list_show_and_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(verb="list") == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == [spec.id for spec in RULES]
    assert asked(verb="show", rule="r08") == 0
    shown = capsys.readouterr().out
    assert "逃避查验" in shown
    assert "due_h" in shown
    assert asked(verb="check", file=str(written(tmp_path, "[R08]\ndue_h = 24.0\n"))) == 0
    assert "1 parameters of 1 rules" in capsys.readouterr().out
    with pytest.raises(UsageError, match="'R77' is unknown"):
        asked(verb="show", rule="R77")
