"""Learning from labelled messages: the kinds of message, and the thresholds between reactions.

Everything learned is written to data files beside the knowledge package; nothing is tuned by hand.
"""

from __future__ import annotations

import json
import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from bot.knowledge.hearing import Heard
from bot.knowledge.kinds import KINDS, Kind, KindModel, features
from bot.knowledge.lexicon import Lexicon
from bot.knowledge.procedures import Knowledge
from bot.knowledge.reading import Outcome, Reading, Thresholds
from bot.knowledge.vietnamese import fold

Example = tuple[frozenset[str], int]
Hear = Callable[[str], Heard]

_SEED = 20261122
_EPOCHS = 14
_RATE = 0.25
_DECAY = 2e-4
_SEEN = 3  # times a feature must occur
_SMALL = 0.05  # weights that change nothing are left out
_NAMES_OF_AN_ENTRY = 3


def read_kinds(path: Path) -> list[tuple[str, Kind]]:
    """Labelled messages, {"kind", "text"} a line; ValueError names a line with an unknown kind."""
    found: list[tuple[str, Kind]] = []
    for where, item in _items(path, {"kind", "text"}):
        if item["kind"] not in KINDS:
            raise ValueError(f"{where}: unknown kind {item['kind']!r}, must be one of {', '.join(KINDS)}")
        found.append((item["text"], item["kind"]))
    return found


