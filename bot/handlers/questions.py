"""Questions on procedures: what a citizen asks or presses, and the reply with what is remembered of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from bot.chat import Action, Button, Reply
from bot.dialogue import Dialogue
from bot.knowledge.answers import Guide, Renderer, few_buttons, guide_kind
from bot.knowledge.lexicon import FACETS
from bot.knowledge.procedures import Elsewhere
from bot.knowledge.reading import Context, Reading, Task
from bot.knowledge.understanding import Reader

_NEAR = 3


@dataclass(frozen=True)
class Desk:
    """One version of the knowledge, ready to read messages and to say replies."""

    reader: Reader
    renderer: Renderer

    @property
    def version(self) -> str:
        """The version of the knowledge."""
        return self.reader.knowledge.version


@dataclass(frozen=True, slots=True)
class Answered:
    """How a message was read, what is said, and what is remembered."""

    reading: Reading
    reply: Reply
    dialogue: Dialogue


def ask(desk: Desk, text: str, dialogue: Dialogue, now: datetime) -> Answered:
    """The answer to something typed."""
    held = known(desk, dialogue)
    context = Context(held.history, held.shown, held.facets, held.before, held.picking, bool(held.hotlines))
    reading = desk.reader.read(text, context)
    lost = dialogue.history and dialogue.history[-1] not in held.history[-1:]
    if lost and reading.outcome == "no_answer" and not reading.elsewhere:
        return Answered(reading, desk.renderer.procedure_gone(), Dialogue(version=desk.version))
    return told(desk, reading, text, dialogue, now)


def known(desk: Desk, dialogue: Dialogue) -> Dialogue:
    """Without procedures that this version of the knowledge does not have; places of a list must still be right."""
    procedures = desk.reader.knowledge.procedures
    shown = dialogue.shown if all(code in procedures for code in dialogue.shown) else ()
    history = tuple(code for code in dialogue.history if code in procedures)
    return replace(dialogue, history=history, shown=shown)


def told(desk: Desk, reading: Reading, text: str, dialogue: Dialogue, now: datetime) -> Answered:
    """What is said to a reading, and what is remembered of it."""
    return Answered(
        reading, _reply(desk, reading, text, dialogue, now), _remember(desk, reading, text, dialogue)
    )


def _reply(desk: Desk, reading: Reading, text: str, dialogue: Dialogue, now: datetime) -> Reply:
    say = desk.renderer
    if reading.outcome == "answer":
        reply = say.answer(reading.tasks, now)
        others = _others(desk, reading) if reading.topic else ()
        return replace(reply, buttons=few_buttons((*others, *reply.buttons)))
    if reading.outcome == "clarify":
        return say.clarify(reading.procedures, _topic_name(desk, reading.topic))
    if reading.outcome == "no_answer":
        return say.no_answer(_elsewhere(desk, reading.elsewhere), reading.procedures[:_NEAR])
    if reading.outcome == "complaint":
        task = reading.tasks[0] if reading.tasks else None
        return say.complaint(reading.grievance, task, dialogue.hotlines, now)
    if reading.outcome == "legal_guide":
        return say.legal_guide(guide_kind(text))
    return _told(say, reading, text)


def _told(say: Renderer, reading: Reading, text: str) -> Reply:
    """To what is no question and no report."""
    if reading.outcome == "emergency":
        return say.emergency(reading.alarms)
    return say.about_assistant(reading.matter) if reading.matter else say.small_talk(text)


def _others(desk: Desk, reading: Reading) -> Iterator[tuple[Button, ...]]:
    """A topic's other procedures, when one of them was answered for it."""
    for code in [code for code in reading.procedures if code != reading.tasks[0].code][:_NEAR]:
        yield (Button(desk.reader.knowledge.procedures[code].name, Action("show", code)),)


def _topic_name(desk: Desk, ref: str) -> str:
    kind, _, name = ref.partition(":")
    if kind == "topic":
        return desk.reader.knowledge.topics[int(name)].name
    return desk.reader.knowledge.fields[name].name if kind == "field" else ""


def _elsewhere(desk: Desk, ref: str) -> Elsewhere | None:
    return desk.reader.knowledge.elsewhere[int(ref.partition(":")[2])] if ref else None


def _remember(desk: Desk, reading: Reading, text: str, dialogue: Dialogue) -> Dialogue:
    hotlines = dialogue.hotlines
    if reading.outcome == "answer":
        history = dialogue.about(tuple(task.code for task in reading.tasks))
        shown = dialogue.shown if reading.chosen else ()
        return Dialogue(desk.version, history, shown, reading.facets, hotlines=hotlines)
    if reading.outcome == "clarify":
        return Dialogue(desk.version, dialogue.history, reading.procedures, reading.facets, hotlines=hotlines)
    lost = reading.outcome == "no_answer" and not (reading.elsewhere or reading.matter)
    story = text[:300] if lost else ""
    if reading.outcome == "complaint":
        dialogue = _with_hotlines(dialogue, "" if reading.grievance.record else reading.grievance.purpose)
        dialogue = replace(dialogue, history=dialogue.about(tuple(task.code for task in reading.tasks)))
    return replace(dialogue, version=desk.version, before=story)


def _with_hotlines(dialogue: Dialogue, purpose: str) -> Dialogue:
    """With the purpose whose hotline was told last at the end."""
    others = tuple(name for name in dialogue.hotlines if name != purpose)
    return replace(dialogue, hotlines=(*others, purpose)) if purpose else dialogue


def press(desk: Desk, action: Action, dialogue: Dialogue, now: datetime) -> Answered | None:
    """The answer to a pressed button; None when the button is not one of ours."""
    code, _, rest = action.argument.partition(":")
    if action.verb == "complaint":
        remembered = _with_hotlines(dialogue, "complaint")
        return Answered(Reading("complaint"), desk.renderer.report(code or None, now), remembered)
    if action.verb == "guide":
        return Answered(Reading("legal_guide"), desk.renderer.legal_guide(guide_of(code)), dialogue)
    if action.verb not in {"show", "facet", "case", "all"}:
        return None
    if code not in desk.reader.knowledge.procedures:
        return Answered(Reading("no_answer"), desk.renderer.procedure_gone(), Dialogue(version=desk.version))
    task = _pressed(desk, action.verb, code, rest, dialogue)
    if task is None:
        return None
    reply = (
        desk.renderer.full(code, task.facets[0], now)
        if action.verb == "all"
        else desk.renderer.answer((task,), now)
    )
    reading = Reading("answer", (task,), (code,), task.facets, chosen=code in dialogue.shown)
    return Answered(reading, reply, _remember(desk, reading, "", dialogue))


def guide_of(name: str) -> Guide:
    """The kind of legal guide that a button names."""
    guides: dict[str, Guide] = {"appeal": "appeal", "denunciation": "denunciation"}
    return guides.get(name, "both")


def _pressed(desk: Desk, verb: str, code: str, rest: str, dialogue: Dialogue) -> Task | None:
    if verb == "show":
        return Task(code, dialogue.facets if code in dialogue.shown else ())
    if verb == "case":
        case = desk.renderer.case_name(code, int(rest)) if rest.isdigit() else None
        return Task(code, ("documents",), case) if case else None
    return Task(code, (rest,)) if rest in FACETS else None
