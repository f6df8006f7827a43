"""Which facets of a procedure a message asks for, and which of its words ask for them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.knowledge.lexicon import FACETS, Lexicon

_WEAK = {
    "steps_weak": "steps",
    "conditions_weak": "conditions",
    "online_weak": "online",
    "documents_weak": "documents",
}


Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Facets:
    """Facets with the words that ask; `weak` ones count only when no other was asked."""

    asked: dict[str, tuple[Span, ...]]
    weak: tuple[str, ...]
    words: frozenset[int]  # positions of all words that ask

    @property
    def names(self) -> tuple[str, ...]:
        """The facets to answer, in the order asked."""
        asked = tuple(sorted(self.asked, key=lambda name: self.asked[name][0]))
        if asked == ("legal_basis",) and "steps" in self.weak:  # "how, and where does it say so"
            return ("steps", *asked)
        return asked or self.weak[:1]


def find_facets(lexicon: Lexicon, rendered: str) -> Facets:
    """The facets of a rendered message; where the words of two overlap the longer wording wins."""
    spans = {name: lexicon.facets[name].spans(rendered) for name in FACETS}
    everything = [(span, name) for name, found in spans.items() for span in found]
    asked: dict[str, tuple[Span, ...]] = {}
    for name, found in spans.items():
        kept = tuple(span for span in found if not any(_outdone(span, name, *other) for other in everything))
        if kept:
            asked[name] = kept
    weak = tuple(facet for name, facet in _WEAK.items() if lexicon.facets[name].found(rendered))
    words = frozenset().union(*(patterns.words(rendered) for patterns in lexicon.facets.values()))
    return Facets(asked, weak, words)


def _outdone(span: Span, name: str, other: Span, other_name: str) -> bool:
    overlap = min(span[1], other[1]) - max(span[0], other[0])
    return name != other_name and overlap > 0 and other[1] - other[0] > span[1] - span[0]


def with_word(facets: Facets, name: str, place: int) -> Facets:
    """The facets with one more, asked by a single word."""
    asked = {**facets.asked, name: ((place, place + 1),)}
    return Facets(asked, facets.weak, facets.words | {place})
