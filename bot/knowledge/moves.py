"""What is said of the conversation itself: `quay lại`, `cả hai`, `nhắc lại`, `không phải cái này`."""

from __future__ import annotations

from typing import Literal, get_args

from bot.knowledge.hearing import Heard
from bot.knowledge.lexicon import Lexicon

# The first that fits counts: the wordings of one may hold those of a later one.
Move = Literal["both", "every", "reject", "agree", "restart", "full", "again", "short", "back", "other"]
MOVES: tuple[Move, ...] = get_args(Move)


def move_of(lexicon: Lexicon, heard: Heard) -> Move | None:
    """The move that a message is, when it is nothing else."""
    if heard.facets.asked:
        return None
    return next((move for move in MOVES if _is_whole(lexicon, heard, move)), None)


def after_going_back(lexicon: Lexicon, heard: Heard) -> str:
    """The words that name what a message wants to go back to (`quay lại cái khai sinh nãy`); "" when it does not."""
    going = lexicon.moves["back"].words(heard.rendered)
    if not going or min(going) > len([i for i in heard.fillers if i < min(going)]):
        return ""
    kept = [word.text for i, word in enumerate(heard.words) if i not in going | heard.fillers]
    return " ".join(kept)


def _is_whole(lexicon: Lexicon, heard: Heard, move: Move) -> bool:
    said = lexicon.moves[move].words(heard.rendered)
    polite = {i for i, word in enumerate(heard.words) if word.key in lexicon.choice_courtesies}
    return bool(said) and len(said | polite) == len(heard.words)
