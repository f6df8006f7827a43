"""Replies as plain text, for a channel that has neither bold letters nor buttons: buttons become numbers."""

from __future__ import annotations

import re

from bot.chat import Reply

BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", re.DOTALL)


def choices(reply: Reply) -> list[list[tuple[int, str]]]:
    """The buttons of each row as (number, label), numbered through; [] when the text itself is their list."""
    rows: list[list[tuple[int, str]]] = []
    number = 0
    for row in reply.buttons:
        rows.append([(number + place, button.label) for place, button in enumerate(row, 1)])
        number += len(row)
    listed = all(_is_listed(reply.text, number, label) for row in rows for number, label in row)
    return [] if listed else rows


def _is_listed(text: str, number: int, label: str) -> bool:
    """Whether a line of the text already says what this number means; labels may be clipped."""
    return f"\n{number}. {label.rstrip('…')}" in f"\n{text}"


def plain(reply: Reply) -> str:
    """The whole reply: no marks for bold, and under it a line for each row of buttons."""
    rows = choices(reply)
    lines = [" · ".join(f"[{number}] {label}" for number, label in row) for row in rows]
    return "\n".join([BOLD.sub(r"\1", reply.text), *([""] if lines else []), *lines])
