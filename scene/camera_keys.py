"""What the keyboard does to the camera while the view has it."""

from __future__ import annotations

from PySide6.QtCore import Qt

from scene.camera import CameraController

_ARROWS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, 1.0),
    Qt.Key.Key_Down: (0.0, -1.0),
}
_KEY_STEP, _KEY_TURN_PX = 0.08, 24.0


def take_key(camera: CameraController, key: int, modifiers: Qt.KeyboardModifier) -> bool:
    """Arrows move, with Shift they turn; plus and minus come nearer and go back, page keys tilt, Home shows the port.

    True when the key meant something.
    """
    if key in _ARROWS:
        right, up = _ARROWS[Qt.Key(key)]
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            camera.orbit(right * _KEY_TURN_PX, up * _KEY_TURN_PX)
        else:
            camera.step(right * _KEY_STEP, up * _KEY_STEP)
    elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
        camera.zoom(1.0)
    elif key == Qt.Key.Key_Minus:
        camera.zoom(-1.0)
    elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
        camera.orbit(0.0, _KEY_TURN_PX if key == Qt.Key.Key_PageUp else -_KEY_TURN_PX)
    elif key == Qt.Key.Key_Home:
        camera.go_home()
    else:
        return False
    return True
