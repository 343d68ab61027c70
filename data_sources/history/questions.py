"""Questions to the past: where something was, who was in a zone, what is known of a name, what stood where, who met.

Times are device times, ms UTC: (after, until]. Answers are of what is known now.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
import shapely
import sqlalchemy as sa
from numpy.typing import NDArray

from data_sources.history import chunks, database, schema
from data_sources.history.bodies import name_hash
from data_sources.history.days import day_of
from data_sources.history.names import days_naming
from data_sources.history.store import History
from data_sources.history.values import Axis
from twin.batch import RECEIVED_AT
from twin.records import Classifier, Inventory, Kind, Move, Record

MOST_RECORDS = 500
"""Records of a dossier unless more are asked for: the newest."""
_EARTH_M = 6_371_008.8  # mean radius, IUGG 1980
_PAUSE_MS = 120_000
"""A vehicle that says nothing for so long is not joined across the silence."""
_FIRST_DAYS = 32
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Where something was: arrays (N,) in order of device time. Degrees WGS-84, m/s, degrees clockwise from north."""

    entity: str
    observed_at: NDArray[np.int64]
    received_at: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    speed_mps: NDArray[np.float64]
    course_deg: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.observed_at)


@dataclass(frozen=True, slots=True)
class Presence:
    """Something that said it was within an outline: first and last such fix (device time), and how many."""

    entity: str
    entity_kind: str
    first: int
    last: int
    fixes: int


@dataclass(frozen=True, slots=True)
class Known:
    """A record that names what was asked for, with its receipt time."""

    kind: Kind
    received_at: int
    record: Record


@dataclass(frozen=True, slots=True)
class Stay:
    """A container in a slot: since when and until when, device times. `since` None: before the first word of it in the
    slot; `until` None: nothing says that it left."""

    container: str
    since: int | None
    until: int | None


@dataclass(frozen=True, slots=True)
class Meeting:
    """Another vehicle that was near: first and last fix of it within the distance, and the closest."""

    other: str
    first: int
    last: int
    nearest_m: float
    lon: float
    lat: float


def track(history: History, entity: str, after: int, until: int) -> Track:
    """Where an entity was, of whatever kind it is."""
    wanted = ("entity", "observed_at", "received_at", "lon", "lat", "speed_mps", "course_deg", "id")
    names = wanted[1:-1]
    found: list[chunks.Columns] = []
    with database.reading(history.engine) as connection:
        parts = history.reader.parts(connection, after, until, schema.POSITIONS, Axis.OBSERVED, name_hash(entity))
        for part in parts:
            columns = chunks.decode(history.reader.body(connection, part), wanted[:-1])
            at = columns["observed_at"]
            here = (columns["entity"] == entity) & (at > after) & (at <= until)
            if here.any():
                found.append({name: columns[name][here] for name in names})
    joined = {name: np.concatenate([part[name] for part in found]) if found else np.zeros(0, dtype=np.float64)
              for name in names}
    order = np.lexsort((joined["received_at"], joined["observed_at"]))
    times = {name: joined[name][order].astype(np.int64) for name in names[:2]}
    return Track(entity, times["observed_at"], times["received_at"], *(joined[name][order] for name in names[2:]))


def within(history: History, outline: shapely.Polygon | shapely.MultiPolygon, after: int,
           until: int) -> tuple[Presence, ...]:
    """Who was within an outline (degrees, WGS-84) between two times, in order of coming."""
    shapely.prepare(outline)
    west, south, east, north = outline.bounds
    found: dict[tuple[str, str], tuple[int, int, int]] = {}
    wanted = ("entity_kind", "observed_at", "lon", "lat")
    with database.reading(history.engine) as connection:
        for body in history.reader.bodies(connection, after, until, schema.POSITIONS, Axis.OBSERVED):
            part = chunks.grouped(body, wanted)
            lon, lat, at = (part.columns[name] for name in ("lon", "lat", "observed_at"))
            near = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
                                  & (at > after) & (at <= until))
            inside = near[shapely.contains_xy(outline, lon[near], lat[near])] if len(near) else near
            if len(inside):
                _note(found, part, inside)
    presences = (Presence(*who, *stay) for who, stay in found.items())
    return tuple(sorted(presences, key=lambda presence: (presence.first, presence.entity)))


