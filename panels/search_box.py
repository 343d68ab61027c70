"""Search with type-ahead over containers, movers, seals, blocks, declarations; Enter selects and flies there."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QStringListModel, Qt
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from layers.selection import Selection
from panels import formats
from panels.desk import Desk
from panels.vocabulary import ENTITY_KINDS, look_up
from twin.records import EntityKind

MOST = 12
_ENTITY_KINDS = tuple(EntityKind)


class SearchBox(QLineEdit):
    """Looks names up when a key is pressed, never on a timer."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._found: dict[str, Selection] = {}
        self._words = QStringListModel(self)
        completer = QCompleter(self._words, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.activated.connect(self._chosen)
        self.setCompleter(completer)
        self.textEdited.connect(self._look_up)
        self.returnPressed.connect(self._first)
        self.setClearButtonEnabled(True)
        self.retranslate()

    def _look_up(self, text: str) -> None:
        self._found = {self._line(found): found for found in find(self._desk, text)}
        self._words.setStringList(list(self._found))

    def _line(self, found: Selection) -> str:
        name = formats.container_number(found.id) if found.kind == "container" else found.id
        return f"{name}   {self._desk.language.of(look_up(ENTITY_KINDS, found.kind))}"

    def _chosen(self, line: str) -> None:
        found = self._found.get(line)
        if found is None:
            return
        self._desk.layers.selection.select(found)
        self._desk.layers.view.fly_to(found)

    def _first(self) -> None:
        self._look_up(self.text())
        if self._found:
            self._chosen(next(iter(self._found)))
        elif self.text().strip():
            self.setToolTip(self.tr("Nothing is called “%1”").replace("%1", self.text().strip()))
            self.setStyleSheet(f"border-color: {self._desk.theme.colours['alarm']};")
            return
        self.setStyleSheet("")
        self.setToolTip("")

    def retranslate(self) -> None:
        """The hint in the language of the screen."""
        self.setPlaceholderText(self.tr("Container, plate, seal, declaration …"))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


def find(desk: Desk, text: str) -> list[Selection]:
    """What bears `text` in its name: those that begin with it first, at most MOST. Spaces and dashes do not count."""
    wanted = _plain(text)
    if len(wanted) < 2:
        return []
    twin = desk.twin
    begins: list[Selection] = []
    contains: list[Selection] = []
    names: list[tuple[str, str]] = [("block", block.id) for block in desk.index.layout.blocks]
    names += [("container", number) for number in twin.containers.row_of]
    names += [(_ENTITY_KINDS[kind].value, name) for name, kind in zip(twin.movers.id, twin.movers.kind, strict=True)]
    names += [("seal", name) for name in twin.seals.row_of]
    for kind, name in names:
        plain = _plain(name)
        if plain.startswith(wanted):
            begins.append(Selection(kind, name))
            if len(begins) >= MOST:
                break
        elif wanted in plain and len(contains) < MOST:
            contains.append(Selection(kind, name))
    if not begins and not contains and wanted.isdigit():
        contains = [Selection("container", number) for number in twin.declarations.containers_of(wanted)]
    return (begins + contains)[:MOST]


def _plain(text: str) -> str:
    return text.replace(" ", "").replace("-", "").replace("·", "").casefold()
