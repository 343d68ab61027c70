"""Desks in the past beside a live one: a session, a scene and what panels need, made together and gone together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commands.past import Past
from data_sources.desk_steps import LocalSteps
from panels.desk import Desk

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from data_sources.quarantine import Quarantine
    from panels.language import Language
    from panels.theme import Theme
    from scene.light import Light
    from scene.viewport import Viewport
    from twin.port_index import PortIndex
    from twin.rules.registry import Settings


class PastDesks:
    """Opens one past at a time. For the GUI thread."""

    def __init__(self, index: PortIndex, url: str, language: Language, theme: Theme, operator: str,
                 quarantine: Quarantine, light: Light | None, settings: Settings,
                 beside: PastDesks | None = None) -> None:
        """`url`: of the history, which may be written meanwhile. `light`: of the scene, None for that of the hour.
        `settings`: of the rules. `beside`: opens a second moment beside those in the past."""
        self._beside = beside
        self._index, self._url, self._operator = index, url, operator
        self._language, self._theme, self._quarantine, self._light = language, theme, quarantine, light
        self._past = Past(index, url, settings)

    def open(self, at: int) -> Desk:
        """A desk on a session at `at` (ms UTC), standing still. Raises HistoryError."""
        session = self._past.open(at)
        feed = self._past.feed
        return Desk(
            self._index, session, session.twin, session.layers, self._language, self._theme, self._operator,
            feed.clock.now, feed.healths, self._quarantine, feed, LocalSteps(session.twin.warnings), feed.outcomes,
            self._make_viewport, record=self._url, replay=feed, beside=self._beside)

    def close(self) -> None:
        """Lets go of the session, its twin, its thread and the history."""
        self._past.close()

    def _make_viewport(self, parent: QWidget) -> Viewport:
        from scene.scene import Scene
        from scene.viewport import Viewport

        layers = self._past.session.layers
        scene = Scene(self._index, layers, light=self._light, language=self._language.code)
        viewport = Viewport(scene, parent, self._theme.scale)
        viewport.picked.connect(layers.selection.select)
        viewport.hovered.connect(layers.selection.hover_over)
        self._language.changed.connect(viewport.set_language)
        return viewport
