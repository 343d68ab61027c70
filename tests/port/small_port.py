"""A port process with a handful of records instead of a simulation: `python -m tests.port.small_port --bind ...`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from data_sources.arguments import UsageError
from data_sources.simulated_port.record_log import RecordLog
from data_sources.simulated_port.server import PortSettings, run_port
from tests.port.making import a_bit_of_everything, position_columns
from twin.records import Kind


class SmallSimulation:
    """Ten trucks that report; breaks if the environment says so."""

    def __init__(self, settings: PortSettings, log: RecordLog) -> None:
        self.settings = settings
        log.append(a_bit_of_everything())
        self.said = 0
        self.operations = SimpleNamespace(hold_at_gate=lambda subject, until: None)
        self.customs = SimpleNamespace(
            patrol=SimpleNamespace(dispatch=lambda subject: None, finding=lambda subject, at: "未见异常"),
            truth=SimpleNamespace(write=lambda path: Path(path).write_text("{}\n", encoding="utf-8")),
        )

    def advance(self, to_ms: int) -> None:
        if os.environ.get("SMALL_PORT_BREAKS") and self.said > 200:
            raise RuntimeError("the small port broke")

    def sample(self, at_ms: int, interval_ms: int = 2000) -> Mapping[Kind, Any]:
        self.said += 10
        return {Kind.POSITION: position_columns(10, self.said, at=at_ms)}


def main() -> int:
    parser = argparse.ArgumentParser()
    for name, default in (("--bind", None), ("--seed", "1"), ("--rate", "1"), ("--date", None), ("--at", None),
                          ("--scenario", None), ("--truth", None), ("--port-definition", None)):
        parser.add_argument(name, default=default)
    try:
        return run_port(parser.parse_args(), SmallSimulation)
    except UsageError as unusable:
        sys.stderr.write(f"{unusable}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
