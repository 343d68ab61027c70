"""`render`: a picture of the port without a display."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands import source
from commands.exit_codes import DONE, FAILED, NO_BACKEND
from commands.words import add_light, add_port, add_quality, seconds, size_of, writable
from data_sources.arguments import UsageError

if TYPE_CHECKING:
    from commands.past import Past
    from data_sources.clock import PortClock
    from data_sources.live import LivePort, NoPort
    from data_sources.replay_clock import ReplayClock
    from layers.session import Session
    from scene.scene import Scene
    from twin.port_index import PortIndex

FILL_TIMEOUT_S = 60.0
QUIET_BEATS = 8
FRESH_MS = 60_000
LONGEST_CLIP_S = 30.0


def add(subparsers: Any) -> None:
    """Describes the command."""
    parser = subparsers.add_parser(
        "render", help="a picture without a display", description="Renders the port to a PNG file."
    )
    wanted = parser.add_mutually_exclusive_group()
    wanted.add_argument("--backend", metavar="URL", help="take the picture of this backend")
    wanted.add_argument("--demo", action="store_true", help="take the picture of the simulated port (default)")
    wanted.add_argument("--database", metavar="URL", help="take the picture of this history, with --at")
    parser.add_argument("--at", metavar="TIME", help="the recorded instant to show")
    parser.add_argument("--viewpoint", metavar="NAME", help="named viewpoint (default: the whole port)")
    parser.add_argument("--size", metavar="WxH", default="1920x1080", help="pixels, such as 3840x2160")
    parser.add_argument("--out", metavar="FILE", required=True, help="PNG file to write; a clip is a .webp file")
    parser.add_argument("--stamp", action="store_true", help="burn time and place into the picture; clips always are")
    parser.add_argument("--clip", metavar="SECONDS", help="a short clip instead of a picture, up to 30 seconds")
    add_light(parser)
    add_quality(parser, "as for one picture, whatever the time")
    add_port(parser)


def run(arguments: argparse.Namespace) -> int:
    """Draws the picture; returns an exit code. Raises UsageError, PortDefinitionError."""
    from commands.past import Past
    from data_sources import arguments as parse
    from data_sources import pictures
    from data_sources.clock import PortClock
    from data_sources.inbox import Inbox
    from data_sources.quarantine import Quarantine
    from layers.layers import Layers
    from layers.session import Session
    from scene import offscreen, quality
    from scene.light import NAMED
    from scene.scene import Scene
    from twin.port_index import PortIndex
    from twin.rules.registry import make_rules
    from twin.twin import Twin

    parse.seed(arguments.seed)
    parse.rate(arguments.rate)
    size, out = size_of(arguments.size), writable(arguments.out, "--out")
    clip_s = _clip_seconds(arguments.clip, out)
    layout = source.layout_of(arguments)
    names = [viewpoint.id for viewpoint in layout.viewpoints]
    if arguments.viewpoint is not None and arguments.viewpoint not in names:
        raise UsageError(f"--viewpoint {arguments.viewpoint!r} is none of {', '.join(names)}.")
    index = PortIndex(layout)
    live: LivePort | NoPort | Past
    clock: PortClock | ReplayClock
    if arguments.database or arguments.at:
        live = _past(arguments, index)
        session, clock = live.session, live.feed.clock
    else:
        inbox, quarantine, clock = Inbox(), Quarantine(), PortClock()
        live = source.live_port(arguments, inbox, quarantine, clock)
        twin = Twin(index, make_rules())
        session = Session(inbox, twin, Layers(index, twin), live.healths)
        live.start()
    try:
        if isinstance(live, Past):
            pass  # it stands at its instant already
        elif not _fill(session, live, clock):
            health = live.healths()[0]
            said = health.last_error.text if health.last_error else "it gave no records"
            print(f"jiangyin-twin: nothing to show: {said}", file=sys.stderr)
            return NO_BACKEND
        level = quality.QUALITIES[arguments.quality or quality.PICTURE.name]
        scene = Scene(index, session.layers, level, NAMED.get(arguments.light))
        try:
            if arguments.viewpoint is not None:
                scene.camera.go(arguments.viewpoint, at_once=True)
            place = layout.name.zh
            if arguments.viewpoint is not None:
                place += f" › {next(v.name.zh for v in layout.viewpoints if v.id == arguments.viewpoint)}"
            if clip_s:
                _film(scene, session, clock, size, out, (place, clip_s))
            elif arguments.stamp:
                now = clock.now()
                words = pictures.words_of(place, now, layout.time_zone, layout.surveyed)
                pictures.write_picture(offscreen.pixels(scene, size, now), words, out)
            else:
                offscreen.render(scene, size, out, clock.now())
        finally:
            scene.close()
    except (offscreen.RenderError, pictures.PictureError) as failed:
        print(f"jiangyin-twin: {failed}", file=sys.stderr)
        return FAILED
    finally:
        live.stop()
    return DONE


def _past(arguments: argparse.Namespace, index: PortIndex) -> Past:
    """The recorded instant that is wanted. Raises UsageError."""
    from commands.past import Past
    from data_sources import arguments as parse
    from data_sources.history.errors import HistoryError

    if not (arguments.database and arguments.at):
        raise UsageError("--database and --at are given together: the picture of a history is of an instant.")
    if arguments.clip is not None:
        raise UsageError("--clip is of a live port, not of a history.")
    past = Past(index, arguments.database)
    try:
        past.open(parse.instant(arguments.at, "--at").ms)
    except HistoryError as unreadable:
        raise UsageError(str(unreadable)) from None
    return past


def _clip_seconds(text: str | None, out: Path) -> float:
    """How long a clip is wanted, 0 for none. Raises UsageError."""
    if text is None:
        return 0.0
    wanted = seconds(text, "--clip")
    if not 0.5 <= wanted <= LONGEST_CLIP_S:
        raise UsageError(f"--clip {text!r} is not a number of seconds from 0.5 to {LONGEST_CLIP_S:g}.")
    if out.suffix.lower() != ".webp":
        raise UsageError(f"--out {str(out)!r}: a clip is an animated WebP, so the file's name must end in .webp.")
    return wanted


def _film(
    scene: Scene, session: Session, clock: PortClock | ReplayClock, size: tuple[int, int], out: Path,
    what: tuple[str, float],
) -> None:
    """Writes a clip of a place and of so many seconds. Raises RenderError, PictureError."""
    from data_sources.pictures import CLIP_FPS, Clip, words_of
    from scene.film import film

    place, clip_s = what
    layout, clip, begun = session.layers.index.layout, Clip(), clock.now()
    told = begun

    def live() -> int:
        """Each frame is a fixed step later than the one before, however long it takes to draw."""
        nonlocal told
        told = begun + round(1000 * len(clip) / CLIP_FPS)
        session.step(told, 0.2, time.perf_counter)
        return told

    for frame in film(scene, size, round(clip_s * CLIP_FPS), live):
        clip.add(frame, words_of(place, told, layout.time_zone, layout.surveyed))
    clip.write(out)


def _fill(session: Session, live: LivePort | NoPort, clock: PortClock | ReplayClock) -> bool:
    """Lets the session take what the feed brings until nothing waits. False if nothing came in time."""
    from twin.feed_health import FeedState

    ends = time.monotonic() + float(os.environ.get("JIANGYIN_FILL_TIMEOUT_S", FILL_TIMEOUT_S))
    quiet = 0
    while time.monotonic() < ends and quiet < QUIET_BEATS:
        before = live.healths()[0].records
        session.step(clock.now(), 0.2, time.perf_counter)
        time.sleep(0.1)
        health = live.healths()[0]
        heard = session.twin.movers.observed_at
        # a port that has just started is still telling its past
        fresh = len(heard) and clock.now() - int(heard.max()) < FRESH_MS
        settled = health.state is FeedState.UP and health.records - before < 2_000 and not session.waiting
        quiet = quiet + 1 if settled and fresh else 0
    return quiet >= QUIET_BEATS or bool(session.twin.containers.count or session.twin.movers.count)
