"""SIGKILL between receipt, commit, confirm, answer and mark: nothing lost, what may come twice is named."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from bot.database import make_ready, open_database
from tests.fake_telegram import FakeTelegram
from tests.running import Process

PEOPLE = range(101, 107)
POINTS = (
    "inbox.before_commit",
    "inbox.committed",
    "intake.before_commit",
    "intake.committed",
    "outbox.sent_before_mark*4",
    "outbox.marked",
)
BEFORE_SENDING = POINTS[:4]


@pytest.mark.crash
@pytest.mark.parametrize("point", POINTS)
async def test_killed_at(point: str, telegram: FakeTelegram, database_url: str) -> None:
    await prepare(database_url)
    for person in PEOPLE:
        telegram.say("first", person)
        telegram.say("second", person)
    async with Process(telegram, database_url, crash_at=point) as process:
        async with asyncio.timeout(20):
            while process.process.returncode is None:
                telegram.say("third", PEOPLE[0])  # so that there are several batches
                await asyncio.sleep(0.1)
        assert await process.ended() == -9, process.output
    asked = Counter(update["message"]["from"]["id"] for update in [*telegram.confirmed, *telegram.updates])
    async with Process(telegram, database_url) as process:
        await telegram.until(lambda: all(len(set(telegram.sent(one))) == asked[one] for one in PEOPLE), 20)
        await telegram.until(lambda: not telegram.updates)
        assert await process.stop() < 10
    for person in PEOPLE:
        heard = telegram.sent(person)
        assert {text.partition(":")[0] for text in heard} == {str(n + 1) for n in range(asked[person])}
        assert list(dict.fromkeys(heard)) == sorted(set(heard), key=number)
        if point in BEFORE_SENDING:
            assert len(heard) == asked[person]


async def prepare(url: str) -> None:
    """Makes the tables here, where Alembic is loaded already: each process then starts quicker."""
    async with await open_database(url) as database:
        await make_ready(database)


def number(text: str) -> int:
    """The count in an answer of the parrot."""
    return int(text.split(":", maxsplit=1)[0])


@pytest.mark.crash
async def test_nothing_comes_twice_when_no_send_was_cut(telegram: FakeTelegram, sqlite_url: str) -> None:
    """Three kills before and after the commits, then a quiet run: every message has exactly one answer."""
    for point in BEFORE_SENDING[:3]:
        for person in PEOPLE:
            telegram.say(point, person)
        async with Process(telegram, sqlite_url, crash_at=point) as process:
            assert await process.ended() == -9, process.output
    async with Process(telegram, sqlite_url) as process:
        await telegram.until(lambda: len(telegram.sent()) == 3 * len(PEOPLE))
        await asyncio.sleep(0.3)
        await process.stop()
    assert all(len(telegram.sent(person)) == 3 for person in PEOPLE)


@pytest.mark.crash
async def test_a_reply_cut_between_sending_and_marking_comes_twice(
    telegram: FakeTelegram, database_url: str
) -> None:
    telegram.say("hello")
    async with Process(telegram, database_url, crash_at="outbox.sent_before_mark") as process:
        assert await process.ended() == -9, process.output
    async with Process(telegram, database_url) as process:
        await telegram.until(lambda: len(telegram.sent()) == 2)
        await process.stop()
    assert telegram.sent() == ["1: hello", "1: hello"]


async def test_sigterm_ends_within_ten_seconds_even_when_the_api_hangs(
    telegram: FakeTelegram, sqlite_url: str
) -> None:
    telegram.fail("sendMessage", delay=60, times=3)
    for person in (1, 2, 3):
        telegram.say("hello", person)
    async with Process(telegram, sqlite_url) as process:
        await telegram.until(lambda: telegram.faults["sendMessage"][0].times == 0)
        assert await process.stop() < 10
    async with Process(telegram, sqlite_url) as process:
        await telegram.until(lambda: set(telegram.sent()) == {"1: hello"} and len(telegram.sent()) >= 3)
        await process.stop()


async def test_a_second_process_refuses_and_the_first_goes_on(
    telegram: FakeTelegram, database_url: str
) -> None:
    async with Process(telegram, database_url) as first:
        telegram.say("one")
        await telegram.until(lambda: telegram.sent() == ["1: one"])
        async with Process(telegram, database_url) as second:
            assert await second.ended() == 1
            assert b"another process already works on" in second.output
        telegram.say("two")
        await telegram.until(lambda: telegram.sent() == ["1: one", "2: two"])
        await first.stop()


async def test_the_token_and_the_words_are_in_no_log(telegram: FakeTelegram, sqlite_url: str) -> None:
    secret = telegram.token.partition(":")[2]
    telegram.fail("getUpdates", cut="before", times=2)
    telegram.fail("getUpdates", status=502, text="<html>bad gateway</html>")
    telegram.fail("sendMessage", status=500)
    telegram.fail("sendMessage", cut="before")
    telegram.say("canary-words explode")
    telegram.say("canary-words")
    telegram.push({"message": {"canary-words": True, "from": {"id": "x"}}})
    async with Process(telegram, sqlite_url, level=10) as process:
        await telegram.until(lambda: "1: canary-words" in telegram.sent(), 15)
        await process.stop()
    output = process.output.decode()
    assert "quarantined" in output
    assert secret not in output
    assert "canary-words" not in output
    assert "Lan" not in output
