"""What arrived, kept before it is acknowledged, until it is answered."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from bot import crash
from bot.database import Database, Unit
from bot.delivery import Arrival
from bot.pace import Pace
from bot.schema import inbox

_DUE = (
    select(inbox.c.id, inbox.c.channel, inbox.c.account, inbox.c.payload)
    .where(inbox.c.status == "received")
    .order_by(inbox.c.due_at, inbox.c.id)
)


@dataclass(frozen=True, slots=True)
class Letter:
    """An event that waits for its answer."""

    id: int
    channel: str
    account: str
    payload: str


class Inbox:
    """Accepts events once each and gives them out in order; a sender over the pace waits, others do not."""

    def __init__(self, database: Database, clock: Callable[[], datetime], pace: Pace) -> None:
        self._database = database
        self._clock = clock
        self._pace = pace
        self._latest = clock()  # never goes back: a clock set back must not make letters wait

    async def open(self) -> None:
        """Takes up the waits that were running when the last process ended."""
        waits = (
            select(inbox.c.channel, inbox.c.sender, func.max(inbox.c.due_at))
            .where(inbox.c.status == "received", inbox.c.due_at > self._clock())
            .group_by(inbox.c.channel, inbox.c.sender)
        )
        async with self._database.read() as unit:
            for channel, sender, due in await unit.execute(waits):
                self._pace.hold(f"{channel}:{sender}", (due - self._clock()).total_seconds())

    async def accept(self, arrivals: Sequence[Arrival]) -> None:
        """Commits a page of events at once; those already here are dropped. Only then may it be confirmed."""
        if not arrivals:
            return
        booked = self._pace.booked(f"{one.channel}:{one.sender}" for one in arrivals)
        rows = [self._row(arrival) for arrival in arrivals]
        try:
            async with self._database.begin() as unit:
                await unit.execute(self._database.insert(inbox).on_conflict_do_nothing(), rows)
                crash.here("inbox.before_commit")
        except BaseException:
            self._pace.restore(booked)  # the page comes again and must not count twice
            raise
        crash.here("inbox.committed")

    def _row(self, arrival: Arrival) -> dict[str, object]:
        now = self._now()
        wait = self._pace.take(f"{arrival.channel}:{arrival.sender}") if arrival.sender else 0.0
        return {
            "channel": arrival.channel,
            "account": arrival.account,
            "event": arrival.event,
            "hash": hashlib.sha256(arrival.payload.encode()).digest()[:16],
            "status": "received",
            "sender": arrival.sender,
            "payload": arrival.payload,
            "received_at": now,
            "due_at": now + timedelta(seconds=wait),
        }

    async def due(self, limit: int) -> list[Letter]:
        """The oldest letters whose time has come."""
        async with self._database.read() as unit:
            found = await unit.execute(_DUE.where(inbox.c.due_at <= self._now()).limit(limit))
            return [Letter(*row) for row in found]

    async def next_due(self) -> float | None:
        """Seconds until the next letter may be answered; None when none waits."""
        async with self._database.read() as unit:
            first = (
                await unit.execute(select(func.min(inbox.c.due_at)).where(inbox.c.status == "received"))
            ).scalar()
        return None if first is None else max(0.0, (first - self._now()).total_seconds())

    async def finish(self, unit: Unit, ids: Sequence[int]) -> None:
        """Answered: only what recognises a repeat is kept."""
        await unit.execute(
            update(inbox).where(inbox.c.id.in_(ids)).values(status="done", payload="", sender="")
        )

    async def quarantine(self, unit: Unit, reasons: dict[int, str]) -> None:
        """Set aside, whole, with the reason (never with words of the message in it)."""
        for letter, reason in reasons.items():
            await unit.execute(
                update(inbox).where(inbox.c.id == letter).values(status="quarantined", reason=reason[:200])
            )

    async def quarantined(self, limit: int = 100) -> list[tuple[int, str, datetime]]:
        """Id, reason and time of what was set aside, newest first."""
        query = select(inbox.c.id, inbox.c.reason, inbox.c.received_at).where(inbox.c.status == "quarantined")
        async with self._database.read() as unit:
            found = await unit.execute(query.order_by(inbox.c.id.desc()).limit(limit))
            return [(row.id, row.reason, row.received_at) for row in found]

    async def purge(self, done_days: int, quarantine_days: int) -> int:
        """Deletes old rows; how many. Done ones are of use only while the channel may repeat itself."""
        count = 0
        for status, days in (("done", done_days), ("quarantined", quarantine_days)):
            before = self._clock() - timedelta(days=days)
            old = delete(inbox).where(inbox.c.status == status, inbox.c.received_at < before)
            async with self._database.begin() as unit:
                count += (await unit.execute(old)).rowcount
        return count

    def _now(self) -> datetime:
        self._latest = max(self._latest, self._clock())
        return self._latest
