"""The scenario file: timed lines that inject incidents into the simulated port. The format is in `docs/scenario.md`.

    # a comment
    title 夜班演练 3
    +00:12:30            R01  container=any
    2026-11-21T08:15:00  R03  case=wrong_number  gate="G1"

A line is a time, a rule and values by name. Everything that can be wrong with a file is told as one `ScenarioError`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from data_sources.arguments import UsageError
from data_sources.simulated_port.devices import device_kinds
from data_sources.simulated_port.incidents.kind import ANY, IncidentKind, Parameter, Value, ValueKind
from data_sources.simulated_port.incidents.registry import KINDS
from twin.port_layout import PortLayout

MAX_BYTES = 1_000_000
_CHINA = timezone(timedelta(hours=8))
_LONGEST_OFFSET_S = 31 * 86_400
_TOKEN = re.compile(r"""\s*(?:\#.*$|(?P<word>(?:[^\s"#]|"[^"]*")+))""")
_OFFSET = re.compile(r"^\+(\d{1,3}):([0-5]\d):([0-5]\d)(?:\.(\d{1,3}))?$", re.ASCII)
_INSTANT = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?$", re.ASCII)
_PATTERNS: dict[ValueKind, tuple[re.Pattern[str], str]] = {
    ValueKind.CONTAINER: (re.compile(r"^[A-Z]{4}\d{7}$", re.ASCII), "a container number such as MSKU1234565"),
    ValueKind.PLATE: (re.compile(r"^[\w·-]{2,12}$"), "a number plate or fleet number such as 闽A12345"),
    ValueKind.SEAL: (re.compile(r"^JY-\d{6}$", re.ASCII), "a seal number such as JY-004417"),
}


class ScenarioError(UsageError):
    """A scenario file is wrong: one sentence that names file, line, field and value."""


@dataclass(frozen=True, slots=True)
class Incident:
    """One line of a scenario. Exactly one of `offset_ms` (from the base instant) and `instant_ms` (UTC) is set."""

    line: int
    kind: IncidentKind
    offset_ms: int | None
    instant_ms: int | None
    parameters: Mapping[str, Value]

    def at_ms(self, base_ms: int) -> int:
        """When the incident begins, ms UTC."""
        return base_ms + self.offset_ms if self.offset_ms is not None else (self.instant_ms or 0)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A parsed scenario file; `name` is what errors call it."""

    name: str
    title: str
    incidents: tuple[Incident, ...] = field(default=())

    def check(self, layout: PortLayout, base_ms: int) -> None:
        """Raises ScenarioError if a line does not fit the port or lies before the start of its world (`base_ms`)."""
        known = _known(layout)
        for incident in self.incidents:
            where = f"{self.name}, line {incident.line}, {incident.kind.rule}"
            if incident.at_ms(base_ms) < base_ms:
                begin = datetime.fromtimestamp(base_ms / 1000, _CHINA).strftime("%Y-%m-%dT%H:%M:%S")
                given = datetime.fromtimestamp(incident.at_ms(base_ms) / 1000, _CHINA).strftime("%Y-%m-%dT%H:%M:%S")
                raise ScenarioError(f"{where}: time {given} lies before the start of the simulated world, {begin}.")
            _check_names(where, incident, known, layout)
            if incident.kind.objection is not None:
                objection = incident.kind.objection(layout, incident.parameters, incident.at_ms(base_ms))
                if objection is not None:
                    raise ScenarioError(f"{where}: {objection}.")


EMPTY = Scenario("no scenario", "")
"""A day on which nothing is injected."""


def load(path: Path) -> Scenario:
    """Reads a scenario file. Raises ScenarioError for whatever is wrong with it."""
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise ScenarioError(f"{path}: the scenario file cannot be read: {problem.strerror or problem}.") from None
    except ValueError:
        raise ScenarioError(f"{str(path)!r}: the scenario file's name is no valid path.") from None
    if len(data) > MAX_BYTES:
        raise ScenarioError(f"{path}: the scenario file has {len(data)} bytes, more than {MAX_BYTES}.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise ScenarioError(f"{path}, line {line}: the text is not UTF-8 (byte {data[problem.start]:#04x}).") from None
    return parse(text, str(path))


def parse(text: str, name: str = "scenario") -> Scenario:
    """Parses the text of a scenario file. Raises ScenarioError, naming it by `name`, for whatever is wrong with it."""
    title, incidents = "", []
    for number, line in enumerate(text.split("\n"), 1):
        where = f"{name}, line {number}"
        words = _words(line.rstrip("\r"), where)
        if not words:
            continue
        if words[0] == "title":
            title = " ".join(words[1:])
            continue
        incidents.append(_incident(words, number, where))
    return Scenario(name, title, tuple(incidents))


def _words(line: str, where: str) -> list[str]:
    """The blank-separated words of a line, quotes removed, comment dropped."""
    if any(not c.isprintable() and c != "\t" for c in line):
        raise ScenarioError(f"{where}: the line holds characters that cannot be printed: {line[:40]!r}.")
    found, at = [], 0
    while at < len(line):
        match = _TOKEN.match(line, at)
        if match is None or match.end() == at:
            break
        if match["word"] is not None:
            found.append(match["word"].replace('"', ""))
        at = match.end()
    if line[at:].strip():
        raise ScenarioError(f"{where}: a quotation mark is not closed: {line.strip()[:60]!r}.")
    return found


def _incident(words: list[str], number: int, where: str) -> Incident:
    offset_ms, instant_ms = _time(words[0], where)
    if len(words) < 2:
        raise ScenarioError(f"{where}: after the time {words[0]!r} a rule from R01 to R16 is expected.")
    kind = KINDS.get(words[1])
    if kind is None:
        raise ScenarioError(f"{where}: rule {words[1]!r} is unknown; known are R01 to R16.")
    given: dict[str, Value] = {}
    named: set[str] = set()
    for word in words[2:]:
        name, sign, text = word.partition("=")
        if not sign or not name:
            raise ScenarioError(f"{where}, {kind.rule}: {word!r} is not of the form name=value.")
        parameter = kind.parameter(name)
        if parameter is None:
            known = ", ".join(p.name for p in kind.parameters)
            raise ScenarioError(f"{where}, {kind.rule}: field {name!r} (value {text!r}) is unknown; known are {known}.")
        if name in named:
            raise ScenarioError(f"{where}, {kind.rule}: field {name} is given twice, the second time as {text!r}.")
        named.add(name)
        value = _value(parameter, text, f"{where}, {kind.rule}")
        if value is not None:
            given[name] = value
    for parameter in kind.parameters:
        if parameter.name not in given and parameter.default is not None:
            given[parameter.name] = parameter.default
    return Incident(number, kind, offset_ms, instant_ms, given)


def _time(word: str, where: str) -> tuple[int | None, int | None]:
    """Offset from the base or instant, ms."""
    found = _OFFSET.match(word)
    if found is not None:
        hours, minutes, seconds = int(found[1]), int(found[2]), int(found[3])
        total_s = hours * 3600 + minutes * 60 + seconds
        if total_s > _LONGEST_OFFSET_S:
            raise ScenarioError(f"{where}: time {word!r} lies more than 31 days after the start.")
        return total_s * 1000 + int((found[4] or "0").ljust(3, "0")), None
    if _INSTANT.match(word):
        try:
            instant = datetime.fromisoformat(word)
            if instant.tzinfo is None:
                instant = instant.replace(tzinfo=_CHINA)
            return None, round((instant.astimezone(UTC)).timestamp() * 1000)
        except (ValueError, OverflowError, OSError):
            raise ScenarioError(f"{where}: time {word!r} is no date of the calendar.") from None
    raise ScenarioError(f"{where}: time {word!r} is neither an offset such as +00:12:30 nor an ISO 8601 instant.")


def _value(parameter: Parameter, text: str, where: str) -> Value | None:
    """The value of a parameter from its text; None where the choice is left to the seed."""
    if text == "":
        raise ScenarioError(f"{where}: field {parameter.name} has no value.")
    if text == ANY and parameter.default is None:
        return None
    if parameter.kind is ValueKind.NUMBER:
        return _number(parameter, text, where)
    if parameter.kind is ValueKind.CHOICE and text not in parameter.choices:
        choices = ", ".join(parameter.choices)
        raise ScenarioError(f"{where}: {parameter.name} {text!r} is not one of {choices}.")
    if parameter.kind in _PATTERNS:
        pattern, wanted = _PATTERNS[parameter.kind]
        if not pattern.match(text):
            raise ScenarioError(f"{where}: {parameter.name} {text!r} is not {wanted}.")
    return text


def _number(parameter: Parameter, text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ScenarioError(f"{where}: {parameter.name} {text!r} is not a number.") from None
    low = -math.inf if parameter.low is None else parameter.low
    high = math.inf if parameter.high is None else parameter.high
    if not (math.isfinite(value) and low <= value <= high):
        raise ScenarioError(f"{where}: {parameter.name} {text!r} is not a number from {low:g} to {high:g}.")
    return value


def _known(layout: PortLayout) -> dict[ValueKind, frozenset[str]]:
    """What the layout knows by name."""
    return {
        ValueKind.BLOCK: frozenset(block.id for block in layout.blocks),
        ValueKind.GATE: frozenset(gate.id for gate in layout.gates),
        ValueKind.FENCE: frozenset(fence.id for fence in layout.fences),
        ValueKind.DEVICE: frozenset(device_kinds(layout)),
    }


def _check_names(where: str, incident: Incident, known: dict[ValueKind, frozenset[str]], layout: PortLayout) -> None:
    """Raises ScenarioError for a value that names nothing in the port."""
    for name, value in incident.parameters.items():
        parameter = incident.kind.parameter(name)
        names = known.get(parameter.kind) if parameter is not None else None
        if names is not None and value not in names:
            raise ScenarioError(f"{where}: {name} {value!r} is not in the port definition of {layout.code}.")
