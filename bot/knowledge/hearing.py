"""A message prepared once for all that reads it: its words, what they ask for, and which of them only frame it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass

from bot.knowledge.facets import Facets, find_facets, with_word
from bot.knowledge.lexicon import Lexicon
from bot.knowledge.patterns import render
from bot.knowledge.vietnamese import Token, share_marked, tokens

_CLAUSE_END = re.compile(r"[.;?!\n]+|,(?!\d)|\s[-–]\s|:(?:\s|$)")
_TYPED_WITH_MARKS = 0.2  # share of marked words from which a message is typed with marks
_JOINS = {"con", "va", "nhung", "ma"}  # còn, và, nhưng, mà: may begin another question


@dataclass(frozen=True, slots=True)
class Heard:
    """`rendered` is what patterns match; `light` are positions of words that frame the question and name nothing."""

    text: str
    words: tuple[Token, ...]
    rendered: str
    facets: Facets
    fillers: frozenset[int]
    light: frozenset[int]
    bare: bool  # typed without marks

    @property
    def fresh(self) -> list[int]:
        """Positions of words that may name something; bare figures name nothing."""
        return [i for i, word in enumerate(self.words) if i not in self.light and not word.key.isdigit()]

    def consists_of(self, places: Set[int]) -> bool:
        """Whether the words at these places and fillers are all there is, and some of these."""
        return bool(places) and len(places | self.fillers) == len(self.words)

    def parted(self, left: int, right: int) -> bool:
        """Whether a clause ends between two neighbouring words."""
        between = self.text[self.words[left].end : self.words[right].start]
        return bool(_CLAUSE_END.search(between))

    def clauses(self) -> Iterator[tuple[int, int]]:
        """Ranges of words between ends of clauses and joining words, those that name something."""
        fresh, start = set(self.fresh), 0
        for i in range(1, len(self.words) + 1):
            if i == len(self.words) or self.parted(i - 1, i) or self.words[i].key in _JOINS:
                if fresh.intersection(range(start, i)):
                    yield start, i
                start = i


@dataclass(frozen=True, slots=True)
class Noted:
    """What the knowledge says of the words of a message: positions of words without topic, words without marks that
    mean what they say in a message typed with marks, and positions of words that make a known pair with the next."""

    fillers: frozenset[int]
    exact: frozenset[str]
    linked: frozenset[int]


def hear(lexicon: Lexicon, text: str, words: tuple[Token, ...], noted: Noted) -> Heard:
    """Prepare the words of a cleaned text."""
    bare = share_marked(tokens(text)) < _TYPED_WITH_MARKS
    rendered = render(words, () if bare else noted.exact)
    facets = find_facets(lexicon, rendered)
    if not facets.asked and (place := _facet_word(lexicon, words, noted)) is not None:
        facets = with_word(facets, lexicon.facet_words[words[place].text], place)
    framing = (
        lexicon.frame.words(rendered) | lexicon.compare.words(rendered) | lexicon.carry_on.words(rendered)
    )
    light = facets.words | framing | noted.fillers
    return Heard(text, words, rendered, facets, noted.fillers, light, bare)


def _facet_word(lexicon: Lexicon, words: tuple[Token, ...], noted: Noted) -> int | None:
    """The place of a word that asks by itself (`phi`, `hạn`): alone, or beside what it is asked of."""
    telling = [i for i in range(len(words)) if i not in noted.fillers]
    known = [i for i in telling if words[i].text in lexicon.facet_words and i - 1 not in noted.linked]
    if not known:
        return None
    at = known[0]
    if all(word.key in lexicon.choice_courtesies for i, word in enumerate(words) if i != at):
        return at
    following = words[at + 1].key if at + 1 < len(words) else ""
    aside = at in {0, len(words) - 1} and words[at].key in lexicon.facet_beside
    return at if aside and following not in lexicon.facet_beside_not else None
