"""Transactions under cancellation, the lock, the schema, and what operators are told."""

from __future__ import annotations

import asyncio
import sqlite3
import traceback
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import bot
from bot import schema
from bot.database import (
    Database,
    DatabaseUnusable,
    NewSchema,
    OldSchema,
    Unit,
    make_ready,
    migrate,
    open_database,
    require_current_schema,
    schema_version,
)
from bot.schema import misses
from tests.conftest import Clock

Value = Callable[[str], Awaitable[object]]


def note(key: str) -> Callable[[Unit], None]:
    """A unit that inserts one row in two steps."""

    day = date(2026, 1, 1)
    row = {
        "key": key,
        "text": "",
        "outcome": "",
        "candidates": "",
        "count": 1,
        "first_day": day,
        "last_day": day,
    }

    def work(unit: Unit) -> None:
        unit.execute(misses.insert(), row)
        unit.execute(misses.update().where(misses.c.key == key).values(count=2))

    return work


async def test_the_migration_makes_the_tables_of_the_schema(database: Database) -> None:
    def differences(unit: Unit) -> list[object]:
        context = MigrationContext.configure(unit, opts={"compare_type": True})
        return list(compare_metadata(context, schema.metadata))

    assert await database.read(differences) == []


def test_head_is_the_newest_script() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(bot.__file__).with_name("migrations")))
    assert ScriptDirectory.from_config(config).get_current_head() == schema.HEAD


async def test_an_exception_rolls_back_everything(database: Database, value: Value) -> None:
    def work(unit: Unit) -> None:
        note("a")(unit)
        raise KeyError("no")

    with pytest.raises(KeyError):
        await database.write(work)
    assert await value("SELECT count(*) FROM misses") == 0


async def test_cancelled_units_are_whole_or_absent_and_the_next_commits(
    database: Database, value: Value
) -> None:
    for turn in range(30):
        tasks = [asyncio.create_task(database.write(note(f"{turn}-{n}"))) for n in range(4)]
        for _ in range(turn % 10):
            await asyncio.sleep(0)
        if turn % 3 == 0:
            await asyncio.sleep(0.0005 * turn)
        for task in tasks[:3]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await database.write(note("last"))
    assert await value("SELECT count(*) FROM misses WHERE count = 1") == 0
    assert await value("SELECT count(*) FROM misses WHERE key = 'last'") == 1
    assert await value("SELECT count(*) FROM misses WHERE key LIKE '%-3'") == 30


async def test_a_second_opening_refuses_until_the_first_is_closed(database_url: str) -> None:
    first = await open_database(database_url)
    with pytest.raises(DatabaseUnusable, match="another process already works"):
        await open_database(database_url)
    await first.close()
    await (await open_database(database_url)).close()


async def test_lost_sessions_are_taken_again(database_url: str) -> None:
    if database_url.startswith("sqlite"):
        return  # a file has no sessions
    pid = text("SELECT pg_backend_pid()")
    holder = text(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2"
        " AND objid::bigint = hashtext(current_schema())::bigint & 4294967295"
    )
    async with await open_database(database_url) as database:
        await make_ready(database)
        writer = await database.write(lambda unit: unit.execute(pid).scalar_one())
        locker = await database.read(lambda unit: unit.execute(holder).scalar_one())
        for lost in (writer, locker):
            kill = text(f"SELECT pg_terminate_backend({lost})")
            await database.read(lambda unit, kill=kill: unit.execute(kill).all())  # type: ignore[misc]
        with pytest.raises(DBAPIError):
            await database.write(note("lost"))
        await database.write(note("kept"))
        await database.check_lock()  # finds the session gone
        await database.check_lock()  # takes the lock again
        with pytest.raises(DatabaseUnusable, match="another process"):
            await open_database(database_url)


async def test_readers_come_in_beside_the_process_and_cannot_write(
    database: Database, database_url: str
) -> None:
    await database.write(note("a"))
    async with await open_database(database_url, writing=False) as reader:
        assert await schema_version(reader) == schema.HEAD
        with pytest.raises(DatabaseUnusable, match="reading only"):
            await reader.write(note("b"))


