"""The terminal: one person, one conversation, buttons as numbers; in colour, or plain when piped."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import TextIO

from rich.console import Console
from rich.text import Text

from bot import texts
from bot.chat import Address, Message, Person, Reply
from bot.logs import trace
from bot.plain import BOLD, choices
from bot.turn import Miss, Responder, Turn

log = logging.getLogger(__name__)

NAME = "terminal"
LONGEST = 4096  # letters of one line that are read, as many as Telegram carries
_CHUNK = 65536
_LEAVE = frozenset({"/thoat", "/thoát", "/exit", "/quit"})
_PROMPT = "› "


class Terminal:
    """Talks until the input ends or the person leaves. The dialogue lives as long as the conversation."""

    def __init__(
        self,
        responder: Responder,
        clock: Callable[[], datetime],
        keep: Callable[[Miss], None],
        source: TextIO = sys.stdin,
        target: TextIO = sys.stdout,
    ) -> None:
        """`keep` is given each question that went unanswered."""
        self._responder = responder
        self._clock = clock
        self._keep = keep
        self._source = source
        self._interactive = source.isatty() and target.isatty()
        # A pipe gets lines as they are; a screen is wrapped between words.
        self._console = Console(file=target, highlight=False, soft_wrap=not target.isatty())
        self._state = ""
        self._heard = 0

    def run(self) -> None:
        """The conversation. Neither odd bytes nor a fault in an answer ends it."""
        with suppress(KeyboardInterrupt):
            if self._interactive:
                self._say(self._answer("/start"))
                self._console.print(texts.TERMINAL_HINT, style="dim")
            for line in self._lines():
                if line.casefold() in _LEAVE:
                    break
                self._say(self._answer(line))
        if self._interactive:
            self._console.print(f"\n{texts.GOODBYE}")

    def _lines(self) -> Iterator[str]:
        lines = self._typed() if self._interactive else _piped(self._source)
        return (line.strip() for line in lines if line.strip())

    def _typed(self) -> Iterator[str]:
        _edit_lines()
        while True:
            try:
                yield input(_PROMPT)
            except EOFError:
                return

    def _answer(self, text: str) -> tuple[Reply, ...]:
        self._heard += 1
        me = Person(NAME, "me")
        message = Message(str(self._heard), me, Address(NAME, me.id), self._clock(), text[:LONGEST])
        try:
            turn = self._responder.respond(message, self._state)
        except Exception as error:
            log.error("answering failed: %s", trace(error))
            turn = Turn((Reply(texts.APOLOGY),), self._state)
        self._state = turn.state
        if turn.miss:
            self._keep(turn.miss)
        return turn.replies

    def _say(self, replies: tuple[Reply, ...]) -> None:
        for reply in replies:
            self._console.print(drawn(reply))
            self._console.print()


def drawn(reply: Reply) -> Text:
    """A reply with its bold parts bold, and under it the numbers that press its buttons."""
    text = Text()
    for place, part in enumerate(BOLD.split(reply.text)):
        text.append(part, "bold" if place % 2 else "")
    rows = choices(reply)
    for first, row in enumerate(rows):
        text.append("\n" if first else "\n\n")
        for place, (number, label) in enumerate(row):
            text.append("  " if place else "")
            text.append(f"[{number}]", "bold cyan")
            text.append(f" {label}")
    return text


def _piped(source: TextIO) -> Iterator[str]:
    """The lines of a pipe; what a line has beyond the longest is read and dropped."""
    while line := source.readline(LONGEST):
        rest = line
        while rest and not rest.endswith("\n"):
            rest = source.readline(_CHUNK)
        yield line


def _edit_lines() -> None:
    """Arrow keys and a history for `input`, where the system has them."""
    with suppress(ImportError):
        import readline  # noqa: F401, PLC0415  importing it is what turns it on
