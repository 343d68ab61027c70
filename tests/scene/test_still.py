"""What stands still is worked out once: kept on disk for the next start, made anew when the file is of no use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scene import materials
from scene import mesh as m
from scene.plan import Plan
from scene.still import Recipe, Still, Stock, still, tiles
from tests import harbour
from twin.port_layout import Building, BuildingKind, PortLayout

GREY = (100, 110, 120)


class Kitchen:
    """Recipes that count how often they are cooked."""

    def __init__(self) -> None:
        self.cooked = 0

    def _box(self, plan: Plan) -> m.Mesh:
        self.cooked += 1
        return m.merge([m.box((5, 1, 0), (9, 9, 4), GREY), m.box((80, 1, 0), (90, 9, len(plan.layout.blocks)), GREY)])

    def open(self, layout: PortLayout, folder: Path) -> tuple[list[Still], list[Still]]:
        later = {"trees": Recipe(self._box), "none": Recipe(_nothing)}
        stock = Stock(layout, {"walls": Recipe(self._box, 50.0)}, later, folder)
        try:
            assert stock.later("none").result(10) == []
            return stock.at_once("walls"), stock.later("trees").result(10)
        finally:
            stock.close()


def _nothing(_: Plan) -> m.Mesh:
    return m.empty()


def same(a: list[Still], b: list[Still]) -> bool:
    return len(a) == len(b) and all(
        (x == y).all() and x.dtype == y.dtype for p, q in zip(a, b, strict=True) for x, y in zip(p, q, strict=True))


def test_the_second_start_works_nothing_out(tmp_path: Path) -> None:
    kitchen, layout = Kitchen(), harbour.layout()
    walls, trees = kitchen.open(layout, tmp_path)
    assert kitchen.cooked == 2
    assert len(walls) == 2, "fifty metres apart, two tiles"
    again = kitchen.open(layout, tmp_path)
    assert kitchen.cooked == 2
    assert same(walls, again[0])
    assert same(trees, again[1])


def test_another_layout_has_its_own_file(tmp_path: Path) -> None:
    kitchen = Kitchen()
    kitchen.open(harbour.layout(), tmp_path)
    kitchen.open(harbour.layout(lines=3), tmp_path)
    assert kitchen.cooked == 4
    kitchen.open(harbour.layout(), tmp_path)
    assert kitchen.cooked == 4


def test_where_trucks_stop_does_not_change_the_picture(tmp_path: Path) -> None:
    kitchen, layout = Kitchen(), harbour.layout()
    kitchen.open(replace(layout, viewpoints=()), tmp_path)
    kitchen.open(replace(layout, viewpoints=(), stop_points=()), tmp_path)
    assert kitchen.cooked == 2


def _emptied(file: Path) -> None:
    file.write_bytes(b"")


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-200])


def _scratched(file: Path) -> None:
    whole = bytearray(file.read_bytes())
    middle = len(whole) // 3
    whole[middle:middle + 64] = bytes(64 * [0x5A])
    file.write_bytes(bytes(whole))


def _foreign(file: Path) -> None:
    with file.open("wb") as out:
        np.savez(out, nonsense=np.zeros(3))


@pytest.mark.parametrize("damage", [_emptied, _cut, _scratched, _foreign])
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    kitchen, layout = Kitchen(), harbour.layout()
    walls, trees = kitchen.open(layout, tmp_path)
    for file in tmp_path.glob("*.npz"):
        damage(file)
    found = kitchen.open(layout, tmp_path)
    assert kitchen.cooked == 4
    assert same(walls, found[0])
    assert same(trees, found[1])
    kitchen.open(layout, tmp_path)
    assert kitchen.cooked == 4, "and kept again"


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    kitchen, layout = Kitchen(), harbour.layout()
    assert kitchen.open(layout, blocked)[0]
    assert kitchen.open(layout, blocked)[1]
    assert kitchen.cooked == 4


def test_files_of_old_code_and_other_ports_do_not_pile_up(tmp_path: Path) -> None:
    kitchen = Kitchen()
    for bays in range(10, 22):
        kitchen.open(harbour.layout(bays=bays), tmp_path)
    assert len(list(tmp_path.glob("port-base-*.npz"))) <= 6
    assert len(list(tmp_path.glob("port-detail-*.npz"))) <= 6


def test_a_fault_in_the_making_is_told_to_who_waits(tmp_path: Path) -> None:
    def broken(_: Plan) -> m.Mesh:
        raise ZeroDivisionError

    stock = Stock(harbour.layout(), {}, {"broken": Recipe(broken)}, tmp_path)
    with pytest.raises(ZeroDivisionError):
        stock.later("broken").result(10)
    stock.close()


def test_ground_near_a_mast_has_its_light_and_windows_shine() -> None:
    mast = Building("M", harbour.NAME, BuildingKind.LIGHT_MAST, ((0, 400), (1, 400), (1, 401), (0, 401)), 35.0, False)
    plan = Plan(replace(harbour.layout(), buildings=(mast,), cranes=()))
    ground = m.quads([[(0, 400, 0), (30, 399, 0), (3000, 400, 0), (0, 430, 0)]], GREY)
    pane = m.quads([[(9, 9, 1), (9, 9, 2), (9, 8, 2), (9, 8, 1)]], materials.WINDOW_LIT)
    found = still(m.merge([ground, pane]), plan)
    lamplight = found.colours[:, 3].astype(int)
    assert lamplight[0] > 240
    assert 20 < lamplight[1] < lamplight[0]
    assert lamplight[2] == 0
    assert (found.facing[:4, 3] == 0).all()
    assert (found.facing[4:, 3] == 127).all()
    assert (found.facing[:4, 2] == 127).all(), "flat ground looks up"


def test_tiles_hold_every_face_once() -> None:
    mesh = still(m.merge(m.box((x + 1, 1, 0), (x + 9, 9, 3), GREY) for x in range(0, 400, 20)), Plan(harbour.layout()))
    parts = list(tiles(mesh, 100.0))
    assert len(parts) == 4
    assert sum(len(part.faces) for part in parts) == len(mesh.faces)
    corners = np.concatenate([part.points[part.faces].reshape(-1, 9) for part in parts])
    assert {tuple(c) for c in corners.tolist()} == {tuple(c) for c in mesh.points[mesh.faces].reshape(-1, 9).tolist()}
