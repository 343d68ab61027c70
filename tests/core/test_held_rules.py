"""A desk that joins is told boxes first and papers after: rules wait, and then judge all they were not shown."""

from __future__ import annotations

from tests.core.test_r15_device_down import says
from tests.core.timeline import Story, at, number
from twin.batch import Batch, batch_of
from twin.records import RECORD_CLASSES, DeclarationState, Kind
from twin.rules.r15_device_down import DeviceDown
from twin.rules.registry import make_rules
from twin.twin import Twin

KIND_OF = {record_class: kind for kind, record_class in RECORD_CLASSES.items()}


def joined() -> Story:
    """What stands, then the papers of all but one box, then a lift without release."""
    story = Story()
    for serial in range(1, 9):
        story.container("0:10", number(serial))
        story.stands("0:10", f"F1-{serial:02d}-01-1", number(serial))
    for serial in range(1, 8):
        story.declares("0:11", DeclarationState.ACCEPTED, number(serial), declaration=f"35012026100000000{serial}")
    story.vehicle("8:00")
    story.fix("8:14:58", 40.0, 20.0)
    story.lifted_for_exit("8:15")
    return story


def play(hold: bool) -> Twin:
    story = joined()
    twin = Twin(story.index, make_rules())
    twin.hold_rules(hold)
    for record in story.records:
        twin.apply([batch_of(KIND_OF[type(record)], [record], at("8:15:01"))], at("8:15:01"))
    return twin


def test_boxes_before_their_papers_are_no_findings_while_the_port_is_being_told() -> None:
    hasty, patient = play(hold=False), play(hold=True)
    assert len(hasty.warnings.all()) > 2, "what the wait is for"
    assert patient.warnings.all() == ()
    patient.hold_rules(False)
    for second in range(30):
        patient.apply([], at("8:15:02") + second * 1_000)
    told = {(w.rule, w.subject) for w in patient.warnings.all()}
    assert ("R01", number(1)) in told, "the lift that was told meanwhile"
    assert {subject for rule, subject in told if rule == "R04"} <= {number(8)}, "only the box without papers"


def test_what_comes_right_after_is_judged_with_what_waited() -> None:
    story = joined()
    twin = Twin(story.index, make_rules())
    twin.hold_rules(True)
    *before, lift = story.records
    for record in before:
        twin.apply([batch_of(KIND_OF[type(record)], [record], at("8:14:59"))], at("8:14:59"))
    twin.hold_rules(False)
    twin.apply([batch_of(KIND_OF[type(lift)], [lift], at("8:15:01"))], at("8:15:01"))
    for second in range(30):
        twin.apply([], at("8:15:02") + second * 1_000)
    assert [w.subject for w in twin.warnings.all() if w.rule == "R01"] == [number(1)]


def test_what_the_steps_that_waited_overturn_among_themselves_nobody_is_told() -> None:
    """A source says how its cameras are, then everything of the hour before; one camera has really been silent."""
    story = Story()
    cameras, quiet = [f"CAM-{number}" for number in range(20)], "CAM-7"
    latest = [says(story, "8:58", camera) for camera in cameras if camera != quiet]
    latest.append(says(story, "8:20", quiet))
    hour = [says(story, at("8:00") + (turn * 300 + number * 10) * 1000, camera)
            for turn in range(12) for number, camera in enumerate(cameras) if camera != quiet or turn < 4]
    twin = Twin(story.index, [DeviceDown()])
    twin.hold_rules(True)
    for some in (latest, *(hour[begin:begin + 20] for begin in range(0, len(hour), 20))):
        twin.apply([batch_of(Kind.DEVICE_HEALTH, some, at("9:00")), *_filler(story)], at("9:00"))
    twin.hold_rules(False)
    beats = 0
    while not twin.judging:
        assert twin.warnings.all() == (), "not while there is more to be seen"
        twin.apply([], at("9:01") + beats * 1_000)
        beats += 1
    assert beats > 2, "they waited for several beats"
    twin.apply([], at("9:02"))
    assert [(w.subject, w.facts["cause"], w.overturned) for w in twin.warnings.all()] == [(quiet, "silent", False)]


def _filler(story: Story) -> list[Batch]:
    """Fixes enough that each step waits by itself."""
    return [batch_of(Kind.POSITION, [story.fix("8:59", 150.0, 100.0, f"闽{n}") for n in range(4_000)], at("9:00"))]
