"""Every text of the screen exists in Chinese, and what is shipped is what the panels say."""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import PySide6
import pytest

from resources import locator

TOOLS = Path(PySide6.__file__).parent


def _messages(file: Path) -> dict[tuple[str, str], str]:
    found = {}
    for context in ET.parse(file).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            done = translation is not None and translation.get("type") is None
            found[context.findtext("name"), message.findtext("source")] = (translation.text or "") if done else ""
    return found


def test_every_text_has_a_translation():
    missing = [key for key, text in _messages(locator.path("texts", "zh_CN.ts")).items() if not text.strip()]
    assert missing == []


@pytest.mark.skipif(not (TOOLS / "lupdate").exists(), reason="this build of Qt brings no lupdate")
def test_the_catalogue_holds_exactly_the_texts_of_the_panels(tmp_path):
    root = Path(__file__).resolve().parents[2]
    fresh = tmp_path / "fresh.ts"
    panels = [str(file) for file in sorted((root / "panels").glob("*.py"))]
    subprocess.run(
        ["pyside6-lupdate", *panels, "-locations", "none", "-ts", str(fresh)],
        check=True,
        capture_output=True,
        cwd=root,
        env=_environment(),
    )
    assert set(_messages(fresh)) == set(_messages(locator.path("texts", "zh_CN.ts")))


@pytest.mark.skipif(not (TOOLS / "lrelease").exists(), reason="this build of Qt brings no lrelease")
def test_the_compiled_texts_are_those_of_the_catalogue(tmp_path):
    fresh = tmp_path / "fresh.qm"
    subprocess.run(
        ["pyside6-lrelease", str(locator.path("texts", "zh_CN.ts")), "-qm", str(fresh)],
        check=True,
        capture_output=True,
        env=_environment(),
    )
    assert fresh.read_bytes() == locator.path("texts", "zh_CN.qm").read_bytes()


def _environment() -> dict[str, str]:
    import os
    import sys

    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
