"""Updates into messages, replies into what sendMessage takes: pure, no network."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram import Me, arrival, message_body, split, to_html, to_message, units
from bot.chat import Action, Address, Button, Message, Reply
from bot.delivery import Gone, Parcel
from bot.logs import Redact, token_parts
from bot.outbox import read, written
from bot.pace import Pace
from tests.fake_telegram import TOKEN

ME = Me(4242, "mot_cua_bot")
LAN = {"id": 7, "is_bot": False, "first_name": "Lan"}
PRIVATE = {"id": 7, "type": "private", "first_name": "Lan"}
GROUP = {"id": -100, "type": "supergroup", "title": "Ward"}


def update(kind: str = "message", **fields: Any) -> dict[str, Any]:
    message = {"message_id": 5, "date": 1_780_000_000, "chat": PRIVATE, "from": LAN}
    return {"update_id": 1, kind: message | fields}


def understood(**fields: Any) -> Message | None:
    found = to_message(update(**fields), ME)
    assert not isinstance(found, Gone)
    return found


def test_a_text_in_private() -> None:
    message = understood(text="hello")
    assert message is not None
    assert (message.id, message.sender.id, message.address) == ("5", "7", Address("telegram", "7"))
    assert (message.text, message.kind, message.private, message.edited) == ("hello", "text", True, False)
    assert message.at.isoformat() == "2026-05-28T20:26:40+00:00"


FILE = {"file_id": "f", "file_unique_id": "u", "duration": 1, "width": 1, "height": 1, "length": 1}
STICKER = FILE | {"type": "regular", "is_animated": False, "is_video": False}


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"photo": [FILE], "caption": "see"}, "photo"),
        ({"voice": FILE}, "voice"),
        ({"video_note": FILE}, "voice"),
        ({"sticker": STICKER}, "sticker"),
        ({"document": FILE}, "file"),
        ({"video": FILE}, "file"),
        ({"location": {"latitude": 21.0, "longitude": 105.8}}, "location"),
        ({"contact": {"phone_number": "1", "first_name": "A"}}, "other"),
    ],
)
def test_what_is_not_text_keeps_its_kind(fields: dict[str, Any], kind: str) -> None:
    message = understood(**fields)
    assert message is not None
    assert (message.kind, message.text) == (kind, fields.get("caption", ""))


def test_an_edited_text_is_a_question_again_but_a_moving_location_is_not() -> None:
    message = to_message(update("edited_message", text="hello", edit_date=1_780_000_001), ME)
    assert isinstance(message, Message)
    assert message.edited
    place = {"latitude": 21.0, "longitude": 105.8}
    assert to_message(update("edited_message", location=place), ME) is None


@pytest.mark.parametrize(
    "fields",
    [{"new_chat_members": [LAN]}, {"pinned_message": {"message_id": 1, "date": 0, "chat": PRIVATE}}, {}],
)
def test_service_messages_ask_nothing(fields: dict[str, Any]) -> None:
    assert understood(**fields) is None


def test_other_bots_are_not_talked_to() -> None:
    assert understood(text="hello", **{"from": LAN | {"is_bot": True}}) is None


def test_unknown_updates_ask_nothing() -> None:
    assert to_message({"update_id": 1, "something_new": {"x": 1}}, ME) is None


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("hello all", None),
        ("@Mot_Cua_Bot how much?", "how much?"),
        ("@mot_cua_bot2 how much?", None),
        ("/start", "/start"),
        ("/start@mot_cua_bot now", "/start now"),
        ("/start@other_bot", None),
    ],
)
def test_in_a_group_we_answer_when_addressed(text: str, heard: str | None) -> None:
    message = understood(text=text, chat=GROUP)
    assert (message and message.text) == heard
    assert message is None or not message.private


def test_in_a_group_a_reply_to_us_is_for_us() -> None:
    ours = {
        "message_id": 4,
        "date": 0,
        "chat": GROUP,
        "from": {"id": 4242, "is_bot": True, "first_name": "B"},
    }
    message = understood(text="and the fee?", chat=GROUP, reply_to_message=ours)
    assert message is not None
    theirs = ours | {"from": LAN}
    assert understood(text="and the fee?", chat=GROUP, reply_to_message=theirs) is None


def test_a_topic_is_part_of_the_address() -> None:
    message = understood(text="/fee", chat=GROUP, is_topic_message=True, message_thread_id=12)
    assert message is not None
    assert message.address == Address("telegram", "-100", "12")


def test_a_press_is_an_action() -> None:
    query = {
        "id": "q1",
        "from": LAN,
        "chat_instance": "1",
        "data": "facet:fee",
        "message": update()["message"],
    }
    message = to_message({"update_id": 1, "callback_query": query}, ME)
    assert isinstance(message, Message)
    assert (message.kind, message.action, message.text) == ("action", Action("facet", "fee"), "")
    assert to_message({"update_id": 1, "callback_query": query | {"message": None}}, ME) is None


@pytest.mark.parametrize(
    "broken", [{"date": "x"}, {"chat": {"type": "private"}}, {"from": {"first_name": "x"}}]
)
def test_a_broken_update_raises(broken: dict[str, Any]) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011  whatever it is, the intake sets the update aside
        to_message(update(text="hello", **broken), ME)


@given(st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner)))
def test_any_json_can_be_kept(value: Any) -> None:
    kept = arrival(value, "4242")
    assert kept.payload.isascii()
    assert "\0" not in kept.payload


def test_html_escapes_everything_and_knows_bold() -> None:
    assert to_html("**a <b>** & ** c ** 2**3") == "<b>a &lt;b&gt;</b> &amp; ** c ** 2**3"


def test_a_message_with_buttons_in_a_topic() -> None:
    reply = Reply("x", ((Button("Fee", Action("facet", "fee")), Button("Place", Action("facet", "place"))),))
    body = message_body(Parcel(1, "4242", Address("telegram", "-100", "12"), reply))
    assert (body["chat_id"], body["message_thread_id"], body["parse_mode"]) == (-100, 12, "HTML")
    assert [button["callback_data"] for button in body["reply_markup"]["inline_keyboard"][0]] == [
        "facet:fee",
        "facet:place",
    ]
    assert read(written(reply)) == reply


def test_pieces_end_at_paragraphs_then_lines_then_words() -> None:
    assert split("a" * 30 + "\n\n" + "b" * 30, 40) == ["a" * 30, "b" * 30]
    assert split("a" * 30 + "\n" + "b" * 30, 40) == ["a" * 30, "b" * 30]
    assert split("a" * 30 + " " + "b" * 30, 40) == ["a" * 30, "b" * 30]
    assert split("a" * 50, 40) == ["a" * 40, "a" * 10]
    assert split("  \n ") == []


def test_bold_goes_on_in_the_next_piece() -> None:
    assert split("**" + "a" * 30 + " " + "b" * 30 + "** c", 40) == [f"**{'a' * 30}**", f"**{'b' * 30}** c"]


def test_length_is_in_utf_16_units() -> None:
    assert [units(piece) for piece in split("\U0001f600" * 3000)] == [4096, 1904]
    assert len(split("x" * 4096)) == 1
    assert split("a\u0301" * 30, 41)[0] == "a\u0301" * 20  # a mark stays with its letter


@given(st.text(alphabet="ab*\n \U0001f600\u0301<&", max_size=300), st.integers(5, 60))
def test_pieces_fit_and_lose_nothing(text: str, limit: int) -> None:
    pieces = split(text, limit)
    plain = "".join(to_html(piece) for piece in pieces)
    whole = to_html(text)
    for tag in ("<b>", "</b>", "*"):
        plain, whole = plain.replace(tag, ""), whole.replace(tag, "")
    assert "".join(plain.split()) == "".join(whole.split())
    for piece in pieces:
        assert piece.strip()
        assert units(piece.replace("**", "")) <= limit


def test_a_pace_lets_a_burst_through_and_then_spaces() -> None:
    now = [100.0]
    pace = Pace(per_second=2, burst=3, monotonic=lambda: now[0])
    assert [pace.take("a") for _ in range(5)] == [0, 0, 0, 0.5, 1.0]
    assert pace.take("b") == 0
    now[0] += 10
    assert pace.take("a") == 0
    booked = pace.booked(["a"])
    assert [pace.take("a") for _ in range(3)] == [0, 0, 0.5]
    pace.restore(booked)
    assert [pace.take("a") for _ in range(3)] == [0, 0, 0.5]
    pace.hold("c", 7)
    assert pace.take("c") == 7


def test_a_token_is_cut_out_of_messages_arguments_and_tracebacks(caplog: pytest.LogCaptureFixture) -> None:
    secret = TOKEN.partition(":")[2]
    try:
        raise ValueError(f"POST https://api/bot{TOKEN}/getMe")
    except ValueError:
        logging.getLogger("x").exception("url %s", TOKEN.replace(":", "%3A"))
    (record,) = caplog.records
    assert Redact(token_parts(TOKEN)).filter(record)
    assert secret not in logging.Formatter().format(record)
    assert "ValueError" in logging.Formatter().format(record)


def test_a_value_cannot_fake_a_line_of_the_log() -> None:
    record = logging.makeLogRecord({"msg": "name %s", "args": ("a\r\nERROR \x1b[2Kforged\u202e",)})
    Redact([]).filter(record)
    assert record.getMessage() == "name a\\r\\nERROR \\x1b[2Kforged\\u202e"
