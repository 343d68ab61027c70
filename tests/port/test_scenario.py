"""The scenario file: what it says, and that whatever is wrong with it is told in one sentence naming the place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources.simulated_port import scenario
from data_sources.simulated_port.incidents.registry import KINDS
from data_sources.simulated_port.scenario import ScenarioError
from tests.port.quiet_terminal import BASE_MS, jiangyin

EXERCISE = """\
# 夜班演练
title 夜班演练 3

+00:12:30             R01  container=any plate=闽A12345   # a truck comes for what is not released
2026-11-21T21:15:00   R03  case=wrong_number
+1:00:00.5            R02  fence="fence-domestic" stand_s=30
"""


def test_an_exercise_is_read_line_by_line() -> None:
    exercise = scenario.parse(EXERCISE)
    assert exercise.title == "夜班演练 3"
    removal, seal, breach = exercise.incidents
    assert (removal.line, removal.kind.rule, removal.at_ms(BASE_MS)) == (4, "R01", BASE_MS + 750_000)
    assert dict(removal.parameters) == {"plate": "闽A12345"}  # any: the seed chooses the container
    assert seal.at_ms(BASE_MS) == 1_795_266_900_000  # 21:15 in China is 13:15 UTC
    assert seal.parameters["case"] == "wrong_number"
    assert breach.at_ms(0) == 3_600_500
    assert (breach.parameters["fence"], breach.parameters["stand_s"]) == ("fence-domestic", 30.0)


def test_every_rule_has_its_incident_and_every_parameter_a_meaning() -> None:
    assert list(KINDS) == [f"R{n:02d}" for n in range(1, 17)]
    for kind in KINDS.values():
        assert kind.name_zh
        assert kind.summary
        assert all(p.meaning for p in kind.parameters)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("soon R01", ["line 1", "time 'soon'"]),
        ("+00:60:00 R01", ["line 1", "time '+00:60:00'"]),
        ("+999:00:00 R01", ["line 1", "'+999:00:00'", "31 days"]),
        ("2026-02-30T10:00:00 R01", ["line 1", "'2026-02-30T10:00:00'", "calendar"]),
        ("+00:01:00", ["line 1", "rule"]),
        ("+00:01:00 R17", ["line 1", "'R17'", "R01 to R16"]),
        ("+00:01:00 R01 container", ["line 1", "R01", "'container'", "name=value"]),
        ("+00:01:00 R01 box=MSKU1234565", ["line 1", "R01", "'box'", "'MSKU1234565'", "container, plate"]),
        ("+00:01:00 R01 container=MSKU12", ["line 1", "R01", "container 'MSKU12'"]),
        ("+00:01:00 R01 container=any container=any", ["line 1", "R01", "container", "twice", "'any'"]),
        ("+00:01:00 R01 container=", ["line 1", "container", "no value"]),
        ("+00:01:00 R02 stand_s=long", ["line 1", "R02", "stand_s 'long'"]),
        ("+00:01:00 R02 stand_s=nan", ["line 1", "R02", "stand_s 'nan'"]),
        ("+00:01:00 R02 stand_s=-5", ["line 1", "R02", "stand_s '-5'", "from 0"]),
        ("+00:01:00 R03 case=stolen", ["line 1", "R03", "case 'stolen'", "cut, tampered"]),
        ("+00:01:00 R03 seal=JY-1", ["line 1", "R03", "seal 'JY-1'"]),
        ('+00:01:00 R02 fence="open', ["line 1", "quotation"]),
        ("+00:01:00 R01\n\x00", ["line 2", "cannot be printed"]),
    ],
)
def test_what_is_wrong_is_told_in_one_sentence_that_names_the_place(line: str, words: list[str]) -> None:
    with pytest.raises(ScenarioError) as told:
        scenario.parse(line, "drill.txt")
    text = str(told.value)
    assert text.startswith("drill.txt, line ")
    assert text.endswith(".")
    assert "\n" not in text
    assert all(word in text for word in words), text


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("+00:01:00 R02 fence=nowhere", ["line 1", "R02", "fence 'nowhere'", "CNJGY"]),
        ("+00:01:00 R02 fence=fence-liquid", ["line 1", "R02", "'fence-liquid'", "no road"]),
        ("+00:01:00 R15 device=CAM-99", ["line 1", "R15", "device 'CAM-99'"]),
        ("+00:01:00 R08 block=ZZ", ["line 1", "R08", "block 'ZZ'"]),
        ("+00:01:00 R05 gate=G9", ["line 1", "R05", "gate 'G9'"]),
        ("+00:01:00 R16", ["line 1", "R16", "06:00"]),
        ("2026-11-20T00:00:00 R01", ["line 1", "R01", "2026-11-20T00:00:00", "before the start"]),
    ],
)
def test_what_does_not_fit_the_port_or_its_clock_is_told_before_it_starts(line: str, words: list[str]) -> None:
    drill = scenario.parse(line, "drill.txt")
    with pytest.raises(ScenarioError) as told:
        drill.check(jiangyin(), BASE_MS)
    assert all(word in str(told.value) for word in words), told.value


def test_a_port_without_domestic_area_says_that_nothing_can_be_breached() -> None:
    layout = jiangyin()
    without = replace(layout, fences=tuple(f for f in layout.fences if f.id != "fence-domestic"))
    with pytest.raises(ScenarioError, match="line 1, R02: this port has no domestic area"):
        scenario.parse("+00:01:00 R02").check(without, BASE_MS)


def test_a_missing_file_a_folder_and_wrong_bytes_are_told(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"drill\.txt: the scenario file cannot be read"):
        scenario.load(tmp_path / "drill.txt")
    with pytest.raises(ScenarioError, match="cannot be read"):
        scenario.load(tmp_path)
    (tmp_path / "gbk.txt").write_bytes("+00:01:00 R01\n# 演练".encode("gbk"))
    with pytest.raises(ScenarioError, match=r"gbk\.txt, line 2: the text is not UTF-8"):
        scenario.load(tmp_path / "gbk.txt")
    (tmp_path / "huge.txt").write_bytes(b"#" * (scenario.MAX_BYTES + 1))
    with pytest.raises(ScenarioError, match="more than 1000000"):
        scenario.load(tmp_path / "huge.txt")


def test_a_file_with_byte_order_mark_and_windows_line_ends_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "drill.txt"
    path.write_bytes(b"\xef\xbb\xbf" + EXERCISE.replace("\n", "\r\n").encode())
    assert scenario.load(path).incidents == scenario.parse(EXERCISE).incidents


def _refusal(text: str) -> str | None:
    """What is told against a scenario, None if it is accepted. Any other error than ScenarioError fails the test."""
    try:
        scenario.parse(text).check(jiangyin(), BASE_MS)
    except ScenarioError as told:
        return str(told)
    return None


@given(st.text(max_size=300))
def test_garbage_raises_the_scenario_error_and_no_other(text: str) -> None:
    told = _refusal(text)
    if told is None:
        assert all(not line.strip() or line.strip()[0] in '#t+2"' for line in text.split("\n"))
    else:
        assert "line" in told


_WORDS = st.sampled_from([
    "+00:00:01", "2026-11-21T10:00:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "R01", "R16", "title", "=",
    "case=cut", "seal=any", "x=", '"', "#", "minutes=1e400", "container=MSKU1234565", "plate=闽A１", "stand_s=٣", "\t",
])


@given(st.lists(_WORDS, max_size=8).map(" ".join))
def test_lines_that_look_almost_right_raise_no_other_error_either(line: str) -> None:
    told = _refusal(line)
    assert told is None or "line 1" in told


@given(st.binary(max_size=200))
def test_any_bytes_in_a_file_raise_no_other_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes.txt"
    path.write_bytes(data)
    refused = ""
    try:
        scenario.load(path)
    except ScenarioError as told:
        refused = str(told)
    assert not refused or "bytes.txt" in refused


def test_the_documentation_lists_every_incident_with_its_fields_and_defaults() -> None:
    text = (Path(__file__).parents[2] / "docs" / "scenario.md").read_text(encoding="utf-8")
    for kind in KINDS.values():
        section = text.split(f"### {kind.rule} {kind.name_zh} · {kind.name_en}\n")[1].split("\n### ")[0]
        assert kind.summary in section
        rows = [line for line in section.splitlines() if line.startswith("| `")]
        assert [row.split("`")[1] for row in rows] == [p.name for p in kind.parameters]
        for row, parameter in zip(rows, kind.parameters, strict=True):
            default = "by the seed" if parameter.default is None else (
                f"`{parameter.default:g}`" if isinstance(parameter.default, float) else f"`{parameter.default}`"
            )
            assert f"| {default} |" in row
            assert parameter.meaning in row
            assert all(f"`{choice}`" in row for choice in parameter.choices)


def test_the_documented_exercise_is_accepted_by_this_port() -> None:
    text = (Path(__file__).parents[2] / "docs" / "scenario.md").read_text(encoding="utf-8")
    example = next(block for block in text.split("```") if "title 夜班演练" in block)
    known = jiangyin().blocks[0].id
    exercise = scenario.parse(example.replace('"C3"', known))
    exercise.check(jiangyin(), 1_795_219_200_000)  # 2026-11-21T08:00 in China
    assert [i.kind.rule for i in exercise.incidents] == ["R01", "R02", "R03", "R11"]
