"""Writes the table of acts and keys of both user guides from the desk's own acts: run it after adding or changing one.

    python docs/generate_keys.py [--check]

Between `<!-- keys -->` and `<!-- /keys -->` a guide belongs to this program; everything else is written by hand. With
--check nothing is written, and the exit code is 1 if something is out of date. No display is needed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

if TYPE_CHECKING:
    from panels.actions import Actions

BEGIN, END = "<!-- keys -->\n", "<!-- /keys -->\n"
HEADS = {"zh": ("键", "操作", "标识"), "en": ("key", "act", "id")}
GUIDES = {lang: HERE / f"user_guide.{lang}.md" for lang in HEADS}


def row(key: str, text: str, act_id: str) -> str:
    """A line of the table."""
    return f"| {f'`{key}`' if key else '-'} | {text} | {act_id} |"


def table(acts: Actions, lang: str) -> str:
    """All acts in their order, in the language they have at the moment."""
    rows = [f"| {' | '.join(HEADS[lang])} |", "|---|---|---|"]
    rows += [row(action.shortcut().toString(), action.text(), act_id) for act_id, action in acts]
    return "\n".join(rows) + "\n"


def guide(written: str, acts: Actions, lang: str) -> str:
    """A guide with its table brought up to date. Raises ValueError if it has no place for it."""
    head, begun, rest = written.partition(BEGIN)
    _, ended, tail = rest.partition(END)
    if not (begun and ended):
        raise ValueError(f"the guide in {lang!r} has no part between {BEGIN.strip()} and {END.strip()}")
    return f"{head}{BEGIN}{table(acts, lang)}{END}{tail}"


def main(arguments: list[str]) -> int:
    """Writes, or checks."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from panels.main_window import MainWindow
    from resources import locator
    from tests.core.timeline import Story
    from tests.panels.desk_maker import Office
    from twin.port_definition import load
    from twin.port_index import PortIndex

    application = QApplication.instance() or QApplication([])
    office = Office(application, Story(PortIndex(load(locator.port_definition()))), 0)
    window = MainWindow(office.desk)
    stale = []
    for lang, file in GUIDES.items():
        office.language.set(lang)
        window.retranslate()
        written = file.read_text("utf-8")
        fresh = guide(written, window.actions_by_id, lang)
        if fresh != written:
            stale.append(file)
            if "--check" not in arguments:
                file.write_text(fresh, "utf-8")
    window.close()
    for file in stale if "--check" in arguments else ():
        print(f"{file.name} is out of date: run python docs/generate_keys.py")  # noqa: T201
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
