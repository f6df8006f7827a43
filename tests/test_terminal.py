"""The terminal door: piped as a process of its own, on a pseudo-terminal, and drawn."""

from __future__ import annotations

import codecs
import io
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from bot import texts
from bot.channels.terminal import LONGEST, Terminal, drawn
from bot.chat import Action, Button, Message, Reply
from bot.clock import utc_now
from bot.plain import plain
from bot.turn import Miss, Turn

ROOT = Path(__file__).parent.parent
PYTHON = (sys.executable, "-W", "error", "-m", "bot")


class Parrot:
    """Repeats what it hears, counting; some words make it misbehave."""

    def __init__(self) -> None:
        self.heard: list[Message] = []

    def respond(self, message: Message, state: str) -> Turn:
        """One reply."""
        self.heard.append(message)
        if message.text == "explode":
            raise RuntimeError("cannot answer")
        miss = Miss(message.text, message.text, "no_answer") if message.text == "unknown" else None
        return Turn((Reply(f"{state}|{message.text[:20]}"),), f"{state}x", miss)


def talk(written: str) -> tuple[str, Parrot, list[Miss]]:
    """What a piped conversation puts out."""
    parrot, kept, target = Parrot(), list[Miss](), io.StringIO()
    Terminal(parrot, utc_now, kept.append, io.StringIO(written), target).run()
    return target.getvalue(), parrot, kept


# --- in this process


def test_one_line_in_one_reply_out() -> None:
    output, _, kept = talk("one\n\n  two  \nunknown\n")
    assert output == "|one\n\nx|two\n\nxx|unknown\n\n"
    assert [miss.text for miss in kept] == ["unknown"]


def test_leaving_words_end_it() -> None:
    assert talk("one\n/THOAT\ntwo\n")[0] == "|one\n\n"


def test_a_fault_is_apologised_for_and_the_talk_goes_on() -> None:
    output, _, _ = talk("one\nexplode\ntwo\n")
    assert texts.APOLOGY in output
    assert output.endswith("x|two\n\n")


def test_an_endless_line_is_cut_and_its_rest_dropped() -> None:
    _, parrot, _ = talk("a" * 300_000 + "\nnext\n" + "b" * 10_000)
    assert [len(message.text) for message in parrot.heard] == [LONGEST, 4, LONGEST]


def test_buttons_are_numbered_through_and_bold_is_plain() -> None:
    rows = ((Button("Fee", Action("a")), Button("Time", Action("b"))), (Button("Report", Action("c")),))
    assert plain(Reply("**Birth** of a child", rows)) == "Birth of a child\n\n[1] Fee · [2] Time\n[3] Report"


def test_a_list_in_the_text_is_not_repeated() -> None:
    rows = tuple((Button(label, Action("show", label)),) for label in ("First", "Second pro…"))
    assert (
        plain(Reply("Which?\n1. First\n2. Second procedure", rows)) == "Which?\n1. First\n2. Second procedure"
    )
    assert plain(Reply("Steps\n1. Go", rows)).endswith("[1] First\n[2] Second pro…")


def test_bold_is_drawn_bold_and_numbers_in_colour() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, color_system="standard", width=60)
    console.print(drawn(Reply("a **b** [red]c", ((Button("Fee", Action("fee")),),))))
    assert isinstance(console.file, io.StringIO)
    output = console.file.getvalue()
    assert "\x1b[1mb\x1b[0m" in output
    assert "[red]c" in output
    assert "\x1b[1;36m[1]" in output


# --- as a process


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"TELEGRAM_BOT_TOKEN", "DATABASE_URL"}
    }
    return {**kept, "BOT_DATA_DIR": str(folder / "data"), "TERM": "xterm", **more}


def piped(folder: Path, written: bytes, **more: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        PYTHON,
        input=written,
        capture_output=True,
        cwd=ROOT,
        env=environment(folder, **more),
        timeout=60,
        check=False,
    )


