"""The view says how finely it is drawn; a person may choose, and may leave it to the machine again."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from panels.quality_button import AUTOMATIC, QualityButton
from tests.panels.desk_maker import QuietScene


def test_a_chosen_level_stands_until_it_is_left_to_the_machine_again(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    port = QuietScene(parent)
    button = QualityButton(port, parent)
    assert button.acts[AUTOMATIC].isChecked()
    assert "Plain" in button.text()

    button.acts["ultra"].trigger()
    assert port.level == "ultra"
    assert "Finest" in button.text()
    assert [name for name, act in button.acts.items() if act.isChecked()] == ["ultra"]

    button.acts[AUTOMATIC].trigger()
    assert port.level is None
    assert button.acts[AUTOMATIC].isChecked()


def test_the_button_follows_what_the_machine_chooses(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    port = QuietScene(parent)
    button = QualityButton(port, parent)
    assert not button.refresh()
    port.quality = lambda: ("standard", True)
    assert button.refresh()
    assert "Standard" in button.text()
