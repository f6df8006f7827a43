"""Patterns of words, written as data, compiled to linear-time regular expressions over the words of a message.

A message is rendered as ` key/typed key/typed … `, where `typed` is the word as typed when it carries marks and
nothing otherwise. A pattern word fits when the key is the same and the typed marks, if any, do not contradict it.
`#` is any number, `#k` one with a `k` glued to it, the slot `$` the end of the message.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.knowledge.vietnamese import Token, key, syllable

_GAPS = {"*": r"((?:\S+ ){0,3}?)", "**": r"((?:\S+ ){0,12}?)", "***": r"((?:\S+ ){0,40}?)"}
_END = "$"
_HOOK_AND_TILDE = str.maketrans("ảẳẩẻểỉỏổởủửỷãẵẫẽễĩõỗỡũữỹ", "ãẵẫẽễĩõỗỡũữỹảẳẩẻểỉỏổởủửỷ")


def render(words: Sequence[Token], exact: Collection[str] = ()) -> str:
    """The text that patterns are matched against; words of `exact` mean what they say even without marks."""
    return " " + "".join(
        f"{word.key}/{word.text if word.marked or word.text in exact else ''} " for word in words
    )


def same_marks(typed: str, known: str) -> bool:
    """Whether typed marks may stand for the known word; hook and tilde are one sound in much of the country."""
    return typed == known or typed.translate(_HOOK_AND_TILDE) == known


def _word(word: str, bare: bool = True) -> str:
    """One word; `bare` allows it without its marks. `!` before it forbids that."""
    if word.startswith("#"):
        return rf"\d[\d.,]*{re.escape(word[1:])}/\S* "
    bare = bare and not word.startswith("!")
    known = syllable(word.removeprefix("!"))
    variants = dict.fromkeys((known, known.translate(_HOOK_AND_TILDE)))
    typed = "|".join(re.escape(variant) for variant in variants if not variant.isascii())
    if typed:
        return f"{re.escape(key(known))}/(?:{typed}){'?' if bare else ''} "
    return f"{re.escape(key(known))}/(?:{re.escape(known)})? "


def _slot(slot: str, alone: bool) -> str:
    if slot in _GAPS or slot == _END:
        return _GAPS.get(slot, _END)
    optional = slot.endswith("?")
    choices = [choice.split("_") for choice in slot.replace("?", "").split("|")]
    choices.sort(key=len, reverse=True)  # the longest wording first
    # A lone syllable without marks is too many words at once (voi: với, vòi, vôi): alone it needs its marks.
    body = "|".join(
        "".join(_word(word, not (alone and len(words) == 1)) for word in words) for words in choices
    )
    return f"(?:{body}){'?' if optional else ''}"


def _source(pattern: str, lenient: bool) -> str:
    slots = pattern.lower().split()
    return "".join(_slot(slot, alone=len(slots) == 1 and not lenient) for slot in slots)


@dataclass(frozen=True, slots=True)
class Patterns:
    """Several patterns as one expression."""

    expression: re.Pattern[str] | None

    @staticmethod
    def compile(patterns: Iterable[str], lenient: bool = False) -> Patterns:
        """Patterns in the notation of lexicon.yaml; `lenient` lets even a lone syllable stand without its marks."""
        sources = [_source(pattern, lenient) for pattern in patterns]
        # A word begins after a blank: said once before all of them, most places are passed over at once.
        return Patterns(re.compile(f"(?<= )(?:{'|'.join(sources)})") if sources else None)

    def found(self, rendered: str) -> bool:
        """Whether any pattern occurs."""
        return bool(self.expression and self.expression.search(rendered))

    def spans(self, rendered: str) -> list[tuple[int, int]]:
        """Word ranges [start, end) of all occurrences that do not overlap, left to right."""
        return [span for span, _ in self._matches(rendered)]

    def words(self, rendered: str) -> set[int]:
        """Positions of the words that patterns name, without those in their gaps."""
        found: set[int] = set()
        for (start, end), gaps in self._matches(rendered):
            found.update(i for i in range(start, end) if not any(a <= i < b for a, b in gaps))
        return found

    def _matches(self, rendered: str) -> Iterator[tuple[tuple[int, int], list[tuple[int, int]]]]:
        position = 1
        while self.expression and (match := self.expression.search(rendered, position)):
            gaps = [_words_between(rendered, *span) for span in match.regs[1:] if span[0] >= 0]
            yield _words_between(rendered, *match.span()), gaps
            position = max(match.end(), match.start() + 1)


def _words_between(rendered: str, start: int, end: int) -> tuple[int, int]:
    return rendered.count(" ", 0, start) - 1, rendered.count(" ", 0, end) - 1


def words_of(patterns: Iterable[str]) -> set[str]:
    """The single words, with their marks, that patterns of one slot name."""
    single = (pattern.lower().split("|") for pattern in patterns if " " not in pattern)
    return {syllable(word) for choices in single for word in choices if "_" not in word}
