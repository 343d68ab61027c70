"""Warnings in words: the rule's name, the subject, one sentence of what was found, and the steps taken."""

from __future__ import annotations

from data_sources.desk_steps import Refused
from panels import formats
from panels import vocabulary as v
from panels.desk import Desk
from panels.language import Language
from twin.port_layout import Name
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

_WORDS = (
    v.DECLARATION_STATES, v.INSPECTION_STATES, v.INSPECTION_RESULTS, v.SEAL_EVENTS,
    {"none": Name("无", "none"), "full": Name("重箱", "full"), "empty": Name("空箱", "empty"),
     "given": Name("有", "given"), "missing": Name("缺失", "missing")},
)
"""What a rule may have read instead of measured."""

_FENCE_WAYS = {
    "crossed": Name("越过", "crossed"),
    "inside": Name("进入", "entered"),
    "put_down": Name("堆存于", "set down inside"),
}

_SEAL_FINDINGS = {
    "cut": Name("被剪断", "cut"),
    "tampered": Name("被破坏", "tampered with"),
    "unlocked_without_authority": Name("无授权开启", "unlocked without authority"),
    "unlocked_outside_permitted_place": Name("在许可地点之外开启", "unlocked outside a permitted place"),
    "silent": Name("行驶中失联", "silent while moving"),
    "number_differs": Name("号码与卡口识读不符", "number differs from the gate's reading"),
}


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
    text = {"R01": _removal, "R02": _fence, "R03": _seal}.get(warning.rule, _other)(desk, warning)
    if warning.overturned:
        text += desk.language.of(Name("（后到记录推翻）", " (overturned by a late record)"))
    return text


def _removal(desk: Desk, warning: RiskWarning) -> str:
    facts, say = warning.facts, desk.language.of
    state = str(facts.get("declaration_state") or "")
    said = (
        say(v.look_up(v.DECLARATION_STATES, state))
        if state in v.DECLARATION_STATES
        else say(Name("未申报", "not declared"))
    )
    at = formats.clock_time(warning.raised_at)
    slot, vehicle = facts.get("slot", ""), facts.get("vehicle", "")
    way = f"{slot} → {vehicle}".strip(" →")
    if facts.get("gate"):
        return f"{way} · " + say(
            Name(
                f"未放行（{said}），{at} 出 {facts['gate']}", f"not released ({said}), left by {facts['gate']} at {at}"
            )
        )
    return f"{way} · " + say(Name(f"未放行（{said}），{at} 起吊", f"not released ({said}), lifted at {at}"))


def _fence(desk: Desk, warning: RiskWarning) -> str:
    facts, say = warning.facts, desk.language.of
    fence = next((f for f in desk.index.layout.fences if f.id == facts.get("fence")), None)
    name = say(fence.name) if fence else str(facts.get("fence", ""))
    way = say(v.look_up(_FENCE_WAYS, str(facts.get("how", ""))))
    load = str(facts.get("container", ""))
    carried = (
        " · ".join(formats.container_number(number) for number in load.split())
        if warning.subject_kind == "vehicle"
        else ""
    )
    at = formats.clock_time(warning.raised_at)
    text = say(Name(f"{at} {way}{name}", f"{way} {name} at {at}"))
    return f"{text} · {carried}" if carried else text


def _seal(desk: Desk, warning: RiskWarning) -> str:
    facts, say = warning.facts, desk.language.of
    found = say(v.look_up(_SEAL_FINDINGS, str(facts.get("cause", ""))))
    parts = [
        say(
            Name(
                f"{formats.clock_time(warning.raised_at)} {found}",
                f"{found} at {formats.clock_time(warning.raised_at)}",
            )
        )
    ]
    if facts.get("container"):
        parts.append(formats.container_number(str(facts["container"])))
    if facts.get("vehicle"):
        parts.append(str(facts["vehicle"]))
    if facts.get("read"):
        parts.append(say(Name(f"卡口识读 {facts['read']}", f"gate read {facts['read']}")))
    return " · ".join(parts)


def _other(desk: Desk, warning: RiskWarning) -> str:
    """When, what was measured against what is allowed, and what else is involved."""
    parts = [formats.clock_time(warning.raised_at)]
    parts += [limit_sentence(desk, limit) for limit in warning.limits[:2]]
    for kind in ("container", "vehicle", "seal", "slot", "gate"):
        named = str(warning.facts.get(kind, ""))
        if named and named != warning.subject:
            parts += [formats.container_number(n) if kind == "container" else n for n in named.split()]
    return " · ".join(parts)


def limit_sentence(desk: Desk, limit: Limit) -> str:
    """What was observed and what would have been allowed, such as: difference in weight 3,200 kg, allowed 1,000 kg."""
    say = desk.language.of
    name = say(QUANTITIES.get(limit.quantity, Name(limit.quantity, limit.quantity)))
    observed, allowed = (_value(desk, value, limit.unit) for value in (limit.observed, limit.allowed))
    return say(Name(f"{name} {observed}（允许 {allowed}）", f"{name} {observed}, allowed {allowed}"))


def _value(desk: Desk, value: Fact, unit: str) -> str:
    if isinstance(value, str):
        words = next((words[value] for words in _WORDS if value in words), None)
        return value if words is None else desk.language.of(words)
    number = f"{value:,.2f}".rstrip("0").rstrip(".") if abs(value) < 1_000 else f"{value:,.0f}"
    return number if unit in ("", "1") else f"{number} {unit}"


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
    elif code.strip() in v.CLOSE_REASONS:
        note = say(v.CLOSE_REASONS[code.strip()]) + (f"：{rest.strip()}" if rest.strip() else "")
    else:
        note = step.note
    return f"{words} · {note}"


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
