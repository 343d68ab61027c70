"""The shift board: what it says, and that it can be printed."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtGui import QTextDocument

from panels.reports import PAPER, Report
from panels.shift_board import ShiftBoard, shift_begin
from tests.core.timeline import Story, at
from twin.hygiene import Precision, hygiene


def _removal() -> Story:
    story = Story()
    story.container("8:00")
    story.stands("8:00", "F1-01-01-1")
    story.vehicle("8:00")
    story.fix("8:14:58", 40.0, 20.0)
    story.lifted_for_exit("8:15")
    return story


def _watch(office, open_window):
    desk = office(_removal(), at("8:15:01"))
    window = open_window(desk)
    desk.tell()
    window.heartbeat.step()
    desk.now = at("8:20:01")
    window.heartbeat.step()
    return desk, window


def test_the_board_says_how_the_shift_goes(office, open_window, qtbot, tmp_path):
    desk, window = _watch(office, open_window)
    board = ShiftBoard(desk.desk, window)
    qtbot.addWidget(board)
    said = board.text()
    assert "值班情况" in said
    assert "R01 擅自提离" in said
    assert "MSKU 000001" in said
    assert "未确认" in said
    board.write_note("3 号岸桥检修至 18:00")
    file = tmp_path / "shift.pdf"
    assert board.save_to(file)
    assert file.read_bytes().startswith(b"%PDF")
    assert file.stat().st_size > 5_000
    assert not board.save_to(tmp_path / "nowhere" / "shift.pdf")


def test_what_random_looks_found_stands_beside_each_rules_precision(office, open_window):
    desk, _window = _watch(office, open_window)
    figures = replace(
        hygiene(desk.twin.warnings.all(), at("8:00"), desk.now + 1),
        precision={"R03": Precision(9, 1), "R06": Precision(1, 19), "R08": Precision(3, 1)},
        controls={"R03": Precision(3, 97), "R06": Precision(5, 95), "R07": Precision(0, 12)})

    def said() -> dict[str, str]:
        page = QTextDocument()
        page.setHtml(Report(desk.desk, PAPER).shift(figures))
        lines = page.toPlainText().splitlines()
        return {"all": page.toPlainText(), **{
            line[:3]: " | ".join(lines[n + 1:n + 4]) for n, line in enumerate(lines) if line[:1] == "R"}}

    assert said()["R03"] == "90% (9 属实, 1 误报) | 3.0% (3 / 100) | ×30"
    assert said()["R06"] == "5% (1 属实, 19 误报) | 5.0% (5 / 100) | ▼ 不优于随机抽查"
    assert said()["R07"] == "- | 0.0% (0 / 12) | -"
    assert said()["R08"] == "75% (3 属实, 1 误报) | - | -"
    assert "碰运气的水平" in said()["all"]
    desk.language.set("en")
    assert "what it finds is what chance finds" in said()["all"]
    figures = replace(figures, controls={})
    assert "No random control" in said()["all"]


def test_header_and_board_say_which_settings_of_the_rules_differ(office, open_window, qtbot):
    desk = office(_removal(), at("8:15:01"), "zh", {"R01": {"critical_eta_s": 240.0}, "R03": {"interval_s": 60.0}})
    window = open_window(desk)
    board = ShiftBoard(desk.desk, window)
    qtbot.addWidget(board)
    assert window.header._settings.isVisible()
    assert "1" in window.header._settings.text()
    assert window.header._settings.toolTip() == "R01 critical_eta_s 120 → 240 s"
    assert "critical_eta_s 120 → 240 s" in board.text()
    assert "interval_s" not in board.text()
    as_shipped = open_window(office(_removal(), at("8:15:01")))
    assert not as_shipped.header._settings.isVisible()
    assert "出厂" not in ShiftBoard(as_shipped.desk, as_shipped).text()


def test_shifts_begin_at_midnight_eight_and_four():
    assert shift_begin(at("8:00")) == shift_begin(at("15:59:59")) == at("8:00")
    assert shift_begin(at("16:00")) == at("16:00")
    assert shift_begin(at("7:59")) == at("0:00")
