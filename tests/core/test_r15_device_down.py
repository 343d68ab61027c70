"""R15: devices that are down or silent, sources that fall silent as a whole, places that no camera sees."""

from __future__ import annotations

import dataclasses

import pytest

from tests.core.any_order import same_in_any_order
from tests.core.small_port import small_port
from tests.core.timeline import Story, Watch, at
from twin.port_index import PortIndex
from twin.port_layout import Building, BuildingKind, Name
from twin.records import DeviceHealth, DeviceState
from twin.rules.r15_device_down import DeviceDown, place_of
from twin.warnings import Severity

UP, DOWN = DeviceState.UP, DeviceState.DOWN
MINUTE = 60_000
CAM, READER = "CAM-G1-I1", "RD-G1-O1"


def says(story: Story, when: str | int, device: str = CAM, state: DeviceState = UP, kind: str = "camera",
         since: str = "0:00", source: str = "devices") -> DeviceHealth:
    told: DeviceHealth = story._tell(
        DeviceHealth, when, device=device, device_kind=kind, state=state, since=at(since))
    told = dataclasses.replace(told, source=source)
    story.records[-1] = told
    return told


def rounds(story: Story, begin: str, count: int, *devices: str) -> None:
    """Every five minutes all devices give a sign of life."""
    for turn in range(count):
        for device in devices:
            says(story, at(begin) + turn * 5 * MINUTE, device, kind="camera" if device.startswith("CAM") else "reader")


def told(story: Story, now: str) -> Watch:
    watch = Watch(story.index, [DeviceDown()]).hears_one_by_one(story.records)
    watch.hears([], at(now))
    return watch


def test_a_device_said_to_be_down_and_up_again() -> None:
    story = Story()
    says(story, "8:00", READER, kind="reader")
    down = says(story, "8:10", READER, DOWN, "reader", since="8:09")
    watch = told(story, "8:11")
    warning = watch.only("R15")
    assert (warning.subject_kind, warning.subject, warning.raised_at) == ("device", READER, at("8:09"))
    assert (warning.found_severity, warning.facts["cause"], warning.zone) == (Severity.MEDIUM, "down", "GATE")
    assert (warning.place_x, warning.place_y) == (200.0, 300.0)
    assert down.id in warning.evidence
    watch.hears([says(story, "8:30", READER, UP, "reader", since="8:30")])
    assert (watch.only("R15").active, watch.only("R15").history[-1].note) == (False, "works again")


def test_a_device_that_misses_its_sign_of_life_while_others_give_theirs() -> None:
    story = Story()
    rounds(story, "8:00", 2, CAM, READER)
    rounds(story, "8:10", 1, READER)
    says(story, "8:12:30", "RD-G1-I1", kind="reader")
    watch = told(story, "8:12:40")
    assert watch.warnings() == ()
    watch.hears([says(story, "8:12:45", "RD-G1-I1", kind="reader")])
    watch.hears([], at("8:13"))
    warning = watch.only("R15")
    assert (warning.subject, warning.facts["cause"], warning.raised_at) == (CAM, "silent", at("8:12:30"))
    watch.hears([says(story, "8:20")])
    assert watch.only("R15").history[-1].note == "gave a sign of life again"


def test_when_nobody_of_a_source_is_heard_it_is_not_the_devices() -> None:
    story = Story()
    rounds(story, "8:00", 2, CAM, READER)
    assert told(story, "9:00").warnings() == ()
    rounds(story, "9:00", 2, CAM, READER)
    assert told(story, "9:06").warnings() == (), "nor in hindsight"


def test_what_has_not_arrived_yet_is_no_silence() -> None:
    """A desk that comes up, or was cut off, hears the past hour within seconds: the clock is ahead of what it knows."""
    story = Story()
    devices = [f"CAM-{number}" for number in range(30)]
    for turn in range(12):
        for number, device in enumerate(devices):
            says(story, at("8:00") + (turn * 300 + number * 10) * 1000, device)
    watch = Watch(story.index, [DeviceDown()])
    for begin in range(0, len(story.records), 20):
        watch.hears(story.records[begin:begin + 20], at("9:00"))
        watch.hears([], at("9:00") + begin * 100)
        assert watch.warnings() == ()


def test_what_is_down_is_not_silent_as_well() -> None:
    story = Story()
    rounds(story, "8:00", 1, CAM, READER)
    says(story, "8:01", CAM, DOWN, since="8:01")
    rounds(story, "8:05", 5, READER)
    assert told(story, "8:27").only("R15").facts["cause"] == "down"


