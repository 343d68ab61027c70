"""The port as a tree: zones, then blocks, with open warnings and fill; the same selection as the 3D view."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QModelIndex, QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem, QTreeView, QWidget

from layers.levels import block_of
from layers.selection import Selection
from panels.desk import Desk
from panels.vocabulary import BLOCK_KINDS, look_up

_KIND = Qt.ItemDataRole.UserRole + 1
_ID = Qt.ItemDataRole.UserRole + 2
_WARNINGS = Qt.ItemDataRole.UserRole + 3
_FILL = Qt.ItemDataRole.UserRole + 4


class ZoneTree(QTreeView):
    """A click selects, a double click flies there."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._items: dict[tuple[str, str], QStandardItem] = {}
        self._seen_selection = -1
        self.setHeaderHidden(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setIndentation(desk.theme.px(16))
        self.setUniformRowHeights(True)
        self.setItemDelegate(_ZoneDelegate(desk, self))
        self._model = QStandardItemModel(self)
        self._build()
        self.setModel(self._model)
        self.expandToDepth(1)
        self.clicked.connect(self._select)
        self.doubleClicked.connect(self._fly)

    def _build(self) -> None:
        layout = self._desk.index.layout
        waiting = list(layout.zones)
        while waiting:
            left = []
            for zone in waiting:
                parent = self._items.get(("zone", zone.parent)) if zone.parent else self._model.invisibleRootItem()
                if parent is None:
                    left.append(zone)
                    continue
                parent.appendRow(self._item("zone", zone.id))
            if len(left) == len(waiting):
                break
            waiting = left
        for block in layout.blocks:
            parent = self._items.get(("zone", block.zone), self._model.invisibleRootItem())
            parent.appendRow(self._item("block", block.id))
        self.retranslate()

    def _item(self, kind: str, identity: str) -> QStandardItem:
        item = QStandardItem()
        item.setData(kind, _KIND)
        item.setData(identity, _ID)
        item.setData(0, _WARNINGS)
        self._items[kind, identity] = item
        return item

    def show_state(self) -> None:
        """Fill of every block, open warnings of every zone and its parents; follows the selection."""
        self._show_fill()
        self._show_warnings()
        self._follow_selection()

    def _show_fill(self) -> None:
        containers, layout = self._desk.twin.containers, self._desk.index.layout
        standing = containers.block[(containers.block >= 0) & containers.present]
        boxes = np.bincount(standing, minlength=len(layout.blocks))
        for number, block in enumerate(layout.blocks):
            # an average box of a mixed yard takes 1.6 twenty-foot slots
            fill = min(1.0, boxes[number] * 1.6 / max(1, block.bays * block.rows * block.tiers))
            text = f"{fill:.0%}" if boxes[number] else ""
            item = self._items["block", block.id]
            if item.data(_FILL) != text:
                item.setData(text, _FILL)

    def _show_warnings(self) -> None:
        parents = {zone.id: zone.parent for zone in self._desk.index.layout.zones}
        counts = dict.fromkeys(parents, 0)
        for warning in self._desk.twin.warnings.open():
            zone = warning.zone
            while zone in counts:
                counts[zone] += 1
                zone = parents[zone]
        for identity, count in counts.items():
            item = self._items.get(("zone", identity))
            if item is not None and item.data(_WARNINGS) != count:
                item.setData(count, _WARNINGS)

    def _follow_selection(self) -> None:
        selection = self._desk.layers.selection
        if selection.revision == self._seen_selection:
            return
        self._seen_selection = selection.revision
        current = selection.current
        item = self._items.get((current.kind, current.id)) if current else None
        if item is None and current is not None:  # a bay, slot or container: the block it belongs to
            block = block_of(current, self._desk.index.layout, self._desk.twin.containers)
            item = self._items.get(("block", block)) if block is not None else None
        if item is None:
            self.clearSelection()
        else:
            self.setCurrentIndex(item.index())

    def _select(self, index: QModelIndex) -> None:
        self._desk.layers.selection.select(Selection(index.data(_KIND), index.data(_ID)))

    def _fly(self, index: QModelIndex) -> None:
        self._desk.layers.view.fly_to(Selection(index.data(_KIND), index.data(_ID)))

    def retranslate(self) -> None:
        """Names in the language of the screen."""
        language = self._desk.language
        for zone in self._desk.index.layout.zones:
            if ("zone", zone.id) in self._items:
                self._items["zone", zone.id].setText(language.of(zone.name))
        for block in self._desk.index.layout.blocks:
            item = self._items["block", block.id]
            item.setText(block.id)
            item.setToolTip(language.of(look_up(BLOCK_KINDS, block.kind.value)))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


class _ZoneDelegate(QStyledItemDelegate):
    """Paints the badge of open warnings or the fill at the right edge."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = desk.theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        theme, count, fill = self._theme, index.data(_WARNINGS), index.data(_FILL)
        beside = QStyleOptionViewItem(option)
        number = f"{count:,}" if count else ""
        font = theme.font(11, bold=True)
        side = theme.px(18)
        wide = max(side, QFontMetrics(font).horizontalAdvance(number) + theme.px(10))
        if count or fill:  # long names end before the badge
            beside.rect.setRight(option.rect.right() - (wide + theme.px(12) if count else theme.px(42)))
        super().paint(painter, beside, index)
        if not count and not fill:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        right = option.rect.right() - theme.px(8)
        if count:
            badge = QRect(right - wide, option.rect.center().y() - side // 2, wide, side)
            colour = theme.colour("alarm")
            colour.setAlphaF(0.28)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawRoundedRect(badge, side / 2, side / 2)
            painter.setPen(theme.colour("alarm"))
            painter.setFont(font)
            painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, number)
            right -= wide + theme.px(6)
        if fill:
            painter.setPen(theme.colour("dim"))
            painter.setFont(theme.font(12))
            place = QRect(right - theme.px(60), option.rect.top(), theme.px(60), option.rect.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, fill)
        painter.restore()
