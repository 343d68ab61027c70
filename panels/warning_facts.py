"""What the detail panel says of a warning: what was found, why the rule fired, on which records and feeds it rests."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from layers.selection import KINDS
from panels import formats
from panels import vocabulary as v
from panels.desk import Desk
from panels.facts import Facts, Line, Row, label, say
from panels.finding_words import measure
from panels.object_facts import container_facts, vehicle_facts
from panels.rule_words import RECORD_KINDS, SAID
from panels.warning_words import (
    explanation,
    limit_sentence,
    place_name,
    rule_name,
    steps_of,
    subject_text,
    who_sets,
)
from twin.facts import DossierEntry
from twin.warnings import Limit, RiskWarning

_MOST_RECORDS = 8
_NAMED = ("container", "vehicle", "seal", "neighbour")
"""Facts that name objects that can be selected."""


def warning_facts(desk: Desk, name: str, now: int) -> Facts | None:
    """A warning, and below it the container or vehicle it is about."""
    warning = desk.twin.warnings.get(name)
    if warning is None:
        return None
    steps = tuple(Line(when, text, "accent_text") for when, text in steps_of(desk, warning, now))
    rows: list[Row] = [
        (label(desk, "预警", "Warning"), " ".join((
            v.SEVERITY_MARKS[warning.severity.value], say(desk, v.SEVERITIES, warning.severity.value), "·",
            warning.rule, rule_name(desk, warning))),
            v.SEVERITY_COLOURS[warning.severity.value] if warning.active else "dim"),
        (label(desk, "情况", "Finding"), explanation(desk, warning), "strong"),
        (label(desk, "发生", "Happened"), " · ".join(filter(None, (
            formats.moment(warning.raised_at, now), place_name(desk, warning)))), "text"),
        (label(desk, "涉及", "Involves"), _involved(desk, warning), "text"),
        *_why(desk, warning),
        (label(desk, "依据记录", "Records"), _records(desk, warning, now), "text"),
        (label(desk, "当时数据源", "Feeds then"), *_feeds(desk, warning)),
    ]
    about = next((n for n in _boxes(warning)), "")
    base = container_facts(desk, about, now) if about else None
    if base is None and warning.subject_kind == "vehicle":
        base = vehicle_facts(desk, warning.subject, now)
    kind = label(desk, "预警", "Warning")
    if base is None:
        return Facts(subject_text(warning), kind, tuple(rows), story=steps)
    return Facts(base.title, base.kind, tuple(rows) + base.rows, story=(*base.story, *steps))


def link(desk: Desk, kind: str, name: str, text: str = "") -> str:
    """A link that selects an object."""
    shown = text or (formats.container_number(name) if kind == "container" else name)
    colour = desk.theme.colours["accent_text"]
    return f"<a href='{kind}:{quote(name)}' style='color:{colour}; text-decoration:none'>{escape(shown)}</a>"


def _boxes(warning: RiskWarning) -> list[str]:
    own = [warning.subject] if warning.subject_kind == "container" else []
    return list(dict.fromkeys(own + str(warning.facts.get("container", "")).split()))


def _involved(desk: Desk, warning: RiskWarning) -> str:
    """Everything the warning names that can be selected."""
    named = {(warning.subject_kind, warning.subject): None} if warning.subject_kind in KINDS else {}
    for key in _NAMED:
        kind = "container" if key == "neighbour" else key
        named |= {(kind, one): None for one in str(warning.facts.get(key, "")).split()}
    words = [f"{say(desk, v.ENTITY_KINDS, kind)} {link(desk, kind, name)}" for kind, name in named]
    return " · ".join(words) or escape(subject_text(warning))


def _why(desk: Desk, warning: RiskWarning) -> list[Row]:
    """The version of the rule, its threshold, and the nearest thing that would have made it not fire."""
    number = warning.rule_version
    version = label(desk, f"{warning.rule} 第 {number} 版", f"{warning.rule} version {number}")
    if not warning.limits:
        return [(label(desk, "规则", "Rule"), version, "text")]
    nearest = warning.limits[0]
    name = who_sets(desk, nearest)
    lines = "\n".join(limit_sentence(desk, limit) for limit in warning.limits)
    return [
        (label(desk, "规则", "Rule"), f"{version} · {name}", "text"),
        (label(desk, "判定", "Measured"), lines, "text"),
        (label(desk, "不触发条件", "Silent if"), _otherwise(desk, nearest), "text"),
    ]


def _otherwise(desk: Desk, limit: Limit) -> str:
    """What would have had to be otherwise."""
    if limit.excess is None:
        words = str(limit.allowed)
        said = desk.language.of(SAID[words]) if words in SAID else formats.container_number(words)
        return label(desk, f"当时为“{said}”", f"it had been “{said}”")
    beyond, allowed = measure(limit.excess, limit.unit), measure(limit.allowed, limit.unit)
    return label(desk, f"差 {beyond}（至 {allowed}）", f"it had been {beyond} nearer to {allowed}")


def _records(desk: Desk, warning: RiskWarning, now: int) -> str:
    """The records by id, each selects what it is about; those of a container's dossier with what they say."""
    known: dict[str, tuple[str, DossierEntry]] = {}
    for box in _boxes(warning):
        for entry in desk.twin.dossier(box):
            known.setdefault(str(entry.record.id), (box, entry))
    lines = []
    for record in warning.evidence[:_MOST_RECORDS]:
        if record in known:
            box, entry = known[record]
            kind = desk.language.of(v.look_up(dict(RECORD_KINDS), entry.kind.value))
            when = formats.moment(entry.observed_at, now)
            lines.append(f"{escape(kind)} {when} {link(desk, 'container', box, record)}")
        else:
            subject = str(warning.facts.get("vehicle", "")) or warning.subject
            kind = "vehicle" if warning.facts.get("vehicle") else warning.subject_kind
            lines.append(link(desk, kind, subject, record) if kind in KINDS else escape(record))
    more = len(warning.evidence) - _MOST_RECORDS
    if more > 0:
        lines.append(label(desk, f"另 {more} 条", f"{more} more"))
    return "<br>".join(lines) or label(desk, "无", "none")


def _feeds(desk: Desk, warning: RiskWarning) -> tuple[str, str]:
    """The feeds it relied on as they were, and the tone: what rested on a feed in trouble is in doubt."""
    words = [
        f"{v.FEED_MARKS.get(feed.state, '')} {feed.name} {say(desk, v.FEED_STATES, feed.state)}"
        + (f" {feed.lag_s:.0f} s" if feed.lag_s is not None and feed.lag_s >= 1.0 else "") for feed in warning.feeds]
    well = all(feed.state == "up" for feed in warning.feeds)
    return " · ".join(words) or label(desk, "无", "none"), "text" if well else "attention"
