"""The words between a channel and the durable path: what arrives, what is sent, and how sending fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.chat import Address, Message, Reply


@dataclass(frozen=True, slots=True)
class Arrival:
    """One event as a channel delivered it; `event` is the channel's own id, `sender` "" when unknown."""

    channel: str
    account: str  # which of our accounts received it: a bot's id
    event: str
    sender: str
    payload: str  # JSON, ASCII only: lone surrogates and NUL stay escaped and can be stored anywhere


@dataclass(frozen=True, slots=True)
class Gone:
    """The person blocked us, or we were removed from the chat: nothing can be delivered there."""

    address: Address


@dataclass(frozen=True, slots=True)
class Parcel:
    """One outgoing message that fits the channel; `attempts` counts the failed ones."""

    id: int
    account: str
    address: Address
    reply: Reply
    attempts: int = 0


class SendError(Exception):
    """Sending failed; the subclass says what to do. The text never holds a token, a name or a message."""


class RetryAfter(SendError):  # noqa: N818  what happened, in a word
    """The channel asks to leave this chat alone for some seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"asked to wait {seconds:g} s")
        self.seconds = seconds


class Unreachable(SendError):  # noqa: N818  what happened, in a word
    """The channel failed, or its answer was lost: try again later."""


class Rejected(SendError):  # noqa: N818  what happened, in a word
    """The channel will never take this message."""


class Blocked(SendError):  # noqa: N818  what happened, in a word
    """The chat takes nothing from us any more."""


class Sender(Protocol):
    """How a channel sends; called at most once at a time for one chat."""

    async def send(self, parcel: Parcel) -> None:
        """Returns when the channel has accepted the message; raises a SendError otherwise."""
        ...


class Channel(Protocol):
    """How a channel reads its stored events and cuts replies to its size. Pure."""

    def read(self, payload: str) -> Message | Gone | None:
        """What a stored event means; None when it asks for nothing; any exception when it is unreadable."""
        ...

    def pieces(self, reply: Reply) -> list[Reply]:
        """The same reply in messages that the channel accepts; buttons under the last."""
        ...
