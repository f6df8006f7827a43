"""`python -m bot calibrate`: learns the kinds of message and the thresholds from training/ and writes both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.app import THRESHOLDS, Files, build
from bot.calibration import (
    Measured,
    climb,
    learn_kinds,
    measure,
    questions_of,
    read_cases,
    read_kinds,
    worth,
    write_model,
    write_thresholds,
)
from bot.chat import Address, Message, Person
from bot.handlers.questions import Desk
from bot.knowledge.finding import Finder, Found
from bot.knowledge.hearing import Heard
from bot.knowledge.kinds import MODEL, Kind, KindModel
from bot.knowledge.lexicon import Lexicon
from bot.knowledge.procedures import Knowledge
from bot.knowledge.reading import Reading, Thresholds
from bot.knowledge.understanding import Reader
from bot.router import Router

_NOON = datetime(2026, 11, 18, 5, tzinfo=UTC)  # answers on dates must not move the measure
_ME, _HERE = Person("calibrate", "me"), Address("calibrate", "me")


class _Remembering(Finder):
    """Hears and looks up the same message once, since thresholds change neither."""

    def __init__(self, knowledge: Knowledge, lexicon: Lexicon, specific: float) -> None:
        super().__init__(knowledge, lexicon, specific)
        self._heards: dict[str, Heard] = {}
        self._founds: dict[str, Found] = {}

    def hear(self, text: str) -> Heard:
        """As a finder does."""
        if text not in self._heards:
            self._heards[text] = super().hear(text)
        return self._heards[text]

    def find(self, heard: Heard) -> Found:
        """As a finder does."""
        key = f"{heard.text}|{heard.rendered}"
        if key not in self._founds:
            self._founds[key] = super().find(heard)
        return self._founds[key]


class _RememberingModel(KindModel):
    """Weighs the same features once."""

    def __init__(self, model: KindModel) -> None:
        super().__init__(model.weights, model.start)
        object.__setattr__(self, "_known", {})

    def chances(self, found: Iterable[str]) -> dict[Kind, float]:
        """As a model does."""
        known: dict[frozenset[str], dict[Kind, float]] = self.__dict__["_known"]
        key = frozenset(found)
        if key not in known:
            known[key] = super().chances(key)
        return known[key]


class _OneDesk:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def newest(self) -> Desk:
        """The desk that is calibrated."""
        return self._desk

    def pinned(self, version: str) -> Desk:
        """The same desk; nothing is reloaded here."""
        del version
        return self._desk


def calibrate(files: Files, training: Path, tell: Callable[[str], None]) -> None:
    """Learn, write and say what changed. OSError or ValueError name what is wrong with the training files."""
    desk = build(files).library.current.built
    old = desk.reader
    knowledge, lexicon = old.knowledge, old.lexicon
    labelled = read_kinds(training / "kinds.jsonl")
    cases = read_cases(training / "questions.jsonl", knowledge.procedures)
    frames = (training / "frames.txt").read_text("utf-8").splitlines()
    tell(f"{len(labelled)} labelled messages, {len(cases)} conversations about procedures that are held")
    finder = _Remembering(knowledge, lexicon, old.limits.specific)

    def measured(model: KindModel, limits: Thresholds) -> Measured:
        reader = Reader(knowledge, lexicon, limits, model, finder)
        return measure(cases, _conversation(Desk(reader, desk.renderer)))

    tell(f"before: {measured(old.model, old.limits)}")
    model = learn_kinds(lexicon, finder.hear, [*labelled, *questions_of(knowledge, frames)])
    write_model(model, MODEL)
    tell(f"kinds learned: {len(model.weights)} features")
    once = _RememberingModel(model)
    best = climb(old.limits, lambda limits: worth(measured(once, limits)), tell)
    write_thresholds(best, THRESHOLDS)
    tell(f"after:  {measured(once, best)}")


def _conversation(desk: Desk) -> Callable[[Sequence[str]], Reading]:
    router = Router(_OneDesk(desk), lambda: _NOON)

    def converse(said: Sequence[str]) -> Reading:
        state, reading = "", None
        for number, text in enumerate(said):
            step = router.step(Message(str(number), _ME, _HERE, _NOON, text), state)
            state, reading = step.turn.state, step.reading
        return reading or Reading("small_talk")

    return converse
