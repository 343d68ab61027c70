"""Stacks of the yard follow moves one by one and always stand as if they had just been piled up."""

from __future__ import annotations

import numpy as np
import pytest

from layers.stacks import stack, surroundings
from tests.harbour import Harbour, layout


def assert_piled_up(harbour: Harbour) -> None:
    """Every block is as `stack` would pile it up from the table."""
    layer, t = harbour.layers.containers, harbour.containers
    for number, block in enumerate(harbour.layout.blocks):
        rows = layer.rows_in_block(number)
        fresh = stack(t.bay[rows], t.row[rows], t.tier[rows], t.height_m[rows], block.bays, block.rows,
                      (block.bay_pitch_m, block.row_pitch_m))
        kept = layer.block(number).stacks
        for name in ("first", "last", "row", "tier", "base_m", "top_m", "height_m"):
            np.testing.assert_array_equal(getattr(kept, name), getattr(fresh, name), err_msg=f"{name} in {block.id}")


def some_moves(harbour: Harbour, dice: np.random.Generator, count: int) -> np.ndarray:
    """Boxes put anywhere, on others, into the air or out of the port; some change their height."""
    t, blocks = harbour.containers, harbour.layout.blocks
    rows = dice.choice(t.count, count, replace=False)
    block = dice.integers(0, len(blocks), count)
    t.put(rows, block=block, bay=dice.integers(1, 2 * blocks[0].bays, count), row=dice.integers(1, 7, count),
          tier=dice.integers(1, 6, count), present=dice.random(count) < 0.8)
    t.put(rows[: count // 5], height_m=2.896)
    return rows


@pytest.mark.parametrize("seed", range(4))
def test_after_any_moves_all_stands_as_if_just_piled_up(seed: int) -> None:
    dice = np.random.default_rng(seed)
    harbour = Harbour(layout(columns=2, lines=2, bays=10))
    harbour.fill(150, seed)
    harbour.step(containers=np.arange(harbour.containers.count))
    assert_piled_up(harbour)
    for _ in range(12):
        for _ in range(int(dice.integers(1, 3))):  # several steps may pass before somebody looks
            harbour.step(containers=some_moves(harbour, dice, 20))
        assert_piled_up(harbour)


def test_a_move_is_news_for_what_stands_around_it_and_for_nothing_else() -> None:
    harbour = Harbour()
    near = [harbour.stand(f"TCLU00000{k:02d}", 0, 10 + 4 * k, 3, 1) for k in range(5)]
    far = harbour.stand("TCLU0000099", 1, 10, 3, 1)
    harbour.step(containers=[*near, far])
    stacks = harbour.layers.containers.stacks
    before = stacks.revision
    harbour.step(containers=[harbour.stand("TCLU0000050", 0, 10, 3, 2)])
    stacks = harbour.layers.containers.stacks
    news = np.flatnonzero((stacks.changed_at > before).any(axis=0)).tolist()
    lifted = harbour.containers.row_of["TCLU0000050"]
    assert news == [*near[:2], lifted], "the box, what it stands on and what it darkens"
    before = stacks.revision
    harbour.step(containers=[far])
    assert harbour.layers.containers.stacks.revision == before, "said again is no news"


def test_what_stands_around_a_box_is_the_same_in_its_block_and_in_the_yard() -> None:
    harbour = Harbour(layout(columns=2, lines=2))
    harbour.fill(400)
    harbour.step(containers=np.arange(harbour.containers.count))
    layer = harbour.layers.containers
    for number in range(len(harbour.layout.blocks)):
        found = layer.block(number)
        s, grid = found.stacks, np.pad(found.stacks.height_m, 1)
        wide = grid.shape[1]
        alone = surroundings(grid.reshape(-1), (s.first + 2) * wide + s.row + 2, (s.last + 2) * wide + s.row + 2, wide)
        together = layer.stacks.around(found.boxes.rows)
        for side, here, there in zip(alone._fields, alone, together, strict=True):
            np.testing.assert_array_equal(here, there, err_msg=side)


def test_boxes_whose_rows_are_gone_stand_no_more() -> None:
    harbour = Harbour()
    rows = [harbour.stand(f"TCLU00000{k:02d}", 0, 10, 3, k + 1) for k in range(3)]
    harbour.step(containers=rows)
    assert harbour.layers.containers.stacks.heights.max() > 7.0
    early = {name: column[:1] for name, column in harbour.containers.save().items()}
    harbour.containers.restore(early)
    harbour.epoch += 1
    harbour.step(containers=[0])
    stacks = harbour.layers.containers.stacks
    assert stacks.block.tolist() == [0, -1, -1]
    assert stacks.heights.max() == pytest.approx(2.591)