@pytest.mark.parametrize(("version", "error"), [("0000", OldSchema), ("9999", NewSchema)])
async def test_another_schema_is_refused(
    database: Database, version: str, error: type[DatabaseUnusable]
) -> None:
    statement = text("UPDATE alembic_version SET version_num = :version")
    await database.write(lambda unit: unit.execute(statement, {"version": version}) and None)
    with pytest.raises(error, match=f"at schema {version}"):
        await make_ready(database)


async def test_foreign_tables_are_left_alone(database_url: str) -> None:
    async with await open_database(database_url) as database:
        await database.write(lambda unit: unit.exec_driver_sql("CREATE TABLE accounts (id integer)") and None)
        with pytest.raises(OldSchema, match="python -m bot migrate"):
            await make_ready(database)


async def test_migrating_twice_does_nothing(database: Database) -> None:
    await migrate(database)
    await require_current_schema(database)


async def test_sqlite_is_set_for_durability(sqlite_url: str) -> None:
    def pragmas(unit: Unit) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "trusted_schema")
        return [unit.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    async with await open_database(sqlite_url) as database:
        assert await database.write(pragmas) == ["wal", 2, 1, 1, 0]


async def test_sqlite_waits_for_the_lock_of_a_backup(sqlite_url: str, tmp_path: Path) -> None:
    async with await open_database(sqlite_url) as database:
        await make_ready(database)
        other = sqlite3.connect(tmp_path / "bot.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(database.write(note("a")))
        await asyncio.sleep(0.2)
        assert not writing.done()
        other.execute("COMMIT")
        other.close()
        await writing


async def test_a_unit_that_reads_before_it_writes_cannot_be_overtaken(
    sqlite_url: str, tmp_path: Path
) -> None:
    other = sqlite3.connect(tmp_path / "bot.db", isolation_level=None, timeout=0, check_same_thread=False)

    def work(unit: Unit) -> None:
        unit.exec_driver_sql("SELECT count(*) FROM misses").scalar()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("DELETE FROM misses")
        note("a")(unit)

    async with await open_database(sqlite_url) as database:
        await make_ready(database)
        await database.write(work)
    other.close()


async def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "bot.db").write_bytes(b"not a database, not at all" * 100)
    with pytest.raises(DatabaseUnusable, match=r"bot\.db: file is not a database"):
        await open_database(f"sqlite:///{tmp_path}/bot.db")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://root:hunter2@localhost/x", "use sqlite"),
        ("postgresql://root:hunter2@127.0.0.1:1/x", "cannot open"),
        ("hunter2", "not a database address"),
        ("sqlite://", "in memory keeps nothing"),
        ("sqlite:////proc/no/bot.db", "cannot make the data directory"),
    ],
)
async def test_operators_are_told_what_is_wrong_without_the_password(url: str, words: str) -> None:
    with pytest.raises(DatabaseUnusable, match=words) as caught:
        await open_database(url)
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


async def test_the_data_directory_is_made_and_private(tmp_path: Path) -> None:
    async with await open_database(f"sqlite+aiosqlite:///{tmp_path}/a/b/bot.db"):
        assert (tmp_path / "a" / "b").stat().st_mode & 0o077 == 0


def contents(directory: Path) -> bytes:
    """Every byte of every file."""
    return b"".join(path.read_bytes() for path in directory.iterdir())


async def test_nothing_erased_is_left_in_the_file(sqlite_url: str, tmp_path: Path, clock: Clock) -> None:
    async with await open_database(sqlite_url) as database:
        await make_ready(database)
        await database.write(note("canary"))
        await database.write(lambda unit: unit.exec_driver_sql("DELETE FROM misses") and None)
        await database.tidy()
        kept = contents(tmp_path)
        assert b"SQLite format" in kept
        assert b"canary" not in kept
        await database.write(note("and-it-still-writes"))
