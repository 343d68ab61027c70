"""The strip below: the port's last hour by minutes: gate passages, quay moves, yard lifts, warnings."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from panels import formats
from panels.desk import Desk
from panels.warning_list import SEVERITY_COLOURS
from twin.activity import SERIES, Activity

MINUTES = 60


class ActivityStrip(QWidget):
    """Four small bar charts on one time axis, with warnings as marks above them."""

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
        self._charts: dict[str, _Bars] = {}
        for place, name in enumerate(SERIES):
            label, total = QLabel(objectName="caption"), QLabel(objectName="figure")
            total.setAlignment(Qt.AlignmentFlag.AlignRight)
            chart = _Bars(desk)
            grid.addWidget(label, 0, 2 * place)
            grid.addWidget(total, 0, 2 * place + 1)
            grid.addWidget(chart, 1, 2 * place, 1, 2)
            grid.setColumnStretch(2 * place, 1)
            grid.setColumnStretch(2 * place + 1, 1)
            self._names[name], self._totals[name], self._charts[name] = label, total, chart
        self.retranslate()

    def show_activity(self, activity: Activity, now_ms: int) -> None:
        """Counts a minute of the last hour, newest last."""
        warnings = [
            ((now_ms - warning.raised_at) / 60_000, SEVERITY_COLOURS[warning.severity.value])
            for warning in self._desk.twin.warnings.open()
            if now_ms - warning.raised_at < MINUTES * 60_000
        ]
        for name in SERIES:
            counts = activity.per_minute(name, MINUTES, now_ms)
            self._totals[name].setText(f"{int(counts.sum()):,}")
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


class _MinuteAxis(pg.AxisItem):
    """Minutes before now as times of day."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.now_ms = 0

    def tickStrings(self, values, _scale, _spacing):  # noqa: N802 - pyqtgraph's name
        return [formats.minute(self.now_ms + int(value) * 60_000) for value in values]


class _Bars(pg.PlotWidget):
    def __init__(self, desk: Desk) -> None:
        theme = desk.theme
        self._axis = _MinuteAxis(orientation="bottom")
        super().__init__(axisItems={"bottom": self._axis}, background=None)
        self._theme = theme
        self.setMenuEnabled(False)
        self.setMouseEnabled(False, False)
        self.hideButtons()
        self.hideAxis("left")
        self._axis.setPen(theme.colour("line"))
        self._axis.setTextPen(theme.colour("dim"))
        self._axis.setStyle(tickLength=0, tickFont=theme.font(11))
        self._axis.setTicks(None)
        self._axis.setTickSpacing(20, 10)
        self.setXRange(-MINUTES, 0.5, padding=0)
        self._bars = pg.BarGraphItem(x=[0], height=[0], width=0.72, pen=None, brush=theme.colour("accent"))
        self._now_bar = pg.BarGraphItem(x=[0], height=[0], width=0.72, pen=None, brush=theme.colour("accent_text"))
        self._marks = pg.ScatterPlotItem(symbol="t", size=theme.px(9), pen=None)
        for item in (self._bars, self._now_bar, self._marks):
            self.addItem(item)
        self.setViewportUpdateMode(pg.GraphicsView.ViewportUpdateMode.MinimalViewportUpdate)

    def show_counts(self, counts: np.ndarray, now_ms: int, warnings: list[tuple[float, str]]) -> None:
        places = np.arange(-len(counts) + 1, 1)
        self._axis.now_ms = now_ms
        self._axis.picture = None
        self._axis.update()
        self._bars.setOpts(x=places[:-1], height=counts[:-1])
        self._now_bar.setOpts(x=places[-1:], height=counts[-1:])
        top = max(4.0, float(counts.max(initial=0)) * 1.25)
        self.setYRange(0, top, padding=0)
        self._marks.setData(
            x=[-age for age, _ in warnings],
            y=[top * 0.9] * len(warnings),
            brush=[self._theme.colour(name) for _, name in warnings],
        )
