"""Pointing instead of naming: `cái thứ hai`, `số 3`, `cái cuối`, or what tells one of a list apart."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.knowledge.hearing import Heard
from bot.knowledge.lexicon import Lexicon
from bot.knowledge.procedures import Knowledge, Procedure
from bot.knowledge.reading import Context, Reading, Task, answer, answers
from bot.knowledge.vietnamese import Token, wording

_MIDDLE = 0  # the ordinal of the one in the middle
_MOST_NAMED = 4  # words that name one of a list
_BETWEEN = 2  # other words between two of a case's wording
_CODE = re.compile(r"(?<![\d.])\d\.\d{6}(?!\d)")
_LONGEST_FIGURE = 6  # digits; a longer figure is no place of any list
_FIGURE = re.compile(r"[1-9]\d?")


def pointed_at(lexicon: Lexicon, heard: Heard, context: Context) -> Reading | None:
    """The one of the list shown, or of what was talked about, that an ordinal points at."""
    place = _ordinal(lexicon, heard)
    listed = context.shown
    if not listed and place in {1, -1} and len(context.history) > 1:
        listed = context.history
    if place is None or not listed:
        return None
    if place > len(listed):
        return Reading("clarify", procedures=listed, facets=context.facets) if context.shown else None
    at = (len(listed) - 1) // 2 if place == _MIDDLE else place - (place > 0)
    facets = heard.facets.names or (context.facets if context.shown else ())
    return answer(listed[at], facets, chosen=True)


def coded(knowledge: Knowledge, heard: Heard) -> Reading | None:
    """The procedures whose national codes are written in the message."""
    codes = [code for code in _CODE.findall(heard.text) if code in knowledge.procedures]
    facets = heard.facets.names
    return answers(tuple(Task(code, facets) for code in dict.fromkeys(codes)), facets) if codes else None


def places(lexicon: Lexicon, heard: Heard) -> tuple[int, ...]:
    """The places named by a message that holds nothing else (`1 và 3`, `cho em cái thứ hai`); empty otherwise."""
    found: list[int] = []
    keys = [word.key for word in heard.words]
    i = 0
    while i < len(keys):
        pair = lexicon.ordinals.get(" ".join(keys[i : i + 2]), 0) if i + 1 < len(keys) else 0
        place = pair if pair > 0 else _single(lexicon, heard, i)
        if place is not None:
            found.append(place)
        elif keys[i] not in lexicon.choice_words | lexicon.choice_joins | lexicon.choice_courtesies:
            return ()
        i += 2 if pair > 0 else 1
    return tuple(dict.fromkeys(found))


def ends_list(lexicon: Lexicon, heard: Heard) -> bool:
    """Whether the last of what is shown is meant."""
    return _ordinal(lexicon, heard) == -1


def _single(lexicon: Lexicon, heard: Heard, i: int) -> int | None:
    """The place that one word names: a figure, or a numeral alone or beside a word of choosing."""
    word = heard.words[i]
    if word.key.isdigit():
        return int(word.key[:_LONGEST_FIGURE])
    before = heard.words[i - 1].key if i else ""
    after = heard.words[i + 1].key if i + 1 < len(heard.words) else ""
    joined = bool(lexicon.choice_joins & {before, after})
    telling = len(heard.words) == 1 or joined or before in lexicon.choice_words
    return lexicon.numerals.get(word.text) if telling else None


def told_apart(knowledge: Knowledge, heard: Heard, context: Context) -> Reading | None:
    """The one of the list shown whose name alone holds all the words said (`gia hạn`, `khóa`)."""
    said = {heard.words[i].key for i in heard.fresh}
    if not said or len(said) > _MOST_NAMED:
        return None
    fitting = [
        code
        for code in context.shown
        if said <= {word.key for word in wording(knowledge.procedures[code].name)}
    ]
    return (
        answer(fitting[0], heard.facets.names or context.facets, chosen=True) if len(fitting) == 1 else None
    )


def told_case(procedure: Procedure, heard: Heard) -> str:
    """The case of a procedure of which one wording is said, word by word; the longest such wording wins."""
    said = _written(heard.words, heard.bare)
    best = ("", 0)
    for case, wordings in procedure.cases.items():
        for said_so in (case, *wordings):
            words = _written(wording(said_so), heard.bare)
            if len(words) > max(best[1], 1) and _in_order(words, said):
                best = (case, len(words))
    return best[0]


def _written(words: Sequence[Token], bare: bool) -> list[str]:
    return [word.key if bare else word.text for word in words]


def _in_order(words: Sequence[str], said: Sequence[str]) -> bool:
    """Whether the words follow each other in what was said, with few others between two of them."""
    return any(_follow(words[1:], said[i + 1 :]) for i, word in enumerate(said) if word == words[0])


def _follow(words: Sequence[str], said: Sequence[str]) -> bool:
    for word in words:
        if word not in said[: 1 + _BETWEEN]:
            return False
        said = said[said.index(word) + 1 :]
    return True


def _ordinal(lexicon: Lexicon, heard: Heard) -> int | None:
    """The place named (1 is the first, -1 the last, 0 the middle) when the message holds little else."""
    keys = [word.key for word in heard.words]
    idle = {i for i, key in enumerate(keys) if i in heard.light or key in lexicon.choice_words}
    for length in (2, 1):
        for start in range(len(keys) - length + 1):
            said = " ".join(keys[start : start + length])
            place = int(said) if _FIGURE.fullmatch(said) else lexicon.ordinals.get(said)
            others = set(range(len(keys))) - set(range(start, start + length))
            plain = length == 2 or said.isdigit() or not others or keys[start - 1] == "cai"
            if place is not None and plain and others <= idle:
                return place
    return None
