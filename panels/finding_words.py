"""What a rule found, as one sentence in both languages: a sentence a rule, made of the facts of its finding."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from panels import formats
from panels import vocabulary as v
from panels.rule_words import CAUSES, SAID, SOURCES, WAYS
from twin.port_layout import Name, PortLayout
from twin.warnings import RiskWarning

_CLASSES = {
    "foreign": Name("外贸区", "foreign-trade area"),
    "domestic": Name("内贸区", "domestic-trade area"),
    "closed": Name("禁入区", "closed area"),
    "site": Name("监管场所", "supervised site"),
}
_DEGREES = {
    1: Name("远离", "“away from”"),
    2: Name("隔离", "“separated from”"),
    3: Name("整舱隔离", "“separated by a complete compartment”"),
    4: Name("纵向整舱隔离", "“separated longitudinally”"),
}
"""IMDG Code 7.2.2.2."""
_DEVICE_KINDS = {
    "gate": Name("卡口", "gate"),
    "camera": Name("摄像机", "camera"),
    "reader": Name("识读器", "reader"),
    "seal": Name("关锁", "seal"),
    "crane": Name("起重机", "crane"),
}
_Value = str | Name


class Told:
    """The facts of a warning in words. A fact that is not there is an empty word."""

    def __init__(self, warning: RiskWarning, layout: PortLayout) -> None:
        self.warning = warning
        self._layout = layout

    def text(self, key: str) -> str:
        """A fact as it is."""
        return str(self.warning.facts.get(key, ""))

    def number(self, key: str) -> float:
        """A fact in figures; 0 where there is none."""
        value = self.warning.facts.get(key, 0.0)
        return float(value) if not isinstance(value, str) else 0.0

    def boxes(self, key: str = "container") -> str:
        """Container numbers as painted."""
        return " · ".join(formats.container_number(number) for number in self.text(key).split())

    def gate(self) -> Name:
        """The gate's name."""
        found = next((gate.name for gate in self._layout.gates if gate.id == self.text("gate")), None)
        return found or Name(self.text("gate"), self.text("gate"))

    def zone(self, name: str) -> Name:
        """A zone's name by its id."""
        if name == "outside all zones":
            return Name("各区域之外", name)
        return next((zone.name for zone in self._layout.zones if zone.id == name), Name(name, name))

    def fence(self) -> Name:
        """The fence's name."""
        found = next((fence.name for fence in self._layout.fences if fence.id == self.text("fence")), None)
        return found or Name(self.text("fence"), self.text("fence"))

    def cause(self) -> Name:
        """What kind of finding of its rule it is."""
        code = self.text("cause")
        return v.look_up(dict(CAUSES.get(self.warning.rule, {})), code)

    def said(self, key: str) -> Name:
        """What a source says: a word in both languages, a weight grouped, or a number or name as it is."""
        value = self.warning.facts.get(key, "")
        if not isinstance(value, str):
            return _same(f"{value:,.0f} kg")
        if value.endswith(" kg"):
            return _same(f"{float(value.removesuffix(' kg')):,.0f} kg")
        return SAID.get(value) or _same(formats.container_number(value))

    def source(self, key: str) -> Name:
        """Who says so."""
        return v.look_up(dict(SOURCES), self.text(key))

    def observed(self) -> str:
        """What was measured, with its unit, as the nearest limit has it."""
        return measure(self.warning.limits[0].observed, self.warning.limits[0].unit) if self.warning.limits else ""


def measure(value: str | float, unit: str) -> str:
    """A measured value with its unit; speeds in km/h, long times in minutes, hours and days."""
    if isinstance(value, str):
        return value
    if unit == "m/s":
        return formats.speed(value)
    if unit in ("s", "min") and value * (60 if unit == "min" else 1) >= 100:
        return formats.duration(value * (60 if unit == "min" else 1))
    number = f"{value:,.2f}".rstrip("0").rstrip(".") if abs(value) < 1_000 else f"{value:,.0f}"
    return number if unit in ("", "1") else f"{number} {unit}"


def finding_sentence(warning: RiskWarning, layout: PortLayout) -> Name:
    """What was found, in one sentence. A rule of another house is told by what it measured."""
    return _SENTENCES.get(warning.rule, _measured)(Told(warning, layout))


def _same(text: str) -> Name:
    return Name(text, text)


