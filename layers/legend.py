"""The key to the colours: what the picture's colours mean, with how many of each."""

from __future__ import annotations

from dataclasses import dataclass

from layers.colouring import CLASSES
from layers.containers import ContainersLayer
from layers.palette import LEGAL_STATES, ColourMode, Rgb

_LINES_SHOWN = 9


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """A colour and what it means. `count`: containers in the port."""

    key: str
    zh: str
    en: str
    rgb: Rgb
    count: int


def legend(containers: ContainersLayer, mode: ColourMode | str | None = None) -> tuple[LegendEntry, ...]:
    """The entries of a colour mode, the current one by default: all its classes, or the lines with most boxes."""
    mode = ColourMode(mode or containers.colour_mode)
    if mode in CLASSES:
        return tuple(
            LegendEntry(key, zh, en, rgb, count)
            for (key, zh, en, rgb), count in zip(CLASSES[mode], containers.class_counts(mode), strict=True)
        )
    if mode is ColourMode.LEGAL_STATE:
        counts = containers.state_counts()
        return tuple(
            LegendEntry(key, zh, en, rgb, count)
            for (key, zh, en, rgb), count in zip(LEGAL_STATES, counts, strict=True)
        )
    lines = containers.line_counts()[:_LINES_SHOWN]
    return tuple(LegendEntry(en, zh, en, rgb, count) for (zh, en, rgb), count in lines)
