"""Reports as HTML in the desk's colours or on white paper, one text for both: the pieces, and the board of a shift."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QMarginsF, QSizeF
from PySide6.QtGui import QPageLayout, QPageSize, QPdfWriter, QTextDocument

from panels import formats
from panels import vocabulary as v
from panels.desk import Desk
from panels.warning_words import name_of_rule, rule_name, subject_text
from twin.hygiene import MOST_AN_HOUR, Hygiene, Precision
from twin.port_layout import Name
from twin.warnings import RiskWarning

Colours = dict[str, str]
PAPER: Colours = {
    "text": "#1b2630", "strong": "#000000", "dim": "#5a6a78", "accent_text": "#1d5c8c", "notice": "#1d5c8c",
    "good": "#1c7f6b", "attention": "#9a6400", "alarm": "#b3261e",
}
TITLES = {
    "rate": Name("每人每小时预警", "Warnings per operator-hour"),
    "raised": Name("本班预警", "Warnings this shift"),
    "unseen": Name("未确认", "Not acknowledged"),
    "flood": Name("洪泛占比", "Share in floods"),
    "by_rule": Name("按规则", "By rule"),
    "by_zone": Name("按区域", "By zone"),
    "talkers": Name("最频繁对象", "Top talkers"),
    "longest": Name("最久未确认", "Longest unacknowledged"),
    "stale": Name("逾期未办结", "Stale"),
    "shelved": Name("已搁置", "Shelved"),
    "mine": Name("在办预警", "In hand"),
    "precision": Name("规则准确率与随机抽查", "Precision of the rules, and random control"),
    "rule": Name("规则", "Rule"),
    "of_warnings": Name("预警属实", "Warnings that were right"),
    "of_controls": Name("随机抽查检出", "Found by random looks"),
    "worth": Name("规则相对抽查", "Rule against chance"),
    "no_better": Name("▼ 不优于随机抽查", "▼ no better than chance"),
    "chance_found_none": Name("抽查未检出", "chance found none"),
    "control_means": Name(
        "随机抽查（R00）不看预警，按份额抽取过卡集装箱查看：其检出率就是碰运气的水平。规则的属实率应明显高于它，否则该规则没有价值；"
        "抽查检出而规则没有预警的，就是规则漏掉的。",
        "Random control (R00) looks at a share of the gate visits whatever the rules say: what it finds is what chance "
        "finds. A rule whose warnings are right hardly more often is worth nothing; what a look finds without a "
        "warning, the rule missed."),
    "no_control": Name(
        "本班没有已办结的随机抽查（R00，份额默认为 0），因此看不出规则漏掉多少，也看不出是否优于碰运气。",
        "No random control (R00, its shares are 0 at first) was decided this shift: nothing says what the rules miss "
        "or whether they are better than chance."),
    "right": Name("属实", "right"),
    "wrong": Name("误报", "false"),
    "floods": Name("预警洪泛", "Floods"),
    "settings": Name("规则参数（与出厂设置不同）", "Settings of the rules that differ from the shipped ones"),
    "note": Name("交班说明", "Hand-over note"),
    "shift": Name("值班情况", "Shift board"),
    "none": Name("无", "none"),
    "goal": Name("目标 ≤", "goal ≤"),
}


class Report:
    """Builds one report. `colours`: the theme's on screen, PAPER for print."""

    titles: ClassVar[Mapping[str, Name]] = TITLES

    def __init__(self, desk: Desk, colours: Colours) -> None:
        self._desk = desk
        self._colours = colours

    def shift(self, figures: Hygiene, note: str = "") -> str:
        """The board of a shift: figures, what waits, who talks most, how often each rule was right."""
        book = self._desk.twin.warnings
        high = figures.per_operator_hour > MOST_AN_HOUR
        cells = [
            (self._say("rate"), f"{figures.per_operator_hour:.1f}", "alarm" if high else "good",
             f"{self._say('goal')}{MOST_AN_HOUR:.0f}"),
            (self._say("raised"), f"{figures.raised}", "strong", ""),
            (self._say("unseen"), f"{figures.unacknowledged}", "attention" if figures.unacknowledged else "good", ""),
            (self._say("flood"), f"{figures.flood_share:.0%}", "alarm" if figures.flood_share > 0 else "good", ""),
        ]
        span = f"{formats.moment(figures.from_at, figures.to_at)} - {formats.moment(figures.to_at, figures.to_at)}"
        mine = [w for w in book.open() if w.owner is not None]
        parts = [
            self._title(self._say("shift"), span), self._figures(cells),
            self._section("longest", self._warnings(figures.longest_unacknowledged, figures.to_at)),
            self._section("mine", self._warnings(mine, figures.to_at)),
            self._section("shelved", self._warnings(book.shelved(), figures.to_at)),
            self._section("stale", self._warnings(figures.stale, figures.to_at)),
            self._section("by_rule", self._counts((self._rule(rule), n) for rule, n in figures.by_rule)),
            self._section("by_zone", self._counts((self._zone(zone), n) for zone, n in figures.by_zone)),
            self._section("talkers", self._counts(
                (f"{self._rule(rule)} {subject}", n) for (rule, subject), n in figures.top_talkers)),
            self._section("floods", self._counts(
                (f"{formats.clock_time(f.from_at)} - {formats.clock_time(f.to_at)}", f.count) for f in figures.floods)),
            self._section("precision", self._precision(figures.precision, figures.controls)),
        ]
        changed = self._desk.twin.changed_settings
        if changed:
            parts.append(self._section("settings", self._table(
                [(self._rule(c.rule), formats.setting(c)) for c in changed])))
        if note.strip():
            parts.append(self._section("note", f"<p>{escape(note.strip()).replace(chr(10), '<br>')}</p>"))
        return self._page(parts)

    # pieces

    def _say(self, key: str) -> str:
        return self._desk.language.of(self.titles[key])

    def _c(self, name: str) -> str:
        return self._colours.get(name, self._colours["text"])

    def _rule(self, rule: str) -> str:
        return f"{rule} {name_of_rule(self._desk, rule)}"

    def _zone(self, zone: str) -> str:
        found = next((z for z in self._desk.index.layout.zones if z.id == zone), None)
        return zone if found is None else self._desk.language.of(found.name)

    def _mark(self, warning: RiskWarning) -> str:
        colour = self._c(v.SEVERITY_COLOURS[warning.severity.value])
        return f"<span style='color:{colour}'>{v.SEVERITY_MARKS[warning.severity.value]}</span>"

    def _link(self, kind: str, name: str) -> str:
        shown = formats.container_number(name) if kind == "container" else name
        return f"<a href='{kind}:{escape(name)}' style='color:{self._c('accent_text')}'>{escape(shown)}</a>"

    def _title(self, text: str, note: str) -> str:
        return (f"<h1 style='color:{self._c('strong')}'>{escape(text)}</h1>"
                f"<p style='color:{self._c('dim')}'>{escape(self._desk.language.of(self._desk.index.layout.name))} · "
                f"{escape(note)} · {escape(self._desk.operator)}</p>")

    def _section(self, key: str, body: str) -> str:
        return f"<h3 style='color:{self._c('dim')}'>{escape(self._say(key))}</h3>{body}"

    def _figures(self, cells: Sequence[tuple[str, str, str, str]]) -> str:
        large, small = "font-size:22pt; font-weight:600", f"color:{self._c('dim')}"
        made = "".join(
            f"<td width='25%'><span style='{large}; color:{self._c(colour)}'>{escape(value)}</span><br>"
            f"<span style='{small}'>{escape(' · '.join(filter(None, (name, extra))))}</span></td>"
            for name, value, colour, extra in cells)
        return f"<table width='100%' cellpadding='6'><tr>{made}</tr></table>"

    def _warnings(self, warnings: Sequence[RiskWarning], now: int) -> str:
        rows = []
        for w in warnings:
            name, colour = escape(rule_name(self._desk, w)), self._c("text")
            link = f"<a href='warning:{escape(w.id)}' style='color:{colour}'>{name}</a>"
            waits = formats.duration((now - w.noticed_at) / 1000.0)
            rows.append((f"{self._mark(w)} {link}", escape(subject_text(w)), escape(self._zone(w.zone)), waits,
                         escape(w.owner or "-")))
        return self._table(rows, plain=False)

    def _counts(self, counts: Iterable[tuple[str, int]]) -> str:
        return self._table([(name, str(n)) for name, n in counts])

    def _precision(self, precision: Mapping[str, Precision], controls: Mapping[str, Precision]) -> str:
        """How often each rule was right, and what looks at random found of the same: what the rule is worth."""
        rows = [(self._say("rule"), self._say("of_warnings"), self._say("of_controls"), self._say("worth"))]
        for rule in sorted({*precision, *controls}):
            own, by_chance = precision.get(rule), controls.get(rule)
            right = "-" if own is None or own.share is None else (
                f"{own.share:.0%} ({own.right} {self._say('right')}, {own.wrong} {self._say('wrong')})")
            found = "-" if by_chance is None or by_chance.share is None else (
                f"{by_chance.share:.1%} ({by_chance.right} / {by_chance.right + by_chance.wrong})")
            rows.append((self._rule(rule), right, found, self._worth(own, by_chance)))
        meaning = self._say("control_means" if controls else "no_control")
        note = f"<p style='color:{self._c('dim')}'>{escape(meaning)}</p>"
        return (self._table(rows) if len(rows) > 1 else self._table(())) + note

    def _worth(self, own: Precision | None, by_chance: Precision | None) -> str:
        if own is None or own.share is None or by_chance is None or by_chance.share is None:
            return "-"
        if own.share <= by_chance.share:
            return self._say("no_better")
        return f"×{own.share / by_chance.share:.0f}" if by_chance.share else self._say("chance_found_none")

    def _table(self, rows: Sequence[Sequence[str]], *, plain: bool = True) -> str:
        if not rows:
            return f"<p style='color:{self._c('dim')}'>{self._say('none')}</p>"
        made = "".join(
            "<tr>" + "".join(
                f"<td{' width=24%' if not place else ''}>{escape(cell) if plain else cell}</td>"
                for place, cell in enumerate(row)) + "</tr>" for row in rows)
        return f"<table width='100%' cellpadding='3'>{made}</table>"

    def _page(self, parts: Sequence[str]) -> str:
        return f"<body style='color:{self._c('text')}'>{''.join(parts)}</body>"


def write_pdf(html: str, file: Path, family: str) -> bool:
    """Writes a report as PDF on A4. Whether it could be written."""
    try:
        with file.open("wb"):
            pass
    except OSError:
        return False
    writer = QPdfWriter(str(file))
    writer.setPageLayout(QPageLayout(
        QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, QMarginsF(16, 16, 16, 16),
        QPageLayout.Unit.Millimeter))
    writer.setResolution(300)
    document = QTextDocument()
    document.setDefaultStyleSheet(f"body {{ font-family: '{family}'; font-size: 9pt; }}")
    document.setHtml(html)
    document.documentLayout().setPaintDevice(writer)
    document.setPageSize(QSizeF(writer.width(), writer.height()))
    document.print_(writer)
    return file.stat().st_size > 0