def test_a_place_no_camera_sees_any_more_is_graver() -> None:
    story = Story()
    says(story, "8:00", CAM)
    says(story, "8:00", "CAM-G1-O1")
    says(story, "8:01", CAM, DOWN, since="8:01")
    watch = told(story, "8:02")
    assert watch.only("R15").found_severity is Severity.MEDIUM, "the camera of the next lane is 20 m away"
    watch.hears([says(story, "8:03", "CAM-G1-O1", DOWN, since="8:03")])
    watch.hears([says(story, "8:04", CAM, DOWN, since="8:01")])
    warnings = {w.subject: w for w in watch.warnings()}
    assert {w.found_severity for w in warnings.values()} == {Severity.HIGH}
    assert warnings[CAM].facts["blind_spot"] == "GATE"


def test_a_camera_at_a_place_nobody_knows_has_no_blind_spot() -> None:
    story = Story()
    says(story, "8:00", "CAM-77", DOWN, since="7:59")
    warning = told(story, "8:01").only("R15")
    assert "blind_spot" not in warning.facts
    assert warning.zone == ""


def test_a_late_sign_of_life_overturns_a_silence() -> None:
    story = Story()
    rounds(story, "8:00", 1, CAM, READER)
    rounds(story, "8:05", 2, READER)
    says(story, "8:11", READER, kind="reader")
    watch = told(story, "8:12")
    assert watch.only("R15").active
    watch.hears([says(story, "8:05")], at("8:12:10"))
    warning = watch.only("R15")
    assert (warning.active, warning.overturned) == (False, True)


@pytest.mark.parametrize(("device", "place"), [
    (CAM, (180.0, 300.0)), ("G1", (180.0, 300.0)), ("RTG1", (40.0, 16.0)), ("XY-RTG1", (40.0, 16.0)), ("", None)])
def test_where_devices_stand(device: str, place: tuple[float, float] | None) -> None:
    assert place_of(small_port(), device) == place


def test_a_camera_on_a_building() -> None:
    shed = Building("SHED", Name("查验棚", "shed"), BuildingKind.INSPECTION_SHED,
                    ((300.0, 200.0), (320.0, 200.0), (320.0, 210.0), (300.0, 210.0)), 6.0, False)
    port = PortIndex(dataclasses.replace(small_port().layout, buildings=(shed,)))
    assert place_of(port, "CAM-SHED") == (310.0, 205.0)


def positions(story: Story, begin: str, minutes: int, *sources: str) -> None:
    for minute in range(minutes):
        for source in sources:
            fix = story.fix(at(begin) + minute * MINUTE, 150.0, 100.0, f"闽{source}")
            object.__setattr__(fix, "source", source)


def test_a_steady_source_of_positions_falls_silent_and_speaks_again() -> None:
    story = Story()
    positions(story, "7:00", 70, "gps", "ais")
    positions(story, "8:10", 15, "ais")
    watch = told(story, "8:24")
    warning = watch.only("R15")
    assert (warning.subject_kind, warning.subject, warning.raised_at) == ("source", "gps", at("8:19"))
    assert warning.found_severity is Severity.HIGH
    spoken = len(story.records)
    positions(story, "8:26", 1, "gps")
    watch.hears(story.records[spoken:], at("8:27"))
    assert not watch.only("R15").active


def test_a_source_heard_now_and_then_is_not_missed() -> None:
    story = Story()
    positions(story, "7:00", 20, "receiver")
    positions(story, "7:00", 90, "ais")
    assert told(story, "8:30").warnings() == ()


def test_the_same_in_any_order() -> None:
    story = Story()
    rounds(story, "7:30", 5, READER)
    rounds(story, "7:30", 2, CAM)
    says(story, "7:50", CAM)
    says(story, "7:52", "RD-G1-I1", DOWN, "reader", since="7:52")
    says(story, "7:56", "RD-G1-I1", UP, "reader", since="7:56")
    rounds(story, "7:56", 1, CAM, READER)
    found = same_in_any_order(story, DeviceDown(), at("8:01"), timed=False)
    assert found == [("device", CAM, 0, False, "silent", "GATE"), ("device", "RD-G1-I1", 0, False, "down", "GATE")]
    assert told(story, "8:01").warnings()[0].raised_at == at("7:42:30")


def test_batches_of_several_sources_and_old_news() -> None:
    story = Story()
    positions(story, "7:00", 3, "gps", "ais")
    watch = Watch(story.index, [DeviceDown()])
    watch.hears(story.records)
    watch.hears(story.records[:1])
    assert watch.warnings() == ()


def test_another_camera_elsewhere_or_down_itself_does_not_help() -> None:
    story = Story()
    says(story, "8:00", "CAM-RTG1")
    says(story, "8:00", "CAM-G1-O1", DOWN, since="7:59")
    says(story, "8:01", CAM, DOWN, since="8:01")
    assert told(story, "8:02").warnings()[-1].found_severity is Severity.HIGH
