"""`python -m bot ask`: conversations without a door, measured. No database and no network."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.chat import Address, Message, Person
from bot.knowledge.reading import Outcome
from bot.logs import trace
from bot.plain import plain
from bot.router import Router, Step

MOST_CODES = 10
_ME = Person("ask", "me")
_HERE = Address("ask", "me")


class BrokenCaseError(ValueError):
    """A line of a batch that is no case; the text says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How the last message of a conversation was read and answered; `ms` is the time that one took."""

    outcome: Outcome
    procedures: tuple[str, ...]
    facets: tuple[str, ...]
    text: str
    ms: float

    def as_json(self) -> dict[str, Any]:
        """The measured values of one case."""
        return {
            "outcome": self.outcome,
            "procedures": list(self.procedures),
            "facets": list(self.facets),
            "text": self.text,
            "ms": self.ms,
        }


class Asker:
    """Holds fresh conversations through the doors' own router."""

    def __init__(self, router: Router, clock: Callable[[], datetime]) -> None:
        self._router = router
        self._clock = clock

    def ask(self, turns: Sequence[str]) -> Asked:
        """A conversation of at least one message, from its beginning."""
        state = ""
        for number, text in enumerate(turns):
            message = Message(str(number), _ME, _HERE, self._clock(), text)
            began = time.perf_counter()
            step = self._router.step(message, state)
            ended = time.perf_counter()
            state = step.turn.state
        return _asked(step, (ended - began) * 1000)

    def batch(self, lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
        """An answer for each line of CASES, or {"line", "error"} for a broken one; blank lines are none."""
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                name, turns = case(line)
                yield {"id": name, **self.ask(turns).as_json()}
            except BrokenCaseError as error:
                yield {"line": number, "error": str(error)}
            except Exception as error:
                yield {"line": number, "error": f"answering failed: {trace(error)}"}


def _asked(step: Step, ms: float) -> Asked:
    text = "\n\n".join(plain(reply) for reply in step.turn.replies)
    reading = step.reading
    if reading is None:  # a command, or something dropped unread
        return Asked("small_talk", (), (), text, round(ms, 3))
    codes = dict.fromkeys([*(task.code for task in reading.tasks), *reading.procedures])
    return Asked(reading.outcome, tuple(codes)[:MOST_CODES], reading.facets, text, round(ms, 3))


def case(line: bytes) -> tuple[str | int, list[str]]:
    """The id and the user's messages of one line, or BrokenCaseError."""
    try:
        found: Any = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BrokenCaseError("not UTF-8") from None
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "nested or written too strangely"
        raise BrokenCaseError(f"not JSON: {reason}") from None
    if not isinstance(found, dict):
        raise BrokenCaseError("not an object")
    name, turns = found.get("id"), found.get("turns")
    if isinstance(name, bool) or not isinstance(name, str | int):
        raise BrokenCaseError("no id")
    if not isinstance(turns, list):
        raise BrokenCaseError("no list of turns")
    return name, _said(turns)


def _said(turns: list[Any]) -> list[str]:
    said: list[str] = []
    for place, turn in enumerate(turns, 1):
        role, text = (turn.get("role"), turn.get("text")) if isinstance(turn, dict) else (None, None)
        if role not in {"user", "assistant"} or not isinstance(text, str):
            raise BrokenCaseError(f"turn {place} is not a role (user, assistant) and a text")
        said += [text] if role == "user" else []
    if not said:
        raise BrokenCaseError("no turn of a user")
    return said
