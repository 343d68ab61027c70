"""What every layer has: whether it is shown, and a counter that tells its viewers when to look again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from layers.motion import Motion


class Layer:
    """Something to be seen, as arrays.

    Viewers compare `revision` with the one they drew last, once a frame; a layer never calls anybody.
    """

    def __init__(self) -> None:
        self.visible = True
        self.revision = 0

    def set_visible(self, visible: bool) -> None:
        """Show or hide the whole layer."""
        if visible != self.visible:
            self.visible = visible
            self.revision += 1

    def touch(self) -> None:
        """Say that the layer's arrays changed."""
        self.revision += 1


class MovingLayer(Layer):
    """A layer whose things glide over the ground; the first two columns of its motion are their places."""

    _motion: Motion

    @property
    def x(self) -> NDArray[np.float64]:
        """East of the origin: a crane's portal, a vehicle's or vessel's centre. Shape (N,), metres."""
        return self._motion.shown[:, 0]

    @property
    def y(self) -> NDArray[np.float64]:
        """North of the origin. Shape (N,), metres."""
        return self._motion.shown[:, 1]
