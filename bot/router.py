"""Which handler answers a message. Pure: the same message in the same dialogue gets the same answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from bot import texts
from bot.chat import Message, Reply
from bot.dialogue import Dialogue
from bot.handlers import questions, turns
from bot.handlers.questions import Answered, Desk
from bot.knowledge.finding import MOST_WORDS
from bot.knowledge.reading import Reading
from bot.knowledge.vietnamese import phrase_key
from bot.turn import Miss, Turn

# Twelve digits; in groups they begin with 0, as every citizen's number does and a sum of money does not.
_IDENTITY = re.compile(r"(?<!\d)(?:\d{12}|0\d\d(?:[ .-]\d{3}){3}|0\d{3}(?:[ .-]\d{4}){2})(?!\d)")
_PRIVATE = re.compile(r"\S+@\S+|https?://\S+|\d[\d .\-]{5,}\d")  # may point at a person in a kept question
_QUESTION = 5  # words beside an identity number that may be a question
_LONGEST_KEPT = 300  # letters of an unanswered question


class Desks(Protocol):
    """The versions of the knowledge that serve."""

    def newest(self) -> Desk:
        """What a new dialogue starts with."""
        ...

    def pinned(self, version: str) -> Desk:
        """What a dialogue under way is based on; the newest when that is no longer kept."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """A turn, and how the message was read (None for a command or what is not text)."""

    turn: Turn
    reading: Reading | None = None


class Router:
    """Answers messages; keeps nothing between them."""

    def __init__(self, desks: Desks, clock: Callable[[], datetime]) -> None:
        self._desks = desks
        self._clock = clock

    def respond(self, message: Message, state: str) -> Turn:
        """The answer to one message in the dialogue stored as `state`."""
        return self.step(message, state).turn

    def step(self, message: Message, state: str) -> Step:
        """The answer, with its reading for those who measure."""
        dialogue = Dialogue.load(state)
        desk = self._desks.pinned(dialogue.version) if dialogue.version else self._desks.newest()
        asked = replace(message, text=_IDENTITY.sub("…", message.text))
        fixed = self._fixed(message, asked, desk)
        if fixed:
            return Step(Turn((fixed,), "" if _command_of(message.text) == "start" else state))
        answered = self._answered(asked, desk, dialogue)
        if answered is None:
            return Step(Turn((desk.renderer.expired(),), state))
        remembered = replace(answered.dialogue, options=_options(answered.reply) or answered.dialogue.options)
        miss = _miss(message.text, answered.reading) if asked == message else None
        return Step(
            Turn((answered.reply, *_remarks(message, asked)), remembered.dump(), miss), answered.reading
        )

    def _fixed(self, message: Message, asked: Message, desk: Desk) -> Reply | None:
        """Replies that do not depend on the conversation."""
        say = desk.renderer
        if message.edited:
            return say.edited()
        if not message.private:
            return say.group()
        if message.kind not in {"text", "action"}:
            return say.not_text(message.kind)
        if message.text.startswith("/"):
            return self._command(message.text, desk)
        left = asked.text.replace("…", "").split()
        return say.identity_number() if asked != message and len(left) < _QUESTION else None

    def _command(self, text: str, desk: Desk) -> Reply | None:
        say = desk.renderer
        name = _command_of(text)
        commands = {"start": say.welcome, "help": say.help, "trogiup": say.help, "privacy": say.privacy}
        if name == "phananh":
            return say.report(None, self._clock())
        return commands.get(name, say.no_such_command)()

    def _answered(self, message: Message, desk: Desk, dialogue: Dialogue) -> Answered | None:
        now = self._clock()
        if message.action:
            return questions.press(desk, message.action, dialogue, now)
        return turns.take(desk, message.text, dialogue, now) or questions.ask(
            desk, message.text, dialogue, now
        )


def _command_of(text: str) -> str:
    """`help` of `/Help@mot_cua_bot please`; "" of what is no command."""
    words = text[1:].split(maxsplit=1) if text.startswith("/") else []
    return words[0].partition("@")[0].lower() if words else ""


def _remarks(message: Message, asked: Message) -> tuple[Reply, ...]:
    """What is said after the answer."""
    said = []
    if asked != message:
        said.append(Reply(texts.NUMBER_DROPPED))
    if len(message.text.split()) > MOST_WORDS:
        said.append(Reply(texts.TOO_LONG))
    return tuple(said)


def _options(reply: Reply) -> tuple[str, ...]:
    return tuple(button.action.encode() for row in reply.buttons for button in row)


def _miss(text: str, reading: Reading) -> Miss | None:
    """What to keep of an unanswered question: its words without anything that points at a person."""
    unknown = reading.outcome == "no_answer" and not reading.elsewhere and not reading.matter
    unclear = reading.outcome == "clarify" and not reading.chosen
    if not text or not (unknown or unclear):
        return None
    words = _PRIVATE.sub("…", text)[:_LONGEST_KEPT].strip()
    return Miss(words, phrase_key(words), reading.outcome, reading.procedures[:5])
