"""AIS sentences to records: NMEA 0183 lines in, positions and static data of vessels out, refused lines with reasons.

Payloads are read by pyais; the framing (checksum, fragments, time stamps of receivers) is ours, because a feed must be
able to say what became of each line. Sources: IEC 61162-1 (sentence, checksum), ITU-R M.1371-5 annex 8 (messages, "not
available" values, speed in 0.1 knots), NMEA 0183 4.10 tag blocks.
"""

from __future__ import annotations

import re
import zlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import cast

from pyais.exceptions import AISBaseException
from pyais.messages import AISSentence, NMEAMessage, NMEASentenceFactory

from data_sources.quarantine import Reason, Rejection, shortened
from twin.batch import Batch, batch_of
from twin.records import CallState, Datum, EntityKind, Kind, Position, VesselCall

KNOT_MPS = 1852.0 / 3600.0
FRAGMENT_LINES = 200
"""A message's fragments follow each other closely; one that is still incomplete after so many lines will remain so."""
VESSELS_KEPT = 20_000

_SENTENCE = re.compile(
    rb"^(?:\\(?P<tags>[^\\]*)\\)?(?P<body>[!$][^*\r\n]*)\*(?P<sum>[0-9A-Fa-f]{2})(?P<rest>.*)$", re.DOTALL)
_TALKER = re.compile(rb"^[!$][A-Z0-9]{2}VD[MO],")
_TAG_TIME = re.compile(rb"(?:^|,)c:(\d{9,13})(?=[,*]|$)")
_TRAILING_TIME = re.compile(rb",(\d{9,10})\s*$")
_POSITIONS = frozenset((1, 2, 3, 18, 19, 27))
_LEAST_BITS = {1: 143, 2: 143, 3: 143, 5: 422, 18: 139, 19: 301, 24: 160, 27: 94}
"""Where the last field that is used ends (ITU-R M.1371-5); some transmitters leave out spare bits behind it."""
_EARLIEST_S, _LATEST_S = 946_684_800, 4_102_444_800  # years 2000 to 2100: a receiver's stamp outside is none
_NO_LON, _NO_LAT, _NO_COURSE, _NO_SPEED_KN, _NO_SPEED_27_KN = 181.0, 91.0, 360.0, 102.3, 63.0
_MOORED, _UNDEFINED_STATUS = 5, 15
_ACCURATE_M, _COARSE_M, _LONG_RANGE_M = 10.0, 30.0, 185.0  # the flag's border is 10 m; message 27 counts 0.1 minutes


@dataclass(slots=True)
class Tally:
    """What became of lines since the last look."""

    batches: list[Batch] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    ignored: int = 0  # messages that are read but say nothing of a vessel: base stations, marks, texts


@dataclass(frozen=True, slots=True)
class _Vessel:
    """What a vessel said about herself, gathered from messages 5, 19 and 24."""

    name: str = ""
    imo: str = ""
    destination: str = ""
    length_m: float = 0.0
    beam_m: float = 0.0
    eta_at: int = 0
    status: int = _UNDEFINED_STATUS


@dataclass(slots=True)
class _Pending:
    """Fragments of one message that wait for the rest."""

    parts: list[bytes]
    count: int
    since_line: int
    stamped_at: int | None


