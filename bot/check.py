"""`python -m bot check`: every fault of the office's files at once, and the report on what they hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.config import Config, InvalidConfigError
from bot.knowledge import publication
from bot.knowledge.procedures import Knowledge, examine
from bot.knowledge.publication import Contacts
from bot.knowledge.strict_yaml import Fault


@dataclass(frozen=True, slots=True)
class Checked:
    """What two files are worth: all faults, and their content where it may serve."""

    faults: tuple[Fault, ...]
    knowledge: Knowledge | None
    config: Config | None


def check(knowledge: Path, config: Path, today: date) -> Checked:
    """Both files read and checked, each alone and against the other. Faults are sorted by file and line."""
    found = examine(knowledge, today)
    settings: Config | None = None
    wrong: tuple[Fault, ...] = ()
    try:
        settings = Config.load(config, today, found.field_ids)
    except InvalidConfigError as error:
        wrong = error.faults
    return Checked(tuple(sorted({*found.faults, *wrong})), found.knowledge, settings)


def faults(knowledge: Path, config: Path, today: date) -> list[Fault]:
    """Everything wrong in the two files; empty when both may serve and nothing in them has expired."""
    return list(check(knowledge, config, today).faults)


def report(knowledge: Knowledge, config: Config | None, today: date) -> str:
    """How complete, how fresh and how much faster than the law: Vietnamese text of many lines."""
    return publication.report(knowledge, contacts_of(config), today)


def contacts_of(config: Config | None) -> Contacts:
    """What the settings publish about whom to turn to; nothing without settings."""
    if config is None:
        return Contacts()
    return Contacts(
        officers=frozenset(field for field, desk in config.desks.items() if desk.officer),
        hotline=bool(config.contacts_for("complaint")),
        mailbox=bool(config.office.mailbox),
    )


def run(knowledge: Path, config: Path, today: date, *, with_report: bool = False) -> tuple[str, int]:
    """What the command prints and its exit status: 1 when there is any fault.

    The report is printed beside faults as long as the knowledge itself may serve.
    """
    found = check(knowledge, config, today)
    text = publication.verdict(found.faults, found.knowledge)
    if with_report:
        whole = report(found.knowledge, found.config, today) if found.knowledge else publication.NO_REPORT
        text = f"{whole}\n\n{text}"
    return text, 1 if found.faults else 0
