"""Opens the database, guards it against a second process, gives out transactions, knows its schema."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    SQLAlchemyError,
    StatementError,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import Unusable
from bot.schema import HEAD

log = logging.getLogger(__name__)

Unit = Connection  # one transaction; only the stores look inside
Result = TypeVar("Result")

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}
_PRAGMAS = {  # name: (as written, as read back)
    "journal_mode": ("WAL", "wal"),
    "synchronous": ("FULL", 2),
    "foreign_keys": ("ON", 1),
    "secure_delete": ("ON", 1),
    "trusted_schema": ("OFF", 0),
    "busy_timeout": ("5000", 5000),
}
_STATEMENT_SECONDS = 15
_READERS = 2


class DatabaseUnusable(Unusable):
    """The database cannot be used; the text tells the operator why, without the password."""


class OldSchema(DatabaseUnusable):
    """The tables are older than the program: `migrate` first."""


class NewSchema(DatabaseUnusable):
    """The tables are newer than the program."""


class Side(Protocol):
    """Runs units on one kind of connection."""

    async def run(self, work: Callable[[Unit], Result]) -> Result:
        """Runs `work` in a transaction of its own."""
        ...

    async def close(self) -> None:
        """Waits for what is under way and closes the connections."""
        ...


class _Thread:
    """SQLite's writer: a whole unit is one trip to a thread; over aiosqlite every statement is one and more."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="sqlite")

    async def run(self, work: Callable[[Unit], Result]) -> Result:
        # Whoever waits may be cancelled; the thread still commits or rolls back before the next unit begins.
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._unit, work)

    def _unit(self, work: Callable[[Unit], Result]) -> Result:
        with self.engine.begin() as unit:
            return work(unit)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self._close)

    def _close(self) -> None:
        self._threads.shutdown()
        self.engine.dispose()


class _Sessions:
    """Units run on the sessions of a pool: asyncpg's, and aiosqlite's for reading."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine

    async def run(self, work: Callable[[Unit], Result]) -> Result:
        async with self.engine.begin() as session:
            return await session.run_sync(work)

    async def close(self) -> None:
        await self.engine.dispose()


class Database:
    """Transactions on one database. One process, one writing connection: commits are in the order of ids.

    A unit of work is a plain function of a connection, so that no other task can come between its statements.
    """

    def __init__(self, name: str, dialect: str, writer: Side | None, reader: Side, lock: _Lock) -> None:
        self.name = name
        self.dialect = dialect
        self._writer = writer
        self._reader = reader
        self._lock = lock

    async def write(self, work: Callable[[Unit], Result]) -> Result:
        """Runs a writing transaction: committed when `work` returns, rolled back when it raises."""
        if self._writer is None:
            raise DatabaseUnusable(f"{self.name} was opened for reading only")
        return await self._writer.run(work)

    async def read(self, work: Callable[[Unit], Result]) -> Result:
        """Runs a reading transaction, on another connection than the writing one."""
        return await self._reader.run(work)

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """INSERT of this engine's dialect, which knows ON CONFLICT."""
        return sqlite.insert(table) if self.dialect == "sqlite" else postgresql.insert(table)

    async def check_lock(self) -> None:
        """DatabaseUnusable when the lock against a second process was lost and another process has it."""
        await self._lock.check()

    async def tidy(self) -> None:
        """Moves what was deleted out of SQLite's write-ahead log, so that erased text is nowhere."""
        if isinstance(self._writer, _Thread):
            await self._writer.run(_checkpoint)

    async def close(self) -> None:
        """Closes every connection and lets the next process in."""
        for side in (self._reader, self._writer):
            if side is not None:
                await side.close()
        await self._lock.release()

    async def __aenter__(self) -> Database:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


async def open_database(url: str, *, writing: bool = True) -> Database:
    """Opens, checks and (for writing) locks; DatabaseUnusable says what is wrong. Tables are not touched."""
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return await _open_sqlite(parsed, writing)
    return await _open_postgresql(parsed, writing)


