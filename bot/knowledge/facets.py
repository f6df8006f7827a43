"""Which facets of a procedure a message asks for, and which of its words ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.knowledge.lexicon import FACETS, Lexicon

_WEAK = {"steps_weak": "steps", "online_weak": "online"}


@dataclass(frozen=True, slots=True)
class Facets:
    """Facets in their usual order, each with the words that ask; `weak` ones count only when no other was asked."""

    asked: dict[str, tuple[tuple[int, int], ...]]
    weak: tuple[str, ...]
    words: frozenset[int]  # positions of all words that ask

    @property
    def names(self) -> tuple[str, ...]:
        """The facets to answer, in their usual order."""
        chosen = [name for name in FACETS if name in self.asked]
        return tuple(chosen or [name for name in FACETS if name in self.weak])


def find_facets(lexicon: Lexicon, rendered: str) -> Facets:
    """The facets of a rendered message."""
    asked = {name: tuple(lexicon.facets[name].spans(rendered)) for name in FACETS}
    weak = tuple(facet for name, facet in _WEAK.items() if lexicon.facets[name].found(rendered))
    words = frozenset().union(*(patterns.words(rendered) for patterns in lexicon.facets.values()))
    return Facets({name: spans for name, spans in asked.items() if spans}, weak, words)


def without_named(facets: Sequence[str], found: Facets, covered: frozenset[int]) -> tuple[str, ...]:
    """Facets less those whose words all belong to the name of the thing itself (`chi phí` of *hỗ trợ chi phí mai táng*)."""
    kept = []
    for name in facets:
        spans = found.asked.get(name, ())
        if spans and all(set(range(start, end)) <= covered for start, end in spans):
            continue
        kept.append(name)
    return tuple(kept)
