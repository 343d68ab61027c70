"""AIS: recorded sentences become vessels at their true places; what is empty, broken or incomplete is counted.

Sentences and the values they decode to are facts from the sample data of gpsd (test/sample.aivdm and its .js.chk,
BSD-2-Clause) and of pyais (nmea_data_sample.txt, MIT). Where the whole recordings lie beside the project they are
played as well.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources.ais_decoder import FRAGMENT_LINES, AisDecoder, Tally
from data_sources.ais_feed import AisFeed, AisFileFeed, AisTcpFeed
from data_sources.inbox import Inbox
from data_sources.quarantine import Quarantine, Reason
from resources import locator
from twin.batch import Batch
from twin.feed_health import FeedErrorCode, FeedState
from twin.local_frame import LocalFrame
from twin.port_definition import load
from twin.records import CallState, Datum, EntityKind, Kind, Position, VesselCall

NOON = 1_795_320_000_000  # 2026-11-22T04:00:00Z
RECORDINGS = Path(__file__).parents[3] / "shared" / "vectors" / "ais"
needs_recordings = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recordings lie in the shared folder only")

JUAN_DE_FUCA = b"!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A"  # gpsd: type 1, 371798000, Strait of Juan de Fuca
NORFOLK = b"!AIVDM,1,1,,A,38Id705000rRVJhE7cl9n;160000,0*40"  # gpsd: type 3, 563808000, moored at Norfolk, Virginia
CLASS_B = b"!AIVDM,1,1,,A,B52K>;h00Fc>jpUlNV@ikwpUoP06,0*4C"  # gpsd: type 18, 338087471, off New York
LONG_RANGE = b"!AIVDM,1,1,,B,KC5E2b@U19PFdLbMuc5=ROv62<7m,0*16"  # gpsd: type 27, 206914217
EVER_DIADEM = (b"!AIVDM,2,1,1,A,55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp8,0*1C",
               b"!AIVDM,2,2,1,A,88888888880,2*25")  # gpsd: type 5, 351759000
GOZDEM_A = b"!AIVDM,1,1,,A,H42O0U0Lu`@Dno4000000000000,2*18"  # gpsd: type 24 A, 271040660
GOZDEM_B = b"!AIVDM,1,1,,A,H42O0U4Ui3hhhlmI=mmhl000H060,0*2E"  # gpsd: type 24 B, 271040660
ON_CHANNEL_B = (b"!AIVDM,2,1,6,B,542M92h00001@<7;?G0PD4i@R0<tqA8tj37>220o0h:2240Ht50000000000,0*3B",
                b"!AIVDM,2,2,6,B,00000000000,2*21")  # gpsd: channel multiplexing, 271010059
ON_CHANNEL_A = (b"!AIVDM,2,1,2,A,542M92h00001@<7;?G0PD4i@R0<tqA8tj37>220o0h:2240Ht500000000000000,0*3C",
                b"!AIVDM,2,2,2,A,0000002,2*24")
EMPTY = b"!AIVDM,1,1,,B,,0*25"  # pyais: a receiver that heard a slot but nothing in it
BASE_STATION = b"!AIVDM,1,1,,A,403OviQuMGCqWrRO9>E6fE700@GO,0*4D"  # gpsd: type 4
STAMPED = b"!AIVDM,1,1,,A,38Id705000rRVJhE7cl9n;160000,0*40,d-103,T39.44353985,x147521,r08TPHI1,1242958962"


def decode(*lines: bytes, at: int = NOON, now: bool = False) -> Tally:
    decoder = AisDecoder("ais", seconds_are_now=now)
    for line in lines:
        decoder.feed(line, at)
    decoder.finish()
    return decoder.take(at)


def positions(tally: Tally) -> list[Position]:
    return [b.record(i) for b in tally.batches if b.kind is Kind.POSITION for i in range(len(b))]  # type: ignore[misc]


def calls(tally: Tally) -> list[VesselCall]:
    return [b.record(i) for b in tally.batches if b.kind is Kind.VESSEL_CALL for i in range(len(b))]  # type: ignore[misc]


def test_a_vessel_under_way_is_where_the_recording_has_her() -> None:
    (fix,) = positions(decode(JUAN_DE_FUCA))
    assert (fix.entity, fix.entity_kind, fix.datum) == ("371798000", EntityKind.VESSEL, Datum.WGS84)
    assert (fix.lon, fix.lat) == pytest.approx((-123.395383, 48.381633), abs=1e-6)
    assert fix.speed_mps == pytest.approx(12.3 * 1852 / 3600)
    assert fix.course_deg == 215.0  # her heading: she makes good 224 degrees
    assert (fix.observed_at, fix.accuracy_m, fix.status) == (NOON, 10.0, 0)


def test_a_vessel_at_her_berth_stands_and_says_so() -> None:
    (fix,) = positions(decode(NORFOLK))
    assert (fix.lon, fix.lat) == pytest.approx((-76.327533, 36.91), abs=1e-6)
    assert (fix.speed_mps, fix.course_deg, fix.status) == (0.0, 352.0, 5)


def test_a_small_craft_without_compass_heads_where_she_goes() -> None:
    (fix,) = positions(decode(CLASS_B))
    assert (fix.entity, fix.course_deg) == ("338087471", 79.6)
    assert (fix.lon, fix.lat) == pytest.approx((-74.072132, 40.684540), abs=1e-6)


def test_a_long_range_report_is_coarse() -> None:
    (fix,) = positions(decode(LONG_RANGE))
    assert (fix.lon, fix.lat) == pytest.approx((137.0, 4.8), abs=0.05)
    assert (fix.speed_mps, fix.accuracy_m) == (pytest.approx(57 * 1852 / 3600), 185.0)


def test_a_message_in_two_sentences_names_the_vessel() -> None:
    (call,) = calls(decode(*EVER_DIADEM))
    assert (call.vessel, call.imo, call.mmsi, call.voyage) == ("EVER DIADEM", "9134270", "351759000", "NEW YORK")
    assert (call.length_m, call.beam_m, call.state, call.berth) == (295.0, 32.0, CallState.EXPECTED, None)
    assert call.arrival_at == 1_810_389_600_000  # "05-15T14:00Z", the nearest to the report: 2027


def test_fragments_of_two_channels_do_not_mix() -> None:
    told = decode(ON_CHANNEL_B[0], ON_CHANNEL_A[0], ON_CHANNEL_A[1], ON_CHANNEL_B[1])
    assert [call.mmsi for call in calls(told)] == ["271010059", "271010059"]
    assert {call.vessel for call in calls(told)} == {"HEALTH CONTROL 13"}
    assert not told.rejections


def test_name_and_size_that_come_apart_are_put_together() -> None:
    assert decode(GOZDEM_B).ignored == 1  # a size without a name is nothing to show
    named, sized = calls(decode(GOZDEM_A, GOZDEM_B))
    assert (named.vessel, named.length_m) == ("GOZDEM-1", 0.0)
    assert (sized.vessel, sized.length_m, sized.beam_m) == ("GOZDEM-1", 24.0, 6.0)


def test_empty_sentences_are_counted_and_hurt_nothing() -> None:
    told = decode(EMPTY, JUAN_DE_FUCA, EMPTY, b"", b"# a comment", b"   \r\n")
    assert len(positions(told)) == 1
    assert [(r.reason, r.field) for r in told.rejections] == [(Reason.EMPTY, "payload")] * 2


@pytest.mark.parametrize(("line", "field"), [
    (JUAN_DE_FUCA[:-2] + b"4B", "checksum"),
    (JUAN_DE_FUCA.replace(b"15RT", b"15RU"), "checksum"),
    (JUAN_DE_FUCA[1:], "sentence"),
    (b"GET / HTTP/1.1", "sentence"),
    (b"\xff\xfe\x00", "sentence"),
    (b"!AIVDM,1,1*7F", "checksum"),
    (EVER_DIADEM[1], "fragment"),
    (EVER_DIADEM[0], "fragment"),
])
def test_a_broken_line_goes_to_quarantine_with_what_is_wrong(line: bytes, field: str) -> None:
    told = decode(line)
    assert not told.batches
    assert [(r.reason, r.field) for r in told.rejections] == [(Reason.UNREADABLE, field)]
    assert told.rejections[0].row["line"]


def test_a_fragment_waits_for_its_rest_but_not_for_ever() -> None:
    close = decode(EVER_DIADEM[0], *[EMPTY] * (FRAGMENT_LINES - 1), EVER_DIADEM[1])
    assert len(calls(close)) == 1
    late = decode(EVER_DIADEM[0], *[EMPTY] * (FRAGMENT_LINES + 1), EVER_DIADEM[1])
    assert not calls(late)
    assert Counter(r.field for r in late.rejections)["fragment"] == 2


def test_base_stations_and_other_instruments_are_no_vessels() -> None:
    told = decode(BASE_STATION, b"$GPZDA,160012.71,11,03,2004,-1,00*7D")
    assert (told.batches, told.rejections, told.ignored) == ([], [], 2)


def test_a_receivers_stamp_dates_the_report() -> None:
    (fix,) = positions(decode(STAMPED))
    assert fix.observed_at == 1_242_958_962_000
    (fix,) = positions(decode(rb"\s:2573135,c:1671620143*0B" + b"\\" + JUAN_DE_FUCA))
    assert fix.observed_at == 1_671_620_143_000


@given(late_ms=st.integers(0, 25_000))
def test_live_reports_are_dated_by_their_utc_second(late_ms: int) -> None:
    sent = NOON + 33_000  # the report of 371798000 says second 33
    (fix,) = positions(decode(JUAN_DE_FUCA, at=sent + late_ms, now=True))
    assert fix.observed_at == sent
    (fix,) = positions(decode(JUAN_DE_FUCA, at=sent - 2_000, now=True))
    assert fix.observed_at == sent - 2_000  # our clock is behind: a report never comes from the future


@given(st.lists(st.binary(max_size=90) | st.sampled_from([JUAN_DE_FUCA, *EVER_DIADEM, GOZDEM_B, EMPTY])))
def test_no_bytes_can_stop_the_decoder_and_none_vanish(lines: list[bytes]) -> None:
    told = decode(*lines)
    said = [line for line in lines if line.strip() and not line.strip().startswith(b"#")]
    came = sum(map(len, told.batches))
    assert came + sum(r.rows for r in told.rejections) + told.ignored <= len(said)
    assert bool(came or told.rejections or told.ignored) == bool(said)


@given(st.binary(min_size=1, max_size=60), st.integers(0, 5))
def test_any_payload_at_all_is_read_or_refused(payload: bytes, fill: int) -> None:
    body = b"!AIVDM,1,1,,A," + bytes(48 + b % 40 for b in payload) + b"," + str(fill).encode()
    told = decode(body + b"*%02X" % np.bitwise_xor.reduce(list(body[1:])))
    assert sum(map(len, told.batches)) + len(told.rejections) + told.ignored >= 1
    for fix in positions(told):
        assert -180 <= fix.lon <= 180
        assert -90 <= fix.lat <= 90


# -- feeds


@pytest.fixture(name="inbox")
def empty_inbox() -> Inbox:
    return Inbox()


@pytest.fixture(name="quarantine")
def empty_quarantine() -> Quarantine:
    return Quarantine()


def until(condition: Callable[[], bool]) -> None:
    """Wait for the feed's thread."""
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("the feed did not get there")


