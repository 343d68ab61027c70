"""Events in words: a line and a tone for each, and what a click on it selects."""

from __future__ import annotations

from layers.selection import Selection
from panels import formats
from panels import vocabulary as v
from panels.desk import Desk
from twin.events import Event, EventKind
from twin.port_layout import Name

_ALARMS = frozenset({"tampered", "cut", "differs", "suspect", "loaded", "revoked", "down"})


def line_of(desk: Desk, event: Event) -> tuple[str, str]:
    """What happened in the language of the screen, and the colour that says how it is to be taken."""
    fact = {name: str(value) for name, value in event.facts.items()}
    say, state = desk.language.of, fact.get("state", "")
    box = formats.container_number(event.subject) if event.subject_kind == "container" else event.subject
    tone = "alarm" if state in _ALARMS or fact.get("result") in _ALARMS else "text"
    match event.kind:
        case EventKind.PASSED_GATE | EventKind.HELD_AT_GATE:
            inward, held = fact["direction"] == "in", event.kind is EventKind.HELD_AT_GATE
            way = Name("卡口拦停", "Held at the gate") if held else (
                Name("进卡口", "Gate in") if inward else Name("出卡口", "Gate out"))
            return f"{say(way)} {event.subject} · {fact['lane']}", "attention" if held else "text"
        case EventKind.DECLARATION_CHANGED:
            tone = "attention" if state == "held" else tone
            return f"{say(v.look_up(v.DECLARATION_STATES, state))} {box}", tone
        case EventKind.INSPECTION_CHANGED:
            words = [say(v.look_up(v.INSPECTION_KINDS, fact["kind"])), say(v.look_up(v.INSPECTION_STATES, state)), box]
            if fact["result"]:
                words.append(f"· {say(v.look_up(v.INSPECTION_RESULTS, fact['result']))}")
            return " ".join(words), tone
        case EventKind.SEAL_CHANGED:
            return f"{say(v.look_up(v.SEAL_EVENTS, state))} {event.subject}", tone
        case EventKind.VESSEL_CALL_CHANGED:
            return f"{fact['name']} {say(v.look_up(v.CALL_STATES, state))}", "good"
        case EventKind.TRIP_CHANGED:
            return f"{say(Name('转关', 'Transit'))} {say(v.look_up(v.TRIP_STATES, state))} {box}", tone
        case EventKind.TASK_CHANGED:
            words = [say(Name("任务", "Task")), say(v.look_up(v.TASK_STATES, state)), fact["subject"]]
            return " ".join([*words, f"· {fact['result']}"] if fact["result"] else words), "attention"
        case EventKind.DEVICE_CHANGED:
            return f"{say(Name('设备离线', 'Device down'))} {event.subject}", tone
        case EventKind.RULE_OFF:
            return f"{say(Name('规则停用', 'Rule off'))} {event.subject}", "alarm"
        case _:
            return f"{event.kind} {event.subject}", tone


def selection_of(event: Event) -> Selection | None:
    """What a click on the event selects; None for what cannot be looked at."""
    kind, subject = event.subject_kind, event.subject
    if kind == "task":
        kind, subject = "container", str(event.facts.get("subject", ""))
    return Selection(kind, subject) if kind in ("container", "vehicle", "vessel", "seal") and subject else None
