"""What a message wants: which kind of reaction, which procedures, which facets. Pure; thresholds are data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.knowledge.hearing import Heard, hear
from bot.knowledge.kinds import KINDS, Kind, KindModel, courtesy, features, office_matter, praise
from bot.knowledge.lexicon import Lexicon
from bot.knowledge.patterns import render
from bot.knowledge.procedures import Knowledge
from bot.knowledge.search import Hit, Index, Query
from bot.knowledge.vietnamese import Token, clean, tokens

Outcome = Literal["answer", "clarify", "no_answer", "complaint", "legal_guide", "emergency", "small_talk"]

MOST_WORDS = 400
SPECIFIC = 0.8  # share of a wording that was said, when it goes before a shorter one
SURE_ALARM = 0.75  # chance of an emergency that needs no other sign
SURE_TALK = 0.95  # chance of small talk that ends a subject
MIDDLE = 0  # the ordinal of the one in the middle
MOST_NAMED = 4  # words that name one of a list
STATEMENT = 6  # words; a shorter one may be the bare name of a procedure
MOST_CLAUSES = 12  # of a long story; what matters stands in the first ones or is said again


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where one reaction gives way to another; found by `python -m bot calibrate`. All are scores or shares of scores."""

    answer: float = 0.45  # least score of an answer
    said: float = 0.4  # least share of a wording that was said in an answer
    offer: float = 0.12  # least score of something offered in a choice
    clarify: float = 0.25  # least score of the best of a choice
    margin: float = 0.97  # a rival nearer than this share of the best makes it a choice
    within: float = 0.90  # least share of a topic's score with which one of its procedures answers for it
    elsewhere: float = 0.93  # a procedure nearer than this share goes before what is done elsewhere
    second: float = 0.42  # least score of each of several questions in one message
    fresh: float = 0.75  # a score that makes a new topic whatever was talked about
    follow: float = 0.51  # below it a message after an answer stays with that answer's procedure
    emergency: float = 0.5  # least chance of an emergency that goes before everything
    sure: float = 0.8  # least chance of another kind that is not weighed against the procedures named
    specific: float = 0.6  # least share of the best score of a procedure that holds more of the message
    asked: float = 0.6  # least chance of a complaint in the form of a question
    suspected: float = 0.35  # least chance of a complaint in a message that names no procedure plainly
    named: float = 0.35  # score of a procedure times the chance of a question that outweighs another kind


@dataclass(frozen=True, slots=True)
class Context:
    """What a conversation was about: procedures newest last, the last list shown, the facets last asked, words
    of a message that named no procedure yet (`nhà tôi vừa có bé`)."""

    history: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()
    before: str = ""


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
class _Found:
    """Hits over the message and its clauses together, over the message as a whole, and over each clause alone."""

    hits: list[Hit]
    whole: list[Hit]
    clauses: list[tuple[tuple[int, int], list[Hit]]]


