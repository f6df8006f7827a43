"""The words around a question: lexicon.yaml and intents.yaml, loaded once and compiled."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.knowledge.patterns import Patterns, words_of
from bot.knowledge.vietnamese import key, phrase_key, tokens

HERE = Path(__file__).parent
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

FACETS = (
    "documents", "fee", "deadline", "place", "steps", "online",
    "forms", "legal_basis", "conditions", "result", "agency",
)  # fmt: skip


@dataclass(frozen=True)
class Lexicon:
    """Compiled patterns and word lists. `shorthand` maps a key to the words that it stands for."""

    shorthand: Mapping[str, tuple[str, ...]]
    usual: frozenset[
        str
    ]  # keys of all words named in the lexicon, an alarm or a matter: known, whatever the cards say
    fillers: Patterns
    filler_words: frozenset[str]  # with their marks
    filler_keys: frozenset[str]
    frame: Patterns
    concepts: tuple[tuple[tuple[str, ...], Patterns], ...]
    compare: Patterns
    interrogative: Patterns
    overview: Patterns
    facets: Mapping[str, Patterns]
    carry_on: Patterns
    conditional: Patterns
    previous: Patterns
    first: Patterns
    correction: Patterns
    negated: Patterns
    ordinals: Mapping[str, int]
    numerals: Mapping[str, int]  # one-word ordinals as typed with their marks
    choice_words: frozenset[str]
    choice_joins: frozenset[str]
    choice_courtesies: frozenset[str]
    moves: Mapping[str, Patterns]
    facet_words: Mapping[str, str]  # by a single word, with and without its marks
    facet_beside: frozenset[str]  # keys of those that also ask before or after a name
    facet_beside_not: frozenset[str]  # keys of words before which they do not
    intents: Mapping[str, Patterns]
    alarms: Mapping[str, Patterns]  # kinds of emergency, by who helps
    office: Mapping[str, Patterns]
    grievances: Mapping[str, Patterns]  # by the purpose of the hotline that comes first, in this order
    wrongs: Mapping[str, Patterns]  # by the facet whose lawful answer stands beside a complaint
    matters: Mapping[str, Patterns]  # what is asked of the assistant itself

    def says(self, name: str, rendered: str) -> bool:
        """Whether a sign of intents.yaml is found and its `_not` is not."""
        return self.intents[name].found(rendered) and not self.intents[f"{name}_not"].found(rendered)

    @staticmethod
    def load(folder: Path = HERE) -> Lexicon:
        """The lexicon that ships with the program."""
        words = yaml.load((folder / "lexicon.yaml").read_text("utf-8"), _Loader)  # noqa: S506 - a C or Python SafeLoader
        intents = yaml.load((folder / "intents.yaml").read_text("utf-8"), _Loader)  # noqa: S506
        facets: dict[str, list[str]] = words["facets"]
        intents = _spelled_out(intents, intents.pop("classes"))
        office: dict[str, list[str]] = intents.pop("office")
        grievances: dict[str, list[str]] = intents.pop("grievances")
        wrongs: dict[str, list[str]] = intents.pop("wrongs")
        matters: dict[str, list[str]] = intents.pop("matters")
        alarms: dict[str, list[str]] = intents["emergency"]
        intents["emergency"] = [pattern for patterns in alarms.values() for pattern in patterns]
        return Lexicon(
            shorthand={
                tokens(str(short))[0].text: tuple(token.text for token in tokens(str(long)))
                for short, long in words["shorthand"].items()
                if len(tokens(str(short))) == 1
            },
            usual=frozenset(_all_words([words, matters, alarms])),
            fillers=Patterns.compile(words["fillers"], lenient=True),
            filler_words=frozenset(words_of(words["fillers"])),
            filler_keys=frozenset(map(key, words_of(words["fillers"]))),
            concepts=tuple(
                (
                    tuple(token.text for token in tokens(concept["means"])),
                    Patterns.compile(concept["said"], lenient=True),
                )
                for concept in words["concepts"]
            ),
            frame=Patterns.compile(words["frame"], lenient=True),
            compare=Patterns.compile(words["compare"]),
            interrogative=Patterns.compile(words["interrogative"], lenient=True),
            overview=Patterns.compile(words["overview"]),
            facets={name: Patterns.compile(patterns) for name, patterns in facets.items()},
            carry_on=Patterns.compile(words["carry_on"]),
            conditional=Patterns.compile(words["conditional"]),
            previous=Patterns.compile(words["back"]["previous"]),
            first=Patterns.compile(words["back"]["first"]),
            correction=Patterns.compile(words["correction"]),
            negated=Patterns.compile(words["negated"]),
            ordinals={
                phrase_key(said): int(n) for n, sayings in words["ordinals"].items() for said in sayings
            },
            numerals={
                tokens(said)[0].text: int(n)
                for n, sayings in words["ordinals"].items()
                for said in sayings
                if len(tokens(said)) == 1 and int(n) > 0
            },
            choice_words=frozenset(key(word) for word in words["choice_words"]),
            choice_joins=frozenset(key(word) for word in words["choice_joins"]),
            choice_courtesies=frozenset(key(word) for word in words["choice_courtesies"]),
            moves={name: Patterns.compile(said, lenient=True) for name, said in words["moves"].items()},
            facet_words={
                form: facet
                for facet, said in words["facet_words"].items()
                for word in said
                for form in (word, key(word))
            },
            facet_beside=frozenset(key(word) for word in words["facet_beside"]),
            facet_beside_not=frozenset(key(word) for word in words["facet_beside_not"]),
            intents={
                name: Patterns.compile(patterns, lenient=name in {"small_talk", "praise", "praise_not"})
                for name, patterns in intents.items()
            },
            alarms={name: Patterns.compile(patterns) for name, patterns in alarms.items()},
            office={name: Patterns.compile(patterns) for name, patterns in office.items()},
            grievances={name: Patterns.compile(patterns) for name, patterns in grievances.items()},
            wrongs={name: Patterns.compile(patterns) for name, patterns in wrongs.items()},
            matters={name: Patterns.compile(patterns, lenient=True) for name, patterns in matters.items()},
        )


def _spelled_out(part: Any, classes: Mapping[str, str]) -> Any:
    """The same with the words of each class where a pattern names it (`<sum>`)."""
    if isinstance(part, dict):
        return {name: _spelled_out(value, classes) for name, value in part.items()}
    if isinstance(part, list):
        return [_spelled_out(value, classes) for value in part]
    return re.sub(r"<(\w+)>", lambda match: classes[match.group(1)], part)


def _all_words(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield from (token.key for token in tokens(re.sub(r"#[^\W_]*|[_|*?!]", " ", part)))
    elif isinstance(part, dict):
        for value in part.values():
            yield from _all_words(value)
    elif isinstance(part, list):
        for value in part:
            yield from _all_words(value)
