"""When a step of the start was reached, for the startup benchmark."""

from __future__ import annotations

import os
import time
from pathlib import Path

VARIABLE = "JIANGYIN_START_MARKS"
_marked: set[str] = set()


def wanted() -> bool:
    """Whether somebody measures this start."""
    return bool(os.environ.get(VARIABLE))


def mark(name: str) -> None:
    """Notes that a step was reached: its name and the steady clock in seconds. The first time only."""
    file = os.environ.get(VARIABLE)
    if file and name not in _marked:
        _marked.add(name)
        with Path(file).open("a", encoding="utf-8") as marks:
            marks.write(f"{name} {time.monotonic():.6f}\n")
