"""The port definition: every fault is one sentence that names the place, and no input raises anything else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resources import locator
from tests.core import small_definition
from twin.port_definition import PortDefinitionError, load, parse
from twin.port_layout import BlockKind, FenceClass, PortLayout, ZoneKind

Change = Callable[[dict[str, Any], dict[str, Any]], object]


def test_a_whole_definition_becomes_a_layout(tmp_path: Path) -> None:
    layout = load(small_definition.write(tmp_path, small_definition.tables()))
    assert layout.name.zh == "试验港"
    assert layout.blocks[0].kind is BlockKind.RTG
    assert layout.gates[0].lanes[1].direction == "out"
    assert layout.stop_points[0].bay == 1
    assert layout.cranes[1].outreach_m == 0.0
    assert layout.fences[0].fence_class is FenceClass.FOREIGN
    assert layout.fences[0].open_hours == (("08:00", "20:00"),)
    assert layout.fences[0].openings == (((-75.0, 180.0), (-55.0, 180.0)),)
    assert [zone.kind for zone in layout.zones] == [ZoneKind.PORT, ZoneKind.FOREIGN_YARD]
    assert [zone.working_hours for zone in layout.zones] == [(), (("06:00", "22:00"),)]
    assert layout.zones[0].outline == ((-200.0, -10.0), (200.0, -10.0), (200.0, 200.0), (-200.0, 200.0))
    assert len(layout.land) == 1
    assert not layout.rail_tracks


def _set(table: str, row: int, field: str, value: object) -> Change:
    return lambda main, files: main[table][row].__setitem__(field, value)


def _head(field: str, value: object) -> Change:
    return lambda main, files: main.__setitem__(field, value)


def _property(file: str, row: int, field: str, value: object) -> Change:
    return lambda main, files: files[file]["features"][row]["properties"].__setitem__(field, value)


def _ring(file: str, row: int, ring: object) -> Change:
    return lambda main, files: files[file]["features"][row]["geometry"].__setitem__("coordinates", [ring])


FAULTS: dict[str, tuple[Change, str]] = {
    "unknown format": (
        _head("format", "port/9"), "port.json: definition: field format is 'port/9', but must be one of "),
    "missing field": (lambda m, f: m.pop("code"), "port.json: definition: field code is missing"),
    "misspelt field": (_head("blokcs", []), "port.json: definition: field 'blokcs' is unknown"),
    "wrong type": (_set("blocks", 0, "bays", "forty"),
                   "port.json: blocks A1: field bays is 'forty', but must be a whole number"),
    "truth is no number": (_set("blocks", 0, "tiers", True), "blocks A1: field tiers is True, but must be a whole"),
    "out of range": (
        _set("blocks", 0, "bays", 0), "port.json: blocks A1: field bays is 0, but must lie between 1 and 200"),
    "latitude": (_head("origin_lat", 95), "definition: field origin_lat is 95, but must lie between -85 and 85"),
    "time zone": (_head("time_zone", "China/Fuzhou"), "field time_zone is 'China/Fuzhou', but must be a time zone"),
    "table is no list": (_head("berths", {}), "definition: field berths is {}, but must be a list"),
    "row is no object": (lambda m, f: m["cranes"].append(5), "port.json: cranes number 3 is 5, but must be an object"),
    "row without id": (lambda m, f: m["berths"][0].pop("id"), "port.json: berths number 1: field id is missing"),
    "name in one language": (_set("berths", 0, "name", {"zh": "一"}), "berths B1: field name: field en is missing"),
    "kind": (_set("berths", 0, "kind", "ferry"), "berths B1: field kind is 'ferry', but must be one of container"),
    "dangerous class": (_set("blocks", 0, "dangerous_classes", ["10"]), "field dangerous_classes is '10', but"),
    "service side": (_set("blocks", 0, "service_side", 0), "blocks A1: field service_side is 0, but must be 1"),
    "block id": (_set("blocks", 0, "id", "a-1"), "blocks a-1: field id is 'a-1', but must be of capital letters"),
    "point": (_set("berths", 0, "end", [1.0]), "berths B1: field end is [1.0], but must be a point"),
    "same id twice": (_set("blocks", 1, "id", "A1"), "blocks A1: field id is 'A1', but another element of the table"),
    "zone of a block": (_set("blocks", 0, "zone", "yrad"), "blocks A1: field zone is 'yrad', but no element of zones"),
    "block outside its zone": (_set("blocks", 0, "origin", [140.0, 20.0]), "the block does not lie within that zone"),
    "blocks overlap": (_set("blocks", 1, "origin", [100.0, 70.0]), "the block overlaps block A1"),
    "edge into nowhere": (
        _set("road_edges", 1, "end", "x"), "road_edges down: field end is 'x', but no element of road_n"),
    "edge through a block": (
        _set("road_edges", 1, "via", [[50.0, 120.0], [50.0, 68.0]]), "through or along the edge of blo"),
    "stop on a missing edge": (
        _set("stop_points", 0, "edge", "x"), "stop_points A1-01: field edge is 'x', but no element"),
    "stop off its edge": (
        _set("stop_points", 0, "at", [96.0, 95.0]), "field at is [96.0, 95.0], but it lies 10.0 m off"),
    "even bay": (_set("stop_points", 0, "bay", 2), "field bay is 2, but must be an odd bay of block A1"),
    "crane serves a berth": (
        _set("cranes", 1, "serves", ["B1"]), "cranes RTG1: field serves is 'B1', but no element of bl"),
    "gate node": (lambda m, f: m["gates"][0]["lanes"][0].update(node_after="nowhere"),
                  "gates G1: lane G1-IN1: field node_after is 'nowhere', but no element of road_nodes"),
    "gate lane without road": (lambda m, f: m["gates"][0]["lanes"][0].update(node_after="b"),
                               "gates G1: lane G1-IN1: field node_after is 'b', but no road edge leads there"),
    "unreachable stop": (
        lambda m, f: m["road_edges"].pop(1), "A1-01: field edge is 'service', but it cannot be reached"),
    "no way out": (
        lambda m, f: m["road_edges"].pop(4), "field edge is 'service', but no exit gate can be reached from it"),
    "viewpoint": (
        _set("viewpoints", 0, "target", [0, 0]), "viewpoints port: field target is [0, 0], but must be a point"),
    "outline of nothing": (lambda m, f: m["outlines"].update(trees="t.geojson"), "outlines: field 'trees' is unknown"),
    "file elsewhere": (
        lambda m, f: m["outlines"].update(land="../land.geojson"), "field land is '../land.geojson', but"),
    "file missing": (lambda m, f: m["outlines"].update(land="sea.geojson"), "sea.geojson: the file "),
    "not a collection": (lambda m, f: f["land.geojson"].update(type="Feature"), "land.geojson: collection: field type"),
    "other frame": (lambda m, f: f["land.geojson"].update(frame={"origin_lon": 1.0, "origin_lat": 25.4133}),
                    "land.geojson: frame: field origin_lon is 1.0, but the definition's is 119.292"),
    "circle of zones": (
        _property("zones.geojson", 0, "parent", "yard"), "zones.geojson: feature port: field parent is"),
    "zone outside its parent": (_ring("zones.geojson", 1, [[-50, 50], [900, 50], [150, 150], [-50, 50]]),
                                "zones.geojson: feature yard: field parent is 'port', but the outline does not lie"),
    "open ring": (_ring("land.geojson", 0, [[0, 0], [9, 0], [9, 9], [0, 9]]), "must end its ring at the first point"),
    "crossed ring": (_ring("land.geojson", 0, [[0, 0], [9, 9], [9, 0], [0, 9], [0, 0]]), "ring that is not simple"),
    "flat ring": (_ring("land.geojson", 0, [[0, 0], [9, 0], [18, 0], [0, 0]]), "begins a ring that is not simple"),
    "fence hours": (_property("fences.geojson", 0, "open_hours", [["8", "20"]]), "feature bonded: field open_hours is"),
    "working hours": (
        _property("zones.geojson", 1, "working_hours", [["06:00", "06:00"]]), "feature yard: field working_hours is"),
    "fence class": (
        _property("fences.geojson", 0, "fence_class", "wire"), "field fence_class is 'wire', but must be one"),
    "unknown property": (
        _property("buildings.geojson", 0, "colour", "red"), "feature customs: field 'colour' is unknown"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_one_sentence_that_names_the_place(fault: str, tmp_path: Path) -> None:
    main, files = small_definition.tables(), small_definition.outlines()
    change, expected = FAULTS[fault]
    change(main, files)
    with pytest.raises(PortDefinitionError) as caught:
        load(small_definition.write(tmp_path, main, files))
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("text", "expected"), [
    ("", "line 1 column 1 is not JSON"),
    ("[]", "definition is [], but must be an object"),
    ('{"code": NaN}', "NaN is not a number"),
    ('{"code": 1, "code": 2}', "field 'code' stands twice in one object"),
    ("[" * 200_000, "nested too deeply"),
    ('{"a": ' + "9" * 5000 + "}", "a number has too many digits"),
    ('{"format": "port-definition/1"', "is not JSON"),
])
def test_a_text_that_is_no_definition_says_where(text: str, expected: str, tmp_path: Path) -> None:
    with pytest.raises(PortDefinitionError, match=r"^definition: ") as caught:
        parse(text, tmp_path)
    assert expected in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(PortDefinitionError, match=r"^none\.json: the file .* cannot be read \(No such file"):
        load(tmp_path / "none.json")
    with pytest.raises(PortDefinitionError, match=r"cannot be read"):
        load(tmp_path)
    (tmp_path / "gbk.json").write_bytes("{\"name\": \"江阴\"}".encode("gbk"))
    with pytest.raises(PortDefinitionError, match=r"^gbk\.json: byte 10 is not UTF-8 text$"):
        load(tmp_path / "gbk.json")


def _places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inner for place in _places(item, (*path, key)))]


WHOLE = {"main": small_definition.TABLES, **small_definition.OUTLINES}
PLACES = [place for place in _places(WHOLE) if len(place) > 1]
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["A1", "a", "port", 10**400]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4), max_leaves=8)


def _layout_or_sentence(text: str, folder: Path) -> PortLayout | str:
    try:
        return parse(text, folder)
    except PortDefinitionError as error:
        return str(error)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.sampled_from(PLACES), JUNK), min_size=1, max_size=2))
def test_whatever_stands_in_a_field_only_the_one_error_is_raised(changes: list[Any], tmp_path: Path) -> None:
    whole = json.loads(json.dumps(WHOLE))
    for place, junk in changes:
        at = whole
        for key in place[:-1]:
            try:
                at = at[key]
            except (KeyError, IndexError, TypeError):
                break
        if isinstance(at, dict) or (isinstance(at, list) and isinstance(place[-1], int) and place[-1] < len(at)):
            at[place[-1]] = junk
    main = whole.pop("main")
    for name in small_definition.OUTLINES:
        (tmp_path / name).write_text(json.dumps(whole.get(name)), encoding="utf-8")
    answer = _layout_or_sentence(json.dumps(main), tmp_path)
    assert isinstance(answer, PortLayout) or answer.isprintable()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text() | st.binary().map(lambda b: b.decode("latin-1")))
def test_any_text_at_all_is_a_definition_or_a_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(PortDefinitionError):
        parse(text, tmp_path)


def test_the_open_sea_can_be_laid_anywhere_but_a_port_stays_where_it_is(tmp_path: Path) -> None:
    sea = load(locator.sea_only_definition(), origin=(-70.7, 43.0))
    assert (sea.origin_lon, sea.origin_lat) == (-70.7, 43.0)
    assert (sea.berths, sea.blocks, sea.platform, sea.land) == ((), (), (), ())
    with pytest.raises(PortDefinitionError, match="origin: field lat is 95, but must lie between"):
        load(locator.sea_only_definition(), origin=(0, 95))
    with pytest.raises(PortDefinitionError,
                       match="origin cannot be moved to 10, 20, because the definition holds berths"):
        load(small_definition.write(tmp_path, small_definition.tables()), origin=(10, 20))


def test_the_locator_names_a_missing_resource() -> None:
    with pytest.raises(FileNotFoundError, match=r"resource port/atlantis\.json is missing"):
        locator.path("port", "atlantis.json")
    assert locator.font_file().stat().st_size < 4_000_000
    assert locator.font_file(bold=True).stat().st_size < 4_000_000
