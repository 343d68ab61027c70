"""The user guides name every act of the desk with its key, in both languages."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from panels.main_window import MainWindow
from resources import locator
from tests.core.timeline import Story, at
from twin.port_definition import load
from twin.port_index import PortIndex

FOLDER = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    found = importlib.util.spec_from_file_location("generate_keys", FOLDER / "generate_keys.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.fixture(params=["zh", "en"])
def desk(request, office, open_window) -> tuple[str, MainWindow]:
    """The desk on Jiangyin in one of the languages."""
    made = office(Story(PortIndex(load(locator.port_definition()))), at("8:00"), request.param)
    return request.param, open_window(made)


def test_every_act_stands_in_the_guide_with_its_key_and_its_name(desk, generator):
    lang, window = desk
    rows = set((FOLDER / f"user_guide.{lang}.md").read_text("utf-8").splitlines())
    wanted = {generator.row(act.shortcut().toString(), act.text(), act_id) for act_id, act in window.actions_by_id}
    assert len(wanted) > 50
    assert wanted - rows == set(), "run python docs/generate_keys.py"


def test_the_table_has_no_act_that_is_gone(desk, generator):
    lang, window = desk
    written = (FOLDER / f"user_guide.{lang}.md").read_text("utf-8")
    assert generator.guide(written, window.actions_by_id, lang) == written, "run python docs/generate_keys.py"


def test_an_act_that_the_guide_lacks_is_put_into_its_place(desk, generator):
    lang, window = desk
    written = f"before\n{generator.BEGIN}{generator.END}after\n"
    window.actions_by_id.add("new.act", "Something new", "Ctrl+Alt+N", lambda: None)
    fresh = generator.guide(written, window.actions_by_id, lang)
    assert "| `Ctrl+Alt+N` | Something new | new.act |\n" in fresh
    assert fresh.startswith("before\n")
    assert fresh.endswith("after\n")


def test_a_guide_without_a_place_for_the_table_is_refused(desk, generator):
    with pytest.raises(ValueError, match="has no part between"):
        generator.guide("# User guide\n", desk[1].actions_by_id, desk[0])
