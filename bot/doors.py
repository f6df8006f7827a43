"""Opens the doors that are configured and closes them in order: what `python -m bot run` does."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.channels.telegram import NAME, Telegram
from bot.clock import utc_now
from bot.config import Retention, Settings
from bot.courier import Courier, Delivery
from bot.database import Database, make_ready, open_database
from bot.delivery import Arrival
from bot.dialogues import Dialogues
from bot.inbox import Inbox
from bot.intake import Intake
from bot.logs import trace
from bot.misses import Misses
from bot.outbox import Outbox
from bot.pace import Pace
from bot.turn import Responder

log = logging.getLogger(__name__)

_HOUR = 3600.0
_LOCK_SECONDS = 30.0
# Together under the 10 seconds that a service manager waits.
_ANSWERING_SECONDS, _SENDING_SECONDS, _CLOSING_SECONDS = 3.0, 4.0, 2.0


async def run(  # noqa: PLR0913  what the doors need
    settings: Settings,
    responder: Responder,
    apology: str,
    commands: Sequence[tuple[str, str]] = (),
    *,
    clock: Callable[[], datetime] = utc_now,
    delivery: Delivery | None = None,
) -> None:
    """Serves Telegram until SIGTERM or SIGINT, then stops within 10 seconds.

    Unusable is for the operator: it says what to do, without secrets. `delivery` goes before the settings'.
    """
    delivery = delivery or delivery_of(settings)
    telegram = Telegram(settings.telegram_token, settings.telegram_api_url, delivery.in_flight)
    try:
        async with await open_database(settings.database_url) as database:
            await make_ready(database)
            works = _Works(settings, database, telegram, responder, apology, clock, delivery)
            await _serve(works, commands)
    finally:
        await telegram.close()


def delivery_of(settings: Settings) -> Delivery:
    """How hard to try, as the office set it."""
    office = settings.telegram
    return Delivery(in_flight=office.sends_in_flight, per_chat_second=1 / office.seconds_per_chat)


@dataclass(frozen=True, slots=True)
class Stores:
    """What is kept."""

    inbox: Inbox
    outbox: Outbox
    dialogues: Dialogues
    misses: Misses


class _Works:
    """Everything that runs, put together."""

    def __init__(  # noqa: PLR0913, PLR0917  the parts are named here and nowhere else
        self,
        settings: Settings,
        database: Database,
        telegram: Telegram,
        responder: Responder,
        apology: str,
        clock: Callable[[], datetime],
        delivery: Delivery,
    ) -> None:
        pace = Pace(settings.telegram.messages_per_minute / 60, settings.telegram.burst)
        self.settings = settings
        self.database = database
        self.telegram = telegram
        self.inbox = Inbox(database, clock, pace)
        outbox = Outbox(database, clock)
        dialogues = Dialogues(database, clock, settings.conversation.expires_minutes / 60)
        misses = Misses(database, clock)
        self.stores = Stores(self.inbox, outbox, dialogues, misses)
        self.courier = Courier(outbox, {NAME: telegram}, clock, delivery)
        self.intake = Intake(
            database=database,
            inbox=self.inbox,
            outbox=outbox,
            dialogues=dialogues,
            misses=misses,
            responder=responder,
            channels={NAME: telegram},
            mail=self.courier,
            apology=apology,
        )


async def _serve(works: _Works, commands: Sequence[tuple[str, str]]) -> None:
    stop = asyncio.Event()
    _on_signals(stop)
    await works.inbox.open()
    if commands:
        works.telegram.introduce(commands)
    polling = asyncio.create_task(_poll(works))
    answering = asyncio.create_task(works.intake.run())
    sending = asyncio.create_task(works.courier.run())
    keeping = asyncio.create_task(_keep_house(works))
    stopping = asyncio.create_task(stop.wait())
    running = [polling, answering, sending, keeping]
    try:
        await asyncio.wait([*running, stopping], return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        log.info("stopping")
        for task in (polling, keeping):
            task.cancel()
        works.intake.stop()
        await asyncio.wait([answering], timeout=_ANSWERING_SECONDS)
        await _within(_SENDING_SECONDS + 1.0, works.courier.stop(_SENDING_SECONDS))
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=_CLOSING_SECONDS)
    for task in running:
        if task.done() and not task.cancelled():
            task.result()  # what ended it is the operator's to know


async def _poll(works: _Works) -> None:
    async def accept(arrivals: Sequence[Arrival]) -> None:
        await works.inbox.accept(arrivals)
        if arrivals:
            works.intake.wake()

    await works.telegram.poll(accept)


async def _keep_house(works: _Works) -> None:
    """Looks after the lock, and every hour deletes what need not be kept."""
    loop = asyncio.get_running_loop()
    next_sweep = loop.time()
    while True:
        await works.database.check_lock()
        if loop.time() >= next_sweep:
            next_sweep = loop.time() + _HOUR
            try:
                await sweep(works.settings.retention, works.database, works.stores)
            except Exception as error:
                log.error("cannot delete what is old; trying again in an hour: %s", trace(error))
        await asyncio.sleep(_LOCK_SECONDS)


async def sweep(retention: Retention, database: Database, stores: Stores) -> None:
    """Deletes what has outlived its use, in the file as well as in the tables."""
    await stores.inbox.purge(retention.done_days, retention.quarantine_days)
    await stores.outbox.purge(retention.sent_days)
    await stores.misses.purge(retention.unanswered_days)
    await stores.dialogues.purge()
    await database.tidy()


async def _within(seconds: float, work: Coroutine[None, None, None]) -> None:
    try:
        await asyncio.wait_for(work, seconds)
    except TimeoutError:
        log.warning("not everything could be written down in time; it will be done at the next start")
    except Exception as error:
        log.error("stopping was not clean; nothing is lost, a reply may come twice: %s", trace(error))


def _on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