class AisDecoder:
    """Takes lines one by one; `take()` hands over what came of them. For one thread."""

    def __init__(self, source: str, *, seconds_are_now: bool = False) -> None:
        """Args:
        source: `source` of the records.
        seconds_are_now: the lines come as they are sent, so a report's UTC second dates it within the minute; a
            recording without time stamps is dated by the time of playing instead.
        """
        self._source = source
        self._seconds_are_now = seconds_are_now
        self._line = 0
        self._pending: OrderedDict[tuple[bytes, ...], _Pending] = OrderedDict()
        self._vessels: OrderedDict[str, _Vessel] = OrderedDict()
        self._positions: list[Position] = []
        self._calls: list[VesselCall] = []
        self._tally = Tally()

    def feed(self, line: bytes, received_at: int) -> None:
        """One line, with or without its end. Blank lines and comments are nothing; nothing is ever raised."""
        text = line.strip()
        if not text or text.startswith(b"#"):
            return
        self._line += 1
        self._give_up_old()
        found = _SENTENCE.match(text)
        if found is None:
            self._refuse(Reason.UNREADABLE, "sentence", text)
        elif _checksum(found["body"]) != int(found["sum"], 16):
            self._refuse(Reason.UNREADABLE, "checksum", text)
        elif not _TALKER.match(found["body"]):
            self._tally.ignored += 1  # other NMEA sentences of the receiver, e.g. its own position
        else:
            self._sentence(text, found, received_at)

    def finish(self) -> None:
        """The end of a recording or connection: fragments that still wait are refused."""
        for pending in self._pending.values():
            self._refuse(Reason.UNREADABLE, "fragment", pending.parts[0])
        self._pending.clear()

    def take(self, received_at: int) -> Tally:
        """What came since the last call, stamped with the time of receipt (ms UTC)."""
        taken, self._tally = self._tally, Tally()
        if self._calls:
            taken.batches.append(batch_of(Kind.VESSEL_CALL, self._calls, received_at))
        if self._positions:
            taken.batches.append(batch_of(Kind.POSITION, self._positions, received_at))
        self._calls, self._positions = [], []
        return taken

    # -- sentences

    def _sentence(self, text: bytes, found: re.Match[bytes], received_at: int) -> None:
        fields = found["body"].split(b",")
        if len(fields) != 7 or not (fields[1].isdigit() and fields[2].isdigit()):
            self._refuse(Reason.UNREADABLE, "sentence", text)
            return
        count, number = int(fields[1]), int(fields[2])
        clean = found["body"] + b"*" + found["sum"]
        stamped_at = _stamp(found)
        if not fields[5]:
            self._refuse(Reason.EMPTY, "payload", text)
        elif count == 1:
            self._message([clean], stamped_at, received_at)
        elif not 1 <= number <= count <= 9:
            self._refuse(Reason.UNREADABLE, "fragment", text)
        else:
            self._fragment((fields[0], fields[1], fields[3], fields[4]), number, clean, stamped_at, received_at)

    def _fragment(self, key: tuple[bytes, ...], number: int, clean: bytes, stamped_at: int | None,
                  received_at: int) -> None:
        pending = self._pending.get(key)
        if number == 1:
            if pending is not None:
                self._refuse(Reason.UNREADABLE, "fragment", pending.parts[0])
            self._pending[key] = _Pending([clean], int(key[1]), self._line, stamped_at)
            self._pending.move_to_end(key)
        elif pending is None or number != len(pending.parts) + 1:
            self._refuse(Reason.UNREADABLE, "fragment", clean)
        else:
            pending.parts.append(clean)
            if len(pending.parts) == pending.count:
                del self._pending[key]
                self._message(pending.parts, pending.stamped_at or stamped_at, received_at)

    def _give_up_old(self) -> None:
        while self._pending:
            key, oldest = next(iter(self._pending.items()))
            if self._line - oldest.since_line <= FRAGMENT_LINES:
                return
            self._refuse(Reason.UNREADABLE, "fragment", oldest.parts[0])
            del self._pending[key]

    def _refuse(self, reason: Reason, name: str, line: bytes, value: str | None = None) -> None:
        text = shortened(line.decode("ascii", errors="backslashreplace"))
        self._tally.rejections.append(Rejection("ais", reason, name, text if value is None else value, {"line": text}))

    # -- messages

    def _message(self, sentences: list[bytes], stamped_at: int | None, received_at: int) -> None:
        try:
            parts = [cast(AISSentence, NMEASentenceFactory.produce(sentence)) for sentence in sentences]
            message = NMEAMessage.assemble_from_iterable(parts).decode()
            said: Mapping[str, object] = message.asdict(enum_as_int=True)
            kind, mmsi = int(message.msg_type), int(message.mmsi)
            if kind not in _LEAST_BITS:
                self._tally.ignored += 1
            elif _bits(sentences) < _LEAST_BITS[kind]:
                self._refuse(Reason.UNREADABLE, "payload", sentences[0])
            else:
                self._vessel_message(kind, mmsi, said, sentences, stamped_at, received_at)
        except (AISBaseException, ValueError, TypeError, KeyError, IndexError, OverflowError):
            self._refuse(Reason.UNREADABLE, "payload", sentences[0])

    def _vessel_message(self, kind: int, mmsi: int, said: Mapping[str, object], sentences: list[bytes],
                        stamped_at: int | None, received_at: int) -> None:
        if not 1 <= mmsi <= 999_999_999:
            self._refuse(Reason.OUT_OF_RANGE, "mmsi", sentences[0], str(mmsi))
            return
        entity = f"{mmsi:09d}"
        second = _number(said.get("second"), 60)
        observed_at = stamped_at if stamped_at is not None else self._dated(received_at, second)
        ident = f"{entity}-{observed_at}-{zlib.crc32(b''.join(sentences)):08x}"
        if kind in _POSITIONS:
            self._position(kind, entity, ident, said, sentences, observed_at)
        if kind in (5, 19, 24):
            self._static(entity, ident, said, observed_at)

    def _dated(self, received_at: int, second: float) -> int:
        """The instant with this UTC second that is nearest to the receipt, but not after it."""
        if not self._seconds_are_now or not 0 <= second <= 59:
            return received_at
        off = (received_at - int(second) * 1000 + 30_000) % 60_000 - 30_000
        return received_at - max(off, 0)

    def _position(self, kind: int, entity: str, ident: str, said: Mapping[str, object], sentences: list[bytes],
                  observed_at: int) -> None:
        lon, lat = _number(said["lon"], _NO_LON), _number(said["lat"], _NO_LAT)
        if not (-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0):
            unavailable = abs(lon) >= _NO_LON - 1e-4 or abs(lat) >= _NO_LAT - 1e-4
            reason = Reason.NO_POSITION if unavailable else Reason.OUT_OF_RANGE
            self._refuse(reason, "lon", sentences[0], f"{lon}, {lat}")
            return
        if lon == 0.0 and lat == 0.0:
            self._refuse(Reason.NO_POSITION, "lon", sentences[0], "0, 0")
            return
        speed, heading, course = (_number(said.get("speed"), _NO_SPEED_KN), _number(said.get("heading"), 511),
                                  _number(said.get("course"), _NO_COURSE))
        known = speed < (_NO_SPEED_27_KN if kind == 27 else _NO_SPEED_KN)
        status = int(_number(said.get("status"), _UNDEFINED_STATUS))
        nose = heading if 0 <= heading < 360 else course if 0 <= course < 360 else 0.0
        accuracy = _LONG_RANGE_M if kind == 27 else _ACCURATE_M if said.get("accuracy") else _COARSE_M
        self._positions.append(Position(
            ident, self._source, observed_at, entity, EntityKind.VESSEL, lon, lat, Datum.WGS84, 0.0,
            speed * KNOT_MPS if known else 0.0, nose, status, accuracy))
        vessel = self._vessels.get(entity)
        if vessel is not None and vessel.status != status and kind not in (18, 19):
            self._vessels[entity] = replace(vessel, status=status)

    def _static(self, entity: str, ident: str, said: Mapping[str, object], observed_at: int) -> None:
        before = self._vessels.pop(entity, _Vessel())
        length = _number(said.get("to_bow"), 0) + _number(said.get("to_stern"), 0)
        beam = _number(said.get("to_port"), 0) + _number(said.get("to_starboard"), 0)
        imo = int(_number(said.get("imo"), 0))
        vessel = replace(
            before, name=_text(said.get("shipname")) or before.name, imo=str(imo) if imo else before.imo,
            destination=_text(said.get("destination")) or before.destination, length_m=length or before.length_m,
            beam_m=beam or before.beam_m, eta_at=_eta(said, observed_at) or before.eta_at)
        self._vessels[entity] = vessel
        if len(self._vessels) > VESSELS_KEPT:
            self._vessels.popitem(last=False)
        if not vessel.name:  # mostly part B of message 24: a vessel without a name is nothing to show yet
            self._tally.ignored += 1
            return
        state = CallState.ALONGSIDE if vessel.status == _MOORED else CallState.EXPECTED
        self._calls.append(VesselCall(
            ident, self._source, observed_at, f"AIS-{entity}", vessel.name, vessel.imo, entity, vessel.destination,
            vessel.length_m, vessel.beam_m, None, state, vessel.eta_at or observed_at, vessel.eta_at or observed_at))


