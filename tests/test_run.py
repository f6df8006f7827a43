"""`python -m bot run` with a token: the real bot, as a process, on the fake Bot API server."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.fake_telegram import FakeTelegram
from tests.knowledge.cards import VALID, changed

ROOT = Path(__file__).parent.parent


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A small office's folder."""
    (tmp_path / "procedures.yaml").write_text(VALID, encoding="utf-8")
    (tmp_path / "config.yaml").write_bytes((ROOT / "config.yaml").read_bytes())
    return tmp_path


@asynccontextmanager
async def running(office: Path, telegram: FakeTelegram) -> AsyncIterator[asyncio.subprocess.Process]:
    """The bot of an office; killed at the end if it still runs."""
    kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    made = {
        "PYTHONPATH": str(ROOT),
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_API_URL": telegram.url,
        "DATABASE_URL": "",
        "BOT_DATA_DIR": str(office / "data"),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-m", "bot", "run"),
        env={**kept, **made},
        cwd=office,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def stopped(process: asyncio.subprocess.Process) -> tuple[float, str]:
    """SIGTERM: how many seconds the end took, and what was written; the exit status must be 0."""
    began = time.monotonic()
    process.terminate()
    output, _ = await asyncio.wait_for(process.communicate(), 15)
    assert process.returncode == 0, output.decode()
    return time.monotonic() - began, output.decode()


async def test_asks_answers_reloads_and_stops(office: Path, telegram: FakeTelegram) -> None:
    async with running(office, telegram) as process:
        telegram.say("khai sinh phí bao nhiêu")
        await telegram.until(lambda: any("5.000" in text for text in telegram.sent()), 30)
        commands = telegram.made("setMyCommands")
        assert [command["command"] for command in commands[0]["commands"]] == ["start", "help", "privacy"]
        (office / "procedures.yaml").write_text(changed(("fee: 5.000", "fee: 9.000")), encoding="utf-8")
        process.send_signal(signal.SIGHUP)
        await asyncio.sleep(1)
        telegram.say("khai sinh phí bao nhiêu", 8)
        await telegram.until(lambda: any("9.000" in text for text in telegram.sent(8)), 10)
        seconds, output = await stopped(process)
    assert seconds < 10
    assert "2 procedures" in output
    assert "knowledge changed" in output
    assert telegram.token.partition(":")[2] not in output
    assert "khai sinh phí" not in output


async def test_a_changed_file_is_noticed_and_a_faulty_one_is_not_served(
    office: Path, telegram: FakeTelegram
) -> None:
    async with running(office, telegram) as process:
        telegram.say("khai sinh phí bao nhiêu")
        await telegram.until(telegram.sent, 30)
        (office / "procedures.yaml").write_text("procedures: no", encoding="utf-8")
        await asyncio.sleep(3)
        telegram.say("khai sinh phí bao nhiêu", 8)
        await telegram.until(lambda: any("5.000" in text for text in telegram.sent(8)), 10)
        _, output = await stopped(process)
    assert "knowledge not reloaded" in output


async def test_a_second_bot_on_the_same_database_refuses(office: Path, telegram: FakeTelegram) -> None:
    async with running(office, telegram) as first:
        telegram.say("khai sinh phí bao nhiêu")
        await telegram.until(telegram.sent, 30)
        async with running(office, telegram) as second:
            output, _ = await asyncio.wait_for(second.communicate(), 20)
            assert second.returncode == 1
            assert "another process" in output.decode()
            assert "Traceback" not in output.decode()
        assert first.returncode is None


async def test_a_refused_token_is_told(office: Path, telegram: FakeTelegram) -> None:
    for method in ("getMe", "getUpdates", "setMyCommands", "deleteWebhook"):
        for _ in range(5):
            telegram.fail(method, status=401, description="Unauthorized")
    async with running(office, telegram) as process:
        output, _ = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 1
    assert "TELEGRAM_BOT_TOKEN" in output.decode()
    assert "Traceback" not in output.decode()
