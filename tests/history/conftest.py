"""Databases for the tests of the history: a SQLite file, and a PostgreSQL server that the tests start and stop."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from data_sources.history.store import History
from tests.history.server import Server

PORT = "CNFZJ"


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server on a socket of its own, as fast as it goes: it need not survive the machine."""
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        made = Server(Path(folder))
        made.start()
        yield made
        made.stop()


@pytest.fixture
def postgresql_url(server: Server) -> Iterator[str]:
    """The URL of an empty database."""
    name = f"h{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield server.url(name)
    server.start()  # where a test killed it
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'history.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """A database of each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def history(url: str) -> Iterator[History]:
    """An empty history, once in each kind of database."""
    made = History.open(url, PORT)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def no_pool_of_arrow_threads() -> None:
    """Arrow reads what the tests write in the calling thread."""
    os.environ.setdefault("ARROW_IO_THREADS", "1")
