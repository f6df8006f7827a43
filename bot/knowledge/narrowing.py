"""A few words after a list that tell which of it is meant: `làm căn cước` … `bị mất`."""

from __future__ import annotations

from collections.abc import Sequence

from bot.knowledge.finding import Finder
from bot.knowledge.following import topical
from bot.knowledge.hearing import Heard
from bot.knowledge.procedures import Knowledge
from bot.knowledge.reading import Context, Reading, Thresholds, answer
from bot.knowledge.search import Hit
from bot.knowledge.vietnamese import wording

_MOST_SAID = 8  # words; who says more begins anew
_EXPLAINED = 0.6  # share of the new words; what explains less must be likelier
_RIVAL = 0.9  # one nearer than this share of the best, that explains as many words, is as good


class Narrowing:
    """Picks from the list shown, or makes it shorter."""

    def __init__(self, knowledge: Knowledge, finder: Finder, thresholds: Thresholds) -> None:
        self._knowledge = knowledge
        self._finder = finder
        self._limits = thresholds

    def within(self, heard: Heard, context: Context) -> Reading | None:
        """What the words say of the list; a facet alone keeps the list and is remembered for the choice."""
        if not context.choosing or len(heard.words) > _MOST_SAID:
            return None
        if not heard.fresh:
            asked = heard.facets.names if heard.facets.asked else ()
            again = Reading("clarify", procedures=context.shown, facets=asked, chosen=True)
            return again if asked else None
        if self._leaves(heard, context):
            return None
        near = self._near(heard, context.shown)
        facets = heard.facets.names or context.facets
        if len(near) == 1:
            return answer(near[0], facets, chosen=True)
        shorter = 0 < len(near) < len(context.shown)
        return Reading("clarify", procedures=near, facets=facets) if shorter else None

    def _leaves(self, heard: Heard, context: Context) -> bool:
        """Whether the words name something that is not in the list."""
        hits = self._finder.find(heard).hits
        named = topical(hits, self._limits.follow) and hits[0].entry.kind == "procedure"
        return named and hits[0].entry.ref not in context.shown

    def _near(self, heard: Heard, shown: Sequence[str]) -> tuple[str, ...]:
        """The best of the list for the words together with those that all its names share, and its rivals."""
        shared = self._shared(shown)
        joined = self._finder.hear(" ".join((*shared, heard.text)))
        hits = [hit for hit in self._finder.find(joined).hits if hit.entry.ref in shown]
        fitting = [hit for hit in hits if _new(hit, len(shared))]
        if not fitting:
            return ()
        best = fitting[0]
        explained = sum(place + len(shared) in best.covered for place in heard.fresh) / len(heard.fresh)
        least = self._limits.fresh if explained < _EXPLAINED else self._limits.answer * (explained < 1)
        if best.score < least:
            return ()
        return tuple(
            hit.entry.ref
            for hit in fitting
            if hit.score > _RIVAL * best.score and _new(hit, len(shared)) >= _new(best, len(shared))
        )

    def _shared(self, shown: Sequence[str]) -> tuple[str, ...]:
        names = [wording(self._knowledge.procedures[code].name) for code in shown]
        keys = [{word.key for word in name} for name in names]
        return tuple(word.text for word in names[0] if all(word.key in held for held in keys))


def _new(hit: Hit, known: int) -> int:
    """How many words beyond the first `known` ones a hit explains."""
    return sum(place >= known for place in hit.covered)