def _checksum(body: bytes) -> int:
    """Exclusive or of the characters between the delimiter and the asterisk (IEC 61162-1)."""
    total = 0
    for byte in body[1:]:
        total ^= byte
    return total


def _bits(sentences: list[bytes]) -> int:
    """Length of a message: six bits a character less the fill bits of each sentence."""
    fields = [sentence.partition(b"*")[0].split(b",") for sentence in sentences]
    return sum(6 * len(f[5]) - (int(f[6]) if f[6].isdigit() else 0) for f in fields)


def _stamp(found: re.Match[bytes]) -> int | None:
    """When a receiver says it heard the sentence, ms UTC: a tag block's c, or a UNIX time at the end of the line."""
    stamp = _TAG_TIME.search(found["tags"] or b"") or _TRAILING_TIME.search(found["rest"] or b"")
    if stamp is None:
        return None
    value = int(stamp[1])
    at = value if value > 10**11 else value * 1000  # tag blocks carry seconds or milliseconds
    return at if _EARLIEST_S * 1000 <= at <= _LATEST_S * 1000 else None


def _number(value: object, missing: float) -> float:
    return float(value) if isinstance(value, int | float) else missing


def _text(value: object) -> str:
    """A six-bit text without filling and control characters."""
    text = value if isinstance(value, str) else ""
    return "".join(c for c in text.replace("@", " ") if c.isprintable()).strip()


def _eta(said: Mapping[str, object], observed_at: int) -> int:
    """Message 5 gives the estimated arrival without a year: the one nearest to the report. 0 where it is not given."""
    month, day, hour, minute = (int(_number(said.get(k), 0)) for k in ("month", "day", "hour", "minute"))
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour <= 23 and minute <= 59):
        return 0
    now = datetime.fromtimestamp(observed_at / 1000.0, UTC)
    found = []
    for year in (now.year - 1, now.year, now.year + 1):
        try:
            found.append(datetime(year, month, day, hour, minute, tzinfo=UTC))
        except ValueError:
            continue  # 29 February of another year
    nearest = min(found, key=lambda at: abs(at - now), default=None)
    if nearest is None or abs(nearest - now) > timedelta(days=200):
        return 0
    return round(nearest.timestamp() * 1000)
