"""A case as a report: its objects, its course, comments, tasks and papers, and why each of its warnings fired."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import ClassVar

from layers.selection import Selection
from panels import formats
from panels import vocabulary as v
from panels.case_facts import comments_of, course_of, objects_of, papers_of, task_words, tasks_of
from panels.hover_words import hover_lines
from panels.reports import TITLES, Report
from panels.warning_words import explanation, limit_sentence, rule_name, subject_text
from twin.cases import Case
from twin.port_layout import Name
from twin.warnings import RiskWarning

_TITLES = {
    "case": Name("案件", "Case"),
    "objects": Name("关联对象", "What ties it"),
    "nowhere": Name("不在图上", "not on the map"),
    "course": Name("经过", "What happened"),
    "comments": Name("备注", "Comments"),
    "tasks": Name("任务", "Tasks"),
    "papers": Name("单证", "Papers"),
    "evidence": Name("依据记录", "Records relied on"),
    "threshold": Name("判定依据", "Why it fired"),
    "feeds": Name("当时数据源", "Feeds then"),
}


class CaseReport(Report):
    """Builds one. A moment is a link `time:MS` where the past can be gone to (`with_past`)."""

    titles: ClassVar[Mapping[str, Name]] = {**TITLES, **_TITLES}
    with_past = False

    def case(self, case: Case, now: int) -> str:
        """What is known of a case at `now`, ms UTC."""
        desk = self._desk
        parts = [
            self._title(f"{self._say('case')} {case.id}", formats.moment(case.warnings[0].raised_at, now)),
            self._section("objects", self._objects(case)),
            *(self._warning(warning) for warning in case.warnings),
            self._section("course", self._table(
                [(self._moment(one.at, now), self._strong(one.words, "alarm" if one.grave else "text"))
                 for one in course_of(desk, case)], plain=False)),
            self._section("comments", self._table(
                [(formats.moment(at, now), by, words) for at, by, words in comments_of(case)])),
            self._section("tasks", self._table(
                [(formats.moment(task.observed_at, now), task.task, task_words(desk, task))
                 for task in tasks_of(desk, case)])),
            self._section("papers", self._table(
                [(paper.kind, paper.number, paper.words) for paper in papers_of(desk, case)])),
        ]
        return self._page(parts)

    def _objects(self, case: Case) -> str:
        """Each with where it is now; what the scene shows has the sign of its mark there."""
        marked = {(one.kind, one.id) for one in objects_of(case)}
        rows = []
        for kind, name in sorted(case.links):
            words = self._desk.language.of(v.look_up(v.SUBJECT_KINDS, kind))
            place = self._desk.layers.place_of(Selection(kind, name)) if (kind, name) in marked else None
            if kind == "declaration":
                rows.append((words, escape(formats.grouped(name)), ""))
                continue
            known = ", ".join(hover_lines(self._desk, Selection(kind, name))[1:])
            sign = "◎ " if place is not None else ""
            where = known or self._say("nowhere")
            rows.append((words, f"{sign}{self._link(kind, name)}", escape(where)))
        return self._table(rows, plain=False)

    def _warning(self, warning: RiskWarning) -> str:
        colour = v.SEVERITY_COLOURS[warning.severity.value]
        head = (f"<h2>{self._mark(warning)} <a href='warning:{escape(warning.id)}' style='color:{self._c(colour)}'>"
                f"{escape(rule_name(self._desk, warning))}</a> {escape(subject_text(warning))}</h2>"
                f"<p>{escape(explanation(self._desk, warning))}</p>")
        limits = [escape(limit_sentence(self._desk, limit)) for limit in warning.limits]
        say = self._desk.language.of
        feeds = ", ".join(f"{feed.name} {say(v.look_up(v.FEED_STATES, feed.state))}" for feed in warning.feeds)
        return head + self._table([
            (self._say("threshold"), f"{warning.rule} v{warning.rule_version}: " + ("; ".join(limits) or "-")),
            (self._say("feeds"), escape(feeds) or "-"),
            (self._say("evidence"), escape(", ".join(warning.evidence))),
        ], plain=False)

    def _moment(self, at: int, now: int) -> str:
        words = formats.moment(at, now)
        return f"<a href='time:{at}' style='color:{self._c('accent_text')}'>{words}</a>" if self.with_past else words

    def _strong(self, words: str, colour: str) -> str:
        return f"<span style='color:{self._c(colour)}'>{escape(words)}</span>"
