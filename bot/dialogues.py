"""Where each conversation stands: one state for each person in each chat, as the conversation wrote it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select, tuple_

from bot.chat import Address, Message
from bot.database import Database, Unit, storable
from bot.schema import dialogues

Key = tuple[str, str, str]  # channel, chat and thread, person

_KEY = (dialogues.c.channel, dialogues.c.chat, dialogues.c.person)
_FORGET = delete(dialogues).where(
    dialogues.c.channel == bindparam("b_channel"),
    dialogues.c.chat == bindparam("b_chat"),
    dialogues.c.person == bindparam("b_person"),
)


def key_of(message: Message) -> Key:
    """The dialogue that a message belongs to; each topic of a group is a chat of its own."""
    return message.sender.channel, _place(message.address), message.sender.id


def _place(address: Address) -> str:
    return address.chat if address.thread is None else f"{address.chat}/{address.thread}"


def _columns(key: Key) -> dict[str, object]:
    return {"channel": key[0], "chat": key[1], "person": key[2]}


class Dialogues:
    """States with an expiry: what was said `hours` ago is forgotten."""

    def __init__(self, database: Database, clock: Callable[[], datetime], hours: float = 24) -> None:
        self._database = database
        self._clock = clock
        self._life = timedelta(hours=hours)

    async def load(self, keys: Iterable[Key]) -> dict[Key, str]:
        """The states that there are, in one query."""
        query = select(*_KEY, dialogues.c.state).where(
            tuple_(*_KEY).in_(list(keys)), dialogues.c.updated_at > self._clock() - self._life
        )
        rows = await self._database.read(lambda unit: unit.execute(query).all())
        return {(channel, chat, person): state for channel, chat, person, state in rows}

    def save(self, unit: Unit, states: Mapping[Key, str]) -> None:
        """Keeps the states given and forgets those that are empty."""
        now = self._clock()
        kept = [
            {**_columns(key), "state": storable(state), "updated_at": now}
            for key, state in states.items()
            if state
        ]
        gone = [
            {f"b_{name}": part for name, part in _columns(key).items()} for key in states if not states[key]
        ]
        if kept:
            insert = self._database.insert(dialogues)
            fresh = {"state": insert.excluded.state, "updated_at": insert.excluded.updated_at}
            unit.execute(insert.on_conflict_do_update(index_elements=list(_KEY), set_=fresh), kept)
        if gone:
            unit.execute(_FORGET, gone)

    async def purge(self) -> int:
        """Deletes what has expired; how many."""
        old = delete(dialogues).where(dialogues.c.updated_at <= self._clock() - self._life)
        return await self._database.write(lambda unit: unit.execute(old).rowcount)
