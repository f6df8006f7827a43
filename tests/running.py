"""A small bot for tests: run in this process, or as a process of its own that can be killed."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from bot import logs
from bot.chat import Action, Button, Message, Reply
from bot.config import Settings
from bot.config import Telegram as Rates
from bot.courier import Delivery
from bot.doors import run
from bot.turn import Miss, Turn

if TYPE_CHECKING:  # the process does not need the server
    from tests.fake_telegram import FakeTelegram

QUICK = Delivery(per_chat_second=1000, first_retry=0.02, longest_retry=0.2)
BUSY = Rates(messages_per_minute=6000, burst=1000)


class Parrot:
    """Answers "<number>: <text>", counting what it heard in the dialogue; some words make it misbehave."""

    def respond(self, message: Message, state: str) -> Turn:
        """One reply, unless told otherwise."""
        heard = int(state or 0) + 1
        words = message.action.encode() if message.action else message.text or message.kind
        if "explode" in words:
            raise RuntimeError(f"cannot answer {words}")
        if "long" in words:
            return Turn((Reply("\n\n".join(f"**{n}** " + "x" * 990 for n in range(10)), _MENU),), str(heard))
        miss = Miss(words, words.lower(), "no_answer", ("1.001",)) if "unknown" in words else None
        return Turn((Reply(f"{heard}: {words}"),), "" if "forget" in words else str(heard), miss)


_MENU = ((Button("Fee", Action("facet", "fee")),),)


def settings(server: FakeTelegram, database_url: str, **changes: object) -> Settings:
    """Settings for the fake server, quick to retry."""
    made = Settings(database_url, server.token, server.url, telegram=BUSY)
    return replace(made, **changes)  # type: ignore[arg-type]


@asynccontextmanager
async def bot(chosen: Settings, delivery: Delivery = QUICK) -> AsyncIterator[asyncio.Task[None]]:
    """The bot in this process; stopped as SIGTERM would."""
    task = asyncio.create_task(run(chosen, Parrot(), "sorry", [("start", "Begin")], delivery=delivery))
    try:
        yield task
    finally:
        await asyncio.sleep(0.05)
        if not task.done():
            os.kill(os.getpid(), signal.SIGTERM)
        with suppress(Exception):
            await asyncio.wait_for(task, 12)


class Process:
    """The bot as a process; `crash_at` names where it kills itself."""

    def __init__(
        self, telegram: FakeTelegram, database_url: str, crash_at: str = "", level: int = 30
    ) -> None:
        kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        self._environment = kept | {"CRASH_AT": crash_at}
        self._arguments = (telegram.url, telegram.token, database_url, str(level))
        self.output = b""

    async def __aenter__(self) -> Process:
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "error", "-m", "tests.running", *self._arguments),
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.ended()

    async def stop(self) -> float:
        """SIGTERM; how many seconds it took to end."""
        began = time.monotonic()
        self.process.terminate()
        await self.ended()
        return time.monotonic() - began

    async def ended(self, seconds: float = 20) -> int:
        """Waits for the end; the exit status (-9 after SIGKILL)."""
        output, _ = await asyncio.wait_for(self.process.communicate(), seconds)
        self.output += output or b""
        assert self.process.returncode is not None
        return self.process.returncode


def main(url: str, token: str, database_url: str, level: str) -> None:
    """The process."""
    logs.set_up(logs.token_parts(token), int(level))
    chosen = Settings(database_url, token, url, telegram=BUSY)
    try:
        asyncio.run(run(chosen, Parrot(), "sorry", delivery=QUICK))
    except Exception as error:
        logging.getLogger("tests").error("%s", error)
        sys.exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
