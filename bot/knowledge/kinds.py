"""Messages that are not questions about a procedure: alarms, reports, legal proceedings, small talk."""

from __future__ import annotations

from typing import Literal

from bot.knowledge.hearing import Heard
from bot.knowledge.lexicon import Lexicon

Kind = Literal["emergency", "complaint", "legal_guide", "small_talk"]
OfficeMatter = Literal["statistics", "dossier", "hours"]

_ENOUGH_WHEN_ASKED = 2  # signs of a complaint that outweigh the form of a question


def alarm(lexicon: Lexicon, heard: Heard) -> Kind | None:
    """Something dangerous that happens now."""
    intents = lexicon.intents
    if intents["emergency"].found(heard.rendered) and not intents["emergency_not"].found(heard.rendered):
        return "emergency"
    return None


def small_talk(lexicon: Lexicon, heard: Heard) -> Kind | None:
    """Nothing but courtesies, or praise that asks for nothing."""
    if not any(character.isalnum() for character in heard.text):
        return "small_talk"
    talk = lexicon.intents["small_talk"].words(heard.rendered)
    fillers = {i for i, word in enumerate(heard.words) if word.key in lexicon.filler_words}
    if talk and len(talk | fillers) == len(heard.words):
        return "small_talk"
    intents = lexicon.intents
    if intents["praise"].found(heard.rendered) and not intents["praise_not"].found(heard.rendered) and "?" not in heard.text:
        return "small_talk"
    return None


def report(lexicon: Lexicon, heard: Heard) -> Kind | None:
    """Something that went wrong is told, or a formal proceeding is asked about."""
    intents = lexicon.intents
    if intents["legal_guide"].found(heard.rendered) and not intents["legal_guide_not"].found(heard.rendered):
        return "legal_guide"
    signs = len(intents["complaint"].spans(heard.rendered)) + len(intents["street"].spans(heard.rendered))
    asking = intents["complaint_not"].found(heard.rendered)
    return "complaint" if signs >= (_ENOUGH_WHEN_ASKED if asking else 1) else None


def office_matter(lexicon: Lexicon, heard: Heard) -> OfficeMatter | None:
    """A question about the office itself or about one dossier."""
    for name in ("statistics", "dossier", "hours"):
        if lexicon.office[name].found(heard.rendered):
            return name  # type: ignore[return-value]
    return None
