"""Whole conversations as an officer would tell them, played through the router on the shipped files."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.app import App, Files, build
from bot.chat import Action, Address, Message, Person, Reply
from bot.router import Step

ROOT = Path(__file__).parent.parent
HANOI = timezone(timedelta(hours=7))
MONDAY = "2026-11-23 09:00"
CHECKS = {"outcome", "procedure", "procedures", "facets", "contains", "lacks", "buttons", "kept"}


def dialogues() -> Iterator[Any]:
    """Every conversation of tests/dialogues; one with a `defect` must fail until that is mended."""
    for path in sorted((ROOT / "tests" / "dialogues").glob("*.yaml")):
        for place, told in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")), 1):
            defect = told.pop("defect", "")
            marks = [pytest.mark.xfail(reason=defect, strict=True)] if defect else []
            yield pytest.param(told, id=f"{path.stem}-{place}", marks=marks)


class Hanoi:
    """The clock on the wall while a conversation is held."""

    now = datetime(2026, 11, 23, 9, tzinfo=HANOI)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def hanoi() -> Hanoi:
    return Hanoi()


@pytest.fixture(scope="module")
def app(hanoi: Hanoi) -> App:
    return build(Files(ROOT / "procedures.yaml", ROOT / "config.yaml"), hanoi)


def test_there_are_enough() -> None:
    assert len(list(dialogues())) >= 30


@pytest.mark.parametrize("told", list(dialogues()))
def test_dialogue(told: dict[str, Any], app: App, hanoi: Hanoi) -> None:
    print(told["title"])  # noqa: T201  shown when it fails
    assert told.keys() <= {"title", "at", "form", "talk"}
    hanoi.now = datetime.fromisoformat(str(told.get("at", MONDAY))).replace(tzinfo=HANOI)
    state, last = "", Reply("")
    for line in told["talk"]:
        message = heard(line, told.get("form", "NFC"), last, hanoi.now)
        step = app.router.step(message, state)
        state, last = step.turn.state, step.turn.replies[0]
        check(line, step)


def heard(line: dict[str, Any], form: Any, last: Reply, now: datetime) -> Message:
    """What the person types or presses; `presses` names a button of the last reply."""
    assert line.keys() <= CHECKS | {"says", "presses", "action"}, line
    text, action = unicodedata.normalize(form, line.get("says", "")), None
    if "presses" in line:
        shown = {button.label: button.action for row in last.buttons for button in row}
        assert line["presses"] in shown, f"no such button: {list(shown)}"
        action = shown[line["presses"]]
    elif "action" in line:
        action = Action.decode(line["action"])
    me = Person("test", "lan")
    return Message("1", me, Address("test", "lan"), now, text, "action" if action else "text", action)


def check(line: dict[str, Any], step: Step) -> None:
    """Everything that the conversation says about this answer."""
    text = "\n\n".join(reply.text for reply in step.turn.replies).replace("**", "")
    reading = step.reading
    if "outcome" in line:
        assert (reading.outcome if reading else None) == line["outcome"], text
    codes = [line["procedure"]] if "procedure" in line else line.get("procedures")
    if codes is not None:
        assert reading is not None
        assert [task.code for task in reading.tasks] == codes, text
    if "facets" in line:
        assert reading is not None
        assert set(reading.facets) == set(line["facets"]), text
    for part in line.get("contains", []):
        assert part in text
    for part in line.get("lacks", []):
        assert part not in text
    labels = [button.label for row in step.turn.replies[0].buttons for button in row]
    for label in line.get("buttons", []):
        assert label in labels
    if "kept" in line:
        assert (step.turn.miss is not None) == line["kept"], text