def _join(*parts: Name | None) -> Name:
    """Parts with commas between; what is empty is left out."""
    whole = [part for part in parts if part is not None and part.zh]
    return Name("，".join(p.zh for p in whole), ", ".join(p.en for p in whole))


def _put(zh: str, en: str, **values: _Value) -> Name:
    """Values put into the sentence of both languages."""
    return Name(
        zh.format_map({k: x.zh if isinstance(x, Name) else x for k, x in values.items()}),
        en.format_map({k: x.en if isinstance(x, Name) else x for k, x in values.items()}))


def _if(value: _Value, zh: str, en: str, **more: _Value) -> Name | None:
    """The part if its value `it` is there."""
    there = value.zh if isinstance(value, Name) else value
    return _put(zh, en, it=value, **more) if there else None


def _removal(told: Told) -> Name:
    state = v.DECLARATION_STATES.get(told.text("declaration_state"), Name("未申报", "not declared"))
    if told.text("gate"):
        return _join(
            _put("未放行（{state}）出{gate}", "Left by {gate} without release ({state})", state=state,
                 gate=told.gate()),
            _if(told.text("vehicle"), "车辆 {it}", "on {it}"))
    return _join(
        _put("未放行（{state}）被吊离", "Lifted without release ({state})", state=state),
        _if(told.text("slot"), "原箱位 {it}", "from {it}"), _if(told.text("vehicle"), "装上 {it}", "onto {it}"))


def _fence(told: Told) -> Name:
    way = v.look_up(dict(WAYS), told.text("how"))
    area = _CLASSES.get(told.text("fence_class"), _same(told.text("fence_class")))
    deep = told.warning.limits[0] if told.warning.limits else None
    carried = told.boxes() if told.warning.subject_kind == "vehicle" else told.text("slot")
    return _join(
        _put("{way}{fence}（{area}）", "{way} {fence} ({area})", way=way, fence=told.fence(), area=area),
        None if deep is None else _put("深入 {it}", "{it} inside", it=measure(deep.observed, deep.unit)),
        _if(carried, "载 {it}" if told.warning.subject_kind == "vehicle" else "箱位 {it}", "with {it}"
            if told.warning.subject_kind == "vehicle" else "in slot {it}"))


def _seal(told: Told) -> Name:
    expected = told.warning.limits[0].allowed if told.warning.limits else ""
    silent = told.number("silent_s")
    return _join(
        told.cause(), _if(told.boxes(), "箱 {it}", "container {it}"),
        _if(told.text("read"), "{gate}识读 {it}，应为 {expected}", "{gate} read {it}, {expected} expected",
            gate=told.gate(), expected=str(expected)),
        _if(formats.duration(silent) if silent else "", "已 {it} 无信号", "no sign for {it}"),
        _if(told.text("vehicle"), "车辆 {it}", "on {it}"), _if(told.text("by"), "操作人 {it}", "by {it}"))


def _differences(told: Told) -> Name | None:
    """By how many metres, kilograms or minutes two sources are apart."""
    units = {"difference_m": "m", "difference_kg": "kg", "difference_min": "min"}
    found = " · ".join(measure(abs(told.number(key)), unit) for key, unit in units.items() if told.number(key))
    return _if(found, "相差 {it}", "{it} apart")


def three_way(told: Told) -> Name | None:
    """Which source is out of line with which other: what both say. None where nobody disagrees."""
    if not told.text("disagrees"):
        return None
    return _put(
        "{odd}：{says}，{against}：{words}", "{odd}: {says}, {against}: {words}", odd=told.source("disagrees"),
        says=told.said("says"), against=told.source("against"), words=told.said("against_says"))


def _stock(told: Told) -> Name:
    cause = told.text("cause")
    if cause == "seal_elsewhere":
        return _put(
            "{cause}：关锁 {seal} 距账面箱位 {slot} {apart}", "{cause}: seal {seal} is {apart} from slot {slot}",
            cause=told.cause(), seal=told.text("seal"), slot=told.text("says"),
            apart=measure(told.number("difference_m"), "m"))
    if cause == "no_manifest":
        waited = measure(told.number("difference_min"), "min") if told.number("difference_min") else ""
        return _join(
            _put("{cause}：箱已在港，未见舱单或报关单", "{cause}: no manifest or declaration names it",
                 cause=told.cause()),
            _if(waited, "已过 {it}", "{it} after it came"))
    if cause == "never_landed":
        return _put(
            "{cause}：提单 {bill}（航次 {call}）列有此箱，船已离泊而未卸",
            "{cause}: bill {bill} of call {call} has it, the vessel has sailed", cause=told.cause(),
            bill=told.text("bill"), call=told.text("call"))
    return _join(_put("{cause}：{both}", "{cause}: {both}", cause=told.cause(), both=three_way(told) or ""),
                 _differences(told))


