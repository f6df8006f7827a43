"""What a message wants: which kind of reaction, which procedures, which facets. Pure; thresholds are data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.knowledge import grievances
from bot.knowledge.finding import Finder, Found
from bot.knowledge.following import Following, topical
from bot.knowledge.hearing import Heard
from bot.knowledge.kinds import (
    KINDS,
    Kind,
    KindModel,
    alarms,
    courtesy,
    features,
    matter_of,
    office_matter,
    praise,
)
from bot.knowledge.lexicon import Lexicon
from bot.knowledge.narrowing import Narrowing
from bot.knowledge.pointing import coded, pointed_at, told_apart, told_case
from bot.knowledge.procedures import Knowledge
from bot.knowledge.reading import (
    NOTHING_BEFORE,
    Context,
    Grievance,
    Reading,
    Task,
    Thresholds,
    answer,
    answers,
)
from bot.knowledge.search import Hit

_SURE_ALARM = 0.75  # chance of an emergency that needs no other sign
_SURE_THOUGH_SPOKEN_OF = 0.9  # the same where words of a mere question or of the past are found
_SURE_TALK = 0.95  # chance of small talk that ends a subject
_STATEMENT = 6  # words; a shorter one may be the bare name of a procedure
_STORY = 12  # words of a message in which only one of the things named is asked about
_NAMED = 0.85  # share of a wording that was said, or of a message that it explains, when a procedure is named plainly
_HINTED = 0.7  # chance of a complaint that needs no hand-written sign
_OFFERED = 6
_NEAR = 5
_MENTIONED = 0.7  # share of a procedure's wording that was said, when the message is not about the office
_TOLD = 0.8  # the same, when the procedure goes before a topic that was said too
_MORE = 1.25  # evidence for such a procedure, beside that for the topic
_CLOSE = 0.6  # share of the best score that others have which come into question with it
_RELATED = 0.5  # least share of the score of what is done elsewhere, to be named beside it

Chances = dict[Kind, float]


class Reader:
    """Reads messages against one knowledge base."""

    def __init__(
        self,
        knowledge: Knowledge,
        lexicon: Lexicon,
        thresholds: Thresholds,
        model: KindModel,
        finder: Finder | None = None,
    ) -> None:
        """`finder` spares building the index again for the same knowledge."""
        self.knowledge = knowledge
        self.lexicon = lexicon
        self.limits = thresholds
        self.model = model
        self.finder = finder or Finder(knowledge, lexicon, thresholds.specific)
        self._following = Following(knowledge, self.finder, thresholds)
        self._narrowing = Narrowing(knowledge, self.finder, thresholds)
        self._general = next((f"topic:{i}" for i, topic in enumerate(knowledge.topics) if topic.general), "")
        self._offices = {
            entry.office: f"elsewhere:{i}" for i, entry in enumerate(knowledge.elsewhere) if entry.office
        }

    def read(self, text: str, context: Context = NOTHING_BEFORE) -> Reading:
        """The reading of one message in its conversation."""
        heard = self.finder.hear(text)
        chances = self.chances(heard)
        if self._alarming(heard, chances):
            return Reading("emergency", alarms=alarms(self.lexicon, heard))
        pointed = pointed_at(self.lexicon, heard, context) or coded(self.knowledge, heard)
        if pointed:
            return pointed
        if context.complained and grievances.asks_for_record(self.lexicon, heard):
            return Reading("complaint", grievance=Grievance(record=True))
        said = self._of_the_assistant(heard, context) or self._courteous(heard)
        return said or self._wanted(heard, context, chances)

    def _wanted(self, heard: Heard, context: Context, chances: Chances) -> Reading:
        """A question, a report or a choice: what takes more than the form of the message to tell."""
        wronged = self._wronged(heard, chances)
        narrowed = None if wronged else self._narrowed(heard, context)
        if narrowed:
            return self._with_case(narrowed, heard)
        chances = self._weighed(chances, heard, context)
        reading = (
            wronged
            or self._surely_told(chances)
            or self._question(self.finder.meant(heard), context, chances)
        )
        if reading.outcome == "emergency":
            return replace(reading, alarms=alarms(self.lexicon, heard))
        if reading.outcome == "complaint":
            return self._complained(heard, context)
        return self._with_case(reading, heard)

    def _narrowed(self, heard: Heard, context: Context) -> Reading | None:
        """The one or few of the list shown that are meant, unless it is told that something went wrong."""
        if self.lexicon.intents["complaint"].found(heard.rendered):
            return None
        return told_apart(self.knowledge, heard, context) or self._narrowing.within(heard, context)

    def _with_case(self, reading: Reading, heard: Heard) -> Reading:
        """With the case of the procedure that was told, when the message tells one."""
        procedure = self.knowledge.procedures.get(reading.tasks[0].code) if len(reading.tasks) == 1 else None
        if procedure is None or not procedure.cases:
            return reading
        case = told_case(procedure, heard)
        return replace(reading, tasks=(replace(reading.tasks[0], case=case),)) if case else reading

    def _alarming(self, heard: Heard, chances: Chances) -> bool:
        """Whether to send for help: on less where signs of an emergency are found and none of a mere question."""
        intents = self.lexicon.intents
        found = intents["emergency"].found(heard.rendered)
        if intents["emergency_not"].found(heard.rendered):
            return chances["emergency"] > _SURE_THOUGH_SPOKEN_OF
        return chances["emergency"] > (self.limits.emergency if found else _SURE_ALARM)

    def _courteous(self, heard: Heard) -> Reading | None:
        polite = courtesy(self.lexicon, heard) or praise(self.lexicon, heard)
        return Reading("small_talk") if polite else None

    def _of_the_assistant(self, heard: Heard, context: Context) -> Reading | None:
        """Something asked of the assistant itself; whom to call is told with the office's hours."""
        matter = matter_of(self.lexicon, heard)
        if matter is None or (matter == "abilities" and context.history and heard.facets.asked):
            return None
        if matter == "person":
            return Reading("no_answer", elsewhere=self._offices.get("hours", ""), matter=matter)
        return Reading("small_talk", matter=matter)

    def chances(self, heard: Heard) -> Chances:
        """The chance of every kind of message, by its words alone."""
        return self.model.chances(features(self.lexicon, heard))

    # -- no question

    def _weighed(self, chances: Chances, heard: Heard, context: Context) -> Chances:
        """What the conversation adds: a short message after an answer asks on. And whoever wants to report anything,
        or names a legal proceeding in a word or two, is to choose the kind first."""
        lexicon, found = self.lexicon, dict(chances)
        found["emergency"] *= not lexicon.intents["emergency_not"].found(heard.rendered)
        correcting = lexicon.correction.found(heard.rendered)
        if context.history and (heard.facets.asked or correcting or lexicon.carry_on.found(heard.rendered)):
            found["small_talk"] = 0.0
            found["complaint"] *= not correcting
        elif context.history and chances["small_talk"] < _SURE_TALK:
            found["small_talk"] = 0.0
        open_to_all = len(heard.words) <= 2 or lexicon.intents["report"].found(heard.rendered)
        if open_to_all and found["legal_guide"] > found["question"]:
            found["complaint"] += found["legal_guide"]
            found["legal_guide"] = 0.0
        return found

    def _surely_told(self, chances: Chances) -> Reading | None:
        likely = _likeliest(chances)
        if likely == "question" or chances[likely] < self.limits.sure:
            return None
        return Reading(likely)

    def _wronged(self, heard: Heard, chances: Chances) -> Reading | None:
        """A wrong told plainly, unless the message asks how to denounce it."""
        guided = _likeliest(chances) == "legal_guide"
        return Reading("complaint") if not guided and grievances.told(self.lexicon, heard) else None

    def _complained(self, heard: Heard, context: Context) -> Reading:
        """A complaint, with the procedure it names when its lawful fee or time says something about it."""
        facets = grievances.lawful_facets(self.lexicon, heard)
        code = self._code_complained_of(heard, context) if facets else ""
        tasks = (Task(code, facets),) if code else ()
        return Reading("complaint", tasks, facets=facets, grievance=grievances.grievance(self.lexicon, heard))

    def _code_complained_of(self, heard: Heard, context: Context) -> str:
        """The procedure named, or the one talked about where the complaint names nothing."""
        meant = self.finder.meant(heard)
        hits = self.finder.find(meant).hits
        named = self._decided(meant, Context(), hits)
        if named.outcome == "answer" and hits[0].said > _NAMED:
            return named.tasks[0].code
        silent = context.history and not context.complained and not topical(hits, self.limits.answer)
        return context.history[-1] if silent else ""

    def _harmless(self, heard: Heard, chances: Chances, top: Hit | None) -> bool:
        """No sign of a complaint nor likely one, and a yes-or-no question or a procedure named plainly."""
        if chances["complaint"] > _HINTED or grievances.signed(self.lexicon, heard):
            return False
        return self.lexicon.intents["wonders"].found(heard.rendered) or (
            top is not None and top.entry.kind == "procedure" and top.said > _NAMED and top.explained > _NAMED
        )

    def _rather_told(
        self, heard: Heard, context: Context, chances: Chances, hits: Sequence[Hit]
    ) -> Reading | None:
        """A message that is likelier something else than a question and names no procedure plainly, or asks nothing."""
        likely = _likeliest(chances)
        top = hits[0] if hits else None
        if likely == "small_talk" and _plain(top) and not context.history:
            return None
        asks = "?" in heard.text or self.lexicon.interrogative.found(heard.rendered)
        if likely == "question":
            suspected = chances["complaint"] > self.limits.suspected and not asks and not _plain(top)
            return Reading("complaint") if suspected else None
        if likely == "complaint" and self._harmless(heard, chances, top):
            return None
        if likely == "complaint" and not asks and len(heard.words) > _STATEMENT:
            return Reading(likely)
        if likely == "complaint" and asks and chances[likely] < self.limits.asked and top is not None:
            return None
        named = top is not None and top.score * (1 - chances[likely]) > self.limits.named
        return None if named else Reading(likely)

    # -- questions

    def _question(self, heard: Heard, context: Context, chances: Chances) -> Reading:
        found = self.finder.find(heard)
        return (
            self._compared(heard, found)
            or self._several(heard, found)
            or self._rather_told(heard, context, chances, found.hits)
            or self._of_opening(heard, found.hits)
            or self._continued(heard, context, found.hits)
            or self._of_nothing(heard, found.hits)
            or self._of_the_office(heard, found.hits)
            or self._decided(heard, context, found.hits)
        )

    def _several(self, heard: Heard, found: Found) -> Reading | None:
        """Two or more questions in one message, each naming another procedure."""
        tasks: dict[str, Task] = {}
        for clause, hits in found.clauses:
            top = hits[0] if hits else None
            named = top and top.entry.kind == "procedure" and top.said > 0.9 and top.explained > 0.4
            if top and named and top.score >= self.limits.second:
                tasks.setdefault(top.entry.ref, Task(top.entry.ref, _facets_within(heard, clause)))
        listed = len(tasks) == len(found.clauses)  # every part names a procedure: a list, not a story
        story = (
            len(heard.words) > _STORY and sum(bool(task.facets) for task in tasks.values()) < 2 and not listed
        )
        whole = found.whole[0] if found.whole else None
        one = whole is not None and whole.said > 0.95 and whole.explained > 0.85
        facets = heard.facets.names
        return None if len(tasks) < 2 or story or one else answers(_all_asked(tasks.values(), facets), facets)

    def _compared(self, heard: Heard, found: Found) -> Reading | None:
        """Two things set side by side."""
        if not self.lexicon.compare.found(heard.rendered):
            return None
        hits = [hit for hit in found.hits if hit.entry.kind == "procedure"]
        named = [hit for hit in hits if hit.said > 0.9 and hit.score > 0.5 * hits[0].score][:2]
        if len(named) < 2 or named[0].covered == named[1].covered:
            return None
        return answers(tuple(Task(hit.entry.ref, heard.facets.names) for hit in named), heard.facets.names)

    def _continued(self, heard: Heard, context: Context, hits: Sequence[Hit]) -> Reading | None:
        told = self._following.story(heard, context.before, hits)
        if told and told[0].entry.kind == "procedure" and hits and hits[0].entry.kind == "topic":
            return answer(told[0].entry.ref, heard.facets.names)
        return self._decided(heard, Context(), told) if told else self._following.on(heard, context, hits)

    def _of_nothing(self, heard: Heard, hits: Sequence[Hit]) -> Reading | None:
        """A facet is asked, but of nothing: which procedure?"""
        if not self._general or heard.fresh or not heard.facets.asked or topical(hits, self.limits.answer):
            return None
        return self._choice(self._general, (), heard.facets.names)

    def _of_opening(self, heard: Heard, hits: Sequence[Hit]) -> Reading | None:
        """Whether the office is open, also in the middle of a conversation about a procedure."""
        asked = self.lexicon.intents["opening"].found(heard.rendered) and not self._mentions(hits)
        if not asked or "hours" not in self._offices:
            return None
        return Reading("no_answer", elsewhere=self._offices["hours"], facets=heard.facets.names)

    def _of_the_office(self, heard: Heard, hits: Sequence[Hit]) -> Reading | None:
        """About the office or a dossier; its hours only when no procedure is named."""
        matter = office_matter(self.lexicon, heard)
        if matter not in self._offices or (matter == "hours" and self._mentions(hits)):
            return None
        return Reading("no_answer", elsewhere=self._offices[matter], facets=heard.facets.names)

    def _mentions(self, hits: Sequence[Hit]) -> bool:
        """Whether a procedure is named, if only in passing."""
        top = hits[0] if hits else None
        named = top is not None and top.entry.kind == "procedure" and top.said > _MENTIONED
        return named and top is not None and top.score >= self.limits.answer

    # -- the decision

    def _decided(self, heard: Heard, context: Context, hits: Sequence[Hit]) -> Reading:
        codes = [hit.entry.ref for hit in hits if hit.entry.kind == "procedure"]
        facets = heard.facets.names
        if not hits or hits[0].score < self.limits.offer:
            return Reading("no_answer", facets=facets)
        top = self._before_elsewhere(hits)
        if top.entry.kind == "elsewhere":
            return self._elsewhere(top, self._near(hits, _RELATED * top.score), facets)
        if top.entry.kind == "topic":
            return self._topic(heard, top, hits)
        rivals = [hit for hit in hits if hit is not top and hit.score > top.score * self.limits.margin]
        if top.score >= self.limits.answer and top.said >= self.limits.said and not rivals:
            carries = not heard.facets.asked and self._carries(heard)
            return answer(top.entry.ref, context.facets if carries else facets, *codes)
        offered = self._near(hits[:_OFFERED], _CLOSE * top.score)
        if len(offered) > 1 and top.score >= self.limits.clarify:
            return Reading("clarify", procedures=offered, facets=facets)
        return Reading("no_answer", procedures=self._near(hits[:_NEAR]), facets=facets)

    def _elsewhere(self, top: Hit, near: tuple[str, ...], facets: tuple[str, ...]) -> Reading:
        """Not ours. Another place is named only when its wording was mostly said; for chatter a hint is enough."""
        entry = self.knowledge.elsewhere[int(top.entry.ref.partition(":")[2])]
        sure = entry.offtopic or top.said >= self.limits.said
        return Reading("no_answer", procedures=near, facets=facets, elsewhere=top.entry.ref if sure else "")

    def _near(self, hits: Sequence[Hit], least: float = 0.0) -> tuple[str, ...]:
        least = max(least, self.limits.offer)
        return tuple(hit.entry.ref for hit in hits if hit.entry.kind == "procedure" and hit.score > least)

    def _carries(self, heard: Heard) -> bool:
        """Whether the facets asked before are meant of this procedure too (`còn kết hôn?`, `ý tôi là tạm trú`)."""
        first, short = heard.words[0].text, len(heard.words) < _STATEMENT
        begins = any(word.text == "còn" for word in heard.words[:2]) or (first == "con" and short)
        lexicon = self.lexicon
        return begins or lexicon.carry_on.found(heard.rendered) or lexicon.correction.found(heard.rendered)

    def _before_elsewhere(self, hits: Sequence[Hit]) -> Hit:
        least = self.limits.elsewhere * hits[0].score
        ours = (hit for hit in hits if hit.entry.kind == "procedure" and hit.score > least)
        return next(ours, hits[0]) if hits[0].entry.kind == "elsewhere" else hits[0]

    def _topic(self, heard: Heard, top: Hit, hits: Sequence[Hit]) -> Reading:
        """A choice, unless the message tells one of the topic's procedures apart or nearly everybody means one."""
        facets, asked = heard.facets.names, bool(heard.facets.asked)
        ranked = [hit.entry.ref for hit in hits if hit.entry.kind == "procedure"]
        listed = self._listed(top.entry.ref, ranked)
        inside = [hit for hit in hits if hit.entry.ref in set(listed)]
        least = max(self.limits.answer, self.limits.within * top.score)
        told = self._told_beside(top, hits)
        if told:
            return answer(told.entry.ref, facets, *ranked)
        apart = len(inside) < 2 or inside[1].score <= self.limits.margin * inside[0].score
        code = inside[0].entry.ref if inside and inside[0].score >= least and apart else ""
        if not code and (asked or self.lexicon.overview.found(heard.rendered)):
            code = self._default(top.entry.ref)
        if code:
            return answer(code, facets, *listed, *ranked, topic=top.entry.ref)
        return self._choice(top.entry.ref, ranked, facets)

    def _told_beside(self, topic: Hit, hits: Sequence[Hit]) -> Hit | None:
        """The procedure of which much more was said than of the topic (`mất sổ đỏ, xin cấp lại`)."""
        named = [hit for hit in hits if hit.entry.kind == "procedure" and hit.score >= _CLOSE * topic.score]
        best = max(named, key=lambda hit: hit.score, default=None)
        if best is None or best.said < _TOLD or best.evidence < _MORE * topic.evidence:
            return None
        return best

    def _choice(self, ref: str, ranked: Sequence[str], facets: tuple[str, ...]) -> Reading:
        return Reading("clarify", procedures=self._listed(ref, ranked)[:_OFFERED], facets=facets, topic=ref)

    def _default(self, ref: str) -> str:
        kind, _, name = ref.partition(":")
        return self.knowledge.topics[int(name)].default if kind == "topic" else ""

    def _listed(self, ref: str, ranked: Sequence[str]) -> tuple[str, ...]:
        """The procedures of a topic as the office lists them, or all of a field, those found first."""
        kind, _, name = ref.partition(":")
        if kind == "topic":
            return self.knowledge.topics[int(name)].procedures
        procedures = self.knowledge.procedures
        return tuple(dict.fromkeys(code for code in (*ranked, *procedures) if procedures[code].field == name))


def _likeliest(chances: Chances) -> Kind:
    return max(KINDS, key=lambda kind: chances[kind])


def _plain(top: Hit | None) -> bool:
    """Whether the best hit is named rather than touched."""
    return top is not None and top.entry.kind != "topic" and top.said > 0.85 and top.explained > 0.5


def _all_asked(tasks: Iterable[Task], facets: tuple[str, ...]) -> tuple[Task, ...]:
    """Each with its own facets and those asked beside no procedure (`phí và thời hạn kết hôn`); what is only named is
    asked the same as the others (`phí tạm trú, khai sinh`)."""
    tasks = tuple(tasks)
    apart = set(facets).difference(*(task.facets for task in tasks))
    asked = (tuple(name for name in facets if name in apart or name in task.facets) for task in tasks)
    return tuple(
        replace(task, facets=own if task.facets else facets) for task, own in zip(tasks, asked, strict=True)
    )


def _facets_within(heard: Heard, clause: tuple[int, int]) -> tuple[str, ...]:
    start, end = clause
    asked = heard.facets.asked
    return tuple(
        name for name in heard.facets.names if any(start <= begin < end for begin, _ in asked.get(name, ()))
    )
