"""The strip below: the port's last hour by minutes: gate passages, quay moves, yard lifts, warnings."""

from __future__ import annotations

import importlib
import threading
from types import ModuleType
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from panels.desk import Desk
from panels.vocabulary import SEVERITY_COLOURS
from twin.activity import SERIES, Activity

if TYPE_CHECKING:
    from panels.minute_bars import MinuteBars

MINUTES = 60


class ActivityStrip(QWidget):
    """Four small bar charts on one time axis, with warnings as marks above them.

    The charts' library takes most of a second to load: it does so beside the window, and they appear when it has.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bottom")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._desk = desk
        theme = desk.theme
        grid = QGridLayout(self)
        grid.setContentsMargins(theme.px(18), theme.px(8), theme.px(18), theme.px(6))
        grid.setHorizontalSpacing(theme.px(22))
        self._names: dict[str, QLabel] = {}
        self._totals: dict[str, QLabel] = {}
        self._charts: dict[str, MinuteBars] = {}
        self._loader: threading.Thread | None = None
        self._library: ModuleType | None = None
        self._grid = grid
        for place, name in enumerate(SERIES):
            label, total = QLabel(objectName="caption"), QLabel(objectName="figure")
            total.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(label, 0, 2 * place)
            grid.addWidget(total, 0, 2 * place + 1)
            grid.setColumnStretch(2 * place, 1)
            grid.setColumnStretch(2 * place + 1, 1)
            self._names[name], self._totals[name] = label, total
        grid.setRowStretch(1, 1)
        self.retranslate()

    def _load(self) -> None:
        self._library = importlib.import_module("panels.minute_bars")

    def _see_to_charts(self) -> None:
        """Loads the charts' library as soon as the first picture stands, and makes the charts when it is there."""
        if self._loader is None and not self._desk.session.waiting:
            self._loader = threading.Thread(target=self._load, name="charts", daemon=True)
            self._loader.start()
        if self._library is None or self._charts:
            return
        for place, name in enumerate(SERIES):
            self._charts[name] = self._library.MinuteBars(self._desk)
            self._grid.addWidget(self._charts[name], 1, 2 * place, 1, 2)

    def show_activity(self, activity: Activity, now_ms: int) -> None:
        """Counts a minute of the last hour, newest last."""
        self._see_to_charts()
        warnings = [
            ((now_ms - warning.raised_at) / 60_000, SEVERITY_COLOURS[warning.severity.value])
            for warning in self._desk.twin.warnings.open()
            if now_ms - warning.raised_at < MINUTES * 60_000
        ]
        for name in SERIES:
            counts = activity.per_minute(name, MINUTES, now_ms)
            self._totals[name].setText(f"{int(counts.sum()):,}")
            if name in self._charts:
                self._charts[name].show_counts(counts, now_ms, warnings if name == "yard" else [])

    def retranslate(self) -> None:
        """Writes every text in the language of the screen."""
        for name, text in (
            ("gate_in", self.tr("Gate in, last hour")),
            ("gate_out", self.tr("Gate out, last hour")),
            ("quay", self.tr("Quay moves, last hour")),
            ("yard", self.tr("Yard lifts and warnings, last hour")),
        ):
            self._names[name].setText(text)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