def _identity(told: Told) -> Name:
    cause, gate = told.text("cause"), told.gate()
    apart = measure(told.number("difference_m"), "m")
    read, expected = (formats.container_number(told.text(key)) for key in ("read", "expected"))
    if cause == "cloned":
        return _put("{cause}：{gate}识读该车牌时，其定位在 {apart} 之外",
                    "{cause}: read at {gate} while its device was {apart} away", cause=told.cause(), gate=gate,
                    apart=apart)
    if cause == "elsewhere":
        return _put("{cause}：{gate}识读 {read}，该箱在 {slot}，相距 {apart}",
                    "{cause}: {gate} read {read}, which stands in {slot}, {apart} away", cause=told.cause(), gate=gate,
                    read=read, slot=told.text("slot"), apart=apart)
    return _join(
        _put("{cause}：{gate}识读 {read}", "{cause}: {gate} read {read}", cause=told.cause(), gate=gate, read=read),
        _if(expected, "应为 {it}", "{it} expected"),
        _if(told.boxes() if cause == "plate" else "", "箱 {it}", "container {it}"))


def _weight(told: Told) -> Name:
    return _join(
        _put("{cause}：{gate}过磅 {says}，{against} {words}", "{cause}: {gate} weighed {says}, {against} {words}",
             cause=told.cause(), gate=told.gate(), says=told.said("says"), against=told.source("against"),
             words=told.said("against_says")),
        _differences(told), _if(told.text("vehicle"), "车辆 {it}", "on {it}"))


def _empty(told: Told) -> Name:
    result = told.text("against_says")
    return _join(
        told.cause(), _if(told.text("slot"), "自 {it} 提离", "taken from {it}"),
        _if(told.text("vehicle"), "车辆 {it}", "on {it}"),
        _if(told.gate() if told.text("gate") else "", "已出{it}", "left by {it}"),
        _if(told.said("against_says") if result not in ("", "none") else "", "检测结果：{it}", "test: {it}"))


def _evasion(told: Told) -> Name:
    if told.text("cause") == "overdue":
        return _join(told.cause(), _if(_differences_after(told), "布控后 {it}", "{it} after it was held"),
                     _if(told.text("reason"), "布控原因：{it}", "held for: {it}"))
    return _join(
        _put("{cause}（{doing}）", "{cause} ({doing})", cause=told.cause(), doing=told.said("says")),
        _way(told), _if(_differences_after(told), "布控后 {it}", "{it} after it was held"))


def _image(told: Told) -> Name:
    return _join(
        _put("{cause}（审图：{image}）", "{cause} (review: {image})", cause=told.cause(),
             image=told.said("against_says")),
        _way(told), _if(_differences_after(told), "审图后 {it}", "{it} after the review"))


def _differences_after(told: Told) -> str:
    return measure(told.number("difference_min"), "min") if told.number("difference_min") else ""


def _way(told: Told) -> Name | None:
    way = " → ".join(filter(None, (told.text("slot"), told.text("to"))))
    return _if(way, "{it}", "{it}")


def _stay(told: Told) -> Name:
    return _join(
        _put("{cause}：在港 {days} 天，限 {allowed} 天", "{cause}: {days} days in the port, {allowed} allowed",
             cause=told.cause(), days=f"{told.number('days'):g}", allowed=f"{told.number('days_allowed'):g}"),
        _if(told.text("dangerous_class"), "第 {it} 类危险品", "class {it}"),
        _if(told.text("slot"), "箱位 {it}", "in {it}"))


