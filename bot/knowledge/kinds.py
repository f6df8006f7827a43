"""Which kind of message it is: a question, a report, an alarm, a legal proceeding, small talk.

Word statistics learned from our own labelled messages (training/kinds.jsonl) by `python -m bot calibrate`, with the
hand-written signs of intents.yaml among their features. Deterministic; the weights are data (kinds.json).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal, get_args

from bot.knowledge.hearing import Heard
from bot.knowledge.lexicon import Lexicon
from bot.knowledge.reading import Alarm, Matter

Kind = Literal["question", "complaint", "small_talk", "emergency", "legal_guide"]
OfficeMatter = Literal["statistics", "dossier", "hours"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_DOSSIER_CODE = re.compile(r"\b\d{3}\.\d{2}\.\d{2}\.\w\d+|\b[a-z]\d{2}[.-][\d.-]{6,}")
MODEL = Path(__file__).parent / "kinds.json"
_READ = 120  # words; a long letter says its kind early
_PRAISE_WORDS = 7
_ASIDE = 0.25  # share of the words of a question about the assistant that may be about something else
_LENGTHS = (3, 6, 12, 25, 50)
_SIGNS = (
    "complaint", "street", "complaint_not", "emergency", "emergency_not",
    "legal_guide", "legal_guide_not", "praise", "praise_not", "small_talk",
)  # fmt: skip


def features(lexicon: Lexicon, heard: Heard) -> set[str]:
    """Words, pairs of neighbours, words as typed with marks, and signs (`#…`) of one message."""
    words = heard.words[:_READ]
    keys = ["0" if word.key.isdigit() else word.key for word in words]
    found = set(keys)
    found.update(f"{left} {right}" for left, right in pairwise(keys))
    found.update(f"={word.text}" for word in words if word.marked)
    found.update(_signs(lexicon, heard))
    return found


def _signs(lexicon: Lexicon, heard: Heard) -> Iterable[str]:
    for name in _SIGNS:
        count = len(lexicon.intents[name].spans(heard.rendered))
        yield from (f"#{name}", f"#{name}+")[: min(count, 2)]
    if heard.facets.asked:
        yield "#facet"
    if heard.facets.weak:
        yield "#weak facet"
    if "?" in heard.text:
        yield "#?"
    yield f"#length {sum(len(heard.words) >= least for least in _LENGTHS)}"
    talk = len(lexicon.intents["small_talk"].words(heard.rendered))
    yield f"#talk {4 * talk // max(1, len(heard.words))}"


@dataclass(frozen=True)
class KindModel:
    """A linear model: for every feature and for the start one weight a kind, in the order of KINDS."""

    weights: Mapping[str, Sequence[float]]
    start: Sequence[float]

    @staticmethod
    def load(path: Path = MODEL) -> KindModel:
        """The weights that calibration wrote."""
        stored = json.loads(path.read_text("utf-8"))
        return KindModel(
            {name: tuple(row) for name, row in stored["weights"].items()}, tuple(stored["start"])
        )

    def chances(self, found: Iterable[str]) -> dict[Kind, float]:
        """The chance of every kind; they add up to 1."""
        rows = [self.weights[feature] for feature in found if feature in self.weights]
        scale = 1 / math.sqrt(len(rows) + 1)
        sums = [start + scale * sum(row[i] for row in rows) for i, start in enumerate(self.start)]
        highest = max(sums)
        raised = [math.exp(value - highest) for value in sums]
        return {kind: value / sum(raised) for kind, value in zip(KINDS, raised, strict=True)}


def courtesy(lexicon: Lexicon, heard: Heard) -> bool:
    """Whether a message is nothing but courtesies, or holds no word at all."""
    if not any(character.isalnum() for character in heard.text):
        return True
    if heard.facets.asked:
        return False
    return heard.consists_of(lexicon.intents["small_talk"].words(heard.rendered))


def praise(lexicon: Lexicon, heard: Heard) -> bool:
    """Whether a message of some length praises and neither asks nor criticises."""
    return (
        lexicon.says("praise", heard.rendered) and "?" not in heard.text and len(heard.words) > _PRAISE_WORDS
    )


def office_matter(lexicon: Lexicon, heard: Heard) -> OfficeMatter | None:
    """A question about the office itself or about one dossier."""
    if _DOSSIER_CODE.search(heard.text):
        return "dossier"
    matters: tuple[OfficeMatter, ...] = get_args(OfficeMatter)
    return next((name for name in matters if lexicon.office[name].found(heard.rendered)), None)


def alarms(lexicon: Lexicon, heard: Heard) -> tuple[Alarm, ...]:
    """Who is needed in an emergency, as far as its words tell."""
    kinds: tuple[Alarm, ...] = get_args(Alarm)
    return tuple(kind for kind in kinds if lexicon.alarms[kind].found(heard.rendered))


def matter_of(lexicon: Lexicon, heard: Heard) -> Matter | None:
    """What is asked of the assistant itself, when nearly all words of the message are about that."""
    if lexicon.intents["complaint"].found(heard.rendered) and not lexicon.intents["report"].found(
        heard.rendered
    ):
        return None
    matters: tuple[Matter, ...] = get_args(Matter)
    return next((name for name in matters if _is_about(lexicon, heard, name)), None)


def _is_about(lexicon: Lexicon, heard: Heard, matter: Matter) -> bool:
    said = {i for span in lexicon.matters[matter].spans(heard.rendered) for i in range(*span)}
    aside = len(heard.words) - len(said | heard.light)
    return bool(said) and aside <= (_ASIDE * len(heard.words) if matter == "privacy" else 0)
