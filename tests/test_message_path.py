"""From an update to its answer, in one process, against a Bot API server that misbehaves."""

from __future__ import annotations

import asyncio
import json
import re
import time
import traceback
from pathlib import Path

import pytest

from bot.channels.telegram import Telegram, TelegramUnusable, TokenRefused, units
from bot.chat import Address, Reply
from bot.config import Telegram as Rates
from bot.courier import Delivery
from bot.database import open_database
from bot.delivery import Parcel, Unreachable
from tests.fake_telegram import BOT_ID, TOKEN, USERNAME, FakeTelegram
from tests.running import QUICK, bot, settings


async def rows(url: str, sql: str) -> list[tuple[object, ...]]:
    """What a SELECT finds once the bot has stopped."""
    async with await open_database(url) as database:
        return [tuple(row) for row in await database.read(lambda unit: unit.exec_driver_sql(sql).all())]


async def test_a_person_is_answered_in_order_and_remembered(
    telegram: FakeTelegram, database_url: str
) -> None:
    for number in range(40):
        telegram.say(f"a{number}", 1)
        telegram.say(f"b{number}", 2)
    async with bot(settings(telegram, database_url)):
        await telegram.until(lambda: len(telegram.sent()) == 80)
        telegram.say("forget", 1)
        telegram.say("again", 1)
        await telegram.until(lambda: len(telegram.sent()) == 82)
        await telegram.until(lambda: not telegram.updates)
    assert telegram.sent(1) == [f"{n + 1}: a{n}" for n in range(40)] + ["41: forget", "1: again"]
    assert telegram.sent(2) == [f"{n + 1}: b{n}" for n in range(40)]


async def test_nothing_personal_is_kept_once_answered(telegram: FakeTelegram, database_url: str) -> None:
    telegram.say("unknown canary", 123456789)
    async with bot(settings(telegram, database_url)):
        await telegram.until(lambda: len(telegram.sent()) == 1)
    assert await rows(database_url, "SELECT status, sender, payload FROM inbox") == [("done", "", "")]
    assert await rows(database_url, "SELECT status, chat, body FROM outbox") == [("sent", "", "")]
    found = await rows(database_url, "SELECT text, key, outcome, candidates, count FROM misses")
    assert found == [("unknown canary", "unknown canary", "no_answer", '["1.001"]', 1)]


async def test_updates_that_come_again_are_answered_once(telegram: FakeTelegram, database_url: str) -> None:
    updates = [telegram.say(f"m{n}", n) for n in range(5)]
    async with bot(settings(telegram, database_url)):
        await telegram.until(lambda: len(telegram.sent()) == 5 and not telegram.updates)
    for update in reversed(updates):
        telegram.updates.append(update)
    async with bot(settings(telegram, database_url)):
        await telegram.until(lambda: not telegram.updates)
        # After a quiet week ids begin anew, lower: the same id with other words is another message.
        telegram.updates.append({"update_id": 5, "message": telegram.message(9, text="reborn")})
        telegram.push({"update_id": updates[0]["update_id"], "message": telegram.message(8, text="reused")})
        await telegram.until(lambda: telegram.sent(8) and telegram.sent(9))
    assert len(telegram.sent()) == 7


async def test_the_offset_is_never_restored(telegram: FakeTelegram, sqlite_url: str) -> None:
    for _ in range(2):
        telegram.say("hello")
        async with bot(settings(telegram, sqlite_url)):
            await telegram.until(lambda: not telegram.updates)
    first = [body.get("offset") for body in telegram.made("getUpdates")]
    assert first.count(None) == 2
    assert "message" in telegram.made("getUpdates")[0]["allowed_updates"]


def test_updates_are_never_dropped() -> None:
    for path in Path("bot").rglob("*.py"):
        assert "drop_pending" not in path.read_text(), path


