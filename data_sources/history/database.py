"""Reaching the database behind a URL: connections, their settings, migrations, and errors as sentences."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError, SQLAlchemyError

from data_sources.history import schema
from data_sources.history.errors import HistoryError, UnavailableError

BUSY_S = 5.0
"""How long a statement waits for a lock that another program holds."""
_CONNECT_S = 5
_SQLITE_CACHE_KIB = 65_536
_log = logging.getLogger(__name__)


def url_of(text: str) -> URL:
    """A database URL: `sqlite:///FILE` or `postgresql://USER@HOST/NAME`. Raises HistoryError."""
    try:
        url = make_url(text)
        backend = url.get_backend_name()
        port_is_fine = url.port is None or 0 < url.port < 65536
    except (ArgumentError, ValueError):
        backend, port_is_fine, url = "", True, URL.create("none")
    if backend == "postgres":
        backend, url = "postgresql", url.set(drivername="postgresql")
    if backend not in ("sqlite", "postgresql") or not port_is_fine:
        raise HistoryError(
            f"{_shown(text)!r} is not a database URL such as sqlite:///history.db or postgresql://user@host/name."
        )
    if backend == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if not url.database or url.database == ":memory:":
        raise HistoryError("A history needs a file: give its path, such as sqlite:///history.db.")
    return url.set(drivername="sqlite+pysqlite")


def shown(url: URL) -> str:
    """A URL as it may be shown: without the password."""
    return url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)


def connect(url: URL, *, create: bool) -> Engine:
    """An engine on the database, brought to our schema.

    Raises:
        HistoryError: there is none, it is not a history, it is damaged, or a newer program made it.
        UnavailableError: it cannot be reached or is locked.
    """
    if url.get_backend_name() == "sqlite":
        _check_file(url, create)
        engine = sa.create_engine(url, connect_args={"timeout": BUSY_S}, pool_size=4, max_overflow=8)
        sa.event.listen(engine, "connect", _set_up_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    else:
        arguments = {"connect_timeout": _CONNECT_S, "application_name": "jiangyin-twin",
                     "options": "-c timezone=UTC -c statement_timeout=0", "keepalives_idle": 10,
                     "keepalives_interval": 5, "keepalives_count": 3}
        engine = sa.create_engine(url, connect_args=arguments, pool_size=4, max_overflow=8, pool_pre_ping=True)
    try:
        with said(url):
            _migrate(engine, url, create)
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def said(url: URL) -> Iterator[None]:
    """Turns what SQLAlchemy raises within into a HistoryError or UnavailableError of one sentence."""
    try:
        yield
    except DBAPIError as error:
        raise _translated(error, url) from error
    except SQLAlchemyError as error:
        raise UnavailableError(f"The history at {shown(url)} cannot be used: {_first_line(error)}.") from error


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection for reading, in one snapshot."""
    with said(engine.url), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction for writing; nobody else writes meanwhile."""
    with said(engine.url), engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


def _set_up_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where we say, see _begin_sqlite
    cursor = connection.cursor()
    for setting in (
        "auto_vacuum = INCREMENTAL", "journal_mode = WAL", "synchronous = FULL", f"cache_size = -{_SQLITE_CACHE_KIB}",
        "temp_store = MEMORY", "journal_size_limit = 67108864", "mmap_size = 268435456",
    ):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _check_file(url: URL, create: bool) -> None:
    file = Path(str(url.database))
    if file.is_dir():
        raise HistoryError(f"{str(file)!r} is a folder, not the file of a history.")
    if file.exists():
        if file.stat().st_size and not _says_sqlite(file):
            raise HistoryError(f"{str(file)!r} is not a history: it is no SQLite database.")
        return
    if not create:
        raise HistoryError(f"There is no history at {str(file)!r}.")
    if not file.resolve().parent.is_dir():
        raise HistoryError(f"There is no folder {str(file.resolve().parent)!r} for the history.")


def _says_sqlite(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return opened.read(16) == b"SQLite format 3\x00"
    except OSError as error:
        raise HistoryError(f"{str(file)!r} cannot be read: {error.strerror}.") from error


def _migrate(engine: Engine, url: URL, create: bool) -> None:
    """Brings the schema to our version; looks first, so that alembic is only loaded when there is something to do."""
    with engine.connect() as connection:
        found = _version(connection, url)
    if found == schema.VERSION:
        return
    if found is None and not create:
        raise HistoryError(f"There is no history at {shown(url)}.")
    if found is not None and found > schema.VERSION:
        raise HistoryError(
            f"The history at {shown(url)} was made by a newer version of this program "
            f"(its tables are at {found}, ours at {schema.VERSION}); nothing in it was changed."
        )
    from alembic import command
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", "data_sources.history:migrations")
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(20260301)")  # two desks that start at once
        if _version(connection, url) == found:
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, "head")


def _version(connection: Connection, url: URL) -> str | None:
    """The migration a database is at; None if it is empty."""
    names = set(sa.inspect(connection).get_table_names())
    if "alembic_version" not in names:
        if names:
            raise HistoryError(f"The database at {shown(url)} holds other tables and no history.")
        return None
    versions = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
    if not versions and not names - {"alembic_version"}:
        return None
    if len(versions) != 1 or "record" not in names:
        raise HistoryError(f"The database at {shown(url)} is no history: its version cannot be told.")
    return str(versions[0])


def _translated(error: DBAPIError, url: URL) -> HistoryError:
    """A database's complaint as a sentence of ours."""
    if url.get_backend_name() == "sqlite":
        return _sqlite_error(error, str(url.database))
    state = getattr(error.orig, "sqlstate", None) or ""
    reason = _first_line(error.orig)
    if state.startswith("28"):
        return UnavailableError(f"The server of the history {shown(url)} refuses the user: {reason}.")
    if state == "3D000" or f'database "{url.database}" does not exist' in reason:  # no state when connecting
        return HistoryError(f"There is no database {url.database!r} at {shown(url)}.")
    if state in ("53100", "53200"):
        return UnavailableError(f"The disk of the history {shown(url)} is full: {reason}.")
    if isinstance(error, (OperationalError, InterfaceError)) or state.startswith(("08", "57", "53", "55", "40")):
        return UnavailableError(f"The server of the history {shown(url)} is out of reach: {reason}.")
    return HistoryError(f"The history at {shown(url)} cannot do this: {reason}.")


