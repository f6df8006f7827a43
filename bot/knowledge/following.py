"""Messages that only make sense with what was talked about before."""

from __future__ import annotations

from collections.abc import Sequence

from bot.knowledge.finding import Finder
from bot.knowledge.hearing import Heard
from bot.knowledge.lexicon import Lexicon
from bot.knowledge.procedures import Knowledge
from bot.knowledge.reading import Context, Reading, Thresholds, answer
from bot.knowledge.search import Hit

_PLAIN = 0.7  # share of a wording that was said, when a message names something
_WHOLE = 0.99  # share of a wording that was said, when nothing of it is missing
_RELATIVE = 0.75  # the same for a relative of what was talked about
_TOLD = 0.5  # the same in a story


def topical(hits: Sequence[Hit], least: float) -> bool:
    """Whether the best hit scores at least so much and its wording was mostly said."""
    return bool(hits) and hits[0].score >= least and hits[0].said > _PLAIN


def _plainly(hit: Hit) -> bool:
    """Whether all of a wording was said and it explains most of the message."""
    return hit.said > _WHOLE and hit.explained > _PLAIN


class Following:
    """Reads a message as going on with a conversation."""

    def __init__(self, knowledge: Knowledge, finder: Finder, thresholds: Thresholds) -> None:
        self._knowledge = knowledge
        self._finder = finder
        self._lexicon: Lexicon = finder.lexicon
        self._limits = thresholds

    def story(self, heard: Heard, before: str, hits: Sequence[Hit]) -> list[Hit] | None:
        """What a story told before makes of a question that names nothing (`nhà tôi vừa có bé` … `cần làm giấy gì`)."""
        vague = bool(hits) and hits[0].entry.kind == "topic"
        if not before or (topical(hits, self._limits.fresh) and not vague):
            return None
        joined = self._finder.hear(before if vague else f"{before} {heard.text}")
        found = [hit for hit in self._finder.find(joined).hits if not vague or hit.entry.kind == "procedure"]
        least = self._limits.offer if vague else self._limits.follow
        return found if found and found[0].score >= least and found[0].said >= _TOLD else None

    def on(self, heard: Heard, context: Context, hits: Sequence[Hit]) -> Reading | None:
        """The procedure talked about, an earlier one, or a relative, when the message goes on with it."""
        if not context.history:
            return None
        code = context.history[-1]
        if topical(hits, self._limits.fresh):
            vague = hits[0].entry.kind == "topic"
            return self._relative(heard, code, heard.facets.names or context.facets) if vague else None
        if len(context.history) > 1 and self._lexicon.previous.found(heard.rendered):
            if topical(hits, self._limits.follow):
                return None
            code = context.history[-2]
        facets = self._facets(heard, context)
        if not heard.fresh:
            return answer(code, facets)
        return self._relative(heard, code, facets) or self._same(heard, code, facets, hits)

    def _facets(self, heard: Heard, context: Context) -> tuple[str, ...]:
        again = self._lexicon.carry_on.found(heard.rendered) and not heard.facets.asked
        return (again and context.facets) or heard.facets.names or context.facets

    def _relative(self, heard: Heard, code: str, facets: tuple[str, ...]) -> Reading | None:
        """Another procedure that all new words fit together with the name of the one talked about."""
        found, fresh = self._finder.beside(self._knowledge.procedures[code].name, heard)
        fitting = [hit.entry.ref for hit in found if fresh <= hit.covered and hit.said > _RELATIVE]
        if self._lexicon.correction.found(heard.rendered):
            fitting = [other for other in fitting if other != code]
        return answer(fitting[0], facets, code) if fitting and fitting[0] != code else None

    def _same(self, heard: Heard, code: str, facets: tuple[str, ...], hits: Sequence[Hit]) -> Reading | None:
        """The procedure talked about: a case of it, or a facet with a few words around."""
        conditional = self._lexicon.conditional.found(heard.rendered)
        best = hits[0] if hits else None
        if best and best.score > self._limits.follow and not conditional:
            return None
        if best and self._names_another(best, code, heard):
            return None
        if conditional or self._fits(heard, code) or self._asks(heard, hits):
            return answer(code, facets)
        return None

    def _names_another(self, best: Hit, code: str, heard: Heard) -> bool:
        whole = (len(best.covered) >= len(heard.fresh) and best.said > 0.6) or _plainly(best)
        return best.entry.ref != code and whole and best.score > self._limits.answer

    def _fits(self, heard: Heard, code: str) -> bool:
        """Whether a wording of the procedure holds at least half of the new words."""
        found, fresh = self._finder.beside(self._knowledge.procedures[code].name, heard)
        here = next((hit for hit in found if hit.entry.ref == code), None)
        return here is not None and len(here.covered & fresh) * 2 >= len(fresh)

    def _asks(self, heard: Heard, hits: Sequence[Hit]) -> bool:
        asks = bool(heard.facets.names) or self._lexicon.carry_on.found(heard.rendered)
        return asks and (len(heard.fresh) <= 2 or not topical(hits, self._limits.answer))
