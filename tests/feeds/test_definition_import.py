"""Surveyed outlines come into a definition, and a definition that is wrong says where, before anything is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import main as program
from data_sources.arguments import UsageError
from data_sources.definition_import import ImportPlan, import_outlines
from tests.core import small_definition
from tests.second_port import FILE as FEEDER
from twin import port_definition
from twin.definition_lines import place_of
from twin.errors import PortDefinitionError
from twin.local_frame import LocalFrame


@pytest.fixture
def definition(tmp_path: Path) -> Path:
    return small_definition.write(tmp_path, small_definition.tables())


def ring(x0: float, y0: float, x1: float, y1: float) -> list[list[float]]:
    """A rectangle of local metres as longitudes and latitudes, as a surveyor hands it over."""
    frame = LocalFrame(119.2917, 25.4133)
    lon, lat = frame.to_geographic([x0, x1, x1, x0, x0], [y0, y0, y1, y1, y0])
    return [[float(a), float(b), 3.2] for a, b in zip(lon, lat, strict=True)]


def survey(folder: Path, *features: dict[str, Any]) -> Path:
    file = folder / "survey.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}), encoding="utf-8")
    return file


def polygon(coordinates: list[Any], shape: str = "Polygon", **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": shape, "coordinates": coordinates}}


def test_buildings_of_a_survey_stand_where_they_were_measured(definition: Path) -> None:
    file = survey(definition.parent, polygon([ring(-40, 150, -10, 170)], OBJECTID=17, title="查验楼", floors=3))
    plan = ImportPlan("buildings", renamed={"id": "OBJECTID", "name": "title"},
                      given={"kind": "customs", "height_m": 14.0, "surveyed": True})
    assert import_outlines(file, definition, plan) == 1
    (building,) = port_definition.load(definition).buildings
    assert (building.id, building.name.zh, building.surveyed) == ("17", "查验楼", True)
    assert building.outline[0] == pytest.approx((-40.0, 150.0), abs=0.02)
    assert building.outline[2] == pytest.approx((-10.0, 170.0), abs=0.02)


def test_added_outlines_leave_the_others_where_they_are(definition: Path) -> None:
    file = survey(definition.parent, polygon([ring(-40, 150, -10, 170)], id="new", name="新楼"))
    import_outlines(file, definition, ImportPlan(
        "buildings", given={"kind": "office", "height_m": 9.0, "surveyed": True}, keep=True))
    assert [b.id for b in port_definition.load(definition).buildings] == ["customs", "new"]


def test_a_coast_of_several_islands_becomes_several_outlines(definition: Path) -> None:
    islands = polygon([[ring(-900, 300, -500, 700)], [ring(500, 300, 900, 700)]], "MultiPolygon", source="survey 2026")
    import_outlines(survey(definition.parent, islands), definition, ImportPlan("land"))
    layout = port_definition.load(definition)
    assert len(layout.land) == 2
    assert layout.land[1][0] == pytest.approx((500.0, 300.0), abs=0.02)


def test_a_table_without_a_file_gets_one(definition: Path) -> None:
    main = json.loads(definition.read_text(encoding="utf-8"))
    assert "rail_tracks" not in main["outlines"]
    frame = LocalFrame(119.2917, 25.4133)
    lon, lat = frame.to_geographic([-150.0, 150.0], [190.0, 190.0])
    track = {"type": "Feature", "properties": {"id": "t1"}, "geometry": {
        "type": "LineString", "coordinates": [[float(a), float(b)] for a, b in zip(lon, lat, strict=True)]}}
    import_outlines(survey(definition.parent, track), definition, ImportPlan("rail_tracks"))
    assert port_definition.load(definition).rail_tracks[0].line[0] == pytest.approx((-150.0, 190.0), abs=0.02)


def test_nothing_is_written_when_the_port_would_not_be_sound(definition: Path) -> None:
    before = {file.name: file.read_bytes() for file in definition.parent.iterdir()}
    outside = polygon([ring(-20, 60, 900, 140)], id="yard", name="堆场", kind="foreign_yard", parent="port",
                      surveyed=True)
    file = survey(definition.parent, polygon([ring(-200, -10, 200, 200)], id="port", name="港", kind="port",
                                             parent=None, surveyed=True), outside)
    with pytest.raises(PortDefinitionError, match="feature yard: field parent is 'port', but the outline does not lie"):
        import_outlines(file, definition, ImportPlan("zones"))
    after = {one.name: one.read_bytes() for one in definition.parent.iterdir() if one != file}
    assert after == before


FAULTS = {
    "no GeoJSON": ("{", ImportPlan("land"), "cannot be read as GeoJSON"),
    "a topology": ('{"type": "Topology"}', ImportPlan("land"), "its type is 'Topology'"),
    "an unknown table": ("[]", ImportPlan("trees"), "--table 'trees' is none of"),
    "nothing in it": ('{"type": "FeatureCollection", "features": []}', ImportPlan("land"), "no feature to import"),
    "no geometry": ('{"type": "Feature", "properties": {}}', ImportPlan("land"), "feature number 1: has no geometry"),
    "points": ('{"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 2]}}', ImportPlan("land"),
               "geometry 'Point' is none of"),
    "metres for degrees": (json.dumps(polygon([[[0, 0], [900, 0], [900, 900], [0, 0]]])), ImportPlan("land"),
                           "are they metres"),
    "broken positions": (json.dumps(polygon([[[0], [1, 2]]])), ImportPlan("land"), "not lists of positions"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_that_cannot_be_taken_is_told_in_one_sentence(fault: str, definition: Path) -> None:
    text, plan, expected = FAULTS[fault]
    file = definition.parent / "survey.geojson"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=expected) as caught:
        import_outlines(file, definition, plan)
    assert "\n" not in str(caught.value)


# The command ---------------------------------------------------------------------------------------------------------


def test_check_says_that_a_definition_is_sound(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["port-definition", "check", str(FEEDER)]) == 0
    said = capsys.readouterr().out
    assert "port.json: sound. Aland feeder port (FIXAL): 2 berths, 4 blocks, 1 gates" in said
    assert "0 elements are not surveyed" in said


def test_check_names_file_line_and_column_of_a_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for file in FEEDER.parent.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    text = (tmp_path / "port.json").read_text(encoding="utf-8").replace('"bays": 12', '"bays": 500')
    (tmp_path / "port.json").write_text(text, encoding="utf-8")
    line = next(number for number, row in enumerate(text.split("\n"), 1) if '"bays": 500' in row)
    column = text.split("\n")[line - 1].index('"bays"') + 1
    assert program.main(["port-definition", "check", str(tmp_path / "port.json")]) == 2
    said = capsys.readouterr().err
    assert said == f"port.json:{line}:{column}: blocks R1: field bays is 500, but must lie between 1 and 200\n"


def test_import_is_done_from_the_command_line(definition: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = survey(definition.parent, polygon([ring(-40, 150, -10, 170)], NR=3))
    done = program.main(["port-definition", "import", str(file), "--into", str(definition), "--table", "buildings",
                         "--take", "id=NR", "--set", "name=仓库", "--set", "kind=warehouse", "--set", "height_m=7.5",
                         "--set", "surveyed=true"])
    assert done == 0
    assert "1 features taken into buildings" in capsys.readouterr().out
    assert program.main(["port-definition", "import", str(file), "--into", str(definition), "--table", "buildings",
                         "--set", "kind"]) == 2
    assert "--set 'kind' is not of the form FIELD=" in capsys.readouterr().err


TEXT = """{
"format": "port-definition/1",
"blocks": [
  {"id": "A1", "bays": 10},
  {"id": "A2", "bays": 12, "rows": 6}
],
"gates": [
  {"id": "G1", "lanes": [{"id": "G1-IN", "stop": [0, 0]}, {"id": "G1-OUT", "stop": [1, 0]}]}
],
"features": [
  {"type": "Feature", "properties": {"id": "yard", "parent": "port"}}
]
}"""


@pytest.mark.parametrize(("sentence", "place"), [
    ("line 3 column 7 is not JSON (Expecting value)", (3, 7)),
    ("definition: field format is 'x', but must be one of y", (2, 1)),
    ("blocks A2: field rows is 6, but must lie between 1 and 3", (5, 28)),
    ("blocks number 1: field bays is 10, but must be a text", (4, 16)),
    ("blocks A2: field tiers is missing", (5, 3)),
    ("gates G1: lane G1-OUT: field stop is [1, 0], but it lies off its edge", (8, 76)),
    ("feature yard: field parent is 'port', but no zone has this id", (11, 52)),
    ("blocks A9: field rows is 6, but must lie between 1 and 3", (5, 28)),
    ("the file cannot be read", None),
    ("definition: field origin is 3, but must be a number", None),
])
def test_the_place_of_a_fault_is_found_in_the_text(sentence: str, place: tuple[int, int] | None) -> None:
    assert place_of(TEXT, sentence) == place