def test_a_piped_conversation(tmp_path: Path) -> None:
    lines = "khai sinh cần giấy tờ gì\ncòn phí?\nthủ tục nuôi hổ trong nhà\n".encode() + b"\xff\xfe\x00 abc\n"
    done = piped(tmp_path, lines, LC_ALL="C", PYTHONUTF8="0")
    output = done.stdout.decode()
    assert done.returncode == 0
    assert "Giấy chứng sinh" in output
    assert "5.000 đồng" in output
    assert "\x1b" not in output
    assert texts.TERMINAL_HINT not in output
    asked = subprocess.run(
        (*PYTHON, "unanswered"),
        capture_output=True,
        cwd=ROOT,
        env=environment(tmp_path),
        timeout=60,
        check=True,
    )
    assert "nuôi hổ" in asked.stdout.decode()


def test_without_a_database_it_says_so_and_talks_on(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    done = piped(tmp_path, "khai sinh cần gì\nthủ tục nuôi hổ\n".encode())
    assert done.returncode == 0
    assert b"unanswered questions are not kept" in done.stderr
    assert b"Traceback" not in done.stderr
    assert "Giấy chứng sinh" in done.stdout.decode()


class Screen:
    """A process on a pseudo-terminal."""

    def __init__(self, folder: Path) -> None:
        self.pid, self.file = pty.fork()
        if self.pid == 0:  # the child
            os.chdir(ROOT)
            os.execve(sys.executable, PYTHON, environment(folder))  # noqa: S606
        self.read = codecs.getincrementaldecoder("utf-8")("replace")
        self.shown = ""

    def until(self, part: str, seconds: float = 30) -> str:
        """What is shown up to a part that must appear; what comes behind it is left for the next time."""
        end = time.monotonic() + seconds
        while part not in self.shown:
            assert time.monotonic() < end, f"{part!r} is not in {self.shown!r}"
            if select.select([self.file], [], [], 0.2)[0]:
                self.shown += self.read.decode(os.read(self.file, 65536))
        before, _, self.shown = self.shown.partition(part)
        return before + part

    def types(self, text: str) -> None:
        """Keys pressed, by someone slower than the race in readline between its prompt and its first wait."""
        time.sleep(0.3)
        os.write(self.file, text.encode())

    def status(self) -> int:
        """How it ended."""
        _, status = os.waitpid(self.pid, 0)
        os.close(self.file)
        return os.waitstatus_to_exitcode(status)


@pytest.mark.parametrize("leave", ["\x04", "\x03", "/thoat\n"])
def test_a_conversation_on_a_screen(tmp_path: Path, leave: str) -> None:
    screen = Screen(tmp_path)
    assert "trợ lý tự động" in screen.until("› ")
    screen.types("đăng ký kết hôn phí bao nhiêu\n")
    answer = screen.until("Phản ánh")
    assert "\x1b[1m" in answer
    assert "miễn phí" in answer
    screen.until("› ")
    screen.types("1\n")
    screen.until("Tờ khai đăng ký kết hôn")
    screen.until("› ")
    screen.types(leave)
    screen.until(texts.GOODBYE)
    assert screen.status() == 0


def test_a_hang_up_reloads_and_the_talk_goes_on(tmp_path: Path) -> None:
    screen = Screen(tmp_path)
    screen.until("› ")
    time.sleep(0.3)
    os.kill(screen.pid, signal.SIGHUP)
    screen.types("đăng ký kết hôn phí bao nhiêu\n")
    assert "miễn phí" in screen.until("Phản ánh")
    screen.until("› ")
    screen.types("/thoat\n")
    screen.until(texts.GOODBYE)
    assert screen.status() == 0


def test_a_termination_ends_it_politely(tmp_path: Path) -> None:
    screen = Screen(tmp_path)
    screen.until("› ")
    time.sleep(0.3)
    os.kill(screen.pid, signal.SIGTERM)
    screen.until(texts.GOODBYE)
    assert screen.status() == 0