async def test_poison_is_set_aside_and_stops_nobody(telegram: FakeTelegram, database_url: str) -> None:
    telegram.push({"message": telegram.message(1, text="hi", date="yesterday")})
    telegram.push({"message": ["nonsense"]})
    telegram.say("nul \0 and half an emoji \ud83d", 2)
    telegram.say("explode", 3)
    telegram.say("fine", 4)
    async with bot(settings(telegram, database_url)):
        await telegram.until(lambda: len(telegram.sent()) == 3)
        telegram.say("after", 3)
        await telegram.until(lambda: len(telegram.sent(3)) == 2 and not telegram.updates)
    assert telegram.sent(2) == ["1: nul  and half an emoji \ufffd"]
    assert telegram.sent(3) == ["sorry", "1: after"]
    assert telegram.sent(4) == ["1: fine"]
    kept = await rows(
        database_url, "SELECT reason, payload FROM inbox WHERE status = 'quarantined' ORDER BY id"
    )
    assert [str(reason).split(":")[0] for reason, _ in kept] == [
        "unreadable",
        "unreadable",
        "answering failed",
    ]
    assert json.loads(str(kept[0][1]))["message"]["date"] == "yesterday"


async def test_a_flood_slows_its_sender_alone(telegram: FakeTelegram, database_url: str) -> None:
    for number in range(300):
        telegram.say(f"flood {number}", 1)
    telegram.say("patient", 2)
    async with bot(settings(telegram, database_url, telegram=Rates(messages_per_minute=600, burst=5))):
        began = time.monotonic()
        await telegram.until(lambda: telegram.sent(2), 3)
        assert time.monotonic() - began < 2
        await telegram.until(lambda: len(telegram.sent(1)) == 15)
        assert time.monotonic() - began > 0.7
    unanswered = await rows(database_url, "SELECT count(*) FROM inbox WHERE status = 'received'")
    unsent = await rows(database_url, "SELECT count(*) FROM outbox WHERE status = 'pending'")
    assert int(str(unanswered[0][0])) + int(str(unsent[0][0])) == 300 - len(telegram.sent(1))
    # The wait survives a restart, and so does the order.
    telegram.say("later", 1)
    async with bot(settings(telegram, database_url, telegram=Rates(messages_per_minute=600, burst=5))):
        before = len(telegram.sent(1))
        await telegram.until(lambda: len(telegram.sent(1)) >= before + 5)
    assert telegram.sent(1) == [f"{n + 1}: flood {n}" for n in range(len(telegram.sent(1)))]


async def test_a_429_holds_that_chat_alone(telegram: FakeTelegram, database_url: str) -> None:
    telegram.fail("sendMessage", status=429, description="Too Many Requests: retry after 1",
                  parameters={"retry_after": 1}, when=lambda body: body["chat_id"] == 1)  # fmt: skip
    telegram.say("one", 1)
    telegram.say("two", 1)
    for person in range(2, 12):
        telegram.say("other", person)
    began = time.monotonic()
    async with bot(settings(telegram, database_url)):
        await telegram.until(lambda: len(telegram.sent()) == 10)
        assert time.monotonic() - began < 1
        await telegram.until(lambda: len(telegram.sent(1)) == 2)
        assert time.monotonic() - began >= 1
    assert telegram.sent(1) == ["1: one", "2: two"]


async def test_failures_of_sending_are_waited_out_in_order(telegram: FakeTelegram, sqlite_url: str) -> None:
    telegram.fail("sendMessage", status=500)
    telegram.fail("sendMessage", status=502, text="<html>Bad Gateway</html>")
    telegram.fail("sendMessage", cut="before")
    telegram.fail("sendMessage", status=200, cut="after")  # taken, the answer lost: comes again, by decision
    for text in ("one", "two", "three"):
        telegram.say(text)
    async with bot(settings(telegram, sqlite_url)):
        await telegram.until(lambda: len(telegram.sent()) >= 4)
    assert list(dict.fromkeys(telegram.sent())) == ["1: one", "2: two", "3: three"]
    assert telegram.sent().count("1: one") == 2
    assert await rows(sqlite_url, "SELECT count(*) FROM outbox WHERE status <> 'sent'") == [(0,)]


