"""The command line as its users type it: what cannot be used is told in one sentence, with exit code 2."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHOT = ("--screenshot", "picture.png")


def run(*words: str, cwd: Path, display: bool = False, timeout_s: float = 120.0) -> subprocess.CompletedProcess[str]:
    environment = {
        k: v for k, v in os.environ.items() if display or k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    return subprocess.run(
        [sys.executable, str(ROOT / "main.py"), *words],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--rate", "fast"), "'fast'"),
        (("--rate", "0"), "'0'"),
        (("--seed", "-3"), "'-3'"),
        (("--date", "2026-13-40"), "'2026-13-40'"),
        (("--backend", "ftp://port"), "'ftp://port'"),
        (("--backend", "http://user:secret@port"), "must not carry"),
        (("--scenario", "missing.txt"), "missing.txt"),
        (("--scenario", "wrong.txt"), "line 2"),
        (("--port-definition", "wrong.json"), "wrong.json"),
        (("--port-definition", "missing.json"), "missing.json"),
        (("--ais", "nothing"), "'nothing'"),
        (("--screenshot", "no/such/folder/picture.png"), "no folder"),
        ((*SHOT, "--after", "soon"), "'soon'"),
        (("port", "--bind", "localhost"), "'localhost'"),
        (("port", "--bind", "127.0.0.1:99999"), "99999"),
        (("port", "--bind", "127.0.0.1:0", "--scenario", "wrong.txt"), "line 2"),
        (("render", "--out", "p.png", "--size", "big"), "'big'"),
        (("render", "--out", "p.png", "--viewpoint", "moon"), "'moon'"),
        (("render",), "--out"),
        (("desk", "--rules", "missing.toml"), "missing.toml"),
        (("desk", "--rules", "wrong.toml"), "critical_eta_s"),
        (("desk", "--beside", "2026-11-21"), "--database"),
        (("--lang", "fr"), "fr"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_sentence(words, named, tmp_path):
    (tmp_path / "wrong.txt").write_text("title drill\nsoon R01\n", encoding="utf-8")
    (tmp_path / "wrong.toml").write_text("[R01]\ncritical_eta_s = -5\n", encoding="utf-8")
    (tmp_path / "wrong.json").write_text('{"port": [', encoding="utf-8")
    done = run(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert named in done.stderr
    sentences = [line for line in done.stderr.splitlines() if line and not line.startswith(("usage:", " "))]
    assert len(sentences) == 1
    assert "secret" not in done.stderr


def test_help_of_every_command_names_its_options_and_exit_codes(tmp_path):
    assert "Exit codes" in run("--help", cwd=tmp_path).stdout
    for command, option in (("desk", "--screenshot"), ("port", "--bind"), ("render", "--viewpoint")):
        done = run(command, "--help", cwd=tmp_path)
        assert done.returncode == 0
        assert option in done.stdout


def test_the_desk_says_that_there_is_no_display(tmp_path):
    done = run(cwd=tmp_path)
    assert done.returncode == 1
    assert "no display" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_picture_of_a_backend_that_is_not_there_ends_with_its_own_code(tmp_path, monkeypatch):
    monkeypatch.setenv("JIANGYIN_FILL_TIMEOUT_S", "4")
    done = run("render", "--backend", "http://127.0.0.1:9", "--out", "p.png", cwd=tmp_path)
    assert done.returncode == 3
    assert "nothing to show" in done.stderr
    assert not (tmp_path / "p.png").exists()