def _sqlite_error(error: DBAPIError, file: str) -> HistoryError:
    code = (getattr(error.orig, "sqlite_errorcode", 0) or 0) & 0xFF
    reason = _first_line(error.orig)
    sentences: dict[int, HistoryError] = {
        sqlite3.SQLITE_BUSY: UnavailableError(f"The history {file!r} is locked by another program."),
        sqlite3.SQLITE_LOCKED: UnavailableError(f"The history {file!r} is locked by another program."),
        sqlite3.SQLITE_FULL: UnavailableError(f"The disk of the history {file!r} is full."),
        sqlite3.SQLITE_IOERR: UnavailableError(f"The history {file!r} cannot be read or written: {reason}."),
        sqlite3.SQLITE_CANTOPEN: UnavailableError(f"The history {file!r} cannot be opened: {reason}."),
        sqlite3.SQLITE_READONLY: UnavailableError(f"The history {file!r} may not be written: {reason}."),
        sqlite3.SQLITE_PERM: UnavailableError(f"The history {file!r} may not be written: {reason}."),
        sqlite3.SQLITE_CORRUPT: HistoryError(
            f"The history {file!r} is damaged ({reason}); `history check` says where, `history repair` saves the rest."
        ),
        sqlite3.SQLITE_NOTADB: HistoryError(f"{file!r} is not a history, or its first page is damaged."),
    }
    return sentences.get(code, HistoryError(f"The history {file!r} cannot do this: {reason}."))


def _first_line(error: object) -> str:
    return str(error).strip().partition("\n")[0].rstrip(". ")


def _shown(text: str) -> str:
    """What was given, without what may be a password."""
    before, at, after = text.rpartition("@")
    return f"{before.partition('://')[0]}://...@{after}" if at else text
