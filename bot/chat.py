"""The words that all channels share: who wrote what, and what is answered. No channel is known here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

ACTION_BYTES = 64  # Telegram's callback_data is the tightest of the channels

Kind = Literal["text", "action", "photo", "voice", "sticker", "file", "location", "other"]


@dataclass(frozen=True, slots=True)
class Person:
    """Someone on a channel; `id` is the channel's own identifier, as text."""

    channel: str
    id: str


@dataclass(frozen=True, slots=True)
class Address:
    """Where an answer goes: a chat of a channel (and a thread inside it, where the channel has threads)."""

    channel: str
    chat: str
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """What a button stands for: a verb and one argument, together at most 64 bytes when encoded."""

    verb: str
    argument: str = ""

    def encode(self) -> str:
        """`verb:argument`; ValueError when a channel could not carry it."""
        text = f"{self.verb}:{self.argument}"
        if len(text.encode()) > ACTION_BYTES:
            raise ValueError(f"action longer than {ACTION_BYTES} bytes: {text}")
        return text

    @staticmethod
    def decode(text: str) -> Action:
        """The reverse of encode; whatever comes from outside is accepted and judged by the router."""
        verb, _, argument = text.partition(":")
        return Action(verb, argument)


@dataclass(frozen=True, slots=True)
class Message:
    """One thing that a person sent: text, a pressed button (`action`), or something that is not text."""

    id: str
    sender: Person
    address: Address
    at: datetime  # aware, UTC
    text: str = ""
    kind: Kind = "text"
    action: Action | None = None
    private: bool = True
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Button:
    """A label to press; a channel without buttons shows the label with a number."""

    label: str
    action: Action


@dataclass(frozen=True, slots=True)
class Reply:
    """Text with **bold** as its only markup, and rows of buttons under it."""

    text: str
    buttons: tuple[tuple[Button, ...], ...] = field(default=())