def drained(inbox: Inbox, kind: Kind) -> list[Batch]:
    return [batch for batch in inbox.drain(1_000_000) if batch.kind is kind]


def test_a_recording_is_played_to_its_end(tmp_path: Path, inbox: Inbox, quarantine: Quarantine) -> None:
    recording = tmp_path / "strait.nmea"
    lines = [JUAN_DE_FUCA, EMPTY, *EVER_DIADEM, b"", NORFOLK, NORFOLK[:-1] + b"1", BASE_STATION]
    recording.write_bytes(b"\r\n".join(lines))
    feed = AisFileFeed(recording, inbox, quarantine, lines_per_s=None)
    feed.start()
    until(lambda: feed.ended)
    assert feed.stop()
    health = feed.health()
    assert (health.records, health.rejected, health.ignored) == (3, 2, 1)
    assert health.last_error is not None
    assert (health.last_error.code, health.last_error.text) == (
        FeedErrorCode.NO_DATA, "the recording strait.nmea has ended")
    assert quarantine.counts() == {("ais", "ais", Reason.EMPTY): 1, ("ais", "ais", Reason.UNREADABLE): 1}
    assert sum(len(batch) for batch in drained(inbox, Kind.POSITION)) == 2


def test_a_recording_that_is_not_there_says_so(tmp_path: Path, inbox: Inbox, quarantine: Quarantine) -> None:
    feed = AisFileFeed(tmp_path / "none.nmea", inbox, quarantine)
    feed.start()
    until(lambda: feed.health().last_error is not None)
    assert feed.stop()
    error = feed.health().last_error
    assert error is not None
    assert error.code is FeedErrorCode.NO_DATA
    assert "No such file" in error.text


