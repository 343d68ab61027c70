"""A container's story in words: one line for each fact that a supervisor would tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from panels import formats
from panels import vocabulary as v
from panels.desk import Desk
from panels.warning_words import rule_name
from twin.facts import DossierEntry
from twin.port_layout import Name
from twin.records import Declaration, GatePassage, Inspection, Manifest, Move, SealEvent, TransitTrip

LONGEST = 14
_QUIET_SEAL_EVENTS = ("heartbeat",)


def story_of(desk: Desk, number: str, entries: tuple[DossierEntry, ...], now: int) -> list[tuple[str, str, str]]:
    """The last lines (when, what, tone) of a container's story with its warnings among them, oldest first."""
    lines = [(at, text, "text") for at, text in told(desk, entries)]
    for warning in desk.twin.warnings.about(number):
        words = desk.language.of(Name("预警", "Warning"))
        lines.append((warning.raised_at, f"{words} {warning.rule} {rule_name(desk, warning)}", "alarm"))
    lines.sort(key=lambda line: line[0])
    return [(formats.moment(at, now), text, tone) for at, text, tone in lines[-LONGEST:]]


def told(desk: Desk, entries: Iterable[DossierEntry]) -> Iterator[tuple[int, str]]:
    """Facts in words, each with its time (ms UTC); those that say nothing to a supervisor are left out."""
    say = desk.language.of
    for entry in entries:
        record = entry.record
        text = ""
        if isinstance(record, Manifest):
            text = f"{say(Name('舱单', 'Manifest'))} {record.bill} · {record.goods}"
        elif isinstance(record, Declaration):
            state = say(v.look_up(v.DECLARATION_STATES, str(record.state)))
            text = f"{say(Name('报关单', 'Declaration'))} {state}" + (f"：{record.reason}" if record.reason else "")
        elif isinstance(record, Inspection):
            kind = say(v.look_up(v.INSPECTION_KINDS, str(record.inspection_kind)))
            text = f"{kind} {say(v.look_up(v.INSPECTION_STATES, str(record.state)))}"
            if record.result is not None:
                text += f" · {say(v.look_up(v.INSPECTION_RESULTS, str(record.result)))}"
        elif isinstance(record, Move) and record.classifier == "ACT":
            ends = f"{_end(record.from_kind, record.from_ref)} → {_end(record.to_kind, record.to_ref)}"
            text = f"{say(v.look_up(v.MOVE_EVENTS, str(record.event)))} {ends}"
            if record.equipment:
                text += f" · {record.equipment}"
        elif isinstance(record, GatePassage):
            way = Name("进卡口", "Gate in") if record.direction == "in" else Name("出卡口", "Gate out")
            text = f"{say(way)} {record.gate}/{record.lane} · {record.plate} · {record.weight_kg:,.0f} kg"
        elif isinstance(record, SealEvent) and str(record.event) not in _QUIET_SEAL_EVENTS:
            text = f"{say(v.look_up(v.SEAL_EVENTS, str(record.event)))} {record.seal}" + (
                f" · {record.by}" if record.by else ""
            )
        elif isinstance(record, TransitTrip):
            text = f"{say(Name('转关', 'Transit'))} {record.origin} → {record.destination}"
        if text:
            yield entry.observed_at, text


def _end(kind: str, ref: str) -> str:
    return ref.split("/", maxsplit=1)[0] if kind == "vessel" else ref