def is_data_fault(error: BaseException) -> bool:
    """Whether a statement failed because of what it carried: trying again is useless."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, (StatementError, ValueError, TypeError, OverflowError))
    if str(getattr(error.orig, "sqlstate", None) or "")[:2] in ("22", "23"):  # PostgreSQL: data, constraint
        return True
    # Python's sqlite3 finds a value that it cannot bind with these; a missing table is another kind.
    refused = (sqlite3.ProgrammingError, sqlite3.InterfaceError, ValueError, OverflowError)
    return isinstance(error, (DataError, IntegrityError)) or isinstance(error.orig, refused)


def storable(value: str) -> str:
    """Text that both engines keep: no NUL, lone surrogates replaced."""
    return value.replace("\0", "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _checkpoint(unit: Unit) -> None:
    unit.rollback()  # a checkpoint must be outside a transaction, so the driver's own cursor is used
    cursor = unit.connection.cursor()
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    cursor.close()


# --- opening


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseUnusable("DATABASE_URL is not a database address (its text is not shown)") from None
    driver = _DRIVERS.get(parsed.drivername)
    if driver is None:
        raise DatabaseUnusable(
            f"DATABASE_URL begins with {parsed.drivername}://; use sqlite+aiosqlite:// or postgresql+asyncpg://"
        )
    return parsed.set(drivername=driver)


async def _open_sqlite(url: URL, writing: bool) -> Database:
    path = _sqlite_path(url, writing)
    lock: _Lock = _FileGuard(path) if writing else _Lock()
    await lock.acquire()
    read_only = {"mode": "ro", "uri": "true"}
    reader = create_async_engine(
        URL.create("sqlite+aiosqlite", database=f"file:{quote(str(path))}", query=read_only),
        pool_size=_READERS,
        hide_parameters=True,  # or an error would quote people into the log
    )
    _prepare_sqlite(reader.sync_engine, "BEGIN", ("busy_timeout", "trusted_schema"))
    writer = None
    if writing:
        engine = create_engine(
            URL.create("sqlite+pysqlite", database=str(path)),
            connect_args={"check_same_thread": False},
            pool_size=1,
            max_overflow=0,
            hide_parameters=True,
        )
        _prepare_sqlite(engine, "BEGIN IMMEDIATE", tuple(_PRAGMAS))
        writer = _Thread(engine)
    database = Database(str(path), "sqlite", writer, _Sessions(reader), lock)
    try:
        if writer is not None:
            await writer.run(_verify_sqlite)
    except BaseException as error:
        await database.close()
        raise _explained(error, str(path)) from None
    return database


def _sqlite_path(url: URL, writing: bool) -> Path:
    if url.database in (None, "", ":memory:"):
        raise DatabaseUnusable("a database in memory keeps nothing; name a file")
    path = Path(str(url.database)).absolute()
    if not writing and not path.exists():
        raise DatabaseUnusable(f"there is no database at {path} yet")
    _make_directory(path.parent)
    return path


def _make_directory(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnusable(f"cannot make the data directory {directory}: {error.strerror}") from None
    if not os.access(directory, os.W_OK):
        raise DatabaseUnusable(f"cannot write in the data directory {directory}")


def _prepare_sqlite(engine: Engine, begin: str, pragmas: tuple[str, ...]) -> None:
    """We say BEGIN ourselves: the driver begins late, and a late writer fails at once instead of waiting."""

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for name in pragmas:
            cursor.execute(f"PRAGMA {name}={_PRAGMAS[name][0]}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


def _verify_sqlite(unit: Unit) -> None:
    for name, (_, wanted) in _PRAGMAS.items():
        found = unit.exec_driver_sql(f"PRAGMA {name}").scalar_one()
        if found != wanted:
            raise DatabaseUnusable(f"the file system does not allow {name}={wanted} (it stays {found})")
    if unit.exec_driver_sql("PRAGMA quick_check(1)").scalar_one() != "ok":
        raise DatabaseUnusable("the file is damaged; restore it from a backup")
    version = unit.exec_driver_sql("SELECT sqlite_version()").scalar_one()
    log.info("SQLite %s, one writing connection, every commit on disk", version)


async def _open_postgresql(url: URL, writing: bool) -> Database:
    query = dict(url.query)
    schema = query.pop("schema", None)
    settings = {
        "application_name": "mot-cua",
        "statement_timeout": str(_STATEMENT_SECONDS * 1000),
        "jit": "off",
    }
    if schema is not None:
        settings["search_path"] = str(schema)
    url = url.set(query=query)
    arguments = {"server_settings": settings, "timeout": 10, "command_timeout": _STATEMENT_SECONDS + 5}

    def engine(size: int) -> AsyncEngine:
        return create_async_engine(
            url, pool_size=size, max_overflow=0, connect_args=arguments, hide_parameters=True
        )

    lock: _Lock = _AdvisoryGuard(engine(1)) if writing else _Lock()
    reader = _Sessions(engine(_READERS))
    name = url.set(query={}, password=None).render_as_string()
    database = Database(name, "postgresql", _Sessions(engine(1)) if writing else None, reader, lock)
    try:
        await lock.acquire()
        await reader.run(_verify_postgresql)
    except BaseException as error:
        await database.close()
        raise _explained(error, name) from None
    return database


def _verify_postgresql(unit: Unit) -> None:
    for name, good in (("synchronous_commit", {"on", "remote_apply", "remote_write"}), ("fsync", {"on"})):
        found = unit.execute(text(f"SHOW {name}")).scalar_one()
        if found not in good:
            raise DatabaseUnusable(f"PostgreSQL runs with {name}={found}: a power cut would lose messages")
    version = unit.execute(text("SHOW server_version")).scalar_one()
    log.info("PostgreSQL %s", version)


def _explained(error: BaseException, name: str) -> BaseException:
    """The same failure in words for the operator; drivers put addresses, even passwords, into theirs."""
    if isinstance(error, DatabaseUnusable):
        return type(error)(f"{name}: {error}") if name not in str(error) else error
    if isinstance(error, (SQLAlchemyError, OSError, TimeoutError)) or type(error).__module__.startswith(
        "asyncpg"
    ):
        cause = getattr(error, "orig", None) or error
        kind = type(getattr(cause, "__cause__", None) or cause).__name__
        detail = str(cause) if isinstance(error, DBAPIError) and "sqlite" in type(cause).__module__ else kind
        return DatabaseUnusable(f"cannot open {name}: {detail}")
    return error


# --- the lock against a second process


class _Lock:
    """No lock: for readers."""

    async def acquire(self) -> None:
        """DatabaseUnusable when another process holds it."""

    async def check(self) -> None:
        """DatabaseUnusable when it was lost to another process."""

    async def release(self) -> None:
        """Lets the next process in."""


class _FileGuard(_Lock):
    """A file beside the database; the system lets it go when the process dies, however it dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = FileLock(f"{path}.lock", timeout=0)

    async def acquire(self) -> None:
        try:
            self._lock.acquire()
        except Timeout:
            raise DatabaseUnusable(f"another process already works on {self._path}; stop it first") from None
        except OSError as error:
            raise DatabaseUnusable(f"cannot lock {self._path}: {error.strerror}") from None

    async def release(self) -> None:
        self._lock.release()


