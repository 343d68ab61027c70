"""Acts on time: each has an id, a key and a palette entry; on a desk that is live and on one in the past alike."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QT_TRANSLATE_NOOP

from panels.actions import Actions
from panels.time_axis import MINUTE
from panels.time_bar import TimeBar
from panels.time_travel import STEP_MS, TimeTravel
from panels.two_moments import TwoMoments


def add_time_acts(
    actions: Actions, bar: TimeBar, follow: Callable[[], None], warning_at: Callable[[], int | None],
    show_calendar: Callable[[], None], show_questions: Callable[[], None],
) -> None:
    """Registers them. `follow`: keeps the selection in the middle; `warning_at`: when the chosen warning was raised."""
    travel, add = bar.travel, actions.add

    def before_chosen() -> None:
        at = warning_at()
        if at is not None:
            bar.before(at)

    for act, text, key, run in (
        ("play", QT_TRANSLATE_NOOP("Actions", "Play or pause the replay"), "Space", travel.play_or_pause),
        ("back", QT_TRANSLATE_NOOP("Actions", "A second back"), ",", lambda: travel.step(-STEP_MS)),
        ("on", QT_TRANSLATE_NOOP("Actions", "A second on"), ".", lambda: travel.step(STEP_MS)),
        ("minute_back", QT_TRANSLATE_NOOP("Actions", "A minute back"), "Ctrl+,", lambda: travel.step(-MINUTE)),
        ("minute_on", QT_TRANSLATE_NOOP("Actions", "A minute on"), "Ctrl+.", lambda: travel.step(MINUTE)),
        ("faster", QT_TRANSLATE_NOOP("Actions", "Faster"), "Ctrl+PgUp", lambda: travel.faster(1)),
        ("slower", QT_TRANSLATE_NOOP("Actions", "Slower"), "Ctrl+PgDown", lambda: travel.faster(-1)),
        ("loop", QT_TRANSLATE_NOOP("Actions", "Loop the visible stretch"), "L", bar.loop_visible),
        ("skip", QT_TRANSLATE_NOOP("Actions", "Skip quiet stretches"), "Q", lambda: _skip(travel)),
        ("known", QT_TRANSLATE_NOOP("Actions", "As known then or now"), "F8", lambda: _known(travel)),
        ("follow", QT_TRANSLATE_NOOP("Actions", "Follow the selection through time"), "", follow),
        ("next_warning", QT_TRANSLATE_NOOP("Actions", "To the next warning in time"), "Ctrl+Right",
         lambda: bar.jump_to_warning(1)),
        ("previous_warning", QT_TRANSLATE_NOOP("Actions", "To the previous warning in time"), "Ctrl+Left",
         lambda: bar.jump_to_warning(-1)),
        ("before_warning", QT_TRANSLATE_NOOP("Actions", "30 s before the chosen warning"), "Ctrl+J", before_chosen),
        ("bookmark", QT_TRANSLATE_NOOP("Actions", "Bookmark this moment"), "U", bar.set_bookmark),
        ("next_bookmark", QT_TRANSLATE_NOOP("Actions", "To the next bookmark"), "Ctrl+Shift+Right",
         lambda: bar.jump_to_bookmark(1)),
        ("previous_bookmark", QT_TRANSLATE_NOOP("Actions", "To the previous bookmark"), "Ctrl+Shift+Left",
         lambda: bar.jump_to_bookmark(-1)),
        ("calendar", QT_TRANSLATE_NOOP("Actions", "Recorded days"), "F6", show_calendar),
        ("questions", QT_TRANSLATE_NOOP("Actions", "Ask the past"), "F7", show_questions),
        ("home", QT_TRANSLATE_NOOP("Actions", "Back to now"), "Home", travel.home),
    ):
        add(f"time.{act}", text, key, run)
    home = actions["time.home"]  # while all is live its key turns the camera home

    def only_in_past() -> None:
        home.setEnabled(travel.in_past)

    travel.changed.connect(only_in_past)
    only_in_past()


def add_moment_acts(actions: Actions, moments: TwoMoments) -> None:
    """Registers what is done with a second moment beside the first."""
    for act, text, key, run in (
        ("beside", QT_TRANSLATE_NOOP("Actions", "Another moment beside this one, or one view again"), "F9",
         moments.toggle),
        ("beside_link", QT_TRANSLATE_NOOP("Actions", "Cameras of both moments together or apart"), "Shift+F9",
         moments.toggle_link),
        ("beside_pick", QT_TRANSLATE_NOOP("Actions", "Day and time of the second moment"), "Ctrl+F9", moments.pick),
        ("beside_earlier", QT_TRANSLATE_NOOP("Actions", "Second moment: the day before"), "Alt+Left",
         lambda: moments.shift_day(-1)),
        ("beside_later", QT_TRANSLATE_NOOP("Actions", "Second moment: the day after"), "Alt+Right",
         lambda: moments.shift_day(1)),
    ):
        actions.add(f"time.{act}", text, key, run)

    def only_beside() -> None:
        for act in ("link", "pick", "earlier", "later"):
            actions[f"time.beside_{act}"].setEnabled(moments.is_open)

    moments.changed.connect(only_beside)
    only_beside()


def _skip(travel: TimeTravel) -> None:
    if travel.feed is not None:
        travel.set_skip_quiet(skip=not travel.feed.skip_quiet)


def _known(travel: TimeTravel) -> None:
    if travel.feed is not None:
        travel.set_known_now(now=travel.feed.known_at is None)
