"""What every layer has: whether it is shown, and a counter that tells its viewers when to look again."""

from __future__ import annotations


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