class _AdvisoryGuard(_Lock):
    """A lock of a PostgreSQL session that stays open; the server frees it when the session ends."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._session: AsyncConnection | None = None
        self._key = int.from_bytes(hashlib.sha256(b"mot-cua").digest()[:4], "big") >> 1

    async def acquire(self) -> None:
        self._session = await self._engine.connect()
        await self._session.execution_options(isolation_level="AUTOCOMMIT")
        # The second half of the key keeps two offices apart that share a database in different schemas.
        statement = text("SELECT pg_try_advisory_lock(:key, hashtext(current_schema()))")
        if not (await self._session.execute(statement, {"key": self._key})).scalar_one():
            await self.release()
            raise DatabaseUnusable("another process already works on this database; stop it first")

    async def check(self) -> None:
        try:
            if self._session is None:
                await self.acquire()
            else:
                await self._session.execute(text("SELECT 1"))
        except DatabaseUnusable:
            raise
        except (
            Exception
        ) as error:  # the server is away or was restarted: the lock is free for the first who asks
            log.warning("the lock's session was lost (%s); asking again", type(error).__name__)
            await self.release()

    async def release(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            with suppress(SQLAlchemyError, OSError):
                await session.invalidate()
                await session.close()
        await self._engine.dispose()


# --- the schema


async def migrate(database: Database) -> None:
    """Brings the tables to the newest schema in one transaction; a killed migration leaves the old one."""
    await database.write(_upgrade)


def _upgrade(connection: Connection) -> None:
    # Imported here: a start that needs no migration does not pay for Alembic.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def schema_version(database: Database) -> str | None:
    """The migration that the tables stand at; "" for foreign tables, None for an empty database."""
    return await database.read(_version)


def _version(unit: Unit) -> str | None:
    tables = inspect(unit).get_table_names()
    if not tables:
        return None
    if "alembic_version" not in tables:
        return ""
    return unit.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""


async def require_current_schema(database: Database) -> None:
    """OldSchema or NewSchema when the tables are not those of this program."""
    version = await schema_version(database)
    if version == HEAD:
        return
    if not version:
        raise OldSchema(f"{database.name} has no tables of this program; run: python -m bot migrate")
    if version > HEAD:
        raise NewSchema(
            f"{database.name} is at schema {version}, this program knows {HEAD}: update the program"
        )
    raise OldSchema(f"{database.name} is at schema {version}, {HEAD} is needed; run: python -m bot migrate")


async def make_ready(database: Database) -> None:
    """What `run` does: an empty database gets its tables, any other must be at the newest schema."""
    if await schema_version(database) is None:
        log.info("empty database: making the tables")
        await migrate(database)
    await require_current_schema(database)
