"""Scenarios drawn from a seed: every kind of incident several times over some hours, as the text of a scenario file."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle, islice

from data_sources.simulated_port import scenario
from data_sources.simulated_port.scenario import Scenario
from twin.port_layout import PortLayout

CASES: dict[str, tuple[str, ...]] = {
    "R01": ("",),
    "R02": ("", "stand_s=0", "stand_s=300"),
    "R03": ("case=cut", "case=tampered", "case=unlocked", "case=outside", "case=wrong_number", "case=silent"),
    "R04": ("case=other_slot", "case=no_manifest", "case=weight", "case=empty_full", "case=never_landed",
            "case=weight share=-0.2"),
    "R05": ("case=plate", "case=container", "case=invalid_number", "case=cloned"),
    "R06": ("load=full", "load=empty", "load=full excess_kg=-6500"),
    "R07": ("case=untested", "case=loaded"),
    "R08": ("case=moved", "case=overdue hours=12"),
    "R09": ("case=moved", "case=left"),
    "R10": ("days=16", "days=40", "days=120"),
    "R11": ("",),
    "R12": ("case=deviates", "case=overdue", "case=not_written_off", "case=deviates minutes=40"),
    "R13": ("case=jump", "case=far_away", "case=jump seconds=300"),
    "R14": ("", "minutes=10", "minutes=60"),
    "R15": ("case=down", "case=silent", "case=down minutes=90"),
    "R16": ("", "minutes=30"),
}
"""What each kind is asked for, in turn; "": as the scenario file's defaults have it."""

_MINUTE_MS = 60_000
_FIRST_MIN = 15
_LAST_MIN = 90  # before the end: what begins then has shown itself by the end
_EARLY = {"R08": 12, "R09": 4, "R04": 4}
"""Hours before the end after which a kind would not come about any more."""


def drawn(layout: PortLayout, seed: int, base_ms: int, hours: float, of_each: int) -> str:
    """The text of a scenario file for some hours from `base_ms` (ms UTC), `of_each` incidents of each kind.

    A kind that is only possible at some times of the day (R16: while the inspection site is closed) is drawn among
    those, and left out where there are none.
    """
    chance = random.Random(seed)
    first, last = _FIRST_MIN, max(_FIRST_MIN + 1, round(hours * 60) - _LAST_MIN)
    lines = []
    for rule, cases in CASES.items():
        latest = max(first + 1, last - 60 * _EARLY.get(rule, 0))
        offset = chance.randrange(len(cases))
        for case in islice(cycle(cases), offset, offset + of_each):
            minute = _minute(layout, base_ms, rule, case, range(first, latest), chance)
            if minute is not None:
                lines.append((minute, f"{_offset(minute, chance.randrange(60))} {rule} {case}".rstrip()))
    began = datetime.fromtimestamp(base_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%MZ")
    title = f"title drawn from seed {seed}, {began}, {hours:g} hours"
    return "\n".join([title, *(line for _, line in sorted(lines)), ""])


def read(text: str) -> Scenario:
    """The scenario of such a text."""
    return scenario.parse(text, "drawn scenario")


def _minute(
    layout: PortLayout, base_ms: int, rule: str, case: str, minutes: range, chance: random.Random,
) -> int | None:
    """A minute after the base at which the port lets the incident happen, by chance; None if there is none."""
    return next((m for m in _shuffled(minutes, chance) if _possible(layout, base_ms, rule, case, m)), None)


def _possible(layout: PortLayout, base_ms: int, rule: str, case: str, minute: int) -> bool:
    (incident,) = read(f"{_offset(minute, 0)} {rule} {case}").incidents
    objection = incident.kind.objection
    return objection is None or objection(layout, incident.parameters, base_ms + minute * _MINUTE_MS) is None


def _shuffled(minutes: range, chance: random.Random) -> Iterator[int]:
    yield from chance.sample(minutes, len(minutes))


def _offset(minute: int, second: int) -> str:
    return f"+{minute // 60:02d}:{minute % 60:02d}:{second:02d}"
