"""What a conversation gives back for one message; the seam between the durable path and the answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.chat import Message, Reply


@dataclass(frozen=True, slots=True)
class Miss:
    """A question that was not answered: `key` is the folded text that likenesses share; no person is kept."""

    text: str
    key: str
    outcome: str
    candidates: tuple[str, ...] = ()  # procedure codes, nearest first


@dataclass(frozen=True, slots=True)
class Turn:
    """Replies in order, the dialogue state to keep (JSON text; "" forgets it) and what went unanswered."""

    replies: tuple[Reply, ...]
    state: str = ""
    miss: Miss | None = None


class Responder(Protocol):
    """Pure and synchronous, a few milliseconds: it may be asked again for a message after a crash."""

    def respond(self, message: Message, state: str) -> Turn:
        """The answer to one message in a dialogue whose last state is given ("" for a new one)."""
        ...
