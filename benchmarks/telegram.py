"""The whole way on Telegram beside a bare echo bot: `python -m benchmarks.telegram`.

Durable intake and sending are included. Each bot is a process of its own on one core; the stub of the API and
the driver have the other. Both bots get the same messages in the same run, in turns, so that a busy machine
troubles both alike.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bot.chat import Message, Reply
from bot.turn import Responder, Turn
from tests.fake_telegram import TOKEN, FakeTelegram

ROUNDS = 3
MANY = 800  # messages at once
SLOW = 400  # messages at once while the API needs 50 ms
RATE, SECONDS = 60, 4  # messages a second, and for how long
QUESTION = "đăng ký khai sinh cho con cần giấy tờ gì"


# --- the two bots, each in its process


class Burner:
    """Stands in for the conversation: about a millisecond of work and a reply of ordinary length."""

    def respond(self, message: Message, state: str) -> Turn:
        """A fixed text after 1 ms."""
        end = time.perf_counter() + 0.001
        while time.perf_counter() < end:
            pass
        return Turn((Reply(f"**{message.text}**\n\n" + "- x\n" * 60),), state or '{"topic": 1}')


def is_real() -> bool:
    """Whether the office's files are here, so that the real conversation can be measured."""
    return Path("procedures.yaml").exists() and Path("config.yaml").exists()


def responder() -> Responder:
    """The real conversation where it can be had."""
    if not is_real():
        return Burner()
    found: Responder = importlib.import_module("bot.app").build().router
    return found


async def ours(url: str, directory: str) -> None:
    """Our bot as `run` starts it, with its default settings."""
    from bot import doors, logs  # noqa: PLC0415
    from bot.config import Settings  # noqa: PLC0415

    logs.set_up([TOKEN], logging.WARNING)
    database = os.environ.get("DATABASE_URL") or f"sqlite+aiosqlite:///{directory}/bot.db"
    await doors.run(Settings(database, TOKEN, url), responder(), "sorry")


