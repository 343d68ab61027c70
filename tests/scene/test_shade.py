"""Ambient occlusion and shadows belong to the finer levels and darken what they should; "software" knows neither."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from scene.actors import unit
from scene.camera import Pose
from scene.light import DAY, NIGHT
from scene.offscreen import pixels
from scene.quality import HIGH, LEVELS, PICTURE, SOFTWARE, STANDARD, ULTRA
from scene.scene import Scene
from tests.harbour import Harbour

SIZE = (480, 270)


@pytest.fixture
def yard() -> Iterator[tuple[Scene, Harbour]]:
    """A tall stack alone on the first block."""
    harbour = Harbour()
    harbour.step(containers=[harbour.stand(f"TCLU100000{tier}", 0, 6, 3, tier, height_m=2.591) for tier in range(1, 6)])
    scene = Scene(harbour.index, harbour.layers, SOFTWARE, DAY)
    yield scene, harbour
    scene.close()


def picture(scene: Scene, harbour: Harbour) -> NDArray[np.float64]:
    return pixels(scene, SIZE, harbour.now).astype(float).sum(axis=2)


def over(scene: Scene, harbour: Harbour, away_m: float = 90.0) -> NDArray[np.float64]:
    """From straight above, north up: the stack is in the middle. Metres a pixel, by the way."""
    x, y = harbour.layout.blocks[0].ground(6, 3)
    scene.camera.move_to(Pose((float(x), float(y), 0.0), 180.0, 90.0, away_m), at_once=True)
    return np.array([x, y])


def brightness_at(scene: Scene, shown: NDArray[np.float64], place: NDArray[np.float64]) -> float:
    column, row, _ = scene.project(np.array([[*place, 0.0]]))[0] * SIZE[0] / scene.camera.size[0]
    return float(shown[int(row) - 1: int(row) + 2, int(column) - 1: int(column) + 2].mean())


def test_levels_that_a_graphics_card_affords_have_them_and_software_has_not() -> None:
    assert [(q.occlusion, q.shadows) for q in LEVELS] == [(False, False), (False, False), (True, True), (True, True)]
    assert [q.name for q in LEVELS] == [SOFTWARE.name, STANDARD.name, HIGH.name, ULTRA.name]
    assert PICTURE.occlusion


def test_a_stack_throws_its_shadow_away_from_the_sun(yard: tuple[Scene, Harbour]) -> None:
    scene, harbour = yard
    middle = over(scene, harbour)
    sun = np.asarray(unit(DAY.sun_from))
    lee = middle - sun[:2] / sun[2] * 8.0
    luv = middle + sun[:2] / sun[2] * 8.0
    before = picture(scene, harbour)
    scene.set_quality(HIGH)
    after = picture(scene, harbour)
    assert scene.shadows.cast == 1, "the one block with a stack"
    assert brightness_at(scene, after, lee) < 0.85 * brightness_at(scene, before, lee)
    assert brightness_at(scene, after, luv) == pytest.approx(brightness_at(scene, before, luv), rel=0.08)
    picture(scene, harbour)
    assert scene.shadows.cast == 1, "what stands still is not worked out again"


def test_at_night_nothing_throws_a_shadow() -> None:
    harbour = Harbour()
    harbour.step(containers=[harbour.stand("TCLU1000001", 0, 6, 3, 1, height_m=2.591)])
    scene = Scene(harbour.index, harbour.layers, HIGH, NIGHT)
    try:
        over(scene, harbour)
        picture(scene, harbour)
        assert scene.shadows.cast == 0
        assert not any(actor.GetVisibility() for actor in scene.shadows.actors)
    finally:
        scene.close()


def test_the_foot_of_a_wall_is_darker_at_ultra(yard: tuple[Scene, Harbour]) -> None:
    scene, harbour = yard
    middle = over(scene, harbour)
    sun = np.asarray(unit(DAY.sun_from))
    across = np.asarray(harbour.layout.blocks[0].across)
    lit = across if across @ sun[:2] > 0 else -across
    scene.set_quality(STANDARD)
    plain = picture(scene, harbour)
    scene.set_quality(ULTRA)
    shaded = picture(scene, harbour)
    assert scene.ambient.on
    along = np.asarray(harbour.layout.blocks[0].along)

    def loss(away_m: float) -> float:
        places = [middle + lit * away_m + along * d for d in np.linspace(-5.0, 5.0, 21)]
        before, after = ([brightness_at(scene, shown, at) for at in places] for shown in (plain, shaded))
        return 1.0 - float(np.sum(after) / np.sum(before))

    assert loss(2.2) > loss(11.0) + 0.02


def test_back_at_software_the_picture_is_what_it_was(yard: tuple[Scene, Harbour]) -> None:
    scene, harbour = yard
    over(scene, harbour)
    before = picture(scene, harbour)
    scene.set_quality(ULTRA)
    picture(scene, harbour)
    scene.set_quality(SOFTWARE)
    assert not scene.ambient.on
    assert scene.renderer.GetPass() is None
    after = picture(scene, harbour)
    assert not any(actor.GetVisibility() for actor in scene.shadows.actors)
    assert np.abs(after - before).max() <= 3.0