def _dangerous(told: Told) -> Name:
    goods = _join(_put("第 {it} 类", "class {it}", it=told.text("dangerous_class")),
                  _if(told.text("un_number"), "UN {it}", "UN {it}"))
    if told.text("cause") == "licence":
        licensed = told.text("licensed")
        allowed = _if("" if licensed == "none" else licensed, "仅许可 {it} 类", "licensed for {it}")
        return _join(
            _put("{cause}：{goods}", "{cause}: {goods}", cause=told.cause(), goods=goods),
            _put("箱位 {it}", "in {it}", it=told.text("slot")), allowed or Name("未许可任何类别", "licensed for none"))
    return _join(
        _put("{cause}：{goods}与 {other}（第 {kind} 类，{slot}）{how}",
             "{cause}: {goods}, with {other} (class {kind}, {slot}) {how}", cause=told.cause(), goods=goods,
             other=told.boxes("neighbour"), kind=told.text("neighbour_class"), slot=told.text("neighbour_slot"),
             how=v.look_up(dict(WAYS), told.text("how"))),
        _put("须{it}", "must be {it}", it=_DEGREES.get(int(told.number("degree")), _same(""))))


def _trip(told: Told) -> Name:
    beyond = told.number("beyond_m")
    opened = told.text("seal_event")
    return _join(
        told.cause(), _if(measure(beyond, "m") if beyond else "", "偏出 {it}", "{it} beyond its edge"),
        _if(told.observed() if told.text("cause") in ("stopped", "overdue", "not_written_off") else "",
            "已 {it}", "for {it}"),
        _if(v.look_up(v.SEAL_EVENTS, opened) if opened else "", "{it}", "{it}"),
        _if(told.boxes(), "箱 {it}", "container {it}"), _if(told.text("vehicle"), "车辆 {it}", "on {it}"))


def _position(told: Told) -> Name:
    cause, leap = told.text("cause"), told.number("leap_m")
    if cause == "jammed":
        return _put("{cause}：{zone}内 {many} 辆车同时定位异常",
                    "{cause}: {many} vehicles at the same time in {zone}", cause=told.cause(),
                    zone=told.zone(told.text("zone")), many=f"{told.number('vehicles'):.0f}")
    words = {"leap": ("折合 {it}", "as if at {it}"), "frozen": ("已 {it}", "for {it}"),
             "outside_world": ("距港 {it}", "{it} away")}
    zh, en = words.get(cause, ("{it}", "{it}"))
    return _join(told.cause(), _if(measure(leap, "m") if leap else "", "跳 {it}", "by {it}"),
                 _if(told.observed(), zh, en))


def _loitering(told: Told) -> Name:
    return _join(told.cause(), _if(told.observed(), "已超 {it}", "for more than {it}"),
                 _if(told.boxes(), "载 {it}", "with {it}"), _if(told.zone(told.warning.zone), "{it}", "{it}"))


def _device(told: Told) -> Name:
    kind = _DEVICE_KINDS.get(told.text("device_kind"), _same(""))
    blind = told.text("blind_spot")
    return _join(
        _if(kind, "{it}：{cause}", "{it}: {cause}", cause=told.cause()) or told.cause(),
        _if(told.observed() if told.text("cause") != "down" else "", "已 {it}", "for {it}"),
        _if(told.zone(blind) if blind else "", "监控盲区：{it}", "blind spot: {it}"))


def _night(told: Told) -> Name:
    return _join(
        _put("{zone}非作业时段{how}", "{how} in {zone} outside its working hours", zone=told.zone(told.warning.zone),
             how=v.look_up(dict(WAYS), told.text("how"))),
        _if(told.text("working_hours"), "作业时段 {it}", "worked {it}"),
        _if(told.text("slot"), "箱位 {it}", "slot {it}"), _if(told.text("equipment"), "设备 {it}", "by {it}"),
        _if(told.boxes() if told.warning.subject_kind == "vehicle" else "", "载 {it}", "with {it}"))


def _control(told: Told) -> Name:
    return _join(
        _put("随机抽查：{gate}，核对 {rules}", "drawn at random: {gate}, to be checked for {rules}", gate=told.gate(),
             rules=told.text("control_of").replace(" ", ", ")),
        _if(told.boxes(), "箱 {it}", "container {it}"), _if(told.text("vehicle"), "车辆 {it}", "on {it}"))


def _measured(told: Told) -> Name:
    return _join(*(_same(measure(limit.observed, limit.unit)) for limit in told.warning.limits[:2]))


_SENTENCES: Mapping[str, Callable[[Told], Name]] = {
    "R01": _removal, "R02": _fence, "R03": _seal, "R04": _stock, "R05": _identity, "R06": _weight, "R07": _empty,
    "R08": _evasion, "R09": _image, "R10": _stay, "R11": _dangerous, "R12": _trip, "R13": _position,
    "R14": _loitering, "R15": _device, "R16": _night, "R00": _control,
}
