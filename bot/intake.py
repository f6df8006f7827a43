"""From the inbox to the outbox: asks the conversation, commits its answer, state and mark at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot import crash
from bot.chat import Address, Message, Reply
from bot.database import Database, Unit, is_data_fault
from bot.delivery import Channel, Gone
from bot.dialogues import Dialogues, Key, key_of
from bot.inbox import Inbox, Letter
from bot.logs import trace
from bot.misses import Misses
from bot.outbox import Draft, Outbox, written
from bot.turn import Miss, Responder, Turn

log = logging.getLogger(__name__)

_RETRY_SECONDS = 1.0


class Mail(Protocol):
    """Who carries the outbox and wants to hear about it."""

    def wake(self) -> None:
        """New parcels were committed."""

    def drop(self, address: Address) -> None:
        """A chat was closed."""


@dataclass(slots=True)
class _Batch:
    """What one transaction will write."""

    states: dict[Key, str]
    changed: dict[Key, str] = field(default_factory=dict)
    done: list[int] = field(default_factory=list)
    reasons: dict[int, str] = field(default_factory=dict)  # letters to set aside
    drafts: list[Draft] = field(default_factory=list)
    misses: list[Miss] = field(default_factory=list)
    gone: list[Address] = field(default_factory=list)


class Intake:
    """Answers letters in order. The answer is pure, so a batch that could not be committed is redone."""

    def __init__(  # noqa: PLR0913  everything that one transaction touches
        self,
        *,
        database: Database,
        inbox: Inbox,
        outbox: Outbox,
        dialogues: Dialogues,
        misses: Misses,
        responder: Responder,
        channels: Mapping[str, Channel],
        mail: Mail,
        apology: str,
        batch: int = 16,
    ) -> None:
        self._database = database
        self._inbox = inbox
        self._outbox = outbox
        self._dialogues = dialogues
        self._misses = misses
        self._responder = responder
        self._channels = channels
        self._mail = mail
        self._apology = Reply(apology)
        self._size = batch
        self._work = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """New letters were committed."""
        self._work.set()

    def stop(self) -> None:
        """Ends `run` after the batch under way."""
        self._stopping = True
        self._work.set()

    async def run(self) -> None:
        """Answers until stopped; what the inbox holds from before comes first."""
        while not self._stopping:
            self._work.clear()
            try:
                await self._wait(await self.step())
            except Exception as error:
                log.error("cannot answer now; trying again: %s", trace(error))
                await self._wait(_RETRY_SECONDS)

    async def step(self) -> float | None:
        """Answers one batch; seconds until another may be due, None when only new letters can make it so."""
        letters, wait = await self._inbox.due(self._size)
        if letters:
            await self._answer(letters)
        return wait

    async def _wait(self, seconds: float | None) -> None:
        if seconds == 0 or self._work.is_set():
            return
        try:
            async with asyncio.timeout(seconds):
                await self._work.wait()
        except TimeoutError:
            pass

    async def _answer(self, letters: Sequence[Letter]) -> None:
        try:
            await self._commit(await self._think(letters))
        except Exception as error:
            if not is_data_fault(error):
                raise
            if len(letters) == 1:
                await self._set_aside(letters[0], error)
                return
            for letter in letters:  # one of them carries what the database refuses; find it
                await self._answer([letter])

    async def _set_aside(self, letter: Letter, error: Exception) -> None:
        reason = f"not storable: {trace(error)}"
        log.error("inbox row %d is quarantined: %s", letter.id, reason)
        await self._database.write(lambda unit: self._inbox.quarantine(unit, {letter.id: reason}))

    # --- thinking: no transaction is open

    async def _think(self, letters: Sequence[Letter]) -> _Batch:
        events = [(letter, self._read(letter)) for letter in letters]
        keys = {key_of(event) for _, event in events if isinstance(event, Message)}
        batch = _Batch(await self._dialogues.load(keys) if keys else {})
        for letter, event in events:
            if isinstance(event, Message):
                self._respond(batch, letter, event)
                await asyncio.sleep(0)  # a full batch must not hold up polling and sending
            elif isinstance(event, str):
                self._quarantine(batch, letter, event)
            else:
                batch.done.append(letter.id)
                batch.gone += [event.address] if event else []
        return batch

    def _read(self, letter: Letter) -> Message | Gone | str | None:
        """The event, or why it cannot be read: a kind of error and nothing that was written."""
        try:
            return self._channels[letter.channel].read(letter.payload)
        except Exception as error:
            return f"unreadable: {trace(error)}"

    def _respond(self, batch: _Batch, letter: Letter, message: Message) -> None:
        key = key_of(message)
        try:
            turn = self._responder.respond(message, batch.states.get(key, ""))
            drafts = self._drafts(letter, message, turn.replies)
        except Exception as error:
            self._quarantine(batch, letter, f"answering failed: {trace(error)}")
            batch.drafts += self._drafts(letter, message, (self._apology,))
            return
        batch.done.append(letter.id)
        batch.drafts += drafts
        batch.states[key] = batch.changed[key] = turn.state
        _keep_miss(batch, turn)

    def _drafts(self, letter: Letter, message: Message, replies: Sequence[Reply]) -> list[Draft]:
        channel = self._channels[letter.channel]
        pieces = [piece for reply in replies for piece in channel.pieces(reply)]
        for piece in pieces:
            written(piece)  # a reply that cannot be kept is this letter's fault alone
        return [
            Draft(f"inbox:{letter.id}:{number}", letter.account, message.address, piece)
            for number, piece in enumerate(pieces)
        ]

    @staticmethod
    def _quarantine(batch: _Batch, letter: Letter, reason: str) -> None:
        log.error("inbox row %d is quarantined: %s", letter.id, reason)
        batch.reasons[letter.id] = reason

    # --- writing: one transaction

    async def _commit(self, batch: _Batch) -> None:
        await self._database.write(lambda unit: self._write(unit, batch))
        crash.here("intake.committed")
        for address in batch.gone:
            self._mail.drop(address)
        if batch.drafts:
            self._mail.wake()

    def _write(self, unit: Unit, batch: _Batch) -> None:
        self._dialogues.save(unit, batch.changed)
        for address in batch.gone:  # before the new drafts: whoever blocked us may have come back since
            self._outbox.close_chat(unit, address)
        self._outbox.add(unit, batch.drafts)
        self._misses.add(unit, batch.misses)
        self._inbox.finish(unit, batch.done)
        self._inbox.quarantine(unit, batch.reasons)
        crash.here("intake.before_commit")


def _keep_miss(batch: _Batch, turn: Turn) -> None:
    if turn.miss is not None:
        batch.misses.append(turn.miss)
