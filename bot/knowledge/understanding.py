"""What a message wants: which kind of reaction, which procedures, which facets. Pure; thresholds are data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.knowledge.facets import Facets, find_facets, without_named
from bot.knowledge.lexicon import Lexicon
from bot.knowledge.patterns import render
from bot.knowledge.procedures import Knowledge
from bot.knowledge.search import Hit, Index
from bot.knowledge.vietnamese import Token, clean

Outcome = Literal["answer", "clarify", "no_answer", "complaint", "legal_guide", "emergency", "small_talk"]

MOST_WORDS = 400
_CLAUSE_END = re.compile(r"[.;?!\n]+|,(?!\d)|\s[-–]\s|:\s")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where one reaction gives way to another; found by `python -m bot calibrate`."""

    answer: float = 0.42  # least score of an answer
    offer: float = 0.26  # least score of something offered in a choice
    margin: float = 0.90  # a rival nearer than this share of the best makes it a choice
    explained: float = 0.34  # least share of the message that an answer explains
    second: float = 0.55  # least score of each of several questions in one message
    follow: float = 0.60  # below it a message after an answer stays with that answer's procedure


@dataclass(frozen=True, slots=True)
class Context:
    """What a conversation was about: procedures newest last, the last list shown, the facets last asked."""

    history: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """One question: the procedure, the facets, and the named case of it that was told."""

    code: str
    facets: tuple[str, ...] = ()
    case: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """The outcome for a message. `procedures` are best first; `elsewhere` and `topic` are references of entries."""

    outcome: Outcome
    tasks: tuple[Task, ...] = ()
    procedures: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()
    elsewhere: str = ""
    topic: str = ""
    chosen: bool = False  # picked from the list shown


@dataclass(frozen=True, slots=True)
class _Heard:
    """A message prepared once: its words, their rendering, the facets asked."""

    text: str
    words: tuple[Token, ...]
    rendered: str
    facets: Facets


