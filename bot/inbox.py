"""What arrived, kept before it is acknowledged, until it is answered."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, or_, select, update

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
_NEXT = select(func.min(inbox.c.due_at)).where(inbox.c.status == "received")
_FINISH = (
    update(inbox)
    .where(inbox.c.id.in_(bindparam("ids", expanding=True)))
    .values(status="done", payload="", sender="")
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
        for channel, sender, due in await self._database.read(lambda unit: unit.execute(waits).all()):
            self._pace.hold(f"{channel}:{sender}", (due - self._clock()).total_seconds())

    async def accept(self, arrivals: Sequence[Arrival]) -> None:
        """Commits a page of events at once; those already here are dropped. Only then may it be confirmed."""
        if not arrivals:
            return
        booked = self._pace.booked(f"{one.channel}:{one.sender}" for one in arrivals)
        rows = [self._row(arrival) for arrival in arrivals]
        try:
            await self._database.write(lambda unit: self._insert(unit, rows))
        except BaseException:
            self._pace.restore(booked)  # the page comes again and must not count twice
            raise
        crash.here("inbox.committed")

    def _insert(self, unit: Unit, rows: list[dict[str, object]]) -> None:
        unit.execute(self._database.insert(inbox).on_conflict_do_nothing(), rows)
        crash.here("inbox.before_commit")

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

    async def due(self, limit: int) -> tuple[list[Letter], float | None]:
        """The oldest letters whose time has come; then seconds until the next one's, None when none waits."""
        return await self._database.read(lambda unit: self._due(unit, limit))

    def _due(self, unit: Unit, limit: int) -> tuple[list[Letter], float | None]:
        rows = unit.execute(_DUE.where(inbox.c.due_at <= self._now()).limit(limit)).all()
        if len(rows) == limit:
            return [Letter(*row) for row in rows], 0.0
        first = unit.execute(_NEXT.where(inbox.c.due_at > self._now())).scalar()
        wait = None if first is None else max(0.0, (first - self._now()).total_seconds())
        return [Letter(*row) for row in rows], wait

    @staticmethod
    def finish(unit: Unit, ids: Sequence[int]) -> None:
        """Answered: only what recognises a repeat is kept."""
        if ids:
            unit.execute(_FINISH, {"ids": ids})

    @staticmethod
    def quarantine(unit: Unit, reasons: dict[int, str]) -> None:
        """Set aside, whole, with the reason (never with words of the message in it)."""
        for letter, reason in reasons.items():
            unit.execute(
                update(inbox).where(inbox.c.id == letter).values(status="quarantined", reason=reason[:200])
            )

    async def quarantined(self, limit: int = 100) -> list[tuple[int, str, datetime]]:
        """Id, reason and time of what was set aside, newest first."""
        query = select(inbox.c.id, inbox.c.reason, inbox.c.received_at).where(inbox.c.status == "quarantined")
        newest = query.order_by(inbox.c.id.desc()).limit(limit)
        rows = await self._database.read(lambda unit: unit.execute(newest).all())
        return [(row.id, row.reason, row.received_at) for row in rows]

    async def purge(self, done_days: int, quarantine_days: int) -> int:
        """Deletes old rows; how many. Done ones are of use only while the channel may repeat itself."""
        ages = (("done", done_days), ("quarantined", quarantine_days))
        old = [
            (inbox.c.status == status) & (inbox.c.received_at < self._clock() - timedelta(days=days))
            for status, days in ages
        ]
        return await self._database.write(lambda unit: unit.execute(delete(inbox).where(or_(*old))).rowcount)

    def _now(self) -> datetime:
        self._latest = max(self._latest, self._clock())
        return self._latest