def dossier(history: History, name: str, after: int = 0, until: int = 2**62, *, kinds: Sequence[Kind] | None = None,
            most: int = MOST_RECORDS) -> tuple[Known, ...]:
    """What is known of a container, seal, vehicle, slot, declaration or other name: the newest `most` records of
    (after, until] that name it, oldest first."""
    numbers = None if kinds is None else tuple(schema.KIND_NUMBER[kind] for kind in kinds)
    asked = {"port": history.port, "name": name_hash(name), "after": after, "until": until}
    rows: list[Sequence[Any]] = []
    with database.reading(history.engine) as connection:
        for days in _stretches(days_naming(
                connection, history.port, asked["name"], day_of(max(after, 0)), day_of(until))):
            rows += connection.execute(_naming(numbers), {**asked, "days": days, "most": most - len(rows)}).all()
            if len(rows) >= most:
                break
        quoted = _encode(name).decode()
        batches = history.reader.batches_of(connection, [row for row in rows if quoted in row[4]], Axis.OBSERVED)
    found = [Known(batch.kind, at, record) for batch in batches
             for at, record in zip(batch[RECEIVED_AT].tolist(), batch.records(), strict=True)]
    return tuple(sorted(found, key=lambda known: (known.record.observed_at, known.kind, known.record.id)))


def stood_in(history: History, slot: str, after: int, until: int) -> tuple[Stay, ...]:
    """Which containers stood in a slot between two times, in order; the last word before `after` counts."""
    said = dossier(history, slot, after, until, kinds=(Kind.MOVE, Kind.INVENTORY), most=10_000)
    before = dossier(history, slot, 0, after, kinds=(Kind.MOVE, Kind.INVENTORY), most=8)
    stays: list[Stay] = []
    for known in (*before, *said):
        change = _change(known.record, slot)
        if change is None:
            continue
        container, comes = change
        _stay(stays, container, known.record.observed_at, comes=comes)
    return tuple(stay for stay in stays if stay.until is None or stay.until > after)


def met(history: History, vehicle: str, after: int, until: int, within_m: float = 15.0) -> tuple[Meeting, ...]:
    """Which vehicles came within `within_m` metres of a vehicle, in order of time.

    The vehicle's own place is taken on a straight line between its fixes, where these are not too far apart in time.
    Distances on the tangent plane (equirectangular), true to a thousandth within a port.
    """
    own = track(history, vehicle, after, until)
    if len(own) < 2:
        return ()
    found: dict[str, Meeting] = {}
    east_m = math.radians(1.0) * _EARTH_M * math.cos(math.radians(float(own.lat.mean())))
    north_m = math.radians(1.0) * _EARTH_M
    series = (schema.SERIES_NUMBER["vehicle"],)  # type: ignore[index]
    with database.reading(history.engine) as connection:
        for body in history.reader.bodies(connection, int(own.observed_at[0]) - 1, int(own.observed_at[-1]), series,
                                          Axis.OBSERVED):
            columns = chunks.decode(body, ("entity", "observed_at", "lon", "lat"))
            at = columns["observed_at"]
            place = np.clip(np.searchsorted(own.observed_at, at), 1, len(own) - 1)
            known = own.observed_at[place] - own.observed_at[place - 1] <= _PAUSE_MS
            east = (columns["lon"] - np.interp(at, own.observed_at, own.lon)) * east_m
            north = (columns["lat"] - np.interp(at, own.observed_at, own.lat)) * north_m
            distance = np.hypot(east, north)
            near = (distance <= within_m) & known & (columns["entity"] != vehicle) & (at > after) & (at <= until)
            near &= (at >= own.observed_at[0]) & (at <= own.observed_at[-1])
            for row in np.flatnonzero(near).tolist():
                _meet(found, Meeting(columns["entity"][row], int(at[row]), int(at[row]), float(distance[row]),
                                     float(columns["lon"][row]), float(columns["lat"][row])))
    return tuple(sorted(found.values(), key=lambda meeting: (meeting.first, meeting.other)))


