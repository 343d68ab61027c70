"""Every benchmark can be started: what the program renames must not leave a benchmark behind."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(file.stem for file in (ROOT / "benchmarks").glob("*.py") if file.stem != "__init__")
COMMANDS = [name for name in MODULES if "__main__" in (ROOT / "benchmarks" / f"{name}.py").read_text("utf-8")]


@pytest.mark.parametrize("name", MODULES)
def test_it_still_knows_the_program_it_measures(name):
    done = subprocess.run(
        [sys.executable, "-c", f"import benchmarks.{name}"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_it_says_what_it_measures_and_takes_json(name):
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "--json" in done.stdout or name == "load_backend"
