"""What cannot be used is said in one clear sentence, and nothing is lost by it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from data_sources.history import checking, database, questions, schema
from data_sources.history.errors import HistoryError, UnavailableError
from data_sources.history.store import History
from tests.history.saying import all_rows, everything

ONE_SENTENCE = r"^[^\n]+\.$"


def refused(url: str, *, create: bool = False) -> str:
    with pytest.raises(HistoryError, match=ONE_SENTENCE) as caught:
        History.open(url, "CNFZJ", create=create)
    return str(caught.value)


@pytest.mark.parametrize("url", ["", "history.db", "sqlite:/x.db", "mysql://localhost/x", "postgresql://host:99999/x",
                                 "http://host/x", "sqlite://", "sqlite:///:memory:"])
def test_a_wrong_url(url: str):
    assert "database URL such as" in refused(url) or "needs a file" in refused(url)


def test_a_password_is_never_shown():
    assert "secret" not in refused("mysql://user:secret@host/name")
    assert "secret" not in refused("postgresql://user:secret@127.0.0.1:1/name")


def test_nothing_there(tmp_path: Path):
    assert refused(f"sqlite:///{tmp_path / 'none.db'}").startswith("There is no history at")
    assert refused(f"sqlite:///{tmp_path / 'no' / 'folder.db'}", create=True).startswith("There is no folder")
    assert "is a folder" in refused(f"sqlite:///{tmp_path}")
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_the_history_does_not_have(url: str):
    History.open(url, "OTHER").close()
    assert refused(url).endswith("has nothing of port 'CNFZJ', but of OTHER.")


def test_files_that_are_no_history(tmp_path: Path):
    text = tmp_path / "letter.txt"
    text.write_text("Dear customs officer, this is not a database. " * 40)
    assert "is no SQLite database" in refused(f"sqlite:///{text}", create=True)
    others = tmp_path / "others.db"
    with sqlite3.connect(others) as connection:
        connection.execute("CREATE TABLE guests (name TEXT)")
    assert "holds other tables and no history" in refused(f"sqlite:///{others}", create=True)
    assert text.read_text().startswith("Dear")


def test_a_history_of_a_newer_program_is_left_alone(url: str):
    with History.open(url, "CNFZJ") as made:
        made.write(everything())
        with made.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0999'")
    assert "was made by a newer version of this program" in refused(url, create=True)
    engine = sa.create_engine(database.url_of(url))
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{schema.VERSION}'")
    engine.dispose()
    with History.open(url, "CNFZJ", create=False) as again:
        assert len(all_rows(again)) == 12


def test_a_history_of_an_older_program_is_brought_up(url: str):
    with History.open(url, "CNFZJ") as made:
        made.write(everything())
        before = questions.dossier(made, "MSKU1234565")
        with made.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE name_month")
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0002'")
    with History.open(url, "CNFZJ", create=False) as again:
        assert questions.dossier(again, "MSKU1234565") == before != ()
        assert checking.check(again).sound


def test_a_server_that_is_not_there():
    assert "is out of reach" in refused("postgresql://user@127.0.0.1:1/name", create=True)


def test_a_database_that_the_server_does_not_have(postgresql_url: str):
    refusal = refused(postgresql_url.replace("/h", "/nothing_like_it_", 1), create=True)
    assert "There is no database 'nothing_like_it_" in refusal


def test_the_migrations_make_the_tables_the_program_uses(history: History):
    with history.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, schema.metadata) == []


def test_a_locked_file_says_so_and_takes_the_write_afterwards(sqlite_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(database, "BUSY_S", 0.1)
    with History.open(sqlite_url, "CNFZJ") as history:
        history.write([])
        with sqlite3.connect(str(database.url_of(sqlite_url).database), isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(UnavailableError, match="is locked by another program"):
                history.write(everything())
            other.execute("ROLLBACK")
        assert history.write(everything()).records == 10


def test_two_desks_write_to_one_server_at_once(postgresql_url: str):
    with History.open(postgresql_url, "CNFZJ") as one, History.open(postgresql_url, "CNFZJ") as two:
        assert one.write(everything()).repeated == 0
        assert two.write(everything()).repeated == 12
        with psycopg.connect(postgresql_url) as connection:
            assert connection.execute("SELECT count(*) FROM record").fetchone() == (10,)
