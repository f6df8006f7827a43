"""Databases for tests: SQLite always, PostgreSQL where TEST_POSTGRES_URL names one (in CI it must)."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.database import Database, make_ready, open_database
from tests.fake_telegram import FakeTelegram


class Clock:
    """A clock that stands until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: float) -> None:
        """Moves on (or back, with negative figures)."""
        self.now += timedelta(**time)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests talk to 127.0.0.1 and to nothing else."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of this test's own."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path}/bot.db"
        return
    base = os.environ.get("TEST_POSTGRES_URL", "")
    if not base:
        if os.environ.get("CI"):
            pytest.fail("TEST_POSTGRES_URL is not set, and CI tests both databases")
        pytest.skip("TEST_POSTGRES_URL is not set")
    schema = f"test_{uuid.uuid4().hex[:12]}"
    asyncio.run(_execute(base, f'CREATE SCHEMA "{schema}"'))
    yield f"{base}{'&' if '?' in base else '?'}schema={schema}"
    asyncio.run(_execute(base, f'DROP SCHEMA "{schema}" CASCADE'))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """For what has nothing to do with the engine."""
    return f"sqlite+aiosqlite:///{tmp_path}/bot.db"


async def _execute(url: str, statement: str) -> None:
    import asyncpg  # noqa: PLC0415  only where there is a PostgreSQL

    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database with its tables."""
    async with await open_database(database_url) as opened:
        await make_ready(opened)
        yield opened


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """A Bot API server."""
    server = FakeTelegram()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def value(database: Database) -> Callable[[str], Awaitable[object]]:
    """Runs a SELECT that gives one value."""

    async def run(sql: str) -> object:
        return await database.read(lambda unit: unit.exec_driver_sql(sql).scalar())

    return run
