"""A case on screen: the report at the left, its objects marked on the map beside it, comments and moments at hand."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QPushButton, QWidget

from panels.case_facts import objects_of
from panels.case_report import CaseReport
from panels.desk import Desk
from panels.report_dialog import ReportDialog
from panels.reports import Colours
from panels.warning_steps import WarningSteps
from twin.cases import Case

_WIDTH, _BELOW = 660, 106  # beside it the middle of the scene is free


class CaseDialog(ReportDialog):
    """The case of a warning for as long as it is open. `before`: goes to some time before an instant (ms UTC); None
    where there is no past."""

    def __init__(self, desk: Desk, warning_id: str, steps: WarningSteps, before: Callable[[int], None] | None,
                 parent: QWidget) -> None:
        self._warning_id, self._before = warning_id, before
        self._known = desk.twin.cases.of(warning_id)
        super().__init__(desk, "", self._html, parent)
        self.setWindowTitle(self.tr("Case"))
        theme = desk.theme
        self.resize(theme.px(_WIDTH), min(theme.px(860), max(parent.height() - theme.px(2 * _BELOW), theme.px(400))))
        self.move(parent.mapToGlobal(parent.rect().topLeft()).x() + theme.px(12),
                  parent.mapToGlobal(parent.rect().topLeft()).y() + theme.px(_BELOW))
        for place, (text, act) in enumerate((
            (self.tr("Show all on the map"), self.show_on_map),
            (self.tr("Comment"), lambda: steps.do("comment", warning_id)),
        )):
            button = QPushButton(text)
            button.clicked.connect(lambda _checked=False, act=act: act())
            self.row.insertWidget(1 + place, button)
        self.finished.connect(lambda _: desk.layers.selection.mark(()))
        self.show_on_map()

    @property
    def case(self) -> Case:
        """The case as it stands now; at a moment at which nothing is known of it yet, as it was last seen."""
        with suppress(KeyError):
            self._known = self._desk.twin.cases.of(self._warning_id)
        return self._known

    def refresh(self) -> None:
        """The report, and the marks on the map, as the case is now."""
        self._desk.layers.selection.mark(objects_of(self.case))
        super().refresh()

    def show_on_map(self) -> None:
        """All objects of the case in the picture."""
        self._desk.layers.view.fly_to_all(objects_of(self.case))

    def _html(self, colours: Colours) -> str:
        report = CaseReport(self._desk, colours)
        report.with_past = self._before is not None and colours is self._desk.theme.colours
        return report.case(self.case, self._desk.now())

    def _follow(self, link: QUrl) -> None:
        kind, _, name = link.toString().partition(":")
        if kind != "time":
            super()._follow(link)
        elif self._before is not None:
            self._before(int(name))
