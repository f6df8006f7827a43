"""Learning from labelled messages: the kinds of message, and the thresholds between reactions.

Everything learned is written to data files beside the knowledge package; nothing is tuned by hand.
"""

from __future__ import annotations

import json
import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from bot.knowledge.hearing import Heard
from bot.knowledge.kinds import KINDS, Kind, KindModel, features
from bot.knowledge.lexicon import Lexicon
from bot.knowledge.procedures import Knowledge
from bot.knowledge.vietnamese import fold

Example = tuple[frozenset[str], int]
Hear = Callable[[str], Heard]

_SEED = 20261122
_EPOCHS = 14
_RATE = 0.25
_DECAY = 2e-4
_SEEN = 3  # times a feature must occur
_SMALL = 0.05  # weights that change nothing are left out
_FRAMES = (
    "{}", "{}", "{}", "{} cần giấy tờ gì", "cho hỏi {}", "tôi muốn {}", "{} mất bao lâu", "{} ở đâu",
    "{} làm thế nào", "em cần {} ạ", "{} bao nhiêu tiền", "thủ tục {}", "{} được không",
)  # fmt: skip
_NAMES_OF_AN_ENTRY = 3


def read_kinds(path: Path) -> list[tuple[str, Kind]]:
    """Labelled messages, {"kind", "text"} a line; ValueError names a line with an unknown kind."""
    found: list[tuple[str, Kind]] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        item = json.loads(line)
        if item["kind"] not in KINDS:
            raise ValueError(f"{path.name}:{number}: unknown kind {item['kind']!r}, must be one of {', '.join(KINDS)}")
        found.append((item["text"], item["kind"]))
    return found


def questions_of(knowledge: Knowledge) -> Iterator[tuple[str, Kind]]:
    """Questions made of the knowledge base's own wordings, so that its words are known as words of questions."""
    chance = random.Random(_SEED)  # noqa: S311 - repeatable, not secret
    entries = (*knowledge.procedures.values(), *knowledge.topics, *knowledge.elsewhere, *knowledge.fields.values())
    for entry in entries:
        names = [entry.name, *entry.aliases]
        chance.shuffle(names)
        for name in names[:_NAMES_OF_AN_ENTRY]:
            yield chance.choice(_FRAMES).format(name), "question"


def learn_kinds(lexicon: Lexicon, hear: Hear, labelled: Iterable[tuple[str, Kind]]) -> KindModel:
    """A softmax regression by stochastic gradient descent with per-feature steps; the same input gives the same model."""
    examples = list(_examples(lexicon, hear, labelled))
    counts = Counter(feature for found, _ in examples for feature in found)
    kept = [([feature for feature in sorted(found) if counts[feature] >= _SEEN], kind) for found, kind in examples]
    weights: dict[str, list[float]] = defaultdict(lambda: [0.0] * len(KINDS))
    squares: dict[str, list[float]] = defaultdict(lambda: [0.1] * len(KINDS))
    start = [0.0] * len(KINDS)
    chance = random.Random(_SEED)  # noqa: S311
    for _ in range(_EPOCHS):
        chance.shuffle(kept)
        for found, kind in kept:
            _step(weights, squares, start, found, kind)
    rows = {name: [round(w, 2) for w in row] for name, row in weights.items() if max(map(abs, row)) > _SMALL}
    return KindModel(rows, [round(value, 3) for value in start])


def _examples(lexicon: Lexicon, hear: Hear, labelled: Iterable[tuple[str, Kind]]) -> Iterator[Example]:
    """Every message as it is, and once more as if typed without marks."""
    for text, kind in labelled:
        for typed in dict.fromkeys((text, fold(text))):
            yield frozenset(features(lexicon, hear(typed))), KINDS.index(kind)


def _step(
    weights: dict[str, list[float]], squares: dict[str, list[float]], start: list[float], found: Sequence[str], kind: int
) -> None:
    scale = 1 / math.sqrt(len(found) + 1)
    rows = [weights[feature] for feature in found]
    sums = [start[i] + scale * sum(row[i] for row in rows) for i in range(len(KINDS))]
    highest = max(sums)
    raised = [math.exp(value - highest) for value in sums]
    total = sum(raised)
    for i, value in enumerate(raised):
        error = value / total - (i == kind)
        if abs(error) < 1e-3:
            continue
        start[i] -= 0.1 * _RATE * error
        slope = scale * error
        for feature, row in zip(found, rows, strict=True):
            square = squares[feature]
            square[i] += slope * slope
            row[i] -= _RATE * (slope + _DECAY * row[i]) / math.sqrt(square[i])


def write_model(model: KindModel, path: Path) -> None:
    """One feature a line, sorted, so that a change can be read in a diff."""
    rows = ",\n".join(f"  {json.dumps(name, ensure_ascii=False)}: {json.dumps(list(model.weights[name]))}" for name in sorted(model.weights))
    path.write_text(f'{{"start": {json.dumps(list(model.start))}, "weights": {{\n{rows}\n}}}}\n', "utf-8")
