"""Turns of the conversation itself: a number pressed by typing it, going back, both, again, not that one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from bot.chat import Action, Reply
from bot.dialogue import Dialogue
from bot.handlers import questions
from bot.handlers.questions import Answered, Desk
from bot.knowledge.hearing import Heard
from bot.knowledge.moves import Move, after_going_back, move_of
from bot.knowledge.pointing import ends_list, places, told_apart
from bot.knowledge.reading import Context, Reading, Task, answer, answers

_MOST_SAID = 10  # words
_FIGURES_JOINED = re.compile(r"(?<=\d)[,;+&/](?=\d)")  # `1,3` is two numbers
_WHOLE_CARD = ("documents", "fee", "deadline", "place", "steps")

Choice = Callable[[Desk, Dialogue], Reading | None]


def take(desk: Desk, text: str, dialogue: Dialogue, now: datetime) -> Answered | None:
    """The answer to a message that speaks of the conversation; None when it asks something."""
    if len(text.split()) > _MOST_SAID:
        return None
    dialogue = questions.known(desk, dialogue)
    heard = desk.reader.finder.hear(_FIGURES_JOINED.sub(" ", text))
    move = move_of(desk.reader.lexicon, heard)
    if move:
        return _moved(desk, move, dialogue, now)
    named = places(desk.reader.lexicon, heard)
    if named:
        return _numbered(desk, heard, named, dialogue, now)
    if ends_list(desk.reader.lexicon, heard) and not dialogue.shown and len(dialogue.history) < 2:
        return _last(desk, dialogue, now)
    back = _named_back(desk, heard, dialogue)
    return questions.told(desk, back, text, dialogue, now) if back else None


# -- numbers


def _numbered(
    desk: Desk, heard: Heard, named: tuple[int, ...], dialogue: Dialogue, now: datetime
) -> Answered | None:
    """The buttons that numbers mean: those shown last; an ordinal means the list while there is one."""
    most = len(dialogue.options)
    first = len(dialogue.history) > 1 and desk.reader.lexicon.first.found(heard.rendered)
    in_list = dialogue.shown and max(named) <= len(dialogue.shown)
    bare = all(word.key.isdigit() for word in heard.words) or heard.words[0].key == "so"
    if not bare and len(named) == 1 and (in_list or first):
        return None  # the reader points into the list, or back to the first one
    if not dialogue.options:
        return None if dialogue.shown else _said(desk.renderer.which_one(), dialogue)
    if not 0 < min(named) <= max(named) <= most:
        return _said(desk.renderer.only_up_to(dialogue.options), dialogue)
    actions = [Action.decode(dialogue.options[place - 1]) for place in named]
    several = _several(actions, dialogue) if len(actions) > 1 else None
    if several:
        return questions.told(desk, several, "", dialogue, now)
    return questions.press(desk, actions[0], dialogue, now)


def _last(desk: Desk, dialogue: Dialogue, now: datetime) -> Answered | None:
    """The last button shown about the procedure itself."""
    actions = [Action.decode(option) for option in dialogue.options]
    about = [action for action in actions if action.verb != "complaint"]
    return (
        questions.press(desk, about[-1], dialogue, now)
        if about
        else _said(desk.renderer.which_one(), dialogue)
    )


def _several(actions: list[Action], dialogue: Dialogue) -> Reading | None:
    """Several procedures of a list, or several facets of one procedure."""
    parts = [action.argument.partition(":") for action in actions]
    verbs, codes = {action.verb for action in actions}, {code for code, _, _ in parts}
    if verbs == {"show"}:
        tasks = tuple(Task(code, dialogue.facets) for code, _, _ in parts)
        return replace(answers(tasks, dialogue.facets), chosen=codes <= set(dialogue.shown))
    if verbs == {"facet"} and len(codes) == 1:
        return answer(parts[0][0], tuple(facet for _, _, facet in parts))
    return None


# -- moves


def _moved(desk: Desk, move: Move, dialogue: Dialogue, now: datetime) -> Answered | None:
    if move == "restart":
        return _said(desk.renderer.begin_again(), Dialogue())
    if move == "reject":
        return _rejected(desk, dialogue)
    if move == "agree":
        return _agreed(desk, dialogue)
    if move == "full" and len(dialogue.facets) == 1 and dialogue.history and not _choosing(dialogue):
        whole = Action("all", f"{dialogue.history[-1]}:{dialogue.facets[0]}")
        return questions.press(desk, whole, dialogue, now)
    reading = _CHOICES[move](desk, dialogue)
    if reading is None and dialogue.shown:
        reading = _list(dialogue)
    if reading is None:
        return _said(desk.renderer.which_one(), dialogue)
    return questions.told(desk, reading, "", dialogue, now)


def _rejected(desk: Desk, dialogue: Dialogue) -> Answered:
    """Not what was meant: the others of the list, or those that stand beside it in a topic."""
    last = dialogue.history[-1:]
    near: tuple[str, ...] = ()
    if not _choosing(dialogue):
        topics = desk.reader.knowledge.topics
        beside = [code for topic in topics if set(last) & set(topic.procedures) for code in topic.procedures]
        near = tuple(dict.fromkeys(code for code in (*dialogue.shown, *beside) if code not in last))[:3]
    return _said(desk.renderer.rejected(near), replace(dialogue, shown=near or dialogue.shown))


def _agreed(desk: Desk, dialogue: Dialogue) -> Answered | None:
    if not dialogue.options:
        return None
    return _said(desk.renderer.agreed(dialogue.options), dialogue)


def _back(_: Desk, dialogue: Dialogue) -> Reading | None:
    """To what was talked about before; from the first choice of a list to that list."""
    history, choosing = dialogue.history, _choosing(dialogue)
    if len(history) > 1 or (history and choosing):
        return answer(history[-1 if choosing else -2], dialogue.facets)
    return None


def _other(desk: Desk, dialogue: Dialogue) -> Reading | None:
    rest = tuple(code for code in dialogue.shown if code not in dialogue.history[-1:])
    if not _choosing(dialogue) and len(rest) == 1:
        return answer(rest[0], dialogue.facets, chosen=True)
    return None if _choosing(dialogue) else _back(desk, dialogue)


def _both(_: Desk, dialogue: Dialogue) -> Reading | None:
    """Both of a list of two, or the last two talked about."""
    of_list = len(dialogue.shown) == 2
    codes = dialogue.shown if of_list else dialogue.history[-2:]
    return _together(codes, dialogue, of_list) if len(codes) == 2 else None


def _every(_: Desk, dialogue: Dialogue) -> Reading | None:
    """All of the list; without one, all of the card."""
    return _together(dialogue.shown, dialogue, True) if dialogue.shown else _current(dialogue, _WHOLE_CARD)


def _full(_: Desk, dialogue: Dialogue) -> Reading | None:
    return _current(dialogue, dialogue.facets or _WHOLE_CARD)


def _again(_: Desk, dialogue: Dialogue) -> Reading | None:
    return _current(dialogue, dialogue.facets)


def _short(_: Desk, dialogue: Dialogue) -> Reading | None:
    return _current(dialogue, ())


_CHOICES: Mapping[Move, Choice] = {
    "back": _back,
    "other": _other,
    "both": _both,
    "every": _every,
    "full": _full,
    "again": _again,
    "short": _short,
}


def _named_back(desk: Desk, heard: Heard, dialogue: Dialogue) -> Reading | None:
    """The earlier procedure that a message goes back to by name."""
    name = after_going_back(desk.reader.lexicon, heard)
    if not name or not dialogue.history:
        return None
    named = desk.reader.finder.hear(name)
    return told_apart(
        desk.reader.knowledge, named, Context(shown=dialogue.history, facets=heard.facets.names)
    )


# -- what they share


def _choosing(dialogue: Dialogue) -> bool:
    return Context(dialogue.history, dialogue.shown, picking=dialogue.picking).choosing


def _list(dialogue: Dialogue) -> Reading:
    return Reading("clarify", procedures=dialogue.shown, facets=dialogue.facets, chosen=True)


def _current(dialogue: Dialogue, facets: tuple[str, ...]) -> Reading | None:
    """The procedure talked about; None while a list is to be chosen from."""
    if not dialogue.history or _choosing(dialogue):
        return None
    code = dialogue.history[-1]
    return answer(code, facets, chosen=code in dialogue.shown)


def _together(codes: tuple[str, ...], dialogue: Dialogue, of_list: bool) -> Reading:
    tasks = tuple(Task(code, dialogue.facets) for code in codes)
    return replace(answers(tasks, dialogue.facets), chosen=of_list)


def _said(reply: Reply, dialogue: Dialogue) -> Answered:
    """Words without a question behind them."""
    return Answered(Reading("small_talk"), reply, dialogue)