async def test_failures_of_polling_are_waited_out(
    telegram: FakeTelegram, sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.fail("getUpdates", status=409, description="Conflict: terminated by other getUpdates request")
    telegram.fail("getUpdates", cut="before")
    telegram.say("hello")
    async with bot(settings(telegram, sqlite_url)):
        await telegram.until(lambda: telegram.sent() == ["1: hello"])
    assert "ALARM: another program polls" in caplog.text


@pytest.mark.parametrize("token", ["1:wrong", "nonsense"])
async def test_a_refused_token_ends_it_with_words_for_the_operator(
    token: str, telegram: FakeTelegram, sqlite_url: str
) -> None:
    with pytest.raises(TokenRefused, match="TELEGRAM_BOT_TOKEN") as caught:
        async with bot(settings(telegram, sqlite_url, telegram_token=token)) as task:
            await task
    assert token not in str(caught.value)


async def test_an_address_without_a_scheme_is_refused_at_once(
    telegram: FakeTelegram, sqlite_url: str
) -> None:
    with pytest.raises(TelegramUnusable, match="TELEGRAM_API_URL"):
        async with bot(settings(telegram, sqlite_url, telegram_api_url="localhost:8081")) as task:
            await task


async def test_a_failed_call_carries_no_token(telegram: FakeTelegram) -> None:
    door = Telegram(telegram.token, telegram.url)
    await telegram.stop()
    parcel = Parcel(1, door.account, Address("telegram", "7"), Reply("x"))
    with pytest.raises(Unreachable) as caught:
        await door.send(parcel)
    await door.close()
    assert telegram.token.partition(":")[2] not in "".join(traceback.format_exception(caught.value))


async def test_markup_that_telegram_refuses_is_sent_plain(telegram: FakeTelegram, sqlite_url: str) -> None:
    telegram.fail("sendMessage", status=400, description="Bad Request: can't parse entities: <b>")
    telegram.say("a <b> & **c** [_*")
    async with bot(settings(telegram, sqlite_url)):
        await telegram.until(telegram.sent)
    assert telegram.sent() == ["1: a <b> & c [_*"]
    assert "parse_mode" not in telegram.made("sendMessage")[0]


async def test_a_chat_that_is_gone_gets_nothing_more(telegram: FakeTelegram, database_url: str) -> None:
    telegram.fail("sendMessage", status=403, description="Forbidden: bot was blocked by the user",
                  when=lambda body: body["chat_id"] == 1)  # fmt: skip
    for text in ("one", "two", "three"):
        telegram.say(text, 1)
    telegram.say("hello", 2)
    async with bot(settings(telegram, database_url)):
        await telegram.until(lambda: telegram.sent(2))
        telegram.say("back again", 1)
        await telegram.until(lambda: telegram.sent(1))
    assert telegram.sent(1) == ["4: back again"]
    lost = await rows(database_url, "SELECT DISTINCT reason, body FROM outbox WHERE status = 'undeliverable'")
    assert lost == [("blocked", "")]


async def test_leaving_closes_what_waits(telegram: FakeTelegram, database_url: str) -> None:
    telegram.fail("sendMessage", status=500, times=1000, when=lambda body: body["chat_id"] == 1)
    telegram.say("one", 1)
    telegram.say("two", 1)
    async with bot(settings(telegram, database_url), Delivery(first_retry=0.4)):
        await telegram.until(lambda: telegram.faults["sendMessage"][0].times < 1000)
        telegram.push({"my_chat_member": _membership(telegram, 1, "kicked")})
        telegram.say("still here", 2)
        await telegram.until(lambda: telegram.sent(2) and not telegram.updates)
        tried = telegram.faults["sendMessage"][0].times
        await asyncio.sleep(0.6)
        assert telegram.faults["sendMessage"][0].times == tried
        telegram.faults.clear()
        telegram.say("back", 1)
        await telegram.until(lambda: telegram.sent(1) == ["3: back"])
    assert await rows(
        database_url, "SELECT reason, count(*) FROM outbox WHERE status <> 'sent' GROUP BY 1"
    ) == [("blocked", 2)]


def _membership(telegram: FakeTelegram, person: int, status: str) -> dict[str, object]:
    message = telegram.message(person)
    user = {"id": BOT_ID, "is_bot": True, "first_name": "Bot"}
    old = {"user": user, "status": "member"}
    new = {"user": user, "status": status, "until_date": 0}
    return {
        "chat": message["chat"],
        "from": message["from"],
        "date": 1,
        "old_chat_member": old,
        "new_chat_member": new,
    }


async def test_a_long_reply_comes_in_pieces_with_the_buttons_last(
    telegram: FakeTelegram, sqlite_url: str
) -> None:
    telegram.say("long")
    async with bot(settings(telegram, sqlite_url)):
        await telegram.until(lambda: len(telegram.sent()) == 3)
    bodies = telegram.made("sendMessage")
    assert [("reply_markup" in body) for body in bodies] == [False, False, True]
    assert all(units(re.sub("</?b>", "", body["text"])) <= 4096 for body in bodies)
    assert re.findall("<b>([0-9])</b>", "".join(telegram.sent())) == list("0123456789")
    button = bodies[-1]["reply_markup"]["inline_keyboard"][0][0]
    assert button == {"text": "Fee", "callback_data": "facet:fee"}


async def test_a_press_is_acknowledged_and_answered(telegram: FakeTelegram, sqlite_url: str) -> None:
    telegram.fail("answerCallbackQuery", status=400, description="query is too old")
    for number in range(2):
        message = telegram.message(1, text="which?") | {
            "from": {"id": BOT_ID, "is_bot": True, "first_name": "B"}
        }
        person = {"id": 1, "is_bot": False, "first_name": "Lan"}
        telegram.push({"callback_query": {"id": f"q{number}", "from": person, "message": message,
                                          "chat_instance": "1", "data": "facet:fee"}})  # fmt: skip
    async with bot(settings(telegram, sqlite_url)):
        await telegram.until(lambda: len(telegram.sent()) == 2 and telegram.made("answerCallbackQuery"))
    assert telegram.sent() == ["1: facet:fee", "2: facet:fee"]


async def test_it_introduces_itself_even_when_that_fails(telegram: FakeTelegram, sqlite_url: str) -> None:
    telegram.fail("setChatMenuButton", status=500)
    telegram.say("hello")
    async with bot(settings(telegram, sqlite_url)):
        await telegram.until(lambda: telegram.sent() and telegram.made("setMyCommands"))
    assert telegram.made("setMyCommands")[0]["commands"] == [{"command": "start", "description": "Begin"}]


async def test_a_locked_database_confirms_nothing(
    telegram: FakeTelegram, sqlite_url: str, tmp_path: Path
) -> None:
    async with bot(settings(telegram, sqlite_url)):
        telegram.say("before")
        await telegram.until(lambda: telegram.sent() and not telegram.updates)
        # A process, for SQLite's locks are its own: as an administrator's shell would hold it.
        script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); " \
                 "c.execute('BEGIN IMMEDIATE'); print(1, flush=True); sys.stdin.read()"  # fmt: skip
        holder = await asyncio.create_subprocess_exec(
            *("python3", "-c", script, str(tmp_path / "bot.db")), stdin=-1, stdout=-1
        )
        assert holder.stdout is not None
        assert holder.stdin is not None
        await holder.stdout.readline()
        telegram.say("during")
        await asyncio.sleep(0.5)
        assert len(telegram.updates) == 1
        holder.stdin.close()
        await holder.wait()
        await telegram.until(lambda: len(telegram.sent()) == 2 and not telegram.updates)
    assert telegram.sent() == ["1: before", "2: during"]