def test_playing_can_be_broken_off(tmp_path: Path, inbox: Inbox, quarantine: Quarantine) -> None:
    recording = tmp_path / "long.nmea"
    recording.write_bytes(JUAN_DE_FUCA + b"\n" + (NORFOLK + b"\n") * 5_000)
    feed = AisFileFeed(recording, inbox, quarantine, lines_per_s=200.0)
    feed.start()
    until(lambda: feed.health().records > 0 and feed.health().state is FeedState.UP)
    assert feed.stop(2.0)
    assert not feed.ended


class _Receiver:
    """A receiver on the network that sends what it is told."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._open: list[socket.socket] = []

    def send(self, data: bytes, *, close: bool = False) -> None:
        if not self._open:
            self._server.settimeout(10.0)
            self._open.append(self._server.accept()[0])
        self._open[-1].sendall(data)
        if close:
            self._open.pop().close()

    def close(self) -> None:
        for connection in (*self._open, self._server):
            connection.close()


@pytest.fixture(name="receiver")
def ais_receiver() -> Iterator[_Receiver]:
    receiver = _Receiver()
    yield receiver
    receiver.close()


def test_a_receiver_is_listened_to_across_cuts_in_lines_and_connections(
        receiver: _Receiver, inbox: Inbox, quarantine: Quarantine) -> None:
    feed = AisTcpFeed("127.0.0.1", receiver.port, inbox, quarantine)
    feed.start()
    receiver.send(JUAN_DE_FUCA[:20])
    receiver.send(JUAN_DE_FUCA[20:] + b"\r\n" + EVER_DIADEM[0] + b"\r\n")
    receiver.send(EVER_DIADEM[1] + b"\r\n")
    until(lambda: feed.health().records == 2 and feed.health().state is FeedState.UP)
    receiver.send(b"", close=True)
    until(lambda: feed.health().last_error is not None)
    receiver.send(NORFOLK + b"\r\n")
    until(lambda: feed.health().records == 3 and feed.health().state is FeedState.UP)
    error = feed.health().last_error
    assert error is not None
    assert error.code is FeedErrorCode.CUT_OFF
    assert feed.stop()
    assert not any(thread.name == "feed-ais" for thread in threading.enumerate())


def test_a_line_without_end_is_refused_and_not_kept(
        receiver: _Receiver, inbox: Inbox, quarantine: Quarantine) -> None:
    feed = AisTcpFeed("127.0.0.1", receiver.port, inbox, quarantine)
    feed.start()
    receiver.send(b"x" * 5_000)
    until(lambda: quarantine.total >= 1)
    receiver.send(b"\n" + JUAN_DE_FUCA + b"\n")
    until(lambda: feed.health().records == 1)
    assert feed.stop()


def test_a_silent_receiver_is_late_and_a_missing_one_is_told_apart(
        receiver: _Receiver, inbox: Inbox, quarantine: Quarantine) -> None:
    feed = AisTcpFeed("127.0.0.1", receiver.port, inbox, quarantine, silent_after_s=0.05)
    feed.start()
    receiver.send(NORFOLK + b"\n")
    until(lambda: feed.health().state is FeedState.LATE)
    assert feed.stop()
    receiver.close()
    nobody: AisFeed = AisTcpFeed("127.0.0.1", receiver.port, inbox, quarantine)
    nobody.start()
    until(lambda: nobody.health().last_error is not None)
    assert nobody.stop()
    error = nobody.health().last_error
    assert error is not None
    assert error.code is FeedErrorCode.REFUSED


# -- whole recordings


@needs_recordings
def test_the_pyais_recording_plays_with_its_hundred_empty_lines(inbox: Inbox, quarantine: Quarantine) -> None:
    feed = AisFileFeed(RECORDINGS / "pyais_nmea_data_sample.txt", inbox, quarantine, lines_per_s=None)
    feed.start()
    until(lambda: feed.ended)
    assert feed.stop()
    assert quarantine.counts()["ais", "ais", Reason.EMPTY] == 100
    assert quarantine.counts()["ais", "ais", Reason.NO_POSITION] == 4
    assert quarantine.counts()["ais", "ais", Reason.UNREADABLE] == 20  # first halves whose second was not recorded
    assert feed.health().records + feed.health().repeated == 760
    assert sum(len(batch) for batch in drained(inbox, Kind.POSITION)) > 700


@needs_recordings
def test_every_vessel_of_the_gpsd_recording_is_where_gpsd_has_her() -> None:
    told = decode(*(RECORDINGS / "gpsd_sample.aivdm").read_bytes().splitlines())
    theirs = [m for m in map(json.loads, (RECORDINGS / "gpsd_sample.aivdm.js.chk").read_text().splitlines())
              if m["type"] in (1, 2, 3, 18, 19, 27)]
    ours = positions(told)
    assert [fix.entity for fix in ours] == [f"{m['mmsi']:09d}" for m in theirs]
    for fix, message in zip(ours, theirs, strict=True):
        close = 0.051 if message["type"] == 27 else 1e-6  # gpsd writes these to a tenth of a degree
        assert (fix.lon, fix.lat) == pytest.approx((message["lon"], message["lat"]), abs=close)
    names = {f"{m['mmsi']:09d}": m["shipname"] for m in map(
        json.loads, (RECORDINGS / "gpsd_sample.aivdm.js.chk").read_text().splitlines()) if m.get("shipname")}
    assert {call.mmsi: call.vessel for call in calls(told)}.items() >= names.items()


def test_vessels_stand_at_their_true_places_on_the_open_sea() -> None:
    sea = load(locator.sea_only_definition(), origin=(-76.3, 36.9))
    (fix,) = positions(decode(NORFOLK))
    x, y = LocalFrame(sea.origin_lon, sea.origin_lat).to_local([fix.lon], [fix.lat])
    assert x[0] == pytest.approx(-2453.8, abs=1.0)  # 0.027533 degrees of 89.1 km
    assert y[0] == pytest.approx(1109.9, abs=1.0)  # 0.01 degrees of 110.98 km
