"""The listed warnings as a Qt model over columns: nothing is built but what is looked at."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from panels.desk import Desk
from panels.warning_columns import Flood, Sieve, WarningColumns
from panels.warning_words import explanation, rule_name, subject_text, words_to_find
from twin.warnings import RiskWarning

WARNING = Qt.ItemDataRole.UserRole + 1
FLOOD = Qt.ItemDataRole.UserRole + 2
UNFOLDED = Qt.ItemDataRole.UserRole + 3
Index = QModelIndex | QPersistentModelIndex


class WarningModel(QAbstractListModel):
    """The warnings that pass the sieve, in its order, floods folded into a line each."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.columns = WarningColumns(lambda warning: words_to_find(desk.index.layout, warning))
        self.sieve = Sieve()
        self._rows = np.empty(0, dtype=np.int64)
        self._floods: dict[int, Flood] = {}
        self._unfolded: set[int] = set()

    def refresh(self, *, anew: bool = False) -> list[RiskWarning]:
        """Takes in what changed in the twin's book; `anew`: lists again though nothing did. The warnings changed."""
        changed = self.columns.refresh(self._desk.twin.warnings)
        if not changed and not anew:
            return []
        found = self.columns.rows(self.sieve, self._desk.operator)
        rows, floods = self.columns.folded(found, self._unfolded)
        if np.array_equal(rows, self._rows):
            self._floods = floods
            touched = np.flatnonzero(np.isin(rows, changed) | (rows < 0))
            if len(touched):
                self.dataChanged.emit(self.index(int(touched[0])), self.index(int(touched[-1])))
        else:
            self.beginResetModel()
            self._rows, self._floods = rows, floods
            self.endResetModel()
        return [self.columns.warnings[row] for row in changed]

    def fold(self, flood: int) -> None:
        """Unfolds a flood or folds it again."""
        self._unfolded ^= {flood}
        self.refresh(anew=True)

    def unfold_for(self, warning_id: str) -> None:
        """Unfolds the flood that hides a warning, if one does."""
        row = self.columns.row_of(warning_id)
        hidden = (flood.number for flood in self._floods.values() if row in flood.rows)
        number = next(hidden, None)
        if number is not None and number not in self._unfolded:
            self.fold(number)

    def row_of(self, warning_id: str) -> int:
        """The line of a warning, -1 when it is not listed."""
        row = self.columns.row_of(warning_id)
        places = np.flatnonzero(self._rows == row) if row >= 0 else ()
        return int(places[0]) if len(places) else -1

    def keys(self, lines: list[int]) -> list[int]:
        """What lines show: rows of warnings, floods below 0; good until the columns' epoch."""
        return self._rows[lines].tolist()

    def lines_of(self, keys: list[int]) -> np.ndarray:
        """The lines that show these keys, in order. Shape (N,)."""
        return np.flatnonzero(np.isin(self._rows, keys))

    def first_warning(self) -> int:
        """The first line that is a warning and no flood, -1 without one."""
        places = np.flatnonzero(self._rows >= 0)
        return int(places[0]) if len(places) else -1

    def shown(self) -> int:
        """How many warnings pass the sieve, those in folded floods too."""
        folded = sum(len(flood.rows) for number, flood in self._floods.items() if number not in self._unfolded)
        return int((self._rows >= 0).sum()) + folded

    def of_flood(self, flood: Flood) -> list[RiskWarning]:
        """The warnings of a flood's line."""
        return [self.columns.warnings[row] for row in flood.rows.tolist()]

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802, D102 - Qt's name
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: D102
        row = int(self._rows[index.row()])
        flood = self._floods.get(-1 - row) if row < 0 else None
        if role == WARNING:
            return self.columns.warnings[row] if row >= 0 else None
        if role == FLOOD:
            return flood
        if role == UNFOLDED:
            return flood is not None and flood.number in self._unfolded
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        if flood is not None:
            return f"{self.tr('Flood')} {len(flood.rows)} {self.rules_of(flood)}"
        warning = self.columns.warnings[row]
        return f"{rule_name(self._desk, warning)} {subject_text(warning)} {explanation(self._desk, warning)}"

    def rules_of(self, flood: Flood) -> str:
        """What a flood is made of: its rules, the most frequent first."""
        warnings = self.of_flood(flood)
        counts = Counter(warning.rule for warning in warnings)
        first = {warning.rule: warning for warning in reversed(warnings)}
        return " · ".join(f"{rule_name(self._desk, first[rule])} {count}" for rule, count in counts.most_common(3))