def _note(found: dict[tuple[str, str], tuple[int, int, int]], part: chunks.Grouped, inside: NDArray[np.intp]) -> None:
    """Add fixes that are inside: by entity and kind the first and last time and how many."""
    codes, at, kinds = part.codes[inside], part.columns["observed_at"][inside], part.columns["entity_kind"]
    begins = np.r_[0, np.flatnonzero(np.diff(codes)) + 1]
    lengths = np.diff(np.r_[begins, len(codes)])
    for code, row, first, last, fixes in zip(
            codes[begins].tolist(), inside[begins].tolist(), np.minimum.reduceat(at, begins).tolist(),
            np.maximum.reduceat(at, begins).tolist(), lengths.tolist(), strict=True):
        who = part.entities[code], str(kinds[row if len(kinds) > 1 else 0])
        known = found.get(who, (first, last, 0))
        found[who] = min(known[0], first), max(known[1], last), known[2] + fixes


def _stretches(days: Sequence[int]) -> Iterator[Sequence[int]]:
    """Days in growing stretches: of what comes up every day the first has enough."""
    place, length = 0, _FIRST_DAYS
    while place < len(days):
        yield days[place:place + length]
        place, length = place + length, length * 8


@lru_cache
def _naming(kinds: tuple[int, ...] | None) -> sa.Select[Any]:
    """The newest `most` records of some `days` that mention a `name`: one look into the index of names for each day,
    then the rows. Put together once for all names."""
    m, r, port = schema.mention.c, schema.record.c, sa.bindparam("port", type_=sa.SmallInteger)
    wanted = sa.select(m.day, m.key).where(
        m.port == port, m.day.in_(sa.bindparam("days", expanding=True)), m.name == sa.bindparam("name"),
        m.observed_at > sa.bindparam("after"), m.observed_at <= sa.bindparam("until"))
    if kinds is not None:
        wanted = wanted.where(m.kind.in_(kinds))
    newest = wanted.order_by(m.observed_at.desc()).limit(sa.bindparam("most", type_=sa.Integer)).subquery()
    return sa.select(r.kind, r.form, r.observed_at, r.received_at, r.body, r.seq).select_from(
        newest.join(schema.record, sa.and_(r.port == port, r.day == newest.c.day, r.key == newest.c.key)))


def _change(record: Record, slot: str) -> tuple[str, bool] | None:
    """The container that comes into a slot (True) or leaves it, as a record says."""
    if isinstance(record, Move):
        if record.classifier != Classifier.ACTUAL or slot not in (record.from_ref, record.to_ref):
            return None
        return record.container, record.to_ref == slot
    if isinstance(record, Inventory) and record.place_ref == slot:
        return record.container, record.present
    return None


def _stay(stays: list[Stay], container: str, at: int, *, comes: bool) -> None:
    """Take in that a container came or left: the one there before has left when another comes."""
    last = stays[-1] if stays and stays[-1].until is None else None
    if comes:
        if last is not None and last.container == container:
            return
        if last is not None:
            stays[-1] = Stay(last.container, last.since, at)
        stays.append(Stay(container, at, None))
    elif last is not None and last.container == container:
        stays[-1] = Stay(container, last.since, at)
    elif not any(stay.container == container for stay in stays):
        stays.append(Stay(container, None, at))


def _meet(found: dict[str, Meeting], new: Meeting) -> None:
    known = found.get(new.other)
    if known is None:
        found[new.other] = new
        return
    closest = new if new.nearest_m < known.nearest_m else known
    found[new.other] = Meeting(new.other, min(known.first, new.first), max(known.last, new.last), closest.nearest_m,
                               closest.lon, closest.lat)
