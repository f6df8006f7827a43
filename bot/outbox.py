"""What must be sent, kept until it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Update, bindparam, delete, func, select, update

from bot.chat import Action, Address, Button, Reply
from bot.database import Database, Unit, storable
from bot.delivery import Parcel
from bot.schema import outbox

_LOAD = (
    select(
        outbox.c.id,
        outbox.c.channel,
        outbox.c.account,
        outbox.c.chat,
        outbox.c.thread,
        outbox.c.body,
        outbox.c.attempts,
        outbox.c.due_at,
    )
    .where(outbox.c.status == "pending")
    .order_by(outbox.c.id)
)
_SENT = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
    .values(status="sent", body="", chat="", thread=None, reason="")
)
_POSTPONE = (
    update(outbox)
    .where(outbox.c.id == bindparam("b_id"), outbox.c.status == "pending")
    .values(attempts=outbox.c.attempts + 1, due_at=bindparam("b_due"), reason=bindparam("b_reason"))
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be sent; two with the same `dedup_key` are one."""

    dedup_key: str
    account: str
    address: Address
    reply: Reply


@dataclass(frozen=True, slots=True)
class Later:
    """A parcel that could not be sent now."""

    id: int
    due: datetime
    reason: str


class Outbox:
    """Rows are pending, sent or undeliverable. The words and the chat of a finished one are wiped."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def add(self, unit: Unit, drafts: Iterable[Draft]) -> None:
        """Puts messages in the queue, as part of the transaction that caused them."""
        now = self._clock()
        rows = [
            {
                "dedup_key": draft.dedup_key,
                "channel": draft.address.channel,
                "account": draft.account,
                "chat": draft.address.chat,
                "thread": draft.address.thread,
                "body": written(draft.reply),
                "status": "pending",
                "created_at": now,
                "due_at": now,
            }
            for draft in drafts
        ]
        if rows:
            unit.execute(self._database.insert(outbox).on_conflict_do_nothing(), rows)

    async def pending(self, after: int, limit: int) -> list[tuple[Parcel, datetime]]:
        """Pending parcels with a higher id, in order, each with the time before which it must not be sent."""
        query = _LOAD.where(outbox.c.id > after).limit(limit)
        rows = await self._database.read(lambda unit: unit.execute(query).all())
        return [
            (Parcel(row[0], row[2], Address(row[1], row[3], row[4]), read(row[5]), row[6]), row[7])
            for row in rows
        ]

    async def mark(self, sent: Sequence[int], lost: dict[int, str], later: Sequence[Later]) -> None:
        """Writes down, in one transaction, what became of several parcels; `lost` gives the reasons."""

        def work(unit: Unit) -> None:
            if sent:
                unit.execute(_SENT, {"ids": sent})
            for reason in set(lost.values()):
                ids = [parcel for parcel, why in lost.items() if why == reason]
                unit.execute(self._give_up(reason).where(outbox.c.id.in_(ids)))
            if later:
                rows = [{"b_id": one.id, "b_due": one.due, "b_reason": one.reason} for one in later]
                unit.execute(_POSTPONE, rows)

        await self._database.write(work)

    def close_chat(self, unit: Unit, address: Address) -> None:
        """The chat takes nothing any more: what waits for it is undeliverable."""
        unit.execute(
            self._give_up("blocked").where(outbox.c.channel == address.channel, outbox.c.chat == address.chat)
        )

    @staticmethod
    def _give_up(reason: str) -> Update:
        return (
            update(outbox)
            .where(outbox.c.status == "pending")
            .values(status="undeliverable", body="", chat="", thread=None, reason=reason)
        )

    async def counts(self) -> dict[str, int]:
        """How many rows stand in each status."""
        query = select(outbox.c.status, func.count()).group_by(outbox.c.status)
        rows = await self._database.read(lambda unit: unit.execute(query).all())
        return {status: number for status, number in rows}  # noqa: C416  rows are not tuples to the type checker

    async def purge(self, days: int) -> int:
        """Deletes finished rows older than so many days; how many."""
        before = self._clock() - timedelta(days=days)
        old = delete(outbox).where(outbox.c.status != "pending", outbox.c.created_at < before)
        return await self._database.write(lambda unit: unit.execute(old).rowcount)


def written(reply: Reply) -> str:
    """A reply as the table keeps it; ValueError when a button is too long for the channels."""
    buttons = [[[button.label, button.action.encode()] for button in row] for row in reply.buttons]
    return storable(json.dumps([reply.text, buttons], ensure_ascii=False))


def read(body: str) -> Reply:
    """The reverse of `written`."""
    text, buttons = json.loads(body)
    return Reply(
        text, tuple(tuple(Button(label, Action.decode(action)) for label, action in row) for row in buttons)
    )
