"""What a person keeps and takes along: viewpoints and pins, pictures and clips with time and place burnt in."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QInputDialog

from data_sources.pictures import Clip, PictureError, file_name, stamped, words_of, write_picture
from layers.heat import HeatMode
from layers.notebook import Notebook, NotebookError, OwnView, from_text, to_text
from layers.pins import Pin
from layers.selection import Selection
from layers.tools import Tool
from layers.view import TakePose
from panels.picture_export import PictureExport
from tests.core.timeline import Story, at

POSE = TakePose((12.0, 34.0, 0.0), 200.0, 30.0, 450.0)


def _desk(office, open_window):
    desk = office(Story(), at("8:10"))
    return desk, open_window(desk)


# Viewpoints and pins -------------------------------------------------------------------------------------------------


def test_a_view_kept_under_a_name_is_there_after_a_restart(office, open_window):
    desk, window = _desk(office, open_window)
    desk.layers.view.pose = POSE
    window.scene_acts.own.add_view("三号卡口早高峰")
    _, later = _desk(office, open_window)
    assert later.scene_acts.own.notebook.views == (OwnView("三号卡口早高峰", POSE),)


def test_going_to_an_own_view_asks_the_camera_for_its_pose(office, open_window):
    desk, window = _desk(office, open_window)
    desk.layers.view.pose = POSE
    window.scene_acts.own.add_view("gate")
    window.scene_acts.own.go("view", "gate")
    assert desk.layers.view.command == POSE


def test_a_pin_is_asked_for_its_words_where_one_clicked(office, open_window, monkeypatch):
    desk, window = _desk(office, open_window)
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("铅封复查", True))
    window.actions_by_id["tool.pin"].trigger()
    assert desk.layers.tools.tool is Tool.PIN
    desk.layers.tools.touch((5.0, 6.0, 0.0))
    window.heartbeat.step()
    desk.layers.advance(desk.now)
    (pin,) = desk.layers.pins.shown
    assert (pin.text, pin.x, pin.y, pin.from_ms, pin.by) == ("铅封复查", 5.0, 6.0, desk.now, "张")


def test_a_pin_taken_out_still_stands_in_its_past(office, open_window):
    desk, window = _desk(office, open_window)
    own = window.scene_acts.own
    own.add_pin("改道", (1.0, 2.0, 0.0))
    set_at = desk.now
    desk.now += 60_000
    own.remove("pin", own.notebook.pins[0].id)
    desk.layers.pins.advance(desk.now)
    assert desk.layers.pins.shown == ()
    desk.layers.pins.advance(set_at + 30_000)
    assert [pin.text for pin in desk.layers.pins.shown] == ["改道"]


def test_places_travel_to_a_colleague_as_text(office, open_window):
    desk, window = _desk(office, open_window)
    desk.layers.view.pose = POSE
    window.scene_acts.own.add_view("quay")
    window.actions_by_id["own.copy"].trigger()
    text = QGuiApplication.clipboard().text()
    window.scene_acts.own.remove("view", "quay")
    assert window.scene_acts.own.notebook.views == ()
    QGuiApplication.clipboard().setText(text)
    window.actions_by_id["own.paste"].trigger()
    assert [view.name for view in window.scene_acts.own.notebook.views] == ["quay"]
    QGuiApplication.clipboard().setText("hello")
    window.actions_by_id["own.paste"].trigger()
    assert [view.name for view in window.scene_acts.own.notebook.views] == ["quay"]
    assert "no text of places" in window.scene._toast.text()


names = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=40)
numbers = st.floats(-1e6, 1e6)


@given(st.lists(st.builds(OwnView, names, st.builds(
    TakePose, st.tuples(numbers, numbers, numbers), numbers, numbers, numbers)), max_size=4),
    st.lists(st.builds(Pin, names, names, numbers, numbers, numbers, st.integers(0, 2**52),
                       st.none() | st.integers(0, 2**52), names), max_size=4))
def test_a_notebook_comes_back_from_its_text(views, pins):
    notebook = Notebook("CNJGY", tuple(views), tuple(pins))
    assert from_text(to_text(notebook)) == notebook


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
                        st.sampled_from(["views", "pins", "pose", "target", "name", "x", "port"]), inner, max_size=4)))
def test_whatever_is_pasted_only_the_one_error_is_raised(value):
    for text in (json.dumps(value), json.dumps({"format": "jiangyin-places/1", "port": "CNJGY", "views": value})):
        with contextlib.suppress(NotebookError):
            assert from_text(text).port == "CNJGY"


def test_places_of_another_port_are_refused():
    with pytest.raises(NotebookError, match="belong to port FIXAL"):
        Notebook("CNJGY").joined(Notebook("FIXAL"))


# Overlays from the keyboard -------------------------------------------------------------------------------------------


def test_one_key_goes_through_the_heat_maps_and_their_key_says_which(office, open_window):
    desk, window = _desk(office, open_window)
    titles = []
    for _ in range(5):
        window.actions_by_id["heat.next"].trigger()
        window.heartbeat.step()
        card = window.scene.heat_card
        titles.append(card._title.text() if card is not None and card.isVisible() else None)
    assert titles == ["热力：在场时间", "热力：风险", "热力：定位盲区", "热力：车流", None]
    window.actions_by_id["heat.risk"].trigger()
    assert desk.layers.heat.mode is HeatMode.RISK
    window.actions_by_id["heat.risk"].trigger()
    assert desk.layers.heat.mode is None


def test_trails_are_a_layer_like_any_other(office, open_window):
    desk, window = _desk(office, open_window)
    assert not desk.layers.trails.visible
    window.actions_by_id["layer.trails"].trigger()
    assert desk.layers.trails.visible


# Pictures and clips --------------------------------------------------------------------------------------------------


def test_a_saved_picture_says_where_and_when(office, open_window, tmp_path):
    desk, window = _desk(office, open_window)
    desk.layers.selection.select(Selection("block", "F1"))
    said = []
    pictures = PictureExport(desk.desk, window.scene, tmp_path)
    pictures.said.connect(said.append)
    file = pictures.save_picture()
    assert file is not None
    assert file.name == "20261121-081000_F1.png"
    assert str(file) in said[0]
    assert Image.open(file).size == (window.scene.width(), window.scene.height())


def test_a_clip_is_filmed_written_beside_the_window_and_plays(office, open_window, qtbot, tmp_path):
    _, window = _desk(office, open_window)
    pictures = PictureExport(window.scene._desk, window.scene, tmp_path)
    said = []
    pictures.said.connect(said.append)
    pictures.toggle_clip()
    assert pictures.filming
    pictures._timer.stop()
    for _ in range(3):
        pictures._take_frame()
    pictures.toggle_clip()
    qtbot.waitUntil(lambda: len(said) == 2)
    pictures.finish()
    (file,) = tmp_path.glob("*.webp")
    with Image.open(file) as clip:
        assert clip.format == "WEBP"
        assert clip.n_frames >= 1
    assert str(file) in said[1]


def test_the_picture_keeps_its_size_and_only_its_lower_edge_is_written_on():
    pixels = np.full((540, 960, 3), 120, dtype=np.uint8)
    made = np.asarray(stamped(pixels, ("江阴港 › C3", "2026-11-21 08:10:00 UTC+08:00")))
    assert made.shape == pixels.shape
    assert (made[:500] == 120).all()
    strip = made[525:535].astype(int)
    assert strip.max() > 200, "light letters"
    assert strip.min() < 60, "on a dark strip"
    short = np.asarray(stamped(pixels[:, :200], ("江阴港 › " + "很长" * 60, "2026-11-21 08:10:00 UTC+08:00")))
    assert short.shape == (540, 200, 3)


def test_time_is_that_of_the_port_and_a_schematic_layout_says_so():
    assert words_of("江阴港", at("8:10:05"), "Asia/Shanghai") == ("江阴港", "2026-11-21 08:10:05 UTC+08:00")
    assert words_of("A", at("8:10:05"), "Europe/Mariehamn", surveyed=False) == (
        "A  ·  示意 schematic", "2026-11-21 02:10:05 UTC+02:00")
    assert file_name("江阴港 › C3/12", at("8:10"), "Asia/Shanghai", ".png") == "20261121-081000_江阴港---C3-12.png"


def test_frames_of_a_clip_follow_one_another_and_wide_ones_shrink(tmp_path: Path):
    clip = Clip()
    for shade in (20, 120, 220):
        clip.add(np.full((900, 1600, 3), shade, dtype=np.uint8), ("江阴港", "08:10"))
    assert len(clip) == 3
    clip.write(tmp_path / "clip.webp")
    with Image.open(tmp_path / "clip.webp") as film:
        assert (film.size, film.n_frames) == ((1280, 720), 3)
        tones = []
        for frame in range(3):
            film.seek(frame)
            tones.append(np.asarray(film.convert("RGB"))[100, 100, 0])
    assert tones == sorted(tones)
    assert tones[2] - tones[0] > 150


def test_what_cannot_be_written_is_told_in_one_sentence(tmp_path: Path):
    with pytest.raises(PictureError, match="cannot be written"):
        write_picture(np.zeros((8, 8, 3), dtype=np.uint8), ("a", "b"), tmp_path / "none" / "p.png")
    with pytest.raises(PictureError, match="holds no frame"):
        Clip().write(tmp_path / "c.webp")
