"""Any order of arrival and any repetition of the same records ends in the same state."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.timeline import Story, Watch, number
from twin.records import (
    Classifier,
    DeclarationMode,
    DeclarationState,
    Direction,
    InspectionKind,
    InspectionState,
    Inventory,
    MoveEvent,
    PlaceKind,
    Purpose,
    Record,
    SealEventKind,
    Trade,
    VehicleKind,
)
from twin.twin import Twin

BOXES = [number(i) for i in range(1, 4)]
PLATES = ["闽A1", "闽B2"]
SLOTS = ["F1-01-01-1", "F1-02-01-1", "F1-03-01-1", "F1-03-01-2", "D1-05-02-1", "Z9-01-01-1", "by the fence"]
times = st.integers(0, 40).map(lambda minute: f"8:{minute:02d}")
boxes = st.sampled_from(BOXES)
plates = st.sampled_from(PLATES)
coordinates = st.tuples(st.floats(-50, 450), st.floats(-50, 320))
places = st.one_of(
    st.tuples(st.just(PlaceKind.SLOT), st.sampled_from(SLOTS)), st.tuples(st.just(PlaceKind.VEHICLE), plates),
    st.tuples(st.just(PlaceKind.VESSEL), st.sampled_from(["413000001/140284", "413000001/x", "nowhere"])),
    st.tuples(st.just(PlaceKind.OUTSIDE), st.just("")))
facts = st.one_of(
    st.tuples(st.just("container"), times, boxes, st.sampled_from(Trade), st.booleans()),
    st.tuples(st.just("vehicle"), times, plates, st.sampled_from(VehicleKind), st.sampled_from(Trade)),
    st.tuples(st.just("declares"), times, st.sampled_from(DeclarationState), boxes, st.sampled_from(DeclarationMode),
              st.sampled_from(["1", "2"])),
    st.tuples(st.just("inspects"), times, st.sampled_from(InspectionState), boxes, st.sampled_from(InspectionKind),
              st.sampled_from(["I1", "I2"])),
    st.tuples(st.just("move"), times, st.sampled_from(MoveEvent), st.sampled_from(Purpose), places, places, boxes,
              st.sampled_from(Classifier)),
    st.tuples(st.just("inventory"), times, boxes, places, st.booleans()),
    st.tuples(st.just("gate"), times, st.sampled_from(Direction), plates, boxes),
    st.tuples(st.just("fix"), times, coordinates, plates),
    st.tuples(st.just("seal"), times, st.sampled_from(SealEventKind), coordinates, st.sampled_from(["S1", "S2"]),
              boxes),
)


def tell(fact: tuple[Any, ...], story: Story) -> None:
    kind, when, *rest = fact
    if kind == "container":
        story.container(when, rest[0], trade=rest[1], full=rest[2], type_code="45G1" if rest[2] else "22G1")
    elif kind == "vehicle":
        story.vehicle(when, *rest)
    elif kind == "declares":
        story.declares(when, rest[0], rest[1], mode=rest[2], declaration=rest[3])
    elif kind == "inspects":
        story.inspects(when, rest[0], rest[1], rest[2], rest[3])
    elif kind == "move":
        story.move(when, *rest)
    elif kind == "inventory":
        story._tell(Inventory, when, container=rest[0], place_kind=rest[1][0], place_ref=rest[1][1], present=rest[2],
                    arrived_at=len(story.records))
    elif kind == "gate":
        story.passes_gate(when, rest[0], rest[1], (rest[2],))
    elif kind == "fix":
        story.fix(when, *rest[0], rest[1])
    else:
        story.seal(when, rest[0], *rest[1], seal=rest[2], box=rest[3])


_ROWS = {"carrier": "movers", "load": "containers", "load2": "containers", "container": "containers", "mover": "movers"}
_MEMORY_OF_ARRIVAL = {"received_at", "was_load", "was_from", "was_until", "zone"}


def picture(twin: Twin) -> dict[str, dict[str, dict[str, Any]]]:
    """The whole state, rows named by their keys."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for name in ("containers", "movers", "seals", "vessels", "cranes", "orders"):
        table = getattr(twin, name)
        rows = {}
        for key, row in table.row_of.items():
            values = {}
            for column in table._data:
                if column in _MEMORY_OF_ARRIVAL:
                    continue
                value = getattr(table, column)[row]
                if column in _ROWS:
                    value = getattr(twin, _ROWS[column])._interner.texts[value] if value >= 0 else None
                values[column] = repr(np.asarray(value).tolist())
            rows[key] = values
        found[name] = rows
    found["dossiers"] = {box: {str(i): repr(e) for i, e in enumerate(twin.dossier(box))} for box in BOXES}
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(facts, min_size=1, max_size=14), st.randoms(use_true_random=False), st.data())
def test_any_order_and_repetition_ends_in_the_same_state(
    told: list[tuple[Any, ...]], random: Any, data: st.DataObject,
) -> None:
    story = Story()
    for fact in told:
        tell(fact, story)
    straight = Watch()
    straight.hears(story.records, now=story.records[0].observed_at)
    shuffled: list[Record] = story.records + story.records[: data.draw(st.integers(0, len(told)))]
    random.shuffle(shuffled)
    other = Watch()
    while shuffled:
        count = data.draw(st.integers(1, len(shuffled)))
        other.hears(shuffled[:count], now=story.records[0].observed_at)
        shuffled = shuffled[count:]
    assert picture(other.twin) == picture(straight.twin)


@settings(max_examples=60, deadline=None)
@given(st.lists(facts, min_size=1, max_size=14))
def test_the_same_records_again_change_nothing_and_raise_nothing(told: list[tuple[Any, ...]]) -> None:
    story = Story()
    for fact in told:
        tell(fact, story)
    watch = Watch()
    watch.hears(story.records)
    before, warnings = picture(watch.twin), watch.warnings()
    delta = watch.hears(story.records)
    assert picture(watch.twin) == before
    assert watch.warnings() == warnings
    assert delta.warnings == ()
    assert len(delta.containers) == 0
    assert all(status.on for status in watch.twin.rule_status.values())


removal_facts = st.one_of(
    st.tuples(st.just("declares"), times, st.sampled_from(DeclarationState), st.just(BOXES[0]),
              st.sampled_from([DeclarationMode.IMPORT, DeclarationMode.EXPORT]), st.sampled_from(["1", "2"])),
    st.tuples(st.just("lift"), times, plates),
    st.tuples(st.just("drop"), times, plates),
    st.tuples(st.just("gate"), times, st.sampled_from(Direction), plates, st.just(BOXES[0])),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(removal_facts, min_size=2, max_size=8), st.randoms(use_true_random=False))
def test_any_order_comes_to_the_same_conclusion_about_removals(told: list[tuple[Any, ...]], random: Any) -> None:
    story = Story()
    story.container("7:00", BOXES[0])
    for fact in told:
        if fact[0] == "lift":
            story.lifted_for_exit(fact[1], plate=fact[2], box=BOXES[0])
        elif fact[0] == "drop":
            story.dropped(fact[1], plate=fact[2], box=BOXES[0])
        else:
            tell(fact, story)
    straight = Watch()
    straight.hears(story.records)
    other = Watch().hears_one_by_one(random.sample(story.records, len(story.records)))
    for watch in (straight, other):
        assert watch.twin.rule_status["R01"].on
    ours, theirs = (
        {(w.subject, w.active) for w in watch.warnings("R01") if not w.overturned} for watch in (straight, other))
    assert ours == theirs
