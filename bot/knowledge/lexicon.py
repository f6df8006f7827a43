"""The words around a question: lexicon.yaml and intents.yaml, loaded once and compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.knowledge.patterns import Patterns, words_of
from bot.knowledge.vietnamese import key, phrase_key, tokens

HERE = Path(__file__).parent
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

FACETS = (
    "documents", "fee", "deadline", "place", "steps", "online", "forms", "legal_basis", "conditions", "result", "agency",
)  # fmt: skip


@dataclass(frozen=True)
class Lexicon:
    """Compiled patterns and word lists. `shorthand` maps a key to the words that it stands for."""

    shorthand: Mapping[str, tuple[str, ...]]
    fillers: Patterns
    filler_words: frozenset[str]
    frame: Patterns
    compare: Patterns
    facets: Mapping[str, Patterns]
    facet_words: frozenset[str]
    carry_on: Patterns
    previous: Patterns
    first: Patterns
    correction: Patterns
    negated: Patterns
    ordinals: Mapping[str, int]
    choice_words: frozenset[str]
    intents: Mapping[str, Patterns]

    @staticmethod
    def load(folder: Path = HERE) -> Lexicon:
        """The lexicon that ships with the program."""
        words = yaml.load((folder / "lexicon.yaml").read_text("utf-8"), _Loader)  # noqa: S506 - a C or Python SafeLoader
        intents = yaml.load((folder / "intents.yaml").read_text("utf-8"), _Loader)  # noqa: S506
        facets: dict[str, list[str]] = words["facets"]
        return Lexicon(
            shorthand={
                tokens(str(short))[0].text: tuple(token.text for token in tokens(str(long)))
                for short, long in words["shorthand"].items()
            },
            fillers=Patterns.compile(words["fillers"], lenient=True),
            filler_words=frozenset(words_of(words["fillers"])),
            frame=Patterns.compile(words["frame"], lenient=True),
            compare=Patterns.compile(words["compare"]),
            facets={name: Patterns.compile(patterns, lenient=True) for name, patterns in facets.items()},
            facet_words=frozenset().union(*(words_of(patterns) for patterns in facets.values())),
            carry_on=Patterns.compile(words["carry_on"]),
            previous=Patterns.compile(words["back"]["previous"]),
            first=Patterns.compile(words["back"]["first"]),
            correction=Patterns.compile(words["correction"]),
            negated=Patterns.compile(words["negated"]),
            ordinals={phrase_key(said): int(n) for n, sayings in words["ordinals"].items() for said in sayings},
            choice_words=frozenset(key(word) for word in words["choice_words"]),
            intents={
                name: Patterns.compile(patterns, lenient=name in {"small_talk", "praise", "praise_not"})
                for name, patterns in intents.items()
            },
        )