def _items(path: Path, needed: Collection[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Where a line stands and what it holds; ValueError names the first broken one."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        where = f"{path.name}:{number}"
        try:
            item = json.loads(line)
        except ValueError as error:
            raise ValueError(f"{where}: not JSON: {error}") from None
        if not isinstance(item, dict) or not item.keys() >= set(needed):
            raise ValueError(f"{where}: needs {', '.join(sorted(needed))}")
        yield where, item


def questions_of(knowledge: Knowledge, frames: Sequence[str]) -> Iterator[tuple[str, Kind]]:
    """Questions made of the knowledge base's own wordings, so that its words are known as words of questions.

    `frames` are sentences with `{}` where the wording goes; one that stands there several times is taken as often.
    """
    chance = random.Random(_SEED)  # noqa: S311 - repeatable, not secret
    named: list[tuple[str, tuple[str, ...]]] = [
        *((entry.name, entry.aliases) for entry in knowledge.procedures.values()),
        *((topic.name, topic.aliases) for topic in knowledge.topics),
        *((other.name, other.aliases) for other in knowledge.elsewhere),
        *((work.name, work.aliases) for work in knowledge.fields.values()),
    ]
    for entry_name, aliases in named:
        names = [entry_name, *aliases]
        chance.shuffle(names)
        for name in names[:_NAMES_OF_AN_ENTRY]:
            yield chance.choice(frames).format(name), "question"


def learn_kinds(lexicon: Lexicon, hear: Hear, labelled: Iterable[tuple[str, Kind]]) -> KindModel:
    """A softmax regression by stochastic gradient descent; the same input gives the same model."""
    examples = list(_examples(lexicon, hear, labelled))
    counts = Counter(feature for found, _ in examples for feature in found)
    kept = [
        ([feature for feature in sorted(found) if counts[feature] >= _SEEN], kind) for found, kind in examples
    ]
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
    weights: dict[str, list[float]],
    squares: dict[str, list[float]],
    start: list[float],
    found: Sequence[str],
    kind: int,
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
    rows = ",\n".join(
        f"  {json.dumps(name, ensure_ascii=False)}: {json.dumps(list(model.weights[name]))}"
        for name in sorted(model.weights)
    )
    path.write_text(f'{{"start": {json.dumps(list(model.start))}, "weights": {{\n{rows}\n}}}}\n', "utf-8")


# -- thresholds


@dataclass(frozen=True, slots=True)
class Case:
    """A labelled conversation: what was said, and what the last message must lead to."""

    said: tuple[str, ...]
    outcome: Outcome
    tasks: tuple[frozenset[str], ...] = ()  # for every question the codes of which any is right
    facets: frozenset[str] = frozenset()


def read_cases(path: Path, known: Collection[str]) -> list[Case]:
    """Labelled conversations; those about procedures that the knowledge base does not hold are left out."""
    found = []
    for _, item in _items(path, {"said", "outcome"}):
        tasks = tuple(frozenset(codes) for codes in item.get("tasks", [])) or (
            frozenset(item.get("codes", ())),
        )
        held = all(task & set(known) for task in tasks)
        if item["outcome"] == "answer" and not held:
            continue
        found.append(Case(tuple(item["said"]), item["outcome"], tasks, frozenset(item.get("facets", ()))))
    return found


class Measured(dict[str, tuple[int, int]]):
    """Right ones and all ones of every measure."""

    def share(self, name: str) -> float:
        """The share of right ones, 0 to 1."""
        right, counted = self.get(name, (0, 0))
        return right / counted if counted else 0.0

    def __str__(self) -> str:
        return "  ".join(
            f"{name} {self.share(name):.3f} ({counted})" for name, (_, counted) in sorted(self.items())
        )


Converse = Callable[[Sequence[str]], Reading]


def measure(cases: Iterable[Case], converse: Converse) -> Measured:
    """top1, facets (of the right ones), behaviour, misled, complaint_recall and complaint_false over the cases."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for case in cases:
        for name, right in _judged(case, converse(case.said)):
            counts[name][0] += right
            counts[name][1] += 1
    return Measured({name: (right, counted) for name, (right, counted) in counts.items()})


def _judged(case: Case, got: Reading) -> Iterator[tuple[str, bool]]:
    yield "behaviour", got.outcome == case.outcome
    if case.outcome == "answer":
        first = {task.code for task in got.tasks}
        right = got.outcome == "answer" and all(task & first for task in case.tasks)
        yield "top1", right
        if right and case.facets:
            yield "facets", set(got.facets) == case.facets
    else:
        yield "misled", got.outcome == "answer"
    if case.outcome == "complaint":
        yield "complaint_recall", got.outcome == "complaint"
    else:
        yield "complaint_false", got.outcome == "complaint"


def worth(measured: Measured) -> float:
    """What calibration maximises: right reactions, with a heavy price on what misleads or accuses."""
    return (
        measured.share("behaviour")
        + measured.share("top1")
        + 0.5 * measured.share("complaint_recall")
        - 4 * max(0.0, measured.share("misled") - 0.02)
        - 6 * max(0.0, measured.share("complaint_false") - 0.005)
    )


_BOUNDS = {
    "answer": (0.3, 0.7),
    "clarify": (0.12, 0.5),
    "offer": (0.05, 0.3),
    "margin": (0.9, 1.0),
    "said": (0.35, 0.8),
}
_FIXED = {"specific"}  # used where messages are looked up, which is done once here
_STEPS = (0.12, -0.12, 0.05, -0.05)
_LEAST_GAIN = 1e-4


def climb(start: Thresholds, value: Callable[[Thresholds], float], tell: Callable[[str], None]) -> Thresholds:
    """The best thresholds found from `start` by moving one at a time until nothing gains; bounds keep the bot from
    answering on little or never asking back."""
    best, gained = start, value(start)
    moved = True
    while moved:
        moved = False
        for field in fields(Thresholds):
            if field.name in _FIXED:
                continue
            low, high = _BOUNDS.get(field.name, (0.05, 1.0))
            for step in _STEPS:
                place = round(min(high, max(low, getattr(best, field.name) + step)), 3)
                trial = replace(best, **{field.name: place})
                found = value(trial) if trial != best else gained
                if found > gained + _LEAST_GAIN:
                    best, gained, moved = trial, found, True
                    tell(f"{field.name} {place}: {gained:.4f}")
    return best


def write_thresholds(thresholds: Thresholds, path: Path) -> None:
    """One threshold a line."""
    path.write_text(json.dumps(asdict(thresholds), indent=2) + "\n", "utf-8")
