"""Bars of a count a minute on an axis of times of day, with warnings as marks above them."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from panels import formats
from panels.desk import Desk

MINUTES = 60


class _MinuteAxis(pg.AxisItem):
    """Minutes before now as times of day."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.now_ms = 0

    def tickStrings(self, values, _scale, _spacing):  # noqa: N802 - pyqtgraph's name
        return [formats.minute(self.now_ms + int(value) * 60_000) for value in values]


class MinuteBars(pg.PlotWidget):
    """The counts of the last hour, a bar a minute, the present one brighter."""

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
        """Shows counts, newest last, and warnings as (minutes ago, colour name)."""
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
