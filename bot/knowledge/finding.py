"""What a message names: the whole of it and each clause looked up, and the most specific wording put first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.knowledge.hearing import Heard, Noted, hear
from bot.knowledge.lexicon import Lexicon
from bot.knowledge.patterns import render
from bot.knowledge.procedures import Knowledge
from bot.knowledge.search import Hit, Index, Query
from bot.knowledge.vietnamese import Token, clean, wording

MOST_WORDS = 400
MOST_CLAUSES = 10  # of a long story; what matters stands in the first ones or is said again
_SPECIFIC = 0.8  # share of a wording that was said, when it goes before a shorter one
_LITTLE = 0.35  # share of what the best one holds that another may lack, when it holds what was meant
_NEAR_NAME = 20  # entries looked at beside the name of a procedure

Clause = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """Hits over the message and its clauses together, over the message as a whole, and over each clause alone."""

    hits: list[Hit]
    whole: list[Hit]
    clauses: list[tuple[Clause, list[Hit]]]


class Finder:
    """Hears messages and looks them up in one knowledge base."""

    def __init__(self, knowledge: Knowledge, lexicon: Lexicon, specific: float) -> None:
        """`specific`: least share of the best score of a procedure that holds more of the message."""
        self.lexicon = lexicon
        self._index = Index(knowledge, lexicon)
        self._specific = specific
        # Several look at the same message in turn; it is heard and looked up once.
        self._last = lru_cache(maxsize=1)(self._listen)
        self._found: tuple[Heard, Found] | None = None

    def hear(self, text: str) -> Heard:
        """A message prepared for reading; of a very long one its beginning."""
        return self._last(clean(text))

    def meant(self, heard: Heard) -> Heard:
        """Without what the person says they do not mean (`… chứ không phải khai sinh`)."""
        dropped: set[int] = set()
        count = len(heard.words)
        for start, end in self.lexicon.negated.spans(heard.rendered):
            stop = next((i for i in range(end + 1, count) if heard.parted(i - 1, i)), count)
            dropped.update(range(start, stop))
        kept = [i for i in range(count) if i not in dropped]
        if not dropped or not set(kept) & set(heard.fresh):
            return heard
        return self._heard(heard.text, tuple(heard.words[i] for i in kept))

    def find(self, heard: Heard) -> Found:
        """What the whole message and each of its clauses name."""
        if self._found is None or self._found[0] is not heard:
            self._found = heard, self._look_up(heard)
        return self._found[1]

    def _look_up(self, heard: Heard) -> Found:
        whole = self._query(heard, (0, len(heard.words)))
        pool = self._index.pool(whole)
        said = self._index.match(whole)
        matches = list(said)
        ranges = list(heard.clauses())
        clauses: list[tuple[Clause, list[Hit]]] = []
        for clause in ranges[:MOST_CLAUSES] if len(ranges) > 1 else []:
            query = self._query(heard, clause)
            within = self._index.match(query)
            clauses.append((clause, self._index.rank(within, self._index.pool(query), 2)))
            matches.extend(within)
        ranked = self._index.rank(_best(matches), pool)
        return Found(self._more_specific(ranked, said, whole), self._index.rank(said, pool, 1), clauses)

    def beside(self, name: str, heard: Heard) -> tuple[list[Hit], frozenset[int]]:
        """Procedures for a message read together with a procedure's name, and where its own telling words stand.

        Words that mean what a hit says (`đóng hẳn`: chấm dứt) are covered by it.
        """
        named = wording(name)
        light = [i + len(named) for i in heard.light]
        concepts = list(self._meant_in(heard))
        implied = [word for meant, _ in concepts for word in meant]
        query = self._index.query((*named, *heard.words), heard.bare, light, implied)
        hits = [hit for hit in self._index.search(query, _NEAR_NAME) if hit.entry.kind == "procedure"]
        first = len(named) + len(heard.words)
        for meant, places in concepts:
            unsaid = frozenset(range(first, first + len(meant)))
            said = frozenset(i + len(named) for i in places)
            hits = [
                replace(hit, covered=hit.covered | said) if unsaid <= hit.covered else hit for hit in hits
            ]
            first += len(meant)
        return hits, frozenset(i + len(named) for i in heard.fresh)

    def _meant_in(self, heard: Heard) -> Iterator[tuple[tuple[str, ...], set[int]]]:
        """Words that were meant, with where the words stand that mean them."""
        for meant, said in self.lexicon.concepts:
            places = said.words(heard.rendered)
            if places and not places <= heard.facets.words:
                yield meant, places

    def _listen(self, cleaned: str) -> Heard:
        return self._heard(cleaned, tuple(self._index.read(cleaned)[:MOST_WORDS]))

    def _heard(self, text: str, words: tuple[Token, ...]) -> Heard:
        index = self._index
        noted = Noted(index.fillers(words), index.exact(words), index.linked(words))
        return hear(self.lexicon, text, words, noted)

    def _query(self, heard: Heard, clause: Clause) -> Query:
        start, end = clause
        words = heard.words[start:end]
        light = [i - start for i in heard.light if start <= i < end]
        # A word that asks (`mất bao lâu`) tells nothing of the case (`mất giấy`).
        rendered = render([word for i, word in enumerate(words, start) if i not in heard.facets.words])
        implied = [word for meant, said in self.lexicon.concepts if said.found(rendered) for word in meant]
        return self._index.query(words, heard.bare, light, implied)

    def _more_specific(self, hits: list[Hit], said: Sequence[Hit], query: Query) -> list[Hit]:
        """A procedure whose wording holds all that the best one's holds of the message, and more, goes before it; so
        does one that holds what was meant and not said (`chồng người Hàn`: người nước ngoài) and most of the rest."""
        if not hits or hits[0].entry.kind == "elsewhere":
            return hits
        top = hits[0]
        held = {hit.number: hit.covered & query.telling for hit in said}
        own = held.get(top.number, frozenset())
        whole = {hit.number for hit in said if hit.said > _SPECIFIC and hit.entry.kind == "procedure"}
        better = [
            hit
            for hit in hits[1:]
            if hit.number in whole and _holds(query, held[hit.number], own)
            if hit.score > self._specific * top.score
        ]
        if not own or not better:
            return hits
        best = max(better, key=lambda hit: (len(held[hit.number]), hit.score))
        return [replace(best, score=top.score), *(hit for hit in hits if hit is not best)]


def _holds(query: Query, held: frozenset[int], own: frozenset[int]) -> bool:
    """Whether `held` is more than `own`: all of it and more, or most of it and more of both the said and the meant."""
    if own < held:
        return True
    if not (own & query.meant < held & query.meant and held - own - query.meant):
        return False
    lost, whole = (sum(query.needs[i] for i in places) for places in (own - held, own))
    return lost < _LITTLE * whole


def _best(hits: Sequence[Hit]) -> list[Hit]:
    best: dict[int, Hit] = {}
    for hit in hits:
        if hit.number not in best or hit.score > best[hit.number].score:
            best[hit.number] = hit
    return list(best.values())
