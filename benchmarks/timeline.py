"""How many pictures a second a drag over the timeline shows: the desk's window on a recorded day, seeks coalesced.

    xvfb-run python -m benchmarks.timeline --database sqlite:///FILE [--seconds 10] [--json]

The pointer goes over the whole day at an even pace and wants another instant 60 times a second; of the wanted instants
only the newest is shown. `drag_pictures_per_s` counts frames of the 3D view that show another instant than the one
before, `picture_cpu_ms` what all threads of this process worked for one of them, which other programs hardly disturb;
`glance_ms_...` is what the GUI thread needs to bring an instant, its drawing left out. Then the hand rests:
`rest_ms` until twin, rules and panels are there too.
"""

from __future__ import annotations

import sys
import time

from benchmarks import report

WANTED_EVERY_MS = 16
LEAD_S = 8.0
DAY_MS = 86_400_000


def main() -> int:
    parser = report.parser("timeline", "Pictures a second while the timeline is dragged over a recorded day.")
    parser.add_argument("--database", required=True, help="a history made by `main.py simulate`")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long the drag takes (default 10)")
    args = parser.parse_args()
    facts = report.machine()

    from PySide6.QtCore import QTimer

    from command_line import make_parser
    from commands.desk_run import DeskRun
    from commands.past import Past
    from data_sources.clock import PortClock
    from data_sources.history.store import History
    from data_sources.inbox import Inbox
    from data_sources.quarantine import Quarantine
    from panels import application as qt
    from resources import locator
    from twin import port_definition
    from twin.port_index import PortIndex

    layout = port_definition.load(locator.port_definition())
    with History.open(args.database, layout.code, create=False) as history:
        days = history.days()
    day = max(days, key=lambda one: one.last - one.first)
    first, last = day.first, day.last
    past = Past(PortIndex(layout), args.database)
    past.open((first + last) // 2)
    application = qt.make_application(sys.argv[:1])
    given = make_parser().parse_args(["desk", "--lang", "zh", "--database", args.database])
    run = DeskRun(given, layout, Inbox(), Quarantine(), PortClock(), past.feed, None, application, past)
    figures: dict[str, report.Figure] = {}

    def measure() -> None:
        window = run.window
        if window is None:
            application.quit()
            return
        travel, view, viewport = window.past.travel, window.past.time_bar.view, window.scene.port
        travel.seek_ms.clear()
        paints, frames, began_s, worked_s = view.paints, viewport.frames, time.perf_counter(), time.process_time()
        view.show_span(last - DAY_MS, DAY_MS)
        timer = QTimer(window, interval=WANTED_EVERY_MS)
        seen = {"pictures": 0, "frames": frames, "instant": past.now()}

        def drag() -> None:
            if viewport.frames > seen["frames"] and past.now() != seen["instant"]:
                seen.update(pictures=seen["pictures"] + 1, frames=viewport.frames, instant=past.now())
            share = (time.perf_counter() - began_s) / args.seconds
            if share < 1.0:
                window.past.time_bar.drag_to(round(first + share * (last - first)))
                view.update()
                return
            timer.stop()
            took_s, cpu_s = time.perf_counter() - began_s, time.process_time() - worked_s
            glances = list(travel.seek_ms)
            travel.rest()
            figures.update({
                "drag_pictures_per_s": seen["pictures"] / took_s,
                "picture_cpu_ms": 1000.0 * cpu_s / max(1, seen["pictures"]),
                "drag_frames_3d_per_s": (viewport.frames - frames) / took_s,
                "timeline_paints_per_s": (view.paints - paints) / took_s,
                "glance_ms_p50": report.percentile(glances, 0.5),
                "glance_ms_p95": report.percentile(glances, 0.95),
                "rest_ms": travel.seek_ms[-1],
                "hours": (last - first) / 3_600_000.0,
            })
            window.close()

        timer.timeout.connect(drag)
        timer.start()

    QTimer.singleShot(round(LEAD_S * 1000), measure)
    run.run(None, 0.0)
    past.close()
    report.show("timeline", facts, figures, as_json=args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