class Reader:
    """Reads messages against one knowledge base."""

    def __init__(
        self, knowledge: Knowledge, lexicon: Lexicon, thresholds: Thresholds, model: KindModel
    ) -> None:
        self.knowledge = knowledge
        self.lexicon = lexicon
        self.thresholds = thresholds
        self.kinds = model
        self.index = Index(knowledge, lexicon)
        self._general = next((f"topic:{i}" for i, topic in enumerate(knowledge.topics) if topic.general), "")
        self._offices = {entry.office: f"elsewhere:{i}" for i, entry in enumerate(knowledge.elsewhere) if entry.office}

    def read(self, text: str, context: Context = Context()) -> Reading:  # noqa: B008 - frozen
        """The reading of one message in its conversation."""
        heard = self._hear(text)
        chances = self._chances(heard)
        signs = self.lexicon.intents["emergency"].found(heard.rendered)
        if chances["emergency"] > (self.thresholds.emergency if signs else SURE_ALARM):
            return Reading("emergency")
        choice = self._choice(heard, context)
        if choice:
            return choice
        if courtesy(self.lexicon, heard) or praise(self.lexicon, heard):
            return Reading("small_talk")
        chances = self._weighed(chances, heard, context)
        return self._told(chances) or self._question(heard, context, chances)

    def _weighed(self, chances: dict[Kind, float], heard: Heard, context: Context) -> dict[Kind, float]:
        """What the conversation adds: a short message after an answer asks on; two words name a proceeding, no question
        on it, and whoever wants to report anything is to choose its kind."""
        lexicon = self.lexicon
        correcting = lexicon.correction.found(heard.rendered)
        if context.history and (heard.facets.asked or correcting or lexicon.carry_on.found(heard.rendered)):
            chances = {**chances, "small_talk": 0.0, "complaint": chances["complaint"] * (not correcting)}
        elif context.history and chances["small_talk"] < SURE_TALK:
            chances = {**chances, "small_talk": 0.0}
        open_to_all = len(heard.words) <= 2 or lexicon.intents["report"].found(heard.rendered)
        if open_to_all and chances["legal_guide"] > chances["question"]:
            chances = {**chances, "legal_guide": 0.0, "complaint": chances["complaint"] + chances["legal_guide"]}
        return chances

    def _chances(self, heard: Heard) -> dict[Kind, float]:
        return self.kinds.chances(features(self.lexicon, heard))

    def _told(self, chances: dict[Kind, float]) -> Reading | None:
        """A message that is surely no question."""
        likely = max(KINDS, key=lambda kind: chances[kind])
        if likely == "question" or chances[likely] < self.thresholds.sure:
            return None
        return Reading(likely)

    def _hear(self, text: str) -> Heard:
        cleaned = clean(text)
        return self._heard(cleaned, tuple(self.index.read(cleaned)[:MOST_WORDS]))

    def _heard(self, text: str, words: tuple[Token, ...]) -> Heard:
        return hear(self.lexicon, text, words, self.index.fillers(words), self.index.exact(words))

    # -- pointing at what was shown or talked about

    def _choice(self, heard: Heard, context: Context) -> Reading | None:
        """An ordinal that points at the list shown, or back at what was talked about."""
        place = self._ordinal(heard)
        if place is None:
            return None
        listed = context.shown
        if not listed and place in {1, -1} and len(context.history) > 1:
            listed = context.history
        if not listed or place > len(listed):
            return None
        code = listed[(len(listed) - 1) // 2] if place == MIDDLE else listed[place - 1] if place > 0 else listed[-1]
        facets = heard.facets.names or (context.facets if context.shown else ())
        return Reading("answer", (Task(code, facets),), (code,), facets, chosen=True)

    def _named_choice(self, heard: Heard, context: Context) -> Reading | None:
        """One of the list shown, named by what tells it apart (`gia hạn`, `khóa`)."""
        fresh = set(heard.fresh)
        if not context.shown or not fresh or len(fresh) > MOST_NAMED:
            return None
        fitting = [
            code
            for code in context.shown
            if {heard.words[i].key for i in fresh} <= {word.key for word in tokens(self.knowledge.procedures[code].name)}
        ]
        if len(fitting) != 1:
            return None
        facets = heard.facets.names or context.facets
        return Reading("answer", (Task(fitting[0], facets),), (fitting[0],), facets, chosen=True)

    def _ordinal(self, heard: Heard) -> int | None:
        """The place named (1 is the first, -1 the last) when the message holds little else."""
        keys = [word.key for word in heard.words]
        for length in (2, 1):
            for start in range(len(keys) - length + 1):
                said = " ".join(keys[start : start + length])
                place = int(said) if length == 1 and said in set("123456") else self.lexicon.ordinals.get(said)
                others = [i for i in range(len(keys)) if not start <= i < start + length]
                alone = all(i in heard.light or keys[i] in self.lexicon.choice_words for i in others)
                if place is not None and alone and (length == 2 or said.isdigit() or not others or keys[start - 1] == "cai"):
                    return place
        return None

    # -- questions

    def _question(self, heard: Heard, context: Context, chances: dict[Kind, float]) -> Reading:
        heard = self._meant(heard)
        found = self._find(heard)
        choice = self._named_choice(heard, context)
        if choice:
            return choice
        several = self._compared(heard, found) or self._several(heard, found)
        if several:
            return several
        hits = found.hits
        told = self._rather_told(heard, chances, hits)
        if told:
            return told
        stays = self._follow_up(heard, context, hits)
        if stays:
            return stays
        if self._general and not heard.fresh and heard.facets.asked and not self._topical(hits, self.thresholds.answer):
            return Reading("clarify", procedures=tuple(self._listed(self._general, ())), facets=heard.facets.names, topic=self._general)
        matter = office_matter(self.lexicon, heard)
        plain = bool(hits) and hits[0].entry.kind == "procedure" and hits[0].said > 0.95 and hits[0].explained > 0.5
        if matter in self._offices and (matter != "hours" or not plain):
            return Reading("no_answer", elsewhere=self._offices[matter], facets=heard.facets.names)
        return self._decide(heard, context, hits)

    def _rather_told(self, heard: Heard, chances: dict[Kind, float], hits: Sequence[Hit]) -> Reading | None:
        """A message that is likelier something else than a question and names no procedure plainly, or asks nothing."""
        likely = max(KINDS, key=lambda kind: chances[kind])
        top = hits[0] if hits else None
        plain = top is not None and top.entry.kind != "topic" and top.said > 0.85 and top.explained > 0.5
        asks = "?" in heard.text or self.lexicon.interrogative.found(heard.rendered)
        if likely == "complaint" and not asks and len(heard.words) > STATEMENT:
            return Reading(likely)
        if likely == "question":
            suspected = chances["complaint"] > self.thresholds.suspected and not plain and not asks
            return Reading("complaint") if suspected else None
        if likely == "complaint" and asks and chances[likely] < self.thresholds.asked and top is not None:
            return None
        named = top is not None and top.score * (1 - chances[likely]) > self.thresholds.named
        return None if named else Reading(likely)

    def _find(self, heard: Heard) -> _Found:
        """What the whole message and each of its clauses name."""
        whole = self._query(heard, 0, len(heard.words))
        pool = self.index.pool(whole)
        said = self.index.match(whole)
        matches = list(said)
        ranges = list(heard.clauses())
        clauses: list[tuple[tuple[int, int], list[Hit]]] = []
        for start, end in ranges[:MOST_CLAUSES] if len(ranges) > 1 else []:
            query = self._query(heard, start, end)
            within = self.index.match(query)
            clauses.append(((start, end), self.index.rank(within, self.index.pool(query), 2)))
            matches.extend(within)
        hits = self._more_specific(self.index.rank(_best(matches), pool), said, whole)
        return _Found(hits, self.index.rank(said, pool, 1), clauses)

    def _more_specific(self, hits: list[Hit], said: Sequence[Hit], query: Query) -> list[Hit]:
        """A procedure whose wording holds all that the best one's holds of the message, and more, goes before it."""
        if not hits or hits[0].entry.kind == "elsewhere":
            return hits
        top = hits[0]
        telling = {i for i in range(len(query.words)) if query.needs[i] > 0 or i >= query.said_words}
        held = {hit.number: hit.covered & telling for hit in said}
        own = held.get(top.number, set())
        scores = {hit.number: hit for hit in hits}
        better = [
            scores[hit.number]
            for hit in said
            if hit.number in scores
            and hit.entry.kind == "procedure"
            and hit.said > SPECIFIC
            and own < held[hit.number]
            and scores[hit.number].score > self.thresholds.specific * top.score
        ]
        if not own or not better:
            return hits
        best = max(better, key=lambda hit: (len(held[hit.number]), hit.score))
        return [replace(best, score=top.score), *(hit for hit in hits if hit is not best)]

    def _meant(self, heard: Heard) -> Heard:
        """Without what the person says they do not mean (`… chứ không phải khai sinh`)."""
        dropped: set[int] = set()
        for start, end in self.lexicon.negated.spans(heard.rendered):
            stop = next((i for i in range(end, len(heard.words)) if i > end and heard.parted(i - 1, i)), len(heard.words))
            dropped.update(range(start, stop))
        kept = [i for i in range(len(heard.words)) if i not in dropped]
        if not dropped or not set(kept) & set(heard.fresh):
            return heard
        return self._heard(heard.text, tuple(heard.words[i] for i in kept))

    def _query(self, heard: Heard, start: int, end: int) -> Query:
        words = heard.words[start:end]
        light = [i - start for i in heard.light if start <= i < end]
        rendered = render([word for i, word in enumerate(words, start) if i not in heard.facets.words])
        implied = [word for meant, said in self.lexicon.concepts if said.found(rendered) for word in meant]
        return self.index.query(words, heard.bare, light, implied)

    def _several(self, heard: Heard, found: _Found) -> Reading | None:
        """Two or more questions in one message, each naming another procedure."""
        tasks: list[Task] = []
        for (start, end), hits in found.clauses:
            named = hits and hits[0].entry.kind == "procedure" and hits[0].said > 0.9 and hits[0].explained > 0.4
            if not named or hits[0].score < self.thresholds.second:
                continue
            if hits[0].entry.ref not in {task.code for task in tasks}:
                tasks.append(Task(hits[0].entry.ref, self._facets_within(heard, start, end)))
        if len(tasks) < 2 or self._story(heard, tasks):
            return None
        if found.whole and found.whole[0].said > 0.95 and found.whole[0].explained > 0.85:
            return None
        return Reading("answer", tuple(tasks), tuple(task.code for task in tasks), heard.facets.names)

    def _story(self, heard: Heard, tasks: Sequence[Task]) -> bool:
        """Whether only one of the tasks is asked about and the others are the story around it."""
        return len(heard.words) > 12 and sum(bool(task.facets) for task in tasks) < 2

    def _compared(self, heard: Heard, found: _Found) -> Reading | None:
        """Two things set side by side."""
        if not self.lexicon.compare.found(heard.rendered):
            return None
        hits = [hit for hit in found.hits if hit.entry.kind == "procedure"]
        named = [hit for hit in hits if hit.said > 0.9 and hit.score > 0.5 * hits[0].score][:2]
        if len(named) < 2 or named[0].covered == named[1].covered:
            return None
        tasks = tuple(Task(hit.entry.ref, heard.facets.names) for hit in named)
        return Reading("answer", tasks, tuple(task.code for task in tasks), heard.facets.names)

    def _facets_within(self, heard: Heard, start: int, end: int) -> tuple[str, ...]:
        asked = heard.facets.asked
        return tuple(
            name for name in heard.facets.names if name in asked and any(start <= a < end for a, _ in asked[name])
        )

    # -- what only makes sense with what was talked about

    def _follow_up(self, heard: Heard, context: Context, hits: Sequence[Hit]) -> Reading | None:
        vague = bool(hits) and hits[0].entry.kind == "topic"
        if context.before and (vague or not self._topical(hits, self.thresholds.fresh)):
            told = self._continued(heard, context.before, vague)
            if told:
                return told
        if not context.history:
            return None
        code = context.history[-1]
        if self._topical(hits, self.thresholds.fresh):
            return self._sibling(heard, code, heard.facets.names or context.facets, hits, True) if vague else None
        if len(context.history) > 1 and self.lexicon.previous.found(heard.rendered):
            if self._topical(hits, self.thresholds.follow):
                return None
            code = context.history[-2]
        again = self.lexicon.carry_on.found(heard.rendered) and not heard.facets.asked
        facets = (again and context.facets) or heard.facets.names or context.facets
        if not heard.fresh:
            return Reading("answer", (Task(code, facets),), (code,), facets)
        return self._sibling(heard, code, facets, hits)

    def _continued(self, heard: Heard, before: str, vague: bool) -> Reading | None:
        """What a story told before makes of a question that names nothing (`nhà tôi vừa có bé` … `cần làm giấy gì`)."""
        joined = self._hear(before if vague else f"{before} {heard.text}")
        found = [hit for hit in self._find(joined).hits if not vague or hit.entry.kind == "procedure"]
        least = self.thresholds.offer if vague else self.thresholds.follow
        if not found or found[0].score < least or found[0].said < 0.5:
            return None
        if vague:
            return Reading("answer", (Task(found[0].entry.ref, heard.facets.names),), (found[0].entry.ref,), heard.facets.names)
        return self._decide(replace(joined, facets=heard.facets), Context(), found)

    def _sibling(
        self, heard: Heard, code: str, facets: tuple[str, ...], hits: Sequence[Hit], only_another: bool = False
    ) -> Reading | None:
        """The procedure talked about, or a relative of it, that the new words fit together with its name."""
        name = tokens(self.knowledge.procedures[code].name)
        words = (*name, *heard.words)
        light = [i + len(name) for i in heard.light]
        found = [hit for hit in self.index.search(self.index.query(words, heard.bare, light), 20) if hit.entry.kind == "procedure"]
        asks = bool(heard.facets.names) or self.lexicon.carry_on.found(heard.rendered)
        conditional = self.lexicon.conditional.found(heard.rendered)
        best = hits[0] if hits else None
        fresh = {i + len(name) for i in heard.fresh}
        correcting = self.lexicon.correction.found(heard.rendered)
        fitting = [hit for hit in found if fresh <= hit.covered and hit.said > 0.75 and (hit.entry.ref != code or not correcting)]
        if fitting and fitting[0].entry.ref != code:
            return Reading("answer", (Task(fitting[0].entry.ref, facets),), (fitting[0].entry.ref, code), facets)
        if only_another:
            return None
        if best and best.score > self.thresholds.follow and not conditional:
            return None
        if best and best.entry.ref != code and best.said > 0.6 and len(best.covered) >= len(fresh) and best.score > self.thresholds.answer:
            return None
        here = next((hit for hit in found if hit.entry.ref == code), None)
        known = here is not None and len(here.covered & fresh) * 2 >= len(fresh)
        if not (conditional or known or (asks and (len(fresh) <= 2 or not self._topical(hits, self.thresholds.answer)))):
            return None
        return Reading("answer", (Task(code, facets),), (code,), facets)

    def _topical(self, hits: Sequence[Hit], least: float) -> bool:
        return bool(hits) and hits[0].score >= least and hits[0].said > 0.7

    # -- the decision

    def _decide(self, heard: Heard, context: Context, hits: Sequence[Hit]) -> Reading:
        ranked = tuple(hit.entry.ref for hit in hits if hit.entry.kind == "procedure")
        near = tuple(hit.entry.ref for hit in hits[:5] if hit.entry.kind == "procedure" and hit.score > self.thresholds.offer)
        facets = heard.facets.names
        if not hits or hits[0].score < self.thresholds.offer:
            return Reading("no_answer", facets=facets)
        top = self._before_elsewhere(hits)
        if top.entry.kind == "elsewhere":
            return Reading("no_answer", procedures=near, facets=facets, elsewhere=top.entry.ref)
        if top.entry.kind == "topic":
            return self._topic(heard, top, hits, ranked, facets)
        rivals = [hit for hit in hits if hit is not top and hit.score > top.score * self.thresholds.margin]
        if top.score >= self.thresholds.answer and top.said >= self.thresholds.said and not rivals:
            if not heard.facets.asked and self._carries(heard):
                facets = context.facets or facets
            rest = tuple(code for code in ranked if code != top.entry.ref)
            return Reading("answer", (Task(top.entry.ref, facets),), (top.entry.ref, *rest), facets)
        offered = tuple(hit.entry.ref for hit in hits[:6] if hit.entry.kind == "procedure" and hit.score > top.score * 0.6)
        if len(offered) > 1 and top.score >= self.thresholds.clarify:
            return Reading("clarify", procedures=offered, facets=facets)
        return Reading("no_answer", procedures=near, facets=facets)

    def _carries(self, heard: Heard) -> bool:
        """Whether the facets asked before are meant of this procedure too (`còn kết hôn?`, `ý tôi là tạm trú`)."""
        begins = any(word.text == "còn" for word in heard.words[:2]) or heard.words[0].text == "con" and len(heard.words) < 6
        return begins or self.lexicon.carry_on.found(heard.rendered) or self.lexicon.correction.found(heard.rendered)

    def _before_elsewhere(self, hits: Sequence[Hit]) -> Hit:
        if hits[0].entry.kind != "elsewhere":
            return hits[0]
        near = (hit for hit in hits if hit.entry.kind == "procedure" and hit.score > self.thresholds.elsewhere * hits[0].score)
        return next(near, hits[0])

    def _topic(
        self, heard: Heard, top: Hit, hits: Sequence[Hit], ranked: Sequence[str], facets: tuple[str, ...]
    ) -> Reading:
        """A choice, unless the message tells one of the topic's procedures apart or nearly everybody means one."""
        listed = self._listed(top.entry.ref, ranked)
        inside = [hit for hit in hits if hit.entry.ref in set(listed)]
        least = max(self.thresholds.answer, self.thresholds.within * top.score)
        apart = len(inside) < 2 or inside[1].score <= self.thresholds.margin * inside[0].score
        code = inside[0].entry.ref if inside and inside[0].score >= least and apart else ""
        if not code and (facets or self.lexicon.overview.found(heard.rendered)):
            code = self._default(top.entry.ref)
        if code:
            rest = [other for other in (*listed, *ranked) if other != code]
            return Reading("answer", (Task(code, facets),), (code, *dict.fromkeys(rest)), facets, topic=top.entry.ref)
        return Reading("clarify", procedures=tuple(listed[:6]), facets=facets, topic=top.entry.ref)

    def _default(self, ref: str) -> str:
        kind, _, name = ref.partition(":")
        return self.knowledge.topics[int(name)].default if kind == "topic" else ""

    def _listed(self, ref: str, ranked: Sequence[str]) -> Sequence[str]:
        """The procedures of a topic as the office lists them, or all of a field, those found first."""
        kind, _, name = ref.partition(":")
        if kind == "topic":
            return self.knowledge.topics[int(name)].procedures
        within = [code for code in ranked if self.knowledge.procedures[code].field == name]
        others = [code for code, entry in self.knowledge.procedures.items() if entry.field == name]
        return list(dict.fromkeys([*within, *others]))


def _best(hits: Sequence[Hit]) -> list[Hit]:
    best: dict[int, Hit] = {}
    for hit in hits:
        if hit.number not in best or hit.score > best[hit.number].score:
            best[hit.number] = hit
    return list(best.values())
