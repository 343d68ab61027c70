"""On a slow machine the picture grows plainer, on a fast one finer; a person's choice stands."""

from __future__ import annotations

import pytest

from scene.quality import FAST_S, HIGH, LEVELS, PICTURE, SLOW_S, SOFTWARE, STANDARD, ULTRA, Adaptive, for_renderer


def frames(adaptive: Adaptive, count: int, frame_s: float) -> list[str]:
    """The levels gone through."""
    before = adaptive.quality.name
    return [before, *(adaptive.quality.name for _ in range(count) if adaptive.note(frame_s))]


def test_a_fast_machine_climbs_level_by_level_to_ultra() -> None:
    assert frames(Adaptive(STANDARD), 500, FAST_S / 2) == ["standard", "high", "ultra"]


def test_a_slow_machine_steps_down_to_software_and_no_further() -> None:
    assert frames(Adaptive(HIGH), 500, SLOW_S * 2) == ["high", "standard", "software"]


def test_frames_that_are_neither_slow_nor_fast_change_nothing() -> None:
    assert frames(Adaptive(STANDARD), 500, 0.5 * (FAST_S + SLOW_S)) == ["standard"]


def test_one_slow_frame_among_many_is_no_reason() -> None:
    adaptive = Adaptive(STANDARD)
    for _ in range(20):
        frames(adaptive, 5, 0.020)
        assert not adaptive.note(0.500)
    assert adaptive.quality is STANDARD


def test_a_level_found_too_much_is_tried_again_ever_more_seldom() -> None:
    adaptive = Adaptive(STANDARD)
    waits = []
    for _ in range(3):
        while not adaptive.note(SLOW_S * 2):
            pass
        count = 1
        while not adaptive.note(FAST_S / 2):
            count += 1
        waits.append(count)
        assert adaptive.quality is STANDARD
    assert waits[0] < waits[1] / 4 < waits[2] / 16
    adaptive.fix(None)
    assert frames(adaptive, 500, FAST_S / 2)[-1] == "ultra", "who asks for the automatic choice gets a fresh one"


def test_a_persons_choice_stands_until_it_is_taken_back() -> None:
    adaptive = Adaptive(STANDARD)
    adaptive.fix("ultra")
    assert frames(adaptive, 100, SLOW_S * 5) == ["ultra"]
    assert not adaptive.automatic
    adaptive.fix(None)
    assert adaptive.automatic
    with pytest.raises(KeyError):
        adaptive.fix("glorious")


def test_a_picture_that_is_kept_has_a_level_of_its_own() -> None:
    assert frames(Adaptive(PICTURE), 100, SLOW_S * 5) == ["picture"]


def test_every_level_is_readable_at_rest() -> None:
    assert all(level.rest >= 1.0 for level in LEVELS)
    assert [level.detail_m for level in LEVELS] == sorted(level.detail_m for level in LEVELS)


def test_a_software_renderer_is_known_by_its_name() -> None:
    assert for_renderer("llvmpipe (LLVM 15.0.6, 256 bits)") is SOFTWARE
    assert for_renderer("NVIDIA GeForce RTX 4070/PCIe/SSE2") is STANDARD
    assert ULTRA is LEVELS[-1]