def echo(url: str) -> None:
    """The least bot that python-telegram-bot can be."""
    from telegram import Update  # noqa: PLC0415
    from telegram.ext import Application, ContextTypes, MessageHandler, filters  # noqa: PLC0415

    async def answer(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        if update.message is not None and update.message.text is not None:
            await update.message.reply_text(update.message.text)

    application = Application.builder().token(TOKEN).base_url(f"{url}/bot").build()
    application.add_handler(MessageHandler(filters.TEXT, answer))
    application.run_polling(bootstrap_retries=3)


# --- the driver


@dataclass
class Figures:
    """What one bot did, one entry a round."""

    rate: list[float] = field(default_factory=list)  # messages a second, all at once
    cpu: list[float] = field(default_factory=list)  # ms a message, all at once
    slow: list[float] = field(default_factory=list)  # messages a second while the API needs 50 ms
    paced_cpu: list[float] = field(default_factory=list)  # ms a message at RATE
    p50: list[float] = field(default_factory=list)  # ms from the update to its answer at RATE
    p99: list[float] = field(default_factory=list)


def cpu_seconds(pid: int) -> float:
    """Processor time of a process so far, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Driver:
    """Sends messages of ever new people through the stub and watches for the answers."""

    def __init__(self, stub: FakeTelegram, pid: int) -> None:
        self.stub = stub
        self.pid = pid
        self._person = 1000
        self._asked: dict[int, float] = {}

    def ask(self) -> None:
        """One question of a new person."""
        self._person += 1
        self._asked[self._person] = asyncio.get_running_loop().time()
        self.stub.say(QUESTION, self._person)

    async def answered(self, seconds: float = 60) -> list[float]:
        """Waits for all answers; how long each took, in ms."""
        await self.stub.until(lambda: len(self.stub.calls) >= len(self._asked), seconds)
        await asyncio.sleep(0.1)
        sent = [call for call in self.stub.calls if call.method == "sendMessage"]
        took = [(call.at - self._asked[int(call.body["chat_id"])]) * 1000 for call in sent]
        if len(took) < len(self._asked):
            await self.stub.until(
                lambda: sum(call.method == "sendMessage" for call in self.stub.calls) >= len(self._asked),
                seconds,
            )
            return await self.answered(seconds)
        return took

    def begin(self) -> float:
        """Forgets the past; the processor time from here."""
        self._asked.clear()
        self.stub.calls.clear()
        return cpu_seconds(self.pid)

    async def at_once(self, count: int) -> tuple[float, float]:
        """Messages a second, and ms of processor time a message."""
        before, began = self.begin(), asyncio.get_running_loop().time()
        for _ in range(count):
            self.ask()
        await self.answered()
        last = max(call.at for call in self.stub.calls if call.method == "sendMessage")
        return count / (last - began), (cpu_seconds(self.pid) - before) * 1000 / count

    async def paced(self) -> tuple[float, float, float]:
        """ms of processor time a message, p50 and p99 in ms, at RATE."""
        before = self.begin()
        began = asyncio.get_running_loop().time()
        for number in range(RATE * SECONDS):
            await asyncio.sleep(max(0, began + number / RATE - asyncio.get_running_loop().time()))
            self.ask()
        took = sorted(await self.answered())
        cpu = (cpu_seconds(self.pid) - before) * 1000 / len(took)
        return cpu, took[len(took) // 2], took[int(len(took) * 0.99)]


async def measure(name: str, figures: Figures) -> None:
    """One round of one bot."""
    stub = FakeTelegram()
    await stub.start()
    environment = {key: value for key, value in os.environ.items() if "proxy" not in key.lower()}
    with tempfile.TemporaryDirectory() as directory:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.telegram", name, stub.url, directory), env=environment
        )
        try:
            driver = Driver(stub, process.pid)
            await stub.until(lambda: "getUpdates" in {call.method for call in stub.calls}, 20)
            await driver.at_once(50)  # warm up
            rate, cpu = await driver.at_once(MANY)
            figures.rate.append(rate)
            figures.cpu.append(cpu)
            cpu, p50, p99 = await driver.paced()
            figures.paced_cpu.append(cpu)
            figures.p50.append(p50)
            figures.p99.append(p99)
            if name == "ours":  # the echo bot would send 19 a second
                stub.latency = 0.05
                figures.slow.append((await driver.at_once(SLOW))[0])
        finally:
            process.terminate()
            await process.wait()
            await stub.stop()


def show(bots: dict[str, Figures]) -> bool:
    """Prints the table; whether every target was met (by the medians)."""
    mine, bare = bots["ours"], bots["echo"]
    lines = [f"conversation: {'the real one' if is_real() else 'a stand-in that works for 1 ms'}"]

    def line(title: str, pick: Callable[[Figures], list[float]], target: str = "") -> None:
        cells = [
            f"{median(values):8.2f} ({min(values):.2f}–{max(values):.2f})"
            if (values := pick(bot))
            else f"{'–':>8}"
            for bot in (mine, bare)
        ]
        ratio = f"{median(pick(mine)) / median(pick(bare)):6.2f}×" if pick(bare) else ""
        lines.append(f"{title:34}{cells[0]:>26}{cells[1]:>26}{ratio:>10}  {target}")

    title = f"median (spread) of {ROUNDS} rounds"
    lines.append(f"{title:34}{'this bot':>26}{'bare echo bot':>26}{'ratio':>10}")
    line("messages/s, all at once", lambda bot: bot.rate, "≥ 250")
    line("CPU ms/message, all at once", lambda bot: bot.cpu, "≤ 3×")
    line(f"CPU ms/message at {RATE}/s", lambda bot: bot.paced_cpu)
    line(f"p50 ms at {RATE}/s", lambda bot: bot.p50)
    line(f"p99 ms at {RATE}/s", lambda bot: bot.p99, "≤ 50")
    line("messages/s, API answers in 50 ms", lambda bot: bot.slow)
    print("\n".join(lines))
    cheap = median(mine.cpu) <= 3 * median(bare.cpu)
    return median(mine.rate) >= 250 and cheap and median(mine.p99) <= 50


def main() -> bool:
    """All rounds; False when a target is missed."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    bots = {"echo": Figures(), "ours": Figures()}
    for _ in range(ROUNDS):
        for name, figures in bots.items():
            asyncio.run(measure(name, figures))
    return show(bots)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0) | {0})})
        if sys.argv[1] == "echo":
            echo(sys.argv[2])
        else:
            asyncio.run(ours(sys.argv[2], sys.argv[3]))
    else:
        sys.exit(not main())
