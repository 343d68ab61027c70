"""The block one has drilled to, flat: its plan with rows and bays, and the chosen bay from the side. The selection is
that of the 3D view and the tree."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from layers.levels import block_of, place_in_yard
from layers.palette import LEGAL_STATE_TABLE, LEGAL_STATES
from layers.selection import Selection
from layers.warnings import FOLLOWED
from layers.yard_views import BayView, BlockPlan, bay_of, fullest_bay, next_bay, plan_of
from panels import formats
from panels import vocabulary as v
from panels.desk import Desk
from panels.overlays import Overlay

_WIDTH = 452
_BAY_SIDE = 34


class YardCard(Overlay):
    """Shown while something of a block is selected."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        theme = desk.theme
        self.wanted = True
        self._bay: int | None = None
        self._block: str | None = None
        self._seen: tuple[object, ...] = ()
        self._plan = _Plan(desk)
        self._side = _Side(desk)
        self._head, self._fill = QLabel(objectName="strong"), QLabel(objectName="dim")
        self._bay_name, self._told = QLabel(objectName="strong"), QLabel(objectName="dim")
        self._told.setWordWrap(True)
        self._told.setTextFormat(Qt.TextFormat.RichText)
        column = QVBoxLayout()
        column.setSpacing(theme.px(6))
        top = QHBoxLayout()
        top.addWidget(self._head)
        top.addStretch(1)
        top.addWidget(self._fill)
        beside = QVBoxLayout()
        steps = QHBoxLayout()
        for text, step in (("‹", -1), ("›", 1)):
            button = QPushButton(text, objectName="flat")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _checked=False, step=step: self.step_bay(step))
            steps.addWidget(button)
            if step < 0:
                steps.addWidget(self._bay_name)
        steps.addStretch(1)
        beside.addLayout(steps)
        beside.addWidget(self._told)
        beside.addStretch(1)
        low = QHBoxLayout()
        low.setSpacing(theme.px(12))
        low.addWidget(self._side)
        low.addLayout(beside, 1)
        column.addLayout(top)
        column.addWidget(self._plan)
        column.addLayout(low)
        self._row.addLayout(column)
        self.setFixedWidth(theme.px(_WIDTH + 30))
        self.hide()

    def follow(self) -> bool:
        """Show the block of the selection. True when the card's size or visibility changed."""
        desk, layers = self._desk, self._desk.layers
        layout, table = desk.index.layout, desk.twin.containers
        selection = layers.selection.current
        block_id = block_of(selection, layout, table) if self.wanted else None
        was = (self.isVisible(), self._block)
        if block_id is None:
            self.hide()
            self._block = None
            return was[0]
        number = desk.index.block_number[block_id]
        address = place_in_yard(selection, layout, table)
        revision = int(layers.containers.block_revision[number])
        seen = (block_id, selection, layers.selection.hover, revision, desk.language.code, self._bay)
        if self.isVisible() and seen == self._seen:
            return False
        plan = plan_of(layers.containers, table, number)
        if address is not None:
            self._bay = address.bay
        elif self._bay is None or block_id != self._block:
            self._bay = fullest_bay(plan)
        self._block = block_id
        self._seen = (*seen[:-1], self._bay)
        bay = bay_of(layers.containers, table, number, self._bay)
        self._plan.show_plan(plan, self._bay)
        self._side.show_bay(bay)
        self._write(plan, bay)
        self.show()
        return was != (True, block_id)

    def step_bay(self, step: int) -> None:
        """The next bay or the one before: it becomes the selection."""
        if self._block is None or self._bay is None:
            return
        block = self._desk.index.layout.blocks[self._desk.index.block_number[self._block]]
        bay = next_bay(block, self._bay, step)
        chosen = Selection("bay", f"{block.id}-{bay:02d}")
        self._desk.layers.selection.select(chosen)
        if self._desk.layers.containers.cutaway is not None:
            self._desk.layers.view.fly_to(chosen)

    def _write(self, plan: BlockPlan, bay: BayView) -> None:
        desk, block = self._desk, plan.block
        kind = desk.language.of(v.look_up(v.BLOCK_KINDS, block.kind.value))
        self._head.setText(f"{block.id}  {kind}")
        share = plan.teu / plan.room if plan.room else 0.0
        self._fill.setText(self.tr("%1 / %2 TEU").replace("%1", f"{plan.teu:,}").replace("%2", f"{plan.room:,}")
                           + f"  ·  {share:.0%}")
        self._bay_name.setText(self.tr("bay %1").replace("%1", f"{bay.bay:02d}"))
        states = np.bincount(desk.twin.containers.legal_state[bay.rows], minlength=len(LEGAL_STATES))
        english = desk.language.code == "en"
        lines = []
        for state in np.flatnonzero(states).tolist():
            red, green, blue = LEGAL_STATES[state][3]
            name = LEGAL_STATES[state][2 if english else 1]
            lines.append(f'<span style="color:rgb({red},{green},{blue})">■</span> {name}  {states[state]}')
        chosen = desk.layers.selection.hover or desk.layers.selection.current
        if chosen is not None and chosen.kind == "container":
            lines.append(f'<span style="color:{desk.theme.colours["strong"]}">'
                         f"{formats.container_number(chosen.id)}</span>")
        self._told.setText("<br>".join(lines))

    def retranslate(self) -> None:
        """Writes texts in the language of the screen."""
        self._seen = ()
        self.follow()


