"""What a complaint tells: which hotline it needs, which lawful facets stand beside it, how long was waited. Pure."""

from __future__ import annotations

from bot.knowledge.hearing import Heard
from bot.knowledge.lexicon import Lexicon
from bot.knowledge.reading import Grievance

_DAYS = {"ngay": 1, "hom": 1, "tuan": 7, "thang": 28, "nam": 365}  # at least so many
_SIGNS = ("complaint", "street")


def told(lexicon: Lexicon, heard: Heard) -> bool:
    """Whether money was demanded or a dossier is late, so plainly that no procedure named outweighs it."""
    return any(lexicon.says(name, heard.rendered) for name in ("demand", "late"))


def signed(lexicon: Lexicon, heard: Heard) -> bool:
    """Whether any hand-written sign of a complaint is there."""
    return any(lexicon.intents[name].found(heard.rendered) for name in _SIGNS)


def asks_for_record(lexicon: Lexicon, heard: Heard) -> bool:
    """Whether the message only asks whether a complaint was written down, or for its code."""
    return heard.consists_of(lexicon.intents["recorded"].words(heard.rendered))


def grievance(lexicon: Lexicon, heard: Heard) -> Grievance:
    """Whose hotline comes first, and the days waited."""
    demands = lexicon.says("demand", heard.rendered)
    fitting = (name for name, signs in lexicon.grievances.items() if signs.found(heard.rendered))
    street = "street" if lexicon.intents["street"].found(heard.rendered) else "complaint"
    return Grievance("harassment" if demands else next(fitting, street), _waited(lexicon, heard))


def lawful_facets(lexicon: Lexicon, heard: Heard) -> tuple[str, ...]:
    """What the law says about the wrong that is told, then what else is asked."""
    wronged = [name for name, signs in lexicon.wrongs.items() if signs.found(heard.rendered)]
    if "deadline" not in wronged and lexicon.says("late", heard.rendered):
        wronged.append("deadline")
    return tuple(dict.fromkeys((*wronged, *heard.facets.asked)))


def _waited(lexicon: Lexicon, heard: Heard) -> int:
    """Whole days surely waited; 0 where no exact number stands."""
    spans = lexicon.intents["waited"].spans(heard.rendered)
    if len(spans) != 1 or not lexicon.says("waited", heard.rendered):
        return 0
    number, unit = heard.words[spans[0][0]], heard.words[spans[0][0] + 1]
    return int(number.key) * _DAYS.get(unit.key, 0) if number.key.isdigit() else 0
