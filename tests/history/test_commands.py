"""The commands about the past, as they are typed."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from data_sources.history.store import History
from main import main
from tests.history.saying import MINUTE, batches, everything, fixes
from tests.port.making import MORNING, position

PORT = "CNJGY"
DAY = "2026-03-01"
SPAN = ["--from", "2026-03-01T07:00", "--to", "2026-03-01T09:00"]


@pytest.fixture
def database(sqlite_url: str) -> list[str]:
    with History.open(sqlite_url, PORT) as history:
        history.write(everything() + fixes(range(0, 120, 2)))
    return ["--database", sqlite_url]


def told(capsys: pytest.CaptureFixture[str], *words: str) -> object:
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_day_is_looked_at_checked_and_carried_over(database: list[str], tmp_path: Path,
                                                     capsys: pytest.CaptureFixture[str]):
    info = told(capsys, "history", "info", *database)
    assert [(day["day"], day["fixes"]) for day in info["days"]] == [(DAY, 122)]  # type: ignore[index]
    report = told(capsys, "history", "check", *database)
    assert report["sound"] and report["fixes"] == 122  # type: ignore[index]
    file, other = str(tmp_path / "day.parquet"), ["--database", f"sqlite:///{tmp_path / 'other.db'}"]
    assert told(capsys, "history", "export", DAY, file, *database)["rows"]["position"] == 122  # type: ignore[index]
    assert told(capsys, "history", "import", file, *other) == {"records": 10, "fixes": 122, "repeated": 0}
    assert main(["history", "repair", *other]) == 0
    assert "no faults mended" in capsys.readouterr().out


def test_what_is_old_leaves_unless_it_is_held(database: list[str], capsys: pytest.CaptureFixture[str]):
    hold = ["history", "hold", "C-7", "--from", DAY, "--to", DAY, "--by", "陈", "--reason", "removal", *database]
    keep = ["--keep", "records=1", "--keep", "positions=1"]
    assert main(hold) == 0
    assert main(["history", "prune", *keep, *database]) == 0
    assert "Nothing is due." in capsys.readouterr().out
    assert main(["history", "lift", "C-7", "--by", "林", *database]) == 0
    assert main(["history", "prune", *database]) == 0
    assert "records: 10 rows of 2026-03-01" in capsys.readouterr().out


def test_where_something_was_and_what_is_known_of_it(database: list[str], capsys: pytest.CaptureFixture[str]):
    track = told(capsys, "track", "--entity", "闽A00001", *SPAN, *database)
    assert len(track["fixes"]) == 60  # type: ignore[index]
    assert {meeting["other"] for meeting in track["met"]} == {"闽A00002"}  # type: ignore[index]
    box = told(capsys, "track", "--entity", "MSKU1234565", *SPAN, *database)
    assert {record["kind"] for record in box["records"]} >= {"move", "declaration"}  # type: ignore[index]
    slot = told(capsys, "track", "--entity", "C3-12-04-3", *SPAN, *database)
    assert [stay["container"] for stay in slot["stays"]] == ["MSKU1234565"]  # type: ignore[index]
    assert main(["track", "--entity", "nobody", *SPAN, *database]) == 1
    assert "nothing is on record of 'nobody'" in capsys.readouterr().err


def test_who_was_in_a_zone(database: list[str], capsys: pytest.CaptureFixture[str]):
    with History.open(database[1], PORT) as history:
        inside = [position(n, "闽A00007", MORNING + n * 1000, lon=119.2935, lat=25.4155) for n in range(5)]
        history.write(batches(inside, MORNING + MINUTE))
    found = told(capsys, "within", "--zone", "yard-4-5", *SPAN, *database)["found"]  # type: ignore[index]
    assert [(presence["entity"], presence["fixes"]) for presence in found] == [("闽A00007", 5)]
    assert main(["within", "--zone", "nowhere", *SPAN, *database]) == 2
    assert "--zone 'nowhere' is none of" in capsys.readouterr().err


def test_a_damaged_file_that_has_lost_the_ports_entry_is_repaired(database: list[str], tmp_path: Path,
                                                                  capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "history.db"
    with sqlite3.connect(file) as connection:
        page, = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'port'").fetchone()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(file.read_bytes())
    content[(page - 1) * 4096:page * 4096] = bytes(4096)
    file.write_bytes(content)
    assert main(["history", "repair", *database]) == 0
    assert "the damaged file is kept as" in capsys.readouterr().err
    assert told(capsys, "history", "check", *database)["fixes"] == 122  # type: ignore[index]


def test_an_import_of_nothing_makes_no_history(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    other = tmp_path / "other.db"
    for file in ("nowhere.parquet", "letter.parquet"):
        (tmp_path / "letter.parquet").write_text("Dear customs officer")
        assert main(["history", "import", str(tmp_path / file), "--database", f"sqlite:///{other}"]) == 1
    error = capsys.readouterr().err
    assert "There is no file" in error
    assert "is damaged or no day file" in error
    assert error.count("\n") == 2
    assert not other.exists()


@pytest.mark.parametrize(("words", "code"), [
    (["history", "info", "--database", "mysql://x/y"], 1),
    (["history", "export", "2025-01-01", "day.parquet"], 1),
    (["history", "export", "someday", "day.parquet"], 1),
    (["history", "prune", "--keep", "records"], 2),
    (["track", "--entity", "x", "--from", "2026-03-02", "--to", "2026-03-01"], 2),
])
def test_what_makes_no_sense_is_said_in_a_sentence(words: list[str], code: int, database: list[str],
                                                   capsys: pytest.CaptureFixture[str]):
    assert main(words if "--database" in words else [*words, *database]) == code
    error = capsys.readouterr().err
    assert error.startswith("jiangyin-twin: ") and error.count("\n") == 1
