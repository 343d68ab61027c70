"""Every rule has a page, and what the page says of parameters is what the rule has."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from twin.rules.registry import RULES

FOLDER = Path(__file__).parents[2] / "docs" / "rules"
SECTIONS = ("## What it finds", "## Why", "## Worked example", "## What does not fire")


def generator() -> ModuleType:
    found = importlib.util.spec_from_file_location("generate_rule_pages", FOLDER / "generate.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.mark.parametrize("spec", RULES, ids=lambda spec: spec.id)
def test_every_rule_has_a_page_with_all_its_sections(spec: object) -> None:
    text = (FOLDER / f"{spec.id}.md").read_text("utf-8")  # type: ignore[attr-defined]
    assert text.startswith(f"# {spec.id} {spec.zh} {spec.en}\n")  # type: ignore[attr-defined]
    places = [text.find(section) for section in SECTIONS]
    assert -1 not in places
    assert places == sorted(places)


def test_pages_and_list_are_up_to_date() -> None:
    assert generator().stale() == [], "run python docs/rules/generate.py"


def test_a_page_without_a_place_for_parameters_is_refused() -> None:
    with pytest.raises(ValueError, match=r"R01\.md has no part between"):
        generator().page(RULES[0], "# R01\n")


def test_checking_says_what_is_out_of_date(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    made = generator()
    assert made.main(["--check"]) == 0
    monkeypatch.setattr(made, "listing", lambda: "otherwise")
    assert made.main(["--check"]) == 1
    assert "README.md is out of date" in capsys.readouterr().out
