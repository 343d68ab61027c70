"""Names over the port: what is at risk first, never over one another, hidden behind stacks, in the desk's language."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pytest

from layers.cutaway import Cutaway, CutMode
from layers.names import names_of
from layers.selection import Selection
from scene.camera import Pose
from scene.props.labels import MOST
from scene.scene import Scene
from tests.core.test_layers_warnings import warning
from tests.harbour import NOW, Harbour
from tests.harbour import layout as trial_layout
from twin.port_layout import PortLayout


def boxes(scene: Scene) -> dict[str, tuple[float, float, float, float]]:
    """What each shown name covers, as VTK drew it: left, low, right, high."""
    found = {}
    for label in scene.labels.shown:
        actor = scene.labels.text_of(label)
        size = [0.0, 0.0]
        actor.GetSize(scene.renderer, size)
        x, y = actor.GetPosition()
        found[label.selection.id] = (x - size[0] / 2, y, x + size[0] / 2, y + size[1])
    return found


def words(scene: Scene) -> set[str]:
    return {scene.labels.text_of(label).GetInput().strip() for label in scene.labels.shown}


def assert_apart(scene: Scene, view: str) -> None:
    shown = boxes(scene)
    assert len(shown) <= MOST
    for (first, a), (second, b) in combinations(shown.items(), 2):
        apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
        assert apart, f"{first} and {second} in {view}"


def test_every_block_berth_and_gate_has_a_name(jiangyin: PortLayout) -> None:
    named = {(label.selection.kind, label.selection.id) for label in names_of(jiangyin)}
    assert {("block", b.id) for b in jiangyin.blocks} <= named
    assert {("berth", b.id) for b in jiangyin.berths} <= named
    assert {("gate", g.id) for g in jiangyin.gates} <= named


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_names_never_lie_over_one_another(port: tuple[Scene, Harbour], ratio: float) -> None:
    from scene import offscreen

    scene, harbour = port
    scene.labels.set_pixel_ratio(ratio)
    for view in harbour.layout.viewpoints:
        scene.camera.go(view.id, at_once=True)
        window = offscreen.open_window(scene, (round(1280 * ratio), round(720 * ratio)))
        window.Render()
        assert_apart(scene, view.id)
        offscreen.close_window(scene, window)
    scene.labels.set_pixel_ratio(1.0)


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
    gate = harbour.layout.gates[0].name
    assert gate.zh in words(scene)
    scene.set_language("en")
    assert gate.en in words(scene)
    scene.set_language("zh")
    assert gate.zh in words(scene)


def test_names_keep_their_size_on_a_finer_screen(port: tuple[Scene, Harbour]) -> None:
    scene, harbour = port
    scene.camera.set_size(1280, 720)
    scene.camera.go("gate", at_once=True)
    scene.look()
    gate = next(label for label in scene.labels.shown if label.selection.id == harbour.layout.gates[0].id)
    one = scene.labels.text_of(gate).GetTextProperty().GetFontSize()
    scene.labels.set_pixel_ratio(2.0)
    scene.labels.arrange(scene.camera)
    two = scene.labels.text_of(gate).GetTextProperty().GetFontSize()
    scene.labels.set_pixel_ratio(1.0)
    assert two == 2 * one


def test_letters_stand_on_whole_pixels(port: tuple[Scene, Harbour]) -> None:
    scene, _ = port
    scene.camera.set_size(1280, 720)
    scene.camera.go("quay", at_once=True)
    scene.look()
    for label in scene.labels.shown:
        x, y = scene.labels.text_of(label).GetPosition()
        assert (x, y) == (round(x), round(y))


class Yard:
    """Four blocks; the camera stands low before the southern two and looks north over them."""

    def __init__(self) -> None:
        self.harbour = Harbour(trial_layout(columns=2, lines=4))
        self.scene = Scene(self.harbour.index, self.harbour.layers)
        self.scene.camera.set_size(1280, 720)

    def names(self) -> list[str]:
        self.scene.sync(self.harbour.now)
        return [label.selection.id for label in self.scene.labels.shown]


@pytest.fixture
def yard() -> Iterator[Yard]:
    made = Yard()
    yield made
    made.scene.close()


def test_a_truck_behind_a_stack_has_no_name_until_one_looks_over_it(yard: Yard) -> None:
    harbour = yard.harbour
    slots = [(bay, row, tier) for bay in range(2, 41, 4) for row in (1, 6) for tier in range(1, 6)]
    rows = [harbour.stand(f"TCLU{k:07d}", 0, *slot) for k, slot in enumerate(slots)]
    harbour.step(containers=rows)
    block = harbour.layout.blocks[0]
    middle = np.mean(block.outline, axis=0)
    truck = harbour.drive("闽A88", float(middle[0]), float(middle[1]) + 15.0, 90.0)
    harbour.step(movers=[truck])
    low = Pose((float(middle[0]), float(middle[1]) + 15.0, 1.0), 180.0, 4.0, 60.0)
    yard.scene.camera.move_to(low, at_once=True)
    assert "闽A88" not in yard.names()
    yard.scene.camera.move_to(Pose(low.target, 180.0, 70.0, 60.0), at_once=True)
    assert "闽A88" in yard.names()
    yard.scene.camera.move_to(low, at_once=True)
    harbour.layers.containers.set_cutaway(Cutaway(block.id, CutMode.XRAY, 2))
    assert "闽A88" in yard.names(), "one sees through the block under X-ray"


def test_what_is_at_risk_is_named_first_and_in_the_colour_of_its_severity(yard: Yard) -> None:
    harbour = yard.harbour
    row = harbour.stand("TCLU0000001", 3, 2, 3, 1)
    harbour.step(containers=[row])
    middle = np.mean([np.mean(b.outline, axis=0) for b in harbour.layout.blocks], axis=0)
    yard.scene.camera.move_to(Pose((float(middle[0]), float(middle[1]), 0.0), 180.0, 60.0, 700.0), at_once=True)
    calm = yard.names()
    assert "TCLU0000001" not in calm
    harbour.step(warnings=(warning("W1", "container", "TCLU0000001"),))
    names = yard.names()
    assert set(names[:2]) == {"TCLU0000001", harbour.layout.blocks[3].id}
    label = yard.scene.labels.shown[0]
    red, green, _ = yard.scene.labels.text_of(label).GetTextProperty().GetColor()
    assert red > 0.9
    assert green < 0.5
    assert_apart_of(yard.scene)


def assert_apart_of(scene: Scene) -> None:
    from scene import offscreen

    window = offscreen.open_window(scene, (1280, 720))
    window.Render()
    assert_apart(scene, "the yard")
    offscreen.close_window(scene, window)


def test_a_crowd_of_trucks_does_not_leave_actors_behind(yard: Yard) -> None:
    harbour = yard.harbour
    trucks = [harbour.drive(f"闽B{k:04d}", -600.0 + 2.0 * k, 60.0 + (k % 5) * 4.0, 90.0) for k in range(330)]
    harbour.step(movers=trucks)
    for k in range(0, 330, 6):
        yard.scene.camera.move_to(Pose((-600.0 + 2.0 * k, 68.0, 0.0), 180.0, 55.0, 60.0), at_once=True)
        assert any(name.startswith("闽B") for name in yard.names())
    assert len(yard.scene.labels.actors) <= 260


def test_a_moored_ship_is_named(yard: Yard) -> None:
    harbour = yard.harbour
    mover = harbour.moor("COSCO FUZHOU", -150.0, -25.0, 270.0)
    harbour.step(movers=[mover], vessels=[0])
    yard.scene.camera.move_to(Pose((-150.0, 0.0, 0.0), 180.0, 40.0, 500.0), at_once=True)
    assert "COSCO FUZHOU" in yard.names()


def test_what_belongs_together_is_named_from_afar_and_once(port: tuple[Scene, Harbour]) -> None:
    scene, harbour = port
    scene.camera.set_size(1280, 720)
    box = "TCLU0000001"
    harbour.step(containers=[harbour.stand(box, 0, 2, 1, 1)])
    place = harbour.layers.place_of(Selection("container", box))
    assert place is not None
    scene.camera.move_to(Pose(place.middle, 200.0, 35.0, 2600.0), at_once=True)
    scene.sync(NOW)
    assert box not in words(scene)
    harbour.layers.selection.mark((Selection("container", box),))
    scene.sync(NOW)
    assert box in words(scene)
    assert [label.selection.id for label in scene.labels.labels].count(box) == 1
    harbour.layers.selection.mark(())
    scene.sync(NOW)
    assert box not in words(scene)
