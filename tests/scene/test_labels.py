"""Names over the port: the important ones first, never over one another, in the language of the desk."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from scene.props.labels import MOST, labels_of
from scene.scene import Scene
from tests.harbour import NOW, Harbour
from twin.port_layout import PortLayout


def boxes(scene: Scene) -> dict[str, tuple[float, float, float, float]]:
    """What each shown name covers, as VTK drew it: left, low, right, high."""
    found = {}
    for label in scene.labels.shown:
        actor = scene.labels._texts[scene.labels.labels.index(label)]
        size = [0.0, 0.0]
        actor.GetSize(scene.renderer, size)
        x, y = actor.GetPosition()
        found[label.selection.id] = (x - size[0] / 2, y, x + size[0] / 2, y + size[1])
    return found


def test_every_block_berth_and_gate_has_a_name(jiangyin: PortLayout) -> None:
    named = {(label.selection.kind, label.selection.id) for label in labels_of(jiangyin)}
    assert {("block", b.id) for b in jiangyin.blocks} <= named
    assert {("berth", b.id) for b in jiangyin.berths} <= named
    assert {("gate", g.id) for g in jiangyin.gates} <= named


def test_names_never_lie_over_one_another(port: tuple[Scene, Harbour]) -> None:
    from scene import offscreen

    scene, harbour = port
    for view in harbour.layout.viewpoints:
        scene.camera.go(view.id, at_once=True)
        window = offscreen.open_window(scene, (1280, 720))
        window.Render()
        shown = boxes(scene)
        offscreen.close_window(scene, window)
        assert len(shown) <= MOST
        for (first, a), (second, b) in combinations(shown.items(), 2):
            apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
            assert apart, f"{first} and {second} in {view.id}"


def test_the_whole_port_names_gates_before_blocks(port: tuple[Scene, Harbour]) -> None:
    scene, _ = port
    scene.camera.set_size(1280, 720)
    scene.camera.go("top", at_once=True)
    scene.look()
    kinds = [label.selection.kind for label in scene.labels.shown]
    assert kinds[0] == "gate"
    assert "block" not in kinds, "from four kilometres up block names say nothing"


def test_close_up_the_blocks_in_sight_are_named(port: tuple[Scene, Harbour]) -> None:
    scene, harbour = port
    scene.camera.set_size(1280, 720)
    block = harbour.layout.blocks[10]
    scene.camera.fly_to((*np.mean(block.outline, axis=0), 0.0), 260.0, at_once=True)
    scene.look()
    assert block.id in [label.selection.id for label in scene.labels.shown]


def test_names_change_with_the_language(port: tuple[Scene, Harbour]) -> None:
    scene, harbour = port
    scene.camera.set_size(1280, 720)
    scene.camera.go("gate", at_once=True)
    scene.sync(NOW)

    def words() -> set[str]:
        texts, all_labels = scene.labels._texts, scene.labels.labels
        return {texts[all_labels.index(label)].GetInput().strip() for label in scene.labels.shown}

    gate = harbour.layout.gates[0].name
    assert gate.zh in words()
    scene.set_language("en")
    assert gate.en in words()
    scene.set_language("zh")
    assert gate.zh in words()


def test_names_keep_their_size_on_a_finer_screen(port: tuple[Scene, Harbour]) -> None:
    scene, _ = port
    scene.camera.set_size(1280, 720)
    scene.camera.go("gate", at_once=True)
    scene.look()
    one = next(iter(scene.labels._texts.values())).GetTextProperty().GetFontSize()
    scene.labels.set_pixel_ratio(2.0)
    scene.labels.arrange(scene.camera)
    two = next(iter(scene.labels._texts.values())).GetTextProperty().GetFontSize()
    scene.labels.set_pixel_ratio(1.0)
    assert two == 2 * one
