"""The stores alone: dialogues that expire, misses that add up, the inbox under a moving clock, the sweep."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime

import pytest

from bot.chat import Address, Message, Person, Reply
from bot.config import Retention
from bot.courier import Courier
from bot.database import Database
from bot.delivery import Arrival, Gone
from bot.dialogues import Dialogues
from bot.doors import Stores, sweep
from bot.inbox import Inbox
from bot.intake import Intake
from bot.misses import Misses
from bot.outbox import Draft, Outbox
from bot.pace import Pace
from bot.turn import Miss, Turn
from tests.conftest import Clock

Value = Callable[[str], Awaitable[object]]
HERE = ("telegram", "7", "7")


def letter(number: int, sender: str = "7") -> Arrival:
    return Arrival("fake", "1", str(number), sender, f'"{number}"')


async def test_a_dialogue_is_kept_replaced_forgotten_and_expires(database: Database, clock: Clock) -> None:
    dialogues = Dialogues(database, clock, hours=1)
    await database.write(lambda unit: dialogues.save(unit, {HERE: "one", ("telegram", "8", "8"): "other"}))
    await database.write(lambda unit: dialogues.save(unit, {HERE: "two\0\ud83d"}))
    assert await dialogues.load([HERE]) == {HERE: "two\ufffd"}
    await database.write(lambda unit: dialogues.save(unit, {("telegram", "8", "8"): ""}))
    assert await dialogues.load([HERE, ("telegram", "8", "8")]) == {HERE: "two\ufffd"}
    clock.forward(hours=2)
    assert await dialogues.load([HERE]) == {}
    assert await dialogues.purge() == 1


async def test_misses_add_up_by_likeness(database: Database, clock: Clock) -> None:
    misses = Misses(database, clock)
    first = [Miss("How much?", "how much", "clarify", ("1", "2")), Miss("x" * 5000, "y" * 5000, "no_answer")]
    await database.write(lambda unit: misses.add(unit, [*first, first[0]]))
    clock.forward(days=1)
    await database.write(lambda unit: misses.add(unit, [Miss("HOW MUCH", "how much", "no_answer", ("3",))]))
    top, long = await misses.list()
    assert (top.text, top.key, top.outcome, top.count) == ("HOW MUCH", "how much", "no_answer", 3)
    assert (top.candidates, top.first_day, top.last_day) == (("3",), date(2026, 6, 1), date(2026, 6, 2))
    assert (len(long.text), len(long.key), long.count) == (1000, 400, 1)


async def test_the_inbox_takes_each_event_once(database: Database, clock: Clock, value: Value) -> None:
    inbox = Inbox(database, clock, Pace(10, 10))
    await inbox.accept([letter(1), letter(2), letter(1)])
    await inbox.accept([letter(2), letter(3)])
    found, wait = await inbox.due(10)
    assert ([one.payload for one in found], wait) == (['"1"', '"2"', '"3"'], None)
    await database.write(lambda unit: inbox.finish(unit, [one.id for one in found[:2]]))
    assert await value("SELECT count(*) FROM inbox WHERE payload = '' AND sender = ''") == 2


async def test_a_sender_over_the_pace_waits_even_after_a_restart(database: Database, clock: Clock) -> None:
    inbox = Inbox(database, clock, Pace(1, 2, lambda: 0.0))
    await inbox.accept([letter(n, "7") for n in range(4)] + [letter(9, "8")])
    found, wait = await inbox.due(10)
    assert ([one.payload for one in found], wait) == (['"0"', '"1"', '"9"'], 1.0)
    again = Inbox(database, clock, Pace(1, 2, lambda: 500.0))
    await again.open()
    await again.accept([letter(5, "7"), letter(6, "8")])
    clock.forward(seconds=2)
    assert [one.payload for one in (await again.due(10))[0]] == [
        '"0"',
        '"1"',
        '"9"',
        '"6"',
        '"2"',
        '"3"',
        '"5"',
    ]


async def test_a_clock_set_back_makes_nobody_wait(database: Database, clock: Clock) -> None:
    inbox = Inbox(database, clock, Pace(1, 10))
    await inbox.accept([letter(1)])
    clock.forward(hours=-1)
    await inbox.accept([letter(2)])
    assert len((await inbox.due(10))[0]) == 2


async def test_a_page_that_could_not_be_kept_does_not_count(database: Database, clock: Clock) -> None:
    inbox = Inbox(database, clock, Pace(1, 2, lambda: 0.0))
    for _ in range(3):
        with pytest.raises(Exception, match="channel"):
            await inbox.accept([letter(1), Arrival(None, "1", "2", "7", "{}")])  # type: ignore[arg-type]
    await inbox.accept([letter(1), letter(2)])
    assert len((await inbox.due(10))[0]) == 2


async def test_a_question_that_nobody_asks_any_more_is_forgotten(database: Database, clock: Clock) -> None:
    misses = Misses(database, clock)
    await database.write(lambda unit: misses.add(unit, [Miss("xe bay", "xe bay", "no_answer")]))
    clock.forward(days=150)
    await database.write(lambda unit: misses.add(unit, [Miss("tàu bay", "tau bay", "no_answer")]))
    clock.forward(days=60)
    assert await misses.purge(180) == 1
    assert [miss.key for miss in await misses.list()] == ["tau bay"]


async def test_the_sweep_deletes_what_is_old_and_nothing_that_waits(
    database: Database, clock: Clock, value: Value
) -> None:
    inbox, outbox = Inbox(database, clock, Pace(10, 10)), Outbox(database, clock)
    dialogues = Dialogues(database, clock)
    await inbox.accept([letter(1), letter(2), letter(3)])
    (one, two, _), _ = await inbox.due(10)
    drafts = [Draft(str(n), "1", Address("fake", "7"), Reply("x")) for n in range(2)]
    await database.write(lambda unit: outbox.add(unit, [*drafts, drafts[0]]))
    await outbox.mark([1], {}, [])
    await database.write(lambda unit: inbox.finish(unit, [one.id]))
    await database.write(lambda unit: inbox.quarantine(unit, {two.id: "unreadable"}))
    retention = Retention(done_days=3, quarantine_days=30, sent_days=3)
    for days, left in ((2, (3, 2)), (2, (2, 1)), (30, (1, 1))):
        clock.forward(days=days)
        await sweep(retention, database, Stores(inbox, outbox, dialogues, Misses(database, clock)))
        assert await value("SELECT count(*) FROM inbox") == left[0]
        assert await value("SELECT count(*) FROM outbox") == left[1]
    assert await outbox.counts() == {"pending": 1}
    assert (await inbox.quarantined()) == []


class Channel:
    """Every event is a text of person 7."""

    def read(self, payload: str) -> Message | Gone | None:
        person = Person("fake", "7")
        return Message(
            "1", person, Address("fake", "7"), datetime(2026, 1, 1, tzinfo=UTC), payload.strip('"')
        )

    def pieces(self, reply: Reply) -> list[Reply]:
        return [reply]


class Poisonous:
    """For "2" it gives what no database takes."""

    def respond(self, message: Message, state: str) -> Turn:
        outcome = 5 * ["x"] if message.text == "2" else "no_answer"
        return Turn((Reply(message.text),), state + message.text, Miss("", message.text, outcome))  # type: ignore[arg-type]


async def test_one_letter_that_cannot_be_stored_is_found_and_set_aside(
    database: Database, clock: Clock, value: Value
) -> None:
    inbox, outbox = Inbox(database, clock, Pace(100, 100)), Outbox(database, clock)
    dialogues = Dialogues(database, clock)
    intake = Intake(
        database=database,
        inbox=inbox,
        outbox=outbox,
        dialogues=dialogues,
        misses=Misses(database, clock),
        responder=Poisonous(),
        channels={"fake": Channel()},
        mail=Courier(outbox, {}, clock),
        apology="sorry",
    )
    await inbox.accept([letter(n) for n in range(1, 5)])
    assert await intake.step() is None
    assert [parcel.reply.text for parcel, _ in await outbox.pending(0, 10)] == ["1", "3", "4"]
    assert [reason.split(":")[0] for _, reason, _ in await inbox.quarantined()] == ["not storable"]
    assert await dialogues.load([("fake", "7", "7")]) == {("fake", "7", "7"): "134"}