class _Picture(QWidget):
    """What plan and side view share: where the mouse is, colours of boxes, which boxes have a warning."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def _risky(self) -> set[str]:
        warnings = self._desk.layers.warnings
        subjects = (warnings.subject_of(str(name)) for name in warnings.id[:FOLLOWED].tolist())
        return {subject.id for subject in subjects if subject is not None and subject.kind == "container"}

    def _colours(self, rows: np.ndarray) -> list[QColor]:
        return [QColor(*rgb) for rgb in self._desk.layers.containers.colours(rows).tolist()]

    def _at(self, _where: QPointF) -> Selection | None:
        """What lies under the mouse: nothing, until a picture says otherwise."""
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        found = self._at(event.position())
        self._desk.layers.selection.hover_over(found if found is not None and found.kind == "container" else None)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        self._desk.layers.selection.hover_over(None)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        found = self._at(event.position())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self._desk.layers.selection.select(found)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        found = self._at(event.position())
        if found is not None:
            self._desk.layers.view.fly_to(found)


class _Plan(_Picture):
    """Rows across, bays along; the darker a cell the lower its stack; a click chooses the bay."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._plan: BlockPlan | None = None
        self._bay = 2
        self.setFixedWidth(desk.theme.px(_WIDTH))

    def show_plan(self, plan: BlockPlan, bay: int) -> None:
        self._plan, self._bay = plan, bay
        across = min(self._desk.theme.px(13), self.width() / max(plan.block.bays, 1))
        self.setFixedHeight(round(plan.block.rows * max(across, self._desk.theme.px(8))) + self._desk.theme.px(28))
        self.update()

    def _grid(self) -> QRectF:
        below = self._desk.theme.px(16)
        above = self._desk.theme.px(10)
        return QRectF(0, above, self.width(), self.height() - above - below)

    def _at(self, where: QPointF) -> Selection | None:
        plan, grid = self._plan, self._grid()
        if plan is None or not grid.contains(where):
            return None
        cell = int((where.x() - grid.left()) / grid.width() * plan.block.bays)
        even = 2 * min(max(cell + 1, 1), max(plan.block.bays - 1, 1))
        return Selection("bay", f"{plan.block.id}-{even:02d}")

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        plan = self._plan
        if plan is None:
            return
        painter, theme, grid = QPainter(self), self._desk.theme, self._grid()
        bays, rows = plan.high.shape
        wide, deep = grid.width() / bays, grid.height() / rows
        self._mix(painter, plan)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.fillRect(grid, theme.colour("panel"))
        used = np.argwhere(plan.top >= 0)
        tops = plan.top[used[:, 0], used[:, 1]]
        strength = 0.32 + 0.68 * plan.high[used[:, 0], used[:, 1]] / max(plan.block.tiers, 1)
        names = self._desk.twin.containers.number
        risky = self._risky()
        marked = []
        for (cell, row), colour, share, top in zip(
            used.tolist(), self._colours(tops), strength.tolist(), tops.tolist(), strict=True
        ):
            colour.setAlphaF(min(share, 1.0))
            box = QRectF(grid.left() + cell * wide + 0.5, grid.top() + row * deep + 0.5, wide - 1.0, deep - 1.0)
            painter.fillRect(box, colour)
            if names[top] in risky:
                marked.append(box)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour("alarm"), 1.6))
        painter.drawRects(marked)
        first, last = (self._bay - 1) // 2 if self._bay % 2 else self._bay // 2 - 1, self._bay // 2
        painter.setPen(QPen(theme.colour("accent_text"), 1.6))
        painter.drawRect(QRectF(grid.left() + first * wide, grid.top() - 1.5,
                                (last - first + 1 if self._bay % 2 == 0 else 1) * wide, grid.height() + 3.0))
        painter.setPen(theme.colour("dim"))
        painter.setFont(theme.font(10))
        for bay in range(1, 2 * bays, 10):
            painter.drawText(QRectF(grid.left() + (bay // 2) * wide, grid.bottom() + 2, theme.px(40), theme.px(14)),
                             Qt.AlignmentFlag.AlignLeft, f"{bay:02d}")

    def _mix(self, painter: QPainter, plan: BlockPlan) -> None:
        """A bar of the legal states in the block."""
        total, left = max(int(plan.states.sum()), 1), 0.0
        for state in np.flatnonzero(plan.states).tolist():
            wide = self.width() * int(plan.states[state]) / total
            painter.fillRect(QRectF(left, 0, max(wide - 1.0, 0.5), self._desk.theme.px(4)),
                             QColor(*LEGAL_STATE_TABLE[state].tolist()))
            left += wide


class _Side(_Picture):
    """Tiers upwards, rows across; a click selects the container, or the empty slot."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._bay: BayView | None = None

    def show_bay(self, bay: BayView) -> None:
        self._bay = bay
        theme = self._desk.theme
        side = min(theme.px(_BAY_SIDE), theme.px(260) // max(bay.block.rows, 1))
        self.setFixedSize(side * bay.block.rows + theme.px(18), side * bay.block.tiers + theme.px(18))
        self.update()

    def _grid(self) -> QRectF:
        edge = self._desk.theme.px(16)
        return QRectF(edge, 0, self.width() - edge - 2, self.height() - edge)

    def _box(self, row: int, tier: int, part: int) -> QRectF:
        assert self._bay is not None  # noqa: S101 - asked only while a bay is shown
        grid, block = self._grid(), self._bay.block
        wide, high = grid.width() / block.rows, grid.height() / block.tiers
        left = grid.left() + (row - 1) * wide + (0.5 * wide if part > 0 else 0.0)
        return QRectF(left + 1, grid.bottom() - tier * high + 1, (0.5 * wide if part else wide) - 2, high - 2)

    def _at(self, where: QPointF) -> Selection | None:
        bay, grid = self._bay, self._grid()
        if bay is None or not grid.contains(where):
            return None
        for at in range(len(bay.rows)):  # the boxes of one bay
            if self._box(int(bay.row[at]), int(bay.tier[at]), int(bay.part[at])).contains(where):
                return Selection("container", str(self._desk.twin.containers.number[bay.rows[at]]))
        row = int((where.x() - grid.left()) / grid.width() * bay.block.rows) + 1
        tier = int((grid.bottom() - where.y()) / grid.height() * bay.block.tiers) + 1
        return Selection("slot", f"{bay.block.id}-{bay.bay:02d}-{row:02d}-{tier}")

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        bay = self._bay
        if bay is None:
            return
        painter, theme, grid = QPainter(self), self._desk.theme, self._grid()
        painter.setFont(theme.font(10))
        painter.setPen(theme.colour("dim"))
        for row in range(1, bay.block.rows + 1):
            box = self._box(row, 1, 0)
            painter.drawText(QRectF(box.left(), grid.bottom() + 1, box.width(), theme.px(14)),
                             Qt.AlignmentFlag.AlignCenter, f"{row:02d}")
        for tier in range(1, bay.block.tiers + 1):
            box = self._box(1, tier, 0)
            painter.drawText(QRectF(0, box.top(), grid.left() - 3, box.height()),
                             Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(tier))
            painter.fillRect(QRectF(grid.left(), box.top() - 1, grid.width(), box.height() + 2), theme.colour("panel"))
        selection = self._desk.layers.selection
        risky, numbers = self._risky(), self._desk.twin.containers.number
        for at, colour in enumerate(self._colours(bay.rows)):
            box, name = self._box(int(bay.row[at]), int(bay.tier[at]), int(bay.part[at])), numbers[bay.rows[at]]
            painter.fillRect(box, colour)
            for chosen, tone in ((selection.hover, "text"), (selection.current, "accent_text")):
                if chosen is not None and chosen.kind == "container" and chosen.id == name:
                    painter.setPen(QPen(theme.colour(tone), 2.4))
                    painter.drawRect(box)
            if name in risky:
                painter.setPen(QPen(theme.colour("alarm"), 2.4))
                painter.drawRect(box.adjusted(2, 2, -2, -2))
        if selection.current is not None and selection.current.kind == "slot":
            address = place_in_yard(selection.current, self._desk.index.layout, self._desk.twin.containers)
            if address is not None and address.row is not None and address.tier is not None:
                painter.setPen(QPen(theme.colour("accent_text"), 1.6, Qt.PenStyle.DashLine))
                painter.drawRect(self._box(address.row, address.tier, 0))
