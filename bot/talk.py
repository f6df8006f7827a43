"""The terminal door: the conversation, and beside it the database and the knowledge's watch."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime
from types import FrameType, TracebackType

from bot.app import App
from bot.channels.terminal import Terminal
from bot.database import Database, make_ready, open_database
from bot.errors import Unusable
from bot.logs import trace
from bot.misses import Misses
from bot.turn import Miss

log = logging.getLogger(__name__)

_SECONDS = 20.0  # that a database may take


def talk(app: App, database_url: str, clock: Callable[[], datetime]) -> None:
    """Talks until the person leaves. Without a database it says so and keeps no questions."""
    with _Beside(app, database_url, clock) as beside:
        Terminal(app.router, clock, beside.keep).run()


class _Beside:
    """An event loop in a thread of its own: line editing needs the main one."""

    def __init__(self, app: App, database_url: str, clock: Callable[[], datetime]) -> None:
        self._app = app
        self._database_url = database_url
        self._clock = clock
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._ready = threading.Event()
        self._database: Database | None = None
        self._thread = threading.Thread(target=self._run, name="beside the terminal", daemon=True)

    def __enter__(self) -> _Beside:
        self._thread.start()
        self._ready.wait(_SECONDS)
        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, self._reload)
        signal.signal(signal.SIGTERM, _leave)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trail: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(_SECONDS)

    def keep(self, miss: Miss) -> None:
        """Keeps an unanswered question; failing to is told in the log and disturbs nobody."""
        if self._database is None:
            return
        try:
            asyncio.run_coroutine_threadsafe(self._write(self._database, miss), self._loop).result(_SECONDS)
        except Exception as error:
            log.error("an unanswered question could not be kept: %s", trace(error))

    async def _write(self, database: Database, miss: Miss) -> None:
        await database.write(lambda unit: Misses(database, self._clock).add(unit, [miss]))

    def _reload(self, _signal: int, _frame: FrameType | None) -> None:
        self._loop.call_soon_threadsafe(self._app.library.reload_soon)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        async with AsyncExitStack() as stack:
            try:
                self._database = await self._open(stack)
            except Unusable as error:
                log.warning("unanswered questions are not kept: %s", error)
            except Exception as error:
                log.warning("unanswered questions are not kept: %s", trace(error))
            watching = asyncio.create_task(self._app.library.watch())
            self._ready.set()
            await self._stop.wait()
            watching.cancel()
            await asyncio.wait([watching])

    async def _open(self, stack: AsyncExitStack) -> Database:
        database = await open_database(self._database_url)
        try:
            await make_ready(database)
        except BaseException:
            await database.close()
            raise
        return await stack.enter_async_context(database)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
