"""`track`: where a vehicle, seal, vessel, crane or officer was between two times, and what is on record of it."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from commands.exit_codes import DONE, FAILED
from commands.history import opened
from commands.words import add_port_definition
from data_sources import arguments as parse

_SHOWN_FIXES = 40


def add(subparsers: Any) -> None:
    """Describes the command."""
    parser = subparsers.add_parser(
        "track", help="where something was between two times",
        description="Says where something was between two times, which records name it, and whom it met.")
    parser.add_argument("--database", metavar="URL", required=True, help="sqlite:///FILE or postgresql://...")
    parser.add_argument("--entity", metavar="ID", required=True, help="vehicle, seal, vessel, container, slot, ...")
    parser.add_argument("--from", metavar="TIME", required=True, help="after this time")
    parser.add_argument("--to", metavar="TIME", required=True, help="up to this time")
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    add_port_definition(parser)


def run(arguments: argparse.Namespace) -> int:
    """Answers; returns an exit code. Raises UsageError, PortDefinitionError."""
    from data_sources.history import questions
    from data_sources.history.days import moment
    from data_sources.history.errors import HistoryError

    after, until = span_of(arguments)
    entity = arguments.entity
    try:
        with opened(arguments) as history:
            track = questions.track(history, entity, after, until)
            known = questions.dossier(history, entity, after, until)
            stays = questions.stood_in(history, entity, after, until)
            meetings = questions.met(history, entity, after, until)
    except HistoryError as error:
        print(f"jiangyin-twin: {error}", file=sys.stderr)
        return FAILED
    if arguments.json:
        fixes = zip(*(getattr(track, name).tolist() for name in _FIX), strict=True)
        print(json.dumps({
            "entity": entity, "from": after, "to": until, "fixes": [dict(zip(_FIX, fix, strict=True)) for fix in fixes],
            "records": [{"kind": k.kind, "received_at": k.received_at} | _plain(k.record) for k in known],
            "stays": [_plain(stay) for stay in stays], "met": [_plain(meeting) for meeting in meetings],
        }, ensure_ascii=False))
        return DONE
    if not len(track) and not known:
        print(f"jiangyin-twin: nothing is on record of {entity!r} in that time.", file=sys.stderr)
        return FAILED
    step = max(1, len(track) // _SHOWN_FIXES)
    for row in range(0, len(track), step):
        print(f"{moment(int(track.observed_at[row]))}  {track.lat[row]:.6f} {track.lon[row]:.6f}  "
              f"{track.speed_mps[row] * 3.6:5.1f} km/h  {track.course_deg[row]:5.1f}°")
    if step > 1:
        print(f"({len(track):,} fixes, each {step}. shown; --json gives all)")
    for k in known:
        print(f"{moment(k.record.observed_at)}  {k.kind}: {_line(k.record)}")
    for stay in stays:
        since = moment(stay.since) if stay.since is not None else "before"
        print(f"{stay.container} stood here from {since} to {moment(stay.until) if stay.until else 'the end'}")
    for meeting in meetings:
        times = f"{moment(meeting.first)} to {moment(meeting.last)[11:]}"
        print(f"{times}  near {meeting.other}: {meeting.nearest_m:.0f} m")
    return DONE


def span_of(arguments: argparse.Namespace) -> tuple[int, int]:
    """The time asked for: after, until, ms UTC. Raises UsageError."""
    after = parse.instant(vars(arguments)["from"], "--from").ms
    until = parse.instant(arguments.to, "--to").ms
    if until <= after:
        raise parse.UsageError(f"--to {arguments.to!r} is not after --from {vars(arguments)['from']!r}.")
    return after, until


def _plain(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}


def _line(record: Any) -> str:
    """A record in a line: what it says beside its id, source and time."""
    left_out = ("id", "source", "observed_at")
    said = ((name, value) for name, value in _plain(record).items() if name not in left_out)
    return ", ".join(f"{name} {' '.join(value) if isinstance(value, tuple) else value}"
                     for name, value in said if value not in (None, "", ()))


_FIX = ("observed_at", "received_at", "lon", "lat", "speed_mps", "course_deg")
