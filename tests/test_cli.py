"""The commands as an operator, a clerk and a measurer meet them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import __main__ as command
from bot.database import make_ready, open_database
from bot.misses import Misses, Unanswered
from bot.turn import Miss
from bot.unanswered import Group, grouped, listed
from tests.conftest import Clock
from tests.knowledge.cards import VALID, changed

ROOT = Path(__file__).parent.parent
CASES = [
    {"id": "one", "turns": [{"role": "user", "text": "khai sinh cần giấy tờ gì"}]},
    {
        "id": "follow",
        "turns": [
            {"role": "user", "text": "khai sinh cần giấy tờ gì"},
            {"role": "assistant", "text": "…"},
            {"role": "user", "text": "còn phí?"},
        ],
    },
    {"id": 3, "turns": [{"role": "user", "text": "/help"}]},
    {"id": "fresh", "turns": [{"role": "user", "text": "còn phí?"}]},
]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a small office's files, where the command is run."""
    (tmp_path / "procedures.yaml").write_text(VALID, encoding="utf-8")
    settings = (ROOT / "config.yaml").read_text(encoding="utf-8")
    (tmp_path / "config.yaml").write_text(
        settings.replace("  residence: {", "  # residence: {"), encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    for name in ("TELEGRAM_BOT_TOKEN", "DATABASE_URL", "BOT_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def written(lines: list[Any], folder: Path) -> str:
    """A file of cases; bytes and text go in as they are."""
    raw = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    path = folder / "cases.jsonl"
    path.write_bytes(b"\n".join(raw) + b"\n")
    return str(path)


# --- ask


def test_ask_as_json(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["ask", "đăng ký lại khai sinh phí bao nhiêu", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"outcome", "procedures", "facets", "text", "ms"}
    assert found["outcome"] == "answer"
    assert found["procedures"] == ["1.004884", "1.001193"]
    assert found["facets"] == ["fee"]
    assert "8.000 đồng/bản" in found["text"]


def test_ask_as_text(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["ask", "phí khai sinh"]) == 0
    output = capsys.readouterr().out
    assert output.startswith("Đăng ký khai sinh\nPhí, lệ phí\n")
    assert "**" not in output


def test_a_batch_holds_fresh_conversations(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["ask", "--batch", written([*CASES, b"", b"  "], office)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["id"] for line in lines] == ["one", "follow", 3, "fresh"]
    assert [line["outcome"] for line in lines[:3]] == ["answer", "answer", "small_talk"]
    assert lines[1]["facets"] == ["fee"]
    assert lines[1]["procedures"][0] == "1.001193"
    assert lines[3]["outcome"] != "answer"
    assert all(0 <= line["ms"] < 1000 for line in lines)
    assert all(len(line["procedures"]) <= 10 for line in lines)


BROKEN = [
    (b"{", "not JSON"),
    (b"[1]", "not an object"),
    (b"\xff\xfe", "not UTF-8"),
    (b"[" * 100_000, "not JSON"),
    ({"turns": []}, "no id"),
    ({"id": "x"}, "no list of turns"),
    ({"id": "x", "turns": []}, "no turn of a user"),
    ({"id": "x", "turns": [{"role": "assistant", "text": "a"}]}, "no turn of a user"),
    ({"id": "x", "turns": ["khai sinh"]}, "turn 1"),
    ({"id": "x", "turns": [{"role": "user", "text": None}]}, "turn 1"),
    ({"id": "x", "turns": [{"role": "citizen", "text": "a"}]}, "turn 1"),
]


def test_broken_lines_are_named_and_the_rest_goes_on(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [CASES[0], *(line for line, _ in BROKEN), CASES[1]]
    assert command.main(["ask", "--batch", written(lines, office)]) == 1
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [found[0]["id"], found[-1]["id"]] == ["one", "follow"]
    for number, (said, (_, reason)) in enumerate(zip(found[1:-1], BROKEN, strict=True), 2):
        assert set(said) == {"line", "error"}
        assert said["line"] == number
        assert reason in said["error"]


def test_odd_text_is_answered(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = ["", " ", "\x00", "\ud800", "😀" * 500, "a" * 5000, "khai sinh " * 400, "/", "/start"]
    cases = [{"id": str(n), "turns": [{"role": "user", "text": text}]} for n, text in enumerate(odd)]
    assert command.main(["ask", "--batch", written(cases, office)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(odd)


def test_ask_with_another_file(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (office / "other.yaml").write_text(changed(("fee: 8.000 đồng/bản", "fee: 9.000 đồng")), encoding="utf-8")
    assert command.main(["ask", "phí đăng ký lại khai sinh", "--knowledge", "other.yaml"]) == 0
    assert "9.000 đồng" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["ask"], ["ask", "a", "--batch", "b"], ["nothing"]])
def test_wrong_arguments(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(arguments)
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_ask_starts_quickly_stays_small_and_loads_no_door() -> None:
    """On the shipped knowledge. The bounds are loose: other processes run beside the tests."""
    code = (
        "import sys; from pathlib import Path; from bot.__main__ import main; main(['ask', 'khai sinh cần gì']);"
        "heavy = {'telegram', 'sqlalchemy', 'httpx', 'rich', 'alembic'};"
        "print(sorted(heavy & sys.modules.keys()));"
        "print(*(line.split()[1] for line in Path('/proc/self/status').open() if line.startswith('VmHWM')))"
    )
    began = time.monotonic()
    done = subprocess.run((sys.executable, "-c", code), cwd=ROOT, capture_output=True, timeout=60, check=True)
    seconds = time.monotonic() - began
    *_, loaded, kilobytes = done.stdout.decode().splitlines()
    assert loaded == "[]"
    assert int(kilobytes) < 120 * 1024
    assert seconds < 6


# --- check and faults


def test_check(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["check"]) == 0
    assert capsys.readouterr().out == "Không có lỗi: 2 thủ tục, 1 lĩnh vực.\n"
    assert command.main(["check", "--report"]) == 0
    assert "7/7" in capsys.readouterr().out.replace(" trên ", "/")
    (office / "draft.yaml").write_text(changed(("where: Tòa án", "where: no")), encoding="utf-8")
    assert command.main(["check", "--knowledge", "draft.yaml"]) == 1
    assert "draft.yaml:19:" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["run"], ["ask", "khai sinh"], []])
def test_faulty_files_stop_the_bot_in_words(
    office: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (office / "procedures.yaml").write_text(changed(("where: Tòa án", "where: no")), encoding="utf-8")
    assert command.main(words) == 1
    told = capsys.readouterr().err
    assert told.startswith("procedures.yaml has 1 faults and is not used:\nprocedures.yaml:19: ")


def test_a_faulty_setting_stops_the_bot_in_words(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (office / "config.yaml").read_text(encoding="utf-8")
    (office / "config.yaml").write_text(text.replace("kind: ward", "kind: town"), encoding="utf-8")
    assert command.main(["run"]) == 1
    assert "config.yaml:8: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"DATABASE_URL": "mysql://u:hunter2@h/x"}, "mysql://"),
        ({"DATABASE_URL": "postgresql://u:hunter2@127.0.0.1:1/x"}, "cannot open"),
        ({"TELEGRAM_API_URL": "localhost:8081"}, "TELEGRAM_API_URL must begin"),
        ({"BOT_DATA_DIR": "procedures.yaml"}, "data directory"),
    ],
)
def test_a_door_that_cannot_open_says_why(office: Path, environment: dict[str, str], told: str) -> None:
    kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    done = subprocess.run(
        (sys.executable, "-m", "bot", "run"),
        env={**kept, "PYTHONPATH": str(ROOT), "TELEGRAM_BOT_TOKEN": "12:hunter2", **environment},
        cwd=office,
        capture_output=True,
        timeout=60,
        check=False,
    )
    errors = done.stderr.decode()
    assert done.returncode == 1
    assert told in errors
    assert "Traceback" not in errors
    assert "hunter2" not in errors


# --- migrate, unanswered


@pytest.fixture
def placed(office: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty database that the commands find."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    return database_url


def ask_for(questions: list[tuple[str, str, tuple[str, ...]]], url: str, clock: Clock) -> None:
    """Puts unanswered questions into a database, a day apart."""

    async def put() -> None:
        async with await open_database(url) as database:
            await make_ready(database)
            for text, outcome, candidates in questions:
                miss = Miss(text, text.casefold(), outcome, candidates)
                await database.write(partial(Misses(database, clock).add, found=[miss]))
                clock.forward(days=1)

    command._until_stopped(put())


def test_migrate_twice(placed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["migrate"]) == 0
    assert "schema 0001, was None" in capsys.readouterr().out
    assert command.main(["migrate"]) == 0
    assert "already" in capsys.readouterr().out


def test_migrate_leaves_foreign_tables_alone(placed: str, capsys: pytest.CaptureFixture[str]) -> None:
    async def foreign() -> None:
        async with await open_database(placed) as database:
            await database.write(lambda unit: unit.exec_driver_sql("CREATE TABLE theirs (id INTEGER)"))

    command._until_stopped(foreign())
    assert command.main(["migrate"]) == 1
    assert "another program" in capsys.readouterr().err


def test_unanswered_without_a_database(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["unanswered"]) == 1
    assert "there is no database at" in capsys.readouterr().err
    assert not (office / "data").exists()


def test_unanswered_without_tables(placed: str, capsys: pytest.CaptureFixture[str]) -> None:
    async def touch() -> None:
        async with await open_database(placed):
            pass

    command._until_stopped(touch())
    assert command.main(["unanswered"]) == 1
    assert "python -m bot migrate" in capsys.readouterr().err


def test_unanswered_groups_what_is_alike(
    placed: str, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [
        ("xin phép nuôi hổ", "no_answer", ("1.001193",)),
        ("giấy tờ con", "clarify", ("1.004884", "1.001193", "9.999")),
        ("xin phép nuôi con hổ", "no_answer", ("1.001193",)),
        ("xin phép nuôi hổ", "no_answer", ()),
    ]
    ask_for(asked, placed, clock)
    assert command.main(["unanswered", "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert (first["count"], first["questions"]) == (3, ["xin phép nuôi hổ", "xin phép nuôi con hổ"])
    assert (first["first_day"], first["last_day"]) == ("2026-06-01", "2026-06-04")
    assert second["candidates"] == [
        {"code": "1.004884", "name": "Đăng ký lại khai sinh"},
        {"code": "1.001193", "name": "Đăng ký khai sinh"},
    ]
    assert command.main(["unanswered", "--limit", "1"]) == 0
    output = capsys.readouterr().out
    assert "3 lượt · chưa tìm thấy · 01/06/2026–04/06/2026" in output
    assert "còn 1 nhóm" in output


def test_the_stub_can_be_pasted(office: Path) -> None:
    """Under a card, and as an entry of `elsewhere`: both files are then without faults."""
    from bot import check  # noqa: PLC0415

    days = date(2026, 6, 1), date(2026, 6, 2)
    names = {"1.001193": "Đăng ký khai sinh"}
    one = Unanswered('làm "giấy": #1 cho bé\n- x', "k", "no_answer", 2, ("1.001193",), *days)
    parts = grouped([one], names)[0].stub.split("# ")
    alias, entry = (part.split("\n", 1)[1] for part in parts[1:3])
    assert yaml.safe_load(alias) == ['làm "giấy": #1 cho bé - x']
    for pasted in (
        VALID.replace("  aliases: [khai sinh, con mới sinh]", f"  aliases:\n  - khai sinh\n  {alias}"),
        VALID.replace("procedures:\n- code", f"{entry}procedures:\n- code"),
    ):
        (office / "procedures.yaml").write_text(pasted, encoding="utf-8")
        text, status = check.run(office / "procedures.yaml", office / "config.yaml", date(2026, 11, 23))
        assert status == 0, text


def test_an_empty_list_and_odd_letters() -> None:
    assert listed([], 5) == "Không có câu hỏi nào chưa trả lời được."
    group = Group(1, "clarify", ("xin \x1b[2Jchào",), (), date(2026, 6, 1), date(2026, 6, 1))
    assert "\x1b" not in listed([group], 5)


# --- calibrate


def test_calibrate_names_a_broken_line(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    training = office / "training"
    training.mkdir()
    (training / "kinds.jsonl").write_text(
        '{"kind": "question", "text": "phí"}\n{"kind": "joke", "text": "ha"}\n'
    )
    assert command.main(["calibrate"]) == 1
    assert "kinds.jsonl:2: unknown kind 'joke'" in capsys.readouterr().err


def test_calibrate_without_training_files(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del office
    assert command.main(["calibrate", "--training", "nowhere"]) == 1
    assert "cannot calibrate from nowhere" in capsys.readouterr().err
