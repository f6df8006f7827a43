"""Draws docs/conversation.svg: a real conversation with the real bot, as the terminal shows it (`make picture`)."""

from __future__ import annotations

import io
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.app import Files, build
from bot.channels.terminal import drawn
from bot.chat import Address, Message, Person

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs" / "conversation.svg"
NOW = datetime(
    2026, 11, 23, 15, 20, tzinfo=timezone(timedelta(hours=7))
)  # past the cut-off, before a holiday
SAID = ("giay doc than mat bao lau", "còn phí?", "mất giấy tờ thì làm lại ở đâu")
WIDTH = 100  # letters


def draw() -> str:
    """The picture, as SVG text that is the same for the same conversation."""
    app = build(Files(ROOT / "procedures.yaml", ROOT / "config.yaml"), lambda: NOW)
    console = Console(record=True, width=WIDTH, file=io.StringIO(), highlight=False, force_terminal=True)
    state, me = "", Person("terminal", "me")
    for number, text in enumerate(SAID):
        console.print(Text(f"› {text}", "bold green"))
        turn = app.router.respond(Message(str(number), me, Address("terminal", "me"), NOW, text), state)
        state = turn.state
        for reply in turn.replies:
            console.print(drawn(reply))
        console.print()
    return _own_fonts(console.export_svg(title="python -m bot", unique_id="conversation"))


def _own_fonts(svg: str) -> str:
    """The picture with the reader's own letters: rich would load some from the network."""
    without = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    return without.replace("Fira Code", "ui-monospace, DejaVu Sans Mono, Menlo, Consolas")


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8")
