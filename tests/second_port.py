"""A second, quite different port for tests: a surveyed feeder port on another continent, turned by 37 degrees, with
other names for everything. What is drawn and opened on it is not wired to Jiangyin."""

from __future__ import annotations

import functools
from pathlib import Path

from twin import port_definition
from twin.port_index import PortIndex
from twin.port_layout import PortLayout

FILE = Path(__file__).parent / "resources" / "aland" / "port.json"


@functools.cache
def layout() -> PortLayout:
    return port_definition.load(FILE)


@functools.cache
def index() -> PortIndex:
    return PortIndex(layout())
