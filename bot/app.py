"""The composition root: builds everything that answers; the only module that knows all its classes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

from bot.clock import utc_now
from bot.config import Config, today_in_vietnam
from bot.handlers.questions import Desk
from bot.knowledge.answers import Renderer
from bot.knowledge.kinds import KindModel
from bot.knowledge.lexicon import Lexicon
from bot.knowledge.procedures import Knowledge
from bot.knowledge.reading import Thresholds
from bot.knowledge.understanding import Reader
from bot.library import Library
from bot.router import Router

KNOWLEDGE = Path("procedures.yaml")
CONFIG = Path("config.yaml")
THRESHOLDS = Path(__file__).parent / "knowledge" / "thresholds.json"


@dataclass(frozen=True)
class Files:
    """The office's two files."""

    knowledge: Path = KNOWLEDGE
    config: Path = CONFIG


class DesksOf:
    """The router's view of the library."""

    def __init__(self, library: Library[Desk]) -> None:
        self.library = library

    def newest(self) -> Desk:
        """The version that serves now."""
        return self.library.current.built

    def pinned(self, version: str) -> Desk:
        """The version of a dialogue under way, while it is kept."""
        return self.library.get(version).built


@dataclass(frozen=True)
class App:
    """What every door needs."""

    config: Config
    library: Library[Desk]
    router: Router


def load_thresholds(path: Path = THRESHOLDS) -> Thresholds:
    """The thresholds that calibration wrote."""
    stored = json.loads(path.read_text("utf-8"))
    return Thresholds(
        **{field.name: float(stored.get(field.name, field.default)) for field in fields(Thresholds)}
    )


def build(files: Files = Files(), clock: Callable[[], datetime] = utc_now) -> App:
    """Everything, ready to answer. InvalidKnowledgeError and InvalidConfigError name all faults."""
    config = Config.load(files.config, today_in_vietnam(clock()), lenient=True)
    lexicon, thresholds, model = Lexicon.load(), load_thresholds(), KindModel.load()
    calendar = config.working_calendar()

    def desk(knowledge: Knowledge) -> Desk:
        return Desk(Reader(knowledge, lexicon, thresholds, model), Renderer(knowledge, config, calendar))

    library = Library(files.knowledge, desk, today=lambda: clock().astimezone(config.zone).date())
    return App(config, library, Router(DesksOf(library), clock))
