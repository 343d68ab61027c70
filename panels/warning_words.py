"""Warnings in words: the rule's name, the subject, one sentence of what was found, and the steps taken."""

from __future__ import annotations

from data_sources.desk_steps import Refused
from panels import formats
from panels import vocabulary as v
from panels.desk import Desk
from panels.finding_words import finding_sentence, measure
from panels.language import Language
from panels.rule_words import ENDINGS, SAID
from twin.port_layout import Name, PortLayout
from twin.rules.quantities import QUANTITIES
from twin.rules.registry import RULES
from twin.warning_life import WarningStateError
from twin.warnings import CLOCK, RULE, Fact, Limit, RiskWarning, Step, Verb

_VERBS = {
    Verb.ACKNOWLEDGE: Name("确认", "acknowledged"),
    Verb.TAKE: Name("接手", "taken"),
    Verb.HAND_OVER: Name("移交", "handed over"),
    Verb.DISPATCH: Name("派单", "dispatched"),
    Verb.CONFIRM: Name("属实", "confirmed"),
    Verb.REJECT: Name("误报", "found false"),
    Verb.CLOSE: Name("办结", "closed"),
    Verb.RESULT: Name("反馈", "reported back"),
    Verb.REOPEN: Name("重新打开", "reopened"),
    Verb.SHELVE: Name("搁置", "shelved"),
    Verb.APPROVE: Name("同意搁置", "shelving agreed"),
    Verb.UNSHELVE: Name("取消搁置", "back from the shelf"),
    Verb.EXPIRE: Name("搁置到期", "shelving ended"),
    Verb.COMMENT: Name("备注", "remarked"),
    Verb.DOWNGRADE: Name("降级", "downgraded"),
    Verb.RAISE: Name("触发", "raised"),
    Verb.UPDATE: Name("更新", "updated"),
    Verb.ESCALATE: Name("升级", "escalated"),
    Verb.CLEAR: Name("解除", "cleared"),
    Verb.OVERTURN: Name("推翻", "overturned"),
}

_MAKERS = {RULE: Name("规则", "rule"), CLOCK: Name("时限", "time")}

_RULES = {spec.id: spec for spec in RULES}
_DECLARATION_WAS = "declaration was "

def rule_name(desk: Desk, warning: RiskWarning) -> str:
    """What the rule finds, such as 擅自提离."""
    return name_of_rule(desk, warning.rule)


def name_of_rule(desk: Desk, rule: str) -> str:
    """The name of a rule by its id."""
    spec = _RULES.get(rule)
    return rule if spec is None else desk.language.of(Name(spec.zh, spec.en))


def subject_text(warning: RiskWarning) -> str:
    """The subject as painted or engraved."""
    return formats.container_number(warning.subject) if warning.subject_kind == "container" else warning.subject


def explanation(desk: Desk, warning: RiskWarning) -> str:
    """One sentence: what was found and on what it rests."""
    text = desk.language.of(finding_sentence(warning, desk.index.layout))
    if warning.overturned:
        text += desk.language.of(Name("（后到记录推翻）", " (overturned by a late record)"))
    return text


def words_to_find(layout: PortLayout, warning: RiskWarning) -> str:
    """What a warning is looked for by beside its subject and facts: names of its rule and zone in both languages."""
    spec = _RULES.get(warning.rule)
    zone = next((zone.name for zone in layout.zones if zone.id == warning.zone), None)
    names = [] if spec is None else [spec.zh, spec.en]
    return " ".join(names if zone is None else [*names, zone.zh, zone.en])


def place_name(desk: Desk, warning: RiskWarning) -> str:
    """The zone of a warning by its name, empty without one."""
    found = next((zone.name for zone in desk.index.layout.zones if zone.id == warning.zone), None)
    return "" if found is None else desk.language.of(found)


def who_sets(desk: Desk, limit: Limit) -> str:
    """Who sets what is allowed: the rule's settings, else the law or the papers."""
    say = desk.language.of
    if not limit.parameter:
        return say(Name("限值由法规或单证确定", "set by law or the papers"))
    return say(Name("限值由规则参数设定", "limit set in the rule's settings"))


def limit_sentence(desk: Desk, limit: Limit) -> str:
    """What was observed and what would have been allowed, such as: difference in weight 3,200 kg, allowed 1,000 kg."""
    say = desk.language.of
    name = say(QUANTITIES.get(limit.quantity, Name(limit.quantity, limit.quantity)))
    observed, allowed = (_value(desk, value, limit.unit) for value in (limit.observed, limit.allowed))
    return say(Name(f"{name} {observed}（允许 {allowed}）", f"{name} {observed}, allowed {allowed}"))


def _value(desk: Desk, value: Fact, unit: str) -> str:
    if isinstance(value, str):
        return desk.language.of(SAID[value]) if value in SAID else formats.container_number(value)
    return measure(value, unit)


def steps_of(desk: Desk, warning: RiskWarning, now: int) -> list[tuple[str, str]]:
    """The steps taken (when, what), oldest first."""
    return [(formats.moment(step.at, now), step_words(desk, step)) for step in warning.history]


def step_words(desk: Desk, step: Step) -> str:
    """One step: what, by whom, and why or with which words."""
    say = desk.language.of
    by = say(_MAKERS[step.by]) if step.by in _MAKERS else step.by
    words = f"{say(_VERBS[step.verb])} · {by}"
    if not step.note:
        return words
    code, _, rest = step.note.partition(":")
    if step.verb in (Verb.ESCALATE, Verb.DOWNGRADE):
        note = say(v.look_up(v.SEVERITIES, step.note))
    elif step.by == RULE:
        note = say(ending(step.note))
    elif code.strip() in v.CLOSE_REASONS:
        note = say(v.CLOSE_REASONS[code.strip()]) + (f"：{rest.strip()}" if rest.strip() else "")
    else:
        note = step.note
    return f"{words} · {note}"


def ending(reason: str) -> Name:
    """Why a rule says that its condition ended, in both languages."""
    if reason in ENDINGS:
        return ENDINGS[reason]
    if not reason.startswith(_DECLARATION_WAS):
        return Name(reason, reason)
    words = reason.removeprefix(_DECLARATION_WAS)
    code = words.split(" ", maxsplit=1)[0]
    state = v.look_up(v.DECLARATION_STATES, code)
    if code == words:
        return Name(f"报关单{state.zh}", f"declaration {state.en}")
    return Name(f"后知此前报关单已{state.zh}", f"declaration {state.en}{words.removeprefix(code)}")


def refusal_sentence(language: Language, refused: Refused) -> str:
    """Why a step was not taken, in the language of the screen; a trouble of the history as it says it itself."""
    if not isinstance(refused, WarningStateError):
        return str(refused)
    values = {name: _in_words(language, name, str(value)) for name, value in refused.values.items()}
    return language.of(v.REFUSED_STEPS[refused.code.value]).format_map(values)


def _in_words(language: Language, name: str, value: str) -> str:
    if name == "state":
        return language.of(v.look_up(v.WARNING_STATES, value))
    if name == "verb":
        return language.of(_VERBS[Verb(value.replace(" ", "_"))])
    return value
