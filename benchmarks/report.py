"""What every benchmark prints: the machine it ran on, and a flat list of figures whose names end in their unit."""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

Figure = int | float


def parser(name: str, what: str) -> argparse.ArgumentParser:
    """A command line with the options every benchmark has."""
    made = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=what)
    made.add_argument("--json", action="store_true", help="print one JSON object")
    return made


def machine() -> dict[str, str | int | float | None]:
    """Facts that decide what figures mean."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {
        "system": platform.platform(),
        "python": platform.python_version(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": _memory_gib(),
        "load_before": None if load is None else round(load, 2),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0..1) of the values do not exceed; NaN of none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def show(name: str, facts: Mapping[str, object], figures: Mapping[str, Figure], *, as_json: bool) -> None:
    """Print a benchmark's result. A figure that could not be taken is null."""
    rounded = {key: _rounded(value) for key, value in figures.items()}
    if as_json:
        print(json.dumps({"benchmark": name, "machine": facts, "figures": rounded}, ensure_ascii=False))
        return
    print(f"{name} on {facts['processor']}, {facts['cores']} cores, {facts['system']}")
    width = max(map(len, rounded), default=0)
    for key, value in rounded.items():
        print(f"  {key:<{width}}  {value if value is not None else '-'}")


def _rounded(value: Figure) -> Figure | None:
    if isinstance(value, int):
        return value
    if not math.isfinite(value):
        return None
    return round(value, 1) if abs(value) >= 100 else float(f"{value:.3g}")


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory_gib() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (AttributeError, ValueError, OSError):
        return None
