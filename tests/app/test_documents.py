"""What the documents tell people to type is what the program takes, and where they point to there is something."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from command_line import COMMANDS, DEFAULT, make_parser

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
GUIDES = [ROOT / "docs" / f"user_guide.{lang}.md" for lang in ("zh", "en")]


def fenced(file: Path) -> Iterator[str]:
    """The lines between fences, continuations joined to the line they continue."""
    for block in re.findall(r"^```\w*\n(.*?)^```", file.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        yield from re.sub(r"\n[ ]{4,}", " ", block).splitlines()


def subparsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    found = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(found[0].choices) if found else {}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda file: file.name)
def test_every_command_in_a_guide_can_be_given(guide):
    lines = [line for line in fenced(guide) if line.startswith("main.py ")]
    assert len(lines) > 10
    for line in lines:
        words = re.sub(r"\[|\]", "", re.split(r"\s{2,}#| > ", line)[0])
        make_parser().parse_args(shlex.split(words)[1:])  # leaves with SystemExit for what it does not know


def test_the_summary_names_every_command_and_only_options_there_are():
    summary = [line for line in fenced(ROOT / "README.md") if line.startswith("main.py ")]
    top = subparsers(make_parser())
    named = set()
    for line in summary:
        words = line.split()
        command = words[1].strip("[]")
        assert command in top, line
        named.add(command)
        parsers = [top[command], *subparsers(top[command]).values()]
        known = {option for parser in parsers for action in parser._actions for option in action.option_strings}
        verbs = subparsers(top[command])
        assert set(re.findall(r"--[a-z-]+", line.split("#")[0])) <= known, line
        assert not verbs or any(verb in words for verb in verbs), line
    assert named == set(COMMANDS)
    assert DEFAULT in named


@pytest.mark.parametrize("command", [name for name in COMMANDS if subparsers(subparsers(make_parser())[name])])
def test_the_summary_names_every_verb(command):
    lines = " ".join(line for line in fenced(ROOT / "README.md") if line.startswith(f"main.py {command} "))
    verbs = subparsers(subparsers(make_parser())[command])
    assert [verb for verb in verbs if not re.search(rf"(?<![-\w]){verb}(?![-\w])", lines)] == []


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_links_lead_somewhere(file):
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", file.read_text("utf-8"))
    assert [target for target in targets if not (file.parent / target).exists()] == []