async def test_sends_under_way_are_bounded(telegram: FakeTelegram, sqlite_url: str) -> None:
    telegram.latency = 0.05
    for person in range(100):
        telegram.say("hello", person + 1)
    delivery = Delivery(in_flight=4)
    began = time.monotonic()
    async with bot(settings(telegram, sqlite_url), delivery):
        await telegram.until(lambda: len(telegram.sent()) == 100)
    assert time.monotonic() - began > 100 / 4 * 0.05


async def test_a_chat_is_paced_after_its_burst(telegram: FakeTelegram, sqlite_url: str) -> None:
    for number in range(5):
        telegram.say(str(number), 1)
    delivery = Delivery(per_chat_second=4, chat_burst=2)
    async with bot(settings(telegram, sqlite_url), delivery):
        await telegram.until(lambda: len(telegram.sent()) == 5)
    times = [call.at for call in telegram.calls if call.method == "sendMessage"]
    assert times[1] - times[0] < 0.2
    assert times[4] - times[0] > 0.6


@pytest.mark.parametrize("style", ["{url}", "{url}/", "{url}/bot", "{url}/bot{{token}}"])
async def test_another_server_may_be_named_in_each_usual_way(
    style: str, telegram: FakeTelegram, sqlite_url: str
) -> None:
    telegram.say("hello")
    chosen = settings(telegram, sqlite_url, telegram_api_url=style.format(url=telegram.url))
    async with bot(chosen):
        await telegram.until(lambda: telegram.sent() == ["1: hello"])


def test_the_constants_of_the_fake_are_those_of_a_bot() -> None:
    assert TOKEN.startswith(f"{BOT_ID}:")
    assert USERNAME.endswith("_bot")
    assert QUICK.in_flight == 24
