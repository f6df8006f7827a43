"""Which answer a message gets apart from what it asks: commands, odd kinds, numbers, versions."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import texts
from bot.app import App, Files, build
from bot.chat import Action, Address, Kind, Message, Person
from bot.dialogue import Dialogue
from bot.router import Step
from tests.knowledge.cards import VALID, changed

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
CONFIG = Path(__file__).parent.parent / "config.yaml"
MESSAGE = Message("1", Person("test", "lan"), Address("test", "lan"), NOW, "khai sinh cần gì")


def put(folder: Path, text: str) -> None:
    (folder / "procedures.yaml").write_text(text, encoding="utf-8")


@pytest.fixture
def app(tmp_path: Path) -> App:
    put(tmp_path, VALID)
    return build(Files(tmp_path / "procedures.yaml", CONFIG), lambda: NOW)


def ask(app: App, text: str, state: str = "") -> Step:
    return app.router.step(replace(MESSAGE, text=text), state)


def press(app: App, action: str, state: str = "") -> Step:
    return app.router.step(replace(MESSAGE, text="", kind="action", action=Action.decode(action)), state)


def said(step: Step) -> str:
    return "\n".join(reply.text for reply in step.turn.replies)


# --- what does not depend on the conversation


@pytest.mark.parametrize("kind", ["photo", "voice", "sticker", "file", "location", "other"])
def test_what_is_no_text_is_declined_and_the_dialogue_goes_on(app: App, kind: Kind) -> None:
    state = ask(app, "khai sinh cần gì").turn.state
    step = app.router.step(replace(MESSAGE, text="", kind=kind), state)
    assert said(step) == texts.NOT_TEXT.get(kind, texts.NOT_TEXT_OTHER)
    assert step.turn.state == state
    assert step.turn.miss is None


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("/help", "Hỏi tiếp"),
        ("/trogiup", "Hỏi tiếp"),
        ("/Help@mot_cua_bot", "Hỏi tiếp"),
        ("/privacy", "không giữ ai hỏi"),
        ("/phananh", "Chưa nhận phản ánh tại đây"),
        ("/start ref123", "trợ lý tự động"),
        ("/no-such-command", "Hỏi tiếp"),
        ("/", "Hỏi tiếp"),
        ("/ ", "Hỏi tiếp"),
    ],
)
def test_commands(app: App, text: str, part: str) -> None:
    step = ask(app, text)
    assert part in said(step)
    assert step.reading is None


def test_start_begins_anew_and_help_does_not(app: App) -> None:
    state = ask(app, "khai sinh cần gì").turn.state
    assert state
    assert ask(app, "/help", state).turn.state == state
    assert ask(app, "/start", state).turn.state == ""


def test_an_edited_message_is_asked_for_again(app: App) -> None:
    assert said(app.router.step(replace(MESSAGE, edited=True), "")) == texts.EDITED


def test_in_a_group_nothing_personal_is_answered(app: App) -> None:
    assert said(app.router.step(replace(MESSAGE, private=False), "")) == texts.GROUP


@pytest.mark.parametrize(
    "text",
    [
        "căn cước tôi 001099012345",
        "001 099 012 345",
        "001.099.012.345",
        "0010 9901 2345",
        "x001099012345",
    ],
)
def test_identity_numbers_are_dropped_unread(app: App, text: str) -> None:
    step = ask(app, text)
    assert said(step) == texts.IDENTITY_NUMBER
    assert (step.turn.state, step.turn.miss, step.reading) == ("", None, None)


def test_a_question_beside_an_identity_number_is_answered_and_the_number_dropped(app: App) -> None:
    step = ask(app, "số cccd 001099012345 phí khai sinh bao nhiêu")
    assert step.reading is not None
    assert [task.code for task in step.reading.tasks] == ["1.001193"]
    assert step.turn.replies[-1].text == texts.NUMBER_DROPPED
    assert "001099012345" not in repr(step)


def test_danger_goes_before_an_identity_number(app: App) -> None:
    step = ask(app, "cháy nhà rồi cứu với 001099012345")
    assert step.reading is not None
    assert step.reading.outcome == "emergency"


def test_an_unanswered_question_with_an_identity_number_is_not_kept(app: App) -> None:
    assert ask(app, "xin giấy phép nuôi voi biển 001099012345 ở đâu").turn.miss is None
    assert ask(app, "xin giấy phép nuôi voi biển ở đâu").turn.miss is not None


@pytest.mark.parametrize("text", ["phí 100.000 200.000 à", "mã 0010990123456", "gọi 0912 345 678"])
def test_other_numbers_are_no_identity_numbers(app: App, text: str) -> None:
    assert said(ask(app, text)) != texts.IDENTITY_NUMBER


def test_a_very_long_message_is_answered_with_a_remark(app: App) -> None:
    step = ask(app, "đăng ký khai sinh cần gì " * 90)
    assert step.turn.replies[-1].text == texts.TOO_LONG
    assert len(step.turn.replies) == 2


# --- numbers and buttons


def test_a_bare_number_presses_the_last_buttons(app: App) -> None:
    first = ask(app, "đăng ký khai sinh")
    labels = [button.label for row in first.turn.replies[0].buttons for button in row]
    place = labels.index("Thời hạn") + 1
    for text in (str(place), f"số {place}", f" {place}. ", f"#{place}"):
        reading = ask(app, text, first.turn.state).reading
        assert reading is not None
        assert reading.facets == ("deadline",)


def test_a_number_without_buttons_is_only_a_message(app: App) -> None:
    reading = ask(app, "3").reading
    assert reading is not None
    assert reading.outcome != "answer"


@pytest.mark.parametrize(
    "action", ["buy:1.001193", "", "facet:1.001193", "facet:1.001193:price", "case:1.001193:-1"]
)
def test_a_foreign_button_is_an_old_one(app: App, action: str) -> None:
    state = ask(app, "khai sinh cần gì").turn.state
    step = press(app, action, state)
    assert said(step) == texts.EXPIRED
    assert step.turn.state == state


@pytest.mark.parametrize(
    "state", ["no JSON", "[]", "3", '{"history": "x", "shown": [1], "new": {}, "version": 5}']
)
def test_a_state_of_another_release_is_survived(app: App, state: str) -> None:
    reading = ask(app, "khai sinh cần gì", state).reading
    assert reading is not None
    assert reading.outcome == "answer"


def test_a_dialogue_is_stored_as_it_was() -> None:
    kept = Dialogue("v", ("1",), ("2", "3"), ("fee",), ("show:1",), "nhà có bé")
    assert Dialogue.load(kept.dump()) == kept
    assert Dialogue(version="v").dump() == ""


# --- the version of the knowledge


async def test_a_dialogue_keeps_its_version_over_a_reload(app: App, tmp_path: Path) -> None:
    state = ask(app, "khai sinh phí bao nhiêu").turn.state
    put(tmp_path, changed(("fee: 5.000 đồng", "fee: 9.000 đồng")))
    await app.library.reload()
    assert "5.000" in said(press(app, "facet:1.001193:fee", state))
    assert "9.000" in said(ask(app, "khai sinh phí bao nhiêu"))


async def test_a_version_no_longer_kept_gives_way_to_the_newest(app: App, tmp_path: Path) -> None:
    state = ask(app, "khai sinh phí bao nhiêu").turn.state
    for fee in ("6.000", "7.000", "8.500", "9.000"):
        put(tmp_path, changed(("fee: 5.000 đồng", f"fee: {fee} đồng")))
        await app.library.reload()
    step = press(app, "facet:1.001193:fee", state)
    assert "9.000" in said(step)
    assert Dialogue.load(step.turn.state).version == app.library.current.version


async def test_a_procedure_that_left_the_knowledge_is_told(app: App, tmp_path: Path) -> None:
    first = ask(app, "đăng ký lại khai sinh phí bao nhiêu")
    topic = VALID[VALID.index("topics:") : VALID.index("elsewhere:")]
    gone = (
        VALID[: VALID.index('- code: "1.004884"')].replace('  related: ["1.004884"]\n', "").replace(topic, "")
    )
    for number in range(4):  # more versions than are kept
        put(tmp_path, f"{gone}# version {number}\n")
        assert await app.library.reload() == []
    assert said(press(app, "facet:1.004884:fee", first.turn.state)) == texts.PROCEDURE_GONE
    assert said(ask(app, "còn hồ sơ?", first.turn.state)) == texts.PROCEDURE_GONE
    listed = Dialogue(shown=("1.004884", "1.001193")).dump()
    assert ask(app, "cái thứ hai", listed).reading is not None


async def test_an_invalid_file_changes_nothing(app: App, tmp_path: Path) -> None:
    put(tmp_path, "procedures: no")
    assert await app.library.reload()
    assert "5.000" in said(ask(app, "khai sinh phí bao nhiêu"))


# --- what is kept of a question without an answer


def test_an_unknown_question_is_kept_without_what_points_at_a_person(app: App) -> None:
    step = ask(app, "xin giấy nuôi hổ thì làm thế nào, số 0912 345 678, thư lan@example.com, 123-456-789")
    assert step.turn.miss is not None
    kept = step.turn.miss.text
    assert "hổ" in kept
    assert not any(part in kept for part in ("0912", "678", "lan@", "456"))
    assert len(json.dumps(step.turn.miss.candidates)) < 200


@pytest.mark.parametrize("text", ["khai sinh cần gì", "ly hôn ở đâu", "cảm ơn", "/help", "cháy nhà cứu với"])
def test_what_was_answered_is_not_kept(app: App, text: str) -> None:
    assert ask(app, text).turn.miss is None