class Reader:
    """Reads messages against one knowledge base."""

    def __init__(self, knowledge: Knowledge, lexicon: Lexicon, thresholds: Thresholds) -> None:
        self.knowledge = knowledge
        self.lexicon = lexicon
        self.thresholds = thresholds
        self.index = Index(knowledge, lexicon)

    def read(self, text: str, context: Context = Context()) -> Reading:  # noqa: B008 - frozen
        """The reading of one message in its conversation."""
        heard = self._hear(text)
        return (
            self._alarm(heard)
            or self._choice(heard, context)
            or self._small_talk(heard)
            or self._report(heard)
            or self._question(heard, context)
        )

    def _hear(self, text: str) -> _Heard:
        cleaned = clean(text)
        words = tuple(self.index.read(cleaned)[:MOST_WORDS])
        rendered = render(words)
        return _Heard(cleaned, words, rendered, find_facets(self.lexicon, rendered))

    def _alarm(self, heard: _Heard) -> Reading | None:
        intents = self.lexicon.intents
        if intents["emergency"].found(heard.rendered) and not intents["emergency_not"].found(heard.rendered):
            return Reading("emergency")
        return None

    def _small_talk(self, heard: _Heard) -> Reading | None:
        intents = self.lexicon.intents
        if not heard.words:
            return Reading("small_talk")
        talk = _positions(intents["small_talk"].spans(heard.rendered))
        rest = set(range(len(heard.words))) - talk - _positions(self.lexicon.fillers.spans(heard.rendered))
        if talk and not rest:
            return Reading("small_talk")
        praised = intents["praise"].found(heard.rendered) and not intents["praise_not"].found(heard.rendered)
        if praised and not heard.facets.asked:
            return Reading("small_talk")
        return None

    def _report(self, heard: _Heard) -> Reading | None:
        intents = self.lexicon.intents
        if intents["legal_guide"].found(heard.rendered) and not intents["legal_guide_not"].found(heard.rendered):
            return Reading("legal_guide")
        signs = len(intents["complaint"].spans(heard.rendered)) + len(intents["street"].spans(heard.rendered))
        asking = intents["complaint_not"].found(heard.rendered)
        if signs >= (2 if asking else 1):
            return Reading("complaint")
        return None

    def _choice(self, heard: _Heard, context: Context) -> Reading | None:
        """An ordinal that points at the list shown, or back at what was talked about."""
        place = self._ordinal(heard)
        if place is None:
            return None
        listed = context.shown
        if not listed and place in {1, -1} and len(context.history) > 1:
            listed = context.history
        if not listed or not (-1 <= place <= len(listed)) or place == 0:
            return None
        code = listed[place - 1] if place > 0 else listed[-1]
        facets = heard.facets.names or (context.facets if context.shown else ())
        return Reading("answer", (Task(code, facets),), (code,), facets, chosen=True)

    def _ordinal(self, heard: _Heard) -> int | None:
        keys = [word.key for word in heard.words]
        usual = self.lexicon.choice_words | self.lexicon.filler_words | self.lexicon.facet_words
        for length in (2, 1):
            for start in range(len(keys) - length + 1):
                said = " ".join(keys[start : start + length])
                place = self.lexicon.ordinals.get(said)
                if place is None and length == 1 and said.isdigit() and len(said) == 1:
                    place = int(said)
                others = [key for i, key in enumerate(keys) if not start <= i < start + length]
                bare_word = length == 1 and not said.isdigit() and said not in {"cuoi", "chot"}
                if place is not None and all(key in usual for key in others) and (not bare_word or not others):
                    return place
        return None

    def _question(self, heard: _Heard, context: Context) -> Reading:
        heard = self._meant(heard)
        clauses = list(self._clauses(heard))
        whole = self._search(heard, 0, len(heard.words))
        parts = [(part, self._search(heard, *part)) for part in clauses] if len(clauses) > 1 else []
        several = self._several(heard, whole, parts)
        if several:
            return several
        hits = _best([whole, *(hits for _, hits in parts)])
        if not hits or hits[0].score < self.thresholds.follow:
            stays = self._follow_up(heard, context, hits)
            if stays:
                return stays
        return self._decide(heard, context, hits)

    def _meant(self, heard: _Heard) -> _Heard:
        """Without what the person says they do not mean (`… chứ không phải khai sinh`)."""
        dropped: set[int] = set()
        for start, end in self.lexicon.negated.spans(heard.rendered):
            if end < len(heard.words) and start > 0:
                stop = next(
                    (i for i in range(end, len(heard.words)) if _separated(heard, i - 1, i) and i > end), len(heard.words)
                )
                dropped.update(range(start, stop))
        kept = tuple(word for i, word in enumerate(heard.words) if i not in dropped)
        if not dropped or not any(self._content(word) for word in kept):
            return heard
        rendered = render(kept)
        return _Heard(heard.text, kept, rendered, find_facets(self.lexicon, rendered))

    def _content(self, word: Token) -> bool:
        return word.key not in self.lexicon.filler_words and word.key not in self.lexicon.facet_words

    def _clauses(self, heard: _Heard) -> Iterator[tuple[int, int]]:
        start = 0
        for i in range(1, len(heard.words) + 1):
            if i == len(heard.words) or _separated(heard, i - 1, i) or heard.words[i].key in {"con", "va", "nhung", "ma"}:
                if any(self._content(word) for word in heard.words[start:i]):
                    yield start, i
                start = i

    def _search(self, heard: _Heard, start: int, end: int) -> list[Hit]:
        words = heard.words[start:end]
        light = [
            i - start
            for i in range(start, end)
            if i in heard.facets.words or heard.words[i].key in self.lexicon.filler_words
        ]
        return self.index.search(self.index.query(words, light))

    def _several(
        self, heard: _Heard, whole: list[Hit], parts: Sequence[tuple[tuple[int, int], list[Hit]]]
    ) -> Reading | None:
        """Two or more questions in one message, each about another procedure."""
        tasks: list[Task] = []
        for (start, end), hits in parts:
            top = hits[0] if hits else None
            facets = self._facets_within(heard, start, end)
            if not top or top.entry.kind != "procedure" or top.score < self.thresholds.second or top.said < 0.9:
                if tasks and facets and not top:
                    tasks[-1] = replace(tasks[-1], facets=tuple(dict.fromkeys((*tasks[-1].facets, *facets))))
                continue
            if top.entry.ref in {task.code for task in tasks}:
                continue
            tasks.append(Task(top.entry.ref, facets))
        if len(tasks) < 2 or (whole and whole[0].said > 0.95 and whole[0].explained > 0.85):
            return None
        codes = tuple(task.code for task in tasks)
        return Reading("answer", tuple(tasks), codes, heard.facets.names)

    def _facets_within(self, heard: _Heard, start: int, end: int) -> tuple[str, ...]:
        return tuple(
            name
            for name in heard.facets.names
            if any(start <= a < end for a, _ in heard.facets.asked.get(name, ())) or name not in heard.facets.asked
        )

    def _follow_up(self, heard: _Heard, context: Context, hits: Sequence[Hit]) -> Reading | None:
        """A message that only makes sense with what was talked about before."""
        if not context.history:
            return None
        code = context.history[-1]
        if self.lexicon.previous.found(heard.rendered) and len(context.history) > 1 and not self._topical(hits):
            code = context.history[-2]
        fresh = [word for word in heard.words if self._content(word)]
        asks = bool(heard.facets.names) or self.lexicon.carry_on.found(heard.rendered)
        if fresh and not asks:
            return None
        if self._topical(hits):
            return None
        facets = heard.facets.names or context.facets
        return Reading("answer", (Task(code, facets),), (code,), facets)

    def _topical(self, hits: Sequence[Hit]) -> bool:
        return bool(hits) and hits[0].score >= self.thresholds.answer and hits[0].said > 0.7

    def _decide(self, heard: _Heard, context: Context, hits: Sequence[Hit]) -> Reading:
        ranked = tuple(hit.entry.ref for hit in hits if hit.entry.kind == "procedure")
        facets = heard.facets.names
        if not hits or hits[0].score < self.thresholds.offer:
            return Reading("no_answer", procedures=ranked[:5], facets=facets)
        top = hits[0]
        if top.entry.kind == "elsewhere":
            return Reading("no_answer", procedures=ranked[:5], facets=facets, elsewhere=top.entry.ref)
        if top.entry.kind == "topic":
            return self._topic(top, ranked, facets)
        rivals = [hit for hit in hits[1:] if hit.score > top.score * self.thresholds.margin]
        sure = top.score >= self.thresholds.answer and top.explained >= self.thresholds.explained
        if sure and not rivals:
            facets = without_named(facets, heard.facets, frozenset())
            if not facets and self.lexicon.carry_on.found(heard.rendered):
                facets = context.facets
            return Reading("answer", (Task(top.entry.ref, facets),), ranked, facets)
        if sure or top.explained >= self.thresholds.explained:
            offered = tuple(hit.entry.ref for hit in hits[:6] if hit.entry.kind == "procedure" and hit.score > top.score * 0.6)
            if len(offered) > 1:
                return Reading("clarify", procedures=offered, facets=facets)
        if sure:
            return Reading("answer", (Task(top.entry.ref, facets),), ranked, facets)
        return Reading("no_answer", procedures=ranked[:5], facets=facets)

    def _topic(self, top: Hit, ranked: Sequence[str], facets: tuple[str, ...]) -> Reading:
        kind, _, name = top.entry.ref.partition(":")
        if kind == "topic":
            listed: Sequence[str] = self.knowledge.topics[int(name)].procedures
        else:
            within = [code for code in ranked if self.knowledge.procedures[code].field == name]
            others = [code for code, entry in self.knowledge.procedures.items() if entry.field == name]
            listed = list(dict.fromkeys([*within, *others]))
        return Reading("clarify", procedures=tuple(listed[:6]), facets=facets, topic=top.entry.ref)


def _positions(spans: Sequence[tuple[int, int]]) -> set[int]:
    return {i for start, end in spans for i in range(start, end)}


def _separated(heard: _Heard, left: int, right: int) -> bool:
    between = heard.text[heard.words[left].end : heard.words[right].start]
    return bool(_CLAUSE_END.search(between + " "))


def _best(lists: Sequence[Sequence[Hit]]) -> list[Hit]:
    best: dict[str, Hit] = {}
    for hits in lists:
        for hit in hits:
            if hit.entry.ref not in best or hit.score > best[hit.entry.ref].score:
                best[hit.entry.ref] = hit
    return sorted(best.values(), key=lambda hit: (-hit.score, hit.entry.ref))
