"""A short film of the scene without a display: the camera goes slowly round while the port lives on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from scene.offscreen import close_window, frame_of, open_window
from scene.scene import Scene

TURN_DEG = 36.0
"""How far round the camera goes in a whole film."""

_DEG_PER_PX = 0.26  # of `CameraController.orbit`


def film(scene: Scene, size: tuple[int, int], frames: int, live: Callable[[], int]) -> Iterator[NDArray[np.uint8]]:
    """Frames (height, width, 3), upper row first. live: lets the session go on and says what time it is, ms UTC.

    Raises RenderError.
    """
    window = open_window(scene, size)
    try:
        for number in range(frames):
            if number:
                scene.camera.orbit(TURN_DEG / frames / _DEG_PER_PX, 0.0)
            scene.sync(live())
            window.Render()
            yield frame_of(window, scene)
    finally:
        close_window(scene, window)
